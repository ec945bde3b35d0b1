"""Raw images that are split, cut, of odd size, or hold no filesystem at all."""
import random

import ext_images
import truth as truth_table
from ewf import CHUNK, large_range, partial, small_source, source_of


def parts_of(names, lost=()):
    """The small source in three files, cut inside its large file; lost: parts left out."""
    def maker(stem):
        data, inner, folder = source_of(small_source)
        first, last = large_range(data)
        third = (last - first) // 3
        cuts = [0, (first + third) * CHUNK, (first + 2 * third) * CHUNK, len(data)]
        truth = truth_table.Truth()
        truth.take(inner, change=partial if lost else None)
        for n, name in enumerate(names):
            if n not in lost:
                with open(stem + name, "wb") as out:
                    out.write(data[cuts[n]:cuts[n + 1]])
        if lost:
            truth.expect("problem", "segment")
            truth.expect("exit", 3)
        truth.write(stem)
        folder.cleanup()
    return maker


def odd_size(stem):
    """A filesystem and 300 more bytes: not a whole number of sectors."""
    data, inner, folder = source_of(ext_images.IMAGES["ext4_basic"])
    with open(stem + ".img", "wb") as out:
        out.write(data + b"\xa5" * 300)
    truth = truth_table.Truth()
    truth.take(inner)
    truth.write(stem)
    folder.cleanup()


def truncated(stem):
    """Cut inside the large file: metadata whole, the filesystem longer than the image."""
    data, inner, folder = source_of(small_source)
    first, last = large_range(data)
    with open(stem + ".img", "wb") as out:
        out.write(data[:(first + last) // 2 * CHUNK + 1000])
    truth = truth_table.Truth()
    truth.take(inner, change=partial)
    truth.expect("problem", "large.txt")
    truth.expect("exit", 3)
    truth.write(stem)
    folder.cleanup()


def without_filesystem(content, suffix=".img"):
    def maker(stem):
        with open(stem + suffix, "wb") as out:
            out.write(content())
        truth = truth_table.Truth()
        truth.expect("max_files", 1)
        truth.write(stem)
    return maker


def text():
    return b"".join(b"Not an image: line %d of a text.\n" % n for n in range(2000))


IMAGES = dict(
    split_raw=parts_of((".001", ".002", ".003")), split_000=parts_of((".000", ".001", ".002")),
    split_aa=parts_of((".aa", ".ab", ".ac")), split_gap=parts_of((".001", ".002", ".003"), lost=(1,)),
    odd_size=odd_size, truncated=truncated, empty=without_filesystem(bytes),
    text=without_filesystem(text, ".txt"),
    noise=without_filesystem(lambda: random.Random(9).randbytes(1 << 20)),
    zeros=without_filesystem(lambda: bytes(1 << 20)))
