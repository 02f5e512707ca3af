// One interface to all rings, for the scenarios. It has two implementations: queue.c calls the C halves of the rings,
// and SwiftQueue.swift calls the ends that a Swift program uses.
#ifndef QUEUE_H
#define QUEUE_H

#include "CRings.h"
#include "suspension.h"

RQ_ASSUME_NONNULL_BEGIN

typedef enum queue_kind { SPSC, MPSC, SPMC, MPMC, CKSPSC, CKMPSC, CKSPMC, CKMPMC } queue_kind;

/// The parameters of a queue. Elements are 64-bit numbers.
typedef struct queue_shape {
    queue_kind kind;
    uint32_t capacity;
    uint32_t stride;  ///< bytes of a slot with a stamp
    int producers, consumers;
    wait_kind suspensions[2][EX_THREADS];  ///< how each end waits, by its side
} queue_shape;

typedef struct queue {
    queue_shape shape;
    rq_gate *gate;
    void *own;  ///< the implementation's
} queue;

queue queue_make(queue_shape shape);
/// Before each execution: restores the queue as it was made. Its memory may be different.
void queue_reset(queue *q);
void queue_free(queue q);

/// Enqueues the first of `count` elements, up to all, and returns how many. 0: full, or closed, as `*ended` says. `end`
/// is the number of the producer or the consumer.
uint32_t queue_try_enqueue(queue q, int end, const uint64_t *elements, uint32_t count, bool *ended);
uint32_t queue_try_dequeue(queue q, int end, uint64_t *elements, uint32_t count, bool *ended);
/// The same, waiting for at least one until the deadline.
uint32_t queue_enqueue(queue q, int end, const uint64_t *elements, uint32_t count, int64_t deadline, bool *ended);
uint32_t queue_dequeue(queue q, int end, uint64_t *elements, uint32_t count, int64_t deadline, bool *ended);

/// Gives up an end. The last producer closes the queue, the last consumer stops it; the rings do not count their ends.
void queue_leave(queue q, rq_side side, int end, bool is_last);
/// Cancels the task that has an end, from any thread.
void queue_cancel(queue q, rq_side side, int end);
/// Closes the queue from a thread that has no end.
void queue_close(queue q, bool stop);
/// Takes an element that no consumer got.
bool queue_take_left(queue q, uint64_t *element, bool *ended);

/// Whether the calls go through the Swift ends. These move one element a call, in slots of its size.
bool queue_is_swift(void);

/// Called by the queue: an element was destroyed in it.
void queue_destroyed(uint64_t element);

/// Moves the counters of an empty ring to where they are about to pass 2^32, and its stamps to where they are about to
/// pass 2^8, as after that many elements.
void queue_wrap(rq_gate *gate);

RQ_ASSUME_NONNULL_END

#endif
