#if __has_include(<boost/lockfree/queue.hpp>)
#include <boost/lockfree/queue.hpp>
#include <boost/version.hpp>

#include "../registry.hpp"

namespace peers {
namespace {

struct BoostQueue : Contender {
    static constexpr const char* name = "boost-queue";
    static constexpr const char* waits = "yields";
    static const char* version() { return BOOST_LIB_VERSION; }

    /// A queue of fixed size has 16 bits for the number of a node, of which one is a dummy and one number means none.
    static constexpr std::size_t most_capacity = 65534;

    template <class T, Wait, Ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) : queue_(sizes.capacity) {}

        bool try_push(const T& element) { return queue_.bounded_push(element); }
        bool try_pop(T& element) { return queue_.pop(element); }

    private:
        boost::lockfree::queue<T, boost::lockfree::fixed_sized<true>> queue_;
    };
};

const Registration<BoostQueue> registration;

}  // namespace
}  // namespace peers
#endif
