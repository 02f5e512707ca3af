// The wait policy (rq_policy.c and what it uses) with a scripted clock: the script gives the times of yields and
// sleeps, the actions of the waiter are noted, and the note must be the expected one.
//
//   p polled   y yielded   s spinning, any number of tries   . busy   b backed off   - tried again for another reason
//   A announced   P parked   w woken   T timed out             a number: that many times
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "rq_hog.h"
#include "rq_index.h"
#include "rq_wait.h"

enum { ENOUGH = 1000, STREAM = 100, MILLISECOND = 1000000, IDLE = 1200, LONG = 1500000, SHORT = 29000 };
static const int64_t second = 1000 * MILLISECOND;

static platform_script world;
static rq_index *ring;
static bool failed;
static char why[256];

static void expect(const char *what, const char *noted, const char *expected) {
    if (failed || strcmp(noted, expected) == 0) return;
    failed = true;
    snprintf(why, sizeof why, "%s: %s instead of %s", what, noted, expected);
}

static void expect_near(const char *what, bool expected) {
    expect(what, rq_hog_is_near(world.now) ? "a hog" : "no hog", expected ? "a hog" : "no hog");
}

/// Another ring, which no history knows: made while the one before still exists.
static void another_ring(rq_policy policy) {
    rq_index *next = rq_index_create(64, sizeof(uint64_t), sizeof(uint64_t), policy);
    if (next == NULL) abort();
    if (ring != NULL) rq_gate_free(&ring->gate);
    ring = next;
}


static void note_state(rq_wait_state state, bool acted) {
    switch (state) {
    case RQ_WAIT_POLLING: platform_note('p'); break;
    case RQ_WAIT_SPINNING: platform_note('s'); break;
    case RQ_WAIT_ANNOUNCED: platform_note('A'); break;
    case RQ_WAIT_WOKEN: platform_note('w'); break;
    case RQ_WAIT_BUSY:
        if (!acted) platform_note('.');
        break;
    default:
        if (!acted) platform_note('-');
    }
}

/// Takes up to `steps` steps of a waiter that finds nothing, or fewer if its deadline passes. Returns whether it still
/// waits.
static bool go(rq_waiter *waiter, int steps) {
    while (steps-- > 0) {
        int before = world.actions;
        if (!rq_wait_step(waiter)) {
            platform_note('T');
            return false;
        }
        note_state(waiter->state, world.actions != before);
    }
    return true;
}

/// The note of a wait that ends when the waiter was woken, or by its deadline, `elements` elements after the one
/// before.
static const char *wait_for(uint32_t elements, int64_t deadline) {
    ring->ring.c_head += elements;
    platform_start_note();
    rq_waiter waiter = rq_wait_begin(&ring->gate, RQ_CONSUMER, deadline);
    int steps = 0;
    while (go(&waiter, 1)) {
        if (++steps < ENOUGH && (waiter.state != RQ_WAIT_WOKEN || deadline != RQ_FOREVER)) continue;
        rq_wait_end(&waiter);
        break;
    }
    return platform_noted();
}
static const char *wait_after(uint32_t elements) { return wait_for(elements, RQ_FOREVER); }
static const char *wait_until(int64_t deadline) { return wait_for(STREAM, deadline); }
static const char *wait(void) { return wait_for(STREAM, RQ_FOREVER); }

/// The same for a wait that ends after its first step.
static const char *wait_briefly(uint32_t elements) {
    ring->ring.c_head += elements;
    platform_start_note();
    rq_waiter waiter = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER);
    go(&waiter, 1);
    rq_wait_end(&waiter);
    return platform_noted();
}

/// The longest wait of a thread that nothing disturbs.
static const char *const all_steps = "ysysysysysAPw";

static void yields(void) {
    world.sleep_takes = SHORT;
    expect("alone", wait(), all_steps);
    world.yield_takes = 5000;
    expect("where others use the yields", wait(), "y35APw");
    ring->gate.processors = 1;
    expect("on one processor", wait(), "y35APw");
    world.yield_takes = 500;
    expect("alone on one processor", wait(), "y5APw");
    ring->gate.processors = 2;
    world.yield_takes = IDLE - CLOCK_TAKES - 1;
    expect("the longest idle yield", wait(), all_steps);
    world.yield_takes++;
    expect("the shortest yield that is used", wait(), "y35APw");
}

