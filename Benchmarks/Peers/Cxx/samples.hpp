#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace peers {

/// Times, in memory that exists before the first of them. Times beyond its size are left out.
class Samples {
public:
    explicit Samples(std::size_t most) : times_(most) {}

    void add(std::int64_t time) {
        if (count_ < times_.size()) times_[count_++] = time;
    }

    void add(const Samples& other) {
        for (std::size_t i = 0; i < other.count_; i++) add(other.times_[i]);
    }

    void sort() { std::sort(times_.begin(), times_.begin() + count_); }

    /// The least of the sorted times that this share of them does not exceed.
    std::int64_t quantile(double share) const {
        auto rank = std::size_t(std::ceil(share * double(count_)));
        return count_ == 0 ? 0 : times_[std::clamp<std::size_t>(rank, 1, count_) - 1];
    }

private:
    std::vector<std::int64_t> times_;
    std::size_t count_ = 0;
};

}  // namespace peers
