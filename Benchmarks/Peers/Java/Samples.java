import java.util.Arrays;

/** Times in nanoseconds, of one thread. More than there is room for are not kept. */
final class Samples {
    static final int MANY = 4_000_000;
    private final long[] times;
    private int count;

    Samples(int most) {
        times = new long[most];
    }

    void add(long ns) {
        if (count < times.length) times[count++] = ns;
    }

    void addAll(Samples other) {
        for (int i = 0; i < other.count; i++) add(other.times[i]);
    }

    int count() {
        return count;
    }

    void sort() {
        Arrays.sort(times, 0, count);
    }

    /** The smallest sample that the given thousandths of all do not exceed. The samples are sorted. */
    long perMille(int thousandths) {
        return count == 0 ? 0 : times[(int) (((long) count * thousandths + 999) / 1000) - 1];
    }

    String json() {
        sort();
        return ",\"p50_ns\":" + perMille(500) + ",\"p99_ns\":" + perMille(990) + ",\"p999_ns\":" + perMille(999);
    }
}
