#include "rq_wait.h"

#include <sched.h>

#include "rq_ring.h"

// Nanoseconds; measured on two cores, see the Architecture and Performance articles.
enum {
    YIELDS = 5,                     // how often a thread gives way before it parks
    YIELD_WAS_IDLE = 1200,          // a yield that came back sooner found nobody else who wants this core
    TURNS = 30,                     // yields that others used, and that do not count: they cost nobody anything
    YIELD_WAS_LONG = 1500000,       // a yield that took longer met a thread that does not give way: ours, or a hog
    LONG_AGO = 50000000,            // two such yields tell nothing together if they are further apart
    HOG_REMEMBERED = 300000000,     // how long yields are left out beside a hog
    SPIN_ALONE = 1000,
    SPIN_BESIDE_HOG = 2000,
    LOOK_BESIDE_HOG = 300,
    NAP_BESIDE_HOG = 20000,         // and the system's slack of some 50 µs
    HANDFUL = 64,                   // elements between two waits, at most, for which a thread naps
    LOOKS = 40,                     // tries, a pause apart, before the first yield, where one element at a time comes
    FEW = 2,                        // elements between two waits, at most, that are one at a time
    FEW_IN_A_ROW = 4,
    LONG_SLEEP = 30000,             // more than two threads need to wake each other
    SLEPT_IN_A_ROW = 4,             // waits that ended in a long sleep, before the next ones park at once
    TRIES_AGAIN = 16,               // every so often one of them tries again whether it can do without
    DEADLINE_LOOKS = 1000000000,    // futexes do not count suspended time; a timed wait looks at the clock this often
};

enum { TRYING, ANNOUNCED, WOKEN };

// Process-wide: who spins takes a core from everyone, whichever queue it waits on.
static rq_atomic32 spinners;
static rq_atomic64 hog_until;
// When a yield took long the last time, and what this process had used of its processors by then.
static rq_atomic64 long_at;
static rq_atomic64 used_by_then;

static bool take_spinner(const rq_gate *gate) {
    uint32_t now = rq_load32(&spinners);
    while (now + 1 < gate->processors)
        if (rq_cas32(&spinners, now, now + 1, &now)) return true;
    return false;
}

static void stop_spinning(rq_waiter *waiter) {
    if (waiter->spin_until == 0) return;
    waiter->spin_until = 0;
    rq_add32(&spinners, -1u);
}

/// A yield took long. Was it a thread of ours that ran, or a foreign one? Threads of a pipeline take turns of some
/// milliseconds, and one that took its siblings for hogs parked, at a third of its rate. So: between two such yields,
/// did the process use nearly all of its processors?
static void look_for_hog(const rq_gate *gate, int64_t now) {
    int64_t before = (int64_t)rq_load64(&long_at);
    if (now - before < YIELD_WAS_LONG) return;  // several waited for the same thread
    int64_t used = rq_used();
    int64_t used_before = (int64_t)rq_load64(&used_by_then);
    rq_store64(&long_at, (uint64_t)now);
    rq_store64(&used_by_then, (uint64_t)used);
    int64_t time = (now - before) * gate->processors;
    if (now - before > LONG_AGO || used - used_before > time / 5 * 4) return;
    rq_store64(&hog_until, (uint64_t)(now + HOG_REMEMBERED));
}

static bool beside_hog(void) { return (int64_t)rq_load64(&hog_until) > rq_now(); }

static void pause_about(int64_t nanoseconds) {
    int64_t until = rq_now() + nanoseconds;
    do {
        for (int i = 0; i < 4; i++) rq_pause();
    } while (rq_now() < until);
}

// What a thread remembers of its last wait on either side.
typedef struct rq_habit {
    const rq_gate *gate;
    uint64_t at;
    uint32_t came;    ///< elements since the wait before
    uint32_t few;     ///< waits in a row with few
    uint32_t slept;   ///< waits in a row that ended in a long sleep
} rq_habit;

static _Thread_local rq_habit habits[2];

/// What the last waits on this side say of one that begins. In a stream each look takes a line away from the thread that
/// works, and a yield lets it get ahead; but one element at a time is a question and its answer, and who asks gains
/// nothing by waiting. Where each wait ends in a long sleep, and no hog is why, all that comes before it is in vain.
static void recall(rq_waiter *waiter) {
    const rq_gate *gate = waiter->gate;
    if (gate->policy != RQ_POLICY_ADAPTIVE) return;
    rq_habit *habit = &habits[waiter->side];
    uint64_t at = rq_ring_progress(gate, waiter->side);
    bool same = habit->gate == gate;
    uint64_t came = same ? at - habit->at : UINT32_MAX;
    *habit = (rq_habit){gate, at, came < UINT32_MAX ? (uint32_t)came : UINT32_MAX, came <= FEW ? habit->few + 1 : 0,
                        same ? habit->slept : 0};
    if (habit->slept >= SLEPT_IN_A_ROW && habit->slept % TRIES_AGAIN != 0 && !beside_hog())
        waiter->yields = YIELDS;
    else if (habit->few >= FEW_IN_A_ROW && gate->cores > 1)
        waiter->looks = LOOKS;
}

/// How a wait ended. Not one on another ring, or by another policy, than the side remembers.
static void remember(const rq_waiter *waiter, bool slept_long) {
    rq_habit *habit = &habits[waiter->side];
    if (habit->gate == waiter->gate) habit->slept = slept_long ? habit->slept + 1 : 0;
}

