// The two bounded queues of moodycamel's readerwriterqueue by Cameron Desrochers: the circular buffer, which can block,
// and the one that cannot and so needs no semaphores.
#if __has_include(<readerwriterqueue/readerwritercircularbuffer.h>)
#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>

#include "../registry.hpp"

namespace peers {
namespace {

struct ReaderWriter : Contender {
    static constexpr const char* name = "readerwriter";
    static constexpr const char* waits = "parks";
    static const char* version() { return VERSION; }
    static constexpr bool takes(Ends ends) { return !ends.many_producers && !ends.many_consumers; }

    template <class T, Wait, Ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) : queue_(sizes.capacity) {}

        bool try_push(const T& element) { return queue_.try_enqueue(element); }
        bool try_pop(T& element) { return queue_.try_dequeue(element); }
        void push(const T& element) { queue_.wait_enqueue(element); }
        void pop(T& element) { queue_.wait_dequeue(element); }

    private:
        moodycamel::BlockingReaderWriterCircularBuffer<T> queue_;
    };

    template <class T, Ends ends>
    class Queue<T, Wait::spin, ends> {
    public:
        explicit Queue(const Sizes& sizes) : queue_(sizes.capacity) {}

        bool try_push(const T& element) { return queue_.try_enqueue(element); }
        bool try_pop(T& element) { return queue_.try_dequeue(element); }

    private:
        moodycamel::ReaderWriterQueue<T> queue_;
    };
};

const Registration<ReaderWriter> registration;

}  // namespace
}  // namespace peers
#endif
