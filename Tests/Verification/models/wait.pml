/*
 * Waiting: the event count of rq_event.c and the waiting call of rq_wait.c, in the order of the code, over the stamped
 * ring (rq_stamped.h), under x86-TSO.
 *
 * What is checked
 *   - no element is lost, taken twice or invented, none overwritten (capacity); see the assertions
 *   - no thread sleeps for ever: every thread ends (no invalid end state)
 *   - no thread runs for ever: there is no cycle of states at all (pan -l, no progress label exists)
 *
 * Where the labels of the code are
 *   R1 free()            R2 publish: push(filled)   R3 filled()          R4 release: push(free)
 *   E1 signal: the load  E2 the compare-and-swap    E3 seq += 1          E4 FUTEX_WAKE
 *   E5 announce          E6 relied, and membarrier  E7 leave             E8 the try while ANNOUNCED
 *   E9 an expired waiter hands on                   E10 close: sealed
 *
 * What stands for what
 *   store buffers  The relevant plain stores are the stamps: publish and release put them into the thread's buffer,
 *                  `memory` writes them back one by one at any time, a read-modify-write of the thread or a membarrier
 *                  of any thread writes back all. No thread looks for its own stamp again, so loads need not forward.
 *   elements       `cell` holds the element (its position + 1) or nothing; it is filled before the stamp, in order.
 *   sequence, key  `same[t]`: whether t would still find the sequence as it read it. Exact, and cannot wrap.
 *   reserve, claim one step each: their compare-and-swap fails unless nothing has changed since they looked.
 *   the policy     left out: it is more tries before the announcement. TRYING stands for its states, NEW to BUSY.
 *   time           the deadline of a thread may pass at any moment of its sleep.
 *
 * Parameters (-D)
 *   NP, NC, CAP    producers, consumers, capacity
 *   EACH, WANT     elements a producer enqueues; a consumer dequeues, or 0: until the end
 *   PB, CB         the largest batch of a producer, of a consumer
 *   CLOSE          0 never; 1 by the last producer (finish); 2 by another thread (finish); 3 by another thread (cancel:
 *                  consumers stop at once, but the first one drains)
 *   TIMED          bit t: thread t has a deadline (producers are 0 .. NP-1, consumers follow)
 *   SPURIOUS       how many times a sleeping thread may wake for no reason
 *   MAY_STAY       threads may be left asleep when all others are done, unless the element or room that they wait for is there
 *   FENCED         membarrier was refused: signal has a fence of its own
 *   DESIGN_ORDER   the other side is signalled after leave and pass, not before
 *   NO_...         mutants; each takes one step out. scripts/lib/models expects every one to fail.
 */
#ifndef SPURIOUS
#define SPURIOUS 1
#endif
#ifndef TIMED
#define TIMED 0
#endif
#ifndef PB
#define PB 1
#endif
#ifndef CB
#define CB 1
#endif
#ifndef WANT
#define WANT 0
#endif

#define NT (NP + NC)
#define NE 0 /* the event 'not empty': consumers wait for it */
#define NF 1 /* the event 'not full': producers wait for it */

byte stamp[CAP];          /* 2 * lap, + 1 when filled */
byte cell[CAP];
byte head, tail;          /* positions: lap = position / CAP, slot = position % CAP */
bit sealed;               /* bit 0 of the code's tail */
bit marked;               /* gate.closing & RQ_CLOSING (| RQ_STOPPED, for CLOSE 3) */
byte word[2];             /* 4 * waiters + 2 * relied + waking */
bit same[NT], asleep[NT];
byte spurious = SPURIOUS;
byte producers = NP;
byte begun[2];            /* threads of a side that have made their first try, see inTurn */
#ifdef CHAIN_WITHOUT_LOOKING
bit wokenForNothing;
#endif
bit endReported;          /* a consumer was told that no element will come any more */

/*
 * Threads of a side differ only by their number (unless one has a deadline or drains), so nothing is lost if they make
 * their first tries in turn: it leaves out the runs that are others with the numbers exchanged.
 */
#if TIMED || CLOSE == 3
#define inTurn(e, n) true
#define begin(e, n) skip
#else
#define inTurn(e, n) (begun[e] >= (n))
#define begin(e, n) if :: begun[e] == (n) -> begun[e]++ :: else fi
#endif

/* The store buffers: two entries a thread, which is as many as a batch can leave there. */
byte buffered[NT], toSlot[2 * NT], toStamp[2 * NT];

#define filled(p) (stamp[(p) % CAP] == 2 * ((p) / CAP) + 1) /* R3 */
#define free(p) (stamp[(p) % CAP] == 2 * ((p) / CAP))       /* R1 */
#define isTimed(t) ((TIMED >> (t)) & 1)

