#!/usr/bin/env python3
"""
kills.py POINTS TRIAGE IMAGE [--seed S] [--ran FILE] - `kill -9` of any process of a run at random moments, again and again.

Each point is a run over the image of which, at a random moment, the supervisor or one of its children (worker, opener, exporter) is killed; of every other one the run that
resumes it is killed as well. What the journal has for good when it is killed is all but what the last seconds did, the run that resumes it does none of that again, and it
ends as the same case as a run that nothing disturbed: rows and files, and it verifies. A run of which a worker is killed ends by itself as the same case; when it was an
exporter it says so, and is resumed. No process is left. --ran: a line for each point that was done; what stands there is not done again.
"""
import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

VIEWS = ("evidence", "volumes", "filesystems", "files", "timeline", "matches", "extents", "findings", "problems", "coverage")
FILES = ("timeline.csv", "bodyfile.txt", "findings.jsonl", "summary.json")
COMMIT = 2.1    # seconds from a commit to the next, and what a clock of the system may be late
RULE = 'rule mz { strings: $a = "MZ" condition: $a at 0 }\n'


def picture(bundle):
    """All but the custody chain, which tells of the interruption."""
    whole = hashlib.sha256()
    with sqlite3.connect("file:%s/data/case.db?mode=ro" % bundle, uri=True) as db:
        for view in VIEWS:
            for row in db.execute("SELECT * FROM %s" % view):
                whole.update(repr(row).encode())
    for name in FILES:
        with open(os.path.join(bundle, "data", name), "rb") as f:
            whole.update(f.read())
    return whole.hexdigest()


def results(path):
    """The results that a journal holds for good: number, object, digest. A copy is opened, so that it is not us who roll it back."""
    copy = tempfile.mkdtemp(prefix="journal.", dir=os.path.dirname(os.path.dirname(os.path.dirname(path))))
    try:
        for ending in ("", "-journal"):
            if os.path.exists(path + ending):
                shutil.copyfile(path + ending, os.path.join(copy, "journal.db" + ending))
        with sqlite3.connect(os.path.join(copy, "journal.db")) as db:
            return db.execute("SELECT result_id, unit_id, hex(sha256) FROM result ORDER BY result_id").fetchall()
    except sqlite3.Error:
        return []
    finally:
        shutil.rmtree(copy)


