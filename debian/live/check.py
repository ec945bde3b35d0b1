#!/usr/bin/env python3
"""check.py [SCENE...] - the live image, booted in qemu by nobody, through its serial line; see `scenes` at the end. TAP on stdout, all that the
machine said in build/live/check/SCENE.log. Everything is compared afterwards: bundles verified, the victim's bytes as they were."""
import glob
import hashlib
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
import zlib

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
WORK = os.path.join(TOP, "build/live/check")
TRIAGE = os.path.join(TOP, "build/triage")
CORPUS = os.environ.get("TRIAGE_CORPUS", os.path.join(TOP, "../shared/corpus"))
SLOW = float(os.environ.get("LIVE_SLOW", "1"))		# all waiting, times this
MIB = 1 << 20
failures = 0


def ok(what, good, why=""):
    global failures
    failures += not good
    print(("ok - " if good else "not ok - ") + what, flush=True)
    for line in str(why).splitlines()[-12:] if not good else []:
        print("# " + line, flush=True)
    return good


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more).stdout.decode(errors="replace")


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            h.update(piece)
    return h.hexdigest()


def png(ppm, path):
    """A screendump (P6) as PNG."""
    magic, width, height, _ = re.match(rb"(P6)\s+(\d+)\s+(\d+)\s+(\d+)\s", ppm).groups()
    width, height = int(width), int(height)
    pixels = ppm[len(ppm) - width * height * 3:]
    rows = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3] for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


class Lost(Exception):
    pass


class Machine:
    """A computer with disks, told by their options; its serial line, and its screen."""

    def __init__(self, scene, drives, memory=2048, uefi=False):
        self.scene, self.text, self.at, self.started = scene, "", 0, time.time()
        self.log = open(os.path.join(WORK, scene + ".log"), "ab")
        self.socket = os.path.join(WORK, scene + ".monitor")
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        command = ["qemu-system-x86_64", "-name", scene, "-machine", "q35", "-m", str(memory), "-smp", os.environ.get("LIVE_CPUS", "1"), "-nic", "none", "-display", "none", "-vga", "std",
                   "-no-reboot", "-serial", "stdio", "-monitor", "unix:%s,server=on,wait=off" % self.socket, "-device", "qemu-xhci"]
        command += ["-accel", "kvm"] if os.environ.get("LIVE_KVM") else ["-accel", "tcg,thread=multi"]
        if uefi:
            variables = os.path.join(WORK, scene + ".vars")
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
            command += ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd", "-drive", "if=pflash,format=raw,unit=1,file=" + variables]
        for drive in drives:
            command += drive
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def _read(self):
        piece = self.process.stdout.read()
        if piece:
            self.log.write(piece)
            self.log.flush()
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", piece.decode("utf-8", errors="replace"))
        return bool(piece)

    def expect(self, pattern, seconds=300):
        """Wait for it, behind what was waited for before; the match."""
        end = time.time() + seconds * SLOW
        while True:
            self._read()
            found = re.search(pattern, self.text[self.at:])
            if found:
                self.at += found.end()
                return found
            if self.process.poll() is not None:
                raise Lost("the machine went off while %r was waited for:\n%s" % (pattern, self.text[-600:]))
            if time.time() > end:
                raise Lost("%r did not come:\n%s" % (pattern, self.text[-600:]))
            time.sleep(0.2)

    def send(self, line=""):
        self.process.stdin.write((line + "\n").encode())
        self.process.stdin.flush()

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(self.socket)
            s.recv(4096)
            s.sendall((command + "\n").encode())
            got = b""
            while not got.rstrip().endswith(b"(qemu)"):
                got += s.recv(65536)
        return got

    def screen(self, path):
        ppm = os.path.join(WORK, self.scene + ".ppm")
        self.monitor("screendump " + ppm)
        with open(ppm, "rb") as f:
            png(f.read(), path)

    def off(self, seconds=180):
        try:
            end = time.time() + seconds * SLOW
            while self.process.poll() is None and time.time() < end:
                self._read()
                time.sleep(0.2)
            return self.process.poll() is not None
        finally:
            self.cut()

    def cut(self):
        """The power goes."""
        self.process.kill()
        self.process.wait()
        self._read()
        self.log.close()


