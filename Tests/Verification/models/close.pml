/*
 * Closing: that an enqueue which races with a close is accepted (and then delivered, or left for a drain) or
 * refused (and then not delivered), never both, never neither; under x86-TSO. wait.pml has the waiting: here a
 * thread that finds nothing is blocked until something has changed.
 *
 * What is checked
 *   - every element is delivered once if it was accepted, and not at all if it was refused; none is read before it is
 *     there or after it was taken back, none is overwritten, no more than CAP are in the ring
 *   - after a close has returned, no enqueue that starts is accepted
 *   - closed is final: after any enqueue was answered closed, no enqueue that starts is accepted. A producer continues
 *     after such an answer: in form 1 with all it has left, in the others with one more
 *   - a consumer gets the end only when nothing is left and nothing will come
 *   - every thread ends (no invalid end state)
 *
 * FORM 1, index (rq_index.h, rq_final.c): one producer, one consumer; the tail is a plain store
 *   R1 reserve   R2 publish: push(TAIL)   R3 claim: the tail   R4 release: push(HEAD)
 *   E11 the producer's look at the mark, settle     E12 the consumer's, after the tail     E13 close     decide: FIN
 *   a producer that finds no room answers closed by the final index, in form 4 too: rq_final_is_settled
 * FORM 2, stamped, a single producer (rq_stamped_enqueue_begin, fill, rq_stamped_enqueue_end), several consumers
 * FORM 3, stamped, several producers (rq_stamped_enqueue_run, fill, rq_stamped_publish), several consumers
 *   E10 the seal in the tail; the end is head = tail | sealed
 * FORM 4, ck (rq_ck.h): several producers and consumers; each entry carries its ticket; both sides decide (E11, E12)
 *
 * Store buffers: DEPTH entries a thread, the oldest written back at any time; a thread whose buffer is full has to wait
 * for that. Elements are written at once where the code would put them into the buffer before the index or the stamp
 * that publishes them; `shown` and the stamps tell whether a reader could have seen them.
 *
 * Parameters (-D)
 *   FORM, NP, NC, CAP; EACH elements a producer tries to enqueue, PB and CB the largest batches (forms 1 to 3)
 *   CLOSERS        other threads that close, at any time
 *   FINISH         the last producer closes when it is done
 *   DRAIN          the first consumer closes before one of its dequeues, at any time, and drains
 *   FENCED         membarrier was refused: a producer has a fence of its own between publication and the mark
 *   NO_..., and others  mutants; CLOSED_BY_THE_MARK: a producer that finds no room answers closed by the mark
 */
#ifndef PB
#define PB 1
#endif
#ifndef CB
#define CB 1
#endif
#ifndef CLOSERS
#define CLOSERS 0
#endif
#ifndef DEPTH
#define DEPTH 2
#endif

#define NT (NP + NC)
#define NONE 255

#if FORM == 4
#if CAP == 1 || CAP == 3
#define SLOTS (CAP + 1)
#else
#define SLOTS 4
#define COUNTED
#endif
#else
#define SLOTS CAP
#endif

byte tail, head, reserved;    /* ck: p_tail, c_head, p_head */
bit sealed;                   /* stamped: bit 0 of the tail */
bit closing;                  /* RQ_CLOSING */
byte final = NONE;
byte stamp[SLOTS];            /* 2 * lap, + 1 when filled */
byte cell[SLOTS];             /* position + 1, or nothing */
byte shown;                   /* how far the tail has ever been in memory */
byte held;                    /* ck, counted */

byte accepted, delivered, there;
byte producers = NP, running = NT + CLOSERS;
bit closeReturned, endReported;
bit refusal;                  /* an enqueue has been answered closed */

#define TAIL 100
#define HEAD 101
byte buffered[NT], what[DEPTH * NT], value[DEPTH * NT];

