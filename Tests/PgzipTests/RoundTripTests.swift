import TestSupport
import Testing

/// Compressed data comes back, with either program.
@Suite struct RoundTripTests {
    /// 100 MiB of the toolchain's own libraries.
    @Test func aLargeFile() {
        let scratch = Scratch()
        scratch.check(
            """
            libraries=$(dirname "$(grep -m1 -o '/.*libswiftCore.so' /proc/$TESTER/maps)")
            while cat "$libraries"/*.so 2>/dev/null; do :; done | head -c 104857600 > plain
            [ $(stat -c %s plain) = 104857600 ]
            """)
        #expect(scratch.check("pgzip -1 -c plain > ours.gz && gunzip -c ours.gz | cmp - plain") == "")
        scratch.check("pgzip -dc ours.gz | cmp - plain && rm ours.gz")
        scratch.check("gzip -1 -c plain > theirs.gz && pgzip -dc theirs.gz | cmp - plain")
        scratch.check("pigz -1 -c plain > theirs.gz && pgzip -dc theirs.gz | cmp - plain")
        #expect(scratch.read(".err").isEmpty)
    }

    /// Around the size of a block, and of the dictionary.
    @Test(arguments: [0, 1, 32767, 32769, 131_071, 131_072, 131_073, 262_144, 1_000_000])
    func aSize(_ size: Int) {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            cat /proc/$TESTER/exe | head -c \(size) > plain
            for workers in 1 2 3 8; do
              pgzip -p $workers -c plain > ours.gz
              gunzip -c ours.gz | cmp - plain
              pgzip -dc ours.gz | cmp - plain
            done
            gzip -c plain | pgzip -d | cmp - plain
            pigz -c plain | pgzip -d | cmp - plain
            """)
    }

    @Test func aLevelEach() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            cat /proc/$TESTER/exe | head -c 700000 > plain
            for level in 1 2 3 4 5 6 7 8 9 -fast -best; do
              pgzip -$level < plain > ours.gz
              gunzip -c ours.gz | cmp - plain
            done
            [ $(pgzip -9 < plain | wc -c) -lt $(pgzip -1 < plain | wc -c) ]
            cmp <(pgzip -6 < plain) <(pgzip < plain)
            """)
    }

    /// As good as pigz within a thousandth.
    @Test func theRatioOfPigz() {
        let scratch = Scratch()
        scratch.check(
            """
            cat /proc/$TESTER/exe | head -c 4000000 > plain
            ours=$(pgzip < plain | wc -c) theirs=$(pigz < plain | wc -c)
            echo $ours $theirs >&2
            [ $((ours * 1000)) -le $((theirs * 1001)) ]
            """)
    }

    @Test func pipes() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            cat /proc/$TESTER/exe | head -c 3000000 > plain
            set -o pipefail
            cat plain | pgzip | cat | pgzip -d | cat | cmp - plain
            cat plain | pgzip -c - | gunzip | cmp - plain
            : | pgzip | gunzip | cmp - /dev/null
            """)
    }

    @Test func severalMembers() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            cat /proc/$TESTER/exe | head -c 300000 > plain
            (pgzip -c plain; gzip -c plain; pigz -c plain; : | gzip; pgzip -c plain) > all.gz
            pgzip -dc all.gz | cmp - <(cat plain plain plain plain)
            gunzip -c all.gz | cmp - <(pgzip -dc all.gz)
            gzip -c <<< line > one.gz
            (for i in $(seq 200); do cat one.gz; done) | pgzip -d > lines
            [ $(wc -l < lines) = 200 ]
            """)
    }

    /// FEXTRA, FNAME, FCOMMENT and FHCRC in one header, right and wrong.
    @Test func allFieldsOfAHeader() {
        let scratch = Scratch()
        let header = #"\x1f\x8b\x08\x1e\x01\x02\x03\x04\x00\xff\x05\x00extraname\x00comment\x00"#
        scratch.check(
            """
            set -e
            (printf '\(header)\\xd9\\xc7'; echo text | gzip -n | tail -c +11) > all.gz
            [ "$(pgzip -dc all.gz)" = text ]
            (printf '\(header)\\x00\\x00'; echo text | gzip -n | tail -c +11) > wrong.gz
            ! pgzip -dc wrong.gz 2> said
            [ "$(cat said)" = 'pgzip: wrong.gz: invalid compressed data--header checksum error' ]
            """)
    }

    @Test func trailingDataIsReported() {
        let scratch = Scratch()
        scratch.check(
            """
            set -e
            echo text > plain
            gzip -c plain > zeros.gz; head -c 100000 /dev/zero >> zeros.gz
            pgzip -dc zeros.gz | cmp - plain
            for garbage in xx '\\x1fx' '\\x00\\x00x'; do
              gzip -c plain > garbage.gz; printf "$garbage" >> garbage.gz
              status=0; pgzip -dc garbage.gz > out 2> said || status=$?
              [ $status = 2 ]; cmp out plain
              [ "$(cat said)" = 'pgzip: garbage.gz: decompression OK, trailing garbage ignored' ]
              status=0; pgzip -qdc garbage.gz > out 2> said || status=$?
              [ $status = 2 ]; cmp out plain; [ ! -s said ]
            done
            """)
    }
}
