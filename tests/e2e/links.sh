#!/bin/sh
# links.sh - shell links, prefetch files and jump lists against lnkinfo, sccainfo and olefile: our sound fixtures, and a collection of real ones where it is there.
cd "$TRIAGE_ROOT" || exit 2
tool=build/asan/tests/tool_parse
[ -x "$tool" ] || { echo "not ok - $tool is not built"; exit 1; }
corpus=${TRIAGE_CORPUS:-../shared/corpus}
set -- fixtures/artefact/lnk/local.lnk fixtures/artefact/lnk/share.lnk fixtures/artefact/lnk/no_times.lnk fixtures/artefact/prefetch/TOOL.EXE-5E8F77CD.pf \
	fixtures/artefact/prefetch/RCLONE.EXE-5E8F77CD.pf fixtures/artefact/jumplist/1bc392b8e104a00e.automaticDestinations-ms \
	fixtures/artefact/jumplist/9b9cdc69c1c24e2b.automaticDestinations-ms
if [ -d "$corpus/lnk" ]; then
	set -- "$@" "$corpus"/lnk/*/*.lnk "$corpus"/prefetch/*/*.pf "$corpus"/jumplist/*/*.automaticDestinations-ms
else
	echo "# no collection of real evidence at $corpus: our fixtures alone"
fi
# the interpreter of Debian, which has its modules
/usr/bin/python3 tests/links_twins.py "$tool" "$@"
