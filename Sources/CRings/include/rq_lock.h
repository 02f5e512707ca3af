// A lock for a few instructions that move no element and call nothing. Only slow paths take it.
//
// U. Drepper, 'Futexes Are Tricky', 2011, the second mutex: 0 is free, 1 is held, 2 is held and a thread may sleep.
#ifndef RQ_LOCK_H
#define RQ_LOCK_H

#include "rq_platform.h"

RQ_ASSUME_NONNULL_BEGIN

RQ_INLINE void rq_lock(rq_atomic32 *lock) {
    uint32_t found, wanted = 1;
    while (!rq_cas32(lock, 0, wanted, &found)) {
        wanted = 2;  // other threads may sleep as well
        if (found == 2 || rq_cas32(lock, 1, 2, &found)) rq_park(lock, 2, INT64_MAX);
    }
    rq_fence_acquire();  // E19: pairs with the release in rq_unlock
}

RQ_INLINE void rq_unlock(rq_atomic32 *lock) {
    rq_fence_release();  // E19
    if (rq_add32(lock, -1u) == 1) return;
    rq_store32_release(lock, 0);
    rq_unpark(lock, 1);
}

RQ_ASSUME_NONNULL_END

#endif
