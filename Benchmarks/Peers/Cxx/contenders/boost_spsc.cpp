#if __has_include(<boost/lockfree/spsc_queue.hpp>)
#include <boost/lockfree/spsc_queue.hpp>
#include <boost/version.hpp>

#include "../registry.hpp"

namespace peers {
namespace {

struct BoostSpsc : Contender {
    static constexpr const char* name = "boost-spsc";
    static constexpr const char* waits = "yields";
    static const char* version() { return BOOST_LIB_VERSION; }
    static constexpr bool takes(Ends ends) { return !ends.many_producers && !ends.many_consumers; }

    template <class T, Wait, Ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) : queue_(sizes.capacity) {}

        bool try_push(const T& element) { return queue_.push(element); }
        bool try_pop(T& element) { return queue_.pop(element); }
        std::size_t try_push(const T* elements, std::size_t count) { return queue_.push(elements, count); }
        std::size_t try_pop(T* elements, std::size_t most) { return queue_.pop(elements, most); }

    private:
        boost::lockfree::spsc_queue<T> queue_;
    };
};

const Registration<BoostSpsc> registration;

}  // namespace
}  // namespace peers
#endif
