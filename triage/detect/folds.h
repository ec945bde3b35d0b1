/*
 * folds.h - findings in the making: what is alike becomes one finding with a count, times and a few examples.
 *
 * A fold is found by (rule, kind, family, host, split); split is "" or what sets one object apart on purpose. All text is kept in
 * the judge's pool. When the pool is full or there are FOLDS_MAX folds, new ones are refused (NULL) and counted, which the judge
 * remarks; examples that do not fit are counted but not kept; of reasons and accounts that do not fit the detail says that there are more.
 */
#ifndef TRIAGE_DETECT_FOLDS_H
#define TRIAGE_DETECT_FOLDS_H

#include "triage/base/buf.h"
#include "triage/detect/pool.h"

#include <triage/record.h>

#include <stdbool.h>
#include <stdint.h>

enum { FOLDS_MAX = 40000, FOLD_EXAMPLES_MAX = 20, FOLD_REASONS_MAX = 12, FOLD_USERS_MAX = 20, FOLD_BUCKETS = 4096 };

/* How a person checks the finding by hand. */
enum check { CHECK_BYTES, CHECK_TEXT, CHECK_RANDOM, CHECK_TYPE, CHECK_NAME, CHECK_HASH, CHECK_HIDDEN, CHECK_RECORD, CHECK_COUNT };

struct fold_example {
	const char *path;
	uint64_t file_id;
	uint64_t offset, length;	/* TRIAGE_NO_ID: not about certain bytes */
	uint64_t event_id;		/* 0: not about an event */
	int64_t time;			/* of the event */
	const char *string_id, *sample;	/* text; "" */
	unsigned weight;		/* more telling first */
};

/* What all objects of a fold share. Text is copied; "" where there is none. */
struct fold_plan {
	const char *rule, *kind, *family, *split;
	const char *host;		/* NULL is "" */
	const char *title, *technique, *why, *innocent, *version;
	enum check check;
	enum triage_severity severity;
	unsigned confidence;
};

struct fold {
	struct fold_plan plan;
	struct fold *next;			/* in its bucket */
	uint64_t count, bytes;
	int64_t first_time, last_time;
	struct fold_example examples[FOLD_EXAMPLES_MAX];	/* by weight, then path */
	size_t example_count;
	const char *reasons[FOLD_REASONS_MAX];
	size_t reason_count;
	const char *users[FOLD_USERS_MAX];	/* accounts that it speaks of */
	size_t user_count;
	bool reasons_cut, users_cut;		/* there were more than fit; the detail says so */
	unsigned classes;			/* enum source_class of what supports it: one vote each; 0: confidence stands as it is */
	bool alone;				/* has no normal use: one class is enough */
	bool draft, told;			/* not (yet) a finding; already one */
};

struct folds {
	struct pool *pool;
	struct fold *buckets[FOLD_BUCKETS];
	struct fold **list;			/* in the order of making */
	size_t count, room;
	uint64_t refused;			/* objects whose fold was refused */
};

void folds_init(struct folds *folds, struct pool *pool);
void folds_release(struct folds *folds);
/* Find or make. NULL when there is no room (counted in refused). */
struct fold *fold_for(struct folds *folds, const struct fold_plan *plan);
/* Keep an example if it is among the best; does not count. */
void fold_example(struct folds *folds, struct fold *fold, const struct fold_example *example);
/* One more object, with an example. when: TRIAGE_TIME_NONE when not known. */
void fold_add(struct folds *folds, struct fold *fold, const struct fold_example *example, int64_t when);
/* Widen the times only. */
void fold_time(struct fold *fold, int64_t when);
/* One sentence more, once; of those beyond FOLD_REASONS_MAX only that there are some. */
void fold_reason(struct folds *folds, struct fold *fold, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* An account that the finding speaks of, once; "" adds nothing; of those beyond FOLD_USERS_MAX only that there are some. */
void fold_user(struct folds *folds, struct fold *fold, const char *user);
/* Set a text of the plan anew (fold->plan.title and so on); the old one stays when the pool is full. */
void fold_text(struct folds *folds, const char **slot, const char *text);
/* The detail of a finding as the contract has it: a JSON object with sorted keys. */
void fold_detail(const struct fold *fold, struct buf *out);

#endif
