// The ring for several producers or several consumers: stamped slots on ck_pr operations.
//
// A bounded queue after D. Vyukov (1024cores.net, 'Bounded MPMC queue'), with exact capacity as in crossbeam's
// ArrayQueue. Each slot carries a stamp beside its element, so one line an element travels instead of two indices and
// a slot, and a thread that is preempted between reserve and publish delays the elements behind it but not the calls
// of others (which ck_ring's in-order publication does).
//
//   position = lap · L + 2 · index, L = 2 · nextpow2(capacity);  bit 0 of the tail = sealed
//   a slot's stamp: lap · L free for that lap, + 1 filled   (32 bits of it; zero memory is a ring that is free for lap 0)
//
// Positions have 64 bits: a compare-and-swap cannot take one for another however long its thread was stopped.
#ifndef RQ_STAMPED_H
#define RQ_STAMPED_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

#define RQ_SEALED 1u

typedef struct rq_stamped {
    rq_gate gate;
    rq_atomic64 tail;
    char pad0[RQ_LINE - 8];
    rq_atomic64 head;
    char pad1[RQ_LINE - 8];
} rq_stamped;

/// Slots that one thread has reserved or claimed: `count` of them from `position` on.
typedef struct rq_run {
    uint64_t position;
    uint32_t count;
} rq_run;

/// `stride` counts the stamp in: it stands at the start of the slot.
rq_stamped *RQ_NULLABLE rq_stamped_create(uint32_t capacity, size_t stride, size_t alignment, rq_policy policy);

RQ_INLINE void *rq_stamped_slot(const rq_stamped *q, uint64_t position, size_t stride) {
    return q->gate.slots + (size_t)((position & q->gate.mask) >> 1) * stride;
}
RQ_INLINE uint32_t rq_stamped_lap(const rq_stamped *q, uint64_t position) {
    return (uint32_t)position & ~q->gate.mask;
}
/// The position `count` slots on, at most one lap.
RQ_INLINE uint64_t rq_stamped_after(const rq_stamped *q, uint64_t position, uint32_t count) {
    uint64_t index = ((position & q->gate.mask) >> 1) + count;
    uint64_t wrap = (uint64_t)q->gate.mask + 1 - 2 * (uint64_t)q->gate.capacity;
    return position + 2 * (uint64_t)count + (index >= q->gate.capacity ? wrap : 0);
}
/// How many of `count` slots stand in one piece from `position` to the end of the memory.
RQ_INLINE uint32_t rq_stamped_straight(const rq_stamped *q, uint64_t position, uint32_t count) {
    uint32_t left = q->gate.capacity - (uint32_t)((position & q->gate.mask) >> 1);
    return count < left ? count : left;
}
/// How many of the slots from `slot` on, up to `most`, hold `stamp`.
RQ_INLINE uint32_t rq_stamped_same(const char *slot, uint32_t stamp, uint32_t most, size_t stride) {
    uint32_t count = 0;
    // R1 (free) and R3 (filled): each stamp is acquired, for each slot was published or released by itself.
    while (count < most && rq_load32_acquire((const rq_atomic32 *)slot) == stamp) {
        count++;
        slot += stride;
    }
    return count;
}
RQ_INLINE bool rq_stamped_is_free(const rq_stamped *q, uint64_t position, size_t stride) {
    const rq_atomic32 *stamp = rq_stamped_slot(q, position, stride);
    // R1: pairs with R4 in release. A sealed position compares as lap + 1, which no slot at the tail can hold.
    return rq_load32_acquire(stamp) == (rq_stamped_lap(q, position) | ((uint32_t)position & RQ_SEALED));
}
RQ_INLINE bool rq_stamped_is_filled(const rq_stamped *q, uint64_t position, size_t stride) {
    const rq_atomic32 *stamp = rq_stamped_slot(q, position, stride);
    return rq_load32_acquire(stamp) == rq_stamped_lap(q, position) + 1;  // R3: pairs with R2 in publish
}

/// Makes a run of one slot as long as slots of the same kind follow (`filled` 0 or 1), up to `wanted`.
RQ_INLINE rq_run rq_stamped_extend(const rq_stamped *q, rq_run run, uint32_t wanted, uint32_t filled, size_t stride) {
    uint32_t straight = rq_stamped_straight(q, run.position, wanted);
    const char *first = rq_stamped_slot(q, run.position, stride);
    run.count += rq_stamped_same(first + stride, rq_stamped_lap(q, run.position) + filled, straight - 1, stride);
    if (run.count == straight && straight < wanted) {
        uint64_t start = rq_stamped_after(q, run.position, straight);
        run.count += rq_stamped_same(q->gate.slots, rq_stamped_lap(q, start) + filled, wanted - straight, stride);
    }
    return run;
}

