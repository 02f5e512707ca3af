//! Clocks that a thread reads, and the one by which it sleeps.

/// Nanoseconds of the monotonic clock.
pub fn now() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds that processors have spent on this process.
pub fn processor_time() -> u64 {
    read(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Keeps the processor busy for the given time.
pub fn work(nanoseconds: u64) {
    let end = now() + nanoseconds;
    while now() < end {}
}

/// Sleeps until the monotonic clock shows `deadline`; not at all if it is past that.
pub fn sleep_until(deadline: u64) {
    let time = libc::timespec {
        tv_sec: (deadline / 1_000_000_000) as libc::time_t,
        tv_nsec: (deadline % 1_000_000_000) as libc::c_long,
    };
    // SAFETY: `time` outlives the call; for an absolute deadline no remainder is written.
    while unsafe { libc::clock_nanosleep(libc::CLOCK_MONOTONIC, libc::TIMER_ABSTIME, &time, std::ptr::null_mut()) }
        == libc::EINTR
    {}
}

fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is this function's own; both clocks exist wherever Linux runs.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
