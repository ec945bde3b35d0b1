#!/usr/bin/env python3
"""fleet_make.py TEMPLATE OUT COUNT [FILES]: COUNT sealed bundles of one made incident, from one real bundle.

TEMPLATE is a bundle that triage wrote; its case.db is copied and its hosts, findings, contacts and facts are replaced by those of machine n. The incident: PC-000 is the
first; each machine k > 0 is entered from machine (k - 1) // 3 with the account svc-backup, k minutes later. Each machine's clock is off by (k % 5) * 37 s; every third one tells
only its own side. The same tool (by content) lies on all, the outside address 203.0.113.9 is a peer of the first three. Every tenth machine has nothing. FILES more rows of files make a
database of a size.
"""
import hashlib
import json
import os
import shutil
import sqlite3
import sys

START = 1670289240 * 10**9
TOOL = hashlib.sha256(b"tool of the intruder").hexdigest()


def clock(k):
    return (k % 5) * 37 * 10**9


def name(k):
    return f"PC-{k:03d}"


def fill(db, k, count, files):
    hit = k == 0 or k % 10 != 0
    at = START + k * 60 * 10**9 + clock(k)
    for table in ("t_finding", "t_story", "t_contact", "t_host", "t_account"):
        db.execute(f"DELETE FROM {table}")
    facts = {"hostname": name(k), "case_id": "fleet", "evidence_id": name(k), "started": "2022-12-08T00:00:00Z", "verdict": "compromised" if hit else "nothing-found",
             "ransomware.family": "Play" if hit else "", "ransomware.encrypted_files": "40" if hit else "0", "ransomware.first": str(at + 3600 * 10**9) if hit else "",
             "ransomware.last": str(at + 7200 * 10**9) if hit else "", "answer.entry": "null", "answer.accounts_to_reset": "[]"}
    for key, value in facts.items():
        db.execute("INSERT OR REPLACE INTO t_meta VALUES(?, ?)", (key, value))
    db.execute("INSERT INTO t_host(host_id, filesystem_id, hostname, os, version, addresses) VALUES(1, 1, ?, 'Windows 10 Pro', '10.0', ?)", (name(k), f"10.1.{k // 250}.{k % 250 + 1}"))
    first = db.execute("SELECT min(file_id) FROM t_file WHERE sha256 IS NOT NULL").fetchone()[0]
    db.execute("UPDATE t_evidence SET sha256 = ?, name = ?", (hashlib.sha256(name(k).encode()).hexdigest(), name(k) + ".raw"))
    db.execute("UPDATE t_file SET sha256 = ? WHERE file_id = ?", (TOOL, first))
    if hit:
        # only even machines have a rule for it; the others have the content all the same
        if k % 2 == 0:
            db.execute("INSERT INTO t_finding VALUES(1, 'high', 70, 42, 'yara:credential_tools.yar.made', 'credential-access', 'A tool that steals passwords', 'T1003', ?, '/x', ?, ?, 1,"
                       " '{\"accounts\":[\"TOWN\\\\svc-backup\"],\"family\":\"Mimikatz\",\"examples\":[{\"file_id\":' || ? || ',\"path\":\"/x\"}]}', ?, NULL)", (name(k), at, at, first, first))
        db.execute("INSERT INTO t_finding VALUES(2, 'critical', 95, 95, 'detect:encrypted-files', 'encrypted', 'Encrypted files: Play (.play)', 'T1486', ?, '/y', ?, ?, 40, '{}', NULL, NULL)",
                   (name(k), at + 3600 * 10**9, at + 7200 * 10**9))
        n = 0
        def contact(direction, peer, when):
            nonlocal n
            n += 1
            db.execute("INSERT INTO t_contact VALUES(?, ?, ?, ?, ?, 'rdp', ?, ?, 1, 0, 'evtx', NULL)", (n, name(k), direction, peer, "TOWN\\svc-backup", when, when))
        parent = (k - 1) // 3
        if k > 0 and parent % 10 == 0 and parent > 0:
            parent = 0
        if k > 0:
            contact("from", f"10.1.{parent // 250}.{parent % 250 + 1}", START + k * 60 * 10**9 + clock(k) - 30 * 10**9)
        if k < 3:
            contact("from", "203.0.113.9", at - 10**9)
        if k % 3 != 2:
            for child in range(1, count):
                owner = (child - 1) // 3
                if owner > 0 and owner % 10 == 0:
                    owner = 0
                if owner == k and child % 10 != 0:
                    contact("to", name(child) + ".town.example", START + child * 60 * 10**9 + clock(k) - 30 * 10**9)
    if files:
        top = db.execute("SELECT max(file_id) FROM t_file").fetchone()[0]
        columns = [row[1] for row in db.execute("PRAGMA table_info(t_file)")]
        chosen = ", ".join("?1 + n.value" if c == "file_id" else "lower(hex(randomblob(32)))" if c == "sha256" else "'/many/' || n.value" if c == "path" else "t." + c for c in columns)
        db.execute(f"INSERT INTO t_file SELECT {chosen} FROM t_file t, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?2) SELECT value FROM n) n"
                   " WHERE t.file_id = ?3", (top, files, first))


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def seal(folder):
    """Manifests over what lies in the folder now, as BagIt has them."""
    payload = []
    for base, _, names in os.walk(os.path.join(folder, "data")):
        payload += [os.path.relpath(os.path.join(base, n), folder) for n in names]
    payload.sort()
    size = sum(os.path.getsize(os.path.join(folder, p)) for p in payload)
    with open(os.path.join(folder, "bag-info.txt")) as f:
        lines = [f"Payload-Oxum: {size}.{len(payload)}\n" if line.startswith("Payload-Oxum") else line for line in f]
    files = {"bag-info.txt": "".join(lines), "manifest-sha256.txt": "".join(f"{digest(os.path.join(folder, p))}  {p}\n" for p in payload)}
    for file, text in files.items():
        with open(os.path.join(folder, file), "w") as f:
            f.write(text)
    tags = sorted(n for n in os.listdir(folder) if os.path.isfile(os.path.join(folder, n)) and not n.startswith("tagmanifest"))
    with open(os.path.join(folder, "tagmanifest-sha256.txt"), "w") as f:
        f.write("".join(f"{digest(os.path.join(folder, n))}  {n}\n" for n in tags))


def copy(template, folder):
    shutil.copytree(template, folder)
    for base, folders, names in os.walk(folder):
        for n in folders + names:
            os.chmod(os.path.join(base, n), 0o755 if n in folders else 0o644)


def main():
    template, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    files = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    os.makedirs(out, exist_ok=True)
    for k in range(count):
        folder = os.path.join(out, f"bundle-{k:03d}")
        copy(template, folder)
        db = sqlite3.connect(os.path.join(folder, "data", "case.db"))
        db.execute("PRAGMA journal_mode = OFF")
        fill(db, k, count, files)
        db.commit()
        db.close()
        seal(folder)


if __name__ == "__main__":
    main()
