//! What a consumer keeps to verify its elements. Element `i` of producer `p` has the value `p << 40 | i`.

use crate::element::Element;

pub const MOST_PRODUCERS: usize = 256;
const PRODUCER_SHIFT: u32 = 40;

/// Lives on its thread's stack, so that ledgers share no cache line.
pub struct Ledger {
    count: u64,
    sum: u64,
    sound: bool,
    producers: usize,
    /// The least value that may come next from each producer, without its number.
    next: [u64; MOST_PRODUCERS],
}

impl Ledger {
    pub fn new(producers: usize) -> Ledger {
        Ledger { count: 0, sum: 0, sound: true, producers, next: [0; MOST_PRODUCERS] }
    }

    /// Enters an element: a producer's elements come to any consumer in their order.
    #[inline(always)]
    pub fn enter<E: Element>(&mut self, element: &E) {
        let value = element.value();
        let producer = (value >> PRODUCER_SHIFT) as usize;
        self.count += 1;
        self.sum = self.sum.wrapping_add(value);
        if producer >= self.producers || value < self.next[producer] || !element.is_intact() {
            self.sound = false;
            return;
        }
        self.next[producer] = value + 1;
    }

    pub fn total(&self) -> Total {
        Total { count: self.count, sum: self.sum, sound: self.sound }
    }
}

/// The count and sum of elements that went in or came out.
#[derive(Clone, Copy)]
pub struct Total {
    pub count: u64,
    pub sum: u64,
    pub sound: bool,
}

impl Total {
    pub const NONE: Total = Total { count: 0, sum: 0, sound: true };

    pub fn value(index: u64, producer: usize) -> u64 {
        (producer as u64) << PRODUCER_SHIFT | index
    }

    /// The total of the first values of a producer.
    pub fn made(count: u64, producer: usize) -> Total {
        let first = Total::value(0, producer).wrapping_mul(count);
        Total { count, sum: first.wrapping_add(count * count.saturating_sub(1) / 2), sound: true }
    }

    /// Enters an element of which only count and sum are to be checked.
    #[inline(always)]
    pub fn enter<E: Element>(&mut self, element: &E) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(element.value());
        self.sound &= element.is_intact();
    }

    /// Whether every element that was made came, each once.
    pub fn accounts_for(&self, made: &Total) -> bool {
        self.sound && self.count == made.count && self.sum == made.sum
    }
}

impl std::iter::Sum for Total {
    fn sum<I: Iterator<Item = Total>>(totals: I) -> Total {
        totals.fold(Total::NONE, |all, one| Total {
            count: all.count + one.count,
            sum: all.sum.wrapping_add(one.sum),
            sound: all.sound && one.sound,
        })
    }
}
