// Systematic exploration: runs a handful of threads as fibers, through every schedule with up to a number of
// preemptions, every delay of their stores that x86 allows, and every choice of the modelled system calls.
//
// Stateless search with a preemption bound after M. Musuvathi and S. Qadeer, 'Iterative Context Bounding for
// Systematic Testing of Multithreaded Programs', PLDI 2007. Store buffers after S. Owens, S. Sarkar, P. Sewell, 'A
// Better x86 Memory Model: x86-TSO', TPHOLs 2009.
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EX_THREADS = 6 };

/// The limits of an exploration.
typedef struct ex_limits {
    int bound;            ///< preemptions, forced drains, timeouts and needless wakes of an execution, in total
    int needless;         ///< of them: wakes for no reason
    double seconds;       ///< at most; 0: no limit
    int executions;       ///< how many, if they are picked at random
} ex_limits;

typedef struct ex_outcome {
    uint64_t executions;
    bool exhausted;
    bool violated;
    char what[256];
} ex_outcome;

/// Explores executions of `count` threads. Before each, `reset` puts memory into its first state; after each, `check`
/// inspects the result. `may_sleep` is asked when some threads sleep and no other can continue: whether that is a
/// proper end. A violation is run once more, and reported step by step on standard error.
ex_outcome ex_explore(ex_limits limits, int count, void (*reset)(void), void (*body)(int thread), void (*check)(void),
                      bool (*may_sleep)(void));

/// Whether executions are picked at random, with no end to them.
extern const bool ex_at_random;

/// Declares that the atomics in these bytes are accessed one at a time as well as eight in one access.
void ex_by_bytes(const void *from, size_t bytes);

/// An element goes into a slot, or comes out: the rings have to order these.
void ex_put(uint64_t *at, uint64_t value);
uint64_t ex_get(const uint64_t *at);

/// A condition that must hold.
void ex_require(bool holds, const char *what);

// For ck_pr.h.
void ex_point(const char *access, const void *at);
void ex_saw(uint64_t value);
void ex_store(void *at, size_t bytes, uint64_t value);
void ex_drain_own(void);
/// Waits for another thread: the schedule changes if any other can continue.
void ex_yield(void);

// For the modelled system.
void ex_drain_all(void);
/// Nanoseconds on the modelled clock, which only moves when the deadline of a parked thread passes.
int64_t ex_now(void);
/// Parks the thread while `*at == expected`; until `deadline` on the modelled clock if that is not INT64_MAX.
void ex_park(const uint32_t *at, uint32_t expected, int64_t deadline);
/// Returns how many it woke.
int ex_unpark(const uint32_t *at, int count);
/// Names an address in reports; the same name again moves it there.
void ex_name(const void *at, const char *name);

#endif
