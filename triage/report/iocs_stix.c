/*
 * iocs_stix.c - what an attacker left behind, as a STIX 2.1 bundle for MISP and other platforms.
 *
 * Only files that speak of the attacker: notes, tools, malware. The victim's own files (encrypted, mismatched types) are not
 * indicators and do not leave the case. Ids are made from content (UUID version 5), so the same case gives the same
 * bundle and the same file the same id in every case.
 */
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/indicators.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20 };

struct stix {
	struct case_reader *reader;
	struct output *out;
	struct buf b;
	char time[WHEN_TEXT_SIZE], author[UUID_TEXT_SIZE];
	const struct tlp *tlp;
	bool first;
};

/* --- one object of the bundle --- */

static void
begin(struct stix *x, const char *type, const char *id)
{
	buf_clear(&x->b);
	buf_text(&x->b, x->first ? "\n{" : ",\n{");
	x->first = false;
	export_text(&x->b, "type", type);
	export_text(&x->b, "spec_version", "2.1");
	export_member(&x->b, "id");
	buf_format(&x->b, "\"%s--%s\"", type, id);
}

static void
put_reference_to_marking(struct stix *x)
{
	export_member(&x->b, "object_marking_refs");
	buf_format(&x->b, "[\"%s\"]", x->tlp->stix);
}

/* Members of every domain object and relationship. */
static void
begin_domain(struct stix *x, const char *type, const char *id)
{
	begin(x, type, id);
	export_member(&x->b, "created_by_ref");
	buf_format(&x->b, "\"identity--%s\"", x->author);
	export_text(&x->b, "created", x->time);
	export_text(&x->b, "modified", x->time);
	put_reference_to_marking(x);
}

static enum triage_status
end(struct stix *x, struct triage_error *err)
{
	buf_char(&x->b, '}');
	enum triage_status st = buf_check(&x->b, err);
	if (st == TRIAGE_OK)
		output_buf(x->out, &x->b);
	return st;
}

static void
id_of(const char *what, const char *name, char out[UUID_TEXT_SIZE])
{
	char text[400];
	int n = snprintf(text, sizeof(text), "%s:%s", what, name);
	uuid_of(uuid_triage, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1, out);
}

static enum triage_status
put_author(struct stix *x, struct triage_error *err)
{
	id_of("identity", "triage", x->author);
	begin(x, "identity", x->author);
	export_text(&x->b, "created", x->time);
	export_text(&x->b, "modified", x->time);
	export_text(&x->b, "name", "triage");
	export_text(&x->b, "description", "offline forensic triage; the objects say what was observed in the evidence of one case");
	export_text(&x->b, "identity_class", "system");
	return end(x, err);
}

static enum triage_status
put_family(struct stix *x, struct triage_error *err)
{
	char family[256], id[UUID_TEXT_SIZE];
	if (export_fact(x->reader, "ransomware.family", NULL, family, sizeof(family))[0] == '\0')
		return TRIAGE_OK;
	id_of("malware", family, id);
	begin_domain(x, "malware", id);
	export_text(&x->b, "name", family);
	export_text(&x->b, "description", "named by ransom notes, file extensions or rules: a claim to be checked, not an attribution");
	export_raw(&x->b, "malware_types", "[\"ransomware\"]");
	export_flag(&x->b, "is_family", true);
	return end(x, err);
}

/* The id of a file object: its first digest in the order of the standard, and its name, as canonical JSON. */
static void
file_object_id(const char *md5, const char *name, char out[UUID_TEXT_SIZE])
{
	SCOPED_BUF b;
	buf_init(&b, TEXT_MAX);
	buf_text(&b, "{\"hashes\":{\"MD5\":");
	text_json_string(&b, md5);
	buf_text(&b, "},\"name\":");
	text_json_string(&b, name);
	buf_char(&b, '}');
	uuid_of(uuid_stix, buf_cstr(&b), b.size, out);
}

static enum triage_status
put_file(struct stix *x, struct case_cursor *file, char ret_id[UUID_TEXT_SIZE], struct triage_error *err)
{
	char name[1024], md5[33];
	snprintf(name, sizeof(name), "%s", export_base_name(case_text(file, CASE_FILES_PATH)));
	snprintf(md5, sizeof(md5), "%s", case_text(file, CASE_FILES_MD5));
	file_object_id(md5, name, ret_id);
	begin(x, "file", ret_id);
	export_member(&x->b, "hashes");
	buf_char(&x->b, '{');
	export_text(&x->b, "MD5", md5);
	export_text(&x->b, "SHA-1", case_text(file, CASE_FILES_SHA1));
	export_text(&x->b, "SHA-256", case_text(file, CASE_FILES_SHA256));
	buf_char(&x->b, '}');
	if (!case_null(file, CASE_FILES_SIZE))
		export_number(&x->b, "size", case_int(file, CASE_FILES_SIZE));
	export_text(&x->b, "name", name);
	put_reference_to_marking(x);
	if (!case_null(file, CASE_FILES_MIME) && strchr(case_text(file, CASE_FILES_MIME), '/') != NULL)
		export_text(&x->b, "mime_type", case_text(file, CASE_FILES_MIME));
	return end(x, err);
}

