#include "CTestSupport.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

// The C library's own functions, by the names for replacements.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static bool counting;
static _Thread_local uint32_t until_failure;
static uint64_t allocations;

void ts_count_allocations(bool on) { __atomic_store_n(&counting, on, __ATOMIC_SEQ_CST); }

uint64_t ts_allocations(void) { return __atomic_load_n(&allocations, __ATOMIC_SEQ_CST); }

static void count(void) {
    if (__atomic_load_n(&counting, __ATOMIC_RELAXED)) __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
}

void ts_fail_allocation(uint32_t number) { until_failure = number; }

static bool fails(void) {
    if (until_failure == 0 || --until_failure > 0) return false;
    errno = ENOMEM;
    return true;
}

#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
// A sanitizer's own functions have to see every allocation: none is counted, and only zeroed ones can fail.
extern void *__interceptor_calloc(size_t count, size_t size);

void *calloc(size_t number, size_t size) { return fails() ? NULL : __interceptor_calloc(number, size); }
#else
// The dynamic linker finds these before the C library's for everything in the process. Its free() accepts their
// results.
void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    if (fails()) return NULL;
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *found = __libc_memalign(alignment, size);
    if (found == NULL) return ENOMEM;
    *memory = found;
    return 0;
}
#endif
