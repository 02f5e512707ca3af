public import CRings

/// What the operating system offers to threads, for the other modules of this package: a Swift form of `rq_platform.h`.
@usableFromInline
package enum Platform {
    /// The number of processors that this process may keep busy: those in its affinity mask, or fewer under a CPU quota.
    /// At least one.
    package static var processors: Int { Int(rq_processors()) }

    /// Nanoseconds on the clock that `ContinuousClock` reads.
    @inlinable
    package static var nanoseconds: Int64 { rq_now() }

    /// Processor time that all threads of this process have used, in nanoseconds.
    package static var processorTime: Int64 { rq_used() }

    /// The CPU quota of the process's control group in whole processors, rounded up; `nil` without one.
    package static var quota: Int? {
        let quota = rq_quota()
        return quota == Int32.max ? nil : Int(quota)
    }

    /// The processors that this process may use, by number.
    package static var affinity: [Int] { (0..<Int(RQ_PROCESSORS_MAX)).filter { rq_may_use(Int32($0)) } }

    /// Whether this many bytes can be allocated now. Check before an allocation in Swift, which traps if it fails.
    package static func hasMemory(_ bytes: Int) -> Bool { rq_has_memory(bytes) }

    /// The type of mutex that spins a little before it sleeps, for sections as short as a queue's.
    package static var spinningMutexType: Int32 { rq_spinning_mutex_type() }

    /// Tells the processor that the thread spins.
    @inlinable
    package static func pause() { rq_pause() }

    /// Whether threads that do not wait pay no fence for those that do (`membarrier(2)` is allowed).
    package static var hasAsymmetricFence: Bool { rq_fence_everywhere_available() }

    /// Bytes that the C library takes from the stack of each new thread for itself: thread-local storage above all.
    package static var threadLocalBytes: Int { rq_thread_local_bytes() }

    /// The name of an `errno` value, such as `EAGAIN`.
    package static func errorName(_ code: Int32) -> String {
        // SAFETY: the C library owns the text, which never changes.
        unsafe rq_error_name(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// Names the calling thread.
    ///
    /// - Precondition: the name has at most 15 bytes and no NUL.
    package static func nameThread(_ name: String) {
        unsafe name.withCString { unsafe rq_thread_name($0) }
    }

    /// Binds the calling thread to one of the processors that the process may use: `ordinal` modulo their number.
    ///
    /// - Returns: 0 or an `errno` value.
    package static func pinThread(to ordinal: Int) -> Int32 { rq_thread_pin(Int32(ordinal)) }

    /// Binds the calling thread to these processors, by number.
    package static func tieThread(to processors: [Int]) {
        let numbers = processors.map(Int32.init)
        _ = unsafe numbers.withUnsafeBufferPointer { unsafe rq_thread_tie($0.baseAddress!, Int32($0.count)) }
    }
}