inline writeBack(t) {
    stamp[toSlot[2 * (t)]] = toStamp[2 * (t)];
    toSlot[2 * (t)] = toSlot[2 * (t) + 1];
    toStamp[2 * (t)] = toStamp[2 * (t) + 1];
    toSlot[2 * (t) + 1] = 0;
    toStamp[2 * (t) + 1] = 0;
    buffered[t]--
}
inline fence(t) {
    if :: buffered[t] > 0 -> writeBack(t) :: else fi;
    if :: buffered[t] > 0 -> writeBack(t) :: else fi
}
inline push(t, slot, value) {
    assert(buffered[t] < 2);
    toSlot[2 * (t) + buffered[t]] = slot;
    toStamp[2 * (t) + buffered[t]] = value;
    buffered[t]++
}
inline membarrier() {
#ifdef FENCED
    fence(me)
#else
    fence(0);
#if NT > 1
    fence(1);
#endif
#if NT > 2
    fence(2);
#endif
#if NT > 3
    fence(3);
#endif
#endif
}

/* Which threads wait for an event: consumers for NE, producers for NF. */
#define waitsFor(t, e) ((t) < NT && (((e) == NE) == ((t) >= NP)))
#define sleeps(t, e) (waitsFor(t, e) && asleep[(t) % NT])

inline sequenceMoves(e) {
    do
    :: i < NT -> if :: waitsFor(i, e) -> same[i] = 0 :: else fi; i++
    :: else -> break
    od;
    i = 0
}
inline wakeAll(e) {
    do
    :: i < NT -> if :: waitsFor(i, e) -> asleep[i] = 0 :: else fi; i++
    :: else -> break
    od;
    i = 0
}
inline wakeOne(e) {
    if
    :: sleeps(0, e) -> asleep[0] = 0
    :: sleeps(1, e) -> asleep[1 % NT] = 0
    :: sleeps(2, e) -> asleep[2 % NT] = 0
    :: sleeps(3, e) -> asleep[3 % NT] = 0
    :: !sleeps(0, e) && !sleeps(1, e) && !sleeps(2, e) && !sleeps(3, e)
    fi
}

#define waking(e) (word[e] >= 4 && (word[e] & 1))
#define relied(e) ((word[e] & 3) == 3)

/* rq_signal and rq_signal_slow */
inline signal(e) {
#if defined(FENCED) && !defined(NO_FENCE_IN_SIGNAL)
    d_step { fence(me) };                            /* E1 where membarrier was refused */
#endif
    if
    :: atomic { word[e] < 4 -> skip }                /* E1: the load that nothing holds back */
    :: atomic { waking(e) && relied(e) -> skip }
    :: atomic { waking(e) && !relied(e) ->           /* E1 and E6 */
#ifndef NOBODY_SAYS_THAT_IT_RELIES
           fence(me);
           word[e] = word[e] | 2
#endif
       }
    :: atomic { word[e] >= 4 && !waking(e) ->        /* E1 and E2; a try of E2 that fails is an E1 a little later */
           fence(me);
           word[e] = word[e] | 1 };
#ifndef NO_SEQUENCE_IN_WAKE
       d_step { sequenceMoves(e) };                  /* E3 */
#endif
#ifndef NO_FUTEX_WAKE
       atomic { wakeOne(e) }                         /* E4 */
#endif
    fi
}

/* rq_event_announce */
inline announce(e) {
#ifndef KEY_AFTER_RECHECK
    same[me] = 1;                                    /* E5: the key */
#endif
    d_step { fence(me); word[e] = word[e] + 4 };     /* E5: one more waiter */
#ifndef NO_MEMBARRIER_IN_ANNOUNCE
    d_step { membarrier() }                          /* E5: pairs with E1 */
#endif
}

/* rq_event_leave */
inline leave(e, rechecked) {
    d_step {                                         /* E7 */
        fence(me);
        word[e] = word[e] - 4;
        needed = (word[e] / 2) & 1;
#ifdef WAKING_LEFT_BEHIND
        if :: !(rechecked) -> word[e] = word[e] & 252 :: else fi;
#else
        word[e] = word[e] & 252;
#endif
        same[me] = 0;
        others = word[e] / 4
    }
}

/* rq_ring_is_ready; `at` is the position that it looks at, the seal counted in */
#define endOf(e) ((e) == NE -> head * 2 : tail * 2 + sealed)
#define there(e, p) ((e) == NE -> filled((p) / 2) : free((p) / 2) && !((p) & 1))

