#include "triage/run/judge.h"

#include "triage/run/collections.h"
#include "triage/run/coverage.h"
#include "triage/run/extract.h"
#include "triage/run/shadows_seen.h"
#include "triage/base/scoped.h"
#include "triage/case/query.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { MATCHES_A_FILE = 10000 };

/* What became of the files, by content state: the ground of coverage. */
struct tally {
	uint64_t files, streams, bytes, bytes_examined;
	uint64_t by_state[TRIAGE_CONTENT_STATE_COUNT];
};

/* Judgements about single files, written after the cursor is closed. */
struct mark {
	uint64_t file_id;
	enum detect_known known;
	bool mismatch;
};

struct judging {
	struct supervisor *s;
	struct detect_judge *judge;
	struct detect_rule *rules;
	size_t rule_count;
	struct tally tally;
	struct shadows_seen seen;
	struct mark *marks;
	size_t mark_count, mark_room;
	struct case_cursor *matches;	/* all matches in file order, read alongside the files */
	bool match_there;
	struct detect_match *file_matches;
	struct buf samples;
};

static unsigned
index_of(const char *word, const char *(*name)(unsigned), unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(word, name(i)) == 0)
			return i;
	return 0;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
load_rules(struct judging *j, struct triage_error *err)
{
	j->rule_count = analyse_rule_count(j->s->rules);
	j->rules = calloc(j->rule_count + 1, sizeof(*j->rules));
	j->file_matches = calloc(MATCHES_A_FILE, sizeof(*j->file_matches));
	if (j->rules == NULL || j->file_matches == NULL)
		return no_memory(err);
	for (size_t i = 0; i < j->rule_count; i++) {
		const struct analyse_rule *r = analyse_rule(j->s->rules, i);
		j->rules[i] = (struct detect_rule){ .name = r->name, .name_space = r->name_space, .title = r->title, .why = r->why,
		    .innocent = r->innocent, .family = r->family, .technique = r->technique, .kind = r->kind, .version = r->version,
		    .severity = r->severity, .confidence = r->confidence };
	}
	return TRIAGE_OK;
}

/* Matches of file_id out of the cursor that runs beside the files. Samples and names are copied: the cursor moves on. */
static enum triage_status
collect_matches(struct judging *j, uint64_t file_id, size_t *ret_count, struct triage_error *err)
{
	size_t count = 0;
	enum triage_status st = TRIAGE_OK;
	buf_clear(&j->samples);
	size_t starts[2];
	while (j->match_there && (uint64_t)case_int(j->matches, CASE_MATCHES_FILE_ID) <= file_id && st == TRIAGE_OK) {
		uint64_t rule = (uint64_t)case_int(j->matches, CASE_MATCHES_RULE_INDEX);
		if ((uint64_t)case_int(j->matches, CASE_MATCHES_FILE_ID) == file_id && count < MATCHES_A_FILE && rule < j->rule_count) {
			const char *id = case_text(j->matches, CASE_MATCHES_STRING_ID);
			starts[0] = j->samples.size;
			buf_put(&j->samples, id, strlen(id) + 1);
			starts[1] = j->samples.size;
			struct view sample = case_blob(j->matches, CASE_MATCHES_SAMPLE);
			text_display(&j->samples, sample.data, sample.size);
			buf_char(&j->samples, '\0');
			/* offsets for now: the buffer may still move */
			j->file_matches[count++] = (struct detect_match){ .rule = &j->rules[rule], .string_id = (const char *)starts[0],
			    .sample = (const char *)starts[1], .offset = (uint64_t)case_int(j->matches, CASE_MATCHES_OFFSET),
			    .length = (uint64_t)case_int(j->matches, CASE_MATCHES_LENGTH) };
		}
		st = case_next(j->matches, err);
		j->match_there = st == TRIAGE_OK;
	}
	for (size_t i = 0; i < count; i++) {
		j->file_matches[i].string_id = buf_cstr(&j->samples) + (size_t)j->file_matches[i].string_id;
		j->file_matches[i].sample = buf_cstr(&j->samples) + (size_t)j->file_matches[i].sample;
	}
	*ret_count = count;
	return st == TRIAGE_END ? buf_check(&j->samples, err) : st;
}

static void
count_file(struct tally *t, const struct detect_file *f)
{
	t->files++;
	if (f->content == NULL)
		return;
	uint64_t size = f->size == TRIAGE_NO_ID ? 0 : f->size;
	t->streams++;
	t->bytes += size;
	t->by_state[f->content->state]++;
	if (f->content->state == TRIAGE_CONTENT_COMPLETE)
		t->bytes_examined += size;
	else if (f->content->state == TRIAGE_CONTENT_PARTIAL)
		t->bytes_examined += f->content->bytes < size ? f->content->bytes : size;
}

