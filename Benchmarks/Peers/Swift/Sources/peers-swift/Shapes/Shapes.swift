/// The shapes on threads.
struct Threads {
    let work: Work

    /// Over a queue of this package, of the cheapest kind for the ends that the shape needs.
    func run<Kinds: OwnKinds, P: Payload>(_ kinds: Kinds.Type, _ payload: P.Type) throws -> Result {
        if work.shape == .pipeline {
            return try pass(.own(Kinds.OneToMany.self, of: payload), .own(Kinds.ManyToOne.self, of: payload))
        }
        return switch (work.hasProducers, work.hasConsumers) {
        case (false, false): try run(.own(Kinds.OneToOne.self, of: payload))
        case (false, true): try run(.own(Kinds.OneToMany.self, of: payload))
        case (true, false): try run(.own(Kinds.ManyToOne.self, of: payload))
        case (true, true): try run(.own(Kinds.ManyToMany.self, of: payload))
        }
    }

    /// Over a queue that may have any number of ends.
    func run<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        switch work.wait {
        case .block: try wait(peer)
        case .spin: try wait(peer.retried(Spinning.self))
        }
    }

    private func wait<Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result where In.Element == Out.Element {
        switch work.shape {
        case .queue: try queue(peer)
        case .pipeline: try pipeline(peer, peer)
        case .pingpong: try pingpong(peer)
        case .idle: try idle(peer)
        case .paced: try paced(peer)
        }
    }

    private func pass<
        Out: WaitingProducer & ~Copyable, In: WaitingConsumer & ~Copyable,
        FarOut: WaitingProducer & ~Copyable, FarIn: WaitingConsumer & ~Copyable
    >(_ near: Peer<Out, In>, _ far: Peer<FarOut, FarIn>) throws -> Result
    where In.Element == Out.Element, In.Element == FarOut.Element, FarIn.Element == FarOut.Element {
        switch work.wait {
        case .block: try pipeline(near, far)
        case .spin: try pipeline(near.retried(Spinning.self), far.retried(Spinning.self))
        }
    }
}

/// The shapes on tasks.
struct Tasks {
    let work: Work

    /// `nil`: the queue cannot do this. Tasks cannot receive without waiting.
    func run<Out: TaskProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>, hasConsumers: Bool
    ) throws -> Result? where In.Element == Out.Element {
        guard work.wait == .block else { return nil }
        switch work.shape {
        case .queue: return work.hasConsumers && !hasConsumers || work.batch > 1 ? nil : try queue(peer)
        case .pipeline: return hasConsumers ? try pipeline(peer) : nil
        case .pingpong: return try pingpong(peer)
        case .idle: return try idle(peer, hasConsumers ? work.consumers : 1)
        case .paced: return try paced(peer)
        }
    }

    /// Over a queue that takes several elements by one call, from any number of tasks, for one consumer.
    func runBursts<Out: BurstProducer & ~Copyable, In: TaskConsumer & ~Copyable>(
        _ peer: Peer<Out, In>
    ) throws -> Result? where In.Element == Out.Element {
        guard work.shape == .queue && work.batch > 1 && !work.hasConsumers && work.wait == .block else {
            return try run(peer, hasConsumers: false)
        }
        return try queueBursts(peer)
    }
}