/* hand_on in rq_wait.c */
inline hand_on(e) {
#ifndef NO_CHAIN
    if
    :: others > 0 ->
#ifndef NO_MEMBARRIER_IN_PASS
        if                                           /* E6 */
        :: needed -> d_step { membarrier(); needed = 0 }
        :: else
        fi;
#endif
#ifdef CHAIN_WITHOUT_LOOKING
        atomic { wokenForNothing = !marked && !there(e, endOf(e)); assert(!wokenForNothing) };
        signal(e)
#else
        if
#ifndef CHAIN_FORGETS_THE_END
        :: marked -> signal(e)
#endif
        :: else ->
            at = endOf(e);
            if
#ifdef PASS_LOOKS_AT_ONE_PLACE
            :: atomic { there(e, at) -> at = 0 }; signal(e)
#else
            :: atomic { there(e, at) || at != endOf(e) -> at = 0 }; signal(e)
#endif
            :: else -> at = 0
            fi
        fi
#endif
    :: else
    fi;
#endif
    needed = 0;
    others = 0
}

inline park() {
#ifdef KEY_AFTER_RECHECK
    same[me] = 1;
#endif
    atomic {                                         /* FUTEX_WAIT */
        if
        :: same[me] -> asleep[me] = 1
        :: else
        fi
    };
#ifdef MAY_STAY
endAsleep:
#endif
    if
    :: atomic { !asleep[me] -> same[me] = 0 }
    :: atomic { asleep[me] && isTimed(me) -> asleep[me] = 0; same[me] = 0; expired = 1 }
    :: atomic { asleep[me] && spurious > 0 -> asleep[me] = 0; same[me] = 0; spurious-- }
    fi;
    if
    :: isTimed(me) -> expired = 1                    /* woken, and the deadline has passed as well */
    :: true
    fi
}

#define TRYING 0
#define ANNOUNCED 1
#define WOKEN 2

#define DONE 0
#define AGAIN 1
#define END 2
#define TIMEOUT 3

#ifdef DESIGN_ORDER
#define signalInTry(e) skip
#define signalAtEnd(e) if :: result == DONE -> signal(e) :: else fi
#else
#define signalInTry(e) signal(e)
#define signalAtEnd(e) skip
#endif

/* After a try: rq_wait_step if it has to be repeated, rq_wait_end otherwise. The caller's loop ends at `over`. */
inline afterTry(own, other) {
    if
    :: result != AGAIN ->                            /* rq_wait_end */
        if
        :: state == TRYING -> skip
        :: state == ANNOUNCED -> leave(own, true); hand_on(own)
        :: state == WOKEN -> hand_on(own)
        fi;
        signalAtEnd(other);
        goto over
    :: else ->                                       /* rq_wait_step */
        if
        :: state == ANNOUNCED -> park(); leave(own, false); state = WOKEN
        :: state == WOKEN && expired ->
#ifndef TIMEOUT_KEEPS_ITS_WAKE
            hand_on(own);                            /* E9 */
#endif
            result = TIMEOUT;
            goto over
        :: else ->
#ifdef PASS_ALSO_AFTER_NOTHING
            if :: state == WOKEN && others > 0 -> signal(own) :: else fi;   /* two waiters wake each other for ever */
#endif
            others = 0;
            needed = 0;
            announce(own);
#ifdef NO_RECHECK
            park();
            leave(own, false);
            state = WOKEN
#else
            state = ANNOUNCED                        /* E8: the try that follows */
#endif
        fi
    fi
}

/* rq_ring_close, stamped */
inline close() {
    d_step { if :: me < NT -> fence(me) :: else fi; sealed = 1 };   /* E10 */
    marked = 1;
#ifndef CLOSE_FORGETS_CONSUMERS
#ifndef CLOSE_WITHOUT_SEQUENCE
    d_step { sequenceMoves(NE) };
#endif
    d_step { wakeAll(NE) };
#endif
#ifndef CLOSE_FORGETS_PRODUCERS
#ifndef CLOSE_WITHOUT_SEQUENCE
    d_step { sequenceMoves(NF) };
#endif
    d_step { wakeAll(NF) };
#endif
    skip
}

