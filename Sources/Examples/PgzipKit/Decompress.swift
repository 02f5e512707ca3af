import Pipelines
import RingQueues

/// A piece of the compressed or of the decompressed bytes on its way.
struct Chunk: ~Copyable, Sendable {
    static let size = 128 << 10

    /// What follows the bytes of a chunk.
    enum Ending: Sendable {
        /// More bytes of the same member.
        case none
        /// The end of a member, whose bytes have this checksum and this number modulo 2³².
        case member(checksum: UInt32, size: UInt32)
        /// The end of everything.
        case end(trailingGarbage: Bool)
        /// Nothing more can be read, for this reason.
        case problem(GzipProblem)
    }

    var buffer: Buffer
    var ending = Ending.none
    /// How many compressed bytes were used up to here.
    var consumed = 0

    init() throws(Failure) { buffer = try Buffer(capacity: Chunk.size) }

    /// Empties it for other bytes.
    mutating func clear() {
        buffer.clear()
        ending = .none
    }
}

/// Decompresses any number of gzip members.
///
///     read ── compressed ──> inflate ── chunks ──> check ── chunks ──> write
///      ^                     │     ^                                     │
///      └──── free chunks <───┘     └──────────── free chunks <───────────┘
///
/// A problem with the data travels after the last good bytes (``Chunk/Ending``), so the first problem in the order of
/// the data is reported, and everything before it is written, as in gzip.
///
/// **No deadlock:** each of the two circuits has a fixed number of chunks, and each queue has room for all chunks of
/// its circuit. So a stage only waits for a chunk from upstream, or for a free chunk from the stage that empties chunks.
/// The writer waits only for chunks to write, and frees each; so check, inflate and read continue in turn.
struct Decompression: Sendable {
    let input: Input
    let output: Sink
    let quiet: Bool

    private static let chunks = 8

    /// Runs to the end. An error anywhere stops everything.
    ///
    /// - Returns: whether there was garbage after the data.
    func run() throws -> Bool {
        let chunks = Decompression.chunks
        var unread = try Queue.make(of: Chunk.self, kind: SPSC.self, capacity: chunks)
        var compressed = try Queue.make(of: Chunk.self, kind: SPSC.self, capacity: chunks)
        var free = try Queue.make(of: Chunk.self, kind: SPSC.self, capacity: chunks)
        var inflated = try Queue.make(of: Chunk.self, kind: SPSC.self, capacity: chunks)
        var checked = try Queue.make(of: Chunk.self, kind: SPSC.self, capacity: chunks)
        let recycleIn = try filled(unread.takeProducer())
        let recycleOut = try filled(free.takeProducer())
        let outcome = Outcome()
        var stages = StageGroup()
        do {
            try stages.start("read", unread.takeConsumer(), compressed.takeProducer(), read)
            let source = ChunkSource(full: compressed.takeConsumer(), empty: recycleIn)
            let target = ChunkTarget(empty: free.takeConsumer(), full: inflated.takeProducer())
            try stages.start("inflate", source, target) { source, target in
                // Whatever ended this stage, no stage reads any more, and the reader may be waiting for input that never comes.
                defer { input.interrupt() }
                try inflateMembers(&source, &target)
            }
            try stages.start("check", inflated.takeConsumer(), checked.takeProducer(), check)
            try stages.start("write", checked.takeConsumer(), recycleOut) { input, free in
                try write(&input, &free, outcome)
            }
        } catch {
            input.interrupt()
            throw error
        }
        try stages.join()
        try outcome.check()
        return outcome.hasTrailingGarbage
    }

    private func filled(_ free: consuming sending Producer<Chunk, SPSC>) throws -> sending Producer<Chunk, SPSC> {
        for _ in 0..<Decompression.chunks { _ = free.tryEnqueue(try Chunk()) }
        return free
    }

    private func read(_ free: inout Consumer<Chunk, SPSC>, _ full: inout Producer<Chunk, SPSC>) throws {
        while var chunk = free.dequeue() {
            chunk.clear()
            guard let count = try input.read(into: &chunk.buffer), count > 0 else { return }
            guard full.enqueue(chunk).isEnqueued else { return }
        }
    }

    private func check(_ inflated: inout Consumer<Chunk, SPSC>, _ checked: inout Producer<Chunk, SPSC>) {
        var checksum = Checksum()
        var size: UInt32 = 0
        while var chunk = inflated.dequeue() {
            checksum.update(chunk.buffer)
            size &+= UInt32(chunk.buffer.count)
            if case .member(let rightChecksum, let rightSize) = chunk.ending {
                if checksum.value != rightChecksum {
                    chunk.ending = .problem(.wrongChecksum)
                } else if size != rightSize {
                    chunk.ending = .problem(.wrongLength)
                }
                checksum = Checksum()
                size = 0
            }
            guard checked.enqueue(chunk).isEnqueued else { return }
        }
    }

    private func write(
        _ checked: inout Consumer<Chunk, SPSC>, _ free: inout Producer<Chunk, SPSC>, _ outcome: Outcome
    ) throws {
        defer { input.interrupt() }
        var progress = Progress(of: input, to: output, quiet: quiet)
        while let chunk = checked.dequeue() {
            try output.write(chunk.buffer)
            progress?.show(chunk.consumed)
            switch chunk.ending {
            case .none, .member: break
            case .end(let trailingGarbage): outcome.finish(trailingGarbage: trailingGarbage)
            case .problem(let problem): throw Failure(input.name, problem.message)
            }
            // The queue refuses the chunk only when the inflating stage has ended; the chunk is then destroyed.
            _ = free.enqueue(chunk)
        }
    }
}
