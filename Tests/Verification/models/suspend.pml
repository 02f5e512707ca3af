/*
 * Waiters that are not threads: the list of sleepers of rq_sleeper.c, and the event count of rq_event.c with threads, tasks,
 * notices and waits for two queues, in the order of the code, under x86-TSO. Only consumers wait; wait.pml has both sides.
 *
 * What is checked
 *   - no waiter sleeps for ever; with MAY_STAY, none sleeps while its queue has an element, or has ended
 *   - a sleeper is woken once; a queue has no more elements than were enqueued, and all are taken if no consumer gives up
 *   - after all of it no waiter is announced, and no sleeper is on a list
 *   - no thread runs for ever: there is no cycle of states at all (pan -l, no progress label exists)
 *
 * Where the labels of the code are
 *   E1, E2, E6 signal    E3, E4, E18 wakeOne    E5 announce    E18 enlist    E7 leave    E9 a waiter that gave up checks
 *   E20 signal: leaves for a notice, and looks on; close: the same
 *
 * What stands for what
 *   queues         `filled`: elements that every thread sees; `reserved`, `taken`: as the tail and the head.
 *   store buffers  `pending`: elements that a producer has published, not yet visible. `memory` makes them visible at any
 *                  time; a read-modify-write of the producer or a membarrier of any thread does. The store of `count` is
 *                  visible at once, or with the next fence.
 *   sequence, key  as in wait.pml: `same`
 *   the lock       taken and released in one step where nothing else is visible in between. rq_lock is the exploration's.
 *   turns          any: a thread or a sleeper first
 *   time           a waiter that may give up (deadline, cancellation) does so at any moment, before it enlists as well.
 *
 * Parameters (-D)
 *   NP, NC         producers, consumers; EACH: elements of a producer; WANT: of a consumer, or 0: until the end
 *   TASKS, NOTICES bit t: consumer t is a task, a notice; else a thread
 *   GIVES_UP       bit t: consumer t may give up its sleep, and then ends
 *   NQ             queues, 1 or 2. With 2, consumer 0 is a task that waits for both, and producer p has queue p % 2, consumer t
 *                  queue t % 2
 *   CLOSE          a closer closes all queues at any time
 *   MAY_STAY       waiters may be left asleep when nothing is left for them
 *   NO_..., and others  mutants
 */
#ifndef TASKS
#define TASKS 0
#endif
#ifndef NOTICES
#define NOTICES 0
#endif
#ifndef GIVES_UP
#define GIVES_UP 0
#endif
#ifndef NQ
#define NQ 1
#endif
#ifndef WANT
#define WANT 0
#endif

#define has(mask, t) (((mask) >> (t)) & 1)
#define isNotice(t) has(NOTICES, t)
#define isSleeper(t) has(TASKS | NOTICES, t)
#define selects(t) (NQ == 2 && (t) == 0)
#define home(t) ((t) % NQ)
#define waitsOn(t, e) (selects(t) || home(t) == (e))

byte filled[NQ], reserved[NQ], taken[NQ], pending[NP + 1];
bit sealed;

byte word[NQ];               /* 4 * waiters + 2 * relied + waking */
bit same[NQ * NC];           /* whether the consumer would find the sequence as it read it */
bit parked[NC];
bit locked[NQ];
byte count[NQ];              /* as others see it */
byte listed[NQ], list[NQ * NC];

#define AWAKE 0
#define LISTED 1
#define CALLED 2
#define INTERRUPTED 3
byte state[NQ * NC];
bit resumed[NC];

#define waiters(e) (word[e] / 4)
#define waking(e) (word[e] & 1)
#define relied(e) ((word[e] & 3) == 3)
#define ended(q) (sealed && taken[q] == reserved[q])

inline flush(p) { filled[(p) % NQ] = filled[(p) % NQ] + pending[p]; pending[p] = 0 }
inline membarrier() {
    flush(0);
#if NP > 1
    flush(1);
#endif
#if NP > 2
    flush(2);
#endif
    skip
}

inline sequenceMoves(e) {
    same[(e) * NC] = 0;
    same[(e) * NC + 1 % NC] = 0;
    same[(e) * NC + 2 % NC] = 0
}

