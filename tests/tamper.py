# tamper.py TRIAGE FOLDER PKI - change sealed bundles in each row's way; `triage verify` must refuse each copy and say what the row says.
#
# FOLDER holds: plain (sealed), signed (run --sign), full (signed, stamped twice, handed over thrice, the second one signed), and
# other (another bundle, treated like full). Prints TAP: one line a row, and one for the untouched bundles.
import hashlib, os, re, shutil, subprocess, sys

triage, folder, pki = sys.argv[1:4]
rows = []          # (name, bundle, change, words that verify must say)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    if os.path.lexists(path):
        os.unlink(path)          # the copies share their files with the original
    with open(path, "wb") as f:
        f.write(data)


def row(name, bundle, words, change):
    rows.append((name, bundle, change, words))


def edit(path, change):
    return lambda d: write(d + "/" + path, change(read(d + "/" + path)))


def flip(bit):
    def change(data):
        out = bytearray(data)
        at = min(len(out) - 1, int(len(out) * bit))
        out[at] ^= 1 << (at % 3)
        return bytes(out)
    return change


def files_of(bundle):
    out = []
    for base, _, names in os.walk(folder + "/" + bundle):
        out += [os.path.relpath(base + "/" + n, folder + "/" + bundle) for n in names]
    return sorted(out)


def sha(data):
    return hashlib.sha256(data).hexdigest()


def reseal(d):
    """What a forger can do without a key: new manifests over what is there."""
    names = [n for n in sorted(os.path.relpath(b + "/" + f, d) for b, _, fs in os.walk(d + "/data") for f in fs)]
    write(d + "/manifest-sha256.txt", "".join("%s  %s\n" % (sha(read(d + "/" + n)), n) for n in names).encode())
    info = read(d + "/bag-info.txt").decode()
    oxum = "%d.%d" % (sum(os.path.getsize(d + "/" + n) for n in names), len(names))
    write(d + "/bag-info.txt", re.sub(r"Payload-Oxum: .*", "Payload-Oxum: " + oxum, info).encode())
    tags = ["HOW-TO-VERIFY.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"]
    write(d + "/tagmanifest-sha256.txt", "".join("%s  %s\n" % (sha(read(d + "/" + n)), n) for n in tags).encode())


def rechain(lines, previous="0" * 64, seq=1):
    """A chain forged from these acts: numbers and digests made to fit."""
    out = []
    for line in lines:
        body = re.sub(r',"hash":"[0-9a-f]{64}"(,"previous_hash":")[0-9a-f]{64}(","seq":)\d+', r'\g<1>%s\g<2>%d' % (previous, seq), line)
        previous = sha(body.encode())
        out.append(body.replace(',"previous_hash"', ',"hash":"%s","previous_hash"' % previous, 1))
        seq += 1
    return out


def acts(d):
    return sorted(n for n in os.listdir(d + "/custody") if n.endswith(".json"))


def act(n):                      # n-th later act of a full bundle, from 0
    return "custody/" + acts(folder + "/full")[n]


def number(d, path):
    return re.search(rb'"hash":"([0-9a-f]{64})","previous_hash"', read(d + "/" + path)).group(1).decode()


def openssl(*args):
    subprocess.run(["openssl"] + list(args), check=True, capture_output=True)


def sign(d, name, key):
    os.path.lexists(d + "/" + name + ".p7s") and os.unlink(d + "/" + name + ".p7s")
    openssl("cms", "-sign", "-binary", "-outform", "DER", "-in", d + "/" + name, "-signer", pki + "/" + key + ".pem", "-inkey", pki + "/" + key + ".key",
            "-out", d + "/" + name + ".p7s")


def stamp(d, name):
    openssl("ts", "-query", "-data", d + "/" + name, "-sha256", "-cert", "-out", d + "/../q.tsq")
    os.path.lexists(d + "/" + name + ".tsr") and os.unlink(d + "/" + name + ".tsr")
    openssl("ts", "-reply", "-config", pki + "/tsa.cnf", "-queryfile", d + "/../q.tsq", "-out", d + "/" + name + ".tsr")


def move(a, b):
    return lambda d: os.rename(d + "/" + a, d + "/" + b)


def both(*changes):
    def change(d):
        for c in changes:
            c(d)
    return change


