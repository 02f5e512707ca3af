#pragma once

#include <cstddef>
#include <limits>

#include "ports.hpp"

namespace peers {

/// Whether more than one thread may use an end.
struct Ends {
    bool many_producers, many_consumers;
};

constexpr Ends one_to_one{false, false}, many_to_many{true, true};

/// The common part of most contenders; the others hide it by their own.
///
/// A contender also has `name`, `waits`, `version()` and `Queue<T, wait, ends>`, made of a `Sizes`.
struct Contender {
    /// Whether `Queue` depends on the ends; otherwise everything is compiled only once, for `many_to_many`.
    static constexpr bool depends_on_ends = false;
    /// Whether elements of different producers also leave in the order in which they came.
    static constexpr bool is_fifo = true;
    static constexpr bool is_bounded = true;
    static constexpr std::size_t most_capacity = std::numeric_limits<std::size_t>::max();
    static constexpr bool takes(Ends) { return true; }
};

struct Sizes {
    std::size_t capacity;
    int producers;
};

/// A contender's queue for such elements, ends and waiting.
template <class Contender_, class T_, Wait wait_, Ends ends>
struct Kind {
    using Contender = Contender_;
    using T = T_;
    static constexpr Wait wait = wait_;
    using Queue = typename Contender::template Queue<T, wait, ends>;
    using Out = OutPort<Queue, T, wait>;
    using In = InPort<Queue, T, wait>;

    static constexpr bool has_bulk_calls =
        requires(typename EndsOf<Queue>::Producer out, const T* elements, std::size_t n) { out.try_push(elements, n); };
};

}  // namespace peers
