import jdk.internal.vm.annotation.Contended;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.MpmcArrayQueue;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.SpmcArrayQueue;
import org.jctools.queues.SpscArrayQueue;

/** JCTools' array queue for the given producers and consumers. There is no blocking call. */
final class JcTools extends Channel {
    private final MessagePassingQueue<long[]> queue;

    JcTools(int capacity, int senders, int receivers) {
        int least = Math.max(capacity, 4);  // under which some of the four refuse or round up
        if (senders == 1) {
            queue = receivers == 1 ? new SpscArrayQueue<>(least) : new SpmcArrayQueue<>(least);
        } else {
            queue = receivers == 1 ? new MpscArrayQueue<>(least) : new MpmcArrayQueue<>(least);
        }
    }

    @Override
    Sender sender() {
        return new Filling(queue);
    }

    @Override
    Receiver receiver() {
        return new Draining(queue);
    }

    @Contended
    private static final class Filling extends Sender implements MessagePassingQueue.Supplier<long[]> {
        private final MessagePassingQueue<long[]> queue;
        private long next;

        Filling(MessagePassingQueue<long[]> queue) {
            this.queue = queue;
        }

        @Override
        void forward(long[] element) {
            for (int vain = 1; !queue.relaxedOffer(element); vain++) Fixed.pause(vain);
        }

        @Override
        int send(long first, int count) {
            next = first;
            int sent;
            for (int vain = 1; (sent = queue.fill(this, count)) == 0; vain++) Fixed.pause(vain);
            return sent;
        }

        @Override
        public long[] get() {
            return Element.make(next++);
        }

        @Override
        boolean offer(long value) {
            return queue.relaxedOffer(Element.make(value));
        }
    }

    @Contended
    private static final class Draining extends Receiver implements MessagePassingQueue.Consumer<long[]> {
        private final MessagePassingQueue<long[]> queue;
        private Tally tally;

        Draining(MessagePassingQueue<long[]> queue) {
            this.queue = queue;
        }

        @Override
        long[] receive() {
            long[] element;
            for (int vain = 1; (element = queue.relaxedPoll()) == null; vain++) Fixed.pause(vain);
            return element;
        }

        @Override
        void receive(Tally tally, int most) {
            this.tally = tally;
            for (int vain = 1; queue.drain(this, most) == 0; vain++) Fixed.pause(vain);
        }

        @Override
        public void accept(long[] element) {
            tally.accept(element);
        }
    }
}
