#!/bin/sh
# options.sh - the help of each command, the man page and the README know the same commands, options and exit statuses.
. "$(dirname "$0")/common.sh.inc"
LC_ALL=C
export LC_ALL
commands=$("$TRIAGE" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')
same "the commands are the rows of commands.def" "$(echo "$commands" | sort)" "$(sed -n 's/^COMMAND(\([a-z]*\))$/\1/p' triage/cli/commands.def | sort)"
for command in $commands; do
	# "  -o, --output DIR   ..." gives "run -o" and "run --output"; what all commands have is left for later
	"$TRIAGE" "$command" --help | sed -n 's/^  \(-[A-Za-z]\), \(--[a-z-]*\).*/\1\n\2/p; s/^      \(--[a-z-]*\).*/\1/p' | grep -vxE -e '-h|--help|-V|--version' | sed "s/^/$command /"
	grep -Eq "^    triage $command " README.md || echo "$command" >> "$tmp/readme"
	grep -Eq "^\.B triage $command( |$)" docs/triage.1 || echo "$command" >> "$tmp/synopsis"
done | sort > "$tmp/help"
same "every command stands in the README" "$(cat "$tmp/readme" 2> /dev/null)" ""
same "and in the synopsis of the man page" "$(cat "$tmp/synopsis" 2> /dev/null)" ""
# the tag of an item, which is the line after .TP, below ".SH OPTIONS OF ..."
sed 's/\\-/-/g' docs/triage.1 | awk '/^\.SH/ { command = $0 ~ /^\.SH OPTIONS OF / ? tolower($4) : "" } tag && command != "" { gsub(/\\f[A-Z]/, ""); gsub(/[",|]/, " "); for (i = 2; i <= NF; i++) if ($i ~ /^-/) print command, $i } { tag = $0 == ".TP" }' |
	sort > "$tmp/man"
same "help and man page have the same options" "$(grep -v '^all ' "$tmp/man" | comm -3 "$tmp/help" - | tr '\t' '+')" ""
same "what all commands have stands once" "$(sed -n 's/^all //p' "$tmp/man" | tr '\n' ' ')" "--help --version -V -h "
code=$(sed -n 's/.*\(EXIT_SEALED = .*\)/\1/p' triage/cli/commands.h | grep -o '[0-9]\{1,\}' | sort -n)
statuses() { tr '\n' ' ' | sed 's/.*Exit status: \([^.]*\)\..*/\1/' | tr ';' '\n' | awk '{ print $1 }' | sort -n; }
same "exit statuses of the help" "$("$TRIAGE" --help | statuses)" "$code"
same "of the README" "$(statuses < README.md)" "$code"
same "of the man page" "$(awk '/^\.SH/ { here = $0 == ".SH EXIT STATUS" } here && /^\.B [0-9]/ { print $2 }' docs/triage.1 | sort -n)" "$code"
if command -v man > /dev/null; then
	same "the man page has no mistakes of form" "$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -l docs/triage.1 2>&1 > /dev/null)" ""
fi
