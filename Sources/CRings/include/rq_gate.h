// What every ring has in addition to its slots: its sizes, its closing marks, and two event counts.
#ifndef RQ_GATE_H
#define RQ_GATE_H

#include <stddef.h>

#include "rq_event.h"

RQ_ASSUME_NONNULL_BEGIN

/// Lines that different threads write are 128 bytes apart: processors fetch lines of 64 in pairs.
#define RQ_LINE 128

/// Asserts that a member starts `bytes` after the start of a line.
#define RQ_AT_LINE(type, member, bytes) \
    _Static_assert(offsetof(type, member) % RQ_LINE == (bytes), #member " of " #type " is not at its place in a line")

/// The largest capacity of any ring, in elements.
#define RQ_CAPACITY_MAX (1u << 30)

enum {
    RQ_CLOSING = 1,  ///< producers are refused
    RQ_STOPPED = 2,  ///< consumers are stopped as well: elements that are left are undelivered
    RQ_FENCED = 4,   ///< membarrier was refused: publish needs a fence of its own before it reads the marks
};

/// How an operation on a ring ended.
typedef enum rq_status {
    RQ_DONE = 0,
    RQ_AGAIN = 1,  ///< full (enqueue) or empty (dequeue)
    RQ_END = 2,    ///< closed (enqueue), or closed and nothing left (dequeue)
} rq_status;

typedef enum rq_form { RQ_FORM_INDEX = 0, RQ_FORM_STAMPED = 1, RQ_FORM_CK = 2 } rq_form;
typedef enum rq_policy { RQ_POLICY_SPIN = 0, RQ_POLICY_ADAPTIVE = 1, RQ_POLICY_PARK = 2 } rq_policy;
typedef enum rq_side { RQ_CONSUMER = 0, RQ_PRODUCER = 1 } rq_side;

#define RQ_FINAL_NONE UINT64_MAX

/// Both sides read the first line. It changes only when the queue closes, so it stays in their caches.
typedef struct rq_gate {
    rq_atomic32 closing;   ///< RQ_CLOSING, RQ_STOPPED, RQ_FENCED
    uint32_t capacity;
    uint32_t mask;         ///< index and ck form: slots - 1. Stamped: lap length - 1
    uint32_t end;          ///< stamped: the index after the last slot
    uint32_t lap_shift;    ///< stamped: shifting a position right by this gives twice its lap, plus a low bit to mask
    char *slots;
    rq_atomic64 final;     ///< index and ck form: the final producer index, settled once
    void *allocation;
    rq_form form;
    rq_policy policy;
    uint32_t processors;   ///< processors that the process may keep busy
    uint32_t cores;        ///< processors that its threads may run on
    char pad[RQ_LINE - 64];
    rq_event not_empty;
    rq_event not_full;
} rq_gate;

// Padding is written out and asserted, because Swift does not import a struct with a member that is aligned to a line.
RQ_AT_LINE(rq_gate, not_empty, 0);
RQ_AT_LINE(rq_gate, not_full, 0);
_Static_assert(sizeof(rq_gate) == 3 * RQ_LINE, "each of the three parts has a line of its own");

/// Whether the queue is closing or closed. The end may not be settled yet: each ring decides itself when it is closed.
RQ_INLINE bool rq_gate_is_closing(const rq_gate *gate) { return (rq_load32(&gate->closing) & RQ_CLOSING) != 0; }

/// Whether consumers are stopped.
RQ_INLINE bool rq_gate_is_stopped(const rq_gate *gate) {
    if (RQ_LIKELY((rq_load32(&gate->closing) & RQ_STOPPED) == 0)) return false;
    rq_fence_acquire();  // E14: pairs with the release fence in rq_ring_close
    return true;
}

/// What waiters of a side wait for: consumers for 'not empty', producers for 'not full'.
RQ_INLINE rq_event *rq_gate_event(rq_gate *gate, rq_side side) {
    return side == RQ_CONSUMER ? &gate->not_empty : &gate->not_full;
}

RQ_INLINE void rq_signal_consumers(rq_gate *gate) { rq_signal(&gate->not_empty); }
RQ_INLINE void rq_signal_producers(rq_gate *gate) { rq_signal(&gate->not_full); }

/// Whether a ring can have this capacity, in elements.
RQ_INLINE bool rq_gate_takes(uint32_t capacity) { return capacity >= 1 && capacity <= RQ_CAPACITY_MAX; }

/// The smallest power of two that is not less than `least`, which is at most 2^31.
RQ_INLINE uint32_t rq_power_of_two(uint32_t least) {
    uint32_t power = 1;
    while (power < least) power *= 2;
    return power;
}

/// Allocates `header` bytes followed by `slots` slots, zeroed and on a line boundary. Returns NULL if memory is short.
void *RQ_NULLABLE rq_gate_allocate(size_t header, uint32_t slots, size_t stride, size_t alignment, rq_form form,
                                   rq_policy policy);

/// Frees the ring. No thread may use it any more.
void rq_gate_free(rq_gate *gate);

/// Marks the queue as closing. Every thread that acts after this sees the mark. Any thread.
void rq_gate_mark(rq_gate *gate, uint32_t marks);

RQ_ASSUME_NONNULL_END

#endif
