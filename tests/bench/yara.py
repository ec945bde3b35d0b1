"""yara.py RULES TREE [EVERY [TURNS]] - processor time of the search with a pack of rules (a folder of .yar) over each EVERY-th file below TREE, to that of `yara` alone
with the same rules over the same files; compiling the rules is left out on both sides, the work of digests and types on ours. Mean of TURNS, by turns. Files of rules that
yara itself refuses are left out. What it finds is compared by tests/yara_equality.sh."""
import os, re, resource, subprocess, sys, tempfile

rules, tree = sys.argv[1:3]
every, turns = (int(a) for a in (sys.argv[3:5] + ["1", "1"])[:2]) if len(sys.argv) != 4 else (int(sys.argv[3]), 1)
names = [w for name in ("filename", "filepath", "extension", "filetype", "owner") for w in ("-d", name + "=x")]
subprocess.run(["make", "--no-print-directory", "-s", "build/release/tests/tool_scan"], check=True)


def spent(command, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr.decode(errors="replace")


packs = sorted(os.path.join(d, f) for d, _, files in os.walk(rules) for f in files if f.endswith(".yar"))
packs = [p for p in packs if subprocess.run(["yara", "-w", *names, p, "/dev/null"], capture_output=True).returncode == 0]
files = sorted(os.path.join(d, f) for d, _, found in os.walk(tree) for f in found if not os.path.islink(os.path.join(d, f)))
files = [f for f in files if os.path.isfile(f) and "\n" not in f][::every]
with tempfile.NamedTemporaryFile("w", suffix=".list") as listing:
    listing.write("".join(f + "\n" for f in files))
    listing.flush()
    theirs, ours = 0, 0
    for _ in range(turns):
        peer = ["yara", "-w", "-N", *names, "-p", "1"]
        theirs += spent([*peer, "--scan-list", *packs, listing.name])[0] - spent([*peer, *packs, "/dev/null"])[0]
        with open(listing.name) as lines:
            said = spent(["build/release/tests/tool_scan", "-q", "-t", *packs], stdin=lines)[1]
        ours += float(re.search(r"yara ([0-9.]+) s", said)[1])
    print("%d files, %d MB, %d files of rules, %d turn(s): ours %.1f s, yara %.1f s of processor time" % (len(files), sum(map(os.path.getsize, files)) / 1e6, len(packs), turns, ours / turns, theirs / turns))
    print("| search with the large pack, to `yara` alone, by processor time | %.2f |" % (ours / theirs))
