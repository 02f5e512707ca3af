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
    rq_sleepers *list = &rq_gate_event(waiter->gate, waiter->side)->sleepers;
    own->resumed = 0;
    uint32_t round = rq_sleepers_prepare(list, &own->sleeper);
    // A task that was cancelled before it says how to cancel its sleep is told at once.
    if (is_cancelled(own)) rq_sleepers_interrupt(list, &own->sleeper, round);
    if (!rq_wait_enlist(waiter, &own->sleeper)) return false;
    while (own->resumed == 0 && ex_now() < waiter->deadline) ex_park(&own->resumed, 0, waiter->deadline);
    if (own->resumed == 0 && rq_sleepers_interrupt(list, &own->sleeper, round)) return false;
    // Otherwise a call that resumes it is on its way.
    while (own->resumed == 0) ex_park(&own->resumed, 0, INT64_MAX);
    return own->sleeper.state == RQ_SLEEPER_WOKEN;
}

bool suspension_step(suspension *own, rq_waiter *waiter) {
    if (own->kind == PARKS) return rq_wait_step(waiter);
    if (waiter->state == RQ_WAIT_ANNOUNCED) {
        bool is_woken = sleep_listed(own, waiter);
        bool is_expired = ex_now() >= waiter->deadline || is_cancelled(own);
        if (is_woken && own->kind == IS_NOTIFIED)
            *waiter = rq_wait_begin(waiter->gate, waiter->side, waiter->deadline);  // the signaller has left for it
        else
            rq_wait_leave(waiter);
        waiter->expired = is_expired;
        return true;
    }
    if (waiter->state == RQ_WAIT_WOKEN && waiter->expired) {
        rq_wait_end(waiter);  // E9
        return false;
    }
    if (waiter->expired) return false;
    rq_wait_announce(waiter);
    return true;
}
