// The lower limit for the Swift layer: the same loops in C over the same header.
#ifndef C_RING_LOOP_H
#define C_RING_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/// Each of these enqueues and dequeues `pairs` elements of 8 bytes one by one, on this thread, by the steps of the
/// `try…` calls. Returns the sum of the dequeued values, or -1 without memory.
int64_t crl_index_pairs(int64_t pairs);

/// The stamped ring, with the steps for several or for one on either side.
int64_t crl_stamped_pairs(int64_t pairs, bool several_producers, bool several_consumers);

/// ConcurrencyKit's own calls.
int64_t crl_ck_pairs(int64_t pairs, bool several_producers, bool several_consumers);

#endif
