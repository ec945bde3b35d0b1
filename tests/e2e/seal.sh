#!/bin/sh
# seal.sh - signature, time stamp, hand-overs: made by us, checked by plain openssl; keys and certificates that will not do.
. "$(dirname "$0")/common.sh.inc"
. tests/seal_pki.sh.inc
pki=$tmp/pki
mkdir "$pki" "$tmp/evidence"
cp docs/triage.1 "$tmp/evidence"
make_pki "$pki" || { bad "certificates for the test"; exit 1; }
seal() { rm -rf "$tmp/case"; "$TRIAGE" run -q -o "$tmp/case" "$@" "$tmp/evidence" > "$tmp/out" 2> "$tmp/err"; }
typed() { rm -rf "$tmp/case"; answers=$1; shift; python3 tests/typed.py $answers -- "$TRIAGE" run -q -o "$tmp/case" "$@" "$tmp/evidence" > "$tmp/out" 2>&1; }
cms() { openssl cms -verify -binary -inform DER -in "$1.p7s" -content "$1" -CAfile "$pki/ca.pem" -purpose any -out /dev/null; }
says() { what=$1; shift; if grep -qF -- "$1" "$2"; then ok "$what"; else bad "$what" "$(cat "$2")"; fi; }

# --- keys and certificates that will not do: said before anything is written ---
refused() { # description, certificate, key, words
	seal --sign "$pki/$2" --sign-key "$pki/$3"
	if [ $? -eq 2 ] && [ ! -e "$tmp/case" ] && grep -q "$4" "$tmp/err"; then ok "$1"; else bad "$1" "$(cat "$tmp/err")"; fi
}
refused "key and certificate that do not belong together" signer.pem rogue.key "do not belong together"
refused "a certificate that is not for signatures" enc.pem enc.key "not for signatures"
refused "a file without a certificate" signer.key signer.key "no certificate in"
refused "a file without a key" signer.pem ca.pem "no private key in"
refused "a certificate that is not there" nosuch.pem signer.key "cannot open the file of --sign"
refused "a key that is not there" signer.pem nosuch.key "cannot open the file of --sign-key"
SOURCE_DATE_EPOCH=1999999999 refused "an expired certificate" signer.pem signer.key "expired on"
SOURCE_DATE_EPOCH=1000000000 refused "a certificate that is not valid yet" signer.pem signer.key "valid only from"
seal --sign "$pki/signer.pem"
same "a certificate without a key" "$?" 2
typed "fout nogeens mis" --sign "$pki/signer.pem" --sign-key "$pki/signer.enc.key"
same "a wrong passphrase, thrice" "$?" 2
says "is said" "the passphrase of $pki/signer.enc.key is wrong" "$tmp/out"
typed "fout geheim" --sign "$pki/signer.pem" --sign-key "$pki/signer.enc.key"
same "a passphrase typed right the second time" "$?" 0
if grep -qF geheim "$tmp/out"; then bad "the passphrase is not shown" "$(cat "$tmp/out")"; else ok "the passphrase is not shown"; fi
typed "geheim" --sign "$pki/signer.p12" --sign-key "$pki/signer.p12"
same "PKCS#12 for both, asked for once" "$?" 0
cd "$tmp/case" || exit 1
check "openssl cms accepts a signature of PKCS#12" cms tagmanifest-sha256.txt
cd "$TRIAGE_ROOT" || exit 1

# --- a signature made at the seal ---
seal --sign "$pki/ec.pem" --sign-key "$pki/ec.key"
same "run --sign seals" "$?" 0
cd "$tmp/case" || exit 1
check "openssl cms accepts a signature of P-384" cms tagmanifest-sha256.txt
cd "$TRIAGE_ROOT" || exit 1
"$TRIAGE" verify --trust "$pki/ca.pem" "$tmp/case" > "$tmp/out" 2>&1
same "verify accepts it" "$?" 0
says "and says who signed" "signature: by C=BE, CN=Els Claes" "$tmp/out"
says "and that the chain is trusted" "a chain leads to a certificate of --trust" "$tmp/out"
"$TRIAGE" verify --trust "$pki/rogue.pem" "$tmp/case" > "$tmp/out" 2>&1
same "verify --trust of another authority does not" "$?" 1
says "and says why" "is not trusted" "$tmp/out"
SOURCE_DATE_EPOCH=$(date +%s); export SOURCE_DATE_EPOCH
seal --sign "$pki/signer.pem" --sign-key "$pki/signer.key"; mv "$tmp/case" "$tmp/first"
seal --sign "$pki/signer.pem" --sign-key "$pki/signer.key"
check "the same bytes twice, with the signature, at one time" diff -r "$tmp/case" "$tmp/first"
unset SOURCE_DATE_EPOCH

