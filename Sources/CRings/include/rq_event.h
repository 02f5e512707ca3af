// The event count: a waiter parks on it until the queue may have changed. Threads that do not wait pay nothing for it.
// A ring has two: one for 'not empty', one for 'not full'.
//
// A signaller stores (publish, release), then looks for waiters. A waiter announces itself, then tries once more. One of
// the two must see the other, which takes a store-load fence on both sides. The waiter pays for both: its membarrier(2)
// also executes the fence in the signalling threads (E1 pairs with E5).
//
// A waiter is a thread, which parks on the sequence, or a sleeper, which is on the list (rq_sleeper.h). Only the slow path
// tells them apart.
//
// The protocol of a waiter: announce; try; if that finds nothing, sleep (a thread) or enlist (a sleeper); when something ends
// the sleep, or the enlisting is refused, leave; try; check on behalf of the others. Whatever ends the sleep (a wake, the
// deadline, a cancellation), the waiter must leave and check, or a wake that it got is lost. Only a notice does not leave
// after a wake: the thread that woke it has done so.
//
// The edges E1 to E9, E18 and E19 are in the article MemoryOrdering.
#ifndef RQ_EVENT_H
#define RQ_EVENT_H

#include "rq_sleeper.h"

RQ_ASSUME_NONNULL_BEGIN

/// `word` is 4 · waiters + 2 · relied + waking, and RQ_EVENT_FENCED. `sequence` counts signals; waiters park on it.
typedef struct rq_event {
    rq_atomic32 word;
    rq_atomic32 sequence;
    rq_sleepers sleepers;
    rq_atomic32 turn;  ///< whether threads or sleepers are woken first
    char pad[92];
} rq_event;

/// A waiter is being woken. Until one leaves, no other signaller makes a system call.
#define RQ_EVENT_WAKING 1u
/// A signaller saw WAKING and skipped its own wake: the waiter that leaves must check on its behalf.
#define RQ_EVENT_RELIED 2u
#define RQ_EVENT_WAITER 4u
/// membarrier was refused: signal needs a fence of its own. Set at creation, so that the hot path tests one word.
#define RQ_EVENT_FENCED 0x80000000u

void rq_event_init(rq_event *event);
void rq_signal_slow(rq_event *event);

/// Wakes one waiter, if there is one: what it waits for may be there.
RQ_INLINE void rq_signal(rq_event *event) {
    rq_fence_compiler();  // E1: pairs with E5 in announce, whose membarrier makes this a fence
    if (RQ_LIKELY(rq_load32(&event->word) == 0)) return;
    rq_signal_slow(event);
}

/// Wakes every waiter. Call it after closing the queue and a fence.
void rq_event_wake_all(rq_event *event);

/// Announces that the caller is about to park, and returns the key for rq_event_sleep. The caller has to try once more in
/// between.
uint32_t rq_event_announce(rq_event *event);

/// Parks the thread, unless there was a signal since the announcement that returned `key`.
void rq_event_sleep(rq_event *event, uint32_t key, int64_t nanoseconds);

/// Puts the sleeper on the list, unless there was a signal since the announcement that returned `key`, or the sleep was
/// interrupted. Returns whether it is on the list; it is then woken exactly once. If not, its function is not called.
RQ_INLINE bool rq_event_enlist(rq_event *event, rq_sleeper *sleeper, uint32_t key) {
    return rq_sleepers_add(&event->sleepers, sleeper, &event->sequence, key);
}

/// Withdraws the announcement. Returns how many other waiters there are, and whether a signaller relied on this one.
uint32_t rq_event_leave(rq_event *event, bool *relied);

/// Whether the waiter that left must check the queue on behalf of the others. It then calls rq_event_hand_on if they would find
/// something to do, or the end. Every waiter that has left does this, whether or not it found something: a wake is for the
/// queue, not for the waiter that got it.
bool rq_event_must_check(uint32_t others, bool relied);

/// Wakes the next waiter.
RQ_INLINE void rq_event_hand_on(rq_event *event) { rq_signal(event); }

RQ_ASSUME_NONNULL_END

#endif
