//! What a contender is: a queue's kind, and the ends that threads hold.

use crate::element::Message;

pub trait Queue {
    const MOST_CONSUMERS: usize = usize::MAX;
    /// Whether batches go through it as arrays.
    const TAKES_ARRAYS: bool = false;
    type Outlet<M: Message>: Outlet<M>;
    type Inlet<M: Message>: Inlet<M>;

    /// A fresh queue with an end for each thread; `capacity` counts messages.
    fn ends<M: Message>(capacity: usize, producers: usize, consumers: usize) -> Ends<Self::Outlet<M>, Self::Inlet<M>>;
}

pub type Ends<O, I> = (Vec<O>, Vec<I>);

/// A producer's end. The stream ends when the last one is dropped.
pub trait Outlet<M>: Send {
    fn send(&self, message: M);
    /// Returns the message if there is no room.
    fn try_send(&self, message: M) -> Result<(), M>;
}

/// A consumer's end.
pub trait Inlet<M>: Send {
    /// `None` at the end of the stream.
    fn receive(&self) -> Option<M>;
    fn try_receive(&self) -> Received<M>;
}

pub enum Received<M> {
    Message(M),
    Nothing,
    End,
}

/// Makes as many ends as threads need from a fresh queue's only end.
pub fn clones<T: Clone>(end: T, count: usize) -> Vec<T> {
    vec![end; count]
}
