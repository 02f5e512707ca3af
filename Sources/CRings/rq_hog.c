#include "rq_hog.h"

#include "rq_gate.h"
#include "rq_platform.h"
#include "rq_tunables.h"

static rq_atomic64 near_until;
// The last long yield: when it ended, and the processor time that this process had used by then.
static rq_atomic64 suspected_at;
static rq_atomic64 used_by_then;

// The last turn on each processor: twice the time at which a thread of this process yielded the processor, or twice the
// time at which one got it back, plus 1. With more than 64 processors, some share an entry, and fewer hogs are found.
enum { TURNS = 64 };
static struct {
    rq_atomic64 last;
    char pad[RQ_LINE - 8];
} turns[TURNS];

static rq_atomic64 *last_turn(void) { return &turns[(unsigned)rq_processor() % TURNS].last; }

void rq_hog_turn_ends(int64_t now) { rq_store64(last_turn(), (uint64_t)now << 1); }

int64_t rq_hog_turn_begins(int64_t now) {
    rq_atomic64 *turn = last_turn();
    uint64_t last = rq_load64(turn);
    rq_store64(turn, (uint64_t)now << 1 | 1);
    return (last & 1) != 0 ? 0 : now - (int64_t)(last >> 1);
}

bool rq_hog_is_near(int64_t now) { return (int64_t)rq_load64(&near_until) > now; }

// If this process has more threads than processors, they also take turns of some milliseconds. So one long yield
// proves nothing. If this process used nearly all of its processors between two long yields, the reason was not a hog but
// its own threads, which neither yielded nor parked.
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
