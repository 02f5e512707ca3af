//! One thread sends an element and waits for the answer, again and again.

use std::thread;
use std::time::Duration;

use crate::clock;
use crate::element::Element;
use crate::options::Options;
use crate::queue::{Inlet, Outlet, Queue};
use crate::report::{percentiles, Report};
use crate::samples::Samples;
use crate::shapes::{pass, sole};
use crate::team::{join, Team};
use crate::waiting::Waiting;

pub fn run<Q: Queue, E: Element, W: Waiting>(options: &Options, time: Duration) -> Option<Report> {
    let (there, away) = Q::ends::<E>(options.capacity, 1, 1);
    let (back, home) = Q::ends::<E>(options.capacity, 1, 1);
    let (there, away, back, home) = (sole(there), sole(away), sole(back), sole(home));
    let team = &Team::new(2, options.pin);
    thread::scope(|scope| {
        let mut trips = Trips { sound: true, count: 0, samples: Samples::with_most_room() };
        let caller = scope.spawn(move || {
            team.member(0, || {
                call::<E, W>(there, home, team, &mut trips);
                trips
            })
        });
        let answerer = scope.spawn(move || team.member(1, || pass::<E, W>(away, back, 0)));
        team.watch(time);
        let mut span = None;
        let trips = join(&mut span, caller);
        join(&mut span, answerer);
        Some(Report { sound: trips.sound, elements: trips.count, span: span?, more: percentiles(trips.samples) })
    })
}

struct Trips {
    sound: bool,
    count: u64,
    samples: Samples,
}

fn call<E: Element, W: Waiting>(out: impl Outlet<E>, input: impl Inlet<E>, team: &Team, trips: &mut Trips) {
    while trips.count == 0 || !team.is_over() {
        let sent = clock::now();
        W::put(&out, E::new(trips.count));
        let answer = W::take(&input);
        trips.samples.record(clock::now() - sent);
        trips.sound &= matches!(answer, Some(element) if element.value() == trips.count && element.is_intact());
        trips.count += 1;
    }
}
