#!/bin/sh
# evtx.sh [DIR] - the parser of Windows event logs alone, against evtxexport (libevtx) in the same run: MB a second of one core (processor time), and the ratio. A large log
# is made of the chunks of one of the corpus (System, when it is there) or of our fixture, with record numbers that go on and checksums that hold.
cd "$(dirname "$0")/../.." || exit 2
bench=${1:-${BENCH:-/var/tmp/triage-bench}}
mkdir -p "$bench" || exit 2
command -v evtxexport > /dev/null || { echo "bench: no evtxexport (apt-get install libevtx-utils): event logs left out"; exit 0; }
make --no-print-directory -s build/release/tests/tool_parse || exit 1
log=${TRIAGE_CORPUS:-../shared/corpus}/evtx/plaso/System.evtx
# libevtx gives up on an event of our fixture, so that without the corpus there is no ratio
[ -f "$log" ] || log=fixtures/artefact/evtx/security.evtx
python3 - "$log" "$bench" "${RUNS:-3}" << 'MEASURE'
import os, resource, subprocess, sys

source, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])

def make(name, size):
    path = os.path.join(folder, name)
    subprocess.run([sys.executable, "tests/bench/artefact_make.py", "evtx", path, str(size), source], check=True, stdout=subprocess.DEVNULL)
    return path


def rate(path, *command):
    """MB a second of processor time, the best of the runs."""
    best = None
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = took if best is None or took < best else best
    return os.path.getsize(path) / 1e6 / best


ours = rate(make("large.evtx", 256 << 20), "build/release/tests/tool_parse", "-q")
if source.startswith("fixtures/"):
    print("event logs (%s repeated): %.0f MB/s a core" % (os.path.basename(source), ours))
    sys.exit(0)
theirs = rate(make("small.evtx", 8 << 20), "evtxexport", "-f", "xml")
print("event logs (%s repeated): %.0f MB/s a core, evtxexport %.1f MB/s" % (os.path.basename(source), ours, theirs))
print("| parser of event logs to evtxexport, by processor time | %.0f times |" % (ours / theirs))
MEASURE
