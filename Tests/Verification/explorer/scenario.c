#include "scenario.h"

#include <malloc.h>
#include <string.h>

#include "platform.h"

enum { ELEMENTS = 32, HASTE = 1000 };

static const scenario *now;
static queue shared;

static int producers_left, consumers_left;
/// Data written before a close, for the threads that learn of it: by the last producer, by the thread that closes.
static uint64_t done_by_producer, done_by_closer;
static int accepted[EX_THREADS];
static struct taken {
    uint64_t elements[ELEMENTS];
    int count;
} taken[EX_THREADS];

static uint64_t element(int producer, int ordinal) { return (uint64_t)(producer + 1) << 8 | (uint64_t)ordinal; }
static uint32_t at_least_one(uint32_t count) { return count == 0 ? 1 : count; }
/// A second close, by the thread that leaves last, would make up for an omission of the first.
static bool closes_when_left(void) { return now->wants == 0 && now->closer != CLOSES; }
static int64_t deadline(bool hasty) { return hasty ? ex_now() + HASTE : RQ_FOREVER; }

/// Whether the first end of a side may give up before the queue is closed.
static bool is_hasty(rq_side side, int end) {
    if (end != 0) return false;
    if (side == RQ_PRODUCER) return now->hasty_producer || (now->cancels && now->producer_waits == SUSPENDS);
    return now->hasty_consumer || (now->cancels && now->producer_waits != SUSPENDS);
}

static void check_answer(uint32_t done, bool ended, bool hasty) {
    ex_require(done > 0 || ended || hasty, "a call without a deadline came back with nothing, and the queue is open");
}

static void produce(int producer) {
    int sent = 0;
    bool ended = false;
    while (sent < now->elements) {
        uint64_t some[ELEMENTS];
        uint32_t count = 0;
        while (count < at_least_one(now->puts) && sent + (int)count < now->elements) {
            some[count] = element(producer, sent + (int)count);
            count++;
        }
        int64_t until = deadline(now->hasty_producer && producer == 0);
        uint32_t done = queue_enqueue(shared, producer, some, count, until, &ended);
        check_answer(done, ended, is_hasty(RQ_PRODUCER, producer));
        if (done == 0) break;
        sent += (int)done;
    }
    accepted[producer] = sent;
    if (ended) {
        if (now->closer != NO_CLOSER && !is_hasty(RQ_CONSUMER, 0)) ex_get(&done_by_closer);
        ex_yield();  // there may be room by then
        uint64_t next = element(producer, sent);
        bool still = false;
        uint32_t done = queue_try_enqueue(shared, producer, &next, 1, &still);
        ex_require(done == 0 && still, "a closed queue refused an element, and not the next");
    }
    bool is_last = --producers_left == 0;
    if (!closes_when_left()) return;
    if (is_last) ex_put(&done_by_producer, 1);
    queue_leave(shared, RQ_PRODUCER, producer, is_last);
}

static void consume(int consumer) {
    struct taken *mine = &taken[consumer];
    while (now->wants == 0 || mine->count < now->wants) {
        bool ended;
        uint64_t some[ELEMENTS];
        int64_t until = deadline(now->hasty_consumer && consumer == 0);
        uint32_t done = queue_dequeue(shared, consumer, some, at_least_one(now->takes), until, &ended);
        check_answer(done, ended, is_hasty(RQ_CONSUMER, consumer));
        if (done == 0 && ended && !is_hasty(RQ_CONSUMER, 0)) {
            if (now->closer == NO_CLOSER)
                ex_get(&done_by_producer);
            else if (rq_gate_is_stopped(shared.gate))
                ex_get(&done_by_closer);
        }
        if (done == 0) break;
        for (uint32_t i = 0; i < done && mine->count < ELEMENTS; i++) mine->elements[mine->count++] = some[i];
        if (now->stays && consumer == 0) break;
    }
    bool is_last = --consumers_left == 0;
    if (closes_when_left()) queue_leave(shared, RQ_CONSUMER, consumer, is_last);
}

