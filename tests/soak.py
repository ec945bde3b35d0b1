#!/usr/bin/env python3
"""soak.py SECONDS TRIAGE IMAGE...: back-to-back runs over the images and mutants of them. Each bundle verifies; the peak memory of all processes and the
number of descriptors of the supervisor stay flat; no process is left. The last line tells the figures; exit 1 when something is not as it should be."""
import os, random, shutil, statistics, subprocess, sys, tempfile, time

seconds, triage, images = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
rng = random.Random(7)
work = tempfile.mkdtemp(prefix="triage-soak.")
runs, bad, memory, files, mutants = 0, [], {}, {}, 0


def children(pid):
    try:
        return [int(c) for c in open(f"/proc/{pid}/task/{pid}/children").read().split()]
    except OSError:
        return []


def private(pid):
    """Bytes that are this process's alone."""
    try:
        for line in open(f"/proc/{pid}/smaps_rollup"):
            if line.startswith("Private_Dirty:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def watch(arguments):
    """Run; the most private memory of all its processes, the most descriptors of the first."""
    p = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    most, handles, began = 0, 0, time.monotonic()
    while p.poll() is None:
        most = max(most, sum(private(q) for q in [p.pid] + children(p.pid)))
        try:
            handles = max(handles, len(os.listdir(f"/proc/{p.pid}/fd")))
        except OSError:
            pass
        if time.monotonic() - began > 300:
            bad.append(f"run {runs}: no end after 300 s")
            os.killpg(p.pid, 9)
        time.sleep(0.02)
    said = p.stderr.read().decode(errors="replace")
    try:
        os.killpg(p.pid, 0)
        bad.append(f"run {runs}: a process was left")
        os.killpg(p.pid, 9)
    except ProcessLookupError:
        pass
    return p.returncode, most, handles, said


end = time.monotonic() + seconds
while time.monotonic() < end or runs < 2 * len(images):
    source = images[runs % len(images)]
    target, bundle, mutant = os.path.join(work, "evidence.img"), os.path.join(work, "case"), runs // len(images) % 2 == 1
    shutil.copyfile(source, target)
    if mutant:
        mutants += 1
        with open(target, "r+b") as f:
            size = os.path.getsize(target)
            for _ in range(rng.choice([1, 16, 256])):
                f.seek(rng.randrange(size))
                f.write(bytes([rng.randrange(256)]))
    code, most, handles, said = watch([triage, "run", "-q", "-j", "2", "-o", bundle, target])
    if code not in (0, 1, 3, 4):
        bad.append(f"run {runs} of {source}: exit {code}: {said[-200:]}")
    if code == 1 and not said:
        bad.append(f"run {runs} of {source}: refused without a word")
    if code != 1 and subprocess.run([triage, "verify", "-q", bundle], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        bad.append(f"run {runs} of {source}: the bundle does not verify")
    if not mutant:
        memory.setdefault(source, []).append(most)
        files.setdefault(source, []).append(handles)
    shutil.rmtree(bundle, ignore_errors=True)
    runs += 1
for what, seen, allowed in (("memory", memory, 1.15), ("descriptors", files, 1.0)):
    for source, values in seen.items():
        quarter = max(1, len(values) // 4)
        first, last = statistics.median(values[:quarter]), statistics.median(values[-quarter:])
        if len(values) >= 8 and last > first * allowed + (8 << 20 if what == "memory" else 1):
            bad.append(f"{what} of {source} grew: {first} to {last}")
shutil.rmtree(work, ignore_errors=True)
for line in bad[:10]:
    print("#", line)
peak, most = max(v for l in memory.values() for v in l) >> 20, max(v for l in files.values() for v in l)
print(f"{runs} runs in {seconds:.0f} s, {mutants} over mutants: {len(bad)} wrong; at most {peak} MiB of private memory, {most} descriptors")
sys.exit(1 if bad else 0)
