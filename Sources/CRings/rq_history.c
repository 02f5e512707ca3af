#include "rq_history.h"

#include "rq_ring.h"
#include "rq_tunables.h"

static _Thread_local rq_history histories[2];

rq_history *rq_history_of(rq_side side) { return &histories[side]; }

rq_history *rq_history_begin(const rq_gate *gate, rq_side side) {
    rq_history *history = &histories[side];
    uint64_t position = rq_ring_progress(gate, side);
    uint64_t moved = position - history->position;
    if (history->gate != gate) {
        *history = (rq_history){.gate = gate, .elements = UINT32_MAX};
    } else {
        history->elements = moved < UINT32_MAX ? (uint32_t)moved : UINT32_MAX;
        history->trickles = moved <= rq_tunables.trickle_elements_max ? history->trickles + 1 : 0;
    }
    history->position = position;
    return history;
}

void rq_history_end(const rq_gate *gate, rq_side side, bool slept_long) {
    rq_history *history = &histories[side];
    if (history->gate == gate) history->long_sleeps = slept_long ? history->long_sleeps + 1 : 0;
}

bool rq_history_trickles(const rq_history *history) { return history->trickles >= rq_tunables.trickle_waits_min; }

bool rq_history_sleeps(const rq_history *history) {
    return history->long_sleeps >= rq_tunables.long_sleeps_min &&
           history->long_sleeps % rq_tunables.waits_per_attempt != 0;
}
