/*
 * options.h - the options of each command are rows of a table: parsing, range checks, --help and the man page come from it.
 */
#ifndef TRIAGE_CLI_OPTIONS_H
#define TRIAGE_CLI_OPTIONS_H

#include <triage/plan.h>

#include <stdbool.h>
#include <stddef.h>

enum option_type {
	OPTION_FLAG,		/* bool */
	OPTION_TEXT,		/* const char * */
	OPTION_LIST,		/* struct option_list, repeatable */
	OPTION_COUNT,		/* unsigned, min..max */
	OPTION_SIZE,		/* uint64_t bytes: 512M, 2G */
	OPTION_SECONDS,		/* double: 90, 90s, 10m, 2h */
	OPTION_TIME,		/* int64_t ns: ISO 8601 */
	OPTION_WORD,		/* const char *, one of words */
	OPTION_SHARD,		/* two unsigned: K/N */
	OPTION_RANGE,		/* const char *: all, none, N or N..M; see options_range() */
};

struct option_row {
	char letter;			/* 0 for none */
	const char *name, *argument;	/* argument NULL: takes none */
	const char *help;
	enum option_type type;
	size_t offset;			/* into struct options */
	unsigned min, max;		/* OPTION_COUNT */
	const char *words;		/* OPTION_WORD: "nl|fr|de|en" */
};

struct option_list {
	const char **items;
	size_t count;
};

struct options {
	struct option_list operands;
	const char *output, *resume;
	const char *case_id, *evidence_id, *examiner, *organisation, *note, *hostname, *map, *profile, *lang, *timezone, *partitions,
	    *progress, *status_file, *fail_on, *vss, *town;
	const char *format, *tlp, *secret, *tables;						/* export, share */
	const char *sign, *sign_key, *trust, *query, *reply;			/* sign, timestamp */
	const char *from_person, *to_person, *place, *seal, *reason;		/* custody */
	struct option_list rules, sigma, known_good, known_bad, iocs, keys, only;
	int64_t from, to;
	double budget, unit_timeout;
	uint64_t memory, window, extract_max;
	unsigned jobs, shard[2];
	bool ask_key, parsers, no_builtin_rules, no_image_hash, no_archives, nested, no_nested, quiet, verbose, json, dry_run, help, version;
	bool no_extract;
	bool print;								/* report */
	bool plain;								/* guided */
	bool older;								/* rules */
	const char *system;
};

struct command {
	const char *name, *operands, *what;
	const struct option_row *rows;
	const size_t *row_count;
	size_t operands_min, operands_max;
	int (*run)(const struct command *self, struct options *o);
};

/* Fill o from argv (after the command's name). False: message printed on stderr, exit 2. */
bool options_parse(const struct command *command, int argc, char **argv, struct options *o);
/* "all" gives 0, 0; "none" sets ret_none. NULL is "all". False: none of these, or not in order. */
bool options_range(const char *text, bool *ret_none, unsigned *ret_first, unsigned *ret_last);
void options_release(struct options *o);
void options_help(const struct command *command);

#define COMMAND(id) \
	extern const struct option_row options_##id[]; \
	extern const size_t options_##id##_count;
#include "triage/cli/commands.def"
#undef COMMAND

#endif
