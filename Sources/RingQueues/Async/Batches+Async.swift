/// Several elements in one call, in asynchronous code. A burst moves as many elements as possible, at least one.
extension Producer where Element: Copyable & Sendable {
    /// Enqueues copies of as many of the first elements as there is room for, suspending the task until there is room for one.
    ///
    /// - Parameters:
    ///   - elements: the elements to copy.
    ///   - deadline: how long to wait; without one, the call waits until there is room or the queue closes.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.closed`; `.full` if there was
    ///   no room before the deadline, or the task was cancelled.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) mutating func enqueueBurst(
        copying elements: Span<Element>, until deadline: Deadline? = nil
    ) async -> TryEnqueueManyResult {
        let first = copy(elements, whole: false, deadline: nil)
        guard case .full = first, deadline?.isImmediate != true else { return first }
        var suspension = Suspension<Element, Kind>(storage, .producer, sleeper, deadline ?? .never)
        while await suspension.step() {
            let result = copy(elements, whole: false, deadline: nil)
            if case .full = result { continue }
            suspension.end()
            return result
        }
        return .full
    }
}

extension Producer where Element: ~Copyable {
    /// Enqueues as many of the first elements as there is room for, suspending the task until there is room for one. The others
    /// move to the front.
    ///
    /// - Parameters:
    ///   - elements: the elements to move; those that were not enqueued stay.
    ///   - deadline: how long to wait; without one, the call waits until there is room or the queue closes.
    /// - Returns: `.enqueued` with the number of elements, at least one unless `elements` is empty; `.closed`; `.full` if there was
    ///   no room before the deadline, or the task was cancelled.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) mutating func enqueueBurst(
        moving elements: inout sending OutputSpan<Element>, until deadline: Deadline? = nil
    ) async -> TryEnqueueManyResult {
        let first = Self.move(&elements, into: storage, whole: false, deadline: nil)
        guard case .full = first, deadline?.isImmediate != true else { return first }
        var suspension = Suspension<Element, Kind>(storage, .producer, sleeper, deadline ?? .never)
        while await suspension.step() {
            let result = Self.move(&elements, into: storage, whole: false, deadline: nil)
            if case .full = result { continue }
            suspension.end()
            return result
        }
        return .full
    }
}

extension Consumer where Element: ~Copyable {
    /// Dequeues as many elements as there are and as `elements` has room for, suspending the task until there is one.
    ///
    /// - Parameters:
    ///   - elements: the elements are appended to it.
    ///   - deadline: how long to wait; without one, the call waits until there is an element or the queue closes.
    /// - Returns: `.dequeued` with the number of elements, at least one unless `elements` has no room; `.closed` if the queue is
    ///   closed and no element is left; `.empty` if no element came before the deadline, or the task was cancelled.
    @inlinable
    @inline(__always)
    public nonisolated(nonsending) mutating func dequeueBurst(
        into elements: inout OutputSpan<Element>, until deadline: Deadline? = nil
    ) async -> TryDequeueManyResult {
        let first = take(elements.freeCapacity, into: &elements, whole: false, deadline: nil)
        guard case .empty = first, deadline?.isImmediate != true else { return first }
        var suspension = Suspension<Element, Kind>(storage, .consumer, sleeper, deadline ?? .never)
        while await suspension.step() {
            let result = take(elements.freeCapacity, into: &elements, whole: false, deadline: nil)
            if case .empty = result { continue }
            suspension.end()
            return result
        }
        return .empty
    }
}