def swap(a, b):
    def change(d):
        one, two = read(d + "/" + a), read(d + "/" + b)
        write(d + "/" + a, two)
        write(d + "/" + b, one)
    return change


def take(path):                  # the same file of the other bundle
    return lambda d: write(d + "/" + path, read(folder + "/other/" + path))


def link(path):
    def change(d):
        shutil.copy(d + "/" + path, d + "/../linked")
        os.unlink(d + "/" + path)
        os.symlink(d + "/../linked", d + "/" + path)
    return change


remove = lambda path: lambda d: os.unlink(d + "/" + path)

SIGNATURE, STAMP, SECOND = "tagmanifest-sha256.txt.p7s", "tagmanifest-sha256.txt.tsr", "tagmanifest-sha256.txt.p7s.tsr"
full = files_of("full")
last_act = act(-1)
ends = {"tagmanifest-sha256.txt": ": ", "manifest-sha256.txt": "manifest-sha256.txt"}

# --- bit, byte, add, remove, swap: every file of a bundle that has everything ---
for path in full:
    words = path if path not in ends else ends[path]
    if os.path.getsize(folder + "/full/" + path) == 0:
        row("add: a byte in the empty " + path, "full", path, edit(path, lambda b: b"x"))
    else:
        for part in (0.0, 0.5, 0.999999):
            row("bit: %s at %d %%" % (path, part * 100), "full", words, edit(path, flip(part)))
        row("byte: %s without its last byte" % path, "full", words, edit(path, lambda b: b[:-1]))
        row("byte: %s with one more at its end" % path, "full", words, edit(path, lambda b: b + b"\n"))
        row("byte: %s emptied" % path, "full", words, edit(path, lambda b: b""))
    if path != last_act:
        row("remove: " + path, "full", ("missing: " if path not in ends else "not sealed: ") + path, remove(path))
    if os.path.exists(folder + "/other/" + path) and read(folder + "/other/" + path) != read(folder + "/full/" + path):
        row("swap: %s of another bundle" % path, "full", words, take(path))
    row("swap: %s made a link" % path, "full", words if path not in ends else "not sealed", link(path))
row("remove: the last hand-over, whose number is on paper", "full --seal LAST", "not found: --seal", remove(last_act))
row("remove: the last two hand-overs", "full --seal LAST", "not found: --seal", both(remove(act(-1)), remove(act(-2)), remove(act(-2) + ".p7s")))
row("remove: every later act with its files", "full --seal LAST", "not found: --seal",
    both(*[remove(p) for p in full if p.startswith("custody/") or p.startswith("tagmanifest-sha256.txt.")]))
row("remove: the folder custody", "signed --seal LAST", "not found: --seal", lambda d: shutil.rmtree(d + "/custody"))
row("remove: signature and the act that brought it", "signed", "missing: " + SIGNATURE, both(remove(SIGNATURE), lambda d: shutil.rmtree(d + "/custody")))

# --- add ---
for path in ("data/extra.txt", "extra.txt", "data/.hidden", "custody/note.txt", "custody/000999.json.p7s", "data/x\ny", "custody/7.json"):
    row("add: %r" % path, "full", "added: " if "000999" not in path else "missing: custody/000999.json",
        lambda d, p=path: write(d + "/" + p, b"x"))
row("add: an empty folder in the payload", "plain", "added: data/new", lambda d: os.mkdir(d + "/data/new"))
row("add: an empty folder beside it", "plain", "added: new", lambda d: os.mkdir(d + "/new"))
row("add: a link to a file outside", "plain", "added: data/l", lambda d: os.symlink("/etc/hostname", d + "/data/l"))
row("add: a pipe", "plain", "added: data/p", lambda d: os.mkfifo(d + "/data/p"))
row("add: a signature that is none", "plain", "signature: " + SIGNATURE, lambda d: write(d + "/" + SIGNATURE, b"\x30\x00"))
row("add: a signature for an act that is not signed", "full", "added: " + act(3) + ".p7s", lambda d: sign(d, act(3), "signer"))
first = "custody/%06d.json" % (read(folder + "/plain/data/custody.jsonl").count(b"\n") + 1)
row("add: an act that is no act", "plain", "later act: " + first, lambda d: (os.mkdir(d + "/custody"), write(d + "/" + first, b"{}\n")))
row("add: a stamp that is none", "plain", "time stamp: " + STAMP, lambda d: write(d + "/" + STAMP, b"x"))
row("add: a stamp of a signature that is not there", "plain", "broken: " + SECOND, lambda d: write(d + "/" + SECOND, read(folder + "/full/" + SECOND)))
row("add: a file, and its line in the manifest", "plain", "changed: manifest-sha256.txt",
    lambda d: (write(d + "/data/e", b""), write(d + "/manifest-sha256.txt", read(d + "/manifest-sha256.txt") + (sha(b"") + "  data/e\n").encode())))
