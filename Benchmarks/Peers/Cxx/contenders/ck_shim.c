#if __has_include(<ck_ring.h>)
#include "ck_shim.h"

#include <ck_ring.h>
#include <stdint.h>
#include <stdlib.h>

struct ck_shim {
    _Alignas(CK_MD_CACHELINE) ck_ring_t ring;
    _Alignas(CK_MD_CACHELINE) char elements[];
};

struct ck_shim *ck_shim_create(unsigned size, unsigned element_size) {
    size_t bytes = sizeof(struct ck_shim) + (size_t)size * element_size;
    size_t lines = (bytes + CK_MD_CACHELINE - 1) / CK_MD_CACHELINE;
    struct ck_shim *shim = aligned_alloc(CK_MD_CACHELINE, lines * CK_MD_CACHELINE);
    if (shim != NULL) ck_ring_init(&shim->ring, size);
    return shim;
}

void ck_shim_free(struct ck_shim *shim) { free(shim); }

#define ELEMENT(size)             \
    struct bytes_##size {         \
        uint64_t words[size / 8]; \
    };                            \
    CK_RING_PROTOTYPE(bytes_##size, bytes_##size)
ELEMENT(8)
ELEMENT(64)
ELEMENT(256)

#define DEFINE(ends, size)                                                                                  \
    bool ck_shim_enqueue_##ends##_##size(struct ck_shim *shim, const void *element) {                       \
        return ck_ring_enqueue_##ends##_bytes_##size(&shim->ring, (void *)shim->elements, (void *)element); \
    }                                                                                                       \
    bool ck_shim_dequeue_##ends##_##size(struct ck_shim *shim, void *element) {                             \
        return ck_ring_dequeue_##ends##_bytes_##size(&shim->ring, (void *)shim->elements, element);         \
    }
CK_SHIM_ALL(DEFINE)
#endif
