#include "explore.h"

#include "choices.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the explorer's fibers and its memory model are those of x86-64"
#endif

enum { STACK = 1 << 16, BUFFERED = 8, STEPS = 1 << 14, NAMES = 32, PATIENCE = 20 };

typedef enum { READY, ASLEEP, DONE } state;

typedef struct buffered {
    void *at;
    uint32_t bytes;
    uint64_t value;
    uint64_t covered;  ///< the value in memory for the others, while the thread that stored runs
} buffered;

typedef struct fiber {
    void *sp;
    state state;
    const void *sleeps_on;
    int64_t deadline;
    buffered stores[BUFFERED];
    int stored;
    int fresh;  ///< the youngest of them, after its last access: it may come before them as well
    char *stack;
} fiber;

const bool ex_at_random = false;

static fiber fibers[EX_THREADS];
static int count, current;
static void *main_sp;
static void (*thread_body)(int);
static bool (*may_all_sleep)(void);
static int64_t clock_now;

static ex_limits limits;
static int used, needless, steps;
static bool inside, violated, telling;
static char violation[256];
static struct {
    const void *at;
    const char *name;
} names[NAMES];
static int named;

void ex_switch(void **from, void *to);
__asm__(".text\n.globl ex_switch\n.type ex_switch, @function\nex_switch:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n  ret\n"
        ".size ex_switch, .-ex_switch\n");

static const char *name_of(const void *at) {
    static char text[32];
    for (int i = 0; i < named; i++)
        if (names[i].at == at) return names[i].name;
    snprintf(text, sizeof text, "%p", at);
    return text;
}

void ex_name(const void *at, const char *name) {
    int i = 0;
    while (i < named && strcmp(names[i].name, name) != 0) i++;
    if (i == NAMES) return;
    names[i].at = at, names[i].name = name;
    if (i == named) named++;
}

// Memory holds the running thread's view: its own stores are applied while it runs. So accesses that are not atomic, a
// thread's reads of its own data, need no call.
static uint64_t swap_in(void *at, uint32_t bytes, uint64_t value) {
    uint64_t before = 0;
    memcpy(&before, at, bytes);
    memcpy(at, &value, bytes);
    return before;
}
static void cover(fiber *f) {
    for (int i = 0; i < f->stored; i++)
        f->stores[i].covered = swap_in(f->stores[i].at, f->stores[i].bytes, f->stores[i].value);
}
static void uncover(fiber *f) {
    for (int i = f->stored - 1; i >= 0; i--) swap_in(f->stores[i].at, f->stores[i].bytes, f->stores[i].covered);
}
/// The oldest stores of a thread whose stores are not applied to memory now.
static void drain(fiber *f, int oldest) {
    for (int i = 0; i < oldest; i++) swap_in(f->stores[i].at, f->stores[i].bytes, f->stores[i].value);
    f->stored -= oldest;
    if (f->fresh > f->stored) f->fresh = f->stored;
    memmove(f->stores, f->stores + oldest, (size_t)f->stored * sizeof(buffered));
}

void ex_drain_own(void) { fibers[current].stored = fibers[current].fresh = 0; }

static void drain_others(bool fresh_too) {
    uncover(&fibers[current]);
    for (int i = 0; i < count; i++) {
        if (i == current) continue;
        fiber *f = &fibers[i];
        if (!fresh_too && f->fresh > 0) f->fresh = ch_choose(f->fresh + 1);
        drain(f, f->stored - (fresh_too ? 0 : f->fresh));
    }
    cover(&fibers[current]);
}

void ex_drain_all(void) {
    ex_drain_own();
    // A fence elsewhere does not affect a store that its thread has not reached.
    drain_others(false);
}

void ex_store(void *at, size_t bytes, uint64_t value) {
    if (!inside) {
        memcpy(at, &value, bytes);
        return;
    }
    fiber *f = &fibers[current];
    if (telling) fprintf(stderr, "  %d: store %s = %#llx\n", current, name_of(at), (unsigned long long)value);
    if (f->fresh < BUFFERED) f->fresh++;
    if (f->stored == BUFFERED) {
        f->stored--;  // the oldest goes to memory; it is there already
        memmove(f->stores, f->stores + 1, (size_t)f->stored * sizeof(buffered));
    }
    f->stores[f->stored++] = (buffered){at, (uint32_t)bytes, value, swap_in(at, (uint32_t)bytes, value)};
}

