#!/bin/sh
# tamper.sh - the table of tampering (tests/tamper.py): every change of a sealed, signed, stamped, handed-over bundle is told by verify.
. "$(dirname "$0")/common.sh.inc"
. tests/seal_pki.sh.inc
pki=$tmp/pki
mkdir "$pki" "$tmp/evidence" "$tmp/another"
cp docs/triage.1 "$tmp/evidence"
cp LICENSE "$tmp/another"
make_pki "$pki" || { bad "certificates for the test"; exit 1; }
# the same from the seal to the last hand-over, for two bundles
finish() {
	"$TRIAGE" timestamp "$1" --query "$tmp/q" && stamp "$pki" "$tmp/q" "$tmp/r" && "$TRIAGE" timestamp "$1" --reply "$tmp/r" &&
		"$TRIAGE" sign "$1" --sign "$pki/signer.pem" --sign-key "$pki/signer.key" && rm "$tmp/q" "$tmp/r" &&
		"$TRIAGE" timestamp "$1" --query "$tmp/q" && stamp "$pki" "$tmp/q" "$tmp/r" && "$TRIAGE" timestamp "$1" --reply "$tmp/r" && rm "$tmp/q" "$tmp/r" &&
		"$TRIAGE" custody add "$1" --from Peeters --to Claes --place Gent &&
		"$TRIAGE" custody add "$1" --from Claes --to Lab --sign "$pki/ec.pem" --sign-key "$pki/ec.key" &&
		"$TRIAGE" custody add "$1" --from Lab --to Peeters
}
bundles() {
	"$TRIAGE" run -q -o "$tmp/plain" "$tmp/evidence" && cp -r "$tmp/plain" "$tmp/full" &&
		"$TRIAGE" run -q -o "$tmp/signed" --sign "$pki/signer.pem" --sign-key "$pki/signer.key" "$tmp/evidence" &&
		"$TRIAGE" run -q -o "$tmp/other" "$tmp/another" && finish "$tmp/full" && finish "$tmp/other"
}
check "bundles to tamper with" bundles
python3 tests/tamper.py "$TRIAGE" "$tmp" "$pki"
