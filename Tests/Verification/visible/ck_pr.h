// ConcurrencyKit's words for ThreadSanitizer, which sees neither inline assembly nor separate fences: the same accesses
// as C11 atomics, each with the order that the fences beside it give it. First on the include path in place of the
// library's own ck_pr.h, so that the shipped code is what runs.
//
// A load acquires and a store releases, whether or not there is a fence beside it: this shows which data an access
// hands over, not whether a fence is missing. The explorer and Relacy check the fences.
#ifndef CK_PR_H
#define CK_PR_H

#include <ck_cc.h>
#include <ck_md.h>
#include <ck_stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *at);
void __tsan_release(void *at);

#define CK_VISIBLE(S, T)                                                                                        \
    CK_CC_INLINE static T ck_pr_load_##S(const T *at) {                                                         \
        T value = __atomic_load_n(at, __ATOMIC_ACQUIRE);                                                        \
        __tsan_acquire((void *)(uintptr_t)at);                                                                  \
        return value;                                                                                           \
    }                                                                                                           \
    CK_CC_INLINE static void ck_pr_store_##S(T *at, T value) { __atomic_store_n(at, value, __ATOMIC_RELEASE); } \
    CK_CC_INLINE static bool ck_pr_cas_##S##_value(T *at, T expected, T value, T *found) {                      \
        bool done = __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
        *found = expected;                                                                                      \
        return done;                                                                                            \
    }                                                                                                           \
    CK_CC_INLINE static bool ck_pr_cas_##S(T *at, T expected, T value) {                                        \
        return __atomic_compare_exchange_n(at, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);    \
    }                                                                                                           \
    CK_CC_INLINE static T ck_pr_faa_##S(T *at, T by) { return __atomic_fetch_add(at, by, __ATOMIC_SEQ_CST); }   \
    CK_CC_INLINE static void ck_pr_or_##S(T *at, T bits) { __atomic_fetch_or(at, bits, __ATOMIC_SEQ_CST); }

// The stamps of a group are bytes that are also read and set in one access of eight bytes. The sanitizer recognises an
// edge only between accesses of one address, so stamps hand over through their group.
#define CK_GROUP(AT) ((void *)((uintptr_t)(AT) & ~(uintptr_t)7))

CK_CC_INLINE static uint8_t ck_pr_load_8(const uint8_t *at) {
    uint8_t value = __atomic_load_n(at, __ATOMIC_RELAXED);
    __tsan_acquire(CK_GROUP(at));
    return value;
}
CK_CC_INLINE static void ck_pr_store_8(uint8_t *at, uint8_t value) {
    __tsan_release(CK_GROUP(at));  // adds to what others handed over there; an atomic store would replace it
    __atomic_store_n(at, value, __ATOMIC_RELAXED);
}

CK_VISIBLE(32, uint32_t)
CK_VISIBLE(64, uint64_t)
CK_VISIBLE(uint, unsigned int)

CK_CC_INLINE static void ck_pr_fence_acquire(void) {}
CK_CC_INLINE static void ck_pr_fence_release(void) {}
CK_CC_INLINE static void ck_pr_fence_load(void) {}
CK_CC_INLINE static void ck_pr_fence_store(void) {}
CK_CC_INLINE static void ck_pr_fence_store_atomic(void) {}
CK_CC_INLINE static void ck_pr_fence_memory(void) {}
CK_CC_INLINE static void ck_pr_barrier(void) { __asm__ __volatile__("" ::: "memory"); }
CK_CC_INLINE static void ck_pr_stall(void) { ck_pr_barrier(); }

#endif
