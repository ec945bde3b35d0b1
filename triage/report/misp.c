/*
 * misp.c - what an attacker left behind, as a MISP event: one `file` object a content, the family, a TLP tag.
 *
 * Source: MISP core format (draft-dulaunoy-misp-core-format), object template `file`. The event is not published and stays in the organisation
 * (distribution 0) until a person decides otherwise. Identifiers are made from content: the same case imported twice is one event.
 */
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/indicators.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20, NAME_ROOM = 1024 };
/* Of the object template. */
#define TEMPLATE "688c46fb-5edb-40a3-8273-1af7923e2215"
#define TEMPLATE_VERSION "24"

struct misp {
	struct case_reader *reader;
	struct output *out;
	struct buf b;
	const struct tlp *tlp;
	char time[WHEN_TEXT_SIZE];
	int64_t seconds;
	char event[UUID_TEXT_SIZE];
	bool first;			/* no object written yet */
};

static void
id_of(const struct misp *m, const char *what, const char *name, char out[UUID_TEXT_SIZE])
{
	SCOPED_BUF text;
	buf_init(&text, TEXT_MAX);
	buf_format(&text, "misp:%s:%s:%s", m->event, what, name);
	uuid_of(uuid_triage, buf_cstr(&text), text.size, out);
}

/* MISP writes numbers of this kind as text. */
static void
number_text(struct misp *m, const char *key, int64_t value)
{
	export_member(&m->b, key);
	buf_format(&m->b, "\"%jd\"", (intmax_t)value);
}

/* of: of which object, for the identifier. ids: is it matched against other events and logs? */
static void
attribute(struct misp *m, const char *type, const char *category, const char *relation, const char *value, const char *of, bool ids)
{
	char id[UUID_TEXT_SIZE], name[400];
	if (value[0] == '\0')
		return;
	snprintf(name, sizeof(name), "%.100s %.100s %.150s", type, of, value);
	id_of(m, "attribute", name, id);
	export_comma(&m->b);
	buf_char(&m->b, '{');
	export_text(&m->b, "uuid", id);
	export_text(&m->b, "type", type);
	export_text(&m->b, "category", category);
	if (relation != NULL)
		export_text(&m->b, "object_relation", relation);
	export_text(&m->b, "value", value);
	export_flag(&m->b, "to_ids", ids);
	export_flag(&m->b, "disable_correlation", !ids);
	number_text(m, "timestamp", m->seconds);
	buf_char(&m->b, '}');
}

static void
tag(struct buf *b, const char *name)
{
	export_comma(b);
	buf_char(b, '{');
	export_text(b, "name", name);
	buf_char(b, '}');
}

/* --- file objects --- */

static void
file_attributes(struct misp *m, struct case_cursor *file, const char *of)
{
	char size[24], name[NAME_ROOM];
	static const struct {
		size_t column;
		const char *type;
	} digests[] = { { CASE_FILES_MD5, "md5" }, { CASE_FILES_SHA1, "sha1" }, { CASE_FILES_SHA256, "sha256" } };
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		attribute(m, digests[i].type, "Payload delivery", digests[i].type, case_text(file, digests[i].column), of, true);
	snprintf(name, sizeof(name), "%s", export_base_name(case_text(file, CASE_FILES_PATH)));
	attribute(m, "filename", "Payload delivery", "filename", name, of, false);
	snprintf(size, sizeof(size), "%jd", (intmax_t)case_int(file, CASE_FILES_SIZE));
	if (!case_null(file, CASE_FILES_SIZE))
		attribute(m, "size-in-bytes", "Other", "size-in-bytes", size, of, false);
	attribute(m, "mime-type", "Artifacts dropped", "mimetype", case_text(file, CASE_FILES_MIME), of, false);
}

static void
file_comment(struct misp *m, struct case_cursor *finding, uint64_t count)
{
	SCOPED_BUF text;
	buf_init(&text, TEXT_MAX);
	buf_format(&text, "%s; rule ", case_text(finding, CASE_FINDINGS_TITLE));
	buf_text(&text, case_text(finding, CASE_FINDINGS_RULE));
	if (!case_null(finding, CASE_FINDINGS_TECHNIQUE))
		buf_format(&text, "; ATT&CK %s", case_text(finding, CASE_FINDINGS_TECHNIQUE));
	if (count > 1)
		buf_format(&text, "; in %ju files", (uintmax_t)count);
	export_text(&m->b, "comment", buf_cstr(&text));
}

