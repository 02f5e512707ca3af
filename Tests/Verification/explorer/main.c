// Explores the shipped rings. The options are described in scripts/lib/explore.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"
#include "scenario.h"

enum { BOUNDS = 8, SAMPLED = 20000, SAMPLED_LONG = 2000000 };

static void refuse(const char *option, const char *rule) {
    fprintf(stderr, "explore: %s: %s\n", option, rule);
    exit(2);
}

static const char *argument(const char *option, const char *text) {
    if (text == NULL) refuse(option, "needs a value");
    return text;
}

static int number(const char *option, const char *text, int most) {
    char *end;
    long value = strtol(argument(option, text), &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > most) {
        fprintf(stderr, "explore: %s must be a whole number from 0 to %d, got '%s'\n", option, most, text);
        exit(2);
    }
    return (int)value;
}

static uint64_t executions;
static int exhausted[BOUNDS];
static bool broken, unfinished;

/// False: a promise is broken.
static bool explore(const scenario *scenario, ex_limits limits) {
    ex_outcome outcome = scenario_explore(scenario, limits);
    char how[16] = "random";
    if (!ex_at_random) snprintf(how, sizeof how, "bound %d", limits.bound);
    char name[64];
    snprintf(name, sizeof name, "%s%s", scenario->name, queue_is_swift() ? ", Swift" : "");
    printf("%-47s %-7s %11llu executions, %s%s\n", name, how, (unsigned long long)outcome.executions,
           outcome.violated ? "broken: " : "",
           outcome.violated    ? outcome.what
           : ex_at_random      ? "all right"
           : outcome.exhausted ? "exhausted"
                               : "not exhausted");
    fflush(stdout);
    executions += outcome.executions;
    broken |= outcome.violated;
    unfinished |= !outcome.exhausted && !ex_at_random && limits.seconds == 0;
    exhausted[limits.bound] += outcome.exhausted;
    return !outcome.violated;
}

int main(int count, char **arguments) {
    bool is_long = false, first = false;
    int bound = -1, seconds = 0, explored = 0;
    ex_limits limits = {0};
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
            seconds = number(option, next, 1000000);
            i++;
        } else if (strcmp(option, "--only") == 0) {
            only = argument(option, next);
            i++;
        } else {
            refuse(option, "unknown option");
        }
    }
    // At random, the policy would do the same.
    if (!ex_at_random) explored += policy_check(only, &broken);
    for (int i = 0; i < scenario_count && !(broken && first); i++) {
        const scenario *scenario = &scenarios[i];
        if (strstr(scenario->name, only) == NULL || !scenario_suits(scenario)) continue;
        explored++;
        limits.executions = is_long ? SAMPLED_LONG : SAMPLED;
        if (limits.executions < scenario->executions) limits.executions = scenario->executions;
        limits.bound = bound >= 0 ? bound : scenario->bound;
        bool more = is_long && bound < 0 && !ex_at_random;
        limits.seconds = more ? 0 : seconds;
        bool holds = explore(scenario, limits);
        if (!more || !holds) continue;
        // What the ordinary bound exhausts has no limit of time; what lies beyond has.
        limits.bound++;
        limits.seconds = seconds;
        explore(scenario, limits);
    }
    if (explored == 0) refuse(only, "no scenario's name contains it");
    const char *of = queue_is_swift() ? " of the Swift ends" : "";
    printf("%d scenarios%s, %llu executions", explored, of, (unsigned long long)executions);
    for (int i = 0; i < BOUNDS; i++)
        if (exhausted[i] > 0) printf("; %d exhausted with bound %d", exhausted[i], i);
    printf("\n");
    return broken || unfinished ? 1 : 0;
}
