#!/bin/sh
# yara_equality.sh - the grouped scan must find exactly what the yara program finds.
#
#     tests/yara_equality.sh TOOL_SCAN [RULES...]
#
# TOOL_SCAN: the built tests/tool_scan. RULES: more rule files, beside rules/yara and tests/yara_equality. The corpus is a
# sample of this machine's files and generated ones, and the files listed in $CORPUS. Prints what differs; exit 1 when anything does.
# ONLY_GIVEN=1: RULES alone, and not together with ours: a large public pack over many files.
set -eu
tool=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generated files: the edges of sizes and headers
: >"$work/empty"
printf "\177E__ GNU" >"$work/half_elf"
printf "MZ\0\0 GNU the the the the" >"$work/mz_other"
printf 'M' >"$work/one"
printf 'MZ' >"$work/mz2"
printf 'MZ\220\0This program cannot be run in DOS mode GNU' >"$work/mz_small"
{ printf 'MZ\220\0'; head -c 204796 /dev/zero; } >"$work/mz_200k"
{ printf 'MZ\220\0DOS mode'; head -c 204787 /dev/zero; } >"$work/mz_200k_less_1"
printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\76\0' >"$work/elf_stub"
printf 'PK\3\4\24\0\0\0' >"$work/zip_stub"
printf '\37\213\10\0\0\0\0\0the the the' >"$work/gzip_stub"
printf '#!/usr/bin/python\nimport os\nif os: pass\nelse: the license\n' >"$work/script"
printf 'rule fake { condition: true }\n} rule fake { condition: true }\n// no comment /* no comment' >"$work/rule_text"
i=0
while [ $i -lt 40 ]; do
	head -c $((i * i * 37 + 1)) /bin/bash >"$work/cut_$i"
	i=$((i + 1))
done
find "$work" -type f ! -name '*.list' | sort >"$work/files.list"
find /usr/bin /usr/lib /usr/share/doc /usr/include /etc -xdev -type f -size -3000k -readable 2>/dev/null | LC_ALL=C sort | awk 'NR % 97 == 0' | head -700 >>"$work/files.list"
[ -z "${CORPUS:-}" ] || cat "$CORPUS" >>"$work/files.list"

fail=0
compare() {
	label=$1 name=$2 path=$3
	shift 3
	spaces=
	for file in "$@"; do
		spaces="$spaces $(basename "$file"):$file"
	done
	# shellcheck disable=SC2086
	yara -e -s -L -w --scan-list -d filename="$name" -d filepath="$path" -d extension=.txt -d filetype=x -d owner=root \
	    $spaces "$work/files.list" 2>"$work/yara.err" | LC_ALL=C awk '
		/^0x[0-9a-f]+:[0-9]+:\$/ {
			split($0, part, ":")
			print head "\t" part[1] "\t" part[2] "\t" part[3]
			shown = 1
			next
		}
		{
			if (head != "" && !shown)
				print head "\t0x0\t0\t"
			space = index($0, " ")
			rule = substr($0, 1, space - 1)
			colon = index(rule, ":")
			head = substr(rule, 1, colon - 1) "\t" substr(rule, colon + 1) "\t" substr($0, space + 1)
			shown = 0
		}
		END { if (head != "" && !shown) print head "\t0x0\t0\t" }' | LC_ALL=C sort >"$work/want"
	# the program shows at most 512 bytes of a match and gives that as its length
	"$tool" -f -n "$name" -p "$path" "$@" <"$work/files.list" 2>"$work/tool.err" |
	    awk -F '\t' -v OFS='\t' '$5 > 512 { $5 = 512 } { print }' | LC_ALL=C sort >"$work/got"
	if [ -s "$work/tool.err" ] || [ -s "$work/yara.err" ]; then
		cat "$work/yara.err" "$work/tool.err"
	fi
	if cmp -s "$work/want" "$work/got"; then
		echo "ok $label: $(wc -l <"$work/want") matches in $(wc -l <"$work/files.list") files"
	else
		echo "not ok $label: < yara, > ours"
		diff "$work/want" "$work/got" | head -40
		fail=1
	fi
}

if [ -n "${ONLY_GIVEN:-}" ]; then
	compare "rules given" sample.txt /home/a/sample.txt "$@"
	exit $fail
fi
compare "our pack" x.txt /x.txt "$root"/rules/yara/*.yar
compare "hard to cut" x.txt /x.txt "$root/tests/yara_equality/nasty.yar"
compare "linked rules" x.txt /x.txt "$root/tests/yara_equality/linked.yar"
compare "global rules" x.txt /x.txt "$root/tests/yara_equality/global.yar"
compare "names" sample.txt /home/a/sample.txt "$root/tests/yara_equality/names.yar"
compare "what the gate reads" sample.txt /home/a/sample.txt "$root/tests/yara_equality/gate.yar"
compare "all at once" sample.txt /home/a/sample.txt "$root"/tests/yara_equality/*.yar "$@"
exit $fail
