/* ck_ring.h is not C++: these are its typed calls for elements by value, for the C++ side of the contender. Both sides
 * are optimized as one, so that they cost no calls. */
#ifndef PEERS_CK_SHIM_H
#define PEERS_CK_SHIM_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ck_shim;

/// Creates a ring of a power of two places, one of which stays free. NULL if there is no memory.
struct ck_shim *ck_shim_create(unsigned size, unsigned element_size);
void ck_shim_free(struct ck_shim *shim);

#define CK_SHIM_SIZES(X, ends) X(ends, 8) X(ends, 64) X(ends, 256)
#define CK_SHIM_ALL(X) CK_SHIM_SIZES(X, spsc) CK_SHIM_SIZES(X, spmc) CK_SHIM_SIZES(X, mpsc) CK_SHIM_SIZES(X, mpmc)

#define CK_SHIM_DECLARE(ends, size)                                                  \
    bool ck_shim_enqueue_##ends##_##size(struct ck_shim *shim, const void *element); \
    bool ck_shim_dequeue_##ends##_##size(struct ck_shim *shim, void *element);

CK_SHIM_ALL(CK_SHIM_DECLARE)

#ifdef __cplusplus
}
#endif

#endif
