#!/bin/sh
# image.sh ROOT IMAGE VERSION UUID BOOT - from a root filesystem to an image that BIOS and UEFI (Secure Boot, too) start from a stick or a disc.
# BOOT: folder into which the packages of GRUB and shim were unpacked. Bytes depend on SOURCE_DATE_EPOCH, not on the clock.
set -eu
root=$1 image=$2 version=$3 uuid=$4 boot=$5
here=$(cd "$(dirname "$0")" && pwd)
tree=$image.tree
pc=$boot/usr/lib/grub/i386-pc
rm -rf "$tree"
mkdir -p "$tree/live" "$tree/boot/grub/i386-pc" "$tree/.disk" "$tree/EFI/BOOT"
echo "$uuid" > "$tree/.disk/live-uuid-triage"
echo "triage live $version" > "$tree/.disk/info"
cp "$root"/usr/share/triage-live/packages.txt "$root"/usr/share/triage-live/sbom.cdx.json "$tree/"
cp "$root"/boot/vmlinuz-* "$tree/live/vmlinuz"
cp "$root"/boot/initrd.img-* "$tree/live/initrd.img"
rm -f "$tree/live/filesystem.squashfs"
mksquashfs "$root" "$tree/live/filesystem.squashfs" -comp "${LIVE_COMPRESSION:-zstd}" -no-progress -quiet -noappend -wildcards -e 'boot/*' 'proc/*' 'sys/*' 'dev/*' 'run/*' 'tmp/*'
sed -e "s/@VERSION@/$version/" -e "s/@EPOCH@/$SOURCE_DATE_EPOCH/" "$here/boot/grub.cfg.in" > "$tree/boot/grub/grub.cfg"

# BIOS: the modules that the menu wants are inside
cp "$pc"/*.mod "$pc"/*.lst "$tree/boot/grub/i386-pc/"
grub-mkimage -d "$pc" -O i386-pc -p /boot/grub -o "$image.core" biosdisk iso9660 part_msdos normal search search_fs_file linux serial terminal echo test sleep halt reboot
cat "$pc/cdboot.img" "$image.core" > "$tree/boot/grub/eltorito.img"
# UEFI: Debian's signed shim and GRUB, which reads /boot/grub/grub.cfg of the device that has /.disk/info
rm -f "$image.efi"
mkfs.vfat --invariant -C -n TRIAGE-EFI -i "$(printf '%08x' $((SOURCE_DATE_EPOCH % 4294967296)))" "$image.efi" 10240 > /dev/null
mkdir -p "$image.fat/EFI/BOOT"
cp "$boot/usr/lib/shim/shimx64.efi.signed" "$image.fat/EFI/BOOT/BOOTX64.EFI"
cp "$boot/usr/lib/shim/mmx64.efi.signed" "$image.fat/EFI/BOOT/mmx64.efi"
cp "$boot/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed" "$image.fat/EFI/BOOT/grubx64.efi"
find "$image.fat" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
for part in EFI EFI/BOOT; do mmd -i "$image.efi" "::$part"; done
mcopy -m -i "$image.efi" "$image.fat"/EFI/BOOT/* ::EFI/BOOT/
cp "$image.fat"/EFI/BOOT/* "$tree/EFI/BOOT/"

find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
rm -f "$image"
xorriso -as mkisofs -quiet -r -J -joliet-long -iso-level 3 -V "TRIAGE LIVE" -A "triage $version" -publisher triage --modification-date="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)" \
	--grub2-mbr "$pc/boot_hybrid.img" -partition_offset 16 --mbr-force-bootable -append_partition 2 0xEF "$image.efi" \
	-c boot/grub/boot.cat -b boot/grub/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
	-eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot -o "$image" "$tree"
rm -rf "$tree" "$image.efi" "$image.core" "$image.fat"
