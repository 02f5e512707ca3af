/*
 * The life of a run: Life, PipelineCore and PipelineCore+Ending of Pipelines. The code accesses Life with a lock held, so
 * each access is one step here. It opens latches without the lock, so those are steps of their own. Both are sequentially
 * consistent: the lock and the queue inside of a latch order what the code does before and after them.
 *
 *               run()            the last worker ends             run() leaves
 *     BUILDING ───────▶ RUNNING ─────────────────────▶ ENDED ─────────────────────▶
 *                          │                             ▲
 *                          │ a shutdown times out        │ the last worker ends
 *                          └──────────▶ GIVEN_UP ────────┘
 *                                          │ run() leaves
 *                                          └──────────────────────────────────────▶ ABANDONED
 *
 * A drain makes DRAINING of RUNNING, or of BUILDING when run() begins; DRAINING goes on as RUNNING does.
 *
 * What is checked
 *   - an action that was registered before or during a stopped run is called exactly once; before run() returns, unless it
 *     was registered after the stop; and never of a run that finished
 *   - an action is called only when all queues are stopped and every worker that looks sees that
 *   - the outcome is the accepted stop; only the first cancel or failure counts; a stop that comes too late
 *     changes nothing
 *   - sources end by a drain, whenever it comes, and by nothing else in a run that finished
 *   - run() returns only when every worker has ended, or as abandoned, and then at least one has not; and when the queues
 *     of a stopped run are stopped
 *   - every thread ends: run() does not hang (no invalid end state)
 *
 * Parameters (-D)
 *   W            workers
 *   WAITS        bit w: worker w waits at a queue until that is stopped
 *   ASLEEP       bit w: worker w is in a system call until an action wakes it, and then looks for the stop once more
 *   HANGS        bit w: worker w does not return before run() has
 *   FAILS, EARLY bit w: the body of worker w throws, or has seen enough; or ends by itself
 *   CANCELS, FAILURES   threads that cancel, or fail the run, at any time
 *   SOURCES      bit w: the body of worker w emits until it is drained or stopped
 *   DRAINS       threads that drain, with a deadline that passes at any time, or with FOREVER not at all
 *   UNATTENDED   no drain waits: run() cancels at the deadline
 *   SHUTDOWNS    threads that shut down, with a timeout that expires at any time
 *   REGISTERS    threads that register an action at any time; one more action is always registered before all else
 *   NO_QUEUE     a queue cannot be made;  NO_THREAD  there may be no more threads
 *   others       mutants; DROPPED_WITH_A_STOP_UNDER_WAY and ABANDONED_BY_THE_SHUTDOWN were shipped once
 */
#ifndef WAITS
#define WAITS 0
#endif
#ifndef ASLEEP
#define ASLEEP 0
#endif
#ifndef HANGS
#define HANGS 0
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef SOURCES
#define SOURCES 0
#endif
#ifndef DRAINS
#define DRAINS 0
#endif
#ifndef SHUTDOWNS
#define SHUTDOWNS 0
#endif
#ifndef REGISTERS
#define REGISTERS 0
#endif
#define ACTIONS (REGISTERS + 1)

#define BUILDING 0
#define RUNNING 1
#define GIVEN_UP 2
#define ENDED 3
#define ABANDONED 4
#define DRAINING 5

#define NONE 0
#define AN_EARLY_END 1
#define A_CANCEL 2
#define A_FAILURE 3

#define UNKNOWN 0
#define LISTED 1
#define CALLED 2
#define DROPPED 3

/* Life */
byte phase, left, cause, stopping, registered[ACTIONS];
bool isActed, hasEnded[W], drainsAtOnce, hasWorkers;
/* latches, and state outside of Life */
bool halt, edges, taking = true, over, released, woken[W], drained, deadline;

/* State for the assertions. */
byte ran[ACTIONS], first, threads, returned;
bool early[ACTIONS];       /* registered before the stop */

#define FINISHED (phase == ENDED && cause == NONE)
#define MAY_LEAVE ((phase == ENDED || phase == GIVEN_UP) && stopping == 0)

