import RingQueues

extension StagePlan {
    /// A stage whose workers pass on emitted elements in the order in which they took their elements.
    @inlinable
    static func ordering<In: ~Copyable, State: ~Copyable, Out: ~Copyable>(
        _ name: String, workers: Int, window: Int, _ options: StageOptions, _ onError: OnError<In>,
        from source: StageInput<In>, into target: StageOutput<Out>, given: [any EdgeEnds],
        begin: @escaping @Sendable () throws -> State,
        end atEnd: @escaping @Sendable (consuming State, inout Emitter<Out>) throws -> Void,
        body: @escaping @Sendable (inout State, consuming In, inout Emitter<Out>) throws -> Void
    ) -> StagePlan {
        let ordered = target.ordered(window: window, workers: max(workers, 1))
        return StagePlan(
            name: name, workers: workers, options: options, inputs: source.ends, outputs: target.ends,
            given: given,
            opens: { onError.open() }, closes: { onError.close() }
        ) { worker, number in
            let inlet = source.inlet(worker, number, workers)
            let end = ordered(worker, number, onError.copy != nil)
            let place = end.place
            let ends = source.ends
            let isShared = ends.count == 1
            let edge = ends.first?.edge.number ?? 0
            return { hasThread, leaves in
                if hasThread {
                    worker.works(at: Worker.now)
                    let numbered = unsafe inlet.taking { room, _, deadline in
                        // A worker with its own queue must not keep others from taking while it waits for an element.
                        guard isShared else {
                            let count = unsafe inlet.take(room, 1, deadline)
                            return place.take(edge) { count }
                        }
                        return place.take(edge) { unsafe inlet.take(room, 1, deadline) }
                    }
                    var emit = Emitter(end.outlet, worker)
                    worker.work(
                        numbered, &emit, onError, begin, atEnd, body, leaves: leaves, after: { place.pass() },
                        atEnd: { place.arrive() })
                }
                place.end()
                // A branch's transform threw for an element that waited for its turn.
                if let error = worker.takeThrown() { leaves(.failed(error)) }
                inlet.end()
            }
        }
    }
}
