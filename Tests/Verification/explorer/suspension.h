// Waiting as a task or a callback does it, which is not a thread: between two tries it is a sleeper on the list of the event
// count. Follows the protocol of rq_event.h.
#ifndef SUSPENSION_H
#define SUSPENSION_H

#include "CRings.h"
#include "explore.h"

RQ_ASSUME_NONNULL_BEGIN

/// How an end waits.
typedef enum wait_kind { PARKS, SUSPENDS, IS_NOTIFIED } wait_kind;

/// The sleeper of one end, and a word, in place of its task, that the modelled thread parks on.
typedef struct suspension {
    wait_kind kind;
    rq_sleeper sleeper;
    uint32_t resumed;    ///< how often the function was called in this sleep
    uint32_t cancelled;  ///< whether the task was cancelled
    uint32_t key, others;
    bool relied;
} suspension;

void suspension_reset(suspension *own, wait_kind kind);

/// As rq_wait_step: waits in the way of the end. False: the deadline has passed, or the task was cancelled.
bool suspension_step(suspension *own, rq_waiter *waiter);

/// As rq_wait_end.
void suspension_end(suspension *own, rq_waiter *waiter);

/// Cancels the task, from any thread.
void suspension_cancel(suspension *own, rq_gate *gate, rq_side side);

RQ_ASSUME_NONNULL_END

#endif
