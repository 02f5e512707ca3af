//! Times that a thread takes, and their exact order statistics.

/// The number of samples that are kept; later ones are not.
const MOST: usize = 1 << 22;

pub struct Samples {
    times: Vec<u64>,
    count: usize,
}

impl Samples {
    /// Room for up to `expected` times, already touched: otherwise page faults would be measured as well.
    pub fn with_room(expected: usize) -> Samples {
        Samples { times: vec![u64::MAX; expected.min(MOST)], count: 0 }
    }

    /// Room for an unknown number of times.
    pub fn with_most_room() -> Samples {
        Samples::with_room(MOST)
    }

    #[inline(always)]
    pub fn record(&mut self, nanoseconds: u64) {
        if let Some(slot) = self.times.get_mut(self.count) {
            *slot = nanoseconds;
            self.count += 1;
        }
    }

    pub fn append(&mut self, mut other: Samples) {
        self.times.truncate(self.count);
        other.times.truncate(other.count);
        self.times.append(&mut other.times);
        self.count = self.times.len();
    }

    pub fn sorted(mut self) -> Sorted {
        self.times.truncate(self.count);
        self.times.sort_unstable();
        Sorted(self.times)
    }
}

pub struct Sorted(Vec<u64>);

impl Sorted {
    /// The least sample that is not below `permille` of all; 0 if there is none.
    pub fn rank(&self, permille: usize) -> u64 {
        let rank = (self.0.len() * permille + 999) / 1000;
        self.0.get(rank.max(1) - 1).copied().unwrap_or(0)
    }
}
