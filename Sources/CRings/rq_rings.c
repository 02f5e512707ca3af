#include "rq_ck.h"
#include "rq_index.h"
#include "rq_stamped.h"

_Static_assert(sizeof(rq_index) <= 1024 && sizeof(rq_stamped) <= 1024 && sizeof(rq_ck) <= 1024,
               "a queue costs at most 1 KiB beside its slots");

static uint32_t power_of_two(uint32_t least) {
    uint32_t power = 1;
    while (power < least) power *= 2;
    return power;
}

static bool is_capacity(uint32_t capacity) { return capacity >= 1 && capacity <= RQ_CAPACITY_MAX; }

rq_index *rq_index_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy) {
    if (!is_capacity(capacity)) return NULL;
    uint32_t slots = power_of_two(capacity);
    rq_index *q = rq_gate_allocate(sizeof(rq_index), slots, stride, alignment, RQ_FORM_INDEX, policy);
    if (q == NULL) return NULL;
    q->gate.capacity = capacity;
    q->gate.mask = slots - 1;
    ck_ring_init(&q->ring, slots);
    return q;
}

rq_stamped *rq_stamped_create(uint32_t capacity, rq_layout layout, size_t alignment, rq_policy policy) {
    if (!is_capacity(capacity)) return NULL;
    uint32_t groups = (capacity - 1) / layout.per_group + 1;
    rq_stamped *q = rq_gate_allocate(sizeof(rq_stamped), groups, layout.bytes, alignment, RQ_FORM_STAMPED, policy);
    if (q == NULL) return NULL;
    uint32_t within = (capacity - 1) % layout.per_group + 1;
    // A full last group ends where the next would start.
    uint32_t end = within == layout.per_group ? groups << layout.bits : ((groups - 1) << layout.bits) + within;
    uint64_t lap = 2 * (uint64_t)power_of_two(end);  // up to 2^32: the places that are skipped count
    q->gate.capacity = capacity;
    q->gate.end = end;
    q->gate.mask = (uint32_t)(lap - 1);
    q->gate.lap_shift = (uint32_t)__builtin_ctzll(lap) - 1;
    q->layout = layout;
    return q;
}

// ck_ring keeps one slot empty.
static uint32_t ck_slots(uint32_t capacity) { return power_of_two(capacity + 1); }

bool rq_ck_reaches(uint32_t capacity, size_t stride) {
    uint64_t bytes;
    return !__builtin_mul_overflow((uint64_t)ck_slots(capacity), (uint64_t)stride, &bytes) &&
           bytes <= (uint64_t)UINT32_MAX + 1;
}

rq_ck *rq_ck_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy) {
    if (!is_capacity(capacity) || !rq_ck_reaches(capacity, stride)) return NULL;
    uint32_t slots = ck_slots(capacity);
    rq_ck *q = rq_gate_allocate(sizeof(rq_ck), slots, stride, alignment, RQ_FORM_CK, policy);
    if (q == NULL) return NULL;
    q->gate.capacity = capacity;
    q->gate.mask = slots - 1;
    q->counted = capacity != slots - 1;
    ck_ring_init(&q->ring, slots);
    return q;
}

/// Settles the final index once, with everything before it in view of whoever reads it.
static bool settle_final(rq_gate *gate, uint32_t proposal, uint64_t *found) {
    rq_fence_full();
    bool settled = rq_cas64(&gate->final, RQ_FINAL_NONE, proposal, found);
    rq_fence_full();
    return settled;
}

uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail) {
    // Acquire: whoever takes up to the final index reads what was in the slots when it was settled.
    uint64_t final = rq_load64_acquire(&gate->final);
    if (final != RQ_FINAL_NONE) return (uint32_t)final;
    // After this fence every producer that did not see the mark has its tail where it can be read.
    rq_fence_everywhere();
    uint32_t proposal = rq_load32(tail);  // settle_final's fence comes before anybody reads by it
    if (settle_final(gate, proposal, &final)) return proposal;
    return (uint32_t)final;
}

uint32_t rq_index_limit(rq_index *q, uint32_t tail) {
    // E12 where membarrier was refused: on a machine whose stores do not reach all others at once, the mark could be
    // older here than the tail.
    if (rq_load32(&q->gate.closing) & RQ_FENCED) rq_fence_full();
    return rq_gate_is_closed(&q->gate) ? rq_final_decide(&q->gate, &q->ring.p_tail) : tail;
}

void rq_index_rest(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) rq_pause();
}

uint32_t rq_index_settle(rq_index *q, uint32_t first, uint32_t count) {
    if (rq_load32(&q->gate.closing) & RQ_FENCED) rq_fence_full();  // E11 where membarrier was refused
    if (!rq_gate_is_closed(&q->gate)) return count;
    uint64_t final;
    uint32_t proposal = first + count;
    if (settle_final(&q->gate, proposal, &final)) return count;
    // The tail was stored once for the whole run, so the final index lies before it or behind it.
    if ((int32_t)((uint32_t)final - first) > 0) return count;
    rq_store32(&q->ring.p_tail, first);  // nobody reads beyond the final index; `count` stays right
    return 0;
}

uint32_t rq_index_count(const rq_index *q) {
    uint32_t head = rq_load32_acquire(&q->ring.c_head);
    uint64_t final = rq_load64(&q->gate.final);
    uint32_t tail = final == RQ_FINAL_NONE ? rq_load32(&q->ring.p_tail) : (uint32_t)final;
    uint32_t count = tail - head;
    return count > q->gate.capacity ? q->gate.capacity : count;
}

/// Slots before a position, over all laps.
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

bool rq_ck_accepted(rq_ck *q, uint32_t ticket) {
    if (rq_load32(&q->gate.closing) & RQ_FENCED) rq_fence_full();  // E11 and E12 where membarrier was refused
    if (!rq_gate_is_closed(&q->gate)) return true;
    return (int32_t)(rq_final_decide(&q->gate, &q->ring.p_tail) - ticket) > 0;
}

rq_status rq_ck_empty(rq_ck *q) {
    rq_fence_load();  // E12: the mark after the tail
    if (!rq_gate_is_closed(&q->gate)) return RQ_AGAIN;
    uint32_t final = rq_final_decide(&q->gate, &q->ring.p_tail);
    return (int32_t)(rq_load32(&q->ring.c_head) - final) >= 0 ? RQ_END : RQ_AGAIN;
}

uint32_t rq_ck_count(const rq_ck *q) {
    uint32_t head = rq_load32_acquire(&q->ring.c_head);
    uint64_t final = rq_load64(&q->gate.final);
    uint32_t tail = final == RQ_FINAL_NONE ? rq_load32(&q->ring.p_tail) : (uint32_t)final;
    int32_t count = (int32_t)(tail - head);
    if (count < 0) return 0;
    return (uint32_t)count > q->gate.capacity ? q->gate.capacity : (uint32_t)count;
}