static void spins(void) {
    ring->gate.processors = 3;
    rq_waiter first = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER), second = first, third = first;
    platform_start_note();
    go(&first, 1);
    go(&second, 1);
    go(&third, 1);
    expect("three on three processors", platform_noted(), "ysysy");
    rq_wait_end(&first);
    expect("a permit returned", wait(), all_steps);
    rq_wait_end(&second);
    rq_wait_end(&third);
    ring->gate.processors = 2;
    expect("all permits returned", wait(), all_steps);
    int64_t began = world.now;
    rq_waiter alone = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER);
    go(&alone, 1);
    for (int i = 0; i < ENOUGH && alone.yields == 1; i++) go(&alone, 1);
    rq_wait_end(&alone);
    bool took_one_microsecond = world.now - began > 1000 && world.now - began < 3000;
    expect("a spin", took_one_microsecond ? "1 µs" : "another time", "1 µs");
}

static void polls(void) {
    expect("a new ring", wait_briefly(0), "ys");
    for (int i = 0; i < 3; i++) {
        expect("a try", wait_for(0, world.now), "T");
        expect("a trickle begins", wait_briefly(2), "ys");
    }
    expect("a try", wait_for(0, world.now), "T");
    expect("a trickle, not counting the try", wait_briefly(1), "p");
    expect("a handful", wait_briefly(3), "ys");
    for (int i = 0; i < 4; i++) wait_briefly(1);
    rq_waiter producer = rq_wait_begin(&ring->gate, RQ_PRODUCER, RQ_FOREVER);
    go(&producer, 1);
    rq_wait_end(&producer);
    expect("polls that find nothing", wait_after(0), "p39-ysysysysysAPw");
    expect("after polls that found nothing", wait_briefly(1), "ys");
    ring->gate.cores = 1;
    for (int i = 0; i < 4; i++) {
        expect("a trickle on one core", wait_briefly(1), "ys");
    }
}

static void sleeps(void) {
    world.sleep_takes = SHORT;
    for (int i = 0; i < 6; i++) expect("after short sleeps", wait(), all_steps);
    world.sleep_takes = SHORT + 2000;
    for (int i = 0; i < 4; i++) expect("before the fourth long sleep", wait(), all_steps);
    for (int i = 4; i < 16; i++) expect("after long sleeps", wait(), "APw");
    expect("after 16 long sleeps", wait(), all_steps);
    expect("after 17 long sleeps", wait(), "APw");
    expect("at once", wait_until(world.now), "T");
    expect("after a try", wait(), "APw");
    world.sleep_takes = SHORT;
    expect("a short sleep", wait(), "APw");
    world.sleep_takes = SHORT + 2000;
    expect("after a short sleep", wait(), all_steps);
    for (int i = 0; i < 3; i++) wait();
    expect("after long sleeps again", wait(), "APw");
    another_ring(RQ_POLICY_ADAPTIVE);
    expect("another ring", wait(), all_steps);
    for (int i = 0; i < 3; i++) wait_briefly(STREAM);
    for (int i = 0; i < 3; i++) expect("after waits without a sleep", wait(), all_steps);
    wait_briefly(STREAM);
    expect("after three long sleeps and a wait without one", wait(), all_steps);
    for (int i = 0; i < 2; i++) wait();
    rq_index *kept = ring;
    ring = NULL;
    another_ring(RQ_POLICY_PARK);
    expect("a ring whose threads park at once", wait(), "APw");
    rq_gate_free(&ring->gate);
    ring = kept;
    expect("after three long sleeps and one on another ring", wait(), all_steps);
    expect("after four", wait(), "APw");
}

static void hogs(void) {
    world.yield_takes = 2 * MILLISECOND;
    world.own_percent = 81;
    expect("siblings", wait(), "y35APw");
    world.now += second;
    world.own_percent = 79;
    world.yield_takes = LONG - CLOCK_TAKES;
    expect("the longest yield that is not long", wait(), "y35APw");
    world.now += second;
    world.yield_takes++;
    expect("a hog", wait(), "y2sAPw");
    expect_near("a hog was found", true);
    int64_t began = world.now;
    expect("64 elements beside a hog", wait_after(64), "sbAPw");
    int64_t took = world.now - began - world.sleep_takes;
    expect("2 µs of spinning and 70 of backing off", took >= 72000 && took < 75000 ? "as long" : "another time", "as long");
    expect("65 elements beside a hog", wait_after(65), "sAPw");
    ring->gate.processors = 1;
    expect("beside a hog on one processor", wait_after(10), "-bAPw");
    ring->gate.processors = 2;
    for (int i = 0; i < 4; i++) wait_briefly(1);
    ring->gate.cores = 1;
    expect("a trickle beside a hog", wait_after(1), "sAPw");
    for (int i = 0; i < 6; i++) wait();
    expect("long sleeps beside a hog", wait(), "sAPw");
    another_ring(RQ_POLICY_ADAPTIVE);
    expect("a new ring beside a hog", wait(), "sAPw");
    world.now += 300 * MILLISECOND;
    world.yield_takes = 500;
    expect("when the hog is forgotten", wait(), all_steps);
}

