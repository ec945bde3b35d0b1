/* timeline_jsonl.c - the timeline for Timesketch, one JSON object a line. */
#include "triage/base/text.h"
#include "triage/report/export.h"
#include "triage/report/timeline_row.h"

#include <string.h>

static void
slow_row(struct buf *b, const struct timeline_row *r)
{
	const struct timeline_cell *cells = r->cells;
	buf_char(b, '{');
	export_text(b, "message", cells[TEXT_MESSAGE].text);
	export_text(b, "datetime", r->datetime);
	export_number(b, "timestamp", r->microseconds);
	export_text(b, "timestamp_desc", cells[TEXT_MEANING].text);
	export_text(b, "source_short", r->source_short);
	export_text(b, "parser", cells[TEXT_PARSER].text);
	export_text(b, "hostname", cells[TEXT_HOST].text);
	export_text(b, "username", cells[TEXT_USER].text);
	export_text(b, "filename", cells[TEXT_PATH].text);
	export_digits_member(b, "inode", r->inode, r->inode_size);
	export_text(b, "sha256_hash", cells[TEXT_SHA256].text);
	export_member(b, "tag");
	buf_char(b, '[');
	if (r->technique) {
		buf_char(b, '"');
		text_json(b, cells[TEXT_TECHNIQUE].text);
		buf_char(b, '"');
	}
	buf_char(b, ']');
	export_text(b, "data_type", r->data_type);
	export_text(b, "source", cells[TEXT_SOURCE].text);
	export_text(b, "precision", cells[TEXT_PRECISION].text);
	export_text(b, "technique", r->technique ? cells[TEXT_TECHNIQUE].text : NULL);
	export_digits_member(b, "file_id", r->file_id, r->file_id_size);
	export_raw(b, "data", cells[TEXT_DATA].text);
	buf_text(b, "}\n");
}

static char *
add(char *to, const char *text, size_t size)
{
	memcpy(to, text, size);
	return to + size;
}

#define ADD(to, literal) add(to, literal, sizeof(literal) - 1)

static char *
add_cell(char *to, const struct timeline_cell *c)
{
	const char *from = c->text, *end = from + c->size, *slash;
	while (c->slash && (slash = memchr(from, '\\', (size_t)(end - from))) != NULL) {
		to = add(to, from, (size_t)(slash - from) + 1);
		*to++ = '\\';
		from = slash + 1;
	}
	return add(to, from, (size_t)(end - from));
}

/* The same as slow_row() where all texts are as most are; for rows come by the million. */
static bool
fast_row(struct buf *b, const struct timeline_row *r)
{
	const struct timeline_cell *cells = r->cells, *data = &cells[TEXT_DATA];
	bool easy = r->plain && data->size > 0 && strpbrk(data->text, "\r\n") == NULL && export_is_json(data->text, data->size);
	for (size_t i = 0; i < TEXT_DATA && easy; i++)
		easy = memchr(cells[i].text, '<', cells[i].size) == NULL;
	/* all cells with each backslash twice, the technique once more; keys, digits and what is computed are well below the rest */
	char *start = easy ? buf_room(b, 2 * (r->all + cells[TEXT_TECHNIQUE].size) + 700) : NULL, *to = start;
	if (to == NULL)
		return false;
	to = add_cell(ADD(to, "{\"message\":\""), &cells[TEXT_MESSAGE]);
	to = add(ADD(to, "\",\"datetime\":\""), r->datetime, strlen(r->datetime));
	to = add(ADD(to, "\",\"timestamp\":"), r->timestamp, r->timestamp_size);
	to = add_cell(ADD(to, ",\"timestamp_desc\":\""), &cells[TEXT_MEANING]);
	to = add(ADD(to, "\",\"source_short\":\""), r->source_short, strlen(r->source_short));
	to = add_cell(ADD(to, "\",\"parser\":\""), &cells[TEXT_PARSER]);
	to = add_cell(ADD(to, "\",\"hostname\":\""), &cells[TEXT_HOST]);
	to = add_cell(ADD(to, "\",\"username\":\""), &cells[TEXT_USER]);
	to = add_cell(ADD(to, "\",\"filename\":\""), &cells[TEXT_PATH]);
	to = ADD(to, "\",\"inode\":");
	to = r->inode_size > 0 ? add(to, r->inode, r->inode_size) : ADD(to, "null");
	to = add_cell(ADD(to, ",\"sha256_hash\":\""), &cells[TEXT_SHA256]);
	to = r->technique ? ADD(add_cell(ADD(to, "\",\"tag\":[\""), &cells[TEXT_TECHNIQUE]), "\"]") : ADD(to, "\",\"tag\":[]");
	to = add(ADD(to, ",\"data_type\":\""), r->data_type, strlen(r->data_type));
	to = add_cell(ADD(to, "\",\"source\":\""), &cells[TEXT_SOURCE]);
	to = add_cell(ADD(to, "\",\"precision\":\""), &cells[TEXT_PRECISION]);
	to = ADD(to, "\",\"technique\":");
	to = r->technique ? ADD(add_cell(ADD(to, "\""), &cells[TEXT_TECHNIQUE]), "\"") : ADD(to, "null");
	to = ADD(to, ",\"file_id\":");
	to = r->file_id_size > 0 ? add(to, r->file_id, r->file_id_size) : ADD(to, "null");
	to = ADD(add_cell(ADD(to, ",\"data\":"), data), "}\n");
	buf_wrote(b, (size_t)(to - start));
	return true;
}

void
timeline_jsonl_row(struct buf *b, const struct timeline_row *r)
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
	timeline_jsonl_row(b, r);
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
