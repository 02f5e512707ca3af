#include "rq_stamped.h"

rq_stamped *rq_stamped_create(uint32_t capacity, rq_layout layout, size_t alignment, rq_policy policy) {
    if (!rq_gate_takes(capacity)) return NULL;
    uint32_t groups = (capacity - 1) / layout.per_group + 1;
    rq_stamped *q = rq_gate_allocate(sizeof(rq_stamped), groups, layout.bytes, alignment, RQ_FORM_STAMPED, policy);
    if (q == NULL) return NULL;
    uint32_t within = (capacity - 1) % layout.per_group + 1;
    // A full last group ends where the next one would start.
    uint32_t end = within == layout.per_group ? groups << layout.bits : ((groups - 1) << layout.bits) + within;
    uint64_t lap = 2 * (uint64_t)rq_power_of_two(end);  // up to 2^32: the places that are skipped count
    q->gate.capacity = capacity;
    q->gate.end = end;
    q->gate.mask = (uint32_t)(lap - 1);
    q->gate.lap_shift = (uint32_t)__builtin_ctzll(lap) - 1;
    q->layout = layout;
    return q;
}

void rq_stamped_seal(rq_stamped *q) {
    // E10: slots that were reserved before this are in the queue, later reserves fail. Pairs with the compare-and-swap in
    // rq_stamped_enqueue_run and rq_stamped_enqueue_end, and with rq_stamped_find_free, which finds no free slot at a sealed
    // tail.
    rq_or64(&q->tail, RQ_SEALED);
}

bool rq_stamped_is_closed(const rq_stamped *q) {
    if ((rq_load64(&q->tail) & RQ_SEALED) == 0) return false;
    rq_fence_acquire();  // E14: pairs with the release fence in rq_ring_close
    return true;
}

bool rq_stamped_is_ready(const rq_stamped *q, rq_side side) {
    const rq_atomic64 *end = side == RQ_CONSUMER ? &q->head : &q->tail;
    uint64_t position = rq_load64(end);
    rq_run run = side == RQ_CONSUMER ? rq_stamped_find_filled(q, position, 1, q->layout)
                                     : rq_stamped_find_free(q, position, 1, q->layout);
    return run.count > 0 || rq_load64(end) != position;
}

/// The number of slots before a position, over all laps.
static uint64_t slots_before(const rq_stamped *q, uint64_t position) {
    uint64_t lap = position / ((uint64_t)q->gate.mask + 1);
    uint32_t index = rq_stamped_index(q, position);
    uint32_t within = index & ((1u << q->layout.bits) - 1);
    return lap * q->gate.capacity + (uint64_t)(index >> q->layout.bits) * q->layout.per_group + within;
}

uint32_t rq_stamped_count(const rq_stamped *q) {
    uint64_t before = slots_before(q, rq_load64(&q->head));
    uint64_t tail = slots_before(q, rq_load64(&q->tail));
    if (tail < before) return 0;
    return tail - before > q->gate.capacity ? q->gate.capacity : (uint32_t)(tail - before);
}
