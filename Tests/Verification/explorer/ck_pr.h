// ConcurrencyKit's words for the explorer: each access that another thread can observe is a point at which the
// schedule may change, and a store waits in its thread's buffer as on x86. First on the include path in place of
// the library's own ck_pr.h, so that the shipped code is what runs.
#ifndef CK_PR_H
#define CK_PR_H

#include <ck_cc.h>
#include <ck_md.h>
#include <ck_stdbool.h>
#include <stdint.h>

#include "explore.h"

#define CK_EXPLORED(S, T)                                                              \
    CK_CC_INLINE static T ck_pr_load_##S(const T *at) {                                \
        ex_point("load", at);                                                          \
        T value = *at;                                                                 \
        ex_saw(value);                                                                 \
        return value;                                                                  \
    }                                                                                  \
    CK_CC_INLINE static void ck_pr_store_##S(T *at, T value) { ex_store(at, sizeof(T), value); } \
    CK_CC_INLINE static bool ck_pr_cas_##S##_value(T *at, T expected, T value, T *found) { \
        ex_point("cas", at);                                                           \
        ex_drain_own();                                                                \
        *found = *at;                                                                  \
        ex_saw(*found);                                                                \
        if (*found != expected) return false;                                          \
        *at = value;                                                                   \
        return true;                                                                   \
    }                                                                                  \
    CK_CC_INLINE static bool ck_pr_cas_##S(T *at, T expected, T value) {               \
        T found;                                                                       \
        return ck_pr_cas_##S##_value(at, expected, value, &found);                     \
    }                                                                                  \
    CK_CC_INLINE static T ck_pr_faa_##S(T *at, T by) {                                 \
        ex_point("add", at);                                                           \
        ex_drain_own();                                                                \
        T before = *at;                                                                \
        *at = before + by;                                                             \
        ex_saw(before);                                                                \
        return before;                                                                 \
    }                                                                                  \
    CK_CC_INLINE static void ck_pr_or_##S(T *at, T bits) {                             \
        ex_point("or", at);                                                            \
        ex_drain_own();                                                                \
        ex_saw(*at);                                                                   \
        *at |= bits;                                                                   \
    }

CK_EXPLORED(8, uint8_t)
CK_EXPLORED(32, uint32_t)
CK_EXPLORED(64, uint64_t)
CK_EXPLORED(uint, unsigned int)

CK_CC_INLINE static void ck_pr_fence_memory(void) {
    ex_point("fence", NULL);
    ex_drain_own();
}
// x86 keeps these by itself.
CK_CC_INLINE static void ck_pr_fence_acquire(void) {}
CK_CC_INLINE static void ck_pr_fence_release(void) {}
CK_CC_INLINE static void ck_pr_fence_load(void) {}
CK_CC_INLINE static void ck_pr_fence_store(void) {}
CK_CC_INLINE static void ck_pr_fence_store_atomic(void) {}
CK_CC_INLINE static void ck_pr_barrier(void) {}
CK_CC_INLINE static void ck_pr_stall(void) { ex_yield(); }

#endif
