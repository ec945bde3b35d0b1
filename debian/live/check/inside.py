"""The promises of the live system, looked at from inside while it runs."""
import re
import time

from machine import frames, note, ok
from person import POINT, shell

LAYOUTS = {"be": "aym)=é", "fr": "aym)!é", "nl": "qy+/-2", "de": "qzöß-2", "us": "qy;-/2"}
PLACES = ("q", "y", "semicolon", "minus", "slash", "2")		# as on a US keyboard


def typed(m):
    """What these keys say on the first console. The reader is nobody's job, so that the shell says nothing when it is done."""
    shell(m, "rm -f /tmp/typed /tmp/ready; stty -F /dev/tty1 sane; ( (exec < /dev/tty1; touch /tmp/ready; timeout 300 head -n 1 > /tmp/typed) > /dev/null 2>&1 & ); for i in $(seq 60); do [ ! -e /tmp/ready ] || break; sleep 1; done; sleep 1")
    m.press(*PLACES, "ret")
    told = shell(m, "for i in $(seq 60); do [ ! -s /tmp/typed ] || break; sleep 1; done; echo; cat /tmp/typed")
    return [line for line in told.strip().splitlines() if line and "that was it" not in line][-1:]


def look_keyboards(m, chosen, others=True):
    """The one that the boot menu named, then all five."""
    shell(m, "systemctl stop triage-console@tty1")
    got = typed(m)
    ok("%s: the keyboard is the one of the boot menu (%s)" % (m.scene, chosen), got == [LAYOUTS[chosen]], got)
    for name in LAYOUTS:
        if others and name != chosen:
            shell(m, "loadkeys -q -C /dev/tty1 /usr/share/triage-live/keymaps/%s.kmap.gz" % name)
            got = typed(m)
            ok("%s: keyboard %s" % (m.scene, name), got == [LAYOUTS[name]], got)
    shell(m, "systemctl start triage-console@tty1")


def look_ram(m):
    mounts = shell(m, "cat /proc/mounts; cat /proc/meminfo | head -n 3; df -k /run/live/medium")
    ok(m.scene + ": it runs from memory, the stick is left", re.search(r"^\S+ /run/live/medium tmpfs ", mounts, re.M) is not None, mounts)
    note(m.scene + ": " + ", ".join(re.sub(r"\s+", " ", l) for l in mounts.splitlines() if l.startswith("Mem")))


def look_mounts(m):
    mounts = shell(m, "cat /proc/mounts")
    disks = [line.split()[0] for line in mounts.splitlines() if line.startswith("/dev/") and not line.startswith(("/dev/loop", "/dev/shm"))]
    ok(m.scene + ": nothing is mounted but the data partition", disks and all(" %s " % POINT in l for l in mounts.splitlines() if l.startswith(tuple(disks))) and len(disks) == 1, mounts)
    units = shell(m, "systemctl list-units --all --no-legend --plain --type=automount,swap; echo; systemctl list-unit-files --no-legend 'udisks*' 'autofs*'; cat /etc/fstab")
    ok(m.scene + ": nothing waits to mount or to swap", not re.search(r"^(?!proc-sys-fs-binfmt_misc)\S+\.(automount|swap)|udisks|autofs|^/dev", units, re.M), units)
    swaps = shell(m, "cat /proc/swaps")
    ok(m.scene + ": nothing is swapped to", "Filename" in swaps and not re.search(r"^/", swaps, re.M), swaps)
    held = shell(m, "ls -d /sys/block/*/holders/* /sys/block/*/*/holders/* /sys/block/dm-* /sys/block/md* 2> /dev/null; for t in mdadm lvm vgchange dmsetup btrfs cryptsetup zpool udisksctl; do command -v $t; done")
    ok(m.scene + ": no array, no volume group, and no tool that would assemble one", not re.search(r"/\S", held.split("that was it")[0]), held)
    failed = shell(m, "systemctl --failed --no-legend --plain")
    ok(m.scene + ": no service failed", not re.search(r"\.(service|mount|socket)", failed), failed)


