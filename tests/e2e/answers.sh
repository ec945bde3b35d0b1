#!/bin/sh
# answers.sh - the answers of page 1 in summary.json: of a made file server whose shares were encrypted, and of a system without a trace.
. "$(dirname "$0")/common.sh.inc"
server=$tmp/server
mkdir -p "$server/etc/samba" "$server/srv/finance" "$server/srv/school" "$server/backup"
printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\n' > "$server/etc/os-release"
echo fileserver > "$server/etc/hostname"
printf '[global]\n  workgroup = TOWN\n[Finance]\n  path = /srv/finance\n[School]\n  path = /srv/school\n' > "$server/etc/samba/smb.conf"
i=0
while [ $i -lt 40 ]; do
	for ext in docx xlsx pdf; do head -c 60000 /dev/urandom > "$server/srv/finance/letter-$i.$ext.akira"; done
	printf 'The plan of class %s, and who teaches what.\n' $i > "$server/srv/school/class-$i.txt"
	i=$((i + 1))
done
head -c 90000 /dev/urandom > "$server/backup/Job.vbk.akira"
find "$server/srv/finance" -name '*.akira' -exec touch -d '2024-03-09T02:10:00Z' {} +
touch -d '2024-02-01T20:00:00Z' "$server/backup"
: > "$server/backup/vzdump-qemu-100-2024_02_01-20_00_00.vma.zst"
mkdir -p "$tmp/quiet/etc" && cp "$server/etc/os-release" "$server/etc/hostname" "$tmp/quiet/etc/" && printf 'Dear all,\n' > "$tmp/quiet/letter.txt"
"$TRIAGE" run -q -o "$tmp/hit" "$server" > /dev/null 2> "$tmp/stderr"
same "the server is examined" "$?" 0
"$TRIAGE" run -q -o "$tmp/miss" "$tmp/quiet" > /dev/null 2> "$tmp/stderr"
same "the quiet system is examined" "$?" 0
# ask BUNDLE EXPRESSION: of the answers a, and of the summary s
ask() { python3 -c "import json; s = json.load(open('$1/data/summary.json')); a = s['answers']; print(($2))" 2>&1; }
same "every question has an answer" "$(ask "$tmp/hit" "sorted(k for k, v in a.items() if not v or 'answer' not in v or 'reasons' not in v)")" "[]"
same "attacked, encrypted, when" "$(ask "$tmp/hit" "a['attacked']['answer'], a['window']['answer'], a['window']['start'][:16], a['window']['damaged_files']")" "('yes', 'known', '2024-03-09T02:10', 121)"
same "the family has its decryptor" "$(ask "$tmp/hit" "a['family']['families'][0]['family'], a['family']['families'][0]['decryptor']['state']")" "('Akira', 'some')"
same "the machine is encrypted" "$(ask "$tmp/hit" "[(m['host'], m['state']) for m in a['machines']['machines']]")" "[('fileserver', 'encrypted')]"
same "shares: what is damaged and what is not" "$(ask "$tmp/hit" "[(x['share'], x['damaged_files']) for x in a['origin']['shares']], s['ransomware']['untouched_shares']")" "([('Finance', 120), ('School', 0)], ['School'])"
same "backups: one from before, one lost" "$(ask "$tmp/hit" "a['restore']['answer'], a['restore']['last_before_first_act']['time'], a['restore']['lost']")" "('before-the-first-act', '2024-02-01T20:00:00.000000000Z', 1)"
same "samples are kept" "$(ask "$tmp/hit" "[i['count'] for i in a['keep']['items'] if i['what'] == 'encrypted-samples']")" "[121]"
same "what to do" "$(ask "$tmp/hit" "[x['code'] for x in a['next']['do']][:2], 'dont.delete' in [x['code'] for x in a['next']['do_not']]")" "(['do.isolate', 'do.logs'], True)"
same "no trace, with its coverage" "$(ask "$tmp/miss" "a['attacked']['answer'], [(m['host'], m['state'], m['coverage']) for m in a['machines']['machines']], a['origin']['answer'], s['ransomware']['untouched_shares']")" "('no-trace-found', [('fileserver', 'no-trace-found', 1.0)], 'nothing-encrypted-found', [])"
# page 1 says what the data say
for bundle in hit miss; do
	same "page 1 has the answer of each question" "$(grep -o 'data-m="answer\.[a-z-]*\.[a-z-]*"' "$tmp/$bundle/data/report.html" | cut -d'"' -f2 | sort)" \
		"$(ask "$tmp/$bundle" "chr(10).join(sorted('answer.%s.%s' % (k.replace('_', '-'), v['answer']) for k, v in a.items() if k not in ('machines', 'next')))")"
done
check "with its times" grep -q 'data-m="answer.restore.before-the-first-act".*<time datetime="2024-02-01T20:00:00Z"' "$tmp/hit/data/report.html"
# real evidence, when it is there
tree=${TRIAGE_CORPUS:-}/ransom_tree
if [ -d "$tree" ]; then
	"$TRIAGE" run -q -o "$tmp/tree" "$tree" > /dev/null 2> "$tmp/stderr"
	same "a tree of the corpus: family, traits and state" "$(ask "$tmp/tree" "a['family']['family'], a['family']['certainty'], a['machines']['encrypted'], a['window']['encrypted_files']")" "('Akira', 'very-probable', 1, 40)"
	evtx=${TRIAGE_CORPUS}/evtx/Credential_Access
	"$TRIAGE" run -q -o "$tmp/evtx" "$evtx" > /dev/null 2> "$tmp/stderr"
	same "logs of the corpus: a whole domain is exposed, machines are intruded" "$(ask "$tmp/evtx" "a['accounts']['answer'], a['machines']['encrypted'], a['machines']['intruded'] > 3, a['first_action']['answer']")" "('whole-domain', 0, True, 'seen')"
else
	ok "the corpus is not there: its answers were not asked # SKIP"
fi
