//! Producers hand elements to consumers over one queue.

use std::thread;
use std::time::Duration;

use crate::clock;
use crate::element::Message;
use crate::ledger::{Ledger, Total};
use crate::options::Options;
use crate::queue::{Inlet, Outlet, Queue};
use crate::report::Report;
use crate::team::{join, Member, Team};
use crate::waiting::Waiting;

pub fn run<Q: Queue, M: Message, W: Waiting>(options: &Options, time: Duration) -> Option<Report> {
    let (producers, consumers) = (options.producers, options.consumers);
    if consumers > Q::MOST_CONSUMERS {
        return None;
    }
    let (outlets, inlets) = Q::ends::<M>((options.capacity / M::ELEMENTS).max(1), producers, consumers);
    let team = &Team::new(producers + consumers, options.pin);
    let work_ns = options.work_ns;
    thread::scope(|scope| {
        let makers: Vec<Member<Total>> = outlets
            .into_iter()
            .enumerate()
            .map(|(p, out)| scope.spawn(move || team.member(p, || produce::<M, W>(out, p, team))))
            .collect();
        let takers: Vec<Member<Total>> = inlets
            .into_iter()
            .enumerate()
            .map(|(c, input)| {
                scope.spawn(move || team.member(producers + c, || consume::<M, W>(input, producers, work_ns)))
            })
            .collect();
        team.watch(time);
        let mut span = None;
        let made: Total = makers.into_iter().map(|maker| join(&mut span, maker)).sum();
        let taken: Total = takers.into_iter().map(|taker| join(&mut span, taker)).sum();
        Some(Report { sound: taken.accounts_for(&made), elements: taken.count, span: span?, more: Vec::new() })
    })
}

fn produce<M: Message, W: Waiting>(out: impl Outlet<M>, producer: usize, team: &Team) -> Total {
    let mut made = 0;
    loop {
        W::put(&out, M::make(Total::value(made, producer)));
        made += M::ELEMENTS as u64;
        if team.is_over() {
            return Total::made(made, producer);
        }
    }
}

fn consume<M: Message, W: Waiting>(input: impl Inlet<M>, producers: usize, work_ns: u64) -> Total {
    let mut ledger = Ledger::new(producers);
    while let Some(message) = W::take(&input) {
        for element in message.elements() {
            ledger.enter(element);
            if work_ns > 0 {
                clock::work(work_ns);
            }
        }
    }
    ledger.total()
}