def look_trap(m, serial):
    """The disk of disks.trap(): known for what it is, and left alone."""
    told = shell(m, "udevadm settle; for p in /dev/disk/by-id/*%s-part*; do udevadm info -q property -n $p | grep ^ID_FS_TYPE=; done" % serial)
    ok(m.scene + ": swap, a journal to be replayed, a volume group and an array are there, and left alone (above)",
       sorted(re.findall(r"^ID_FS_TYPE=(\S+)", told, re.M)) == ["LVM2_member", "ext4", "linux_raid_member", "swap"], told)


def look_network(m, asked):
    net = shell(m, "cat /proc/net/fib_trie; for i in /sys/class/net/*; do echo ${i##*/} $(cat $i/flags) $(cat $i/operstate); done; cat /proc/net/tcp /proc/net/tcp6 /proc/net/raw | wc -l; cat /proc/net/udp /proc/net/udp6 | wc -l")
    hosts = set(re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", net))
    sent = frames(m.capture)
    card = re.search(r"^eth0 0x([0-9a-f]+)", net, re.M)
    if asked:
        ok(m.scene + ": asked for, there is an address by DHCP", "10.0.2.15" in hosts, net)
        ok(m.scene + ": and frames were sent, which the capture would have shown in the other scenes", len(sent) > 0, sent)
    else:
        ok(m.scene + ": there is a network card, and it is not switched on", card is not None and not int(card.group(1), 16) & 1, net)
        ok(m.scene + ": no address but the loopback's", hosts <= {"127.0.0.1"}, net)
        ok(m.scene + ": not one frame was sent", not sent, "\n".join(f.hex() for f in sent[:4]))
    listening = shell(m, "cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == \"0A\"'")
    ok(m.scene + ": nothing listens", not re.search(r":.* 0A ", listening), listening)


def look_read_only(m, serials):
    """Every device, in the kernel; and by trying."""
    modes = shell(m, "udevadm settle; for d in /sys/class/block/*; do d=${d##*/}; echo \"$d $(blockdev --getro /dev/$d)\"; done; readlink -f $(findmnt -n -o SOURCE %s)" % POINT)
    writable = sorted(line.split()[0] for line in modes.splitlines() if re.fullmatch(r"\S+ 0", line))
    data = re.search(r"^/dev/(\S+)$", modes, re.M)
    name = data.group(1) if data else "?"
    ok(m.scene + ": every device is read-only but the data partition and the disk that it is on", writable == sorted({name, re.sub(r"\d+$", "", name)}), modes)
    for serial in serials:
        refused = shell(m, "for d in $(readlink -f /dev/disk/by-id/*%s /dev/disk/by-id/*%s-part*); do [ ! -b $d ] || { echo $d; echo x | dd of=$d bs=1 count=1 conv=notrunc; }; done 2>&1" % (serial, serial))
        tried, denied = len(re.findall(r"^/dev/", refused, re.M)), len(re.findall("not permitted|Read-only", refused))
        ok("%s: writing to %s and its partitions is refused by the kernel (%d tried)" % (m.scene, serial, tried), tried > 0 and tried == denied, refused)


def look_plugged(m, path, name):
    """A disk that is plugged in while it runs: read-only and not mounted."""
    m.plug(path, name)
    shown = shell(m, "for i in $(seq 60); do [ -e /dev/disk/by-id/*%s* ] 2> /dev/null && break; ls /dev/disk/by-id/*%s* > /dev/null 2>&1 && break; sleep 1; done; udevadm settle; "
                  "for d in $(readlink -f /dev/disk/by-id/*%s*); do echo $d $(blockdev --getro $d); grep ^$d /proc/mounts; done" % (name, name, name), 300)
    states = re.findall(r"^/dev/sd\S+ (\d)$", shown, re.M)
    ok("%s: %s, plugged in while it runs, is read-only with its %d partitions, and not mounted" % (m.scene, name, len(states) - 1), states and set(states) == {"1"} and POINT not in shown, shown)
    m.pull(name)
    time.sleep(2)


def look(m, serials, asked=False):
    look_ram(m)
    look_mounts(m)
    look_network(m, asked)
    look_read_only(m, serials)
