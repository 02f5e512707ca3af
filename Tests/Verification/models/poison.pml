/*
 * Poison in a pipeline: that every worker of every stage comes to its end, however the pipeline ends, and that no
 * element is lost on the way. Queues are taken for what the other models show them to be: each operation is one
 * step, and a waiting thread continues when the awaited element or room, or the end, is there.
 *
 * The chain: a source, a stage of W workers, a sink; queue 0 after the source, queue 1 after the stage.
 *
 * What is checked
 *   - every worker ends (no invalid end state): none waits for an element that will not come, or for room that no
 *     thread will make
 *   - every element that was made is delivered, undelivered or failed, once
 *   - if no thread failed, cancelled or left early, every element is delivered
 *   - when all have ended, every queue is closed and empty
 *   - no queue is finished by a thread that was cut short: others would take that for the end of the stream
 *   - a worker begins at most one body after the halt (with LATE)
 *
 * A worker's ends are leases: the last producer of a queue finishes it, the last consumer stops it and returns the
 * remaining elements. A stage that ends early (its body said so, or the next stage takes no more) stops the queue that it takes
 * from. A failure, or a cancel from outside, opens the halt, then stops every queue; a source may see the halt and
 * return. A thread that leaves after that first stops its own queues, if the thread that opened the halt has not reached them.
 *
 * Parameters (-D)
 *   W        workers of the stage; EACH: elements that the source makes at most; CAP: of each queue
 *   HOARD    elements that a worker of the stage takes by one call, at most
 *   FAILS, EARLY  bit n: a body of stage n may throw, or end its stage, at any element (0 source, 1 stage, 2 sink)
 *   CANCEL   a thread outside cancels, at any time
 *   LATE     bodies that begin after the halt are counted
 *   FINISHES_FIRST, ...  mutants
 */
#ifndef FAILS
#define FAILS 0
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef HOARD
#define HOARD 1
#endif

byte n[2], producers[2], consumers[2];
bool closed[2], stopped[2];   /* closed: refuses; stopped: delivers nothing more either */
bool halted, disturbed;       /* disturbed: something other than the end of the stream ended it */
bool cutShort[2];             /* a producer has left because of the halt, before its own stream had ended */
byte made, delivered, back, failed, ended;

inline stop(q) { atomic { closed[q] = true; stopped[q] = true } }

inline halt() {
    atomic { halted = true; disturbed = true }
    stop(0);
    stop(1)
}

/* One element. `ok`: it is in. Otherwise it was returned. */
inline put(q, ok) {
    if
    :: atomic { closed[q] -> ok = false;
#ifndef REFUSED_IS_LOST
        back++
#else
        skip
#endif
    }
    :: atomic { !closed[q] && n[q] < CAP -> n[q]++; ok = true }
    fi
}

/* Up to `most` elements; `got` of them, 0 at the end. */
inline take(q, most, got) {
    if
    :: atomic {
        stopped[q] -> got = 0;
        if
        :: q == 0 && halted -> cutShort[1] = true
        :: else
        fi }
    :: atomic { !stopped[q] && n[q] > 0 -> got = (n[q] < most -> n[q] : most); n[q] = n[q] - got }
    :: atomic { !stopped[q] && n[q] == 0 && closed[q] -> got = 0 }
    fi
}

inline drop_producer(q) {
#ifdef FINISHES_FIRST
    atomic { producers[q]--; closed[q] = true }
#else
    atomic { producers[q]--; last = producers[q] == 0 }
    if
    :: last ->
#ifndef NEVER_FINISHED
        atomic { assert(stopped[q] || !cutShort[q]); closed[q] = true }
#else
        skip
#endif
    :: else
    fi
#endif
}

inline drop_consumer(q) {
    atomic { consumers[q]--; last = consumers[q] == 0 }
    if
    :: last ->
#ifndef NEVER_STOPPED
        stop(q);
#endif
#ifndef LEFT_IS_LOST
        atomic { back = back + n[q]; n[q] = 0 }
#else
        n[q] = 0
#endif
    :: else
    fi
}

proctype source() {
    bool ok = true, last;
    do
    :: made < EACH && ok ->
        if
        :: made++; put(0, ok)
        :: atomic { halted -> cutShort[0] = true; break }
        :: atomic { FAILS & 1 -> cutShort[0] = true }; halt(); break
        :: EARLY & 1 -> disturbed = true; break
        fi
    :: made == EACH || !ok -> break
    od;
#ifndef SOURCE_LEAVES_QUIETLY
    if
    :: halted -> stop(0)
    :: else
    fi;
#endif
    drop_producer(0);
    ended++
}

proctype worker() {
    byte hoard = 0;
    bool ok, last, leaves = false, early = false;
#ifdef LATE
    bool late;
#endif
    do
    :: take(0, HOARD, hoard);
        if
        :: hoard == 0 -> break
        :: else
        fi;
        do
        :: hoard > 0 && !leaves ->
            hoard--;
            if
#ifndef GOES_ON_AFTER_THE_HALT
            :: atomic { halted -> back++; leaves = true; cutShort[1] = true }
#endif
            :: else ->
#ifdef LATE
                if
                :: halted -> assert(!late); late = true
                :: else
                fi;
#endif
                if
                :: put(1, ok);
                    if
                    :: ok
                    :: else -> leaves = true; early = true
                    fi
                :: atomic { FAILS & 2 -> failed++; leaves = true; cutShort[1] = true }; halt()
                :: EARLY & 2 -> failed++; disturbed = true; leaves = true; early = true
                fi
            fi
        :: hoard == 0 || leaves -> break
        od;
#ifndef HOARD_IS_LOST
        atomic { back = back + hoard; hoard = 0 }
#endif
        if
        :: leaves -> break
        :: else
        fi
    od;
    if
    :: early && !halted -> stop(0)
    :: else
    fi;
#ifndef LEAVES_QUIETLY
    if
    :: halted -> stop(0); stop(1)
    :: else
    fi;
#endif
    drop_producer(1);
    drop_consumer(0);
    ended++
}

proctype sink() {
    byte got = 0;
    bool last;
    do
    :: take(1, 1, got);
        if
        :: got == 0 -> break
        :: else
        fi;
        if
        :: delivered++
        :: FAILS & 4 -> failed++; halt(); break
        :: EARLY & 4 -> delivered++; disturbed = true; break
        fi
    od;
    drop_consumer(1);
    ended++
}

#ifdef CANCEL
proctype outside() { halt() }
#endif

init {
    atomic {
        producers[0] = 1; consumers[0] = W;
        producers[1] = W; consumers[1] = 1;
        byte i = 0;
        run source();
        do
        :: i < W -> run worker(); i++
        :: else -> break
        od;
        run sink();
#ifdef CANCEL
        run outside();
#endif
    }
    ended == W + 2;
    assert(made == delivered + back + failed);
    assert(disturbed || made == EACH && delivered == EACH);
    assert(closed[0] && closed[1] && n[0] == 0 && n[1] == 0)
}
