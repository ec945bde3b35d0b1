/*
 * plan.h - what to examine and how: filled by the caller, read by triage_run().
 *
 * All strings and arrays are borrowed for the duration of the run. NULL or 0 means "default" unless said.
 */
#ifndef TRIAGE_PLAN_H
#define TRIAGE_PLAN_H

#include <triage/error.h>
#include <triage/record.h>
#include <triage/signer.h>

struct triage_plan {
	const char *const *evidence;	/* paths, in the order given */
	size_t evidence_count;
	const char *output;		/* bundle folder; NULL: ./case-<name>-<UTC time> */
	const char *arguments;		/* kept as work/arguments for --resume; arguments_size bytes, NULL for none */
	size_t arguments_size;
	bool resume;			/* output is an interrupted bundle: options come from it, only jobs and progress from here */

	const char *case_id, *evidence_id, *examiner, *organisation, *note;	/* "" when not given */
	const char *hostname;		/* --hostname; "" */
	const char *drive_map;		/* --map DIR=C:; "" */
	const char *lang, *timezone;	/* nl fr de en; IANA zone or "" for UTC */
	int64_t from, to;		/* TRIAGE_TIME_NONE = open */

	const char *rules_dir;		/* folder of the built-in rules: yara/ and the tables */
	bool no_builtin_rules;
	const char *const *rules, *const *known_good, *const *known_bad;
	size_t rule_count, known_good_count, known_bad_count;
	const char *const *sigma;	/* Sigma rules, files and folders, beside the built-in ones */
	size_t sigma_count;
	const char *const *iocs;	/* lists of indicators */
	size_t ioc_count;
	const char *town;		/* what the town says of itself; NULL */
	const char *partitions;		/* "all" or "1,3" */
	const char *const *keys;	/* files with what opens locks; "-" is standard input; read once, before the first worker */
	size_t key_count;
	const void *typed_key;		/* one more, typed, or several with a NUL between them; the caller wipes its own copy after the call */
	size_t typed_key_size;		/* bytes, 0 for none */
	const struct triage_signer *signer;	/* signs the bundle when it is sealed; NULL: unsigned */
	bool no_vss;			/* leave all shadow copies out */
	unsigned vss_first, vss_last;	/* of each volume examine these alone, from 1; 0, 0: all */

	unsigned jobs;			/* worker processes; 0: online processors */
	uint64_t memory;		/* bytes for all processes together; 0: half of RAM */
	uint64_t window_size;		/* bytes of a stream held at a time; 0: from memory, at most 64 MiB */
	double budget_seconds;		/* 0: none */
	double unit_seconds;		/* a worker without progress for so long is killed; 0: 180 */
	unsigned shard, shards;		/* --shard K/N: 1-based K; 0 of 0: all */
	const char *missing_parts;	/* merging: output holds the journal of all parts that there are; these are not. "": none. NULL: not merging */
	bool no_image_hash;
	bool carve;			/* --profile full: unallocated space too */
	bool nested;			/* examine disk images that lie in filesystems of the evidence */
	bool no_archives;		/* do not open archives; they are searched as they stand */
	bool no_extract;		/* no flagged files in the bundle */
	uint64_t extract_max;		/* bytes of flagged files in all; 0: 256 MiB */
	unsigned rank_max;		/* --profile quick: streams of a higher evidential rank are left out; 0: none */
};

/* What a run would do, for --dry-run. */
struct triage_estimate {
	uint64_t bytes, bundle_bytes;	/* to read; rough size of the bundle */
	double seconds;
};

#endif
