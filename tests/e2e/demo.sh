#!/bin/sh
# demo.sh - the machine of `make demo` tells its story: who came in, since when, whose passwords must change, where they went, and how the seal is checked.
. "$(dirname "$0")/common.sh.inc"
make_image server || exit 1
"$TRIAGE" run -q --lang en --timezone Europe/Brussels -o "$tmp/case" "$tmp/server.img" > /dev/null 2> "$tmp/stderr"
same "all of it is read" "$?$(cat "$tmp/stderr")" 0
check "each path, size, digest and time is as it was made" sh -c "python3 '$EVIDENCE/compare.py' '$tmp/server.truth.tsv' '$tmp/case/data/case.db' | grep -q '^\([1-9][0-9]*\) of \1 rows as expected'"
said() { jq -r "$1" "$tmp/case/data/summary.json"; }
same "by a guessed password" "$(said .answers.ways_in.answer)" guessed-password
same "since the logon that worked" "$(said .answers.first_action.time)" 2022-11-10T02:39:00.000000000Z
same "that many files" "$(said .ransomware.encrypted_files)" 164
same "accounts that were used are those of weight" "$(said '[.accounts_to_reset[] | select(.severity != "medium") | .account] | sort | join(" ")')" "beheer.wd scanner svc_backup2"
same "where somebody went from here" "$(said '[.answers.contacts.items[] | select(.direction == "to") | .peer] | join(" ")')" "gem-dc01 gem-sql01 gem-backup01 gem-mail01 gem-archief01 gem-print01"
same "one machine is one, under its long name and its short one" "$(sql "$tmp/case" 'SELECT count(DISTINCT tactic) = count(*) FROM stories')" 1
page=$tmp/case/data/report.html
check "page 1 is headed by what the machine calls itself" grep -q '<bdi>GEM-FS01</bdi>' "$page"
check "page 1 names the accounts, those of weight first" grep -q 'scanner, beheer.wd, svc_backup2, ' "$page"
same "the attack has its lanes" "$(grep -c 'data-m="lanes.first"' "$page")" "$(sql "$tmp/case" 'SELECT count(DISTINCT tactic) FROM stories')"
check "the tags of the seal agree, as the report says how to check" sh -c "cd '$tmp/case' && sha256sum --quiet -c tagmanifest-sha256.txt && sha256sum --quiet -c manifest-sha256.txt"
