#!/bin/sh
# techniques.sh - attack samples of the collection: does a finding of the labelled technique rest on each? Prints the list by technique. No Sigma rule is loud about the clean logs beside them.
. "$(dirname "$0")/common.sh.inc"
logs=${TRIAGE_CORPUS:-/nonexistent}/evtx
[ -d "$logs" ] || { ok "no corpus: no attack samples to try"; exit 0; }
"$TRIAGE" run -q --no-image-hash --no-archives -o "$tmp/case" "$logs" > /dev/null 2>&1
sql "$tmp/case" "SELECT DISTINCT e.value->>'path', technique, severity, kind FROM findings, json_each(findings.detail, '$.examples') AS e" | tr '|' '\t' > "$tmp/found"
awk -F '\t' 'NR == FNR { found[$1] = found[$1] " " $2; next }
	/^#/ || NF < 2 { next }
	{
		all++; hit = ""
		n = split($2, wanted, ","); m = split(found["/" $1], there, " ")
		for (i = 1; i <= n && hit == ""; i++)
			for (j = 1; j <= m; j++)
				if (there[j] == wanted[i] || index(there[j], wanted[i] ".") == 1) hit = wanted[i]
		right += hit != ""
		printf "# %s\t%s\t%s\n", hit != "" ? hit : "MISSED " $2, $1, found["/" $1] | "sort"
	}
	END { close("sort"); print right + 0, all + 0 > "/dev/stderr" }' "$tmp/found" tests/e2e/techniques.tsv 2> "$tmp/count"
read -r right all < "$tmp/count"
if [ "$all" -gt 0 ] && [ $((right * 100)) -ge $((all * 90)) ]; then ok "a finding of its technique rests on $right of $all attack samples"; else bad "a finding of its technique rests on only $right of $all attack samples"; fi
same "no Sigma rule of medium or more hits a clean log" "$(grep -E '^/(plaso|python-evtx)/' "$tmp/found" | grep -E '(medium|high|critical).sigma$')" ""
