/* timeline_csv.c - the timeline for Timesketch and spreadsheets (RFC 4180). Cells that a spreadsheet would compute are neutralised. */
#include "triage/base/text.h"
#include "triage/report/export.h"
#include "triage/report/timeline_row.h"

#include <string.h>

static const char header[] = "message,datetime,timestamp,timestamp_desc,source_short,parser,hostname,username,filename,inode,sha256_hash,tag,"
    "data_type,source,precision,technique,file_id,data\r\n";

/* What begins harmlessly needs quotes at most, and goes in runs; the rest is left to text_csv(). */
static void
put_text(struct buf *b, const char *text)
{
	if (text[0] != '/' && text[0] != '{' && (text[0] < 'A' || text[0] > 'z')) {
		text_csv(b, text);
		return;
	}
	size_t plain = strcspn(text, ",\"\r\n");
	if (text[plain] == '\0') {
		buf_put(b, text, plain);
		return;
	}
	buf_char(b, '"');
	for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
		buf_put(b, text, (size_t)(quote - text) + 1);
		buf_char(b, '"');
	}
	buf_text(b, text);
	buf_char(b, '"');
}

static void
cell(struct buf *b, struct case_cursor *c, size_t column)
{
	if (!case_null(c, column))
		put_text(b, case_text(c, column));
	buf_char(b, ',');
}

static void
digits(struct buf *b, int64_t value)
{
	char text[24];
	buf_put(b, text, export_digits(value, text));
}

/* Digits only; nothing for NULL. */
static void
number(struct buf *b, struct case_cursor *c, size_t column)
{
	if (!case_null(c, column))
		digits(b, case_int(c, column));
	buf_char(b, ',');
}

static void
row(struct buf *b, struct case_cursor *c, const struct timeline_row *r)
{
	cell(b, c, CASE_TIMELINE_MESSAGE);
	buf_text(b, r->datetime);
	buf_char(b, ',');
	digits(b, r->microseconds);
	buf_char(b, ',');
	cell(b, c, CASE_TIMELINE_MEANING);
	buf_text(b, r->source_short);
	buf_char(b, ',');
	cell(b, c, CASE_TIMELINE_PARSER);
	cell(b, c, CASE_TIMELINE_HOST);
	cell(b, c, CASE_TIMELINE_USER);
	cell(b, c, CASE_TIMELINE_PATH);
	number(b, c, CASE_TIMELINE_INODE);
	cell(b, c, CASE_TIMELINE_SHA256);
	cell(b, c, CASE_TIMELINE_TECHNIQUE);
	buf_text(b, r->data_type);
	buf_char(b, ',');
	cell(b, c, CASE_TIMELINE_SOURCE);
	cell(b, c, CASE_TIMELINE_PRECISION);
	cell(b, c, CASE_TIMELINE_TECHNIQUE);
	number(b, c, CASE_TIMELINE_FILE_ID);
	put_text(b, case_text(c, CASE_TIMELINE_DATA));
	buf_text(b, "\r\n");
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
	output_text(out, header);
	return export_rows(reader, CASE_TIMELINE, CASE_BY_TIME, row_of, &r, out, err);
}

const struct exporter timeline_csv_exporter = {
	.name = "timeline.csv",
	.format = "timesketch-csv",
	.what = "the timeline for Timesketch and spreadsheets",
	.write = write_timeline,
};
