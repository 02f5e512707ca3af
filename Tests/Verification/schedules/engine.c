#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "explore.h"
#include "rq_history.h"

#ifndef __x86_64__
#error "the scheduler's fibers are those of x86-64"
#endif

enum { STACK = 1 << 18, GUARD = 1 << 12, LOCALS = 64, STEPS = 1 << 18, CHANGES = 6, EXPIRED = 1000 };

/// The longest time that a thread is away, for the others: a deadline that is further passes only if no thread can run.
static const int64_t LONGEST = INT64_C(100000000000);

typedef enum { UNUSED, READY, ASLEEP, LATER, DONE } state;

typedef struct fiber {
    void *sp;
    char *stack;
    state state;
    const char *waits;     ///< for what, while it sleeps
    const void *at;
    int64_t deadline;
    bool timed_out;
    uint64_t from;         ///< LATER: the point at which it continues
    int64_t priority;
    bool is_joined, is_detached;
    void *(*start)(void *);
    void *argument;
    void *locals[LOCALS];
    rq_history history[2];
    char name[16];
} fiber;

static fiber fibers[EN_THREADS];
static int count, current;
static void *driver_sp;
static en_place *place;

static uint64_t state_of_random, trace, steps, usual;
static int64_t clock_now;
static bool inside, tells, by_priority;
/// Of 2^32, at a point: that another thread continues, that a deadline passes, that a sleeper wakes for no reason.
static uint32_t switches, timeouts, needless;
static uint64_t changes[CHANGES];
static int changed, change_count;
static int64_t lowest;
static int refused, expired;

void ex_switch(void **from, void *to);
__asm__(".text\n.globl ex_switch\n.type ex_switch, @function\nex_switch:\n"
        "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
        "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
        "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n  ret\n"
        ".size ex_switch, .-ex_switch\n");

