#define _GNU_SOURCE
#include "CTestSupport.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool ts_open_pipe(int32_t ends[2]) { return pipe2(ends, O_CLOEXEC) == 0; }

bool ts_open_terminal(int32_t ends[2], uint16_t columns) {
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0) return false;
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    char name[64];
    if (ioctl(ends[0], TIOCSWINSZ, &size) != 0 || ptsname_r(ends[0], name, sizeof name) != 0) return false;
    ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return ends[1] >= 0;
}

bool ts_has_ended(int32_t process) {
    siginfo_t facts = {0};
    return waitid(P_PID, (id_t)process, &facts, WEXITED | WNOHANG | WNOWAIT) != 0 || facts.si_pid != 0;
}
