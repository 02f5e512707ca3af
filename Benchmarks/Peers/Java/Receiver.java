/** A consumer's end. */
abstract class Receiver {
    /** Waits in the way asked for. The element may be used until the next call. */
    abstract long[] receive() throws Exception;

    /** Bulk: hands as many elements as come at once, one at least and {@code most} at most, to the tally. */
    abstract void receive(Tally tally, int most) throws Exception;

    /** Nothing will be received any more. */
    void leave() {
    }
}
