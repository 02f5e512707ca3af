// Every execution of a program that asks here what to do, one after the other: depth first through its answers.
#ifndef CHOICES_H
#define CHOICES_H

#include <stdbool.h>

/// Forgets all answers.
void ch_first(void);
/// An execution starts. It takes the answers that are known, and of every choice behind them the first.
void ch_again(void);
/// Which of `of` answers it takes.
int ch_choose(int of);
/// The next execution takes the next answer of the last choice that has one. False if none has.
bool ch_next(void);

#endif
