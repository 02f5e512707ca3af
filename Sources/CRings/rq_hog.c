#include "rq_hog.h"

#include "rq_atomic.h"
#include "rq_platform.h"
#include "rq_tunables.h"

static rq_atomic64 near_until;
// The last long yield: when it ended, and the processor time that this process had used by then.
static rq_atomic64 suspected_at;
static rq_atomic64 used_by_then;

bool rq_hog_is_near(int64_t now) { return (int64_t)rq_load64(&near_until) > now; }

// If this process has more threads than processors, they take turns of some milliseconds as well. So one long yield
// proves nothing. If this process used nearly all of its processors between two long yields, its own threads were
// running.
void rq_hog_suspect(uint32_t processors, int64_t now) {
    int64_t before = (int64_t)rq_load64(&suspected_at);
    if (now - before < rq_tunables.long_yield_ns) return;  // several threads waited for the same one
    int64_t used = rq_used();
    int64_t used_before = (int64_t)rq_load64(&used_by_then);
    rq_store64(&suspected_at, (uint64_t)now);
    rq_store64(&used_by_then, (uint64_t)used);
    if (now - before > rq_tunables.hog_window_ns) return;
    int64_t could_use = (now - before) * processors;
    if (used - used_before > could_use / 100 * rq_tunables.own_share_max_percent) return;
    rq_store64(&near_until, (uint64_t)(now + rq_tunables.hog_memory_ns));
}
