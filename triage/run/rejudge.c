#include "triage/run/rejudge.h"

#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/report.h"
#include "triage/run/environment.h"
#include "triage/run/judge.h"
#include "triage/run/rule_pack.h"
#include "triage/run/share_inside.h"
#include "triage/run/shadows.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Columns of the views volumes and filesystems. */
enum { VOLUME_ID, VOLUME_EVIDENCE, VOLUME_PARENT, VOLUME_KIND, VOLUME_START, VOLUME_LENGTH, VOLUME_LABEL, VOLUME_UUID, VOLUME_STATE, VOLUME_POSITION };
enum { FS_ID, FS_VOLUME, FS_TYPE, FS_LABEL, FS_UUID, FS_BLOCK_SIZE, FS_EVIDENCE, FS_START, FS_LENGTH };
enum { VOLUMES_MAX = 1 << 20, SOURCES_MAX = 1 << 16, PIECE = 1 << 20, TEXT_MAX = 16 << 20 };

struct rejudge {
	const struct rejudge_plan *plan;
	struct supervisor s;
	struct triage_plan run;
	char seal[65];			/* of the old bundle */
	struct place {
		uint64_t evidence_id;
		uint32_t position;
	} *volumes;			/* by id, from 1 */
	size_t volume_count;
	struct buf facts;		/* texts of the case, each ended by NUL */
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the case");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
out_of_order(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the volumes and filesystems of the case are not numbered as they should be");
	return TRIAGE_E_FORMAT;
}

/* --- volumes and filesystems, as the judge of shadow copies wants them --- */

static enum triage_status
take_volume(struct rejudge *r, struct case_cursor *c, struct triage_error *err)
{
	uint64_t evidence = (uint64_t)case_int(c, VOLUME_EVIDENCE), id = (uint64_t)case_int(c, VOLUME_ID);
	if (id != r->volume_count + 1 || evidence < 1 || evidence > r->s.source_count)
		return out_of_order(err);
	struct run_source *source = &r->s.sources[evidence - 1];
	struct run_parent *parents = reallocarray(source->parents, source->volumes + 1, sizeof(*parents));
	if (parents == NULL)
		return no_memory(err);
	source->parents = parents;
	uint64_t parent = case_null(c, VOLUME_PARENT) ? 0 : (uint64_t)case_int(c, VOLUME_PARENT);
	bool inside = parent >= 1 && parent < id && r->volumes[parent].evidence_id == evidence;
	parents[source->volumes] = (struct run_parent){ .volume = inside ? r->volumes[parent].position : UINT32_MAX,
	    .shadow_of = inside && strcmp(case_text(c, VOLUME_KIND), "vss") == 0 };
	r->volumes[id] = (struct place){ evidence, (uint32_t)source->volumes++ };
	r->volume_count++;
	return TRIAGE_OK;
}

static enum triage_status
take_filesystem(struct rejudge *r, struct case_cursor *c, struct triage_error *err)
{
	uint64_t id = (uint64_t)case_int(c, FS_ID), volume = case_null(c, FS_VOLUME) ? 0 : (uint64_t)case_int(c, FS_VOLUME);
	uint64_t evidence = (uint64_t)case_int(c, FS_EVIDENCE);
	if (id != r->s.filesystem_count + 1 || evidence < 1 || evidence > r->s.source_count)
		return out_of_order(err);
	bool known = volume >= 1 && volume <= r->volume_count && r->volumes[volume].evidence_id == evidence;
	if (!known)
		return out_of_order(err);
	r->s.filesystems[r->s.filesystem_count++] = (struct run_filesystem){ .id = id, .source = (size_t)evidence - 1, .fs = { .volume = r->volumes[volume].position } };
	return TRIAGE_OK;
}

static enum triage_status
each(struct rejudge *r, struct case_reader *reader, enum case_view view, enum triage_status (*take)(struct rejudge *r, struct case_cursor *c, struct triage_error *err),
    struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, view, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		st = take(r, c, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
take_layers(struct rejudge *r, struct case_reader *reader, struct triage_error *err)
{
	uint64_t sources = case_count(reader, CASE_EVIDENCE), volumes = case_count(reader, CASE_VOLUMES), filesystems = case_count(reader, CASE_FILESYSTEMS);
	if (sources > SOURCES_MAX || volumes > VOLUMES_MAX || filesystems > VOLUMES_MAX)
		return out_of_order(err);
	r->s.sources = calloc(sources + 1, sizeof(*r->s.sources));
	r->s.filesystems = calloc(filesystems + 1, sizeof(*r->s.filesystems));
	r->volumes = calloc(volumes + 2, sizeof(*r->volumes));
	if (r->s.sources == NULL || r->s.filesystems == NULL || r->volumes == NULL)
		return no_memory(err);
	r->s.source_count = (size_t)sources;
	enum triage_status st = each(r, reader, CASE_VOLUMES, take_volume, err);
	if (st == TRIAGE_OK)
		st = each(r, reader, CASE_FILESYSTEMS, take_filesystem, err);
	return st == TRIAGE_OK ? shadows_find(&r->s, err) : st;
}

/* --- rules --- */

static enum triage_status
load(struct rejudge *r, struct triage_error *err)
{
	const struct rejudge_plan *p = r->plan;
	char builtin[PATH_MAX], own[PATH_MAX];
	SCOPED_FREE const char **paths = calloc(p->rule_count + 1, sizeof(*paths));
	SCOPED_FREE const char **sigma = calloc(p->sigma_count + 1, sizeof(*sigma));
	if (paths == NULL || sigma == NULL)
		return no_memory(err);
	snprintf(builtin, sizeof(builtin), "%s/yara", p->rules_dir);
	paths[0] = builtin;
	for (size_t i = 0; i < p->rule_count; i++)
		paths[i + 1] = p->rules[i];
	snprintf(own, sizeof(own), "%s/sigma", p->rules_dir);
	bool there = access(own, R_OK) == 0;	/* a folder of tables may come without */
	if (there)
		sigma[0] = own;
	for (size_t i = 0; i < p->sigma_count; i++)
		sigma[i + there] = p->sigma[i];
	const struct analyse_config rules = { .rule_paths = paths, .rule_path_count = p->rule_count + 1, .window_size = 1 << 20 };
	const struct detect_config tables = { .tables = p->rules_dir, .known_good = p->known_good, .known_bad = p->known_bad, .known_good_count = p->known_good_count,
	    .known_bad_count = p->known_bad_count, .sigma = sigma, .sigma_count = p->sigma_count + there, .sigma_own = there ? own : NULL, .iocs = p->iocs, .ioc_count = p->ioc_count,
	    .town = p->town };
	enum triage_status st = analyse_load(&rules, &r->s.rules, err);
	return st == TRIAGE_OK ? detect_load(&tables, &r->s.tables, err) : st;
}

/* --- the case --- */

static enum triage_status
copy_database(const struct rejudge *r, const char *to, struct triage_error *err)
{
	char from[PATH_MAX + 32];
	struct output *out;
	SCOPED_FREE uint8_t *piece = malloc(PIECE);
	snprintf(from, sizeof(from), "%s/data/case.db", r->plan->bundle);
	SCOPED_FD fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (piece == NULL)
		return no_memory(err);
	if (fd < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s", from);
		return TRIAGE_E_IO;
	}
	enum triage_status st = output_create(to, &out, err);
	if (st != TRIAGE_OK)
		return st;
	ssize_t n;
	while ((n = read(fd, piece, PIECE)) > 0)
		output_put(out, piece, (size_t)n);
	if (n < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read %s", from);
		output_abandon(out);
		return TRIAGE_E_IO;
	}
	return output_finish(out, NULL, err);
}

static enum triage_status
put_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	return case_seal_problem(ctx, p, err);
}

static enum triage_status
record(struct rejudge *r, struct case_sealer *z, struct triage_error *err)
{
	SCOPED_BUF yara, sigma, tables, detail, town;
	buf_init(&yara, TEXT_MAX);
	buf_init(&sigma, TEXT_MAX);
	buf_init(&tables, TEXT_MAX);
	buf_init(&detail, TEXT_MAX);
	buf_init(&town, TEXT_MAX);
	detect_town_text(r->s.tables, &town);
	environment_tables(r->s.tables, &tables);
	environment_sigma_files(r->s.tables, &sigma);
	environment_yara_files(r->s.rules, &yara);
	buf_format(&detail, "{\"from\":\"%s\",\"program\":\"triage " TRIAGE_VERSION "\",\"rules\":%s,\"sigma\":%s,\"tables\":%s}", r->seal, buf_cstr(&yara), buf_cstr(&sigma),
	    buf_cstr(&tables));
	struct buf *const texts[] = { &yara, &sigma, &tables, &detail, &town };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && st == TRIAGE_OK; i++)
		st = buf_check(texts[i], err);
	if (st == TRIAGE_OK)
		st = environment_left_out(r->s.rules, r->s.tables, put_problem, z, err);
	if (st == TRIAGE_OK && town.size > 0)
		st = case_seal_custody(z, "triage", "town-list-loaded", buf_cstr(&town), err);
	if (st == TRIAGE_OK)
		st = case_seal_custody(z, r->plan->examiner[0] != '\0' ? r->plan->examiner : "triage", "judged-again", buf_cstr(&detail), err);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "judged.from", r->seal, err);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "judged.version", TRIAGE_VERSION, err);
	char version[RULE_VERSION_SIZE];
	rule_pack_version(r->plan->rules_dir, version);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "rules.version", version, err);
	if (st == TRIAGE_OK)
		st = case_seal_meta(z, "rules.sigma", buf_cstr(&sigma), err);
	return st == TRIAGE_OK ? case_seal_meta(z, "rules.tables", buf_cstr(&tables), err) : st;
}

