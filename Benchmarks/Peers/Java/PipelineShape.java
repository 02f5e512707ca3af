/** A producer, three intermediaries that share a queue, a consumer that counts three poisons. */
final class PipelineShape extends Shape {
    private static final int INTERMEDIARIES = 3;
    private long made, taken, takenSum;

    @Override
    Result run(int ms) throws Exception {
        Channel source = open(1, INTERMEDIARIES), sink = open(INTERMEDIARIES, 1);
        Team team = new Team();
        Sender first = source.sender();
        team.add(() -> produce(team, first));
        for (int i = 0; i < INTERMEDIARIES; i++) {
            Receiver in = source.receiver();
            Sender out = sink.sender();
            team.add(() -> pass(in, out));
        }
        Receiver last = sink.receiver();
        team.add(() -> consume(last));
        team.run(ms);
        return new Result(taken == made && takenSum == made * (made - 1) / 2, taken, team, "");
    }

    private void produce(Team team, Sender sender) throws Exception {
        long next = 0;
        do sender.send(next++); while (!team.stop);
        made = next;
        for (int i = 0; i < INTERMEDIARIES; i++) sender.send(Element.POISON);
    }

    private static void pass(Receiver in, Sender out) throws Exception {
        for (long[] element; Element.read(element = in.receive()) != Element.POISON; ) {
            Fixed.work();
            out.forward(element);
        }
        out.send(Element.POISON);
        in.leave();
    }

    private void consume(Receiver receiver) throws Exception {
        long count = 0, sum = 0;
        for (int poisons = 0; poisons < INTERMEDIARIES; ) {
            long value = Element.read(receiver.receive());
            if (value == Element.POISON) {
                poisons++;
            } else {
                count++;
                sum += value;
            }
        }
        taken = count;
        takenSum = sum;
    }
}
