/*
 * analyse_pass.h - for tests: rules from texts, streams from memory, and what a pass sent, kept.
 */
#ifndef TRIAGE_TESTS_ANALYSE_PASS_H
#define TRIAGE_TESTS_ANALYSE_PASS_H

#include "triage/analyse/analyse.h"

#include "tests/harness.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MATCHES = 4000, KEPT_PROBLEMS = 100 };

struct kept_match {
	uint32_t rule;
	char id[32];
	uint64_t offset, length;
	uint8_t sample[64];
	size_t sample_size;
	bool by_name;
};

/* A stream and everything that came of it. */
struct bench {
	struct analyse_set *set;
	struct analyse_pass *pass;
	char folder[64];
	const uint8_t *data;
	uint64_t size;
	uint64_t bad_at;		/* reading at or beyond here fails; 0: never */
	enum triage_status bad_status;
	enum triage_status match_status, problem_status;	/* what the sinks answer */
	struct kept_match matches[KEPT_MATCHES];
	size_t match_count;
	char codes[KEPT_PROBLEMS][40], messages[KEPT_PROBLEMS][400];
	size_t problem_count;
	unsigned stages[ANALYSE_STAGE_COUNT];
	struct triage_content content;
	struct triage_error err;
};

/* A file whole; to free. NULL when it cannot be read. */
static inline uint8_t *
bench_file(const char *path, size_t *ret_size)
{
	struct stat info;
	FILE *f = fopen(path, "rb");
	uint8_t *data = f != NULL && fstat(fileno(f), &info) == 0 ? malloc((size_t)info.st_size + 1) : NULL;
	*ret_size = data != NULL ? fread(data, 1, (size_t)info.st_size, f) : 0;
	if (f != NULL)
		fclose(f);
	return data;
}

static inline void
bench_rule_file(struct bench *b, const char *name, const char *text)
{
	char path[300];
	if (b->folder[0] == '\0') {
		snprintf(b->folder, sizeof(b->folder), "/tmp/triage-rules-XXXXXX");
		assert_non_null(mkdtemp(b->folder));
	}
	snprintf(path, sizeof(path), "%s/%s", b->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline void
bench_load(struct bench *b, struct analyse_config config)
{
	const char *paths[] = { b->folder };
	config.rule_paths = paths;
	config.rule_path_count = b->folder[0] != '\0';
	if (analyse_load(&config, &b->set, &b->err) != TRIAGE_OK || analyse_pass_new(b->set, &b->pass, &b->err) != TRIAGE_OK)
		fail_msg("%s", b->err.text);
}

/* A bench with one rule file. */
static inline struct bench *
bench_new(const char *rules)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	if (rules != NULL)
		bench_rule_file(b, "test.yar", rules);
	bench_load(b, (struct analyse_config){ 0 });
	return b;
}

static inline void
bench_free(struct bench *b)
{
	DIR *folder = b->folder[0] != '\0' ? opendir(b->folder) : NULL;
	const struct dirent *entry;
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		char path[400];
		snprintf(path, sizeof(path), "%s/%s", b->folder, entry->d_name);
		if (entry->d_name[0] != '.' && unlink(path) != 0)
			rmdir(path);
	}
	if (folder != NULL) {
		closedir(folder);
		rmdir(b->folder);
	}
	analyse_pass_free(b->pass);
	analyse_free(b->set);
	free(b);
}

static inline enum triage_status
bench_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct bench *b = ctx;
	(void)err;
	if (b->bad_status != TRIAGE_OK && offset + size > b->bad_at) {
		snprintf(err->text, sizeof(err->text), "bad sector");
		return b->bad_status;
	}
	uint64_t left = offset < b->size ? b->size - offset : 0;
	*ret_got = left < size ? (size_t)left : size;
	if (*ret_got != 0)
		memcpy(buf, b->data + offset, *ret_got);
	return TRIAGE_OK;
}

static inline enum triage_status
bench_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	struct bench *b = ctx;
	(void)err;
	if (b->match_count < KEPT_MATCHES) {
		struct kept_match *kept = &b->matches[b->match_count];
		*kept = (struct kept_match){ .rule = m->rule, .offset = m->offset, .length = m->length, .sample_size = m->sample_size, .by_name = m->by_name };
		snprintf(kept->id, sizeof(kept->id), "%s", m->string_id);
		if (m->sample_size != 0)
			memcpy(kept->sample, m->sample, m->sample_size);
	}
	b->match_count++;
	return b->match_status;
}

static inline enum triage_status
bench_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct bench *b = ctx;
	(void)err;
	assert_true(b->problem_count < KEPT_PROBLEMS);
	snprintf(b->codes[b->problem_count], sizeof(b->codes[0]), "%s", p->code);
	snprintf(b->messages[b->problem_count], sizeof(b->messages[0]), "%s", p->message);
	b->problem_count++;
	return b->problem_status;
}

static inline void
bench_stage(void *ctx, enum analyse_stage stage, uint64_t bytes)
{
	struct bench *b = ctx;
	(void)bytes;
	b->stages[stage]++;
}

static inline enum triage_status
bench_try(struct bench *b, const void *data, size_t size, const struct analyse_subject *who)
{
	struct analyse_io io = { .ctx = b, .read = bench_read, .match = bench_match, .problem = bench_problem, .stage = bench_stage };
	b->data = data;
	b->size = size;
	b->match_count = b->problem_count = 0;
	memset(b->stages, 0, sizeof(b->stages));
	return analyse_stream(b->pass, who, &io, &b->content, &b->err);
}

static inline void
bench_run_named(struct bench *b, const void *data, size_t size, const char *path, const char *name)
{
	struct analyse_subject who = { .size = size, .path = path, .name = name, .owner = "root" };
	if (bench_try(b, data, size, &who) != TRIAGE_OK)
		fail_msg("%s", b->err.text);
}

static inline void
bench_run(struct bench *b, const void *data, size_t size)
{
	bench_run_named(b, data, size, "/x/sample.bin", "sample.bin");
}

/* How many match rows a rule has. */
static inline size_t
bench_hits(const struct bench *b, const char *rule)
{
	size_t count = 0;
	for (size_t i = 0; i < b->match_count && i < KEPT_MATCHES; i++)
		count += strcmp(analyse_rule(b->set, b->matches[i].rule)->name, rule) == 0;
	return count;
}

static inline bool
bench_has_problem(const struct bench *b, const char *code)
{
	for (size_t i = 0; i < b->problem_count; i++)
		if (strcmp(b->codes[i], code) == 0)
			return true;
	return false;
}

#endif
