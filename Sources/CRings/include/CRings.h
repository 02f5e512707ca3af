// The three rings. All of them use the same terms: reserve, publish, claim, release, signal.
// Hot paths are in these headers, slow paths in the .c files of the same names. A file includes only files below it:
//
//   rq_wait          waiting for a ring: the policy, and parking
//   rq_ring          operations on any ring, whatever its form
//   rq_index, rq_stamped, rq_ck     the rings
//   rq_final, rq_layout             the final index of rq_index and rq_ck; the slot layout of rq_stamped
//   rq_gate          what every ring has in addition to its slots
//   rq_event         the event count: parking and signalling
//   rq_sleeper       waiters that are not threads: tasks, callbacks
//   rq_lock          a lock for the slow paths
//   rq_platform      what only the operating system can do
//   rq_atomic        every access to shared memory
#ifndef CRINGS_H
#define CRINGS_H

#include "rq_assert.h"
#include "rq_atomic.h"
#include "rq_ck.h"
#include "rq_event.h"
#include "rq_final.h"
#include "rq_gate.h"
#include "rq_history.h"
#include "rq_index.h"
#include "rq_layout.h"
#include "rq_lock.h"
#include "rq_platform.h"
#include "rq_ring.h"
#include "rq_sleeper.h"
#include "rq_stamped.h"
#include "rq_wait.h"

#endif