// On x86 the order of the words orders the elements: no scheduling point of their own.
void ex_put(uint64_t *at, uint64_t value) { *at = value; }
uint64_t ex_get(const uint64_t *at) { return *at; }

// A store replaces the bytes that it covers.
void ex_by_bytes(const void *from, size_t bytes) {}

void ex_saw(uint64_t value) {
    if (telling) fprintf(stderr, " (%#llx)\n", (unsigned long long)value);
}

static void stop(void) { ex_switch(&fibers[current].sp, main_sp); }

void ex_require(bool holds, const char *what) {
    if (holds || violated) return;
    violated = true;
    snprintf(violation, sizeof violation, "%s", what);
    if (telling) fprintf(stderr, "  violated: %s\n", what);
}

static void switch_to(int next) {
    int before = current;
    // How many of its stores keep waiting while the others run. The first answer: none.
    fiber *f = &fibers[before];
    int waiting = ch_choose(f->stored + 1);
    uncover(f);
    drain(f, f->stored - waiting);
    if (telling && waiting > 0) fprintf(stderr, "  -- %d of %d's stores wait\n", waiting, before);
    if (telling) fprintf(stderr, "  -- %d runs\n", next);
    current = next;
    cover(&fibers[next]);
    ex_switch(&f->sp, fibers[next].sp);
}

static int ready(int answers[], bool with_current) {
    int n = 0;
    for (int i = 0; i < count; i++)
        if (fibers[i].state == READY && (with_current || i != current)) answers[n++] = i;
    return n;
}

static void time_out(fiber *f) {
    if (f->deadline > clock_now) clock_now = f->deadline;
    f->state = READY;
    if (telling) fprintf(stderr, "  -- %d's deadline has passed\n", (int)(f - fibers));
}

/// The running thread cannot continue.
static void leave(void) {
    int answers[EX_THREADS];
    int n = ready(answers, false);
    if (n == 0) {
        // No thread can: time passes, or all are done, or one sleeps for good.
        for (int i = 0; i < count; i++)
            if (fibers[i].state == ASLEEP && fibers[i].deadline != INT64_MAX) answers[n++] = i;
        if (n > 0) {
            int who = answers[ch_choose(n)];
            time_out(&fibers[who]);
            if (who == current) return;  // it slept, and continues
            answers[0] = who;
            n = 1;
        }
    }
    if (n > 0) {
        switch_to(answers[ch_choose(n)]);
        return;
    }
    bool sleeps = false;
    for (int i = 0; i < count; i++) sleeps |= fibers[i].state == ASLEEP;
    ex_drain_own();
    drain_others(true);
    inside = false;
    ex_require(!sleeps || may_all_sleep(), "a thread sleeps, and no thread is left to wake it");
    stop();
}

static void step(void) {
    if (++steps <= STEPS) return;
    ex_require(false, "threads run, and nothing comes to an end");
    stop();
}

void ex_point(const char *access, const void *at) {
    if (!inside) return;
    step();
    while (used < limits.bound) {
        // Another thread, a store of another that reaches memory, a timeout, a wake for no reason; or, first, nothing.
        enum { PREEMPT, DRAIN, TIMEOUT, NEEDLESS };
        struct {
            int what, who;
        } answers[4 * EX_THREADS + 1];
        int n = 1;
        for (int i = 0; i < count; i++) {
            if (i == current) continue;
            fiber *f = &fibers[i];
            if (f->state == READY) answers[n].what = PREEMPT, answers[n++].who = i;
            if (f->stored > 0) answers[n].what = DRAIN, answers[n++].who = i;
            if (f->state == ASLEEP && f->deadline != INT64_MAX) answers[n].what = TIMEOUT, answers[n++].who = i;
            if (f->state == ASLEEP && needless < limits.needless) answers[n].what = NEEDLESS, answers[n++].who = i;
        }
        int taken = ch_choose(n);
        if (taken == 0) break;
        used++;
        fiber *f = &fibers[answers[taken].who];
        switch (answers[taken].what) {
        case PREEMPT: switch_to(answers[taken].who); goto run;
        case DRAIN:
            uncover(&fibers[current]);
            drain(f, 1);
            cover(&fibers[current]);
            if (telling) fprintf(stderr, "  -- a store of %d reaches memory\n", answers[taken].who);
            break;
        case TIMEOUT: time_out(f); break;
        default:
            needless++;
            f->state = READY;
            if (telling) fprintf(stderr, "  -- %d wakes for no reason\n", answers[taken].who);
        }
    }
run:
    fibers[current].fresh = 0;
    if (telling) fprintf(stderr, "  %d: %s %s", current, access, at == NULL ? "\n" : name_of(at));
}