/* Calls action a. Workers that sleep in a system call wake. The queues are stopped by then; or those before an early end
 * are, and a cancel that came in the meantime has yet to stop the others. */
inline call(a) {
    d_step {
        assert(halt && edges || !taking);
        ran[a]++;
        assert(ran[a] == 1);
        k = 0;
        do
        :: k < W -> woken[k] = true; k++
        :: else -> k = 0; break
        od
    }
}

/* Life.acted: a stop, or a late action, is done. */
inline acted() {
    atomic {
        stopping--;
        if
        :: MAY_LEAVE -> mine = true
        :: else
        fi
    };
    if
    :: mine -> mine = false; released = true
    :: else
    fi
}

/* PipelineCore.act: takes the actions that no other stop has taken, and calls them. */
inline act() {
#ifndef TAKEN_AT_THE_STOP
    atomic {
        isActed = true;
        k = 0;
        do
        :: k < ACTIONS && registered[k] == LISTED ->
            taken[k] = true;
#ifndef CALLED_BY_EACH_STOP
            registered[k] = CALLED;
#endif
            k++
        :: k < ACTIONS && registered[k] != LISTED -> k++
        :: else -> k = 0; break
        od
    };
#endif
#ifdef ACTED_BEFORE_THE_CALLS
    acted();
#endif
    a = 0;
    do
    :: a < ACTIONS && taken[a] -> taken[a] = false; call(a); a++
    :: a < ACTIONS && !taken[a] -> a++
    :: else -> a = 0; break
    od;
#ifndef ACTED_BEFORE_THE_CALLS
    acted()
#endif
}

/* Life.stop: accepted until the last worker has ended. Only the first cancel or failure counts. */
inline accept(why) {
    atomic {
        if
#ifdef ACCEPTED_TOO_LATE
        :: phase != ABANDONED ->
#else
        :: phase != ENDED && phase != ABANDONED ->
#endif
            mine = true;
#ifdef THE_LAST_STOP_STANDS
            cause = why;
#else
            if
            :: why == AN_EARLY_END && cause == NONE -> cause = why
            :: why != AN_EARLY_END && cause < A_CANCEL -> cause = why
            :: else
            fi;
#endif
            if
            :: why != AN_EARLY_END && first == NONE -> first = why
            :: else
            fi;
#ifndef A_STOP_COUNTS_LATE
            stopping++;
#endif
#ifdef TAKEN_AT_THE_STOP
            isActed = true;
            k = 0;
            do
            :: k < ACTIONS && registered[k] == LISTED -> registered[k] = CALLED; taken[k] = true; k++
            :: k < ACTIONS && registered[k] != LISTED -> k++
            :: else -> k = 0; break
            od;
#endif
        :: else
        fi
    }
}

/* PipelineCore.stop */
inline stop(why) {
    accept(why);
    if
    :: mine ->
        mine = false;
#ifdef ACTS_BEFORE_IT_STOPS
        act();
        halt = true;
        edges = true
#else
        halt = true;
        edges = true;
#ifdef A_STOP_COUNTS_LATE
        stopping++;
#endif
        act()
#endif
    :: else
    fi
}

/* PipelineCore.endsEarly */
inline endsEarly() {
    accept(AN_EARLY_END);
    if
    :: mine -> mine = false; taking = false; act()
    :: else
    fi
}

/* PipelineCore.ended: worker w, or W for the start of them all. */
inline ended(w) {
    atomic {
        if
        :: w < W -> hasEnded[w] = true
        :: else
        fi;
        left--;
        if
        :: left == 0 ->
            last = true;
            if
            :: phase != ABANDONED -> phase = ENDED
            :: else
            fi;
            k = 0;
            do
#ifdef DROPPED_WITH_A_STOP_UNDER_WAY
            :: k < ACTIONS && registered[k] == LISTED -> registered[k] = DROPPED; k++
            :: k < ACTIONS && registered[k] != LISTED -> k++
#else
            :: k < ACTIONS && registered[k] == LISTED && cause == NONE -> registered[k] = DROPPED; k++
            :: k < ACTIONS && (registered[k] != LISTED || cause != NONE) -> k++
#endif
            :: else -> k = 0; break
            od
        :: else
        fi;
        if
#ifdef LEAVES_WITH_A_STOP_UNDER_WAY
        :: phase == ENDED -> mine = true
#else
        :: MAY_LEAVE -> mine = true
#endif
        :: else
        fi
    };
    if
    :: last -> last = false; over = true
    :: else
    fi;
    if
#ifdef THE_LAST_WORKER_TELLS_NOBODY
    :: mine -> mine = false
#else
    :: mine -> mine = false; released = true
#endif
    :: else
    fi
}

