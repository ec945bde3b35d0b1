#include "triage/report/timeline_row.h"

#include "triage/base/when.h"

#include <string.h>

/* What tools around Timesketch call the sources of the contract. */
static const struct {
	const char *source, *source_short, *data_type;
} sources[] = {
	{ "filesystem", "FILE", "fs:stat" },
	{ "evtx", "EVT", "windows:evtx:record" },
	{ "evt", "EVT", "windows:evt:record" },
	{ "registry", "REG", "windows:registry:key_value" },
	{ "prefetch", "LOG", "windows:prefetch:execution" },
	{ "lnk", "LNK", "windows:lnk:link" },
	{ "jumplist", "LNK", "windows:jumplist:entry" },
	{ "mft", "FILE", "fs:stat:ntfs" },
	{ "usn", "FILE", "fs:ntfs:usn_change" },
	{ "browser", "WEBHIST", "browser:history" },
	{ "web", "LOG", "web:access" },
	{ "recyclebin", "RECBIN", "windows:metadata:deleted_item" },
};

bool
timeline_row_of(struct case_cursor *c, struct timeline_row *ret_row)
{
	int64_t ns = case_int(c, CASE_TIMELINE_TIME);
	if (case_null(c, CASE_TIMELINE_TIME) || ns == 0 || ns == TRIAGE_TIME_NONE)
		return false;
	struct timeline_row r = { .ns = ns, .microseconds = ns / 1000, .source_short = "LOG", .data_type = "triage:event" };
	if (ns % 1000 < 0)
		r.microseconds--;
	when_text(ns, 6, "+00:00", r.datetime);
	const char *source = case_text(c, CASE_TIMELINE_SOURCE);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(source, sources[i].source) == 0) {
			r.source_short = sources[i].source_short;
			r.data_type = sources[i].data_type;
			break;
		}
	}
	*ret_row = r;
	return true;
}
