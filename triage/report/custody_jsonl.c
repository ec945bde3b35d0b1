/* custody_jsonl.c - the chain of custody, one act a line, in the canonical form that its digests cover. */
#include "triage/report/custody_row.h"
#include "triage/report/export.h"

#include <stdio.h>

enum { ROW_MAX = 64 << 20 };

void
custody_row_line(struct buf *out, struct case_cursor *c)
{
	SCOPED_BUF text;
	buf_init(&text, ROW_MAX);
	/* the cursor's texts live until the next one is asked for */
	buf_text(&text, case_text(c, CASE_CUSTODY_ACTOR));
	buf_char(&text, '\0');
	size_t action = text.size;
	buf_text(&text, case_text(c, CASE_CUSTODY_ACTION));
	buf_char(&text, '\0');
	size_t detail = text.size;
	buf_text(&text, case_text(c, CASE_CUSTODY_DETAIL));
	struct custody_entry e = { .seq = (uint64_t)case_int(c, CASE_CUSTODY_SEQ), .time = case_int(c, CASE_CUSTODY_TIME) };
	snprintf(e.previous_hash, sizeof(e.previous_hash), "%s", case_text(c, CASE_CUSTODY_PREVIOUS_HASH));
	snprintf(e.hash, sizeof(e.hash), "%s", case_text(c, CASE_CUSTODY_HASH));
	if (text.failed) {
		out->failed = true;
		return;
	}
	e.actor = text.data;
	e.action = text.data + action;
	e.detail = text.data + detail;
	custody_line(out, &e);
	buf_char(out, '\n');
}

static void
row(struct buf *b, struct case_cursor *c, void *ctx)
{
	(void)ctx;
	custody_row_line(b, c);
}

static enum triage_status
write_custody(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	(void)options;
	return export_rows(reader, CASE_CUSTODY, CASE_BY_ID, row, NULL, out, err);
}

const struct exporter custody_jsonl_exporter = {
	.name = "custody.jsonl",
	.what = "every act of the tool, each chained to the one before by its digest",
	.write = write_custody,
};
