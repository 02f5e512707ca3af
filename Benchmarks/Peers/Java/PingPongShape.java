/** Two queues; an element goes there and comes back. */
final class PingPongShape extends Shape {
    private long trips;
    private boolean ok;

    @Override
    Result run(int ms) throws Exception {
        Channel there = open(1, 1), back = open(1, 1);
        Team team = new Team();
        Samples samples = new Samples(Samples.MANY);
        Sender ping = there.sender(), pong = back.sender();
        Receiver pinged = there.receiver(), ponged = back.receiver();
        team.add(() -> ask(team, ping, ponged, samples));
        team.add(() -> answer(pinged, pong));
        team.run(ms);
        return new Result(ok, trips, team, samples.json());
    }

    private void ask(Team team, Sender out, Receiver in, Samples samples) throws Exception {
        long trip = 0;
        boolean right = true;
        do {
            long start = System.nanoTime();
            out.send(trip);
            long answer = Element.read(in.receive());
            samples.add(System.nanoTime() - start);
            right &= answer == trip++;
        } while (!team.stop);
        out.send(Element.POISON);
        trips = trip;
        ok = right;
    }

    private static void answer(Receiver in, Sender out) throws Exception {
        for (long[] element; Element.read(element = in.receive()) != Element.POISON; ) out.forward(element);
    }
}
