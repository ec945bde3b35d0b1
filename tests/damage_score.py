#!/usr/bin/env python3
"""damage_score.py TREES BUNDLES: what `triage` says of the trees of damage_make.py against their truth. Prints the matrix; TAP on stdout."""
import calendar
import collections
import json
import os
import sqlite3
import sys
import time


def simple(word):
    if word is None:
        return "none"
    if word.startswith("encrypted-"):
        return "whole" if word == "encrypted-whole" else "part"
    return "zeroed" if word.startswith("zeroed") else word


def seconds(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def tap(good, what, *lines):
    print(("ok - " if good else "not ok - ") + what)
    for line in lines:
        print("# " + line)


def main():
    trees, bundles = sys.argv[1:3]
    matrix = collections.Counter()
    wrong, late, damaged_sound, sound, names = [], [], [], 0, []
    for truth in sorted(f for f in os.listdir(trees) if f.endswith(".truth")):
        style = truth[:-6]
        data = os.path.join(bundles, style, "data")
        case = sqlite3.connect(os.path.join(data, "case.db"))
        said = {row[0]: row[1:] for row in case.execute("SELECT path, damage, original_path, shape FROM files WHERE kind = 'file' AND attr_id < 4294967296")}
        for line in open(os.path.join(trees, truth)):
            label, path = line.rstrip("\n").split("\t")
            got, original, shape = said.get(path, (None, None, None))
            word = simple(got)
            matrix[label, word] += 1
            if label in ("intact", "owned"):
                sound += 1
                if word not in ("intact", "unknown"):
                    damaged_sound.append("%s%s: %s" % (style, path, got))
            elif original and not path.startswith(original):
                names.append(path)
            # a container without any sign of its format cannot be told from an encrypted file: unknown is right for it
            if word != label and not (label == "owned" and word in ("intact", "unknown")):
                wrong.append("%s%s: %s, said %s (%s)" % (style, path, label, got, shape))
        window = os.path.join(trees, style + ".window")
        if not os.path.exists(window):
            continue
        first, last = (int(x) for x in open(window).read().split())
        w = json.load(open(os.path.join(data, "summary.json")))["ransomware"]["window"]
        if not w or abs(seconds(w["first"]) - first) > 60 or abs(seconds(w["last"]) - last) > 60:
            late.append("%s: %s" % (style, w and (w["first"], w["last"])))
    labels = ["intact", "owned", "whole", "part", "renamed", "zeroed"]
    words = ["intact", "unknown", "whole", "part", "renamed", "zeroed", "none"]
    total = sum(matrix.values())
    lines = ["%-10s" % "truth/said" + "".join("%9s" % w for w in words)]
    lines += ["%-10s" % label + "".join("%9d" % matrix[label, w] for w in words) for label in labels]
    right = 1 - len(wrong) / total
    tap(right >= 0.99, "%.2f %% of %d files are classified rightly" % (100 * right, total), *lines, *wrong[:12])
    tap(len(damaged_sound) <= sound / 1000, "%d of %d sound files are called damaged" % (len(damaged_sound), sound), *damaged_sound[:12])
    tap(not late, "each window begins and ends within a minute", *late)
    tap(not names, "original names are beginnings of the new ones", *names[:5])


main()
