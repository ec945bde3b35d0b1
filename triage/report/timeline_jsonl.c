/* timeline_jsonl.c - the timeline for Timesketch, one JSON object a line. */
#include "triage/base/text.h"
#include "triage/report/export.h"
#include "triage/report/timeline_row.h"

static void
row(struct buf *b, struct case_cursor *c, const struct timeline_row *r)
{
	buf_char(b, '{');
	export_text(b, "message", case_text(c, CASE_TIMELINE_MESSAGE));
	export_text(b, "datetime", r->datetime);
	export_number(b, "timestamp", r->microseconds);
	export_text(b, "timestamp_desc", case_text(c, CASE_TIMELINE_MEANING));
	export_text(b, "source_short", r->source_short);
	export_text(b, "parser", case_text(c, CASE_TIMELINE_PARSER));
	export_text(b, "hostname", case_text(c, CASE_TIMELINE_HOST));
	export_text(b, "username", case_text(c, CASE_TIMELINE_USER));
	export_text(b, "filename", case_text(c, CASE_TIMELINE_PATH));
	export_column_number(b, "inode", c, CASE_TIMELINE_INODE);
	export_text(b, "sha256_hash", case_text(c, CASE_TIMELINE_SHA256));
	export_member(b, "tag");
	buf_char(b, '[');
	if (!case_null(c, CASE_TIMELINE_TECHNIQUE)) {
		buf_char(b, '"');
		text_json(b, case_text(c, CASE_TIMELINE_TECHNIQUE));
		buf_char(b, '"');
	}
	buf_char(b, ']');
	export_text(b, "data_type", r->data_type);
	export_text(b, "source", case_text(c, CASE_TIMELINE_SOURCE));
	export_text(b, "precision", case_text(c, CASE_TIMELINE_PRECISION));
	export_column_text(b, "technique", c, CASE_TIMELINE_TECHNIQUE);
	export_column_number(b, "file_id", c, CASE_TIMELINE_FILE_ID);
	export_raw(b, "data", case_text(c, CASE_TIMELINE_DATA));
	buf_text(b, "}\n");
}

static void
row_of(struct buf *b, struct case_cursor *c, void *ctx)
{
	struct timeline_row *r = ctx;
	if (timeline_row_of(c, r))
		row(b, c, r);
}

static enum triage_status
write_timeline(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct timeline_row r = timeline_row_begin(options);
	return export_rows(reader, CASE_TIMELINE, CASE_BY_TIME, row_of, &r, out, err);
}

const struct exporter timeline_jsonl_exporter = {
	.name = "timeline.jsonl",
	.format = "timesketch-jsonl",
	.what = "the timeline for Timesketch, one JSON object a line",
	.write = write_timeline,
};