inline store(at, v) {
    if
    :: (at) == TAIL -> tail = v; if :: tail > shown -> shown = tail :: else fi
    :: (at) == HEAD -> head = v
    :: else -> stamp[at] = v
    fi
}
inline writeBack(t) {
    store(what[DEPTH * (t)], value[DEPTH * (t)]);
    what[DEPTH * (t)] = what[DEPTH * (t) + 1];
    value[DEPTH * (t)] = value[DEPTH * (t) + 1];
#if DEPTH > 2
    what[DEPTH * (t) + 1] = what[DEPTH * (t) + 2];
    value[DEPTH * (t) + 1] = value[DEPTH * (t) + 2];
#endif
    buffered[t]--;
    what[DEPTH * (t) + buffered[t]] = 0;
    value[DEPTH * (t) + buffered[t]] = 0
}
inline fence(t) {
    if :: buffered[t] > 0 -> writeBack(t) :: else fi;
    if :: buffered[t] > 0 -> writeBack(t) :: else fi
#if DEPTH > 2
    ; if :: buffered[t] > 0 -> writeBack(t) :: else fi
#endif
}
#define hasRoom (buffered[me] < DEPTH)
inline push(at, v) {
    what[DEPTH * me + buffered[me]] = at;
    value[DEPTH * me + buffered[me]] = v;
    buffered[me]++
}
/* A thread that is neither producer nor consumer has no buffer: it makes no plain store. */
inline fenceMine() {
    if :: me < NT -> fence(me) :: else fi
}
inline membarrier() {
#ifdef FENCED
    fenceMine()
#else
    fence(0);
    fence(1);
#if NT > 2
    fence(2);
#endif
#if NT > 3
    fence(3);
#endif
    skip
#endif
}

/* rq_final_decide; leaves the final index in `f` */
#define NOBODY 99
#ifdef NO_MEMBARRIER_IN_CLOSE
#define skipsMembarrier (me >= NT)
#endif
#ifdef NO_MEMBARRIER_IN_CONSUMER
#define skipsMembarrier (me >= NP && me < NT)
#endif
#ifdef NO_MEMBARRIER_IN_PRODUCER
#define skipsMembarrier (me < NP)
#endif
#ifndef skipsMembarrier
#define skipsMembarrier false
#endif

inline decide() {
    if
    :: atomic { final != NONE -> f = final }
    :: else ->
        d_step { if :: skipsMembarrier :: else -> membarrier() fi };
        f = tail;
        d_step {
            fenceMine();
            if
            :: final == NONE -> final = f
            :: else -> f = final
            fi
        }
    fi
}

/* rq_ring_close */
inline close() {
#if FORM == 2 || FORM == 3
    d_step { fenceMine(); sealed = 1 };        /* E10 */
    d_step { fenceMine(); closing = 1 };
#else
    d_step { fenceMine(); closing = 1 };       /* E13 */
#if !defined(NO_ARBITRATION)
    decide();
#endif
#endif
    atomic { f = 0; closeReturned = 1 }
}

inline fill(p) {
    assert(cell[(p) % SLOTS] == 0);
    cell[(p) % SLOTS] = (p) + 1;
    there++;
    assert(there <= CAP)
}
inline takeOut(p) {
    assert(cell[(p) % SLOTS] == (p) + 1);
    cell[(p) % SLOTS] = 0;
    there--
}
inline accept(n) {
    assert(!startedLate);
    assert(!afterRefusal);
#if FORM == 2 || FORM == 3
    assert(!endReported);
#endif
    accepted = accepted + n
}
inline startEnqueue() {
    d_step { startedLate = closeReturned; afterRefusal = refusal }
}
/* rq_final_is_settled: decides whether a producer that found no room answers closed */
#if defined(CLOSED_BY_THE_MARK) || defined(NO_ARBITRATION)
#define isSealed (closing == 1)                  /* nothing settled: its own next element could still win */
#else
#define isSealed (final != NONE)
#endif
inline reportEnd() {
    endReported = 1;
#if FORM == 1
    assert(delivered == head_)
#elif FORM == 4
    assert(final != NONE && head >= final)
#else
    assert(sealed && head == tail)
#endif
}
inline threadOver() {
    running--;
    assert(running > 0 || accepted == delivered)
}

#define filled(p) (stamp[(p) % CAP] == 2 * ((p) / CAP) + 1)
#define free(p) (stamp[(p) % CAP] == 2 * ((p) / CAP))

/* FORM 1 ------------------------------------------------------------------------------------------------------- */
#if FORM == 1

#if defined(NO_ARBITRATION) || defined(CONSUMER_IGNORES_MARK)
#define consumerLooks false
#else
#define consumerLooks true
#endif