#define parkedOn(t, e) ((t) < NC && waitsOn(t, e) && parked[(t) % NC])
inline unparkOne(e) {
    if
    :: parkedOn(0, e) -> parked[0] = 0; found = 1
    :: parkedOn(1, e) -> parked[1 % NC] = 0; found = 1
    :: parkedOn(2, e) -> parked[2 % NC] = 0; found = 1
    :: !parkedOn(0, e) && !parkedOn(1, e) && !parkedOn(2, e) -> found = 0
    fi
}
inline unparkAll(e) {
    if :: parkedOn(0, e) -> parked[0] = 0 :: else fi;
    if :: parkedOn(1, e) -> parked[1 % NC] = 0 :: else fi;
    if :: parkedOn(2, e) -> parked[2 % NC] = 0 :: else fi
}

/* Takes the sleeper of consumer s off the list, with the lock held. */
inline takeOff(e, s, how) {
    assert(state[(e) * NC + s] == LISTED);
    state[(e) * NC + s] = how;
    k = 0;
    do
    :: list[(e) * NC + k] != s -> k++
    :: else -> break
    od;
    do
    :: k + 1 < listed[e] -> list[(e) * NC + k] = list[(e) * NC + k + 1]; k++
    :: else -> break
    od;
    listed[e]--;
    list[(e) * NC + k] = 0;
    k = 0
}

/* The call of a sleeper's function. A wait for two queues is resumed by the first call. */
inline call(e, s) {
    assert(state[(e) * NC + s] != LISTED);
#if NQ == 1
    assert(!resumed[s]);
#endif
    resumed[s] = 1
}

/* wake_one: `notice` says what it woke */
inline wakeOne(e) {
#ifdef COUNT_BEFORE_SEQUENCE
    seen = count[e];
#endif
    d_step { sequenceMoves(e) };                         /* E3 */
#ifndef COUNT_BEFORE_SEQUENCE
    seen = count[e];                                     /* E18 */
#endif
    notice = 0;
    if
    :: seen == 0 -> atomic { unparkOne(e); found = 0 }   /* E4 */
    :: seen > 0 ->
        if
        :: waiting > seen -> atomic { first = 1; unparkOne(e) }
        :: found = 0
        fi;
        if
        :: found -> atomic { found = 0; first = 0 }
        :: else ->
            atomic {
                !locked[e];
                if
                :: listed[e] > 0 ->
                    locked[e] = 1;
                    s = list[(e) * NC];
                    takeOff(e, s, CALLED);
                    found = 1
                :: else
                fi
            };
            if
            :: found ->
                atomic { count[e] = listed[e]; locked[e] = 0 };
                atomic { call(e, s); notice = isNotice(s); s = 0; found = 0 }
#ifndef NO_THREAD_INSTEAD
            :: !found && !first -> atomic { unparkOne(e); found = 0 }
#endif
            :: else
            fi;
            first = 0
        fi
    fi;
    atomic { seen = 0; waiting = 0 }
}

/* rq_signal and rq_signal_slow; `own` is the producer, or NP */
inline signal(e) {
    left = waiters(e);                                   /* E1 */
    do
    :: atomic { left == 0 || waiters(e) == 0 || (waking(e) && relied(e)) -> break }
    :: atomic { left > 0 && waking(e) && !relied(e) ->   /* E6 */
        flush(own); word[e] = word[e] | 2; break }
    :: atomic { left > 0 && waiters(e) > 0 && !waking(e) -> /* E2 */
        flush(own); word[e] = word[e] | 1; waiting = waiters(e) };
        wakeOne(e);
        if
        :: !notice -> break
        :: else ->
#ifdef NOTICE_IS_NOT_LEFT
            break
#else
            d_step {                                     /* E20 */
                flush(own);
                notice = 0;
                left--;
                needed = (word[e] & 2) / 2;
                word[e] = (word[e] - 4) & 252;
                others = waiters(e)
            };
#ifdef NOTICE_ENDS_THE_SIGNAL
            break
#else
            if
            :: others == 0 -> break
            :: others > 0 && needed ->
#ifndef LOOKS_ON_WITHOUT_MEMBARRIER
                d_step { membarrier() };
#endif
#ifndef RELIED_BUT_NO_LONGER_LOOKS
                left = waiters(e)
#endif
            :: else
            fi
#endif
#endif
        fi
    od;
    atomic { left = 0; notice = 0; others = 0; needed = 0 }
}

inline announce(e) {
    same[(e) * NC + me] = 1;                             /* E5: the key */
    word[e] = word[e] + 4;
    d_step { membarrier() }
}

