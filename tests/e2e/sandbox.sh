#!/bin/sh
# sandbox.sh - the seals of the program as it is built, as root and as an ordinary user, with Landlock and without; a layer that is missing is told.
. "$(dirname "$0")/common.sh.inc"
SEALS=$(pwd)/build/release/tests/test_seals
TRIAGE_ROOT=$(pwd) CMOCKA_MESSAGE_OUTPUT=TAP
export TRIAGE_ROOT CMOCKA_MESSAGE_OUTPUT
landlock=landlock_create_ruleset,landlock_add_rule,landlock_restrict_self
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid 65533 --regid 65533 --clear-groups --no-new-privs "$@"; else "$@"; fi; }
chmod 755 "$tmp"
# the tree may lie where an ordinary user cannot go
mkdir -p "$tmp/tree/docs" "$tmp/user" && cp docs/sandbox.md "$tmp/tree/docs" && cp "$SEALS" "$tmp/tree/test_seals" && chmod 777 "$tmp/user"
# proved NAME FILE STATUS: all tests of a run of test_seals passed
proved() { if [ "$3" -eq 0 ] && grep -q '^ok' "$2" && ! grep -q '^not ok' "$2"; then ok "$1"; else bad "$1" "$(grep -v '^ok' "$2" | tail -n 8)"; fi; }
SEALS_FIGURES=$tmp/figures "$SEALS" > "$tmp/root.tap" 2>&1 &
first=$!
(cd "$tmp/user" && TRIAGE_ROOT=$tmp/tree as_user "$tmp/tree/test_seals" --without $landlock "$tmp/tree/test_seals") > "$tmp/user.tap" 2>&1
status=$?
wait $first
proved "inside each seal every call does what docs/sandbox.md says, and no escape succeeds ($(cut -d' ' -f1 "$tmp/figures") tried)" "$tmp/root.tap" $?
proved "and so for an ordinary user on a kernel without Landlock" "$tmp/user.tap" $status
[ -z "${SEALS_TO:-}" ] || cp "$tmp/figures" "$SEALS_TO"

make_image ext2_basic || exit 1
mkdir "$tmp/mounted" && printf 'text\n' > "$tmp/mounted/a.txt" && mkdir "$tmp/mounted/sub" && printf 'more\n' > "$tmp/mounted/sub/b.txt"
SOURCE_DATE_EPOCH=1670378400
export SOURCE_DATE_EPOCH
picture() { for v in evidence volumes filesystems files timeline matches findings; do sql "$1" "SELECT * FROM $v"; done | sha256sum; }
missing() { sqlite3 -batch "$1/data/case.db" "SELECT json_extract(detail, '$.sandbox_missing') FROM custody WHERE action = 'examined'"; }
"$TRIAGE" run -q -o "$tmp/all" "$tmp/ext2_basic.img" "$tmp/mounted" > /dev/null 2>&1
same "with every layer the run is complete" "$? $(missing "$tmp/all")" "0 []"
"$SEALS" --without $landlock "$TRIAGE" run -q -o "$tmp/few" "$tmp/ext2_basic.img" "$tmp/mounted" > /dev/null 2>&1
same "without Landlock too, and the custody log says what was missing" "$? $(missing "$tmp/few")" '0 ["landlock"]'
same "problems and report say it" "$(sql "$tmp/few" "SELECT message LIKE '%landlock%' FROM problems WHERE code = 'sandbox-degraded'") $(grep -c 'layer landlock' "$tmp/few/data/report.html" | sed 's/[1-9][0-9]*/1/')" "1 1"
same "the case is the same" "$(picture "$tmp/few")" "$(picture "$tmp/all")"
"$SEALS" --without seccomp "$TRIAGE" run -q -o "$tmp/none" "$tmp/ext2_basic.img" > "$tmp/stdout" 2> "$tmp/stderr"
status=$?
"$SEALS" --without $landlock,openat2,close_range "$TRIAGE" run -q -o "$tmp/old" "$tmp/ext2_basic.img" "$tmp/mounted" > /dev/null 2>&1
same "on a kernel without openat2() and close_range() the case is the same" "$(picture "$tmp/old")" "$(picture "$tmp/all")"
# libseccomp goes on to prctl() where seccomp() is not there: then the seal is whole, else there is no run
case $status in 0) same "a kernel without seccomp() is sealed by prctl()" "$(missing "$tmp/none")" "[]" ;; *) check "a kernel without seccomp is refused" grep -q "workers cannot start" "$tmp/stderr" ;; esac
