// The ring for several producers or several consumers: stamped slots on ck_pr operations.
//
// A bounded queue after D. Vyukov (1024cores.net, 'Bounded MPMC queue'), with exact capacity as in crossbeam's
// ArrayQueue. Each slot has a stamp beside its element. So an element costs the transfer of one line, instead of two
// indices and a slot. A thread that is preempted between reserve and publish delays the elements after its own, but not
// the calls of other threads; with ck_ring's in-order publication it delays those, too.
//
// A step has two halves. *Begin* reserves slots or claims elements, the caller moves the elements, and *end* publishes
// or releases the slots and signals the other side. A run of several slots is ended piece by piece.
//
//   index = group << bits | place within the group; of the 2^bits places `per_group` are used, the others skipped
//   position = lap · L + 2 · index, L = 2 · nextpow2(the last index + 1);  bit 0 of the tail = sealed
//   stamp of a slot = the low 8 bits of 2 · lap (free for that lap) or 2 · lap + 1 (filled). Zeroed memory: free for lap 0
//
// Eight bits are enough. A stamp is compared with a position that the tail (or head) held. As long as the tail holds it, the
// slot can have only two stamps. A stamp that was read later can equal an older one, but then the tail has moved, so the
// compare-and-swap fails, and the ring does not report 'full'.
//
// Positions have 64 bits, so they do not repeat: a compare-and-swap cannot mistake one for another, however long its thread
// was stopped.
#ifndef RQ_STAMPED_H
#define RQ_STAMPED_H

#include "rq_gate.h"
#include "rq_layout.h"

RQ_ASSUME_NONNULL_BEGIN

#define RQ_SEALED 1u

typedef struct rq_stamped {
    rq_gate gate;
    rq_atomic64 tail;
    char pad0[RQ_LINE - 8];
    rq_atomic64 head;
    rq_layout layout;  ///< used only by slow paths that do not know the element type
    char pad1[RQ_LINE - 8 - sizeof(rq_layout)];
} rq_stamped;

RQ_AT_LINE(rq_stamped, tail, 0);
RQ_AT_LINE(rq_stamped, head, 0);
_Static_assert(sizeof(rq_stamped) % RQ_LINE == 0, "the first slot shares no line with the head");

/// `count` slots between begin and end, from `position` (at `place`) up to `end`.
typedef struct rq_run {
    uint64_t position;
    uint64_t end;
    rq_place place;
    uint32_t count;
    uint32_t whole;  ///< whole groups from `place` to the end of the run or the lap; 0 if they were not counted
    uint8_t stamp;   ///< the stamp of the first slot; adding 1 publishes or releases the slot
} rq_run;

/// Contiguous slots of a run, in one group.
typedef struct rq_piece {
    rq_place place;
    uint32_t count;
} rq_piece;

/// Creates a ring, or returns NULL if the capacity is out of range or memory is short.
rq_stamped *RQ_NULLABLE rq_stamped_create(uint32_t capacity, rq_layout layout, size_t alignment, rq_policy policy);

/// Refuses all later reserves (E10). Any thread, any number of times.
void rq_stamped_seal(rq_stamped *q);

/// Whether the ring is sealed: no enqueue that starts now succeeds. Any thread.
bool rq_stamped_is_closed(const rq_stamped *q);

/// Whether a waiter on `side` would find a slot or an element now. Any thread.
bool rq_stamped_is_ready(const rq_stamped *q, rq_side side);

/// The number of elements in the queue a moment ago. Any thread.
uint32_t rq_stamped_count(const rq_stamped *q);

RQ_INLINE uint32_t rq_stamped_index(const rq_stamped *q, uint64_t position) {
    return ((uint32_t)position & q->gate.mask) >> 1;
}
RQ_INLINE rq_place rq_stamped_place(const rq_stamped *q, uint64_t position, rq_layout layout) {
    uint32_t index = rq_stamped_index(q, position);
    uint32_t within = index & ((1u << layout.bits) - 1);
    return (rq_place){q->gate.slots + (size_t)(index >> layout.bits) * layout.bytes, within};
}

