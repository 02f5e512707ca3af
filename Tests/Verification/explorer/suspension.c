#include "suspension.h"

static void resume(void *context) {
    suspension *own = context;
    ex_point("resume", &own->resumed);
    ex_require(own->resumed++ == 0, "a sleeper is woken twice");
    ex_unpark(&own->resumed, 1);
}

void suspension_reset(suspension *own, wait_kind kind) {
    *own = (suspension){.kind = kind, .sleeper = {.wake = {resume, own}, .is_notice = kind == IS_NOTIFIED}};
}

void suspension_cancel(suspension *own, rq_gate *gate, rq_side side) {
    ex_point("cancel", &own->cancelled);
    ex_drain_own();
    own->cancelled = 1;
    rq_sleepers *list = &rq_gate_event(gate, side)->sleepers;
    if (rq_sleepers_interrupt(list, &own->sleeper, own->sleeper.round)) resume(own);
}

static bool is_cancelled(suspension *own) {
    ex_point("is cancelled", &own->cancelled);
    ex_drain_own();
    return own->cancelled != 0;
}

/// Sleeps as a sleeper, until a wake, the deadline or a cancellation. Returns whether a signaller took it off the list.
static bool sleep_listed(suspension *own, rq_waiter *waiter) {
    rq_event *event = rq_gate_event(waiter->gate, waiter->side);
    rq_sleepers *list = &event->sleepers;
    own->resumed = 0;
    uint32_t round = rq_sleepers_prepare(list, &own->sleeper);
    // A task that was cancelled before it says how to cancel its sleep is told at once.
    if (is_cancelled(own)) rq_sleepers_interrupt(list, &own->sleeper, round);
    if (!rq_event_enlist(event, &own->sleeper, own->key)) return false;
    while (own->resumed == 0 && ex_now() < waiter->deadline) ex_park(&own->resumed, 0, waiter->deadline);
    if (own->resumed == 0 && rq_sleepers_interrupt(list, &own->sleeper, round)) return false;
    // Otherwise a call that resumes it is on its way.
    while (own->resumed == 0) ex_park(&own->resumed, 0, INT64_MAX);
    return own->sleeper.state == RQ_SLEEPER_WOKEN;
}

/// Leaves, unless the signaller has left for it.
static void leave(suspension *own, rq_waiter *waiter, bool is_left) {
    own->others = 0;
    if (!is_left) own->others = rq_event_leave(rq_gate_event(waiter->gate, waiter->side), &own->relied);
    waiter->state = RQ_WAIT_WOKEN;
}

void suspension_end(suspension *own, rq_waiter *waiter) {
    if (own->kind == PARKS) {
        rq_wait_end(waiter);
        return;
    }
    rq_event *event = rq_gate_event(waiter->gate, waiter->side);
    if (waiter->state == RQ_WAIT_ANNOUNCED) leave(own, waiter, false);
    if (rq_event_must_check(own->others, own->relied) && rq_ring_is_ready(waiter->gate, waiter->side))
        rq_event_hand_on(event);
}

bool suspension_step(suspension *own, rq_waiter *waiter) {
    if (own->kind == PARKS) return rq_wait_step(waiter);
    if (waiter->state == RQ_WAIT_ANNOUNCED) {
        bool is_woken = sleep_listed(own, waiter);
        waiter->expired = ex_now() >= waiter->deadline || is_cancelled(own);
        leave(own, waiter, is_woken && own->kind == IS_NOTIFIED);
        return true;
    }
    if (waiter->state == RQ_WAIT_WOKEN && waiter->expired) {
        suspension_end(own, waiter);  // E9
        return false;
    }
    own->key = rq_event_announce(rq_gate_event(waiter->gate, waiter->side));
    waiter->state = RQ_WAIT_ANNOUNCED;
    return true;
}
