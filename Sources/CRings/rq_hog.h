// Hogs: threads of other processes that keep a processor without yielding. Beside a hog, a yield lasts for the hog's whole
// time slice, some milliseconds, so waiters do not yield there. All threads and rings of the process share this state.
#ifndef RQ_HOG_H
#define RQ_HOG_H

#include <stdbool.h>
#include <stdint.h>

/// Whether a hog was found a short while ago.
bool rq_hog_is_near(int64_t now);

/// Call this before the thread yields its processor, but not before it parks: the processor may then be idle, and a later
/// thread must not blame a hog for that time.
void rq_hog_turn_ends(int64_t now);

/// Call this when the thread runs again, after a yield or a park. Returns how long the threads of this process have been
/// without this processor since one of them yielded it, or 0 if one has run there since then and has not yielded.
int64_t rq_hog_turn_begins(int64_t now);

/// Decides whether a hog was the reason for a long yield that ended at `now`. The process may use `processors`.
void rq_hog_suspect(uint32_t processors, int64_t now);

#endif