rq_waiter rq_wait_begin(rq_gate *gate, rq_side side, int64_t deadline) {
    rq_waiter waiter = {.gate = gate, .deadline = deadline, .side = side, .phase = TRYING};
    recall(&waiter);
    return waiter;
}

static rq_event *own_event(const rq_waiter *waiter) {
    return waiter->side == RQ_CONSUMER ? &waiter->gate->not_empty : &waiter->gate->not_full;
}

static bool spin_until(rq_waiter *waiter, int64_t until) {
    if (!take_spinner(waiter->gate)) return false;
    waiter->spin_until = until;
    return true;
}

/// Beside a hog a thread that parks is woken by the first element, which takes the core from the very thread that made
/// it, and so for each handful of elements. A short sleep that nobody has to end lets a queue fill meanwhile. One, then
/// it parks: who waits for long costs nothing.
static bool nap(rq_waiter *waiter) {
    const rq_habit *habit = &habits[waiter->side];
    if (waiter->napped || habit->few >= FEW_IN_A_ROW || habit->came > HANDFUL) return false;
    waiter->napped = true;
    rq_nap(NAP_BESIDE_HOG);
    return true;
}

/// One step of the adaptive policy: true to try again, false to park.
static bool adapt(rq_waiter *waiter) {
    if (waiter->looks > 0) {
        if (--waiter->looks == 0) habits[waiter->side].few = 0;  // in vain
        rq_pause();
        return true;
    }
    if (waiter->spin_until != 0) {
        if (rq_now() < waiter->spin_until) {
            for (int i = 0; i < 4; i++) rq_pause();
            return true;
        }
        stop_spinning(waiter);
        if (beside_hog()) return nap(waiter);
    }
    if (waiter->yields == YIELDS) return beside_hog() && nap(waiter);
    waiter->yields++;
    int64_t before = rq_now();
    if (before < (int64_t)rq_load64(&hog_until)) {
        waiter->yields = YIELDS;
        pause_about(LOOK_BESIDE_HOG);
        spin_until(waiter, before + SPIN_BESIDE_HOG);
        return true;
    }
    sched_yield();
    int64_t after = rq_now();
    if (after - before > YIELD_WAS_LONG) look_for_hog(waiter->gate, after);
    if (after - before < YIELD_WAS_IDLE)
        spin_until(waiter, after + SPIN_ALONE);
    else if (waiter->turns++ < TURNS)
        waiter->yields--;
    return true;
}

/// One step of the busy policy: never parks, and gives way now and then so that one core is enough to make progress.
static bool spin(rq_waiter *waiter) {
    if (++waiter->yields % 64 == 0 || waiter->gate->processors == 1)
        sched_yield();
    else
        rq_pause();
    return true;
}

static bool give_time(rq_waiter *waiter) {
    switch (waiter->gate->policy) {
    case RQ_POLICY_SPIN: return spin(waiter);
    case RQ_POLICY_ADAPTIVE: return adapt(waiter);
    default: return false;
    }
}

static void leave(rq_waiter *waiter) { waiter->others = rq_event_leave(own_event(waiter), &waiter->relied); }

/// Hands a wake on: whoever leaves something ready tells the next.
static void pass(const rq_waiter *waiter) {
    if (waiter->others == 0) return;
    // E6: what a publisher stored that saw 'waking', and 'relied', can be seen now. All others had a fence.
    if (waiter->relied) rq_fence_everywhere();
    if (rq_ring_is_ready(waiter->gate, waiter->side)) rq_signal(own_event(waiter));
}

static bool is_over(const rq_waiter *waiter) { return waiter->deadline != RQ_FOREVER && rq_now() >= waiter->deadline; }

bool rq_wait_step(rq_waiter *waiter) {
    switch (waiter->phase) {
    case TRYING:
        // The clock costs more than a try; a spinning waiter looks at it now and then, the others yield in between.
        if (waiter->gate->policy != RQ_POLICY_SPIN || waiter->yields % 64 == 0) {
            if (is_over(waiter)) {
                stop_spinning(waiter);
                return false;
            }
        }
        if (give_time(waiter)) return true;
        break;
    case ANNOUNCED: {  // the recheck (E8) found nothing
        int64_t before = rq_now(), nanoseconds = INT64_MAX;
        if (waiter->deadline != RQ_FOREVER) {
            nanoseconds = waiter->deadline - before;
            if (nanoseconds > DEADLINE_LOOKS) nanoseconds = DEADLINE_LOOKS;
        }
        if (nanoseconds > 0) rq_event_sleep(own_event(waiter), waiter->key, nanoseconds);
        remember(waiter, rq_now() - before > LONG_SLEEP);
        waiter->expired = is_over(waiter);
        leave(waiter);
        waiter->phase = WOKEN;
        return true;
    }
    default:  // WOKEN, and the try after it found nothing
        if (waiter->expired) {
            pass(waiter);  // E9: a waiter whose time is over hands its wake on
            return false;
        }
    }
    waiter->key = rq_event_announce(own_event(waiter));
    waiter->phase = ANNOUNCED;
    return true;
}

void rq_wait_end(rq_waiter *waiter) {
    switch (waiter->phase) {
    case TRYING:
        stop_spinning(waiter);
        remember(waiter, false);
        break;
    case ANNOUNCED: leave(waiter); pass(waiter); break;
    default: pass(waiter);
    }
}
