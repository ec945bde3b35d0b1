/* findings_jsonl.c - one finding a line: the columns of the view, and the times once more as text. */
#include "triage/base/when.h"
#include "triage/report/export.h"

static void
time_text(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	char text[WHEN_TEXT_SIZE];
	export_text(b, key, case_null(c, column) ? NULL : when_text(case_int(c, column), 9, "Z", text));
}

static void
row(struct buf *b, struct case_cursor *c, void *ctx)
{
	(void)ctx;
	buf_char(b, '{');
	export_column_number(b, "finding_id", c, CASE_FINDINGS_FINDING_ID);
	export_column_text(b, "severity", c, CASE_FINDINGS_SEVERITY);
	export_column_number(b, "confidence", c, CASE_FINDINGS_CONFIDENCE);
	export_column_number(b, "score", c, CASE_FINDINGS_SCORE);
	export_column_text(b, "rule", c, CASE_FINDINGS_RULE);
	export_column_text(b, "kind", c, CASE_FINDINGS_KIND);
	export_column_text(b, "title", c, CASE_FINDINGS_TITLE);
	export_column_text(b, "technique", c, CASE_FINDINGS_TECHNIQUE);
	export_column_text(b, "host", c, CASE_FINDINGS_HOST);
	export_column_text(b, "path", c, CASE_FINDINGS_PATH);
	export_column_number(b, "first_time", c, CASE_FINDINGS_FIRST_TIME);
	export_column_number(b, "last_time", c, CASE_FINDINGS_LAST_TIME);
	export_column_number(b, "count", c, CASE_FINDINGS_COUNT);
	export_raw(b, "detail", case_text(c, CASE_FINDINGS_DETAIL));
	export_column_number(b, "file_id", c, CASE_FINDINGS_FILE_ID);
	time_text(b, "first_datetime", c, CASE_FINDINGS_FIRST_TIME);
	time_text(b, "last_datetime", c, CASE_FINDINGS_LAST_TIME);
	buf_text(b, "}\n");
}

static enum triage_status
write_findings(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	(void)options;
	return export_rows(reader, CASE_FINDINGS, CASE_BY_ID, row, NULL, out, err);
}

const struct exporter findings_jsonl_exporter = {
	.name = "findings.jsonl",
	.format = "findings",
	.what = "the findings, one JSON object a line",
	.write = write_findings,
};
