import com.lmax.disruptor.EventFactory;

/** The contents of the Disruptor's ring: the elements themselves, or references to them. */
interface DisruptorSlots<E> extends EventFactory<E> {
    void write(E slot, long value);

    void put(E slot, long[] element);

    long[] read(E slot);

    /** By value: preallocated elements are overwritten. */
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

    /** Objects that change owners: the reader clears the slot, so that the ring keeps no unused object. */
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
