import AsyncAlgorithms

/// `async-mpsc`: suspends producers while as many elements as the capacity are buffered, until half of them are gone.
enum MultiProducerPeer<P: Payload> {
    typealias Channel = MultiProducerSingleConsumerAsyncChannel<P, Never>

    struct Out: BurstProducer, ~Copyable {
        fileprivate var source: Channel.Source

        // A channel that refuses an element has lost it, which the account of the run shows.
        mutating func send(_ element: P) async { try? await source.send(element) }

        mutating func send(contentsOf elements: [P]) async { try? await source.send(contentsOf: elements) }
    }

    struct In: TaskConsumer, ~Copyable {
        fileprivate var channel: Channel

        mutating func next() async -> P? { await channel.next() }
    }

    static var peer: Peer<Out, In> {
        Peer { capacity, producers, consumers in
            var made = Channel.makeChannel(backpressureStrategy: .watermark(low: max(1, capacity / 2), high: capacity))
            let channel = made.takeChannel()
            var source = made.source
            var ends = Ends<Out, In>(consumers: [Parcel(In(channel: channel))])
            for _ in 1..<producers { ends.producers.append(Parcel(Out(source: source.makeAdditionalSource()))) }
            ends.producers.append(Parcel(Out(source: source)))
            return ends
        }
    }
}
