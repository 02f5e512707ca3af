//! What travels: elements, and the messages that a queue carries them in.

/// A value in a parcel of 8, 64 or 256 bytes, or in an object of its own.
pub trait Element: Send + 'static {
    fn new(value: u64) -> Self;
    fn value(&self) -> u64;
    /// Whether first and last word still belong together.
    fn is_intact(&self) -> bool;
}

impl Element for u64 {
    fn new(value: u64) -> u64 {
        value
    }

    fn value(&self) -> u64 {
        *self
    }

    fn is_intact(&self) -> bool {
        true
    }
}

/// Word *k* is `value ^ k`.
pub struct Words<const N: usize>([u64; N]);

impl<const N: usize> Element for Words<N> {
    fn new(value: u64) -> Self {
        Words(std::array::from_fn(|k| value ^ k as u64))
    }

    fn value(&self) -> u64 {
        self.0[0]
    }

    fn is_intact(&self) -> bool {
        self.0[N - 1] == self.0[0] ^ (N as u64 - 1)
    }
}

pub type Object = Box<u64>;

impl Element for Object {
    fn new(value: u64) -> Object {
        Box::new(value)
    }

    fn value(&self) -> u64 {
        **self
    }

    fn is_intact(&self) -> bool {
        true
    }
}

/// The content of one call: an element, or an array of them if that is the only way to move more than one.
pub trait Message: Send + 'static {
    const ELEMENTS: usize;
    type Element: Element;
    /// Elements with rising values from `first` on.
    fn make(first: u64) -> Self;
    fn elements(&self) -> &[Self::Element];
    /// The message that ends a stream in a queue that cannot be closed.
    fn poison() -> Self;
    fn is_poison(&self) -> bool {
        self.elements()[0].value() == u64::MAX
    }
}

impl<E: Element> Message for E {
    const ELEMENTS: usize = 1;
    type Element = E;

    fn make(first: u64) -> E {
        E::new(first)
    }

    fn elements(&self) -> &[E] {
        std::slice::from_ref(self)
    }

    fn poison() -> E {
        E::new(u64::MAX)
    }
}

pub struct Batch<E, const N: usize>([E; N]);

impl<E: Element, const N: usize> Message for Batch<E, N> {
    const ELEMENTS: usize = N;
    type Element = E;

    fn make(first: u64) -> Self {
        Batch(std::array::from_fn(|i| E::new(first + i as u64)))
    }

    fn elements(&self) -> &[E] {
        &self.0
    }

    fn poison() -> Self {
        Batch(std::array::from_fn(|_| E::new(u64::MAX)))
    }
}
