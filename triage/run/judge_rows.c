/* judge_rows.c - the rows of the case put before the judge. */
#include "triage/run/judge_inside.h"

#include "triage/base/shape.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum triage_status
judge_load_rules(struct judging *j, struct triage_error *err)
{
	if (j->of_case)
		return rejudge_load_rules(j, err);
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
		bool of_file = (uint64_t)case_int(j->matches, CASE_MATCHES_FILE_ID) == file_id;
		if (of_file && count == MATCHES_A_FILE) {
			j->matches_left++;
		} else if (of_file && rule < j->rule_count) {
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
	char sha256[65], mime[300], magic[600], package[128];
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
	r->block_size = (uint32_t)case_int(c, CASE_FILES_BLOCK_SIZE);
	shape_get(case_text(c, CASE_FILES_SHAPE), &content->shape);
}

/* How many files packages name on the filesystem: rows come by filesystem, so that it is asked once for each. */
static uint64_t
packaged_on(struct judging *j, struct case_reader *reader, uint64_t filesystem_id)
{
	char key[40];
	if (j->packaged_filesystem == filesystem_id)
		return j->packaged;
	snprintf(key, sizeof(key), "packaged.%ju", (uintmax_t)filesystem_id);
	j->packaged_filesystem = filesystem_id;
	j->packaged = strtoull(case_meta(reader, key), NULL, 10);
	return j->packaged;
}

static enum triage_status
judge_row(struct judging *j, struct case_reader *reader, struct case_cursor *c, struct row_text *t, struct triage_error *err)
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
	/* members of archives have numbers above those of attributes */
	f.member = case_int(c, CASE_FILES_ATTR_ID) > UINT32_MAX;
	copy(t->package, sizeof(t->package), case_text(c, CASE_FILES_PACKAGE));
	f.package = t->package;
	f.package_differs = case_int(c, CASE_FILES_PACKAGE_DIFFERS) != 0;
	f.package_config = case_int(c, CASE_FILES_PACKAGE_DIFFERS) == 2;
	f.packaged = packaged_on(j, reader, f.filesystem_id);
	f.shadow = shadows_is_copy(j->s, f.filesystem_id);
	f.size = case_null(c, CASE_FILES_SIZE) ? TRIAGE_NO_ID : (uint64_t)case_int(c, CASE_FILES_SIZE);
	f.mode = (uint32_t)case_int(c, CASE_FILES_MODE);
	f.uid = case_null(c, CASE_FILES_UID) ? TRIAGE_NO_ID : (uint64_t)case_int(c, CASE_FILES_UID);
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
		/* judged again: what the lists of that time said stands */
		const char *before = f.known == DETECT_UNKNOWN ? case_text(c, CASE_FILES_KNOWN) : "";
		if (before[0] != '\0')
			f.known = strcmp(before, "bad") == 0 ? DETECT_BAD : DETECT_GOOD;
		f.type_mismatch = f.stream[0] == '\0' && detect_type_mismatch(j->s->tables, f.name, t->mime, content.text, f.size);
	}
	size_t matches = 0;
	enum triage_status st = collect_matches(j, f.file_id, &matches, err);
	count_file(&j->tally, &f);
	j->tally.known_good += f.known == DETECT_GOOD;
	if (st == TRIAGE_OK)
		st = remember_mark(j, f.file_id, f.known, f.type_mismatch, err);
	bool before = false;
	if (st == TRIAGE_OK)
		st = shadows_seen_before(&j->seen, j->s, &f, (uint64_t)case_int(c, CASE_FILES_INODE), &before, err);
	return st == TRIAGE_OK && !before ? detect_judge_file(j->judge, &f, j->file_matches, matches, err) : st;
}

enum triage_status
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
		st = judge_row(j, reader, files, t, err);
	case_cursor_close(files);
	case_cursor_close(j->matches);
	j->matches = NULL;
	buf_release(&t->path);
	buf_release(&t->stream);
	free(t);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* The columns of an event, whose text lives until the next column is read: copied side by side, and pointed to when all are there. */
static enum triage_status
judge_event(struct judging *j, struct case_cursor *c, struct triage_error *err)
{
	static const int columns[] = { CASE_EVENTS_MEANING, CASE_EVENTS_SOURCE, CASE_EVENTS_PARSER, CASE_EVENTS_TECHNIQUE, CASE_EVENTS_HOST, CASE_EVENTS_USER,
		CASE_EVENTS_PATH, CASE_EVENTS_MESSAGE, CASE_EVENTS_DATA };
	size_t starts[sizeof(columns) / sizeof(columns[0])];
	struct detect_event e = { .event_id = (uint64_t)case_int(c, CASE_EVENTS_EVENT_ID), .time = case_int(c, CASE_EVENTS_TIME),
		.file_id = (uint64_t)case_int(c, CASE_EVENTS_FILE_ID),
		.offset = case_null(c, CASE_EVENTS_OFFSET) ? TRIAGE_NO_ID : (uint64_t)case_int(c, CASE_EVENTS_OFFSET) };
	const char **const slots[] = { &e.meaning, &e.source, &e.parser, &e.technique, &e.host, &e.user, &e.path, &e.message, &e.data };
	buf_clear(&j->samples);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		const char *text = case_text(c, (size_t)columns[i]);
		starts[i] = j->samples.size;
		buf_put(&j->samples, text, strlen(text) + 1);
	}
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		*slots[i] = buf_cstr(&j->samples) + starts[i];
	enum triage_status st = buf_check(&j->samples, err);
	return st == TRIAGE_OK ? detect_judge_event(j->judge, &e, err) : st;
}

enum triage_status
judge_events(struct judging *j, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *events = NULL;
	enum triage_status st = case_rows(reader, CASE_EVENTS, CASE_BY_ID, &events, err);
	while (st == TRIAGE_OK && (st = case_next(events, err)) == TRIAGE_OK)
		st = judge_event(j, events, err);
	case_cursor_close(events);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}
