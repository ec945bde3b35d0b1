"""sources.py - the evidence that is damaged: what tests/evidence makes, the disks and locks of fixtures/seed, the artefacts of fixtures, and small images of the corpus."""
import gzip
import lzma
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "fixtures")]
from pieces import unpack  # noqa: E402

MADE = ("ntfs_basic", "ext4_basic", "fat16", "ntfs_ads_hardlink", "ext2_basic", "mbr_extended", "ext3_basic", "exfat_basic", "gpt_many", "ext4_deleted",
        "fat12", "ewf_basic", "iso_basic", "xfs_v4_block512")
LARGEST = 80 << 20
CORPUS_LARGEST = 24 << 20


def made(work):
    missing = [n for n in MADE if not any(os.path.exists(os.path.join(work, n + e)) for e in (".img", ".E01"))]
    if missing:
        subprocess.run([sys.executable, os.path.join(ROOT, "tests", "evidence", "make.py"), *missing, "-o", work], check=True, stdout=subprocess.DEVNULL)
    for name in MADE:
        for ending in (".img", ".E01"):
            path = os.path.join(work, name + ending)
            if os.path.exists(path) and os.path.getsize(path) <= LARGEST:
                yield name, path, ending == ".img" and not name.startswith(("iso", "xfs")), ()


def seeds(work, target):
    folder = os.path.join(ROOT, "fixtures", "seed", target)
    for name in sorted(os.listdir(folder)):
        path = os.path.join(work, "%s_%s.img" % (target, name.split(".")[0]))
        if not os.path.exists(path):
            with open(os.path.join(folder, name), "rb") as f, open(path, "wb") as out:
                out.write(unpack(f.read()))
        yield "%s/%s" % (target, name), path, False, ()


def artefacts(work):
    """All artefact fixtures in one file system, each at a place of its own: damage to one must leave the rows of the others."""
    path = os.path.join(work, "artefacts.img")
    if not os.path.exists(path):
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", os.path.join(ROOT, "fixtures", "artefact"), path, "24M"], check=True, stdout=subprocess.DEVNULL,
                       env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    yield "artefacts", path, True, ()


def corpus(work, folder):
    """Copies lie in WORK: the corpus itself is never written."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path, ending = os.path.join(base, name), name.rsplit(".", 1)[-1].lower()
            if ending not in ("raw", "dd", "img", "e01", "vmdk", "qcow2", "vhd", "vdi", "xz", "gz") or os.path.getsize(path) > CORPUS_LARGEST:
                continue
            copy = os.path.join(work, "corpus_" + os.path.relpath(path, folder).replace("/", "_"))
            copy = copy[:-len(ending) - 1] if ending in ("xz", "gz") else copy
            if not os.path.exists(copy):
                opener = {"xz": lzma.open, "gz": gzip.open}.get(ending, open)
                with opener(path, "rb") as f:
                    data = f.read(CORPUS_LARGEST + 1)
                if len(data) > CORPUS_LARGEST:
                    continue
                with open(copy, "wb") as out:
                    out.write(data)
            yield "corpus " + os.path.relpath(path, folder), copy, ending in ("raw", "dd", "img", "xz", "gz"), ()


def sources(work, corpus_folder):
    out = list(made(work)) + list(artefacts(work)) + list(seeds(work, "disk")) + list(seeds(work, "layers"))
    if corpus_folder and os.path.isdir(os.path.join(corpus_folder, "images")):
        out += corpus(work, os.path.join(corpus_folder, "images"))
    return out
