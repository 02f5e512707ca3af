#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "rq_event.h"

/// Whether the modelled system refuses membarrier to rings that are made from now on.
extern bool platform_refuses_membarrier;

/// Begins to count the announcements at these two events. Called before each execution.
void platform_reset(const rq_event *one, const rq_event *other);

/// How often threads announced that they wait.
int platform_announced(const rq_event *event);

enum { CLOCK_TAKES = 20 };  ///< in a script: nanoseconds to read the clock

/// A world for one thread, in place of the explored one: a clock that only moves as the script says, and a note of the
/// actions.
typedef struct platform_script {
    int64_t now;
    int64_t used;         ///< processor time
    int64_t yield_takes;  ///< how long each yield lasts
    void (*meanwhile)(void);  ///< what another thread does in the middle of each yield; NULL: nothing
    int64_t sleep_takes;  ///< how long a parked thread sleeps, unless its deadline passes before
    int own_percent;      ///< how much of its two processors the process uses
    int actions;          ///< yields, sleeps
    char note[64];
    int count;            ///< of the last letter in it
} platform_script;

/// NULL: the explored world.
extern platform_script *platform_scripted;

/// Notes an action. The same letter again is counted, and 's' only once in a row.
void platform_note(char letter);
void platform_start_note(void);
const char *platform_noted(void);

#endif
