#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>

/// Whether the modelled system refuses membarrier to rings that are made from now on.
extern bool platform_refuses_membarrier;

#endif