static void body(int thread) {
    if (thread < now->producers) {
        produce(thread);
    } else if (thread < now->producers + now->consumers) {
        consume(thread - now->producers);
    } else if (thread == now->producers + now->consumers + (now->closer != NO_CLOSER)) {
        queue_cancel(shared, now->producer_waits == SUSPENDS ? RQ_PRODUCER : RQ_CONSUMER, 0);
    } else {
        ex_put(&done_by_closer, 1);
        queue_close(shared, now->closer == STOPS);
    }
}

static void name_indices(ck_ring_t *ring) {
    ex_name(&ring->p_tail, "p_tail");
    ex_name(&ring->p_head, "p_head");
    ex_name(&ring->c_head, "c_head");
}

static void name_words(void) {
    rq_gate *gate = shared.gate;
    ex_name(&gate->closing, "closing");
    ex_name(&gate->final, "final");
    ex_name(&gate->not_empty.word, "not_empty.word");
    ex_name(&gate->not_empty.sequence, "not_empty.sequence");
    ex_name(&gate->not_empty.sleepers.lock, "not_empty.lock");
    ex_name(&gate->not_empty.sleepers.count, "not_empty.sleepers");
    ex_name(&gate->not_full.word, "not_full.word");
    ex_name(&gate->not_full.sleepers.lock, "not_full.lock");
    ex_name(&gate->not_full.sleepers.count, "not_full.sleepers");
    ex_name(&gate->not_full.sequence, "not_full.sequence");
    switch (gate->form) {
    case RQ_FORM_STAMPED:
        ex_name(&((rq_stamped *)gate)->tail, "tail");
        ex_name(&((rq_stamped *)gate)->head, "head");
        ex_name(gate->slots, "stamps");
        break;
    case RQ_FORM_INDEX: name_indices(&((rq_index *)gate)->ring); break;
    case RQ_FORM_CK: name_indices(&((rq_ck *)gate)->ring); break;
    }
}

static void begin_anew(void) {
    const rq_gate *before = shared.gate;
    queue_reset(&shared);
    if (shared.gate != before) name_words();
    if (now->wraps) queue_wrap(shared.gate);
}

static void reset(void) {
    begin_anew();
    platform_reset(&shared.gate->not_empty, &shared.gate->not_full);
    producers_left = now->producers;
    consumers_left = now->consumers;
    memset(accepted, 0, sizeof accepted);
    memset(taken, 0, sizeof taken);
}

/// An element that is destroyed in the queue counts as left there.
void queue_destroyed(uint64_t element) {
    struct taken *left = &taken[now->consumers];
    ex_require(left->count < ELEMENTS, "more elements are destroyed than there were");
    if (left->count < ELEMENTS) left->elements[left->count++] = element;
}

static bool may_sleep(void) {
    return now->stays && producers_left == 0 && !rq_ring_is_ready(shared.gate, RQ_CONSUMER);
}

static void check_event(const rq_event *event) {
    ex_require((event->word & ~RQ_EVENT_FENCED) == 0, "all threads left, and the event count says that one waits");
    ex_require(event->sleepers.first == NULL && event->sleepers.count == 0, "all threads left, and a sleeper is on the list");
}

