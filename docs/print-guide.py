#!/usr/bin/env python3
"""print-guide.py nl|en [OUT.pdf] - a guide on paper, A4, each part on a page of its own. Wants chromium."""
import html
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STYLE = """@page { size: A4; margin: 13mm 17mm } body { font: 10.3pt/1.32 "DejaVu Sans", sans-serif; color: #000 } h1 { font-size: 18pt; margin: 0 0 6pt }
h2 { font-size: 14pt; margin: 0 0 6pt; border-bottom: 1pt solid #000; break-before: page } h2.first { break-before: auto } p, li { margin: 0 0 4.5pt } ol, ul { margin: 0; padding-left: 18pt }
img { display: block; margin: 5pt auto; max-width: 125mm; max-height: 80mm; border: 0.5pt solid #888 } code { font: 9.4pt "DejaVu Sans Mono", monospace; background: #eee; padding: 0 2pt; overflow-wrap: anywhere }
pre { font: 7.9pt/1.4 "DejaVu Sans Mono", monospace; background: #eee; padding: 5pt; margin: 4pt 0; white-space: pre-wrap } a { color: inherit; text-decoration: none }
table { border-collapse: collapse; margin: 4pt 0 } td, th { border: 0.5pt solid #888; padding: 2pt 6pt; text-align: left; vertical-align: top } li, img, pre, tr { break-inside: avoid }
p:has(img + img) { display: flex; gap: 3mm } p:has(img + img) img { max-width: 83mm; margin: 2pt 0 }"""


def inline(text):
    text = html.escape(text, quote=False)
    text = re.sub(r"!\[([^]]*)\]\(([^)]+)\)", r'<img alt="\1" src="\2">', text)
    text = re.sub(r"\[([^]]*)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)


def page(source):
    out, kind, parts = [], "", 0
    for line in source.split("\n") + [""]:
        number, bullet = re.match(r"(\d+)\. (.*)", line), re.match(r"- (.*)", line)
        cells = [c.strip() for c in line.strip("|").split("|")] if line.startswith("|") else None
        now = "ol" if number else "ul" if bullet else "pre" if line.startswith("    ") else "table" if cells else "" if line.strip() else kind if kind == "pre" else ""
        if kind and now != kind:
            out.append("</%s>" % kind)
        if now and now != kind:
            out.append('<ol start="%s">' % number.group(1) if number else "<%s>" % now)
        kind = now
        if number or bullet:
            out.append("<li>%s</li>" % inline(number.group(2) if number else bullet.group(1)))
        elif kind == "pre":
            out.append(html.escape(line[4:], quote=False))
        elif cells:
            if not all(set(c) <= set("-: ") for c in cells):
                out.append("<tr>%s</tr>" % "".join("<td>%s</td>" % inline(c) for c in cells))
        elif line.startswith("## "):
            parts += 1
            out.append('<h2%s>%s</h2>' % (' class="first"' if parts == 1 else "", inline(line[3:])))
        elif line.startswith("# "):
            out.append("<h1>%s</h1>" % inline(line[2:]))
        elif line.strip():
            out.append("<p>%s</p>" % inline(line))
    return "\n".join(out)


def main():
    lang = sys.argv[1] if len(sys.argv) > 1 else ""
    if lang not in ("nl", "en"):
        sys.exit(__doc__)
    out = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "guide-%s.pdf" % lang)
    with open("%s/guide-%s.md" % (HERE, lang), encoding="utf-8") as f:
        body = page(f.read())
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/guide.html", "w", encoding="utf-8") as f:
            f.write('<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8"><base href="file://%s/"><title>triage</title><style>%s</style></head><body>%s</body></html>' % (lang, HERE, STYLE, body))
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder + "/profile", "--no-pdf-header-footer", "--print-to-pdf=" + out, "file://" + folder + "/guide.html"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(out)


if __name__ == "__main__":
    main()
