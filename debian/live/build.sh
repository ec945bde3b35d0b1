#!/bin/sh
# build.sh - the live image, by live-build, as root: build/live/triage-live-VERSION-amd64.iso with SHA-256, packages and bill of materials beside it.
#   LIVE_MIRROR    archive of Debian 12; default: the one that this machine's apt uses
#   LIVE_SECURITY  true or false: packages of the security archive too; default: whether the mirror has one
#   LIVE_WORK      folder to build in, 3 GB; a tmpfs makes it much faster
#   LIVE_KEY, LIVE_CERT  sign the list of checksums with this key and certificate (CMS, detached); default: a key of this computer in ~/.config/triage-live,
#                  made at the first build
#   SOURCE_DATE_EPOCH    default: time of the last commit
set -eu
cd "$(dirname "$0")/../.."
top=$PWD here=$PWD/debian/live
version=$(sed -n 's/^VERSION := //p' Makefile)
[ "$(id -u)" = 0 ] || { echo "live-build wants root: sudo make live" >&2; exit 1; }
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8

mirror_of_apt() { # the first http source of main
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2> /dev/null | grep -v security | grep -m 1 '/debian/*$'
}
mirror=${LIVE_MIRROR:-$(mirror_of_apt)}
mirror=${mirror:-http://deb.debian.org/debian}
security=${LIVE_SECURITY:-}
if [ -z "$security" ]; then
	security=false
	! /usr/lib/apt/apt-helper download-file "${mirror%/}-security/dists/bookworm-security/InRelease" build/security-probe > /dev/null 2>&1 || security=true
	rm -f build/security-probe
fi
ls build/deb/triage_*.deb build/deb/triage-rules_*.deb build/deb/triage-live_*.deb > /dev/null 2>&1 || { echo "no packages: make deb first" >&2; exit 1; }

work=${LIVE_WORK:-$top/build/live/work}
if [ -d "$work" ]; then (cd "$work" && lb clean --purge > /dev/null 2>&1) || :; rm -rf "$work"; fi
mkdir -p "$work" "$top/build/live"
cd "$work"
lb config noauto \
	--mode debian --distribution bookworm --architectures amd64 --linux-flavours amd64 --archive-areas main \
	--mirror-bootstrap "$mirror" --mirror-chroot "$mirror" --mirror-chroot-security "${mirror%/}-security" --mirror-binary http://deb.debian.org/debian --mirror-binary-security http://deb.debian.org/debian-security \
	--security "$security" --updates false --backports false --apt-recommends false --apt-indices false --apt-source-archives false \
	--debootstrap-options "--variant=minbase" --system live --initramfs live-boot --debian-installer none --memtest none --firmware-chroot false --firmware-binary false \
	--cache false --clean > lb-config.log 2>&1
mkdir -p config/packages.chroot config/package-lists config/hooks/normal config/includes.chroot_before_packages/etc
cp "$top"/build/deb/triage_*.deb "$top"/build/deb/triage-rules_*.deb "$top"/build/deb/triage-live_*.deb config/packages.chroot/
{ cat "$here/packages.list.chroot"; printf 'triage\ntriage-rules\ntriage-live\n'; } > config/package-lists/triage.list.chroot
cp "$here"/hooks/*.hook.chroot config/hooks/normal/
# the number of this image: stick and RAM disk belong together by it
uuid=$( (echo "$version $SOURCE_DATE_EPOCH"; sha256sum config/packages.chroot/*.deb | cut -d' ' -f1) | sha256sum | sed 's/^\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/')
echo "$uuid" > config/includes.chroot_before_packages/etc/triage-live.uuid
echo INITRD=No > config/environment.chroot	# the initial RAM disk is made once, by the hook
# live-build makes the root filesystem; its last stage wants packages that may be out of reach (--security true), so the image is made here
{ lb bootstrap && lb chroot; } > lb-build.log 2>&1 || { tail -30 lb-build.log >&2; echo "live-build failed: $work/lb-build.log" >&2; exit 1; }
# what starts it: unpacked, not installed
mv chroot/boot-packages boot
(cd boot && for deb in *.deb; do dpkg-deb -x "$deb" .; done)

out=$top/build/live name=triage-live-$version-amd64
PATH=$work/boot/usr/bin:$PATH sh "$here/image.sh" "$work/chroot" "$out/$name.iso" "$version" "$uuid" "$work/boot"
cp chroot/usr/share/triage-live/packages.txt "$out/$name.packages.txt"
cp chroot/usr/share/triage-live/sbom.cdx.json "$out/$name.sbom.cdx.json"
cd "$out"
sha256sum "$name.iso" "$name.packages.txt" "$name.sbom.cdx.json" > "$name.sha256"
# a key of this computer, made once, when there is no better one; its certificate lies beside the image, its fingerprint is told
if [ -z "${LIVE_KEY:-}" ]; then
	keys=${XDG_CONFIG_HOME:-$HOME/.config}/triage-live
	LIVE_KEY=$keys/key.pem LIVE_CERT=$keys/cert.pem
	[ -s "$LIVE_KEY" ] && [ -s "$LIVE_CERT" ] || (umask 077 && mkdir -p "$keys" && openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 3650 -subj "/CN=triage live image, built on $(hostname)" \
	    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=codeSigning -keyout "$LIVE_KEY" -out "$LIVE_CERT" 2> /dev/null)
fi
openssl cms -sign -binary -md sha256 -in "$name.sha256" -signer "$LIVE_CERT" -inkey "$LIVE_KEY" -outform DER -out "$name.sha256.p7s"
openssl x509 -in "$LIVE_CERT" -out "$name.cert.pem"
size=$(stat -c %s "$name.iso")
[ "$size" -le $((700 << 20)) ] || { echo "the image is larger than 700 MiB: $size bytes" >&2; exit 1; }
ls -l "$name".*
echo "signed by: $(openssl x509 -in "$name.cert.pem" -noout -subject -fingerprint -sha256 | tr '\n' ' ')"