/// After a failed compare-and-swap: leaves the line to whoever won it for a few hundred nanoseconds, so that the
/// winner gets a burst instead of one element.
RQ_INLINE void rq_stamped_back_off(uint32_t pauses) {
    for (uint32_t i = 0; i < pauses; i++) rq_pause();
}

/// Finds up to `wanted` free slots at the tail, without reserving them. Returns 0 slots if full or sealed.
RQ_INLINE rq_run rq_stamped_look(const rq_stamped *q, uint64_t tail, uint32_t wanted, size_t stride) {
    rq_run run = {tail, rq_stamped_is_free(q, tail, stride) ? 1 : 0};
    if (run.count == wanted || run.count == 0) return run;
    return rq_stamped_extend(q, run, wanted, 0, stride);
}

/// Reserves up to `wanted` slots, at least `least`; 0 if there are not so many or the queue is sealed. Any producer.
RQ_INLINE rq_run rq_stamped_reserve(rq_stamped *q, uint32_t wanted, uint32_t least, size_t stride, uint32_t pauses) {
    uint64_t tail = rq_load64(&q->tail);
    for (;;) {
        rq_run run = rq_stamped_look(q, tail, wanted, stride);
        if (RQ_LIKELY(run.count >= least)) {
            uint64_t found;
            if (RQ_LIKELY(rq_cas64(&q->tail, tail, rq_stamped_after(q, tail, run.count), &found))) return run;
            rq_stamped_back_off(pauses);
            tail = rq_load64(&q->tail);
        } else {
            uint64_t now = rq_load64(&q->tail);
            if (now == tail) return (rq_run){tail, 0};
            tail = now;
        }
    }
}

/// Moves the tail over slots that the only producer has looked at and filled. False: the queue was sealed before,
/// nothing was enqueued, the elements are still the producer's, in their slots.
RQ_INLINE bool rq_stamped_commit(rq_stamped *q, rq_run run) {
    uint64_t found;
    return rq_cas64(&q->tail, run.position, rq_stamped_after(q, run.position, run.count), &found);
}

/// Publishes (R2) or releases (R4) the slot by its new stamp.
RQ_INLINE void rq_stamped_set(void *slot, uint32_t stamp) { rq_store32_release((rq_atomic32 *)slot, stamp); }

RQ_INLINE void rq_stamped_publish(rq_stamped *q, uint64_t position, size_t stride) {
    // R2: pairs with R3 in claim
    rq_stamped_set(rq_stamped_slot(q, position, stride), rq_stamped_lap(q, position) + 1);
}

/// Finds up to `wanted` filled slots at the head, without claiming them.
RQ_INLINE rq_run rq_stamped_peek(const rq_stamped *q, uint64_t head, uint32_t wanted, size_t stride) {
    rq_run run = {head, rq_stamped_is_filled(q, head, stride) ? 1 : 0};
    if (run.count == wanted || run.count == 0) return run;
    return rq_stamped_extend(q, run, wanted, 1, stride);
}

/// Claims up to `wanted` elements, at least `least`; 0 if there are not so many. Any consumer.
RQ_INLINE rq_run rq_stamped_claim(rq_stamped *q, uint32_t wanted, uint32_t least, size_t stride, uint32_t pauses) {
    uint64_t head = rq_load64(&q->head);
    for (;;) {
        rq_run run = rq_stamped_peek(q, head, wanted, stride);
        if (RQ_LIKELY(run.count >= least)) {
            uint64_t found;
            if (RQ_LIKELY(rq_cas64(&q->head, head, rq_stamped_after(q, head, run.count), &found))) return run;
            rq_stamped_back_off(pauses);
            head = rq_load64(&q->head);
        } else {
            uint64_t now = rq_load64(&q->head);
            if (now == head) return (rq_run){head, 0};
            head = now;
        }
    }
}

/// Moves the head over slots that the only consumer has peeked at.
RQ_INLINE void rq_stamped_advance(rq_stamped *q, rq_run run) {
    rq_store64(&q->head, rq_stamped_after(q, run.position, run.count));
}

RQ_INLINE void rq_stamped_release(rq_stamped *q, uint64_t position, size_t stride) {
    // R4: pairs with R1 in reserve
    rq_stamped_set(rq_stamped_slot(q, position, stride), rq_stamped_lap(q, position) + q->gate.mask + 1);
}

/// Whether the head, found at `head` with an unfilled slot, is the sealed end. A consumer, after a claim of nothing.
RQ_INLINE bool rq_stamped_ended(const rq_stamped *q, uint64_t head) {
    return rq_load64(&q->tail) == (head | RQ_SEALED);
}

/// Elements in the queue, as they were a moment ago. Any thread.
uint32_t rq_stamped_count(const rq_stamped *q);

RQ_ASSUME_NONNULL_END

#endif
