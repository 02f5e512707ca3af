import Glibc
import ProgramSupport

/// A parallel gzip: the tutorial's pipeline with real work in it.
///
///                        ┌─ deflate 0 ─┐
///     read ── blocks ──> ├─ deflate 1 ─┤ ── blocks ──> write
///      ^      (SPMC)     └─ deflate 2 ─┘   in order      │
///      └───────────── free blocks (SPSC) <───────────────┘
package enum Pgzip {
    package static func main() {
        StandardStreams.occupy()
        let options = Options.readOrEnd()
        // Turns a file-size limit into an error of write(2), so that an incomplete file is removed.
        signal(SIGXFSZ, SIG_IGN)
        var status: Int32 = 0
        for file in options.files.isEmpty ? [PathName(bytes: [UInt8(ascii: "-")])] : options.files {
            do {
                try Job(file, options).run()
            } catch {
                error.report(quiet: options.quiet)
                if status != Failure.error { status = error.status }
            }
        }
        exit(status)
    }
}
