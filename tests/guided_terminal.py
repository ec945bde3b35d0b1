"""Guided mode on a terminal of tmux: what is typed, what is on the screen, the words that are to be there (triage/guided/text.def); TAP. See guided_paths.py."""
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TRIAGE = os.environ.get("TRIAGE", ROOT + "/build/triage")
LANGS = ["nl", "fr", "de", "en"]


def texts():
    source = open(ROOT + "/triage/guided/text.def", encoding="utf-8").read()
    found = {}
    for m in re.finditer(r'^TEXT\((\w+),\s*(.*?)\)\n(?=TEXT|\n|/\*|\Z)', source, re.S | re.M):
        parts, at = [], m.group(2)
        joined = re.sub(r'"\s*\n\s*"', "", at)
        for s in re.finditer(r'"((?:[^"\\]|\\.)*)"', joined):
            parts.append(s.group(1).replace('\\"', '"'))
        found[m.group(1)] = dict(zip(LANGS, parts))
    return found


SAY = texts()
failures = []
PATIENCE = float(os.environ.get("PATIENCE", "40"))


def report(fine, what, more=""):
    if not fine:
        failures.append(what)
    print(("ok - " if fine else "not ok - ") + what)
    if not fine and more:
        print("\n".join("# " + line for line in more.split("\n")))
    sys.stdout.flush()
    return fine


class Terminal:
    def __init__(self, folder, work):
        self.socket, self.folder, self.work, self.name, self.count = "triage-paths-%d" % os.getpid(), folder, work, "", 0

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True).stdout

    def begin(self, name, lang, width, height, machine, env="LC_ALL=C.UTF-8", more=""):
        self.name, self.lang, self.width, self.height, self.count = name, lang, width, height, 0
        self.tmux("kill-server")
        go = self.work + "/go"
        with open(go, "w") as f:
            f.write('cd "%s"; env %s TERM=screen "%s" guided --system "%s" %s; echo "ended $?"; sleep 600\n' % (self.work, env, TRIAGE, machine, more))
        for _ in range(50):
            if subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null", "-u", "new-session", "-d", "-x", str(width), "-y", str(height), "sh", go], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keep(self, text):
        self.count += 1
        with open("%s/%s-%s-%dx%d-%02d.txt" % (self.folder, self.name, self.lang, self.width, self.height, self.count), "w") as f:
            f.write(text)
        lines = text.split("\n")
        if any(len(line) > self.width for line in lines):
            report(False, "%s %s: no line is wider than %d" % (self.name, self.lang, self.width), text)
        tops = [i for i, line in enumerate(lines) if "┌" in line]
        if tops:
            top = tops[-1]
            left = lines[top].index("┌")
            right = lines[top].rindex("┐") if "┐" in lines[top] else -1
            bottom = next((i for i in range(top + 1, len(lines)) if "└" in lines[i]), -1)
            whole = right > left and bottom > top and all(len(lines[i]) > right and lines[i][left] in "│├" and lines[i][right] in "│┤▒▮↑↓█" or "#" in lines[i] for i in range(top + 1, bottom))
            if not whole:
                report(False, "%s %s: the window's border is whole" % (self.name, self.lang), text)

    def flat(self, text):
        inside = [line[line.index("│") + 1:line.rindex("│")] if line.count("│") > 1 else line for line in text.split("\n")]
        return re.sub(r"[\s▒▮█]+", " ", " ".join(inside))

    def sees(self, words, seconds=PATIENCE):
        wanted = re.sub(r"\s+", " ", words).strip()
        until = time.time() + seconds
        text = ""
        while time.time() < until:
            text = self.screen()
            if wanted in self.flat(text):
                time.sleep(0.15)
                text = self.screen()
                self.keep(text)
                return True
            time.sleep(0.1)
        report(False, "%s %s %dx%d: %s" % (self.name, self.lang, self.width, self.height, wanted), text)
        return False

    def say(self, word, first="", part=None):
        """What is filled in cuts the text: the longest piece that nothing is filled into, its beginning."""
        pieces = re.split(r"\{\d\}", SAY[word][self.lang])
        piece = max(pieces, key=len).strip()
        return " ".join(piece.split(" ")[:part or 4])

    def shows(self, word, seconds=PATIENCE, part=None):
        return self.sees(self.say(word, part=part), seconds)

    def press(self, *keys):
        for k in keys:
            self.tmux("send-keys", k)
            time.sleep(0.05)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def at(self, title, *keys):
        """The page with this title and its buttons, which the one that says "wait" has not; then the keys. The title stands in the border: cut on a narrow screen."""
        words = SAY[title][self.lang]
        until = time.time() + PATIENCE
        while not re.search(r"<\w[^<>]*>", self.screen()) and time.time() < until:
            time.sleep(0.1)
        fine = self.sees(words[:self.width - 8] if len(words) > self.width - 10 else words)
        until = time.time() + PATIENCE
        while not re.search(r"<\w[^<>]*>", self.screen()) and time.time() < until:
            time.sleep(0.1)
        self.press(*keys)
        return fine

    def close(self):
        self.tmux("kill-server")
