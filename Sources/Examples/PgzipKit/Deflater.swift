import CZlib

/// One zlib stream for raw deflate, reused for each block.
@safe
struct Deflater: ~Copyable {
    // SAFETY: owned by this value from init to deinit. zlib keeps the address of the stream, so it stays on the heap.
    private let stream: UnsafeMutablePointer<z_stream>

    init(level: Int32) throws(Failure) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            unsafe stream.deallocate()
            throw Failure(nil, "zlib gave no stream (\(status))")
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The most bytes that a compressed block of `size` needs, including the marker after it.
    static func bound(_ size: Int) -> Int { Int(compressBound(uLong(size))) + 64 }

    /// Compresses `input` as if it followed `dictionary`, to a byte boundary; the last block ends the deflate stream.
    mutating func deflate(
        _ input: borrowing Buffer, after dictionary: borrowing Buffer, isLast: Bool, into output: inout Buffer
    ) throws(Failure) {
        unsafe deflateReset(stream)
        if dictionary.count > 0 {
            let bytes = unsafe dictionary.bytes
            unsafe deflateSetDictionary(stream, bytes.baseAddress, uInt(bytes.count))
        }
        let bytes = unsafe input.bytes
        // SAFETY: zlib reads the input in spite of the type without const; both buffers outlive the call.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        unsafe stream.pointee.avail_in = uInt(bytes.count)
        try unsafe output.append { (room) throws(Failure) in
            unsafe stream.pointee.next_out = room.baseAddress
            unsafe stream.pointee.avail_out = uInt(room.count)
            let status = unsafe CZlib.deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
            let left = unsafe Int(stream.pointee.avail_out)
            guard status == (isLast ? Z_STREAM_END : Z_OK), unsafe stream.pointee.avail_in == 0, left > 0 else {
                throw Failure(nil, "zlib did not compress a block (\(status))")
            }
            return room.count - left
        }
    }
}
