"""
mutate.py WORK [--mutants N] [--seed S] [--triage PROGRAM] [--asan PROGRAM] [--corpus FOLDER] [--only K] [--table FILE]
          - damage evidence in N ways and examine each: the run ends within its time and memory, the bundle verifies, and all that lies
          outside the damage is found as before.

WORK is a folder for images, which stay there for the next run. Mutant K of a seed is always the same; --only K does one, keeps the image
and the bundle in WORK, and says what was changed. Every 5th mutant is examined by the --asan program when there is one.
"""
import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]
from regions import KEEP, Bundle, Region, regions  # noqa: E402
from sources import sources  # noqa: E402

MEMORY = 512 << 20      # --memory of each run
SECONDS = 120           # of the clock, for a run that takes less than one
ODD = (0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
# damage of these kinds leaves every other file's row as it was; of these it may take names, but no content
ROWS = {"content", "gpt"}
CONTENTS = {"inode", "record", "folder", "mbr"}
RUNNER = subprocess.Popen([sys.executable, os.path.join(HERE, "runner.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, SOURCE_DATE_EPOCH="1795000000", ASAN_OPTIONS="detect_leaks=1:exitcode=99:allocator_may_return_null=1"))


class Source:
    def __init__(self, name, path, raw, options):
        self.name, self.path, self.raw, self.options = name, path, raw, options
        with open(path, "rb") as f:
            self.image = f.read()
        self.kinds = None


def run(program, source, out):
    """(status or None when it was ended, seconds, largest process in bytes, what it said)"""
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "run", "-q", "-j", "1", "--no-image-hash", "--no-builtin-rules", "--memory", str(MEMORY), "--unit-timeout", "30s", "-o", out]
    RUNNER.stdin.write(json.dumps([command + list(source.options) + [source.path], out + ".said", SECONDS]) + "\n")
    RUNNER.stdin.flush()
    status, took, largest = json.loads(RUNNER.stdout.readline())
    with open(out + ".said", "rb") as said:
        return status, took, largest, said.read().decode("utf-8", "replace")


def change(rng, data, region):
    """Changes within a region: list of (offset, new bytes)."""
    out = []
    whole = rng.random()
    if whole < 0.25:
        size = min(region.length, 512 << rng.randrange(5))
        at = region.start + (rng.randrange(region.length - size + 1) & ~511)
        fill = rng.randrange(4)
        other = rng.randrange(max(1, len(data) - size)) & ~511
        out.append((at, (bytes(size), b"\xff" * size, rng.randbytes(size), data[other:other + size])[fill]))
        return out
    for _ in range(1 + rng.randrange(6)):
        at = region.start + rng.randrange(region.length)
        room = region.start + region.length - at
        how = rng.randrange(4)
        if how == 0:
            new = bytes([data[at] ^ 1 << rng.randrange(8)])
        elif how == 1:
            new = rng.randbytes(1)
        else:
            width = 1 << rng.randrange(4)
            at -= (at - region.start) % width
            new = (rng.choice(ODD) & (1 << 8 * width) - 1).to_bytes(width, rng.choice(("little", "little", "big")))
        out.append((at, new[:room]))
    return out


def touched(changes, start, length):
    return any(at < start + length and start < at + len(new) for at, new in changes)


def lost(source, before, after, region, changes):
    """What should have been found and was not: list of lines."""
    if not source.raw or region.what not in ROWS | CONTENTS:
        return []
    hit = {f.file_id for f in before.files if any(touched(changes, *x) for x in before.extents[f.file_id])}
    roots = tuple(f.path + "!" for f in before.files if f.file_id in hit)
    whole = [f for f in before.kept() if f.file_id not in hit and not (roots and f.path.startswith(roots)) and
             not (region.inode and f.inode == region.inode and f.filesystem == region.filesystem)]
    if region.what in ROWS:
        there = {(f.path, f.size, f.mtime, f.sha256, f.state) for f in after.files}
        return [f.path for f in whole if (f.path, f.size, f.mtime, f.sha256, f.state) not in there]
    there = {(f.size, f.sha256) for f in after.files}
    return [f.path for f in whole if (f.size, f.sha256) not in there]


def judge(program, source, out, region, changes, before):
    """(faults, facts)"""
    status, took, largest, said = run(program, source, out)
    faults, facts = [], collections.Counter()
    asan = "Sanitizer" in said or "runtime error" in said
    facts["slowest"] = took
    if "asan" not in program:
        facts["largest"] = largest
        if largest > MEMORY:
            faults.append("a process of %d MiB" % (largest >> 20))
    if status is None:
        return ["no end within %d s" % SECONDS], facts
    if asan or status not in (0, 1, 3, 4):
        faults.append("ends with %s: %s" % (status, said.strip()[-1500:]))
    if not os.path.exists(out + "/tagmanifest-sha256.txt"):
        facts["refused"] += 1
        if status != 1 or not said.strip():
            faults.append("no bundle and no word why (%s)" % status)
        return faults, facts
    if subprocess.run([program, "verify", "-q", out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        faults.append("the bundle does not verify")
    after = Bundle(out)
    facts["workers lost"] = sum(n for code, n in after.problems.items() if code.startswith("worker-"))
    gone = lost(source, before, after, region, changes)
    facts["looked for"] += 1 if source.raw and region.what in ROWS | CONTENTS else 0
    if gone:
        faults.append("%d of %d files outside the damage not found: %s" % (len(gone), len(before.kept()), ", ".join(gone[:5])))
    return faults, facts


class Mutation:
    def __init__(self, args):
        self.args = args
        self.sources = [Source(*s) for s in sources(args.work, args.corpus)]
        self.known = [s for s in self.sources if s.raw and not s.name.startswith("corpus ")]
        self.before = {}
        self.base = args.seed

    def baseline(self, source):
        if source.name not in self.before:
            out = os.path.join(self.args.work, "before")
            status, _, _, said = run(self.args.triage, source, out)
            if status not in (0, 3, 4):
                sys.exit("mutate.py: %s: ends with %s before anything was changed: %s" % (source.name, status, said))
            bundle = Bundle(out)
            kinds = collections.defaultdict(list)
            for r in regions(source.path, source.image, bundle) if source.raw else head_regions(source):
                if r.length > 0 and r.start + r.length <= len(source.image):
                    kinds[r.what].append(r)
            source.kinds = dict(kinds)
            self.before[source.name] = bundle
        return self.before[source.name]

    def one(self, k, keep):
        rng = random.Random(self.base << 32 | k)
        # every other mutant is one of the images whose structures are known best
        source = self.known[k // 2 % len(self.known)] if k % 2 else self.sources[k // 2 % len(self.sources)]
        before = self.baseline(source)
        kinds = sorted(source.kinds)
        if len(kinds) > 1 and rng.random() < 0.9:
            kinds.remove("anywhere")
        region = rng.choice(source.kinds[rng.choice(kinds)])
        changes = change(rng, source.image, region)
        program = self.args.asan if self.args.asan and k % 10 in (4, 9) else self.args.triage
        out = os.path.join(self.args.work, "mutant")
        with open(source.path, "r+b") as f:
            for at, new in changes:
                f.seek(at)
                f.write(new)
        try:
            faults, facts = judge(program, source, out, region, changes, before)
            if keep or faults:
                shutil.copyfile(source.path, os.path.join(self.args.work, "mutant_%d%s" % (k, os.path.splitext(source.path)[1])))
        finally:
            with open(source.path, "r+b") as f:
                for at, new in changes:
                    f.seek(at)
                    f.write(source.image[at:at + len(new)])
        return source, region, changes, faults, facts


def head_regions(source):
    size = len(source.image)
    yield Region("header", None, 0, min(size, 4096), None)
    yield Region("header", None, max(0, size - 1024), min(size, 1024), None)
    yield Region("anywhere", None, 0, size, None)


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
    p.add_argument("--table", default="")
    args = p.parse_args()
    os.makedirs(args.work, exist_ok=True)
    m = Mutation(args)
    by, total, bad = collections.defaultdict(collections.Counter), collections.Counter(), 0
    slowest = largest = 0
    began, done = time.monotonic(), 0
    for k in [args.only] if args.only is not None else range(args.mutants):
        if args.seconds and time.monotonic() - began > args.seconds:
            break
        source, region, changes, faults, facts = m.one(k, args.only is not None)
        done += 1
        by[region.what]["runs"] += 1
        slowest, largest = max(slowest, facts.pop("slowest")), max(largest, facts.pop("largest", 0))
        by[region.what].update(facts)
        total.update(facts)
        where = "mutant %d: %s, %s at %d: %s" % (k, source.name, region.what, region.start, " ".join("%d+%d" % (at, len(new)) for at, new in changes))
        if facts["workers lost"]:
            print("# a worker was lost: %s" % where, flush=True)
        for f in faults:
            print("not ok - %s: %s" % (where, f), flush=True)
        bad += bool(faults)
        by[region.what]["faults"] += bool(faults)
        if args.only is not None:
            print(where)
    for what, c in sorted(by.items()):
        print("# %-12s %6d mutants, %d refused, %d with workers lost, files looked for in %d, %d faults" %
              (what, c["runs"], c["refused"], c["workers lost"], c["looked for"], c["faults"]))
    print("# slowest %.1f s, largest process %d MiB, %d sources, seed %d, %d s" % (slowest, largest >> 20, len(m.sources), args.seed, time.monotonic() - began))
    if args.table:
        with open(args.table, "a") as f:
            for what, c in sorted(by.items()):
                f.write("\t".join(map(str, (what, c["runs"], c["refused"], c["workers lost"], c["looked for"], c["faults"]))) + "\n")
    print("%s - %d mutants: each ends in time and memory, bundles verify, what is outside the damage is found" % ("not ok" if bad else "ok", done))
    sys.exit(1 if bad else 0)


main()
