import Glibc
package import Pipelines
package import ProgramSupport
import Synchronization

/// Ctrl-C and Ctrl-\ for a program that is made of pipelines.
///
/// A signal handler may do almost nothing, and cancelling takes locks. So the handler only writes the signal's number into a
/// pipe, and a thread at the other end does the rest.
package enum Signals {
    private static let bell = Atomic<Int32>(-1)

    /// From now on SIGINT cancels the pipelines, a second one ends the program immediately, and SIGQUIT prints what the
    /// threads of each pipeline are doing. A signal that was ignored at the start stays ignored. Call it once.
    package static func watch(_ pipelines: [Pipeline]) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("a pipe") }
        let listen = ends[0]
        bell.store(ends[1], ordering: .releasing)
        let thread = try startThread {
            while let number = next(listen) { take(number, pipelines) }
        }
        pthread_detach(thread)
        for number in [SIGINT, SIGQUIT] where !Signal.isIgnored(number) {
            signal(number) { number in
                let error = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = unsafe write(Signals.bell.load(ordering: .acquiring), &byte, 1)
                errno = error
            }
        }
    }

    private static func next(_ listen: Int32) -> Int32? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(listen, &byte, 1)
            if count == 1 { return Int32(byte) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    private static func take(_ number: Int32, _ pipelines: [Pipeline]) {
        if number == SIGQUIT { return pipelines.forEach { remark("\($0.name): \($0.explain())") } }
        signal(SIGINT, SIG_DFL)
        for pipeline in pipelines { pipeline.cancel() }
    }
}
