#include "CRingLoop.h"

#include <CRings.h>

static inline rq_status try_enqueue(rq_index *q, int64_t element) {
    if (rq_index_reserve(q, 1, 0) == 0) return rq_gate_is_sealed(&q->gate) ? RQ_END : RQ_AGAIN;
    *(int64_t *)rq_index_slot(q, rq_index_tail(q), sizeof element) = element;
    if (!rq_index_publish(q, 1)) return RQ_END;
    rq_signal_consumers(&q->gate);
    return RQ_DONE;
}

static inline rq_status try_dequeue(rq_index *q, int64_t *element) {
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    uint32_t ready = rq_index_claim(q, 1, 0);
    if (ready == 0) return rq_index_ended(q) ? RQ_END : RQ_AGAIN;
    rq_index_look_ahead(q, ready, sizeof *element);
    *element = *(int64_t *)rq_index_slot(q, rq_index_head(q), sizeof *element);
    rq_index_release(q, 1);
    rq_signal_producers(&q->gate);
    return RQ_DONE;
}

int64_t crl_spsc_pairs(int64_t pairs) {
    rq_index *q = rq_index_create(1024, sizeof(int64_t), _Alignof(int64_t), RQ_POLICY_ADAPTIVE);
    if (q == NULL) return -1;
    int64_t sum = 0;
    for (int64_t i = 0; i < pairs; i++) {
        int64_t element;
        if (try_enqueue(q, i) != RQ_DONE) break;
        if (try_dequeue(q, &element) != RQ_DONE) break;
        sum += element;
    }
    rq_gate_free(&q->gate);
    return sum;
}
