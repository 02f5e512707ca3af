"""Tests of anchors.py, which scripts/lib/mutants runs first. By themselves: python3 -m unittest anchors_test."""
import unittest

from anchors import Bug, Code, Misplaced, behind_switches, fill, tokens_of

C = """
#define LOOK(event) (event)->word  // a macro is not a function
enum { NONE = 0 };
struct event { int word; };
enum form { INDEX };
static int other(struct event *event) { return 0; }
static int leave(struct event *event, int *relied) {
    int word = load(&event->word);  /* wakers { */
    if (word == NONE) return 0;
    while (!cas(&event->word, word, word - 1)) {}
    fence();
    *relied = '}' + word;
    fence();
    return event->word;
}
"""

SWIFT = """
protocol Kind { static func put(_ element: Int) -> Bool }
extension Kind {
    static func put(_ element: Int, until deadline: Int) -> Bool {
        require(element > 0, "no \\(element { } wide): one")
        return storage.element == element
    }
    @inlinable
    static func put(_ element: Int, many: Int) -> Bool { many > element }
    var isOpen: Bool { !isClosed }
}
struct Pair<E: ~Copyable>: Kind
where E: Sendable {
    static let limits = [
        1, 2,
    ]
    let first = 1
    let second =
        2
    let third = { 3 }()
    init(_ first: Int) {
        func twice() { use(first); use(first) }
        self.first = first
    }
    init(copying: Int) { self.init(copying) }
    deinit { drop() }
    subscript(index: Int) -> Int { index }
}
final class Box {
    class var shared: Int { let one = 1; return one }
    class func apply(_ body: (Int, Int) -> Int, to values: [Int: Int]) { loop(1...values, body) }
}
enum Tiny { static var a: Int { var one = 1; return one }; static func b() {} }
"""


def text(code, match):
    return code.text[match.start:match.end]


class AnchorsTests(unittest.TestCase):
    def setUp(self):
        self.c, self.swift = Code(C, is_swift=False), Code(SWIFT, is_swift=True)

    def missing(self, code, *arguments):
        with self.assertRaises(Misplaced) as caught:
            code.find(*arguments)
        return str(caught.exception)

    def test_commentsAndWhitespaceAreSkipped(self):
        self.assertEqual([token.text for token in tokens_of("a /* b */ ->  c // d\n+= 'e' /* */ \"f // \\\" g\" 1.5")],
                         ["a", "-", ">", "c", "+", "=", "'e'", '"f // \\" g"', "1.5"])
        self.assertEqual([token.text for token in tokens_of('"\""h " i\""" j "\"" k"\""')],
                         ['"\""h " i\"""', "j", '"\"" k"\""'])

    def test_cDeclarations(self):
        self.assertEqual([declaration.name for declaration in self.c.declarations], ["event", "form", "other", "leave"])

    def test_swiftDeclarations(self):
        self.assertEqual([declaration.name for declaration in self.swift.declarations], [
            "Kind", "Kind.put(_:)", "Kind", "Kind.put(_:until:)", "Kind.put(_:many:)", "Kind.isOpen",
            "Pair", "Pair.limits", "Pair.first", "Pair.second", "Pair.third", "Pair.init(_:)",
            "Pair.init(_:).twice()", "Pair.init(copying:)", "Pair.deinit", "Pair.subscript(index:)",
            "Box", "Box.shared", "Box.apply(_:to:)", "Tiny", "Tiny.a", "Tiny.b()"])

    def test_declarationsEndAtTheirBodyOrLine(self):
        for name, last in [("Kind.put(_:)", ")->Bool"), ("limits", "2,]"), ("first", "=1"), ("second", "=2"),
                           ("third", "()"), ("isOpen", "Closed}"), ("Pair.init(_:)", "=first}")]:
            [declaration] = self.swift.named(name)
            tokens = self.swift.tokens[declaration.first:declaration.last + 1]
            self.assertTrue("".join(token.text for token in tokens).endswith(last), name)

    def test_declarationsAreFoundByMemberTypeAndLabels(self):
        for name, count in [("put", 3), ("Kind.put", 3), ("put(_:many:)", 1), ("Pair.init", 2), ("init(copying:)", 1),
                            ("twice", 1), ("ut", 0), ("Pair.put", 0)]:
            self.assertEqual(len(self.swift.named(name)), count, name)

    def test_renamedLocalsAndNewLinesStillMatch(self):
        pattern = "while (!cas(&$event->word, $a, $a - 1)) {}"
        for code in [C, C.replace("word, word, word - 1", "word, w, w - 1"), C.replace("event->", "e->"),
                     C.replace("(&", "(\n      &  // here\n")]:
            match = Code(code, is_swift=False).find("leave", pattern)
            self.assertEqual(match.names["event"], "e" if "(&e->" in code else "event")

    def test_placeholderMatchesOneNameEverywhere(self):
        self.assertIn("no place in 'leave'", self.missing(self.c, "leave", "$a($b, $b"))

    def test_placeholderMatchesNeitherMembersNorKeywords(self):
        self.assertEqual(self.swift.find("put(_:many:)", "$a > $b").names, {"a": "many", "b": "element"})
        self.assertIn("no place", self.missing(self.swift, "put(_:until:)", "$a == $b"))
        self.assertIn("no place", self.missing(self.c, "leave", "$a event->word"))
        self.assertIn("no place", self.missing(self.c, "leave", "return event->$a"))
        self.assertEqual(self.swift.find("apply", "1...$a").names, {"a": "values"})

    def test_matchesEndWithTheDeclaration(self):
        self.assertEqual(text(self.swift, self.swift.find("subscript", "index }")), "index }")
        self.assertIn("no place", self.missing(self.swift, "put(_:many:)", "element } var"))

    def test_anyStringLiteralMatches(self):
        self.assertEqual(self.swift.find("put(_:until:)", 'require($e > 0, "…")').names, {"e": "element"})
        self.assertIn("no place", self.missing(self.swift, "put(_:until:)", 'require("…"'))

    def test_otherFunctionsAreNotSearched(self):
        self.assertEqual(text(self.c, self.c.find("leave", "return 0;")), "return 0;")
        self.assertEqual(self.c.find("leave", "return 0;").start, C.index("return 0;", C.index("NONE)")))

    def test_contextSelectsOneOfTwoPlaces(self):
        self.assertEqual(self.missing(self.c, "leave", "fence();"), "2 places in 'leave' match, in lines 11, 13")
        last = self.c.find("leave", "fence();", "", "return $e->word;")
        self.assertEqual((last.start, text(self.c, last)), (C.rindex("fence();"), "fence();"))
        first = self.c.find("leave", "fence();", "while (!cas(&$e->word, $w, $w - 1)) {}")
        self.assertEqual((first.start, first.names), (C.index("fence();"), {"e": "event", "w": "word"}))

    def test_knownNamesBindPlaceholders(self):
        known = self.c.find("leave", "int *$r").names
        self.assertEqual(self.c.find("leave", "*$r = '}'", names=known).names, {"r": "relied"})
        self.assertIn("no place", self.missing(self.c, "leave", "*$r = '}'", "", "", {"r": "event"}))

    def test_errorNamesTheFirstDifference(self):
        self.assertEqual(self.missing(self.c, "arrive", "fence();"), "there is no declaration 'arrive'")
        self.assertEqual(self.missing(self.c, "leave", "if ($w == 1) return 0;"),
                         "no place in 'leave' matches; line 9 has 'NONE' instead of '1'")

    def test_newCodeGetsTheNames(self):
        self.assertEqual(fill("$a += $0 + $ab", {"a": "x", "ab": "y"}), "x += $0 + y")
        with self.assertRaises(Misplaced):
            fill("$b", {"a": "x"})


