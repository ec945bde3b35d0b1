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
cell(struct buf *b, const struct timeline_cell *c)
{
	put_text(b, c->text);
	buf_char(b, ',');
}

static char *
add(char *to, const char *text, size_t size)
{
	memcpy(to, text, size);
	to[size] = ',';
	return to + size + 1;
}

/* A plain text: it wants quotes when it has a comma, and the care of text_csv() when it begins as a formula may. */
static bool
is_easy(const struct timeline_cell *c)
{
	return c->size == 0 || c->text[0] == '/' || (c->text[0] >= 'A' && c->text[0] <= 'z') || (c->text[0] >= '0' && c->text[0] <= '9');
}

static char *
add_cell(char *to, const struct timeline_cell *c)
{
	bool quoted = memchr(c->text, ',', c->size) != NULL;
	if (quoted)
		*to++ = '"';
	memcpy(to, c->text, c->size);
	to += c->size;
	if (quoted)
		*to++ = '"';
	*to++ = ',';
	return to;
}

/* JSON that begins with a brace: each double quote twice, and around all where there was one or a comma. */
static char *
add_data(char *to, const struct timeline_cell *c)
{
	const char *from = c->text, *end = from + c->size, *quote;
	if (strcspn(from, ",\"\r\n") == c->size) {
		memcpy(to, from, c->size);
		return to + c->size;
	}
	*to++ = '"';
	for (; (quote = memchr(from, '"', (size_t)(end - from))) != NULL; from = quote + 1) {
		size_t size = (size_t)(quote - from) + 1;
		memcpy(to, from, size);
		to += size;
		*to++ = '"';
	}
	memcpy(to, from, (size_t)(end - from));
	to += end - from;
	*to++ = '"';
	return to;
}

/* The same as slow_row() where all texts are as most are; for rows come by the million. */
static bool
fast_row(struct buf *b, const struct timeline_row *r)
{
	static const enum timeline_text first[] = { TEXT_PARSER, TEXT_HOST, TEXT_USER, TEXT_PATH }, then[] = { TEXT_SOURCE, TEXT_PRECISION, TEXT_TECHNIQUE };
	const struct timeline_cell *cells = r->cells, *data = &cells[TEXT_DATA];
	bool easy = r->plain && data->text[0] == '{';
	for (size_t i = 0; i < TEXT_DATA && easy; i++)
		easy = is_easy(&cells[i]);
	/* data doubled, the technique twice, quotes and commas, digits, what is computed */
	char *start = easy ? buf_room(b, r->all + data->size + cells[TEXT_TECHNIQUE].size + 3 * TEXT_COUNT + 400) : NULL, *to = start;
	if (to == NULL)
		return false;
	to = add_cell(to, &cells[TEXT_MESSAGE]);
	to = add(to, r->datetime, strlen(r->datetime));
	to = add(to, r->timestamp, r->timestamp_size);
	to = add_cell(to, &cells[TEXT_MEANING]);
	to = add(to, r->source_short, strlen(r->source_short));
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		to = add_cell(to, &cells[first[i]]);
	to = add(to, r->inode, r->inode_size);
	to = add_cell(to, &cells[TEXT_SHA256]);
	to = add_cell(to, &cells[TEXT_TECHNIQUE]);
	to = add(to, r->data_type, strlen(r->data_type));
	for (size_t i = 0; i < sizeof(then) / sizeof(then[0]); i++)
		to = add_cell(to, &cells[then[i]]);
	to = add(to, r->file_id, r->file_id_size);
	to = add_data(to, data);
	memcpy(to, "\r\n", 2);
	buf_wrote(b, (size_t)(to + 2 - start));
	return true;
}

static void
slow_row(struct buf *b, const struct timeline_row *r)
{
	const struct timeline_cell *cells = r->cells;
	cell(b, &cells[TEXT_MESSAGE]);
	buf_text(b, r->datetime);
	buf_char(b, ',');
	buf_put(b, r->timestamp, r->timestamp_size);
	buf_char(b, ',');
	cell(b, &cells[TEXT_MEANING]);
	buf_text(b, r->source_short);
	buf_char(b, ',');
	cell(b, &cells[TEXT_PARSER]);
	cell(b, &cells[TEXT_HOST]);
	cell(b, &cells[TEXT_USER]);
	cell(b, &cells[TEXT_PATH]);
	buf_put(b, r->inode, r->inode_size);
	buf_char(b, ',');
	cell(b, &cells[TEXT_SHA256]);
	cell(b, &cells[TEXT_TECHNIQUE]);
	buf_text(b, r->data_type);
	buf_char(b, ',');
	cell(b, &cells[TEXT_SOURCE]);
	cell(b, &cells[TEXT_PRECISION]);
	cell(b, &cells[TEXT_TECHNIQUE]);
	buf_put(b, r->file_id, r->file_id_size);
	buf_char(b, ',');
	put_text(b, cells[TEXT_DATA].text);
	buf_text(b, "\r\n");
}

void
timeline_csv_row(struct buf *b, const struct timeline_row *r)
{
	if (!fast_row(b, r))
		slow_row(b, r);
}

static void
row_of(struct buf *b, struct case_cursor *c, void *ctx)
{
	struct timeline_row *r = ctx;
	if (!timeline_row_of(c, r))
		return;
	timeline_cells(c, r);
	timeline_csv_row(b, r);
}

static enum triage_status
write_timeline(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct timeline_row r = timeline_row_begin(options);
	output_text(out, header);
	return export_rows(reader, CASE_TIMELINE, CASE_BY_TIME, row_of, &r, out, err);
}

/* Both files of the timeline: reading the rows costs more than writing them. */
struct both {
	struct timeline_row row;
	struct output *second;
	struct buf line;
};

static void
row_of_both(struct buf *b, struct case_cursor *c, void *ctx)
{
	struct both *two = ctx;
	if (!timeline_row_of(c, &two->row))
		return;
	timeline_cells(c, &two->row);
	timeline_csv_row(b, &two->row);
	buf_clear(&two->line);
	timeline_jsonl_row(&two->line, &two->row);
	output_buf(two->second, &two->line);
	b->failed = b->failed || two->line.failed;
}

static enum triage_status
write_both(struct case_reader *reader, const struct report_options *options, struct output *out, struct output *second, struct triage_error *err)
{
	struct both two = { .row = timeline_row_begin(options), .second = second };
	buf_init(&two.line, EXPORT_ROW_MAX);
	output_text(out, header);
	enum triage_status st = export_rows(reader, CASE_TIMELINE, CASE_BY_TIME, row_of_both, &two, out, err);
	buf_release(&two.line);
	return st;
}

const struct exporter timeline_csv_exporter = {
	.name = "timeline.csv",
	.format = "timesketch-csv",
	.what = "the timeline for Timesketch and spreadsheets",
	.write = write_timeline,
	.pair = &timeline_jsonl_exporter,
	.write_pair = write_both,
};
