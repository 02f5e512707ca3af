// Calls to Linux and the processor that Swift does not have.
#ifndef PEERS_H
#define PEERS_H

#include <sched.h>
#include <stdint.h>
#include <time.h>

static inline int64_t peers_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// The monotonic clock, in nanoseconds.
static inline int64_t peers_now(void) { return peers_clock(CLOCK_MONOTONIC); }

/// Processor time of all threads of this process, in nanoseconds.
static inline int64_t peers_cpu_time(void) { return peers_clock(CLOCK_PROCESS_CPUTIME_ID); }

/// Which failures in a row end in a yield: each 256th, or all if there is only one processor.
extern uint32_t peers_yield_mask;

/// The action of a spinning thread after this many failed tries in a row.
static inline void peers_failed(uint32_t tries) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
    if ((tries & peers_yield_mask) == 0) sched_yield();
}

/// Sleeps until that time on the monotonic clock.
void peers_sleep_until(int64_t nanoseconds);

/// The number of the processor that has this ordinal among those that this process may use, modulo how many those are.
int peers_processor(int ordinal);

/// Ties the calling thread to the processor that has this ordinal.
void peers_pin(int ordinal);

/// The version of swift-async-algorithms that is linked.
const char *peers_async_algorithms(void);

#endif
