// The ring for several producers or several consumers: stamped slots on ck_pr operations.
//
// A bounded queue after D. Vyukov (1024cores.net, 'Bounded MPMC queue'), with exact capacity as in crossbeam's
// ArrayQueue. Each slot carries a stamp beside its element, so one line an element travels instead of two indices and
// a slot, and a thread that is preempted between reserve and publish delays the elements behind it but not the calls
// of others (which ck_ring's in-order publication does).
//
// Slots lie in groups of a line: eight bytes of stamps, then up to eight elements, so that a run of small elements
// travels in few lines, and the stamps of a whole group are read and set by one access.
//
//   index = group << bits | place within the group; of the 2^bits places `per_group` are used, the others skipped
//   position = lap · L + 2 · index, L = 2 · nextpow2(the last index + 1);  bit 0 of the tail = sealed
//   a slot's stamp: 2 · lap free for that lap, + 1 filled; 8 bits of it. Zero memory is a ring that is free for lap 0.
//
// Eight bits are enough: a stamp is compared with a position that the tail (or head) held, and while it holds it the
// slot can have two stamps only. A stamp that was read later can look like an older one, but then the tail has moved,
// and neither the compare-and-swap nor the answer 'full' passes that.
//
// Positions have 64 bits: a compare-and-swap cannot take one for another however long its thread was stopped.
#ifndef RQ_STAMPED_H
#define RQ_STAMPED_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

#define RQ_SEALED 1u

/// How slots lie in memory.
typedef struct rq_layout {
    uint32_t per_group;  ///< elements of a group, 1 to 8
    uint32_t bits;       ///< of an index, for the place within the group
    size_t bytes;        ///< of a group; PTRDIFF_MAX if it has no room in an address space
    size_t first;        ///< bytes from a group's start to its first element
    size_t stride;       ///< bytes from one element to the next
} rq_layout;

typedef struct rq_stamped {
    rq_gate gate;
    rq_atomic64 tail;
    char pad0[RQ_LINE - 8];
    rq_atomic64 head;
    rq_layout layout;  ///< for those who do not know the type, and have time
    char pad1[RQ_LINE - 8 - sizeof(rq_layout)];
} rq_stamped;

RQ_INLINE uint32_t rq_layout_holds(size_t bytes, size_t first, size_t stride) {
    size_t count = bytes > first ? (bytes - first) / stride : 0;
    return count < 8 ? (uint32_t)count : 8;
}

RQ_INLINE rq_layout rq_layout_with(uint32_t per_group, size_t bytes, size_t first, size_t stride) {
    uint32_t bits = per_group == 1 ? 0 : per_group == 2 ? 1 : per_group <= 4 ? 2 : 3;
    return (rq_layout){per_group, bits, bytes, first, stride};
}

/// The bytes of a group of one element, PTRDIFF_MAX if they are more than that.
RQ_INLINE size_t rq_layout_alone(size_t first, size_t stride) {
    size_t bytes;
    if (__builtin_add_overflow(first, stride, &bytes) || __builtin_add_overflow(bytes, first - 1, &bytes))
        return PTRDIFF_MAX;
    bytes = bytes / first * first;
    return bytes < PTRDIFF_MAX ? bytes : PTRDIFF_MAX;
}

/// The layout for elements of a type: groups of 64 bytes, or of 32 or 16 where more elements go into a line that way;
/// each by itself where a line has no room for two.
RQ_INLINE rq_layout rq_layout_of(size_t stride, size_t alignment) {
    size_t first = alignment < 8 ? 8 : alignment;
    uint32_t in64 = rq_layout_holds(64, first, stride);
    uint32_t in32 = rq_layout_holds(32, first, stride);
    uint32_t in16 = rq_layout_holds(16, first, stride);
    if (in64 < 2) return rq_layout_with(1, rq_layout_alone(first, stride), first, stride);
    if (in64 >= 2 * in32 && in64 >= 4 * in16) return rq_layout_with(in64, 64, first, stride);
    if (in32 >= 2 * in16) return rq_layout_with(in32, 32, first, stride);
    return rq_layout_with(in16, 16, first, stride);
}

/// Where a slot is: its group, and which of the group's it is.
typedef struct rq_place {
    char *group;
    uint32_t within;
} rq_place;

/// Slots that one thread has reserved or claimed: `count` of them from `position`, which is at `place`, up to `end`.
typedef struct rq_run {
    uint64_t position;
    uint64_t end;
    rq_place place;
    uint32_t count;
    uint8_t stamp;  ///< what the first was found with; one more publishes or releases it
} rq_run;

rq_stamped *RQ_NULLABLE rq_stamped_create(uint32_t capacity, rq_layout layout, size_t alignment, rq_policy policy);

