#include "queue.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

typedef struct ck_entry {
    uint32_t ticket;
    uint64_t element;
} ck_entry;

static bool several_producers(queue_kind kind) {
    return kind == MPSC || kind == MPMC || kind == CKMPSC || kind == CKMPMC;
}
static bool several_consumers(queue_kind kind) {
    return kind == SPMC || kind == MPMC || kind == CKSPMC || kind == CKMPMC;
}
static size_t ck_stride(queue_kind kind) { return several_consumers(kind) ? sizeof(ck_entry) : sizeof(uint64_t); }

/// One queue at a time is explored.
static suspension suspensions[2][EX_THREADS];

/// A copy of the ring's memory as it was made: each execution starts with it.
typedef struct kept {
    size_t bytes;
    char memory[];
} kept;

static rq_gate *make_ring(queue_shape shape) {
    if (shape.kind >= CKSPSC)
        return (rq_gate *)rq_ck_create(shape.capacity, ck_stride(shape.kind), sizeof(uint64_t), RQ_POLICY_PARK);
    if (shape.kind == SPSC)
        return (rq_gate *)rq_index_create(shape.capacity, sizeof(uint64_t), sizeof(uint64_t), RQ_POLICY_PARK);
    return (rq_gate *)rq_stamped_create(shape.capacity, rq_layout_of(shape.stride, sizeof(uint64_t)), sizeof(uint64_t),
                                        RQ_POLICY_PARK);
}

queue queue_make(queue_shape shape) {
    queue q = {shape, make_ring(shape)};
    if (q.gate == NULL) abort();
    size_t bytes = malloc_usable_size(q.gate->allocation) - (size_t)((char *)q.gate - (char *)q.gate->allocation);
    kept *copy = malloc(sizeof(kept) + bytes);
    if (copy == NULL) abort();
    copy->bytes = bytes;
    memcpy(copy->memory, q.gate, bytes);
    q.own = copy;
    return q;
}

void queue_reset(queue *q) {
    const kept *copy = q->own;
    memcpy(q->gate, copy->memory, copy->bytes);
    for (int side = 0; side < 2; side++)
        for (int end = 0; end < EX_THREADS; end++) suspension_reset(&suspensions[side][end], q->shape.suspensions[side][end]);
}

void queue_free(queue q) {
    free(q.own);
    rq_gate_free(q.gate);
}

/// The place of an element's number: in the last bytes of its slot, where a misplaced slot overlaps another's.
static uint64_t *number(rq_place place, rq_layout shape, uint32_t i) {
    return (uint64_t *)((char *)rq_place_element(place, shape) + (i + 1) * shape.stride - sizeof(uint64_t));
}

static uint32_t enqueue_stamped(queue q, const uint64_t *elements, uint32_t count) {
    rq_stamped *ring = (rq_stamped *)q.gate;
    rq_layout layout = ring->layout;
    if (count == 1) {
        bool single = !several_producers(q.shape.kind);
        rq_run run = rq_stamped_enqueue_begin(ring, layout, single, 0);
        if (run.count == 0) return 0;
        ex_put(number(run.place, layout, 0), *elements);
        return rq_stamped_enqueue_end(ring, run, layout, single) ? 1 : 0;
    }
    rq_run run = rq_stamped_enqueue_run(ring, count, 1, layout, 0);
    uint32_t done = run.count;
    while (run.count > 0) {
        rq_piece piece = rq_stamped_piece(ring, run, layout);
        for (uint32_t i = 0; i < piece.count; i++) ex_put(number(piece.place, layout, i), *elements++);
        run = rq_stamped_publish(ring, run, piece, layout);
    }
    return done;
}

static void put_side_by_side(void *first, const uint64_t *elements, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) ex_put((uint64_t *)first + i, elements[i]);
}
static void get_side_by_side(void *first, uint64_t *elements, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) elements[i] = ex_get((uint64_t *)first + i);
}

static uint32_t enqueue_index(queue q, const uint64_t *elements, uint32_t count) {
    rq_index *ring = (rq_index *)q.gate;
    rq_index_run run = rq_index_enqueue_begin(ring, count, sizeof(uint64_t), 0);
    if (run.count == 0) return 0;
    put_side_by_side(run.first, elements, run.straight);
    put_side_by_side(q.gate->slots, elements + run.straight, run.count - run.straight);
    return rq_index_enqueue_end(ring, run.count) ? run.count : 0;
}

