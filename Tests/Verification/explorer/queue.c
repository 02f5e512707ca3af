#include "queue.h"

#include <stdlib.h>

#include "explore.h"
#include "platform.h"

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

/// Puts the counters where they are about to wrap, as so many elements would have.
static void wrap(queue q) {
    q.gate->not_empty.sequence = q.gate->not_full.sequence = UINT32_MAX;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: {
        rq_stamped *ring = (rq_stamped *)q.gate;
        // The last lap of 128: its stamps are 254 and 255, the next lap's 0 and 1.
        uint64_t lap = (uint64_t)ring->gate.mask + 1;
        uint64_t start = (UINT32_MAX / lap * 128 + 127) * lap;
        ring->head = ring->tail = start;
        uint8_t stamp = rq_stamped_lap(ring, start);
        for (uint64_t at = start; rq_stamped_lap(ring, at) == stamp; at = rq_stamped_after(ring, at, 1, ring->layout))
            *rq_place_stamp(rq_stamped_place(ring, at, ring->layout)) = stamp;
        break;
    }
    case RQ_FORM_INDEX: {
        rq_index *ring = (rq_index *)q.gate;
        ring->ring.p_tail = ring->ring.p_head = ring->ring.c_head = UINT32_MAX;
        ring->remembered_head = ring->remembered_tail = UINT32_MAX;
        break;
    }
    case RQ_FORM_CK: {
        rq_ck *ring = (rq_ck *)q.gate;
        ring->ring.p_tail = ring->ring.p_head = ring->ring.c_head = UINT32_MAX;
    }
    }
}

queue queue_make(queue_kind kind, uint32_t capacity, uint32_t stride, bool wraps) {
    queue q = {.kind = kind};
    if (kind >= CKSPSC)
        q.gate = (rq_gate *)rq_ck_create(capacity, ck_stride(kind), sizeof(uint64_t), RQ_POLICY_PARK);
    else if (kind == SPSC)
        q.gate = (rq_gate *)rq_index_create(capacity, sizeof(uint64_t), sizeof(uint64_t), RQ_POLICY_PARK);
    else
        q.gate = (rq_gate *)rq_stamped_create(capacity, rq_layout_of(stride, sizeof(uint64_t)), sizeof(uint64_t),
                                              RQ_POLICY_PARK);
    if (q.gate == NULL) abort();
    if (wraps) wrap(q);
    return q;
}

void queue_free(queue q) { rq_gate_free(q.gate); }

/// Where an element's number stands: in the last bytes of its slot, where a slot that lies wrong reaches another's.
static uint64_t *number(rq_place place, rq_layout shape, uint32_t i) {
    return (uint64_t *)((char *)rq_place_element(place, shape) + (i + 1) * shape.stride - sizeof(uint64_t));
}

static uint32_t enqueue_stamped(queue q, const uint64_t *elements, uint32_t count) {
    rq_stamped *ring = (rq_stamped *)q.gate;
    rq_layout layout = ring->layout;
    if (count == 1) {
        bool single = !several_producers(q.kind);
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

uint32_t queue_try_enqueue(queue q, const uint64_t *elements, uint32_t count, bool *ended) {
    uint32_t done = 0;
    if (count > q.gate->capacity) count = q.gate->capacity;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: done = enqueue_stamped(q, elements, count); break;
    case RQ_FORM_INDEX: done = enqueue_index(q, elements, count); break;
    case RQ_FORM_CK: {
        ck_entry entry = {.element = *elements};
        void *bits = several_consumers(q.kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_enqueue((rq_ck *)q.gate, bits, ck_stride(q.kind), several_producers(q.kind),
                                         several_consumers(q.kind));
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
    bool single = !several_consumers(q.kind);
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

uint32_t queue_try_dequeue(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    if (count > q.gate->capacity) count = q.gate->capacity;
    *ended = false;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: return dequeue_stamped(q, elements, count, ended);
    case RQ_FORM_INDEX: return dequeue_index(q, elements, count, ended);
    case RQ_FORM_CK: {
        ck_entry entry;
        void *bits = several_consumers(q.kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_dequeue((rq_ck *)q.gate, bits, ck_stride(q.kind), several_consumers(q.kind));
        *ended = status == RQ_END;
        if (status != RQ_DONE) return 0;
        *elements = entry.element;
        return 1;
    }
    }
    abort();
}

/// A step of a thread that waits: every other one announces it, the next one lets it sleep.
static bool step(rq_waiter *waiter, int *steps) {
    if ((*steps)++ % 2 == 0)
        platform_announces(waiter->side == RQ_CONSUMER ? &waiter->gate->not_empty : &waiter->gate->not_full);
    return rq_wait_step(waiter);
}

uint32_t queue_enqueue(queue q, const uint64_t *elements, uint32_t count, int64_t deadline, bool *ended) {
    uint32_t done = queue_try_enqueue(q, elements, count, ended);
    if (done > 0 || *ended) return done;
    rq_waiter waiter = rq_wait_begin(q.gate, RQ_PRODUCER, deadline);
    int steps = 0;
    while (step(&waiter, &steps)) {
        done = queue_try_enqueue(q, elements, count, ended);
        if (done == 0 && !*ended) continue;
        rq_wait_end(&waiter);
        return done;
    }
    return 0;
}

uint32_t queue_dequeue(queue q, uint64_t *elements, uint32_t count, int64_t deadline, bool *ended) {
    *ended = rq_gate_is_stopped(q.gate);
    if (*ended) return 0;
    uint32_t done = queue_try_dequeue(q, elements, count, ended);
    if (done > 0 || *ended) return done;
    rq_waiter waiter = rq_wait_begin(q.gate, RQ_CONSUMER, deadline);
    int steps = 0;
    while (step(&waiter, &steps)) {
        *ended = rq_gate_is_stopped(q.gate);
        if (!*ended) done = queue_try_dequeue(q, elements, count, ended);
        if (done == 0 && !*ended) continue;
        rq_wait_end(&waiter);
        return done;
    }
    return 0;
}
