// What a Swift program cannot say to Linux and the processor itself.
#ifndef PEERS_H
#define PEERS_H

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

/// Tells the processor that this is a spinning loop.
static inline void peers_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Sleeps until that time on the monotonic clock.
void peers_sleep_until(int64_t nanoseconds);

/// How many processors this process may use.
int peers_processors(void);

/// The number of the one that has this ordinal, modulo how many there are.
int peers_processor(int ordinal);

/// Ties the calling thread to the processor that has this ordinal.
void peers_pin(int ordinal);

/// The version of swift-async-algorithms that is linked.
const char *peers_async_algorithms(void);

#endif
