#pragma once

#include "element.hpp"
#include "options.hpp"

namespace peers {

/// The count and sum of elements that went in or came out; sums wrap.
struct Total {
    std::uint64_t count = 0, sum = 0;
    bool is_sound = true;

    /// Enters an element whose order is not checked, and frees it.
    template <class T>
    void enter(const T& element) {
        count++;
        sum += value(element);
        is_sound &= is_intact(element);
        release(element);
    }

    Total& operator+=(const Total& other) {
        count += other.count;
        sum += other.sum;
        is_sound &= other.is_sound;
        return *this;
    }

    bool operator==(const Total&) const = default;
};

/// Element `index` of a producer.
inline std::uint64_t value_of(int producer, std::uint64_t index) { return std::uint64_t(producer) << 40 | index; }

/// The total of the first elements of a producer.
inline Total total_made(int producer, std::uint64_t count) {
    return {count, value_of(producer, 0) * count + (count % 2 ? count * ((count - 1) / 2) : count / 2 * (count - 1))};
}

/// The bookkeeping by which a consumer verifies its elements. It is on its thread's stack, so ledgers share no cache
/// line.
class Ledger {
public:
    explicit Ledger(int producers) : producers_(producers) {}

    /// Enters an element, and frees it: a producer's elements come to any consumer in their order.
    template <class T>
    void enter(const T& element) {
        auto entered = value(element);
        auto producer = entered >> 40;
        total_.enter(element);
        if (producer >= std::uint64_t(producers_) || entered < least_[producer]) {
            total_.is_sound = false;
            return;
        }
        least_[producer] = entered + 1;
    }

    const Total& total() const { return total_; }

private:
    Total total_;
    int producers_;
    std::uint64_t least_[most_threads] = {};
};

}  // namespace peers