// SplitMix64.
static uint64_t next_random(void) {
    uint64_t z = state_of_random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static uint32_t below(uint32_t of) { return (uint32_t)(((next_random() >> 32) * of) >> 32); }
static bool happens(uint32_t chance) { return chance > 0 && (uint32_t)(next_random() >> 32) < chance; }
static uint32_t one_in(uint32_t n) { return UINT32_MAX / n; }

static void note(uint64_t decision) { trace = (trace ^ decision) * UINT64_C(0x100000001b3); }

static const char *name_of(int thread) {
    static char text[32];
    snprintf(text, sizeof text, "%d%s%s", thread, fibers[thread].name[0] ? " " : "", fibers[thread].name);
    return text;
}

static _Noreturn void broken(const char *what) {
    inside = false;
    place->is_broken = true;
    int length = snprintf(place->what, sizeof place->what, "%s", what);
    for (int i = 0; i < count && length < (int)sizeof place->what; i++) {
        fiber *f = &fibers[i];
        if (f->state == DONE || f->state == UNUSED) continue;
        length += snprintf(place->what + length, sizeof place->what - (size_t)length, "; %s %s", name_of(i),
                           f->state == ASLEEP ? f->waits : "can run");
    }
    if (tells) fprintf(stderr, "  broken: %s\n", place->what);
    fflush(NULL);
    _exit(1);
}

void en_require(bool holds, const char *what) {
    if (!holds) broken(what);
}

void en_note_in(en_place *where) { place = where; }
bool en_is_inside(void) { return inside; }
uint32_t en_choose(uint32_t of) { return below(of); }
void en_refuse_start(int n) { refused = n; }
bool en_start_is_refused(void) { return refused > 0 && --refused == 0; }
void *_Nullable *en_local(unsigned key) {
    if (key >= LOCALS) broken("more keys of thread-local values than the scheduler has room for");
    return &fibers[current].locals[key];
}
void en_name(const char *name) { snprintf(fibers[current].name, sizeof fibers[current].name, "%s", name); }

static void run(int next) {
    if (next == current) return;
    int before = current;
    // What the rings keep in thread-local storage.
    memcpy(fibers[before].history, rq_history_of(0), sizeof fibers[before].history);
    memcpy(rq_history_of(0), fibers[next].history, sizeof fibers[next].history);
    if (tells) fprintf(stderr, "  -- %s runs\n", name_of(next));
    current = next;
    ex_switch(&fibers[before].sp, fibers[next].sp);
}

static void time_out(fiber *f) {
    if (f->deadline > clock_now) clock_now = f->deadline;
    f->state = READY;
    f->timed_out = true;
    note(1000 + (uint64_t)(f - fibers));
    if (tells) fprintf(stderr, "  -- a deadline passes: %s\n", name_of((int)(f - fibers)));
}

static fiber *earliest(void) {
    fiber *first = NULL;
    for (int i = 0; i < count; i++)
        if (fibers[i].state == ASLEEP && fibers[i].deadline != INT64_MAX &&
            (first == NULL || fibers[i].deadline < first->deadline))
            first = &fibers[i];
    return first;
}

/// The threads that can continue.
static int ready(int answers[], bool with_current) {
    int n = 0;
    for (int i = 0; i < count; i++) {
        fiber *f = &fibers[i];
        if (f->state == LATER && f->from <= steps) f->state = READY;
        if (f->state == READY && (with_current || i != current)) answers[n++] = i;
    }
    return n;
}

static int pick(const int answers[], int n) {
    int taken = 0;
    if (by_priority || usual == 0) {
        for (int i = 1; i < n; i++)
            if (fibers[answers[i]].priority > fibers[answers[taken]].priority) taken = i;
    } else if (n > 1) {
        taken = (int)below((uint32_t)n);
    }
    note((uint64_t)answers[taken]);
    return answers[taken];
}

/// The running thread cannot continue.
static void leave(void) {
    int answers[EN_THREADS];
    for (;;) {
        int n = ready(answers, true);
        if (n > 0) {
            run(pick(answers, n));
            return;
        }
        // A thread that waits for a moment goes before time passes: the moment is a point, and there is none any more.
        for (int i = 0; i < count; i++)
            if (fibers[i].state == LATER && (n == 0 || fibers[i].from < fibers[answers[0]].from)) answers[0] = i, n = 1;
        if (n > 0) {
            fibers[answers[0]].state = READY;
            continue;
        }
        fiber *first = earliest();
        if (first == NULL) break;
        if (first->at != NULL && ++expired > EXPIRED) broken("threads poll, and nothing comes to an end");
        if (tells) fprintf(stderr, "  -- no thread can run\n");
        time_out(first);
    }
    for (int i = 0; i < count; i++)
        if (fibers[i].state != DONE) broken("hang: no thread can run, and no deadline is left");
    ex_switch(&fibers[current].sp, driver_sp);
}

static void step(void) {
    if (++steps > STEPS) broken("threads run, and nothing comes to an end");
}

void en_point(const char *access) {
    if (!inside) return;
    step();
    if (tells) fprintf(stderr, "  %s: %s\n", name_of(current), access);
    if (usual == 0) return;
    if (happens(timeouts)) {
        fiber *first = earliest();
        if (first != NULL && first->deadline - clock_now < LONGEST) time_out(first);
    }
    if (happens(needless)) {
        int who = (int)below((uint32_t)count);
        if (fibers[who].state == ASLEEP) fibers[who].state = READY;  // a lock and a join look again
    }
    int answers[EN_THREADS];
    if (by_priority) {
        while (changed < change_count && steps >= changes[changed]) fibers[current].priority = 1000 - changed++;
        int n = ready(answers, true);
        run(pick(answers, n));
    } else if (happens(switches)) {
        int n = ready(answers, false);
        if (n > 0) run(pick(answers, n));
    }
}

void en_yield(void) {
    if (!inside) return;
    step();
    int answers[EN_THREADS];
    fibers[current].priority = lowest--;
    int n = ready(answers, false);
    if (n > 0) run(pick(answers, n));
}

int64_t en_now(void) {
    en_point("clock");
    // A look takes some time, and sometimes the thread was away meanwhile.
    clock_now += 50 + (usual == 0 ? 0 : below(300));
    return clock_now;
}

bool en_sleep(const char *what, const void *at, int64_t deadline) {
    fiber *f = &fibers[current];
    f->state = ASLEEP;
    f->waits = what;
    f->at = at;
    f->deadline = deadline;
    f->timed_out = false;
    if (tells) fprintf(stderr, "  %s: %s\n", name_of(current), what);
    leave();
    f->at = NULL;
    return !f->timed_out;
}

int en_wake(const void *at, int most) {
    int woken = 0;
    while (woken < most) {
        int answers[EN_THREADS], n = 0;
        for (int i = 0; i < count; i++)
            if (fibers[i].state == ASLEEP && fibers[i].at == at) answers[n++] = i;
        if (n == 0) break;
        int which = n > 1 && most - woken < n && usual > 0 ? (int)below((uint32_t)n) : 0;
        fibers[answers[which]].state = READY;
        note(2000 + (uint64_t)answers[which]);
        woken++;
    }
    return woken;
}

void en_lock(uint32_t *word) {
    en_point("lock");
    while (*word != 0) {
        if (!inside) broken("a lock is held outside of every thread");
        if (*word == (uint32_t)current + 1) broken("a thread waits for a lock that it holds");
        en_sleep("waits for a lock", word, INT64_MAX);
    }
    *word = (uint32_t)current + 1;
}

void en_release(uint32_t *word) {
    en_require(*word == (uint32_t)current + 1, "a thread unlocks what it has not locked");
    *word = 0;
    en_wake(word, EN_THREADS);
}

void en_unlock(uint32_t *word) {
    en_release(word);
    en_point("unlock");
}

void en_moment(void) {
    fiber *f = &fibers[current];
    f->state = LATER;
    f->from = steps + (usual == 0 ? 0 : next_random() % (usual + 1));
    leave();
}

static void first_of_all(void) {
    fiber *f = &fibers[current];
    f->start(f->argument);
    f->state = DONE;
    en_wake(f, EN_THREADS);
    leave();
    abort();
}

static int make(void *(*start)(void *), void *argument) {
    if (count == EN_THREADS) broken("more threads than the scheduler has room for");
    fiber *f = &fibers[count];
    char *stack = f->stack;
    if (stack == NULL) {
        stack = mmap(NULL, STACK + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (stack == MAP_FAILED || mprotect(stack, GUARD, PROT_NONE) != 0) broken("no memory for a stack");
    }
    void **top = (void **)(stack + GUARD + STACK) - 2;
    *top = (void *)first_of_all;
    top -= 6;  // the registers that ex_switch takes back
    memset(top, 0, 6 * sizeof *top);
    *f = (fiber){.sp = top, .stack = stack, .state = READY, .start = start, .argument = argument};
    f->priority = usual == 0 ? 1000 - count : 1000000 + (int64_t)below(1000000);
    return count++;
}

int en_start(void *(*start)(void *), void *argument) {
    int thread = make(start, argument);
    en_point("start");
    return thread;
}

static fiber *awaited(int thread) {
    fiber *f = &fibers[thread];
    if (thread <= 0 || thread >= count) broken("a join or detach of a thread that does not exist");
    if (f->is_joined || f->is_detached) broken("a thread is joined or detached twice");
    return f;
}

void en_join(int thread) {
    en_point("join");
    fiber *f = awaited(thread);
    f->is_joined = true;
    if (thread == current) broken("a thread joins itself");
    while (f->state != DONE) en_sleep("joins a thread", f, INT64_MAX);
}

void en_detach(int thread) {
    en_point("detach");
    awaited(thread)->is_detached = true;
}

en_outcome en_run(uint64_t seed, uint64_t usual_steps, bool telling, void (*body)(void *), void *argument) {
    static const uint32_t often[] = {2, 3, 6, 12, 30, 80, 200};
    state_of_random = seed;
    usual = usual_steps;
    tells = telling;
    count = current = changed = refused = expired = 0;
    steps = 0;
    trace = UINT64_C(0xcbf29ce484222325);
    clock_now = 1000000;
    lowest = 0;
    place->seed = seed;
    by_priority = usual > 0 && below(2) == 0;
    switches = one_in(often[below(sizeof often / sizeof *often)]);
    timeouts = below(2) == 0 ? 0 : one_in(often[3 + below(4)]);
    needless = below(4) == 0 ? one_in(often[3 + below(4)]) : 0;
    change_count = (int)below(CHANGES + 1);
    for (int i = 0; i < change_count; i++) {
        uint64_t at = next_random() % (usual + 1);
        int j = i;
        for (; j > 0 && changes[j - 1] > at; j--) changes[j] = changes[j - 1];
        changes[j] = at;
    }
    memset(rq_history_of(0), 0, sizeof fibers[0].history);
    make((void *(*)(void *))body, argument);
    inside = true;
    ex_switch(&driver_sp, fibers[0].sp);
    inside = false;
    int detached = 0;
    for (int i = 1; i < count; i++) {
        detached += fibers[i].is_detached;
        if (!fibers[i].is_joined && !fibers[i].is_detached) broken("a thread was neither joined nor detached");
    }
    place->schedules++;
    place->steps += steps;
    return (en_outcome){
        .steps = steps, .trace = trace ^ steps, .threads = count, .detached = detached, .expired = expired};
}

// For the rings, by the explorer's ck_pr.h.

void ex_point(const char *access, const void *at) { en_point(access); }
void ex_saw(uint64_t value) {}
void ex_drain_own(void) {}
void ex_yield(void) { en_yield(); }
void ex_store(void *at, size_t bytes, uint64_t value) {
    en_point("store");
    memcpy(at, &value, bytes);
}