RQ_INLINE uint32_t rq_stamped_index(const rq_stamped *q, uint64_t position) {
    return ((uint32_t)position & q->gate.mask) >> 1;
}
RQ_INLINE rq_place rq_stamped_place(const rq_stamped *q, uint64_t position, rq_layout layout) {
    uint32_t index = rq_stamped_index(q, position);
    uint32_t within = index & ((1u << layout.bits) - 1);
    return (rq_place){q->gate.slots + (size_t)(index >> layout.bits) * layout.bytes, within};
}
RQ_INLINE void *rq_place_element(rq_place place, rq_layout layout) {
    return place.group + layout.first + (size_t)place.within * layout.stride;
}
RQ_INLINE rq_atomic8 *rq_place_stamp(rq_place place) { return (rq_atomic8 *)place.group + place.within; }

/// The stamp of a free slot in the lap of a position.
RQ_INLINE uint8_t rq_stamped_lap(const rq_stamped *q, uint64_t position) {
    return (uint8_t)(position >> q->gate.lap_shift) & ~1u;
}
/// A position of this lap, or the start of the next if it is the end.
RQ_INLINE uint64_t rq_stamped_wrapped(const rq_stamped *q, uint64_t position) {
    uint32_t mask = q->gate.mask;
    // An end that is a power of two carries over by itself.
    return ((uint32_t)position & mask) < 2 * q->gate.end ? position : (position | mask) + 1;
}
/// The position behind `count` slots of one group, the first of which is at `position`.
RQ_INLINE uint64_t rq_stamped_behind(const rq_stamped *q, uint64_t position, uint32_t count, rq_layout layout) {
    uint64_t next = position + 2 * (uint64_t)count;
    uint32_t places = 1u << layout.bits;
    // By the mask, for a lap can be shorter than a group.
    if (layout.per_group < places && (next & q->gate.mask & (2 * places - 2)) == 2 * layout.per_group)
        next += 2 * (places - layout.per_group);
    return rq_stamped_wrapped(q, next);
}
/// The position behind so many whole groups.
RQ_INLINE uint64_t rq_stamped_behind_whole(const rq_stamped *q, uint64_t position, uint32_t groups, rq_layout layout) {
    return rq_stamped_wrapped(q, position + ((uint64_t)groups << (layout.bits + 1)));
}
/// How many of `count` slots from `position`, which is at `place`, lie in its group.
RQ_INLINE uint32_t rq_stamped_piece(const rq_stamped *q, uint64_t position, rq_place place, uint32_t count,
                                    rq_layout layout) {
    uint32_t group = layout.per_group - place.within;
    // Only the last group is cut short, by the capacity.
    uint32_t lap = q->gate.end - rq_stamped_index(q, position);
    uint32_t piece = group < lap ? group : lap;
    return count < piece ? count : piece;
}
/// How many whole groups `count` slots from `position`, which is at `place`, start with, up to the end of the lap.
RQ_INLINE uint32_t rq_stamped_whole(const rq_stamped *q, uint64_t position, rq_place place, uint32_t count,
                                    rq_layout layout) {
    if (place.within != 0) return 0;
    uint32_t groups = count / layout.per_group;
    uint32_t lap = (q->gate.end - rq_stamped_index(q, position)) >> layout.bits;
    return groups < lap ? groups : lap;
}
#define RQ_EACH_BYTE 0x0101010101010101u

/// How many of the slots from `place` on, up to `most` and to the end of the group, have a stamp.
RQ_INLINE uint32_t rq_place_same(rq_place place, uint8_t stamp, uint32_t most) {
    // R1 (free) and R3 (filled): one access acquires all of the group's stamps.
    uint64_t stamps = rq_load64_acquire((const rq_atomic64 *)place.group);
    uint64_t differ = (stamps ^ (stamp * RQ_EACH_BYTE)) >> (8 * place.within);
    uint32_t same = differ == 0 ? most : (uint32_t)__builtin_ctzll(differ) / 8;
    return same < most ? same : most;
}
/// Whether all slots of a group have a stamp.
RQ_INLINE bool rq_group_is(const char *group, uint8_t stamp, rq_layout layout) {
    uint64_t stamps = rq_load64_acquire((const rq_atomic64 *)group);  // R1 and R3, as above
    return (stamps ^ (stamp * RQ_EACH_BYTE)) << (64 - 8 * layout.per_group) == 0;
}
/// Publishes (R2: pairs with R3) or releases (R4: pairs with R1) `count` slots of a group by their new stamp.
RQ_INLINE void rq_place_set(rq_place place, uint32_t count, uint8_t stamp) {
    for (uint32_t i = 0; i < count; i++) rq_store8_release(rq_place_stamp(place) + i, stamp);
}
/// The same for a whole group.
RQ_INLINE void rq_group_set(char *group, uint8_t stamp, rq_layout layout) {
    // The bytes behind the last slot's stamp are nobody's.
    if (layout.per_group > 1)
        rq_store64_release((rq_atomic64 *)group, stamp * RQ_EACH_BYTE);
    else
        rq_store8_release((rq_atomic8 *)group, stamp);
}

