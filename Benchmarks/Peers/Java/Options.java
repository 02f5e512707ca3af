import java.util.Arrays;

/** The command line. */
record Options(Contender contender, Shape.Kind shape, int producers, int consumers, int batch, int capacity, int words,
               boolean byReference, boolean spin, int ms, int warmUpMs, long workNs, long rate) {
    @SuppressWarnings("serial")
    static final class Usage extends Exception {
        Usage(String message) {
            super(message);
        }
    }

    static Options parse(String[] arguments) throws Usage {
        if (arguments.length < 2) throw new Usage("two words are needed: --list, or a contender and a shape");
        Contender contender = named(Contender.values(), arguments[0], "contender");
        if (!contender.isHere()) throw new Usage(arguments[0] + ": its library is not on the class path");
        Shape.Kind shape = named(Shape.Kind.values(), arguments[1], "shape");
        int producers = 1, consumers = 1, batch = 1, capacity = 1024, words = 1, ms = 100, warmUpMs = 20;
        long workNs = 0, rate = 100_000;
        boolean byReference = false, spin = false;
        for (int at = 2; at < arguments.length; at++) {
            String key = arguments[at];
            if (key.equals("--pin")) continue;  // no such call in the JDK
            String value = at + 1 < arguments.length ? arguments[++at] : "";
            switch (key) {
                case "--producers" -> producers = (int) number(key, value, 1, 4096);
                case "--consumers" -> consumers = (int) number(key, value, 1, 4096);
                case "--batch" -> batch = (int) number(key, value, 1, 1 << 20);
                case "--capacity" -> capacity = (int) number(key, value, 1, 1 << 28);
                case "--payload" -> {
                    words = switch (one(key, value, "8", "64", "256", "object")) {
                        case "64" -> 8;
                        case "256" -> 32;
                        default -> 1;
                    };
                    byReference = value.equals("object");
                }
                case "--wait" -> spin = one(key, value, "block", "spin").equals("spin");
                case "--ms" -> ms = (int) number(key, value, 1, Integer.MAX_VALUE);
                case "--warmup-ms" -> warmUpMs = (int) number(key, value, 0, Integer.MAX_VALUE);
                case "--work-ns" -> workNs = number(key, value, 0, Long.MAX_VALUE);
                case "--rate" -> rate = number(key, value, 1, 1_000_000_000);
                default -> throw new Usage(key + ": no such option");
            }
        }
        return new Options(contender, shape, producers, consumers, batch, capacity, words, byReference, spin, ms,
            warmUpMs, workNs, rate);
    }

    private static <E extends Enum<E>> E named(E[] all, String word, String what) throws Usage {
        for (E one : all) {
            if (one.toString().equals(word)) return one;
        }
        throw new Usage(word + ": no such " + what + ", there are " + Arrays.toString(all));
    }

    private static long number(String key, String value, long least, long most) throws Usage {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException error) {
            // told below
        }
        throw new Usage(key + " " + value + ": a number from " + least + " to " + most + " is needed");
    }

    private static String one(String key, String value, String... choices) throws Usage {
        if (Arrays.asList(choices).contains(value)) return value;
        throw new Usage(key + " " + value + ": one of " + Arrays.toString(choices) + " is needed");
    }
}
