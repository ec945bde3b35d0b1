"""ISO 9660 with Rock Ridge and Joliet, written by xorriso (ECMA-119, SUSP and RRIP 1.12)."""
import os
import random
import subprocess
import tempfile

import truth as truth_table

MOMENT = 1_670_289_240
STAMP = "2022120601140000"


def basic(stem):
    truth = truth_table.Truth()
    contents = {
        b"readme.txt": b"a short name\n",
        b"A name with spaces and length, number 1.document": b"a long name\n",
        "résumé – 日本語.txt".encode(): b"Unicode name\n",
        b"empty": b"",
        b"folder/inner/deep.txt": b"two levels down\n",
        b"folder/noise.bin": random.Random(1).randbytes(100_001)}
    with tempfile.TemporaryDirectory() as folder:
        root = os.fsencode(folder)
        os.makedirs(os.path.join(root, b"folder/inner"))
        for path, data in contents.items():
            with open(os.path.join(root, path), "wb") as out:
                out.write(data)
        os.symlink("folder/inner/deep.txt", os.path.join(folder, "link"))
        paths = list(contents) + [b"link", b"folder", b"folder/inner", b""]
        for path in sorted(paths, reverse=True):
            full = os.path.join(root, path)
            if not os.path.islink(full):
                os.chmod(full, 0o755 if os.path.isdir(full) else 0o644)
            os.utime(full, (MOMENT, MOMENT), follow_symlinks=False)
        env = dict(os.environ, SOURCE_DATE_EPOCH=str(MOMENT), TZ="UTC", LC_ALL="C.UTF-8")
        subprocess.run(["xorriso", "-no_rc", "-as", "mkisofs", "-quiet", "-r", "-J", "-joliet-long", "-V", "EVIDENCE",
                        "--modification-date=" + STAMP, "--set_all_file_dates", "set_to_mtime",
                        "-o", stem + ".img", folder], check=True, env=env, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    # The record's one date is called recording time here, change time there: not checked.
    times = dict(fn_mtime=None, fn_atime=None, fn_ctime=None, fn_btime=None)
    for path, data in contents.items():
        truth.add(path, data=data, **times)
    for path in (b"folder", b"folder/inner"):
        truth.add(path, kind="directory", **times)
    truth.write(stem)


IMAGES = dict(iso_basic=basic)
