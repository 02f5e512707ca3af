// The final index of a ring whose tail is a plain store: ConcurrencyKit's ring, in the index form and in its own.
//
// A closer cannot seal such a tail. Closer, producer and consumer settle the final index by one compare-and-swap, and
// no thread waits for it (E11 to E13): an element before the final index is in the queue, the others are the
// producer's.
#ifndef RQ_FINAL_H
#define RQ_FINAL_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

/// Whether the final index is settled: no enqueue that starts now succeeds. A producer that finds no room answers
/// closed by this and not by the mark, because its own next element may still be accepted between the two.
bool rq_final_is_settled(const rq_gate *gate);

/// Settles `proposal` as the final index, unless another was settled before, which goes to `found`.
bool rq_final_settle(rq_gate *gate, uint32_t proposal, uint64_t *found);

/// Returns the final index, and settles the present tail as such if none is settled yet. Call it only after a mark.
uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail);

/// The tail that a reader may rely on: the final index if it is settled, else the tail.
uint32_t rq_final_tail(const rq_gate *gate, const unsigned int *tail);

/// Orders an access before a read of the marks where membarrier was refused (E11, E12).
RQ_INLINE void rq_final_fence(const rq_gate *gate) {
    if (rq_load32(&gate->closing) & RQ_FENCED) rq_fence_full();
}

RQ_ASSUME_NONNULL_END

#endif
