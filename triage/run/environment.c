#include "triage/run/environment.h"
#include "triage/run/rule_pack.h"

#include "triage/detect/sigma.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/run/workstation.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

static enum triage_status
put_rules(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < analyse_rule_count(s->rules); i++) {
		const struct analyse_rule *r = analyse_rule(s->rules, i);
		const struct case_rule row = { .name = r->name, .name_space = r->name_space, .tags = r->tags, .title = r->title, .why = r->why,
		    .innocent = r->innocent, .family = r->family, .technique = r->technique, .kind = r->kind, .source = r->source,
		    .version = r->version, .severity = r->severity, .confidence = r->confidence };
		enum triage_status st = case_put_rule(s->store, (uint32_t)i, &row, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static void
member(struct buf *out, const char *key, const char *value)
{
	if (out->size > 0 && out->data[out->size - 1] != '{')
		buf_char(out, ',');
	text_json_string(out, key);
	buf_char(out, ':');
	text_json_string(out, value);
}

void
environment_yara_files(const struct analyse_set *rules, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < analyse_file_count(rules); i++) {
		const struct analyse_rule_file *f = analyse_file(rules, i);
		buf_format(out, "%s{", i > 0 ? "," : "");
		member(out, "error", f->error);
		member(out, "namespace", f->name_space);
		member(out, "path", text_base_name(f->path));
		buf_format(out, ",\"rules\":%zu", f->rules);
		member(out, "sha256", f->sha256);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
environment_sigma_files(const struct detect_tables *tables, struct buf *out)
{
	const struct sigma_set *set = detect_sigma(tables);
	buf_char(out, '[');
	for (size_t i = 0; set != NULL && i < sigma_file_count(set); i++) {
		const struct sigma_file *f = sigma_file(set, i);
		buf_format(out, "%s{", i > 0 ? "," : "");
		member(out, "error", f->error);
		member(out, "path", text_base_name(f->path));
		buf_format(out, ",\"refused\":%zu,\"rules\":%zu", f->refused, f->rules);
		member(out, "sha256", f->sha256);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

static void
put_source(void *ctx, const char *path, const char *sha256, size_t rows)
{
	struct buf *out = ctx;
	if (out->size > 0 && out->data[out->size - 1] != '[')
		buf_char(out, ',');
	buf_char(out, '{');
	member(out, "path", text_base_name(path));
	buf_format(out, ",\"rows\":%zu", rows);
	member(out, "sha256", sha256);
	buf_char(out, '}');
}

void
environment_tables(const struct detect_tables *tables, struct buf *out)
{
	buf_char(out, '[');
	detect_sources(tables, put_source, out);
	buf_char(out, ']');
}

/* A META fact out of s->text, which is then empty. */
static enum triage_status
set_text(struct supervisor *s, const char *key, struct triage_error *err)
{
	enum triage_status st = buf_check(&s->text, err);
	if (st == TRIAGE_OK)
		st = case_set(s->store, key, buf_cstr(&s->text), err);
	buf_clear(&s->text);
	return st;
}

/* Options that bear on the result. Not the number of processes, nor where the bundle lies: the result does not depend on them. */
static void
options(struct supervisor *s, struct buf *out)
{
	const struct triage_plan *p = s->plan;
	char from[WHEN_TEXT_SIZE], to[WHEN_TEXT_SIZE], number[64];
	buf_clear(out);
	buf_char(out, '{');
	buf_format(out, "\"archives\":%s", p->no_archives ? "false" : "true");
	if (p->budget_seconds > 0) {
		snprintf(number, sizeof(number), "%.0f s", p->budget_seconds);
		member(out, "budget", number);
	}
	if (p->no_extract || p->extract_max != 0) {
		snprintf(number, sizeof(number), "%ju bytes", (uintmax_t)p->extract_max);
		member(out, "extract", p->no_extract ? "none" : number);
	}
	member(out, "from", when_text(p->from, 0, "Z", from));
	buf_format(out, ",\"image_hash\":%s", p->no_image_hash ? "false" : "true");
	buf_format(out, ",\"nested\":%s", p->nested ? "true" : "false");
	if (s->key_count > 0)
		buf_format(out, ",\"keys\":%zu", s->key_count);	/* how many, never which */
	member(out, "map", p->drive_map);
	member(out, "partitions", p->partitions != NULL ? p->partitions : "all");
	member(out, "profile", p->rank_max != 0 ? "quick" : p->carve ? "full" : "standard");
	buf_text(out, ",\"rules\":[");
	for (size_t i = 0; i < p->rule_count; i++) {
		buf_text(out, i > 0 ? "," : "");
		text_json_string(out, text_base_name(p->rules[i]));
	}
	buf_format(out, "],\"rules_builtin\":%s", p->no_builtin_rules ? "false" : "true");
	buf_text(out, ",\"sigma\":[");
	for (size_t i = 0; i < p->sigma_count; i++) {
		buf_text(out, i > 0 ? "," : "");
		text_json_string(out, text_base_name(p->sigma[i]));
	}
	buf_char(out, ']');
	if (p->shards > 1)
		buf_format(out, ",\"shard\":\"%u/%u\"", p->shard, p->shards);
	member(out, "timezone", p->timezone);
	member(out, "to", when_text(p->to, 0, "Z", to));
	snprintf(number, sizeof(number), "%u..%u", p->vss_first, p->vss_last);
	if (p->no_vss || p->vss_first != 0)
		member(out, "vss", p->no_vss ? "none" : number);
	buf_char(out, '}');
}

static enum triage_status
put_facts(struct supervisor *s, struct triage_error *err)
{
	const struct triage_plan *p = s->plan;
	char started[WHEN_TEXT_SIZE];
	const struct {
		const char *key, *value;
	} facts[] = {
		{ "meta.version", TRIAGE_VERSION }, { "meta.case_id", p->case_id }, { "meta.evidence_id", p->evidence_id },
		{ "meta.examiner", p->examiner }, { "meta.organisation", p->organisation }, { "meta.note", p->note }, { "meta.hostname", p->hostname },
		{ "meta.lang", p->lang }, { "meta.timezone", p->timezone }, { "meta.started", when_text(when_now(), 0, "Z", started) },
	};
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		enum triage_status st = case_set(s->store, facts[i].key, facts[i].value, err);
		if (st != TRIAGE_OK)
			return st;
	}
	buf_clear(&s->text);
	environment_yara_files(s->rules, &s->text);
	enum triage_status st = set_text(s, "meta.rules.files", err);
	environment_sigma_files(s->tables, &s->text);
	if (st == TRIAGE_OK)
		st = set_text(s, "meta.rules.sigma", err);
	environment_tables(s->tables, &s->text);
	if (st == TRIAGE_OK)
		st = set_text(s, "meta.rules.tables", err);
	char version[RULE_VERSION_SIZE];
	rule_pack_version(p->rules_dir, version);
	if (st == TRIAGE_OK)
		st = case_set(s->store, "meta.rules.version", version, err);
	options(s, &s->text);
	return st == TRIAGE_OK ? set_text(s, "meta.options", err) : st;
}

static enum triage_status
custody_program(struct supervisor *s, const char *action, struct triage_error *err)
{
	struct buf *b = &s->text;
	buf_clear(b);
	workstation_json(b);
	enum triage_status st = buf_check(b, err);
	return st == TRIAGE_OK ? case_custody(s->store, "triage", action, buf_cstr(b), err) : st;
}

/* No program sees a write blocker of hardware; what the kernel and the mount say is said. */
static const char *
write_block(const struct source *e)
{
	struct statvfs mount;
	if (e->read_only >= 0)
		return e->read_only != 0 ? "kernel read-only flag set" : "kernel read-only flag not set; opened read-only";
	if (e->inside != NULL || e->count == 0 || fstatvfs(e->fds[0], &mount) != 0)
		return NULL;
	return (mount.f_flag & ST_RDONLY) != 0 ? "on a file system that is mounted read-only" : "on a file system that is mounted writable; opened read-only";
}

static void
device_members(struct buf *b, const struct source *e, struct workstation_disk *ret_disk)
{
	*ret_disk = (struct workstation_disk){ .model = "" };
	if (e->kind != TRIAGE_EVIDENCE_DEVICE || e->inside != NULL)
		return;
	workstation_disk("/sys", e->before[0].st_rdev, ret_disk);
	if (ret_disk->read_only[0] != '\0')
		buf_format(b, "\"disk_read_only\":%s,", strcmp(ret_disk->read_only, "0") != 0 ? "true" : "false");
}

static enum triage_status
custody_evidence(struct supervisor *s, size_t index, struct triage_error *err)
{
	const struct source *e = &s->crew_sources[index];
	struct workstation_disk disk;
	struct buf *b = &s->text;
	buf_clear(b);
	buf_char(b, '{');
	device_members(b, e, &disk);
	buf_format(b, "\"evidence_id\":%zu", index + 1);
	member(b, "kind", triage_evidence_kind_name(e->kind));
	if (disk.model[0] != '\0')
		member(b, "model", disk.model);
	member(b, "name", e->name);
	member(b, "opened", "read-only");
	member(b, "path", e->path);
	if (disk.removable[0] != '\0')
		buf_format(b, ",\"removable\":%s", strcmp(disk.removable, "0") != 0 ? "true" : "false");
	buf_format(b, ",\"segments\":%zu", e->only != NULL ? 1 : e->count);
	if (disk.serial[0] != '\0')
		member(b, "serial", disk.serial);
	uint64_t size = 0;
	for (size_t i = e->only != NULL; i < e->count; i++)
		size += e->sizes[i];
	buf_format(b, ",\"size\":%ju", (uintmax_t)size);
	if (write_block(e) != NULL)
		member(b, "write_block", write_block(e));
	buf_char(b, '}');
	return case_custody(s->store, "triage", "evidence-opened", buf_cstr(b), err);
}

static enum triage_status
custody_rules(struct supervisor *s, struct triage_error *err)
{
	struct buf detail;
	buf_init(&detail, 16 << 20);
	buf_text(&detail, "{\"version\":");
	text_json_string(&detail, case_get(s->store, "meta.rules.version"));
	buf_format(&detail, ",\"files\":%s", case_get(s->store, "meta.rules.files"));
	buf_format(&detail, ",\"sigma\":%s", case_get(s->store, "meta.rules.sigma"));
	buf_format(&detail, ",\"tables\":%s}", case_get(s->store, "meta.rules.tables"));
	enum triage_status st = buf_check(&detail, err);
	if (st == TRIAGE_OK)
		st = case_custody(s->store, "triage", "rules-loaded", buf_cstr(&detail), err);
	buf_release(&detail);
	return st;
}

static enum triage_status
put_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	return supervisor_problem(ctx, 0, 0, "", p, err);
}

static enum triage_status
record_first(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = put_facts(s, err);
	if (st == TRIAGE_OK)
		st = custody_program(s, "started", err);
	for (size_t i = 0; i < s->source_count && st == TRIAGE_OK; i++)
		st = custody_evidence(s, i, err);
	if (st == TRIAGE_OK)
		st = custody_rules(s, err);
	if (st == TRIAGE_OK)
		st = environment_lists(s, err);
	if (st == TRIAGE_OK)
		st = environment_left_out(s->rules, s->tables, put_problem, s, err);
	if (st != TRIAGE_OK)
		return st;
	struct buf detail;
	buf_init(&detail, 1 << 20);
	buf_text(&detail, case_get(s->store, "meta.options"));
	st = case_custody(s->store, s->plan->examiner[0] != '\0' ? s->plan->examiner : "triage", "options", buf_cstr(&detail), err);
	buf_release(&detail);
	return st;
}

/* A run that ended while the evidence was probed has recorded nothing yet: that is done when it is resumed. */
enum triage_status
environment_record(struct supervisor *s, struct triage_error *err)
{
	bool recorded = case_get(s->store, "meta.options")[0] != '\0';
	enum triage_status st = put_rules(s, err);
	if (st == TRIAGE_OK && !recorded)
		st = record_first(s, err);
	return st == TRIAGE_OK && s->plan->resume && s->plan->missing_parts == NULL ? custody_program(s, "resumed", err) : st;
}

enum triage_status
environment_phase(struct supervisor *s, const char *action, const struct case_totals *totals, struct triage_error *err)
{
	char detail[200] = "{}";
	if (s->plan->missing_parts != NULL)
		return TRIAGE_OK;	/* the parts have told it */
	if (totals != NULL)
		snprintf(detail, sizeof(detail), "{\"bytes\":%ju,\"bytes_done\":%ju,\"streams\":%ju,\"streams_done\":%ju}", (uintmax_t)totals->bytes,
		    (uintmax_t)totals->bytes_done, (uintmax_t)totals->units, (uintmax_t)totals->units_done);
	return case_custody(s->store, "triage", action, detail, err);
}
