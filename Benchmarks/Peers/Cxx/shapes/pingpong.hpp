#pragma once

#include "../kind.hpp"
#include "../ledger.hpp"
#include "../result.hpp"

namespace peers {

/// Two queues; one thread sends an element and waits for it to come back.
template <class K>
class PingPongRun {
    using T = typename K::T;

public:
    explicit PingPongRun(const Options& options)
        : options_(options), there_(Sizes{options.capacity, 1}), back_(Sizes{options.capacity, 1}), trips_(1 << 22) {}

    Result run() {
        auto member = [this](int i, auto start) { i == 0 ? ping(start) : pong(start); };
        auto span = Team(2).run(options_.pin, member, [this] {
            sleep_for(options_.ms * millisecond);
            over_.set();
        });
        Result result{Result::ok_if(returned_.is_sound), returned_.count, span};
        result.add_latencies(trips_);
        return result;
    }

private:
    void ping(auto& start) {
        typename K::Out out(there_);
        typename K::In in(back_);
        Total returned;
        T answer{};
        start();
        do {
            auto began = now();
            out.send(make<T>(returned.count));
            in.receive(answer);
            trips_.add(now() - began);
            returned.is_sound &= value(answer) == returned.count;
            returned.enter(answer);
        } while (!over_);
        out.send(poison<T>());
        returned_ = returned;
    }

    void pong(auto& start) {
        typename K::In in(there_);
        typename K::Out out(back_);
        T element{};
        start();
        for (;;) {
            in.receive(element);
            if (is_poison(element)) return;
            out.send(element);
        }
    }

    const Options& options_;
    alignas(64) typename K::Queue there_;
    alignas(64) typename K::Queue back_;
    Flag over_;
    Samples trips_;
    Total returned_;
};

}  // namespace peers
