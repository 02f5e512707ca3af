#pragma once

#include <cstdint>
#include <ctime>

namespace peers {

constexpr std::int64_t second = 1'000'000'000, millisecond = 1'000'000;

inline std::int64_t read(clockid_t clock) {
    timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * second + time.tv_nsec;
}

inline std::int64_t now() { return read(CLOCK_MONOTONIC); }

/// The processor time of the whole process, all threads, user and system.
inline std::int64_t processor_time() { return read(CLOCK_PROCESS_CPUTIME_ID); }

inline void sleep_until(std::int64_t due) {
    timespec time{due / second, due % second};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != 0) {}
}

inline void sleep_for(std::int64_t ns) { sleep_until(now() + ns); }

/// Keeps the processor busy for the given time.
inline void work(std::int64_t ns) {
    if (ns == 0) return;
    for (auto end = now() + ns; now() < end;) {}
}

}  // namespace peers
