#!/bin/sh
# containers_same.sh - one small ext4 in every container and inside a lock: the files view is the same in all, but for its numbers.
. "$(dirname "$0")/common.sh.inc"
for tool in mke2fs ewfacquire qemu-img cryptsetup; do
	command -v $tool > /dev/null || { bad "$tool is installed: the containers cannot be made without it"; exit 1; }
done
cd "$tmp" || exit 2
python3 - <<'MAKE'
import os, random
random.seed(11)
for name, data in {"minutes.txt": b"minutes of the council\n" * 300, "noise.bin": random.randbytes(700_000), "empty": b"", "a/b/c/deep.txt": b"deep down\n",
                   "a/sl\u00e4vik.dat": bytes(90_000) + b"end", "a/script.sh": b"#!/bin/sh\nexit 0\n"}.items():
    os.makedirs(os.path.dirname("tree/" + name), exist_ok=True)
    with open("tree/" + name, "wb") as f:
        f.write(data)
os.symlink("a/b/c/deep.txt", "tree/link")
for folder, _, names in os.walk("tree", topdown=False):
    for path in [folder] + [os.path.join(folder, name) for name in names]:
        os.utime(path, (1_600_000_000, 1_600_000_000), follow_symlinks=False)
MAKE
mke2fs -q -t ext4 -U 6e0a5c1d-1b1f-4a53-9d7c-2f0e8a1b7c3d -L town -d tree plain.img 8M > make.log 2>&1 || { bad "make the ext4" "$(cat make.log)"; exit 1; }
printf 'The key of the town hall' > key

# listed IMAGE OPTION...: digest and number of the rows of the files view, without ids; "kind" says that it was read as what it is
listed() {
	image=$1; shift
	chmod -R u+w case 2> /dev/null; rm -rf case
	"$TRIAGE" run -q --no-builtin-rules -o case "$@" "$image" > run.out 2>&1
	sql case "SELECT inode, sequence, stream, path, hex(name_raw), kind, state, size, mode, uid, gid, owner, mtime, atime, ctime, btime, link_target,
		md5, sha1, sha256, mime, magic, extension_mismatch, entropy, known, content FROM files ORDER BY path, inode, state" > rows
	printf '%s %s %s' "$(sql case "SELECT kind FROM evidence")" "$(wc -l < rows)" "$(sha256sum < rows | cut -d ' ' -f 1)"
}
plain=$(listed plain.img)
same "the plain image lists its files, with their digests" "$(sql case "SELECT count(*) FROM files WHERE md5 NOT NULL AND path IN ('/minutes.txt', '/noise.bin',
	'/a/b/c/deep.txt', '/a/script.sh')")" 4
rows=${plain#raw }
# alike DESCRIPTION KIND IMAGE OPTION...
alike() {
	what=$1 kind=$2; shift 2
	same "$what" "$(listed "$@")" "$kind $rows"
	rm -f ./a.*
}
# tools that measure the processor fail now and then on a busy machine
made() { for try in 1 2 3 4 5 6; do "$@" > make.log 2>&1 && return; sleep 0.2; done; bad "$*" "$(tail -n 3 make.log)"; }

split -b 3M -d -a 3 --numeric-suffixes=1 plain.img a.
alike "split raw, from 001" split a.001
split -b 3M plain.img a.
alike "split raw, from aa" split a.aa
made ewfacquire -u -q -t a -f encase6 -c best -S 1048576 -C c -E e -e x -N n -D d plain.img
alike "E01" ewf a.E01
made qemu-img convert -f raw -O qcow2 plain.img a.qcow2
alike "qcow2" qcow2 a.qcow2
made qemu-img convert -c -f raw -O qcow2 plain.img a.qcow2
alike "qcow2, compressed" qcow2 a.qcow2
for format in monolithicSparse monolithicFlat streamOptimized twoGbMaxExtentSparse; do
	made qemu-img convert -f raw -O vmdk -o subformat=$format plain.img a.vmdk
	alike "vmdk $format" vmdk a.vmdk
	rm -f ./a-*.vmdk
done
for format in dynamic fixed; do
	made qemu-img convert -f raw -O vpc -o subformat=$format plain.img a.vhd
	alike "vhd $format" vhd a.vhd
done
made qemu-img convert -f raw -O vhdx plain.img a.vhdx
alike "vhdx, which is told as vhd" vhd a.vhdx
made qemu-img convert -f raw -O vdi plain.img a.vdi
alike "vdi" vdi a.vdi

cp plain.img a.luks
truncate -s +32M a.luks
made cryptsetup reencrypt --encrypt --batch-mode --type luks2 --reduce-device-size 32M --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file key a.luks
made qemu-img convert -f raw -O qcow2 a.luks luks.qcow2
alike "LUKS 2, with its key" raw a.luks --key key
alike "LUKS 2 in a qcow2, with its key" qcow2 luks.qcow2 --key key
made qemu-img convert --object secret,id=s,file=key -f raw -O luks -o key-secret=s,iter-time=10 plain.img a.luks
alike "LUKS 1, with its key" raw a.luks --key key
