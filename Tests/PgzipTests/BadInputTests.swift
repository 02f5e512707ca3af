import Glibc
import TestSupport
import Testing

/// Each fault of the input is reported in one line, in gzip's words and with its status; nothing hangs.
@Suite struct BadInputTests {
    /// A compressed file of about 20 KB with a header, literals, matches and a trailer to damage.
    private func compressed(_ scratch: Scratch) -> [UInt8] {
        scratch.check("cat /proc/$TESTER/exe | tail -c 60000 > plain; pgzip -c plain > good.gz")
        let good = scratch.read("good.gz")
        #expect(good.count > 1000)
        return good
    }

    /// Decompresses all of `files`, each of which must fail with one line, or yield what the good file yields.
    private func decompress(_ files: String, _ scratch: Scratch, mustFail: Bool) {
        let said = scratch.check(
            """
            for file in \(files); do
              timeout 20 pgzip -dc $file > out 2> err; status=$?
              if [ $status = 0 ]; then
                [ \(mustFail) = false ] || echo "$file: accepted"
                cmp -s out plain || echo "$file: wrong data with status 0"
              elif [ $status -gt 2 ]; then
                echo "$file: status $status"
              else
                [ "$(wc -l < err)" = 1 ] || { echo "$file: not one line:"; cat err; }
              fi
            done
            """, seconds: max(300, Settings.patience))
        #expect(said == "")
    }

    @Test func truncatedAnywhere() {
        let scratch = Scratch()
        let good = compressed(scratch)
        var cuts = Set(0..<40)
        cuts.formUnion((good.count - 20)..<good.count)
        cuts.formUnion(stride(from: 40, to: good.count, by: good.count / 60))
        for cut in cuts { scratch.write(Array(good[..<cut]), to: "cut-\(cut)") }
        decompress("cut-*", scratch, mustFail: true)
        #expect(scratch.sh("pgzip -dc cut-39").err == "pgzip: cut-39: unexpected end of file\n")
        #expect(scratch.sh("pgzip -dc cut-0").err == "pgzip: cut-0: unexpected end of file\n")
        #expect(scratch.sh("pgzip -d < cut-30").err == "pgzip: stdin: unexpected end of file\n")
    }

    @Test func aBitFlippedAnywhere() {
        let scratch = Scratch()
        let good = compressed(scratch)
        var places = Set(0..<24)
        places.formUnion((good.count - 10)..<good.count)
        places.formUnion(stride(from: 24, to: good.count, by: good.count / 150))
        for place in places {
            var bad = good
            bad[place] ^= 1 << (place % 8)
            scratch.write(bad, to: "flip-\(place)")
        }
        decompress("flip-*", scratch, mustFail: false)
        let size = good.count
        for (place, message) in [(size - 8, "crc"), (size - 1, "length")] {
            let said = scratch.sh("pgzip -dc flip-\(place) > out").err
            #expect(said == "pgzip: flip-\(place): invalid compressed data--\(message) error\n")
        }
    }

