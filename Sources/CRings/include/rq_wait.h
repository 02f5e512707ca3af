// Waiting: what a call does between its tries. The caller moves the element:
//
//   try; if it found nothing:
//       waiter = rq_wait_begin(...)
//       while rq_wait_step(&waiter):
//           try; if that ended the call: rq_wait_end(&waiter), done
//       timed out
//
// A waiter is a state machine. Each step does what its state says; the caller then tries again.
//
//      ┌──────────────── NEW ───────────┬──────────┐
//      │                  │             ▼          ▼
//      │                  │          POLLING     BUSY
//      │ park at once     ▼             │
//      │              YIELDING ◄────────┘
//      │                  │  ▲ │
//      │                  │  │ └──► SPINNING
//      │                  │  └────────┘ │
//      ▼                  ▼             │
//  ANNOUNCED ◄────────────┴─────────────┘
//      │   ▲
//      ▼   │
//     WOKEN
//
//   state      a step                                            next, if the try after it finds nothing
//   NEW        picks the first state and does its step           by the policy of the ring and the thread's history
//   POLLING    pauses                                            POLLING; YIELDING when the polls are used up
//   YIELDING   yields                                            SPINNING if no other thread wanted the processor;
//                                                                ANNOUNCED when the yields are used up; else YIELDING
//   SPINNING   pauses                                            SPINNING; YIELDING or ANNOUNCED when its time is up
//   BUSY       pauses, and yields now and then                   BUSY
//   ANNOUNCED  on entry, says that the thread will park          parks it; a wake or the deadline leads to WOKEN
//   WOKEN      on entry, withdraws the announcement              ANNOUNCED
//
// Every state leads to ENDED: by a try that ends the call, and by the deadline. The deadline is not checked between
// ANNOUNCED and WOKEN, because a thread that has announced itself parks until the deadline at most.
//
// NEW to BUSY belong to the policy (rq_policy.c). ANNOUNCED and WOKEN are the protocol of rq_event.h, which waiters that are
// not threads follow, too.
#ifndef RQ_WAIT_H
#define RQ_WAIT_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

#define RQ_FOREVER INT64_MAX

typedef enum rq_wait_state {
    RQ_WAIT_NEW,        ///< the call has made its first try
    RQ_WAIT_POLLING,    ///< tries, with a pause after each
    RQ_WAIT_YIELDING,   ///< tries, with a yield after each
    RQ_WAIT_SPINNING,   ///< tries, with a few pauses after each, and counts as a spinner
    RQ_WAIT_BUSY,       ///< tries for as long as it takes: never parks
    RQ_WAIT_ANNOUNCED,  ///< signallers see that it waits: it has to try once more, then park or leave
    RQ_WAIT_WOKEN,      ///< has left: it has to try once more
    RQ_WAIT_ENDED,      ///< the call does not wait, or has stopped waiting
} rq_wait_state;

typedef struct rq_waiter {
    rq_gate *gate;
    int64_t deadline;  ///< on rq_now's clock, or RQ_FOREVER
    rq_side side;
    rq_wait_state state;
    // Used by the policy.
    int64_t spin_until;    ///< on rq_now's clock; only while SPINNING
    uint32_t polls_left;   ///< only while POLLING
    uint32_t yields;       ///< BUSY: steps
    uint32_t free_yields;  ///< yields that do not count in `yields`, because another thread ran meanwhile
    bool backed_off;
    // Used by the protocol.
    bool expired;     ///< the deadline passed while it was parked
    bool relied;      ///< a signaller saw WAKING and left it to this waiter to wake the next one
    uint32_t key;     ///< the sequence of signals when it announced itself
    uint32_t others;  ///< waiters on this side when it left
} rq_waiter;

/// A waiter for a call that may never have to wait. Only its state is set, so it costs nothing until the call waits.
RQ_INLINE rq_waiter rq_wait_none(void) {
    rq_waiter waiter;
    waiter.state = RQ_WAIT_ENDED;
    return waiter;
}

/// Whether the call waits, and has to end the waiter.
RQ_INLINE bool rq_wait_is_begun(const rq_waiter *waiter) { return waiter->state != RQ_WAIT_ENDED; }

/// Begins to wait, after a try that found nothing. Changes nothing that another thread could see.
rq_waiter rq_wait_begin(rq_gate *gate, rq_side side, int64_t deadline);

/// Waits, for a pause or a whole sleep. Returns true if the caller should try again. Returns false if the deadline has
/// passed; a wake that this thread got and could not use was then passed on.
bool rq_wait_step(rq_waiter *waiter);

/// Ends the wait, after a try that ended the call. Withdraws an announcement, and passes on a wake that others can use.
void rq_wait_end(rq_waiter *waiter);

// The steps of the protocol (rq_event.h), as rq_wait_step and rq_wait_end take them.

/// Announces to signallers that this waiter is about to park (E5). It has to try once more before it parks (E8).
void rq_wait_announce(rq_waiter *waiter);

/// Parks the thread until a signal, the deadline, or a spurious wake; then leaves. Returns at once if there was a signal
/// since the announcement (E3).
void rq_wait_park(rq_waiter *waiter);

/// Withdraws the announcement (E7).
void rq_wait_leave(rq_waiter *waiter);

RQ_ASSUME_NONNULL_END

#endif
