#include "CRingLoop.h"

#include <CRings.h>

#define CAPACITY 1023  // ConcurrencyKit's ring holds so many without a counter
#define TRYING 2       // pauses after a lost race, as the try calls have them

// What is compiled for each kind by itself: `several…` are constants where these are called.
#define EACH static inline __attribute__((always_inline))

typedef rq_status (*enqueue_call)(void *q, int64_t element);
typedef rq_status (*dequeue_call)(void *q, int64_t *element);

EACH int64_t run(void *q, int64_t pairs, enqueue_call try_enqueue, dequeue_call try_dequeue) {
    if (q == NULL) return -1;
    int64_t sum = 0;
    for (int64_t i = 0; i < pairs; i++) {
        int64_t element;
        if (try_enqueue(q, i) != RQ_DONE) break;
        if (try_dequeue(q, &element) != RQ_DONE) break;
        sum += element;
    }
    rq_gate_free(q);
    return sum;
}

static inline rq_status refused(const rq_gate *gate) { return rq_gate_is_sealed(gate) ? RQ_END : RQ_AGAIN; }

static rq_status index_enqueue(void *queue, int64_t element) {
    rq_index *q = queue;
    if (rq_index_reserve(q, 1, TRYING) == 0) return refused(&q->gate);
    *(int64_t *)rq_index_slot(q, rq_index_tail(q), sizeof element) = element;
    if (!rq_index_publish(q, 1)) return RQ_END;
    rq_signal_consumers(&q->gate);
    return RQ_DONE;
}

static rq_status index_dequeue(void *queue, int64_t *element) {
    rq_index *q = queue;
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    uint32_t ready = rq_index_claim(q, 1, TRYING);
    if (ready == 0) return rq_index_ended(q) ? RQ_END : RQ_AGAIN;
    rq_index_look_ahead(q, ready, sizeof *element);
    *element = *(int64_t *)rq_index_slot(q, rq_index_head(q), sizeof *element);
    rq_index_release(q, 1);
    rq_signal_producers(&q->gate);
    return RQ_DONE;
}

int64_t crl_index_pairs(int64_t pairs) {
    rq_index *q = rq_index_create(CAPACITY, sizeof(int64_t), _Alignof(int64_t), RQ_POLICY_ADAPTIVE);
    return run(q, pairs, index_enqueue, index_dequeue);
}

EACH rq_status stamped_enqueue(rq_stamped *q, int64_t element, bool several) {
    rq_layout layout = rq_layout_of(sizeof element, _Alignof(int64_t));
    rq_run run = several ? rq_stamped_reserve(q, 1, 1, layout, TRYING)
                         : rq_stamped_look(q, rq_load64(&q->tail), 1, layout);
    if (run.count == 0) return refused(&q->gate);
    *(int64_t *)rq_place_element(run.place, layout) = element;
    if (!several && !rq_stamped_commit(q, run)) return RQ_END;
    rq_stamped_publish(run);
    rq_signal_consumers(&q->gate);
    return RQ_DONE;
}

EACH rq_status stamped_dequeue(rq_stamped *q, int64_t *element, bool several) {
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    rq_layout layout = rq_layout_of(sizeof *element, _Alignof(int64_t));
    rq_run run = several ? rq_stamped_claim(q, 1, 1, layout, TRYING)
                         : rq_stamped_peek(q, rq_load64(&q->head), 1, layout);
    if (run.count == 0) return rq_stamped_ended(q, run.position) ? RQ_END : RQ_AGAIN;
    if (!several) rq_stamped_advance(q, run);
    *element = *(int64_t *)rq_place_element(run.place, layout);
    rq_stamped_release(run);
    rq_signal_producers(&q->gate);
    return RQ_DONE;
}

static rq_status enqueue_several(void *q, int64_t element) { return stamped_enqueue(q, element, true); }
static rq_status enqueue_sole(void *q, int64_t element) { return stamped_enqueue(q, element, false); }
static rq_status dequeue_several(void *q, int64_t *element) { return stamped_dequeue(q, element, true); }
static rq_status dequeue_sole(void *q, int64_t *element) { return stamped_dequeue(q, element, false); }

int64_t crl_stamped_pairs(int64_t pairs, bool several_producers, bool several_consumers) {
    rq_stamped *q = rq_stamped_create(
        CAPACITY, rq_layout_of(sizeof(int64_t), _Alignof(int64_t)), _Alignof(int64_t), RQ_POLICY_ADAPTIVE);
    if (!several_producers) return run(q, pairs, enqueue_sole, dequeue_several);
    return several_consumers ? run(q, pairs, enqueue_several, dequeue_several)
                             : run(q, pairs, enqueue_several, dequeue_sole);
}

// With several consumers an entry starts with the index that ck_ring gave it.
typedef struct ck_entry {
    uint32_t ticket;
    int64_t element;
} ck_entry;

EACH rq_status ck_enqueue(rq_ck *q, int64_t element, bool several, bool several_consumers) {
    rq_status status;
    if (several_consumers) {
        ck_entry entry = {.element = element};
        status = rq_ck_enqueue(q, &entry, sizeof entry, several, true);
    } else {
        status = rq_ck_enqueue(q, &element, sizeof element, several, false);
    }
    if (status == RQ_DONE) rq_signal_consumers(&q->gate);
    return status;
}

EACH rq_status ck_dequeue(rq_ck *q, int64_t *element, bool several) {
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    rq_status status;
    if (several) {
        ck_entry entry;
        status = rq_ck_dequeue(q, &entry, sizeof entry, true);
        *element = entry.element;
    } else {
        status = rq_ck_dequeue(q, element, sizeof *element, false);
    }
    if (status == RQ_DONE) rq_signal_producers(&q->gate);
    return status;
}

static rq_status enqueue_spsc(void *q, int64_t element) { return ck_enqueue(q, element, false, false); }
static rq_status enqueue_mpsc(void *q, int64_t element) { return ck_enqueue(q, element, true, false); }
static rq_status enqueue_spmc(void *q, int64_t element) { return ck_enqueue(q, element, false, true); }
static rq_status enqueue_mpmc(void *q, int64_t element) { return ck_enqueue(q, element, true, true); }
static rq_status dequeue_sc(void *q, int64_t *element) { return ck_dequeue(q, element, false); }
static rq_status dequeue_mc(void *q, int64_t *element) { return ck_dequeue(q, element, true); }

int64_t crl_ck_pairs(int64_t pairs, bool several_producers, bool several_consumers) {
    size_t stride = several_consumers ? sizeof(ck_entry) : sizeof(int64_t);
    rq_ck *q = rq_ck_create(CAPACITY, stride, _Alignof(int64_t), RQ_POLICY_ADAPTIVE);
    if (several_consumers)
        return several_producers ? run(q, pairs, enqueue_mpmc, dequeue_mc) : run(q, pairs, enqueue_spmc, dequeue_mc);
    return several_producers ? run(q, pairs, enqueue_mpsc, dequeue_sc) : run(q, pairs, enqueue_spsc, dequeue_sc);
}
