// The modelled system below the rings and the pipelines: futexes, threads, mutexes, conditions, a clock. The linker sends
// the calls of pthread that these modules make through here (--wrap).
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "rq_assert.h"
// Its state outlives a schedule, so it is reset with the others.
#include "rq_hog.c"

void platform_reset(void) {
    near_until = suspected_at = used_by_then = 0;
    memset(turns, 0, sizeof turns);
}

// The rings'.

void rq_park(rq_atomic32 *at, uint32_t expected, int64_t nanoseconds) {
    int64_t deadline = nanoseconds == INT64_MAX ? INT64_MAX : en_now() + nanoseconds;
    en_point("park");
    // The look and the sleep are one step.
    if (*at == expected) en_sleep("sleeps on a queue", at, deadline);
}
int rq_unpark(rq_atomic32 *at, int most) {
    en_point("wake");
    return en_wake(at, most);
}
void rq_sleep(int64_t nanoseconds) { en_sleep("sleeps for a time", NULL, en_now() + nanoseconds); }
void rq_yield(void) { en_yield(); }
bool rq_fence_everywhere_available(void) { return true; }
void rq_fence_everywhere(void) { en_point("membarrier"); }
void rq_assertion_failed(const char *invariant, const char *file, int line) { en_require(false, invariant); }
int64_t rq_now(void) { return en_now(); }
int64_t rq_used(void) { return 0; }
int rq_processor(void) { return 0; }
int rq_processors(void) { return 2; }
int rq_cores(void) { return 2; }
bool rq_may_use(int processor) { return processor == 0 || processor == 1; }
int rq_thread_tie(const int32_t *processors, int count) { return 0; }
void rq_thread_name(const char *name) { en_name(name); }
size_t rq_thread_local_bytes(void) { return 4096; }

// Threads.

int __wrap_pthread_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) {
    if (en_start_is_refused()) return EAGAIN;
    *handle = (pthread_t)en_start(start, argument);
    return 0;
}
int __wrap_pthread_join(pthread_t handle, void **result) {
    en_join((int)handle);
    return 0;
}
int __wrap_pthread_detach(pthread_t handle) {
    en_detach((int)handle);
    return 0;
}
void *__wrap_pthread_getspecific(pthread_key_t key) { return *en_local(key); }
int __wrap_pthread_setspecific(pthread_key_t key, const void *value) {
    *en_local(key) = (void *)value;
    return 0;
}

// Mutexes and conditions. The first word of a mutex is the thread that holds it. Sleepers are known by the address.

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    en_lock((uint32_t *)mutex);
    return 0;
}
int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex) {
    en_point("try to lock");
    if (*(uint32_t *)mutex != 0) return EBUSY;
    en_lock((uint32_t *)mutex);
    return 0;
}
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    en_unlock((uint32_t *)mutex);
    return 0;
}
int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex) {
    en_require(*(uint32_t *)mutex == 0, "a mutex is destroyed while a thread holds it");
    return 0;
}
static int wait_on(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t deadline) {
    en_point("wait");
    // Unlocked and asleep in one step, without a point between.
    en_release((uint32_t *)mutex);
    bool woken = en_sleep("sleeps on a condition", condition, deadline);
    en_lock((uint32_t *)mutex);
    return woken ? 0 : ETIMEDOUT;
}
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    return wait_on(condition, mutex, INT64_MAX);
}
int __wrap_pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *until) {
    return wait_on(condition, mutex, until->tv_sec * INT64_C(1000000000) + until->tv_nsec);
}
int __wrap_pthread_cond_broadcast(pthread_cond_t *condition) {
    en_point("broadcast");
    en_wake(condition, EN_THREADS);
    return 0;
}
int __wrap_pthread_cond_signal(pthread_cond_t *condition) {
    en_point("signal");
    en_wake(condition, 1);
    return 0;
}
int __wrap_pthread_cond_destroy(pthread_cond_t *condition) { return 0; }

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
    int64_t nanoseconds = en_now();
    *now = (struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000};
    return 0;
}
int __wrap_sched_yield(void) {
    en_yield();
    return 0;
}
