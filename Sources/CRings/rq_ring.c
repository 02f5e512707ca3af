#include "rq_ring.h"

#include "rq_ck.h"
#include "rq_index.h"
#include "rq_stamped.h"

// Every switch in this file must handle every form, or the file does not compile.
#pragma GCC diagnostic error "-Wswitch"

_Static_assert(sizeof(rq_index) <= 1024 && sizeof(rq_stamped) <= 1024 && sizeof(rq_ck) <= 1024,
               "a queue costs at most 1 KiB beside its slots");

void rq_ring_close(rq_gate *gate, bool stop) {
    uint32_t marks = stop ? RQ_CLOSING | RQ_STOPPED : RQ_CLOSING;
    rq_fence_release();  // E14: pairs with the acquire of each thread that learns of the close
    switch (gate->form) {
    case RQ_FORM_STAMPED:
        rq_stamped_seal((rq_stamped *)gate);
        rq_gate_mark(gate, marks);
        break;
    case RQ_FORM_INDEX:
        rq_gate_mark(gate, marks);
        rq_final_decide(gate, &((rq_index *)gate)->ring.p_tail);
        break;
    case RQ_FORM_CK:
        rq_gate_mark(gate, marks);
        rq_final_decide(gate, &((rq_ck *)gate)->ring.p_tail);
        break;
    }
    rq_event_wake_all(&gate->not_empty);
    rq_event_wake_all(&gate->not_full);
}

bool rq_ring_is_closed(const rq_gate *gate) {
    switch (gate->form) {
    case RQ_FORM_STAMPED: return rq_stamped_is_closed((const rq_stamped *)gate);
    case RQ_FORM_INDEX: return rq_final_is_settled(gate);
    case RQ_FORM_CK: return rq_final_is_settled(gate);
    }
    __builtin_unreachable();
}

static bool is_ready(uint32_t count, uint32_t capacity, rq_side side) {
    return side == RQ_CONSUMER ? count > 0 : count < capacity;
}

bool rq_ring_is_ready(const rq_gate *gate, rq_side side) {
    if (rq_gate_is_closing(gate)) return true;
    switch (gate->form) {
    case RQ_FORM_STAMPED: return rq_stamped_is_ready((const rq_stamped *)gate, side);
    case RQ_FORM_INDEX: return is_ready(rq_index_count((const rq_index *)gate), gate->capacity, side);
    case RQ_FORM_CK: return is_ready(rq_ck_count((const rq_ck *)gate), gate->capacity, side);
    }
    __builtin_unreachable();
}

static uint32_t indices_of(const ck_ring_t *ring, rq_side side) {
    return rq_load32(side == RQ_CONSUMER ? &ring->c_head : &ring->p_tail);
}

uint64_t rq_ring_progress(const rq_gate *gate, rq_side side) {
    switch (gate->form) {
    case RQ_FORM_STAMPED: {
        const rq_stamped *q = (const rq_stamped *)gate;
        return rq_load64(side == RQ_CONSUMER ? &q->head : &q->tail) >> 1;
    }
    case RQ_FORM_INDEX: return indices_of(&((const rq_index *)gate)->ring, side);
    case RQ_FORM_CK: return indices_of(&((const rq_ck *)gate)->ring, side);
    }
    __builtin_unreachable();
}
