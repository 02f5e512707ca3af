import RingQueues

/// Producers hand elements to consumers over one queue, as fast as they can.
struct ContentionRun: QueueWork {
    let scenario: Scenario
    let length: Length
    let capacity: Int
    /// Whether the `try…` calls are used, in a loop, instead of the calls that wait.
    let tries: Bool

    /// Does the work once. The closures clone an end; `nil` if there can be only one.
    func run<Kind: QueueKind, P: Payload>(
        _ kind: Kind.Type, _ payload: P.Type,
        _ moreProducers: ((borrowing Producer<P, Kind>) -> sending Producer<P, Kind>)?,
        _ moreConsumers: ((borrowing Consumer<P, Kind>) -> sending Consumer<P, Kind>)?
    ) throws -> Sample {
        try overOneQueue(
            length, moreProducers, moreConsumers,
            produce: { out, p, team in
                tries
                    ? produceTrying(&out, p, team)
                    : scenario.batch > 1 ? produceBursts(&out, p, team) : produce(&out, p, team)
            },
            consume: { input, taken, pulse, _ in
                if tries {
                    consumeTrying(&input, &taken.ledger, pulse)
                } else if scenario.batch > 1 {
                    consumeBursts(&input, &taken.ledger, pulse)
                } else {
                    consume(&input, &taken.ledger, pulse)
                }
            })
    }
}

/// The loops that are measured. A producer's returns how many elements it made, `nil` if one was refused.
extension ContentionRun {
    private func produce<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = scenario.elements(of: producer, in: length)
        var made = 0
        while made < most {
            guard case .enqueued = out.enqueue(P(Ledger.value(made, of: producer))) else { return nil }
            made += 1
            if team.isOver { break }
        }
        return made
    }

    private func consume<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        while let element = input.dequeue() {
            ledger.enter(element)
            pulse.beat(ledger.count)
        }
    }

    private func produceBursts<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = scenario.elements(of: producer, in: length)
        var burst = Burst<P>(scenario.batch)
        var made = 0
        while made < most {
            let count = min(scenario.batch, most - made)
            burst.fill(count) { P(Ledger.value(made + $0, of: producer)) }
            guard burst.send(&out) else { return nil }
            made += count
            if team.isOver { break }
        }
        return made
    }

    private func consumeBursts<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        var burst = Burst<P>(scenario.batch)
        while burst.receive(&input) {
            burst.forEach { ledger.enter($0) }
            pulse.beat(total: ledger.count)
        }
    }

    private func produceTrying<Kind: QueueKind, P: Payload>(
        _ out: inout Producer<P, Kind>, _ producer: Int, _ team: Team
    ) -> Int? {
        let most = scenario.elements(of: producer, in: length)
        var loop = TryLoop()
        var made = 0
        while made < most {
            switch out.tryEnqueue(P(Ledger.value(made, of: producer))) {
            case .enqueued: made += 1
            case .full: loop.failed()
            case .closed: return nil
            }
            if team.isOver && made > 0 { break }
        }
        return made
    }

    private func consumeTrying<Kind: QueueKind, P: Payload>(
        _ input: inout Consumer<P, Kind>, _ ledger: inout Ledger, _ pulse: Pulse
    ) {
        var loop = TryLoop()
        while true {
            switch input.tryDequeue() {
            case .dequeued(let element):
                ledger.enter(element)
                pulse.beat(ledger.count)
            case .empty: loop.failed()
            case .closed: return
            }
        }
    }
}
