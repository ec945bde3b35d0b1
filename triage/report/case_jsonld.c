/*
 * case_jsonld.c - the case in the words of CASE 1.3 and UCO 1.3 (JSON-LD): the investigation, the act of the tool, the tool, the
 * evidence, and the files that findings point at. Nodes are named urn:uuid:..., made from content.
 */
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/export.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20, NAME_ROOM = 1024 };

struct graph {
	struct case_reader *reader;
	struct output *out;
	struct buf b;			/* the node being written */
	struct buf objects;		/* references to all evidence and files, for the records that hold them */
	char seed[512];			/* what tells this case from others */
	char started[WHEN_TEXT_SIZE];
	bool first;
};

/* Vocabularies of the context, each with the end of its address. */
static const char context[] =
    "{\"@context\":{\"kb\":\"urn:uuid:\",\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/\","
    "\"uco-action\":\"https://ontology.unifiedcyberontology.org/uco/action/\","
    "\"uco-core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
    "\"uco-identity\":\"https://ontology.unifiedcyberontology.org/uco/identity/\","
    "\"uco-observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
    "\"uco-tool\":\"https://ontology.unifiedcyberontology.org/uco/tool/\","
    "\"uco-types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
    "\"uco-vocabulary\":\"https://ontology.unifiedcyberontology.org/uco/vocabulary/\","
    "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"},\n\"@graph\":[";

static void
id_of(const struct graph *g, const char *what, const char *name, char out[UUID_TEXT_SIZE])
{
	SCOPED_BUF text;
	buf_init(&text, TEXT_MAX);
	buf_format(&text, "%s\n%s\n%s", g->seed, what, name);
	uuid_of(uuid_triage, buf_cstr(&text), text.size, out);
}

/* --- values --- */

static void
put_id(struct buf *b, const char *id)
{
	export_member(b, "@id");
	buf_format(b, "\"kb:%s\"", id);
}

static void
put_reference(struct buf *b, const char *key, const char *id)
{
	export_member(b, key);
	buf_format(b, "{\"@id\":\"kb:%s\"}", id);
}

static void
put_typed(struct buf *b, const char *key, const char *type, const char *text)
{
	export_member(b, key);
	buf_char(b, '{');
	export_text(b, "@type", type);
	export_text(b, "@value", text);
	buf_char(b, '}');
}

static void
put_time(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	char text[WHEN_TEXT_SIZE];
	if (!case_null(c, column))
		put_typed(b, key, "xsd:dateTime", when_text(case_int(c, column), 9, "Z", text));
}

static void
begin(struct graph *g, const char *type, const char *id)
{
	buf_clear(&g->b);
	buf_text(&g->b, g->first ? "\n{" : ",\n{");
	g->first = false;
	put_id(&g->b, id);
	export_text(&g->b, "@type", type);
}

static enum triage_status
end(struct graph *g, struct triage_error *err)
{
	buf_char(&g->b, '}');
	enum triage_status st = buf_check(&g->b, err);
	if (st == TRIAGE_OK)
		output_buf(g->out, &g->b);
	return st;
}

/* A node inside a node: a facet or a digest. It is closed by the caller. */
static void
begin_part(struct graph *g, const char *type, const char *what, const char *of)
{
	char id[UUID_TEXT_SIZE];
	id_of(g, what, of, id);
	export_comma(&g->b);
	buf_char(&g->b, '{');
	put_id(&g->b, id);
	export_text(&g->b, "@type", type);
}

static void
put_hash(struct graph *g, const char *method, const char *value, const char *of)
{
	char name[128];
	if (value[0] == '\0')
		return;
	snprintf(name, sizeof(name), "%s %s", method, of);
	begin_part(g, "uco-types:Hash", "hash", name);
	put_typed(&g->b, "uco-types:hashMethod", "uco-vocabulary:HashNameVocab", method);
	put_typed(&g->b, "uco-types:hashValue", "xsd:hexBinary", value);
	buf_char(&g->b, '}');
}

/* Digests of a row in three columns that stand beside each other. */
static void
put_hashes(struct graph *g, struct case_cursor *c, size_t md5, const char *of)
{
	static const char *const methods[] = { "MD5", "SHA1", "SHA256" };
	export_member(&g->b, "uco-observable:hash");
	buf_char(&g->b, '[');
	for (size_t i = 0; i < 3; i++)
		put_hash(g, methods[i], case_text(c, md5 + i), of);
	buf_char(&g->b, ']');
}

static void
remember(struct graph *g, const char *id)
{
	export_comma(&g->objects);
	buf_format(&g->objects, "{\"@id\":\"kb:%s\"}", id);
}

/* --- evidence and files --- */

