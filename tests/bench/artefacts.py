"""artefacts.py TRIAGE TOOL_PARSE FOLDER [LOG.evtx] - artefacts by processor time (user and system, all processes): parsers alone, and through the real program.

Through the program means `triage run` on a folder with that one file, without rules: what it takes until the journal is complete (the database of the case appears then),
and until the bundle is sealed; peak: proportional memory of all processes. LONG=yes adds a log of 3 GB and a timeline of ten million events, which take an hour on a
busy machine. Prints rows for the table of the README.
"""
import os, resource, shutil, subprocess, sys, time

triage, tool, folder = sys.argv[1:4]
log = sys.argv[4] if len(sys.argv) > 4 and os.path.exists(sys.argv[4]) else "fixtures/artefact/evtx/security.evtx"
maker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "artefact_make.py")
TICK = os.sysconf("SC_CLK_TCK")
runs = int(os.environ.get("RUNS", "3"))


def made(name, kind, size, *more):
    """In a folder of its own, so that nothing lies beside it."""
    place = os.path.join(folder, "made-" + name)
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, name)
    if not os.path.exists(path) or abs(os.path.getsize(path) - size) > size // 20:
        subprocess.run([sys.executable, maker, kind, path, str(size), *more], check=True, stdout=subprocess.DEVNULL)
    return path


def alone(path):
    best = None
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = subprocess.run([tool, "-q", path], stdout=subprocess.PIPE, check=True).stdout.decode()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = took if best is None or took < best else best
    return best, int(out.split("\t")[2].split()[0])


def family(root):
    children, todo, found = {}, [root], []
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                with open("/proc/%s/stat" % p) as f:
                    fields = f.read().rsplit(")", 1)[1].split()
                children.setdefault(int(fields[1]), []).append((int(p), fields))
            except OSError:
                pass
            if int(p) == root:
                found.append((root, fields))
    todo.append(root)
    while todo:
        for p, fields in children.get(todo.pop(), []):
            found.append((p, fields))
            todo.append(p)
    return found


def spent(found):
    # of each process, and of those that it has waited for
    return sum(sum(map(int, fields[11:15])) for _, fields in found) / TICK


def memory(found):
    total = 0
    for p, _ in found:
        try:
            with open("/proc/%d/smaps_rollup" % p) as f:
                total += next(int(l.split()[1]) for l in f if l.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total // 1024


def through(path, events_wanted=None):
    """Processor time to the journal and in all, wall clock, peak memory in MiB, events."""
    case = os.path.join(folder, "case")
    shutil.rmtree(case, ignore_errors=True)
    start, journal, peak, step = time.time(), None, 0, 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([triage, "run", "-q", "--no-builtin-rules", "--no-archives", "--no-extract", "-o", case, os.path.dirname(path)], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        time.sleep(0.05)
        done = journal is None and os.path.exists(case + "/data/case.db")
        step += 1
        if done or step % 10 == 0:
            found = family(process.pid)
            peak = max(peak, memory(found))
            journal = spent(found) if done else journal
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out = subprocess.run(["sqlite3", case + "/data/case.db", "SELECT count(*) FROM timeline WHERE source <> 'filesystem'"], stdout=subprocess.PIPE).stdout
    shutil.rmtree(case, ignore_errors=True)
    return journal or took, took, time.time() - start, peak, int(out or 0)


def tell_through(what, path):
    size = os.path.getsize(path) / 1e6
    journal, took, wall, peak, events = through(path)
    print("| %s (%.0f MB) through the program | to the journal %.1f s (%.0f MB/s), sealed %.1f s for %s events, %.0f s by the clock; peak %d MiB |" %
          (what, size, journal, size / journal, took, format(events, ","), wall, peak), flush=True)


only = os.environ.get("ONLY", "")
for name, what, kind, size, more in (("large.evtx", "event log", "evtx", 256 << 20, (log,)), ("SOFTWARE", "SOFTWARE hive", "hive", 100 << 20, ()), ("$J", "change journal", "usn", 1 << 30, ())):
    if only and only != kind:
        continue
    path = made(name, kind, size, *more)
    took, events = alone(path)
    print("| %s of %.0f MB, parser alone | %.2f s (%.0f MB/s a core), %s events |" % (what, os.path.getsize(path) / 1e6, took, os.path.getsize(path) / 1e6 / took, format(events, ",")), flush=True)
    if kind != "usn" or os.environ.get("LONG"):
        tell_through(what, path)
if os.environ.get("LONG") and only in ("", "evtx"):
    tell_through("event log", made("huge.evtx", "evtx", 3 << 30, log))
