"""timeline.py TRIAGE FOLDER [EVENTS] - a timeline of very many events (10,000,000): is it written in order, and in how much memory?

Writes access logs of eight sites whose requests lie between each other, examines them, samples the memory of all processes, then reads case.db, timeline.csv and
timeline.jsonl from end to end: as many events as there were requests, none before the one above it. Needs some 17 GB for ten million, and takes them away again.
"""
import os, random, re, resource, shutil, sqlite3, subprocess, sys, time

triage, folder = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 10000000
logs, case = os.path.join(folder, "timeline-logs"), os.path.join(folder, "timeline-case")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
PAGES = ("/?n=%d", "/loket/afspraak?n=%d", "/nieuws/%d", "/css/a.css?n=%d", "/api/v1/items/%d", "/zoek?q=%d", "/img/%d.png")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "curl/8.5.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0")


def make():
    pick = random.Random(4)
    files = [open(os.path.join(logs, "site%d-access.log" % i), "w") for i in range(8)]
    day, text = None, ""
    for i in range(count):
        site = i % 8
        t = 1767225600 + i // 8 * 25 + site * 7 % 25 + pick.randrange(20)
        if t // 86400 != day:
            day, at = t // 86400, time.gmtime(t)
            text = "%02d/%s/%d" % (at.tm_mday, MONTHS[at.tm_mon - 1], at.tm_year)
        s = t % 86400
        files[site].write('10.%d.%d.%d - - [%s:%02d:%02d:%02d +0000] "GET %s HTTP/1.1" 200 %d "-" "%s"\n' % (pick.randrange(4), pick.randrange(256), pick.randrange(256), text, s // 3600, s // 60 % 60, s % 60,
                          PAGES[pick.randrange(7)] % i, pick.randrange(90000), AGENTS[i % 3]))
    for f in files:
        f.close()


def family(root):
    above = {}
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % p) as f:
                above[int(p)] = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            pass
    found, grew = {root}, True
    while grew:
        more = {p for p, parent in above.items() if parent in found} - found
        found, grew = found | more, bool(more)
    return found


def number(path, mark):
    try:
        with open(path) as f:
            return next(int(l.split()[1]) for l in f if l.startswith(mark))
    except (OSError, StopIteration):
        return 0


def in_order(path, pattern, skip):
    rows, wrong, last = 0, 0, None
    with open(path, "rb", 1 << 20) as f:
        for _ in range(skip):
            f.readline()
        for line in f:
            t = int(pattern.search(line).group(1))
            rows, wrong, last = rows + 1, wrong + (last is not None and t < last), t
    return rows, wrong


for d in (logs, case):
    shutil.rmtree(d, ignore_errors=True)
os.makedirs(logs)
make()
start, peaks, together, journal = time.time(), {}, 0, 0
process = subprocess.Popen([triage, "run", "-q", "--no-extract", "-o", case, logs], stdout=subprocess.DEVNULL)
while process.poll() is None:
    time.sleep(0.2)
    total = 0
    for p in family(process.pid):
        peaks[p] = max(peaks.get(p, 0), number("/proc/%d/status" % p, "VmHWM:"))
        total += number("/proc/%d/smaps_rollup" % p, "Pss:")
    together = max(together, total)
    for d, _, names in os.walk(case):
        for n in names:
            if n.startswith("journal") and os.path.exists(os.path.join(d, n)):
                journal = max(journal, os.path.getsize(os.path.join(d, n)))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
took = time.time() - start
size = sum(os.path.getsize(os.path.join(d, n)) for d, _, names in os.walk(case) for n in names)
db = sqlite3.connect(case + "/data/case.db")
events, early = db.execute("SELECT count(*), total(time < before) FROM (SELECT time, lag(time) OVER (ORDER BY event_id) AS before FROM t_event)").fetchone()
files = db.execute("SELECT count(*) FROM timeline").fetchone()[0] if count <= 1000000 else None
csv = in_order(case + "/data/timeline.csv", re.compile(rb",-?\d{4,}-\d\d-\d\dT[0-9:.]+\+00:00,(-?\d+),"), 1)
jsonl = in_order(case + "/data/timeline.jsonl", re.compile(rb'"timestamp": ?(-?\d+)'), 0)
right = process.returncode in (0, 3) and events == count and not early and not csv[1] and not jsonl[1] and csv[0] == jsonl[0] and csv[0] > count and files in (None, csv[0])
print("| timeline of %s events | %.0f s, processor time %.0f s; largest process %d MiB, all together %d MiB; journal %d MB, bundle %.1f GB; rows out of order: case.db %d, csv %d, jsonl %d |" %
      (format(events, ","), took, used.ru_utime + used.ru_stime, max(peaks.values()) >> 10, together >> 10, journal // 1000000, size / 1e9, early, csv[1], jsonl[1]))
for d in (logs, case):
    shutil.rmtree(d, ignore_errors=True)
sys.exit(0 if right else 1)
