#!/bin/sh
# share.sh - the bundle for those outside: a case of its own that verifies, without any personal data that was planted in the evidence; commitments open.
. "$(dirname "$0")/common.sh.inc"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH

# Personal data everywhere: folders of users, names, mail, national register numbers, notes with keys and chat addresses, accounts and hosts in logs.
home="$tmp/ev/Users/Jan.Vandenbroucke"
mkdir -p "$home/Desktop" "$tmp/ev/Dossiers/85.07.30-033.28 De Smet" "$tmp/ev/Windows/System32/winevt/Logs" "$tmp/ev/var/log"
note() { printf 'All your files are encrypted by LockBit Black!\nYour personal DECRYPTION ID: 4F9C1E77ABCD0042KEY\nTor: http://lockbitapt2d73krlbewgv27tquljgxr33xbwwsp6rkyieto7u4ncead.onion/chat/4F9C1E77ABCD0042KEY\nMail an.desmet@gemeente-voorbeeld.be or decrypt.desmet@tutanota.com\n'; }
note > "$home/Desktop/an.desmet@gemeente-voorbeeld.be README.txt"
note > "$tmp/ev/Dossiers/85.07.30-033.28 De Smet/Restore-My-Files.txt"
python3 - "$tmp/ev" <<'P'
import os, random, sys
random.seed(7)
for n in range(60):
    open(f"{sys.argv[1]}/Dossiers/85.07.30-033.28 De Smet/Uitkering Fatima El Amrani {n:02}.docx.[decrypt.desmet@tutanota.com].lockbit", "wb").write(random.randbytes(20000))
