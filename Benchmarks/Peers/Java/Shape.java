/** A work that threads do over fresh queues. */
abstract class Shape {
    enum Kind {
        QUEUE, PIPELINE, PINGPONG, IDLE, PACED;

        Shape make() {
            return switch (this) {
                case QUEUE -> new QueueShape();
                case PIPELINE -> new PipelineShape();
                case PINGPONG -> new PingPongShape();
                case IDLE -> new IdleShape();
                case PACED -> new PacedShape();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase();
        }
    }

    /** {@code more}: further members of the JSON object, each after a comma. */
    record Result(boolean ok, long elements, Team team, String more) {
    }

    private static final int ROUNDS = 5, ROUND_MS = 100;

    protected final Options options = Main.options;

    abstract Result run(int ms) throws Exception;

    /** Long enough for the compiler, and in rounds: it drops code that meets the end of a stream for the first time. */
    void warmUp(int ms) throws Exception {
        for (int i = 0; i < ROUNDS; i++) run(Math.max(ROUND_MS, ms / ROUNDS));
    }

    protected final Channel open(int senders, int receivers) throws Exception {
        return options.contender().open(options.capacity(), senders, receivers);
    }
}