/* The wait of a body: for its queue, an action, or a call that returns only after run(). */
inline body(w) {
    if
    :: (HANGS >> w) & 1 -> returned > 0
    :: !((HANGS >> w) & 1) && (SOURCES >> w) & 1 -> drained || halt || !taking
    :: !((HANGS >> w) & 1) && (WAITS >> w) & 1 -> edges || !taking
    :: !((HANGS >> w) & 1) && (ASLEEP >> w) & 1 ->
        woken[w];
        woken[w] = false;
        /* Woken once, and it sees no stop: it would go back to sleep for ever. */
        halt || !taking
    :: else
    fi
}

proctype worker(byte w) {
    byte k, a;
    bool mine, last, taken[ACTIONS];
    body(w);
    if
    :: (FAILS >> w) & 1 -> stop(A_FAILURE)
    :: (EARLY >> w) & 1 -> endsEarly()
    :: true
    fi;
    ended(w);
    threads--
}

proctype stopper(byte why) {
    byte k, a;
    bool mine, taken[ACTIONS];
    stop(why);
    threads--
}

/* PipelineCore.drain */
proctype drain() {
    byte k, a;
    bool mine, taken[ACTIONS];
    atomic {
        if
#ifdef A_DRAIN_BEFORE_THE_RUN_IS_FORGOTTEN
        :: phase == BUILDING
#else
        :: phase == BUILDING -> drainsAtOnce = true
#endif
        :: phase == RUNNING -> phase = DRAINING
        :: phase != BUILDING && phase != RUNNING
        fi;
        mine = (phase == DRAINING && hasWorkers)
    };
    if
    :: mine -> mine = false; drained = true
    :: else
    fi;
#ifdef UNATTENDED
    deadline = true;
#else
    if
    :: phase == BUILDING -> deadline = true; goto out
    :: else
    fi;
    if
    :: released
#ifndef FOREVER
    :: stop(A_CANCEL)                   /* the deadline passes */
#endif
    fi;
#endif
out:
    threads--
}

/* Pipeline.shutdown */
proctype shutdown() {
    byte k, a;
    bool mine, taken[ACTIONS];
    stop(A_CANCEL);
    atomic {
        if
        :: phase == BUILDING -> goto out
        :: else
        fi
    };
    if
    :: over -> goto out
    :: true                             /* its deadline has passed */
    fi;
    atomic {
#ifdef GIVEN_UP_AFTER_THE_END
        if
        :: phase != ABANDONED -> phase = GIVEN_UP
        :: else
        fi;
#else
        if
        :: phase == RUNNING -> phase = GIVEN_UP
#ifndef A_DRAINING_RUN_IS_NOT_GIVEN_UP
        :: phase == DRAINING -> phase = GIVEN_UP
#endif
        :: else
        fi;
#endif
#ifdef ABANDONED_BY_THE_SHUTDOWN
        if
        :: phase == GIVEN_UP -> phase = ABANDONED; mine = true
        :: else
        fi;
#endif
        if
        :: MAY_LEAVE -> mine = true
        :: else
        fi
    };
    if
#ifdef A_SHUTDOWN_RELEASES_NOBODY
    :: mine -> mine = false
#else
    :: mine -> mine = false; released = true
#endif
    :: else
    fi;
out:
    threads--
}

/* Pipeline.onStop */
inline register(which) {
    atomic {
        if
        :: phase == ENDED && cause == NONE -> registered[which] = DROPPED
        :: !(phase == ENDED && cause == NONE) && !isActed ->
            registered[which] = LISTED;
            early[which] = (cause == NONE)
#ifdef A_LATE_ACTION_IS_FORGOTTEN
        :: !(phase == ENDED && cause == NONE) && isActed
#else
        :: !(phase == ENDED && cause == NONE) && isActed ->
            registered[which] = CALLED;
            stopping++;
            mine = true
#endif
        fi
    };
    if
    :: mine -> mine = false; call(which); acted()
    :: else
    fi
}

