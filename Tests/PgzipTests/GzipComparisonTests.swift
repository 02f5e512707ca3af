import Glibc
import TestSupport
import Testing

/// Does what the installed gzip does: the same status, the same words, the same files and the same data.
@Suite struct GzipComparisonTests {
    /// Runs `arguments` with both programs, each in a directory of its own that `setup` fills.
    private func compare(_ arguments: String, in setup: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let (theirs, ours) = (run("gzip", arguments, in: setup), run("pgzip", arguments, in: setup))
        #expect(ours == theirs, "\(arguments)", sourceLocation: sourceLocation)
    }

    /// The results of a run: status, messages in one form, names and data.
    private func run(_ program: String, _ arguments: String, in setup: String) -> String {
        let scratch = Scratch()
        #expect(unsafe mknod(scratch.path + "/socket", S_IFSOCK | 0o600, 0) == 0)
        return scratch.check(
            """
            \(setup)
            status=0; timeout 20 \(program) \(arguments) > .data 2> .said || status=$?
            echo status $status
            sed 's/^p\\?gzip: //; s/: / /; /^$/d' .said
            gunzip -fc < .data
            shopt -s nullglob
            for file in * d/*; do
              printf '%q ' "$file"
              if [ -L "$file" ]; then echo link; continue; elif [ ! -f "$file" ]; then stat -c %F "$file"; continue; fi
              # The name in the header, and the data.
              case $file in *gz) tail -c +11 "$file" | grep -zam1 . ;; esac
              gunzip -fc < "$file"
            done
            exit 0
            """)
    }

    /// Neither a FIFO nor a device stops the work on the files after it.
    @Test(arguments: [
        "1 fifo 3", "-k 1 fifo 3", "-f fifo 3", "-c fifo 3", "-cf fifo 3", "-d a.gz fifo b.gz", "-d fifo.gz b",
        "-df fifo.gz b", "-d fifo b", "\(device) 3", "-f \(device) 3", "-c /dev/null 3",
        "socket 3", "-f socket 3", "-c socket 3", "link-fifo 3", "-f link-fifo 3", "-c link-fifo 3",
        "link 3", "-f link 3", "-c link 3", "-d link.gz b", "-df link.gz b", "-dc link.gz b", "dangling 3",
        "-d dangling b",
        "-d link-dangling b", "-c dangling 3", "folder 3", "-c folder 3", "-cf folder 3", "-d folder.gz b",
        "-d folder b", "/dev/tty 3", "-c /dev/tty 3",
    ])
    func specialFilesAreSkipped(_ arguments: String) {
        compare(
            arguments,
            in: """
                echo one > 1; echo three > 3; echo a > a; echo b > b; gzip a b
                mkfifo fifo fifo.gz; mkdir folder folder.gz; ln -s 1 link; ln -s a.gz link.gz; ln -s fifo link-fifo
                ln -s nowhere dangling; ln -s nowhere link-dangling.gz
                """)
    }

    /// gzip ends at the first file that is cut off; the files after it are not affected.
    @Test func emptyFIFOIsAnUnexpectedEnd() {
        let ran = Scratch().sh("mkfifo fifo; echo b | gzip > b.gz; timeout 20 pgzip -dc fifo /dev/null b.gz")
        #expect(ran.out == "b\n")
        #expect(ran.err == "pgzip: fifo: unexpected end of file\npgzip: /dev/null: unexpected end of file\n")
        #expect(ran.status == 1)
    }

    /// A FIFO that has a writer is read to the writer's end, whenever the bytes come.
    @Test func fifoIsReadUntilItsWriterCloses() {
        let scratch = Scratch()
        let ran = scratch.sh(
            """
            mkfifo fifo; exec 3<> fifo
            pgzip -c fifo 3>&- > out & child=$!
            # Before it becomes pgzip, the shell's child has the FIFO too.
            until [[ $(readlink /proc/$child/exe) = */pgzip ]] && ls -l /proc/$child/fd | grep -q '/fifo$'; do
              kill -0 $child || exit 9
            done
            for i in $(seq 100); do echo line $i; done >&3; exec 3>&-
            wait $child && gunzip < out
            """)
        #expect(ran.status == 0)
        #expect(ran.out == (1...100).map { "line \($0)\n" }.joined())
        let full = scratch.sh("exec 3<> fifo; echo text >&3; pgzip -d -c fifo > /dev/full")
        #expect(full.err == "pgzip: fifo: not in gzip format\n")
    }

