/*
 * The bound on the elements in a pipeline: InFlight of Pipelines, in the order of its accesses, under x86-TSO. Queues are
 * taken for what the other models show them to be: each operation is one step, and a full fence. (A plain store
 * leaves the buffer between the stores before and after it: as if it had been made then.)
 *
 * The chain: sources, a stage of makers if there is one, sinks; queue 0 after the sources, queue 1 after the makers.
 *
 * What is checked
 *   - no thread sleeps while there is room, or after a stop: every thread ends (no invalid end state)
 *   - a source lets in no more than the bound: BOUND, and for an element that goes to WIDTH queues as many more as the
 *     others of each source may be; not after a stop, when no source waits any more, and not if a maker makes several of
 *     one
 *   - the sum is never too low: it is at least the number of elements at the moment when the last cell that ends a way
 *     was read
 *
 * Where the labels of the code are
 *   E15 left: the meter's store (DONE), a fence, the load of `waiting`
 *   E16 enter: the store of `waiting`, a fence, the sum
 *
 * What stands for what
 *   meters         DONE, BACK of takers, EMITTED, REFUSED of makers, MOVED of sources and makers: each cell has one
 *                  writer and is read by a step of its own. The locks that a sum takes on its way order nothing here.
 *   store buffers  two entries a thread, the oldest written back at any time. An entry is the increment of its cell: no other
 *                  thread writes there, or only with the monitor held. To lock, to unlock and to wait writes back all.
 *   alive          elements in queues and in hands of workers; `inside` the same, without a maker's element after the
 *                  first of its results was passed on
 *
 * Parameters (-D)
 *   SOURCES, MAKERS, SINKS  threads; BOUND, EACH: elements that a source makes; CAP: of each queue
 *   HOARD    elements that a worker takes by one call, at most; MAKES: elements that a maker makes of one
 *   WIDTH    queues that an element of a source goes to, all of them queue 0 here
 *   FAILS, EARLY  bit 0: a body of a sink may throw, or end its stage, at any element; bit 1: of a maker
 *   CANCEL   a thread outside cancels, at any time
 *   PATIENT  source 0 ends only when the others have
 *   HELD     how many bodies have begun when one waits until all sources have ended
 *   SPURIOUS how many times a source may wake for no reason
 *   BOUND_ALONE  the sum is not checked, only the number of elements that it lets in
 *   NO_..., and others  mutants
 */
#ifndef MAKERS
#define MAKERS 0
#endif
#ifndef HOARD
#define HOARD 1
#endif
#ifndef MAKES
#define MAKES 1
#endif
#ifndef WIDTH
#define WIDTH 1
#endif
#ifndef FAILS
#define FAILS 0
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef HELD
#define HELD 0
#endif
#ifndef SPURIOUS
#define SPURIOUS 0
#endif

#define TAKERS (SOURCES + MAKERS + SINKS) /* threads below this: sources, makers, sinks */
#ifdef CANCEL
#define NT (TAKERS + 1)
#else
#define NT TAKERS
#endif

#define DONE 0
#define BACK NT
#define EMITTED (2 * NT)
#define MOVED (3 * NT)
#define REFUSED (4 * NT)
#define WAITING (5 * NT)
#define HALT (5 * NT + 1)
byte word[5 * NT + 2];
byte buffered[NT], which[2 * NT], more[2 * NT];

byte n[2];
bool closed[2], stopped[2];
byte producers[2], consumers[2];

bool locked, asleep[SOURCES];  /* the monitor, and the threads that wait at its condition */
byte reserved;
byte spurious = SPURIOUS;

byte alive, inside, begun, through, ended;

inline writeBack(t) {
    word[which[2 * (t)]] = word[which[2 * (t)]] + more[2 * (t)];
    which[2 * (t)] = which[2 * (t) + 1];
    more[2 * (t)] = more[2 * (t) + 1];
    which[2 * (t) + 1] = 0;
    more[2 * (t) + 1] = 0;
    buffered[t]--
}
inline fence(t) {
    if :: buffered[t] > 0 -> writeBack(t) :: else fi;
    if :: buffered[t] > 0 -> writeBack(t) :: else fi
}
inline store(c, by) {
    atomic {
        buffered[me] < 2 ->
        which[2 * me + buffered[me]] = c;
        more[2 * me + buffered[me]] = by;
        buffered[me]++
    }
}

