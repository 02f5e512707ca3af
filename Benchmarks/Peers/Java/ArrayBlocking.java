import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import jdk.internal.vm.annotation.Contended;

/** The JDK's bounded queue. Its one bulk call is on the consumers' side; producers go one by one. */
final class ArrayBlocking extends Channel {
    private final ArrayBlockingQueue<long[]> queue;

    ArrayBlocking(int capacity, int senders, int receivers) {
        queue = new ArrayBlockingQueue<>(capacity);
    }

    @Override
    Sender sender() {
        return new Putting(queue);
    }

    @Override
    Receiver receiver() {
        return new Taking(queue);
    }

    private static final class Putting extends Sender {
        private final ArrayBlockingQueue<long[]> queue;

        Putting(ArrayBlockingQueue<long[]> queue) {
            this.queue = queue;
        }

        @Override
        void forward(long[] element) throws InterruptedException {
            if (Fixed.SPIN) {
                for (int vain = 1; !queue.offer(element); vain++) Fixed.pause(vain);
            } else {
                queue.put(element);
            }
        }

        @Override
        int send(long first, int count) throws Exception {
            for (int i = 0; i < count; i++) send(first + i);
            return count;
        }

        @Override
        boolean offer(long value) {
            return queue.offer(Element.make(value));
        }
    }

    @Contended
    private static final class Taking extends Receiver {
        private final ArrayBlockingQueue<long[]> queue;
        private final List<long[]> taken = new ArrayList<>(Fixed.BATCH);

        Taking(ArrayBlockingQueue<long[]> queue) {
            this.queue = queue;
        }

        @Override
        long[] receive() throws InterruptedException {
            if (!Fixed.SPIN) return queue.take();
            long[] element;
            for (int vain = 1; (element = queue.poll()) == null; vain++) Fixed.pause(vain);
            return element;
        }

        @Override
        void receive(Tally tally, int most) throws InterruptedException {
            if (queue.drainTo(taken, most) == 0) taken.add(receive());
            for (int i = 0; i < taken.size(); i++) tally.accept(taken.get(i));
            taken.clear();
        }
    }
}