# --- drives ---

def usb(path, name, boot=None):
    return ["-drive", "if=none,format=raw,id=%s,file=%s" % (name, path), "-device", "usb-storage,drive=%s,removable=on,serial=%s%s" % (name, name, ",bootindex=%d" % boot if boot is not None else "")]


def sata(path, name):
    return ["-drive", "if=none,format=raw,id=%s,file=%s" % (name, path), "-device", "ide-hd,drive=%s,serial=%s" % (name, name)]


def failing(path, name, sector):
    """Reads that touch this sector fail."""
    return ["-blockdev", "driver=blkdebug,node-name=%s,image.driver=file,image.filename=%s,inject-error.0.event=read_aio,inject-error.0.errno=5,inject-error.0.sector=%d" % (name, path, sector),
            "-device", "ide-hd,drive=%s,serial=%s" % (name, name)]


def cdrom(path):
    return ["-drive", "if=none,media=cdrom,readonly=on,id=disc,file=" + path, "-device", "ide-cd,drive=disc,bootindex=0"]


def image():
    found = sorted(glob.glob(os.path.join(TOP, "build/live/triage-live-*.iso")))
    if not found:
        sys.exit("no image: make live first")
    return found[-1]


def stick(name, size=3072):
    """The image on a stick, as it is written to one."""
    path = os.path.join(WORK, name + ".stick")
    run("cp", "--sparse=always", image(), path)
    os.truncate(path, size * MIB)
    return path


def victim(name):
    path = os.path.join(WORK, name + ".img")
    run("cp", "--sparse=always", os.path.join(WORK, "town.img"), path)
    return path


