/*
 * l2tcsv.c - the timeline in the 17 columns of log2timeline, which plaso's `psort -o l2tcsv` writes and spreadsheets for timelines read:
 * date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,format,extra.
 *
 * Whole seconds in UTC. The format has no quoting: a comma in a text becomes a blank, a double quote a single one; empty is "-".
 * extra holds the record's own fields as "key: value; ...". timeline.csv is the richer one.
 */
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/report/export.h"
#include "triage/report/timeline_row.h"

#include <string.h>

enum { SHORT_MAX = 80 };

struct l2t {
	struct timeline_row row;
	struct buf text;		/* one cell before it is made harmless */
};

static const char header[] = "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,format,extra\n";

/* A cell of at most max bytes. A cell that a spreadsheet would compute is neutralised. */
static void
cell(struct buf *b, const char *text, size_t max)
{
	size_t size = strlen(text), cut = size < max ? size : max;
	while (cut < size && cut > 0 && ((uint8_t)text[cut] & 0xc0) == 0x80)
		cut--;
	if (size == 0) {
		buf_text(b, "-,");
		return;
	}
	if (strchr("=+-@", text[0]) != NULL && text[1] != '\0')
		buf_char(b, '\'');
	size_t start = b->size;
	text_safe_bytes(b, text, cut);
	for (size_t i = start; i < b->size; i++)
		b->data[i] = b->data[i] == ',' ? ' ' : b->data[i] == '"' ? '\'' : b->data[i];
	buf_char(b, ',');
}

static void
column(struct buf *b, struct case_cursor *c, size_t number)
{
	cell(b, case_null(c, number) ? "" : case_text(c, number), SIZE_MAX);
}

/* "modified, $FILE_NAME created" as "M..B": which of the four times this is. Only files have them. */
static void
macb(const char *source, const char *meaning, char out[5])
{
	static const char *const words[] = { "modified", "accessed", "changed", "created" };
	bool file = strcmp(source, "filesystem") == 0 || strcmp(source, "mft") == 0;
	memcpy(out, "....", 5);
	for (size_t i = 0; i < 4 && file; i++)
		if (strstr(meaning, words[i]) != NULL)
			out[i] = "MACB"[i];
}

/* A value of the record's fields: text and numbers as they are, what is deeper as its JSON. False when the text is broken. */
static bool
value(struct json *j, const char *from, struct buf *out)
{
	enum json_event event = json_next(j);
	if (event == JSON_STRING) {
		json_string(j, out);
		return true;
	}
	size_t start = event == JSON_OBJECT || event == JSON_ARRAY ? j->at - 1 : 0;
	if (event == JSON_NUMBER)
		buf_put(out, j->value, j->value_size);
	else if (event == JSON_TRUE || event == JSON_FALSE || event == JSON_NULL)
		buf_text(out, event == JSON_TRUE ? "true" : event == JSON_FALSE ? "false" : "null");
	else if (event == JSON_ERROR || !json_skip(j))
		return false;
	if (start > 0)
		buf_put(out, from + start, j->at - start);
	return true;
}

static void
extra(struct l2t *l, const char *data)
{
	struct json j;
	json_start(&j, data, strlen(data));
	if (json_next(&j) != JSON_OBJECT) {
		buf_text(&l->text, data);
		return;
	}
	while (json_next(&j) == JSON_KEY) {
		if (l->text.size > 0)
			buf_text(&l->text, "; ");
		json_string(&j, &l->text);
		buf_text(&l->text, ": ");
		if (!value(&j, data, &l->text))
			return;
	}
}

static void
row_of(struct buf *b, struct case_cursor *c, void *ctx)
{
	struct l2t *l = ctx;
	char mask[5];
	if (!timeline_row_of(c, &l->row))
		return;
	/* 2022-12-06T01:14:09.000000+00:00 */
	const char *t = l->row.datetime;
	buf_format(b, "%.2s/%.2s/%.4s,%.8s,UTC,", t + 5, t + 8, t, t + 11);
	buf_clear(&l->text);
	buf_text(&l->text, case_text(c, CASE_TIMELINE_SOURCE));
	macb(buf_cstr(&l->text), case_text(c, CASE_TIMELINE_MEANING), mask);
	buf_format(b, "%s,%s,", mask, l->row.source_short);
	cell(b, buf_cstr(&l->text), SIZE_MAX);
	column(b, c, CASE_TIMELINE_MEANING);
	column(b, c, CASE_TIMELINE_USER);
	column(b, c, CASE_TIMELINE_HOST);
	cell(b, case_text(c, CASE_TIMELINE_MESSAGE), SHORT_MAX);
	column(b, c, CASE_TIMELINE_MESSAGE);
	buf_text(b, "2,");
	column(b, c, CASE_TIMELINE_PATH);
	column(b, c, CASE_TIMELINE_INODE);
	column(b, c, CASE_TIMELINE_TECHNIQUE);
	column(b, c, CASE_TIMELINE_PARSER);
	buf_clear(&l->text);
	extra(l, case_text(c, CASE_TIMELINE_DATA));
	cell(b, buf_cstr(&l->text), SIZE_MAX);
	b->data[b->size - 1] = '\n';
}

static enum triage_status
write_l2tcsv(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct l2t l = { .row = timeline_row_begin(options) };
	buf_init(&l.text, EXPORT_ROW_MAX);
	output_text(out, header);
	enum triage_status st = export_rows(reader, CASE_TIMELINE, CASE_BY_TIME, row_of, &l, out, err);
	buf_release(&l.text);
	return st;
}

const struct exporter l2tcsv_exporter = {
	.name = "timeline.l2t.csv",
	.format = "l2tcsv",
	.what = "the timeline in the 17 columns of log2timeline",
	.beside = true,
	.write = write_l2tcsv,
};
