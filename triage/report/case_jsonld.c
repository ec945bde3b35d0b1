/*
 * case_jsonld.c - the case in the words of CASE 1.3 and UCO 1.3 (JSON-LD): the investigation; each act of the chain of custody with who did it, with
 * what and to what; provenance records; the tool as it was configured; evidence, filesystems, systems and the files that findings point at; the
 * findings as annotations of them. Nodes are named urn:uuid:..., made from content.
 */
#include "triage/report/case_graph.h"

#include <stdio.h>
#include <string.h>

/* Vocabularies of the context, each with the end of its address. */
static const char context[] =
    "{\"@context\":{\"kb\":\"urn:uuid:\",\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/\","
    "\"uco-action\":\"https://ontology.unifiedcyberontology.org/uco/action/\","
    "\"uco-configuration\":\"https://ontology.unifiedcyberontology.org/uco/configuration/\","
    "\"uco-core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
    "\"uco-identity\":\"https://ontology.unifiedcyberontology.org/uco/identity/\","
    "\"uco-observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
    "\"uco-tool\":\"https://ontology.unifiedcyberontology.org/uco/tool/\","
    "\"uco-types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
    "\"uco-vocabulary\":\"https://ontology.unifiedcyberontology.org/uco/vocabulary/\","
    "\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"},\n\"@graph\":[";

/* --- identifiers --- */

void
graph_id(const struct graph *g, const char *what, const char *name, char out[UUID_TEXT_SIZE])
{
	SCOPED_BUF text;
	buf_init(&text, GRAPH_TEXT_MAX);
	buf_format(&text, "%s\n%s\n%s", g->seed, what, name);
	uuid_of(uuid_triage, buf_cstr(&text), text.size, out);
}

void
graph_id_number(const struct graph *g, const char *what, int64_t number, char out[UUID_TEXT_SIZE])
{
	char name[32];
	snprintf(name, sizeof(name), "%jd", (intmax_t)number);
	graph_id(g, what, name, out);
}

/* --- values --- */

static void
put_id(struct buf *b, const char *id)
{
	export_member(b, "@id");
	buf_format(b, "\"kb:%s\"", id);
}

void
graph_reference(struct buf *b, const char *key, const char *id)
{
	export_member(b, key);
	buf_format(b, "{\"@id\":\"kb:%s\"}", id);
}

void
graph_references(struct buf *b, const char *key, const struct buf *list)
{
	if (list->size == 0)
		return;
	export_member(b, key);
	buf_char(b, '[');
	buf_put(b, buf_cstr(list), list->size);
	buf_char(b, ']');
}

void
graph_remember(struct buf *list, const char *id)
{
	if (list->size > 0)
		buf_char(list, ',');
	buf_format(list, "{\"@id\":\"kb:%s\"}", id);
}

void
graph_typed(struct buf *b, const char *key, const char *type, const char *text)
{
	export_member(b, key);
	buf_char(b, '{');
	export_text(b, "@type", type);
	export_text(b, "@value", text);
	buf_char(b, '}');
}

void
graph_time(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	char text[WHEN_TEXT_SIZE];
	if (!case_null(c, column))
		graph_typed(b, key, "xsd:dateTime", when_text(case_int(c, column), 9, "Z", text));
}

void
graph_number(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	if (!case_null(c, column))
		export_number(b, key, case_int(c, column));
}

static void
put_hash(struct graph *g, const char *method, const char *value, const char *of)
{
	char name[128];
	if (value[0] == '\0')
		return;
	snprintf(name, sizeof(name), "%s %s", method, of);
	graph_begin_part(g, "uco-types:Hash", "hash", name);
	graph_typed(&g->b, "uco-types:hashMethod", "uco-vocabulary:HashNameVocab", method);
	graph_typed(&g->b, "uco-types:hashValue", "xsd:hexBinary", value);
	buf_char(&g->b, '}');
}

void
graph_hashes(struct graph *g, struct case_cursor *c, size_t md5, const char *of)
{
	static const char *const methods[] = { "MD5", "SHA1", "SHA256" };
	export_member(&g->b, "uco-observable:hash");
	buf_char(&g->b, '[');
	for (size_t i = 0; i < 3; i++)
		put_hash(g, methods[i], case_text(c, md5 + i), of);
	buf_char(&g->b, ']');
}

/* --- nodes --- */

void
graph_begin(struct graph *g, const char *type, const char *id)
{
	buf_clear(&g->b);
	buf_text(&g->b, g->first ? "\n{" : ",\n{");
	g->first = false;
	put_id(&g->b, id);
	export_text(&g->b, "@type", type);
}

enum triage_status
graph_end(struct graph *g, struct triage_error *err)
{
	buf_char(&g->b, '}');
	enum triage_status st = buf_check(&g->b, err);
	if (st == TRIAGE_OK)
		output_buf(g->out, &g->b);
	return st;
}

void
graph_begin_part(struct graph *g, const char *type, const char *what, const char *of)
{
	char id[UUID_TEXT_SIZE];
	graph_id(g, what, of, id);
	export_comma(&g->b);
	buf_char(&g->b, '{');
	put_id(&g->b, id);
	export_text(&g->b, "@type", type);
}

/* --- all of it --- */

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
put_investigation(struct graph *g, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], number[GRAPH_NAME_ROOM], note[GRAPH_NAME_ROOM];
	graph_id(g, "investigation", "", id);
	graph_begin(g, "case-investigation:Investigation", id);
	export_fact(g->reader, "case_id", "case.id", number, sizeof(number));
	export_text(&g->b, "uco-core:name", number[0] != '\0' ? number : "case without number");
	if (export_fact(g->reader, "note", "case.note", note, sizeof(note))[0] != '\0')
		export_text(&g->b, "uco-core:description", note);
	export_text(&g->b, "case-investigation:focus", "computer intrusion");
	graph_typed(&g->b, "uco-core:startTime", "xsd:dateTime", g->started);
	graph_references(&g->b, "uco-core:object", &g->objects);
	return graph_end(g, err);
}

static enum triage_status
write_graph(struct graph *g, struct triage_error *err)
{
	make_seed(g);
	enum triage_status st = pointed_collect(g->reader, NULL, &g->pointed, err);
	if (st != TRIAGE_OK)
		return st;
	output_text(g->out, context);
	st = graph_actors(g, err);
	if (st == TRIAGE_OK)
		st = graph_observables(g, err);
	if (st == TRIAGE_OK)
		st = graph_acts(g, err);
	if (st == TRIAGE_OK)
		st = put_investigation(g, err);
	output_text(g->out, "\n]}\n");
	return st;
}

static enum triage_status
write_case(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct graph g = { .reader = reader, .out = out, .first = true };
	struct buf *const bufs[] = { &g.b, &g.evidence, &g.files, &g.objects };
	(void)options;
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_init(bufs[i], GRAPH_TEXT_MAX);
	enum triage_status st = write_graph(&g, err);
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_release(bufs[i]);
	pointed_release(&g.pointed);
	return st;
}

const struct exporter case_jsonld_exporter = {
	.name = "case.jsonld",
	.format = "case-uco",
	.what = "the case in CASE/UCO (JSON-LD)",
	.write = write_case,
};
