#pragma once

#include <pthread.h>
#include <sched.h>

#include <vector>

namespace peers {

/// The processors that the process may use. Read once, before any thread is tied to one of them.
inline const std::vector<int> usable_processors = [] {
    std::vector<int> usable;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return std::vector{0};
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set)) usable.push_back(i);
    return usable;
}();

inline void pin_this_thread(int ordinal) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(usable_processors[ordinal % usable_processors.size()], &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

}  // namespace peers
