"""make_image.py DIR - the bench images: a 6 GiB ext4 image of about 3 GB of the machine's own /usr, and an NTFS twin where FUSE is there.

Files are taken in sorted order, evenly spread over /usr, until 3 GB are reached.
"""
import os, shutil, subprocess, sys

LIMIT, SIZE = 3_000_000_000, "6G"
folder = sys.argv[1]
stage = os.path.join(folder, "stage")
shutil.rmtree(stage, ignore_errors=True)
names, total = [], 0
for base, dirs, files in os.walk("/usr"):
    dirs.sort()
    for name in sorted(files):
        path = os.path.join(base, name)
        if os.path.isfile(path) and not os.path.islink(path):
            names.append((path, os.path.getsize(path)))
            total += names[-1][1]
step = max(1.0, total / LIMIT)
taken, position = 0, 0.0
for i, (path, size) in enumerate(names):
    if i < position or taken + size > LIMIT:
        continue
    position += step
    taken += size
    target = stage + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copy2(path, target)
image = os.path.join(folder, "ext4.img")
subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", stage, image, SIZE], check=True)
try:
    twin, mount = os.path.join(folder, "ntfs.img"), os.path.join(folder, "twin")
    with open(twin, "wb") as f:
        f.truncate(6 << 30)
    subprocess.run(["mkntfs", "-q", "-F", "-Q", twin], check=True)
    os.makedirs(mount, exist_ok=True)
    subprocess.run(["ntfs-3g", twin, mount], check=True)
    try:
        subprocess.run(["cp", "-r", stage + "/usr", mount], check=False)
    finally:
        subprocess.run(["umount", mount], check=True)
except (OSError, subprocess.CalledProcessError) as why:
    print("no NTFS twin:", why)
    if os.path.exists(twin):
        os.unlink(twin)
shutil.rmtree(stage, ignore_errors=True)
