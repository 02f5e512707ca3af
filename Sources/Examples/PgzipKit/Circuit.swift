import RingQueues

/// The error of a stage that stops only because its neighbours have stopped.
struct NeighbourGone: Error {}

/// Takes full chunks from a queue, byte by byte or whole, and returns them when they are empty.
///
/// It combines two ends: one for the input and one for the empty chunks.
struct ChunkSource: ~Copyable, QueueEnd {
    private var full: Consumer<Chunk, SPSC>
    private var empty: Producer<Chunk, SPSC>
    private var chunk: Chunk?
    private var offset = 0
    /// Bytes taken from the chunks before this one.
    private var before = 0

    init(full: consuming sending Consumer<Chunk, SPSC>, empty: consuming sending Producer<Chunk, SPSC>) {
        self.full = full
        self.empty = empty
    }

    var control: QueueControl { full.control }

    /// Bytes taken so far.
    var consumed: Int { before + offset }

    /// Makes sure that there is at least one byte to take.
    ///
    /// - Returns: whether there is; if not, the input has ended.
    mutating func fill() throws(NeighbourGone) -> Bool {
        while true {
            if let size = chunk?.buffer.count, offset < size { return true }
            if let used = chunk.take() {
                before += offset
                offset = 0
                // The queue refuses the chunk only when the reader has ended; the chunk is then destroyed.
                _ = empty.enqueue(used)
            }
            chunk = full.dequeue()
            if chunk == nil {
                if case .finished = full.poison { return false }
                throw NeighbourGone()
            }
        }
    }

    /// The next byte, `nil` at the end.
    mutating func next() throws(NeighbourGone) -> UInt8? {
        guard try fill() else { return nil }
        defer { offset += 1 }
        return chunk?.buffer[offset]
    }

    /// Inflates from here on; ``fill()`` has said that there are bytes. After an error nothing more can be taken.
    ///
    /// - Returns: whether the deflate stream ended.
    mutating func inflate(by inflater: inout Inflater, into output: inout Buffer) throws(GzipProblem) -> Bool {
        guard let chunk = chunk.take() else { preconditionFailure("inflate without fill()") }
        let isEnded = try inflater.inflate(chunk.buffer, at: &offset, into: &output)
        self.chunk = consume chunk
        return isEnded
    }
}

/// Takes empty chunks from one queue and returns full ones to another.
struct ChunkTarget: ~Copyable, QueueEnd {
    private var empty: Consumer<Chunk, SPSC>
    private var full: Producer<Chunk, SPSC>

    init(empty: consuming sending Consumer<Chunk, SPSC>, full: consuming sending Producer<Chunk, SPSC>) {
        self.empty = empty
        self.full = full
    }

    var control: QueueControl { full.control }

    mutating func take() throws(NeighbourGone) -> Chunk {
        guard var chunk = empty.dequeue() else { throw NeighbourGone() }
        chunk.clear()
        return chunk
    }

    mutating func give(_ chunk: consuming Chunk) throws(NeighbourGone) {
        guard full.enqueue(chunk).isEnqueued else { throw NeighbourGone() }
    }

    /// Exchanges `chunk`, which holds the result of that many compressed bytes, for an empty chunk. (So a circuit needs at
    /// least two chunks.)
    mutating func exchange(_ chunk: inout Chunk, consumed: Int) throws(NeighbourGone) {
        var next = try take()
        chunk.consumed = consumed
        swap(&chunk, &next)
        try give(next)
    }
}
