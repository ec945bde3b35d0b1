/*
 * tables.h - the data that judgements are made from, loaded once: the tables of rules/ and the lists of known files.
 */
#ifndef TRIAGE_DETECT_TABLES_H
#define TRIAGE_DETECT_TABLES_H

#include "triage/detect/commands.h"
#include "triage/detect/detect.h"
#include "triage/detect/detections.h"
#include "triage/detect/drivers.h"
#include "triage/detect/file_types.h"
#include "triage/detect/hash_list.h"
#include "triage/detect/hash_set.h"
#include "triage/detect/ioc.h"
#include "triage/detect/name_set.h"
#include "triage/detect/places.h"
#include "triage/detect/rank.h"
#include "triage/detect/recovery.h"
#include "triage/detect/scores.h"
#include "triage/detect/stories.h"
#include "triage/detect/signs.h"
#include "triage/detect/tools.h"
#include "triage/detect/town.h"

/* One row of ransom_notes.tsv or ransom_extensions.tsv. Text is borrowed from the table. */
struct name_rule {
	const char *pattern, *family;
	bool strong;			/* the name alone points to the family */
	bool keeps;			/* extensions: the original name stands before it */
};

struct name_rules {
	struct name_rule *rules;
	size_t count;
	struct name_set set;		/* ids are indexes of rules */
};

enum detect_table { TABLE_NOTES, TABLE_EXTENSIONS, TABLE_TYPES, TABLE_PRIORITIES, TABLE_SCORES,
	TABLE_DETECTIONS, TABLE_SIGNS, TABLE_COMMANDS, TABLE_PLACES, TABLE_TOOLS, TABLE_DRIVERS, TABLE_TACTICS, TABLE_DECRYPTORS, TABLE_KEEP, TABLE_COUNT };

struct detect_source {
	char *path;
	char sha256[65];
	size_t rows;
};

struct detect_tables {
	struct table *tables[TABLE_COUNT];
	struct name_rules notes, extensions;
	struct file_types types;
	struct rank_index ranks;
	struct scores scores;
	struct tactics tactics;
	struct detections detections;
	struct signs signs;
	struct commands commands;
	struct places places;
	struct tools tools;
	struct drivers drivers;
	struct recovery recovery;
	struct hash_list good, bad;
	struct hash_set *good_sets, *bad_sets;
	size_t good_set_count, bad_set_count;
	struct ioc_store iocs;
	struct town *town;		/* NULL: the town said nothing */
	struct detect_source *sources;
	size_t source_count;
	struct sigma_set *sigma;	/* NULL: none asked for */
};

/* Names such as "~$letter.docx" whose extension says nothing. */
bool detect_name_is_skipped(const struct detect_tables *tables, const char *name);
/* A program under the name of a document, picture, sound, film, text or mail. */
bool detect_is_disguise(const struct file_type *type, const char *mime, const char *magic, enum triage_text_kind text);

#endif
