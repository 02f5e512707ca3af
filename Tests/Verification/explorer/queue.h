// The shipped rings behind one face, as the Swift layer calls them: try, wait, burst, close.
#ifndef QUEUE_H
#define QUEUE_H

#include "CRings.h"

typedef enum queue_kind { SPSC, MPSC, SPMC, MPMC, CKSPSC, CKMPSC, CKSPMC, CKMPMC } queue_kind;

typedef struct queue {
    queue_kind kind;
    rq_gate *gate;
} queue;

/// Elements are 64-bit numbers, with stamps in slots of `stride` bytes. `wraps`: the counters are about to pass 2^32, the
/// stamps 2^8.
queue queue_make(queue_kind kind, uint32_t capacity, uint32_t stride, bool wraps);
void queue_free(queue q);

/// Puts the first of `count` elements in, up to all; how many. 0: full, or closed, which `*ended` tells.
uint32_t queue_try_enqueue(queue q, const uint64_t *elements, uint32_t count, bool *ended);
uint32_t queue_try_dequeue(queue q, uint64_t *elements, uint32_t count, bool *ended);
/// The same, waiting for at least one until the deadline.
uint32_t queue_enqueue(queue q, const uint64_t *elements, uint32_t count, int64_t deadline, bool *ended);
uint32_t queue_dequeue(queue q, uint64_t *elements, uint32_t count, int64_t deadline, bool *ended);

#endif
