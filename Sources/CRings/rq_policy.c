#include "rq_policy.h"

#include "rq_assert.h"
#include "rq_history.h"
#include "rq_hog.h"
#include "rq_tunables.h"

/// The number of waiters that spin, on all rings of the process. Each takes a processor away from all other threads.
static rq_atomic32 spinners;

/// Counts the waiter as a spinner, if that leaves a processor for the thread that it waits for.
static bool take_permit(const rq_gate *gate) {
    uint32_t now = rq_load32(&spinners);
    while (now + 1 < gate->processors)
        if (rq_cas32(&spinners, now, now + 1, &now)) return true;
    return false;
}

static void return_permit(void) {
    uint32_t before = rq_add32(&spinners, -1u);
    rq_assert(before > 0);
    (void)before;
}

static void pause_times(uint32_t times) {
    for (uint32_t i = 0; i < times; i++) rq_pause();
}

/// Moves to SPINNING if the waiter gets a permit; otherwise it stays in its state.
static void spin(rq_waiter *waiter, int64_t until) {
    if (!take_permit(waiter->gate)) return;
    waiter->spin_until = until;
    waiter->state = RQ_WAIT_SPINNING;
}

/// Sleeps once, for a short time, while a hog is near, so that the queue fills. A wake is expensive there: for each handful
/// of elements, the woken thread takes the processor from the thread that produces them. Only once, because a long wait
/// must cost nothing.
static bool back_off(rq_waiter *waiter) {
    const rq_history *history = rq_history_of(waiter->side);
    if (waiter->backed_off || rq_history_trickles(history) || history->elements > rq_tunables.back_off_elements_max)
        return false;
    waiter->backed_off = true;
    rq_sleep(rq_tunables.back_off_ns);
    return true;
}

/// YIELDING while a hog is near: one spin replaces all yields, each of which would last for milliseconds.
static bool yield_beside_hog(rq_waiter *waiter, int64_t now) {
    waiter->yields = rq_tunables.yields_max;
    int64_t until = rq_now() + rq_tunables.pause_beside_hog_ns;
    do pause_times(rq_tunables.pauses_per_spin);
    while (rq_now() < until);
    spin(waiter, now + rq_tunables.spin_beside_hog_ns);
    return true;
}

static bool step_yielding(rq_waiter *waiter) {
    if (waiter->yields == rq_tunables.yields_max) return rq_hog_is_near(rq_now()) && back_off(waiter);
    waiter->yields++;
    int64_t before = rq_now();
    if (rq_hog_is_near(before)) return yield_beside_hog(waiter, before);
    rq_hog_turn_ends(before);
    rq_yield();
    int64_t after = rq_now();
    int64_t away = rq_hog_turn_begins(after);
    bool is_long = after - before > rq_tunables.long_yield_ns;
    if (is_long && away > rq_tunables.long_yield_ns) rq_hog_suspect(waiter->gate->processors, after);
    if (after - before < rq_tunables.idle_yield_ns) {
        spin(waiter, after + rq_tunables.spin_alone_ns);
    } else if (waiter->free_yields < rq_tunables.free_yields_max) {
        waiter->free_yields++;
        waiter->yields--;
    }
    return true;
}

static bool step_spinning(rq_waiter *waiter) {
    if (rq_now() < waiter->spin_until) {
        pause_times(rq_tunables.pauses_per_spin);
        return true;
    }
    rq_policy_stop(waiter);
    if (rq_hog_is_near(rq_now())) return back_off(waiter);
    return step_yielding(waiter);
}

static bool step_polling(rq_waiter *waiter) {
    if (--waiter->polls_left == 0) {
        rq_history_of(waiter->side)->trickles = 0;  // the polls found nothing: the next waits skip them
        waiter->state = RQ_WAIT_YIELDING;
    }
    rq_pause();
    return true;
}

/// Pauses. Yields now and then, so that threads make progress even on one processor.
static bool step_busy(rq_waiter *waiter) {
    if (++waiter->yields % rq_tunables.tries_per_yield == 0 || waiter->gate->processors == 1)
        rq_yield();
    else
        rq_pause();
    return true;
}

/// Picks the first state from the thread's previous waits. When elements stream, polling steals the cache line from the
/// thread that works, and yielding lets a batch build up. When they trickle, neither matters, so poll first. If the last
/// waits all ended in long sleeps, and a hog is not the reason, park at once.
static bool step_new_adaptive(rq_waiter *waiter) {
    const rq_history *history = rq_history_begin(waiter->gate, waiter->side);
    if (rq_history_sleeps(history) && !rq_hog_is_near(rq_now())) return false;
    if (rq_history_trickles(history) && waiter->gate->cores > 1) {
        waiter->state = RQ_WAIT_POLLING;
        waiter->polls_left = rq_tunables.polls_max;
        return step_polling(waiter);
    }
    waiter->state = RQ_WAIT_YIELDING;
    return step_yielding(waiter);
}

static bool step_new(rq_waiter *waiter) {
    switch (waiter->gate->policy) {
    case RQ_POLICY_ADAPTIVE: return step_new_adaptive(waiter);
    case RQ_POLICY_SPIN: waiter->state = RQ_WAIT_BUSY; return step_busy(waiter);
    case RQ_POLICY_PARK: return false;
    }
    __builtin_unreachable();
}

bool rq_policy_step(rq_waiter *waiter) {
    switch (waiter->state) {
    case RQ_WAIT_NEW: return step_new(waiter);
    case RQ_WAIT_POLLING: return step_polling(waiter);
    case RQ_WAIT_YIELDING: return step_yielding(waiter);
    case RQ_WAIT_SPINNING: return step_spinning(waiter);
    case RQ_WAIT_BUSY: return step_busy(waiter);
    case RQ_WAIT_ANNOUNCED:
    case RQ_WAIT_WOKEN:
    case RQ_WAIT_ENDED: break;
    }
    __builtin_unreachable();
}

bool rq_policy_wants_clock(const rq_waiter *waiter) {
    return waiter->state != RQ_WAIT_BUSY || waiter->yields % rq_tunables.tries_per_yield == 0;
}

void rq_policy_stop(rq_waiter *waiter) {
    if (waiter->state != RQ_WAIT_SPINNING) return;
    waiter->state = RQ_WAIT_YIELDING;
    return_permit();
}
