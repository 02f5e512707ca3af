// The explorer's engine over Relacy (D. Vyukov): executions of the C++11 memory model at random, old values included.
// An element in a slot is a variable that races if nothing orders its accesses.
//
// The rings keep their memory as it is. The engine looks up atomics there by address: Relacy's own objects would not
// fit. Memory holds each word's newest value, for the plain reads of the one thread that writes it.
#include <relacy/relacy.hpp>
#undef new
#undef delete
#undef malloc
#undef free

#include <cstdio>
#include <cstring>
#include <new>

#include "ck_pr.h"

extern "C" const bool ex_at_random = true;

namespace {

constexpr int words_most = 128;

/// Objects by the address that they represent, made when they are first used and destroyed with the execution.
template <typename Object>
class Table {
public:
    template <typename Key>
    Object &at(Key *address) {
        for (int i = 0; i < count; i++)
            if (addresses[i] == address) return *object(i);
        RL_VERIFY(count < words_most);
        addresses[count] = address;
        return *::new (&memory[count++]) Object(address);
    }
    void clear() {
        for (int i = 0; i < count; i++) object(i)->~Object();
        count = 0;
    }
    /// After an execution that failed: Relacy has dropped the state of the objects.
    void forget() { count = 0; }

private:
    Object *object(int i) { return reinterpret_cast<Object *>(&memory[i]); }
    const void *addresses[words_most];
    alignas(Object) char memory[words_most][sizeof(Object)];
    int count = 0;
};

/// Relacy's atomics start as zero, before every thread; these start with the value in memory.
template <typename T>
struct Word {
    rl::generic_atomic<T, true> atomic;
    T first;
    explicit Word(const void *address) : first(*static_cast<const T *>(address)) {}
};

struct Slot {
    rl::var<uint64_t> element;
    explicit Slot(const void *) {}
};

template <typename T>
Table<Word<T>> words;
Table<Slot> slots;

void (*reset_memory)();
void (*thread_body)(int);
void (*check_outcome)();
ex_limits limits;
bool inside;
int needless;
int64_t clock_now;
const char *single_from, *single_to;
constexpr int threads_most = EX_THREADS;
const uint32_t *parked_on[threads_most];
int64_t deadline_of[threads_most];

void clear_all() {
    words<uint8_t>.clear();
    words<uint32_t>.clear();
    words<uint64_t>.clear();
    slots.clear();
}

void forget_all() {
    words<uint8_t>.forget();
    words<uint32_t>.forget();
    words<uint64_t>.forget();
    slots.forget();
}

template <typename T>
T load(const T *at) {
    if (!inside) return *at;
    Word<T> &word = words<T>.at(at);
    return T(word.atomic.load(rl::mo_relaxed, $) + word.first);
}

template <typename T>
void store(T *at, T value) {
    if (!inside) {
        *at = value;
        return;
    }
    Word<T> &word = words<T>.at(at);
    word.atomic.store(T(value - word.first), rl::mo_relaxed, $);
    *at = value;
}

template <typename T>
bool swap(T *at, T expected, T value, uint64_t *found) {
    if (!inside) {
        *found = *at;
        if (*at == expected) *at = value;
        return *found == expected;
    }
    Word<T> &word = words<T>.at(at);
    T before = T(expected - word.first);
    bool done = word.atomic.compare_exchange_strong(before, T(value - word.first), rl::mo_relaxed, $);
    *found = T(before + word.first);
    if (done) *at = value;
    return done;
}

template <typename T>
T add(T *at, T by) {
    if (!inside) {
        T before = *at;
        *at = T(before + by);
        return before;
    }
    Word<T> &word = words<T>.at(at);
    T before = T(word.atomic.fetch_add(by, rl::mo_relaxed, $) + word.first);
    *at = T(before + by);
    return before;
}

/// The end of Relacy's output, kept without allocating: while it runs, memory is its own.
class Said : public std::streambuf {
public:
    Said() { setp(text, text + size); }
    void print() {
        *pptr() = '\0';
        std::fputs(text, stderr);
    }

private:
    static constexpr int size = 1 << 23;
    char text[size + 1];
    int overflow(int c) {
        std::memmove(text, text + size / 2, size / 2);
        setp(text, text + size);
        pbump(size / 2);
        return sputc(char(c));
    }
};

template <rl::thread_id_t count>
struct Suite : rl::test_suite<Suite<count>, count> {
    void before() {
        forget_all();
        reset_memory();
        clock_now = 0;
        needless = limits.needless;
        for (auto &at : parked_on) at = nullptr;
        inside = true;
    }
    void thread(unsigned index) { thread_body(int(index)); }
    void after() {
        inside = false;
        clear_all();
        check_outcome();
    }
};

template <rl::thread_id_t count>
ex_outcome simulate() {
    rl::test_params params;
    static Said said;
    ::new (&said) Said;
    std::ostream output(&said), nowhere(nullptr);
    params.output_stream = &output;
    params.progress_stream = &nowhere;
    params.search_type = rl::random_scheduler_type;
    params.iteration_count = rl::iteration_t(limits.executions);
    params.execution_depth_limit = 20000;
    ex_outcome outcome = {};
    bool holds = rl::simulate<Suite<count>>(params);
    inside = false;
    outcome.executions = uint64_t(params.stop_iteration);
    if (!holds) {
        outcome.violated = true;
        std::snprintf(outcome.what, sizeof outcome.what, "%s", rl::test_result_str(params.test_result));
        said.print();
    }
    return outcome;
}

/// Relacy knows no accesses of two sizes: eight bytes in one access are eight accesses here, which promises less.
bool by_bytes(const void *at, size_t bytes) {
    return bytes > 1 && static_cast<const char *>(at) >= single_from && static_cast<const char *>(at) < single_to;
}

unsigned own_index() { return rl::ctx().threadx_->index_; }

}  // namespace