def data_disk(name, size):
    path = os.path.join(WORK, name + ".data")
    if os.path.exists(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.truncate(size * MIB)
    run("sfdisk", "-q", path, input=b"label: dos\nstart=2048, type=7\n")
    part = path + ".part"
    with open(part, "wb") as f:
        f.truncate(size * MIB - MIB)
    run("mkfs.exfat", "-L", "TRIAGE-DATA", part)
    run("dd", "if=" + part, "of=" + path, "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none")
    os.unlink(part)
    return path


def bundles_of(path, name):
    """What lies on the data partition of a stick or disk, read without mounting it: folders of bundles."""
    table = run("sfdisk", "-q", "-l", "-o", "Device,Start,Type", path)
    start = [line.split()[1] for line in table.splitlines() if re.search(r"HPFS|NTFS|exFAT", line)]
    if not start:
        raise Lost("no data partition on " + path + ":\n" + table)
    out = os.path.join(WORK, name + ".out")
    shutil.rmtree(out, ignore_errors=True)
    run("tsk_recover", "-a", "-o", start[-1], path, out)
    return sorted(os.path.dirname(p) for p in glob.glob(out + "/**/bagit.txt", recursive=True))


# --- what a person would do ---

def answer(m, title, line, seconds=120):
    m.expect("== " + title + " ==", seconds)
    m.expect(r"(stop|without|empty)\)?: $", seconds)
    m.send(line)


def begin(m, seconds=1500):
    """From the power button to the list of disks, in English."""
    m.expect("Language ==|Taal / Langue", seconds)
    ok(m.scene + ": guided mode after %d s" % (time.time() - m.started), True)
    m.expect(r": $")
    m.send("4")


def choose(m, serial):
    """The disk of this serial number; it returns what the page said of all."""
    at = m.at
    m.expect("== What is to be examined\\? ==")
    m.expect(r"q: stop: $")
    page = m.text[at:m.at]
    items = re.split(r"\n(?=\d+\. )", page)
    number = [re.match(r"(\d+)\. ", i).group(1) for i in items if serial in i and re.match(r"\d+\. ", i)]
    if not number:
        raise Lost("no disk " + serial + " in\n" + page)
    m.send(number[0])
    m.expect(r"q: stop: $")
    m.send()
    return page


def go(m, place="/run/triage/data-partition", profile="", key=None):
    answer(m, "What is on them", "")
    if key is not None:
        for k in key:
            answer(m, "Recovery key", k, 300)
        answer(m, "Recovery key", "", 600)
    page = pick_place(m, place)
    m.expect("== About the case ==")
    for value in ("2026-001", "K1", "J. Peeters", "Gemeente Voorbeeld", "", ""):
        m.expect(r"empty\): $")
        m.send(value)
    answer(m, "How thorough\\?", profile)
    answer(m, "Ready to begin", "")
    return page


def pick_place(m, place):
    at = m.at
    m.expect("== Where does the result go\\? ==")
    m.expect(r"q: stop\): $")
    page = m.text[at:m.at]
    number = re.search(r"\n(\d+)\. " + re.escape(place), page)
    if not number:
        raise Lost("no place " + place + " in\n" + page)
    m.send(number.group(1))
    return page


def done(m, seconds=2400):
    at = m.at
    found = m.expect("== (Done|That did not work|Stopped) ==", seconds)
    m.expect(r"q: stop: $")
    page = m.text[at:m.at]
    m.send()
    m.expect(r"triage> $")
    return found.group(1), page


def shell(m, command, seconds=120):
    """One command at the prompt of the menu's command line."""
    m.send("echo; %s; echo 'that ''was it'" % command)
    at = m.at
    m.expect("that was it\n", seconds)
    return m.text[at:m.at].split("\n", 1)[1]	# without the command, which comes back


def command_line(m, work):
    """From the menu into the command line, and back when the work is done."""
    m.send("4")
    m.expect(r"# $")
    work()
    m.send("exit")
    m.expect(r"triage> $")


def again(m):
    """From the menu to the first page, in English."""
    m.send("1")
    m.expect("Taal / Langue")
    m.expect(r": $")
    m.send("4")


def go_on(m, what):
    """The run that was not finished, to its end; then off."""
    answer(m, "An examination is not finished", "1")
    how, said = done(m)
    ok(m.scene + ": " + what, how == "Done", said)
    power_off(m)


def power_off(m):
    m.send("2")
    return ok(m.scene + ": it goes off by itself", m.off())


def look_around(m, victims):
    """Nothing mounted, no swap, no array, no network, every device but one read-only."""
    command_line(m, lambda: look(m, victims))


def look(m, victims):
    mounts = shell(m, "cat /proc/mounts")
    disks = [line.split()[0] for line in mounts.splitlines() if line.startswith("/dev/") and not line.startswith(("/dev/loop", "/dev/shm"))]
    ok(m.scene + ": nothing is mounted but the data partition", len(disks) <= 1 and all("triage/data-partition" in l for l in mounts.splitlines() if l.startswith(tuple(disks or ["-"]))), mounts)
    ok(m.scene + ": nothing is swapped to", "/dev/" not in shell(m, "cat /proc/swaps"))
    ok(m.scene + ": no array, no volume group", "dm-" not in (held := shell(m, "ls -d /sys/block/*/holders/* /sys/block/*/*/holders/* /sys/block/dm-* /sys/block/md* 2> /dev/null")) and "md" not in held, held)
    net = shell(m, "cat /proc/net/fib_trie; ls /sys/class/net")
    hosts = set(re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", net))
    ok(m.scene + ": no address but the loopback's (this machine has no network card)", hosts == {"127.0.0.1"}, net)
    modes = shell(m, "for d in /sys/class/block/*; do d=${d##*/}; echo \"$d $(blockdev --getro /dev/$d)\"; done")
    writable = [line.split()[0] for line in modes.splitlines() if re.fullmatch(r"\S+ 0", line)]
    ok(m.scene + ": every device is read-only but the data partition and the disk that it is on", len(writable) == 2 * len(disks) and all(d.replace("/dev/", "") in writable for d in disks), modes)
    for serial in victims:
        refused = shell(m, "d=$(readlink -f /dev/disk/by-id/*%s); echo x | dd of=$d bs=1 count=1 conv=notrunc 2>&1; blockdev --getro $d" % serial)
        ok(m.scene + ": writing to %s is refused by the kernel" % serial, re.search("not permitted|Read-only", refused) is not None, refused)


def check_bundle(scene, bundle, verdict=None):
    verified = subprocess.run([TRIAGE, "verify", bundle], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ok(scene + ": the bundle verifies", verified.returncode == 0, verified.stdout.decode(errors="replace"))
    sums = subprocess.run(["sha256sum", "-c", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"], cwd=bundle, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ok(scene + ": and by sha256sum alone", sums.returncode == 0, sums.stdout.decode(errors="replace"))
    if verdict:
        with open(os.path.join(bundle, "bag-info.txt"), encoding="utf-8") as f:
            text = f.read()
        ok(scene + ": verdict " + verdict, "Triage-Verdict: " + verdict in text, text)


def query(bundle, sql):
    return run("sqlite3", "-batch", os.path.join(bundle, "data/case.db"), sql).strip()


def one_bundle(scene, path, where):
    """The only bundle there, of a machine that was attacked; None when there is another number of them."""
    found = bundles_of(path, scene)
    if not ok("%s: one bundle lies on the %s" % (scene, where), len(found) == 1, found):
        return None
    check_bundle(scene, found[0], "compromised")
    return found[0]


# --- scenes ---

def scene_bios():
    """A stick that is new, started by BIOS: it gets its data partition; a victim is examined."""
    s, v = stick("bios"), victim("bios")
    before = digest(v)
    head = digest_of_image(s)
    m = Machine("bios", [usb(s, "STICK1", 0), sata(v, "VICTIM1")])
    try:
        begin(m)
        page = choose(m, "VICTIM1")
        ok("bios: the stick is listed and cannot be chosen", re.search(r"\d+\. sd\w  [^\n]*\[cannot be chosen\]", page) is not None, page)
        m.screen(os.path.join(WORK, "bios-tty1.png"))
        go(m)
        how, said = done(m)
        ok("bios: examined", how == "Done", said)
        look_around(m, ["VICTIM1"])
        power_off(m)
    finally:
        m.cut()
    ok("bios: the victim's bytes are as they were", digest(v) == before)
    ok("bios: the image on the stick is as it was, but for its partition table", digest_of_image(s) == head)
    bundle = one_bundle("bios", s, "stick")
    if bundle:
        ok("bios: its seal is the one that was shown", digest(os.path.join(bundle, "tagmanifest-sha256.txt")) in re.sub(r"[\s]", "", said), said)


def digest_of_image(path):
    """Of the bytes of the image behind its first sector, where the partition table is."""
    h, left = hashlib.sha256(), os.path.getsize(image()) - 512
    with open(path, "rb") as f:
        f.seek(512)
        while left > 0:
            piece = f.read(min(left, MIB))
            h.update(piece)
            left -= len(piece)
    return h.hexdigest()


def bitlocker():
    """A volume and its recovery password: a published one, else one made by the unit test."""
    path, archive = os.path.join(WORK, "bitlocker.img"), os.path.join(CORPUS, "images/cryptsetup/bitlk-images.tar.xz")
    if os.path.exists(archive):
        with open(path, "wb") as f:
            subprocess.run(["tar", "-xJOf", archive, "bitlk-images/bitlk-aes-xts-128.img"], check=True, stdout=f)
        conf = run("tar", "-xJOf", archive, "bitlk-images/images.conf")
        return path, re.search(r"\[bitlk-aes-xts-128\][^\[]*?\nRP=(\S+)", conf).group(1)
    print("# no corpus: a BitLocker volume is made instead", flush=True)
    run("sh", os.path.join(TOP, "debian/live/bitlocker.sh"), path)
    return path, "000011-000022-000033-000044-000055-000066-000077-720885"


def scene_uefi():
    """By UEFI, with 2 GiB: a BitLocker disk with a wrong and a right key, then a disk with a sector that cannot be read."""
    s, (b, key), d = stick("uefi"), bitlocker(), victim("uefi")
    os.truncate(b, (os.path.getsize(b) + 511) // 512 * 512)
    before = digest(b), digest(d)
    m = Machine("uefi", [usb(s, "STICK2", 0), sata(b, "LOCKED"), failing(d, "DAMAGED", 4096)], uefi=True)
    try:
        begin(m)
        choose(m, "LOCKED")
        go(m, key=["000000-000000", key])
        how, said = done(m)
        ok("uefi: BitLocker examined", how == "Done", said)
        again(m)
        choose(m, "DAMAGED")
        go(m)
        how, said = done(m)
        ok("uefi: damaged disk examined", how == "Done", said)
        look_around(m, ["LOCKED"])
        power_off(m)
    finally:
        m.cut()
    ok("uefi: both disks' bytes are as they were", (digest(b), digest(d)) == before)
    found = bundles_of(s, "uefi")
    if ok("uefi: two bundles lie on the stick", len(found) == 2, found):
        for bundle in found:
            check_bundle("uefi", bundle)
        locked = [query(f, "SELECT count(*) FROM volumes WHERE kind LIKE '%bitlocker%' AND state = 'examined'") for f in found]
        ok("uefi: the volume was opened", "1" in locked, locked)
        bad = [query(f, "SELECT code, message FROM problems") for f in found]
        ok("uefi: the sector that could not be read is named", any(re.search("unreadable|read error|cannot be read|bad sector", t) for t in bad), bad)


def scene_full():
    """From a disc, with a data disk that fills up while it works; then there is room again and it goes on."""
    v, d = victim("full"), data_disk("full", 120)
    before = digest(v)
    m = Machine("full", [cdrom(image()), usb(d, "DATA1"), sata(v, "VICTIM2")])
    try:
        begin(m)
        m.expect(r"q: stop: $")
        m.send("q")
        m.expect(r": $")
        m.send("2")
        m.expect(r"triage> $")
        command_line(m, lambda: shell(m, "(sleep 1; while [ ! -s /run/triage/data-partition/case-*/work/journal.db ]; do sleep 0.2; done; dd if=/dev/zero of=/run/triage/data-partition/fill bs=64k 2> /dev/null) &"))
        again(m)
        choose(m, "VICTIM2")
        go(m)
        how, said = done(m)
        ok("full: a data disk that fills up is told in words", how == "That did not work" and re.search("full|space|No space", said) is not None, said)
        command_line(m, lambda: shell(m, "rm /run/triage/data-partition/fill; sync"))
        again(m)
        go_on(m, "with room again it goes on to the end")
    finally:
        m.cut()
    ok("full: the victim's bytes are as they were", digest(v) == before)
    one_bundle("full", d, "data disk")


def scene_cut():
    """The power goes in the middle; at the next start it goes on where it was."""
    s, v = stick("cut"), victim("cut")
    before = digest(v)
    m = Machine("cut", [usb(s, "STICK3", 0), sata(v, "VICTIM3")])
    try:
        begin(m)
        choose(m, "VICTIM3")
        go(m)
        m.expect("Ctrl-C|examin", 300)
        m.expect(r"[1-9]\d* (?:of|/) \d+|\d+ files", 600)
    finally:
        m.cut()
    m = Machine("cut", [usb(s, "STICK3", 0), sata(v, "VICTIM3")])
    try:
        begin(m)
        go_on(m, "after a power cut it goes on to the end")
    finally:
        m.cut()
    ok("cut: the victim's bytes are as they were", digest(v) == before)
    bundle = one_bundle("cut", s, "stick")
    if bundle:
        acts = query(bundle, "SELECT action FROM custody")
        ok("cut: the chain of custody says that it was resumed", "resumed" in acts, acts)


scenes = {"bios": scene_bios, "uefi": scene_uefi, "full": scene_full, "cut": scene_cut}


def main():
    os.makedirs(WORK, exist_ok=True)
    town = os.path.join(WORK, "town.img")
    if not os.path.exists(town):
        run(sys.executable, os.path.join(TOP, "tests/evidence/make.py"), "town", "-o", WORK)
    for name in sys.argv[1:] or list(scenes):
        log = os.path.join(WORK, name + ".log")
        if os.path.exists(log):
            os.unlink(log)
        started = time.time()
        try:
            scenes[name]()
        except Lost as lost:
            ok(name + ": " + scenes[name].__doc__, False, lost)
        print("# %s took %d s" % (name, time.time() - started), flush=True)
    sys.exit(1 if failures else 0)


main()
