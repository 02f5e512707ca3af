#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "samples.hpp"
#include "team.hpp"

namespace peers {

/// The result of doing the work once.
struct Result {
    enum class Outcome { ok, failed, absent };

    Outcome outcome = Outcome::absent;
    std::uint64_t elements = 0;
    Span span{};
    /// Figures of some shapes only.
    std::vector<std::pair<const char*, double>> more{};

    static Outcome ok_if(bool sound) { return sound ? Outcome::ok : Outcome::failed; }

    void add_latencies(Samples& samples) {
        samples.sort();
        more = {{"p50_ns", samples.quantile(0.5)},
                {"p99_ns", samples.quantile(0.99)},
                {"p999_ns", samples.quantile(0.999)}};
    }

    std::string json() const;
};

}  // namespace peers
