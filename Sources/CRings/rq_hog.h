// Hogs: threads of other processes that keep a processor without yielding. Beside one, a yield lasts as long as the
// system's turn, some milliseconds, so waiters do not yield there. One memory for all threads and rings of the process.
#ifndef RQ_HOG_H
#define RQ_HOG_H

#include <stdbool.h>
#include <stdint.h>

/// Whether a hog was found a short while ago.
bool rq_hog_is_near(int64_t now);

/// The calling thread is about to yield its processor. A thread that parks does not say so: its processor may be idle
/// then, and a later thread must not take that time for a hog's.
void rq_hog_turn_ends(int64_t now);

/// The calling thread runs again, after a yield or a park. Returns for how long the threads of this process have been
/// without this processor since one of them yielded it; 0 if one has run since then and has not yielded.
int64_t rq_hog_turn_begins(int64_t now);

/// Finds out whether a hog was the reason for a long yield that has ended at `now`. The process may use `processors`.
void rq_hog_suspect(uint32_t processors, int64_t now);

#endif