# --- what the chain tells of a run ---
seal --examiner "An Peeters"
same "every phase is an act, in order" "$(sql "$tmp/case" "SELECT group_concat(action, ' ') FROM (SELECT action FROM custody ORDER BY seq)")" \
	"started evidence-opened rules-loaded options listing examining examined judging-and-sealing flagged-files-extracted"
same "the program, its libraries, the machine and its clock are told" "$(sql "$tmp/case" "SELECT json_extract(detail, '\$.program_sha256') || ' ' || \
	(json_type(detail, '\$.clock.rtc_offset_seconds') IN ('integer', 'null')) || (json_extract(detail, '\$.kernel') != '') || \
	(json_extract(detail, '\$.libraries') LIKE '%libcrypto%') || (json_extract(detail, '\$.clock.local') LIKE '____-__-__T__:__:__%:__') FROM custody WHERE seq = 1")" \
	"$(sha256sum < "$(readlink -f "$TRIAGE")" | cut -c 1-64) 1111"
same "problems are counted by their code" "$(sql "$tmp/case" "SELECT group_concat(key || ':' || value) FROM custody, json_each(detail, '\$.problems') WHERE action = 'examined'")" \
	"$(sql "$tmp/case" "SELECT group_concat(code || ':' || n) FROM (SELECT code, count(*) AS n FROM problems WHERE stage != 'judge' GROUP BY code ORDER BY code)")"

# --- later: sealed unsigned, then stamped, signed, stamped, handed over ---
seal
"$TRIAGE" verify "$tmp/case" > "$tmp/out" 2>&1
says "an unsigned bundle says so" "signature: none" "$tmp/out"
cp -r "$tmp/case" "$tmp/before"
check "a request for a time stamp" "$TRIAGE" timestamp "$tmp/case" --query "$tmp/1.tsq"
check "an authority answers it" stamp "$pki" "$tmp/1.tsq" "$tmp/1.tsr"
"$TRIAGE" timestamp "$tmp/first" --reply "$tmp/1.tsr" > "$tmp/out" 2>&1
same "the reply for another bundle is refused" "$?" 1
says "and why is said" "it is the stamp of another" "$tmp/out"
"$TRIAGE" timestamp "$tmp/case" --reply "$pki/ca.pem" > "$tmp/out" 2>&1
same "a file that is no reply is refused" "$?" 1
"$TRIAGE" timestamp "$tmp/case" --reply "$tmp/1.tsr" --trust "$pki/rogue.pem" > "$tmp/out" 2>&1
same "the reply of an authority that is not trusted is refused" "$?" 1
check "its own reply is kept" "$TRIAGE" timestamp "$tmp/case" --reply "$tmp/1.tsr" --trust "$pki/ca.pem"
check "sign later" "$TRIAGE" sign "$tmp/case" --sign "$pki/signer.pem" --sign-key "$pki/signer.key"
"$TRIAGE" sign "$tmp/case" --sign "$pki/signer.pem" --sign-key "$pki/signer.key" > "$tmp/out" 2>&1
same "a second signature is refused" "$?" 1
"$TRIAGE" timestamp "$tmp/case" --query "$tmp/2.tsq" > /dev/null && stamp "$pki" "$tmp/2.tsq" "$tmp/2.tsr"
check "the time stamp of a signature" "$TRIAGE" timestamp "$tmp/case" --reply "$tmp/2.tsr"
"$TRIAGE" custody add "$tmp/case" --from "An Peeters" --to 'insp. "Claes" <x>' --place Gent --seal B-1 --reason "onderzoek
regel 2" > "$tmp/out" 2>&1
same "a hand-over" "$?" 0
number=$(sed -n 's/^number of this act: //p' "$tmp/out")
(cd "$tmp" && "$TRIAGE" custody add case --from Claes --to Lab --sign pki/ec.pem --sign-key pki/ec.key) > "$tmp/out" 2>&1
same "a signed hand-over, with relative paths" "$?" 0
"$TRIAGE" custody add "$tmp/case" --from Claes > "$tmp/out" 2>&1
same "a hand-over to nobody is a mistake of usage" "$?" 2
"$TRIAGE" custody list "$tmp/case" > "$tmp/out" 2>&1
same "custody list tells each later act" "$(grep -c '^ *number' "$tmp/out")" 5
says "a line end in a reason is shown inert" 'onderzoek\x0aregel 2' "$tmp/out"
"$TRIAGE" verify --trust "$pki/ca.pem" "$tmp/case" > "$tmp/out" 2>&1
same "all of it is intact" "$?" 0
says "the time stamp is told" "the time stamp bears it out" "$tmp/out"
check "the number of a hand-over is found, as it is typed from paper" "$TRIAGE" verify --seal "$(echo "$number" | tr a-f A-F | sed 's/..../& /g')" "$tmp/case"
check "the seal is found" "$TRIAGE" verify --seal "$(sha256sum < "$tmp/case/tagmanifest-sha256.txt" | cut -c 1-64)" "$tmp/case"
mkdir "$tmp/later"
(cd "$tmp/case" && mv custody tagmanifest-sha256.txt.* "$tmp/later")
check "payload, manifests and tag files are as they were" diff -r "$tmp/case" "$tmp/before"
(cd "$tmp/later" && mv custody tagmanifest-sha256.txt.* "$tmp/case")

