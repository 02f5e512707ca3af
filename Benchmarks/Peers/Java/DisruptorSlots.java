import com.lmax.disruptor.EventFactory;

/** What lies in the Disruptor's ring: the elements themselves, or references to them. */
interface DisruptorSlots<E> extends EventFactory<E> {
    void write(E slot, long value);

    void put(E slot, long[] element);

    long[] read(E slot);

    /** By value: what is preallocated is written anew. */
    final class InPlace implements DisruptorSlots<long[]> {
        @Override
        public long[] newInstance() {
            return new long[Fixed.WORDS];
        }

        @Override
        public void write(long[] slot, long value) {
            Element.write(slot, value);
        }

        @Override
        public void put(long[] slot, long[] element) {
            System.arraycopy(element, 0, slot, 0, Fixed.WORDS);
        }

        @Override
        public long[] read(long[] slot) {
            return slot;
        }
    }

    /** Objects that go from hand to hand: the reader clears the slot, lest the ring keep what nobody needs. */
    final class ByReference implements DisruptorSlots<long[][]> {
        @Override
        public long[][] newInstance() {
            return new long[1][];
        }

        @Override
        public void write(long[][] slot, long value) {
            slot[0] = Element.make(value);
        }

        @Override
        public void put(long[][] slot, long[] element) {
            slot[0] = element;
        }

        @Override
        public long[] read(long[][] slot) {
            long[] element = slot[0];
            slot[0] = null;
            return element;
        }
    }
}
