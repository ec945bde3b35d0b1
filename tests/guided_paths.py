#!/usr/bin/env python3
"""guided_paths.py [-o DIR] [LANG...] - every path of guided mode on a real terminal: tmux types, reads the screen, and each screen is kept in DIR.

Not part of make check (tests/e2e/guided.sh is). In each language, at 80x24 and 40x15: a whole examination; the small profiles; nothing chosen; refused disks; no disk, only the stick; a path that is not there;
a place that is full, read-only, FAT32, too small, in memory, inside the evidence, and another folder by its path; a wrong key three times, none, and the right one; a clock in the past; Ctrl-C before
and in the middle; an unfinished run taken up, and left; a place that fills up (root); a disk that vanishes (root, /dev/fuse). Line by line and without UTF-8, too.
Expected words come from triage/guided/text.def. Each screen is held to the width of the terminal and to a window whose border is whole. Speaks TAP. PATIENCE=SECONDS: how long a page is waited for (40). ONLY=full: the last
path alone.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

from guided_terminal import LANGS, ROOT, TRIAGE, Terminal, failures, report


def shell(*words, **more):
    return subprocess.run(words, capture_output=True, **more)


def machine(work, name, image=None, locked=None, place=None):
    folder, place = work + "/" + name, place or work + "/place"
    shell("sh", ROOT + "/tests/guided_system.sh", folder, place, *( [image, locked] if locked else [image] if image else []))
    return folder


def only(work, name, disks):
    """A machine with these of the disks alone."""
    folder = machine(work, name)
    for d in os.listdir(folder + "/sys/block"):
        if d not in disks and not d.startswith("md"):
            shutil.rmtree(folder + "/sys/block/" + d)
    return folder


def clear(place):
    for n in os.listdir(place):
        if n.startswith("case-"):
            shell("chmod", "-R", "u+w", place + "/" + n)
            shutil.rmtree(place + "/" + n)


def mount_line(folder, line):
    with open(folder + "/proc/self/mountinfo", "a") as f:
        f.write(line + "\n")


def go_back_all(t):
    t.press("C-c")
    t.at("QUIT_TITLE", "Down", "Enter")
    t.sees("ended 130")


def walk_most(t, lang, width, height, work, sets, begin):
    place = work + "/place"
    # language first, everything to the end
    t.begin("whole", lang, width, height, sets["plain"])
    t.sees("Nederlands")
    t.press(*["Up"] * 4, *["Down"] * LANGS.index(lang), "Enter")
    t.at("DISKS_TITLE")
    for _ in range(6):
        t.press("Down"); time.sleep(0.1); t.keep(t.screen())
    t.press(*["Up"] * 6, "Enter")
    t.at("DISKS_NOTHING", "Enter")
    t.at("DISKS_TITLE", "Space", "Enter")
    t.at("LOOK_TITLE", "Enter")
    t.at("PLACE_TITLE")
    for _ in range(3):
        t.press("Down"); time.sleep(0.1); t.keep(t.screen())
    t.press(*["Up"] * 3, "Enter")
    t.at("CASE_TITLE")
    t.type("2026/9"); t.press("Enter", "Enter"); t.type("J. Peeters"); t.press(*["Enter"] * 4)
    t.at("PROFILE_TITLE")
    for _ in range(3):
        t.press("Down"); time.sleep(0.1); t.keep(t.screen())
    t.press(*["Up"] * 3, "Enter")
    t.at("CONFIRM_TITLE")
    t.press("Down", "Down", "Down"); time.sleep(0.1); t.keep(t.screen())
    t.press("Enter")
    ok = t.shows("VERDICT_COMPROMISED")
    for _ in range(12):
        t.press("Down")
    time.sleep(0.2); t.keep(t.screen())
    t.press("Enter")
    ok = t.sees("ended 0") and ok
    bundles = [n for n in os.listdir(place) if n.startswith("case-")]
    report(ok and len(bundles) == 1 and shell(TRIAGE, "verify", "-q", place + "/" + bundles[0]).returncode == 0, "%s %dx%d: a whole examination, language first" % (lang, width, height))
    clear(place)

    begin("back", sets["plain"])
    t.at("DISKS_TITLE", "Space", "Enter"); t.at("LOOK_TITLE", "Enter"); t.at("PLACE_TITLE", "Enter"); t.at("CASE_TITLE", *["Enter"] * 6); t.at("PROFILE_TITLE", "Enter"); t.at("CONFIRM_TITLE", "Escape")
    t.at("PROFILE_TITLE", "Escape"); t.at("CASE_TITLE", "Escape"); t.at("PLACE_TITLE", "Escape"); t.at("LOOK_TITLE", "Escape")
    fine = t.sees("[*] sda")
    t.press("C-c"); t.at("QUIT_TITLE", "Enter"); fine = t.at("DISKS_TITLE") and fine
    go_back_all(t)
    report(fine and not [n for n in os.listdir(place) if n.startswith("case-")], "%s %dx%d: back through every page; Ctrl-C asks" % (lang, width, height))

    begin("stick", sets["stick"])
    fine = t.at("DISKS_TITLE") and t.shows("DISKS_NONE_FREE")
    go_back_all(t)
    begin("none", sets["none"])
    fine = t.at("DISKS_TITLE") and t.shows("DISKS_NONE") and fine
    go_back_all(t)
    report(fine, "%s %dx%d: no disk, only the stick: says what to do" % (lang, width, height))

    begin("clock", sets["plain"], env="LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=86400")
    fine = t.at("CLOCK_TITLE") and t.sees("1970-01-02")
    t.press("Enter"); fine = t.at("DISKS_TITLE") and fine
    t.press("Escape"); fine = t.at("CLOCK_TITLE") and fine
    go_back_all(t)
    report(fine, "%s %dx%d: a clock in the past is said" % (lang, width, height))

    begin("path", sets["plain"])
    t.at("DISKS_TITLE"); t.press(*["Down"] * 6, "Enter")
    fine = t.at("PATH_TITLE")
    t.type("/not/there"); t.press("Enter")
    fine = t.shows("PATH_NONE") and fine
    t.press(*["BSpace"] * 12); t.type(work + "/folder"); t.press("Enter")
    fine = t.at("DISKS_TITLE") and fine
    t.press("Enter"); fine = t.at("LOOK_TITLE") and fine
    t.press("Enter"); t.at("PLACE_TITLE"); t.press(*["Down"] * 12); t.press("Up", "Enter")
    fine = t.at("PLACE_PATH_TITLE") and fine
    t.type(work + "/folder"); t.press("Enter")
    fine = t.shows("PLACE_INSIDE") and fine
    t.press(*["BSpace"] * 100); t.type("/not/there"); t.press("Enter")
    fine = t.shows("PATH_NONE") and fine
    t.press(*["BSpace"] * 12); t.type(place); t.press("Enter")
    fine = t.at("CASE_TITLE") and fine
    t.press(*["Enter"] * 6); t.at("PROFILE_TITLE", "Down", "Down", "Enter"); t.at("CONFIRM_TITLE", "Enter")
    fine = t.at("RESULT_TITLE") and fine
    t.press("Enter"); t.sees("ended")
    report(fine, "%s %dx%d: paths of evidence and of the place; quick" % (lang, width, height))
    clear(place)

    begin("places", sets["places"])
    t.at("DISKS_TITLE", "Space", "Enter"); t.at("LOOK_TITLE", "Enter"); t.at("PLACE_TITLE")
    seen = t.flat(t.screen())
    for _ in range(8):
        t.press("Down"); time.sleep(0.15); s = t.screen(); t.keep(s); seen += t.flat(s)
    wanted = ["PLACE_READ_ONLY", "PLACE_FAT"] + (["PLACE_FULL", "PLACE_MEMORY"] if os.geteuid() == 0 else [])
    lacks = [w for w in wanted if t.say(w, part=3) not in seen]
    go_back_all(t)
    report(not lacks, "%s %dx%d: places that are full, read-only, FAT32, in memory say so" % (lang, width, height), " ".join(lacks))

    begin("key", sets["locked"])
    t.at("DISKS_TITLE", *["Down"] * 5, "Space", "Enter")
    fine = t.at("LOOK_TITLE", "Enter")
    for left in (3, 2, 1):
        fine = t.at("KEY_TITLE") and (left == 3 or t.shows("KEY_WRONG", part=3)) and fine
        t.type("wrong%d" % left); t.press("Enter")
        if left > 1:
            fine = t.sees(str(left - 1)) and fine
    fine = t.shows("KEY_GIVEN_UP", part=3) and fine
    t.press("Escape")
    fine = t.at("LOOK_TITLE") and fine
    t.press("Enter"); t.at("KEY_TITLE"); t.type("right"); t.press("Enter")
    fine = t.shows("KEY_OPENED", part=3) and fine
    report("right" not in t.screen(), "%s %dx%d: what is typed is not shown" % (lang, width, height))
    go_back_all(t)
    report(fine, "%s %dx%d: a wrong key three times, then the right one" % (lang, width, height))

    begin("stop", sets["large"])
    t.at("DISKS_TITLE", "Space", "Enter"); t.at("LOOK_TITLE", "Enter"); t.at("PLACE_TITLE", "Enter"); t.at("CASE_TITLE", *["Enter"] * 6); t.at("PROFILE_TITLE", "Enter"); t.at("CONFIRM_TITLE", "Enter")
    for _ in range(300):
        if any(os.path.getsize(place + "/" + n + "/work/journal.db") > 0 for n in os.listdir(place) if n.startswith("case-") and os.path.exists(place + "/" + n + "/work/journal.db")):
            break
        time.sleep(0.05)
    time.sleep(0.6); t.keep(t.screen())
    t.press("C-c")
    fine = t.at("STOPPED_TITLE")
    t.press("Enter")  # the shell that was interrupted, too, says nothing more
    time.sleep(2)
    begin("resume", sets["large"])
    fine = t.at("UNFINISHED_TITLE") and fine
    t.press("Down", "Enter"); fine = t.at("DISKS_TITLE") and fine
    t.press("Escape"); fine = t.at("UNFINISHED_TITLE") and fine
    t.press("Enter")
    fine = t.at("RESULT_TITLE") and fine
    t.press("Enter"); t.sees("ended")
    report(fine, "%s %dx%d: Ctrl-C in the middle; offered, left, taken up" % (lang, width, height))
    clear(place)


def walk(t, lang, width, height, work, sets):
    begin = lambda name, m, **k: t.begin(name, lang, width, height, m, more="--lang " + lang + " " + k.pop("more", ""), **k)
    if os.environ.get("ONLY") != "full":
        walk_most(t, lang, width, height, work, sets, begin)
    if os.geteuid() == 0:
        begin("full", sets["full"])
        t.at("DISKS_TITLE", "Space", "Enter"); t.at("LOOK_TITLE", "Enter"); t.at("PLACE_TITLE", "Enter"); t.at("CASE_TITLE", *["Enter"] * 6); t.at("PROFILE_TITLE", "Enter"); t.at("CONFIRM_TITLE", "Enter")
        # somebody else needs the room meanwhile
        for _ in range(2000):
            journals = [work + "/tight/" + n + "/work/journal.db" for n in os.listdir(work + "/tight")]
            if any(os.path.exists(j) and os.path.getsize(j) > 500000 for j in journals):
                break
            time.sleep(0.01)
        try:
            with open(work + "/tight/other", "wb") as f:
                f.write(b"x" * (70 << 20))
        except OSError:
            pass
        fine = t.at("FAILED_TITLE") and t.shows("FAILED_FULL")
        for _ in range(12):
            t.press("Down")
        t.keep(t.screen()); t.press("Enter"); fine = t.sees("ended 1") and fine
        os.remove(work + "/tight/other")
        begin("room", sets["full"])
        fine = t.at("UNFINISHED_TITLE") and fine
        t.press("Enter"); fine = t.at("RESULT_TITLE") and fine
        t.press("Enter"); t.sees("ended")
        clear(work + "/tight")
        report(fine, "%s %dx%d: the place fills up: said; with more room it goes on" % (lang, width, height))


def pulled(t, lang, work, place):
    """The disk answers no more in the middle: sealed with gaps, and said."""
    program, medium, there = work + "/pulled", work + "/medium", work + "/there"
    if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        return
    os.makedirs(medium, exist_ok=True); os.makedirs(there, exist_ok=True)
    if not os.path.exists(program):
        shell("gcc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-o", program, ROOT + "/tests/pulled.c")
        shutil.copy(work + "/town.img", there + "/disk.img")
    t.begin("pulled", lang, 80, 24, machine(work, "m-plain2"), more="--lang " + lang)
    t.at("DISKS_TITLE", *["Down"] * 6, "Enter"); t.at("PATH_TITLE"); t.type(medium + "/disk.img")
    # it goes on behind us: no pipe of ours may stay open in it
    subprocess.run([program, there, medium, "120", "0", "5"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    t.press("Enter"); t.at("DISKS_TITLE", "Enter"); t.at("LOOK_TITLE", "Enter"); t.at("PLACE_TITLE", "Enter"); t.at("CASE_TITLE", *["Enter"] * 6); t.at("PROFILE_TITLE", "Enter"); t.at("CONFIRM_TITLE", "Enter")
    fine = t.at("RESULT_TITLE")
    t.press(*["Down"] * 3); t.keep(t.screen()); t.press("Enter"); fine = t.sees("ended 3") and fine
    shell("umount", "-l", medium)
    report(fine, "%s: a disk that vanishes in the middle: a sealed result with gaps" % lang)
    clear(place)


def plain(t, lang, work, sets):
    """Line by line, without UTF-8: every byte is ASCII, every page is asked."""
    place = work + "/place"
    for name, lines, wanted in (("whole", "1\n\n\n1\n\n\n\n\n\n\n\n\n\n", 0), ("back", "1\n\nb\nq\n2\n", 130)):
        p = shell("env", "LC_ALL=C", "TERM=dumb", TRIAGE, "guided", "--lang", lang, "--system", sets["plain"], input=lines.encode())
        with open("%s/plain-%s-%s.txt" % (t.folder, name, lang), "wb") as f:
            f.write(p.stdout)
        fine = p.returncode == wanted and all(b < 128 and (b >= 32 or b in (9, 10)) for b in p.stdout)
        report(fine, "%s: line by line without UTF-8, %s" % (lang, name), p.stdout.decode("latin-1")[-1500:] + p.stderr.decode("latin-1"))
        clear(place)


def main():
    words = sys.argv[1:]
    keep = None
    if words[:1] == ["-o"]:
        keep, words = words[1], words[2:]
    work = tempfile.mkdtemp(prefix="tp.", dir=os.environ.get("TMPDIR", "/tmp"))
    folder = keep or work + "/screens"
    os.makedirs(folder, exist_ok=True)
    shell("python3", ROOT + "/tests/evidence/make.py", "town", "-o", work)
    os.makedirs(work + "/folder")
    for i in range(20):
        open(work + "/folder/letter%d.txt" % i, "w").write("letter %d" % i)
    with open(work + "/key", "w") as f:
        f.write("right")
    shell("qemu-img", "convert", "--object", "secret,id=s,file=" + work + "/key", "-O", "luks", "-o", "key-secret=s,iter-time=10", work + "/town.img", work + "/luks.img")
    sets = {"plain": machine(work, "m-plain", work + "/town.img"), "stick": only(work, "m-stick", ["sdb"]), "none": only(work, "m-none", []),
            "locked": machine(work, "m-locked", work + "/town.img", work + "/luks.img"), "large": machine(work, "m-large", work + "/town.img"), "places": machine(work, "m-places", work + "/town.img")}
    for d in "fat", "full", "memory", "tight":
        os.makedirs(work + "/" + d)
    mount_line(sets["places"], "40 22 8:129 / %s/fat rw,relatime - vfat /dev/sdi1 rw" % work)
    t = Terminal(folder, work)
    try:
        if os.geteuid() == 0:
            shell("mount", "-t", "tmpfs", "-o", "size=1m", "x", work + "/full")
            shell("mount", "-t", "tmpfs", "-o", "size=900m", "x", work + "/memory")
            shell("mount", "-t", "tmpfs", "-o", "size=66m", "x", work + "/tight")
            mount_line(sets["places"], "41 22 8:130 / %s/full rw,relatime - exfat /dev/sdj1 rw" % work)
            mount_line(sets["places"], "42 22 0:77 / %s/memory rw,relatime - tmpfs tmpfs rw" % work)
            sets["full"] = machine(work, "m-full", work + "/town.img", place=work + "/tight")
        for lang in words or LANGS:
            plain(t, lang, work, sets)
            pulled(t, lang, work, work + "/place")
            for width, height in ((80, 24), (40, 15)):
                walk(t, lang, width, height, work, sets)
    finally:
        t.close()
        for d in "full", "memory", "tight", "medium":
            shell("umount", "-l", work + "/" + d)
        shell("chmod", "-R", "u+w", work)
        if not os.environ.get("KEEP"):
            shutil.rmtree(work, ignore_errors=True)
    print("%d failed; screens in %s" % (len(failures), folder if keep else "(-o DIR keeps them)"))
    sys.exit(len(failures) > 0)


if __name__ == "__main__":
    main()
