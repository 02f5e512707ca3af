/** The options that the hot loops use: constants for the compiler, since this class is initialised after them. */
final class Fixed {
    static final boolean SPIN = Main.options.spin();
    static final int BATCH = Main.options.batch();
    static final int WORDS = Main.options.words();
    static final long WORK_NS = Main.options.workNs();
    private static final boolean ONE_PROCESSOR = Runtime.getRuntime().availableProcessors() == 1;

    /** After the given number of failed tries in a row. A contender that blocks without a call for it yields. */
    static void pause(int vain) {
        if (!SPIN || ONE_PROCESSOR || (vain & 255) == 0) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** The work of a consumer on an element. */
    static void work() {
        if (WORK_NS == 0) return;
        long end = System.nanoTime() + WORK_NS;
        while (System.nanoTime() - end < 0) {
            // the processor is kept
        }
    }
}
