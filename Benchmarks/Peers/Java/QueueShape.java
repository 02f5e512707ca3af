import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Producers and consumers over one queue. */
final class QueueShape extends Shape {
    @Override
    Result run(int ms) throws Exception {
        int producers = options.producers(), consumers = options.consumers();
        Channel channel = open(producers, consumers);
        Team team = new Team();
        AtomicInteger producing = new AtomicInteger(producers), consuming = new AtomicInteger(consumers);
        long[] made = new long[producers];
        List<Tally> tallies = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            int producer = i;
            Sender sender = channel.sender();
            team.add(() -> {
                made[producer] = produce(team, sender, first(producer));
                if (producing.decrementAndGet() == 0) end(sender, consuming);
            });
        }
        for (int i = 0; i < consumers; i++) {
            Receiver receiver = channel.receiver();
            Tally tally = new Tally(producers);
            tallies.add(tally);
            team.add(() -> {
                consume(receiver, tally);
                receiver.leave();
                consuming.decrementAndGet();
            });
        }
        team.run(ms);
        return verified(made, tallies, team);
    }

    private static long first(int producer) {
        return (long) producer << 40;
    }

    private static long produce(Team team, Sender sender, long first) throws Exception {
        long next = first;
        if (Fixed.BATCH == 1) {
            do sender.send(next++); while (!team.stop);
        } else {
            do next += sender.send(next, Fixed.BATCH); while (!team.stop);
        }
        return next - first;
    }

    private static void consume(Receiver receiver, Tally tally) throws Exception {
        if (Fixed.BATCH == 1) {
            do tally.accept(receiver.receive()); while (!tally.ended);
        } else {
            do receiver.receive(tally, Fixed.BATCH); while (!tally.ended);
        }
    }

    /** A bulk call may take the poisons of other consumers along, so there they come until the last one has left. */
    private void end(Sender sender, AtomicInteger consuming) throws Exception {
        if (Fixed.BATCH == 1) {
            for (int i = 0; i < options.consumers(); i++) sender.send(Element.POISON);
        } else {
            while (consuming.get() > 0) {
                if (!sender.offer(Element.POISON)) Thread.yield();
            }
        }
    }

    private static Result verified(long[] made, List<Tally> tallies, Team team) {
        long count = 0, sum = 0, taken = 0, takenSum = 0;
        boolean ok = true;
        for (int i = 0; i < made.length; i++) {
            count += made[i];
            sum += made[i] * first(i) + made[i] * (made[i] - 1) / 2;
        }
        for (Tally tally : tallies) {
            taken += tally.count;
            takenSum += tally.sum;
            ok &= !tally.wrong;
        }
        return new Result(ok && taken == count && takenSum == sum, taken, team, "");
    }
}