    /// The bytes of a name mean nothing except '/', neither here nor in the header.
    @Test(arguments: [
        #"t\xe8"#, #"\xff\xfe"#, #"\xcc\x81x"#, #"\xe2\x80\x8dx"#, #"x\xd8\x80"#, #"a\nb"#, #"\x1b[2J"#, "two words",
        "ü",
        #"\xf4\x8f\xbd\x81"#, #"a\r\nb"#, #"\\x"#,
    ])
    func namesAreBytes(_ name: String) {
        let setup = "mkdir d; n=$'\(name)'; for f in 1$'\(name)' \"$n\" d/\"$n\"; do echo text > \"$f\"; done"
        for arguments in [#"-- "$n""#, #"-k d/"$n""#, #"-c d/"$n""#, #""$PWD"/d/"$n" 1"$n""#] {
            compare(arguments, in: setup)
        }
        let packed = setup + #"; gzip 1"$n" d/"$n"; cp d/"$n".gz d/"$n".tgz"#
        for arguments in [#"-d 1"$n".gz"#, #"-dk d/"$n".gz"#, #"-d d/"$n""#, #"-d d/"$n".tgz"#] {
            compare(arguments, in: packed)
        }
    }

    /// A suffix needs something before it, in any case of letters.
    @Test(arguments: [".gz", "d/.gz", "A.GZ", "b.TgZ", "c.z", "q-Gz", "e_z", "f.gz.x", "gz"]) func suffixes(
        _ name: String
    ) {
        // The time is in the header, and so in data that is compressed twice.
        let setup = "mkdir d; echo text > text; touch -d @1 text; gzip -c text > \(name)"
        compare("-dk \(name)", in: setup)
        // Without a suffix it is compressed.
        if [".gz", "d/.gz", "f.gz.x", "gz"].contains(name) { compare("-k \(name)", in: setup) }
    }

    /// Bytes after a member, down to a single one.
    @Test(arguments: [
        "", "x", "P", #"\n"#, #"\xff"#, #"\x1f"#, #"\x1f\x8b"#, #"\x1f\x8b\x08"#, #"\x1f\x8b\x08\x00"#, #"\x1f\x8bx"#,
        #"\x1fx"#, #"\x1f\x1f"#, #"\x1f\x00"#, #"x\x1f\x8b"#, "xx", "garbage", #"\0"#, #"\0\0\0"#, #"\0x"#, #"\0\0x"#,
        #"\0\x1f"#, #"\0\x1f\x8b"#, #"\0\0\x1f\x8b\x08"#, #"\x1f\x8b\x07"#, #"\x1f\x8b\x07xxxxxxxxx"#,
        #"\x1f\x8b\x08\x20"#, #"\x1f\x8b\x08\x20xxxxxx"#, #"\x1f\x8b\x08\x80"#, #"\x1f\x8b\x08\x80xxxxxx"#,
        #"\x1f\x8b\x08\0\0\0\0\0\0\3"#, #"\x1f\x8b\x08\0\0\0\0\0\0\3\xff"#, #"\x1f\x8b\x08\x08\0\0\0\0\0\3nam"#,
        #"\x1f\x8b\x08\x04\0\0\0\0\0\3\x05"#, #"\x1f\x8b\x08\x02\0\0\0\0\0\3\x05"#,
    ])
    func bytesAfterAMember(_ bytes: String) {
        for options in ["-dc file.gz", "-d < file.gz"] {
            compare(options, in: "(echo text | gzip; printf '\(bytes)') > file.gz")
        }
    }

    /// The same bytes where a member should begin.
    @Test(arguments: [
        "", "x", "P", #"\x1f"#, #"\x1f\x8b"#, #"\x1f\x8b\x08"#, #"\x1f\x8b\x08\x00"#, #"\x1f\x8bx"#, #"\x1fx"#,
        #"\x1f\x1f"#, #"\x1f\x00"#, "xx", #"\0"#, #"\0\0\0"#, #"\0x"#, #"\x1f\x8b\x07"#, #"\x1f\x8b\x08\x20"#,
        #"\x1f\x8b\x08\x80"#, #"\x1f\x8b\x08\xa0"#, #"\x1f\x8b\x08\0\0\0\0\0\0\3"#,
    ])
    func bytesThatAreNotAMember(_ bytes: String) {
        for options in ["-d file.gz", "-d < file.gz"] { compare(options, in: "printf '\(bytes)' > file.gz") }
    }
}
