import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.internal.vm.annotation.Contended;

/** The threads of one run, started together and timed. */
final class Team {
    interface Body {
        void run() throws Exception;
    }

    @Contended
    volatile boolean stop;
    private final List<Body> bodies = new ArrayList<>();
    private long ns, cpuNs;

    void add(Body body) {
        bodies.add(body);
    }

    /** {@code meanwhile} is what this thread does while the others work. */
    void run(Body meanwhile) throws Exception {
        int size = bodies.size();
        long[] starts = new long[size], ends = new long[size];
        CountDownLatch ready = new CountDownLatch(size), go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(size), over = new CountDownLatch(1);
        for (int i = 0; i < size; i++) {
            int index = i;
            start(() -> {
                ready.countDown();
                go.await();
                long start = System.nanoTime();
                bodies.get(index).run();
                ends[index] = System.nanoTime();
                starts[index] = start;
                done.countDown();
                over.await();  // the processor time of a thread that is gone could not be read
            });
        }
        ready.await();
        CpuTime cpu = new CpuTime();
        go.countDown();
        meanwhile.run();
        done.await();
        cpuNs = cpu.ns();
        over.countDown();
        long first = starts[0], last = ends[0];
        for (int i = 1; i < size; i++) {
            if (starts[i] - first < 0) first = starts[i];
            if (ends[i] - last > 0) last = ends[i];
        }
        ns = last - first;
    }

    void run(int ms) throws Exception {
        run(() -> {
            Thread.sleep(ms);
            stop = true;
        });
    }

    long ns() {
        return ns;
    }

    long cpuNs() {
        return cpuNs;
    }

    private static void start(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
