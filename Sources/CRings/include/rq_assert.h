// Assertions of invariants: enabled in debug builds and under the explorer, compiled out in release builds.
#ifndef RQ_ASSERT_H
#define RQ_ASSERT_H

#include "rq_atomic.h"

RQ_ASSUME_NONNULL_BEGIN

/// Prints the invariant that does not hold, and ends the process.
void rq_assertion_failed(const char *invariant, const char *file, int line);

/// Checks an invariant. The condition must have no effect: a release build does not evaluate it.
#ifdef RQ_DEBUG
#define rq_assert(invariant) \
    (RQ_LIKELY(invariant) ? (void)0 : rq_assertion_failed(#invariant, __FILE__, __LINE__))
#else
#define rq_assert(invariant) ((void)sizeof(!(invariant)))
#endif

RQ_ASSUME_NONNULL_END

#endif
