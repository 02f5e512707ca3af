#include "rq_ck.h"

// ck_ring keeps one slot empty.
static uint32_t slots_for(uint32_t capacity) { return rq_power_of_two(capacity + 1); }

bool rq_ck_reaches(uint32_t capacity, size_t stride) {
    uint64_t bytes;
    return !__builtin_mul_overflow((uint64_t)slots_for(capacity), (uint64_t)stride, &bytes) &&
           bytes <= (uint64_t)UINT32_MAX + 1;
}

rq_ck *rq_ck_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy) {
    if (!rq_gate_takes(capacity) || !rq_ck_reaches(capacity, stride)) return NULL;
    uint32_t slots = slots_for(capacity);
    rq_ck *q = rq_gate_allocate(sizeof(rq_ck), slots, stride, alignment, RQ_FORM_CK, policy);
    if (q == NULL) return NULL;
    q->gate.capacity = capacity;
    q->gate.mask = slots - 1;
    q->counted = capacity != slots - 1;
    ck_ring_init(&q->ring, slots);
    return q;
}

bool rq_ck_accepted(rq_ck *q, uint32_t ticket) {
    rq_final_fence(&q->gate);  // E11 and E12 where membarrier was refused
    if (!rq_gate_is_closing(&q->gate)) return true;
    return (int32_t)(rq_final_decide(&q->gate, &q->ring.p_tail) - ticket) > 0;
}

rq_status rq_ck_empty(rq_ck *q) {
    rq_fence_load();  // E12: the mark after the tail; pairs with E13 in rq_final_decide
    if (!rq_gate_is_closing(&q->gate)) return RQ_AGAIN;
    uint32_t final = rq_final_decide(&q->gate, &q->ring.p_tail);
    return (int32_t)(rq_load32(&q->ring.c_head) - final) >= 0 ? RQ_END : RQ_AGAIN;
}

uint32_t rq_ck_count(const rq_ck *q) {
    uint32_t head = rq_load32_acquire(&q->ring.c_head);
    int32_t count = (int32_t)(rq_final_tail(&q->gate, &q->ring.p_tail) - head);
    if (count < 0) return 0;
    return (uint32_t)count > q->gate.capacity ? q->gate.capacity : (uint32_t)count;
}
