#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
// A sanitizer comes before the C library as well, and has to see every thread.
extern int __interceptor_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
extern int __interceptor_clock_gettime(clockid_t, struct timespec *);
#define SANITIZED
#endif

static _Thread_local uint64_t yields;

uint64_t ts_yields(void) { return yields; }

int sched_yield(void) {
    yields++;
    return (int)syscall(SYS_sched_yield);
}

static _Thread_local uint64_t clock_reads;

uint64_t ts_clock_reads(void) { return clock_reads; }

int clock_gettime(clockid_t clock, struct timespec *time) {
    clock_reads++;
#ifdef SANITIZED
    return __interceptor_clock_gettime(clock, time);
#else
    static int (*next)(clockid_t, struct timespec *);
    if (__atomic_load_n(&next, __ATOMIC_RELAXED) == NULL) {
        void *found = dlsym(RTLD_NEXT, "clock_gettime");
        __atomic_store_n((void **)&next, found, __ATOMIC_RELAXED);
    }
    return next(clock, time);
#endif
}

static _Thread_local uint32_t until_failure;

void ts_fail_thread(uint32_t number) { until_failure = number; }

// A byte that fills the stacks of threads which have not started yet.
#define PAINT 0xa5
#define PAINTED_MAX 64

static _Thread_local bool painting;
static _Thread_local struct {
    unsigned char *memory;
    size_t size;
} painted[PAINTED_MAX];
static _Thread_local int painted_count;

void ts_paint_stacks(bool on) { painting = on; }

size_t ts_deepest_stack(void) {
    size_t most = 0;
    for (int i = 0; i < painted_count; i++) {
        size_t untouched = 0;
        while (untouched < painted[i].size && painted[i].memory[untouched] == PAINT) untouched++;
        if (painted[i].size - untouched > most) most = painted[i].size - untouched;
        munmap(painted[i].memory, painted[i].size);
    }
    painted_count = 0;
    return most;
}

/// Attributes with a painted stack of the same size; false if there is none.
static bool paint(pthread_attr_t *with, const pthread_attr_t *attributes) {
    size_t size;
    if (painted_count == PAINTED_MAX || pthread_attr_getstacksize(attributes, &size) != 0) return false;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    memset(memory, PAINT, size);
    painted[painted_count].memory = memory;
    painted[painted_count++].size = size;
    pthread_attr_init(with);
    return pthread_attr_setstack(with, memory, size) == 0;
}

// The dynamic linker finds this before the C library's for everything in the process.
int pthread_create(
    pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*body)(void *),
    void *restrict argument) {
    if (until_failure > 0 && --until_failure == 0) return EAGAIN;
    pthread_attr_t with;
    if (painting) {
        if (!paint(&with, attributes)) return EAGAIN;
        attributes = &with;
    }
#ifdef SANITIZED
    return __interceptor_pthread_create(thread, attributes, body, argument);
#else
    static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (__atomic_load_n(&next, __ATOMIC_RELAXED) == NULL) {
        void *found = dlsym(RTLD_NEXT, "pthread_create");
        __atomic_store_n((void **)&next, found, __ATOMIC_RELAXED);
    }
    return next(thread, attributes, body, argument);
#endif
}
