// The modelled system below the rings: a futex, membarrier and a clock.
#include "platform.h"

#include <string.h>

#include "explore.h"
#include "rq_platform.h"

bool platform_refuses_membarrier;

/// What was asked of an event count: the futex is its sequence.
typedef struct account {
    const rq_atomic32 *at;
    int announced, wakes;
} account;
static account accounts[2];

static account *account_of(const rq_atomic32 *at) {
    account *event = accounts;
    while (event->at != at && event->at != NULL) event++;
    event->at = at;
    return event;
}

void platform_reset(void) { memset(accounts, 0, sizeof accounts); }
int platform_announced(const rq_event *event) { return account_of(&event->sequence)->announced; }

// The linker sends each call of rq_event_announce through here (--wrap), whatever language it comes from.
uint32_t __real_rq_event_announce(rq_event *event);
uint32_t __wrap_rq_event_announce(rq_event *event) {
    account_of(&event->sequence)->announced++;
    return __real_rq_event_announce(event);
}

void rq_park(rq_atomic32 *at, uint32_t expected, int64_t nanoseconds) {
    ex_park(at, expected, nanoseconds == INT64_MAX ? INT64_MAX : ex_now() + nanoseconds);
}
void rq_unpark(rq_atomic32 *at, int count) {
    if (count == 1) {
        account *event = account_of(at);
        // E2: nobody is woken before the last one who was has left, and who left had announced itself.
        ex_require(++event->wakes <= event->announced, "more system calls than waiters to wake");
    }
    ex_unpark(at, count);
}
void rq_nap(int64_t nanoseconds) { ex_yield(); }

bool rq_fence_everywhere_available(void) { return !platform_refuses_membarrier; }
void rq_fence_everywhere(void) {
    ex_point(platform_refuses_membarrier ? "fence" : "membarrier", NULL);
    if (platform_refuses_membarrier)
        ex_drain_own();
    else
        ex_drain_all();
}

int64_t rq_now(void) { return ex_now(); }
int64_t rq_used(void) { return 0; }
int rq_processors(void) { return 2; }
int rq_cores(void) { return 2; }
