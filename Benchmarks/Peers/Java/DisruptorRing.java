import com.lmax.disruptor.InsufficientCapacityException;
import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import jdk.internal.vm.annotation.Contended;

/**
 * LMAX's Disruptor. A single consumer works like its BatchEventProcessor, several on one ring like those of its
 * WorkerPool, turned inside out: here a thread asks for the next element. All their parts are public.
 */
final class DisruptorRing extends Channel {
    private final RingBuffer<Object> ring;
    private final DisruptorSlots<Object> slots;
    private final SequenceBarrier barrier;
    private final Sequence claimed = new Sequence();
    private final boolean shared;

    @SuppressWarnings("unchecked")
    DisruptorRing(int capacity, int senders, int receivers) {
        slots = (DisruptorSlots<Object>) (DisruptorSlots<?>)
            (Main.options.byReference() ? new DisruptorSlots.ByReference() : new DisruptorSlots.InPlace());
        int size = Math.max(2, Integer.highestOneBit(2 * capacity - 1));
        // the quickest strategy that sleeps until it is woken: publishing takes no lock while no thread waits
        WaitStrategy waiting = Fixed.SPIN ? new Spinning() : new LiteBlockingWaitStrategy();
        ring = senders == 1 ? RingBuffer.createSingleProducer(slots, size, waiting)
            : RingBuffer.createMultiProducer(slots, size, waiting);
        barrier = ring.newBarrier();
        shared = receivers > 1;
        if (shared) ring.addGatingSequences(claimed);
    }

    @Override
    Sender sender() {
        return new Publishing();
    }

    @Override
    Receiver receiver() {
        return shared ? new Worker() : new Alone();
    }

    private static final class Spinning implements WaitStrategy {
        @Override
        public long waitFor(long sequence, Sequence cursor, Sequence dependent, SequenceBarrier barrier) {
            long available;
            for (int vain = 1; (available = dependent.get()) < sequence; vain++) Fixed.pause(vain);
            return available;
        }

        @Override
        public void signalAllWhenBlocking() {
        }
    }

    private final class Publishing extends Sender {
        /** A claim of more than half the ring would keep the two sides from going on at the same time. */
        private final int most = ring.getBufferSize() / 2;

        @Override
        void send(long value) {
            long at = claim(1);
            slots.write(ring.get(at), value);
            ring.publish(at);
        }

        @Override
        void forward(long[] element) {
            long at = claim(1);
            slots.put(ring.get(at), element);
            ring.publish(at);
        }

        @Override
        int send(long first, int count) {
            int claimed = Math.min(count, most);
            long last = claim(claimed), start = last - claimed + 1;
            for (int i = 0; i < claimed; i++) slots.write(ring.get(start + i), first + i);
            ring.publish(start, last);
            return claimed;
        }

        @Override
        boolean offer(long value) {
            try {
                long at = ring.tryNext();
                slots.write(ring.get(at), value);
                ring.publish(at);
                return true;
            } catch (InsufficientCapacityException full) {
                return false;
            }
        }

        private long claim(int count) {
            if (!Fixed.SPIN) return ring.next(count);
            for (int vain = 1; ; vain++) {
                try {
                    return ring.tryNext(count);
                } catch (InsufficientCapacityException full) {
                    Fixed.pause(vain);
                }
            }
        }
    }

    /** What both kinds of consumers have: the slots up to {@code sequence} are free again. */
    private abstract class Consuming extends Receiver {
        final Sequence sequence = new Sequence();

        Consuming() {
            ring.addGatingSequences(sequence);
        }

        /** With several producers, a later element may be there before this one: then the barrier returns early. */
        final long await(long wanted) throws Exception {
            long available;
            for (int vain = 1; (available = barrier.waitFor(wanted)) < wanted; vain++) Fixed.pause(vain);
            return available;
        }

        @Override
        void leave() {
            sequence.set(Long.MAX_VALUE);  // a consumer that is gone must not hold up the producers
        }
    }

    /** Goes through all that is there before it frees it, as BatchEventProcessor. */
    @Contended
    private final class Alone extends Consuming {
        private long next = 0, available = -1;

        @Override
        long[] receive() throws Exception {
            if (next > available) refill();
            return slots.read(ring.get(next++));
        }

        @Override
        void receive(Tally tally, int most) throws Exception {
            if (next > available) refill();
            long end = Math.min(available + 1, next + most);
            for (long at = next; at < end; at++) tally.accept(slots.read(ring.get(at)));
            next = end;
        }

        private void refill() throws Exception {
            sequence.set(available);
            available = await(next);
        }
    }

    /** Claims an element, then waits for it, as WorkProcessor; so there is no bulk on this side. */
    @Contended
    private final class Worker extends Consuming {
        private long available = -1;

        @Override
        long[] receive() throws Exception {
            long before;
            do {
                before = claimed.get();
                sequence.set(before);
            } while (!claimed.compareAndSet(before, before + 1));
            if (available <= before) available = await(before + 1);
            return slots.read(ring.get(before + 1));
        }

        @Override
        void receive(Tally tally, int most) throws Exception {
            tally.accept(receive());
        }
    }
}
