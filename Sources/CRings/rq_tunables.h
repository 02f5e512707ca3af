// The numbers of the wait policy. Each name ends in its unit. They were measured: see the article Performance.
//
// A *hog* is a thread of another process that keeps a processor without yielding. A *trickle* is a flow of elements that
// come one at a time, each after the thread has waited for it, as in request/response traffic. To *back off* is to sleep
// for a fixed time that no signal can cut short.
#ifndef RQ_TUNABLES_H
#define RQ_TUNABLES_H

#include <stdint.h>

static const struct {
    // Yielding.
    uint32_t yields_max;       ///< yields before a waiter parks
    uint32_t free_yields_max;  ///< yields that do not count, because another thread ran meanwhile
    int64_t idle_yield_ns;     ///< if a yield was shorter, no other thread wanted this processor
    int64_t long_yield_ns;     ///< if a yield was longer, another thread kept it: one of this process, or a hog

    // Spinning.
    int64_t spin_alone_ns;     ///< after a yield during which no other thread ran
    int64_t spin_beside_hog_ns;
    uint32_t pauses_per_spin;  ///< pauses between two tries

    // Polling: tries before the first yield, where elements trickle.
    uint32_t polls_max;
    uint32_t trickle_elements_max;  ///< the most elements between two waits that count as a trickle
    uint32_t trickle_waits_min;     ///< after this many waits in a row with a trickle before each, a waiter polls

    // Parking at once, without any of the above.
    int64_t long_sleep_ns;       ///< a longer sleep is long: more than two threads need to wake each other
    uint32_t long_sleeps_min;    ///< after this many waits in a row that ended in a long sleep, a waiter parks at once
    uint32_t waits_per_attempt;  ///< every n-th of those waits does not park at once: the flow may have changed

    // Beside a hog.
    int64_t hog_window_ns;           ///< two long yields further apart than this are not related
    uint32_t own_share_max_percent;  ///< if this process used more of the processors, there was no hog
    int64_t hog_memory_ns;           ///< how long a hog is remembered, and waiters do not yield
    int64_t pause_beside_hog_ns;     ///< before the spin that replaces the yields
    int64_t back_off_ns;             ///< the system's timer slack, about 50 µs, comes on top
    uint32_t back_off_elements_max;  ///< the most elements between two waits for which a waiter backs off

    // Deadlines and the busy policy.
    int64_t clock_check_ns;     ///< a parked thread reads the clock this often: futexes do not count suspended time
    uint32_t tries_per_yield;   ///< a busy waiter yields and reads the clock once in this many tries
} rq_tunables = {
    .yields_max = 5,
    .free_yields_max = 30,
    .idle_yield_ns = 1200,
    .long_yield_ns = 1500000,
    .spin_alone_ns = 1000,
    .spin_beside_hog_ns = 2000,
    .pauses_per_spin = 4,
    .polls_max = 40,
    .trickle_elements_max = 2,
    .trickle_waits_min = 4,
    .long_sleep_ns = 30000,
    .long_sleeps_min = 4,
    .waits_per_attempt = 16,
    .hog_window_ns = 50000000,
    .own_share_max_percent = 80,
    .hog_memory_ns = 300000000,
    .pause_beside_hog_ns = 300,
    .back_off_ns = 20000,
    .back_off_elements_max = 64,
    .clock_check_ns = 1000000000,
    .tries_per_yield = 64,
};

#endif
