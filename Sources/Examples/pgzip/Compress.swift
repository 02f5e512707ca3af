import Pipelines
import RingQueues

/// A piece of the input on its way, with all the memory that its compression needs.
struct Block: ~Copyable, Sendable {
    /// As pigz's, so that ratio and speed can be compared.
    static let size = 128 << 10
    /// How far back deflate looks: so much of the block before primes the compression of the next.
    static let window = 32 << 10

    var number = 0
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
/// worker, with one, waiting for the writer, or in the writer's table. **No deadlock:** every queue has room for all
/// blocks, so nobody ever waits to enqueue; the reader alone waits for a free block. If none is free, take the block
/// with the lowest number among those under way. All before it were written, and it waits for nothing that stands
/// behind it: it is first in the workers' queue, or with a worker, or in the writer's queue, or with the writer, who
/// writes it as soon as he has it (it cannot lie in the table, which holds only blocks that came before their turn)
/// and sets it free. So the reader goes on. The same bound is the back-pressure: he is never further ahead of the
/// output than there are blocks.
struct Compression: Sendable {
    let input: Input
    let output: Sink
    let header: [UInt8]
    let level: Int32
    let workers: Int
    let quiet: Bool

    /// Runs it to the end. An error anywhere stops all of it.
    func run() throws {
        let blocks = 4 * workers + 4
        // A block takes milliseconds, so who waits had better sleep: the workers need the processors.
        let waiting = ParkAtOnce.self
        var free = try Queue.make(of: Block.self, kind: SPSC.self, capacity: blocks, waiting: waiting)
        var raw = try Queue.make(of: Block.self, kind: SPMC.self, capacity: blocks, waiting: waiting)
        var deflated = try Queue.make(of: Block.self, kind: MPSC.self, capacity: blocks, waiting: waiting)
        let recycle = try filled(free.takeProducer(), blocks)
        let outcome = Outcome()
        var stages = StageGroup()
        do {
            try stages.start("read", free.takeConsumer(), raw.takeProducer(), read)
            try stages.start("deflate", workers: workers, raw.takeConsumer(), deflated.takeProducer(), deflate)
            try stages.start("write", deflated.takeConsumer(), recycle) { input, free in
                try write(&input, &free, outcome)
            }
        } catch {
            // The group joins the reader, who may be waiting for input that never comes.
            input.interrupt()
            throw error
        }
        try stages.join()
        try outcome.check()
    }

    private func filled(
        _ free: consuming sending Producer<Block, SPSC>, _ blocks: Int
    ) throws -> sending Producer<Block, SPSC> {
        for _ in 0..<blocks { _ = free.tryEnqueue(try Block()) }
        return free
    }

    private func read(_ free: inout Consumer<Block, SPSC>, _ raw: inout Producer<Block, SPMC>) throws {
        var tail = try Buffer(capacity: Block.window)
        var number = 0
        while var block = free.dequeue() {
            block.clear()
            block.number = number
            block.dictionary.append(last: Block.window, of: tail)
            guard let hasMore = try input.fill(&block.input) else { return }
            block.isLast = !hasMore
            tail.clear()
            tail.append(last: Block.window, of: block.input)
            guard raw.enqueue(block).isEnqueued, hasMore else { return }
            number += 1
        }
    }

    private func deflate(_ raw: inout Consumer<Block, SPMC>, _ deflated: inout Producer<Block, MPSC>) throws {
        defer { input.interrupt() }
        var deflater: Deflater?
        while var block = raw.dequeue() {
            if deflater == nil { deflater = try Deflater(level: level) }
            block.checksum.update(block.input)
            try deflater?.deflate(block.input, after: block.dictionary, isLast: block.isLast, into: &block.output)
            guard deflated.enqueue(block).isEnqueued else { return }
        }
    }

    private func write(
        _ deflated: inout Consumer<Block, MPSC>, _ free: inout Producer<Block, SPSC>, _ outcome: Outcome
    ) throws {
        defer { input.interrupt() }
        var progress = Progress(of: input, to: output, quiet: quiet)
        var early = ReorderTable(capacity: free.capacity)
        var checksum = Checksum()
        var size = 0
        try output.write(header)
        while let block = deflated.dequeue() {
            early.insert(block)
            while let block = early.next() {
                try output.write(block.output)
                checksum.append(block.checksum, of: block.input.count)
                size += block.input.count
                progress?.show(size)
                if block.isLast {
                    try output.write(
                        GzipHeader.littleEndian(checksum.value)
                            + GzipHeader.littleEndian(UInt32(truncatingIfNeeded: size)))
                    outcome.finish()
                }
                // Refused only when the reader has gone; then the block goes too.
                _ = free.enqueue(block)
            }
        }
    }
}
