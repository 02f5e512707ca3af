// Explores the shipped rings. The options stand in scripts/explore.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

enum { BOUNDS = 8, SAMPLED = 20000, SAMPLED_LONG = 2000000 };

static void refuse(const char *option, const char *rule) {
    fprintf(stderr, "explore: %s: %s\n", option, rule);
    exit(2);
}

static const char *argument(const char *option, const char *text) {
    if (text == NULL) refuse(option, "something must follow");
    return text;
}

static int number(const char *option, const char *text, int most) {
    char *end;
    long value = strtol(argument(option, text), &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > most) refuse(option, "a whole number must follow");
    return (int)value;
}

int main(int count, char **arguments) {
    bool is_long = false, first = false;
    int bound = -1;
    ex_limits limits = {.executions = SAMPLED};
    const char *only = "";
    for (int i = 1; i < count; i++) {
        const char *option = arguments[i], *next = arguments[i + 1];
        if (strcmp(option, "--long") == 0) {
            is_long = true;
        } else if (strcmp(option, "--first") == 0) {
            first = true;
        } else if (strcmp(option, "--bound") == 0) {
            bound = number(option, next, BOUNDS - 1);
            i++;
        } else if (strcmp(option, "--seconds") == 0) {
            limits.seconds = number(option, next, 1000000);
            i++;
        } else if (strcmp(option, "--only") == 0) {
            only = argument(option, next);
            i++;
        } else {
            refuse(option, "there is no such option");
        }
    }
    if (is_long) limits.executions = SAMPLED_LONG;
    uint64_t executions = 0;
    int explored = 0, exhausted[BOUNDS] = {0};
    bool broken = false, unfinished = false;
    for (int i = 0; i < scenario_count && !(broken && first); i++) {
        const scenario *scenario = &scenarios[i];
        if (strstr(scenario->name, only) == NULL || !scenario_suits(scenario)) continue;
        limits.bound = bound >= 0 ? bound : scenario->bound + is_long;
        ex_outcome outcome = scenario_explore(scenario, limits);
        char how[16] = "random";
        if (!outcome.sampled) snprintf(how, sizeof how, "bound %d", limits.bound);
        printf("%-45s %-7s %11llu executions, %s%s\n", scenario->name, how, (unsigned long long)outcome.executions,
               outcome.violated ? "broken: " : "",
               outcome.violated    ? outcome.what
               : outcome.sampled   ? "all right"
               : outcome.exhausted ? "exhausted"
                                   : "not exhausted");
        fflush(stdout);
        executions += outcome.executions;
        explored++;
        broken |= outcome.violated;
        unfinished |= !outcome.exhausted && !outcome.sampled;
        exhausted[limits.bound] += outcome.exhausted;
    }
    if (explored == 0) refuse(only, "no scenario's name contains it");
    printf("%d scenarios, %llu executions", explored, (unsigned long long)executions);
    for (int i = 0; i < BOUNDS; i++)
        if (exhausted[i] > 0) printf("; %d exhausted with bound %d", exhausted[i], i);
    printf("\n");
    return broken || (unfinished && limits.seconds == 0) ? 1 : 0;
}