/// The stamp of a free slot in the lap of a position.
RQ_INLINE uint8_t rq_stamped_lap(const rq_stamped *q, uint64_t position) {
    return (uint8_t)(position >> q->gate.lap_shift) & ~1u;
}

/// Returns a position unchanged, or the start of the next lap if it is the end of this one.
RQ_INLINE uint64_t rq_stamped_wrapped(const rq_stamped *q, uint64_t position) {
    uint32_t mask = q->gate.mask;
    // An end that is a power of two carries over by itself.
    return ((uint32_t)position & mask) < 2 * q->gate.end ? position : (position | mask) + 1;
}

/// The position after `count` slots of one group, the first of which is at `position`.
RQ_INLINE uint64_t rq_stamped_after(const rq_stamped *q, uint64_t position, uint32_t count, rq_layout layout) {
    uint64_t next = position + 2 * (uint64_t)count;
    uint32_t places = 1u << layout.bits;
    // Apply the mask, because a lap can be shorter than a group.
    if (layout.per_group < places && (next & q->gate.mask & (2 * places - 2)) == 2 * layout.per_group)
        next += 2 * (places - layout.per_group);
    return rq_stamped_wrapped(q, next);
}

/// The position after `groups` whole groups.
RQ_INLINE uint64_t rq_stamped_after_groups(const rq_stamped *q, uint64_t position, uint32_t groups, rq_layout layout) {
    return rq_stamped_wrapped(q, position + ((uint64_t)groups << (layout.bits + 1)));
}

/// How many of `count` slots from `position`, which is at `place`, lie in its group.
RQ_INLINE uint32_t rq_stamped_within(const rq_stamped *q, uint64_t position, rq_place place, uint32_t count,
                                     rq_layout layout) {
    uint32_t group = layout.per_group - place.within;
    // Only the last group is cut short, by the capacity.
    uint32_t lap = q->gate.end - rq_stamped_index(q, position);
    uint32_t within = group < lap ? group : lap;
    return count < within ? count : within;
}

/// How many whole groups fit into `count` slots from `position`, the start of a group, up to the end of the lap.
RQ_INLINE uint32_t rq_stamped_whole(const rq_stamped *q, uint64_t position, uint32_t count, rq_layout layout) {
    uint32_t groups = count / layout.per_group;
    uint32_t lap = (q->gate.end - rq_stamped_index(q, position)) >> layout.bits;
    return groups < lap ? groups : lap;
}

/// How many whole groups have a stamp, in `count` slots from `position`, the start of a group.
RQ_INLINE uint32_t rq_stamped_groups(const rq_stamped *q, uint64_t position, uint8_t stamp, uint32_t count,
                                     rq_layout layout) {
    uint32_t most = rq_stamped_whole(q, position, count, layout);
    const char *group = rq_stamped_place(q, position, layout).group;
    uint32_t same = 0;
    while (same < most && rq_group_is(group + (size_t)same * layout.bytes, stamp, layout)) same++;
    return same;
}

/// Finds up to `wanted` slots with a stamp from `position` on, without reserving or claiming them.
RQ_INLINE rq_run rq_stamped_find(const rq_stamped *q, uint64_t position, uint8_t stamp, uint32_t wanted,
                                 rq_layout layout) {
    rq_run run = {position, position, rq_stamped_place(q, position, layout), 0, 0, stamp};
    if (wanted == 1) {
        // R1 (free): pairs with R4 in rq_stamped_release. R3 (filled): pairs with R2 in rq_stamped_publish.
        run.count = rq_load8_acquire(rq_place_stamp(run.place)) == stamp;
        run.end = rq_stamped_after(q, position, 1, layout);
        return run;
    }
    rq_place place = run.place;
    uint8_t filled = stamp & 1;
    for (;;) {
        uint32_t within = rq_stamped_within(q, run.end, place, wanted - run.count, layout);
        uint32_t same = rq_place_same(place, stamp, within);
        if (same == 0) return run;
        run.count += same;
        run.end = rq_stamped_after(q, run.end, same, layout);
        if (RQ_LIKELY(same < within || run.count == wanted)) return run;
        if (wanted - run.count >= layout.per_group) {
            stamp = rq_stamped_lap(q, run.end) | filled;
            uint32_t groups = rq_stamped_groups(q, run.end, stamp, wanted - run.count, layout);
            run.count += groups * layout.per_group;
            run.end = rq_stamped_after_groups(q, run.end, groups, layout);
            if (run.count == wanted) return run;
        }
        place = rq_stamped_place(q, run.end, layout);
        stamp = rq_stamped_lap(q, run.end) | filled;
    }
}

