import RingQueues

extension StagePlan {
    /// A stage whose workers pass emitted elements on in the order in which they took theirs.
    @inlinable
    static func ordering<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ name: String, workers: Int, window: Int, _ options: StageOptions, _ onError: OnError<In>,
        from source: InPort<In>, into target: OutPort<Out>, given: [Connection],
        begin: @escaping @Sendable () throws -> State,
        end: @escaping @Sendable (consuming State, inout Emitter<Out>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming In, inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        let sequencer = Sequencer<Out>(window: window, workers: max(workers, 1))
        return StagePlan(
            name: name, workers: workers, options: options, inputs: source.edges, outputs: target.edges,
            given: given,
            opens: { onError.open() }, closes: { onError.close() }
        ) { worker, number in
            let inlet = source.inlet(worker, number, workers)
            let outlet = target.outlet(worker)
            let edges = source.edges()
            let isShared = edges.count == 1
            let edge = edges.first?.number ?? 0
            return { hasThread, leaves in
                let place = OrderedOutlet(
                    sequencer, outlet, worker, number: number, collects: onError.copy != nil)
                if hasThread {
                    worker.enter(.working, at: Worker.now)
                    let numbered = unsafe inlet.taking { room, _, deadline in
                        // With its own queue a worker must not wait for an element while others could take theirs.
                        guard isShared else {
                            let count = unsafe inlet.take(room, 1, deadline)
                            return sequencer.take(place, edge) { count }
                        }
                        return sequencer.take(place, edge) { unsafe inlet.take(room, 1, deadline) }
                    }
                    var emit = Emitter(
                        Outlet(width: outlet.width, forget: { place.forget() }) { place.push($0) }, worker)
                    worker.work(
                        numbered, &emit, onError, begin, end, body, leaves: leaves, after: { place.pass() },
                        atEnd: { place.arrive() })
                }
                place.end()
                inlet.end()
            }
        }
    }
}