/// Finds up to `wanted` slots from `position` on that have a stamp, without taking them.
RQ_INLINE rq_run rq_stamped_find(const rq_stamped *q, uint64_t position, uint8_t stamp, uint32_t wanted,
                                 rq_layout layout) {
    rq_run run = {position, position, rq_stamped_place(q, position, layout), 0, stamp};
    if (wanted == 1) {
        run.count = rq_load8_acquire(rq_place_stamp(run.place)) == stamp;
        run.end = rq_stamped_behind(q, position, 1, layout);
        return run;
    }
    rq_place place = run.place;
    while (run.count < wanted) {
        uint32_t whole = rq_stamped_whole(q, run.end, place, wanted - run.count, layout);
        uint32_t same = 0;
        uint64_t end;
        if (whole > 0) {
            while (same < whole && rq_group_is(place.group + (size_t)same * layout.bytes, stamp, layout)) same++;
            run.count += same * layout.per_group;
            end = rq_stamped_behind_whole(q, run.end, same, layout);
        }
        if (same == 0) {
            whole = rq_stamped_piece(q, run.end, place, wanted - run.count, layout);
            same = rq_place_same(place, stamp, whole);
            if (same == 0) break;
            run.count += same;
            end = rq_stamped_behind(q, run.end, same, layout);
        }
        stamp += (uint8_t)(rq_stamped_lap(q, end) - rq_stamped_lap(q, run.end));
        run.end = end;
        place = rq_stamped_place(q, end, layout);
    }
    return run;
}

/// After a failed compare-and-swap: leaves the line to whoever won it for a few hundred nanoseconds, so that the
/// winner gets a burst instead of one element.
RQ_INLINE void rq_stamped_back_off(uint32_t pauses) {
    for (uint32_t i = 0; i < pauses; i++) rq_pause();
}

/// Finds up to `wanted` free slots at the tail, without reserving them. Returns 0 slots if full or sealed.
RQ_INLINE rq_run rq_stamped_look(const rq_stamped *q, uint64_t tail, uint32_t wanted, rq_layout layout) {
    // R1: pairs with R4 in release. A sealed position compares as filled, which no slot at the tail can be in its lap.
    uint8_t stamp = rq_stamped_lap(q, tail) | (uint8_t)(tail & RQ_SEALED);
    return rq_stamped_find(q, tail, stamp, wanted, layout);
}

/// Reserves up to `wanted` slots, at least `least`; 0 if there are not so many or the queue is sealed. Any producer.
RQ_INLINE rq_run rq_stamped_reserve(rq_stamped *q, uint32_t wanted, uint32_t least, rq_layout layout, uint32_t pauses) {
    uint64_t tail = rq_load64(&q->tail);
    for (;;) {
        rq_run run = rq_stamped_look(q, tail, wanted, layout);
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

/// Moves the tail over slots that the only producer has looked at and filled. False: the queue was sealed before,
/// nothing was enqueued, the elements are still the producer's, in their slots.
RQ_INLINE bool rq_stamped_commit(rq_stamped *q, rq_run run) {
    uint64_t found;
    return rq_cas64(&q->tail, run.position, run.end, &found);
}

/// Publishes the one slot of a run.
RQ_INLINE void rq_stamped_publish(rq_run run) {
    rq_place_set(run.place, 1, run.stamp + 1);  // R2: pairs with R3 in claim
}

/// Finds up to `wanted` filled slots at the head, without claiming them.
RQ_INLINE rq_run rq_stamped_peek(const rq_stamped *q, uint64_t head, uint32_t wanted, rq_layout layout) {
    // R3: pairs with R2 in publish
    return rq_stamped_find(q, head, rq_stamped_lap(q, head) + 1, wanted, layout);
}

/// Claims up to `wanted` elements, at least `least`; 0 if there are not so many. Any consumer.
RQ_INLINE rq_run rq_stamped_claim(rq_stamped *q, uint32_t wanted, uint32_t least, rq_layout layout, uint32_t pauses) {
    uint64_t head = rq_load64(&q->head);
    for (;;) {
        rq_run run = rq_stamped_peek(q, head, wanted, layout);
        if (RQ_LIKELY(run.count >= least)) {
            uint64_t found;
            if (RQ_LIKELY(rq_cas64(&q->head, head, run.end, &found))) return run;
            rq_stamped_back_off(pauses);
            head = rq_load64(&q->head);
        } else {
            uint64_t now = rq_load64(&q->head);
            if (now == head) return (rq_run){.position = head};
            head = now;
        }
    }
}

/// Moves the head over slots that the only consumer has peeked at.
RQ_INLINE void rq_stamped_advance(rq_stamped *q, rq_run run) {
    rq_store64(&q->head, run.end);
}

/// Releases the one slot of a run.
RQ_INLINE void rq_stamped_release(rq_run run) {
    rq_place_set(run.place, 1, run.stamp + 1);  // R4: pairs with R1 in reserve
}

/// Whether the head, found at `head` with an unfilled slot, is the sealed end. A consumer, after a claim of nothing.
RQ_INLINE bool rq_stamped_ended(const rq_stamped *q, uint64_t head) {
    if (rq_load64(&q->tail) != (head | RQ_SEALED)) return false;
    rq_fence_acquire();  // E14: pairs with close
    return true;
}

/// Elements in the queue, as they were a moment ago. Any thread.
uint32_t rq_stamped_count(const rq_stamped *q);

RQ_ASSUME_NONNULL_END

#endif
