"""Finds a piece of code in a named declaration by its tokens.

A pattern is code in which `$name` stands for any name and `"…"` for any string literal. Comments and whitespace do
not count. A renamed local variable, a new line break or a changed neighbour therefore leaves the pattern where it was.
"""
import bisect
import collections
import re

TOKEN = re.compile(r"""
    (?P<blank>  \s+ | //[^\n]* | /\*.*?\*/ | \\\n )
  | (?P<string> \"{3}.*?\"{3}
              | "(?: \\\( (?: [^()] | \( (?: [^()] | \([^()]*\) )* \) )* \) | \\. | [^"\\\n] )*"
              | '(?: \\. | [^'\\\n] )+' )
  | (?P<word>   \d\w*\.\d\w* | \$?\w+ )
  | (?P<mark>   . )
""", re.X | re.S)
ANY_STRING = '"…"'
PLACEHOLDER = re.compile(r"\$([A-Za-z_]\w*)")
CLOSING = {"(": ")", "[": "]", "{": "}"}
# A line that ends with one of the first, or begins with one of the second, is not the end of a Swift declaration.
GOES_ON_AFTER = set(",=&|+-*/<:([{")
GOES_ON_WITH = set(".?:{=&|+-*/<>") | {"where", "throws", "rethrows", "async"}
TYPES = {"struct", "class", "enum", "extension", "protocol", "actor"}
MEMBERS = {"func", "init", "deinit", "subscript", "var", "let"}
# Words followed by parentheses and a brace in C that are not functions, and that no placeholder stands for.
STATEMENTS = {"if", "while", "for", "switch", "return", "else", "do", "case", "default", "break", "continue", "goto"}
KEYWORDS = STATEMENTS | TYPES | MEMBERS | {
    "guard", "in", "try", "throw", "catch", "defer", "unsafe", "consume", "copy", "self", "is", "as", "inout", "sizeof"}

Token = collections.namedtuple("Token", "text start end")
Declaration = collections.namedtuple("Declaration", "name first last")
Match = collections.namedtuple("Match", "start end names")
Bug = collections.namedtuple("Bug", "name start end new switch")


class Misplaced(Exception):
    """Code that does not have exactly one place. The message names the code that is there instead."""


def tokens_of(text):
    """The tokens of C or Swift code. A string literal is one token, an operator is one for each character."""
    return [Token(found.group(), found.start(), found.end())
            for found in TOKEN.finditer(text) if found.lastgroup != "blank"]


