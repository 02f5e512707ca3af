#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>

/// Takes the wait policy through each of its transitions, one thread in a scripted world: each check whose name contains
/// `only`. Prints one line for each. Returns how many there were, and sets `broken` if one failed.
int policy_check(const char *only, bool *broken);

#endif
