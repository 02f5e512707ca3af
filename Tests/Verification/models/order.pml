/*
 * A stage that preserves the order: Sequencer and Turns of Pipelines. The next queue is taken for what the other models
 * show it to be: each operation happens at once. What the code does with the monitor held is one step, because nothing
 * that another thread reads changes in between; `turn` is read without it.
 *
 * Worker ──▶ takes an element and its number ──▶ body emits ──▶ outbox, or straight into the queue at its turn
 *
 * What is checked
 *   - every worker ends (no invalid end state), whichever thread ends, stops or leaves, and when
 *   - elements enter the queue in order: by number, within a number as emitted, and after all of them the ends by worker
 *   - no outbox has more than BOUND elements, and no two numbers share a place in the window
 *   - everything that was emitted has entered the queue or was refused, once; without a stop nothing is refused
 *
 * An element is number * MAKES + its place among those of its body, so an outbox is its first element and a count.
 *
 * A wait for the turn is a wait for a signal, and checks now and then whether the next queue is closed. It is not modelled as a wait with a timeout: a turn that is not signalled is a hang here.
 *
 * Parameters (-D)
 *   W        workers, at most 3; EACH: elements of the stream; MAKES: elements that a body emits at most; ENDS: the same for what a
 *            worker does at its end, at most MAKES
 *   BOUND    elements in an outbox; WINDOW: numbers that wait for their turn; CAP: of the next queue
 *   COLLECTS outboxes are used at the turn, too, until they are full: of a stage that may forget
 *   EARLY    a body may end the stage; FAILS: a body may fail the pipeline
 *   ENDLESS  the stream has no end: the body of the last element ends the stage, and that stops the queue before it
 *   CANCEL   a thread outside stops everything, at any time; LEAVES: no stage wants more of the next queue, at any time
 *   HELD     the body of the first element returns when all other workers have ended
 *   THREADLESS  how many workers, the last ones, got no thread; that stops everything
 *   TURN_IS_NOT_AWAITED, ...  mutants
 */
#ifndef ENDS
#define ENDS 0
#endif
#ifndef THREADLESS
#define THREADLESS 0
#endif

#define OVER 255
#define END_TURN 128            /* + the worker whose end it is */
#define NONE 254

byte taken, next, nextEnd, arrived, ended;
byte turn;                      /* a number, END_TURN + a worker, or OVER */
bool isFull[WINDOW], hasEnded[W];
byte slotFrom[WINDOW], slotCount[WINDOW], endFrom[W], endCount[W];
bool over, asleep[W];

bool halted;                    /* the pipeline is to stop */
bool inputStopped;              /* the queue before the stage delivers no more */
byte n;                         /* elements in the next queue */
bool closed;                    /* the next queue takes no more */

byte emitted, accepted, refusedCount;
short newest = -1;

inline wakeAll() {
#ifndef NOBODY_IS_WOKEN
    asleep[0] = false;
    asleep[W / 2] = false;
    asleep[W - 1] = false
#else
    skip
#endif
}

/* One element into the next queue. */
inline push(element) {
    if
    :: atomic { closed -> refusedCount++; refused = true }
    :: atomic { !closed && n < CAP -> n++; accepted++; assert(element > newest); newest = element }
    fi
}

/* All of an outbox. */
inline drain() {
    do
    :: count > 0 -> push(from); atomic { from++; count-- }
    :: else -> break
    od
}

/* No stage wants more: from here on every element is refused, so no order is left to keep. A stop closes the queues. */
inline giveUp() { atomic { over = true; turn = OVER; wakeAll() } }

#ifdef STOP_IS_NOT_LOOKED_AT
#define mayStop false
#else
#ifdef OVER_BEFORE_THE_QUEUE_IS_CLOSED
#define mayStop (halted || closed)
#else
#define mayStop closed
#endif
#endif

