"""yara_samples.py RULES OUT - for each YARA rule of RULES (files) samples that it must hit and one that it must miss, made from its own condition: inert bytes that hold
no more than what the condition asks for, one sample for each branch of an `or`. Writes them under OUT, and OUT/want.tsv: file, rule, 1 (must hit) or 0. A rule for which
none can be made is named on stderr (exit 1): give it one in BY_HAND."""
import hashlib, itertools, os, re, struct, sys
try:
    from re import _parser as sre, _constants as op
except ImportError:
    import sre_parse as sre, sre_constants as op

noise = lambda n: b"".join(hashlib.sha256(b"%d" % i).digest()[:30] + b"\x01\xf8" for i in range(n // 32 + 1))[:n]
# conditions that compare sums or go through places: what they ask for, behind noise
BY_HAND = {
    "mark_akira": [noise(4096) + bytes(range(256)) * 2 + bytes(12) + bytes([1, 50]) + struct.pack("<Q", 4096)],
    "mark_ryuk": [noise(4096) + b"HERMES" + noise(268 - 4) + b"\x01\xf0\x00\xf1"],
    "mark_obscura": [noise(4096) + b"OBSCURA!" + noise(56)],
    "mark_phobos": [noise(size) + struct.pack("<I", 4) + bytes(128) + struct.pack("<I", mark) + b"\x01" + bytes(5) for size, mark in ((4096, 178), (0xC1000, 0xC0800))],
}
TOKEN = re.compile(r'\s*(?:(0x[0-9A-Fa-f]+)|(\d+)(KB|MB)?|([$#][A-Za-z0-9_]*\*?)|(\.\.|[<>=!]=|[()<>+*,:-])|([A-Za-z_]\w*))')


def text_of(source):
    """what an escaped string of YARA says"""
    said = lambda c: {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(c, c) if len(c) == 1 else bytes([int(c[1:], 16)])
    return re.sub(rb'\\(x[0-9A-Fa-f]{2}|.)', lambda m: said(m[1]), source.encode())


def one_of(items):
    """a character that a class of a regular expression takes: a letter where that does"""
    negate, chars, taken = False, set(), {op.CATEGORY_DIGIT: "0123456789", op.CATEGORY_WORD: "abcxyzABCXYZ0123456789_", op.CATEGORY_SPACE: " \t"}
    for kind, value in items:
        if kind is op.NEGATE:
            negate = True
        elif kind is op.LITERAL:
            chars.add(value)
        elif kind is op.RANGE:
            chars.update(range(value[0], value[1] + 1))
        elif value in taken:
            chars.update(map(ord, taken[value]))
        else:
            chars.update(c for c in range(33, 127) if chr(c) not in {op.CATEGORY_NOT_DIGIT: "0123456789", op.CATEGORY_NOT_WORD: "_", op.CATEGORY_NOT_SPACE: " "}[value]
                         and not (value is op.CATEGORY_NOT_WORD and chr(c).isalnum()))
    fits = [c for c in list(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") + list(range(256)) if (c in chars) != negate]
    return bytes(fits[:1])


def walk(tree):
    """the shortest plain text that a regular expression takes"""
    out = b""
    for kind, value in tree:
        if kind is op.LITERAL:
            out += bytes([value])
        elif kind is op.NOT_LITERAL:
            out += b"a" if value != 97 else b"b"
        elif kind is op.ANY:
            out += b"a"
        elif kind is op.IN:
            out += one_of(value)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            out += walk(value[2]) * value[0]
        elif kind is op.SUBPATTERN:
            out += walk(value[-1])
        elif kind is op.BRANCH:
            out += walk(value[1][0])
        elif kind is not op.AT:
            raise ValueError("regular expression: %s" % kind)
    return out


def hex_of(source):
    source = re.sub(r'\(([^|)]*)\|[^)]*\)', r'\1', source)
    source = re.sub(r'\[(\d+)[^\]]*\]', lambda m: "00" * int(m[1]), source).replace("?", "0")
    return bytes.fromhex(re.sub(r'\s', '', source))


def strings_of(text):
    found = {}
    for line in text.splitlines():
        m = re.match(r'\s*(\$\w*) = (?:"((?:\\.|[^"\\])*)"|/((?:\\.|[^/\\])*)/([is]*)|\{([^}]*)\})\s*([a-z ]*)', line)
        if m is None:
            continue
        body = text_of(m[2]) if m[2] is not None else hex_of(m[5]) if m[5] is not None else walk(sre.parse(m[3].replace("\\/", "/").encode()))
        words = m[6].split()
        found[m[1]] = b"".join(bytes([b, 0]) for b in body) if "wide" in words and "ascii" not in words else body
    return found


class Condition:
    """Takes a condition apart into the ways in which it can hold: each a list of needs. A need is ("has", string, times), ("put", place, from the end, bytes), ("least"|"most", size)
    or ("at", string)."""

    def __init__(self, text, names):
        self.names, self.at, self.tokens = names, 0, []
        pos = 0
        text = text.strip()
        while pos < len(text):
            m = TOKEN.match(text, pos)
            if m is None:
                raise ValueError("condition: " + text[pos:pos + 20])
            number = int(m[1], 16) if m[1] else int(m[2]) * {None: 1, "KB": 1 << 10, "MB": 1 << 20}[m[3]] if m[2] else None
            self.tokens.append(number if number is not None else m[4] or m[5] or m[6])
            pos = m.end()

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, token):
        if self.next() != token:
            raise ValueError("condition: wants %s" % token)

    def either(self):
        ways = self.both()
        while self.peek() == "or":
            self.next()
            ways = ways + self.both()
        return ways

    def both(self):
        ways = self.atom()
        while self.peek() == "and":
            self.next()
            others = self.atom()
            # each branch once, not each with each
            ways = [a + b for a, b in itertools.zip_longest(ways, others, fillvalue=None) if a is not None and b is not None] + \
                [a + others[0] for a in ways[len(others):]] + [ways[0] + b for b in others[len(ways):]]
        return ways

    def matching(self, pattern):
        return [n for n in self.names if n == pattern or (pattern.endswith("*") and n.startswith(pattern[:-1]))]

    def some(self, many):
        self.take("of")
        if self.peek() == "them":
            self.next()
            names = list(self.names)
        else:
            self.take("(")
            names = []
            while self.peek() != ")":
                names += self.matching(self.next())
                if self.peek() == ",":
                    self.next()
            self.take(")")
        count = {"any": 1, "all": len(names)}.get(many, many)
        # every string takes part in at least one way
        return [[("has", names[(i + k) % len(names)], 1) for k in range(count)] for i in range(0, len(names), count)]

    def place(self):
        self.take("(")
        first, from_end = self.next(), False
        if first == "filesize":
            self.take("-")
            first, from_end = self.next(), True
        self.take(")")
        return first, from_end

    def compare(self, reader):
        width, big = int(re.sub(r'\D', '', reader)) // 8, reader.endswith("be")
        where, from_end = self.place()
        sign, value = self.next(), self.next()
        if sign in ("<", "<=") and value == "filesize":
            return [[]]
        number = value if sign in ("==", "<=", ">=") else value + 1 if sign == ">" else value - 1 if sign == "<" else (value ^ 1 if value == 0 else None)
        if number is None:
            return [[]]	# another value than one: what stands there by itself is that
        return [[("put", where, from_end, number.to_bytes(width, "big" if big else "little"))]]

    def atom(self):
        token = self.next()
        if token == "(":
            ways = self.either()
            self.take(")")
            return ways
        if token == "not":
            self.atom()
            return [[]]
        if token == "for":	# noise has such bytes
            depth = 0
            while self.peek() is not None and not (depth == 0 and self.peek() == ":"):
                self.next()
            self.take(":")
            self.take("(")
            depth = 1
            while depth > 0:
                depth += {"(": 1, ")": -1}.get(self.next(), 0)
            return [[]]
        if token == "filesize":
            sign, size = self.next(), self.next()
            return [[("most", size - 1) if sign == "<" else ("least", size + 1)]]
        if isinstance(token, str) and token.startswith("uint"):
            return self.compare(token)
        if isinstance(token, int) or token in ("any", "all"):
            return self.some(token)
        if token[0] == "#":
            self.take(">")
            return [[("has", "$" + token[1:], self.next() + 1)]]
        if token[0] == "$" and self.peek() == "in":
            self.next()
            while self.next() != ")":
                pass
            return [[("at", token)]]
        if token[0] == "$":
            return [[("has", token, 1)]]
        raise ValueError("condition: %s" % token)


def build(way, strings):
    """the bytes for one way: what stands at the head, the strings one a line, what stands at the end; with and without its strings"""
    head, tail, least, most = {}, {}, 0, 1 << 30
    first, body = b"", b""
    for need in sorted(way, key=str):
        if need[0] == "put":
            for i, b in enumerate(need[3]):
                (tail if need[2] else head)[need[1] - i if need[2] else need[1] + i] = b
        elif need[0] == "least":
            least = max(least, need[1])
        elif need[0] == "most":
            most = min(most, need[1])
        elif need[0] == "at":
            first += strings[need[1]] + b"\n"
        else:
            body += (b"\n" + strings[need[1]] + b"\n") * need[2]
    marks = bool(head or tail) and not strings
    lead = max(head) + 1 if head else 0
    filler = noise if marks else lambda n: b"." * n
    made = []
    for text in (first + (b"" if first else filler(lead)) + body, filler(lead) + b"\n"):
        room = max(least, len(text) + (max(tail) if tail else 0), len(text) + 4096 if marks else 0)
        text = bytearray(text + filler(room - len(text)))
        for place, b in head.items():
            text[place] = b
        for place, b in tail.items():
            text[len(text) - place] = b
        made.append(bytes(text))
    if marks:	# it has no strings to leave out: one byte of the mark is another
        spoilt = bytearray(made[0])
        place = max(head) if head else len(spoilt) - min(tail)
        spoilt[place] ^= 0xFF
        made[1] = bytes(spoilt)
    return made if len(made[0]) <= most else None


def samples_of(name, body):
    if name in BY_HAND:
        return BY_HAND[name], BY_HAND[name][0][:4096]
    strings = strings_of(body.split("strings:")[1].split("condition:")[0]) if "strings:" in body else {}
    made = [m for m in (build(way, strings) for way in Condition(body.rsplit("condition:", 1)[1], list(strings)).either()) if m]
    return [m[0] for m in made], made[0][1]


def main(files, out):
    failed = 0
    with open(os.path.join(out, "want.tsv"), "w") as want:
        for path in files:
            for m in re.finditer(r'^rule (\w+)[^\n]*\n\{(.*?)^\}', open(path, encoding="utf-8").read(), re.S | re.M):
                try:
                    hits, miss = samples_of(m[1], m[2])
                except (ValueError, IndexError, KeyError) as e:
                    print("%s: no sample: %s" % (m[1], e), file=sys.stderr)
                    failed = 1
                    continue
                for i, sample in enumerate([*hits, miss]):
                    name = os.path.join(out, "%s.%d" % (m[1], i))
                    with open(name, "wb") as f:
                        f.write(sample)
                    want.write("%s\t%s\t%d\n" % (name, m[1], i < len(hits)))
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:-1], sys.argv[-1]))