/* Monitor ------------------------------------------------------------------------------------------------------- */

inline lock() { atomic { !locked -> locked = true; fence(me) } }
inline unlock() { d_step { fence(me); locked = false } }
inline wait() {
    d_step { fence(me); locked = false; asleep[me] = true };
    if
    :: !asleep[me]
    :: atomic { asleep[me] && spurious > 0 -> spurious--; asleep[me] = false }
    fi;
    lock()
}
inline wakeAll() {
    d_step {
        asleep[0] = false;
        asleep[SOURCES - 1] = false
    }
}

/* InFlight ------------------------------------------------------------------------------------------------------ */

inline wake() {
#ifdef WAKE_WITHOUT_THE_LOCK
    wakeAll()
#else
    lock();
    wakeAll();
    unlock()
#endif
}

/* A worker has stored that it is done with one. */
inline left() {
#ifndef NO_FENCE_IN_LEFT
    d_step { fence(me) };                              /* E15 */
#endif
    if
    :: word[WAITING] > 0 -> wake()
    :: else
    fi
}

/* The cells of one kind, thread by thread; a cell that adds to the sum takes from the room. */
inline lessRoom(first, last) {
    i = first;
    do
    :: atomic { i < last -> room = room - word[i]; i++ }
    :: atomic { i == last -> i = 0; break }
    od
}
inline moreRoom(first, last) {
    i = first;
    do
    :: atomic { i < last -> room = room + word[i]; i++ }
    :: atomic { i == last -> i = 0; break }
    od
}
inline sumEnqueued() {
    lessRoom(MOVED, MOVED + SOURCES + MAKERS)
}
inline sumHeld() {
#if MAKERS && !defined(HELD_NOT_COUNTED)
    moreRoom(MOVED + SOURCES, MOVED + SOURCES + MAKERS);
    moreRoom(REFUSED + SOURCES, REFUSED + SOURCES + MAKERS);
    lessRoom(EMITTED + SOURCES, EMITTED + SOURCES + MAKERS)
#else
    skip
#endif
}

/* bound - count */
inline look() {
    room = BOUND;
#ifdef ENQUEUED_READ_FIRST
    sumEnqueued();
#endif
    moreRoom(DONE + SOURCES, DONE + TAKERS);
    i = BACK + SOURCES;
    do
    :: atomic {
        i < BACK + TAKERS -> room = room + word[i]; i++;
        if
        :: i == BACK + TAKERS -> least = alive         /* the last cell that ends a way */
        :: else
        fi }
    :: atomic { i == BACK + TAKERS -> i = 0; break }
    od;
#ifdef HELD_READ_LAST
    sumEnqueued();
    sumHeld();
#else
    sumHeld();
#ifndef ENQUEUED_READ_FIRST
    sumEnqueued();
#endif
#endif
    atomic {
#ifndef RESERVED_NOT_COUNTED
        room = room - reserved;
#endif
#ifndef BOUND_ALONE
        assert(BOUND - room >= least);
#endif
        least = 0
    }
}

inline enter() {
    lock();
    look();
    if
    :: room < 1 && word[HALT] == 0 ->
        store(WAITING, 1);
#ifndef NO_FENCE_IN_ENTER
        d_step { fence(me) };                          /* E16 */
#endif
#ifdef NO_LOOK_AFTER_THE_FENCE
        wait();
#endif
#ifdef WAITING_CLEARED_EARLY
        waits = true;
#endif
        do
        ::
            look();
            if
            :: room >= 1 -> break
#ifndef HALT_NOT_LOOKED_AT
            :: room < 1 && word[HALT] > 0 -> break
            :: room < 1 && word[HALT] == 0 ->
#else
            :: room < 1 ->
#endif
                wait();
#ifdef WAITING_CLEARED_EARLY
                if
                :: waits -> waits = false; store(WAITING, 255)
                :: else
                fi
#endif
            fi
        od;
#ifdef WAITING_CLEARED_EARLY
        if
        :: waits -> waits = false; store(WAITING, 255)
        :: else
        fi
#else
        store(WAITING, 255)                            /* one less */
#endif
    :: else
    fi;
#if SOURCES > 1
    reserved++;
#endif
    unlock()
}

