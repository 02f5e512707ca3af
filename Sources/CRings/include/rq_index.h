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

/// Bytes that a consumer asks for ahead of its head.
#define RQ_AHEAD 256

typedef struct rq_index {
    rq_gate gate;
    uint32_t remembered_head;  ///< the producer's
    uint32_t gained_room;      ///< slots that its last look at the head brought
    char pad0[RQ_LINE - 8];
    uint32_t remembered_tail;  ///< the consumer's
    uint32_t gained_ready;     ///< elements that its last look at the tail brought
    // ck_ring_t puts its head and its tail 64 bytes apart; from here they fall into different pairs of lines.
    char pad1[RQ_LINE / 2 - 8];
    ck_ring_t ring;
} rq_index;

rq_index *RQ_NULLABLE rq_index_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy);

/// The final index, settled now if it was not yet. Only after the queue was seen closed.
uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail);

/// How far the consumer may go that read `tail` and then found a mark: up to there, or to the final index.
uint32_t rq_index_limit(rq_index *q, uint32_t tail);

/// How many of the `count` elements published from `first` on a closing queue were accepted.
uint32_t rq_index_settle(rq_index *q, uint32_t first, uint32_t count);

/// `count` pauses, out of line.
void rq_index_rest(uint32_t count);

/// Before a look at the other side's index. In a stream each look takes the line away from the other side, for a
/// handful of elements; left alone for a moment, it brings many. One element at a time is a question and its answer:
/// that does not rest, nor does what brought so many (256) that the look paid for itself.
RQ_INLINE void rq_index_before_look(uint32_t gained, uint32_t pauses) {
    if (RQ_UNLIKELY(gained - 2 < 254)) rq_index_rest(pauses);
}

/// How many slots are free, looking again only if fewer than `wanted` seem to be, after a rest of `pauses` in a
/// stream. Producer.
RQ_INLINE uint32_t rq_index_reserve(rq_index *q, uint32_t wanted, uint32_t pauses) {
    uint32_t tail = q->ring.p_tail;
    uint32_t room = q->gate.capacity - (tail - q->remembered_head);
    if (RQ_UNLIKELY(room < wanted)) {
        rq_index_before_look(q->gained_room, pauses);
        uint32_t head = rq_load32_acquire(&q->ring.c_head);  // R1: pairs with R4 in release
        q->gained_room = head - q->remembered_head;
        q->remembered_head = head;
        room = q->gate.capacity - (tail - head);
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

/// How many elements are there, looking again only if fewer than `wanted` seem to be, after a rest of `pauses` in a
/// stream. Consumer.
RQ_INLINE uint32_t rq_index_claim(rq_index *q, uint32_t wanted, uint32_t pauses) {
    uint32_t head = q->ring.c_head;
    uint32_t ready = q->remembered_tail - head;
    if (RQ_UNLIKELY(ready < wanted)) {
        rq_index_before_look(q->gained_ready, pauses);
        uint32_t tail = rq_load32_acquire(&q->ring.p_tail);  // R3: pairs with R2 in publish
        // E12: the mark after the tail. A tail that was read while the mark was unset lies before the final index.
        if (RQ_UNLIKELY(rq_load32(&q->gate.closing) != 0)) tail = rq_index_limit(q, tail);
        q->gained_ready = tail - q->remembered_tail;
        q->remembered_tail = tail;
        ready = tail - head;
    }
    return ready;
}

/// Asks for the slot RQ_AHEAD bytes on, if it is known to be filled: the lines come from another core, and with one
/// element a call the processor does not look that far by itself. Consumer.
RQ_INLINE void rq_index_look_ahead(const rq_index *q, uint32_t ready, size_t stride) {
    uint32_t ahead = stride < RQ_AHEAD ? (uint32_t)(RQ_AHEAD / stride) : 1;
    if (ready > ahead) rq_prefetch(rq_index_slot(q, q->ring.c_head + ahead, stride));
}

/// Gives `count` slots back. Consumer.
RQ_INLINE void rq_index_release(rq_index *q, uint32_t count) {
    rq_store32_release(&q->ring.c_head, q->ring.c_head + count);  // R4: pairs with R1 in reserve
}

/// Whether nothing will come any more. Consumer, after a claim of nothing.
RQ_INLINE bool rq_index_ended(const rq_index *q) {
    uint64_t final = rq_load64_acquire(&q->gate.final);  // E14: pairs with close
    return final != RQ_FINAL_NONE && (uint32_t)final == q->ring.c_head;
}

/// Elements in the queue, as they were a moment ago. Any thread.
uint32_t rq_index_count(const rq_index *q);

RQ_ASSUME_NONNULL_END

#endif
