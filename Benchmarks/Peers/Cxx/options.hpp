#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "clock.hpp"
#include "waiting.hpp"

namespace peers {

enum class Shape { queue, pipeline, pingpong, idle, paced };
enum class Payload { bytes8, bytes64, bytes256, object };

constexpr int most_threads = 256;
constexpr std::int64_t ticks_per_second = 10'000;

struct Options {
    Shape shape;
    int producers = 1, consumers = 1;
    std::size_t batch = 1, capacity = 1024;
    Payload payload = Payload::bytes8;
    Wait wait = Wait::block;
    bool pin = false;
    std::int64_t ms = 100, warmup_ms = 20, work_ns = 0, rate = 100'000;
};

/// Names the wrong value, and the rule.
struct UsageError : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Parses the arguments after the contender's name.
Options parse(std::string_view shape, int count, char** arguments);

}  // namespace peers
