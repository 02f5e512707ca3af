// What the Swift layer may cost at most: the same loop in C over the same header.
#ifndef C_RING_LOOP_H
#define C_RING_LOOP_H

#include <stdint.h>

/// Enqueues and dequeues `pairs` elements of 8 bytes one by one through the SPSC ring, on this thread, by the steps of
/// the `try…` calls. Returns the sum of what was dequeued, or -1 without memory.
int64_t crl_spsc_pairs(int64_t pairs);

#endif
