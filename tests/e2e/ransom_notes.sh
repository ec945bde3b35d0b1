#!/bin/sh
# ransom_notes.sh - the notes of the collection, by their text alone: the family that a rule gives is the one that the note is of. And no ordinary text is one.
. "$(dirname "$0")/common.sh.inc"
: "${TRIAGE_CORPUS:=}"
if [ ! -d "$TRIAGE_CORPUS/ransomnotes" ]; then
	ok "no collection of ransom notes (TRIAGE_CORPUS): not scored"
else
	"$TRIAGE" run -q --progress none -o "$tmp/notes" "$TRIAGE_CORPUS/ransomnotes" > /dev/null 2>&1
	python3 - "$tmp/notes/data/case.db" << 'EOF'
import collections, re, sqlite3, sys
case = sqlite3.connect(sys.argv[1])
plain = lambda s: re.sub("[^a-z0-9]", "", s.lower())
told = collections.defaultdict(set)
for path, family in case.execute("SELECT m.path, r.family FROM matches m JOIN rules r ON r.rule_index = m.rule_index WHERE r.kind = 'ransom-note' AND r.family <> ''"):
    told[path].add(plain(family))
notes = [p for (p,) in case.execute("SELECT path FROM files WHERE kind = 'file' ORDER BY path")]
missed = [p for p in notes if not any(f in plain(p.split("/")[1]) or plain(p.split("/")[1]) in f for f in told[p])]
right = len(notes) - len(missed)
print("%s - the family is right for %d of %d notes (%.1f %%)" % ("ok" if notes and right >= 0.95 * len(notes) else "not ok", right, len(notes), 100 * right / max(1, len(notes))))
for p in missed:
    print("# %s: %s" % (p, sorted(told[p])))
EOF
fi
mkdir "$tmp/texts"
for f in /usr/share/common-licenses/* /usr/share/perl/5*/pod/*.pod /usr/share/doc/*/README* /usr/share/doc/*/copyright README.md; do
	[ -f "$f" ] && [ ! -L "$f" ] && cp "$f" "$tmp/texts/$(echo "$f" | tr / _)"
done
"$TRIAGE" run -q --progress none -o "$tmp/plain" "$tmp/texts" > /dev/null 2>&1
echo "# $(sql "$tmp/plain" "SELECT count(*) FROM files WHERE kind = 'file'") ordinary texts"
same "no ordinary text is called a ransom note, none gives a family" \
	"$(sql "$tmp/plain" "SELECT count(*) FROM findings WHERE kind = 'ransom-note'")/$(sql "$tmp/plain" "SELECT value FROM meta WHERE key = 'ransomware.family'")" "0/"
