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
        for (uint64_t at = start; rq_stamped_lap(ring, at) == stamp; at = rq_stamped_behind(ring, at, 1, ring->layout))
            *rq_place_stamp(rq_stamped_place(ring, at, ring->layout)) = stamp;
        break;
    }
    case RQ_FORM_INDEX: {
        rq_index *ring = (rq_index *)q.gate;
        ring->ring.p_tail = ring->ring.p_head = ring->ring.c_head = UINT32_MAX;
        ring->remembered_head = ring->remembered_tail = UINT32_MAX;
        break;
    }
    default: {
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

/// Each slot of a run, and then its stamps, group by group where a group is whole.
static void each_slot(rq_stamped *ring, rq_run run, uint64_t *elements, bool fill) {
    rq_layout shape = ring->layout;
    while (run.count > 0) {
        rq_place place = rq_stamped_place(ring, run.position, shape);
        uint32_t whole = rq_stamped_whole(ring, run.position, place, run.count, shape);
        uint32_t piece = whole > 0 ? shape.per_group : rq_stamped_piece(ring, run.position, place, run.count, shape);
        uint64_t next = whole > 0 ? rq_stamped_behind_whole(ring, run.position, whole, shape)
                                  : rq_stamped_behind(ring, run.position, piece, shape);
        for (uint32_t groups = whole > 0 ? whole : 1; groups > 0; groups--) {
            for (uint32_t i = 0; i < piece; i++) {
                if (fill)
                    ex_put(number(place, shape, i), *elements++);
                else
                    *elements++ = ex_get(number(place, shape, i));
            }
            if (whole > 0)
                rq_group_set(place.group, run.stamp + 1, shape);
            else
                rq_place_set(place, piece, run.stamp + 1);
            run.count -= piece;
            place.group += shape.bytes;
        }
        run.stamp += (uint8_t)(rq_stamped_lap(ring, next) - rq_stamped_lap(ring, run.position));
        run.position = next;
    }
}

static uint32_t enqueue_stamped(queue q, const uint64_t *elements, uint32_t count) {
    rq_stamped *ring = (rq_stamped *)q.gate;
    bool reserves = several_producers(q.kind) || count > 1;
    rq_run run = reserves ? rq_stamped_reserve(ring, count, 1, ring->layout, 0)
                          : rq_stamped_look(ring, rq_load64(&ring->tail), 1, ring->layout);
    if (run.count == 0) return 0;
    if (count > 1) {
        each_slot(ring, run, (uint64_t *)elements, true);
    } else {
        ex_put(number(run.place, ring->layout, 0), *elements);
        if (!reserves && !rq_stamped_commit(ring, run)) return 0;
        rq_stamped_publish(run);
    }
    rq_signal_consumers(q.gate);
    return run.count;
}

static uint32_t enqueue_index(queue q, const uint64_t *elements, uint32_t count) {
    rq_index *ring = (rq_index *)q.gate;
    uint32_t room = rq_index_reserve(ring, count, 0);
    if (room < count) count = room;
    if (count == 0) return 0;
    for (uint32_t i = 0; i < count; i++)
        ex_put(rq_index_slot(ring, rq_index_tail(ring) + i, sizeof(uint64_t)), elements[i]);
    if (!rq_index_publish(ring, count)) return 0;
    rq_signal_consumers(q.gate);
    return count;
}

uint32_t queue_try_enqueue(queue q, const uint64_t *elements, uint32_t count, bool *ended) {
    uint32_t done = 0;
    if (count > q.gate->capacity) count = q.gate->capacity;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: done = enqueue_stamped(q, elements, count); break;
    case RQ_FORM_INDEX: done = enqueue_index(q, elements, count); break;
    default: {
        ck_entry entry = {.element = *elements};
        void *bits = several_consumers(q.kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_enqueue((rq_ck *)q.gate, bits, ck_stride(q.kind), several_producers(q.kind),
                                         several_consumers(q.kind));
        *ended = status == RQ_END;
        if (status == RQ_DONE) rq_signal_consumers(q.gate);
        return status == RQ_DONE;
    }
    }
    *ended = done == 0 && rq_gate_is_sealed(q.gate);
    return done;
}

static uint32_t dequeue_stamped(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    rq_stamped *ring = (rq_stamped *)q.gate;
    rq_run run;
    if (several_consumers(q.kind)) {
        run = rq_stamped_claim(ring, count, 1, ring->layout, 0);
    } else {
        run = rq_stamped_peek(ring, rq_load64(&ring->head), count, ring->layout);
        if (run.count > 0) rq_stamped_advance(ring, run);
    }
    if (run.count == 0) {
        *ended = rq_stamped_ended(ring, run.position);
        return 0;
    }
    if (count > 1) {
        each_slot(ring, run, elements, false);
    } else {
        *elements = ex_get(number(run.place, ring->layout, 0));
        rq_stamped_release(run);
    }
    rq_signal_producers(q.gate);
    return run.count;
}

static uint32_t dequeue_index(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    rq_index *ring = (rq_index *)q.gate;
    uint32_t there = rq_index_claim(ring, count, 0);
    if (there < count) count = there;
    if (count == 0) {
        *ended = rq_index_ended(ring);
        return 0;
    }
    for (uint32_t i = 0; i < count; i++)
        elements[i] = ex_get(rq_index_slot(ring, rq_index_head(ring) + i, sizeof(uint64_t)));
    rq_index_release(ring, count);
    rq_signal_producers(q.gate);
    return count;
}

uint32_t queue_try_dequeue(queue q, uint64_t *elements, uint32_t count, bool *ended) {
    if (count > q.gate->capacity) count = q.gate->capacity;
    *ended = false;
    switch (q.gate->form) {
    case RQ_FORM_STAMPED: return dequeue_stamped(q, elements, count, ended);
    case RQ_FORM_INDEX: return dequeue_index(q, elements, count, ended);
    default: {
        ck_entry entry;
        void *bits = several_consumers(q.kind) ? (void *)&entry : (void *)&entry.element;
        rq_status status = rq_ck_dequeue((rq_ck *)q.gate, bits, ck_stride(q.kind), several_consumers(q.kind));
        *ended = status == RQ_END;
        if (status != RQ_DONE) return 0;
        *elements = entry.element;
        rq_signal_producers(q.gate);
        return 1;
    }
    }
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
