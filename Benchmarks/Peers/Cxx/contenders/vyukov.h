/* The textbook's bounded queue for many producers and many consumers, in C: each cell has a sequence number that says
 * whose turn it is. After Dmitry Vyukov, "Bounded MPMC queue", 1024cores.net. */
#ifndef PEERS_VYUKOV_H
#define PEERS_VYUKOV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define VYUKOV_INLINE static inline __attribute__((always_inline))
#define VYUKOV_LINE __attribute__((aligned(64)))

typedef struct vyukov {
    VYUKOV_LINE char *cells;
    size_t mask;
    VYUKOV_LINE size_t enqueue_at;
    VYUKOV_LINE size_t dequeue_at;
} vyukov;

/* A cell is its sequence number, then the element. `element_size` is a constant wherever this is inlined. */
VYUKOV_INLINE size_t *vyukov_cell(const vyukov *q, size_t at, size_t element_size) {
    return (size_t *)(void *)(q->cells + (at & q->mask) * (sizeof(size_t) + element_size));
}

/* `size` is a power of two, 2 at least; `element_size` one of whole words. False if there is no memory. */
static inline bool vyukov_init(vyukov *q, size_t size, size_t element_size) {
    size_t bytes = size * (sizeof(size_t) + element_size);
    q->cells = (char *)aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (q->cells == NULL) return false;
    q->mask = size - 1;
    q->enqueue_at = q->dequeue_at = 0;
    for (size_t i = 0; i < size; i++) *vyukov_cell(q, i, element_size) = i;
    return true;
}

static inline void vyukov_destroy(vyukov *q) { free(q->cells); }

/* Takes the next place that `counter` says if its cell has come to the sequence number `place + lead`; NULL if it has
 * not yet. */
VYUKOV_INLINE size_t *vyukov_claim(vyukov *q, size_t *counter, size_t lead, size_t element_size, size_t *claimed) {
    size_t at = __atomic_load_n(counter, __ATOMIC_RELAXED);
    for (;;) {
        size_t *cell = vyukov_cell(q, at, element_size);
        intptr_t ahead = (intptr_t)(__atomic_load_n(cell, __ATOMIC_ACQUIRE) - (at + lead));
        if (ahead < 0) return NULL;
        if (ahead > 0) {
            at = __atomic_load_n(counter, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(counter, &at, at + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            *claimed = at;
            return cell;
        }
    }
}

VYUKOV_INLINE bool vyukov_enqueue(vyukov *q, const void *element, size_t element_size) {
    size_t at;
    size_t *cell = vyukov_claim(q, &q->enqueue_at, 0, element_size, &at);
    if (cell == NULL) return false;
    memcpy(cell + 1, element, element_size);
    __atomic_store_n(cell, at + 1, __ATOMIC_RELEASE);
    return true;
}

VYUKOV_INLINE bool vyukov_dequeue(vyukov *q, void *element, size_t element_size) {
    size_t at;
    size_t *cell = vyukov_claim(q, &q->dequeue_at, 1, element_size, &at);
    if (cell == NULL) return false;
    memcpy(element, cell + 1, element_size);
    __atomic_store_n(cell, at + q->mask + 1, __ATOMIC_RELEASE);
    return true;
}

#endif
