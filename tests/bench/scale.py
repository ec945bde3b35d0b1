"""scale.py TRIAGE DIR - cost per file at 500,000 files against 50,000: two ext4 images of small distinct files, one run each."""
import os, shutil, subprocess, sys, time

triage, folder = sys.argv[1:3]
cost = {}
for count in (50_000, 500_000):
    image = os.path.join(folder, "scale-%d.img" % count)
    if not os.path.exists(image):
        stage = os.path.join(folder, "scale-stage")
        shutil.rmtree(stage, ignore_errors=True)
        for i in range(count):
            where = os.path.join(stage, "%03d" % (i // 500 % 1000))
            if i % 500 == 0:
                os.makedirs(where, exist_ok=True)
            with open(os.path.join(where, "file%06d.txt" % i), "w") as f:
                f.write("record %d of the register\n" % i * (1 + i % 40))
        size = 64 + count * 5 // 1000
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-N", str(count + 5000), "-d", stage, image, "%dM" % size], check=True)
        shutil.rmtree(stage)
    bundle = os.path.join(folder, "scale.case")
    shutil.rmtree(bundle, ignore_errors=True)
    start = time.time()
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "peak.py"), os.path.join(folder, "scale-%d.peak" % count),
                    triage, "run", "-q", "-o", bundle, image], check=True, stdout=subprocess.DEVNULL)
    cost[count] = (time.time() - start) / count
    with open(os.path.join(folder, "scale-%d.peak" % count)) as f:
        print("  %d files: %.1f s, %.3f ms a file, peak %s MiB" % (count, cost[count] * count, cost[count] * 1000, f.read().strip()))
    shutil.rmtree(bundle, ignore_errors=True)
print("| cost per file at 500,000 files to that at 50,000 | %.2f |" % (cost[500_000] / cost[50_000]))
