// DPDK's rte_ring, without its environment: by value, in memory of our own.
#if __has_include(<rte_ring_elem.h>)
#include <rte_ring_elem.h>
#include <rte_version.h>

#include <bit>
#include <cstdlib>
#include <new>

#include "../registry.hpp"

namespace peers {
namespace {

/// How one side of a ring is shared.
enum class Sharing { alone, many, many_in_turn };

template <Sharing producing, Sharing consuming>
class Ring {
public:
    /// The size of a ring is a power of two; one of its places stays free.
    Ring(std::size_t capacity, unsigned element_size) {
        auto size = unsigned(std::bit_ceil(std::max<std::size_t>(capacity, 2)));
        auto bytes = rte_ring_get_memsize_elem(element_size, size);
        ring_ = static_cast<rte_ring*>(std::aligned_alloc(RTE_CACHE_LINE_SIZE, std::size_t(bytes)));
        if (ring_ == nullptr || rte_ring_init(ring_, "peers", size, flags) != 0) throw std::bad_alloc();
    }
    Ring(const Ring&) = delete;
    ~Ring() { std::free(ring_); }

    template <class T>
    std::size_t enqueue(const T* elements, unsigned count) {
        if constexpr (producing == Sharing::alone)
            return rte_ring_sp_enqueue_burst_elem(ring_, elements, sizeof(T), count, nullptr);
        else if constexpr (producing == Sharing::many)
            return rte_ring_mp_enqueue_burst_elem(ring_, elements, sizeof(T), count, nullptr);
        else
            return rte_ring_mp_hts_enqueue_burst_elem(ring_, elements, sizeof(T), count, nullptr);
    }

    template <class T>
    std::size_t dequeue(T* elements, unsigned most) {
        if constexpr (consuming == Sharing::alone)
            return rte_ring_sc_dequeue_burst_elem(ring_, elements, sizeof(T), most, nullptr);
        else if constexpr (consuming == Sharing::many)
            return rte_ring_mc_dequeue_burst_elem(ring_, elements, sizeof(T), most, nullptr);
        else
            return rte_ring_mc_hts_dequeue_burst_elem(ring_, elements, sizeof(T), most, nullptr);
    }

private:
    static constexpr unsigned flags = (producing == Sharing::alone          ? RING_F_SP_ENQ
                                       : producing == Sharing::many_in_turn ? RING_F_MP_HTS_ENQ
                                                                            : 0) |
                                      (consuming == Sharing::alone          ? RING_F_SC_DEQ
                                       : consuming == Sharing::many_in_turn ? RING_F_MC_HTS_DEQ
                                                                            : 0);
    rte_ring* ring_;
};

template <Sharing many>
struct Dpdk : Contender {
    static constexpr const char* waits = "yields";
    static const char* version() { return rte_version(); }
    static constexpr bool depends_on_ends = true;

    template <class T, Wait, Ends ends>
    class Queue {
    public:
        explicit Queue(const Sizes& sizes) : ring_(sizes.capacity, sizeof(T)) {}

        bool try_push(const T& element) { return ring_.enqueue(&element, 1) == 1; }
        bool try_pop(T& element) { return ring_.dequeue(&element, 1) == 1; }
        std::size_t try_push(const T* elements, std::size_t count) { return ring_.enqueue(elements, unsigned(count)); }
        std::size_t try_pop(T* elements, std::size_t most) { return ring_.dequeue(elements, unsigned(most)); }

    private:
        Ring<ends.many_producers ? many : Sharing::alone, ends.many_consumers ? many : Sharing::alone> ring_;
    };
};

struct DpdkDefault : Dpdk<Sharing::many> {
    static constexpr const char* name = "dpdk";
};

/// With one thread on either side this would be the same as the other.
struct DpdkHts : Dpdk<Sharing::many_in_turn> {
    static constexpr const char* name = "dpdk-hts";
    static constexpr bool takes(Ends ends) { return ends.many_producers || ends.many_consumers; }
};

const Registration<DpdkDefault> registration;
const Registration<DpdkHts> registration_hts;

}  // namespace
}  // namespace peers
#endif
