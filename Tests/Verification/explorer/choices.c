#include "choices.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH = 1 << 14 };

// Every choice with more than one answer, and the answer.
static struct choice {
    uint16_t of, taken;
} path[DEPTH];
static int depth, length;

void ch_first(void) { length = 0; }

void ch_again(void) { depth = 0; }

int ch_choose(int of) {
    if (of == 1) return 0;
    if (depth == length) {
        if (length == DEPTH) {
            fprintf(stderr, "explore: more than %d choices in an execution\n", DEPTH);
            exit(2);
        }
        path[length++] = (struct choice){(uint16_t)of, 0};
    } else if (path[depth].of != of) {
        fprintf(stderr, "explore: an execution cannot be repeated: something survives from one to the next\n");
        exit(2);
    }
    return path[depth++].taken;
}

bool ch_next(void) {
    while (length > 0 && path[length - 1].taken + 1 == path[length - 1].of) length--;
    if (length == 0) return false;
    path[length - 1].taken++;
    return true;
}
