/*
 * case_acts.c - who did what with what, as nodes of CASE/UCO: the tool as it was configured, the examiner, each act of the chain of custody, the
 * records of what came in and what was found, and the findings as annotations.
 */
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/report/case_graph.h"

#include <stdio.h>
#include <string.h>

enum { OBJECTS_OF_A_FINDING = 100 };

/* --- actors --- */

/* Each option of the run that bears on the result. */
static void
put_configuration(struct graph *g, const char *options)
{
	struct json j;
	SCOPED_BUF key, value;
	buf_init(&key, GRAPH_TEXT_MAX);
	buf_init(&value, GRAPH_TEXT_MAX);
	json_start(&j, options, strlen(options));
	if (json_next(&j) != JSON_OBJECT)
		return;
	while (json_next(&j) == JSON_KEY) {
		buf_clear(&key);
		buf_clear(&value);
		json_string(&j, &key);
		enum json_event event = json_next(&j);
		size_t from = j.at;
		if (event == JSON_STRING)
			json_string(&j, &value);
		else if (event == JSON_NUMBER)
			buf_put(&value, j.value, j.value_size);
		else if (event == JSON_TRUE || event == JSON_FALSE)
			buf_text(&value, event == JSON_TRUE ? "true" : "false");
		else if (event == JSON_ERROR || !json_skip(&j))
			return;
		else if (j.at > from)
			buf_put(&value, options + from - 1, j.at - from + 1);
		graph_begin_part(g, "uco-configuration:ConfigurationEntry", "entry", buf_cstr(&key));
		export_text(&g->b, "uco-configuration:itemName", buf_cstr(&key));
		export_text(&g->b, "uco-configuration:itemValue", buf_cstr(&value));
		buf_char(&g->b, '}');
	}
}

enum triage_status
graph_actors(struct graph *g, struct triage_error *err)
{
	char configuration[UUID_TEXT_SIZE], version[64], name[GRAPH_NAME_ROOM], organisation[GRAPH_NAME_ROOM];
	SCOPED_BUF options;
	buf_init(&options, GRAPH_TEXT_MAX);
	buf_text(&options, case_meta(g->reader, "options"));
	graph_id(g, "configuration", "", configuration);
	graph_begin(g, "uco-configuration:Configuration", configuration);
	export_text(&g->b, "uco-core:name", "options of the run");
	export_member(&g->b, "uco-configuration:configurationEntry");
	buf_char(&g->b, '[');
	put_configuration(g, buf_cstr(&options));
	buf_char(&g->b, ']');
	enum triage_status st = graph_end(g, err);
	if (st != TRIAGE_OK)
		return st;
	graph_id(g, "tool", "triage", g->tool);
	graph_begin(g, "uco-tool:ConfiguredTool", g->tool);
	export_text(&g->b, "uco-core:name", "triage");
	export_text(&g->b, "uco-tool:toolType", "forensic triage");
	export_text(&g->b, "uco-tool:version", export_fact(g->reader, "version", "program.version", version, sizeof(version)));
	graph_reference(&g->b, "uco-configuration:usesConfiguration", configuration);
	st = graph_end(g, err);
	if (st != TRIAGE_OK)
		return st;
	export_fact(g->reader, "examiner", "case.examiner", name, sizeof(name));
	export_fact(g->reader, "organisation", "case.organisation", organisation, sizeof(organisation));
	graph_id(g, "identity", name, g->person);
	graph_begin(g, "uco-identity:Identity", g->person);
	export_text(&g->b, "uco-core:name", name[0] != '\0' ? name : "examiner not named");
	if (organisation[0] != '\0')
		export_text(&g->b, "uco-core:description", organisation);
	return graph_end(g, err);
}

/* --- records --- */

static enum triage_status
put_records(struct graph *g, char received[UUID_TEXT_SIZE], char found[UUID_TEXT_SIZE], struct triage_error *err)
{
	char exhibit[GRAPH_NAME_ROOM];
	export_fact(g->reader, "evidence_id", "case.evidence_id", exhibit, sizeof(exhibit));
	graph_id(g, "record", "received", received);
	graph_begin(g, "case-investigation:ProvenanceRecord", received);
	export_text(&g->b, "uco-core:description", "the evidence as it was given to the tool");
	if (exhibit[0] != '\0')
		export_text(&g->b, "case-investigation:exhibitNumber", exhibit);
	graph_references(&g->b, "uco-core:object", &g->evidence);
	enum triage_status st = graph_end(g, err);
	if (st != TRIAGE_OK)
		return st;
	graph_remember(&g->objects, received);
	graph_id(g, "record", "found", found);
	graph_begin(g, "case-investigation:ProvenanceRecord", found);
	export_text(&g->b, "uco-core:description", "files in the evidence that findings point at");
	if (exhibit[0] != '\0')
		export_text(&g->b, "case-investigation:rootExhibitNumber", exhibit);
	graph_references(&g->b, "uco-core:object", g->files.size > 0 ? &g->files : &g->evidence);
	graph_remember(&g->objects, found);
	return graph_end(g, err);
}

/* --- acts --- */

