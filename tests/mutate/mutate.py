"""
mutate.py WORK [--mutants N] [--seed S] [--triage PROGRAM] [--asan PROGRAM] [--corpus FOLDER] [--only K] [--ran FILE] [--table FILE]
          - damage evidence in N ways and examine it: the run ends within its time and memory, the bundle verifies, and all that lies outside the damage is
          found as before.

BATCH mutants of one image are the evidence of one case. When a run of them fails, each is run alone, so that the one that did it is known. Mutant K of a seed is
always the same; --only K examines it alone, keeps image and bundle in WORK and says what was changed. Every 10th case is examined by the --asan program
when there is one. --ran: a line for each case that was done; those that stand there (of this seed) are not done again, so a long run may be stopped.
"""
import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]
from damage import PLAIN, change, lost  # noqa: E402
from regions import Bundle, Region, regions  # noqa: E402
from sources import sources  # noqa: E402

BATCH = 20
MEMORY = 512 << 20      # --memory of each run
SECONDS = 120           # of the clock, for a mutant that takes less than one
RUNNER = subprocess.Popen([sys.executable, os.path.join(HERE, "runner.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, SOURCE_DATE_EPOCH="1795000000", ASAN_OPTIONS="detect_leaks=1:exitcode=99:allocator_may_return_null=1"))
Result = collections.namedtuple("Result", "status took largest said")
Mutant = collections.namedtuple("Mutant", "k region changes")
ZEROS = bytes(1 << 16)


class Source:
    def __init__(self, name, path, raw, options):
        self.name, self.path, self.raw, self.options = name, path, raw, options
        self.ending = os.path.splitext(path)[1]
        self.before = self.image = None

    def prepare(self, work, program):
        """What is found in it as it is, and where things lie."""
        if self.before is not None:
            return
        with open(self.path, "rb") as f:
            self.image = f.read()
        pieces = ((at, self.image[at:at + len(ZEROS)]) for at in range(0, len(self.image), len(ZEROS)))
        self.pieces = [(at, piece) for at, piece in pieces if piece != ZEROS[:len(piece)]]
        out = os.path.join(work, "before")
        r = run(program, self, [self.path], out)
        if r.status not in (0, 3, 4):
            sys.exit("mutate.py: %s: ends with %s before anything was changed: %s" % (self.name, r.status, r.said))
        self.before = Bundle(out)
        self.plain = not {k for k, _, _ in self.before.volumes} - PLAIN
        found = regions(self.path, self.image, self.before) if self.raw else head_regions(self.image)
        self.regions = [r for r in found if r.length > 0 and r.start + r.length <= len(self.image)]
        self.kinds = collections.defaultdict(list)
        for r in self.regions:
            self.kinds[r.what].append(r)

    def write(self, path, changes):
        """The image with its changes; what is zero stays a hole."""
        with open(path, "wb") as f:
            f.truncate(len(self.image))
            for at, new in self.pieces + changes:
                f.seek(at)
                f.write(new)


def head_regions(image):
    size = len(image)
    yield Region("header", None, 0, min(size, 4096), None)
    yield Region("header", None, max(0, size - 1024), min(size, 1024), None)
    yield Region("tables", None, min(size, 4096), max(0, min(size, 256 << 10) - 4096), None)
    at = 13
    for _ in range(100 if image[:8] == b"EVF\x09\x0d\x0a\xff\x00" else 0):
        yield Region("section", None, at, 76 + 24 + 64, None)
        after = int.from_bytes(image[at + 16:at + 24], "little")
        if not at < after < size - 76:
            break
        at = after
    yield Region("anywhere", None, 0, size, None)


def run(program, source, paths, out):
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "run", "-q", "-j", "1", "--no-image-hash", "--no-builtin-rules", "--memory", str(MEMORY), "--unit-timeout", "30s", "-o", out]
    RUNNER.stdin.write(json.dumps([command + list(source.options) + paths, out + ".said", SECONDS + 10 * (len(paths) - 1)]) + "\n")
    RUNNER.stdin.flush()
    status, took, largest = json.loads(RUNNER.stdout.readline())
    with open(out + ".said", "rb") as said:
        return Result(status, took, largest, said.read().decode("utf-8", "replace"))


def faults_of(program, r, out):
    """What is wrong with the run and its bundle as a whole."""
    if r.status is None:
        return ["no end within its time"]
    faults = []
    if "asan" not in program and r.largest > MEMORY:
        faults.append("a process of %d MiB" % (r.largest >> 20))
    if "Sanitizer" in r.said or "runtime error" in r.said or r.status not in (0, 1, 3, 4):
        faults.append("ends with %s: %s" % (r.status, r.said.strip()[-1500:]))
    if not os.path.exists(out + "/tagmanifest-sha256.txt"):
        if r.status != 1 or not r.said.strip():
            faults.append("no bundle and no word why (%s)" % r.status)
    elif subprocess.run([program, "verify", "-q", out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        faults.append("the bundle does not verify")
    return faults


class Mutation:
    def __init__(self, args):
        self.args = args
        self.sources = [Source(*s) for s in sources(args.work, args.corpus)]
        self.known = [s for s in self.sources if s.raw and not s.name.startswith("corpus ")]
        self.scratch = tempfile.mkdtemp(prefix="mutate", dir="/dev/shm" if os.path.isdir("/dev/shm") else args.work)
        self.by, self.total, self.bad = collections.defaultdict(collections.Counter), collections.Counter(), 0
        self.slowest = self.largest = 0

    def source_of(self, batch):
        """Every other case is of the images whose structures are known best."""
        source = self.known[batch // 2 % len(self.known)] if batch % 2 else self.sources[batch // 2 % len(self.sources)]
        source.prepare(self.args.work, self.args.triage)
        return source

    def mutant(self, source, k):
        rng = random.Random(self.args.seed << 32 | k)
        kinds = sorted(source.kinds)
        if len(kinds) > 1 and rng.random() < 0.9:
            kinds.remove("anywhere")
        region = rng.choice(source.kinds[rng.choice(kinds)])
        return Mutant(k, region, change(rng, source.image, region))

    def tell(self, source, m, what):
        self.bad += 1
        self.by[m.region.what]["faults"] += 1
        kept = os.path.join(self.args.work, "mutant_%d_%d%s" % (self.args.seed, m.k, source.ending))
        source.write(kept, m.changes)
        print("not ok - mutant %d: %s, %s at %d: %s: %s" % (m.k, source.name, m.region.what, m.region.start,
              " ".join("%d+%d" % (at, len(new)) for at, new in m.changes), what), flush=True)

    def examine(self, program, source, mutants):
        """Mutants as one case. False: it went wrong, and there are several, of which it is not known which did it."""
        out = os.path.join(self.args.work, "mutant")
        paths = [os.path.join(self.scratch, "m%02d%s" % (i, source.ending)) for i in range(len(mutants))]
        for path, m in zip(paths, mutants):
            source.write(path, m.changes)
        r = run(program, source, paths, out)
        faults = faults_of(program, r, out)
        sealed = os.path.exists(out + "/tagmanifest-sha256.txt")
        if len(mutants) > 1 and (faults or not sealed):
            return False
        self.slowest = max(self.slowest, r.took / len(mutants))
        self.largest = max(self.largest, 0 if "asan" in program else r.largest)
        after = Bundle(out, each=True) if sealed else None
        for i, m in enumerate(mutants):
            self.count(source, m, after, i + 1, faults)
        for path in paths:
            os.unlink(path)
        return True

    def count(self, source, m, after, evidence, faults):
        c = self.by[m.region.what]
        c["runs"] += 1
        for f in faults:
            self.tell(source, m, f)
        if after is None:
            c["refused"] += 1
            return
        lost_workers = after.lost[evidence]
        c["workers lost"] += lost_workers
        if lost_workers:
            print("# a worker was lost: mutant %d of %s, %s" % (m.k, source.name, m.region.what), flush=True)
        gone, looked = lost(source, after.of[evidence], m.changes)
        c["looked for"] += looked > 0
        c["files"] += looked
        if gone:
            self.tell(source, m, "%d of %d files outside the damage not found: %s" % (len(gone), looked, ", ".join(gone[:5])))

    def batch(self, batch):
        source = self.source_of(batch)
        mutants = [self.mutant(source, k) for k in range(batch * BATCH, min((batch + 1) * BATCH, self.args.mutants))]
        program = self.args.asan if self.args.asan and batch % 10 == 9 else self.args.triage
        # layers whose members lie in several EVIDENCE would find each other's: where files are looked for, each is a case
        if (source.raw and not source.plain and "content" in source.kinds) or not self.examine(program, source, mutants):
            for m in mutants:
                self.examine(program, source, [m])
        return len(mutants)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("work")
    p.add_argument("--mutants", type=int, default=10000)
    p.add_argument("--seconds", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--triage", default="build/triage")
    p.add_argument("--asan", default="")
    p.add_argument("--corpus", default="")
    p.add_argument("--only", type=int)
    p.add_argument("--ran", default="")
    p.add_argument("--table", default="")
    args = p.parse_args()
    os.makedirs(args.work, exist_ok=True)
    m = Mutation(args)
    began, done = time.monotonic(), 0
    try:
        done = one(m, args) if args.only is not None else many(m, args, began)
    finally:
        shutil.rmtree(m.scratch, ignore_errors=True)
    for what, c in sorted(m.by.items()):
        print("# %-12s %6d mutants, %d refused, %d with workers lost, in %d %d files looked for, %d faults" %
              (what, c["runs"], c["refused"], c["workers lost"], c["looked for"], c["files"], c["faults"]))
    print("# slowest %.1f s, largest process %d MiB, %d sources, seed %d, %d s" % (m.slowest, m.largest >> 20, len(m.sources), args.seed, time.monotonic() - began))
    if args.table:
        with open(args.table, "a") as f:
            for what, c in sorted(m.by.items()):
                f.write("\t".join(map(str, (what, c["runs"], c["refused"], c["workers lost"], c["looked for"], c["files"], c["faults"]))) + "\n")
    print("%s - %d mutants: each ends in time and memory, bundles verify, what is outside the damage is found" % ("not ok" if m.bad else "ok", done))
    sys.exit(1 if m.bad else 0)


def one(m, args):
    source = m.source_of(args.only // BATCH)
    mutant = m.mutant(source, args.only)
    print("mutant %d: %s, %s: %s" % (args.only, source.name, mutant.region, mutant.changes))
    source.write(os.path.join(args.work, "mutant_%d_%d%s" % (args.seed, args.only, source.ending)), mutant.changes)
    m.examine(args.asan if args.asan and args.only // BATCH % 10 == 9 else args.triage, source, [mutant])
    return 1


def many(m, args, began):
    done, ran = 0, set()
    if args.ran and os.path.exists(args.ran):
        with open(args.ran) as f:
            ran = {int(x[1]) for x in (line.split("\t") for line in f) if x[0] == str(args.seed)}
    for batch in range((args.mutants + BATCH - 1) // BATCH):
        if args.seconds and time.monotonic() - began > args.seconds:
            break
        if batch in ran:
            continue
        before = {w: collections.Counter(c) for w, c in m.by.items()}
        done += m.batch(batch)
        if args.ran:
            with open(args.ran, "a") as f:
                for what, c in sorted(m.by.items()):
                    d = c - before.get(what, collections.Counter())
                    if d:
                        f.write("\t".join(map(str, (args.seed, batch, what, d["runs"], d["refused"], d["workers lost"], d["looked for"], d["files"], d["faults"],
                                                    "%.2f" % m.slowest, m.largest >> 20))) + "\n")
    return done


main()
