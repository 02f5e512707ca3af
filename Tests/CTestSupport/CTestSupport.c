#define _GNU_SOURCE
#include "CTestSupport.h"

#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool ts_deny_membarrier(void) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

static volatile sig_atomic_t printed;

static void print_stack(int signal) {
    (void)signal;
    void *frames[64];
    backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
    printed = 1;
}

void ts_print_stacks(void) {
    void *frame;
    backtrace(&frame, 1);  // loads what the handler needs, outside of it
    struct sigaction action = {.sa_handler = print_stack, .sa_flags = SA_RESTART};
    sigaction(SIGUSR2, &action, NULL);
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL) return;
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        long thread = strtol(task->d_name, NULL, 10);
        if (thread <= 0) continue;
        char path[64], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%ld/comm", thread);
        FILE *file = fopen(path, "re");
        if (file != NULL) {
            if (fgets(name, sizeof name, file) != NULL) name[strcspn(name, "\n")] = '\0';
            fclose(file);
        }
        fprintf(stderr, "-- thread %ld '%s'\n", thread, name);
        printed = 0;
        if (syscall(SYS_tgkill, getpid(), thread, SIGUSR2) != 0) continue;
        // A thread that cannot answer must not hold up the report of the others.
        for (int i = 0; i < 1000 && !printed; i++) nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    closedir(tasks);
}

static uint64_t interruptions;
static uint32_t standstill;

static void interrupted(int signal) {
    (void)signal;
    __atomic_fetch_add(&interruptions, 1, __ATOMIC_RELAXED);
    int error = errno;
    if (standstill > 0) nanosleep(&(struct timespec){0, standstill}, NULL);
    errno = error;
}

bool ts_catch_interruptions(uint32_t nanoseconds) {
    standstill = nanoseconds;
    struct sigaction action = {.sa_handler = interrupted};
    return sigaction(SIGUSR1, &action, NULL) == 0;
}

uint64_t ts_interruptions(void) { return __atomic_load_n(&interruptions, __ATOMIC_RELAXED); }

void ts_accept_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int32_t ts_thread_id(void) { return (int32_t)gettid(); }

bool ts_thread_sleeps(int32_t thread) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    // The state follows the name, which is in brackets and may contain any character.
    const char *name = read ? strrchr(line, ')') : NULL;
    return name != NULL && name[1] == ' ' && name[2] == 'S';
}

void ts_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("" ::: "memory");
#endif
}

bool ts_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return child > 0 && status == 0;
}

size_t ts_allocated_bytes(void *allocation) { return malloc_usable_size(allocation); }

/// The size of the calling thread's stack, and its top.
static size_t stack_size(const char **top) {
    pthread_attr_t attributes;
    void *low;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    *top = (const char *)low + size;
    return size;
}

size_t ts_stack_size(void) {
    const char *top;
    return stack_size(&top);
}

bool ts_default_stack(size_t bytes) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    bool done =
        pthread_attr_setstacksize(&attributes, bytes) == 0 && pthread_setattr_default_np(&attributes) == 0;
    pthread_attr_destroy(&attributes);
    return done;
}

int ts_processor(void) { return sched_getcpu(); }

static void *use_at_start(void *used) {
    const char *top;
    if (stack_size(&top) > 0) *(size_t *)used = (size_t)(top - (const char *)__builtin_frame_address(0));
    return NULL;
}

size_t ts_stack_used_at_start(void) {
    pthread_t thread;
    size_t used = 0;
    if (pthread_create(&thread, NULL, use_at_start, &used) != 0) return 0;
    pthread_join(thread, NULL);
    return used;
}