/// Every accepted element was delivered or is left, once; each consumer got a producer's in their order.
static void check(void) {
    struct taken *left = &taken[now->consumers];
    bool ended = false;
    uint64_t one;
    while (left->count < ELEMENTS && queue_take_left(shared, &one, &ended)) left->elements[left->count++] = one;
    ex_require(ended || now->wants > 0, "nothing is left, and the queue does not say that this is the end");
    int expected = 0, found = 0;
    uint8_t times[EX_THREADS][ELEMENTS] = {{0}};
    for (int p = 0; p < now->producers; p++) expected += accepted[p];
    for (int c = 0; c <= now->consumers; c++) {
        int last[EX_THREADS];
        memset(last, -1, sizeof last);
        for (int i = 0; i < taken[c].count; i++) {
            int producer = (int)(taken[c].elements[i] >> 8) - 1, ordinal = (int)(taken[c].elements[i] & 255);
            bool known = producer >= 0 && producer < now->producers && ordinal < accepted[producer];
            ex_require(known, "an element came out that was not accepted");
            if (!known) return;
            ex_require(times[producer][ordinal]++ == 0, "an element came out twice");
            ex_require(ordinal > last[producer], "elements of one producer came out in another order");
            last[producer] = ordinal;
            found++;
        }
    }
    ex_require(found == expected, "an accepted element is lost");
    bool stops = now->closer == STOPS || is_hasty(RQ_CONSUMER, 0);
    ex_require(stops || left->count == 0, "an element is left that a consumer should have got");
    if (now->closer == NO_CLOSER && !stops && !is_hasty(RQ_PRODUCER, 0))
        ex_require(expected == now->producers * now->elements, "an open queue refused an element");
    bool room_for_all = (int)now->capacity >= now->producers * now->elements;
    ex_require(!room_for_all || platform_announced(&shared.gate->not_full) == 0,
               "a producer found the queue full, although it has room for all");
    if (now->stays) return;
    check_event(&shared.gate->not_empty);
    check_event(&shared.gate->not_full);
}

static bool only_threads(const scenario *wanted) {
    return wanted->producer_waits == PARKS && wanted->consumer_waits == PARKS && wanted->others_wait == PARKS;
}

bool scenario_suits(const scenario *wanted) {
    bool is_plain = wanted->puts == 0 && wanted->takes == 0 && wanted->stride == 0;
    if (queue_is_swift() && (!is_plain || !only_threads(wanted) || wanted->kind >= CKSPSC || wanted->stays)) return false;
    // At random, ConcurrencyKit's consumers race, because they copy a slot before they own it; no thread may sleep for good.
    return !ex_at_random || (wanted->kind < CKSPSC && !wanted->stays);
}

/// One thread alone: whether the queue takes as many elements as it should, lap after lap.
static bool holds_capacity(void) {
    uint64_t some[ELEMENTS] = {0};
    bool ended;
    begin_anew();
    for (int lap = 0; lap < 3; lap++) {
        uint32_t in = 0, out = 0, done;
        while (in <= now->capacity && (done = queue_try_enqueue(shared, 0, some, at_least_one(now->puts), &ended)) > 0)
            in += done;
        while (out <= in && (done = queue_try_dequeue(shared, 0, some, at_least_one(now->takes), &ended)) > 0)
            out += done;
        if (in != now->capacity || out != in) return false;
    }
    return true;
}

ex_outcome scenario_explore(const scenario *wanted, ex_limits limits) {
    now = wanted;
    platform_refuses_membarrier = wanted->refused;
    queue_shape shape = {wanted->kind, wanted->capacity, wanted->stride > 0 ? wanted->stride : sizeof(uint64_t),
                         wanted->producers, wanted->consumers};
    for (int side = 0; side < 2; side++)
        for (int end = 0; end < EX_THREADS; end++) shape.suspensions[side][end] = wanted->others_wait;
    shape.suspensions[RQ_PRODUCER][0] = wanted->producer_waits;
    shape.suspensions[RQ_CONSUMER][0] = wanted->consumer_waits;
    shared = queue_make(shape);
    name_words();
    rq_gate *gate = shared.gate;
    char *end = (char *)gate->allocation + malloc_usable_size(gate->allocation);
    ex_by_bytes(gate->slots, gate->form == RQ_FORM_STAMPED ? (size_t)(end - gate->slots) : 0);
    limits.needless = wanted->needless;
    int threads = wanted->producers + wanted->consumers + (wanted->closer != NO_CLOSER) + wanted->cancels;
    ex_outcome outcome = ex_explore(limits, threads, reset, body, check, may_sleep);
    if (!outcome.violated && !holds_capacity()) {
        outcome.violated = true;
        strcpy(outcome.what, "the queue takes more or fewer elements than its capacity");
    }
    queue_free(shared);
    return outcome;
}
