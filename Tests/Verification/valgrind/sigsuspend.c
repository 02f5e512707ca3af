// Preloaded under valgrind, whose own sigsuspend writes to the caller's mask: libdispatch's mask is in read-only
// memory, and its main thread waits there while the tests run (valgrind 3.19).
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}
