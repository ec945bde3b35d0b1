#!/bin/sh
# ran.sh [FILE] - build/fuzz/ran.tsv (written by run.sh) as a table: what each target ran in all, and on which days and commits.
awk -F '\t' '
	{ n[$3] += $4; s[$3] += $5; if ($6 > c[$3]) c[$3] = $6; f[$3] += $7 != 0; all += $4; secs += $5; last = $1; commits[$2] = 1 }
	END {
		print "| target | executions | seconds | edges covered | runs that ended with a crash |\n| --- | ---: | ---: | ---: | ---: |"
		for (t in n) printf "| %s | %d | %d | %d | %d |\n", t, n[t], s[t], c[t], f[t] | "sort"
		close("sort")
		printf "| all | %d | %d | | |\n", all, secs
	}' "${1:-$(dirname "$0")/../../build/fuzz/ran.tsv}"
