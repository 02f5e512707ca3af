// The ring for one producer and one consumer: ConcurrencyKit's ck_ring_t and its protocol, with cached indices.
//
// As in ck_ring_enqueue_spsc and ck_ring_dequeue_spsc, the producer stores a slot and then the tail, and the consumer
// reads a slot and then stores the head. In addition, each side caches the other side's index and reads it again only
// when the ring looks full or empty. So the two lines travel once for many elements instead of once for each
// (J. Giacomoni et al., FastForward, PPoPP 2008, and E. Rigtorp's SPSCQueue use the same idea). Wait-free.
//
// A step has two halves. *Begin* reserves slots or claims elements, the caller moves the elements, and *end* publishes
// or releases the slots and signals the other side.
#ifndef RQ_INDEX_H
#define RQ_INDEX_H

#include <ck_ring.h>

#include "rq_final.h"

RQ_ASSUME_NONNULL_BEGIN

/// Bytes between a consumer's head and the line that it prefetches.
#define RQ_AHEAD 256

typedef struct rq_index {
    rq_gate gate;
    uint32_t remembered_head;  ///< the producer's
    uint32_t gained_room;      ///< slots that it gained by its last read of the head
    char pad0[RQ_LINE - 8];
    uint32_t remembered_tail;  ///< the consumer's
    uint32_t gained_ready;     ///< elements that it gained by its last read of the tail
    char pad1[RQ_LINE / 2 - 8];
    ck_ring_t ring;
} rq_index;

RQ_AT_LINE(rq_index, remembered_head, 0);
RQ_AT_LINE(rq_index, remembered_tail, 0);
// ck_ring_t puts its tail 64 bytes after its head: the head shares the consumer's line, and the tail has another.
RQ_AT_LINE(rq_index, ring.c_head, RQ_LINE / 2);
RQ_AT_LINE(rq_index, ring.p_tail, 0);

/// `count` slots between begin and end. The first `straight` are contiguous from `first` on; the others are at the start of
/// the ring's memory.
typedef struct rq_index_run {
    void *first;
    uint32_t straight;
    uint32_t count;
} rq_index_run;

/// Creates a ring, or returns NULL if the capacity is out of range or memory is short.
rq_index *RQ_NULLABLE rq_index_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy);

/// The limit for a consumer that read `tail` and then a mark: it may claim up to this tail, or up to the final index.
uint32_t rq_index_limit(rq_index *q, uint32_t tail);

/// How many of the `count` elements published from `first` on a closing queue were accepted: all or none.
uint32_t rq_index_settle(rq_index *q, uint32_t first, uint32_t count);

/// Pauses `count` times, out of line.
void rq_index_rest(uint32_t count);

/// The number of elements in the queue a moment ago. Any thread.
uint32_t rq_index_count(const rq_index *q);

RQ_INLINE void *rq_index_slot(const rq_index *q, uint32_t index, size_t stride) {
    return q->gate.slots + (size_t)(index & q->gate.mask) * stride;
}

RQ_INLINE rq_index_run rq_index_run_at(const rq_index *q, uint32_t index, size_t stride, uint32_t count) {
    uint32_t straight = q->gate.mask - (index & q->gate.mask) + 1;
    return (rq_index_run){rq_index_slot(q, index, stride), count < straight ? count : straight, count};
}

/// Rests before a read of the other side's index. In a stream, each read takes the line away from the other side and gains
/// only a few elements; after a short rest it gains many. Does not rest if the last read gained no more than one call wants
/// (request/response traffic), or 256 or more (such a read pays for itself).
RQ_INLINE void rq_index_before_read(uint32_t gained, uint32_t wanted, uint32_t pauses) {
    if (RQ_UNLIKELY(gained > wanted && gained < 256)) rq_index_rest(pauses);
}

/// Reserves up to `wanted` slots. Reads the head again only if fewer seem to be free; in a stream, after `pauses`.
/// A caller that does not end the step has nothing to undo. Producer.
RQ_INLINE rq_index_run rq_index_enqueue_begin(rq_index *q, uint32_t wanted, size_t stride, uint32_t pauses) {
    uint32_t tail = q->ring.p_tail;
    uint32_t room = q->gate.capacity - (tail - q->remembered_head);
    if (RQ_UNLIKELY(room < wanted)) {
        rq_index_before_read(q->gained_room, wanted, pauses);
        uint32_t head = rq_load32_acquire(&q->ring.c_head);  // R1: pairs with R4 in rq_index_dequeue_end
        q->gained_room = head - q->remembered_head;
        q->remembered_head = head;
        room = q->gate.capacity - (tail - head);
    }
    return rq_index_run_at(q, tail, stride, room < wanted ? room : wanted);
}

/// Publishes `count` slots, all or none, and signals the consumer. Returns false if the queue was closed first: the producer
/// then still owns the elements, in their slots. Producer.
RQ_INLINE bool rq_index_enqueue_end(rq_index *q, uint32_t count) {
    uint32_t tail = q->ring.p_tail;
    rq_store32_release(&q->ring.p_tail, tail + count);  // R2: pairs with R3 in rq_index_dequeue_begin
    rq_fence_compiler();  // E11: pairs with the membarrier of E13 in rq_final_decide
    if (RQ_UNLIKELY(rq_load32(&q->gate.closing) != 0) && rq_index_settle(q, tail, count) == 0) return false;
    rq_signal_consumers(&q->gate);
    return true;
}

/// Claims up to `wanted` elements. Reads the tail again only if fewer seem to be there; in a stream, after `pauses`.
/// Consumer.
RQ_INLINE rq_index_run rq_index_dequeue_begin(rq_index *q, uint32_t wanted, size_t stride, uint32_t pauses) {
    uint32_t head = q->ring.c_head;
    uint32_t ready = q->remembered_tail - head;
    if (RQ_UNLIKELY(ready < wanted)) {
        rq_index_before_read(q->gained_ready, wanted, pauses);
        uint32_t tail = rq_load32_acquire(&q->ring.p_tail);  // R3: pairs with R2 in rq_index_enqueue_end
        // E12: the mark after the tail; pairs with E13 in rq_final_decide. A tail that was read before the mark lies before
        // the final index.
        if (RQ_UNLIKELY(rq_load32(&q->gate.closing) != 0)) tail = rq_index_limit(q, tail);
        q->gained_ready = tail - q->remembered_tail;
        q->remembered_tail = tail;
        ready = tail - head;
    }
    if (wanted == 1) {
        // The lines come from another core. With one element a call, the processor does not prefetch that far ahead.
        uint32_t ahead = stride < RQ_AHEAD ? (uint32_t)(RQ_AHEAD / stride) : 1;
        if (ready > ahead) rq_prefetch(rq_index_slot(q, head + ahead, stride));
    }
    return rq_index_run_at(q, head, stride, ready < wanted ? ready : wanted);
}

/// Releases `count` slots and signals the producer. Consumer.
RQ_INLINE void rq_index_dequeue_end(rq_index *q, uint32_t count) {
    rq_store32_release(&q->ring.c_head, q->ring.c_head + count);  // R4: pairs with R1 in rq_index_enqueue_begin
    rq_signal_producers(&q->gate);
}

/// Whether the queue is closed and empty. Consumer, after a begin that found nothing.
RQ_INLINE bool rq_index_is_drained(const rq_index *q) {
    uint64_t final = rq_load64_acquire(&q->gate.final);  // E14: pairs with the release fence in rq_ring_close
    return final != RQ_FINAL_NONE && (uint32_t)final == q->ring.c_head;
}

RQ_ASSUME_NONNULL_END

#endif