inline awaitUntil(condition) {
    do
    :: atomic { (condition) || over -> break }
    :: atomic { !(condition) && !over && mayStop } -> giveUp(); break
    :: atomic { !(condition) && !over && !mayStop -> asleep[me] = true };
        if
        :: !asleep[me]
        :: atomic { asleep[me] && mayStop -> asleep[me] = false }
        fi
    od
}

/* `ticket` is the value of `turn` when it is this worker's turn. */
#ifdef COLLECTS
#define mayGo false
#else
#define mayGo (turn == ticket || turn == OVER)
#endif
inline emit(element) {
    emitted++;
    if
    :: isDirect -> push(element)
    :: else ->
        if
        :: atomic { mayGo -> isDirect = true }
#ifndef OUTBOX_AFTER_THE_FIRST
            drain();
#endif
            push(element)
        :: atomic { !mayGo && count < BOUND ->
            if
            :: count == 0 -> from = element
            :: else
            fi;
            count++ }
        :: atomic { !mayGo && count >= BOUND } ->
#ifdef OUTBOX_HAS_NO_BOUND
            atomic { count++; assert(count <= BOUND) }
#else
#ifndef TURN_IS_NOT_AWAITED
            awaitUntil(turn == ticket);
#endif
            isDirect = true;
            drain();
            push(element)
#endif
        fi
    fi
}

/* The results of a number: left for its turn, or delivered with all that are due after it. */
inline put() {
#ifndef WINDOW_IS_NOT_AWAITED
    awaitUntil(number < next + WINDOW);
#endif
    atomic {
        if
        :: over
        :: !over && number != next ->
            assert(!isFull[number % WINDOW]);
            isFull[number % WINDOW] = true;
            slotFrom[number % WINDOW] = from;
            slotCount[number % WINDOW] = count;
            count = 0
        :: !over && number == next -> delivers = true
        fi
    }
#ifdef MOVES_ON_BEFORE_IT_DELIVERS
    atomic {
        if
        :: delivers && !over -> turn = next + 1; wakeAll()
        :: else
        fi
    }
#endif
    drain();                                           /* even after the end: everything is refused */
    do
    :: delivers ->
        atomic {
            next++;
            if
#ifndef NO_CHAIN
            :: isFull[next % WINDOW] ->
                isFull[next % WINDOW] = false;
                from = slotFrom[next % WINDOW];
                count = slotCount[next % WINDOW];
                slotFrom[next % WINDOW] = 0;
                slotCount[next % WINDOW] = 0
#endif
            :: else -> delivers = false
            fi;
            turn = (over -> OVER : next);
            wakeAll()
        }
        drain()
    :: else -> break
    od;
    number = NONE;
    isDirect = false
}

/* The ends that are due, by workers. */
inline deliverEnds() {
    do
    :: atomic { nextEnd < W && hasEnded[nextEnd] ->
        hasEnded[nextEnd] = false;
        from = endFrom[nextEnd];
        count = endCount[nextEnd];
        endFrom[nextEnd] = 0;
        endCount[nextEnd] = 0 };
        drain();
        atomic { nextEnd++; turn = (over -> OVER : END_TURN + nextEnd); wakeAll() }
    :: atomic { !(nextEnd < W && hasEnded[nextEnd]) -> turn = (over -> OVER : END_TURN + nextEnd); wakeAll(); break }
    od
}

/* This worker takes no more. The last one begins the ends. */
inline arrive() {
    atomic {
        arrived++;
        delivers = (arrived == W && !over)
    };
#ifdef ENDS_DO_NOT_WAIT
    turn = END_TURN + me;
#endif
    if
    :: delivers -> delivers = false; deliverEnds()
    :: else
    fi
}