row("add: a line of the manifest twice", "plain", "it names a file twice",
    edit("manifest-sha256.txt", lambda b: b + b.splitlines(True)[0]))
row("add: a file outside data/ in the manifest", "plain", "outside data/", edit("manifest-sha256.txt", lambda b: b + ("0" * 64 + "  bagit.txt\n").encode()))

# --- rename ---
row("rename: a payload file", "plain", "missing: data/timeline.csv", move("data/timeline.csv", "data/timeline2.csv"))
row("rename: the folder data", "plain", "missing: data/", move("data", "data2"))
row("rename: an act to a later number", "full", "renamed: custody/000999.json", move(act(-1), "custody/000999.json"))
row("rename: the signature", "signed", "missing: " + SIGNATURE, move(SIGNATURE, "x.p7s"))
row("rename: a stamp as the other", "full", "missing: " + STAMP, both(remove(SECOND), move(STAMP, SECOND)))

# --- reorder ---
row("reorder: lines of the manifest", "full", "changed: manifest-sha256.txt", edit("manifest-sha256.txt", lambda b: b"".join(reversed(b.splitlines(True)))))
row("reorder: lines of the tag manifest, signed", "signed", "signature: " + SIGNATURE,
    edit("tagmanifest-sha256.txt", lambda b: b"".join(reversed(b.splitlines(True)))))
row("reorder: lines of the tag manifest, handed over", "full", "it was done to another seal",
    edit("tagmanifest-sha256.txt", lambda b: b"".join(reversed(b.splitlines(True)))))
row("reorder: lines of bag-info.txt", "plain", "changed: bag-info.txt", edit("bag-info.txt", lambda b: b"".join(reversed(b.splitlines(True)))))


def chain(change, seal=True):
    def all_of_it(d):
        lines = read(d + "/data/custody.jsonl").decode().splitlines()
        write(d + "/data/custody.jsonl", "".join(l + "\n" for l in change(lines)).encode())
        if seal:
            reseal(d)
    return all_of_it


for name, change in (("two acts", lambda l: [l[1], l[0]] + l[2:]), ("the last two acts", lambda l: l[:-2] + [l[-1], l[-2]]), ("all acts", lambda l: l[::-1])):
    row("reorder: %s of the chain, sealed anew" % name, "plain", "broken: data/custody.jsonl: custody chain", chain(change))
row("reorder: the chain forged to fit, sealed anew", "plain", "it is not the chain that data/case.db holds", chain(lambda l: rechain([l[1], l[0]] + l[2:])))
row("swap: two later acts", "full", "later act: ", swap(act(2), act(3)))
row("swap: first and last later act", "full", "later act: ", swap(act(0), act(-1)))
row("swap: two payload files", "plain", "changed: data/timeline.csv", swap("data/timeline.csv", "data/timeline.jsonl"))
row("swap: both manifests", "plain", ": ", swap("manifest-sha256.txt", "tagmanifest-sha256.txt"))
row("swap: the two stamps", "full", "time stamp: " + STAMP, swap(STAMP, SECOND))
row("swap: the stamp by the signature", "full", "time stamp: " + STAMP, swap(STAMP, SIGNATURE))
row("swap: the signature of the act by that of the bundle", "full", "signature: ", swap(SIGNATURE, act(4) + ".p7s"))

