/// `async-stream`: an `AsyncStream` that buffers without bound, its default. Nothing holds up its producers.
enum StreamPeer<P: Payload> {
    struct Out: TaskProducer, ~Copyable {
        fileprivate let continuation: AsyncStream<P>.Continuation
        fileprivate let lease: Lease

        deinit { lease.drop() }

        func send(_ element: P) async { continuation.yield(element) }
    }

    struct In: TaskConsumer, ~Copyable {
        fileprivate var iterator: AsyncStream<P>.Iterator

        mutating func next() async -> P? { await iterator.next(isolation: #isolation) }
    }

    static var peer: Peer<Out, In> {
        Peer { capacity, producers, consumers in
            let (stream, continuation) = AsyncStream.makeStream(of: P.self)
            let lease = Lease(producers) { continuation.finish() }
            return Ends(
                producers: (0..<producers).map { _ in Parcel(Out(continuation: continuation, lease: lease)) },
                consumers: [Parcel(In(iterator: stream.makeAsyncIterator()))])
        }
    }
}
