#define _GNU_SOURCE
#include "peers.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

void peers_sleep_until(int64_t nanoseconds) {
    struct timespec until = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
}

// Read once, before any thread is tied: a tied thread sees its own processor only.
static cpu_set_t usable;

uint32_t peers_yield_mask;

__attribute__((constructor)) static void look(void) {
    sched_getaffinity(0, sizeof usable, &usable);
    peers_yield_mask = CPU_COUNT(&usable) == 1 ? 0 : 255;
}

int peers_processor(int ordinal) {
    int left = ordinal % CPU_COUNT(&usable);
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &usable) && left-- == 0) return processor;
    }
    return 0;
}

void peers_pin(int ordinal) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(peers_processor(ordinal), &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

const char *peers_async_algorithms(void) { return PEERS_ASYNC_ALGORITHMS; }
