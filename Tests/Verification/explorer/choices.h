// Every execution of a program that asks this module for its choices, one after the other: depth first through the
// answers.
#ifndef CHOICES_H
#define CHOICES_H

#include <stdbool.h>

/// Forgets all answers.
void ch_first(void);
/// Starts an execution. It repeats the known answers, and takes the first answer of every later choice.
void ch_again(void);
/// Which of `of` answers the execution takes.
int ch_choose(int of);
/// Moves on: the next execution takes the next answer of the last choice that has one. False if none has.
bool ch_next(void);

#endif
