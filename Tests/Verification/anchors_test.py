"""Tests of anchors.py, which scripts/verify-mutants runs first. By themselves: python3 -m unittest anchors_test."""
import unittest

from anchors import Code, NotFound, fill, tokens_of

C = """
#define LOOK(event) (event)->word  // a macro is no function
enum { NONE = 0 };
struct event { int word; };
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
    let second = 2
    init(_ first: Int) {
        func twice() { use(first); use(first) }
        self.first = first
    }
    init(copying: Int) { first = copying }
    deinit { drop() }
    subscript(index: Int) -> Int { index }
}
"""


def text(code, match):
    return code.text[match.start:match.end]


class AnchorsTests(unittest.TestCase):
    def setUp(self):
        self.c, self.swift = Code(C, is_swift=False), Code(SWIFT, is_swift=True)

    def missing(self, code, *arguments):
        with self.assertRaises(NotFound) as caught:
            code.find(*arguments)
        return str(caught.exception)

    def test_commentsAndWhitespaceAreNoTokens(self):
        self.assertEqual([token.text for token in tokens_of("a /* b */ ->  c // d\n+= 'e' \"f // \\\" g\" 1.5")],
                         ["a", "-", ">", "c", "+", "=", "'e'", '"f // \\" g"', "1.5"])

    def test_cDeclarations(self):
        self.assertEqual([declaration.name for declaration in self.c.declarations], ["event", "other", "leave"])

    def test_swiftDeclarations(self):
        self.assertEqual([declaration.name for declaration in self.swift.declarations], [
            "Kind", "Kind.put(_:)", "Kind", "Kind.put(_:until:)", "Kind.put(_:many:)", "Kind.isOpen",
            "Pair", "Pair.limits", "Pair.first", "Pair.second", "Pair.init(_:)", "Pair.init(_:).twice()", "Pair.init(copying:)", "Pair.deinit",
            "Pair.subscript(index:)"])

    def test_aDeclarationEndsWhereItDoes(self):
        for name, last in [("Kind.put(_:)", ")->Bool"), ("limits", "2,]"), ("first", "=1"), ("isOpen", "Closed}"),
                           ("Pair.init(_:)", "=first}")]:
            [declaration] = self.swift.named(name)
            tokens = self.swift.tokens[declaration.first:declaration.last + 1]
            self.assertTrue("".join(token.text for token in tokens).endswith(last), name)

    def test_partOfANameAndLabelsNameADeclaration(self):
        for name, count in [("put", 3), ("Kind.put", 3), ("put(_:many:)", 1), ("Pair.init", 2), ("init(copying:)", 1),
                            ("twice", 1), ("ut", 0), ("Pair.put", 0)]:
            self.assertEqual(len(self.swift.named(name)), count, name)

    def test_aRenamedLocalAndNewLinesDoNotMatter(self):
        pattern = "while (!cas(&$event->word, $a, $a - 1)) {}"
        for code in [C, C.replace("word, word, word - 1", "word, w, w - 1"), C.replace("event->", "e->"),
                     C.replace("(&", "(\n      &  // here\n")]:
            match = Code(code, is_swift=False).find("leave", pattern)
            self.assertEqual(match.names["event"], "e" if "(&e->" in code else "event")

    def test_aPlaceholderIsTheSameNameEverywhere(self):
        self.assertIn("no place in 'leave'", self.missing(self.c, "leave", "$a($b, $b"))

    def test_aPlaceholderIsNoMemberAndNoKeyword(self):
        self.assertEqual(self.swift.find("put(_:many:)", "$a > $b").names, {"a": "many", "b": "element"})
        self.assertIn("no place", self.missing(self.swift, "put(_:until:)", "$a == $b"))
        self.assertIn("no place", self.missing(self.c, "leave", "$a event->word"))

    def test_anyStringLiteralMatches(self):
        self.assertEqual(self.swift.find("put(_:until:)", 'require($e > 0, "…")').names, {"e": "element"})
        self.assertIn("no place", self.missing(self.swift, "put(_:until:)", 'require("…"'))

    def test_anotherFunctionIsNotSearched(self):
        self.assertEqual(text(self.c, self.c.find("leave", "return 0;")), "return 0;")
        self.assertEqual(self.c.find("leave", "return 0;").start, C.index("return 0;", C.index("NONE)")))

    def test_neighboursTellTwoPlacesApart(self):
        self.assertEqual(self.missing(self.c, "leave", "fence();"), "2 places in 'leave' match, in lines 10, 12")
        last = self.c.find("leave", "fence();", "", "return $e->word;")
        self.assertEqual((last.start, text(self.c, last)), (C.rindex("fence();"), "fence();"))
        first = self.c.find("leave", "fence();", "while (!cas(&$e->word, $w, $w - 1)) {}")
        self.assertEqual((first.start, first.names), (C.index("fence();"), {"e": "event", "w": "word"}))

    def test_namesThatAreKnownBind(self):
        known = self.c.find("leave", "int *$r").names
        self.assertEqual(self.c.find("leave", "*$r = '}'", names=known).names, {"r": "relied"})
        self.assertIn("no place", self.missing(self.c, "leave", "*$r = '}'", "", "", {"r": "event"}))

    def test_whatIsMissingIsSaid(self):
        self.assertEqual(self.missing(self.c, "arrive", "fence();"), "there is no declaration 'arrive'")
        self.assertEqual(self.missing(self.c, "leave", "if ($w == 1) return 0;"),
                         "no place in 'leave' matches; line 8 has 'NONE' instead of '1'")

    def test_linesThatComeHaveTheNames(self):
        self.assertEqual(fill("$a += $0 + $ab", {"a": "x", "ab": "y"}), "x += $0 + y")
        with self.assertRaises(NotFound):
            fill("$b", {"a": "x"})
