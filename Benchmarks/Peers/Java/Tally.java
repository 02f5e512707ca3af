import java.util.Arrays;
import jdk.internal.vm.annotation.Contended;

/** The bookkeeping of one consumer of the queue shape. */
@Contended
final class Tally {
    private static final int PAD = 16;  // words that keep other threads' data out of the cache lines of the array
    private final int producers;
    private final long[] newest;
    long count, sum;
    boolean wrong, ended;

    Tally(int producers) {
        this.producers = producers;
        newest = new long[PAD + producers + PAD];
        Arrays.fill(newest, -1);
    }

    void accept(long[] element) {
        long value = Element.read(element);
        if (value == Element.POISON) {
            ended = true;
            return;
        }
        Fixed.work();
        int producer = (int) (value >>> 40);
        if (producer < producers && value > newest[PAD + producer]) {
            newest[PAD + producer] = value;
        } else {
            wrong = true;
        }
        count++;
        sum += value;
    }
}
