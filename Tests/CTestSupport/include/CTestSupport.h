// What the tests need from the system and Swift cannot call: variadic system calls, signal handlers.
#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Makes membarrier(2) fail for all threads of this process, for good, as a sandbox does that does not know it. Before
/// the first queue is made: the answer is asked for once.
bool ts_deny_membarrier(void);

/// Prints the stack of every thread of this process to the standard error. Takes SIGUSR2.
void ts_print_stacks(void);

/// Catches SIGUSR1 without SA_RESTART, so that it interrupts system calls. The thread that gets it stands still for so
/// long, wherever it is: as if it had been preempted there.
bool ts_catch_interruptions(uint32_t nanoseconds);
/// How often it was caught.
uint64_t ts_interruptions(void);

/// Lets the two signals through: a thread inherits a mask, and those that run tests block everything.
void ts_accept_signals(void);

/// The calling thread, as /proc names it.
int32_t ts_thread_id(void);

/// Whether that thread of this process sleeps in the kernel. A thread that has ended does not.
bool ts_thread_sleeps(int32_t thread);

/// Forks a child that ends at once, and waits for it. In C: in the child Swift's runtime may be left in the middle of
/// something. False if the system makes no process.
bool ts_fork(void);

/// A pipe: its end for reading and its end for writing. No child gets them unasked.
bool ts_open_pipe(int32_t ends[2]);

/// A terminal with so many columns: the end that sees what is written, and the one that a program writes to.
bool ts_open_terminal(int32_t ends[2], uint16_t columns);

/// Whether a child of this process has ended; it can still be waited for.
bool ts_has_ended(int32_t process);

/// Has the thread that is that far away, counted from 1, not be made for want of memory or threads (EAGAIN): of those
/// that the calling thread makes from now on. 0: none.
void ts_fail_thread(uint32_t number);

/// Gives the threads that the calling thread makes from now on stacks whose use can be measured; false: ordinary ones.
void ts_paint_stacks(bool on);

/// The most bytes that a thread with such a stack has used, and all those stacks are freed: the threads have ended.
size_t ts_deepest_stack(void);

/// Gives all threads of this process that do not ask for another size so many bytes of stack, as a limit on it does.
bool ts_default_stack(size_t bytes);

/// The processor that the calling thread is on.
int ts_processor(void);

/// How often the calling thread has yielded.
uint64_t ts_yields(void);

/// How often the calling thread has read a clock.
uint64_t ts_clock_reads(void);

/// Bytes of the calling thread's stack, without the guard page; 0 if that cannot be told.
size_t ts_stack_size(void);

/// Bytes that a new thread has used of its stack before its first function runs; 0 if the system makes no thread.
size_t ts_stack_used_at_start(void);

/// The same for memory: of the calls of calloc, with which the rings get theirs, that the calling thread makes.
void ts_fail_allocation(uint32_t number);

/// How many bytes an allocation has room for, at least as many as were asked for.
size_t ts_allocated_bytes(void *allocation);

/// Counts the calls that allocate memory, by any thread of this process, from now on or no longer.
void ts_count_allocations(bool on);
/// How many were counted.
uint64_t ts_allocations(void);

/// A pause of the processor, for loops that wait for another one.
void ts_pause(void);

#endif
