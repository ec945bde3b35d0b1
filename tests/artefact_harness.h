/*
 * artefact_harness.h - one stream through one parser, its events, facts and remarks kept for a test to look at.
 *
 * parsed_file() reads a file of the corpus or fixtures, parsed_bytes() takes bytes; both let artefact_claim() choose the row, whole and
 * again in pieces of an odd size, and fail the test when the two differ. Free with parsed_free().
 */
#ifndef TRIAGE_TESTS_ARTEFACT_HARNESS_H
#define TRIAGE_TESTS_ARTEFACT_HARNESS_H

#include "tests/harness.h"

#include "triage/artefact/artefact.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parsed {
	const struct artefact_kind *kind;
	size_t count, fact_count, remark_count;
	struct parsed_event {
		int64_t time;
		bool local;
		char *precision, *meaning, *source, *parser, *host, *user, *message, *technique, *data;
		uint64_t offset;
	} *events;
	struct parsed_fact {
		char *kind, *subject, *name, *value;
		int64_t time;
	} *facts;
	struct parsed_remark {
		char *code, *message;
		uint64_t offset, bytes;
	} *remarks;
	/* set before parsing: files beside it */
	struct parsed_companion {
		const char *ending;
		struct view bytes;
	} companions[4];
};

static enum triage_status
parsed_take_event(void *ctx, const struct triage_event *e, struct triage_error *err)
{
	struct parsed *p = ctx;
	(void)err;
	assert_true(e->time != TRIAGE_TIME_NONE);
	assert_true(e->data[0] == '{' && e->data[strlen(e->data) - 1] == '}');
	if ((p->count & (p->count + 1)) == 0)
		p->events = realloc(p->events, (2 * p->count + 2) * sizeof(*p->events));
	p->events[p->count++] = (struct parsed_event){ .time = e->time, .local = e->local, .precision = strdup(e->precision), .meaning = strdup(e->meaning),
		.source = strdup(e->source), .parser = strdup(e->parser), .host = strdup(e->host), .user = strdup(e->user),
		.message = strdup(e->message), .technique = strdup(e->technique), .data = strdup(e->data), .offset = e->offset };
	return TRIAGE_OK;
}

static enum triage_status
parsed_take_fact(void *ctx, const struct triage_fact *f, struct triage_error *err)
{
	struct parsed *p = ctx;
	(void)err;
	if ((p->fact_count & (p->fact_count + 1)) == 0)
		p->facts = realloc(p->facts, (2 * p->fact_count + 2) * sizeof(*p->facts));
	p->facts[p->fact_count++] = (struct parsed_fact){ .kind = strdup(f->kind), .subject = strdup(f->subject), .name = strdup(f->name),
		.value = strdup(f->value), .time = f->time };
	return TRIAGE_OK;
}

static enum triage_status
parsed_take_problem(void *ctx, const struct triage_problem *r, struct triage_error *err)
{
	struct parsed *p = ctx;
	(void)err;
	if ((p->remark_count & (p->remark_count + 1)) == 0)
		p->remarks = realloc(p->remarks, (2 * p->remark_count + 2) * sizeof(*p->remarks));
	p->remarks[p->remark_count++] = (struct parsed_remark){ .code = strdup(r->code), .message = strdup(r->message), .offset = r->offset, .bytes = r->bytes };
	return TRIAGE_OK;
}

static bool
parsed_companion(void *ctx, const char *ending, struct view *ret_bytes)
{
	struct parsed *p = ctx;
	for (size_t i = 0; i < 4 && p->companions[i].ending != NULL; i++)
		if (strcasecmp(p->companions[i].ending, ending) == 0) {
			*ret_bytes = p->companions[i].bytes;
			return true;
		}
	return false;
}

