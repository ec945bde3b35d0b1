/*
 * town.h - what the town says of itself: suppliers, tools, address ranges, names of administrators, office hours and holidays. It lowers
 * findings that speak of nothing else by one step and says so in their reasons; it never hides one. docs/town-example.yml shows the file.
 */
#ifndef TRIAGE_DETECT_TOWN_H
#define TRIAGE_DETECT_TOWN_H

#include "triage/base/buf.h"
#include "triage/base/error.h"
#include "triage/base/zone.h"
#include "triage/detect/folds.h"
#include "triage/detect/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOWN_ITEMS_MAX = 2000, TOWN_FILE_MAX = 1 << 20, TOWN_TEXT_MAX = 200 };

struct town_list {
	const char *items[TOWN_ITEMS_MAX];
	size_t count;
};

struct town_net {
	uint8_t address[16];		/* IPv4 mapped */
	unsigned prefix;
	const char *text;
};

struct town {
	struct pool pool;
	const char *name;		/* "" when not said */
	struct town_list suppliers, tools, admins;
	struct town_net nets[TOWN_ITEMS_MAX];
	size_t net_count;
	int64_t holidays[TOWN_ITEMS_MAX];	/* days since 1970-01-01 */
	size_t holiday_count;
	char country[3];		/* be, nl, fr, de; "" */
	struct zone *zone;		/* NULL: UTC */
	bool hours;			/* office hours were given */
	unsigned days;			/* bit 0: Monday */
	unsigned from, to;		/* minutes after midnight */
	char sha256[65];
	size_t items;			/* said in all */
};

/* Errors: E_IO, E_MEMORY, E_LIMIT, E_FORMAT (names file and line: no sound YAML, a key that is not known, a value that is none). */
WARN_UNUSED enum triage_status town_load(const char *path, struct town **ret_town, struct triage_error *err);
void town_free(struct town *town);	/* NULL is fine */

/* A day (since 1970-01-01) on which the offices are closed by law in that country. */
bool town_is_holiday(const char *country, int64_t day);
/* The moment lies outside of office hours. False when none were given. */
bool town_is_closed(const struct town *town, int64_t ns);
/*
 * Weigh a finding in the making: its severity and reasons may change. Returns what its score is multiplied with: 1, or more when it began outside of
 * office hours.
 */
double town_weigh(const struct town *town, struct folds *folds, struct fold *fold);

/* What it says, as a JSON object. */
void town_text(const struct town *town, struct buf *out);

#endif