void ex_yield(void) {
    if (!inside) return;
    int answers[EX_THREADS];
    int n = ready(answers, false);
    step();
    // A thread that waits long enough sees the stores.
    drain_others(true);
    if (n > 0) switch_to(answers[ch_choose(n)]);
}

int64_t ex_now(void) { return clock_now; }

void ex_park(const uint32_t *at, uint32_t expected, int64_t deadline) {
    ex_point("park on", at);
    ex_drain_own();  // the system call takes a lock
    ex_saw(*at);
    if (*at != expected) return;
    fiber *f = &fibers[current];
    f->state = ASLEEP;
    f->sleeps_on = at;
    f->deadline = deadline;
    leave();
    // Woken, and before it ran its deadline passed as well.
    if (deadline != INT64_MAX && clock_now < deadline && used < limits.bound && ch_choose(2) == 1) {
        used++;
        time_out(f);
    }
}

int ex_unpark(const uint32_t *at, int most) {
    ex_point("unpark on", at);
    ex_drain_own();
    ex_saw((uint64_t)most);
    int woken = 0;
    for (; woken < most; woken++) {
        int answers[EX_THREADS], n = 0;
        for (int i = 0; i < count; i++)
            if (fibers[i].state == ASLEEP && fibers[i].sleeps_on == at) answers[n++] = i;
        if (n == 0) break;
        // All of them: the order does not matter.
        fibers[answers[most - woken >= n ? 0 : ch_choose(n)]].state = READY;
    }
    return woken;
}

static void start(void) {
    thread_body(current);
    fibers[current].state = DONE;
    leave();
    stop();
}

static void prepare(fiber *f) {
    if (f->stack == NULL) f->stack = aligned_alloc(64, STACK);
    if (f->stack == NULL) {
        fprintf(stderr, "explore: no memory for a stack of %d bytes\n", STACK);
        exit(2);
    }
    void **top = (void **)(f->stack + STACK) - 2;
    *top = (void *)start;
    top -= 6;  // the registers that ex_switch takes back
    memset(top, 0, 6 * sizeof *top);
    *f = (fiber){.sp = top, .state = READY, .stack = f->stack};
}

static void execute(void (*reset)(void), void (*check)(void)) {
    reset();
    for (int i = 0; i < count; i++) prepare(&fibers[i]);
    ch_again();
    used = needless = steps = 0;
    clock_now = 0;
    violated = false;
    current = ch_choose(count);
    inside = true;
    ex_switch(&main_sp, fibers[current].sp);
    inside = false;
    if (violated) return;
    uncover(&fibers[current]);
    for (int i = 0; i < count; i++) drain(&fibers[i], fibers[i].stored);
    check();
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void stuck(int signal) {
    static const char what[] = "broken: a thread runs, and makes no access any more\n";
    _exit(write(STDOUT_FILENO, what, sizeof what - 1) < 0 || signal == 0 ? 2 : 1);
}

ex_outcome ex_explore(ex_limits given, int threads, void (*reset)(void), void (*body)(int), void (*check)(void),
                      bool (*may_sleep)(void)) {
    limits = given;
    count = threads;
    thread_body = body;
    may_all_sleep = may_sleep;
    ch_first();
    ex_outcome outcome = {0};
    double end = seconds() + limits.seconds;
    signal(SIGALRM, stuck);
    for (;;) {
        if (outcome.executions % 1024 == 0) alarm(PATIENCE);
        execute(reset, check);
        outcome.executions++;
        if (violated) {
            outcome.violated = true;
            snprintf(outcome.what, sizeof outcome.what, "%s", violation);
            telling = true;
            execute(reset, check);
            telling = false;
            break;
        }
        if (!ch_next()) {
            outcome.exhausted = true;
            break;
        }
        if (limits.seconds > 0 && outcome.executions % 1024 == 0 && seconds() > end) break;
    }
    alarm(0);
    named = 0;
    return outcome;
}
