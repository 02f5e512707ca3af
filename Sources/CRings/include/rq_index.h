// The ring for one producer and one consumer: ConcurrencyKit's ck_ring_t and its protocol, with remembered indices.
//
// As ck_ring_enqueue_spsc and ck_ring_dequeue_spsc do, the producer stores a slot and then the tail, the consumer
// reads a slot and then stores the head. What is added: each side remembers the other's index and reads it again only
// when the ring looks full or empty, so that the two lines travel once for many elements instead of for each one
// (J. Giacomoni et al., FastForward, PPoPP 2008, and E. Rigtorp's SPSCQueue have the same idea). Wait-free.
//
// Closing: the tail is a plain store, so a closer cannot seal it. Closer, producer and consumer settle the final index
// by one compare-and-swap that nobody waits for (E11 to E13).
#ifndef RQ_INDEX_H
#define RQ_INDEX_H

#include <ck_ring.h>

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

typedef struct rq_index {
    rq_gate gate;
    uint32_t remembered_head;  ///< the producer's
    char pad0[RQ_LINE - 4];
    uint32_t remembered_tail;  ///< the consumer's
    // ck_ring_t puts its head and its tail 64 bytes apart; from here they fall into different pairs of lines.
    char pad1[RQ_LINE / 2 - 4];
    ck_ring_t ring;
} rq_index;

rq_index *RQ_NULLABLE rq_index_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy);

/// The final index, settled now if it was not yet. Only after the queue was seen closed.
uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail);

/// How many of the `count` elements published from `first` on a closing queue were accepted.
uint32_t rq_index_settle(rq_index *q, uint32_t first, uint32_t count);

/// How many slots are free, looking again only if fewer than `wanted` seem to be. Producer.
RQ_INLINE uint32_t rq_index_reserve(rq_index *q, uint32_t wanted) {
    uint32_t tail = q->ring.p_tail;
    uint32_t room = q->gate.capacity - (tail - q->remembered_head);
    if (RQ_UNLIKELY(room < wanted)) {
        q->remembered_head = rq_load32_acquire(&q->ring.c_head);  // R1: pairs with R4 in release
        room = q->gate.capacity - (tail - q->remembered_head);
    }
    return room;
}

RQ_INLINE uint32_t rq_index_tail(const rq_index *q) { return q->ring.p_tail; }
RQ_INLINE uint32_t rq_index_head(const rq_index *q) { return q->ring.c_head; }
RQ_INLINE void *rq_index_slot(const rq_index *q, uint32_t index, size_t stride) {
    return q->gate.slots + (size_t)(index & q->gate.mask) * stride;
}

/// Publishes the next `count` slots, all or none: returns false if the queue was closed before. Then the elements
/// are still the producer's, in their slots. Producer.
RQ_INLINE bool rq_index_publish(rq_index *q, uint32_t count) {
    uint32_t tail = q->ring.p_tail;
    rq_store32_release(&q->ring.p_tail, tail + count);  // R2: pairs with R3 in claim
    rq_fence_compiler();                                // E11: pairs with the membarrier of E13 (and of decide)
    if (RQ_LIKELY(rq_load32(&q->gate.closing) == 0)) return true;
    return rq_index_settle(q, tail, count) != 0;
}

/// How many elements are there, looking again only if fewer than `wanted` seem to be. Consumer.
RQ_INLINE uint32_t rq_index_claim(rq_index *q, uint32_t wanted) {
    uint32_t head = q->ring.c_head;
    uint32_t ready = q->remembered_tail - head;
    if (RQ_UNLIKELY(ready < wanted)) {
        uint32_t tail = rq_load32_acquire(&q->ring.p_tail);  // R3: pairs with R2 in publish
        // E12: the mark after the tail. A tail that was read while the mark was unset lies before the final index.
        if (RQ_UNLIKELY(rq_gate_is_closed(&q->gate))) tail = rq_final_decide(&q->gate, &q->ring.p_tail);
        q->remembered_tail = tail;
        ready = tail - head;
    }
    return ready;
}

/// Gives `count` slots back. Consumer.
RQ_INLINE void rq_index_release(rq_index *q, uint32_t count) {
    rq_store32_release(&q->ring.c_head, q->ring.c_head + count);  // R4: pairs with R1 in reserve
}

/// Whether nothing will come any more. Consumer, after a claim of nothing.
RQ_INLINE bool rq_index_ended(const rq_index *q) {
    uint64_t final = rq_load64(&q->gate.final);
    return final != RQ_FINAL_NONE && (uint32_t)final == q->ring.c_head;
}

/// Elements in the queue, as they were a moment ago. Any thread.
uint32_t rq_index_count(const rq_index *q);

RQ_ASSUME_NONNULL_END

#endif