static enum triage_status
put_observed(struct stix *x, const char *sha256, const char *file_id, uint64_t count, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE];
	id_of("observed-data", sha256, id);
	begin_domain(x, "observed-data", id);
	export_text(&x->b, "first_observed", x->time);
	export_text(&x->b, "last_observed", x->time);
	export_number(&x->b, "number_observed", count > 999999999 ? 999999999 : (int64_t)count);
	export_member(&x->b, "object_refs");
	buf_format(&x->b, "[\"file--%s\"]", file_id);
	return end(x, err);
}

static enum triage_status
put_indicator(struct stix *x, const char *sha256, struct case_cursor *finding, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], observed[UUID_TEXT_SIZE], relation[UUID_TEXT_SIZE];
	id_of("indicator", sha256, id);
	begin_domain(x, "indicator", id);
	export_text(&x->b, "name", case_text(finding, CASE_FINDINGS_TITLE));
	export_member(&x->b, "description");
	buf_char(&x->b, '"');
	text_json(&x->b, case_text(finding, CASE_FINDINGS_KIND));
	buf_text(&x->b, ", rule ");
	text_json(&x->b, case_text(finding, CASE_FINDINGS_RULE));
	buf_char(&x->b, '"');
	export_raw(&x->b, "indicator_types", "[\"malicious-activity\"]");
	export_member(&x->b, "pattern");
	buf_format(&x->b, "\"[file:hashes.'SHA-256' = '%s']\"", sha256);
	export_text(&x->b, "pattern_type", "stix");
	export_text(&x->b, "pattern_version", "2.1");
	export_text(&x->b, "valid_from", x->time);
	int64_t confidence = case_int(finding, CASE_FINDINGS_CONFIDENCE);
	export_number(&x->b, "confidence", confidence < 0 ? 0 : confidence > 100 ? 100 : confidence);
	const char *technique = case_text(finding, CASE_FINDINGS_TECHNIQUE);
	if (technique[0] != '\0') {
		export_member(&x->b, "external_references");
		buf_text(&x->b, "[{");
		export_text(&x->b, "source_name", "mitre-attack");
		export_text(&x->b, "external_id", technique);
		buf_text(&x->b, "}]");
	}
	enum triage_status st = end(x, err);
	if (st != TRIAGE_OK)
		return st;
	id_of("observed-data", sha256, observed);
	id_of("relationship", sha256, relation);
	begin_domain(x, "relationship", relation);
	export_text(&x->b, "relationship_type", "based-on");
	export_member(&x->b, "source_ref");
	buf_format(&x->b, "\"indicator--%s\"", id);
	export_member(&x->b, "target_ref");
	buf_format(&x->b, "\"observed-data--%s\"", observed);
	return end(x, err);
}

static enum triage_status
put_content(struct stix *x, const struct indicator *one, struct triage_error *err)
{
	char file_id[UUID_TEXT_SIZE];
	struct case_cursor *file, *finding;
	enum triage_status st = case_rows_of(x->reader, CASE_FILES, one->file.file_id, &file, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(file, err);
	if (st == TRIAGE_OK)
		st = put_file(x, file, file_id, err);
	case_cursor_close(file);
	if (st == TRIAGE_OK)
		st = put_observed(x, one->sha256, file_id, one->count, err);
	if (st == TRIAGE_OK)
		st = case_rows_of(x->reader, CASE_FINDINGS, one->file.finding_id, &finding, err);
	if (st != TRIAGE_OK)
		return st == TRIAGE_END ? TRIAGE_OK : st;
	st = case_next(finding, err);
	if (st == TRIAGE_OK)
		st = put_indicator(x, one->sha256, finding, err);
	case_cursor_close(finding);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* The published marking: consumers know it by its identifier. */
static enum triage_status
put_marking(struct stix *x, struct triage_error *err)
{
	buf_clear(&x->b);
	buf_format(&x->b, ",\n{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"%s\",\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"%s\","
	    "\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{\"extension_type\":\"property-extension\",\"tlp_2_0\":\"%s\"}}",
	    x->tlp->stix, x->tlp->name, x->tlp->word);
	return end(x, err);
}

static enum triage_status
write_objects(struct stix *x, struct triage_error *err)
{
	struct indicators n;
	char id[UUID_TEXT_SIZE], name[600], case_id[256];
	enum triage_status st = indicators_collect(x->reader, &n, err);
	if (st != TRIAGE_OK)
		return st;
	snprintf(name, sizeof(name), "%s %s", x->time, export_fact(x->reader, "case_id", "case.id", case_id, sizeof(case_id)));
	id_of("bundle", name, id);
	output_format(x->out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[", id);
	st = put_author(x, err);
	if (st == TRIAGE_OK)
		st = put_marking(x, err);
	if (st == TRIAGE_OK)
		st = put_family(x, err);
	for (size_t i = 0; i < n.count && st == TRIAGE_OK; i++)
		st = put_content(x, &n.items[i], err);
	output_text(x->out, "\n]}\n");
	indicators_release(&n);
	return st;
}

static enum triage_status
write_stix(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct stix x = { .reader = reader, .out = out, .first = true, .tlp = tlp_of(options) };
	int64_t time = export_case_time(reader);
	when_text(time == TRIAGE_TIME_NONE ? 0 : time, 3, "Z", x.time);
	buf_init(&x.b, TEXT_MAX);
	enum triage_status st = write_objects(&x, err);
	buf_release(&x.b);
	return st;
}

const struct exporter iocs_stix_exporter = {
	.name = "iocs.stix.json",
	.format = "stix",
	.what = "indicators of the attacker, as a STIX 2.1 bundle",
	.write = write_stix,
};
