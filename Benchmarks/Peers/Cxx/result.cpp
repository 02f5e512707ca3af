#include "result.hpp"

#include <charconv>

namespace peers {

std::string Result::json() const {
    if (outcome == Outcome::absent) return R"({"outcome":"absent"})";
    std::string text = outcome == Outcome::ok ? R"({"outcome":"ok")" : R"({"outcome":"failed")";
    auto put = [&](const char* key, auto number, auto... format) {
        char digits[64];
        auto end = std::to_chars(digits, digits + sizeof digits, number, format...).ptr;
        text += std::string(",\"") + key + "\":" + std::string(digits, end);
    };
    put("elements", elements);
    put("ns", span.ns);
    put("cpu_ns", span.cpu_ns);
    for (auto& [key, number] : more) put(key, number, std::chars_format::fixed);
    return text + "}";
}

}  // namespace peers
