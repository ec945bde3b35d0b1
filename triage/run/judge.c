#include "triage/run/judge.h"

#include "triage/run/collections.h"
#include "triage/run/coverage.h"
#include "triage/run/extract.h"
#include "triage/run/judge_case.h"
#include "triage/run/judge_inside.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/report/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 16 << 20 };

/* --- what is written back --- */

static enum triage_status
write_findings(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	struct triage_result *result = j->s->result;
	for (size_t i = 0; i < j->mark_count; i++) {
		const struct mark *m = &j->marks[i];
		enum triage_status st = case_seal_file_judgement(z, m->file_id, m->known == DETECT_GOOD ? "good" : m->known == DETECT_BAD ? "bad" : NULL,
		    m->mismatch, err);
		if (st != TRIAGE_OK)
			return st;
	}
	for (size_t i = 0; i < detect_finding_count(j->judge); i++) {
		const struct detect_finding *f = detect_finding(j->judge, i);
		size_t story = detect_story_of(j->judge, i);
		const struct case_finding_row row = { .severity = f->severity, .confidence = f->confidence, .score = f->score, .rule = f->rule,
		    .kind = f->kind, .title = f->title, .technique = f->technique,
		    .host = f->host[0] != '\0' ? f->host : j->s->plan->hostname, .path = f->path, .detail = f->detail,
		    .first_time = f->first_time, .last_time = f->last_time, .count = f->count, .file_id = f->file_id,
		    .story_id = story != SIZE_MAX ? story + 1 : TRIAGE_NO_ID };
		enum triage_status st = case_seal_finding(z, &row, err);
		if (st != TRIAGE_OK)
			return st;
		result->findings[f->severity]++;
		result->findings_total++;
		if (f->severity > result->worst)
			result->worst = f->severity;
	}
	return TRIAGE_OK;
}

static enum triage_status
write_stories(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < detect_story_count(j->judge) && st == TRIAGE_OK; i++) {
		const struct detect_story *s = detect_story(j->judge, i);
		st = case_seal_story(z, &(struct case_story_row){ .host = s->host[0] != '\0' ? s->host : j->s->plan->hostname, .tactic = s->tactic, .title = s->title,
			.severity = s->severity, .confidence = s->confidence, .points = s->points, .first_time = s->first_time, .last_time = s->last_time,
			.findings = s->finding_count, .shown = s->shown }, err);
	}
	return st;
}

/* The damage map. The text of a sum lives as long as the judge. */
static enum triage_status
write_damage(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < detect_damage_filesystem_count(j->judge) && st == TRIAGE_OK; i++)
		st = case_seal_damage_filesystem(z, detect_damage_filesystem(j->judge, i), err);
	for (size_t i = 0; i < detect_damage_count(j->judge) && st == TRIAGE_OK; i++) {
		struct detect_damage d;
		if (!detect_damage(j->judge, i, &d))
			continue;
		st = case_seal_damage(z, &(struct case_damage_row){ .file_id = d.file_id, .damage = d.damage, .reason = d.reason, .share = d.share, .cut = d.cut,
			.older_copy = d.older_copy }, err);
	}
	for (size_t i = 0; i < detect_damage_sum_count(j->judge) && st == TRIAGE_OK; i++) {
		const struct detect_damage_sum *d = detect_damage_sum(j->judge, i);
		st = case_seal_damage_sum(z, &(struct case_damage_sum){ .scope = d->scope, .name = d->name, .filesystem_id = d->filesystem_id, .depth = d->depth,
			.files = d->files, .bytes = d->bytes, .damaged_files = d->damaged_files, .damaged_bytes = d->damaged_bytes, .intact = d->intact,
			.whole = d->whole, .part = d->part, .renamed = d->renamed, .zeroed = d->zeroed, .unknown = d->unknown, .older_copies = d->older_copies,
			.first = d->first, .last = d->last }, err);
	}
	return st;
}

