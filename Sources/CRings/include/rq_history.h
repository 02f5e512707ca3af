// What a thread remembers of its last waits, for the policy of the next one. A thread remembers one ring for each side.
#ifndef RQ_HISTORY_H
#define RQ_HISTORY_H

#include "rq_gate.h"

RQ_ASSUME_NONNULL_BEGIN

typedef struct rq_history {
    const rq_gate *RQ_NULLABLE gate;  ///< of the last wait: only compared, the ring may be gone
    uint64_t position;                ///< how far the side had come when that wait began
    uint32_t elements;                ///< moved between the last two waits; UINT32_MAX: the ring is new
    uint32_t trickles;                ///< waits in a row with a trickle before them
    uint32_t long_sleeps;             ///< waits in a row that ended in a long sleep
} rq_history;

/// What the calling thread remembers of that side.
rq_history *rq_history_of(rq_side side);

/// A wait begins. Only waits with the adaptive policy are remembered.
rq_history *rq_history_begin(const rq_gate *gate, rq_side side);

/// A wait has come as far as a sleep, or to its end without one. Ignored if its ring is not the one that is remembered.
void rq_history_end(const rq_gate *gate, rq_side side, bool slept_long);

/// Whether elements trickle: the thread gains nothing by leaving the other one alone.
bool rq_history_trickles(const rq_history *history);

/// Whether this wait will probably end in a long sleep, judging by the last ones. False once in a while, to see a change.
bool rq_history_sleeps(const rq_history *history);

RQ_ASSUME_NONNULL_END

#endif
