import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Consumers wait on an empty queue: the cost of that, and how long it takes to wake one. */
final class IdleShape extends Shape {
    private static final int WAKES = 20, PAUSE_MS = 10;
    private double cpuPercent;

    @Override
    Result run(int ms) throws Exception {
        int consumers = options.consumers();
        Channel channel = open(1, consumers);
        Team team = new Team();
        Sender sender = channel.sender();
        List<Samples> all = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
            Receiver receiver = channel.receiver();
            Samples samples = new Samples(WAKES);
            all.add(samples);
            team.add(() -> consume(receiver, samples));
        }
        team.run(() -> {
            Thread.sleep(PAUSE_MS);
            long start = System.nanoTime();
            CpuTime cpu = new CpuTime();
            Thread.sleep(ms);
            cpuPercent = 100.0 * cpu.ns() / (System.nanoTime() - start);
            for (int i = 0; i < WAKES; i++) {
                Thread.sleep(PAUSE_MS);
                sender.send(System.nanoTime());
            }
            for (int i = 0; i < consumers; i++) sender.send(Element.POISON);
        });
        Samples samples = new Samples(consumers * WAKES);
        all.forEach(samples::addAll);
        samples.sort();
        return new Result(samples.count() == WAKES, samples.count(), team,
            String.format(Locale.ROOT, ",\"cpu_percent\":%.3f,\"wake_p50_ns\":%d,\"wake_p99_ns\":%d",
                cpuPercent, samples.perMille(500), samples.perMille(990)));
    }

    /** Nothing needs to be quick here, but the classes should be loaded. */
    @Override
    void warmUp(int ms) throws Exception {
        run(1);
    }

    private static void consume(Receiver receiver, Samples samples) throws Exception {
        for (long sent; (sent = Element.read(receiver.receive())) != Element.POISON; ) {
            samples.add(System.nanoTime() - sent);
        }
        receiver.leave();
    }
}