# --- the chain of custody, sealed anew by one without a key ---
for name, change, words in (
        ("the first act cut", lambda l: l[1:], "custody chain, line 1"), ("the last act cut", lambda l: l[:-1], "not the chain that data/case.db"),
        ("an act in the middle cut", lambda l: l[:2] + l[3:], "custody chain, line 3"), ("an act twice", lambda l: l[:2] + l[1:], "custody chain, line 3"),
        ("no act left", lambda l: [], "the chain is empty"), ("another actor", lambda l: [l[0].replace('"triage"', '"nobody"', 1)] + l[1:], "was changed"),
        ("another time", lambda l: [re.sub(r'"time":"2', '"time":"1', l[0])] + l[1:], "was changed"),
        ("another number", lambda l: [l[0].replace('"seq":1', '"seq":7')] + l[1:], "custody chain, line 1"),
        ("another digest", lambda l: [re.sub(r'"hash":"[0-9a-f]', '"hash":"g', l[0])] + l[1:], "custody chain, line 1"),
        ("a blank more", lambda l: [l[0].replace('"seq":1', '"seq": 1')] + l[1:], "custody chain, line 1"),
        ("a line that is no act", lambda l: l + ["{}"], "custody chain"), ("forged from the start", lambda l: rechain([l[0].replace("kernel", "kernal")] + l[1:]),
        "not the chain that data/case.db")):
    row("chain: %s, sealed anew" % name, "plain", words, chain(change))
    row("chain: %s" % name, "signed", "changed: data/custody.jsonl", chain(change, seal=False))

# --- later acts forged ---


def forge(n, change, rest=True):
    """Change the n-th later act and make the chain fit again from there on."""
    def all_of_it(d):
        names = acts(d)
        lines = [read(d + "/custody/" + a).decode().rstrip("\n") for a in names]
        lines[n] = change(lines[n])
        before = read(d + "/data/custody.jsonl").decode().splitlines()
        first = len(before) + 1
        previous = re.search(r'"hash":"([0-9a-f]{64})","previous_hash"', before[-1]).group(1)
        made = rechain(lines, previous, first) if rest else lines
        for name, line in zip(names, made):
            write(d + "/custody/" + name, (line + "\n").encode())
    return all_of_it


row("act: another receiver", "full", "later act: " + act(3), forge(3, lambda l: l.replace("Claes", "Nobody"), rest=False))
row("act: another receiver, chain forged; its number is on paper", "full --seal LAST", "not found: --seal", forge(3, lambda l: l.replace("Claes", "Nobody")))
row("act: a signed one changed, chain forged", "full", "signature: " + act(4) + ".p7s", forge(4, lambda l: l.replace("Lab", "Bar")))
row("act: a signed one made unsigned, chain forged", "full", "added: " + act(4) + ".p7s", forge(4, lambda l: re.sub(r'"signer":"[^"]*",', "", re.sub(r'"certificate":"[0-9a-f]{64}",', "", l))))
row("act: for another seal, chain forged", "full", "it was done to another seal", forge(3, lambda l: re.sub(r'"tag_manifest":"....', '"tag_manifest":"0000', l)))
row("act: another digest of the stamp, chain forged", "full", "changed: " + STAMP, forge(0, lambda l: re.sub(r'"sha256":"....', '"sha256":"0000', l)))
row("act: another file than the stamp, chain forged", "full", "it names a file that no act brings", forge(0, lambda l: l.replace(STAMP, "/etc/passwd")))
row("act: the seal of the act is gone", "full", "it was done to another seal", forge(3, lambda l: re.sub(r'"tag_manifest":"[0-9a-f]*",?', "", l)))
row("act: two lines in one file", "full", "it is not one line", edit(act(3), lambda b: b + b))
row("act: without its line end", "full", "it is not one line", edit(act(3), lambda b: b.rstrip(b"\n")))
row("act: a folder in its place", "full", "missing: ", lambda d: (os.unlink(d + "/" + act(1)), os.mkdir(d + "/" + act(1))))

# --- replay: what belongs to another bundle or to an earlier state ---
row("replay: signature of another bundle", "signed", "signature: " + SIGNATURE, take(SIGNATURE))
row("replay: stamp of another bundle", "full", "time stamp: " + STAMP, take(STAMP))
row("replay: all later acts of another bundle", "plain", "later act: ", lambda d: shutil.copytree(folder + "/other/custody", d + "/custody"))
row("replay: all of another seal round this payload", "full", "changed: data/", both(*[take(p) for p in full if not p.startswith("data/")]))
row("replay: the payload of another bundle under this seal", "full", "changed: data/", both(*[take(p) for p in full if p.startswith("data/")]))
row("replay: the whole of another bundle; the seal is on paper", "full --seal SEAL", "not found: --seal",
    lambda d: (shutil.rmtree(d), shutil.copytree(folder + "/other", d)))
