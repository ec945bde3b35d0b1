"""every.py TRIAGE SHIM EVIDENCE RULES RAN [SECONDS [CLASS...]] - of a small run with one rule, the n-th call fails, for every n: reads, writes, fsyncs, renames, opens for writing,
forks, sockets and steps of SQLite; of the allocations, each place that asks (by the FRAMES calls that lead to it) at its first, its second and its last time.

After each: the bundle is sealed, verifies and is the same case; or --resume ends as that; or there is none, and the message says why. What went well is appended to RAN and not
tried again, so that this goes on where it was cut off, or SECONDS were over. The last line is the sum; the exit status tells whether anything was wrong.
"""
import hashlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

FRAMES = 6
# class: errno, how, what the message says when the run fails
CLASSES = {
    "write": (28, "from", "no space left"), "sync": (5, "once", "input/output error"), "rename": (5, "once", "input/output error"),
    "open": (30, "from", "read-only file system"), "fork": (11, "from", "temporarily unavailable|cannot start"), "socket": (24, "from", "too many open files|cannot start"),
    "read": (5, "once", "."), "sqlite": (5, "once", "."), "memory": (12, "once", "."),
}
VIEWS = "evidence volumes filesystems files timeline matches extents findings coverage".split()
triage, shim, evidence, rules, ran_path = sys.argv[1:6]
until = time.time() + float(sys.argv[6]) if len(sys.argv) > 6 else None
wanted = sys.argv[7:] or list(CLASSES)
top = tempfile.mkdtemp(prefix="triage-every.")
bundle = top + "/case"
options = ["-q", "-j", "1", "--no-builtin-rules", "-r", rules]


def run(arguments, **shimmed):
    env = dict(os.environ, SOURCE_DATE_EPOCH="1670378400")
    if shimmed:
        env.update(shimmed, LD_PRELOAD=shim)
    p = subprocess.Popen([triage] + arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        said = p.communicate(timeout=60)[1]
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        return 124, p.communicate()[1].decode(errors="replace")
    return p.returncode, said.decode(errors="replace")


def picture(folder):
    """What the case says; problems and the chain of custody tell of the fault."""
    digest = hashlib.sha256()
    db = sqlite3.connect("file:%s/data/case.db?mode=ro&immutable=1" % folder, uri=True)
    for view in VIEWS:
        for row in db.execute("SELECT * FROM " + view):
            digest.update(repr(row).encode(errors="surrogateescape"))
    db.close()
    for name in "timeline.csv bodyfile.txt findings.jsonl".split():
        digest.update(open(folder + "/data/" + name, "rb").read())
    return digest.hexdigest()


def wrong(status, said, cause):
    """What is wrong with what the run left, None for nothing; and how it ended."""
    if status < 0 or status >= 124:
        return "exit %d: %s" % (status, said[:300]), ""
    if status not in (0, 3) and not re.search(cause, said.lower()):
        return "the message does not name the cause: " + said[:300], ""
    if os.path.exists(bundle + "/tagmanifest-sha256.txt"):
        if os.path.exists(bundle + "/work"):
            run(["run", "-q", "--resume", bundle])
        if run(["verify", "-q", bundle])[0] != 0:
            return "sealed and not whole (exit %d)" % status, ""
        return (None if status == 3 or picture(bundle) == want else "sealed as another case (exit %d)" % status), "sealed"
    if status in (0, 3):
        return "exit %d without a seal" % status, ""
    if not os.path.exists(bundle + "/work"):
        return None, "absent"
    status, said = run(["run", "-q", "--resume", bundle])
    if re.search("begin a new run|nothing to resume", said):
        return None, "absent"
    if status not in (0, 3) or run(["verify", "-q", bundle])[0] != 0:
        return "not resumable (exit %d): %s" % (status, said[:300]), ""
    return (None if status == 3 or picture(bundle) == want else "another case after --resume"), "resumed"


def clear():
    shutil.rmtree(bundle, ignore_errors=True)


def places():
    """The numbers of the allocations that are tried."""
    seen = {}
    for line in open(top + "/places"):
        n, place = line.split()
        seen.setdefault(place, []).append(int(n))
    return sorted({n for all_of_it in seen.values() for n in all_of_it[:2] + all_of_it[-1:]}), len(seen), sum(map(len, seen.values()))


if run(["run", *options, "-o", bundle, evidence])[0] != 0:
    sys.exit("the run itself fails")
want = picture(bundle)
clear()
run(["run", *options, "-o", bundle, evidence], SHIM_FAIL="memory 12 999999999 once", SHIM_COUNT=top + "/count", SHIM_PLACES=top + "/places", SHIM_FRAMES=str(FRAMES))
counts = {line.split()[0]: int(line.split()[1]) for line in open(top + "/count")}
done = set(open(ran_path).read().splitlines()) if os.path.exists(ran_path) else set()
bad, sums, ends = 0, [], {"sealed": 0, "resumed": 0, "absent": 0}
for name in wanted:
    errno, how, cause = CLASSES[name]
    points, note = list(range(1, counts[name] + 1)), ""
    if name == "memory":
        points, sites, calls = places()
        note = " of %d in %d places" % (calls, sites)
    tried = 0
    # cut off, it has tried some of all phases
    for n in sorted(points, key=lambda n: n * 2654435761 % (1 << 32)):
        point = "%s %d of errno %d, %s" % (name, n, errno, how)
        before = [line for line in (point + ": " + e for e in ends) if line in done]
        if before:
            ends[before[0].rsplit(" ", 1)[1]] += 1
            tried += 1
            continue
        if until is not None and time.time() > until:
            break
        clear()
        status, said = run(["run", *options, "-o", bundle, evidence], SHIM_FAIL="%s %d %d %s" % (name, errno, n, how))
        fault, end = wrong(status, said, cause)
        tried += 1
        if fault:
            bad += 1
            print("not ok - %s: %s" % (point, fault.strip()), flush=True)
            continue
        ends[end] += 1
        with open(ran_path, "a") as ran:
            ran.write(point + ": " + end + "\n")
    sums.append("%s %d%s" % (name, tried, note if tried == len(points) else " of %d" % len(points) + note))
clear()
shutil.rmtree(top)
print("the n-th call fails (%s): %d sealed, %d resumed to the same case, %d absent, %d wrong" % (", ".join(sums), ends["sealed"], ends["resumed"], ends["absent"], bad))
sys.exit(1 if bad else 0)