/// Finds up to `wanted` free slots at the tail. Finds none if the ring is full or sealed.
RQ_INLINE rq_run rq_stamped_find_free(const rq_stamped *q, uint64_t tail, uint32_t wanted, rq_layout layout) {
    // A sealed position compares as filled, and no slot at the tail can be filled in its lap.
    uint8_t stamp = rq_stamped_lap(q, tail) | (uint8_t)(tail & RQ_SEALED);
    return rq_stamped_find(q, tail, stamp, wanted, layout);
}

/// Finds up to `wanted` filled slots at the head.
RQ_INLINE rq_run rq_stamped_find_filled(const rq_stamped *q, uint64_t head, uint32_t wanted, rq_layout layout) {
    return rq_stamped_find(q, head, rq_stamped_lap(q, head) + 1, wanted, layout);
}

/// After a lost race, leaves the line of the index to the winner for some hundred nanoseconds. The winner then moves a
/// burst instead of one element.
RQ_INLINE void rq_stamped_back_off(uint32_t pauses) {
    for (uint32_t i = 0; i < pauses; i++) rq_pause();
}

/// Reserves from `least` to `wanted` slots, or none if there are fewer or the queue is closed. Any producer.
RQ_INLINE rq_run rq_stamped_enqueue_run(rq_stamped *q, uint32_t wanted, uint32_t least, rq_layout layout,
                                        uint32_t pauses) {
    uint64_t tail = rq_load64(&q->tail);
    for (;;) {
        rq_run run = rq_stamped_find_free(q, tail, wanted, layout);
        if (RQ_LIKELY(run.count >= least)) {
            uint64_t found;
            if (RQ_LIKELY(rq_cas64(&q->tail, tail, run.end, &found))) return run;
            rq_stamped_back_off(pauses);
            tail = rq_load64(&q->tail);
        } else {
            uint64_t now = rq_load64(&q->tail);
            if (now == tail) return (rq_run){.position = tail};
            tail = now;
        }
    }
}

/// Reserves a slot, or none if the ring is full or closed. A single producer only finds its slot here, because no other
/// thread fills slots; if it does not end the step, it has nothing to undo. Any producer.
RQ_INLINE rq_run rq_stamped_enqueue_begin(rq_stamped *q, rq_layout layout, bool single, uint32_t pauses) {
    if (single) return rq_stamped_find_free(q, rq_load64(&q->tail), 1, layout);
    return rq_stamped_enqueue_run(q, 1, 1, layout, pauses);
}

/// Claims from `least` to `wanted` elements, or none if there are fewer. Any consumer.
RQ_INLINE rq_run rq_stamped_dequeue_run(rq_stamped *q, uint32_t wanted, uint32_t least, rq_layout layout, bool single,
                                        uint32_t pauses) {
    uint64_t head = rq_load64(&q->head);
    for (;;) {
        rq_run run = rq_stamped_find_filled(q, head, wanted, layout);
        if (RQ_LIKELY(run.count >= least)) {
            uint64_t found;
            if (single) {
                rq_store64(&q->head, run.end);
                return run;
            }
            if (RQ_LIKELY(rq_cas64(&q->head, head, run.end, &found))) return run;
            rq_stamped_back_off(pauses);
            head = rq_load64(&q->head);
        } else {
            uint64_t now = single ? head : rq_load64(&q->head);
            if (now == head) return (rq_run){.position = head};
            head = now;
        }
    }
}

