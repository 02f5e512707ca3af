// A waiter that is not a parked thread: a suspended task, a callback, a wait for several queues. It is on a list of the
// event count, and is woken by a call of its function.
//
// A sleeper that is on a list is woken exactly once: the thread that takes it off the list, under the list's lock, calls its
// function, after the lock is released. That is a signaller, a closer, or the thread that interrupts it.
#ifndef RQ_SLEEPER_H
#define RQ_SLEEPER_H

#include "rq_lock.h"

RQ_ASSUME_NONNULL_BEGIN

typedef enum rq_sleeper_state {
    RQ_SLEEPER_AWAKE,        ///< prepared, and not on a list yet
    RQ_SLEEPER_LISTED,       ///< on the list
    RQ_SLEEPER_WOKEN,        ///< taken off the list by a signal or a close
    RQ_SLEEPER_INTERRUPTED,  ///< interrupted, before it was on the list or while it was
} rq_sleeper_state;

/// The call that wakes a sleeper. It must not wait, and must not call functions of the same end.
typedef struct rq_wake {
    void (*RQ_NULLABLE call)(void *RQ_NULLABLE context);
    void *RQ_NULLABLE context;
} rq_wake;

/// All members are protected by the lock of the list. The owner sets `wake` and `is_notice` before it enlists.
typedef struct rq_sleeper {
    struct rq_sleeper *RQ_NULLABLE next, *RQ_NULLABLE previous;
    rq_wake wake;
    rq_sleeper_state state;
    uint32_t round;  ///< counts its sleeps, so that an interruption meant for an earlier one does nothing
    bool is_notice;  ///< no thread waits for the wake: the signaller withdraws the announcement, and wakes one more
} rq_sleeper;

typedef struct rq_sleepers {
    rq_atomic32 lock;
    rq_atomic32 count;  ///< written with the lock held, read without it
    rq_sleeper *RQ_NULLABLE first, *RQ_NULLABLE last;
} rq_sleepers;

/// Begins a new sleep, and returns its round. The sleeper is not on the list.
uint32_t rq_sleepers_prepare(rq_sleepers *list, rq_sleeper *sleeper);

/// Appends the sleeper, unless it was interrupted or `*sequence` is no longer `key`. Returns whether it is on the list.
bool rq_sleepers_add(rq_sleepers *list, rq_sleeper *sleeper, const rq_atomic32 *sequence, uint32_t key);

/// Interrupts the sleep of that round, if the sleeper was not woken yet. Returns true if the sleeper was on the list: the
/// caller must then wake it.
bool rq_sleepers_interrupt(rq_sleepers *list, rq_sleeper *sleeper, uint32_t round);

/// Takes the first sleeper off the list. Returns the call that wakes it; none if the list is empty.
rq_wake rq_sleepers_take(rq_sleepers *list, bool *is_notice);

/// Wakes all sleepers that are on the list now. Returns how many of them were notices.
uint32_t rq_sleepers_wake_all(rq_sleepers *list);

RQ_ASSUME_NONNULL_END

#endif
