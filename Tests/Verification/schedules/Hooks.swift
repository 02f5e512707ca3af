// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation
// The members are those of Synchronization, which documents them.

// Takes the place of Synchronization's types in the modules RingQueues and Pipelines: this file is compiled into both, and
// a module's own declarations hide those that it imports. Every lock and every access to an atomic is a point of the
// schedule. One thread runs at a time, so the order that a call asks for makes no difference.
import Engine
public import Synchronization

public struct Mutex<Value: ~Copyable>: ~Copyable {
    private let word: UnsafeMutablePointer<UInt32>
    private let value: UnsafeMutablePointer<Value>

    public init(_ initialValue: consuming sending Value) {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: 0)
        unsafe value = .allocate(capacity: 1)
        unsafe value.initialize(to: initialValue)
    }

    deinit {
        unsafe en_require(word.pointee == 0, "a lock is destroyed while a thread holds it")
        unsafe value.deinitialize(count: 1)
        unsafe value.deallocate()
        unsafe word.deallocate()
    }

    public borrowing func withLock<Result: ~Copyable, E: Error>(
        _ body: (inout sending Value) throws(E) -> sending Result
    ) throws(E) -> sending Result {
        unsafe en_lock(word)
        defer { unsafe en_unlock(word) }
        return try unsafe body(&value.pointee)
    }
}

extension Mutex: @unchecked Sendable where Value: ~Copyable {}

public struct Atomic<Value>: ~Copyable {
    private let value: UnsafeMutablePointer<Value>

    public init(_ initialValue: consuming Value) {
        unsafe value = .allocate(capacity: 1)
        unsafe value.initialize(to: initialValue)
    }

    deinit { unsafe value.deallocate() }

    public func load(ordering: AtomicLoadOrdering) -> Value {
        en_point("load")
        return unsafe value.pointee
    }

    public func store(_ desired: Value, ordering: AtomicStoreOrdering) {
        en_point("store")
        unsafe value.pointee = desired
    }
}

extension Atomic: @unchecked Sendable {}

extension Atomic where Value: FixedWidthInteger {
    @discardableResult
    public func add(_ operand: Value, ordering: AtomicUpdateOrdering) -> (oldValue: Value, newValue: Value) {
        en_point("add")
        let old = unsafe value.pointee
        unsafe value.pointee += operand
        return unsafe (old, value.pointee)
    }

    @discardableResult
    public func subtract(_ operand: Value, ordering: AtomicUpdateOrdering) -> (oldValue: Value, newValue: Value) {
        en_point("subtract")
        let old = unsafe value.pointee
        unsafe value.pointee -= operand
        return unsafe (old, value.pointee)
    }
}
