#pragma once

#include <cstdlib>
#include <memory>
#include <span>

#include "../kind.hpp"
#include "../ledger.hpp"
#include "../result.hpp"

namespace peers {

/// Memory for the elements of one call, used again for the next; shares no cache line with another thread's.
template <class T>
class Burst {
public:
    explicit Burst(std::size_t size)
        : elements_(static_cast<T*>(std::aligned_alloc(64, (size * sizeof(T) + 63) / 64 * 64))), size_(size) {}

    T* data() { return elements_.get(); }
    std::size_t size() const { return size_; }
    std::span<T> first(std::size_t count) { return {data(), count}; }

private:
    struct Free {
        void operator()(T* elements) const { std::free(elements); }
    };
    std::unique_ptr<T[], Free> elements_;
    std::size_t size_;
};

/// Producers, a queue, consumers.
template <class K, bool in_bulk>
class QueueRun {
    using T = typename K::T;

public:
    explicit QueueRun(const Options& options)
        : options_(options),
          queue_(Sizes{options.capacity, options.producers}),
          made_(options.producers),
          taken_(options.consumers),
          producing_(options.producers) {}

    Result run() {
        auto member = [this](int i, auto start) {
            if (i < options_.producers) produce(i, start);
            else consume(i - options_.producers, start);
        };
        Team team(options_.producers + options_.consumers);
        auto span = team.run(options_.pin, member, [this] {
            sleep_for(options_.ms * millisecond);
            over_.set();
        });
        Total made, taken;
        for (auto& total : made_) made += total;
        for (auto& total : taken_) taken += total;
        return {Result::ok_if(made == taken), made.count, span};
    }

private:
    void produce(int producer, auto& start) {
        typename K::Out out(queue_);
        Burst<T> burst(options_.batch);
        std::uint64_t made = 0;
        start();
        do {
            if constexpr (in_bulk) {
                for (auto& element : burst.first(burst.size())) element = make<T>(value_of(producer, made++));
                out.send(burst.data(), burst.size());
            } else {
                out.send(make<T>(value_of(producer, made++)));
            }
        } while (!over_);
        made_[producer] = total_made(producer, made);
        if (producing_.fetch_sub(1, std::memory_order_acq_rel) == 1) end_stream(out);
    }

    /// A poison for each consumer. One after the other if a consumer could take two, or if poisons overtake elements,
    /// so that a consumer has to empty the queue before the next one comes.
    void end_stream(typename K::Out& out) {
        for (int i = 0; i < options_.consumers; i++) {
            out.send(poison<T>());
            if constexpr (in_bulk || !K::Contender::is_fifo)
                poisoned_.wait(i, std::memory_order_acquire);
        }
    }

    void consume(int consumer, auto& start) {
        typename K::In in(queue_);
        Burst<T> burst(options_.batch);
        Ledger ledger(options_.producers);
        const auto work_ns = options_.work_ns;
        auto enter = [&](T& element) {
            if (is_poison(element)) return false;
            ledger.enter(element);
            work(work_ns);
            return true;
        };
        T element{};
        start();
        for (bool is_over = false; !is_over;) {
            if constexpr (in_bulk) {
                auto count = in.receive(burst.data(), burst.size());
                for (auto& element : burst.first(count)) is_over |= !enter(element);
            } else {
                in.receive(element);
                is_over = !enter(element);
            }
        }
        if constexpr (!K::Contender::is_fifo)
            while (in.try_receive(element)) enter(element);
        poisoned_.fetch_add(1, std::memory_order_release);
        poisoned_.notify_one();
        taken_[consumer] = ledger.total();
    }

    const Options& options_;
    alignas(64) typename K::Queue queue_;
    Flag over_;
    std::vector<Total> made_, taken_;
    alignas(64) std::atomic<int> producing_;
    std::atomic<int> poisoned_{0};
};

}  // namespace peers
