import java.util.concurrent.locks.LockSupport;

/** Elements at a fixed rate; how late they arrive, for any reason. */
final class PacedShape extends Shape {
    private static final long TICK_NS = 100_000, TICKS_A_SECOND = 10_000;
    private long made, madeSum, taken, takenSum;
    private boolean ordered;

    @Override
    Result run(int ms) throws Exception {
        Channel channel = open(1, 1);
        Team team = new Team();
        Samples samples = new Samples(Samples.MANY);
        Sender sender = channel.sender();
        Receiver receiver = channel.receiver();
        team.add(() -> produce(sender, ms));
        team.add(() -> consume(receiver, samples));
        team.run(() -> { });
        return new Result(ordered && taken == made && takenSum == madeSum, taken, team, samples.json());
    }

    private void produce(Sender sender, int ms) throws Exception {
        long count = 0, sum = 0;
        long start = System.nanoTime(), ticks = ms * 1_000_000L / TICK_NS;
        for (long tick = 1; tick <= ticks; tick++) {
            long due = start + tick * TICK_NS;
            for (long left; (left = due - System.nanoTime()) > 0; ) LockSupport.parkNanos(left);
            // a rate that is not a multiple of the ticks' is spread over them
            for (long until = options.rate() * tick / TICKS_A_SECOND; count < until; count++) {
                sender.send(due);
                sum += due;
            }
        }
        made = count;
        madeSum = sum;
        sender.send(Element.POISON);
    }

    private void consume(Receiver receiver, Samples samples) throws Exception {
        long count = 0, sum = 0, newest = Long.MIN_VALUE;
        boolean rising = true;
        for (long due; (due = Element.read(receiver.receive())) != Element.POISON; count++) {
            samples.add(System.nanoTime() - due);
            rising &= due >= newest;
            newest = due;
            sum += due;
        }
        taken = count;
        takenSum = sum;
        ordered = rising;
    }
}
