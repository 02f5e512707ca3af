/// The target of a stage's elements, before the stage has workers.
@usableFromInline
struct StageOutput<Element: ~Copyable>: Sendable {
    /// Makes the ordered output of the worker with this number, which may have to collect what a body emits.
    @usableFromInline typealias MakeOrdered = @Sendable (Worker, _ number: Int, _ collects: Bool) -> OrderedEnd<Element>

    @usableFromInline let ends: [any EdgeEnds]
    @usableFromInline let outlet: @Sendable (Worker) -> Outlet<Element>
    /// Set if there are inline transforms between the body and the queue. They run first; then the element enters the queue.
    private let inlineEntry: (@Sendable (Worker) -> Outlet<Element>)?
    @usableFromInline let inlineOrdered: (@Sendable (_ window: Int, _ workers: Int) -> MakeOrdered)?

    @usableFromInline
    init(
        _ ends: [any EdgeEnds], outlet: @escaping @Sendable (Worker) -> Outlet<Element>,
        entry: (@Sendable (Worker) -> Outlet<Element>)? = nil,
        ordered: (@Sendable (Int, Int) -> MakeOrdered)? = nil
    ) {
        self.ends = ends
        self.outlet = outlet
        inlineEntry = entry
        inlineOrdered = ordered
    }

    /// An outlet for a worker whose elements come from outside the pipeline.
    @usableFromInline
    func entry(_ worker: Worker) -> Outlet<Element> { inlineEntry?(worker) ?? worker.entry(outlet(worker)) }

    /// Outlets for the workers of a stage that preserves the order, with `window` elements in its window.
    @inlinable
    func ordered(window: Int, workers: Int) -> MakeOrdered {
        if let inlineOrdered { return inlineOrdered(window, workers) }
        let sequencer = Sequencer<Element>(window: window, workers: workers)
        return { [outlet] worker, number, collects in
            let outlet = outlet(worker)
            let place = OrderedOutlet(sequencer, outlet, worker, number: number, collects: collects)
            return OrderedEnd(
                place: place, outlet: Outlet(width: outlet.width, forget: { place.forget() }) { place.push($0) })
        }
    }
}

extension StageOutput where Element: ~Copyable {
    /// The same with a transform before it, on the stage's threads.
    @inlinable
    func preceded<Before: ~Copyable>(
        by wrap: @escaping @Sendable (Outlet<Element>, Worker) -> Outlet<Before>
    ) -> StageOutput<Before> {
        StageOutput<Before>(
            ends, outlet: { [outlet] in wrap(outlet($0), $0) }, entry: { wrap(entry($0), $0) },
            ordered: { window, workers in
                let make = ordered(window: window, workers: workers)
                return { worker, number, collects in
                    let end = make(worker, number, collects)
                    return OrderedEnd(place: end.place, outlet: wrap(end.outlet, worker))
                }
            })
    }
}

extension QueueEnds where Element: ~Copyable {
    @inlinable
    var output: StageOutput<Element> { StageOutput([self]) { self.outlet($0) } }
}

extension StageOutput where Element == Void {
    /// No target, for stages that only take.
    @usableFromInline
    static var nowhere: StageOutput<Void> { StageOutput([]) { _ in Outlet(width: 0) { _ in false } } }
}
