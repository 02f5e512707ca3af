// The rings: three of them behind one set of words (reserve, publish, claim, release, signal).
// Hot paths stand in these headers, slow paths in the .c files beside them.
#ifndef CRINGS_H
#define CRINGS_H

#include "rq_atomic.h"
#include "rq_ck.h"
#include "rq_event.h"
#include "rq_gate.h"
#include "rq_index.h"
#include "rq_platform.h"
#include "rq_stamped.h"
#include "rq_wait.h"

#endif
