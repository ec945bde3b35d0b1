/*
 * w3c.h - logs in the extended format of the W3C: lines of "#" that name the columns, then lines of values.
 *
 * Values are parted by blanks, or by commas when the names are (Exchange). The names may change amid the log.
 */
#ifndef TRIAGE_ARTEFACT_W3C_H
#define TRIAGE_ARTEFACT_W3C_H

#include "triage/artefact/log_line.h"

enum { W3C_COLUMNS = 96, W3C_NAMES = 4096 };

struct w3c {
	struct log_lines lines;
	char names[W3C_NAMES];		/* the names one behind the other, each ended by NUL */
	uint16_t name_at[W3C_COLUMNS];
	size_t columns;
	uint32_t change;		/* counts how often the names changed: what is made from them may be kept until then */
	int date_at, time_at, both_at;	/* columns of the day, the clock, and both in one; -1 for none */
	bool commas;
	bool local;			/* the names say that the times are local: date-local and time-local of IIS Advanced Logging */
	bool quoted;			/* values may stand in double quotes, also where blanks part them: the same */
	char date[16];			/* of the last #Date, "" for none */
	char kind[64];			/* of the last #Log-type, "" for none: Exchange */
	uint64_t headless;		/* lines before any names */
};

struct w3c_line {
	const char *values[W3C_COLUMNS];	/* by column; "" where the line has none or "-" */
	struct log_time when;
	uint64_t offset;
};

/* One line of values with its time. state: what w3c_step() was given. */
typedef enum triage_status w3c_take(struct artefact *a, void *state, const struct w3c_line *line, struct triage_error *err);

WARN_UNUSED enum triage_status w3c_step(struct artefact *a, struct w3c *w, struct view bytes, uint64_t at, bool last, size_t *ret_used, w3c_take *take,
    void *state, struct triage_error *err);
void w3c_release(struct w3c *w);
/* Copies the rest of the first "#Fields" (or another "#KEY") line of a head. False when there is none among the first lines. */
bool w3c_head(struct view head, const char *key, char *out, size_t size);
const char *w3c_name(const struct w3c *w, size_t column);
/* The column of a name, compared without case; -1 when there is none. */
int w3c_column(const struct w3c *w, const char *name);
/* The value of a column by its name without case; "" when there is none. */
const char *w3c_value(const struct w3c *w, const struct w3c_line *line, const char *name);

#endif
