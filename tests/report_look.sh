#!/bin/sh
# report_look.sh - look at report.html as people do: light, dark, on a phone, on paper; and check that the script says in each
# language what the program wrote in it.
#
#     tests/report_look.sh OUTDIR REPORT-nl.html REPORT-fr.html REPORT-de.html REPORT-en.html
#
# Needs chromium and python3. Writes OUTDIR/*.png and print.pdf. Fails when the page logs an error to the console, when the
# policy stops something, or when the two ways of writing a text differ.
set -eu

[ $# -eq 5 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
out=$1
shift
mkdir -p "$out"
out=$(cd "$out" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT INT TERM

browser() {
	timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
		--enable-logging=stderr --v=0 "$@" 2>"$profile/log" || { cat "$profile/log" >&2; return 1; }
	if grep 'CONSOLE' "$profile/log" | grep -E 'Error|Refused|violat' >&2; then
		echo "report_look: the page complains" >&2
		return 1
	fi
}

for report in "$@"; do
	case $report in /*) ;; *) report=$PWD/$report ;; esac
	name=$(basename "$report" .html)
	browser --window-size=1200,2600 --screenshot="$out/$name-light.png" "file://$report"
	browser --blink-settings=preferredColorScheme=0 --window-size=1200,2600 --screenshot="$out/$name-dark.png" "file://$report"
	browser --window-size=375,3600 --screenshot="$out/$name-phone.png" "file://$report"
	browser --no-pdf-header-footer --print-to-pdf="$out/$name-print.pdf" "file://$report"
done
python3 "$here/report_twin.py" "$profile/twin" "$@"
echo "report_look: $out"