proctype producer(byte me) {
    bit needed;
    byte left = EACH, position, count, others, at, i;
    byte state, result;
    bit last, expired;
#ifdef PLAIN_CLOSED_FLAG
    bit open;
#endif
    do
    :: left > 0 ->
        do
        ::                                           /* the try: reserve, publish, signal */
#ifdef PLAIN_CLOSED_FLAG
            open = !sealed;
#else
#define open (!sealed)
#endif
            atomic {
                inTurn(NF, me);
                begin(NF, me);
                do
                :: count < PB && count < left && open && free(tail + count) -> count++
                :: count > 0 -> break
                :: else -> break
                od;
                if
                :: count > 0 ->
                    fence(me);
                    assert(!endReported);            /* or the element would be stranded */
                    position = tail;
                    tail = tail + count;
                    result = DONE
                :: count == 0 && !open -> result = END
                :: else -> result = AGAIN
                fi
            };
            if
            :: result == DONE ->
                left = left - count;
                do
                :: count > 0 ->
                    d_step {
                        assert(cell[position % CAP] == 0);
                        cell[position % CAP] = position + 1;
                        push(me, position % CAP, 2 * (position / CAP) + 1);   /* R2 */
                        position++;
                        count--
                    }
#ifdef BATCH_TAIL_SILENT
                    if :: !last -> signal(NE); last = 1 :: else fi   /* tells of the first only */
#endif
                :: else -> position = 0; break
                od;
#ifdef BATCH_TAIL_SILENT
                last = 0
#else
                signalInTry(NE)
#endif
            :: else
            fi;
            afterTry(NF, NE)
        od;
over:
        atomic { state = TRYING; expired = 0 };
        if
        :: result == END -> left = 0
        :: result == TIMEOUT -> left = 0
        :: else
        fi
    :: else -> break
    od;
#if CLOSE == 1
    atomic { producers--; last = (producers == 0) };
    if
    :: last -> last = 0; close()
    :: else
    fi
#endif
}

/* With CLOSE 3 the first consumer drains: it does not look whether consumers were stopped. */
#if CLOSE == 3
#define stopsEarly (me != NP)
#else
#define stopsEarly false
#endif

proctype consumer(byte me) {
    bit needed;
    byte left = WANT, position, count, others, at, i;
    byte state, result;
    bit expired;
    do
    :: WANT == 0 || left > 0 ->
        do
        ::                                           /* the try: claim, release, signal */
            result = DONE;
            if
            :: stopsEarly && marked -> result = END
            :: else
            fi;
            if
            :: result == END -> skip
            :: else ->
                atomic {
                    inTurn(NE, me - NP);
                    begin(NE, me - NP);
                    do
                    :: count < CB && (WANT == 0 || count < left) && filled(head + count) -> count++
                    :: count > 0 -> break
                    :: else -> break
                    od;
                    if
                    :: count > 0 ->
                        fence(me);
                        position = head;
                        head = head + count
#ifdef END_ON_THE_MARK_ALONE
                    :: count == 0 && sealed -> result = END
#else
                    :: count == 0 && sealed && tail == head -> result = END
#endif
                    :: else -> result = AGAIN
                    fi
                };
                if
                :: result == END ->
                    atomic { assert(sealed && head == tail); endReported = 1 }
                :: result == DONE ->
#if WANT
                    left = left - count;
#endif
                    do
                    :: count > 0 ->
                        d_step {
                            assert(cell[position % CAP] == position + 1);
                            cell[position % CAP] = 0;
                            push(me, position % CAP, 2 * (position / CAP) + 2);   /* R4 */
                            position++;
                            count--
                        }
                    :: else -> position = 0; break
                    od;
                    signalInTry(NF)
                :: else
                fi
            fi;
            afterTry(NE, NF)
        od;
over:
        atomic { state = TRYING; expired = 0 };
        if
        :: result == END || result == TIMEOUT -> break
        :: else
        fi
    :: else -> break
    od
}

#if CLOSE > 1
proctype closer() {
    byte me = NT, i; /* has no buffer */
    close()
}
#endif

#define asleepOn(e) (sleeps(0, e) || sleeps(1, e) || sleeps(2, e) || sleeps(3, e))

/* Writes the oldest store of any thread back at any time. */
proctype memory() {
#ifdef MAY_STAY
    bit consumerLeftAsleep, producerLeftAsleep;
#endif
end:
    do
    :: d_step { buffered[0] > 0 -> writeBack(0) }
#if NT > 1
    :: d_step { buffered[1] > 0 -> writeBack(1) }
#endif
#if NT > 2
    :: d_step { buffered[2] > 0 -> writeBack(2) }
#endif
#if NT > 3
    :: d_step { buffered[3] > 0 -> writeBack(3) }
#endif
#ifdef MAY_STAY
    :: timeout ->                                    /* no thread can do anything any more */
        consumerLeftAsleep = asleepOn(NE) && (filled(head) || (sealed && head == tail));
        producerLeftAsleep = asleepOn(NF) && (free(tail) || sealed);
        assert(!consumerLeftAsleep && !producerLeftAsleep);
        break
#endif
    od
}

init {
    byte t;
    atomic {
        do
        :: t < NP -> run producer(t); t++
        :: t >= NP && t < NT -> run consumer(t); t++
        :: else -> t = 0; break
        od;
#if CLOSE > 1
        run closer();
#endif
        run memory()
    }
}
