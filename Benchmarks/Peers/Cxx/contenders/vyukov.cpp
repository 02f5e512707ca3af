#include "vyukov.h"

#include <bit>
#include <new>

#include "../registry.hpp"

namespace peers {
namespace {

struct VyukovYield : Contender {
    static constexpr const char* name = "vyukov-yield";
    static constexpr const char* waits = "yields";
    static const char* version() { return "1"; }

    template <class T, Wait, Ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) {
            if (!vyukov_init(&queue_, std::bit_ceil(std::max<std::size_t>(sizes.capacity, 2)), sizeof(T)))
                throw std::bad_alloc();
        }
        Queue(const Queue&) = delete;
        ~Queue() { vyukov_destroy(&queue_); }

        bool try_push(const T& element) { return vyukov_enqueue(&queue_, &element, sizeof(T)); }
        bool try_pop(T& element) { return vyukov_dequeue(&queue_, &element, sizeof(T)); }

    private:
        vyukov queue_;
    };
};

const Registration<VyukovYield> registration;

}  // namespace
}  // namespace peers