#ifdef CONSUMER_IGNORES_MARK
#define toldOfClose (final != NONE)
#else
#define toldOfClose closing
#endif

#ifdef NO_ARBITRATION
#define ended (closing && tail == head_)     /* a mark and an empty ring, and nothing settled */
#else
#define ended (final != NONE && final == head_)
#endif

proctype producer(byte me) {
    byte left = EACH, tail_, remembered, n, i, f;
    bit startedLate, afterRefusal, noRoom;
    do
    :: left > 0 ->
        startEnqueue();
        if                                                 /* R1: looks again only if it seems full */
        :: tail_ - remembered < CAP -> skip
        :: else -> d_step { remembered = head; noRoom = (tail_ - remembered == CAP) }
        fi;
#ifdef NO_ARBITRATION
        noRoom = noRoom || closing;                        /* or refused beforehand */
#endif
        if
        :: noRoom ->
            /* No room, when it looked. Closed, or another enqueue once that can end otherwise. */
            if
            :: atomic { isSealed -> refusal = 1; left-- }
            :: else -> (tail_ - head < CAP || isSealed)
            fi;
            noRoom = 0
        :: else ->
            do                                             /* fill; the run may be shorter than PB */
            :: atomic { n < PB && n < left && tail_ + n - remembered < CAP -> fill(tail_ + n); n++ }
            :: n > 0 -> break
            od;
            atomic { hasRoom -> push(TAIL, tail_ + n) };   /* R2 */
#if defined(FENCED) && !defined(NO_FENCE_IN_PUBLISH)
            d_step { fence(me) };
#endif
#ifdef NO_ARBITRATION
            atomic { accept(n); tail_ = tail_ + n };       /* it looked at the mark before */
#else
            if
            :: closing == 0 -> accept(n); tail_ = tail_ + n   /* E11 */
            :: closing == 1 ->                             /* settle */
                d_step {
                    fence(me);
                    if
                    :: final == NONE -> final = tail_ + n; f = final
                    :: else -> f = final
                    fi
                };
                if
                :: f > tail_ -> assert(f >= tail_ + n); accept(n); tail_ = tail_ + n
                :: else ->
                    d_step {                               /* back to the caller */
                        i = 0;
                        do
                        :: i < n -> takeOut(tail_ + i); i++
                        :: else -> break
                        od;
                        i = 0
                    };
                    atomic { hasRoom -> push(TAIL, tail_); refusal = 1 }
                fi
            fi;
#endif
            atomic { left = left - n; n = 0; f = 0 }
        fi;
        d_step { startedLate = 0; afterRefusal = 0 }
    :: else -> break
    od;
#ifdef FINISH
    close();
#endif
    atomic { threadOver() }
}

proctype consumer(byte me) {
    byte head_, remembered, n, f;
    bit draining;
    do
    ::
#ifdef DRAIN
        if
        :: !draining -> draining = 1; close()
        :: true
        fi;
#endif
        if
        :: remembered != head_ -> skip
        :: else ->
#ifdef MARK_BEFORE_TAIL
            draining = closing;
            remembered = tail;
            if :: draining -> decide(); remembered = f; f = 0 :: else fi;
#else
            remembered = tail;                             /* R3 */
            if                                             /* E12: the mark after the tail */
            :: closing && consumerLooks -> decide(); remembered = f; f = 0
            :: else
            fi
#endif
        fi;
        if
        :: remembered != head_ ->
            do
            :: atomic {
                n < CB && head_ + n != remembered ->
                assert(head_ + n < shown);                 /* what it reads has been published */
                takeOut(head_ + n);
                n++ }
            :: n > 0 -> break
            od;
            atomic { hasRoom -> head_ = head_ + n; delivered = delivered + n; push(HEAD, head_); n = 0 }   /* R4 */
        :: remembered == head_ ->
            if
            :: atomic { ended -> reportEnd() }; break
            :: else -> (toldOfClose || tail != head_)          /* sleep */
            fi
        fi
    od;
    atomic { threadOver() }
}
#endif

/* FORMS 2 and 3 ------------------------------------------------------------------------------------------------ */
#if FORM == 2 || FORM == 3

#ifdef SEAL_BESIDE_THE_TAIL
#define refusedByTail false                      /* a plain flag: looked at before, not by the compare-and-swap */
#else
#define refusedByTail sealed
#endif

