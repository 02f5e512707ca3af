//! The line that is printed about a run.

use crate::samples::Samples;
use crate::team::Span;

pub struct Report {
    pub sound: bool,
    pub elements: u64,
    pub span: Span,
    /// Keys and values that only some shapes have.
    pub more: Vec<(&'static str, String)>,
}

impl Report {
    pub fn json(&self) -> String {
        let outcome = if self.sound { "ok" } else { "failed" };
        let more: String = self.more.iter().map(|(key, value)| format!(r#","{key}":{value}"#)).collect();
        format!(
            r#"{{"outcome":"{outcome}","elements":{},"ns":{},"cpu_ns":{}{more}}}"#,
            self.elements,
            self.span.nanoseconds(),
            self.span.processor_nanoseconds()
        )
    }
}

/// The percentiles of round trips and of paced elements.
pub fn percentiles(samples: Samples) -> Vec<(&'static str, String)> {
    let sorted = samples.sorted();
    [("p50_ns", 500), ("p99_ns", 990), ("p999_ns", 999)]
        .map(|(key, permille)| (key, sorted.rank(permille).to_string()))
        .into()
}
