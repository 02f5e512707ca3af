// Operations on any ring, for code that does not know its form: closing, and the questions that waiting asks.
#ifndef RQ_RING_H
#define RQ_RING_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

/// Closes the queue for producers and, with `stop`, for consumers as well; wakes every waiter. Any thread, any number of
/// times. On return no enqueue that starts later succeeds.
void rq_ring_close(rq_gate *gate, bool stop);

/// Whether the queue is closed for good: no enqueue that starts now succeeds.
bool rq_ring_is_closed(const rq_gate *gate);

/// Whether a waiter on `side` would find something to do (or the end) now.
bool rq_ring_is_ready(const rq_gate *gate, rq_side side);

/// How many elements a side has moved so far, roughly: the result may be slightly too large.
uint64_t rq_ring_progress(const rq_gate *gate, rq_side side);

RQ_ASSUME_NONNULL_END

#endif
