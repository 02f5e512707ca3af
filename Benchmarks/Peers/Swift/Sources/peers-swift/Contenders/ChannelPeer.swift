import AsyncAlgorithms

/// `async-channel`: a rendezvous, whose sender continues when a receiver has taken the element. It holds none.
enum ChannelPeer<P: Payload> {
    struct Out: TaskProducer, ~Copyable {
        fileprivate let channel: AsyncChannel<P>
        fileprivate let lease: Lease

        deinit { lease.drop() }

        func send(_ element: P) async { await channel.send(element) }
    }

    struct In: TaskConsumer, ~Copyable {
        fileprivate var iterator: AsyncChannel<P>.Iterator

        mutating func next() async -> P? { await iterator.next() }
    }

    static var peer: Peer<Out, In> {
        Peer { capacity, producers, consumers in
            let channel = AsyncChannel<P>()
            let lease = Lease(producers) { channel.finish() }
            return Ends(
                producers: (0..<producers).map { _ in Parcel(Out(channel: channel, lease: lease)) },
                consumers: (0..<consumers).map { _ in Parcel(In(iterator: channel.makeAsyncIterator())) })
        }
    }
}