class Kills:
    def __init__(self, args):
        self.args, self.counts, self.wrong = args, collections.Counter(), []
        self.work = tempfile.mkdtemp(prefix="triage-kills.")
        self.rules, self.case = os.path.join(self.work, "mz.yar"), os.path.join(self.work, "case")
        with open(self.rules, "w") as f:
            f.write(RULE)
        # the bundle of a part keeps its journal: what was done once and what twice can be read from it
        self.command = [args.triage, "run", "-q", "-j", "2", "--shard", "1/2", "--no-builtin-rules", "-r", self.rules,
                        "--status-file", os.path.join(self.work, "status"), "-o", self.case, args.image]
        took = []
        for _ in range(3):
            began = time.monotonic()
            self.usual = self.end(self.start(self.command))    # 3 where the evidence itself has gaps
            took.append(time.monotonic() - began)
            self.want = picture(self.case)
            self.finished = len(results(self.case + "/data/shard/journal.db"))
            shutil.rmtree(self.case)
        self.took = statistics.median(took)

    def start(self, command):
        self.said = open(os.path.join(self.work, "said"), "w+b")
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.said, stdin=subprocess.DEVNULL, start_new_session=True)

    def end(self, p):
        """The exit status; all processes of the run have to be gone soon after."""
        try:
            status = p.wait(300)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
            return "no end"
        for _ in range(200):
            try:
                os.killpg(p.pid, 0)
            except ProcessLookupError:
                return status
            time.sleep(0.02)
        os.killpg(p.pid, signal.SIGKILL)
        return "a process was left"

    def words(self):
        self.said.seek(0)
        return self.said.read().decode(errors="replace").strip()[-300:]

    def done(self):
        """When the run last told its state, and the objects that it said were done."""
        try:
            with open(os.path.join(self.work, "status")) as f:
                status, at = json.load(f), os.fstat(f.fileno()).st_mtime
            return at, status["streams_done"] if status["phase"] == "examining" else 0
        except (OSError, ValueError):
            return 0.0, 0

    @staticmethod
    def settled(told):
        """The objects that are in the journal for good: after its state a run looks whether it is time for a commit, so that what it told lies behind one when it told
        its state twice after the time from a commit to the next, however long it waited for a processor in between."""
        told = sorted(set(told))
        return max([n for at, n in told[:-2] if at < told[-2][0] - COMMIT], default=0)

    def kill(self, p, rng, children_too):
        """After a random time: what was killed, and what it had told to be done some seconds before."""
        until, told = time.monotonic() + rng.uniform(0, 1.05) * self.took, []
        while time.monotonic() < until:
            if p.poll() is not None:
                return "over", 0
            told.append(self.done())
            time.sleep(0.05)
        victim = p.pid
        if children_too and rng.random() < 0.5:
            try:
                with open("/proc/%d/task/%d/children" % (p.pid, p.pid)) as f:
                    victim = int(rng.choice(f.read().split()))
            except (OSError, IndexError):
                pass
        settled = self.settled(told)
        try:
            if p.poll() is None:
                os.kill(victim, signal.SIGKILL)
                return "supervisor" if victim == p.pid else "child", settled
        except ProcessLookupError:
            pass
        return "over", 0

    def resume(self):
        status = os.path.join(self.work, "status")
        if os.path.exists(status):
            os.unlink(status)
        return self.start([self.args.triage, "run", "-q", "--status-file", status, "--resume", self.case])

    def judge(self):
        """What is there now is the case that was to be."""
        if not os.path.exists(self.case + "/manifest-sha256.txt"):
            return "not sealed"
        if picture(self.case) != self.want:
            return "another case"
        if subprocess.run([self.args.triage, "verify", "-q", self.case], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            return "does not verify"
        units = [x[1] for x in results(self.case + "/data/shard/journal.db")]
        return "" if len(units) == len(set(units)) == self.finished else "%d results of %d objects, not %d" % (len(units), len(set(units)), self.finished)

    def interrupted(self, rng, settled):
        """The run was killed: what became of it, what is wrong, results in the journal."""
        before = []
        for turn in (1, 2):
            now = results(self.case + "/work/journal.db") if os.path.exists(self.case + "/work/journal.db") else []
            if not os.path.isdir(self.case + "/work"):
                return ("sealed", self.judge(), 0) if os.path.exists(self.case + "/manifest-sha256.txt") else ("not begun", "lost" if before else "", 0)
            if len(now) < settled:
                return "resumed", "%d done some time ago, %d in the journal" % (settled, len(now)), len(now)
            # of a journal that is finished the results are put in another order
            if len(now) < self.finished and (now[:len(before)] != before or len(now) != len({x[1] for x in now})):
                return "resumed", "what was in the journal for good was done again", len(now)
            before = now
            p = self.resume()
            victim, settled = self.kill(p, rng, False) if turn == 1 and rng.random() < 0.5 else ("", 0)
            status = self.end(p)
            if victim != "supervisor":
                break
        if status == self.usual:
            return "resumed" if turn == 1 else "resumed after two kills", self.judge(), len(before)
        if not before and ("begin a new run" in self.words() or "nothing to resume" in self.words()):
            return "not begun", "", 0
        return "resumed", "exit %s: %s" % (status, self.words()), len(before)

    def point(self, k, turn=0):
        """What was killed, what became of it, what is wrong, results in the journal by then."""
        rng = random.Random(self.args.seed << 32 | turn << 24 | k)
        shutil.rmtree(self.case, ignore_errors=True)
        p, began = self.start(self.command), time.monotonic()
        victim, settled = self.kill(p, rng, True)
        status = self.end(p)
        if victim == "over":
            self.took = (self.took + time.monotonic() - began) / 2  # a machine that has other work is slower at times
        if not isinstance(status, int):
            return victim, "-", status, 0
        if victim == "supervisor" and status == -signal.SIGKILL:
            return (victim, *self.interrupted(rng, settled))
        if status == 1 and "--resume" in self.words():
            status = self.end(self.resume())
            return victim, "said so, resumed", self.judge() if status == self.usual else "exit %s: %s" % (status, self.words()), 0
        return victim, "ran on", self.judge() if status == self.usual else "exit %s: %s" % (status, self.words()), 0

    def run(self):
        done = {}
        if self.args.ran and os.path.exists(self.args.ran):
            with open(self.args.ran) as f:
                done = {int(x[1]): x[2:] for x in (line.rstrip("\n").split("\t") for line in f) if x[0] == str(self.args.seed)}
        for k in range(self.args.points):
            if k not in done:
                done[k] = [str(x) for x in self.point(k)]
                for turn in range(1, 4):
                    if done[k][0] != "over" or done[k][2]:
                        break
                    done[k] = [str(x) for x in self.point(k, turn)]  # it was over before it could be killed
                if self.args.ran:
                    with open(self.args.ran, "a") as f:
                        f.write("\t".join([str(self.args.seed), str(k)] + done[k]) + "\n")
            victim, became, wrong, kept = done[k]
            self.counts[victim + ": " + became] += 1
            self.counts["with results"] += int(kept) > 0
            if wrong:
                self.wrong.append(k)
                print("not ok - point %d of seed %d, %s: %s: %s" % (k, self.args.seed, victim, became, wrong), flush=True)
        shutil.rmtree(self.work, ignore_errors=True)
        kept = self.counts.pop("with results")
        print("%d points, %d with results in the journal: %d wrong (%s)" % (self.args.points, kept, len(self.wrong),
              ", ".join("%s %d" % (k, n) for k, n in sorted(self.counts.items()))))
        return 1 if self.wrong else 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("points", type=int)
    p.add_argument("triage")
    p.add_argument("image")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--ran", default="")
    sys.exit(Kills(p.parse_args()).run())


main()
