import TestSupport
import Testing

/// The output's place holds the whole output or the old contents, and never a trace of anything else.
@Suite struct OutputTests {
    private func scratch(_ size: Int = 3_000_000) -> Scratch {
        let scratch = Scratch()
        scratch.check("cat /proc/$TESTER/exe /proc/$TESTER/exe | head -c \(size) > plain")
        return scratch
    }

    @Test func replacesTheInput() {
        scratch().check(
            """
            set -e
            cp plain file; chmod 640 file; touch -d '2020-02-02 02:02:02' file
            pgzip file
            [ ! -e file ]; [ "$(stat -c '%a %Y' file.gz)" = "640 $(date -d '2020-02-02 02:02:02' +%s)" ]
            mv file.gz other.gz; gunzip -kN other.gz; cmp file plain
            [ "$(stat -c %Y file)" = "$(date -d '2020-02-02 02:02:02' +%s)" ]
            rm file; pgzip -d other.gz
            [ ! -e other.gz ]; cmp other plain
            [ "$(stat -c '%a %Y' other)" = "640 $(date -d '2020-02-02 02:02:02' +%s)" ]
            pgzip -k other; [ -e other ]; [ -e other.gz ]; rm other
            pgzip -d other; cmp other plain
            cp plain archive.tar; pgzip archive.tar; mv archive.tar.gz archive.tgz; pgzip -d archive.tgz
            cmp archive.tar plain
            pgzip -c archive.tar > out; [ -e archive.tar ]
            """)
    }

    @Test func underAnotherName() {
        scratch().check(
            """
            set -e
            umask 027
            pgzip -o out.gz plain; [ -e plain ]; gunzip -c out.gz | cmp - plain
            pgzip -o piped.gz < plain; gunzip -c piped.gz | cmp - plain; [ $(stat -c %a piped.gz) = 640 ]
            pgzip -d -o back piped.gz; cmp back plain; [ -e piped.gz ]
            pgzip -o - plain | gunzip | cmp - plain
            mkfifo pipe; gunzip -c < pipe | cmp - plain & pgzip -o pipe plain; wait $!
            """)
    }

    @Test func anotherIsThere() {
        let scratch = scratch()
        scratch.check("echo mine > plain.gz; echo mine > out")
        for command in ["pgzip plain", "pgzip -o plain.gz plain", "pgzip -o plain.gz < plain"] {
            let ran = scratch.sh(command)
            #expect(ran.status == 2)
            #expect(ran.err == "pgzip: plain.gz: already exists; not overwritten\n")
        }
        scratch.check(
            """
            set -e
            [ "$(cat plain.gz)" = mine ]; [ -e plain ]
            pgzip -f plain; [ ! -e plain ]; gunzip -c plain.gz > plain
            [ "$(pgzip plain.gz 2>&1)" = 'pgzip: plain.gz: already has .gz suffix -- unchanged' ]
            [ "$(pgzip -d out 2>&1)" = 'pgzip: out: unknown suffix -- ignored' ]
            """)
    }

    /// Another file gets the name while the output is being written.
    @Test func nameThatIsTakenMeanwhile() {
        scratch().check(
            """
            set -e
            mkfifo pipe
            pgzip -o out < pipe 2> said & child=$!
            exec 3> pipe; cat plain >&3
            [ -n "$(find . -name '.pgzip-*')" ]
            echo mine > out; exec 3>&-
            status=0; wait $child || status=$?
            [ $status = 2 ]; [ "$(cat said)" = 'pgzip: out: already exists; not overwritten' ]
            [ "$(cat out)" = mine ]; [ -z "$(find . -name '.pgzip-*')" ]
            """)
    }

    /// -o writes through a link, wherever it leads, and leaves the link.
    @Test func namedLinkIsFollowed() {
        scratch(3000).check(
            """
            set -e
            mkdir there; echo old > there/target
            ln -s there/target link; ln -s link second; ln -s "$PWD/there/target" absolute; ln -s there/new dangling
            for name in link second absolute dangling; do
              status=0; pgzip -o $name plain 2> said || status=$?
              [ $status = 2 ]; [ "$(cat said)" = "pgzip: $name: already exists; not overwritten" ]
            done
            [ "$(cat there/target)" = old ]; [ ! -e there/new ]
            for name in link second absolute; do
              pgzip -f -o $name plain; [ -L $name ]; gunzip -c < there/target | cmp - plain; echo old > there/target
            done
            pgzip -f -o dangling plain; [ -L dangling ]; gunzip -c < there/new | cmp - plain
            (cd there; ln -s target inner); pgzip -f -o there/inner plain; gunzip -c < there/target | cmp - plain
            ln -s loop loop; ! pgzip -f -o loop plain 2> said
            [ "$(cat said)" = 'pgzip: loop: Too many levels of symbolic links' ]; [ -L loop ]
            ln -s nowhere/at/all lost; ! pgzip -f -o lost plain 2> said
            [ "$(cat said)" = 'pgzip: lost: No such file or directory' ]
            ln -s there folder; ! pgzip -f -o folder plain 2> said; [ "$(cat said)" = 'pgzip: folder: Is a directory' ]
            ln -s /dev/null sink; pgzip -o sink plain; [ -L sink ]
            ! pgzip -f -o new/ plain 2> said; [ "$(cat said)" = 'pgzip: new/: No such file or directory' ]
            ! pgzip -f -o plain/ plain 2> said; [ "$(cat said)" = 'pgzip: plain/: Not a directory' ]
            exec 3> gone; rm gone; echo mine > 'gone (deleted)'; ! pgzip -f -o /proc/self/fd/3 plain 2> said
            [ "$(cat said)" = 'pgzip: /proc/self/fd/3: leads to a file that has no name -- not overwritten' ]
            [ "$(cat 'gone (deleted)')" = mine ]
            [ -z "$(find . -name '.pgzip-*')" ]
            """)
    }

