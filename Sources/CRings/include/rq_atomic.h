// Every access to shared memory in CRings goes through the functions in this file, which call ck_pr.
//
// A replacement ck_pr.h earlier on the include path makes the accesses visible to a sanitizer, or turns them into
// scheduling points of an explorer (Tests/Verification).
#ifndef RQ_ATOMIC_H
#define RQ_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pointers are not NULL unless marked nullable: Swift then imports them as non-optional. Other compilers ignore this.
#ifdef __clang__
#define RQ_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define RQ_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#define RQ_NULLABLE _Nullable
#else
#define RQ_ASSUME_NONNULL_BEGIN
#define RQ_ASSUME_NONNULL_END
#define RQ_NULLABLE
#endif

#include <ck_pr.h>

typedef uint8_t rq_atomic8;
typedef uint32_t rq_atomic32;
typedef uint64_t rq_atomic64;

#define RQ_LIKELY(x) __builtin_expect(!!(x), 1)
#define RQ_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define RQ_INLINE static inline __attribute__((always_inline))

// Relaxed: only the access itself is atomic.
RQ_INLINE uint32_t rq_load32(const rq_atomic32 *at) { return ck_pr_load_32(at); }
RQ_INLINE uint64_t rq_load64(const rq_atomic64 *at) { return ck_pr_load_64(at); }
RQ_INLINE void rq_store32(rq_atomic32 *at, uint32_t value) { ck_pr_store_32(at, value); }
RQ_INLINE void rq_store64(rq_atomic64 *at, uint64_t value) { ck_pr_store_64(at, value); }

// Acquire: no later access moves before the load. Release: no earlier access moves after the store.
RQ_INLINE uint8_t rq_load8_acquire(const rq_atomic8 *at) {
    uint8_t value = ck_pr_load_8(at);
    ck_pr_fence_acquire();
    return value;
}
RQ_INLINE uint32_t rq_load32_acquire(const rq_atomic32 *at) {
    uint32_t value = ck_pr_load_32(at);
    ck_pr_fence_acquire();
    return value;
}
RQ_INLINE uint64_t rq_load64_acquire(const rq_atomic64 *at) {
    uint64_t value = ck_pr_load_64(at);
    ck_pr_fence_acquire();
    return value;
}
RQ_INLINE void rq_store8_release(rq_atomic8 *at, uint8_t value) {
    ck_pr_fence_release();
    ck_pr_store_8(at, value);
}
RQ_INLINE void rq_store32_release(rq_atomic32 *at, uint32_t value) {
    ck_pr_fence_release();
    ck_pr_store_32(at, value);
}
RQ_INLINE void rq_store64_release(rq_atomic64 *at, uint64_t value) {
    ck_pr_fence_release();
    ck_pr_store_64(at, value);
}

// Read-modify-write. ck_pr's operations are full fences on x86. Elsewhere they order nothing, so callers that rely on an
// order establish it themselves: claim and reserve by acquiring the stamp first, announce by membarrier, close by a fence.
RQ_INLINE bool rq_cas32(rq_atomic32 *at, uint32_t expected, uint32_t value, uint32_t *found) {
    return ck_pr_cas_32_value(at, expected, value, found);
}
RQ_INLINE bool rq_cas64(rq_atomic64 *at, uint64_t expected, uint64_t value, uint64_t *found) {
    return ck_pr_cas_64_value(at, expected, value, found);
}
RQ_INLINE uint32_t rq_add32(rq_atomic32 *at, uint32_t by) { return ck_pr_faa_32(at, by); }
RQ_INLINE void rq_or32(rq_atomic32 *at, uint32_t bits) { ck_pr_or_32(at, bits); }
RQ_INLINE void rq_or64(rq_atomic64 *at, uint64_t bits) { ck_pr_or_64(at, bits); }

RQ_INLINE void rq_fence_acquire(void) { ck_pr_fence_acquire(); }
RQ_INLINE void rq_fence_release(void) { ck_pr_fence_release(); }
RQ_INLINE void rq_fence_full(void) { ck_pr_fence_memory(); }
RQ_INLINE void rq_fence_load(void) { ck_pr_fence_load(); }
RQ_INLINE void rq_fence_compiler(void) { ck_pr_barrier(); }
/// Prefetches a line that will be read soon. Only a hint: no access, no order.
RQ_INLINE void rq_prefetch(const void *at) { __builtin_prefetch(at, 0, 3); }
RQ_INLINE void rq_pause(void) { ck_pr_stall(); }

#endif
