// moodycamel::ConcurrentQueue by Cameron Desrochers, with a token for each thread; unbounded.
#if __has_include(<concurrentqueue/blockingconcurrentqueue.h>)
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <type_traits>

#include "../registry.hpp"

namespace peers {
namespace {

struct Moodycamel : Contender {
    static constexpr const char* name = "moodycamel";
    static constexpr const char* waits = "parks";
    static constexpr bool is_bounded = false;
    static const char* version() { return VERSION; }

    /// Each producer's elements keep their order, but those of different ones overtake each other.
    static constexpr bool is_fifo = false;

    /// A contender that never blocks does not pay for the semaphore.
    template <class T, Wait wait>
    using Implementation = std::conditional_t<wait == Wait::block, moodycamel::BlockingConcurrentQueue<T>,
                                              moodycamel::ConcurrentQueue<T>>;

    template <class T, Wait wait, Ends>
    class Queue {
        using Q = Implementation<T, wait>;

    public:
        explicit Queue(const Sizes& sizes) : queue_(sizes.capacity, sizes.producers, 0) {}

        class Producer {
        public:
            explicit Producer(Queue& queue) : queue_(queue.queue_), token_(queue_) {}

            bool try_push(const T& element) { return queue_.enqueue(token_, element); }

            std::size_t try_push(const T* elements, std::size_t count) {
                return queue_.enqueue_bulk(token_, elements, count) ? count : 0;
            }

        private:
            Q& queue_;
            typename Q::producer_token_t token_;
        };

        class Consumer {
        public:
            explicit Consumer(Queue& queue) : queue_(queue.queue_), token_(queue_) {}

            bool try_pop(T& element) { return queue_.try_dequeue(token_, element); }
            std::size_t try_pop(T* elements, std::size_t most) {
                return queue_.try_dequeue_bulk(token_, elements, most);
            }

            void pop(T& element)
                requires(wait == Wait::block)
            {
                queue_.wait_dequeue(token_, element);
            }
            std::size_t pop(T* elements, std::size_t most)
                requires(wait == Wait::block)
            {
                return queue_.wait_dequeue_bulk(token_, elements, most);
            }

        private:
            Q& queue_;
            typename Q::consumer_token_t token_;
        };

    private:
        Q queue_;
    };
};

const Registration<Moodycamel> registration;

}  // namespace
}  // namespace peers
#endif
