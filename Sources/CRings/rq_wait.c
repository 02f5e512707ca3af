#include "rq_wait.h"

#include "rq_assert.h"
#include "rq_history.h"
#include "rq_hog.h"
#include "rq_policy.h"
#include "rq_ring.h"
#include "rq_tunables.h"

static rq_event *own_event(const rq_waiter *waiter) { return rq_gate_event(waiter->gate, waiter->side); }

static bool is_over(const rq_waiter *waiter) { return waiter->deadline != RQ_FOREVER && rq_now() >= waiter->deadline; }

rq_waiter rq_wait_begin(rq_gate *gate, rq_side side, int64_t deadline) {
    return (rq_waiter){.gate = gate, .deadline = deadline, .side = side, .state = RQ_WAIT_NEW};
}

void rq_wait_announce(rq_waiter *waiter) {
    rq_assert(waiter->state == RQ_WAIT_NEW || waiter->state == RQ_WAIT_YIELDING || waiter->state == RQ_WAIT_WOKEN);
    waiter->key = rq_event_announce(own_event(waiter));
    waiter->state = RQ_WAIT_ANNOUNCED;  // E8: the caller tries once more; rq_wait_step parks if that finds nothing
}

void rq_wait_park(rq_waiter *waiter) {
    rq_assert(waiter->state == RQ_WAIT_ANNOUNCED);
    int64_t before = rq_now(), nanoseconds = INT64_MAX;
    if (waiter->deadline != RQ_FOREVER) {
        nanoseconds = waiter->deadline - before;
        if (nanoseconds > rq_tunables.clock_check_ns) nanoseconds = rq_tunables.clock_check_ns;
    }
    if (nanoseconds > 0) rq_event_sleep(own_event(waiter), waiter->key, nanoseconds);
    int64_t after = rq_now();
    if (waiter->gate->policy == RQ_POLICY_ADAPTIVE) rq_hog_turn_begins(after);
    rq_history_end(waiter->gate, waiter->side, after - before > rq_tunables.long_sleep_ns);
    waiter->expired = is_over(waiter);
    rq_wait_leave(waiter);
}

void rq_wait_leave(rq_waiter *waiter) {
    rq_assert(waiter->state == RQ_WAIT_ANNOUNCED);
    waiter->others = rq_event_leave(own_event(waiter), &waiter->relied);
    waiter->state = RQ_WAIT_WOKEN;
}

/// Wakes the next waiter if this one leaves something for it.
static void hand_on(const rq_waiter *waiter) {
    rq_assert(waiter->state == RQ_WAIT_WOKEN);
    if (rq_event_must_check(waiter->others, waiter->relied) && rq_ring_is_ready(waiter->gate, waiter->side))
        rq_event_hand_on(own_event(waiter));
}

bool rq_wait_step(rq_waiter *waiter) {
    rq_assert(waiter->state != RQ_WAIT_ENDED);
    switch (waiter->state) {
    case RQ_WAIT_ANNOUNCED:  // E8: the try since the announcement found nothing
        rq_wait_park(waiter);
        return true;
    case RQ_WAIT_WOKEN:
        if (waiter->expired) {
            rq_wait_end(waiter);  // E9: pairs with E4. The wake may have gone to this waiter, which cannot use it
            return false;
        }
        break;
    default:
        if (rq_policy_wants_clock(waiter) && is_over(waiter)) {
            rq_policy_stop(waiter);
            waiter->state = RQ_WAIT_ENDED;
            return false;
        }
        if (rq_policy_step(waiter)) return true;
    }
    rq_wait_announce(waiter);
    return true;
}

void rq_wait_end(rq_waiter *waiter) {
    rq_assert(waiter->state != RQ_WAIT_ENDED);
    switch (waiter->state) {
    case RQ_WAIT_ANNOUNCED: rq_wait_leave(waiter); hand_on(waiter); break;
    case RQ_WAIT_WOKEN: hand_on(waiter); break;
    default:
        rq_policy_stop(waiter);
        rq_history_end(waiter->gate, waiter->side, false);
    }
    waiter->state = RQ_WAIT_ENDED;
}