inline leave() {
    lock();
    reserved--;
#ifndef LEAVE_DOES_NOT_WAKE
    if
    :: word[WAITING] > 0 -> wakeAll()
    :: else
    fi;
#endif
    unlock()
}

/* PipelineCore -------------------------------------------------------------------------------------------------- */

inline stopQueue(q) { d_step { fence(me); closed[q] = true; stopped[q] = true } }

inline stop() {
#ifdef STOP_WAKES_FIRST
    wake();
#endif
    store(HALT, 1);
    d_step { fence(me) };                              /* the latch's queue is cancelled */
    stopQueue(0);
    stopQueue(1);
#if !defined(STOP_DOES_NOT_WAKE) && !defined(STOP_WAKES_FIRST)
    wake()
#else
    skip
#endif
}

inline goes() {
#ifndef END_DOES_NOT_WAKE
    wake();
#else
    d_step { fence(me) };
#endif
    ended++
}

inline dropProducer(q) {
    d_step {
        fence(me);
        producers[q]--;
        if
        :: producers[q] == 0 -> closed[q] = true
        :: else
        fi
    }
}

#define promised (word[HALT] > 0 || (MAKERS && MAKES > 1) || inside <= BOUND + SOURCES * (WIDTH - 1))

proctype source(byte me) {
    byte left_ = EACH, i, width, least;
    short room;
    bool refused;
#ifdef WAITING_CLEARED_EARLY
    bool waits;
#endif
    do
    :: left_ > 0 && !refused ->
#if SOURCES > 1
        enter();
        room = 0;
#else
        if
        :: room < 1 -> enter()
        :: else
        fi;
        room = room - WIDTH;                           /* the credit */
#endif
#if SOURCES > 1 && defined(RESERVED_UNTIL_THE_ENQUEUE)
        leave();
#endif
        width = WIDTH;
        do
        :: width > 0 ->
            width--;
            if
            :: atomic { closed[0] -> refused = true }
            :: atomic { !closed[0] && n[0] < CAP -> fence(me); n[0]++; alive++; inside++; assert(promised) };
                store(MOVED + me, 1)
            fi
        :: else -> break
        od;
#if SOURCES > 1 && !defined(RESERVED_UNTIL_THE_ENQUEUE)
        leave();
#endif
        left_--
    :: else -> break
    od;
    atomic { room = 0; left_ = 0; refused = false };
#ifdef PATIENT
    me > 0 || through == SOURCES - 1;
#endif
    dropProducer(0);
    goes();
    through++
}

#define isMaker (me < SOURCES + MAKERS)
#define mayEnd(how) (how & (isMaker -> 2 : 1))

#define NOT_YET 0
#define BY_ITSELF 1
#define BY_FAILURE 2
#define BY_STOP 3

