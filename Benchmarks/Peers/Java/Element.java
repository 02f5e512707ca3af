/**
 * An element is an array of words: a small object, as large as one with this many long fields. Queues of references get
 * a new one for each element, as Java's programs do; a ring of preallocated ones is written in place.
 */
final class Element {
    static final long POISON = -1;
    /** In place of the value of an element whose last word is not its own. No producer makes this. */
    static final long TORN = -2;
    private static final int LAST = Fixed.WORDS - 1;

    static long[] make(long value) {
        long[] element = new long[Fixed.WORDS];
        write(element, value);
        return element;
    }

    static void write(long[] element, long value) {
        for (int k = 0; k < Fixed.WORDS; k++) element[k] = value ^ k;
    }

    static long read(long[] element) {
        long value = element[0];
        return (element[LAST] ^ LAST) == value ? value : TORN;
    }
}
