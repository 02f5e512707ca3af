import Glibc

/// How a program handles signals.
package enum Signal {
    /// Whether the signal is ignored. A program that starts with an ignored signal must leave it ignored: a script sets that
    /// for the commands that it runs in the background.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        unsafe sigaction(number, nil, &action)
        // SAFETY: the handler's bits are only compared; 1 is SIG_IGN and not the address of a function.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
