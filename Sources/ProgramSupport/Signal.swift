import Glibc

/// What a program does about signals.
package enum Signal {
    /// Whether the signal is ignored. Before a program has changed that, whoever started it wants it so, as a script does for
    /// what it runs in the background, and the program must leave it.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        unsafe sigaction(number, nil, &action)
        // SAFETY: the handler's bits are only compared; 1 is SIG_IGN, which is no function to call.
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