static enum triage_status
write_contacts(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < detect_contact_count(j->judge) && st == TRIAGE_OK; i++) {
		const struct detect_contact *c = detect_contact(j->judge, i);
		const struct case_contact_row row = { .host = c->host[0] != '\0' ? c->host : j->s->plan->hostname, .direction = c->direction, .peer = c->peer, .account = c->account,
		    .protocol = c->protocol, .source = c->source, .first_time = c->first_time, .last_time = c->last_time, .count = c->count, .failed = c->failed, .event_id = c->event_id };
		st = case_seal_contact(z, &row, err);
	}
	return st;
}

static enum triage_status
write_coverage(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	const struct tally *t = &j->tally;
	struct supervisor *s = j->s;
	uint64_t examined = t->by_state[TRIAGE_CONTENT_COMPLETE] + t->by_state[TRIAGE_CONTENT_PARTIAL];
	uint64_t failed = t->by_state[TRIAGE_CONTENT_UNREADABLE] + t->by_state[TRIAGE_CONTENT_TIMEOUT] + t->by_state[TRIAGE_CONTENT_CRASHED];
	uint64_t skipped = t->by_state[TRIAGE_CONTENT_SKIPPED];
	char reason[400];
	const char *why = s->budget_ended ? " (the budget ended)" : s->plan->rank_max != 0 ? " (left out by --profile quick)" :
	    s->plan->shards > 1 ? " (of other shards)" : "";
	snprintf(reason, sizeof(reason), "complete %ju, partial %ju, unreadable %ju, timeout %ju, crashed %ju, skipped %ju%s",
	    (uintmax_t)t->by_state[TRIAGE_CONTENT_COMPLETE], (uintmax_t)t->by_state[TRIAGE_CONTENT_PARTIAL],
	    (uintmax_t)t->by_state[TRIAGE_CONTENT_UNREADABLE], (uintmax_t)t->by_state[TRIAGE_CONTENT_TIMEOUT],
	    (uintmax_t)t->by_state[TRIAGE_CONTENT_CRASHED], (uintmax_t)skipped, skipped > 0 ? why : "");
	if (t->known_good > 0)
		snprintf(reason + strlen(reason), sizeof(reason) - strlen(reason), ", known good and so not searched %ju", (uintmax_t)t->known_good);
	const struct case_coverage_row streams = { .what = "streams", .reason = reason, .total = t->streams, .examined = examined, .skipped = skipped,
	    .failed = failed, .bytes_total = t->bytes, .bytes_examined = t->bytes_examined };
	const struct case_coverage_row files = { .what = "files", .reason = "every name and every nameless, deleted or orphaned entry that was listed",
	    .total = t->files, .examined = t->files };
	size_t listed = 0, hashed = 0, images = 0;
	for (size_t i = 0; i < s->filesystem_count; i++)
		listed += s->filesystems[i].listed && !s->filesystems[i].left_out;
	for (size_t i = 0; i < s->source_count; i++) {
		images += s->crew_sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY && (s->crew_sources[i].inside == NULL || s->sources[i].image_wanted);
		hashed += s->sources[i].image_wanted && s->sources[i].image_done;
	}
	const struct case_coverage_row filesystems = { .what = "filesystems", .reason = listed < s->filesystem_count ? "left out by --partitions" : "",
	    .total = s->filesystem_count, .examined = listed,
	    .skipped = s->filesystem_count - listed };
	const struct case_coverage_row image = { .what = "image-hash", .reason = s->plan->no_image_hash ? "--no-image-hash" : s->plan->shard > 1 ? "hashed by the first part" : "", .total = images,
	    .examined = hashed, .skipped = images - hashed };
	const struct case_coverage_row *const rows[] = { &streams, &files, &filesystems, &image };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && st == TRIAGE_OK; i++)
		st = case_seal_coverage(z, rows[i], err);
	if (st == TRIAGE_OK)
		st = collections_cover(s, z, err);
	if (st == TRIAGE_OK)
		st = coverage_containers(s, z, err);
	if (st == TRIAGE_OK)
		st = coverage_space(s, z, err);
	if (st == TRIAGE_OK)
		st = coverage_artefacts(s, z, err);
	return st == TRIAGE_OK ? coverage_shadows(s, z, err) : st;
}

