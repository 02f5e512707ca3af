//! The threads of a shape: they start together, and each reports when it began and ended.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::clock;

pub struct Team {
    /// The main thread meets the others there.
    start: Barrier,
    /// Where threads are tied to; nowhere if there is none.
    processors: Vec<usize>,
    over: CachePadded<AtomicBool>,
}

impl Team {
    pub fn new(threads: usize, pinned: bool) -> Team {
        Team {
            start: Barrier::new(threads + 1),
            processors: if pinned { usable_processors() } else { Vec::new() },
            over: CachePadded::new(AtomicBool::new(false)),
        }
    }

    /// The work of thread `index`: it waits for the others, then works. Everything that `work` owns is dropped in its
    /// time.
    pub fn member<T>(&self, index: usize, work: impl FnOnce() -> T) -> (Span, T) {
        if !self.processors.is_empty() {
            pin(self.processors[index % self.processors.len()]);
        }
        self.start.wait();
        let mut span = Span::starting_now();
        let result = work();
        span.end_now();
        (span, result)
    }

    /// Lets the threads start, from the main thread.
    pub fn start(&self) {
        self.start.wait();
    }

    /// Lets the threads start, and tells them when their time is up.
    pub fn watch(&self, time: Duration) {
        self.start();
        thread::sleep(time);
        self.over.store(true, Relaxed);
    }

    #[inline(always)]
    pub fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }
}

/// Elapsed and processor time between two moments.
#[derive(Clone, Copy)]
pub struct Span {
    began: u64,
    ended: u64,
    processor_began: u64,
    processor_ended: u64,
}

impl Span {
    pub fn starting_now() -> Span {
        let (began, processor_began) = (clock::now(), clock::processor_time());
        Span { began, ended: began, processor_began, processor_ended: processor_began }
    }

    pub fn end_now(&mut self) {
        self.processor_ended = clock::processor_time();
        self.ended = clock::now();
    }

    /// From the first start to the last end.
    pub fn with(self, other: Span) -> Span {
        Span {
            began: self.began.min(other.began),
            ended: self.ended.max(other.ended),
            processor_began: self.processor_began.min(other.processor_began),
            processor_ended: self.processor_ended.max(other.processor_ended),
        }
    }

    pub fn nanoseconds(&self) -> u64 {
        self.ended - self.began
    }

    pub fn processor_nanoseconds(&self) -> u64 {
        self.processor_ended - self.processor_began
    }
}

/// What a thread that runs a team's member returns.
pub type Member<'scope, T> = thread::ScopedJoinHandle<'scope, (Span, T)>;

/// Waits for a thread and widens the span by its time.
pub fn join<T>(span: &mut Option<Span>, member: Member<T>) -> T {
    let (own, result) = member.join().expect("a panic aborts");
    *span = Some(span.map_or(own, |all| all.with(own)));
    result
}

pub fn usable_processors() -> Vec<usize> {
    // SAFETY: all zeros is the empty set, and the call writes no more than the size it is told.
    let set = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, std::mem::size_of_val(&set), &mut set);
        set
    };
    // SAFETY: the indices are in the set's range.
    (0..libc::CPU_SETSIZE as usize).filter(|&processor| unsafe { libc::CPU_ISSET(processor, &set) }).collect()
}

fn pin(processor: usize) {
    // SAFETY: all zeros is the empty set; the processor is one of `usable_processors`.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(processor, &mut set);
        libc::sched_setaffinity(0, std::mem::size_of_val(&set), &set);
    }
}
