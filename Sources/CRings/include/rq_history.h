// What a thread remembers about its last waits, to decide how to wait next. It remembers one ring for each side.
#ifndef RQ_HISTORY_H
#define RQ_HISTORY_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

typedef struct rq_history {
    const rq_gate *RQ_NULLABLE gate;  ///< of the last wait; only compared, because the ring may have been freed
    uint64_t position;                ///< of the side when that wait began
    uint32_t elements;                ///< moved between the last two waits; UINT32_MAX: the ring is new
    uint32_t trickles;                ///< waits in a row with a trickle before them
    uint32_t long_sleeps;             ///< waits in a row that ended in a long sleep
} rq_history;

/// What the calling thread remembers about that side.
rq_history *rq_history_of(rq_side side);

/// Records that a wait begins. Only waits with the adaptive policy are remembered.
rq_history *rq_history_begin(const rq_gate *gate, rq_side side);

/// Records that a wait has slept, or has ended without a sleep. Ignored if its ring is not the remembered one.
void rq_history_end(const rq_gate *gate, rq_side side, bool slept_long);

/// Whether elements trickle: the thread then gains nothing by leaving the other side alone.
bool rq_history_trickles(const rq_history *history);

/// Whether this wait will probably end in a long sleep, like the last ones. False once in a while, to notice a change.
bool rq_history_sleeps(const rq_history *history);

RQ_ASSUME_NONNULL_END

#endif