    /// The FIFO has no reader, so opening it waits; a signal ends that.
    @Test(arguments: ["INT", "TERM"]) func signalEndsTheWaitForAReader(_ signal: String) {
        let ran = scratch(10).sh(
            """
            set -m
            mkfifo pipe
            pgzip -o pipe plain & child=$!
            until ls -l /proc/$child/fd | grep -q '/plain$'; do kill -0 $child || exit 9; done
            kill -\(signal) $child; wait $child
            """)
        #expect(ran.status == (signal == "INT" ? 130 : 143))
    }

    /// Nothing in the input's place is written through, and nothing is replaced without -f: as in gzip.
    @Test(arguments: ["ln -s target plain.gz", "ln -s /dev/null plain.gz", "mkfifo plain.gz", "ln -s nowhere plain.gz"])
    func placeThatIsTakenBySomethingElse(_ setup: String) {
        scratch(3000).check(
            """
            set -e
            echo old > target; \(setup); before=$(stat -c '%F %i' plain.gz)
            status=0; timeout 20 pgzip plain 2> said || status=$?
            [ $status = 2 ]; [ "$(cat said)" = 'pgzip: plain.gz: already exists; not overwritten' ]
            [ -e plain ]; [ "$(stat -c '%F %i' plain.gz)" = "$before" ]
            cp plain copy; timeout 20 pgzip -f plain
            [ ! -e plain ]; [ "$(cat target)" = old ]; [ ! -L plain.gz ]; gunzip -c plain.gz | cmp - copy
            """)
    }

