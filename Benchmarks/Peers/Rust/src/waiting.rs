//! The two ways to wait, as types: each loop is compiled for the one it uses.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::queue::{Inlet, Outlet, Received};

pub trait Waiting {
    fn put<M, O: Outlet<M>>(out: &O, message: M);
    /// `None` at the end of the stream.
    fn take<M, I: Inlet<M>>(input: &I) -> Option<M>;
}

/// The contender's waiting calls.
pub struct Block;

impl Waiting for Block {
    #[inline(always)]
    fn put<M, O: Outlet<M>>(out: &O, message: M) {
        out.send(message)
    }

    #[inline(always)]
    fn take<M, I: Inlet<M>>(input: &I) -> Option<M> {
        input.receive()
    }
}

/// The calls that do not wait, in a loop.
pub struct Spin;

impl Waiting for Spin {
    #[inline(always)]
    fn put<M, O: Outlet<M>>(out: &O, mut message: M) {
        let mut tries = Tries(0);
        while let Err(back) = out.try_send(message) {
            message = back;
            tries.failed();
        }
    }

    #[inline(always)]
    fn take<M, I: Inlet<M>>(input: &I) -> Option<M> {
        let mut tries = Tries(0);
        loop {
            match input.try_receive() {
                Received::Message(message) => return Some(message),
                Received::Nothing => tries.failed(),
                Received::End => return None,
            }
        }
    }
}

/// After this many failed tries a thread yields. Written before there are threads.
static YIELDS_AFTER: AtomicU32 = AtomicU32::new(256);

/// On one processor, the thread that could end the wait does not run as long as this thread does.
pub fn yield_at_once_if(is_alone: bool) {
    if is_alone {
        YIELDS_AFTER.store(1, Relaxed);
    }
}

/// Failed tries, in a row.
struct Tries(u32);

impl Tries {
    fn failed(&mut self) {
        std::hint::spin_loop();
        self.0 += 1;
        if self.0 >= YIELDS_AFTER.load(Relaxed) {
            self.0 = 0;
            std::thread::yield_now();
        }
    }
}