static inline void
parsed_free(struct parsed *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct parsed_event *e = &p->events[i];
		char *const all[] = { e->precision, e->meaning, e->source, e->parser, e->host, e->user, e->message, e->technique, e->data };
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			free(all[k]);
	}
	for (size_t i = 0; i < p->fact_count; i++) {
		free(p->facts[i].kind);
		free(p->facts[i].subject);
		free(p->facts[i].name);
		free(p->facts[i].value);
	}
	for (size_t i = 0; i < p->remark_count; i++) {
		free(p->remarks[i].code);
		free(p->remarks[i].message);
	}
	free(p->events);
	free(p->facts);
	free(p->remarks);
	p->events = NULL;
	p->facts = NULL;
	p->remarks = NULL;
	p->count = p->fact_count = p->remark_count = 0;
}

/* piece: bytes at a time, 0 = all at once */
static inline void
parsed_once(struct parsed *p, const struct artefact_subject *who, struct view bytes, size_t piece)
{
	struct triage_error err = { 0 };
	const struct artefact_sink sink = { .ctx = p, .event = parsed_take_event, .fact = parsed_take_fact, .problem = parsed_take_problem,
		.companion = parsed_companion };
	struct artefact *a;
	p->kind = artefact_claim(who, bytes);
	if (p->kind == NULL)
		return;
	assert_int_equal(artefact_open(p->kind, who, &sink, &a, &err), TRIAGE_OK);
	if (piece == 0)
		assert_int_equal(artefact_feed(a, bytes, true, &err), TRIAGE_OK);
	for (size_t at = 0; piece != 0 && at <= bytes.size; at += piece) {
		size_t n = bytes.size - at < piece ? bytes.size - at : piece;
		/* a copy of its own, so that a sanitizer sees a step past its end */
		uint8_t *copy = malloc(n + 1);
		memcpy(copy, bytes.data + at, n);
		assert_int_equal(artefact_feed(a, (struct view){ copy, n }, bytes.size - at <= piece, &err), TRIAGE_OK);
		free(copy);
		if (bytes.size - at <= piece)
			break;
	}
	artefact_close(a);
}

/* Fails when nothing claims it. Times of the subject: mtime is 2020-01-01 unless who says otherwise. */
static inline void
parsed_bytes(struct parsed *p, const char *path, const void *data, size_t size)
{
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	const struct artefact_subject who = { .path = path, .name = name, .owner = "", .size = size, .mtime = INT64_C(1577836800000000000),
		.btime = TRIAGE_TIME_NONE };
	struct parsed again = { 0 };
	uint8_t *copy = malloc(size + 1);
	memcpy(copy, data, size);
	memcpy(again.companions, p->companions, sizeof(again.companions));
	parsed_once(p, &who, (struct view){ copy, size }, 0);
	if (p->kind == NULL)
		fail_msg("no parser claims %s", path);
	parsed_once(&again, &who, (struct view){ copy, size }, 4093);
	assert_int_equal(again.count, p->count);
	assert_int_equal(again.fact_count, p->fact_count);
	assert_int_equal(again.remark_count, p->remark_count);
	for (size_t i = 0; i < p->count; i++) {
		assert_int_equal(again.events[i].time, p->events[i].time);
		assert_int_equal(again.events[i].offset, p->events[i].offset);
		assert_string_equal(again.events[i].data, p->events[i].data);
		assert_string_equal(again.events[i].message, p->events[i].message);
	}
	parsed_free(&again);
	free(copy);
}

static inline void *
parsed_read(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("cannot open %s", path);
	fseek(f, 0, SEEK_END);
	*ret_size = (size_t)ftell(f);
	rewind(f);
	void *data = malloc(*ret_size + 1);
	assert_int_equal(fread(data, 1, *ret_size, f), *ret_size);
	fclose(f);
	return data;
}

static inline void
parsed_file(struct parsed *p, const char *path)
{
	size_t size;
	void *data = parsed_read(path, &size);
	parsed_bytes(p, path, data, size);
	free(data);
}

/* A file of the corpus, or NULL after a word on stderr when the corpus is not there. Lives until the next call. */
static inline const char *
corpus_path(const char *rest)
{
	static char path[1000];
	const char *corpus = getenv("TRIAGE_CORPUS");
	snprintf(path, sizeof(path), "%s/%s", corpus != NULL ? corpus : "../shared/corpus", rest);
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		fprintf(stderr, "# no corpus at %s: this part is not tested\n", path);
		return NULL;
	}
	fclose(f);
	return path;
}