extern "C" {

uint64_t rx_load(const void *at, size_t bytes) {
    if (by_bytes(at, bytes)) {
        uint64_t value = 0;
        for (size_t i = bytes; i-- > 0;) value = value << 8 | load(static_cast<const uint8_t *>(at) + i);
        return value;
    }
    switch (bytes) {
    case 1: return load(static_cast<const uint8_t *>(at));
    case 4: return load(static_cast<const uint32_t *>(at));
    default: return load(static_cast<const uint64_t *>(at));
    }
}

void rx_store(void *at, size_t bytes, uint64_t value) {
    if (by_bytes(at, bytes)) {
        for (size_t i = 0; i < bytes; i++) store(static_cast<uint8_t *>(at) + i, uint8_t(value >> (8 * i)));
        return;
    }
    switch (bytes) {
    case 1: return store(static_cast<uint8_t *>(at), uint8_t(value));
    case 4: return store(static_cast<uint32_t *>(at), uint32_t(value));
    default: return store(static_cast<uint64_t *>(at), value);
    }
}

bool rx_swap(void *at, size_t bytes, uint64_t expected, uint64_t value, uint64_t *found) {
    switch (bytes) {
    case 1: return swap(static_cast<uint8_t *>(at), uint8_t(expected), uint8_t(value), found);
    case 4: return swap(static_cast<uint32_t *>(at), uint32_t(expected), uint32_t(value), found);
    default: return swap(static_cast<uint64_t *>(at), expected, value, found);
    }
}

uint64_t rx_add(void *at, size_t bytes, uint64_t by) {
    switch (bytes) {
    case 1: return add(static_cast<uint8_t *>(at), uint8_t(by));
    case 4: return add(static_cast<uint32_t *>(at), uint32_t(by));
    default: return add(static_cast<uint64_t *>(at), by);
    }
}

void rx_set_bits(void *at, size_t bytes, uint64_t bits) {
    uint64_t found = rx_load(at, bytes);
    while (!rx_swap(at, bytes, found, found | bits, &found)) {}
}

void rx_order(rx_fence fence) {
    if (!inside) return;
    switch (fence) {
    case RX_ACQUIRE: rl::atomic_thread_fence(rl::mo_acquire, $); break;
    case RX_RELEASE: rl::atomic_thread_fence(rl::mo_release, $); break;
    default: rl::atomic_thread_fence(rl::mo_seq_cst, $);
    }
}

void ex_put(uint64_t *at, uint64_t value) {
    *at = value;
    if (inside) slots.at(at).element($).store(value);
}

uint64_t ex_get(const uint64_t *at) { return inside ? slots.at(at).element($).load() : *at; }

void ex_point(const char *, const void *) {
    if (inside) rl::ctx().sched();
}

void ex_drain_own(void) { rx_order(RX_FULL); }

void ex_drain_all(void) {
    if (inside) rl::systemwide_fence($);
}

void ex_yield(void) {
    if (inside) rl::yield(1, $);
}

void ex_require(bool holds, const char *what) {
    if (!holds) rl::ctx().fail_test(what, rl::test_result_user_assert_failed, $);
}

void ex_by_bytes(const void *from, size_t bytes) {
    single_from = static_cast<const char *>(from);
    single_to = single_from + bytes;
}

int64_t ex_now(void) { return clock_now; }

void ex_name(const void *, const char *) {}

void ex_park(const uint32_t *at, uint32_t expected, int64_t deadline) {
    ex_point("park on", at);
    rx_order(RX_FULL);
    if (*at != expected) return;
    unsigned self = own_index();
    parked_on[self] = at;
    rl::unpark_reason why = rl::ctx().park_current_thread(deadline != INT64_MAX, needless > 0, false, $);
    parked_on[self] = nullptr;
    if (why == rl::unpark_reason_spurious) needless--;
    bool late = why == rl::unpark_reason_timeout ||
                (deadline != INT64_MAX && rl::rand(2) == 0);  // woken, and before it ran its deadline passed as well
    if (late && clock_now < deadline) clock_now = deadline;
    rx_order(RX_FULL);
}

int ex_unpark(const uint32_t *at, int most) {
    rx_order(RX_FULL);
    ex_point("unpark on", at);
    int woken = 0;
    for (; woken < most; woken++) {
        int sleeping[threads_most], n = 0;
        for (int i = 0; i < threads_most; i++)
            if (parked_on[i] == at) sleeping[n++] = i;
        if (n == 0) break;
        int who = sleeping[n == 1 ? 0 : rl::rand(unsigned(n))];
        parked_on[who] = nullptr;
        rl::ctx().unpark_thread(rl::thread_id_t(who), false, $);
    }
    return woken;
}

ex_outcome ex_explore(ex_limits given, int threads, void (*reset)(void), void (*body)(int), void (*check)(void),
                      bool (*)(void)) {
    limits = given;
    reset_memory = reset;
    thread_body = body;
    check_outcome = check;
    switch (threads) {
    case 2: return simulate<2>();
    case 3: return simulate<3>();
    case 4: return simulate<4>();
    default: return simulate<5>();
    }
}

}  // extern "C"
