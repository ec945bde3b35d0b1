#!/bin/sh
# supply.sh - how the program is built: hardening that the binary shows, the same bytes from two folders, the bill of materials.
# A slice of the sources is built twice; REPRODUCE=all builds everything twice.
. "$(dirname "$0")/common.sh.inc"
BINARY=$(readlink -f "$TRIAGE")
readelf -hldW "$BINARY" > "$tmp/elf" 2>&1
readelf -sW "$BINARY" > "$tmp/symbols" 2>&1
check "position independent" grep -q 'Type:.*DYN' "$tmp/elf"
check "relocations read-only" grep -q GNU_RELRO "$tmp/elf"
check "bound at start" grep -q 'BIND_NOW\|FLAGS_1.*NOW' "$tmp/elf"
same "stack not executable, no segment writable and executable" "$(grep -c 'GNU_STACK.* RW ' "$tmp/elf") $(grep -c 'LOAD.* RWE' "$tmp/elf")" "1 0"
check "stack protector" grep -q '__stack_chk_fail' "$tmp/symbols"
check "fortified calls" grep -q '__memcpy_chk\|__snprintf_chk\|__vsnprintf_chk' "$tmp/symbols"
same "no copy without a bound is called" "$(grep -cE ' (gets|strcpy|strcat|sprintf)@' "$tmp/symbols")" 0
same "no library path of its own" "$(grep -c 'RPATH\|RUNPATH' "$tmp/elf")" 0
if [ "$(uname -m)" = x86_64 ]; then
	# the start files of Debian's C library have no mark, so the binary as a whole has none either: the instructions are there
	n=$(objdump -d --no-show-raw-insn "$BINARY" 2> /dev/null | grep -c endbr64)
	if [ "$n" -gt 1000 ]; then ok "indirect branches land on endbr64 (CET): $n places"; else bad "indirect branches land on endbr64 (CET)" "$n places"; fi
fi

# --- the same bytes from another folder ---
mkdir "$tmp/one" "$tmp/another-folder-with-a-longer-name"
for there in "$tmp/one" "$tmp/another-folder-with-a-longer-name"; do
	cp -r Makefile include triage "$there"
	if [ "${REPRODUCE:-}" = all ]; then goal=build/release/bin/triage; else goal="build/release/triage/base/buf.o build/release/triage/run/wire.o build/release/triage/report/sbom.o build/release/triage/cli/main.o"; fi
	# shellcheck disable=SC2086
	make -s -j2 -C "$there" $goal > "$tmp/make.log" 2>&1 || bad "a second build" "$(tail -n 3 "$tmp/make.log")"
	(cd "$there" && find build -name '*.o' -o -name triage -type f | sort | xargs sha256sum) >> "$tmp/sums"
done
n=$(sort "$tmp/sums" | uniq -c | awk '$1 == 2' | wc -l)
same "two builds in two folders give the same bytes ($n files)" "$n" "$(($(wc -l < "$tmp/sums") / 2))"

# --- bill of materials ---
"$TRIAGE" --version --verbose > "$tmp/sbom"
python3 - "$tmp/sbom" "$BINARY" > "$tmp/check.out" 2>&1 <<'P'
import json, subprocess, sys
d = json.load(open(sys.argv[1]))
assert d["spdxVersion"] == "SPDX-2.3" and d["SPDXID"] == "SPDXRef-DOCUMENT" and d["dataLicense"] == "CC0-1.0"
assert d["documentNamespace"] and d["creationInfo"]["created"].endswith("Z") and len(d["creationInfo"]["created"]) == 20
ids = [p["SPDXID"] for p in d["packages"]]
assert len(ids) == len(set(ids)) and all(p["versionInfo"] and p["downloadLocation"] for p in d["packages"])
for r in d["relationships"]:
    assert r["relatedSpdxElement"] in ids and r["spdxElementId"] in ids + ["SPDXRef-DOCUMENT"]
# every library that the binary asks for is in it
needed = [l.split("[")[1].split("]")[0] for l in subprocess.run(["readelf", "-d", sys.argv[2]], capture_output=True, text=True).stdout.splitlines() if "NEEDED" in l]
names = {p["name"] for p in d["packages"]}
other = {"libz.so.1": "zlib", "libyaml-0.so.2": "yaml-0.1", "libtsk.so.19": "tsk", "libyara.so.9": "yara", "libsqlite3.so.0": "sqlite3"}
for n in needed:
    base = other.get(n, n.split(".so")[0])
    assert base in names or base in ("libc", "libm", "ld-linux-x86-64", "libgcc_s", "libstdc++"), n
P
if [ $? -eq 0 ]; then ok "--version --verbose is an SPDX document that names every library linked"; else bad "--version --verbose is an SPDX document that names every library linked" "$(tail -n 3 "$tmp/check.out")"; fi
make_image ext2_basic || exit 1
SOURCE_DATE_EPOCH=1670378400 "$TRIAGE" run -q -o "$tmp/case" "$tmp/ext2_basic.img" > /dev/null 2>&1
same "the bundle holds the same document" "$(jq -cS 'del(.creationInfo.created)' "$tmp/case/data/sbom.spdx.json" | sha256sum)" "$(jq -cS 'del(.creationInfo.created)' "$tmp/sbom" | sha256sum)"
same "dated as the case" "$(jq -r .creationInfo.created "$tmp/case/data/sbom.spdx.json")" 2022-12-07T02:00:00Z
check "and verifies" "$TRIAGE" verify -q "$tmp/case"