/* What the judge could not judge. While there is a journal the problems are taken from there once more. */
static enum triage_status
write_remark(struct judging *j, struct case_sealer *z, const char *text, struct triage_error *err)
{
	const struct triage_problem p = { .stage = "judge", .severity = TRIAGE_LOW, .code = "judge-limit", .message = text, .inode = TRIAGE_NO_ID,
		.edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	return j->of_case == NULL ? supervisor_problem(j->s, 0, 0, "", &p, err) : case_seal_problem(z, &p, err);
}

static enum triage_status
write_remarks(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const char *text;
	char left[200];
	for (size_t i = 0; (text = detect_remark(j->judge, i)) != NULL && st == TRIAGE_OK; i++)
		st = write_remark(j, z, text, err);
	if (j->matches_left == 0 || st != TRIAGE_OK)
		return st;
	snprintf(left, sizeof(left), "%ju match(es) of rules beyond the first %d of a file were not weighed; they stand in the view matches.", (uintmax_t)j->matches_left, MATCHES_A_FILE);
	return write_remark(j, z, left, err);
}

static enum triage_status
write_verdict(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	const struct detect_verdict *v = detect_verdict(j->judge);
	struct triage_result *r = j->s->result;
	snprintf(r->verdict, sizeof(r->verdict), "%s", v->word);
	snprintf(r->family, sizeof(r->family), "%s", v->family);
	r->encrypted_files = v->encrypted_files;
	char score[32], files[32], bytes[32], notes[32], first[32] = "", last[32] = "", share[32];
	snprintf(score, sizeof(score), "%u", v->score);
	snprintf(files, sizeof(files), "%ju", (uintmax_t)v->encrypted_files);
	snprintf(bytes, sizeof(bytes), "%ju", (uintmax_t)v->encrypted_bytes);
	snprintf(notes, sizeof(notes), "%ju", (uintmax_t)v->notes);
	snprintf(share, sizeof(share), "%.6f", r->examined_share);
	if (v->first_encrypted != TRIAGE_TIME_NONE)
		snprintf(first, sizeof(first), "%jd", (intmax_t)v->first_encrypted);
	if (v->last_encrypted != TRIAGE_TIME_NONE)
		snprintf(last, sizeof(last), "%jd", (intmax_t)v->last_encrypted);
	const struct {
		const char *key, *value;
	} facts[] = {
		{ "verdict", v->word }, { "verdict.score", score }, { "verdict.reasons", v->reasons }, { "ransomware.family", v->family },
		{ "ransomware.encrypted_files", files }, { "ransomware.encrypted_bytes", bytes }, { "ransomware.notes", notes },
		{ "ransomware.first", first }, { "ransomware.last", last }, { "ransomware.window", v->window },
		{ "examined_share", share },
		{ "answer.entry", v->entry }, { "answer.accounts_to_reset", v->accounts_to_reset },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]) && st == TRIAGE_OK; i++)
		st = case_seal_meta(z, facts[i].key, facts[i].value, err);
	return st;
}

/* Page 1 as data: facts "answer.<name>", each a JSON object. */
static enum triage_status
write_answers(const struct judging *j, const struct judge_case *k, struct case_sealer *z, struct triage_error *err)
{
	SCOPED_BUF evidence;
	const char *name, *json;
	char key[64];
	enum triage_status st = TRIAGE_OK;
	buf_init(&evidence, ANSWER_MAX);
	for (size_t i = 0; (name = detect_answer(j->judge, i, &json)) != NULL && st == TRIAGE_OK; i++) {
		snprintf(key, sizeof(key), "answer.%s", name);
		st = case_seal_meta(z, key, json, err);
	}
	if (st == TRIAGE_OK)
		st = judge_case_evidence(k, case_seal_reader(z), &evidence, err);
	return st == TRIAGE_OK ? case_seal_meta(z, "answer.evidence", buf_cstr(&evidence), err) : st;
}