/* rq_event_leave, then rq_event_must_check and the rest of the waiter's check */
inline leave(e) {
    d_step {                                             /* E7 */
        needs[e] = (word[e] & 2) / 2;
        word[e] = (word[e] - 4) & 252;
        rest[e] = waiters(e);
        same[(e) * NC + me] = 0
    }
}
inline check(e) {
    if
    :: rest[e] > 0 ->
        if
        :: needs[e] -> d_step { membarrier() }           /* E6 */
        :: else
        fi;
        if
        :: sealed || filled[e] > 0 -> signal(e)
        :: else
        fi
    :: else
    fi;
    d_step { rest[e] = 0; needs[e] = 0 }
}

/* rq_sleepers_add */
inline enlist(e) {
    atomic {
        !locked[e];
        locked[e] = 1;
        state[(e) * NC + me] = LISTED;
        list[(e) * NC + listed[e]] = me;
        listed[e]++;
        if
        :: count[e] = listed[e]
        :: true                                          /* the store waits */
        fi
    };
#ifndef NO_FENCE_IN_ENLIST
    count[e] = listed[e];                                /* E18 */
#endif
    atomic {
        if
#ifndef NO_LOOK_IN_ENLIST
        :: !same[(e) * NC + me] -> takeOff(e, me, CALLED); refused = 1
#endif
        :: else
        fi
    };
    atomic { count[e] = listed[e]; locked[e] = 0 }
}

/* rq_sleepers_interrupt */
inline interrupt(e) {
    atomic {
        !locked[e];
        if
        :: state[(e) * NC + me] == LISTED -> takeOff(e, me, INTERRUPTED); count[e] = listed[e]; interrupted = 1
        :: else
        fi
    }
}

inline try(q) {
    atomic {
        if
        :: filled[q] > 0 -> filled[q]--; taken[q]++; got = 1; assert(taken[q] <= reserved[q])
        :: else
        fi
    }
}

/* Sleeps in the way of the consumer, until a wake or until it gives up. */
inline sleep() {
    if
    :: !isSleeper(me) ->
        atomic { if :: same[home(me) * NC + me] -> parked[me] = 1 :: else fi };
#ifdef MAY_STAY
endParked:
#endif
        if
        :: !parked[me]
        :: atomic { has(GIVES_UP, me) && parked[me] -> parked[me] = 0; gaveUp = 1 }
        fi
    :: isSleeper(me) ->
        d_step { state[home(me) * NC + me] = AWAKE; resumed[me] = 0 };
#if NQ == 2
        if :: selects(me) -> state[NC + me] = AWAKE :: else fi;
#endif
        if
        :: has(GIVES_UP, me) -> gaveUp = 1               /* interrupted before it enlists */
        :: true ->
            enlist(home(me));
#if NQ == 2
            if
            :: selects(me) && !refused -> enlist(1)
            :: else
            fi;
#endif
            if
            :: !refused ->
#ifdef MAY_STAY
endSuspended:
#endif
                if
                :: resumed[me]
                :: has(GIVES_UP, me) ->
                    gaveUp = 1;
                    interrupt(home(me));
                    if
                    :: !interrupted && !selects(me) -> resumed[me] /* the call is on its way */
                    :: else
                    fi
                fi
            :: else
            fi;
            atomic { refused = 0; interrupted = 0 };
#if NQ == 2 && !defined(SELECT_STAYS_ON_THE_OTHER_LIST)
            if
            :: selects(me) -> interrupt(0); interrupt(1); interrupted = 0
            :: else
            fi
#endif
        fi
    fi
}

proctype producer(byte own) {
    byte n = EACH, left, others, waiting, seen, s, k;
    bit notice, needed, found, first, over;
    do
    :: n > 0 ->
        atomic { if :: sealed -> over = 1 :: else -> reserved[home(own)]++ fi };
        if
        :: over -> break
        :: else
        fi;
        pending[own]++;                                  /* publish */
        signal(home(own));
        n--
    :: else -> break
    od
}