/// Claims an element, or none if the queue is empty. Any consumer.
RQ_INLINE rq_run rq_stamped_dequeue_begin(rq_stamped *q, rq_layout layout, bool single, uint32_t pauses) {
    return rq_stamped_dequeue_run(q, 1, 1, layout, single, pauses);
}

/// The first contiguous slots of a run, at least one.
RQ_INLINE rq_piece rq_stamped_piece(const rq_stamped *q, rq_run run, rq_layout layout) {
    if (run.whole > 0) return (rq_piece){run.place, layout.per_group};
    return (rq_piece){run.place, rq_stamped_within(q, run.position, run.place, run.count, layout)};
}

/// Sets the stamps of a run's first piece, which publishes or releases its slots. Returns the rest of the run.
RQ_INLINE rq_run rq_stamped_stamp(const rq_stamped *q, rq_run run, rq_piece piece, rq_layout layout) {
    if (piece.count == layout.per_group)
        rq_group_set(piece.place.group, run.stamp + 1, layout);
    else
        rq_place_set(piece.place, piece.count, run.stamp + 1);
    run.count -= piece.count;
    if (run.count == 0) return run;
    if (run.whole > 1) {  // the next group of the same lap
        run.whole--;
        run.position += 2ull << layout.bits;
        run.place.group += layout.bytes;
        return run;
    }
    // The rest begins at the start of a group, because each piece but the last ends a group.
    uint64_t next = rq_stamped_after(q, run.position, piece.count, layout);
    run.stamp += (uint8_t)(rq_stamped_lap(q, next) - rq_stamped_lap(q, run.position));
    run.position = next;
    run.place = rq_stamped_place(q, next, layout);
    run.whole = rq_stamped_whole(q, next, run.count, layout);
    return run;
}

/// Publishes the first piece of a run (R2: pairs with R3). After the last piece, signals a consumer. Returns the rest.
RQ_INLINE rq_run rq_stamped_publish(rq_stamped *q, rq_run run, rq_piece piece, rq_layout layout) {
    run = rq_stamped_stamp(q, run, piece, layout);
    if (run.count == 0) rq_signal_consumers(&q->gate);
    return run;
}

/// Publishes a slot and signals a consumer. Returns false if a single producer's queue was closed first: the producer then
/// still owns the element, in its slot.
RQ_INLINE bool rq_stamped_enqueue_end(rq_stamped *q, rq_run run, rq_layout layout, bool single) {
    uint64_t found;
    if (single && !rq_cas64(&q->tail, run.position, run.end, &found)) return false;
    run.count = 1;
    rq_stamped_publish(q, run, (rq_piece){run.place, 1}, layout);
    return true;
}

/// Releases the first piece of a run (R4: pairs with R1). After the last piece, signals a producer. Returns the rest.
RQ_INLINE rq_run rq_stamped_release(rq_stamped *q, rq_run run, rq_piece piece, rq_layout layout) {
    run = rq_stamped_stamp(q, run, piece, layout);
    if (run.count == 0) rq_signal_producers(&q->gate);
    return run;
}

/// Releases a slot and signals a producer.
RQ_INLINE void rq_stamped_dequeue_end(rq_stamped *q, rq_run run, rq_layout layout) {
    run.count = 1;
    rq_stamped_release(q, run, (rq_piece){run.place, 1}, layout);
}

/// Whether the queue is closed and all elements are claimed. Consumer, after a begin that found nothing.
RQ_INLINE bool rq_stamped_is_drained(const rq_stamped *q) {
    uint64_t head = rq_load64(&q->head);
    if (rq_load64(&q->tail) != (head | RQ_SEALED)) return false;
    rq_fence_acquire();  // E14: pairs with the release fence in rq_ring_close
    return true;
}

RQ_ASSUME_NONNULL_END

#endif
