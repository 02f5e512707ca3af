import CZlib

/// The CRC-32 in gzip's trailer.
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func update(_ buffer: borrowing Buffer) {
        let bytes = unsafe buffer.bytes
        // SAFETY: the buffer is borrowed for the call, and zlib reads within the count.
        value = unsafe UInt32(truncatingIfNeeded: crc32(uLong(value), bytes.baseAddress, uInt(bytes.count)))
    }

    /// Changes the checksum as if the `count` bytes with the checksum `next` had been passed to `update`.
    mutating func append(_ next: Checksum, of count: Int) {
        value = UInt32(truncatingIfNeeded: crc32_combine(uLong(value), uLong(next.value), count))
    }
}