static enum triage_status
judge(struct rejudge *r, const char *database, struct triage_error *err)
{
	struct case_sealer *z;
	enum triage_status st = case_reopen(database, &z, err);
	if (st != TRIAGE_OK)
		return st;
	buf_text(&r->facts, case_meta(case_seal_reader(z), "hostname"));
	r->run.hostname = buf_cstr(&r->facts);
	st = take_layers(r, case_seal_reader(z), err);
	if (st == TRIAGE_OK)
		st = judge_again(&r->s, z, err);
	if (st == TRIAGE_OK)
		st = record(r, z, err);
	if (st == TRIAGE_OK)
		return case_seal_finish(z, err);
	case_seal_abandon(z);
	return st;
}

/* --- the bundle --- */

static enum triage_status
export_and_seal(struct rejudge *r, const char *database, const char *data, struct triage_error *err)
{
	static const char *const facts[] = { "organisation", "examiner", "evidence_id", "note", "case_id", "timezone" };
	enum { ORGANISATION, EXAMINER, EVIDENCE_ID, NOTE, CASE_ID, ZONE, FACTS };
	size_t at[FACTS];
	char date[WHEN_TEXT_SIZE];
	struct case_reader *reader;
	enum triage_status st = case_open(database, &reader, err);
	if (st != TRIAGE_OK)
		return st;
	buf_clear(&r->facts);
	for (size_t i = 0; i < FACTS; i++) {
		at[i] = r->facts.size;
		buf_text(&r->facts, case_meta(reader, facts[i]));
		buf_char(&r->facts, '\0');
	}
	const char *text = buf_cstr(&r->facts);
	const struct report_options options = { .lang = r->plan->lang, .timezone = text + at[ZONE], .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE,
	    .rules_dir = r->plan->rules_dir };
	r->s.result->problems = case_count(reader, CASE_PROBLEMS);
	st = report_export_all(reader, &options, data, err);
	case_reader_close(reader);
	if (st != TRIAGE_OK)
		return st;
	when_text(when_now(), 0, "", date);
	date[10] = '\0';
	const char *keys[] = { "Triage-Case", "Triage-Verdict", "Triage-Judged-From" };
	const char *values[] = { text + at[CASE_ID], r->s.result->verdict, r->seal };
	const struct bag_info info = { .source_organization = text + at[ORGANISATION], .contact_name = r->plan->examiner[0] != '\0' ? r->plan->examiner : text + at[EXAMINER],
	    .external_identifier = text + (text[at[EVIDENCE_ID]] != '\0' ? at[EVIDENCE_ID] : at[CASE_ID]), .external_description = text + at[NOTE],
	    .software_agent = "triage " TRIAGE_VERSION, .bagging_date = date, .triage_keys = keys, .triage_values = values, .triage_count = 3 };
	return bag_seal(r->plan->output, &info, r->s.result->seal, err);
}

