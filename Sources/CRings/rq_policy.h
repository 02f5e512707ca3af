// The wait policy: whether a waiter tries again or parks, and what it does before a try. rq_wait.h has the states.
#ifndef RQ_POLICY_H
#define RQ_POLICY_H

#include "rq_wait.h"

RQ_ASSUME_NONNULL_BEGIN

/// Takes one step in one of the policy's states, NEW to BUSY. True: try again. False: announce, and park.
bool rq_policy_step(rq_waiter *waiter);

/// Whether to read the clock before this step. A read costs more than a try, so a busy waiter does not do it every time.
bool rq_policy_wants_clock(const rq_waiter *waiter);

/// Leaves the policy's states. Returns the permit of a waiter that spins.
void rq_policy_stop(rq_waiter *waiter);

RQ_ASSUME_NONNULL_END

#endif