    @Test func aLargeFileDamagedOrCut() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            cat /proc/$TESTER/exe /proc/$TESTER/exe | head -c 12000000 > plain
            pgzip -1 -c plain > good.gz
            size=$(stat -c %s good.gz)
            head -c $((size / 2)) good.gz > cut.gz
            (head -c $((size / 2)) good.gz; head -c 5000 /dev/zero; tail -c $((size / 2)) good.gz) > damaged.gz
            (cat good.gz; head -c 1000 good.gz) > second-cut.gz
            for file in cut damaged second-cut; do
              status=0; pgzip -d $file.gz 2> said || status=$?
              [ $status = 1 ]; [ $(wc -l < said) = 1 ]
              [ ! -e $file ]; [ -e $file.gz ]
            done
            [ -z "$(find . -name '.pgzip-*')" ]
            """)
    }

    /// Input that is not gzip's, and input that gzip itself does not know.
    @Test(arguments: [
        (#"text"#, "not in gzip format"), (#"\x1fx"#, "not in gzip format"),
        (#"\x1f"#, "unexpected end of file"), (#"\x1f\x8b"#, "unexpected end of file"),
        (#"\x1f\x8b\x07xxxxxxxxx"#, "unknown method 7 -- not supported"),
        (#"\x1f\x8b\x08\x20xxxxxx"#, "is encrypted -- not supported"),
        (#"\x1f\x8b\x08\x80xxxxxx"#, "has flags 0x80 -- not supported"),
        (#"\x1f\x8b\x08\x00xxxxxx\xff"#, "invalid compressed data--format violated"),
    ])
    func notGzip(_ bytes: String, _ message: String) {
        let ran = Scratch().sh("printf '\(bytes)' | pgzip -d")
        #expect(ran.err == "pgzip: stdin: \(message)\n")
        #expect(ran.status == 1)
    }

    @Test func noSuchFile() {
        let ran = Scratch().sh("pgzip nothing")
        #expect(ran.err == "pgzip: nothing: No such file or directory\n")
        #expect(ran.status == 1)
    }

    /// The input is the memory of another process, which ends where nothing is mapped: first bytes come, then an error.
    /// The bytes that were read until then are not a whole file, even if a member ends there.
    @Test(arguments: ["whole", "half"]) func readingFailsLater(_ part: String) {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            head -c 300000 /dev/urandom | gzip > whole; head -c 200000 whole > half
            cat > memory.py <<'END'
            import ctypes, mmap, os, subprocess, sys
            data = open(sys.argv[1], "rb").read()
            libc = ctypes.CDLL(None)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
            libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
            pages = (len(data) + 4095) // 4096 * 4096
            start = libc.mmap(None, pages + 4096, 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
            libc.munmap(start + pages, 4096)
            ctypes.memmove(start + pages - len(data), data, len(data))
            memory = os.open("/proc/self/mem", os.O_RDONLY)
            os.lseek(memory, start + pages - len(data), os.SEEK_SET)
            sys.exit(subprocess.run(sys.argv[2:], stdin=memory).returncode)
            END
            """)
        for options in ["-dc", "-d -o out", "-c", "-o out"] {
            let ran = scratch.sh("python3 memory.py \(part) pgzip \(options) > written")
            #expect(ran.err == "pgzip: stdin: Input/output error\n", "\(options)")
            #expect(ran.status == 1)
            #expect(scratch.sh("ls out").status != 0)
        }
    }

    @Test(arguments: ["", "-d", "-c", "-k"]) func aDirectory(_ option: String) {
        let ran = Scratch().sh("mkdir folder; pgzip \(option) folder")
        #expect(ran.err == "pgzip: folder: is a directory -- ignored\n")
        #expect(ran.status == 2)
    }

    /// The system refuses to read this file even to root.
    @Test func unreadable() {
        let scratch = Scratch()
        for option in ["-c", "-dc"] {
            let ran = scratch.sh("pgzip \(option) /proc/self/mem")
            #expect(ran.err == "pgzip: /proc/self/mem: Input/output error\n")
            #expect(ran.status == 1)
        }
        guard geteuid() != 0 else { return }
        let ran = scratch.sh("echo text > closed; chmod 0 closed; pgzip closed")
        #expect(ran.err == "pgzip: closed: Permission denied\n")
        #expect(ran.status == 1)
    }

    /// Neither a pipe nor a device is replaced; a link only by force.
    @Test func notARegularFile() {
        let scratch = Scratch()
        let ran = scratch.sh("pgzip \(device)")
        #expect(ran.err == "pgzip: \(device): is not a directory or a regular file - ignored\n")
        #expect(ran.status == 2)
        #expect(scratch.sh("echo text > file; ln -s file link; pgzip link").status == 1)
        #expect(scratch.sh("pgzip -f link && [ -e link.gz ]").status == 0)
        #expect(scratch.sh("ln file other; pgzip file").status == 2)
    }
}