proctype worker(byte me, from) {
    byte hold, made, exit;
#ifdef LOOKS_BEFORE_IT_STORES
    bool waited;
#endif
    do
    ::
        if
        :: stopped[from] -> break
        :: atomic { !stopped[from] && n[from] > 0 ->
            fence(me); hold = (n[from] < HOARD -> n[from] : HOARD); n[from] = n[from] - hold }
        :: !stopped[from] && n[from] == 0 && closed[from] -> break
        fi;
        do
        :: hold > 0 && exit == NOT_YET ->
            if
            :: word[HALT] > 0 -> exit = BY_STOP
            :: else ->
#if HELD
                begun++;
                if
                :: begun == HELD -> (through == SOURCES)
                :: else
                fi;
#endif
#if MAKERS
                do
                :: isMaker && made < MAKES && exit == NOT_YET ->
                    store(EMITTED + me, 1);
                    if
                    :: atomic { closed[1] -> exit = BY_ITSELF }; store(REFUSED + me, 1)
                    :: atomic { !closed[1] && n[1] < CAP ->
                        fence(me); n[1]++; alive++; made++;
                        if
                        :: made > 1 -> inside++
                        :: else
                        fi };
                        store(MOVED + me, 1)
                    fi
                :: else -> break
                od;
#endif
                if
                :: true
                :: exit == NOT_YET && mayEnd(FAILS) -> exit = BY_FAILURE
                :: exit == NOT_YET && mayEnd(EARLY) -> exit = BY_ITSELF
                fi;
                atomic {
                    if
                    :: made == 0 -> inside--
                    :: else
                    fi;
                    alive--;
                    hold--;
                    made = 0
                };
#ifdef LOOKS_BEFORE_IT_STORES
                waited = word[WAITING] > 0;
                store(DONE + me, 1);
                if
                :: waited && exit == NOT_YET -> waited = false; wake()
                :: else
                fi
#else
                store(DONE + me, 1);
#ifdef LEFT_ONCE_FOR_ALL
                if
                :: exit == NOT_YET && hold == 0 -> left()
#else
                if
                :: exit == NOT_YET -> left()
#endif
                :: else
                fi
#endif
            fi
        :: else -> break
        od;
        if
        :: exit != NOT_YET -> break
        :: else
        fi
    od;
    do
    :: hold > 0 -> atomic { hold--; alive--; inside-- }; store(BACK + me, 1)
    :: else -> break
    od;
    if
    :: exit == BY_FAILURE -> stop()
    :: exit == BY_ITSELF && word[HALT] == 0 ->         /* and no stage takes the elements before it */
        stopQueue(from);
        stopQueue(0);
        wake()
    :: else
    fi;
    if
    :: exit != NOT_YET && word[HALT] > 0 -> stopQueue(0); stopQueue(1)
    :: else
    fi;
    d_step {                                           /* the last one returns the remaining elements */
        exit = 0;
        fence(me);
        consumers[from]--;
        if
        :: consumers[from] == 0 ->
            closed[from] = true;
            stopped[from] = true;
            made = n[from];
            n[from] = 0
        :: else
        fi
    };
    if
    :: made > 0 -> atomic { alive = alive - made; inside = inside - made }; store(BACK + me, made); made = 0
    :: else
    fi;
#if MAKERS
    if
    :: isMaker -> dropProducer(1)
    :: else
    fi;
#endif
    goes()
}

#ifdef CANCEL
proctype outside() {
    byte me = TAKERS;
    stop();
    ended++
}
#endif

/* Writes the oldest store of any thread back at any time. */
proctype memory() {
end:
    do
    :: d_step { buffered[0] > 0 -> writeBack(0) }
    :: d_step { buffered[1] > 0 -> writeBack(1) }
#if NT > 2
    :: d_step { buffered[2] > 0 -> writeBack(2) }
#endif
#if NT > 3
    :: d_step { buffered[3] > 0 -> writeBack(3) }
#endif
#if NT > 4
    :: d_step { buffered[4] > 0 -> writeBack(4) }
#endif
    od
}

init {
    byte t;
    atomic {
        producers[0] = SOURCES;
        producers[1] = MAKERS;
#if MAKERS
        consumers[0] = MAKERS;
        consumers[1] = SINKS;
#else
        consumers[0] = SINKS;
#endif
        do
        :: t < SOURCES -> run source(t); t++
        :: t >= SOURCES && t < SOURCES + MAKERS -> run worker(t, 0); t++
        :: t >= SOURCES + MAKERS && t < TAKERS -> run worker(t, (MAKERS > 0 -> 1 : 0)); t++
        :: else -> t = 0; break
        od;
#ifdef CANCEL
        run outside();
#endif
        run memory()
    }
    ended == NT;
    assert(alive == 0 && inside == 0 && reserved == 0 && word[WAITING] == 0)
}