proctype consumer(byte me) {
    byte own = NP, wanted = WANT, left, others, waiting, seen, s, k, rest[NQ];
    bit notice, needed, found, first, got, over, refused, interrupted, gaveUp, nothing, again, needs[NQ];
    do
    :: WANT == 0 || wanted > 0 ->
        if
        :: again -> again = 0                            /* a woken waiter that found nothing announces at once */
        :: else ->
            try(home(me));
#if NQ == 2
            if :: selects(me) && !got -> try(1) :: else fi;
#endif
            skip
        fi;
        if
        :: got -> got = 0; wanted = (WANT -> wanted - 1 : 0)
        :: else ->
            if
            :: ended(home(me)) && (!selects(me) || ended(NQ - 1)) -> break
            :: else
            fi;
            announce(home(me));
#if NQ == 2
            if :: selects(me) -> announce(1) :: else fi;
#endif
            try(home(me));
#if NQ == 2
            if :: selects(me) && !got -> try(1) :: else fi;
#endif
            if
            :: got
            :: !got && ended(home(me)) && (!selects(me) || ended(NQ - 1)) -> over = 1
            :: else -> sleep()
            fi;
            if
            :: isNotice(me) && state[home(me) * NC + me] == CALLED && resumed[me] -> skip  /* the signaller leaves for it */
            :: else -> leave(home(me));
#if NQ == 2
                if :: selects(me) -> leave(1) :: else fi
#endif
            fi;
            d_step { resumed[me] = 0; state[home(me) * NC + me] = AWAKE };
            if
            :: !got && !over ->
                try(home(me));
#if NQ == 2
                if :: selects(me) && !got -> try(1) :: else fi;
#endif
                skip
            :: else
            fi;
            if
            :: got || over || gaveUp ->
                check(home(me))                          /* E9, if it gave up */
            :: else
            fi;
#if NQ == 2 && !defined(SELECT_CHECKS_ONE_QUEUE)
            if :: selects(me) -> check(1) :: else fi;
#endif
            d_step { needs[0] = 0; rest[0] = 0 };
            if
            :: got -> got = 0; wanted = (WANT -> wanted - 1 : 0)
            :: else -> nothing = 1
            fi;
            if
            :: over || gaveUp -> break
            :: !over && !gaveUp && nothing -> nothing = 0; again = 1
            :: else
            fi
        fi
    :: else -> break
    od
}

#ifdef CLOSE
proctype closer() {
    byte own = NP, left, others, waiting, seen, s, k, e, called, notices;
    bit notice, needed, found, first, reliedOn;
    sealed = 1;
    do
    :: e < NQ ->
        d_step { sequenceMoves(e) };
        d_step { unparkAll(e) };
#ifndef CLOSE_FORGETS_SLEEPERS
        atomic {                                         /* rq_sleepers_wake_all */
            !locked[e];
            do
            :: listed[e] > 0 -> s = list[e * NC]; takeOff(e, s, CALLED); called = called | (1 << s)
            :: else -> break
            od;
            count[e] = 0;
            s = 0
        };
        do
        :: s < NC && has(called, s) -> atomic { notices = notices + isNotice(s); call(e, s); s++ }
        :: s < NC && !has(called, s) -> s++
        :: else -> atomic { s = 0; called = 0 }; break
        od;
        do
        :: notices > 0 ->
            d_step {                                     /* E20 */
                notices--;
                if :: word[e] & 2 -> reliedOn = 1 :: else fi;
                word[e] = (word[e] - 4) & 252
            }
        :: else -> break
        od;
#ifndef CLOSE_FORGETS_THE_RELIED
        if
        :: reliedOn -> reliedOn = 0; signal(e)
        :: else
        fi;
#endif
#endif
        e++
    :: else -> break
    od
}
#endif

/* Makes published elements visible at any time. */
proctype memory() {
#ifdef MAY_STAY
    byte t;
#endif
end:
    do
    :: d_step { pending[0] > 0 -> flush(0) }
#if NP > 1
    :: d_step { pending[1] > 0 -> flush(1) }
#endif
#if NP > 2
    :: d_step { pending[2] > 0 -> flush(2) }
#endif
    :: timeout ->                                        /* no thread can do anything any more */
        atomic {
#ifdef MAY_STAY
            t = 0;
            do
            :: t < NC ->
                assert(!(parked[t] || (isSleeper(t) && state[home(t) * NC + t] == LISTED)) || (filled[home(t)] == 0 && !ended(home(t))));
                t++
            :: else -> break
            od;
#else
            assert(word[0] == 0 && listed[0] == 0 && count[0] == 0 && word[NQ - 1] == 0 && listed[NQ - 1] == 0)
#endif
        };
        break
    od
}

init {
    byte t;
    atomic {
        do
        :: t < NP -> run producer(t); t++
        :: else -> t = 0; break
        od;
        do
        :: t < NC -> run consumer(t); t++
        :: else -> t = 0; break
        od;
#ifdef CLOSE
        run closer();
#endif
        run memory()
    }
}
