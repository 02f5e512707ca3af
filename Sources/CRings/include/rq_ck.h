// ConcurrencyKit's own ring calls, untouched, with the same waiting and closing: the baseline for everything else.
//
// The type-generic macro CK_RING_PROTOTYPE needs a C type. This file calls the functions that it expands to, which take a
// size. An entry is the element's bits. With several consumers, an entry begins with the index that ck_ring gave it: the
// calls that claim do not return the index, and closing needs it. ck_ring publishes in order, so the final index is
// settled as with one producer (E11 to E13). A producer does not propose its own index but calls rq_final_decide: another
// producer may have published after it and read the mark before it.
//
// Exact capacity: ck_ring holds 2^n - 1. For any other capacity, one more word counts the slots in use.
#ifndef RQ_CK_H
#define RQ_CK_H

#include <ck_ring.h>
#include <string.h>

#include "rq_final.h"

RQ_ASSUME_NONNULL_BEGIN

typedef struct rq_ck {
    rq_gate gate;
    rq_atomic32 held;
    bool counted;
    bool boxed;  ///< the caller's: an entry is the address of an element, not the element
    char pad0[RQ_LINE + RQ_LINE / 2 - 6];
    ck_ring_t ring;
    char pad1[RQ_LINE];
} rq_ck;

// `held`, the ring's head, and its tail with its size are in different lines.
RQ_AT_LINE(rq_ck, held, 0);
RQ_AT_LINE(rq_ck, ring.c_head, RQ_LINE / 2);
RQ_AT_LINE(rq_ck, ring.p_tail, 0);

/// Creates a ring, or returns NULL. With several consumers, `stride` includes the index at the start of the entry.
rq_ck *RQ_NULLABLE rq_ck_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy);

/// Whether ck_ring can address this many elements: it multiplies index and stride in 32 bits.
bool rq_ck_reaches(uint32_t capacity, size_t stride);

/// Whether the element that got this index is before the final index. Call it only after a mark.
bool rq_ck_accepted(rq_ck *q, uint32_t ticket);

/// The status of a dequeue that found nothing.
rq_status rq_ck_empty(rq_ck *q);

/// The number of elements in the queue a moment ago. Any thread.
uint32_t rq_ck_count(const rq_ck *q);

RQ_INLINE bool rq_ck_hold(rq_ck *q) {
    uint32_t held = rq_load32(&q->held);
    while (held < q->gate.capacity)
        if (rq_cas32(&q->held, held, held + 1, &held)) return true;
    return false;
}

RQ_INLINE rq_status rq_ck_refused(const rq_ck *q) { return rq_final_is_settled(&q->gate) ? RQ_END : RQ_AGAIN; }

/// Copies an entry into the ring and signals a consumer. ConcurrencyKit's calls copy, so the step is not split into
/// halves.
RQ_INLINE rq_status rq_ck_enqueue(rq_ck *q, void *entry, size_t stride, bool several, bool several_consumers) {
    if (q->counted && !rq_ck_hold(q)) return rq_ck_refused(q);
    unsigned int ticket = several ? 0 : q->ring.p_tail;
    void *slot = several ? _ck_ring_enqueue_reserve_mp(&q->ring, q->gate.slots, (unsigned int)stride, &ticket, NULL)
                         : _ck_ring_enqueue_reserve_sp(&q->ring, q->gate.slots, (unsigned int)stride, NULL);
    if (slot == NULL) {
        if (q->counted) rq_add32(&q->held, -1u);
        return rq_ck_refused(q);
    }
    if (several_consumers) *(uint32_t *)entry = ticket;
    memcpy(slot, entry, stride);
    if (several)
        _ck_ring_enqueue_commit_mp(&q->ring, ticket);
    else
        _ck_ring_enqueue_commit_sp(&q->ring);
    rq_fence_compiler();  // E11: pairs with the membarrier of E13 in rq_final_decide
    if (RQ_UNLIKELY(rq_load32(&q->gate.closing) != 0) && !rq_ck_accepted(q, ticket)) return RQ_END;
    rq_signal_consumers(&q->gate);
    return RQ_DONE;
}

/// Keeps the compiler from eliminating the store of the value that a consumer reads from a slot. ConcurrencyKit orders
/// that read before the store of the head by a store fence, which needs this store. On x86 no read passes a later store.
RQ_INLINE void rq_ck_store_what_is_read(void *entry) {
#ifndef __x86_64__
    __asm__ volatile("" : : "r"(entry) : "memory");
#else
    (void)entry;
#endif
}

/// Copies an entry out of the ring and signals a producer.
RQ_INLINE rq_status rq_ck_dequeue(rq_ck *q, void *entry, size_t stride, bool several) {
    uint32_t ticket = several ? 0 : q->ring.c_head;
    rq_ck_store_what_is_read(entry);
    bool taken = several ? _ck_ring_dequeue_mc(&q->ring, q->gate.slots, entry, (unsigned int)stride)
                         : _ck_ring_dequeue_sc(&q->ring, q->gate.slots, entry, (unsigned int)stride);
    if (RQ_UNLIKELY(!taken)) return rq_ck_empty(q);
    if (q->counted) rq_add32(&q->held, -1u);
    rq_fence_load();  // E12: the mark after the tail; pairs with E13 in rq_final_decide
    if (RQ_UNLIKELY(rq_load32(&q->gate.closing) != 0) && !rq_ck_accepted(q, several ? *(uint32_t *)entry : ticket))
        return RQ_END;
    rq_signal_producers(&q->gate);
    return RQ_DONE;
}

RQ_ASSUME_NONNULL_END

#endif
