// ConcurrencyKit's words for Relacy: each access relaxed, each fence a fence of the C++11 model, so that a load may
// see an old value unless an edge forbids it, as on ARM. First on the include path in place of the library's own
// ck_pr.h, so that the shipped code is what runs.
#ifndef CK_PR_H
#define CK_PR_H

#include <ck_cc.h>
#include <ck_md.h>
#include <ck_stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#include "explore.h"

typedef enum rx_fence { RX_ACQUIRE, RX_RELEASE, RX_FULL } rx_fence;

uint64_t rx_load(const void *at, size_t bytes);
void rx_store(void *at, size_t bytes, uint64_t value);
bool rx_swap(void *at, size_t bytes, uint64_t expected, uint64_t value, uint64_t *found);
uint64_t rx_add(void *at, size_t bytes, uint64_t by);
void rx_set_bits(void *at, size_t bytes, uint64_t bits);
void rx_order(rx_fence fence);

#ifdef __cplusplus
}
#endif

#define CK_RELAXED(S, T)                                                                              \
    CK_CC_INLINE static T ck_pr_load_##S(const T *at) { return (T)rx_load(at, sizeof(T)); }           \
    CK_CC_INLINE static void ck_pr_store_##S(T *at, T value) { rx_store(at, sizeof(T), value); }      \
    CK_CC_INLINE static bool ck_pr_cas_##S##_value(T *at, T expected, T value, T *found) {            \
        uint64_t before;                                                                              \
        bool done = rx_swap(at, sizeof(T), expected, value, &before);                                 \
        *found = (T)before;                                                                           \
        return done;                                                                                  \
    }                                                                                                 \
    CK_CC_INLINE static bool ck_pr_cas_##S(T *at, T expected, T value) {                              \
        T found;                                                                                      \
        return ck_pr_cas_##S##_value(at, expected, value, &found);                                    \
    }                                                                                                 \
    CK_CC_INLINE static T ck_pr_faa_##S(T *at, T by) { return (T)rx_add(at, sizeof(T), by); }         \
    CK_CC_INLINE static void ck_pr_or_##S(T *at, T bits) { rx_set_bits(at, sizeof(T), bits); }

CK_RELAXED(8, uint8_t)
CK_RELAXED(32, uint32_t)
CK_RELAXED(64, uint64_t)
CK_RELAXED(uint, unsigned int)

CK_CC_INLINE static void ck_pr_fence_acquire(void) { rx_order(RX_ACQUIRE); }
CK_CC_INLINE static void ck_pr_fence_load(void) { rx_order(RX_ACQUIRE); }
CK_CC_INLINE static void ck_pr_fence_release(void) { rx_order(RX_RELEASE); }
CK_CC_INLINE static void ck_pr_fence_store(void) { rx_order(RX_RELEASE); }
CK_CC_INLINE static void ck_pr_fence_store_atomic(void) { rx_order(RX_RELEASE); }
CK_CC_INLINE static void ck_pr_fence_memory(void) { rx_order(RX_FULL); }
CK_CC_INLINE static void ck_pr_barrier(void) {}
CK_CC_INLINE static void ck_pr_stall(void) { ex_yield(); }

#endif
