#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "clock.hpp"
#include "processors.hpp"

namespace peers {

struct Span {
    std::int64_t ns, cpu_ns;
};

/// Written by one thread, read by many after each of their calls.
struct alignas(64) Flag {
    std::atomic<bool> is_set{false};

    void set() { is_set.store(true, std::memory_order_relaxed); }
    explicit operator bool() const { return is_set.load(std::memory_order_relaxed); }
};

/// The threads of one run, and when they began and ended.
class Team {
public:
    explicit Team(int size) : members_(size), gate_(size + 1) {}

    /// Runs `work(ordinal, start)` on each thread, which calls `start()` when it is ready; from the moment when all
    /// have started, runs `lead()` on this thread.
    template <class Work, class Lead>
    Span run(bool pin, const Work& work, const Lead& lead) {
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < int(members_.size()); i++) {
                threads.emplace_back([&, i] {
                    if (pin) pin_this_thread(i);
                    work(i, [&, i] { start(members_[i]); });
                    members_[i].ended = now();
                    members_[i].processor_time_after = processor_time();
                });
            }
            gate_.arrive_and_wait();
            lead();
        }
        auto latest = [&](std::int64_t Member::*time) { return std::ranges::max(members_, {}, time).*time; };
        auto began = std::ranges::min(members_, {}, &Member::began).began;
        // Each reads the clock before the gate, so the last one to come reads it when they start.
        return {latest(&Member::ended) - began,
                latest(&Member::processor_time_after) - latest(&Member::processor_time_before)};
    }

private:
    struct alignas(64) Member {
        std::int64_t began, ended, processor_time_before, processor_time_after;
    };

    void start(Member& member) {
        member.processor_time_before = processor_time();
        gate_.arrive_and_wait();
        member.began = now();
    }

    std::vector<Member> members_;
    std::barrier<> gate_;
};

}  // namespace peers
