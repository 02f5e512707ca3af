//! The shapes, each written once for all queues, elements and ways to wait; here is what several of them do.

pub mod idle;
pub mod paced;
pub mod pingpong;
pub mod pipeline;
pub mod queue;

use crate::clock;
use crate::element::Element;
use crate::ledger::Total;
use crate::queue::{Inlet, Outlet};
use crate::samples::Samples;
use crate::waiting::Waiting;

/// Hands elements on, until the end.
fn pass<E: Element, W: Waiting>(input: impl Inlet<E>, out: impl Outlet<E>, work_ns: u64) {
    while let Some(element) = W::take(&input) {
        if work_ns > 0 {
            clock::work(work_ns);
        }
        W::put(&out, element);
    }
}

/// Takes elements that carry a time, and how long ago that was.
fn arrivals<E: Element, W: Waiting>(input: impl Inlet<E>, mut delays: Samples) -> (Total, Samples) {
    let mut taken = Total::NONE;
    while let Some(element) = W::take(&input) {
        delays.record(clock::now() - element.value());
        taken.enter(&element);
    }
    (taken, delays)
}

/// The end of a side that has one thread.
fn sole<T>(mut ends: Vec<T>) -> T {
    ends.pop().expect("there is an end for each thread")
}
