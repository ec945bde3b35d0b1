#!/usr/bin/env python3
"""vss_check.py TOOL_VSS DIR [SEED...]: shadow copies, there and deleted, against their known content and pyvshadow. Speaks TAP."""
import os
import random
import subprocess
import sys

from vss import BLOCK, CATALOGUE_AT, SECTOR, SPARE_RECORD, VOLUME_BLOCKS, make

try:
    import pyvshadow
except ImportError:
    pyvshadow = None

TOOL = sys.argv[1]


def say(good, what):
    print(("ok - " if good else "not ok - ") + what)
    sys.stdout.flush()


def listing(path):
    lines = subprocess.run([TOOL, path], check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    return [r for r in rows if r[0] == "volume"], [r for r in rows if r[0] == "problem"]


def content(path, number):
    done = subprocess.run([TOOL, path, str(number)], check=True, capture_output=True)
    return done.stdout, int(done.stderr.split()[0])


def block(data, number):
    return data[number * BLOCK:(number + 1) * BLOCK]


def wrong(data, truth):
    return [b for b, want in truth.items() if block(data, b) != want]


def oracle(path, number):
    volume = pyvshadow.volume()
    volume.open(path)
    store = volume.get_store(number)
    return store.read_buffer_at_offset(store.size, 0)


def check_live(v, name):
    volumes, problems = listing(v.path)
    say([r[2] for r in volumes] == ["examined"] * 3 and not problems, f"{name}: three copies, no problem")
    say([r[4][:8] for r in volumes] == ["600f0064", "600f0065", "600f0066"], f"{name}: identifiers, oldest first")
    for i, truth in enumerate(v.truths):
        data, bad = content(v.path, i)
        missed = wrong(data, truth)
        say(not missed and bad == 0 and len(data) == VOLUME_BLOCKS * BLOCK, f"{name}: copy {i} shows what was there ({len(truth)} blocks, "
            f"{len(v.stores[i].descriptors)} descriptors, {len(missed)} wrong)")
        if pyvshadow is not None:
            other = oracle(v.path, i)
            differ = [b for b in range(VOLUME_BLOCKS) if block(data, b) != block(other, b)]
            if v.home:
                say(all(b not in truth or block(data, b) == truth[b] for b in differ) and len(differ) < 40,
                    f"{name}: copy {i} is pyvshadow's, but for {len(differ)} blocks that moved away and back, where pyvshadow is wrong")
            else:
                say(not differ, f"{name}: copy {i} is pyvshadow's byte by byte ({len(differ)} blocks differ)")
        same = subprocess.run([TOOL, v.path, str(i), "same"], check=True, capture_output=True, text=True).stdout.split()
        changed = {int(b) for b in same}
        claimed = [b for b in range(VOLUME_BLOCKS) if b not in changed and block(data, b) != v.get(b)]
        say(not claimed and 0 < len(changed) < VOLUME_BLOCKS, f"{name}: copy {i}: what is told to equal the live volume does")


def wipe(v):
    for b in (CATALOGUE_AT, CATALOGUE_AT + 1):
        v.put(b, bytes(BLOCK))
    v.put_header(0)


def check_deleted(v):
    wipe(v)
    for n, store in enumerate(v.stores):
        v.file_record(SPARE_RECORD + n, store, True)
    v.save()
    volumes, _ = listing(v.path)
    say(len(volumes) == 3 and all("its file was not deleted" in r[7] and "(not in the catalogue)" in r[3] for r in volumes) and
        not any(wrong(content(v.path, i)[0], truth) for i, truth in enumerate(v.truths)), "catalogue gone: stores whose files are there are found by them, and that is said")
    v.set_used(v.store_blocks(), False)
    v.raw[v.record_at(SPARE_RECORD):v.record_at(SPARE_RECORD + 3)] = bytes(3 * 1024)
    v.save()
    volumes, problems = listing(v.path)
    say(len(volumes) == 3 and all(r[3] == "deleted shadow copy of unknown age" for r in volumes) and
        all("its age is not known" in r[7] and "100.0 %" in r[7] for r in volumes) and any(r[2] == "vss-deleted" for r in problems),
        "deleted: three copies come back; without records of their files their age is not known, and that is said")
    for n, store in enumerate(v.stores):
        v.file_record(SPARE_RECORD + n, store, False)
    v.save()
    volumes, problems = listing(v.path)
    say([r[4][:8] for r in volumes] == ["600f0064", "600f0065", "600f0066"] and
        [int(r[6]) for r in volumes] == [(s.created - 116444736000000000) * 100 for s in v.stores],
        "deleted: records of the files give age and order")
    for i, truth in enumerate(v.truths):
        data, bad = content(v.path, i)
        missed = wrong(data, truth)
        say(not missed and bad == 0, f"deleted: copy {i} shows what was there ({len(missed)} wrong)")


def check_overwritten(v):
    lost = {b for s in v.stores for b in s.data_blocks[10::37]}
    for b in lost:
        v.put(b, b"\xee" * BLOCK)
    v.set_used(lost, True)
    v.save()
    volumes, _ = listing(v.path)
    for i, store in enumerate(v.stores):
        all_, gone = len(store.descriptors) - 1, len(lost & set(store.data_blocks))
        data, bad = content(v.path, i)
        missed = wrong(data, v.truths[i])
        share = float(volumes[i][7].split(" % of them")[0].split()[-1])
        say(0 < share < 100 and share <= 100 * (1 - gone / all_) + 0.06, f"overwritten: copy {i}: {share} % of its blocks are told to be there")
        say(all(b"\xee" * SECTOR not in block(data, b) for b in missed) and 0 < len(missed) * SECTOR <= bad,
            f"overwritten: copy {i}: {len(missed)} blocks are not whole, all are counted as bad, none shows what lies there now")


def check_list_lost(v):
    store = v.stores[0]
    at = store.place(store.list_places[1])
    v.put(at, b"\xdd" * BLOCK)
    v.save()
    volumes, problems = listing(v.path)
    data, _ = content(v.path, 0)
    right = len(v.truths[0]) - len(wrong(data, v.truths[0]))
    say(any(p[2] == "vss-list-damaged" for p in problems) and len(volumes) == 3, "list block lost: it is said")
    say(right > len(v.truths[0]) // 3, f"list block lost: what stands behind it is still used ({right} of {len(v.truths[0])} blocks right)")


def check_partly(v):
    """The two older copies were dropped, the newest is there."""
    v.catalogue([v.stores[2]], freed=2)
    v.put_header(CATALOGUE_AT * BLOCK)
    older = {b for s in v.stores[:2] for _, at, count in s.pieces for b in range(at, at + count)}
    v.set_used(older, False)
    for n, store in enumerate(v.stores[:2]):
        v.file_record(SPARE_RECORD + n, store, False)
    v.save()
    volumes, _ = listing(v.path)
    say([r[3].split(" of")[0] for r in volumes] == ["deleted shadow copy"] * 2 + ["shadow copy"], "partly deleted: two deleted, one there")
    for i, truth in enumerate(v.truths):
        data, bad = content(v.path, i)
        missed = wrong(data, truth)
        say(not missed and bad == 0, f"partly deleted: copy {i} shows what was there ({len(missed)} wrong)")
    os.truncate(v.path, 65 << 30)
    volumes, problems = listing(v.path)
    say([r[3].split(" of")[0] for r in volumes] == ["deleted shadow copy"] * 2 + ["shadow copy"] and
        any(p[2] == "vss-search-partial" for p in problems), "partly deleted, large volume: records of the files are enough")


def check_entry_lost(v):
    """The entry of the copy in the middle is gone from the catalogue; its file is there, and the older copy is read through it."""
    v.catalogue([v.stores[0], v.stores[2]], freed=1)
    v.file_record(SPARE_RECORD, v.stores[1], True)
    v.save()
    volumes, _ = listing(v.path)
    say(["(not in the catalogue)" in r[3] for r in volumes] == [False, True, False], "entry lost: the copy in the middle is found by its file")
    for i, truth in enumerate(v.truths):
        missed = wrong(content(v.path, i)[0], truth)
        say(not missed, f"entry lost: copy {i} shows what was there ({len(missed)} wrong)")


def check_damage(v, rounds):
    """Random bytes in the boot sector, records and structures: never a crash, never without an end."""
    wipe(v)
    for n, store in enumerate(v.stores):
        v.file_record(SPARE_RECORD + n, store, n == 1)
    places = [(0, 100), (v.record_at(0), 512), (v.record_at(6), 512)] + [(v.record_at(SPARE_RECORD + n), 512) for n in range(3)]
    places += [(s.place(r) * BLOCK, 400) for s in v.stores for r in (0, 1, 2, s.bitmap_at)]
    rand, died = random.Random(7), 0
    v.save()
    for turn in range(rounds):
        with open(v.path, "r+b") as f:
            for at, size in places:
                f.seek(at)
                f.write(v.raw[at:at + size])
            for _ in range(1 + turn % 4):
                at, size = rand.choice(places)
                f.seek(at + rand.randrange(size))
                f.write(bytes([rand.choice((0, 1, 0x7F, 0x80, 0xFF, rand.randrange(256)))]))
        for number in ([], ["0"])[:1 + (turn % 5 == 0)]:
            done = subprocess.run([TOOL, v.path] + number, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
            died += done.returncode not in (0, 1) or b"Sanitizer" in done.stderr or b"runtime error" in done.stderr
    say(died == 0, f"{rounds} volumes with random changes are survived")


def main():
    seeds = [int(s) for s in sys.argv[3:]] or [1, 2]
    say(pyvshadow is not None, "pyvshadow is there to compare with")
    for seed in seeds:
        path = os.path.join(sys.argv[2], f"vss{seed}.img")
        v = make(path, seed, seed % 2 == 1)
        check_live(v, f"seed {seed}")
        if seed == seeds[0]:
            check_deleted(v)
            check_overwritten(v)
            check_list_lost(v)
            check_partly(make(path, seed))
            check_entry_lost(make(path, seed))
            check_damage(make(path, seed), 60)
        os.remove(path)


main()