/* A file of the corpus; what was parsed before is freed. False when the corpus is not there. */
static inline bool
parsed_corpus(struct parsed *p, const char *rest)
{
	const char *path = corpus_path(rest);
	parsed_free(p);
	if (path != NULL)
		parsed_file(p, path);
	return path != NULL;
}

/* How many events and remarks a damaged file still gives. */
static inline void
parsed_damaged(const char *path, size_t events, size_t remarks)
{
	struct parsed p = { 0 };
	parsed_file(&p, path);
	assert_int_equal(p.count, events);
	assert_int_equal(p.remark_count, remarks);
	parsed_free(&p);
}

/* True when an event has this text in data (the JSON of one field, for example "\"pid\":7"). */
static inline size_t
parsed_with(const struct parsed *p, const char *data)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		n += strstr(p->events[i].data, data) != NULL;
	return n;
}

/* Events of a parser and with a meaning; NULL for any. */
static inline size_t
parsed_count(const struct parsed *p, const char *parser, const char *meaning)
{
	size_t n = 0;
	for (size_t i = 0; i < p->count; i++)
		n += (parser == NULL || strcmp(p->events[i].parser, parser) == 0) && (meaning == NULL || strcmp(p->events[i].meaning, meaning) == 0);
	return n;
}

/* The first event of a parser, with a meaning, with this text in data; NULL for any. Fails the test when there is none. */
static inline const struct parsed_event *
parsed_event_of(const struct parsed *p, const char *parser, const char *meaning, const char *data)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct parsed_event *e = &p->events[i];
		if ((parser == NULL || strcmp(e->parser, parser) == 0) && (meaning == NULL || strcmp(e->meaning, meaning) == 0) &&
		    (data == NULL || strstr(e->data, data) != NULL))
			return e;
	}
	fail_msg("no event of %s, %s, with %s", parser != NULL ? parser : "any parser", meaning != NULL ? meaning : "any meaning", data != NULL ? data : "any data");
	return NULL;
}

static inline bool
parsed_has_remark(const struct parsed *p, const char *code)
{
	for (size_t i = 0; i < p->remark_count; i++)
		if (strcmp(p->remarks[i].code, code) == 0)
			return true;
	return false;
}

/* The value of a fact, NULL when it is not there. */
static inline const char *
parsed_fact(const struct parsed *p, const char *subject, const char *name)
{
	for (size_t i = 0; i < p->fact_count; i++)
		if (strcmp(p->facts[i].subject, subject) == 0 && strcmp(p->facts[i].name, name) == 0)
			return p->facts[i].value;
	return NULL;
}

static inline int64_t
parsed_time(const char *text)
{
	int64_t ns = 0;
	if (!when_parse(text, &ns))
		fail_msg("%s is no time", text);
	return ns;
}

/*
 * Bytes changed at random and cut at random places, `rounds` times: nothing is asserted but that the parser comes back, in memory
 * that a sanitizer watches. The sequence is the same each time.
 */
static inline void
parsed_torture(const char *path, const void *data, size_t size, unsigned rounds)
{
	uint64_t seed = 88172645463325252u;
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	for (unsigned round = 0; round < rounds; round++) {
		size_t n = size;
		uint8_t *copy = malloc(size + 1);
		memcpy(copy, data, size);
		for (unsigned k = 0; k < 1 + round % 16; k++) {
			seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
			if (size > 0)
				copy[seed % size] = (uint8_t)(seed >> 32);
		}
		if (round % 3 == 0 && size > 0)
			n = (size_t)(seed >> 8) % size;
		uint8_t *exact = malloc(n + (n == 0));
		memcpy(exact, copy, n);
		const struct artefact_subject who = { .path = path, .name = name, .owner = "", .size = n, .mtime = INT64_C(1577836800000000000),
			.btime = TRIAGE_TIME_NONE };
		struct parsed p = { 0 };
		parsed_once(&p, &who, (struct view){ exact, n }, round % 2 == 0 ? 0 : 511);
		parsed_free(&p);
		free(exact);
		free(copy);
	}
}

#endif
