/*
 * signs.h - events that support a claim by their fields alone: rules/signs.tsv.
 *
 * A row: detection; parser (word of timeline.parser; alternatives with '|'); event_id (numbers with '|', "" for any); where (conditions with
 * " && "); reason (a sentence, {field} is a field of the event, {@message} and so on one of its row). A condition is FIELD OP VALUE, values with
 * '|' between are alternatives: "=" equal, "~" glob, "*=" contains, ">=" number at least, "^" one item of a list is there that none of the globs fits; "!" before the operator turns it round. A field that is
 * absent is "". Fields with '@': @meaning, @message, @user, @path, @host. No case is told apart.
 */
#ifndef TRIAGE_DETECT_SIGNS_H
#define TRIAGE_DETECT_SIGNS_H

#include "triage/detect/detections.h"

enum { SIGN_CONDITIONS_MAX = 8, SIGN_BUCKETS = 1024 };

struct sign_condition {
	char *field;			/* owned by its sign's text */
	char *value;
	char op;			/* '=', '~', '*', '>', '^' */
	bool negated;
};

struct sign {
	const struct detection *detection;
	char *text;			/* the cell "where", cut into pieces */
	struct sign_condition conditions[SIGN_CONDITIONS_MAX];
	size_t condition_count;
	const char *reason, *split;	/* split: name of a field that sets findings apart, "" for none */
};

struct sign_key {
	const char *parser;		/* not ended: parser_size */
	size_t parser_size;
	int64_t event_id;		/* -1: any */
	uint32_t sign, next;		/* index; index + 1 of the next key in its bucket */
};

struct signs {
	struct sign *list;
	size_t count;
	struct sign_key *keys;
	size_t key_count;
	uint32_t buckets[SIGN_BUCKETS];
};

WARN_UNUSED enum triage_status signs_load(struct signs *s, const struct detections *d, const struct table *table, const char *path, struct triage_error *err);
void signs_release(struct signs *s);

#endif
