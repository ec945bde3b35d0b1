#!/usr/bin/env python3
"""guide_screens.py [LANG...] - the pictures of the guides in docs/, made again: tmux draws guided mode of a made machine, chromium turns each screen and the report into a PNG.

Wants what tests/guided_paths.py wants, and chromium. A screen is what the terminal holds, with its colours (tmux capture-pane -e).
"""
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guided_paths as paths

COLOURS = ["#000", "#c00", "#0a0", "#a50", "#00a", "#a0a", "#0aa", "#d3d7cf", "#555", "#f00", "#5f5", "#ff5", "#00f", "#f5f", "#5ff", "#fff"]


def coloured(text):
    """Lines with escape sequences of colour as HTML."""
    out, fore, back, turned = [], 7, 0, False
    for line in text.rstrip("\n").split("\n"):
        parts = re.split(r"\x1b\[([0-9;]*)m", re.sub(r"\x1b[()][0B]|\x0e|\x0f", "", line))
        row = ""
        for i, part in enumerate(parts):
            if i % 2:
                for code in [int(c or 0) for c in part.split(";")]:
                    if code == 0:
                        fore, back, turned = 7, 0, False
                    elif code == 7:
                        turned = True
                    elif code == 27:
                        turned = False
                    elif 30 <= code <= 37 or 90 <= code <= 97:
                        fore = code - 30 if code < 90 else code - 82
                    elif 40 <= code <= 47 or 100 <= code <= 107:
                        back = code - 40 if code < 100 else code - 92
                    elif code == 39:
                        fore = 7
                    elif code == 49:
                        back = 0
            elif part:
                a, b = (back, fore) if turned else (fore, back)
                row += '<span style="color:%s;background:%s">%s</span>' % (COLOURS[a], COLOURS[b], html.escape(part))
        out.append(row or " ")
    return "\n".join(out)


def picture(page, name, width, height):
    with tempfile.TemporaryDirectory() as folder:
        if not page.startswith("file:"):
            with open(folder + "/page.html", "w", encoding="utf-8") as f:
                f.write(page)
            page = "file://" + folder + "/page.html"
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + folder + "/profile", "--window-size=%d,%d" % (width, height),
                        "--screenshot=%s/docs/%s.png" % (paths.ROOT, name), page], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def terminal(text, name):
    lines = text.rstrip("\n").split("\n")
    style = "margin:0;padding:6px;background:#000;font:16px/18px 'DejaVu Sans Mono',monospace"
    picture('<meta charset="utf-8"><body style="margin:0;background:#000"><pre style="%s">%s</pre>' % (style, coloured(text)), name, 790, 18 * len(lines) + 18)


def main():
    work = tempfile.mkdtemp(prefix="gs.")
    place = "/run/triage/data-partition"
    made = not os.path.exists("/run/triage")
    paths.shell("python3", paths.ROOT + "/tests/evidence/make.py", "town", "-o", work)
    with open(work + "/key", "w") as f:
        f.write("right")
    paths.shell("qemu-img", "convert", "--object", "secret,id=s,file=" + work + "/key", "-O", "luks", "-o", "key-secret=s,iter-time=10", work + "/town.img", work + "/luks.img")
    os.makedirs(place, exist_ok=True)
    machine = paths.machine(work, "machine", work + "/town.img", work + "/luks.img", place=place)
    shutil.rmtree(place + "-ro", ignore_errors=True)
    for disk, size in (("sda", 128035676160), ("sdf", 64023257088)):
        open("%s/sys/block/%s/size" % (machine, disk), "w").write("%d\n" % (size // 512))
    t = paths.Terminal(work, work)
    shot = lambda name: (time.sleep(0.4), terminal(t.tmux("capture-pane", "-e", "-p"), name))
    try:
        for lang in sys.argv[1:] or ["nl", "en"]:
            t.begin("guide", lang, 80, 24, machine, more="--lang " + lang)
            t.at("DISKS_TITLE", "Space", "Down"); shot("guided-disks-" + lang)
            t.press("Up", *["Down"] * 5, "Space", "Enter")
            t.at("LOOK_TITLE", "Enter")
            t.at("KEY_TITLE"); t.type("123456-654321"); shot("guided-key-" + lang)
            t.press(*["BSpace"] * 20); t.type("right"); t.press("Enter")
            t.shows("KEY_OPENED", part=3); t.press("Enter")
            t.at("PLACE_TITLE"); shot("guided-place-" + lang)
            t.press("Enter"); t.at("CASE_TITLE", *["Enter"] * 6); t.at("PROFILE_TITLE", "Enter"); t.at("CONFIRM_TITLE", "Enter")
            t.at("RESULT_TITLE"); shot("guided-result-" + lang)
            t.press("Enter"); t.sees("ended")
            bundle = [place + "/" + n for n in os.listdir(place) if n.startswith("case-")][0]
            seal = paths.shell("sha256sum", bundle + "/tagmanifest-sha256.txt").stdout.decode()[:64]
            report = "%s/%s.html" % (work, lang)
            shutil.copy(bundle + "/data/report.html", report)
            picture("file://" + report + "#" + lang, "report-" + lang, 1000, 760)
            case = {"nl": "zaak", "en": "case"}.get(lang, "case")
            os.rename(bundle, work + "/" + case)
            act = paths.shell(paths.TRIAGE, "custody", "add", case, "--from", "J. Peeters", "--to", "A. Maes", "--place", {"nl": "Gemeentehuis"}.get(lang, "Town hall"), cwd=work)
            said = paths.shell(paths.TRIAGE, "verify", "--seal", seal, case, cwd=work).stdout.decode()
            grouped = " ".join(seal[i:i + 4] for i in range(0, 64, 4))
            wrap = lambda s: textwrap.fill(s, 78)
            terminal(wrap('$ triage verify --seal "%s" %s' % (grouped, case)) + "\n" + "\n".join(wrap(line) for line in said.rstrip("\n").split("\n")), "verify-" + lang)
            paths.shell("chmod", "-R", "u+w", work + "/" + case)
            shutil.rmtree(work + "/" + case)
    finally:
        t.close()
        if made:
            shutil.rmtree("/run/triage", ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
