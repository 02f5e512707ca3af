// What every ring has beside its slots: its measures, its closing, and the two event counts.
#ifndef RQ_GATE_H
#define RQ_GATE_H

#include "rq_event.h"

RQ_ASSUME_NONNULL_BEGIN

/// Lines that different threads write stand 128 bytes apart: processors fetch lines of 64 in pairs.
#define RQ_LINE 128

/// The largest capacity of any ring, in elements.
#define RQ_CAPACITY_MAX (1u << 30)

enum {
    RQ_CLOSED = 1,   ///< producers are refused
    RQ_STOPPED = 2,  ///< consumers are stopped as well: what is left is handed back, not delivered
    RQ_FENCED = 4,   ///< membarrier was refused: publish needs a fence of its own before it looks here
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

typedef struct rq_gate {
    // One line that changes only when the queue closes; both sides keep it in their caches.
    rq_atomic32 closing;
    uint32_t capacity;
    uint32_t mask;         ///< index form, ck: slots - 1. Stamped: lap length - 1
    uint32_t end;          ///< stamped: the index behind the last slot
    uint32_t lap_shift;    ///< stamped: a position shifted by it is twice its lap, and a bit more
    char *slots;
    rq_atomic64 final;  ///< index form, ck: the sealed producer index, settled once
    void *allocation;
    uint32_t form;
    uint32_t policy;
    uint32_t processors;  ///< that the process may keep busy at once
    uint32_t cores;       ///< that its threads may be on
    char pad[RQ_LINE - 64];
    rq_event not_empty;
    rq_event not_full;
} rq_gate;

_Static_assert(sizeof(rq_gate) == 3 * RQ_LINE, "each of the three parts has a line of its own");

RQ_INLINE bool rq_gate_is_closed(const rq_gate *gate) { return (rq_load32(&gate->closing) & RQ_CLOSED) != 0; }
RQ_INLINE bool rq_gate_is_stopped(const rq_gate *gate) {
    if (RQ_LIKELY((rq_load32(&gate->closing) & RQ_STOPPED) == 0)) return false;
    rq_fence_acquire();  // E14: pairs with close
    return true;
}

RQ_INLINE void rq_signal_consumers(rq_gate *gate) { rq_signal(&gate->not_empty); }
RQ_INLINE void rq_signal_producers(rq_gate *gate) { rq_signal(&gate->not_full); }

/// Bytes for `header` followed by `slots` slots, zeroed, on a line boundary; NULL where that cannot be had.
void *RQ_NULLABLE rq_gate_allocate(size_t header, uint32_t slots, size_t stride, size_t alignment, rq_form form,
                                   rq_policy policy);

void rq_gate_free(rq_gate *gate);

/// Closes the queue for producers and, with `stop`, for consumers as well; wakes everyone. Any thread, any number of
/// times. On return no enqueue that starts later succeeds.
void rq_gate_close(rq_gate *gate, bool stop);

/// Whether the queue has been closed for good: no enqueue that starts now succeeds. A producer that finds no room
/// answers closed by this and not by the mark: between the mark and the settled index its own next element might win.
bool rq_gate_is_sealed(const rq_gate *gate);

/// Whether a thread that waits on `side` would find something to do (or the end) now.
bool rq_gate_ready(const rq_gate *gate, rq_side side);

RQ_ASSUME_NONNULL_END

#endif
