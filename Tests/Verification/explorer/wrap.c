// The places where counters wrap, without the 2^32 elements that this takes.
#include "queue.h"

void queue_wrap(rq_gate *gate) {
    gate->not_empty.sequence = gate->not_full.sequence = UINT32_MAX;
    switch (gate->form) {
    case RQ_FORM_STAMPED: {
        rq_stamped *ring = (rq_stamped *)gate;
        // The last lap of 128: its stamps are 254 and 255, the next lap's 0 and 1.
        uint64_t lap = (uint64_t)ring->gate.mask + 1;
        uint64_t start = (UINT32_MAX / lap * 128 + 127) * lap;
        ring->head = ring->tail = start;
        uint8_t stamp = rq_stamped_lap(ring, start);
        for (uint64_t at = start; rq_stamped_lap(ring, at) == stamp; at = rq_stamped_after(ring, at, 1, ring->layout))
            *rq_place_stamp(rq_stamped_place(ring, at, ring->layout)) = stamp;
        break;
    }
    case RQ_FORM_INDEX: {
        rq_index *ring = (rq_index *)gate;
        ring->ring.p_tail = ring->ring.p_head = ring->ring.c_head = UINT32_MAX;
        ring->remembered_head = ring->remembered_tail = UINT32_MAX;
        break;
    }
    case RQ_FORM_CK: {
        rq_ck *ring = (rq_ck *)gate;
        ring->ring.p_tail = ring->ring.p_head = ring->ring.c_head = UINT32_MAX;
    }
    }
}
