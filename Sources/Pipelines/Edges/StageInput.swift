/// The source of a stage's elements, before the stage has workers: one queue for all workers, or one for each.
@usableFromInline
struct StageInput<Element: ~Copyable>: Sendable {
    @usableFromInline let ends: [any EdgeEnds]
    /// Makes an inlet for the worker with this number, out of this many.
    @usableFromInline let inlet: @Sendable (Worker, Int, Int) -> Inlet<Element>

    @usableFromInline
    init(_ ends: [any EdgeEnds], inlet: @escaping @Sendable (Worker, Int, Int) -> Inlet<Element>) {
        self.ends = ends
        self.inlet = inlet
    }
}

extension QueueEnds where Element: ~Copyable {
    @inlinable
    var input: StageInput<Element> {
        StageInput([self]) { worker, _, workers in self.inlet(worker, sharedBy: workers) }
    }
}
