import java.util.Locale;

/** Java's part of the peers; ../README.md is the contract. */
final class Main {
    /** The time in which the compiler, which lags the warm-up, may catch up. */
    private static final int COMPILER_MS = 50;

    static Options options;

    public static void main(String[] arguments) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);  // the other threads would wait for this one for good
        });
        if (arguments.length == 1 && arguments[0].equals("--list")) {
            for (Contender contender : Contender.values()) {
                if (contender.isHere()) System.out.println(contender.line());
            }
            return;
        }
        try {
            options = Options.parse(arguments);
        } catch (Options.Usage error) {
            System.err.println("peers: " + error.getMessage());
            System.exit(2);
        }
        Shape shape = options.shape().make();
        shape.warmUp(options.warmUpMs());
        System.gc();  // the run finds the young generation empty, regardless of the warm-up
        Thread.sleep(COMPILER_MS);
        System.out.println(json(shape.run(options.ms())));
    }

    private static String json(Shape.Result result) {
        return String.format(Locale.ROOT, "{\"outcome\":\"%s\",\"elements\":%d,\"ns\":%d,\"cpu_ns\":%d%s}",
            result.ok() ? "ok" : "failed", result.elements(), result.team().ns(), result.team().cpuNs(), result.more());
    }
}
