/** A producer's end. */
abstract class Sender {
    /** Makes the element and enqueues it; waits in the way asked for. */
    void send(long value) throws Exception {
        forward(Element.make(value));
    }

    /** Enqueues an element that was received. */
    abstract void forward(long[] element) throws Exception;

    /** Bulk: makes {@code count} elements with values from {@code first} on, or as many as go at once, one at least. */
    abstract int send(long first, int count) throws Exception;

    /** One try. */
    abstract boolean offer(long value);
}
