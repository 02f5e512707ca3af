// What only the operating system can do. To port the package, write another rq_platform_*.c.
#ifndef RQ_PLATFORM_H
#define RQ_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "rq_atomic.h"

RQ_ASSUME_NONNULL_BEGIN

/// Sleeps while `*at == expected`, at most `nanoseconds` (INT64_MAX: without a limit). May wake up spuriously.
void rq_park(rq_atomic32 *at, uint32_t expected, int64_t nanoseconds);

/// Wakes up to `count` threads that sleep on `at`. Returns how many it woke.
int rq_unpark(rq_atomic32 *at, int count);

/// Sleeps for that time, which must be less than a second; no other thread can end the sleep.
void rq_sleep(int64_t nanoseconds);

/// Lets another thread that is ready run on this processor.
void rq_yield(void);

/// Whether rq_fence_everywhere is available. Registers the process on the first call; the result never changes
/// afterwards.
bool rq_fence_everywhere_available(void);

/// A full fence on every processor that runs a thread of this process (`membarrier(2)`). If the system refuses that, a full
/// fence on this processor only: the other side must then have its own fence, see RQ_FENCED.
void rq_fence_everywhere(void);

/// Makes a descriptor that poll and epoll report as readable while it is signalled. Returns the negative error number if
/// there is none. Its reads and writes never wait.
int rq_descriptor_make(void);
void rq_descriptor_signal(int descriptor);
/// Ends the signalled state.
void rq_descriptor_clear(int descriptor);
void rq_descriptor_close(int descriptor);

/// Nanoseconds on the clock that Swift's `ContinuousClock` reads. It continues while the machine is suspended.
int64_t rq_now(void);

/// Processor time that all threads of this process have used, in nanoseconds.
int64_t rq_used(void);

/// The number of the processor that the calling thread runs on, or ran on a moment ago.
int rq_processor(void);

/// How many processors this process may keep busy at once: those in its affinity mask, or fewer under a CPU quota.
/// At least 1.
int rq_processors(void);

/// How many processors the threads of this process may run on, by its affinity mask. At least 1.
int rq_cores(void);

/// The smallest CPU quota of this process's control group (version 1 or 2) and its parents, in whole processors, rounded
/// up; INT32_MAX without one.
int32_t rq_quota(void);

/// Whether this many bytes can be allocated now.
bool rq_has_memory(size_t bytes);

#define RQ_PROCESSORS_MAX 1024

/// Whether this process may use that processor.
bool rq_may_use(int processor);

/// The type, for pthread_mutexattr_settype, of a mutex that spins a little before it sleeps.
int rq_spinning_mutex_type(void);

/// Bytes that the C library takes from the stack of each new thread for itself: thread-local storage above all.
size_t rq_thread_local_bytes(void);

/// The name of an errno value, such as "EAGAIN"; NULL if it has none.
const char *_Nullable rq_error_name(int code);

/// Names the calling thread for debuggers and `top`. At most 15 bytes: a longer name is not set.
void rq_thread_name(const char *name);

/// Binds the calling thread to one of the processors that it may use (`ordinal` modulo their number).
/// Returns 0 or an errno value.
int rq_thread_pin(int ordinal);

/// Binds the calling thread to the processors with these numbers. Returns 0 or an errno value.
int rq_thread_tie(const int32_t *processors, int count);

RQ_ASSUME_NONNULL_END

#endif
