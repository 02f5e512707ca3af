#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
// A sanitizer stands before the C library as well, and has to see every thread.
extern int __interceptor_pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
#define SANITIZED
#endif

static _Thread_local uint32_t until_failure;

void ts_fail_thread(uint32_t number) { until_failure = number; }

// Found before the C library's by everything in the process.
int pthread_create(
    pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*body)(void *),
    void *restrict argument) {
    if (until_failure > 0 && --until_failure == 0) return EAGAIN;
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
