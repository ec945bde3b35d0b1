#!/usr/bin/env python3
"""run.py [SCENE...] - the live image: its files, then booted in qemu by nobody, through its serial line and its keyboard; see `scenes` at the end. TAP on stdout,
all that the machine said in build/live/check/SCENE.log. Everything is compared afterwards: bundles verified, the victims' bytes as they were."""
import hashlib
import json
import os
import re
import subprocess
import sys
import time

import inside
from disks import MIB, bitlocker, bundles_of, data_disk, image, sectors_of, stick, trap, victim
from machine import SLOW, TOP, WORK, Lost, Machine, cdrom, digest, failing, failures, note, ok, run, sata, usb
from person import POINT, again, answer, begin, choose, choose_entry, command_line, done, go, go_on, leave, power_off, screenshot, sees, shell, stands

TRIAGE = os.path.join(TOP, "build/triage")


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


# --- scenes ---

def scene_files():
    """The image and what lies beside it, not booted."""
    name = os.path.splitext(image())[0]
    size = os.path.getsize(image())
    ok("files: the image is under 700 MiB (%.0f)" % (size / MIB), size < 700 * MIB)
    folder = os.path.dirname(name)
    sums = subprocess.run(["sha256sum", "-c", "--quiet", name + ".sha256"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ok("files: its SHA-256 beside it", sums.returncode == 0, sums.stdout.decode())
    signed = subprocess.run(["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", name + ".sha256.p7s", "-content", name + ".sha256", "-CAfile", name + ".cert.pem", "-purpose", "any",
                             "-out", "/dev/null"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    ok("files: and the signature over it", signed.returncode == 0, signed.stdout.decode())
    out = os.path.join(WORK, "files")
    os.makedirs(out, exist_ok=True)
    run("xorriso", "-osirrox", "on", "-indev", image(), "-extract", "/packages.txt", out + "/packages.txt", "-extract", "/sbom.cdx.json", out + "/sbom.cdx.json")
    ok("files: list of packages and bill of materials are in the image, the same ones", digest(out + "/packages.txt") == digest(name + ".packages.txt") and digest(out + "/sbom.cdx.json") == digest(name + ".sbom.cdx.json"))
    run("xorriso", "-osirrox", "on", "-indev", image(), "-extract", "/live/initrd.img", out + "/initrd.img")
    inside_it = run("sh", "-c", "zstd -dcq " + out + "/initrd.img | cpio -t --quiet")
    ok("files: the rule that makes disks read-only is in the initial RAM disk, with what it calls, and so is the search for this stick alone",
       all(w in inside_it for w in ("rules.d/01-triage-live", "triage-live/read-only", "bin/blockdev", "9999-triage-live.sh", "conf/uuid.conf")), inside_it[-900:])
    radio = re.findall(r"\S*/kernel/drivers/(?:net|gpu)/\S*", inside_it)
    ok("files: no driver of a network card or of pictures is in it", not radio, radio)
    with open(out + "/packages.txt", encoding="utf-8") as f:
        packages = [tuple(line.split()[:2]) for line in f]
    with open(out + "/sbom.cdx.json", encoding="utf-8") as f:
        bill = json.load(f)
    told = sorted((c["name"], c["version"]) for c in bill["components"])
    ok("files: the bill names all %d packages, the program, the kernel and what starts it" % len(packages),
       bill["specVersion"] == "1.4" and told == sorted(packages) and {"triage", "triage-rules", "triage-live", "linux-image-amd64", "shim-signed", "grub-pc-bin"} <= {n for n, _ in packages})
    run("chmod", "-R", "u+w", out)


def scene_bios():
    """A stick that is new, started by BIOS with 2 GiB: it gets its data partition; a victim is examined; all promises are looked at from inside."""
    s, v, t, late = stick("bios"), victim("bios"), trap("bios"), trap("late")
    before, head = (digest(v), digest(t)), digest_of_image(s)
    m = Machine("bios", [usb(s, "STICK1", 0), sata(v, "VICTIM1"), sata(t, "TRAP1")])
    try:
        begin(m)
        page = choose(m, "VICTIM1")
        ok("bios: the stick is listed and cannot be chosen", re.search(r"\d+\. sd\w  [^\n]*\[cannot be chosen\]", page) is not None, page)
        go(m)
        how, said = done(m)
        ok("bios: examined", how == "Done", said)

        def work():
            sees(m, "Taal / Langue")
            screenshot(m)
            inside.look(m, ["VICTIM1", "TRAP1"])
            inside.look_trap(m, "TRAP1")
            inside.look_keyboards(m, "be")
            inside.look_plugged(m, late, "PLUGGED")
        command_line(m, work)
        power_off(m)
    finally:
        m.cut()
    ok("bios: the disks' bytes are as they were", (digest(v), digest(t)) == before)
    ok("bios: the image on the stick is as it was, but for its partition table", digest_of_image(s) == head)
    bundle = one_bundle("bios", s, "stick")
    if bundle:
        ok("bios: its seal is the one that was shown", digest(os.path.join(bundle, "tagmanifest-sha256.txt")) in re.sub(r"\s", "", said), said)


def scene_uefi():
    """By UEFI with Secure Boot and 1 GiB, the German entry of the menu: a BitLocker disk with a wrong and a right key, then a disk with sectors that cannot be read."""
    s, (b, key), d = stick("uefi"), bitlocker(), victim("uefi")
    before, bad = (digest(b), digest(d)), sectors_of(d, 2)
    m = Machine("uefi", [usb(s, "STICK2", 0), sata(b, "LOCKED"), failing(d, "DAMAGED", [sector for _, sector in bad])], memory=1024, uefi="secure")
    try:
        choose_entry(m, 5)
        begin(m)
        choose(m, "LOCKED")
        go(m, keys=["000000-000000", key])
        how, said = done(m)
        ok("uefi: BitLocker examined", how == "Done", said)
        again(m)
        choose(m, "DAMAGED")
        go(m)
        how, said = done(m)
        ok("uefi: damaged disk examined", how == "Done", said)

        def work():
            sees(m, "Taal / Langue")
            screenshot(m)
            started = shell(m, "od -An -tx1 /sys/firmware/efi/efivars/SecureBoot-*; cat /sys/kernel/security/lockdown; head -n 3 /proc/meminfo")
            ok("uefi: Secure Boot was on", re.search(r"^ .. .. .. .. 01$", started, re.M) is not None, started)
            inside.look(m, ["LOCKED"])
            inside.look_keyboards(m, "de", others=False)
        command_line(m, work)
        power_off(m)
    finally:
        m.cut()
    ok("uefi: both disks' bytes are as they were", (digest(b), digest(d)) == before)
    found = bundles_of(s, "uefi")
    if ok("uefi: two bundles lie on the stick", len(found) == 2, found):
        for bundle in found:
            check_bundle("uefi", bundle)
        opened = [query(f, "SELECT count(*) FROM volumes WHERE kind LIKE '%bitlocker%' AND state = 'examined'") for f in found]
        ok("uefi: the BitLocker volume was opened", any(int(n) > 0 for n in opened), opened)
        faults = "\n".join(query(f, "SELECT * FROM problems") for f in found)
        ok("uefi: the files whose sectors could not be read are named", all(os.path.basename(path) in faults for path, _ in bad), faults + "\n%s" % (bad,))
        rest = [query(f, "SELECT count(*) FROM files WHERE sha256 IS NOT NULL") for f in found]
        ok("uefi: and all the others were read", any(int(n) > 300 for n in rest), rest)


def scene_hand():
    """As the guide has it: a new stick, the first entry of the menu, all pages in Dutch on the first console, by its keyboard alone; the seal is what stands there."""
    s, v = stick("hand"), victim("hand")
    before = digest(v)
    m = Machine("hand", [usb(s, "STICK5", 0), sata(v, "VICTIM5")])
    try:
        choose_entry(m, 0)
        begin(m)
        leave(m)
        said = command_line(m, lambda: by_hand(m))
        m.press("ret")
        command_line(m, lambda: sees(m, "2. Uitschakelen"))
        m.press("shift-2", "ret")
        ok("hand: it goes off by itself", m.off())
    finally:
        m.cut()
    ok("hand: the victim's bytes are as they were", digest(v) == before)
    bundle = one_bundle("hand", s, "stick")
    if bundle:
        ok("hand: its seal is the one that was shown", digest(os.path.join(bundle, "tagmanifest-sha256.txt")) in re.sub(r"[^0-9a-f]", "", said), said)


def by_hand(m):
    """Through guided mode on the first console, Dutch, a Belgian keyboard; the last page."""
    sees(m, "Taal / Langue")
    screenshot(m, "1-language")
    m.press("ret")
    page = sees(m, "Wat moet er onderzocht worden?")
    screenshot(m, "2-disks")
    m.press("spc", "ret")
    sees(m, "Wat erop staat")
    m.press("ret")
    sees(m, "Waar komt het resultaat?")
    screenshot(m, "3-place")
    m.press("ret")
    sees(m, "Gegevens van de zaak")
    m.press("shift-2", "shift-0", "shift-2", "shift-6", *["ret"] * 6)		# digits want the shift key there
    sees(m, "Hoe grondig?")
    m.press("ret")
    sees(m, "Klaar om te beginnen")
    screenshot(m, "4-confirm")
    m.press("ret")
    sees(m, "Dit systeem is aangevallen", 2400)
    screenshot(m, "5-result")
    pages = []
    for _ in range(30):		# the seal stands further down
        pages += stands(m)
        m.press("down")
    ok("hand: the disk can be chosen, the stick cannot", "VICTIM5" in page, page)
    return "\n".join(pages)


def scene_full():
    """From a disc, without a place for the result; then with one that cannot be written to; then with one (FAT32) that fills up while it works; then there is room again."""
    v, d, locked = victim("full"), data_disk("full", 120, fat=True), data_disk("locked", 64)
    before = digest(v), digest(locked)
    m = Machine("full", [cdrom(image()), sata(v, "VICTIM2", slow=4 * MIB)])
    try:
        m.expect("Er is geen plaats voor het resultaat", 1500)
        m.expect(r"triage> $")
        ok("full: without a place for the result that is said before the first question, in the language of the menu", True)
        m.plug(locked, "LOCKED1", ",readonly=on")
        time.sleep(20 * SLOW)
        m.send()
        m.expect("kan niet geschreven worden", 120)
        m.expect(r"triage> $")
        ok("full: a stick that cannot be written to is told in words", True)
        m.pull("LOCKED1")
        time.sleep(5 * SLOW)
        m.plug(d, "DATA1")
        time.sleep(20 * SLOW)
        m.send()
        begin(m)
        leave(m)
        command_line(m, lambda: shell(m, "(sleep 1; until [ $(du -sk %s/case-*/work | cut -f1) -gt 600 ]; do sleep 0.2; done; dd if=/dev/zero of=%s/fill bs=64k) > /dev/null 2>&1 & true" % (POINT, POINT)))
        again(m)
        choose(m, "VICTIM2")
        page = go(m)
        ok("full: FAT32 is taken, and its limit told", "4 GiB" in page, page)
        how, said = done(m)
        ok("full: a data disk that fills up is told in words", how == "That did not work" and re.search("full|space|No space", said) is not None, said)
        command_line(m, lambda: shell(m, "rm %s/fill; sync" % POINT))
        again(m)
        go_on(m, "with room again it goes on to the end")
        power_off(m)
    finally:
        m.cut()
    ok("full: the victim's bytes are as they were, and those of the stick that cannot be written to", (digest(v), digest(locked)) == before)
    one_bundle("full", d, "data disk")


def scene_cut():
    """The power goes in the middle; at the next start it goes on where it was."""
    s, v = stick("cut"), victim("cut")
    before = digest(v)
    drives = [usb(s, "STICK3", 0), sata(v, "VICTIM3", slow=2 * MIB)]
    m = Machine("cut", drives)
    try:
        begin(m)
        choose(m, "VICTIM3")
        go(m)
        read = m.expect(r"([1-9]\d*) of (\d+) files", 600)
    finally:
        m.cut()
    note("cut: the power went when %s of %s files were read" % read.groups())
    ok("cut: that was in the middle: no bundle is sealed", not bundles_of(s, "cut"))
    m = Machine("cut", drives)
    try:
        begin(m)
        go_on(m, "after a power cut it goes on to the end")
        power_off(m)
    finally:
        m.cut()
    ok("cut: the victim's bytes are as they were", digest(v) == before)
    bundle = one_bundle("cut", s, "stick")
    if bundle:
        acts = query(bundle, "SELECT action FROM custody")
        ok("cut: the chain of custody says that it was resumed", "resumed" in acts, acts)


def scene_odd():
    """The menu's entry with network; a clock of 2009; a disk that is pulled out in the middle, comes back, and is examined to the end."""
    s, v = stick("odd"), victim("odd")
    before = digest(v)
    m = Machine("odd", [usb(s, "STICK4", 0), usb(v, "VICTIM4", slow=MIB)], clock="2009-01-01T00:00:00")
    try:
        choose_entry(m, 7, 5)
        begin(m)
        answer(m, "The clock", "")
        ok("odd: a clock that cannot be right is told in words", True)
        choose(m, "VICTIM4")
        go(m)
        m.expect(r"([1-9]\d*) of (\d+) files", 600)
        m.pull("VICTIM4")
        how, said = done(m)
        ok("odd: a disk that is pulled out in the middle is told, and nothing hangs (%s)" % how, True, said)
        command_line(m, lambda: inside.look_network(m, asked=True))
        power_off(m)
    finally:
        m.cut()
    ok("odd: the victim's bytes are as they were", digest(v) == before)


scenes = {"files": scene_files, "bios": scene_bios, "uefi": scene_uefi, "hand": scene_hand, "full": scene_full, "cut": scene_cut, "odd": scene_odd}


def main():
    os.makedirs(WORK, exist_ok=True)
    for name in sys.argv[1:] or list(scenes):
        log = os.path.join(WORK, name + ".log")
        if os.path.exists(log):
            os.unlink(log)
        started = time.time()
        try:
            scenes[name]()
        except Lost as lost:
            ok(name + ": " + scenes[name].__doc__, False, lost)
        note("%s took %d s" % (name, time.time() - started))
    note("%d assertions failed" % len(failures) if failures else "all passed")
    sys.exit(1 if failures else 0)


main()
