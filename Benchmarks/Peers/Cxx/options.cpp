#include "options.hpp"

#include <charconv>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace peers {

namespace {

template <class T>
using Choice = std::pair<std::string_view, T>;

constexpr Choice<Shape> shapes[] = {{"queue", Shape::queue},
                                    {"pipeline", Shape::pipeline},
                                    {"pingpong", Shape::pingpong},
                                    {"idle", Shape::idle},
                                    {"paced", Shape::paced}};
constexpr Choice<Payload> payloads[] = {
    {"8", Payload::bytes8}, {"64", Payload::bytes64}, {"256", Payload::bytes256}, {"object", Payload::object}};
constexpr Choice<Wait> waits[] = {{"block", Wait::block}, {"spin", Wait::spin}};

[[noreturn]] void refuse(std::string_view what, std::string_view text, const std::string& rule) {
    throw UsageError(std::string(what) + " '" + std::string(text) + "': it must be " + rule);
}

template <class T, std::size_t n>
T one_of(const Choice<T> (&choices)[n], std::string_view what, std::string_view text) {
    std::string rule = "one of";
    for (auto& [name, value] : choices) {
        if (name == text) return value;
        rule += ' ';
        rule += name;
    }
    refuse(what, text, rule);
}

std::int64_t number(std::string_view what, std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
        refuse(what, text, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

}  // namespace

Options parse(std::string_view shape, int count, char** arguments) {
    constexpr std::int64_t hour_ms = 3'600'000;
    Options options{.shape = one_of(shapes, "the shape", shape)};
    for (std::span<char*> rest(arguments, count); !rest.empty();) {
        std::string_view key = rest[0];
        rest = rest.subspan(1);
        if (key == "--pin") {
            options.pin = true;
            continue;
        }
        auto text = [&] {
            if (rest.empty()) throw UsageError(std::string(key) + " needs a value");
            std::string_view value = rest[0];
            rest = rest.subspan(1);
            return value;
        };
        auto between = [&](std::int64_t least, std::int64_t most) { return number(key, text(), least, most); };
        if (key == "--producers") options.producers = between(1, most_threads);
        else if (key == "--consumers") options.consumers = between(1, most_threads);
        else if (key == "--batch") options.batch = between(1, 1 << 20);
        else if (key == "--capacity") options.capacity = between(1, 1 << 24);
        else if (key == "--payload") options.payload = one_of(payloads, key, text());
        else if (key == "--wait") options.wait = one_of(waits, key, text());
        else if (key == "--ms") options.ms = between(1, hour_ms);
        else if (key == "--warmup-ms") options.warmup_ms = between(0, hour_ms);
        else if (key == "--work-ns") options.work_ns = between(0, second);
        else if (key == "--rate") {
            options.rate = between(ticks_per_second, second);
            if (options.rate % ticks_per_second != 0)
                refuse(key, std::to_string(options.rate), "a multiple of " + std::to_string(ticks_per_second));
        } else throw UsageError("'" + std::string(key) + "' is not an option");
    }
    return options;
}

}  // namespace peers
