#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>

#include "rq_event.h"

/// Whether the modelled system refuses membarrier to rings that are made from now on.
extern bool platform_refuses_membarrier;

/// Forgets who announced itself. Before each execution.
void platform_reset(void);

/// How often threads announced that they wait.
int platform_announced(const rq_event *event);

#endif