class Code:
    """The text of one C or Swift file, with its tokens and its declarations."""

    def __init__(self, text, is_swift):
        self.text = text
        self.tokens = tokens_of(text)
        self.line_starts = [0] + [found.end() for found in re.finditer("\n", text)]
        self.pairs = self.brackets()
        self.declarations = list(self.swift_declarations() if is_swift else self.c_declarations())

    def line(self, index):
        """The number of the line on which a token starts."""
        return bisect.bisect_right(self.line_starts, self.tokens[index].start)

    def word(self, index):
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def starts_line(self, index):
        return index == 0 or self.line(index) != self.line(index - 1)

    def brackets(self):
        """The index of each closing bracket, by the index of the one it closes."""
        pairs, open_ = {}, []
        for index, token in enumerate(self.tokens):
            if token.text in CLOSING:
                open_.append(index)
            elif token.text in CLOSING.values() and open_:
                pairs[open_.pop()] = index
        return pairs

    def declaration(self, name, index, last):
        """A declaration whose keyword or name is at an index. What precedes that on its line belongs to it."""
        while not self.starts_line(index) and self.word(index - 1) not in CLOSING and self.word(index - 1) not in "};":
            index -= 1
        return Declaration(name, index, last)

    def c_declarations(self):
        """Functions with a body, structures and enumerations."""
        for index, token in enumerate(self.tokens):
            word = self.word(index - 1)
            if token.text == "(" and re.match(r"\w", word) and word not in STATEMENTS:
                brace = self.pairs.get(index, index) + 1
                if self.word(brace) == "{" and brace in self.pairs:
                    yield self.declaration(word, index - 1, self.pairs[brace])
            elif token.text == "{" and self.word(index - 2) in {"struct", "enum"} and index in self.pairs:
                yield self.declaration(word, index - 2, self.pairs[index])

    def swift_declarations(self):
        """Types and extensions, their members, and functions wherever they are. A member is called `Type.member`, and a
        function that has parameters `Type.function(label:_:)`."""
        scopes = []
        for index, token in enumerate(self.tokens):
            while scopes and scopes[-1].last < index:
                scopes.pop()
            keyword, next_ = token.text, self.word(index + 1)
            if self.word(index - 1) == "." or keyword not in TYPES | MEMBERS:
                continue
            if keyword in TYPES:
                if not re.match(r"[A-Za-z_]", next_) or next_ in KEYWORDS:
                    continue
                name = re.match(r"[\w.]+", self.text[self.tokens[index + 1].start:]).group()
            elif keyword in {"var", "let"}:
                if scopes and self.word(self.keyword_of(scopes[-1])) not in TYPES:
                    continue  # a local variable
                name = next_
            else:
                start = index + 1 if keyword == "func" else index
                opening = start
                while self.word(opening) not in {"(", "{"}:
                    opening += 1
                name = re.match(r"\w+|[^\w\s(]+", self.text[self.tokens[start].start:]).group() + self.labels(opening)
            path = ".".join([scope.name for scope in scopes[-1:]] + [name])
            scopes.append(self.declaration(path, index, self.extent(index)))
            yield scopes[-1]

    def keyword_of(self, declaration):
        index = declaration.first
        while self.word(index) not in TYPES | MEMBERS or self.word(index + 1) in MEMBERS:
            index += 1
        return index

    def labels(self, opening):
        """The labels of the parameters whose list begins at an index, as in `(_:until:)`."""
        if self.word(opening) != "(" or self.word(opening + 1) == ")":
            return "()" if self.word(opening) == "(" else ""
        labels, index = [], opening + 1
        is_first = True
        while index < self.pairs[opening]:
            if is_first:
                labels.append(self.word(index) + ":")
            is_first = self.word(index) == ","
            index = self.pairs.get(index, index) + 1
        return "(" + "".join(labels) + ")"

    def extent(self, index):
        """The index of the last token of a Swift declaration whose keyword is at an index."""
        has_body = self.word(index) not in {"var", "let"}
        at = index + 1
        while at < len(self.tokens):
            word = self.word(at)
            if word in CLOSING.values() or word == ";":
                return at - 1
            if self.starts_line(at) and self.word(at - 1) not in GOES_ON_AFTER and word not in GOES_ON_WITH:
                return at - 1
            if word == "{" and has_body:
                return self.pairs.get(at, at)
            at = self.pairs.get(at, at) + 1
        return len(self.tokens) - 1

    def named(self, name):
        """The declarations of a name. `member`, `Type.member` and `member(label:)` all name `Type.member(label:)`."""
        def fits(path):
            short = path if "(" in name else re.sub(r"\([^()]*\)", "", path)
            return short == name or short.endswith("." + name)
        return [declaration for declaration in self.declarations if fits(declaration.name)]

    def find(self, name, pattern, before="", after="", names=None):
        """The one place of a pattern, between the given code, in the declarations of a name. `names` has what some of
        the placeholders stand for."""
        declarations = self.named(name)
        if not declarations:
            raise Misplaced(f"there is no declaration '{name}'")
        head, body, tail = ([token.text for token in tokens_of(code)] for code in (before, pattern, after))
        wanted = head + body + tail
        found, farthest, instead = {}, 0, ""
        for declaration in declarations:
            for start in range(declaration.first, declaration.last - len(wanted) + 2):
                match, count = self.fit(start, wanted, dict(names or {}))
                if count == len(wanted):
                    start += len(head)
                    last = self.tokens[start + len(body) - 1]
                    found[start] = Match(self.tokens[start].start, last.end, match)
                elif count > farthest:
                    farthest = count
                    instead = (f"; line {self.line(start + count)} has '{self.word(start + count)}' "
                               f"instead of '{wanted[count]}'")
        if not found:
            raise Misplaced(f"no place in '{name}' matches{instead}")
        if len(found) > 1:
            lines = ", ".join(str(self.line(start)) for start in sorted(found))
            raise Misplaced(f"{len(found)} places in '{name}' match, in lines {lines}")
        return next(iter(found.values()))

    def fit(self, start, wanted, names):
        """The names that placeholders stand for if a pattern is laid at an index, and how many of its tokens fit."""
        for count, token in enumerate(wanted):
            word = self.word(start + count)
            holder = PLACEHOLDER.fullmatch(token)
            if holder is None:
                if token != word and not (token == ANY_STRING and word[:1] == '"'):
                    return names, count
            elif not re.match(r"[A-Za-z_]", word) or word in KEYWORDS or self.is_member(start + count) \
                    or names.setdefault(holder.group(1), word) != word:
                return names, count
        return names, len(wanted)

    def is_member(self, index):
        before = self.word(index - 1)
        return before == "." and self.word(index - 2) != "." or before == ">" and self.word(index - 2) == "-"


def fill(code, names):
    """Code with the names that its placeholders stand for."""
    def name(holder):
        if holder.group(1) not in names:
            raise Misplaced(f"nothing says what '{holder.group()}' stands for")
        return names[holder.group(1)]
    return PLACEHOLDER.sub(name, code)


def behind_switches(text, bugs):
    """A text with bugs in it, each with a switch. SEEDED in the new code is the switch. Without it, new and old code
    are the branches of an `if`, and there may be other bugs in the old code."""
    edits, around = [], []
    for bug in sorted(bugs, key=lambda bug: (bug.start, -bug.end)):
        while around and around[-1].end <= bug.start:
            around.pop()
        if around and (bug.end > around[-1].end or "SEEDED" in around[-1].new):
            raise Misplaced(f"'{bug.name}' and '{around[-1].name}' change the same code")
        around.append(bug)
        if "SEEDED" in bug.new:
            edits.append((bug.start, bug.end, bug.new.replace("SEEDED", bug.switch)))
        else:
            edits.append((bug.start, bug.start, f"if ({bug.switch}) {{\n{bug.new}\n}} else {{\n"))
            edits.append((bug.end, bug.end, "\n}"))
    parts, last = [], 0
    # The sort is stable: where one bug ends and the next starts, the end stays first.
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        parts += [text[last:start], new]
        last = end
    return "".join(parts) + text[last:]