class SwitchTests(unittest.TestCase):
    def seeded(self, *bugs):
        """`a; b; c;` with bugs that are given by their old and new code. The first one's switch is s1."""
        code = "a; b; c;"
        places = [(code.index(old), new, len(old)) for old, new in bugs]
        return "".join(behind_switches(code, [Bug(new, start, start + count, new, f"s{number}")
                                              for number, (start, new, count) in enumerate(places, 1)]).split())

    def test_oldAndNewCodeAreBranches(self):
        self.assertEqual(self.seeded(("b;", "x;")), "a;if(s1){x;}else{b;}c;")

    def test_seededIsTheSwitch(self):
        self.assertEqual(self.seeded(("b", "SEEDED?SEEDED:b")), "a;s1?s1:b;c;")

    def test_bugsInOldCodeAreNested(self):
        self.assertEqual(self.seeded(("b;", "x;"), ("b;", "y;")), "a;if(s1){x;}else{if(s2){y;}else{b;}}c;")
        self.assertEqual(self.seeded(("b;", "y(SEEDED);"), ("b; c;", "x;")), "a;if(s2){x;}else{y(s1);c;}")
        self.assertEqual(self.seeded(("b; c;", "x;"), ("c;", "y;")), "a;if(s1){x;}else{b;if(s2){y;}else{c;}}")

    def test_adjacentBugsStayApart(self):
        self.assertEqual(self.seeded((" b;", "y;"), ("a;", "x;")), "if(s2){x;}else{a;}if(s1){y;}else{b;}c;")

    def test_overlappingBugsAreRefused(self):
        for bugs in [[("a; b;", "x;"), ("b; c;", "y;")], [("a; b;", "SEEDED;"), ("b;", "y;")],
                     [("b;", "SEEDED;"), ("b;", "SEEDED + 1;")]]:
            with self.assertRaises(Misplaced) as caught:
                self.seeded(*bugs)
            self.assertEqual(str(caught.exception), f"'{bugs[1][1]}' and '{bugs[0][1]}' change the same code")
