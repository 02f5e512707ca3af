private import CTestSupport
import Glibc
package import RingQueues
import Synchronization

/// Turns a hang into a failure that shows the place: the state of the queues and the stack of every thread, then an
/// abort.
///
/// It barks when for a long time, far longer than any test needs, no thread has reported progress or stopped it.
package struct Watchdog: ~Copyable {
    package let watch = Watch()
    private var threads = Threads()

    package init(_ what: String, watching queues: [QueueControl] = [], seconds: Int = Settings.patience) {
        for queue in queues { watch.add(queue) }
        threads.start { [watch] in watch.keep(what, seconds: seconds) }
    }

    deinit { watch.finish() }

    package consuming func stop() {}
}

package final class Watch: Sendable {
    private let over = Level()
    private let queues = Synchronization.Mutex<[QueueControl]>([])
    private let note = Synchronization.Mutex("")
    private let steps = Atomic(0)

    /// A queue whose state a report shows. Only the newest few are kept.
    package func add(_ queue: QueueControl) {
        progress()
        queues.withLock { queues in
            if queues.count == 16 { queues.removeFirst() }
            queues.append(queue)
        }
    }

    /// The current step of the test: a seed, a case.
    package func at(_ text: String) {
        progress()
        note.withLock { $0 = text }
    }

    package func progress() { steps.add(1, ordering: .relaxed) }

    fileprivate func finish() { over.rise() }

    fileprivate func keep(_ what: String, seconds: Int) {
        var seen = -1
        while seen != steps.load(ordering: .relaxed) {
            seen = steps.load(ordering: .relaxed)
            if over.wait(for: 1, seconds: seconds) { return }
        }
        say("\nHANG: \(what) got no further for \(seconds) s; at: \(note.withLock { $0 })")
        for queue in queues.withLock({ $0 }) {
            say(
                "  queue: count \(queue.count) of \(queue.capacity), "
                    + "closed \(queue.isClosed), poison \(queue.poison.map { "\($0)" } ?? "none")")
        }
        ts_print_stacks()
        abort()
    }

    private func say(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
