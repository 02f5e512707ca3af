#define _GNU_SOURCE
#include "CMutexQueue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

cmq *cmq_create(size_t capacity, size_t stride, size_t alignment) {
    cmq *q = calloc(1, sizeof *q);
    size_t bytes;
    if (q == NULL || __builtin_mul_overflow(capacity, stride, &bytes) ||
        posix_memalign((void **)&q->slots, alignment < sizeof(void *) ? sizeof(void *) : alignment, bytes) != 0) {
        free(q);
        return NULL;
    }
    q->capacity = capacity;
    q->stride = stride;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->not_empty, &monotonic);
    pthread_cond_init(&q->not_full, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return q;
}

void cmq_free(cmq *q) {
    pthread_cond_destroy(&q->not_empty);
    pthread_cond_destroy(&q->not_full);
    pthread_mutex_destroy(&q->mutex);
    free(q->slots);
    free(q);
}

void cmq_close(cmq *q, bool stop) {
    pthread_mutex_lock(&q->mutex);
    q->closed = true;
    q->stopped = q->stopped || stop;
    pthread_mutex_unlock(&q->mutex);
    pthread_cond_broadcast(&q->not_empty);
    pthread_cond_broadcast(&q->not_full);
}

size_t cmq_count(cmq *q) {
    pthread_mutex_lock(&q->mutex);
    size_t count = q->count;
    pthread_mutex_unlock(&q->mutex);
    return count;
}

bool cmq_is_closed(cmq *q) {
    pthread_mutex_lock(&q->mutex);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->mutex);
    return closed;
}

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool cmq_wait(cmq *q, pthread_cond_t *condition, unsigned *waiting, int64_t deadline) {
    int64_t left = INT64_MAX;
    if (deadline != INT64_MAX && (left = deadline - now(CLOCK_BOOTTIME)) <= 0) return false;
    ++*waiting;
    if (deadline == INT64_MAX) {
        pthread_cond_wait(condition, &q->mutex);
    } else {
        int64_t until = now(CLOCK_MONOTONIC) + left;
        struct timespec time = {until / 1000000000, until % 1000000000};
        pthread_cond_timedwait(condition, &q->mutex, &time);
    }
    --*waiting;
    return true;
}

void cmq_wake(pthread_cond_t *condition, size_t count, bool all) {
    if (all && count > 1) {
        pthread_cond_broadcast(condition);
        return;
    }
    for (size_t i = 0; i < count; i++) pthread_cond_signal(condition);
}
