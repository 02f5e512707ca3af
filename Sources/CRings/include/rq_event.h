// The event count: how a thread that found the queue empty (or full) sleeps until that may have changed, at no cost
// for the threads that find what they want. One for 'not empty', one for 'not full'.
//
// A signalling thread stores (publish, release), then looks whether someone waits; a waiting thread says that it
// waits, then looks at the ring once more. One of the two must see the other, which takes a store-load fence on both
// sides. The waiter pays for both: membarrier(2) puts the fence into the signalling threads as well (E1 pairs with E5).
//
// Model-checked under x86-TSO with spurious wakes and timeouts; each step has a mutant that the model killed.
#ifndef RQ_EVENT_H
#define RQ_EVENT_H

#include "rq_platform.h"

RQ_ASSUME_NONNULL_BEGIN

/// 4 · waiters + 2 · relied + waking, and RQ_EVENT_FENCED.
typedef struct rq_event {
    rq_atomic32 word;
    rq_atomic32 sequence;
    char pad[120];
} rq_event;

#define RQ_EVENT_WAKING 1u  ///< somebody is being woken: until that thread leaves, nobody else pays for a system call
#define RQ_EVENT_RELIED 2u  ///< somebody signalled meanwhile and woke nobody: the thread that leaves has to look for it
#define RQ_EVENT_WAITER 4u
/// membarrier was refused: signal needs a fence of its own. Set at creation, so that the hot path tests one word.
#define RQ_EVENT_FENCED 0x80000000u

void rq_event_init(rq_event *event);
void rq_signal_slow(rq_event *event);

/// Tells one waiter, if there is any, that what it waits for may be there.
RQ_INLINE void rq_signal(rq_event *event) {
    rq_fence_compiler();  // E1: pairs with E5 in announce, whose membarrier makes this a fence
    if (RQ_LIKELY(rq_load32(&event->word) == 0)) return;
    rq_signal_slow(event);
}

/// Wakes everyone: the queue was closed, and a fence lies behind that.
void rq_event_wake_all(rq_event *event);

/// Says that this thread is about to sleep; returns the key for rq_event_sleep. Look at the ring again in between.
uint32_t rq_event_announce(rq_event *event);

/// Sleeps unless something was signalled since the announcement that returned `key`.
void rq_event_sleep(rq_event *event, uint32_t key, int64_t nanoseconds);

/// Takes the announcement back. Returns how many others wait, and whether a signal relied on this thread.
uint32_t rq_event_leave(rq_event *event, bool *relied);

RQ_ASSUME_NONNULL_END

#endif
