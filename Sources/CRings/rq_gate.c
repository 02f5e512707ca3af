#include "rq_gate.h"

#include <stdlib.h>

#include "rq_ck.h"
#include "rq_index.h"
#include "rq_stamped.h"

void *rq_gate_allocate(size_t header, uint32_t slots, size_t stride, size_t alignment, rq_form form, rq_policy policy) {
    size_t line = alignment > RQ_LINE ? alignment : RQ_LINE;
    size_t start, bytes;
    if (__builtin_add_overflow(header, line - 1, &start)) return NULL;
    start -= start % line;
    // One line more, to begin on the boundary of one.
    if (__builtin_mul_overflow((size_t)slots, stride, &bytes) || __builtin_add_overflow(bytes, start, &bytes) ||
        __builtin_add_overflow(bytes, line, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    // Zeroed pages come from the system untouched, so a large ring costs memory as it is first used.
    char *allocation = calloc(1, bytes);
    if (allocation == NULL) return NULL;
    char *at = allocation + (line - (uintptr_t)allocation % line) % line;
    rq_gate *gate = (rq_gate *)at;
    gate->closing = rq_fence_everywhere_available() ? 0 : RQ_FENCED;
    gate->slots = at + start;
    gate->final = RQ_FINAL_NONE;
    gate->allocation = allocation;
    gate->form = form;
    gate->policy = policy;
    gate->processors = (uint32_t)rq_processors();
    gate->cores = (uint32_t)rq_cores();
    rq_event_init(&gate->not_empty);
    rq_event_init(&gate->not_full);
    return at;
}

void rq_gate_free(rq_gate *gate) { free(gate->allocation); }

void rq_gate_close(rq_gate *gate, bool stop) {
    uint32_t mark = stop ? RQ_CLOSED | RQ_STOPPED : RQ_CLOSED;
    rq_fence_release();  // E14: who is told of the close sees what was done before it
    if (gate->form == RQ_FORM_STAMPED) {
        rq_or64(&((rq_stamped *)gate)->tail, RQ_SEALED);  // E10: what was reserved before is in, the rest is out
        rq_or32(&gate->closing, mark);
        rq_fence_full();
    } else {
        rq_or32(&gate->closing, mark);
        rq_fence_full();
        // E13. The fence is inside: a final index that is settled already needs none.
        rq_final_decide(gate, &rq_gate_ring(gate)->p_tail);
    }
    rq_event_wake_all(&gate->not_empty);
    rq_event_wake_all(&gate->not_full);
}

bool rq_gate_is_sealed(const rq_gate *gate) {
    bool sealed = gate->form == RQ_FORM_STAMPED ? (rq_load64(&((const rq_stamped *)gate)->tail) & RQ_SEALED) != 0
                                                : rq_load64(&gate->final) != RQ_FINAL_NONE;
    if (sealed) rq_fence_acquire();  // E14: pairs with close
    return sealed;
}

bool rq_gate_ready(const rq_gate *gate, rq_side side) {
    if (rq_gate_is_closed(gate)) return true;
    switch (gate->form) {
    case RQ_FORM_STAMPED: {
        const rq_stamped *q = (const rq_stamped *)gate;
        const rq_atomic64 *end = side == RQ_CONSUMER ? &q->head : &q->tail;
        uint64_t position = rq_load64(end);
        rq_run run = side == RQ_CONSUMER ? rq_stamped_peek(q, position, 1, q->layout)
                                         : rq_stamped_look(q, position, 1, q->layout);
        return run.count > 0 || rq_load64(end) != position;
    }
    case RQ_FORM_INDEX: {
        uint32_t count = rq_index_count((const rq_index *)gate);
        return side == RQ_CONSUMER ? count > 0 : count < gate->capacity;
    }
    default: {
        uint32_t count = rq_ck_count((const rq_ck *)gate);
        return side == RQ_CONSUMER ? count > 0 : count < gate->capacity;
    }
    }
}
