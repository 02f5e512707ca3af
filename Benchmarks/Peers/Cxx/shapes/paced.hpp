#pragma once

#include "../kind.hpp"
#include "../ledger.hpp"
#include "../result.hpp"

namespace peers {

/// Elements at a given rate. Each carries the time at which it was due, however late it is, so that a stall counts
/// against every element that it delays (Gil Tene, "How NOT to Measure Latency").
template <class K>
class PacedRun {
    using T = typename K::T;
    static constexpr std::int64_t tick = second / ticks_per_second;

public:
    explicit PacedRun(const Options& options)
        : options_(options),
          ticks_(options.ms * millisecond / tick),
          per_tick_(options.rate / ticks_per_second),
          queue_(Sizes{options.capacity, 1}),
          delays_(ticks_ * per_tick_) {}

    Result run() {
        auto member = [this](int i, auto start) { i == 0 ? produce(start) : consume(start); };
        auto span = Team(2).run(options_.pin, member, [] {});
        Result result{Result::ok_if(made_ == taken_), taken_.count, span};
        result.add_latencies(delays_);
        return result;
    }

private:
    void produce(auto& start) {
        typename K::Out out(queue_);
        Total made;
        start();
        auto due = now();
        for (std::int64_t i = 0; i < ticks_; i++) {
            due += tick;
            sleep_until(due);
            for (std::int64_t k = 0; k < per_tick_; k++) {
                out.send(make<T>(due));
                made += {1, std::uint64_t(due)};
            }
        }
        out.send(poison<T>());
        made_ = made;
    }

    void consume(auto& start) {
        typename K::In in(queue_);
        Total taken;
        std::int64_t latest = 0;
        T element{};
        start();
        for (;;) {
            in.receive(element);
            if (is_poison(element)) break;
            auto due = std::int64_t(value(element));
            delays_.add(now() - due);
            taken.enter(element);
            taken.is_sound &= due >= latest;
            latest = due;
        }
        taken_ = taken;
    }

    const Options& options_;
    const std::int64_t ticks_, per_tick_;
    alignas(64) typename K::Queue queue_;
    alignas(64) Samples delays_;
    Total made_;
    alignas(64) Total taken_;
};

}  // namespace peers
