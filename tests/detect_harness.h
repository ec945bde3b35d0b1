/* detect_harness.h - made-up files for the judge: what a worker would have seen of them, without any bytes. */
#ifndef TRIAGE_TESTS_DETECT_HARNESS_H
#define TRIAGE_TESTS_DETECT_HARNESS_H

#include "tests/harness.h"

#include "triage/detect/detect.h"

#define NIGHT INT64_C(1670288400000000000)	/* 2022-12-06T01:00:00Z */

struct judged {
	struct detect_tables *tables;
	struct detect_judge *judge;
	uint64_t next_id;
	char sha256[65];
};

static inline const char *
rules_folder(void)
{
	static char path[4096];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/rules", root != NULL ? root : ".");
	return path;
}

static inline void
open_judge(struct judged *t)
{
	struct triage_error err = { 0 };
	const struct detect_config config = { .tables = rules_folder() };
	*t = (struct judged){ .next_id = 1 };
	if (detect_load(&config, &t->tables, &err) != TRIAGE_OK || detect_judge_new(t->tables, &t->judge, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

static inline void
close_judge(struct judged *t)
{
	detect_judge_free(t->judge);
	detect_free(t->tables);
}

static inline struct triage_content
text_content(uint64_t size)
{
	return (struct triage_content){ .state = TRIAGE_CONTENT_COMPLETE, .bytes = size, .text = TRIAGE_ASCII, .mime = "text/plain", .magic = "",
		.randomness = { .entropy = 4.4, .chi_square = 90000, .first = 4.4, .last = 4.4, .most = 4.5, .least = 4.3, .blocks = (uint32_t)((size + 4095) / 4096) } };
}

/* A format that names itself and is packed inside. */
static inline struct triage_content
packed_content(uint64_t size, const char *mime)
{
	uint32_t blocks = (uint32_t)((size + 4095) / 4096);
	return (struct triage_content){ .state = TRIAGE_CONTENT_COMPLETE, .bytes = size, .text = TRIAGE_BINARY, .mime = mime, .magic = "",
		.randomness = { .entropy = 7.93, .chi_square = 900, .first = 7.8, .last = 7.9, .most = 7.96, .least = 7.5, .blocks = blocks, .random_blocks = blocks / 2 } };
}

static inline struct triage_content
random_content(uint64_t size)
{
	uint32_t blocks = (uint32_t)((size + 4095) / 4096);
	return (struct triage_content){ .state = TRIAGE_CONTENT_COMPLETE, .bytes = size, .text = TRIAGE_BINARY, .mime = "application/octet-stream", .magic = "data",
		.randomness = { .entropy = 7.99, .chi_square = 251, .first = 7.95, .last = 7.95, .most = 7.96, .least = 7.94, .blocks = blocks, .random_blocks = blocks } };
}

/* Every second block encrypted. */
static inline struct triage_content
striped_content(uint64_t size)
{
	struct triage_content c = random_content(size);
	c.randomness.random_blocks /= 2;
	c.randomness.least = 4.1;
	c.randomness.entropy = 7.1;
	c.randomness.chi_square = 200000;
	return c;
}

/* Fields that a test wants to differ are set in *file before; path, name, ids, times and content are filled in here. */
static inline void
show_as(struct judged *t, struct detect_file file, const char *path, const struct triage_content *content, const struct detect_match *matches, size_t count)
{
	struct triage_error err = { 0 };
	const char *slash = strrchr(path, '/');
	file.file_id = t->next_id++;
	file.filesystem_id = 1;
	file.path = path;
	file.name = slash != NULL ? slash + 1 : path;
	file.stream = file.stream != NULL ? file.stream : "";
	file.package = file.package != NULL ? file.package : "";
	file.kind = file.kind != TRIAGE_FILE_UNKNOWN ? file.kind : TRIAGE_FILE_REGULAR;
	file.content = content;
	file.size = content != NULL ? content->bytes : 0;
	file.sha256 = file.sha256 != NULL ? file.sha256 : "";
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		file.times[i] = i == TRIAGE_MTIME ? NIGHT + (int64_t)file.file_id * 1000000000 : TRIAGE_TIME_NONE;
	file.type_mismatch = content != NULL && file.stream[0] == '\0' &&
	    detect_type_mismatch(t->tables, file.name, content->mime, content->text, file.size);
	if (detect_judge_file(t->judge, &file, matches, count, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

static inline void
show(struct judged *t, const char *path, struct triage_content content)
{
	show_as(t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED }, path, &content, NULL, 0);
}

static inline void
show_match(struct judged *t, const char *path, struct triage_content content, const struct detect_rule *rule)
{
	const struct detect_match m = { .rule = rule, .string_id = "$a", .offset = 12, .length = 5, .sample = "hello" };
	show_as(t, (struct detect_file){ .state = TRIAGE_STATE_ALLOCATED }, path, &content, &m, 1);
}

/* An event of a Windows log. values: further members of data, "" or ",\"name\":\"value\"". */
static inline void
show_windows(struct judged *t, const char *channel, const char *provider, int event_id, int64_t time, const char *user, const char *values)
{
	struct triage_error err = { 0 };
	char data[8192];
	snprintf(data, sizeof(data), "{\"event_id\":%d,\"record_id\":%ju,\"channel\":\"%s\",\"provider\":\"%s\"%s,\"recovered\":false%s}",
	    event_id, (uintmax_t)t->next_id, channel, provider, strstr(values, "\"computer\":") != NULL ? "" : ",\"computer\":\"PC-12\"", values);
	const struct detect_event e = { .event_id = t->next_id++, .file_id = 1, .offset = 512, .time = time, .meaning = "logged", .source = "evtx", .parser = "evtx",
		.host = "PC-12", .user = user, .path = "/Windows/System32/winevt/Logs/Test.evtx", .message = "A test event", .technique = "", .data = data };
	if (detect_judge_event(t->judge, &e, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

/* An event of any other source. */
static inline void
show_event(struct judged *t, struct detect_event e)
{
	struct triage_error err = { 0 };
	const char **const texts[] = { &e.meaning, &e.source, &e.parser, &e.host, &e.user, &e.path, &e.message, &e.technique, &e.data };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = texts[i] == &e.data ? "{}" : "";
	e.event_id = t->next_id++;
	if (detect_judge_event(t->judge, &e, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

static inline void
finish(struct judged *t, double share)
{
	struct triage_error err = { 0 };
	if (detect_judge_finish(t->judge, share, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
}

/* The first finding of a rule; NULL when there is none. */
static inline const struct detect_finding *
finding_of(const struct judged *t, const char *rule)
{
	for (size_t i = 0; i < detect_finding_count(t->judge); i++)
		if (strcmp(detect_finding(t->judge, i)->rule, rule) == 0)
			return detect_finding(t->judge, i);
	return NULL;
}

static inline const struct detect_finding *
need_finding(const struct judged *t, const char *rule)
{
	const struct detect_finding *f = finding_of(t, rule);
	if (f == NULL)
		fail_msg("no finding of %s", rule);
	return f;
}

static inline void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in: %s", part, text);
}

#define MADE_RULE(its_name, its_kind, its_family, its_severity, its_confidence) { .name = its_name, .name_space = "test", \
	.title = "Title of " its_name, .why = "Why.", .innocent = "None.", .family = its_family, .technique = "T1000", .kind = its_kind, \
	.version = "1", .severity = its_severity, .confidence = its_confidence }

#endif
