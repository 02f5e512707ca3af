// ConcurrencyKit's ring, by the calls for its topology.
#if __has_include(<ck_ring.h>)
#include "ck_shim.h"

#include <bit>
#include <new>

#include "../registry.hpp"

namespace peers {
namespace {

template <Ends ends, std::size_t size>
struct Calls;

constexpr Ends spsc = one_to_one, spmc{false, true}, mpsc{true, false}, mpmc = many_to_many;

#define CALLS(ends, size)                                                \
    template <>                                                          \
    struct Calls<ends, size> {                                           \
        static constexpr auto enqueue = ck_shim_enqueue_##ends##_##size; \
        static constexpr auto dequeue = ck_shim_dequeue_##ends##_##size; \
    };
CK_SHIM_ALL(CALLS)
#undef CALLS

struct Ck : Contender {
    static constexpr const char* name = "ck";
    static constexpr const char* waits = "yields";
    static const char* version() { return VERSION; }
    static constexpr bool depends_on_ends = true;

    template <class T, Wait, Ends ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes)
            : ring_(ck_shim_create(unsigned(std::bit_ceil(std::max<std::size_t>(sizes.capacity, 2))), sizeof(T))) {
            if (ring_ == nullptr) throw std::bad_alloc();
        }
        Queue(const Queue&) = delete;
        ~Queue() { ck_shim_free(ring_); }

        bool try_push(const T& element) { return Calls<ends, sizeof(T)>::enqueue(ring_, &element); }
        bool try_pop(T& element) { return Calls<ends, sizeof(T)>::dequeue(ring_, &element); }

    private:
        ck_shim* ring_;
    };
};

const Registration<Ck> registration;

}  // namespace
}  // namespace peers
#endif