row("replay: the state before the last hand-over; its number is on paper", "full --seal LAST", "not found: --seal", remove(last_act))
row("replay: an act of another bundle at the end", "signed", "later act: custody/",
    lambda d: write(d + "/custody/%06d.json" % (int(acts(d)[-1][:6]) + 1), read(folder + "/other/" + act(3))))
row("replay: an act again, under the next number", "full", "later act: custody/",
    lambda d: write(d + "/custody/%06d.json" % (int(acts(d)[-1][:6]) + 1), read(d + "/" + act(3))))

# --- sealed and signed anew by one with a key of his own ---
change_one = edit("data/timeline.csv", lambda b: b + b"x")


def without_signer(d):
    info = read(d + "/bag-info.txt").decode()
    write(d + "/bag-info.txt", re.sub(r"Triage-Signer.*\n", "", info).encode())
    reseal(d)


def drop_later(d):
    shutil.rmtree(d + "/custody", ignore_errors=True)
    for name in (SIGNATURE, STAMP, SECOND):
        os.path.exists(d + "/" + name) and os.unlink(d + "/" + name)


row("re-sign: a payload file changed, sealed anew", "signed", "signature: " + SIGNATURE, both(change_one, reseal))
row("re-sign: a payload file changed, sealed anew, handed over before", "full", "it was done to another seal", both(change_one, reseal))
row("re-sign: a payload file changed, sealed anew, stamped before", "full", "time stamp: " + STAMP, both(change_one, reseal))
row("re-sign: sealed anew, the signature taken away", "signed", "missing: " + SIGNATURE, both(change_one, reseal, drop_later))
row("re-sign: with a certificate of the same name", "signed", "sealed to be signed by", lambda d: sign(d, "tagmanifest-sha256.txt", "rogue"))
row("re-sign: with a certificate of the same name, to one who trusts the right one", "signed --trust", "is not trusted", lambda d: sign(d, "tagmanifest-sha256.txt", "rogue"))
row("re-sign: with another certificate of the same authority", "signed --trust", "sealed to be signed by", lambda d: sign(d, "tagmanifest-sha256.txt", "ec"))
row("re-sign: with a certificate that is not for signatures", "plain --trust", "is not trusted", lambda d: sign(d, "tagmanifest-sha256.txt", "enc"))
row("re-sign: changed, sealed and signed anew by a rogue, to one who trusts the right one", "signed --trust", "is not trusted",
    both(change_one, without_signer, drop_later, lambda d: sign(d, "tagmanifest-sha256.txt", "rogue")))
row("re-sign: changed, sealed and signed anew by a rogue; the seal is on paper", "signed --seal SEAL", "not found: --seal",
    both(change_one, without_signer, drop_later, lambda d: sign(d, "tagmanifest-sha256.txt", "rogue")))
row("re-sign: changed and sealed anew without a signature; the seal is on paper", "signed --seal SEAL", "not found: --seal", both(change_one, without_signer, drop_later))
row("re-sign: a hand-over signed by another", "full", "but the act was signed by", lambda d: sign(d, act(4), "signer"))
row("re-sign: a hand-over signed by a rogue", "full --trust", "is not trusted", lambda d: sign(d, act(4), "rogue"))
row("re-sign: signed anew by the same person", "signed", "changed: " + SIGNATURE, lambda d: sign(d, "tagmanifest-sha256.txt", "signer"))
row("re-sign: stamped anew", "full", "changed: " + STAMP, lambda d: stamp(d, "tagmanifest-sha256.txt"))
row("re-sign: the stamp of an authority that is not trusted", "full --trust-rogue", "is not trusted", lambda d: None)
row("re-sign: a signature over the manifest instead of the tag manifest", "plain", "signature: " + SIGNATURE,
    lambda d: (sign(d, "manifest-sha256.txt", "signer"), os.rename(d + "/manifest-sha256.txt.p7s", d + "/" + SIGNATURE)))


