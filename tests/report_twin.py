"""report_twin.py - the script of the report and the program must write the same text in each language.

    report_twin.py PROFILE REPORT-nl.html REPORT-fr.html REPORT-de.html REPORT-en.html

From every report the browser is made to switch to every language; then each element with a message must hold the text that
the program wrote in the report of that language. The policy is taken out of the copy, since it rightly stops the clicking script.
"""
import html.parser
import os
import re
import subprocess
import sys
import tempfile

LANGS = ("nl", "fr", "de", "en")
VOID = {"meta", "br", "input", "rect", "line"}


class Texts(html.parser.HTMLParser):
    """Text of each element with data-m, and labels, in the order of the page."""

    def __init__(self):
        super().__init__()
        self.stack, self.found = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "data-l" in attrs:
            self.found.append([attrs["data-l"], attrs.get("aria-label", "")])
        slot = None
        if "data-m" in attrs:
            slot = [attrs["data-m"], ""]
            self.found.append(slot)
        if tag not in VOID:
            self.stack.append(slot)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in VOID and self.stack:
            self.stack.pop()

    def handle_data(self, data):
        for slot in self.stack:
            if slot is not None:
                slot[1] += data


def texts(page):
    parser = Texts()
    parser.feed(page)
    return [tuple(pair) for pair in parser.found if pair[0] not in ("files.hits",)]


def switched(path, lang, profile):
    """The page as it stands after a click on the button of lang."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    click = "<script>document.querySelector('[data-lang=%s]').click()</script></body>" % lang
    at = page.rindex("</body>")
    page = page[:at] + click + page[at + len("</body>"):]
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8", delete=False) as file:
        file.write(page)
    try:
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile, "--dump-dom",
                               "file://" + file.name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True)
    finally:
        os.unlink(file.name)
    return done.stdout.decode("utf-8")


def main():
    profile, paths = sys.argv[1], sys.argv[2:]
    written = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            written.append(texts(file.read()))
    wrong = 0
    for path in paths:
        for lang, want in zip(LANGS, written):
            got = texts(switched(path, lang, profile))
            if len(got) != len(want):
                print("%s in %s: %d texts, not %d" % (path, lang, len(got), len(want)))
                wrong += 1
            for one, other in zip(got, want):
                if one != other:
                    wrong += 1
                    print("%s in %s: %s: %r, the program wrote %r" % (path, lang, one[0], one[1], other[1]))
                    break
    print("report_twin: %d texts, 4 languages, %d differ" % (len(written[0]), wrong))
    return 1 if wrong else 0


sys.exit(main())