proctype producer(byte me) {
    byte left = EACH, position, n, f;
    bit startedLate, afterRefusal, refused;
    do
    :: left > 0 ->
        startEnqueue();
#if FORM == 2
        /* look (R1); only this thread moves the tail. Full: again when that has changed, or be refused. */
        if
        :: atomic { !sealed && free(tail) -> position = tail; n = 1 };
            do
            :: atomic { n < PB && n < left && free(position + n) -> n++ }
            :: true -> break
            od
        :: sealed -> refused = 1
        fi;
        if
        :: refused -> skip
        :: else ->
            d_step { f = 0; do :: f < n -> fill(position + f); f++ :: else -> break od; f = 0 };
#ifdef STAMP_BEFORE_COMMIT
            do
            :: atomic { f < n && hasRoom -> push((position + f) % CAP, 2 * ((position + f) / CAP) + 1); f++ }
            :: f == n -> break
            od;
            atomic { f = 0 };
#endif
            d_step {                                       /* commit: one compare-and-swap */
                fence(me);
                if
#ifdef COMMIT_BY_STORE
                :: true -> tail = position + n; sealed = 0
#else
                :: !refusedByTail -> tail = position + n
                :: else -> refused = 1
#endif
                fi
            };
            if
            :: refused ->
                d_step { f = 0; do :: f < n -> takeOut(position + f); f++ :: else -> break od; f = 0 }
            :: else ->
                accept(n);
#ifndef STAMP_BEFORE_COMMIT
                do                                         /* publish (R2) */
                :: atomic { f < n && hasRoom -> push((position + f) % CAP, 2 * ((position + f) / CAP) + 1); f++ }
                :: f == n -> f = 0; break
                od
#endif
            fi
        fi;
#else
#ifdef SEAL_BESIDE_THE_TAIL
        refused = sealed;
#endif
        if
        :: atomic {                                        /* reserve (R1) */
            !refused && !refusedByTail && free(tail) ->
            n = 1;
            do
            :: n < PB && n < left && free(tail + n) -> n++
            :: true -> break
            od;
            fence(me);
            position = tail;
            tail = tail + n;
            accept(n) };
            do                                             /* fill and publish one by one (R2) */
            :: atomic { f < n && hasRoom -> fill(position + f);
                push((position + f) % CAP, 2 * ((position + f) / CAP) + 1); f++ }
            :: f == n -> f = 0; break
            od
        :: sealed -> refused = 1
        fi;
#endif
        atomic {
            if
            :: refused -> refusal = 1; left = (left > 1 -> 1 : 0)     /* once more: refused as well */
            :: else -> left = left - n
            fi;
            n = 0; position = 0; refused = 0; startedLate = 0; afterRefusal = 0
        }
    :: else -> break
    od;
#ifdef FINISH
    atomic { producers--; refused = (producers == 0) };
    if
    :: refused -> close()
    :: else
    fi;
#endif
    atomic { threadOver() }
}

proctype consumer(byte me) {
    byte position, n, f;
    bit draining;
    do
    ::
#ifdef DRAIN
        if
        :: me == NP && !draining -> draining = 1; close()
        :: true
        fi;
#endif
        if
        :: atomic {                                        /* claim (R3) */
            filled(head) ->
            n = 1;
            do
            :: n < CB && filled(head + n) -> n++
            :: true -> break
            od;
            fence(me);
            position = head;
            head = head + n };
            do                                             /* release one by one (R4) */
            :: atomic { f < n && hasRoom -> takeOut(position + f); delivered++;
                push((position + f) % CAP, 2 * ((position + f) / CAP) + 2); f++ }
            :: f == n -> break
            od;
            atomic { f = 0; n = 0; position = 0 }
#ifdef END_ON_THE_MARK_ALONE
        :: atomic { sealed && !filled(head) -> reportEnd() }; break
#else
        :: atomic { sealed && head == tail -> reportEnd() }; break
#endif
        fi
    od;
    atomic { threadOver() }
}
#endif

/* FORM 4 ------------------------------------------------------------------------------------------------------- */
#if FORM == 4

#ifdef COUNTED
#define roomLeft (held < CAP)
#else
#define roomLeft (reserved - head < SLOTS - 1)
#endif

