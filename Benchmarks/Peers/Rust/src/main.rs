//! `peers-rust`: Rust's queues, doing the work that `Benchmarks/Peers/README.md` describes.

mod clock;
mod contenders;
mod dispatch;
mod element;
mod ledger;
mod options;
mod queue;
mod report;
mod samples;
mod shapes;
mod team;
mod waiting;

use dispatch::CONTENDERS;
use options::Options;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--list"] {
        for contender in &CONTENDERS {
            println!("{}\t{}\t{}", contender.name, contender.version, contender.waits);
        }
        return;
    }
    match answer(&arguments) {
        Ok(line) => println!("{line}"),
        Err(rule) => {
            eprintln!("peers-rust: {rule}");
            std::process::exit(2);
        }
    }
}

fn answer(arguments: &[String]) -> Result<String, String> {
    let [name, shape, rest @ ..] = arguments else {
        return Err("usage: peers-rust --list | CONTENDER SHAPE [--key value]...".into());
    };
    let contender = CONTENDERS
        .iter()
        .find(|contender| contender.name == name)
        .ok_or_else(|| format!("'{name}' is not a contender: --list names them"))?;
    let options = Options::parse(shape, rest)?;
    waiting::yield_at_once_if(team::usable_processors().len() == 1);
    Ok((contender.run)(&options).map_or_else(|| r#"{"outcome":"absent"}"#.into(), |report| report.json()))
}
