#include "rq_gate.h"

#include <stdlib.h>

void *rq_gate_allocate(size_t header, uint32_t slots, size_t stride, size_t alignment, rq_form form, rq_policy policy) {
    size_t line = alignment > RQ_LINE ? alignment : RQ_LINE;
    size_t start, bytes;
    if (__builtin_add_overflow(header, line - 1, &start)) return NULL;
    start -= start % line;
    // Add one line, so that the ring can begin on a line boundary.
    if (__builtin_mul_overflow((size_t)slots, stride, &bytes) || __builtin_add_overflow(bytes, start, &bytes) ||
        __builtin_add_overflow(bytes, line, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    // calloc gets large blocks from the system as untouched zero pages, so a large ring takes memory only as it is used.
    char *allocation = calloc(1, bytes);
    if (allocation == NULL) return NULL;
    char *at = allocation + (line - (uintptr_t)allocation % line) % line;
    rq_gate *gate = (rq_gate *)at;
    gate->closing = rq_fence_everywhere_available() ? 0 : RQ_FENCED;
    gate->slots = at + start;
    gate->final = RQ_FINAL_NONE;
    gate->allocation = allocation;
    gate->form = form;
    gate->policy = policy;
    gate->processors = (uint32_t)rq_processors();
    gate->cores = (uint32_t)rq_cores();
    rq_event_init(&gate->not_empty);
    rq_event_init(&gate->not_full);
    return at;
}

void rq_gate_free(rq_gate *gate) { free(gate->allocation); }

void rq_gate_mark(rq_gate *gate, uint32_t marks) {
    rq_or32(&gate->closing, marks);
    rq_fence_full();
}
