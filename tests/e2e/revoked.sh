#!/bin/sh
# revoked.sh - lists of revoked certificates (CRL) beside the trusted ones, offline; and a token (PKCS#11) that signs as an identity card does.
. "$(dirname "$0")/common.sh.inc"
. tests/seal_pki.sh.inc
pki=$tmp/pki
mkdir "$pki" "$tmp/evidence" "$tmp/trust"
cp docs/triage.1 "$tmp/evidence"
make_pki "$pki" || { bad "certificates for the test"; exit 1; }
says() { what=$1; shift; if grep -qF -- "$1" "$2"; then ok "$what"; else bad "$what" "$(cat "$2")"; fi; }
verified() { "$TRIAGE" verify --trust "$1" "$tmp/case" > "$tmp/out" 2>&1; echo $?; }
printf '[ca]\ndefault_ca = c\n[c]\ndatabase = %s/index.txt\ncrlnumber = %s/crlnumber\ndefault_md = sha256\ndefault_crl_days = 30\n' "$pki" "$pki" > "$pki/ca.cnf"
echo 01 > "$pki/crlnumber"
# revocations LINE...: a list (CRL) of the authority; each line: date, [reason,] certificate
list() {
	out=$1; shift
	: > "$pki/index.txt"
	while [ $# -gt 0 ]; do
		printf 'R\t400101000000Z\t%s\t%s\tunknown\t/CN=x\n' "$1" "$(openssl x509 -in "$pki/$2.pem" -noout -serial | cut -d= -f2)" >> "$pki/index.txt"
		shift 2
	done
	openssl ca -gencrl -config "$pki/ca.cnf" -keyfile "$pki/ca.key" -cert "$pki/ca.pem" -out "$out" 2> /dev/null
}
"$TRIAGE" run -q --no-builtin-rules -o "$tmp/case" --sign "$pki/signer.pem" --sign-key "$pki/signer.key" "$tmp/evidence" > /dev/null 2>&1
cp "$pki/ca.pem" "$tmp/trust"
same "without a list the signer is trusted" "$(verified "$tmp/trust")" 0
says "and that revocation was not looked up is said" "revocation was not looked up" "$tmp/out"
list "$tmp/trust/list.pem"
same "with a list that does not name the signer too" "$(verified "$tmp/trust")" 0
says "and the list is named" "not revoked, by the list of 20" "$tmp/out"
cat "$pki/ca.pem" "$tmp/trust/list.pem" > "$tmp/both.pem"
verified "$tmp/both.pem" > /dev/null
says "certificate and list may stand in one file" "not revoked, by the list of 20" "$tmp/out"
SOURCE_DATE_EPOCH=$(($(date +%s) + 90 * 86400)) "$TRIAGE" verify --trust "$tmp/trust" "$tmp/case" > "$tmp/out" 2>&1
says "a list that should have been renewed is said to be old" "a newer one was due on 20" "$tmp/out"
openssl ca -gencrl -config "$pki/ca.cnf" -keyfile "$pki/ca.key" -cert "$pki/ca.pem" -crl_lastupdate 200101000000Z -crl_nextupdate 200201000000Z -out "$tmp/trust/a_old.pem" 2> /dev/null
same "an older list beside it changes nothing" "$(verified "$tmp/trust") $(grep -c 'by the list of 2020\|newer one was due' "$tmp/out")" "0 0"
mv "$tmp/trust/list.pem" "$tmp/list.pem"
verified "$tmp/trust" > /dev/null
says "alone it is named as old" "by the list of 2020-01-01T00:00:00Z (a newer one was due on 2020-02-01" "$tmp/out"
sed 4d "$tmp/trust/a_old.pem" > "$tmp/trust/damaged.pem"
same "a damaged list is not passed over" "$(verified "$tmp/trust") $(grep -c 'trust.*damaged.pem' "$tmp/out")" "1 1"
rm "$tmp/trust/a_old.pem" "$tmp/trust/damaged.pem"
list "$tmp/trust/list.pem" "$(date -u +%y%m%d%H%M%SZ),keyCompromise" signer
same "a revoked signer is not trusted" "$(verified "$tmp/trust")" 1
says "and when is said" "An Peeters was revoked on 20" "$tmp/out"
cat "$tmp/trust/ca.pem" "$tmp/trust/list.pem" > "$tmp/both.pem"
cd "$tmp/case" || exit 1
openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt -CAfile "$tmp/both.pem" -purpose any -crl_check \
	-out /dev/null > "$tmp/openssl" 2>&1
same "as openssl has it" "$? $(grep -c 'certificate revoked' "$tmp/openssl")" "4 1"
cd "$TRIAGE_ROOT" || exit 1
openssl crl -in "$tmp/trust/list.pem" -outform DER -out "$tmp/trust/list.crl"
rm "$tmp/trust/list.pem"
same "nor by a list in DER" "$(verified "$tmp/trust")" 1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$pki/other.key" -out "$pki/other.pem" -days 30 -subj "/C=BE/O=Test/CN=Test CA" 2> /dev/null
openssl ca -gencrl -config "$pki/ca.cnf" -keyfile "$pki/other.key" -cert "$pki/other.pem" -out "$tmp/trust/other.pem" 2> /dev/null
rm "$tmp/trust/list.crl"
same "a list of somebody else with the name of the authority revokes nothing" "$(verified "$tmp/trust")" 0
says "nor does it stand for the list of the authority" "revocation was not looked up" "$tmp/out"
rm "$tmp/trust/other.pem"
"$TRIAGE" timestamp "$tmp/case" --query "$tmp/q" > /dev/null && stamp "$pki" "$tmp/q" "$tmp/r" && "$TRIAGE" timestamp "$tmp/case" --reply "$tmp/r" > /dev/null
later=$(date -u -d '+1 day' +%y%m%d%H%M%SZ)
list "$tmp/trust/list.pem" "$later,keyCompromise" signer
same "a signature that a time stamp proves to be older holds" "$(verified "$tmp/trust")" 0
list "$tmp/trust/list.pem" "$later,cessationOfOperation" tsa
same "so does the stamp of an authority that ended its work" "$(verified "$tmp/trust")" 0
list "$tmp/trust/list.pem" "$later,keyCompromise" tsa
same "not that of one whose key was stolen" "$(verified "$tmp/trust")" 1
says "which is said of the stamp" "time stamp: tagmanifest-sha256.txt.p7s.tsr" "$tmp/out"
mkdir "$tmp/none"
same "a folder without a certificate is refused" "$(verified "$tmp/none")" 1
says "in words" "there is no certificate in it" "$tmp/out"

# --- a token: what the README has for the Belgian identity card, with a token made of software ---
module=/usr/lib/softhsm/libsofthsm2.so
mkdir "$tmp/tokens"
printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$tmp" > "$tmp/softhsm2.conf"
SOFTHSM2_CONF=$tmp/softhsm2.conf; PKCS11_MODULE_PATH=$module; export SOFTHSM2_CONF PKCS11_MODULE_PATH
softhsm2-util --init-token --free --label BELPIC --pin 1234 --so-pin 5678 > /dev/null
openssl pkcs8 -topk8 -nocrypt -in "$pki/signer.key" -out "$tmp/key.p8"
softhsm2-util --import "$tmp/key.p8" --token BELPIC --label Signature --id 03 --pin 1234 > /dev/null
with_token() { rm -rf "$tmp/case"; answers=$1; shift; python3 tests/typed.py $answers -- "$TRIAGE" run -q --no-builtin-rules -o "$tmp/case" "$@" "$tmp/evidence" > "$tmp/out" 2>&1; echo $?; }
uri='pkcs11:token=BELPIC;object=Signature;type=private'
same "the key of a token signs, its PIN asked for" "$(with_token 1234 --sign "$pki/signer.pem" --sign-key "$uri")" 0
rm "$tmp/trust"/*.pem; cp "$pki/ca.pem" "$tmp/trust"
same "and the signature holds" "$(verified "$tmp/trust")" 0
says "under the name in the certificate" "signature: by C=BE, O=Stad Voorbeeld, CN=An Peeters" "$tmp/out"
openssl x509 -in "$pki/signer.pem" -outform DER -out "$tmp/signer.der"
pkcs11-tool --module $module --login --pin 1234 --token-label BELPIC --write-object "$tmp/signer.der" --type cert --label Signature --id 03 > /dev/null 2>&1
same "the certificate may come from the token too" "$(with_token "1234 1234" --sign 'pkcs11:token=BELPIC;object=Signature;type=cert' --sign-key "$uri")" 0
same "with the same signature" "$(verified "$tmp/trust")" 0
same "a wrong PIN is no signature" "$(with_token "9999 9999 9999" --sign "$pki/signer.pem" --sign-key "$uri")" 2
check "and nothing is written" test ! -e "$tmp/case"
same "a token that is not there" "$(with_token 1234 --sign "$pki/signer.pem" --sign-key 'pkcs11:token=NONE;object=Signature;type=private')" 2
same "the certificate of another key" "$(with_token 1234 --sign "$pki/ec.pem" --sign-key "$uri")" 2
