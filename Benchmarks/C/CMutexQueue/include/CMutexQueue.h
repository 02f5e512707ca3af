// The plain C queue that the rings and our own mutex kind are compared with: a mutex, two condition variables, a circular
// buffer.
//
// It is written as a C programmer would: with a fixed element size, and with wakes only if a thread waits, after the mutex is
// unlocked. The short paths are inline, so that a constant element size is a constant for the compiler.
#ifndef C_MUTEX_QUEUE_H
#define C_MUTEX_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cmq {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    unsigned waiting_consumers, waiting_producers;
    bool closed, stopped;
    size_t capacity, count, head, stride;
    char *slots;
} cmq;

/// Creates a queue, or returns NULL if memory is short.
cmq *cmq_create(size_t capacity, size_t stride, size_t alignment);
/// Frees the queue. It must be empty, and no thread may use it any more.
void cmq_free(cmq *q);
/// Refuses producers; with `stop`, consumers as well. Wakes all waiters.
void cmq_close(cmq *q, bool stop);
size_t cmq_count(cmq *q);
bool cmq_is_closed(cmq *q);

/// Waits, with the mutex held, on one of the two condition variables until `deadline` (CLOCK_BOOTTIME nanoseconds;
/// INT64_MAX: without a limit). Returns false if the deadline has passed.
bool cmq_wait(cmq *q, pthread_cond_t *condition, unsigned *waiting, int64_t deadline);
void cmq_wake(pthread_cond_t *condition, size_t count, bool all);

#define CMQ_CLOSED (-1)

/// Locks the mutex and waits for room for `least` elements; with `deadline` 0, does not wait. Returns how many fit, with the
/// mutex locked; or 0 (full) or CMQ_CLOSED, with the mutex unlocked.
static inline long cmq_reserve(cmq *q, size_t least, int64_t deadline) {
    pthread_mutex_lock(&q->mutex);
    while (q->capacity - q->count < least && !q->closed) {
        if (deadline == 0 || !cmq_wait(q, &q->not_full, &q->waiting_producers, deadline)) {
            pthread_mutex_unlock(&q->mutex);
            return 0;
        }
    }
    if (q->closed) {
        pthread_mutex_unlock(&q->mutex);
        return CMQ_CLOSED;
    }
    return (long)(q->capacity - q->count);
}

/// The slot for the `ahead`th new element. Call it between reserve and publish.
static inline void *cmq_free_slot(cmq *q, size_t ahead, size_t stride) {
    size_t at = q->head + q->count + ahead;
    return q->slots + (at >= q->capacity ? at - q->capacity : at) * stride;
}

static inline void cmq_publish(cmq *q, size_t count) {
    q->count += count;
    unsigned waiting = q->waiting_consumers;
    pthread_mutex_unlock(&q->mutex);
    if (waiting > 0) cmq_wake(&q->not_empty, count, count >= waiting);
}

/// Locks the mutex and waits for `least` elements; with `deadline` 0, does not wait. Returns how many there are, with the
/// mutex locked; or 0 (empty) or CMQ_CLOSED, with the mutex unlocked. With `after_stop`, also claims from a queue whose
/// consumers were stopped.
static inline long cmq_claim(cmq *q, size_t least, int64_t deadline, bool after_stop) {
    pthread_mutex_lock(&q->mutex);
    while (q->count < least && !q->closed) {
        if (deadline == 0 || !cmq_wait(q, &q->not_empty, &q->waiting_consumers, deadline)) {
            pthread_mutex_unlock(&q->mutex);
            return 0;
        }
    }
    if (q->count == 0 || (q->stopped && !after_stop)) {
        pthread_mutex_unlock(&q->mutex);
        return CMQ_CLOSED;
    }
    if (q->count < least) {
        pthread_mutex_unlock(&q->mutex);
        return 0;
    }
    return (long)q->count;
}

/// The slot of the `ahead`th element. Call it between claim and release.
static inline void *cmq_filled_slot(cmq *q, size_t ahead, size_t stride) {
    size_t at = q->head + ahead;
    return q->slots + (at >= q->capacity ? at - q->capacity : at) * stride;
}

static inline void cmq_release(cmq *q, size_t count) {
    size_t at = q->head + count;
    q->head = at >= q->capacity ? at - q->capacity : at;
    q->count -= count;
    unsigned waiting = q->waiting_producers;
    pthread_mutex_unlock(&q->mutex);
    if (waiting > 0) cmq_wake(&q->not_full, count, count >= waiting);
}

#endif
