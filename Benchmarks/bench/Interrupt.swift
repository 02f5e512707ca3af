import Glibc
import Synchronization

/// Ctrl-C: the first ends the measurement behind the run that is under way, the second ends the program.
enum Interrupt {
    private static let requested = Atomic(false)

    /// Whether the user wants an end.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// From now on the first signal only leaves a note.
    static func arm() {
        // A handler must not be the first to touch it: it is made on first use, under a lock.
        _ = isRequested
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in Interrupt.requested.store(true, ordering: .relaxed) }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
        unsafe sigaction(SIGINT, &action, nil)
        // Who starts this from a thread that takes no signals hands that down.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
