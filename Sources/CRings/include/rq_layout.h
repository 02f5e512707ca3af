// The memory layout of the stamped ring: groups of one cache line, each with eight bytes of stamps and then up to eight
// elements. A run of small elements travels in few lines, and one access reads or sets all stamps of a group.
#ifndef RQ_LAYOUT_H
#define RQ_LAYOUT_H

#include "rq_atomic.h"

RQ_ASSUME_NONNULL_BEGIN

typedef struct rq_layout {
    uint32_t per_group;  ///< elements in a group, 1 to 8
    uint32_t bits;       ///< bits of an index that are the place within the group
    size_t bytes;        ///< size of a group; PTRDIFF_MAX if it does not fit into an address space
    size_t first;        ///< bytes from a group's start to its first element
    size_t stride;       ///< bytes from one element to the next
} rq_layout;

RQ_INLINE uint32_t rq_layout_holds(size_t bytes, size_t first, size_t stride) {
    size_t count = bytes > first ? (bytes - first) / stride : 0;
    return count < 8 ? (uint32_t)count : 8;
}

RQ_INLINE rq_layout rq_layout_with(uint32_t per_group, size_t bytes, size_t first, size_t stride) {
    uint32_t bits = per_group == 1 ? 0 : per_group == 2 ? 1 : per_group <= 4 ? 2 : 3;
    return (rq_layout){per_group, bits, bytes, first, stride};
}

/// The bytes of a group of one element, at most PTRDIFF_MAX.
RQ_INLINE size_t rq_layout_alone(size_t first, size_t stride) {
    size_t bytes;
    if (__builtin_add_overflow(first, stride, &bytes) || __builtin_add_overflow(bytes, first - 1, &bytes))
        return PTRDIFF_MAX;
    bytes = bytes / first * first;
    return bytes < PTRDIFF_MAX ? bytes : PTRDIFF_MAX;
}

/// The layout for elements of a type: groups of 64 bytes, or of 32 or 16 if more elements then fit into a line.
/// An element that is too large to share a line has a group of its own.
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

/// Where a slot is: its group, and its place within the group.
typedef struct rq_place {
    char *group;
    uint32_t within;
} rq_place;

RQ_INLINE void *rq_place_element(rq_place place, rq_layout layout) {
    return place.group + layout.first + (size_t)place.within * layout.stride;
}
RQ_INLINE rq_atomic8 *rq_place_stamp(rq_place place) { return (rq_atomic8 *)place.group + place.within; }

#define RQ_EACH_BYTE 0x0101010101010101u

/// How many of the slots from `place` on have a stamp, up to `most` and to the end of the group.
RQ_INLINE uint32_t rq_place_same(rq_place place, uint8_t stamp, uint32_t most) {
    // R1 (free): pairs with R4, R3 (filled): pairs with R2, both in rq_place_set and rq_group_set. One access acquires all
    // stamps of the group.
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

/// Sets the stamps of `count` slots of a group, one by one.
RQ_INLINE void rq_place_set(rq_place place, uint32_t count, uint8_t stamp) {
    // R2 (filled): pairs with R3, R4 (free): pairs with R1, both in rq_place_same, rq_group_is and rq_stamped_find.
    for (uint32_t i = 0; i < count; i++) rq_store8_release(rq_place_stamp(place) + i, stamp);
}

/// Sets the stamps of a whole group with one store. The bytes after the last slot's stamp belong to no slot.
RQ_INLINE void rq_group_set(char *group, uint8_t stamp, rq_layout layout) {
    // R2 and R4, as above
    if (layout.per_group > 1)
        rq_store64_release((rq_atomic64 *)group, stamp * RQ_EACH_BYTE);
    else
        rq_store8_release((rq_atomic8 *)group, stamp);
}

RQ_ASSUME_NONNULL_END

#endif
