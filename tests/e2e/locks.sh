#!/bin/sh
# locks.sh - LUKS volumes that other programs made, and the published BitLocker and LUKS images: each has to give its bytes, or say why not.
. "$(dirname "$0")/common.sh.inc"
tool=$(pwd)/build/asan/tests/tool_lock
T=$tmp
PATH=$PATH:/usr/sbin:/sbin

# verdict STATUS NAME
verdict() { if [ "$1" -eq 0 ]; then ok "$2"; else bad "$2" "$(tail -n 5 "$T/out")"; fi; }

# inside SHA256 NAME KIND IMAGE KEY... - the volume inside has this digest
inside() {
	want=$1 name=$2
	shift 2
	"$tool" "$@" > "$T/out" 2>&1
	grep -qx "sha256 $want" "$T/out"
	verdict $? "$name"
}

# told TEXT NAME KIND IMAGE KEY... - the volume is not opened, and its line or note says why
told() {
	text=$1 name=$2
	shift 2
	"$tool" "$@" > "$T/out" 2>&1
	grep -qF "$text" "$T/out" && ! grep -q '^sha256' "$T/out"
	verdict $? "$name"
}

python3 -c "
import random, sys
random.seed(7)
sys.stdout.buffer.write(random.randbytes(2 << 20) + bytes(1 << 20))" > "$T/plain"
plain=$(sha256sum < "$T/plain" | cut -d' ' -f1)
printf 'The key of the town hall' > "$T/key"
printf 'The key of the town hall\r\n' > "$T/line"
printf 'something else' > "$T/wrong"

# --- LUKS 1, made by an implementation that shares no code with cryptsetup ---
# its measuring of the processor fails now and then on a busy machine
qemu_luks() {
	for try in 1 2 3 4 5 6 7 8; do
		qemu-img convert --object "secret,id=s,file=$T/key" -O luks -o "key-secret=s,iter-time=10,$1" "$T/plain" "$T/v" 2> "$T/qemu.log" && return 0
		sleep 0.2
	done
	cat "$T/qemu.log"
	return 1
}
while read -r options; do
	rm -f "$T/v"
	qemu_luks "$options" || echo "# qemu-img failed"
	inside "$plain" "LUKS 1 $options" luks "$T/v" "$T/key"
done <<'OPTIONS'
cipher-alg=aes-256,cipher-mode=xts,ivgen-alg=plain64,hash-alg=sha256
cipher-alg=aes-128,cipher-mode=xts,ivgen-alg=plain,hash-alg=sha1
cipher-alg=aes-128,cipher-mode=cbc,ivgen-alg=essiv,ivgen-hash-alg=sha256,hash-alg=sha1
cipher-alg=aes-256,cipher-mode=cbc,ivgen-alg=plain,hash-alg=sha512
cipher-alg=aes-256,cipher-mode=cbc,ivgen-alg=plain64,hash-alg=ripemd160
cipher-alg=aes-256,cipher-mode=ecb,hash-alg=sha256
OPTIONS
inside "$plain" "a passphrase with its line end" luks "$T/v" "$T/wrong" "$T/line"
told "none of the 1 keys given opens it" "a wrong key leaves LUKS 1 locked" luks "$T/v" "$T/wrong"
told "give a passphrase" "without a key LUKS 1 is locked" luks "$T/v"
rm -f "$T/v"
qemu_luks cipher-alg=twofish-256
told "twofish-xts-plain64 is not read" "a cipher that is not read is named" luks "$T/v" "$T/key"

# --- LUKS 2, encrypted in place by cryptsetup: no device mapper is needed for that ---
while read -r sector options; do
	cp "$T/plain" "$T/v"
	truncate -s +32M "$T/v"
	# shellcheck disable=SC2086
	cryptsetup reencrypt --encrypt --batch-mode --type luks2 --reduce-device-size 32M --sector-size "$sector" --key-file "$T/key" $options "$T/v" \
		2> "$T/err" || sed 's/^/# /' "$T/err"
	"$tool" -o "$T/open" luks "$T/v" "$T/key" > "$T/out"
	cmp -s -n 3145728 "$T/plain" "$T/open"
	verdict $? "LUKS 2 sector $sector $options"
	rm -f "$T/open"