static enum triage_status
remember_mark(struct judging *j, uint64_t file_id, enum detect_known known, bool mismatch, struct triage_error *err)
{
	if (known == DETECT_UNKNOWN && !mismatch)
		return TRIAGE_OK;
	if (j->mark_count == j->mark_room) {
		size_t room = j->mark_room == 0 ? 1024 : j->mark_room * 2;
		struct mark *grown = reallocarray(j->marks, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		j->marks = grown;
		j->mark_room = room;
	}
	j->marks[j->mark_count++] = (struct mark){ file_id, known, mismatch };
	return TRIAGE_OK;
}

/* Text of one row: copied, because the row's text lives only until the next column is read. */
struct row_text {
	char sha256[65], mime[300], magic[600], kind[16];
	struct buf path, stream;
};

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

static void
fill_content(struct case_cursor *c, struct triage_content *content, struct row_text *t)
{
	copy(t->sha256, sizeof(t->sha256), case_text(c, CASE_FILES_SHA256));
	copy(t->mime, sizeof(t->mime), case_text(c, CASE_FILES_MIME));
	copy(t->magic, sizeof(t->magic), case_text(c, CASE_FILES_MAGIC));
	content->mime = t->mime;
	content->magic = t->magic;
	content->hashed = text_unhex(t->sha256, content->sha256, sizeof(content->sha256)) &&
	    text_unhex(case_text(c, CASE_FILES_MD5), content->md5, sizeof(content->md5)) &&
	    text_unhex(case_text(c, CASE_FILES_SHA1), content->sha1, sizeof(content->sha1));
	content->bytes = (uint64_t)case_int(c, CASE_FILES_BYTES_READ);
	content->text = (enum triage_text_kind)case_int(c, CASE_FILES_TEXT);
	struct triage_randomness *r = &content->randomness;
	r->entropy = case_null(c, CASE_FILES_ENTROPY) ? -1 : case_real(c, CASE_FILES_ENTROPY);
	r->chi_square = case_real(c, CASE_FILES_CHI_SQUARE);
	r->first = case_real(c, CASE_FILES_ENTROPY_FIRST);
	r->last = case_real(c, CASE_FILES_ENTROPY_LAST);
	r->most = case_real(c, CASE_FILES_ENTROPY_MOST);
	r->least = case_real(c, CASE_FILES_ENTROPY_LEAST);
	r->blocks = (uint32_t)case_int(c, CASE_FILES_BLOCKS);
	r->random_blocks = (uint32_t)case_int(c, CASE_FILES_RANDOM_BLOCKS);
}

static enum triage_status
judge_row(struct judging *j, struct case_cursor *c, struct row_text *t, struct triage_error *err)
{
	struct triage_content content = { 0 };
	struct detect_file f = { .file_id = (uint64_t)case_int(c, CASE_FILES_FILE_ID),
	    .filesystem_id = (uint64_t)case_int(c, CASE_FILES_FILESYSTEM_ID) };
	buf_clear(&t->path);
	buf_clear(&t->stream);
	buf_text(&t->path, case_text(c, CASE_FILES_PATH));
	buf_text(&t->stream, case_text(c, CASE_FILES_STREAM));
	size_t name = t->path.size;
	while (name > 0 && t->path.data[name - 1] != '/')
		name--;
	if (t->stream.size > 0)
		buf_format(&t->path, ":%s", buf_cstr(&t->stream));
	f.path = buf_cstr(&t->path);
	f.name = f.path + name;
	f.stream = buf_cstr(&t->stream);
	f.kind = (enum triage_file_kind)index_of(case_text(c, CASE_FILES_KIND), triage_file_kind_name, TRIAGE_FILE_KIND_COUNT);
	f.state = (enum triage_file_state)index_of(case_text(c, CASE_FILES_STATE), triage_file_state_name, TRIAGE_STATE_COUNT);
	f.flags = (uint32_t)case_int(c, CASE_FILES_FLAGS);
	f.size = case_null(c, CASE_FILES_SIZE) ? TRIAGE_NO_ID : (uint64_t)case_int(c, CASE_FILES_SIZE);
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		f.times[i] = case_null(c, CASE_FILES_MTIME + i) ? TRIAGE_TIME_NONE : case_int(c, CASE_FILES_MTIME + i);
	content.state = (enum triage_content_state)index_of(case_text(c, CASE_FILES_CONTENT), triage_content_state_name, TRIAGE_CONTENT_STATE_COUNT);
	t->sha256[0] = '\0';
	if (content.state != TRIAGE_CONTENT_NONE) {
		fill_content(c, &content, t);
		f.content = &content;
	}
	f.sha256 = t->sha256;
	if (content.hashed) {
		f.known = detect_known(j->s->tables, content.md5, content.sha1, content.sha256);
		f.type_mismatch = f.stream[0] == '\0' && detect_type_mismatch(j->s->tables, f.name, t->mime, content.text, f.size);
	}
	size_t matches = 0;
	enum triage_status st = collect_matches(j, f.file_id, &matches, err);
	count_file(&j->tally, &f);
	if (st == TRIAGE_OK)
		st = remember_mark(j, f.file_id, f.known, f.type_mismatch, err);
	bool before = false;
	if (st == TRIAGE_OK)
		st = shadows_seen_before(&j->seen, j->s, &f, (uint64_t)case_int(c, CASE_FILES_INODE), &before, err);
	return st == TRIAGE_OK && !before ? detect_judge_file(j->judge, &f, j->file_matches, matches, err) : st;
}

static enum triage_status
judge_files(struct judging *j, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *files = NULL;
	struct row_text *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return no_memory(err);
	buf_init(&t->path, 1 << 20);
	buf_init(&t->stream, 1 << 20);
	enum triage_status st = case_rows(reader, CASE_MATCHES, CASE_BY_ID, &j->matches, err);
	if (st == TRIAGE_OK) {
		st = case_next(j->matches, err);
		j->match_there = st == TRIAGE_OK;
		st = st == TRIAGE_END ? TRIAGE_OK : st;
	}
	if (st == TRIAGE_OK)
		st = case_rows(reader, CASE_FILES, CASE_BY_ID, &files, err);
	while (st == TRIAGE_OK && (st = case_next(files, err)) == TRIAGE_OK)
		st = judge_row(j, files, t, err);
	case_cursor_close(files);
	case_cursor_close(j->matches);
	j->matches = NULL;
	buf_release(&t->path);
	buf_release(&t->stream);
	free(t);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

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
		const struct case_finding_row row = { .severity = f->severity, .confidence = f->confidence, .score = f->score, .rule = f->rule,
		    .kind = f->kind, .title = f->title, .technique = f->technique, .host = j->s->plan->hostname, .path = f->path, .detail = f->detail,
		    .first_time = f->first_time, .last_time = f->last_time, .count = f->count, .file_id = f->file_id };
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
	const struct case_coverage_row image = { .what = "image-hash", .reason = s->plan->no_image_hash ? "--no-image-hash" : "", .total = images,
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
		st = coverage_artefacts(s, z, err);
	return st == TRIAGE_OK ? coverage_shadows(s, z, err) : st;
}

static enum triage_status
write_verdict(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	const struct detect_verdict *v = detect_verdict(j->judge);
	struct triage_result *r = j->s->result;
	copy(r->verdict, sizeof(r->verdict), v->word);
	copy(r->family, sizeof(r->family), v->family);
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
		{ "ransomware.first", first }, { "ransomware.last", last }, { "examined_share", share },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]) && st == TRIAGE_OK; i++)
		st = case_seal_meta(z, facts[i].key, facts[i].value, err);
	return st;
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
	r->incomplete = j->s->loudest_problem >= TRIAGE_LOW || j->s->budget_ended;
	r->budget_ended = j->s->budget_ended;
}

static enum triage_status
judge_all(struct judging *j, struct case_sealer *z, struct triage_error *err)
{
	struct case_reader *reader = case_seal_reader(z);
	enum triage_status st = load_rules(j, err);
	if (st == TRIAGE_OK)
		st = detect_judge_new(j->s->tables, &j->judge, err);
	if (st == TRIAGE_OK)
		st = judge_files(j, reader, err);
	if (st == TRIAGE_OK) {
		fill_result(j, reader);
		st = detect_judge_finish(j->judge, j->s->result->examined_share, err);
	}
	if (st == TRIAGE_OK)
		st = write_findings(j, z, err);
	if (st == TRIAGE_OK)
		st = write_coverage(j, z, err);
	return st == TRIAGE_OK ? write_verdict(j, z, err) : st;
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
		st = extract_flagged(s, z, err);
	detect_judge_free(j.judge);
	free(j.rules);
	free(j.marks);
	shadows_seen_release(&j.seen);
	free(j.file_matches);
	buf_release(&j.samples);
	if (st == TRIAGE_OK)
		return case_seal_finish(z, err);
	case_seal_abandon(z);
	return st;
}
