#pragma once

#include "../kind.hpp"
#include "../ledger.hpp"
#include "../result.hpp"

namespace peers {

/// A producer, three intermediaries that share a queue, a consumer; the end of the stream through all of it.
template <class Near, class Far>
class PipelineRun {
    using T = typename Near::T;
    static constexpr int intermediaries = 3;

public:
    explicit PipelineRun(const Options& options)
        : options_(options), near_(Sizes{options.capacity, 1}), far_(Sizes{options.capacity, intermediaries}) {}

    Result run() {
        auto member = [this](int i, auto start) {
            if (i == 0) produce(start);
            else if (i <= intermediaries) pass(start);
            else consume(start);
        };
        auto span = Team(intermediaries + 2).run(options_.pin, member, [this] {
            sleep_for(options_.ms * millisecond);
            over_.set();
        });
        return {Result::ok_if(made_ == taken_), made_.count, span};
    }

private:
    void produce(auto& start) {
        typename Near::Out out(near_);
        std::uint64_t made = 0;
        start();
        do out.send(make<T>(value_of(0, made++)));
        while (!over_);
        for (int i = 0; i < intermediaries; i++) out.send(poison<T>());
        made_ = total_made(0, made);
    }

    void pass(auto& start) {
        typename Near::In in(near_);
        typename Far::Out out(far_);
        const auto work_ns = options_.work_ns;
        T element{};
        start();
        for (bool is_over = false; !is_over;) {
            in.receive(element);
            is_over = is_poison(element);
            if (!is_over) work(work_ns);
            out.send(element);
        }
    }

    void consume(auto& start) {
        typename Far::In in(far_);
        Total taken;
        T element{};
        start();
        for (int poisons = 0; poisons < intermediaries;) {
            in.receive(element);
            if (is_poison(element)) poisons++;
            else taken.enter(element);
        }
        taken_ = taken;
    }

    const Options& options_;
    alignas(64) typename Near::Queue near_;
    alignas(64) typename Far::Queue far_;
    Flag over_;
    alignas(64) Total made_;
    alignas(64) Total taken_;
};

}  // namespace peers
