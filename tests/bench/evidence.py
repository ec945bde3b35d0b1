"""evidence.py DIR INODES SHADOWS RUNS - see evidence.sh."""
import os, re, resource, shutil, subprocess, sys, time

folder, inodes, shadows, runs = sys.argv[1], int(sys.argv[2]), sys.argv[3] != "no", int(sys.argv[4])
triage, case = "build/triage", os.path.join(folder, "evidence.case")
disk, lock = "build/release/tests/tool_disk", "build/release/tests/tool_lock"
image = os.path.join(folder, "ext4.img")


def path(name):
    return os.path.join(folder, name)


def once(command):
    shutil.rmtree(case, ignore_errors=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status not in (0, 3):
        sys.exit("bench: %s ended with %d" % (" ".join(command), status))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.time() - start


def pair(what, a, b):
    """A B A B: the smallest of each, b to a."""
    taken = [(once(a), once(b)) for _ in range(runs)]
    cpu = [min(t[i][0] for t in taken) for i in (0, 1)]
    wall = [min(t[i][1] for t in taken) for i in (0, 1)]
    print("| %s | processor time %.2f (%.1f to %.1f s), clock %.2f (%.1f to %.1f s) |" % (what, cpu[1] / cpu[0], cpu[1], cpu[0], wall[1] / wall[0],
                                                                                 wall[1], wall[0]), flush=True)


def run(*options):
    return [triage, "run", "-q", "-o", case, "--no-archives", *options]


print("| what | ratio |\n| --- | --- |")
for level in ("none", "fast"):
    e01 = path("e01-" + level)
    if not os.path.exists(e01 + ".E01"):
        subprocess.run(["ewfacquire", "-q", "-u", "-c", level, "-S", "64G", "-t", e01, "-f", "encase6", "-m", "fixed", "-M", "logical", "-C", "x",
                        "-D", "x", "-e", "x", "-E", "x", "-N", "x", image], stdout=subprocess.DEVNULL, check=True)
    pair("E01 (%s): verify and triage, to `ewfverify`" % level, ["ewfverify", "-q", e01 + ".E01"], run(e01 + ".E01"))
    pair("E01 (%s): verify and triage, to triage of the raw image" % level, run(image), run(e01 + ".E01"))
dense = path("dense.img")  # no holes: what the container costs where it leaves nothing out
if not os.path.exists(dense):
    with open(image, "rb") as i, open(dense, "wb") as o:
        while o.tell() < 512 << 20:
            piece = i.read(1 << 20)
            if piece == b"":
                break
            if any(piece[at:at + 65536].strip(b"\0") for at in range(0, len(piece), 65536)):
                o.write(piece)
for form, name in (("qcow2", "dense.qcow2"), ("vmdk", "dense.vmdk"), ("vpc", "dense.vhd"), ("vhdx", "dense.vhdx")):
    if not os.path.exists(path(name)):
        subprocess.run(["qemu-img", "convert", "-O", form, dense, path(name)], check=True)
    pair("reading raw without holes, to reading %s" % name.split(".")[1], [disk, path(name)], [disk, dense])
for form, name in (("qcow2", "disk.qcow2"), ("vmdk", "disk.vmdk"), ("vpc", "disk.vhd")):
    if not os.path.exists(path(name)):
        subprocess.run(["qemu-img", "convert", "-O", form, image, path(name)], check=True)
    pair("reading raw, to reading %s" % name.split(".")[1], [disk, path(name)], [disk, image])

luks, key = path("luks.img"), path("luks.key")
with open(key, "wb") as f:
    f.write(b"bench")
for cipher, bits, name in (("aes-xts-plain64", 512, "aes-256-xts"), ("aes-xts-plain64", 256, "aes-128-xts"), ("aes-cbc-essiv:sha256", 256, "aes-256-cbc")):
    with open(luks, "wb") as f:
        f.truncate(272 << 20)
    subprocess.run(["cryptsetup", "luksFormat", "-q", "--type", "luks2", "--sector-size", "512", "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000",
                    "-c", cipher, "-s", str(bits), luks, key], check=True)
    ours, theirs = [], []
    for _ in range(runs + 1):
        said = subprocess.run([lock, "-q", "-t", "luks", luks, key], capture_output=True, text=True).stdout
        ours.append(float(re.search(r"speed (\d+)", said).group(1)))
        speed = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "512", "-decrypt", "-evp", name], capture_output=True, text=True).stdout
        theirs.append(float(re.findall(r"([\d.]+)k\s*$", speed)[-1]) / 1000)
    print("| `openssl speed` of %s in sectors of 512 bytes, to reading LUKS | %.2f (%.0f to %.0f MB/s a core) |" % (
        name, max(theirs) / max(ours), max(theirs), max(ours)), flush=True)

if shadows and os.path.exists(path("ntfs.img")):
    if not os.path.exists(path("shadows.img")):
        subprocess.run([sys.executable, "tests/bench/make_shadows.py", path("ntfs.img"), path("shadows.img")], check=True)
    pair("volume with three shadow copies that differ by 5 %, to the volume alone", run("--vss", "none", path("shadows.img")), run(path("shadows.img")))

sparse = path("sparse-1T.img")
if not os.path.exists(sparse):
    small = path("small.txt")
    with open(small, "w") as f:
        f.write("record of the register\n")
    with open(sparse, "wb") as f:
        f.truncate(1 << 40)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-N", str(inodes + 100000), sparse], check=True)
    script = path("small.debugfs")
    with open(script, "w") as f:
        for n in range(inodes):
            if n % 5000 == 0:
                f.write("cd /\nmkdir d%05d\n" % (n // 5000))
            if n % 500 == 0:
                f.write("cd /d%05d\nmkdir e%d\ncd e%d\n" % (n // 5000, n // 500 % 10, n // 500 % 10))
            f.write("write %s f%07d.txt\n" % (small if n % 8 == 0 else "/dev/null", n))
    subprocess.run(["debugfs", "-w", "-f", script, sparse], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    os.unlink(script)
peak = path("sparse-1T.peak")
cpu, wall = once([sys.executable, "tests/bench/peak.py", peak, *run("--no-image-hash", sparse)])
with open(peak) as f:
    print("| sparse ext4 image of 1 TiB, %d files | peak of all processes %s MiB, processor time %.0f s, clock %.0f s (image not hashed) |" % (
        inodes, f.read().strip(), cpu, wall))
shutil.rmtree(case, ignore_errors=True)
