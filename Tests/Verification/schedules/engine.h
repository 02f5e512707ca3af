// A deterministic scheduler: the threads of a program run as fibers of one thread, one at a time. At every point (an
// access to shared memory of the rings, an atomic, a lock, a park, a wake, a start or join of a thread, a look at the
// clock) a seeded scheduler decides which of them continues. Time is virtual.
//
// Two strategies. *Random*: at each point another thread continues with a probability that the seed picks. *Priorities*:
// the thread with the highest one runs, and a few changes of priority come at points that the seed picks (PCT: S.
// Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, 'A Randomized Scheduler with Probabilistic Guarantees of Finding
// Bugs', ASPLOS 2010). The same seed gives the same schedule.
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>

enum { EN_THREADS = 48, EN_WHAT = 512 };

/// How one schedule went.
typedef struct en_outcome {
    uint64_t steps;   ///< points
    uint64_t trace;   ///< a hash of all decisions
    int threads;
    int detached;     ///< threads that no other one joined
    int expired;         ///< how often no thread could run until the deadline of one that waits for a wake
} en_outcome;

/// What a process that ends too early leaves: shared with its parent.
typedef struct en_place {
    uint64_t schedules;  ///< that came to their end
    uint64_t steps;
    uint64_t seed;       ///< of the schedule that runs
    bool is_broken;
    char what[EN_WHAT];
} en_place;

/// Where the engine notes what it does. Before the first schedule.
void en_note_in(en_place *_Nonnull place);

/// Runs one schedule: `body` as its first thread, and all that it starts until each has ended.
///
/// A schedule that breaks a promise ends the process with status 1: its threads cannot be unwound.
/// - usual: how many points such a schedule has, for where to put changes. 0: runs each thread as far as it goes.
/// - tells: writes each decision to standard error.
en_outcome en_run(uint64_t seed, uint64_t usual, bool tells, void (*_Nonnull body)(void *_Nullable),
                  void *_Nullable argument);

/// A condition that must hold.
void en_require(bool holds, const char *_Nonnull what);

/// A point of the schedule.
void en_point(const char *_Nonnull access);
/// Lets another thread run, if one can.
void en_yield(void);
/// A lock, by a number that identifies it: waits until `*word` is 0 and sets it.
void en_lock(uint32_t *_Nonnull word);
void en_unlock(uint32_t *_Nonnull word);
/// Unlocks as a part of a step that is not over.
void en_release(uint32_t *_Nonnull word);

/// Waits for a moment that the seed picks: any point of the schedule.
void en_moment(void);
/// A number below `of` that the seed picks.
uint32_t en_choose(uint32_t of);
/// The n-th creation of a thread by the program from now on fails; 0: none does.
void en_refuse_start(int n);
/// Nanoseconds on the virtual clock. A look at it is a point.
int64_t en_now(void);

// For the modelled system.

/// Sleeps on an address until a wake, the deadline on the virtual clock, or for no reason. Without an address, no wake can
/// come. False: the deadline passed.
bool en_sleep(const char *_Nonnull what, const void *_Nullable at, int64_t deadline);
int en_wake(const void *_Nonnull at, int count);
/// Whether a creation that comes now is the one that fails.
bool en_start_is_refused(void);
/// Starts a thread. Returns its number.
int en_start(void *_Nullable (*_Nonnull start)(void *_Nullable), void *_Nullable argument);
void en_join(int thread);
void en_detach(int thread);
void en_name(const char *_Nonnull name);
/// A value of the calling thread.
void *_Nullable *_Nonnull en_local(unsigned key);
/// Whether a schedule runs.
bool en_is_inside(void);
/// Forgets what the rings keep from one queue to the next. Before each schedule.
void platform_reset(void);

#endif
