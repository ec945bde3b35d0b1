/*
 * artefact_target.h - any bytes through one artefact parser, for libFuzzer and for the replay.
 *
 * Promises: the parser comes back with TRIAGE_OK; every event has a time, an object of JSON as data, one line of sound text as message.
 */
#ifndef TRIAGE_TESTS_FUZZ_ARTEFACT_TARGET_H
#define TRIAGE_TESTS_FUZZ_ARTEFACT_TARGET_H

#include "tests/fuzz/targets.h"

#include "triage/artefact/artefact.h"
#include "triage/base/json.h"

struct fuzz_artefact {
	uint64_t events, sum;
	struct view companion;
};

static enum triage_status
fuzz_take_event(void *ctx, const struct triage_event *e, struct triage_error *err)
{
	struct fuzz_artefact *f = ctx;
	struct json j;
	(void)err;
	FUZZ_NEED(e->time != TRIAGE_TIME_NONE && e->precision != NULL && e->meaning != NULL && e->source != NULL && e->parser != NULL);
	FUZZ_NEED(strpbrk(e->message, "\r\n\t") == NULL);
	json_start(&j, e->data, strlen(e->data));
	FUZZ_NEED(json_next(&j) == JSON_OBJECT && json_skip(&j) && json_next(&j) == JSON_END);
	f->events++;
	f->sum += (uint64_t)e->time * 31 + strlen(e->data) * 7 + e->offset;
	return TRIAGE_OK;
}

static enum triage_status
fuzz_take_fact(void *ctx, const struct triage_fact *fact, struct triage_error *err)
{
	(void)ctx, (void)err;
	FUZZ_NEED(fact->kind != NULL && fact->name != NULL && fact->subject != NULL && fact->value != NULL && strlen(fact->value) <= 1000);
	return TRIAGE_OK;
}

static enum triage_status
fuzz_take_remark(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)err;
	FUZZ_NEED(p->message[0] != '\0' && p->code[0] != '\0');
	return TRIAGE_OK;
}

static bool
fuzz_companion(void *ctx, const char *ending, struct view *ret_bytes)
{
	(void)ending;
	struct fuzz_artefact *f = ctx;
	*ret_bytes = f->companion;
	return f->companion.data != NULL;
}

static inline void
fuzz_artefact_once(const struct artefact_kind *kind, const uint8_t *data, size_t size, size_t piece, struct fuzz_artefact *f)
{
	struct triage_error err = { 0 };
	struct artefact *a;
	const struct artefact_subject who = { .path = "/var/log/name", .name = "name", .owner = "", .size = size, .mtime = INT64_C(1577836800000000000),
		.btime = TRIAGE_TIME_NONE };
	const struct artefact_sink sink = { .ctx = f, .event = fuzz_take_event, .fact = fuzz_take_fact, .problem = fuzz_take_remark, .companion = fuzz_companion };
	kind->claims(&who, (struct view){ data, size < ARTEFACT_HEAD ? size : ARTEFACT_HEAD });
	FUZZ_NEED(artefact_open(kind, &who, &sink, &a, &err) == TRIAGE_OK);
	for (size_t at = 0; at <= size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		uint8_t *copy = fuzz_copy(data + at, n);
		FUZZ_NEED(artefact_feed(a, (struct view){ copy, n }, size - at <= piece, &err) == TRIAGE_OK);
		free(copy);
		if (size - at <= piece)
			break;
	}
	artefact_close(a);
}

static inline int
fuzz_artefact_row(const char *name, const uint8_t *data, size_t size)
{
	struct fuzz_artefact whole = { 0 }, pieces = { 0 }, beside = { 0 };
	uint8_t *copy = fuzz_copy(data, size);
	for (size_t i = 0; artefact_kind(i) != NULL; i++) {
		const struct artefact_kind *kind = artefact_kind(i);
		if (strcmp(kind->name, name) != 0)
			continue;
		fuzz_artefact_once(kind, copy, size, size + 1, &whole);
		fuzz_artefact_once(kind, copy, size, 1009, &pieces);
		FUZZ_NEED(whole.events == pieces.events && whole.sum == pieces.sum);
		beside.companion = (struct view){ copy, size };
		if (kind->companions != NULL)
			fuzz_artefact_once(kind, copy, size, size + 1, &beside);
		free(copy);
		return 0;
	}
	fprintf(stderr, "no parser is called %s\n", name);
	abort();
}

#endif