def attached(d):
    openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-in", d + "/tagmanifest-sha256.txt", "-signer", pki + "/signer.pem", "-inkey",
            pki + "/signer.key", "-out", d + "/" + SIGNATURE)


row("re-sign: a signature that brings its content along", "plain", "content of its own", attached)
row("re-sign: a signature without its certificate", "plain", "certificate of its signer is not in it",
    lambda d: openssl("cms", "-sign", "-binary", "-nocerts", "-outform", "DER", "-in", d + "/tagmanifest-sha256.txt", "-signer", pki + "/signer.pem",
                      "-inkey", pki + "/signer.key", "-out", d + "/" + SIGNATURE))
row("re-sign: an enciphered message as a signature", "plain", "no signature",
    lambda d: openssl("cms", "-encrypt", "-binary", "-outform", "DER", "-in", d + "/tagmanifest-sha256.txt", "-out", d + "/" + SIGNATURE, pki + "/signer.pem"))

# --- unsealed ---
row("unseal: without manifest-sha256.txt", "plain", "not sealed: manifest-sha256.txt", remove("manifest-sha256.txt"))
row("unseal: without tagmanifest-sha256.txt", "plain", "not sealed: tagmanifest-sha256.txt", remove("tagmanifest-sha256.txt"))
row("unseal: a manifest with another name for its digest", "plain", "not sealed: manifest-sha256.txt", move("manifest-sha256.txt", "manifest-md5.txt"))
row("unseal: another bagit.txt, sealed anew", "plain", "broken: bagit.txt", both(edit("bagit.txt", lambda b: b.replace(b"1.0", b"0.9")), reseal))
row("unseal: a tag manifest that leaves the manifest out", "plain", "it does not name every file beside data/",
    edit("tagmanifest-sha256.txt", lambda b: b"".join(l for l in b.splitlines(True) if not l.endswith(b" manifest-sha256.txt\n"))))
row("unseal: a wrong Payload-Oxum, sealed anew", "plain", "Payload-Oxum", lambda d: (reseal(d), write(d + "/bag-info.txt",
    re.sub(rb"Payload-Oxum: \d+", b"Payload-Oxum: 1", read(d + "/bag-info.txt"))), write(d + "/tagmanifest-sha256.txt", re.sub(rb"[0-9a-f]{64}  bag-info.txt",
    sha(read(d + "/bag-info.txt")).encode() + b"  bag-info.txt", read(d + "/tagmanifest-sha256.txt")))))
row("unseal: a database that is none, sealed anew", "plain", "broken: data/case.db", both(edit("data/case.db", lambda b: b"SQLite format 3\0" + b[16:4096]), reseal))


def verify(d, options):
    given = []
    original = folder + "/" + options[0]
    for o in options[1:]:
        if o == "SEAL":
            given.append(sha(read(original + "/tagmanifest-sha256.txt")))
        elif o == "LAST":
            given.append(number(original, "custody/" + acts(original)[-1]))
        elif o in ("--trust", "--trust-rogue"):
            given += ["--trust", pki + ("/ca.pem" if o == "--trust" else "/rogue.pem")]
        else:
            given.append(o)
    r = subprocess.run([triage, "verify"] + given + [d], capture_output=True)
    return r.returncode, (r.stdout + r.stderr).decode(errors="replace")


for options in ("plain", "signed", "full", "other", "plain --seal SEAL", "full --seal LAST", "full --trust", "signed --trust"):
    status, said = verify(folder + "/" + options.split()[0], options.split())
    print("%s - untouched: %s" % ("ok" if status == 0 else "not ok", options) + ("" if status == 0 else "\n# " + said))
seen = set()
for name, bundle, change, words in rows:
    assert name not in seen, name
    seen.add(name)
    copy = folder + "/copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder + "/" + bundle.split()[0], copy, copy_function=os.link)
    change(copy)
    status, said = verify(copy, bundle.split())
    good = status == 1 and words in said
    print("%s - %s" % ("ok" if good else "not ok", name.encode("unicode_escape").decode()) +
          ("" if good else "\n# status %d, wanted: %s\n# %s" % (status, words, said.replace("\n", "\n# "))))
print("%s - the table has at least 200 rows (%d)" % ("ok" if len(rows) >= 200 else "not ok", len(rows)))
