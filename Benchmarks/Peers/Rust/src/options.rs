//! The command line.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::ledger::MOST_PRODUCERS;

#[derive(Clone, Copy)]
pub enum Shape {
    Queue,
    Pipeline,
    PingPong,
    Idle,
    Paced,
}

#[derive(Clone, Copy)]
pub enum Payload {
    Bytes8,
    Bytes64,
    Bytes256,
    Object,
}

#[derive(Clone, Copy)]
pub enum Wait {
    Block,
    Spin,
}

pub struct Options {
    pub shape: Shape,
    pub producers: usize,
    pub consumers: usize,
    pub batch: usize,
    pub capacity: usize,
    pub payload: Payload,
    pub wait: Wait,
    pub pin: bool,
    pub time: Duration,
    pub warmup: Duration,
    pub work_ns: u64,
    pub rate: u64,
}

/// `paced` spreads `--rate` over this many ticks a second.
pub const TICKS_PER_SECOND: u64 = 10_000;

const SHAPES: [(&str, Shape); 5] = [
    ("queue", Shape::Queue),
    ("pipeline", Shape::Pipeline),
    ("pingpong", Shape::PingPong),
    ("idle", Shape::Idle),
    ("paced", Shape::Paced),
];
const PAYLOADS: [(&str, Payload); 4] =
    [("8", Payload::Bytes8), ("64", Payload::Bytes64), ("256", Payload::Bytes256), ("object", Payload::Object)];
const WAITS: [(&str, Wait); 2] = [("block", Wait::Block), ("spin", Wait::Spin)];

impl Options {
    pub fn parse(shape: &str, rest: &[String]) -> Result<Options, String> {
        let mut options = Options {
            shape: named("the shape", shape, &SHAPES)?,
            producers: 1,
            consumers: 1,
            batch: 1,
            capacity: 1024,
            payload: Payload::Bytes8,
            wait: Wait::Block,
            pin: false,
            time: Duration::from_millis(100),
            warmup: Duration::from_millis(20),
            work_ns: 0,
            rate: 100_000,
        };
        let threads = 1..=MOST_PRODUCERS;
        let mut rest = rest.iter();
        while let Some(key) = rest.next() {
            if key == "--pin" {
                options.pin = true;
                continue;
            }
            let value = || rest.clone().next().map(String::as_str).ok_or_else(|| format!("{key} needs a value"));
            match key.as_str() {
                "--producers" => options.producers = number(key, value()?, &threads)?,
                "--consumers" => options.consumers = number(key, value()?, &threads)?,
                "--batch" => options.batch = number(key, value()?, &(1..=1 << 20))?,
                "--capacity" => options.capacity = number(key, value()?, &(1..=1 << 24))?,
                "--payload" => options.payload = named(key, value()?, &PAYLOADS)?,
                "--wait" => options.wait = named(key, value()?, &WAITS)?,
                "--ms" => options.time = Duration::from_millis(number(key, value()?, &(1..=3_600_000))?),
                "--warmup-ms" => options.warmup = Duration::from_millis(number(key, value()?, &(0..=3_600_000))?),
                "--work-ns" => options.work_ns = number(key, value()?, &(0..=1_000_000_000))?,
                "--rate" => options.rate = rate(key, value()?)?,
                _ => return Err(format!("'{key}' is not an option")),
            }
            rest.next();
        }
        Ok(options)
    }
}

fn rate(key: &str, text: &str) -> Result<u64, String> {
    match number(key, text, &(TICKS_PER_SECOND..=1_000_000_000))? {
        rate if rate % TICKS_PER_SECOND == 0 => Ok(rate),
        rate => Err(format!("{key} {rate}: it must be a multiple of {TICKS_PER_SECOND}")),
    }
}

fn number<N: FromStr + PartialOrd + std::fmt::Display>(
    key: &str, text: &str, range: &RangeInclusive<N>,
) -> Result<N, String> {
    text.parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("{key} {text}: it must be a number from {} to {}", range.start(), range.end()))
}

fn named<T: Copy>(key: &str, text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        format!("{key} {text}: it must be one of {}", names.join(", "))
    })
}
