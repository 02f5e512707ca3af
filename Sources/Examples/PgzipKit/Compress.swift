import Pipelines
import RingQueues

/// A piece of the input on its way, with all the memory that its compression needs.
struct Block: ~Copyable, Sendable {
    /// The same as in pigz, so that ratio and speed can be compared.
    static let size = 128 << 10
    /// How far back deflate looks: this much of a block primes the compression of the next one.
    static let window = 32 << 10

    var isLast = false
    var checksum = Checksum()
    var dictionary: Buffer
    var input: Buffer
    var output: Buffer

    init() throws(Failure) {
        let dictionary = try Buffer(capacity: Block.window)
        let input = try Buffer(capacity: Block.size)
        let output = try Buffer(capacity: Deflater.bound(Block.size))
        self.dictionary = dictionary
        self.input = input
        self.output = output
    }

    /// Empties it for another piece.
    mutating func clear() {
        dictionary.clear()
        input.clear()
        output.clear()
        checksum = Checksum()
    }
}

/// Compresses to one gzip member, in pigz's layout: each block deflated by itself with the last 32 KiB of the block
/// before as dictionary, ended at a byte boundary, and written in order; the last block ends the deflate stream.
///
/// There are `4 * workers + 4` blocks, and each is in one place at any time: free, with the reader, waiting for a
/// worker, with a worker, waiting for its turn or for the writer, or with the writer, which frees it. **No deadlock:**
/// every queue, and the window of blocks that are ahead of their turn, has room for all blocks. So no stage ever waits
/// to enqueue; only the reader waits for a free block. If none is free, the block in progress with the lowest number waits
/// for no later block: it is written, and then free. The same bound is the back-pressure: the reader is ahead of the output
/// by at most the number of blocks.
struct Compression: Sendable {
    let input: Input
    let output: Sink
    let header: [UInt8]
    let level: Int32
    let workers: Int
    let quiet: Bool

    /// Runs to the end. An error anywhere stops everything.
    func run() throws {
        let blocks = 4 * workers + 4
        // A block takes milliseconds, so waiting threads should sleep: the workers need the processors.
        var free = try Queue.make(of: Block.self, kind: SPSC.self, capacity: blocks, waiting: .park)
        let recycle = Handover(try filled(free.takeProducer(), blocks))
        var blanks = free.takeConsumer()
        let pipeline = Pipeline("pgzip", capacity: blocks, waiting: .park)
        // The reader may be waiting for input that never comes.
        pipeline.onStop { input.interrupt() }
        pipeline
            .source("read", of: Block.self) { emit in try read(&blanks, &emit) }
            .flatMap(
                "deflate", of: Block.self, workers: workers, order: .preserve(window: blocks),
                state: { Optional<Deflater>.none }, body: deflate
            )
            .sink(
                "write", state: { try Writing(self, recycle.take()) }, end: { try $0.finish() },
                body: { writing, block in try writing.write(block) })
        do { try pipeline.run() } catch let failure as PipelineFailure { throw failure.error }
    }

    private func filled(
        _ free: consuming sending Producer<Block, SPSC>, _ blocks: Int
    ) throws -> sending Producer<Block, SPSC> {
        for _ in 0..<blocks { _ = free.tryEnqueue(try Block()) }
        return free
    }

    private func read(_ blanks: inout Consumer<Block, SPSC>, _ emit: inout Emitter<Block>) throws {
        var tail = try Buffer(capacity: Block.window)
        while var block = blanks.dequeue() {
            block.clear()
            block.dictionary.append(last: Block.window, of: tail)
            guard let hasMore = try input.fill(&block.input) else { return }
            block.isLast = !hasMore
            tail.clear()
            tail.append(last: Block.window, of: block.input)
            try emit(block)
            if !hasMore { return }
        }
    }

    private func deflate(
        _ deflater: inout Deflater?, _ block: consuming sending Block, _ emit: inout Emitter<Block>
    ) throws {
        if deflater == nil { deflater = try Deflater(level: level) }
        block.checksum.update(block.input)
        try deflater?.deflate(block.input, after: block.dictionary, isLast: block.isLast, into: &block.output)
        try emit(block)
    }
}

/// The last stage: writes the member, block by block.
private struct Writing: ~Copyable {
    private let output: Sink
    private var recycle: Producer<Block, SPSC>
    private var progress: Progress?
    private var checksum = Checksum()
    private var size = 0
    private var isComplete = false

    init(_ work: Compression, _ recycle: consuming Producer<Block, SPSC>) throws {
        output = work.output
        self.recycle = recycle
        progress = Progress(of: work.input, to: output, quiet: work.quiet)
        try output.write(work.header)
    }

    mutating func write(_ block: consuming sending Block) throws {
        try output.write(block.output)
        checksum.append(block.checksum, of: block.input.count)
        size += block.input.count
        progress?.show(size)
        if block.isLast {
            try output.write(
                GzipHeader.littleEndian(checksum.value) + GzipHeader.littleEndian(UInt32(truncatingIfNeeded: size)))
            isComplete = true
        }
        // The queue refuses the block only when the reader has ended; the block is then destroyed.
        _ = recycle.enqueue(block)
    }

    /// Ends the member, or throws if the stream ended before the last block.
    consuming func finish() throws(Failure) {
        if !isComplete { throw Failure(nil, "ended before the output was complete") }
    }
}
