//! The queues that are measured, each as its documentation recommends.

use std::sync::atomic::{AtomicUsize, Ordering::AcqRel};
use std::sync::{mpsc, Arc};

use crossbeam_queue::ArrayQueue;
use crossbeam_utils::Backoff;

use crate::element::Message;
use crate::queue::{clones, Ends, Inlet, Outlet, Queue, Received};

/// The three channels have the same calls, but no trait in common.
macro_rules! channel {
    ($kind:ident, $library:path, $bounded:ident, $sender:ident, $receivers:expr, { $($constants:tt)* }) => {
        pub struct $kind;

        const _: () = {
            use $library as library;

            impl Queue for $kind {
                $($constants)*
                type Outlet<M: Message> = library::$sender<M>;
                type Inlet<M: Message> = library::Receiver<M>;

                fn ends<M: Message>(
                    capacity: usize, producers: usize, consumers: usize,
                ) -> Ends<Self::Outlet<M>, Self::Inlet<M>> {
                    let (sender, receiver) = library::$bounded(capacity);
                    (clones(sender, producers), $receivers(receiver, consumers))
                }
            }

            impl<M: Message> Outlet<M> for library::$sender<M> {
                #[inline(always)]
                fn send(&self, message: M) {
                    assert!(library::$sender::send(self, message).is_ok(), "consumers stay until the end");
                }

                #[inline(always)]
                fn try_send(&self, message: M) -> Result<(), M> {
                    match library::$sender::try_send(self, message) {
                        Ok(()) => Ok(()),
                        Err(library::TrySendError::Full(back)) => Err(back),
                        Err(library::TrySendError::Disconnected(_)) => panic!("consumers stay until the end"),
                    }
                }
            }

            impl<M: Message> Inlet<M> for library::Receiver<M> {
                #[inline(always)]
                fn receive(&self) -> Option<M> {
                    self.recv().ok()
                }

                #[inline(always)]
                fn try_receive(&self) -> Received<M> {
                    match self.try_recv() {
                        Ok(message) => Received::Message(message),
                        Err(library::TryRecvError::Empty) => Received::Nothing,
                        Err(library::TryRecvError::Disconnected) => Received::End,
                    }
                }
            }
        };
    };
}

channel!(CrossbeamChannel, crossbeam_channel, bounded, Sender, clones, {
    const TAKES_ARRAYS: bool = true;
});
channel!(Flume, flume, bounded, Sender, clones, {});
channel!(Std, mpsc, sync_channel, SyncSender, |receiver, _| vec![receiver], {
    const MOST_CONSUMERS: usize = 1;
});

/// Has neither waiting calls nor an end of the stream: callers snooze, and the last producer leaves poisons.
pub struct CrossbeamArrayQueue;

impl Queue for CrossbeamArrayQueue {
    type Outlet<M: Message> = Feeder<M>;
    type Inlet<M: Message> = Arc<ArrayQueue<M>>;

    fn ends<M: Message>(capacity: usize, producers: usize, consumers: usize) -> Ends<Feeder<M>, Arc<ArrayQueue<M>>> {
        let queue = Arc::new(ArrayQueue::new(capacity));
        let live = Arc::new(AtomicUsize::new(producers));
        let feeders = (0..producers).map(|_| Feeder { queue: queue.clone(), live: live.clone(), consumers }).collect();
        (feeders, clones(queue, consumers))
    }
}

pub struct Feeder<M: Message> {
    queue: Arc<ArrayQueue<M>>,
    live: Arc<AtomicUsize>,
    consumers: usize,
}

impl<M: Message> Outlet<M> for Feeder<M> {
    #[inline(always)]
    fn send(&self, mut message: M) {
        let backoff = Backoff::new();
        while let Err(back) = self.queue.push(message) {
            message = back;
            backoff.snooze();
        }
    }

    #[inline(always)]
    fn try_send(&self, message: M) -> Result<(), M> {
        self.queue.push(message)
    }
}

impl<M: Message> Drop for Feeder<M> {
    fn drop(&mut self) {
        if self.live.fetch_sub(1, AcqRel) == 1 {
            (0..self.consumers).for_each(|_| self.send(M::poison()));
        }
    }
}

impl<M: Message> Inlet<M> for Arc<ArrayQueue<M>> {
    #[inline(always)]
    fn receive(&self) -> Option<M> {
        let backoff = Backoff::new();
        loop {
            match self.try_receive() {
                Received::Message(message) => return Some(message),
                Received::Nothing => backoff.snooze(),
                Received::End => return None,
            }
        }
    }

    #[inline(always)]
    fn try_receive(&self) -> Received<M> {
        match self.pop() {
            Some(message) if message.is_poison() => Received::End,
            Some(message) => Received::Message(message),
            None => Received::Nothing,
        }
    }
}