# --- the recipient, with the commands of HOW-TO-VERIFY.txt alone ---
cd "$tmp/case" || exit 1
cp "$pki/ca.pem" "$tmp/CA.pem"
awk -v step=0 '/^ENGLISH/ { on = 1 } on && /^[0-9]\. / { step = substr($0, 1, 1) } on && step > 0 && /^    / { print > "'"$tmp"'/step" step }' HOW-TO-VERIFY.txt
for step in 4 5 6; do sed -i "s,CA\.pem,$tmp/CA.pem,g" "$tmp/step$step"; done
sh "$tmp/step4" > "$tmp/out" 2>&1
same "step 4: every act of the chain is OK, the later ones too" "$(grep -c ' OK$' "$tmp/out") $(grep -vc ' OK$' "$tmp/out")" "$(cat data/custody.jsonl custody/*.json | wc -l) 0"
sh "$tmp/step5" > "$tmp/out" 2>&1
same "step 5: both signatures" "$(grep -c 'CMS Verification successful' "$tmp/out")" 2
sh "$tmp/step6" > "$tmp/out" 2>&1
same "step 6: both time stamps" "$(grep -c 'Verification: OK' "$tmp/out")" 2
check "openssl ts against the request" openssl ts -verify -queryfile "$tmp/2.tsq" -in tagmanifest-sha256.txt.p7s.tsr -CAfile "$pki/ca.pem"
cd "$TRIAGE_ROOT" || exit 1

# --- paths given with --resume are those of the folder in which it is said, not of the one in which the run was begun ---
mkdir "$tmp/many"
for i in $(seq 300); do echo "letter $i" > "$tmp/many/letter$i.txt"; done
"$TRIAGE" run -q --no-builtin-rules --budget 0.01s -o "$tmp/part" "$tmp/many" > /dev/null 2>&1
(cd "$pki" && "$TRIAGE" run -q --resume "$tmp/part" -o "$tmp/rest" --sign signer.pem --sign-key signer.key --status-file state.json) > "$tmp/out" 2> "$tmp/err"
check "--resume signs with keys of the folder where it is said" cms "$tmp/rest/tagmanifest-sha256.txt"
check "and writes its status there" test -s "$pki/state.json"
