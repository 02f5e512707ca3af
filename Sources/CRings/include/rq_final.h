// The final index of a ring whose tail is a plain store: the index form, and ConcurrencyKit's own form.
//
// A closer cannot seal such a tail. Instead, closer, producer and consumer settle the final index by one compare-and-swap,
// and no thread waits for another (E11 to E13). Elements before the final index are in the queue; later ones go back to
// their producer.
#ifndef RQ_FINAL_H
#define RQ_FINAL_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

/// Whether the final index is settled: no enqueue that starts now succeeds. A producer that finds no room uses this, not
/// the mark, to report the queue as closed: between the two, its own next element may still be accepted.
bool rq_final_is_settled(const rq_gate *gate);

/// Settles `proposal` as the final index. If another one was settled first, stores that in `found` and returns false.
bool rq_final_settle(rq_gate *gate, uint32_t proposal, uint64_t *found);

/// Returns the final index. If none is settled yet, settles the current tail. Call it only after reading a mark.
uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail);

/// The tail that a reader may rely on: the final index if it is settled, otherwise the tail.
uint32_t rq_final_tail(const rq_gate *gate, const unsigned int *tail);

/// Orders an access before a read of the marks where membarrier was refused (E11, E12).
RQ_INLINE void rq_final_fence(const rq_gate *gate) {
    if (rq_load32(&gate->closing) & RQ_FENCED) rq_fence_full();
}

RQ_ASSUME_NONNULL_END

#endif
