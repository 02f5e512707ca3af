#pragma once

#include "../kind.hpp"
#include "../ledger.hpp"
#include "../result.hpp"

namespace peers {

/// Consumers block on an empty queue: the cost of that, and how long they take to wake up.
template <class K>
class IdleRun {
    using T = typename K::T;
    static constexpr int wake_ups = 20;

public:
    IdleRun(const Options& options, int consumers)
        : options_(options),
          consumers_(consumers),
          queue_(Sizes{options.capacity, 1}),
          taken_(consumers),
          waits_(consumers, Samples(wake_ups)) {}

    Result run() {
        std::int64_t quiet = 0, used = 0;
        Total sent;
        auto span = Team(consumers_).run(
            options_.pin, [this](int i, auto start) { consume(i, start); },
            [&] {
                typename K::Out out(queue_);
                sleep_for(10 * millisecond);
                auto began = now(), used_before = processor_time();
                sleep_for(options_.ms * millisecond);
                used = processor_time() - used_before;
                quiet = now() - began;
                for (int i = 0; i < wake_ups; i++) {
                    sleep_for(10 * millisecond);
                    std::uint64_t time = now();
                    out.send(make<T>(time));
                    sent += {1, time};
                }
                for (int i = 0; i < consumers_; i++) out.send(poison<T>());
            });
        Total taken;
        Samples all(wake_ups);
        for (auto& total : taken_) taken += total;
        for (auto& waits : waits_) all.add(waits);
        all.sort();
        return {Result::ok_if(taken == sent),
                taken.count,
                {span.ns, used},
                {{"cpu_percent", 100.0 * double(used) / double(quiet)},
                 {"wake_p50_ns", all.quantile(0.5)},
                 {"wake_p99_ns", all.quantile(0.99)}}};
    }

private:
    void consume(int consumer, auto& start) {
        typename K::In in(queue_);
        Total taken;
        T element{};
        start();
        for (;;) {
            in.receive(element);
            if (is_poison(element)) break;
            waits_[consumer].add(now() - std::int64_t(value(element)));
            taken.enter(element);
        }
        taken_[consumer] = taken;
    }

    const Options& options_;
    const int consumers_;
    alignas(64) typename K::Queue queue_;
    alignas(64) std::vector<Total> taken_;
    std::vector<Samples> waits_;
};

}  // namespace peers