    /// The temporary file is beside the output, whatever bytes the name begins with.
    @Test(arguments: [#"\xcc\x81x"#, #"\xe2\x80\x8dx"#, #"\xff"#, "out"]) func temporaryFileIsBesideTheOutput(
        _ name: String
    ) {
        let ran = scratch().sh(
            """
            mkdir there; mkfifo pipe
            pgzip -o there/$'\(name)' < pipe &
            exec 3> pipe; cat plain >&3
            find . -name '.pgzip-*'
            exec 3>&-; wait $! && gunzip -c < there/$'\(name)' | cmp - plain
            """)
        #expect(ran.status == 0)
        #expect(ran.out.hasPrefix("./there/.pgzip-"))
        #expect(ran.out.split(separator: "\n").count == 1)
    }

    /// The name in a header is not a path: the output is named after the file.
    @Test(arguments: ["../evil", "/tmp/pgzip-evil", #"\x1b[2Jevil\n"#, ".", ""]) func storedNameIsNotUsed(
        _ name: String
    ) {
        scratch(3000).check(
            """
            set -e
            (printf '\\x1f\\x8b\\x08\\x08\\0\\0\\0\\0\\0\\3\(name)\\0'; gzip -nc plain | tail -c +11) > file.gz
            pgzip -d file.gz
            cmp file plain; [ "$(ls)" = $'file\nplain' ]; [ ! -e /tmp/pgzip-evil ]; [ ! -e ../evil ]
            """)
    }

    /// Names are shown without bytes that would act on a terminal.
    @Test func messagesEscapeNames() {
        let scratch = scratch(10)
        let ran = scratch.sh(#"pgzip $'no\n\e[2J' -o $'t\xe8/x'; pgzip -k $'t\xe8' ü; mkdir $'d\xe8'; pgzip $'d\xe8'"#)
        #expect(
            ran.err == #"""
                pgzip: no\x0a\x1b[2J: No such file or directory
                pgzip: t\xe8: No such file or directory
                pgzip: ü: No such file or directory
                pgzip: d\xe8: is a directory -- ignored

                """#)
        let wrong = scratch.sh(#"pgzip -p $'\e[2J\n'"#)
        #expect(wrong.err.contains(#"\x1b[2J\x0a"#) && wrong.err.split(separator: "\n").count == 1)
    }

    /// A good file stays when its replacement cannot be made.
    @Test func aGoodFileSurvivesAFailure() {
        scratch().check(
            """
            set -e
            echo good > out
            pgzip -c plain | head -c 100000 > cut.gz
            ! pgzip -d -f -o out cut.gz 2> said
            [ "$(cat out)" = good ]; [ -e cut.gz ]
            ! (ulimit -f 100; pgzip -f -o out plain 2> said)
            [ "$(cat said)" = 'pgzip: out: File too large' ]
            [ "$(cat out)" = good ]; [ -e plain ]
            ! pgzip -o nowhere/out plain 2> said
            [ "$(cat said)" = 'pgzip: nowhere/out: No such file or directory' ]
            mkdir folder; ! pgzip -f -o folder plain 2> said
            [ "$(cat said)" = 'pgzip: folder: Is a directory' ]
            [ -z "$(find . -name '.pgzip-*')" ]
            """)
    }

    /// The signal comes when part of the output is written: after a write for which a pipe has no room.
    @Test(arguments: ["INT", "TERM", "HUP"]) func aSignalRemovesWhatWasBegun(_ signal: String) {
        let ran = scratch().sh(
            """
            set -m
            mkfifo pipe
            pgzip -o out < pipe &
            exec 3> pipe
            cat plain >&3
            find . -name '.pgzip-*'
            kill -\(signal) $!; wait $!; status=$?
            find . -name '.pgzip-*' -o -name out
            exit $status
            """)
        #expect(ran.status == ["INT": 130, "TERM": 143, "HUP": 129][signal])
        let lines = ran.out.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("./.pgzip-"))
    }

    /// A command that a script runs in the background ignores Ctrl-C.
    @Test(arguments: ["INT", "TERM", "HUP", "XCPU"]) func ignoredSignalStaysIgnored(_ signal: String) {
        scratch().check(
            """
            set -e
            mkfifo pipe
            (trap '' \(signal); exec pgzip -o out < pipe) & child=$!
            exec 3> pipe; cat plain >&3
            [ -n "$(find . -name '.pgzip-*')" ]
            kill -\(signal) $child; cat plain >&3; exec 3>&-
            wait $child; gunzip -c < out | cmp - <(cat plain plain)
            """)
    }

    @Test(arguments: ["pgzip -c plain > /dev/full", "pgzip -o /dev/full plain", "pgzip < plain > /dev/full"])
    func aFullDisk(_ command: String) {
        let ran = scratch().sh(command)
        #expect(ran.status == 1)
        #expect(ran.err.hasSuffix(": No space left on device\n") && ran.err.split(separator: "\n").count == 1)
        let back = scratch().sh("pgzip -c plain | pgzip -d > /dev/full")
        #expect(back.status == 1)
        #expect(back.err == "pgzip: stdout: No space left on device\n")
    }

    /// The reader leaves early: pgzip ends at once, by the signal or, if that is ignored, with an error.
    @Test func theReaderLeaves() {
        let scratch = scratch(10_000_000)
        for command in ["pgzip -1 -c plain", "cat plain | pgzip -1", "pigz -c plain | pgzip -dc"] {
            let ran = scratch.sh("\(command) | head -c 1 > out; exit ${PIPESTATUS[-2]}")
            #expect(ran.status == 141)
            #expect(ran.err == "")
            let ignored = scratch.sh("trap '' PIPE; \(command) 2> said | head -c 1 > out; exit ${PIPESTATUS[-2]}")
            #expect(ignored.status == 1)
            #expect(scratch.check("grep -h pgzip: said .err") == "pgzip: stdout: Broken pipe\n")
        }
    }

    /// The input stays open and gives nothing more: an error elsewhere must not wait for it.
    @Test func theInputNeverEnds() {
        let scratch = scratch()
        let full = scratch.sh("mkfifo pipe; exec 3<> pipe; pgzip < pipe > /dev/full")
        #expect(full.status == 1)
        #expect(full.err == "pgzip: stdout: No space left on device\n")
        let bad = scratch.sh("echo garbage, no gzip >&3; pgzip -d < pipe", open: "pipe")
        #expect(bad.status == 1)
        #expect(bad.err == "pgzip: stdin: not in gzip format\n")
        let garbage = scratch.sh("(echo text | gzip; echo garbage) >&3; pgzip -d < pipe", open: "pipe")
        #expect(garbage.status == 2)
        #expect(garbage.out == "text\n")
    }

    /// Threads are refused: an error, while the reader waits for input that never comes.
    @Test func noThreads() {
        let ran = scratch().sh(
            "mkfifo pipe; exec 3<> pipe; ulimit -v 3000000; pgzip -p 1024 < pipe > out")
        #expect(ran.status == 1)
        #expect(ran.err.split(separator: "\n").count == 1)
    }

    /// Many short runs, to meet rare events.
    @Test func manyRuns() {
        scratch(500_000).check(
            """
            set -e
            for i in $(seq 100); do
              head -c $((i * 4999)) plain > part
              timeout 20 pgzip -1 -p $((i % 5 + 1)) < part | timeout 20 pgzip -d | cmp - part
              timeout 20 pgzip -1 -p 3 < part 2> /dev/null | head -c 9 > /dev/null
              ! timeout 20 pgzip -1 -p 3 < part 2> /dev/null > /dev/full
            done
            """, seconds: max(300, Settings.patience))
    }
}

extension Scratch {
    /// Runs a script that holds a pipe open on descriptor 3, so that it never ends for its reader.
    fileprivate func sh(_ script: String, open pipe: String) -> Ran { sh("exec 3<> \(pipe); \(script)") }
}
