//! A producer that keeps to a timetable, and how late its elements are.

use std::thread;
use std::time::Duration;

use crate::clock;
use crate::element::Element;
use crate::ledger::Total;
use crate::options::{Options, TICKS_PER_SECOND};
use crate::queue::{Outlet, Queue};
use crate::report::{percentiles, Report};
use crate::samples::Samples;
use crate::shapes::{arrivals, sole};
use crate::team::{join, Team};
use crate::waiting::Waiting;

const TICK_NS: u64 = 1_000_000_000 / TICKS_PER_SECOND;

pub fn run<Q: Queue, E: Element, W: Waiting>(options: &Options, time: Duration) -> Option<Report> {
    let (outlets, inlets) = Q::ends::<E>(options.capacity, 1, 1);
    let (out, input) = (sole(outlets), sole(inlets));
    let time_ns = time.as_nanos() as u64;
    let each_tick = options.rate / TICKS_PER_SECOND;
    let samples = Samples::with_room((each_tick * (time_ns / TICK_NS + 1)) as usize);
    let team = &Team::new(2, options.pin);
    thread::scope(|scope| {
        let maker = scope.spawn(move || team.member(0, || produce::<E, W>(out, each_tick, time_ns)));
        let taker = scope.spawn(move || team.member(1, || arrivals::<E, W>(input, samples)));
        team.start();
        let mut span = None;
        let made = join(&mut span, maker);
        let (taken, samples) = join(&mut span, taker);
        Some(Report {
            sound: taken.accounts_for(&made),
            elements: taken.count,
            span: span?,
            more: percentiles(samples),
        })
    })
}

fn produce<E: Element, W: Waiting>(out: impl Outlet<E>, each_tick: u64, time_ns: u64) -> Total {
    let mut made = Total::NONE;
    let end = clock::now() + time_ns;
    let mut due = end - time_ns;
    while due <= end {
        due += TICK_NS;
        clock::sleep_until(due);
        for _ in 0..each_tick {
            let element = E::new(due);
            made.enter(&element);
            W::put(&out, element);
        }
    }
    made
}
