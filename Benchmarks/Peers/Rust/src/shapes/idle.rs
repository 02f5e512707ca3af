//! Consumers that have nothing to do, and what it takes to wake one.

use std::thread;
use std::time::Duration;

use crate::clock;
use crate::element::Element;
use crate::ledger::Total;
use crate::options::Options;
use crate::queue::Queue;
use crate::report::Report;
use crate::samples::Samples;
use crate::shapes::{arrivals, sole};
use crate::team::{join, Member, Span, Team};
use crate::waiting::Waiting;

const WAKEUPS: usize = 20;
const PAUSE: Duration = Duration::from_millis(10);

pub fn run<Q: Queue, E: Element, W: Waiting>(options: &Options) -> Report {
    let consumers = options.consumers.min(Q::MOST_CONSUMERS);
    let (outlets, inlets) = Q::ends::<E>(options.capacity, 1, consumers);
    let out = sole(outlets);
    let team = &Team::new(consumers, options.pin);
    thread::scope(|scope| {
        let takers: Vec<Member<(Total, Samples)>> = inlets
            .into_iter()
            .enumerate()
            .map(|(c, input)| {
                let samples = Samples::with_room(WAKEUPS);
                scope.spawn(move || team.member(c, || arrivals::<E, W>(input, samples)))
            })
            .collect();
        team.start();
        thread::sleep(PAUSE);
        let mut quiet = Span::starting_now();
        thread::sleep(options.time);
        quiet.end_now();
        let made: Total = (0..WAKEUPS)
            .map(|_| {
                thread::sleep(PAUSE);
                let now = clock::now();
                W::put(&out, E::new(now));
                Total { count: 1, sum: now, sound: true }
            })
            .sum();
        drop(out);
        let mut all = Samples::with_room(WAKEUPS);
        let taken: Total = takers
            .into_iter()
            .map(|taker| {
                let (total, samples) = join(&mut None, taker);
                all.append(samples);
                total
            })
            .sum();
        let wakes = all.sorted();
        let percent = 100.0 * quiet.processor_nanoseconds() as f64 / quiet.nanoseconds() as f64;
        Report {
            sound: taken.accounts_for(&made),
            elements: taken.count,
            span: quiet,
            more: vec![
                ("cpu_percent", format!("{percent:.3}")),
                ("wake_p50_ns", wakes.rank(500).to_string()),
                ("wake_p99_ns", wakes.rank(990).to_string()),
            ],
        }
    })
}