static enum triage_status
put_evidence(struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(g->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		char id[UUID_TEXT_SIZE], of[64];
		snprintf(of, sizeof(of), "evidence %jd", (intmax_t)case_int(c, CASE_EVIDENCE_EVIDENCE_ID));
		id_of(g, "object", of, id);
		remember(g, id);
		begin(g, "uco-observable:ObservableObject", id);
		export_text(&g->b, "uco-core:name", case_text(c, CASE_EVIDENCE_NAME));
		export_text(&g->b, "uco-core:description", case_text(c, CASE_EVIDENCE_KIND));
		export_member(&g->b, "uco-core:hasFacet");
		buf_char(&g->b, '[');
		begin_part(g, "uco-observable:ContentDataFacet", "content", of);
		if (!case_null(c, CASE_EVIDENCE_SIZE))
			export_number(&g->b, "uco-observable:sizeInBytes", case_int(c, CASE_EVIDENCE_SIZE));
		put_hashes(g, c, CASE_EVIDENCE_MD5, of);
		buf_text(&g->b, "}]");
		st = end(g, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static void
put_file_facets(struct graph *g, struct case_cursor *c, const char *of)
{
	char name[NAME_ROOM];
	snprintf(name, sizeof(name), "%s", export_base_name(case_text(c, CASE_FILES_PATH)));
	begin_part(g, "uco-observable:FileFacet", "file", of);
	export_text(&g->b, "uco-observable:fileName", name);
	export_text(&g->b, "uco-observable:filePath", case_text(c, CASE_FILES_PATH));
	export_flag(&g->b, "uco-observable:isDirectory", strcmp(case_text(c, CASE_FILES_KIND), "directory") == 0);
	export_text(&g->b, "uco-observable:allocationStatus", case_text(c, CASE_FILES_STATE));
	if (!case_null(c, CASE_FILES_SIZE))
		export_number(&g->b, "uco-observable:sizeInBytes", case_int(c, CASE_FILES_SIZE));
	put_time(&g->b, "uco-observable:modifiedTime", c, CASE_FILES_MTIME);
	put_time(&g->b, "uco-observable:accessedTime", c, CASE_FILES_ATIME);
	put_time(&g->b, "uco-observable:metadataChangeTime", c, CASE_FILES_CTIME);
	put_time(&g->b, "uco-observable:observableCreatedTime", c, CASE_FILES_BTIME);
	buf_char(&g->b, '}');
	if (case_null(c, CASE_FILES_SHA256))
		return;
	begin_part(g, "uco-observable:ContentDataFacet", "content", of);
	if (!case_null(c, CASE_FILES_MIME))
		export_text(&g->b, "uco-observable:mimeType", case_text(c, CASE_FILES_MIME));
	if (!case_null(c, CASE_FILES_SIZE))
		export_number(&g->b, "uco-observable:sizeInBytes", case_int(c, CASE_FILES_SIZE));
	put_hashes(g, c, CASE_FILES_MD5, of);
	buf_char(&g->b, '}');
}

static enum triage_status
put_file(struct graph *g, uint64_t file_id, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], of[64];
	struct case_cursor *c;
	enum triage_status st = case_rows_of(g->reader, CASE_FILES, file_id, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	if (st == TRIAGE_OK) {
		snprintf(of, sizeof(of), "file %ju", (uintmax_t)file_id);
		id_of(g, "object", of, id);
		remember(g, id);
		begin(g, "uco-observable:File", id);
		export_member(&g->b, "uco-core:hasFacet");
		buf_char(&g->b, '[');
		put_file_facets(g, c, of);
		buf_char(&g->b, ']');
		st = end(g, err);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- who, what, when --- */

struct actors {
	char tool[UUID_TEXT_SIZE], person[UUID_TEXT_SIZE], record[UUID_TEXT_SIZE], act[UUID_TEXT_SIZE], investigation[UUID_TEXT_SIZE];
};

static enum triage_status
put_actors(struct graph *g, struct actors *a, struct triage_error *err)
{
	char version[64], name[NAME_ROOM], organisation[NAME_ROOM];
	id_of(g, "tool", "triage", a->tool);
	begin(g, "uco-tool:Tool", a->tool);
	export_text(&g->b, "uco-core:name", "triage");
	export_text(&g->b, "uco-tool:toolType", "forensic triage");
	export_text(&g->b, "uco-tool:version", export_fact(g->reader, "version", "program.version", version, sizeof(version)));
	enum triage_status st = end(g, err);
	if (st != TRIAGE_OK)
		return st;
	export_fact(g->reader, "examiner", "case.examiner", name, sizeof(name));
	export_fact(g->reader, "organisation", "case.organisation", organisation, sizeof(organisation));
	id_of(g, "identity", name, a->person);
	begin(g, "uco-identity:Identity", a->person);
	export_text(&g->b, "uco-core:name", name[0] != '\0' ? name : "examiner not named");
	if (organisation[0] != '\0')
		export_text(&g->b, "uco-core:description", organisation);
	return end(g, err);
}

static void
put_objects(struct graph *g, const char *key)
{
	export_member(&g->b, key);
	buf_char(&g->b, '[');
	buf_put(&g->b, buf_cstr(&g->objects), g->objects.size);
	buf_char(&g->b, ']');
}

static enum triage_status
put_acts(struct graph *g, struct actors *a, struct triage_error *err)
{
	char exhibit[NAME_ROOM], number[NAME_ROOM];
	id_of(g, "record", "", a->record);
	begin(g, "case-investigation:ProvenanceRecord", a->record);
	export_text(&g->b, "uco-core:description", "the evidence examined, and the files in it that findings point at");
	if (export_fact(g->reader, "evidence_id", "case.evidence_id", exhibit, sizeof(exhibit))[0] != '\0')
		export_text(&g->b, "case-investigation:exhibitNumber", exhibit);
	put_objects(g, "uco-core:object");
	enum triage_status st = end(g, err);
	if (st != TRIAGE_OK)
		return st;
	id_of(g, "act", "", a->act);
	begin(g, "case-investigation:InvestigativeAction", a->act);
	export_text(&g->b, "uco-core:name", "examined");
	export_text(&g->b, "uco-core:description", "read-only examination of the evidence; every act is in custody.jsonl");
	put_typed(&g->b, "uco-action:startTime", "xsd:dateTime", g->started);
	put_reference(&g->b, "uco-action:performer", a->person);
	put_reference(&g->b, "uco-action:instrument", a->tool);
	put_objects(g, "uco-action:object");
	put_reference(&g->b, "uco-action:result", a->record);
	st = end(g, err);
	if (st != TRIAGE_OK)
		return st;
	id_of(g, "investigation", "", a->investigation);
	begin(g, "case-investigation:Investigation", a->investigation);
	export_fact(g->reader, "case_id", "case.id", number, sizeof(number));
	export_text(&g->b, "uco-core:name", number[0] != '\0' ? number : "case without number");
	export_text(&g->b, "case-investigation:focus", "computer intrusion");
	export_member(&g->b, "uco-core:object");
	buf_format(&g->b, "[{\"@id\":\"kb:%s\"},{\"@id\":\"kb:%s\"}]", a->act, a->record);
	return end(g, err);
}

static void
make_seed(struct graph *g)
{
	char id[256];
	int64_t time = export_case_time(g->reader);
	struct case_cursor *c;
	struct triage_error ignored;
	when_text(time == TRIAGE_TIME_NONE ? 0 : time, 9, "Z", g->started);
	export_fact(g->reader, "case_id", "case.id", id, sizeof(id));
	int n = snprintf(g->seed, sizeof(g->seed), "%s %s", g->started, id);
	if (case_rows(g->reader, CASE_EVIDENCE, CASE_BY_ID, &c, &ignored) != TRIAGE_OK)
		return;
	if (case_next(c, &ignored) == TRIAGE_OK)
		snprintf(g->seed + n, sizeof(g->seed) - (size_t)n, " %.100s %.64s", case_text(c, CASE_EVIDENCE_NAME), case_text(c, CASE_EVIDENCE_SHA256));
	case_cursor_close(c);
}

static enum triage_status
write_graph(struct graph *g, struct triage_error *err)
{
	struct actors actors;
	struct pointed p;
	make_seed(g);
	enum triage_status st = pointed_collect(g->reader, NULL, &p, err);
	if (st != TRIAGE_OK)
		return st;
	output_text(g->out, context);
	st = put_actors(g, &actors, err);
	if (st == TRIAGE_OK)
		st = put_evidence(g, err);
	for (size_t i = 0; i < p.count && st == TRIAGE_OK; i++)
		st = put_file(g, p.files[i].file_id, err);
	if (st == TRIAGE_OK)
		st = put_acts(g, &actors, err);
	output_text(g->out, "\n]}\n");
	pointed_release(&p);
	return st;
}

static enum triage_status
write_case(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct graph g = { .reader = reader, .out = out, .first = true };
	(void)options;
	buf_init(&g.b, TEXT_MAX);
	buf_init(&g.objects, TEXT_MAX);
	enum triage_status st = write_graph(&g, err);
	buf_release(&g.b);
	buf_release(&g.objects);
	return st;
}

const struct exporter case_jsonld_exporter = {
	.name = "case.jsonld",
	.what = "the case in CASE/UCO (JSON-LD)",
	.write = write_case,
};