done <<'OPTIONS'
512 --pbkdf pbkdf2 --pbkdf-force-iterations 1000
4096 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --hash sha512
1024 --pbkdf argon2i --pbkdf-force-iterations 4 --pbkdf-memory 64
2048 --pbkdf argon2id --pbkdf-force-iterations 5 --pbkdf-memory 4096 --pbkdf-parallel 4
512 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 1024 --cipher aes-cbc-essiv:sha256 --key-size 256
512 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --cipher aes-xts-plain64 --key-size 256 --hash sha1
OPTIONS
opened=$(sed -n 's/^sha256 //p' "$T/out")
dd if=/dev/zero of="$T/v" bs=4096 count=1 conv=notrunc status=none
inside "$opened" "LUKS 2 without its first header" luks "$T/v" "$T/key"
grep -q '^problem luks-header .*first one is missing' "$T/out"
verdict $? "and it says that the first header is missing"
told "none of the 1 keys given opens it" "a wrong key leaves LUKS 2 locked" luks "$T/v" "$T/wrong"

# --- published images, where the corpus is at hand ---
corpus=${TRIAGE_CORPUS:-../shared/corpus}/images/cryptsetup
if [ -e "$corpus/bitlk-images.tar.xz" ]; then
	tar -xJf "$corpus/bitlk-images.tar.xz" -C "$T"
	tar -xJf "$corpus/luks1-images.tar.xz" -C "$T"
	folder=$T/bitlk-images
	# image, way, digest, key: one line each
	awk -F= '/^\[/ { name = substr($0, 2, length($0) - 2) } { value[name, $1] = $2 } /^\[/ { names[++n] = name }
		END { for (i = 1; i <= n; i++) for (k = split("PW RP RP2 SK_VMK_GUID CLEARKEY_VMK_GUID", way, " "); k > 0; k--)
			if (value[names[i], way[k]] != "" && value[names[i], "SHA256SUM"] != "")
				print names[i], way[k], value[names[i], "SHA256SUM"], value[names[i], way[k]] }' "$folder/images.conf" > "$T/list"
	while read -r image way digest key; do
		printf '%s\n' "$key" > "$T/k"
		[ "$way" = SK_VMK_GUID ] && cp "$folder/$(printf '%s' "$key" | tr a-f A-F).BEK" "$T/k"
		sector=512
		case $image in *-4k) sector=4096 ;; esac
		if [ "$image" != "${last:-}" ]; then
			inside "$digest" "$image opens by $way and has the published digest" -s $sector bitlocker "$folder/$image.img" "$T/k"
		else
			"$tool" -q -s $sector bitlocker "$folder/$image.img" "$T/k" > "$T/out" && grep -q '^volume bitlocker examined' "$T/out"
			verdict $? "$image opens by $way"
		fi
		last=$image
	done < "$T/list"
	[ "$(wc -l < "$T/list")" -eq 37 ]
	verdict $? "every published key was tried"
	for image in bitlk-aes-xts-128-eow bitlk-partially-encrypted-aes-cbc-128; do
		printf 'anaconda' > "$T/k"
		told "encryption of the used space is under way" "$image says why it is not opened" bitlocker "$folder/$image.img" "$T/k"
	done
	told "recovery password 1F9DA098-0CC4-464D-A101-188E70F434A6" "a locked volume names its protector" bitlocker "$folder/bitlk-aes-xts-128-smart-card.img" "$T/wrong"
	for image in "$T"/luks1-images/*.img; do
		name=$(basename "$image" .img)
		case $name in
		*serpent* | *twofish* | *lrw* | *wp256*)
			told " is not read (" "$name says what is not read" luks "$image" "$T/luks1-images/keyfile1" ;;
		*)
			"$tool" -o "$T/open" luks "$image" "$T/luks1-images/keyfile1" > "$T/out" && [ "$(blkid -p -s UUID -o value "$T/open")" = DEAD-BABE ]
			verdict $? "$name holds the filesystem that it is known for" ;;
		esac
	done
fi