uint32_t queue_try_enqueue(queue q, int end, const uint64_t *elements, uint32_t count, bool *ended) {
    uint32_t done = 0;
    if (count > q.gate->capacity) count = q.gate->capacity;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: done = enqueue_stamped(q, elements, count); break;
    case RQ_FORM_INDEX: done = enqueue_index(q, elements, count); break;
    case RQ_FORM_CK: {
        ck_entry entry = {.element = *elements};
        queue_kind kind = q.shape.kind;
        void *bits = several_consumers(kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_enqueue((rq_ck *)q.gate, bits, ck_stride(kind), several_producers(kind),
                                         several_consumers(kind));
        *ended = status == RQ_END;
        return status == RQ_DONE;
    }
    }
    *ended = done == 0 && rq_ring_is_closed(q.gate);
    return done;
}

static uint32_t dequeue_stamped(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    rq_stamped *ring = (rq_stamped *)q.gate;
    rq_layout layout = ring->layout;
    bool single = !several_consumers(q.shape.kind);
    rq_run run = count == 1 ? rq_stamped_dequeue_begin(ring, layout, single, 0)
                            : rq_stamped_dequeue_run(ring, count, 1, layout, single, 0);
    uint32_t done = run.count;
    if (done == 0) {
        *ended = rq_stamped_is_drained(ring);
        return 0;
    }
    if (count == 1) {
        *elements = ex_get(number(run.place, layout, 0));
        rq_stamped_dequeue_end(ring, run, layout);
        return 1;
    }
    while (run.count > 0) {
        rq_piece piece = rq_stamped_piece(ring, run, layout);
        for (uint32_t i = 0; i < piece.count; i++) *elements++ = ex_get(number(piece.place, layout, i));
        run = rq_stamped_release(ring, run, piece, layout);
    }
    return done;
}

static uint32_t dequeue_index(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    rq_index *ring = (rq_index *)q.gate;
    rq_index_run run = rq_index_dequeue_begin(ring, count, sizeof(uint64_t), 0);
    if (run.count == 0) {
        *ended = rq_index_is_drained(ring);
        return 0;
    }
    get_side_by_side(run.first, elements, run.straight);
    get_side_by_side(q.gate->slots, elements + run.straight, run.count - run.straight);
    rq_index_dequeue_end(ring, run.count);
    return run.count;
}

uint32_t queue_try_dequeue(queue q, int end, uint64_t *elements, uint32_t count, bool *ended) {
    if (count > q.gate->capacity) count = q.gate->capacity;
    *ended = false;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: return dequeue_stamped(q, elements, count, ended);
    case RQ_FORM_INDEX: return dequeue_index(q, elements, count, ended);
    case RQ_FORM_CK: {
        ck_entry entry;
        queue_kind kind = q.shape.kind;
        void *bits = several_consumers(kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_dequeue((rq_ck *)q.gate, bits, ck_stride(kind), several_consumers(kind));
        *ended = status == RQ_END;
        if (status != RQ_DONE) return 0;
        *elements = entry.element;
        return 1;
    }
    }
    abort();
}

uint32_t queue_enqueue(queue q, int end, const uint64_t *elements, uint32_t count, int64_t deadline, bool *ended) {
    uint32_t done = queue_try_enqueue(q, end, elements, count, ended);
    if (done > 0 || *ended) return done;
    rq_waiter waiter = rq_wait_begin(q.gate, RQ_PRODUCER, deadline);
    while (suspension_step(&suspensions[RQ_PRODUCER][end], &waiter)) {
        done = queue_try_enqueue(q, end, elements, count, ended);
        if (done == 0 && !*ended) continue;
        suspension_end(&suspensions[RQ_PRODUCER][end], &waiter);
        return done;
    }
    return 0;
}

uint32_t queue_dequeue(queue q, int end, uint64_t *elements, uint32_t count, int64_t deadline, bool *ended) {
    *ended = rq_gate_is_stopped(q.gate);
    if (*ended) return 0;
    uint32_t done = queue_try_dequeue(q, end, elements, count, ended);
    if (done > 0 || *ended) return done;
    rq_waiter waiter = rq_wait_begin(q.gate, RQ_CONSUMER, deadline);
    while (suspension_step(&suspensions[RQ_CONSUMER][end], &waiter)) {
        *ended = rq_gate_is_stopped(q.gate);
        if (!*ended) done = queue_try_dequeue(q, end, elements, count, ended);
        if (done == 0 && !*ended) continue;
        suspension_end(&suspensions[RQ_CONSUMER][end], &waiter);
        return done;
    }
    return 0;
}

void queue_leave(queue q, rq_side side, int end, bool is_last) {
    if (is_last) rq_ring_close(q.gate, side == RQ_CONSUMER);
}

void queue_cancel(queue q, rq_side side, int end) { suspension_cancel(&suspensions[side][end], q.gate, side); }

void queue_close(queue q, bool stop) { rq_ring_close(q.gate, stop); }

bool queue_take_left(queue q, uint64_t *element, bool *ended) { return queue_try_dequeue(q, 0, element, 1, ended) > 0; }

bool queue_is_swift(void) { return false; }