proctype registrar(byte which) {
    byte k;
    bool mine;
    register(which);
    threads--
}

/* Pipeline.run */
proctype runs() {
    byte k, a, w, state;
    bool mine, last, taken[ACTIONS];
#ifdef THE_START_DOES_NOT_COUNT
    atomic { phase = RUNNING };
#else
    atomic { phase = (drainsAtOnce -> DRAINING : RUNNING); left = 1 };
#endif
#ifdef NO_QUEUE
    stop(A_FAILURE);
#else
#ifndef THE_START_DOES_NOT_COUNT
    atomic { left = left + W; hasWorkers = true; mine = (phase == DRAINING) };
#ifdef A_DRAIN_BEFORE_THE_WORKERS_IS_MISSED
    mine = false;
#endif
    if
    :: mine -> mine = false; drained = true
    :: else
    fi;
#endif
    do
    :: w < W ->
#ifdef THE_START_DOES_NOT_COUNT
        atomic { left++ };
#endif
        if
        :: halt -> ended(w)
        :: !halt -> atomic { threads++; run worker(w) }
#ifdef NO_THREAD
        :: !halt -> stop(A_FAILURE); ended(w)
#endif
        fi;
        w++
    :: else -> w = 0; break
    od;
#endif
#ifndef THE_START_DOES_NOT_COUNT
    ended(W);
#endif
    do
    :: released -> break
#ifndef FOREVER
    :: atomic { deadline && !released -> deadline = false };
#ifndef NOBODY_KEEPS_THE_DEADLINE
        stop(A_CANCEL)
#endif
#endif
    od;
    released;
    d_step {
        /* Life.leave */
        if
        :: phase == GIVEN_UP -> phase = ABANDONED
        :: else
        fi;
        /* The outcome is true. */
        assert(phase == ENDED || phase == ABANDONED);
        state = 0;
        k = 0;
        do
        :: k < W -> state = state + (hasEnded[k] -> 0 : 1); k++
        :: else -> k = 0; break
        od;
#ifdef NO_QUEUE
        state = 0;
#endif
        assert((phase == ABANDONED) == (state > 0));
        assert(phase != ENDED || left == 0);
        assert(cause < A_CANCEL || halt && edges);
        assert(cause == NONE || isActed);
        assert(phase != ABANDONED || cause != NONE);
        assert(first == NONE || cause == first);
        assert(first != NONE || cause < A_CANCEL);
        assert(cause != NONE || SOURCES == 0 || drained);
        k = 0;
        do
        :: k < ACTIONS ->
            assert(!FINISHED || ran[k] == 0 && registered[k] != LISTED);
            assert(FINISHED || !early[k] || ran[k] == 1);
            k++
        :: else -> k = 0; break
        od;
        returned = 1
    };
    threads--
}

init {
    byte k;
    atomic {
        registered[0] = LISTED;
        early[0] = true;
        threads = 1 + CANCELS + FAILURES + DRAINS + SHUTDOWNS + REGISTERS;
        run runs();
        do :: k < CANCELS -> run stopper(A_CANCEL); k++ :: else -> k = 0; break od;
        do :: k < FAILURES -> run stopper(A_FAILURE); k++ :: else -> k = 0; break od;
        do :: k < DRAINS -> run drain(); k++ :: else -> k = 0; break od;
        do :: k < SHUTDOWNS -> run shutdown(); k++ :: else -> k = 0; break od;
        do :: k < REGISTERS -> k++; run registrar(k) :: else -> k = 0; break od
    };
    threads == 0;
    /* Whenever it was registered: once for a run that was stopped, never for one that finished. */
    assert(returned == 1 && left == 0 && stopping == 0);
    do
    :: k < ACTIONS -> assert(ran[k] == (cause == NONE -> 0 : 1)); k++
    :: else -> break
    od
}
