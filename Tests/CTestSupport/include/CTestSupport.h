// Functions of the system that the tests need and Swift cannot call: variadic system calls, signal handlers.
#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Makes membarrier(2) fail for all threads of this process, for good, like a sandbox that does not know it. Call it
/// before the first queue is made: the rings ask only once.
bool ts_deny_membarrier(void);

/// Prints the stack of every thread of this process to the standard error. Takes SIGUSR2.
void ts_print_stacks(void);

/// Catches SIGUSR1 without SA_RESTART, so that it interrupts system calls. The thread that gets it stops for this time,
/// wherever it is: as if it had been preempted there.
bool ts_catch_interruptions(uint32_t nanoseconds);
/// How often SIGUSR1 was caught.
uint64_t ts_interruptions(void);

/// Unblocks the two signals: a thread inherits a mask, and the threads that run tests block everything.
void ts_accept_signals(void);

/// The calling thread, as /proc names it.
int32_t ts_thread_id(void);

/// Whether that thread of this process sleeps in the kernel. A thread that has ended does not.
bool ts_thread_sleeps(int32_t thread);

/// Forks a child that ends at once, and waits for it. In C, because in the child Swift's runtime may be in the middle
/// of an operation. False if the system creates no process.
bool ts_fork(void);

/// A pipe: its end for reading and its end for writing. Children do not inherit them.
bool ts_open_pipe(int32_t ends[2]);

/// A terminal of the given width: the end that sees what is written, and the one that a program writes to.
bool ts_open_terminal(int32_t ends[2], uint16_t columns);

/// Whether a child of this process has ended; it can still be waited for.
bool ts_has_ended(int32_t process);

/// Makes the creation of one thread fail for want of memory or threads (EAGAIN): the `number`th, counted from 1, of
/// those that the calling thread creates from now on. 0: none.
void ts_fail_thread(uint32_t number);

/// Gives the threads that the calling thread creates from now on stacks whose use can be measured; false: ordinary
/// ones.
void ts_paint_stacks(bool on);

/// The most bytes that a thread with such a stack has used. Frees all those stacks: the threads have ended.
size_t ts_deepest_stack(void);

/// Gives all threads of this process that do not ask for another size this many bytes of stack, as a limit does.
bool ts_default_stack(size_t bytes);

/// The processor that the calling thread is on.
int ts_processor(void);

/// How often the calling thread has yielded.
uint64_t ts_yields(void);

/// How often the calling thread has read a clock.
uint64_t ts_clock_reads(void);

/// Bytes of the calling thread's stack, without the guard page; 0 if that is unknown.
size_t ts_stack_size(void);

/// Bytes that a new thread has used of its stack before its first function runs; 0 if the system creates no thread.
size_t ts_stack_used_at_start(void);

/// The same for memory: for the calling thread's calls of calloc, by which the rings allocate theirs.
void ts_fail_allocation(uint32_t number);

/// How many bytes an allocation has room for, at least as many as were asked for.
size_t ts_allocated_bytes(void *allocation);

/// Starts or stops counting the calls that allocate memory, by any thread of this process.
void ts_count_allocations(bool on);
/// The number of counted calls.
uint64_t ts_allocations(void);

/// A pause of the processor, for loops that wait for another thread.
void ts_pause(void);

#endif