proctype producer(byte me) {
    byte left = EACH, ticket, f;
    bit startedLate, afterRefusal, refused, again;
    do
    :: left > 0 ->
        startEnqueue();
        if
#ifdef COUNTED
        :: atomic { roomLeft -> fence(me); held++ };       /* rq_ck_hold */
            atomic { fence(me); assert(reserved - head < SLOTS - 1); ticket = reserved; reserved++ }
#else
        :: atomic { roomLeft -> fence(me); ticket = reserved; reserved++ }
#endif
            d_step { fill(ticket) };
            atomic { tail == ticket && hasRoom -> push(TAIL, ticket + 1) };   /* commit_mp: in order (R2) */
#if defined(FENCED) && !defined(NO_FENCE_IN_PUBLISH)
            d_step { fence(me) };
#endif
            if
            :: closing == 0 -> accept(1)                   /* E11 */
            :: closing == 1 ->
#ifdef PRODUCER_PROPOSES
                d_step {
                    fence(me);
                    if
                    :: final == NONE -> final = ticket + 1; f = final
                    :: else -> f = final
                    fi
                };
#else
                decide();
#endif
                /* Refused: its bits stay in the ring, but belong to no one; the element goes back to the caller. */
                if
                :: f > ticket -> accept(1)
                :: else -> refused = 1
                fi
            fi
        :: !(roomLeft) ->
            /* No room, when it looked. Closed, or another enqueue once that can end otherwise. */
            if
            :: atomic { isSealed -> refused = 1 }
            :: else -> atomic { (roomLeft || isSealed) -> again = 1 }
            fi
        fi;
        atomic {
            if
            :: refused -> refusal = 1; left = (left > 1 -> 1 : 0)     /* once more: refused as well */
            :: again -> skip
            :: else -> left--
            fi;
            ticket = 0; f = 0; refused = 0; again = 0; startedLate = 0; afterRefusal = 0
        }
    :: else -> break
    od;
#ifdef FINISH
    atomic { producers--; refused = (producers == 0) };
    if
    :: refused -> close()
    :: else
    fi;
#endif
    atomic { threadOver() }
}

proctype consumer(byte me) {
    byte c, f;
    bit draining, taken;
#ifdef MARK_BEFORE_TAIL
    bit mark;
#else
#define mark closing
#endif
    do
    ::
#ifdef DRAIN
        if
        :: me == NP && !draining -> draining = 1; close()
        :: true
        fi;
#endif
#ifdef MARK_BEFORE_TAIL
        mark = closing;
#endif
        c = head;
        do                                                 /* _ck_ring_dequeue_mc */
        :: tail != c ->                                    /* R3 */
            d_step {
                fence(me);
                if
                :: head == c ->
                    assert(c < shown);
                    takeOut(c);
                    head++;
                    taken = 1
                :: else -> c = head
                fi
            };
            if :: taken -> break :: else fi
        :: atomic { tail == c -> skip }; break
        od;
        if
        :: taken ->
            taken = 0;
#ifdef COUNTED
            d_step { fence(me); held-- };
#endif
#ifdef CONSUMER_IGNORES_MARK
            delivered++
#else
            if                                             /* E12 */
            :: atomic { mark == 0 -> delivered++ }
            :: mark == 1 -> decide();
                if
                :: f > c -> delivered++
                :: else -> f = 0; reportEnd(); break             /* nothing belongs to the queue any more */
                fi
            fi
#endif
        :: else ->                                         /* rq_ck_empty */
            if
            :: closing == 1 -> decide();
                if
                :: atomic { head >= f -> f = 0; reportEnd() }; break
                :: else -> f = 0
                fi
            :: else -> (closing || tail != head)           /* sleep */
            fi
        fi;
        atomic { c = 0; f = 0 }
    od;
    atomic { threadOver() }
}
#endif

proctype closer(byte me) {
    byte f;
    close();
    atomic { threadOver() }
}

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
    od
}

init {
    byte t;
    atomic {
        do
        :: t < NP -> run producer(t); t++
        :: t >= NP && t < NT -> run consumer(t); t++
        :: t >= NT && t < NT + CLOSERS -> run closer(t); t++
        :: else -> t = 0; break
        od;
        run memory()
    }
}
