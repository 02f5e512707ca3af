#include "rq_final.h"

bool rq_final_is_settled(const rq_gate *gate) {
    if (rq_load64(&gate->final) == RQ_FINAL_NONE) return false;
    rq_fence_acquire();  // E14: pairs with the release fence in rq_ring_close
    return true;
}

bool rq_final_settle(rq_gate *gate, uint32_t proposal, uint64_t *found) {
    // The fences make everything that was done before visible to threads that read the final index.
    rq_fence_full();
    bool settled = rq_cas64(&gate->final, RQ_FINAL_NONE, proposal, found);
    rq_fence_full();
    return settled;
}

uint32_t rq_final_decide(rq_gate *gate, const unsigned int *tail) {
    // Acquire: pairs with the fences of rq_final_settle. A consumer that takes up to the final index reads these slots.
    uint64_t final = rq_load64_acquire(&gate->final);
    if (final != RQ_FINAL_NONE) return (uint32_t)final;
    // E13: pairs with E11 in rq_index_enqueue_end and rq_ck_enqueue, and with E12 in rq_index_dequeue_begin. After this fence
    // the tail of every producer that did not see the mark is visible.
    rq_fence_everywhere();
    uint32_t proposal = rq_load32(tail);  // rq_final_settle has a fence before any thread reads up to this index
    if (rq_final_settle(gate, proposal, &final)) return proposal;
    return (uint32_t)final;
}

uint32_t rq_final_tail(const rq_gate *gate, const unsigned int *tail) {
    uint64_t final = rq_load64(&gate->final);
    return final == RQ_FINAL_NONE ? rq_load32(tail) : (uint32_t)final;
}
