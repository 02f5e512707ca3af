public import RingQueues

/// The number of elements that can be moved now.
@usableFromInline
enum Available {
    /// This many, at least as many as were asked for. The mutex is locked.
    case some(Int)
    /// Not enough. The mutex is unlocked.
    case nothing
    /// None, now and later. The mutex is unlocked.
    case closed
}

extension _QueueStorage {
    /// Locks the mutex and, if there is a deadline, waits for room.
    @inlinable
    @inline(__always)
    func reserve<E: ~Copyable>(_ least: Int, of: E.Type, deadline: Deadline?) -> Available {
        let gate = unsafe mutexGate
        let buffer = unsafe buffer(of: E.self)
        lock()
        var until: Int64?
        while unsafe buffer.pointee.freeCapacity < least && !gate.pointee.closed {
            guard wait(.producer, deadline, &until) else {
                unlock()
                return .nothing
            }
        }
        if unsafe gate.pointee.closed {
            unlock()
            return .closed
        }
        return unsafe .some(buffer.pointee.freeCapacity)
    }

    @inlinable
    @inline(__always)
    func publish(_ count: Int) {
        unlock(waking: .consumer, count)
    }

    /// Locks the mutex and, if there is a deadline, waits for elements.
    @inlinable
    @inline(__always)
    func claim<E: ~Copyable>(_ least: Int, of: E.Type, deadline: Deadline?, afterStop: Bool) -> Available {
        let gate = unsafe mutexGate
        let buffer = unsafe buffer(of: E.self)
        lock()
        var until: Int64?
        while unsafe buffer.pointee.count < least && !gate.pointee.closed {
            guard wait(.consumer, deadline, &until) else {
                unlock()
                return .nothing
            }
        }
        let ready = unsafe buffer.pointee.count
        if unsafe ready == 0 || (gate.pointee.stopped && !afterStop) {
            unlock()
            return .closed
        }
        if ready < least {
            unlock()
            return .nothing
        }
        return .some(ready)
    }

    @inlinable
    @inline(__always)
    func release(_ count: Int) {
        unlock(waking: .producer, count)
    }

    @inlinable
    @inline(__always)
    func put<E: ~Copyable>(_ element: consuming E, deadline: Deadline?) -> TryEnqueueResult<E> {
        switch reserve(1, of: E.self, deadline: deadline) {
        case .nothing: return .full(element)
        case .closed: return .closed(element)
        case .some:
            unsafe buffer(of: E.self).pointee.append(element)
            publish(1)
            return .enqueued
        }
    }

    @inlinable
    @inline(__always)
    func get<E: ~Copyable>(deadline: Deadline?, afterStop: Bool) -> TryDequeueResult<E> {
        switch claim(1, of: E.self, deadline: deadline, afterStop: afterStop) {
        case .nothing: return .empty
        case .closed: return .closed
        case .some:
            let element = unsafe buffer(of: E.self).pointee.removeFirst()
            release(1)
            return .dequeued(element)
        }
    }
}
