import CRings
import Synchronization

/// Ends the sleep of the thread or task that selects. Any source may call it, any number of times.
///
/// A wake that comes late, after the sleep that it was meant for, ends the next sleep: a wake carries nothing, so that is only
/// one needless look.
@safe
final class SelectWaker: @unchecked Sendable {
    // SAFETY: the lock protects the state; `word` is atomic.
    @safe
    private enum State {
        case awake
        case woken
        case suspended(UnsafeContinuation<Void, Never>)
    }

    private let state = Mutex(State.awake)
    /// What a thread sleeps on: 1 after a wake.
    private let word: UnsafeMutablePointer<rq_atomic32>

    init() {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: 0)
    }

    deinit { unsafe word.deallocate() }

    /// Ends the current sleep, or the next one.
    func wake() {
        unsafe rq_store32_release(word, 1)
        let before = state.withLock { state in
            let before = state
            if case .suspended = before { state = .awake } else { state = .woken }
            return before
        }
        if case .suspended(let continuation) = before {
            unsafe continuation.resume()
        } else {
            unsafe rq_unpark(word, 1)
        }
    }

    /// Forgets earlier wakes. Call it before the sources are listed.
    func prepare() {
        unsafe rq_store32(word, 0)
        state.withLock { $0 = .awake }
    }

    /// Parks the thread until a wake or a moment on the clock of the C layer.
    func park(until deadline: Int64) {
        while unsafe rq_load32_acquire(word) == 0 {
            let left = deadline == .max ? Int64.max : deadline - rq_now()
            guard left > 0 else { return }
            unsafe rq_park(word, 0, min(left, 1_000_000_000))
        }
    }

    /// Suspends the task until a wake, a moment on the clock of the C layer, or the task's cancellation.
    nonisolated(nonsending) func suspend(until deadline: Int64) async {
        let timer =
            deadline == .max
            ? nil
            : Task.detached {
                if (try? await Task.sleep(for: .nanoseconds(deadline - rq_now()), clock: .continuous)) != nil {
                    self.wake()
                }
            }
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let isWoken = state.withLock { state in
                    if case .woken = state { return true }
                    unsafe state = .suspended(continuation)
                    return false
                }
                if isWoken { unsafe continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        timer?.cancel()
    }
}
