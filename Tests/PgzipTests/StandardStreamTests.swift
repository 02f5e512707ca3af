import TestSupport
import Testing

/// Standard streams that are closed, full, gone or non-blocking: nothing is lost, and no status hides a failure.
@Suite struct StandardStreamTests {
    @Test(arguments: ["--help", "--version", "-h"]) func helpThatCannotBeWrittenIsAnError(_ option: String) {
        let scratch = Scratch()
        for (target, why) in [("> /dev/full", "No space left on device"), (">&-", "Bad file descriptor")] {
            let ran = scratch.sh("pgzip \(option) \(target)")
            #expect(ran.err == "pgzip: standard output: \(why)\n")
            #expect(ran.status == 1)
        }
        let gone = scratch.sh("trap '' PIPE; (pgzip \(option)) 2> said | true; cat said")
        #expect(gone.out == "" || gone.out == "pgzip: standard output: Broken pipe\n")
    }

    /// gzip's statuses: the same for each combination of streams that are closed.
    @Test(arguments: [
        ("pgzip < plain >&-", "stdout: Bad file descriptor"), ("pgzip -c plain >&-", "stdout: Bad file descriptor"),
        ("pgzip <&-", "stdin: Bad file descriptor"), ("pgzip -d <&-", "stdin: Bad file descriptor"),
        ("pgzip -c - <&-", "stdin: Bad file descriptor"), ("pgzip -dc plain.gz >&- <&-", "stdout: Bad file descriptor"),
        ("pgzip -c plain - <&- > /dev/null", "stdin: Bad file descriptor"),
        ("pgzip -o out <&-", "stdin: Bad file descriptor"),
    ])
    func closedStreamIsAnError(_ command: String, _ message: String) {
        let scratch = Scratch()
        scratch.check("echo text > plain; gzip -k plain")
        let ran = scratch.sh(command)
        #expect(ran.err == "pgzip: \(message)\n")
        #expect(scratch.check("ls") == "plain\nplain.gz\n")
        #expect(ran.status == 1)
    }

    /// With descriptors closed, no file becomes one of them and gets output that belongs elsewhere.
    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
    func filesAreRightWithStreamsClosed(_ closed: String) {
        Scratch().check(
            """
            set -e
            cat /proc/$TESTER/exe | head -c 500000 > plain; cp plain file
            pgzip file \(closed); [ ! -e file ]; gunzip -c file.gz | cmp - plain
            pgzip -d file.gz \(closed); cmp file plain
            pgzip -o out plain \(closed); gunzip -c < out | cmp - plain
            status=0; pgzip nothing plain \(closed) || status=$?; [ $status = 1 ]; gunzip -c plain.gz | cmp - file
            status=0; pgzip --nonsense \(closed) || status=$?; [ $status = 1 ]
            """)
    }

    /// A message without a reader changes no status.
    @Test(arguments: ["2> /dev/full", "2>&-", "2> >(true)"]) func diagnosticsThatCannotBeWritten(_ target: String) {
        let scratch = Scratch()
        scratch.check("mkdir folder; echo a > a")
        for ignored in ["", "trap '' PIPE; "] {
            #expect(scratch.sh("\(ignored)pgzip --nonsense \(target)").status == 1)
            #expect(scratch.sh("\(ignored)pgzip nothing \(target)").status == 1)
            #expect(scratch.sh("\(ignored)pgzip folder \(target)").status == 2)
            #expect(scratch.sh("\(ignored)pgzip -kf folder a \(target); gunzip -c a.gz").out == "a\n")
        }
    }

    /// Both ends of the pipe are non-blocking, and the reader is slow: it takes a little at a time.
    @Test func nonBlockingPipeLosesNothing() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            head -c 700000 /dev/urandom > plain; gzip -1k plain
            cat > nonblocking.py <<'END'
            import os, subprocess, sys
            read, write = os.pipe()
            os.set_blocking(write, False)
            child = subprocess.Popen(sys.argv[1:], stdout=write, stdin=subprocess.DEVNULL)
            os.close(write)
            while part := os.read(read, 1000): sys.stdout.buffer.write(part)
            sys.exit(child.wait())
            END
            python3 nonblocking.py pgzip -c plain | gunzip | cmp - plain
            python3 nonblocking.py pgzip -dc plain.gz | cmp - plain
            """)
        let help = scratch.check("pgzip --help")
        #expect(scratch.check("python3 nonblocking.py pgzip --help") == help)
    }

    /// A standard input that is non-blocking and has nothing yet is waited for.
    @Test func nonBlockingInputIsWaitedFor() {
        Scratch().check(
            """
            cat > nonblocking.py <<'END'
            import os, subprocess, sys
            read, write = os.pipe()
            os.set_blocking(read, False)
            child = subprocess.Popen(sys.argv[1:], stdin=read)
            os.close(read)
            for i in range(1000): os.write(write, b"line\\n")
            os.close(write)
            sys.exit(child.wait())
            END
            [ "$(python3 nonblocking.py pgzip | gunzip | wc -l)" = 1000 ]
            """)
    }
}
