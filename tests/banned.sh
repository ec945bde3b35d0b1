#!/bin/sh
# banned.sh - words that the code does without: unsafe or hidden-state functions, goto, printing in the library.
cd "$(dirname "$0")/.." || exit 2
bad=0
for file in triage/*/*.[ch] include/triage/*.h; do
	# comments and strings are not code
	code=$(sed -e 's/"\([^"\\]\|\\.\)*"/""/g' -e 's://.*$::' "$file" | awk '{ while (match($0, /\/\*([^*]|\*+[^*\/])*\*+\//)) $0 = substr($0, 1, RSTART - 1) substr($0, RSTART + RLENGTH)
		if (inside) { if (i = index($0, "*/")) { $0 = substr($0, i + 2); inside = 0 } else $0 = "" }
		if (i = index($0, "/*")) { $0 = substr($0, 1, i - 1); inside = 1 } print }')
	hits=$(printf '%s\n' "$code" | grep -nE '(^|[^a-z_])((sprintf|vsprintf|strcpy|strcat|strtok|gets|atoi|localtime|gmtime|system|popen|rand|alloca) *\(|goto [a-z])')
	case $file in
	triage/cli/*) ;;
	*) hits="$hits$(printf '%s\n' "$code" | grep -nE '(^|[^a-z_v])(printf|puts|fprintf *\( *std(out|err)) *\(')" ;;
	esac
	if [ -n "$hits" ]; then
		printf '%s: %s\n' "$file" "$hits"
		bad=1
	fi
done
exit $bad
