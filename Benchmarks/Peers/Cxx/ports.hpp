#pragma once

#include <cstddef>

#include "waiting.hpp"

namespace peers {

/// A queue hands out ends of its own (tokens) as `Producer` and `Consumer`, or is used by all threads itself.
template <class Queue>
struct EndsOf {
    using Producer = Queue&;
    using Consumer = Queue&;
};

template <class Queue>
    requires requires { typename Queue::Producer; typename Queue::Consumer; }
struct EndsOf<Queue> {
    using Producer = typename Queue::Producer;
    using Consumer = typename Queue::Consumer;
};

/// A queue's producing end, and how it waits: by the contender's `push` if that blocks, otherwise by trying `try_push`.
/// The calls for several elements return how many they moved.
template <class Queue, class T, Wait wait>
class OutPort {
public:
    explicit OutPort(Queue& queue) : end_(queue) {}

    void send(const T& element) {
        if constexpr (wait == Wait::block && requires { end_.push(element); }) {
            end_.push(element);
        } else {
            Backoff<wait> backoff;
            while (!end_.try_push(element)) backoff.failed();
        }
    }

    void send(const T* elements, std::size_t count) {
        while (count > 0) {
            auto moved = send_some(elements, count);
            elements += moved;
            count -= moved;
        }
    }

private:
    std::size_t send_some(const T* elements, std::size_t count) {
        if constexpr (wait == Wait::block && requires { end_.push(elements, count); }) {
            return end_.push(elements, count);
        } else {
            Backoff<wait> backoff;
            for (;;) {
                if (std::size_t moved = end_.try_push(elements, count)) return moved;
                backoff.failed();
            }
        }
    }

    typename EndsOf<Queue>::Producer end_;
};

/// The other end; the same holds for `pop` and `try_pop`.
template <class Queue, class T, Wait wait>
class InPort {
public:
    explicit InPort(Queue& queue) : end_(queue) {}

    bool try_receive(T& element) { return end_.try_pop(element); }

    void receive(T& element) {
        if constexpr (wait == Wait::block && requires { end_.pop(element); }) {
            end_.pop(element);
        } else {
            Backoff<wait> backoff;
            while (!end_.try_pop(element)) backoff.failed();
        }
    }

    /// At least one.
    std::size_t receive(T* elements, std::size_t most) {
        if constexpr (wait == Wait::block && requires { end_.pop(elements, most); }) {
            return end_.pop(elements, most);
        } else {
            Backoff<wait> backoff;
            for (;;) {
                if (std::size_t moved = end_.try_pop(elements, most)) return moved;
                backoff.failed();
            }
        }
    }

private:
    typename EndsOf<Queue>::Consumer end_;
};

}  // namespace peers