static enum triage_status
make(struct rejudge *r, struct triage_error *err)
{
	char data[PATH_MAX + 16], database[PATH_MAX + 32];
	snprintf(data, sizeof(data), "%s/data", r->plan->output);
	snprintf(database, sizeof(database), "%s/case.db", data);
	enum triage_status st = output_folder(r->plan->output, err);
	if (st == TRIAGE_OK)
		st = output_folder(data, err);
	if (st != TRIAGE_OK)
		return st;
	st = copy_database(r, database, err);
	if (st == TRIAGE_OK)
		st = judge(r, database, err);
	if (st == TRIAGE_OK)
		return export_and_seal(r, database, data, err);
	/* nothing half-made is left */
	remove(database);
	remove(data);
	remove(r->plan->output);
	return st;
}

enum triage_status
rejudge_make(const struct rejudge_plan *plan, void (*tell)(void *ctx, const char *line), void *ctx, struct triage_result *ret_result, struct triage_error *err)
{
	struct rejudge *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return no_memory(err);
	*ret_result = (struct triage_result){ 0 };
	r->plan = plan;
	r->s.plan = &r->run;
	r->s.result = ret_result;
	buf_init(&r->facts, 64 << 20);
	enum triage_status st = share_seal_of(plan->bundle, tell, ctx, r->seal, err);
	if (st == TRIAGE_OK)
		st = load(r, err);
	if (st == TRIAGE_OK)
		st = make(r, err);
	snprintf(ret_result->bundle, sizeof(ret_result->bundle), "%s", plan->output);
	analyse_free(r->s.rules);
	detect_free(r->s.tables);
	for (size_t i = 0; i < r->s.filesystem_count; i++)
		free(r->s.filesystems[i].family);
	for (size_t i = 0; i < r->s.source_count; i++)
		free(r->s.sources[i].parents);
	free(r->s.filesystems);
	free(r->s.sources);
	free(r->volumes);
	buf_release(&r->facts);
	free(r);
	return st;
}
