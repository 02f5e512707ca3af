#include "rq_event.h"

#include <limits.h>

void rq_event_init(rq_event *event) {
    event->word = rq_fence_everywhere_available() ? 0 : RQ_EVENT_FENCED;
    event->sequence = 0;
}

static uint32_t waiters(uint32_t word) { return (word & ~RQ_EVENT_FENCED) / RQ_EVENT_WAITER; }

void rq_signal_slow(rq_event *event) {
    uint32_t word = rq_load32(&event->word);
    if (word & RQ_EVENT_FENCED) {
        rq_fence_full();  // E1 where membarrier was refused
        word = rq_load32(&event->word);
    }
    while (waiters(word) > 0) {
        bool waking = (word & RQ_EVENT_WAKING) != 0;
        // E6: what this thread published may be in no other's view yet; the thread that leaves sees to that.
        if (waking && (word & RQ_EVENT_RELIED)) return;
        // E2: whoever sets 'waking' wakes. E6: the first who does not says so.
        uint32_t mark = waking ? RQ_EVENT_RELIED : RQ_EVENT_WAKING;
        if (!rq_cas32(&event->word, word, word | mark, &word)) continue;
        if (waking) return;
        rq_add32(&event->sequence, 1);  // E3: a thread that announced but does not sleep yet will not
        rq_unpark(&event->sequence, 1);  // E4
        return;
    }
}

void rq_event_wake_all(rq_event *event) {
    rq_add32(&event->sequence, 1);
    rq_unpark(&event->sequence, INT_MAX);
}

uint32_t rq_event_announce(rq_event *event) {
    uint32_t key = rq_load32_acquire(&event->sequence);
    rq_add32(&event->word, RQ_EVENT_WAITER);
    rq_fence_everywhere();  // E5: pairs with E1 in signal
    return key;
}

void rq_event_sleep(rq_event *event, uint32_t key, int64_t nanoseconds) {
    rq_park(&event->sequence, key, nanoseconds);
}

uint32_t rq_event_leave(rq_event *event, bool *relied) {
    uint32_t word = rq_load32(&event->word);
    // E7: 'waking' goes with whoever leaves, woken or not, or it would silence the next signal for good.
    while (!rq_cas32(&event->word, word, (word - RQ_EVENT_WAITER) & ~(RQ_EVENT_WAKING | RQ_EVENT_RELIED), &word)) {}
    *relied = (word & RQ_EVENT_RELIED) != 0;
    return waiters(word) - 1;
}
