//! A producer, three intermediaries that share a queue, a consumer.

use std::thread;
use std::time::Duration;

use crate::element::Element;
use crate::ledger::Total;
use crate::options::Options;
use crate::queue::{Inlet, Outlet, Queue};
use crate::report::Report;
use crate::shapes::{pass, sole};
use crate::team::{join, Member, Team};
use crate::waiting::Waiting;

const INTERMEDIARIES: usize = 3;

pub fn run<Q: Queue, E: Element, W: Waiting>(options: &Options, time: Duration) -> Option<Report> {
    if INTERMEDIARIES > Q::MOST_CONSUMERS {
        return None;
    }
    let (source, near) = Q::ends::<E>(options.capacity, 1, INTERMEDIARIES);
    let (far, sink) = Q::ends::<E>(options.capacity, INTERMEDIARIES, 1);
    let (source, sink) = (sole(source), sole(sink));
    let team = &Team::new(INTERMEDIARIES + 2, options.pin);
    let work_ns = options.work_ns;
    thread::scope(|scope| {
        let maker = scope.spawn(move || team.member(0, || produce::<E, W>(source, team)));
        let passers: Vec<Member<()>> = near
            .into_iter()
            .zip(far)
            .enumerate()
            .map(|(i, (input, out))| scope.spawn(move || team.member(1 + i, || pass::<E, W>(input, out, work_ns))))
            .collect();
        let taker = scope.spawn(move || team.member(1 + INTERMEDIARIES, || collect::<E, W>(sink)));
        team.watch(time);
        let mut span = None;
        let made = join(&mut span, maker);
        passers.into_iter().for_each(|passer| join(&mut span, passer));
        let taken = join(&mut span, taker);
        Some(Report { sound: taken.accounts_for(&made), elements: taken.count, span: span?, more: Vec::new() })
    })
}

fn produce<E: Element, W: Waiting>(out: impl Outlet<E>, team: &Team) -> Total {
    let mut made = 0;
    loop {
        W::put(&out, E::new(made));
        made += 1;
        if team.is_over() {
            return Total::made(made, 0);
        }
    }
}

fn collect<E: Element, W: Waiting>(input: impl Inlet<E>) -> Total {
    let mut taken = Total::NONE;
    while let Some(element) = W::take(&input) {
        taken.enter(&element);
    }
    taken
}
