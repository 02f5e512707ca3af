#ifndef SCENARIO_H
#define SCENARIO_H

#include "explore.h"
#include "queue.h"

typedef enum closer { NO_CLOSER, CLOSES, STOPS } closer;

/// Threads on one queue. Producers enqueue and give up their ends, and the last of these closes the queue; consumers
/// dequeue until the end. A producer that is refused tries once more.
typedef struct scenario {
    const char *name;
    queue_kind kind;
    int producers, consumers;
    uint32_t capacity;
    int elements;        ///< of each producer
    uint32_t puts, takes;  ///< elements a call, at most; 0: one
    uint32_t stride;     ///< bytes of a slot with a stamp; 0: eight, seven to a group
    int wants;           ///< a consumer leaves after this many, and no thread closes the queue; 0: at the end
    bool stays;          ///< the first consumer makes one call; the others may sleep for good if nothing is left
    closer closer;       ///< one more thread, which closes the queue at any time; if it CLOSES, no other does
    bool hasty_producer, hasty_consumer;  ///< the first one waits for a limited time, then gives up its end
    wait_kind producer_waits, consumer_waits;  ///< how the first producer, the first consumer waits
    wait_kind others_wait;  ///< how the other ends wait
    bool cancels;        ///< one more thread, which cancels the first end that suspends; that end is then given up
    bool refused;        ///< membarrier is refused: signal has a fence of its own
    bool wraps;          ///< the counters start just before they wrap
    int needless;        ///< wakes for no reason
    int bound;           ///< preemptions and the like up to which it is exhausted; one more in the long run
    int executions;      ///< at random: at least this many, if the events are rare
} scenario;

extern const scenario scenarios[];
extern const int scenario_count;

/// Whether the engine can express the scenario.
bool scenario_suits(const scenario *wanted);

ex_outcome scenario_explore(const scenario *wanted, ex_limits limits);

#endif
