#define _GNU_SOURCE
#include "rq_platform.h"
#include "rq_assert.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void rq_park(rq_atomic32 *at, uint32_t expected, int64_t nanoseconds) {
    struct timespec relative = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    struct timespec *timeout = nanoseconds == INT64_MAX ? NULL : &relative;
    // EINTR, EAGAIN and ETIMEDOUT all mean the same to the caller: try again.
    syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, expected, timeout, NULL, 0);
}

void rq_sleep(int64_t nanoseconds) {
    struct timespec time = {0, nanoseconds};
    nanosleep(&time, NULL);
}

void rq_yield(void) { sched_yield(); }

void rq_assertion_failed(const char *invariant, const char *file, int line) {
    fprintf(stderr, "RingQueues: %s:%d: this invariant does not hold: %s\n", file, line, invariant);
    abort();
}

int rq_unpark(rq_atomic32 *at, int count) {
    return (int)syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool fence_everywhere;
static int quota = INT32_MAX;

static long read_long(const char *path, int field) {
    FILE *file = fopen(path, "re");
    if (file == NULL) return -1;
    char words[2][32] = {"", ""};
    int count = fscanf(file, "%31s %31s", words[0], words[1]);
    fclose(file);
    if (count <= field) return -1;
    char *end;
    long value = strtol(words[field], &end, 10);
    return end == words[field] ? -1 : value;
}

/// The smallest quota, in whole processors, of the cgroup `path` and its parents. Shortens `path` to go through them.
static int quota_below(const char *root, char *path, bool version2) {
    int least = INT32_MAX;
    for (;;) {
        char file[1200];
        long limit, period;
        if (version2) {
            snprintf(file, sizeof file, "%s%s/cpu.max", root, path);
            limit = read_long(file, 0);
            period = read_long(file, 1);
        } else {
            snprintf(file, sizeof file, "%s%s/cpu.cfs_quota_us", root, path);
            limit = read_long(file, 0);
            snprintf(file, sizeof file, "%s%s/cpu.cfs_period_us", root, path);
            period = read_long(file, 0);
        }
        if (limit > 0 && period > 0) {
            int whole = (int)((limit + period - 1) / period);
            if (whole < least) least = whole;
        }
        char *slash = strrchr(path, '/');
        if (slash == NULL) return least;
        *slash = '\0';
    }
}

static void read_quota(void) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) return;
    char line[1024];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL) continue;
        *path++ = '\0';
        controllers++;
        int allowed = INT32_MAX;
        if (*controllers == '\0') {
            allowed = quota_below("/sys/fs/cgroup", path, true);
        } else if (strcmp(controllers, "cpu") == 0 || strstr(controllers, "cpu,") == controllers ||
                   strstr(controllers, ",cpu") != NULL) {
            allowed = quota_below("/sys/fs/cgroup/cpu", path, false);
        }
        if (allowed < quota) quota = allowed;
    }
    fclose(file);
}

static void look_around(void) {
    long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    fence_everywhere = commands >= 0 && (commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED) &&
                       syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    read_quota();
}

bool rq_fence_everywhere_available(void) {
    pthread_once(&once, look_around);
    return fence_everywhere;
}

void rq_fence_everywhere(void) {
    // Queues are created through rq_fence_everywhere_available, so `once` has run before any thread gets here.
    if (!fence_everywhere) {
        rq_fence_full();
        return;
    }
    // The call was allowed once, so it fails only if memory is short, or if it has been forbidden since. The slow form may
    // still work. If neither works, signals would miss waiting threads, so the process must not continue.
    while (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) {
        int why = errno;
        if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) return;
        if (why != ENOMEM && why != EINTR) {
            errno = why;
            perror("RingQueues: membarrier was allowed when the first queue was made, and is refused now");
            abort();
        }
        sched_yield();
    }
}

int rq_descriptor_make(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

// A write fails only if the counter is near 2^64, and a read only if it is zero: then there is nothing to do.
void rq_descriptor_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void rq_descriptor_clear(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
}

void rq_descriptor_close(int descriptor) { close(descriptor); }

int64_t rq_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int rq_cores(void) {
    cpu_set_t set;
    // Read the main thread's mask: `taskset` sets it for the process, and a thread that binds itself does not change it.
    int count = sched_getaffinity(getpid(), sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < 1 ? 1 : count;
}

int rq_processors(void) {
    pthread_once(&once, look_around);
    int cores = rq_cores();
    return cores < quota ? cores : quota;
}

int32_t rq_quota(void) {
    pthread_once(&once, look_around);
    return quota;
}

bool rq_has_memory(size_t bytes) {
    // Volatile: otherwise the compiler assumes that an unused allocation succeeds.
    void *volatile probe = malloc(bytes);
    bool there = probe != NULL;
    free(probe);
    return there;
}

int rq_processor(void) {
    int processor = sched_getcpu();
    return processor < 0 ? 0 : processor;
}

bool rq_may_use(int processor) {
    cpu_set_t set;
    if (processor < 0 || processor >= CPU_SETSIZE) return false;
    return sched_getaffinity(getpid(), sizeof set, &set) == 0 && CPU_ISSET(processor, &set);
}

int rq_spinning_mutex_type(void) { return PTHREAD_MUTEX_ADAPTIVE_NP; }

int64_t rq_used(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

void rq_thread_name(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

size_t rq_thread_local_bytes(void) {
    // Only glibc knows the size of the static thread-local storage. This function returns that size plus a page and
    // PTHREAD_STACK_MIN; Rust's standard library uses it, too. If it is missing, reserve generously.
    size_t (*least)(const pthread_attr_t *) =
        (size_t (*)(const pthread_attr_t *))dlsym(RTLD_DEFAULT, "__pthread_get_minstack");
    if (least == NULL) return (size_t)PTHREAD_STACK_MIN;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    size_t bytes = least(&attributes) - (size_t)PTHREAD_STACK_MIN;
    pthread_attr_destroy(&attributes);
    return bytes;
}

const char *rq_error_name(int code) { return strerrorname_np(code); }

int rq_thread_pin(int ordinal) {
    cpu_set_t allowed, one;
    if (sched_getaffinity(getpid(), sizeof allowed, &allowed) != 0) return errno;
    int wanted = ordinal % CPU_COUNT(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed) || wanted-- > 0) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    }
    return EINVAL;
}

int rq_thread_tie(const int32_t *processors, int count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < count; i++) CPU_SET(processors[i], &set);
    return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}