static void sibling_runs(void) { rq_hog_turn_begins(world.now); }
static void sibling_runs_briefly(void) {
    rq_hog_turn_begins(world.now);
    rq_hog_turn_ends(world.now);
}
static void sibling_is_woken(void) {
    rq_waiter waiter = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER);
    rq_wait_announce(&waiter);
    rq_wait_park(&waiter);
}

/// Yields that are long, and in which the process hardly runs: another process has the processor, unless a thread of
/// this one is known to have it.
static void turns(void) {
    world.sleep_takes = SHORT;
    world.yield_takes = 4 * MILLISECOND;
    world.meanwhile = sibling_runs;
    expect("a sibling that runs", wait(), "y35APw");
    expect_near("a sibling that runs", false);
    world.meanwhile = sibling_is_woken;
    wait();
    expect_near("a sibling that was woken", false);
    world.now += second;
    world.now += second;
    world.yield_takes = 2 * (LONG - CLOCK_TAKES);
    world.meanwhile = sibling_runs_briefly;
    wait();
    expect_near("a hog for half of each yield, not long", false);
    world.now += second;
    world.yield_takes += 2;
    wait();
    expect_near("a hog for half of each yield, long", true);
}

static void suspicions(void) {
    world.now += second;
    rq_hog_suspect(2, world.now);
    expect_near("one long yield", false);
    rq_hog_suspect(2, world.now += MILLISECOND);
    expect_near("another thread's yield, for the same reason", false);
    rq_hog_suspect(2, world.now += 51 * MILLISECOND);
    expect_near("two long yields far apart", false);
    rq_hog_suspect(2, world.now += 49 * MILLISECOND);
    expect_near("two long yields", true);
    world.now += 299 * MILLISECOND;
    expect_near("299 ms later", true);
    world.now += MILLISECOND;
    expect_near("300 ms later", false);
}

static void deadlines(void) {
    world.sleep_takes = INT64_MAX;
    int64_t deadline = world.now + 5 * second / 2;
    expect("2.5 seconds", wait_until(deadline), "ysysysysysAPwAPwAPwT");
    bool in_time = world.now >= deadline && world.now < deadline + MILLISECOND;
    expect("2.5 seconds", in_time ? "in time" : "too early or late", "in time");
    another_ring(RQ_POLICY_ADAPTIVE);
    expect("while it spins", wait_until(world.now + 1000), "ysT");
    expect("the permit of a waiter that timed out", wait_until(world.now + second), "ysysysysysAPwT");
    another_ring(RQ_POLICY_SPIN);
    expect("busy", wait_until(world.now + 30), ".63yT");
}

static void policies(void) {
    another_ring(RQ_POLICY_SPIN);
    rq_waiter waiter = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER);
    platform_start_note();
    go(&waiter, 200);
    rq_wait_end(&waiter);
    expect("busy", platform_noted(), ".63y.63y.63y.8");
    ring->gate.processors = 1;
    waiter = rq_wait_begin(&ring->gate, RQ_CONSUMER, RQ_FOREVER);
    platform_start_note();
    go(&waiter, 3);
    rq_wait_end(&waiter);
    expect("busy on one processor", platform_noted(), "y3");
    another_ring(RQ_POLICY_PARK);
    expect("park", wait(), "APw");
}

int policy_check(const char *only, bool *broken) {
    static const struct {
        const char *name;
        void (*check)(void);
    } checks[] = {
        {"policy: yields before it parks", yields},       {"policy: spins with a permit", spins},
        {"policy: polls where elements trickle", polls},  {"policy: parks at once after long sleeps", sleeps},
        {"policy: beside a hog", hogs},                   {"policy: what a hog is", suspicions},
        {"policy: whose turn a long yield was", turns},   {"policy: deadlines", deadlines},
        {"policy: busy and park", policies},
    };
    int run = 0;
    platform_scripted = &world;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (strstr(checks[i].name, only) == NULL) continue;
        run++;
        failed = false;
        // Later than any time that an earlier check has left.
        world = (platform_script){.now = world.now + 1000 * second, .used = world.used, .own_percent = 0,
                                  .yield_takes = 500, .sleep_takes = SHORT + 2000};
        another_ring(RQ_POLICY_ADAPTIVE);
        checks[i].check();
        printf("%-45s %-7s %s%s\n", checks[i].name, "script", failed ? "broken: " : "as expected", failed ? why : "");
        *broken |= failed;
    }
    platform_scripted = NULL;
    return run;
}
