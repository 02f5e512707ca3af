#if __has_include(<oneapi/tbb/concurrent_queue.h>)
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/version.h>

#include "../registry.hpp"

namespace peers {
namespace {

struct Tbb : Contender {
    static constexpr const char* name = "tbb";
    static constexpr const char* waits = "parks";
    static const char* version() { return TBB_runtime_version(); }

    template <class T, Wait, Ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) { queue_.set_capacity(std::ptrdiff_t(sizes.capacity)); }

        bool try_push(const T& element) { return queue_.try_push(element); }
        bool try_pop(T& element) { return queue_.try_pop(element); }
        void push(const T& element) { queue_.push(element); }
        void pop(T& element) { queue_.pop(element); }

    private:
        tbb::concurrent_bounded_queue<T> queue_;
    };
};

const Registration<Tbb> registration;

}  // namespace
}  // namespace peers
#endif
