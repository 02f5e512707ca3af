#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "shapes/idle.hpp"
#include "shapes/paced.hpp"
#include "shapes/pingpong.hpp"
#include "shapes/pipeline.hpp"
#include "shapes/queue.hpp"

namespace peers {

/// A contender as the command line knows it.
struct Entry {
    std::string name, version, waits;
    bool is_bounded;
    Result (*run)(const Options&);
};

std::vector<Entry>& entries();

/// From options to types: everything after this is compiled for its contender, element, ends and waiting.
template <class C, class T, Wait wait>
class Dispatch {
    template <Ends ends>
    using K = Kind<C, T, wait, C::depends_on_ends ? ends : many_to_many>;

    /// Calls `run` with the kind for these ends; absent if the contender does not support them.
    static Result with_ends(Ends wanted, auto run) {
        auto if_taken = [&]<Ends ends>() {
            if constexpr (C::takes(ends)) return run.template operator()<K<ends>>();
            else return Result{};
        };
        if (wanted.many_producers && wanted.many_consumers) return if_taken.template operator()<many_to_many>();
        if (wanted.many_producers) return if_taken.template operator()<Ends{true, false}>();
        if (wanted.many_consumers) return if_taken.template operator()<Ends{false, true}>();
        return if_taken.template operator()<one_to_one>();
    }

    static Result queue(const Options& options) {
        return with_ends({options.producers > 1, options.consumers > 1}, [&]<class Kind>() {
            if (options.batch == 1) return QueueRun<Kind, false>(options).run();
            if constexpr (Kind::has_bulk_calls) return QueueRun<Kind, true>(options).run();
            else return Result{};
        });
    }

    static Result pipeline(const Options& options) {
        constexpr Ends near{false, true}, far{true, false};
        if constexpr (C::takes(near) && C::takes(far)) return PipelineRun<K<near>, K<far>>(options).run();
        else return {};
    }

    static Result idle(const Options& options) {
        auto consumers = C::takes({false, true}) ? options.consumers : 1;
        return with_ends({false, consumers > 1}, [&]<class Kind>() { return IdleRun<Kind>(options, consumers).run(); });
    }

public:
    static Result run(const Options& options) {
        auto pingpong = [&]<class Kind>() { return PingPongRun<Kind>(options).run(); };
        auto paced = [&]<class Kind>() { return PacedRun<Kind>(options).run(); };
        switch (options.shape) {
            case Shape::queue: return queue(options);
            case Shape::pipeline: return pipeline(options);
            case Shape::pingpong: return with_ends(one_to_one, pingpong);
            case Shape::idle: return idle(options);
            case Shape::paced: return with_ends(one_to_one, paced);
        }
        __builtin_unreachable();
    }
};

template <class C>
Result run(const Options& options) {
    if (options.capacity > C::most_capacity) return {};
    auto with_element = [&]<class T>() {
        return options.wait == Wait::block ? Dispatch<C, T, Wait::block>::run(options)
                                           : Dispatch<C, T, Wait::spin>::run(options);
    };
    switch (options.payload) {
        case Payload::bytes8: return with_element.template operator()<std::uint64_t>();
        case Payload::bytes64: return with_element.template operator()<Words<8>>();
        case Payload::bytes256: return with_element.template operator()<Words<32>>();
        case Payload::object: return with_element.template operator()<Object*>();
    }
    __builtin_unreachable();
}

/// One of these in a contender's file lists it.
template <class C>
struct Registration {
    Registration() { entries().push_back({C::name, C::version(), C::waits, C::is_bounded, run<C>}); }
};

}  // namespace peers
