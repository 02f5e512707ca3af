import Glibc
import ProgramSupport
import Synchronization

/// Ctrl-C while something is measured: the first one ends the measurement after the current run, the second one ends
/// the program. A SIGINT that was ignored at the start stays ignored.
enum Interrupt {
    private static let requested = Atomic(false)

    /// Whether the user wants an end.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// From now on the first signal is only noted.
    static func arm() {
        if Signal.isIgnored(SIGINT) { return }
        // A handler must not be the first to use it: it is created on first use, under a lock.
        _ = isRequested
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { _ in Interrupt.requested.store(true, ordering: .relaxed) }
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
        unsafe sigaction(SIGINT, &action, nil)
    }

    /// From now on the next signal ends the program: nothing is measured any more, and the rest may never end.
    static func disarm() {
        if Signal.isIgnored(SIGINT) { return }
        let wasRequested = isRequested
        signal(SIGINT, SIG_DFL)
        // A signal that came in between.
        if !wasRequested && isRequested { raise(SIGINT) }
    }

    /// Unblocks the signal: a program that was started from a thread that blocks signals has inherited that.
    static func unblock() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