static void
object_of(struct misp *m, const struct indicator *one, struct case_cursor *file, struct case_cursor *finding)
{
	char id[UUID_TEXT_SIZE];
	buf_text(&m->b, m->first ? "\n{" : ",\n{");
	m->first = false;
	id_of(m, "object", one->sha256, id);
	export_text(&m->b, "uuid", id);
	export_text(&m->b, "name", "file");
	export_text(&m->b, "meta-category", "file");
	export_text(&m->b, "description", "File object describing a file with meta-information");
	export_text(&m->b, "template_uuid", TEMPLATE);
	export_text(&m->b, "template_version", TEMPLATE_VERSION);
	number_text(m, "timestamp", m->seconds);
	file_comment(m, finding, one->count);
	export_member(&m->b, "Attribute");
	buf_char(&m->b, '[');
	file_attributes(m, file, one->sha256);
	buf_text(&m->b, "]}");
}

static enum triage_status
put_object(struct misp *m, const struct indicator *one, struct triage_error *err)
{
	struct case_cursor *file, *finding = NULL;
	buf_clear(&m->b);
	enum triage_status st = case_rows_of(m->reader, CASE_FILES, one->file.file_id, &file, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_rows_of(m->reader, CASE_FINDINGS, one->file.finding_id, &finding, err);
	if (st == TRIAGE_OK)
		st = case_next(file, err);
	if (st == TRIAGE_OK)
		st = case_next(finding, err);
	if (st == TRIAGE_OK) {
		object_of(m, one, file, finding);
		st = buf_check(&m->b, err);
	}
	if (st == TRIAGE_OK)
		output_buf(m->out, &m->b);
	case_cursor_close(file);
	case_cursor_close(finding);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- the event --- */

static enum triage_status
put_head(struct misp *m, struct triage_error *err)
{
	char family[256], organisation[NAME_ROOM], author[UUID_TEXT_SIZE], verdict[64];
	struct buf *b = &m->b;
	export_fact(m->reader, "ransomware.family", NULL, family, sizeof(family));
	export_fact(m->reader, "organisation", "case.organisation", organisation, sizeof(organisation));
	export_fact(m->reader, "verdict", NULL, verdict, sizeof(verdict));
	uuid_of(uuid_triage, organisation, strlen(organisation), author);
	buf_clear(b);
	buf_text(b, "{\"Event\":{");
	export_text(b, "uuid", m->event);
	export_member(b, "info");
	buf_text(b, "\"triage of a compromised system");
	if (family[0] != '\0') {
		buf_text(b, ": ransomware named ");
		text_json(b, family);
	}
	buf_char(b, '"');
	export_text(b, "date", m->time);
	number_text(m, "timestamp", m->seconds);
	export_text(b, "threat_level_id", strcmp(verdict, "compromised") == 0 ? "1" : strcmp(verdict, "suspicious") == 0 ? "2" : "4");
	export_text(b, "analysis", "1");
	export_text(b, "distribution", "0");
	export_flag(b, "published", false);
	export_member(b, "Orgc");
	buf_char(b, '{');
	export_text(b, "name", organisation[0] != '\0' ? organisation : "triage");
	export_text(b, "uuid", author);
	buf_char(b, '}');
	export_member(b, "Tag");
	buf_char(b, '[');
	tag(b, m->tlp->tag);
	tag(b, "misp:confidence-level=\"fairly-confident\"");
	tag(b, "misp:event-type=\"observation\"");
	buf_char(b, ']');
	export_member(b, "Attribute");
	buf_char(b, '[');
	attribute(m, "text", "Attribution", NULL, family, "family", false);
	buf_char(b, ']');
	export_member(b, "Object");
	buf_char(b, '[');
	enum triage_status st = buf_check(b, err);
	if (st == TRIAGE_OK)
		output_buf(m->out, b);
	return st;
}

static enum triage_status
write_misp(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct misp m = { .reader = reader, .out = out, .tlp = tlp_of(options), .first = true };
	struct indicators n;
	char name[600], case_id[256], started[WHEN_TEXT_SIZE];
	int64_t time = export_case_time(reader);
	time = time == TRIAGE_TIME_NONE ? 0 : time;
	m.seconds = time / 1000000000;
	when_text(time, 0, "", m.time);
	m.time[10] = '\0';
	snprintf(name, sizeof(name), "misp:%s %s", when_text(time, 9, "Z", started), export_fact(reader, "case_id", "case.id", case_id, sizeof(case_id)));
	uuid_of(uuid_triage, name, strlen(name), m.event);
	enum triage_status st = indicators_collect(reader, &n, err);
	if (st != TRIAGE_OK)
		return st;
	buf_init(&m.b, TEXT_MAX);
	st = put_head(&m, err);
	for (size_t i = 0; i < n.count && st == TRIAGE_OK; i++)
		st = put_object(&m, &n.items[i], err);
	output_text(out, "\n]}}\n");
	buf_release(&m.b);
	indicators_release(&n);
	return st;
}

const struct exporter misp_exporter = {
	.name = "event.misp.json",
	.format = "misp",
	.what = "indicators of the attacker, as a MISP event with a TLP tag",
	.beside = true,
	.write = write_misp,
};
