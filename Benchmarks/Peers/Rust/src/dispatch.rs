//! From what the command line names to the loop that was compiled for it.

use std::mem::size_of;
use std::time::Duration;

use crate::contenders::{CrossbeamArrayQueue, CrossbeamChannel, Flume, Std};
use crate::element::{Batch, Element, Object, Words};
use crate::options::{Options, Payload, Shape, Wait};
use crate::queue::Queue;
use crate::report::Report;
use crate::shapes::{idle, paced, pingpong, pipeline, queue};
use crate::waiting::{Block, Spin, Waiting};

pub struct Contender {
    pub name: &'static str,
    pub version: &'static str,
    pub waits: &'static str,
    /// `None` if the contender cannot do such work.
    pub run: fn(&Options) -> Option<Report>,
}

pub static CONTENDERS: [Contender; 4] = [
    contender::<CrossbeamChannel>("crossbeam-channel", env!("VERSION_crossbeam_channel"), "parks"),
    contender::<CrossbeamArrayQueue>("crossbeam-array-queue", env!("VERSION_crossbeam_queue"), "yields"),
    contender::<Flume>("flume", env!("VERSION_flume"), "parks"),
    contender::<Std>("rust-std", env!("VERSION_rustc"), "parks"),
];

const fn contender<Q: Queue>(name: &'static str, version: &'static str, waits: &'static str) -> Contender {
    Contender { name, version, waits, run: by_payload::<Q> }
}

fn by_payload<Q: Queue>(options: &Options) -> Option<Report> {
    match options.payload {
        Payload::Bytes8 => by_wait::<Q, u64>(options),
        Payload::Bytes64 => by_wait::<Q, Words<8>>(options),
        Payload::Bytes256 => by_wait::<Q, Words<32>>(options),
        Payload::Object => by_wait::<Q, Object>(options),
    }
}

fn by_wait<Q: Queue, E: Element>(options: &Options) -> Option<Report> {
    match options.wait {
        Wait::Block => by_shape::<Q, E, Block>(options),
        Wait::Spin => by_shape::<Q, E, Spin>(options),
    }
}

fn by_shape<Q: Queue, E: Element, W: Waiting>(options: &Options) -> Option<Report> {
    match options.shape {
        Shape::Queue => warm(options, by_batch::<Q, E, W>),
        _ if options.batch > 1 => None,
        Shape::Pipeline => warm(options, pipeline::run::<Q, E, W>),
        Shape::PingPong => warm(options, pingpong::run::<Q, E, W>),
        Shape::Idle => Some(idle::run::<Q, E, W>(options)),
        Shape::Paced => warm(options, paced::run::<Q, E, W>),
    }
}

fn warm(options: &Options, run: impl Fn(&Options, Duration) -> Option<Report>) -> Option<Report> {
    if !options.warmup.is_zero() {
        run(options, options.warmup)?;
    }
    run(options, options.time)
}

fn by_batch<Q: Queue, E: Element, W: Waiting>(options: &Options, time: Duration) -> Option<Report> {
    match options.batch {
        1 => queue::run::<Q, E, W>(options, time),
        2 => arrays::<Q, E, W, 2>(options, time),
        4 => arrays::<Q, E, W, 4>(options, time),
        8 => arrays::<Q, E, W, 8>(options, time),
        16 => arrays::<Q, E, W, 16>(options, time),
        32 => arrays::<Q, E, W, 32>(options, time),
        64 => arrays::<Q, E, W, 64>(options, time),
        128 => arrays::<Q, E, W, 128>(options, time),
        256 => arrays::<Q, E, W, 256>(options, time),
        _ => None,
    }
}

/// An array's length is part of its type, and no workload sends larger ones than these by value.
const LARGEST_ARRAY: usize = 2048;

fn arrays<Q: Queue, E: Element, W: Waiting, const N: usize>(options: &Options, time: Duration) -> Option<Report> {
    if Q::TAKES_ARRAYS && N * size_of::<E>() <= LARGEST_ARRAY {
        queue::run::<Q, Batch<E, N>, W>(options, time)
    } else {
        None
    }
}
