#include "triage/report/timeline_row.h"

#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/export.h"

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

static void
two_digits(char *out, int64_t value)
{
	out[0] = (char)('0' + value / 10);
	out[1] = (char)('0' + value % 10);
}

/* As when_text() with six digits; the date is made once a day, for rows come by the million. */
static void
put_datetime(struct timeline_row *row)
{
	static const int64_t second = 1000000, day = 86400 * second;
	int64_t days = row->microseconds / day, rest = row->microseconds % day;
	if (rest < 0) {
		rest += day;
		days--;
	}
	if (row->datetime[0] == '\0' || days != row->day) {
		/* a day that begins before the first time that fits takes the date from the moment itself */
		int64_t ns = row->microseconds * 1000;
		when_text(ns, 6, "+00:00", row->datetime);
		row->day = days;
		return;
	}
	char *clock = strchr(row->datetime, 'T') + 1;
	two_digits(clock, rest / (3600 * second));
	two_digits(clock + 3, rest / (60 * second) % 60);
	two_digits(clock + 6, rest / second % 60);
	for (int i = 5, fraction = (int)(rest % second); i >= 0; i--, fraction /= 10)
		clock[9 + i] = (char)('0' + fraction % 10);
}

struct timeline_row
timeline_row_begin(const struct report_options *options)
{
	bool all = !options->rows_of_window;
	return (struct timeline_row){ .from = all || options->from == TRIAGE_TIME_NONE ? INT64_MIN : options->from,
	    .to = all || options->to == TRIAGE_TIME_NONE ? INT64_MAX : options->to };
}

bool
timeline_row_of(struct case_cursor *c, struct timeline_row *row)
{
	int64_t ns = case_int(c, CASE_TIMELINE_TIME);
	/* within a microsecond of the lowest value there is no microsecond to cut to */
	if (case_null(c, CASE_TIMELINE_TIME) || ns == 0 || ns < INT64_MIN + 1000 || ns < row->from || ns > row->to)
		return false;
	row->microseconds = ns / 1000 - (ns % 1000 < 0);
	put_datetime(row);
	row->source_short = "LOG";
	row->data_type = "triage:event";
	const char *source = case_text(c, CASE_TIMELINE_SOURCE);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(source, sources[i].source) == 0) {
			row->source_short = sources[i].source_short;
			row->data_type = sources[i].data_type;
			break;
		}
	}
	return true;
}

void
timeline_measure(struct timeline_row *row)
{
	row->all = 0;
	row->plain = true;
	for (size_t i = 0; i < TEXT_COUNT; i++) {
		struct timeline_cell *cell = &row->cells[i];
		row->all += cell->size;
		cell->slash = false;
		if (i == TEXT_DATA)
			continue;
		size_t run = text_plain(cell->text, cell->size);
		while (run < cell->size && cell->text[run] == '\\') {
			cell->slash = true;
			run += 1 + text_plain(cell->text + run + 1, cell->size - run - 1);
		}
		cell->plain = run == cell->size;
		row->plain = row->plain && cell->plain;
	}
}

void
timeline_cells(struct case_cursor *c, struct timeline_row *row)
{
	static const size_t columns[TEXT_COUNT] = { [TEXT_MESSAGE] = CASE_TIMELINE_MESSAGE, [TEXT_MEANING] = CASE_TIMELINE_MEANING, [TEXT_PARSER] = CASE_TIMELINE_PARSER,
		[TEXT_HOST] = CASE_TIMELINE_HOST, [TEXT_USER] = CASE_TIMELINE_USER, [TEXT_PATH] = CASE_TIMELINE_PATH, [TEXT_SHA256] = CASE_TIMELINE_SHA256,
		[TEXT_TECHNIQUE] = CASE_TIMELINE_TECHNIQUE, [TEXT_SOURCE] = CASE_TIMELINE_SOURCE, [TEXT_PRECISION] = CASE_TIMELINE_PRECISION, [TEXT_DATA] = CASE_TIMELINE_DATA };
	for (size_t i = 0; i < TEXT_COUNT; i++)
		row->cells[i].text = case_text_sized(c, columns[i], &row->cells[i].size);
	row->cells[TEXT_DATA].size = strlen(row->cells[TEXT_DATA].text);	/* a NUL in another is not plain */
	timeline_measure(row);
	row->technique = !case_null(c, CASE_TIMELINE_TECHNIQUE);
	row->timestamp_size = export_digits(row->microseconds, row->timestamp);
	row->inode_size = case_null(c, CASE_TIMELINE_INODE) ? 0 : export_digits(case_int(c, CASE_TIMELINE_INODE), row->inode);
	row->file_id_size = case_null(c, CASE_TIMELINE_FILE_ID) ? 0 : export_digits(case_int(c, CASE_TIMELINE_FILE_ID), row->file_id);
}
