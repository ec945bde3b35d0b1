"""A computer in qemu: its disks, its serial line, its screen, its keyboard, and what it sends on its network; TAP."""
import hashlib
import os
import re
import shutil
import socket
import struct
import subprocess
import time
import zlib

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
WORK = os.path.join(TOP, "build/live/check")
SLOW = float(os.environ.get("LIVE_SLOW", "1"))		# all waiting, times this
MAC = bytes.fromhex("525400123456")
failures = []


def ok(what, good, why=""):
    if not good:
        failures.append(what)
    print(("ok - " if good else "not ok - ") + what, flush=True)
    for line in str(why).splitlines()[-14:] if not good else []:
        print("# " + line, flush=True)
    return good


def note(what):
    print("# " + what, flush=True)


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
    width, height = (int(n) for n in re.match(rb"P6\s+(\d+)\s+(\d+)\s+\d+\s", ppm).groups())
    pixels = ppm[len(ppm) - width * height * 3:]
    rows = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3] for y in range(height))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(path, "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def frames(path):
    """What the machine itself sent: frames of a capture (pcap) whose source is its card."""
    with open(path, "rb") as f:
        data = f.read()
    found, at = [], 24
    while at + 16 <= len(data):
        length = struct.unpack_from("=I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + length]
        if frame[6:12] == MAC:
            found.append(frame)
        at += 16 + length
    return found


class Lost(Exception):
    pass


class Machine:
    """DRIVES: lists of options. UEFI: False, True, "secure" (Secure Boot with the keys of Microsoft). CLOCK: as qemu's -rtc base=. LEFT: drives that are plugged in later."""

    def __init__(self, scene, drives, memory=2048, uefi=False, clock=None):
        self.scene, self.text, self.at, self.started, self.plugged = scene, "", 0, time.time(), 0
        self.log = open(os.path.join(WORK, scene + ".log"), "ab")
        self.socket = os.path.join(WORK, scene + ".monitor")
        self.capture = os.path.join(WORK, scene + ".pcap")
        for old in (self.socket, self.capture):
            if os.path.exists(old):
                os.unlink(old)
        command = ["qemu-system-x86_64", "-name", scene, "-m", str(memory), "-smp", os.environ.get("LIVE_CPUS", "1"), "-display", "none", "-vga", "std", "-no-reboot", "-serial", "stdio",
                   "-machine", "q35,smm=on" if uefi == "secure" else "q35", "-monitor", "unix:%s,server=on,wait=off" % self.socket, "-device", "qemu-xhci",
                   "-netdev", "user,id=net,restrict=on,ipv6=off", "-device", "e1000e,netdev=net,romfile=,mac=" + MAC.hex(":"), "-object", "filter-dump,id=dump,netdev=net,file=" + self.capture]
        # without KVM: what was translated is thrown away often; pages that once held it are slow to write to (half of a start's time in qemu 7.2)
        command += ["-accel", "kvm"] if os.environ.get("LIVE_KVM") else ["-accel", "tcg,thread=multi,tb-size=32"]
        command += ["-rtc", "base=" + clock] if clock else []
        if uefi:
            kind = ".ms" if uefi == "secure" else ""
            variables = os.path.join(WORK, scene + ".vars")
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M%s.fd" % kind, variables)
            command += ["-drive", "if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M%s.fd" % kind, "-drive", "if=pflash,format=raw,unit=1,file=" + variables]
            command += ["-global", "driver=cfi.pflash01,property=secure,value=on"] if kind else []
        ports = iter(range(6))		# each SATA port takes one drive
        for drive in drives:
            command += [re.sub(r"^ide-(hd|cd),", lambda kind: "%sbus=ide.%d," % (kind.group(), next(ports)), word) for word in drive]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def _read(self):
        piece = self.process.stdout.read()
        if piece:
            self.log.write(piece)
            self.log.flush()
            self.text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", piece.decode("utf-8", errors="replace"))
        return bool(piece)

    def seconds(self):
        """Since the power button: on the wall, and of this computer's processors."""
        with open("/proc/%d/stat" % self.process.pid, encoding="utf-8", errors="replace") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return time.time() - self.started, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

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
                raise Lost("the machine went off while %r was waited for:\n%s" % (pattern, self.text[-900:]))
            if time.time() > end:
                raise Lost("%r did not come:\n%s" % (pattern, self.text[-900:]))
            time.sleep(0.1)

    def send(self, line="", end="\n"):
        self.process.stdin.write((line + end).encode())
        self.process.stdin.flush()

    def monitor(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(self.socket)
            got = b""
            while not got.rstrip().endswith(b"(qemu)"):
                got += s.recv(65536)
            s.sendall((command + "\n").encode())
            got = b""
            while not got.rstrip().endswith(b"(qemu)"):
                got += s.recv(65536)
        return got.decode(errors="replace")

    def press(self, *keys):
        """Keys of the machine's own keyboard, by their place: names of qemu's sendkey."""
        for key in keys:
            self.monitor("sendkey " + key)
            time.sleep(0.3 * SLOW)

    def screen(self, path):
        ppm = os.path.join(WORK, self.scene + ".ppm")
        self.monitor("screendump " + ppm)
        with open(ppm, "rb") as f:
            png(f.read(), path)
        os.unlink(ppm)

    def plug(self, path, name, more=""):
        """A stick is put in while it runs."""
        self.plugged += 1
        self.monitor("drive_add 0 if=none,format=raw,id=%s,file=%s%s" % (name, path, more))
        self.monitor("device_add usb-storage,drive=%s,id=dev%s,removable=on,serial=%s" % (name, name, name))

    def pull(self, name):
        """A disk that has an id of its own is taken out."""
        self.monitor("device_del dev" + name)

    def off(self, seconds=180):
        end = time.time() + seconds * SLOW
        while self.process.poll() is None and time.time() < end:
            self._read()
            time.sleep(0.2)
        went = self.process.poll() is not None
        self.cut()
        return went

    def cut(self):
        """The power goes."""
        self.process.kill()
        self.process.wait()
        if not self.log.closed:
            self._read()
            self.log.close()


# --- drives ---

def usb(path, name, boot=None, slow=None):
    """SLOW: bytes a second."""
    return ["-drive", "if=none,format=raw,id=%s,file=%s%s" % (name, path, ",throttling.bps-read=%d" % slow if slow else ""),
            "-device", "usb-storage,drive=%s,id=dev%s,removable=on,serial=%s%s" % (name, name, name, ",bootindex=%d" % boot if boot is not None else "")]


def sata(path, name, slow=None):
    return ["-drive", "if=none,format=raw,id=%s,file=%s%s" % (name, path, ",throttling.bps-read=%d" % slow if slow else ""), "-device", "ide-hd,drive=%s,serial=%s" % (name, name)]


def failing(path, name, sectors):
    """Reads that touch one of these sectors fail."""
    faults = ",".join("inject-error.%d.event=read_aio,inject-error.%d.errno=5,inject-error.%d.sector=%d" % (i, i, i, s) for i, s in enumerate(sectors))
    return ["-blockdev", "driver=blkdebug,node-name=%s,image.driver=file,image.filename=%s,%s" % (name, path, faults), "-device", "ide-hd,drive=%s,serial=%s" % (name, name)]


def cdrom(path):
    return ["-drive", "if=none,media=cdrom,readonly=on,id=disc,file=" + path, "-device", "ide-cd,drive=disc,bootindex=0"]
