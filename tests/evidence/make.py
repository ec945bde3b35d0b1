#!/usr/bin/env python3
"""Make evidence images with a known content: make.py NAME... -o DIR (or `all`, or --list)."""
import argparse
import glob
import importlib
import os
import sys
import time

MODULES = ("ntfs_images", "ext_images", "fat", "exfat", "partitions", "ewf", "iso", "raw", "server", "signatures", "town", "xfs")


def registry():
    images = {}
    for module in MODULES:
        images.update(importlib.import_module(module).IMAGES)
    return images


def main():
    images = registry()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="image, or `all`")
    parser.add_argument("-o", "--output", default=".", metavar="DIR")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    options = parser.parse_args()
    if options.list:
        print("\n".join(images))
        return 0
    names = list(images) if options.names == ["all"] else options.names
    unknown = [name for name in names if name not in images]
    if unknown or not names:
        parser.error("no such image: %s (try --list)" % " ".join(unknown or ["(none named)"]))
    os.umask(0o022)
    os.environ.update(TZ="UTC", LC_ALL="C.UTF-8",
                      PATH=os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin")
    os.makedirs(options.output, exist_ok=True)
    for name in names:
        start = time.monotonic()
        stem = os.path.join(options.output, name)
        for old in glob.glob(glob.escape(stem) + ".*"):
            os.unlink(old)
        images[name](stem)
        print("%-20s %5.1f s" % (name, time.monotonic() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
