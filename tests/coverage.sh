#!/bin/sh
# coverage.sh [OUT] - lines and branches by room that the unit tests and the end-to-end tests reach, by gcov. What workers and other children reach counts too:
# tests/coverage/shared.c. Counts of a process that is killed are lost. COVER: the end-to-end tests that run. MISSED=FILE: the lines that nothing reached.
# OUT: a table in Markdown.
cd "$(dirname "$0")/.." || exit 2
root=$(pwd)
make -s -j2 FLAVOUR=cov build/cov/bin/triage unit || exit 1
find build/cov -name '*.gcda' -delete
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
TRIAGE_ROOT=$root TRIAGE_CORPUS=${TRIAGE_CORPUS:-$root/../shared/corpus}
export TRIAGE_ROOT TRIAGE_CORPUS
failed=0
for t in build/cov/tests/test_*; do
	case $t in *.d | *.gc*) continue ;; esac
	timeout 600 "$t" > "$tmp/out" 2>&1 || { failed=$((failed + 1)); echo "# $t failed" >&2; }
done
for e in ${COVER:-bundle directory archives mail nested collections vss locks disks damage images keys seal rules known iocs share tamper exports rejudge merge fleet print extract options guided bad_input bombs artefacts golden told space packages ewf_formats resume sandbox budget workers revoked report_rows windows extremes}; do
	TRIAGE=$root/build/cov/bin/triage KILLS=5 timeout 900 sh "tests/e2e/$e.sh" > "$tmp/out" 2>&1
done
python3 - "$root" > "${1:-/dev/stdout}" <<'P'
import collections, json, os, subprocess, sys
root = sys.argv[1]
lines, branches = collections.defaultdict(dict), collections.defaultdict(dict)
for folder, _, names in os.walk(os.path.join(root, "build/cov/triage")):
    data = [os.path.join(folder, n) for n in names if n.endswith(".gcno")]
    for i in range(0, len(data), 40):
        out = subprocess.run(["gcov", "-b", "-c", "-j", "-t", *data[i:i + 40]], capture_output=True, text=True, cwd=root).stdout
        for text in out.splitlines():
            try:
                d = json.loads(text)
            except ValueError:
                continue
            for f in d["files"]:
                name = os.path.relpath(os.path.join(root, f["file"]), root)
                if not name.startswith("triage/"):
                    continue
                for l in f["lines"]:
                    k = (name, l["line_number"])
                    lines[k]["n"] = lines[k].get("n", 0) + l["count"]
                    for j, b in enumerate(l["branches"]):
                        branches[k + (j,)]["n"] = branches[k + (j,)].get("n", 0) + b["count"]
rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
for at, table in ((0, lines), (2, branches)):
    for k, v in table.items():
        for room in (k[0].split("/")[1], "all", {"triage/run/wire.c": "wire", "triage/run/wire_records.c": "wire", "triage/run/wire_events.c": "wire",
                     "triage/run/wire_shape.c": "wire", "triage/run/sandbox.c": "sandbox", "triage/case/custody.c": "custody", "triage/report/bag.c": "bag", "triage/report/bag_files.c": "bag", "triage/report/bag_put.c": "bag", "triage/run/border.c": "border"}.get(k[0])):
            if room:
                rooms[room][at] += 1
                rooms[room][at + 1] += v["n"] > 0
missed = os.environ.get("MISSED")
if missed:
    with open(missed, "w") as f:
        f.writelines("%s:%d\n" % k for k, v in sorted(lines.items()) if v["n"] == 0)
print("| room or part | lines | reached | branches | reached |\n| --- | --- | --- | --- | --- |")
order = ["base", "evidence", "analyse", "artefact", "detect", "case", "report", "run", "guided", "cli", "all", "wire", "border", "sandbox", "custody", "bag"]
for room in [r for r in order if r in rooms]:
    a, b, c, d = rooms[room]
    print(f"| {room} | {a} | {100 * b / max(a, 1):.1f} % | {c} | {100 * d / max(c, 1):.1f} % |")
P
[ "$failed" -eq 0 ] || echo "# $failed unit tests failed under coverage" >&2
