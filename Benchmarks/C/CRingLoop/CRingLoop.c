#include "CRingLoop.h"

#include <CRings.h>

#define CAPACITY 1023  // ConcurrencyKit's ring holds this many without a counter
#define TRYING 2       // pauses after a lost race, as in the try calls

// Compiled separately for each kind: `several…` are constants where these are called.
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

static rq_status index_enqueue(void *queue, int64_t element) {
    rq_index *q = queue;
    rq_index_run run = rq_index_enqueue_begin(q, 1, sizeof element, TRYING);
    if (run.count == 0) return rq_final_is_settled(&q->gate) ? RQ_END : RQ_AGAIN;
    *(int64_t *)run.first = element;
    return rq_index_enqueue_end(q, 1) ? RQ_DONE : RQ_END;
}

static rq_status index_dequeue(void *queue, int64_t *element) {
    rq_index *q = queue;
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    rq_index_run run = rq_index_dequeue_begin(q, 1, sizeof *element, TRYING);
    if (run.count == 0) return rq_index_is_drained(q) ? RQ_END : RQ_AGAIN;
    *element = *(int64_t *)run.first;
    rq_index_dequeue_end(q, 1);
    return RQ_DONE;
}

int64_t crl_index_pairs(int64_t pairs) {
    rq_index *q = rq_index_create(CAPACITY, sizeof(int64_t), _Alignof(int64_t), RQ_POLICY_ADAPTIVE);
    return run(q, pairs, index_enqueue, index_dequeue);
}

EACH rq_status stamped_enqueue(rq_stamped *q, int64_t element, bool several) {
    rq_layout layout = rq_layout_of(sizeof element, _Alignof(int64_t));
    rq_run run = rq_stamped_enqueue_begin(q, layout, !several, TRYING);
    if (run.count == 0) return rq_stamped_is_closed(q) ? RQ_END : RQ_AGAIN;
    *(int64_t *)rq_place_element(run.place, layout) = element;
    return rq_stamped_enqueue_end(q, run, layout, !several) ? RQ_DONE : RQ_END;
}

EACH rq_status stamped_dequeue(rq_stamped *q, int64_t *element, bool several) {
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    rq_layout layout = rq_layout_of(sizeof *element, _Alignof(int64_t));
    rq_run run = rq_stamped_dequeue_begin(q, layout, !several, TRYING);
    if (run.count == 0) return rq_stamped_is_drained(q) ? RQ_END : RQ_AGAIN;
    *element = *(int64_t *)rq_place_element(run.place, layout);
    rq_stamped_dequeue_end(q, run, layout);
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
    if (!several_consumers) return rq_ck_enqueue(q, &element, sizeof element, several, false);
    ck_entry entry = {.element = element};
    return rq_ck_enqueue(q, &entry, sizeof entry, several, true);
}

EACH rq_status ck_dequeue(rq_ck *q, int64_t *element, bool several) {
    if (rq_gate_is_stopped(&q->gate)) return RQ_END;
    if (!several) return rq_ck_dequeue(q, element, sizeof *element, false);
    ck_entry entry;
    rq_status status = rq_ck_dequeue(q, &entry, sizeof entry, true);
    *element = entry.element;
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
