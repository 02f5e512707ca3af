// A call that waits: try, give way or spin a little as the policy says, then park on the event count until the try
// succeeds, the queue closes or the time is over. The element moves between the steps, in the caller:
//
//   status = try
//   if again: waiter = rq_wait_begin(...)
//       while rq_wait_step(&waiter): status = try; if not again: rq_wait_end(&waiter), done
//       timed out
#ifndef RQ_WAIT_H
#define RQ_WAIT_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

#define RQ_FOREVER INT64_MAX

typedef struct rq_waiter {
    rq_gate *gate;
    int64_t deadline;    ///< on rq_now's clock, or RQ_FOREVER
    int64_t spin_until;  ///< 0: not spinning
    uint32_t side;
    uint32_t phase;
    uint32_t looks;  ///< tries that are left before the first yield
    uint32_t yields;
    uint32_t turns;  ///< yields that others used
    uint32_t key;
    uint32_t others;  ///< that waited when this thread left
    bool relied;      ///< whether somebody left it to this thread to tell them
    bool expired;
    bool napped;
} rq_waiter;

rq_waiter rq_wait_begin(rq_gate *gate, rq_side side, int64_t deadline);

/// Waits a little or a lot. True: try again. False: the time is over, and what this thread was woken for, if
/// anything, has been handed on.
bool rq_wait_step(rq_waiter *waiter);

/// After the try that ended the call: takes the announcement back and hands on a wake that others can use.
void rq_wait_end(rq_waiter *waiter);

RQ_ASSUME_NONNULL_END

#endif
