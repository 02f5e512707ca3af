import CZlib

/// One zlib stream for raw inflate, reused for each member.
@safe
struct Inflater: ~Copyable {
    // SAFETY: owned by this value from init to deinit. zlib keeps the address of the stream, so it stays on the heap.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(Failure) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            unsafe stream.deallocate()
            throw Failure(nil, "zlib gave no stream (\(status))")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    mutating func reset() { unsafe inflateReset(stream) }

    /// Decompresses as much as it can from the bytes of `input` at `offset`, which it advances, into the free bytes of
    /// `output`.
    ///
    /// - Returns: whether the deflate stream ended.
    mutating func inflate(
        _ input: borrowing Buffer, at offset: inout Int, into output: inout Buffer
    ) throws(GzipProblem) -> Bool {
        let bytes = unsafe input.bytes[offset...]
        // SAFETY: zlib reads the input in spite of the type without const; both buffers outlive the call.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: UnsafeBufferPointer(rebasing: bytes).baseAddress)
        unsafe stream.pointee.avail_in = uInt(bytes.count)
        var status = Z_OK
        unsafe output.append { room in
            unsafe stream.pointee.next_out = room.baseAddress
            unsafe stream.pointee.avail_out = uInt(room.count)
            status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            return unsafe room.count - Int(stream.pointee.avail_out)
        }
        offset = unsafe input.count - Int(stream.pointee.avail_in)
        switch status {
        case Z_OK, Z_BUF_ERROR: return false
        case Z_STREAM_END: return true
        default: throw .formatViolated
        }
    }
}