static void
fill_result(struct judging *j, struct case_reader *reader)
{
	struct triage_result *r = j->s->result;
	r->files = j->tally.files;
	r->streams = j->tally.streams;
	r->bytes = j->tally.bytes;
	r->examined_share = j->tally.bytes == 0 ? (j->tally.files > 0 ? 1.0 : 0.0) : (double)j->tally.bytes_examined / (double)j->tally.bytes;
	r->problems = case_count(reader, CASE_PROBLEMS);
	r->incomplete = j->s->budget_ended;	/* conclude.c adds what the journal knows */
	r->budget_ended = j->s->budget_ended;
}

static enum triage_status
judge_all(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	struct case_reader *reader = case_seal_reader(z);
	struct judge_case k = { 0 };
	enum triage_status st = judge_load_rules(j, err);
	if (st == TRIAGE_OK)
		st = detect_judge_new(j->s->tables, &j->judge, err);
	if (st == TRIAGE_OK)
		st = judge_files(j, reader, err);
	if (st == TRIAGE_OK)
		st = judge_events(j, reader, err);
	if (st == TRIAGE_OK)
		st = judge_case_load(&k, j, reader, err);
	if (st == TRIAGE_OK) {
		detect_judge_case(j->judge, &k.facts);
		fill_result(j, reader);
		st = detect_judge_finish(j->judge, j->s->result->examined_share, err);
	}
	if (st == TRIAGE_OK)
		st = write_remarks(j, z, err);
	if (st == TRIAGE_OK)
		st = write_findings(j, z, err);
	if (st == TRIAGE_OK)
		st = write_stories(j, z, err);
	if (st == TRIAGE_OK)
		st = write_damage(j, z, err);
	if (st == TRIAGE_OK)
		st = write_contacts(j, z, err);
	if (st == TRIAGE_OK && j->of_case == NULL)
		st = write_coverage(j, z, err);
	if (st == TRIAGE_OK)
		st = write_verdict(j, z, err);
	if (st == TRIAGE_OK)
		st = write_answers(j, &k, z, err);
	judge_case_release(&k);
	return st;
}

static void
release(struct judging *j)
{
	detect_judge_free(j->judge);
	free(j->rules);
	free(j->marks);
	shadows_seen_release(&j->seen);
	free(j->file_matches);
	buf_release(&j->samples);
	for (size_t i = 0; i < j->rule_text_count; i++)
		free(j->rule_texts[i]);
	free(j->rule_texts);
}

/* What rests on the files that findings name has a bound: files locked away, indicators, CASE, the share. */
static enum triage_status
tell_bound(struct supervisor *s, struct case_reader *reader, struct triage_error *err)
{
	struct pointed p;
	char message[200];
	enum triage_status st = pointed_collect(reader, NULL, &p, err);
	if (st != TRIAGE_OK)
		return st;
	bool full = p.full;
	pointed_release(&p);
	snprintf(message, sizeof(message), "findings name more than %d files; those of the less severe are not in extracted/, indicators and case.jsonld", POINTED_MAX);
	return !full ? TRIAGE_OK : supervisor_problem(s, 0, 0, "", &(struct triage_problem){ .stage = "judge", .severity = TRIAGE_INFO, .code = "many-files-named",
		.message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

enum triage_status
judge_and_build(struct supervisor *s, const char *path, struct triage_error *err)
{
	struct judging j = { .s = s };
	struct case_sealer *z;
	buf_init(&j.samples, (size_t)64 << 20);
	enum triage_status st = case_build(s->store, path, &z, err);
	if (st != TRIAGE_OK)
		return st;
	st = judge_all(&j, z, err);
	if (st == TRIAGE_OK)
		st = tell_bound(s, case_seal_reader(z), err);
	if (st == TRIAGE_OK)
		st = extract_flagged(s, z, err);
	release(&j);
	if (st == TRIAGE_OK)
		return case_seal_finish(z, err);
	case_seal_abandon(z);
	return st;
}

enum triage_status
judge_again(struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	struct judging j = { .s = s, .of_case = case_seal_reader(z) };
	buf_init(&j.samples, (size_t)64 << 20);
	enum triage_status st = judge_all(&j, z, err);
	release(&j);
	return st;
}