inline finish() {
    atomic {
        if
        :: over
        :: !over && arrived == W && nextEnd == me -> delivers = true
        :: !over && !(arrived == W && nextEnd == me) ->
            hasEnded[me] = true; endFrom[me] = from; endCount[me] = count; count = 0
        fi
    };
    drain();
    if
    :: delivers -> atomic { delivers = false; nextEnd++ }; deliverEnds()
    :: else
    fi;
    /* The last one of all takes the remaining results, which exist only after an early end. */
    atomic { ended++; delivers = (ended == W) };
#ifndef WHAT_IS_LEFT_IS_LOST
    do
    :: delivers && place < WINDOW ->
        atomic { from = slotFrom[place]; count = slotCount[place]; isFull[place] = false; slotCount[place] = 0 };
        drain();
        place++
    :: else -> place = 0; break
    od;
    do
    :: delivers && place < W ->
        atomic { from = endFrom[place]; count = endCount[place]; hasEnded[place] = false; endCount[place] = 0 };
        drain();
        place++
    :: else -> place = 0; break
    od
#endif
    gone++
}

#define NOT_YET 0
#define BY_ITSELF 1
#define BY_STOP 2

byte gone;

/* A stream without end has a last element that is processed. */
#ifdef ENDLESS
#define goesOn (number < EACH - 1)
#else
#define goesOn true
#endif

proctype worker(byte me) {
    byte number = NONE, from, count, made, exit, ticket, place;
    bool isDirect, refused, delivers;
    do
    :: me >= W - THREADLESS -> exit = BY_STOP; halted = true; inputStopped = true; closed = true; break
    :: me < W - THREADLESS && exit == NOT_YET ->
        if
        :: atomic { !inputStopped && taken < EACH -> number = taken; ticket = taken; taken++; }
#ifndef ENDLESS
        :: atomic { taken == EACH || inputStopped -> break }
#else
        :: inputStopped -> break
#endif
        fi;
#ifdef HELD
        if
        :: number == 0 -> (ended == W - 1)
        :: else
        fi;
#endif
        if
        :: halted -> exit = BY_STOP; break
        :: else
        fi;
        do
        :: made < MAKES && !refused -> emit(number * MAKES + made); made++
        :: break
        od;
        made = 0;
        if
        :: refused -> exit = BY_ITSELF
        :: !refused && goesOn
#ifdef EARLY
        :: !refused -> exit = BY_ITSELF
#endif
#ifdef FAILS
        :: !refused -> exit = BY_STOP; halted = true; inputStopped = true; closed = true; break
#endif
        fi;
        put();
        if
        :: refused && exit == NOT_YET -> exit = BY_ITSELF
        :: else
        fi
    :: me < W - THREADLESS && exit != NOT_YET -> break
    od;
#ifndef LEAVES_AFTER_ITS_END
    if
    :: exit == BY_ITSELF && !halted -> inputStopped = true
    :: else
    fi;
#endif
    if
    :: exit == BY_STOP -> closed = true                /* halted: it stops its own queues, if no other thread has yet */
    :: exit != BY_STOP && halted -> closed = true
    :: exit != BY_STOP && !halted ->
        arrive();
        ticket = END_TURN + me;
        do
        :: made < ENDS && !refused -> emit((EACH + me) * MAKES + made); made++
        :: break
        od;
        made = 0
    fi;
#ifdef LEAVES_AFTER_ITS_END
    if
    :: exit == BY_ITSELF && !halted -> inputStopped = true
    :: else
    fi;
#endif
    finish()
}

/* The next stage. */
proctype taker() {
    do
    :: atomic { n > 0 -> n-- }
#ifdef LEAVES
    :: closed = true; break
#else
    :: n == 0 && (gone == W || closed) -> break
#endif
    od
}

#ifdef CANCEL
proctype outside() {
    halted = true;
    inputStopped = true;
    closed = true
}
#endif

init {
    byte w;
    atomic {
        do
        :: w < W -> run worker(w); w++
        :: else -> break
        od;
        run taker();
#ifdef CANCEL
        run outside()
#endif
    }
    gone == W;
    assert(emitted == accepted + refusedCount);
    assert(closed || (refusedCount == 0 && next == taken && nextEnd == W));
    w = 0;
    do
    :: w < WINDOW -> assert(!isFull[w] && slotCount[w] == 0); w++
    :: else -> break
    od
}
