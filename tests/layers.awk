# layers.awk - holds the arrows between rooms. Usage: awk -f tests/layers.awk FILE...; prints each breach, exit 1 when there is one.
BEGIN {
	allow["base"] = "base"
	allow["evidence"] = "base evidence"
	allow["analyse"] = "base analyse artefact/ole.h artefact/wintext.h"
	allow["artefact"] = "base artefact"
	allow["detect"] = "base detect"
	allow["case"] = "base case"
	allow["report"] = "base report case/query.h case/custody.h case/fleet.h"
	allow["run"] = "base evidence analyse artefact detect case report run"
	allow["guided"] = "base guided"
	allow["cli"] = "base run report analyse case/query.h detect/sigma.h guided cli"
	library["<tsk/"] = "evidence"
	library["<libdeflate"] = "evidence artefact"
	library["<yara"] = library["<magic.h"] = library["<archive"] = library["<libpff"] = library["<libbfio"] = "analyse"
	library["<sqlite3.h"] = "case artefact"
	library["<qrencode"] = "report"
	library["<seccomp.h"] = "run"
	library["<newt.h"] = "cli"
	library["<yaml.h"] = library["<pcre2.h"] = "detect"
}
function room_of(path,   part) { split(path, part, "/"); return part[2] }
/^[ \t]*#[ \t]*include[ \t]*"triage\// {
	match($0, /"[^"]+"/)
	target = substr($0, RSTART + 8, RLENGTH - 9)
	split(target, part, "/")
	n = split(allow[room_of(FILENAME)], rooms, " ")
	ok = 0
	for (i = 1; i <= n; i++)
		if (rooms[i] == part[1] || rooms[i] == target)
			ok = 1
	if (!ok) { printf "%s:%d: a file of %s must not include %s\n", FILENAME, FNR, room_of(FILENAME), target; bad = 1 }
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	for (name in library)
		if (index($0, name) > 0 && index(" " library[name] " ", " " room_of(FILENAME) " ") == 0) {
			printf "%s:%d: %s belongs to room %s alone\n", FILENAME, FNR, substr(name, 2), library[name]; bad = 1
		}
}
END { exit bad }