static enum triage_status
put_act(struct graph *g, struct case_cursor *c, const char *before, const char *record, char ret_id[UUID_TEXT_SIZE], struct triage_error *err)
{
	graph_id_number(g, "act", case_int(c, CASE_CUSTODY_SEQ), ret_id);
	graph_begin(g, "case-investigation:InvestigativeAction", ret_id);
	export_text(&g->b, "uco-core:name", case_text(c, CASE_CUSTODY_ACTION));
	export_text(&g->b, "uco-core:description", case_text(c, CASE_CUSTODY_DETAIL));
	graph_time(&g->b, "uco-action:startTime", c, CASE_CUSTODY_TIME);
	graph_time(&g->b, "uco-action:endTime", c, CASE_CUSTODY_TIME);
	graph_reference(&g->b, "uco-action:performer", strcmp(case_text(c, CASE_CUSTODY_ACTOR), "triage") == 0 ? g->tool : g->person);
	graph_reference(&g->b, "uco-action:instrument", g->tool);
	graph_references(&g->b, "uco-action:object", &g->evidence);
	graph_reference(&g->b, "uco-action:result", record);
	if (before[0] != '\0')
		graph_reference(&g->b, "case-investigation:wasInformedBy", before);
	graph_remember(&g->objects, ret_id);
	return graph_end(g, err);
}

static enum triage_status
put_custody(struct graph *g, struct triage_error *err)
{
	char received[UUID_TEXT_SIZE], found[UUID_TEXT_SIZE], ids[2][UUID_TEXT_SIZE] = { "", "" };
	struct case_cursor *c;
	enum triage_status st = put_records(g, received, found, err);
	if (st == TRIAGE_OK)
		st = case_rows(g->reader, CASE_CUSTODY, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; (st = case_next(c, err)) == TRIAGE_OK; i++) {
		bool opened = strcmp(case_text(c, CASE_CUSTODY_ACTION), "evidence-opened") == 0;
		st = put_act(g, c, ids[i % 2], opened ? received : found, ids[(i + 1) % 2], err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- findings --- */

/* What a finding is about: the files that name it, else its own, else the evidence. */
static void
put_subjects(struct graph *g, uint64_t finding_id, int64_t file_id)
{
	char id[UUID_TEXT_SIZE], of[64];
	size_t count = 0;
	SCOPED_BUF list;
	buf_init(&list, GRAPH_TEXT_MAX);
	for (size_t i = 0; i < g->pointed.count && count < OBJECTS_OF_A_FINDING; i++) {
		const struct pointed_file *f = &g->pointed.files[i];
		if (f->finding_id != finding_id && (int64_t)f->file_id != file_id)
			continue;
		snprintf(of, sizeof(of), "file %ju", (uintmax_t)f->file_id);
		graph_id(g, "object", of, id);
		graph_remember(&list, id);
		count++;
	}
	graph_references(&g->b, "uco-core:object", count > 0 ? &list : &g->evidence);
}

static enum triage_status
put_finding(struct graph *g, struct case_cursor *c, struct triage_error *err)
{
	char id[UUID_TEXT_SIZE], of[64];
	uint64_t number = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID);
	snprintf(of, sizeof(of), "finding %ju", (uintmax_t)number);
	graph_id(g, "object", of, id);
	graph_begin(g, "uco-core:Annotation", id);
	export_text(&g->b, "uco-core:name", case_text(c, CASE_FINDINGS_TITLE));
	export_member(&g->b, "uco-core:description");
	buf_text(&g->b, "\"rule ");
	text_json(&g->b, case_text(c, CASE_FINDINGS_RULE));
	buf_format(&g->b, ", severity %s", case_text(c, CASE_FINDINGS_SEVERITY));
	buf_format(&g->b, ", confidence %jd, stands for %jd\"", (intmax_t)case_int(c, CASE_FINDINGS_CONFIDENCE), (intmax_t)case_int(c, CASE_FINDINGS_COUNT));
	export_member(&g->b, "uco-core:tag");
	buf_char(&g->b, '[');
	text_json_string(&g->b, case_text(c, CASE_FINDINGS_KIND));
	buf_char(&g->b, ',');
	text_json_string(&g->b, case_text(c, CASE_FINDINGS_SEVERITY));
	buf_char(&g->b, ']');
	if (case_text(c, CASE_FINDINGS_TECHNIQUE)[0] != '\0') {
		export_member(&g->b, "uco-core:externalReference");
		buf_char(&g->b, '[');
		graph_begin_part(g, "uco-core:ExternalReference", "technique", of);
		export_text(&g->b, "uco-core:definingContext", "MITRE ATT&CK");
		export_text(&g->b, "uco-core:externalIdentifier", case_text(c, CASE_FINDINGS_TECHNIQUE));
		buf_text(&g->b, "}]");
	}
	int64_t file_id = case_null(c, CASE_FINDINGS_FILE_ID) ? -1 : case_int(c, CASE_FINDINGS_FILE_ID);
	put_subjects(g, number, file_id);
	graph_reference(&g->b, "uco-core:createdBy", g->person);
	graph_remember(&g->objects, id);
	return graph_end(g, err);
}

enum triage_status
graph_acts(struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = put_custody(g, err);
	if (st == TRIAGE_OK)
		st = case_rows(g->reader, CASE_FINDINGS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = put_finding(g, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
