#include "rq_index.h"

rq_index *rq_index_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy) {
    if (!rq_gate_takes(capacity)) return NULL;
    uint32_t slots = rq_power_of_two(capacity);
    rq_index *q = rq_gate_allocate(sizeof(rq_index), slots, stride, alignment, RQ_FORM_INDEX, policy);
    if (q == NULL) return NULL;
    q->gate.capacity = capacity;
    q->gate.mask = slots - 1;
    ck_ring_init(&q->ring, slots);
    return q;
}

uint32_t rq_index_limit(rq_index *q, uint32_t tail) {
    // E12 where membarrier was refused: if stores do not reach all threads at the same time, this thread could see an
    // older mark than tail.
    rq_final_fence(&q->gate);
    return rq_gate_is_closing(&q->gate) ? rq_final_decide(&q->gate, &q->ring.p_tail) : tail;
}

void rq_index_rest(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) rq_pause();
}

uint32_t rq_index_settle(rq_index *q, uint32_t first, uint32_t count) {
    rq_final_fence(&q->gate);  // E11 where membarrier was refused
    if (!rq_gate_is_closing(&q->gate)) return count;
    uint64_t final;
    uint32_t proposal = first + count;
    if (rq_final_settle(&q->gate, proposal, &final)) return count;
    // The tail was stored once for the whole run, so the final index is either before the run or after it.
    if ((int32_t)((uint32_t)final - first) > 0) return count;
    rq_store32(&q->ring.p_tail, first);  // no thread reads beyond the final index; this keeps the count correct
    return 0;
}

uint32_t rq_index_count(const rq_index *q) {
    uint32_t head = rq_load32_acquire(&q->ring.c_head);
    uint32_t count = rq_final_tail(&q->gate, &q->ring.p_tail) - head;
    return count > q->gate.capacity ? q->gate.capacity : count;
}