P
cp fixtures/artefact/evtx/security.evtx "$tmp/ev/Windows/System32/winevt/Logs/Security.evtx"
cp fixtures/artefact/evt/*.Evt "$tmp/ev/Windows/System32/winevt/Logs/"
cp fixtures/artefact/utmp/* "$tmp/ev/var/log/" 2> /dev/null
printf 'evil tool of Vandenbroucke\n' > "$home/vandenbroucke-tool.bin"
sha256sum "$home/vandenbroucke-tool.bin" > "$tmp/bad.lst"
printf 'rule Fatima_El_Amrani_case { meta: title = "Fatima El Amrani" severity = "high" strings: $a = "Vandenbroucke" condition: $a }\n' > "$tmp/elamrani.yar"
"$TRIAGE" run -q --case "Zaak Janssens" --evidence-id "PC van Jan" --examiner "J. Peeters" --organisation "Gemeente Voorbeeld" --note "Bel Mia Claes" --hostname PC-VANDENBROUCKE \
    -r "$tmp/elamrani.yar" --known-bad "$tmp/bad.lst" -o "$tmp/sealed" "$tmp/ev" > /dev/null 2> "$tmp/stderr"
same "the case has findings of files and of records" "$(sql "$tmp/sealed" "SELECT count(DISTINCT kind) >= 4 AND sum(detail LIKE '%event_id%') > 0 FROM findings")" 1
check "and the planted data is in it" grep -qai vandenbroucke "$tmp/sealed/data/findings.jsonl"

share=$("$TRIAGE" share --tlp green -o "$tmp/share/" "$tmp/sealed" 2> "$tmp/stderr")
same "the last line is the share's path" "$share" "$tmp/share"
check "verify accepts the share" "$TRIAGE" verify "$tmp/share"
check "and the sealed bundle" "$TRIAGE" verify "$tmp/sealed"
check "the secret lies beside it, for its owner alone" sh -c '[ "$(stat -c %a "$1")" = 600 ] && [ "$(wc -c < "$1")" = 65 ]' - "$tmp/share.secret"
cat > "$tmp/leaks.py" <<'P'
"""Every file of a folder, as it is and with what is packed or encoded in it, for text that must not be there."""
import base64, html, json, os, re, sqlite3, sys, urllib.parse, zlib
planted = """vandenbroucke desmet de\\x20smet amrani fatima peeters janssens claes 85.07.30 85073003328 gemeente tutanota onion lockbitapt 4f9c1e77 restore-my-files uitkering dossiers
    pc-van jdevries beheer stadhuis elamrani zaak winevt security.evtx secevent desktop users/ {account}""".split()
accounts = [a for (a,) in sqlite3.connect(sys.argv[2] + "/data/case.db").execute("SELECT DISTINCT user FROM timeline WHERE length(user) > 3 UNION SELECT DISTINCT host FROM timeline WHERE length(host) > 3")]
words = {p.replace("\\x20", " ").lower() for p in planted if "{" not in p} | {a.lower() for a in accounts if a not in ("SYSTEM", "root", "admin")}
leaks = set()
def look(path, data, how):
    text = data.lower()
    for w in words - (ours if path.endswith('report.html') else set()):
        for form in (w.encode(), w.encode("utf-16-le"), w.encode("utf-16-be"), base64.b64encode(w.encode())[2:-3]):
            if len(form) > 3 and (form in text or (form == base64.b64encode(w.encode())[2:-3] and form in data)):
                leaks.add((path, how, w))
# words that the report has of its own, in four languages
own = b"".join(open(sys.argv[3] + "/data/report.html", "rb").read().lower().split()) if len(sys.argv) > 3 else b""
ours = {w for w in words if w.encode() in own}
count = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        data = open(path, "rb").read()
        look(path, name.encode(), "name")
        look(path, data, "bytes")
        look(path, html.unescape(data.decode("utf-8", "replace")).encode(), "html")
        look(path, urllib.parse.unquote_to_bytes(data), "percent")
        look(path, re.sub(rb"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)).encode("utf-8", "replace"), data), "escapes")
        for m in re.finditer(rb"[A-Za-z0-9+/]{40,}={0,2}", data):
            try:
                look(path, base64.b64decode(m[0] + b"=" * (-len(m[0]) % 4)), "base64")
            except ValueError:
                pass
        count += 1
assert count > 12 and len(words) > 25, (count, words)
for leak in sorted(leaks):
    print(leak)
sys.exit(bool(leaks))
P
mkdir "$tmp/empty"; printf x > "$tmp/empty/x"; "$TRIAGE" run -q -o "$tmp/blank" "$tmp/empty" > /dev/null 2>&1
check "no planted word is in any file of the share" python3 "$tmp/leaks.py" "$tmp/share" "$tmp/sealed" "$tmp/blank"
if python3 "$tmp/leaks.py" "$tmp/sealed" "$tmp/sealed" > "$tmp/leaks" 2>&1; then bad "the search finds them where they are"; else ok "the search finds them where they are"; fi
same "in every file of the sealed case but its declaration, manifests and the like" "$(cut -d"'" -f2 "$tmp/leaks" | sort -u | wc -l | awk '{ print ($1 >= 10) }')" 1

# what it is good for
same "it says what happened" "$(jq -r .verdict "$tmp/share/data/summary.json")" "$(jq -r .verdict "$tmp/sealed/data/summary.json")"
same "how many files were encrypted" "$(jq .ransomware.encrypted_files "$tmp/share/data/summary.json")" "$(jq .ransomware.encrypted_files "$tmp/sealed/data/summary.json")"
same "every finding, by severity, kind and technique" "$(jq -c '[.severity,.kind,.technique,.count,.first_time]' "$tmp/share/data/findings.jsonl")" \
    "$(jq -c '[.severity,.kind,.technique,.count,.first_time]' "$tmp/sealed/data/findings.jsonl")"
same "the digest of the attacker's tool" "$(grep -c "$(cut -d' ' -f1 "$tmp/bad.lst")" "$tmp/share/data/event.misp.json")" 1
same "but of no encrypted file of the victim" "$(sql "$tmp/share" "SELECT count(*) FROM files WHERE sha256 NOT NULL")" \
    "$(sql "$tmp/share" "SELECT count(*) FROM files WHERE sha256 NOT NULL AND file_id IN (SELECT file_id FROM findings WHERE kind <> 'encrypted' UNION SELECT json_extract(e.value, '\$.file_id') FROM findings, json_each(detail, '\$.examples') e WHERE kind <> 'encrypted')")"
check "records that findings cite, with their numbers" sh -c '[ "$(sqlite3 "$1/data/case.db" "SELECT count(*) FROM timeline WHERE source IN (\"evtx\", \"evt\") AND data LIKE \"%event_id%\"")" -ge 2 ]' - "$tmp/share"
for kind in timeline.csv timeline.jsonl; do check "$kind keeps the rules of Timesketch" python3 tests/export_check.py timesketch "$tmp/share/data/$kind"; done
check "STIX, MISP and CASE too" sh -c 'python3 tests/export_check.py stix "$1/iocs.stix.json" && python3 tests/export_check.py misp "$1/event.misp.json" && python3 tests/export_check.py case "$1/case.jsonld" 1' - "$tmp/share/data"
check "the marking is the one asked for" grep -q 'tlp:green' "$tmp/share/data/event.misp.json"
check "it names the seal of the bundle that it is of" grep -q "$(sha256sum < "$tmp/sealed/tagmanifest-sha256.txt" | cut -d' ' -f1)" "$tmp/share/data/share.json"
check "a report can be made of it" "$TRIAGE" report --lang nl -o "$tmp/share.html" "$tmp/share"

# opening
"$TRIAGE" reveal "$tmp/share" "$tmp/sealed" > "$tmp/opened" 2> "$tmp/stderr"
same "every commitment opens" "$?" 0
same "as many files as the share has" "$(grep -c '^file' "$tmp/opened")" "$(sql "$tmp/share" "SELECT count(*) FROM files WHERE kind = 'file'")"
check "accounts and hosts too" sh -c 'grep -q "^account" "$1" && grep -q "^host" "$1"' - "$tmp/opened"
check "each can be checked with sha256sum alone" python3 - "$tmp/opened" <<'P'
import hashlib, sys
for line in open(sys.argv[1], encoding="utf-8"):
    kind, digest, salt, text = line.rstrip("\n").split("\t")
    assert hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest() == digest, line
P
one=$(grep 'vandenbroucke-tool' "$tmp/opened" | cut -f2)
same "one can be opened alone" "$("$TRIAGE" reveal --only "$one" "$tmp/share" "$tmp/sealed" | cut -f4)" /Users/Jan.Vandenbroucke/vandenbroucke-tool.bin
head -c 64 /dev/zero | tr '\0' 5 > "$tmp/wrong"
"$TRIAGE" reveal --secret "$tmp/wrong" "$tmp/share" "$tmp/sealed" > "$tmp/none" 2>&1
same "another secret opens nothing" "$?:$(grep -c '^file' "$tmp/none")" 1:0
cp -r "$tmp/sealed" "$tmp/other"; chmod -R u+w "$tmp/other"; "$TRIAGE" run -q -o "$tmp/other2" fixtures/artefact/evt > /dev/null 2>&1
"$TRIAGE" reveal "$tmp/share" "$tmp/other2" > /dev/null 2> "$tmp/stderr"
check "a share of another bundle is refused" grep -q "was not made from this bundle" "$tmp/stderr"

# again, and wrongly
"$TRIAGE" share --tlp green --secret "$tmp/share.secret" -o "$tmp/again" "$tmp/sealed" > /dev/null 2>&1
check "the same secret gives the same share, byte for byte" diff -r "$tmp/share" "$tmp/again"
"$TRIAGE" share -o "$tmp/new" "$tmp/sealed" > /dev/null 2>&1
same "a new one gives other commitments" "$(cat "$tmp/new/data/bodyfile.txt" "$tmp/share/data/bodyfile.txt" | cut -d'|' -f2 | sort | uniq -d | grep -cv '^/$')" 0
"$TRIAGE" share -o "$tmp/share" "$tmp/sealed" > /dev/null 2>&1
same "nothing is overwritten" "$?" 1
"$TRIAGE" share -o "$tmp/sealed/x" "$tmp/sealed" > /dev/null 2>&1
same "nothing is written into the bundle" "$?" 2
printf x >> "$tmp/other/data/summary.json"
"$TRIAGE" share -o "$tmp/fromchanged" "$tmp/other" > /dev/null 2> "$tmp/stderr"
same "a bundle that is not what was sealed is not shared" "$?" 1
check "which is said" grep -q "changed: data/summary.json" "$tmp/stderr"
check "and nothing is left behind" test ! -e "$tmp/fromchanged" -a ! -e "$tmp/fromchanged.secret"
