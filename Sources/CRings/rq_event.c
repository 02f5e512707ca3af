#include "rq_event.h"

#include <limits.h>

#include "rq_assert.h"

void rq_event_init(rq_event *event) {
    event->word = rq_fence_everywhere_available() ? 0 : RQ_EVENT_FENCED;
    event->sequence = 0;
    event->sleepers = (rq_sleepers){0};
    event->turn = 0;
}

static uint32_t waiters(uint32_t word) { return (word & ~RQ_EVENT_FENCED) / RQ_EVENT_WAITER; }

/// Whether the protocol can produce this word: WAKING only while there are waiters, RELIED only with WAKING.
RQ_INLINE bool is_legal(uint32_t word) {
    bool waking = (word & RQ_EVENT_WAKING) != 0, relied = (word & RQ_EVENT_RELIED) != 0;
    return (!waking || waiters(word) > 0) && (!relied || waking);
}

/// Wakes one waiter, of `waiting`: a thread or a sleeper, in turns. Returns whether that was a notice, which takes nothing from
/// the queue.
static bool wake_one(rq_event *event, uint32_t waiting) {
    rq_add32(&event->sequence, 1);  // E3: pairs with the key of E5. A waiter that is about to park or to enlist will not
    rq_fence_full();                // E18: pairs with the fence in rq_sleepers_add
    uint32_t listed = rq_load32(&event->sleepers.count);
    if (listed == 0) {
        rq_unpark(&event->sequence, 1);  // E4: pairs with rq_event_sleep
        return false;
    }
    // If all waiters are on the list, no thread is parked, and the system call is saved.
    bool threads_first = waiting > listed && (rq_add32(&event->turn, 1) & 1) != 0;
    if (threads_first && rq_unpark(&event->sequence, 1) > 0) return false;
    bool is_notice = false;
    rq_wake wake = rq_sleepers_take(&event->sleepers, &is_notice);
    if (wake.call != NULL)
        wake.call(wake.context);
    else if (!threads_first)
        // Another thread took the last sleeper meanwhile. It may have been a notice, which hands nothing on.
        rq_unpark(&event->sequence, 1);
    return is_notice;
}

/// The rest of rq_signal_slow, apart from it so that the usual early return has no frame to set up.
static __attribute__((noinline)) void signal_waiters(rq_event *event, uint32_t word) {
    uint32_t left = waiters(word);  // to look at; more if others rely on this thread
    while (left > 0 && waiters(word) > 0) {
        rq_assert(is_legal(word));
        bool waking = (word & RQ_EVENT_WAKING) != 0;
        // E6: the element that this thread published may not be visible to other threads yet. The waiter that leaves
        // executes the fence.
        if (waking && (word & RQ_EVENT_RELIED)) return;
        // E2: the signaller that sets WAKING wakes; E7 in leave clears it. E6: the first one that does not wake sets RELIED.
        uint32_t mark = waking ? RQ_EVENT_RELIED : RQ_EVENT_WAKING;
        if (!rq_cas32(&event->word, word, word | mark, &word)) continue;
        if (waking || !wake_one(event, waiters(word))) return;
        // E20: a notice neither leaves nor hands on, so this thread does both. Waiters that come meanwhile try by themselves.
        bool relied;
        left = left - 1;
        if (rq_event_leave(event, &relied) == 0) return;
        if (relied) rq_fence_everywhere();
        word = rq_load32(&event->word);
        if (relied) left = waiters(word);
    }
}

void rq_signal_slow(rq_event *event) {
    uint32_t word = rq_load32(&event->word);
    if (word & RQ_EVENT_FENCED) {
        rq_fence_full();  // E1 where membarrier was refused
        word = rq_load32(&event->word);
    }
    const uint32_t both = RQ_EVENT_WAKING | RQ_EVENT_RELIED;
    if ((word & both) != both) signal_waiters(event, word);
}

void rq_event_wake_all(rq_event *event) {
    rq_add32(&event->sequence, 1);
    rq_unpark(&event->sequence, INT_MAX);
    bool is_relied_on = false;
    // E20. A sleeper that is not on the list by now finds the sequence changed: the list's lock orders the two (E19).
    for (uint32_t notices = rq_sleepers_wake_all(&event->sleepers); notices > 0; notices--) {
        bool relied;
        rq_event_leave(event, &relied);
        is_relied_on |= relied;
    }
    // Waiters may have come since. They need a wake for an element that was reserved before the close and published after it.
    if (is_relied_on) rq_signal(event);
}

uint32_t rq_event_announce(rq_event *event) {
    uint32_t key = rq_load32_acquire(&event->sequence);  // E5: before the announcement; E3 makes the key out of date
    uint32_t before = rq_add32(&event->word, RQ_EVENT_WAITER);
    rq_assert(is_legal(before) && waiters(before) < waiters(~RQ_EVENT_FENCED));
    (void)before;
    rq_fence_everywhere();  // E5: pairs with E1 in signal
    return key;
}

void rq_event_sleep(rq_event *event, uint32_t key, int64_t nanoseconds) {
    rq_park(&event->sequence, key, nanoseconds);  // E3 keeps it from sleeping, E4 wakes it
}

uint32_t rq_event_leave(rq_event *event, bool *relied) {
    uint32_t word = rq_load32(&event->word);
    // E7: a waiter that leaves, woken or not, clears WAKING (E2). Otherwise WAKING would silence all later signals.
    while (!rq_cas32(&event->word, word, (word - RQ_EVENT_WAITER) & ~(RQ_EVENT_WAKING | RQ_EVENT_RELIED), &word)) {}
    rq_assert(is_legal(word) && waiters(word) > 0);
    *relied = (word & RQ_EVENT_RELIED) != 0;  // E6: pairs with the mark in signal
    return waiters(word) - 1;
}

bool rq_event_must_check(uint32_t others, bool relied) {
    if (others == 0) return false;
    // E6: pairs with the mark in rq_signal_slow. Makes the element that the signaller published visible here. Without the
    // mark, the signaller had a fence of its own.
    if (relied) rq_fence_everywhere();
    return true;
}
