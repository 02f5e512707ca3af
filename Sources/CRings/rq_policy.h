// The wait policy: whether a waiter tries again, and what it does before that, or parks. The states are in rq_wait.h.
#ifndef RQ_POLICY_H
#define RQ_POLICY_H

#include "rq_wait.h"

RQ_ASSUME_NONNULL_BEGIN

/// One step in one of the policy's states, NEW to BUSY. True: try again. False: announce, and park.
bool rq_policy_step(rq_waiter *waiter);

/// Whether to read the clock before this step: it costs more than a try, so a busy waiter does not always.
bool rq_policy_wants_clock(const rq_waiter *waiter);

/// Gives up what the state holds: a spinner's permit.
void rq_policy_stop(rq_waiter *waiter);

RQ_ASSUME_NONNULL_END

#endif
