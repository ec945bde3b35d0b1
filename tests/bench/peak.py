"""peak.py OUT COMMAND... - run a command and write the peak of the proportional memory of all its processes, in MiB, to OUT."""
import os, subprocess, sys, threading, time

def family(root):
    children = {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                with open("/proc/%s/stat" % p) as f:
                    children.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(p))
            except OSError:
                pass
    todo, found = [root], []
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found

def pss(pid):
    try:
        with open("/proc/%d/smaps_rollup" % pid) as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0

process = subprocess.Popen(sys.argv[2:])
peak, ended = 0, False

def watch():
    global peak
    while not ended:
        peak = max(peak, sum(pss(p) for p in family(process.pid)))
        time.sleep(1)

thread = threading.Thread(target=watch)
thread.start()
status = process.wait()
ended = True
thread.join()
with open(sys.argv[1], "w") as out:
    out.write("%d\n" % (peak // 1024))
sys.exit(status)
