// The modelled system below the rings: a futex, membarrier and a clock.
#include "platform.h"

#include <stdio.h>
#include <string.h>

#include "explore.h"
#include "rq_assert.h"
#include "rq_platform.h"

enum { SLACK = 50000 };  // in a script: the time that the system adds to a short sleep

bool platform_refuses_membarrier;

/// The calls on an event count: the futex is its sequence.
typedef struct account {
    const rq_atomic32 *at;
    int announced, wakes;
} account;
static account accounts[2];

static account *account_of(const rq_atomic32 *at) {
    for (account *event = accounts; event < accounts + 2; event++)
        if (event->at == at) return event;
    return NULL;
}

void platform_reset(const rq_event *one, const rq_event *other) {
    accounts[0] = (account){.at = &one->sequence};
    accounts[1] = (account){.at = &other->sequence};
}
int platform_announced(const rq_event *event) { return account_of(&event->sequence)->announced; }

// The linker sends each call of rq_event_announce through here (--wrap), whatever language it comes from.
uint32_t __real_rq_event_announce(rq_event *event);
uint32_t __wrap_rq_event_announce(rq_event *event) {
    account *known = account_of(&event->sequence);
    if (known != NULL) known->announced++;
    return __real_rq_event_announce(event);
}

platform_script *platform_scripted;

static void let_pass(int64_t nanoseconds) {
    platform_scripted->now += nanoseconds;
    platform_scripted->used += nanoseconds / 100 * platform_scripted->own_percent * 2;
}

static void end_note(void) {
    size_t length = strlen(platform_scripted->note);
    if (platform_scripted->count > 1)
        snprintf(platform_scripted->note + length, sizeof platform_scripted->note - length, "%d",
                 platform_scripted->count);
    platform_scripted->count = 0;
}

void platform_note(char letter) {
    char *note = platform_scripted->note;
    size_t length = strlen(note);
    if (platform_scripted->count > 0 && note[length - 1] == letter) {
        if (letter != 's') platform_scripted->count++;
        return;
    }
    end_note();
    length = strlen(note);
    if (length + 2 > sizeof platform_scripted->note) return;
    note[length] = letter;
    note[length + 1] = '\0';
    platform_scripted->count = 1;
}

void platform_start_note(void) {
    platform_scripted->note[0] = '\0';
    platform_scripted->count = 0;
}

const char *platform_noted(void) {
    end_note();
    return platform_scripted->note;
}

/// Notes in the script that the action takes this time.
static bool act(char letter, int64_t nanoseconds) {
    if (platform_scripted == NULL) return false;
    platform_note(letter);
    platform_scripted->actions++;
    let_pass(nanoseconds);
    return true;
}

void rq_park(rq_atomic32 *at, uint32_t expected, int64_t nanoseconds) {
    int64_t sleeps = platform_scripted == NULL ? 0 : platform_scripted->sleep_takes;
    if (act('P', sleeps < nanoseconds ? sleeps : nanoseconds)) return;
    ex_park(at, expected, nanoseconds == INT64_MAX ? INT64_MAX : ex_now() + nanoseconds);
}
int rq_unpark(rq_atomic32 *at, int count) {
    account *event = account_of(at);  // NULL: a lock
    if (count == 1 && event != NULL) {
        // E2: no wake before the last woken thread has left, and a thread that left had announced itself.
        ex_require(++event->wakes <= event->announced, "more system calls than waiters to wake");
    }
    return ex_unpark(at, count);
}
void rq_sleep(int64_t nanoseconds) {
    if (!act('b', nanoseconds + SLACK)) ex_yield();
}
void rq_yield(void) {
    int64_t half = platform_scripted == NULL ? 0 : platform_scripted->yield_takes / 2;
    if (!act('y', half)) {
        ex_yield();
        return;
    }
    if (platform_scripted->meanwhile != NULL) platform_scripted->meanwhile();
    let_pass(platform_scripted->yield_takes - half);
}


bool rq_fence_everywhere_available(void) { return !platform_refuses_membarrier; }
void rq_fence_everywhere(void) {
    ex_point(platform_refuses_membarrier ? "fence" : "membarrier", NULL);
    if (platform_refuses_membarrier)
        ex_drain_own();
    else
        ex_drain_all();
}

void rq_assertion_failed(const char *invariant, const char *file, int line) { ex_require(false, invariant); }

int64_t rq_now(void) {
    if (platform_scripted == NULL) return ex_now();
    let_pass(CLOCK_TAKES);
    return platform_scripted->now;
}
int64_t rq_used(void) { return platform_scripted == NULL ? 0 : platform_scripted->used; }
int rq_processor(void) { return 0; }
int rq_processors(void) { return 2; }
int rq_cores(void) { return 2; }
