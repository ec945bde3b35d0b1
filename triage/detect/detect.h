/*
 * detect.h - observations in, findings out. Pure: no evidence, no files but the tables, no clock.
 *
 * The caller feeds observations in a fixed order (files sorted by id with their matches, then events sorted by time) and at the
 * end receives findings sorted by severity, score and path, the same for the same input.
 */
#ifndef TRIAGE_DETECT_DETECT_H
#define TRIAGE_DETECT_DETECT_H

#include "triage/base/error.h"

#include <triage/record.h>

struct detect_config {
	const char *tables;		/* folder that holds ransom_notes.tsv, ransom_extensions.tsv, extension_types.tsv, priorities.tsv, scores.tsv */
	const char *const *known_good, *const *known_bad;	/* sets of hash_set.h, or plain lists: md5, sha1 or sha256 in hex, one a line, text after it ignored; also sha256sum and CSV lines */
	size_t known_good_count, known_bad_count;
	const char *const *sigma;	/* files and folders of Sigma rules; none: sigma_logsources.tsv and sigma_fields.tsv are not read either */
	size_t sigma_count;
	const char *sigma_own;		/* the one of them that is built in, NULL for none */
	const char *const *iocs;	/* lists of indicators; see ioc.h */
	size_t ioc_count;
	const char *town;		/* what the town says of itself, see town.h; NULL: nothing */
};

struct sigma_set;
struct detect_tables;		/* loaded once before the fork; shared */
WARN_UNUSED enum triage_status detect_load(const struct detect_config *config, struct detect_tables **ret_tables, struct triage_error *err);
void detect_free(struct detect_tables *tables);

/* Digest of every table and hash list loaded, for the custody log. each may be called many times. */
void detect_sources(const struct detect_tables *tables, void (*each)(void *ctx, const char *path, const char *sha256, size_t rows), void *ctx);

/* The Sigma rules, NULL when none were asked for; see sigma.h. */
const struct sigma_set *detect_sigma(const struct detect_tables *tables);
/* What became of each list of indicators, and of the lines that were not taken. index: from 0; false past the end. */
struct detect_ioc_list {
	const char *name, *form;
	size_t taken, refused, passed, shown;
};
bool detect_ioc_list(const struct detect_tables *tables, size_t index, struct detect_ioc_list *ret_list);
/* A line that was not taken: from 0 to shown. */
void detect_ioc_refused(const struct detect_tables *tables, size_t index, size_t nth, size_t *ret_line, const char **ret_reason, const char **ret_text);
/*
 * Indicators that may stand in content: domains, addresses, mail addresses, URLs. There are none: 0. take: as of struct analyse_finder, name is an
 * index of detect_ioc_names.
 */
enum { DETECT_IOC_NAMES = 4 };
extern const char *const detect_ioc_names[DETECT_IOC_NAMES];
size_t detect_ioc_in_content(const struct detect_tables *tables);
void detect_ioc_find(const struct detect_tables *tables, const void *bytes, size_t size,
    void (*take)(void *sink, size_t name, const char *id, uint32_t number, size_t at, size_t size), void *sink);

/* Evidential rank of a path (display form), 10 most telling first .. 90; from priorities.tsv. */
unsigned detect_rank(const struct detect_tables *tables, const char *path);

enum detect_known { DETECT_UNKNOWN, DETECT_GOOD, DETECT_BAD };
/* Digests in binary; md5 or sha1 may be NULL. */
enum detect_known detect_known(const struct detect_tables *tables, const uint8_t *md5, const uint8_t *sha1, const uint8_t *sha256);

/* Chance that a file is called good by mistake: 0 unless a Bloom filter is among the sets. */
double detect_false_positives(const struct detect_tables *tables);

/* What the town's file says, as JSON for the custody log; nothing when there is none. */
struct buf;
void detect_town_text(const struct detect_tables *tables, struct buf *out);

/* Name against bytes: true when the extension promises a type that mime contradicts. name: base name of a main stream; mime "" when not known. */
bool detect_type_mismatch(const struct detect_tables *tables, const char *name, const char *mime, enum triage_text_kind text, uint64_t size);

/* One row of `files` with what its stream held. Borrowed during the call. */
struct detect_file {
	uint64_t file_id;
	uint64_t filesystem_id;
	const char *path;		/* text, display form; stream appended as ":name" for ADS */
	const char *name;		/* text; base name */
	const char *stream;		/* text */
	enum triage_file_kind kind;
	enum triage_file_state state;
	uint32_t flags;			/* enum triage_entry_flags */
	uint64_t size;
	uint32_t mode;			/* POSIX; 0 when the filesystem has none */
	uint64_t uid;			/* TRIAGE_NO_ID when the filesystem has none */
	int64_t times[TRIAGE_TIME_COUNT];
	const struct triage_content *content;	/* NULL when it has none */
	const char *sha256;		/* hex, "" when not hashed */
	enum detect_known known;
	bool type_mismatch;
	const char *package;		/* that names this path, "" for none */
	bool package_differs;		/* its digest is known, and no package gives it */
	bool package_config;		/* what differs is a configuration file, which is meant to be changed */
	uint64_t packaged;		/* files that packages name on its filesystem, there or not */
	bool shadow;			/* on a shadow copy of a volume */
	bool member;			/* in an archive */
};

/* One event that a parser read out of an artefact: a row of the view timeline. Borrowed during the call; text is never NULL. */
struct detect_event {
	uint64_t event_id;		/* from 1 */
	uint64_t file_id;		/* of the artefact */
	uint64_t offset;		/* of the record in it; TRIAGE_NO_ID when not known */
	int64_t time;
	const char *meaning, *source, *parser, *host, *user, *path, *message, *technique;
	const char *data;		/* JSON object */
};

/* The rule part of a match, independent of the YARA library. */
struct detect_rule {
	const char *name, *name_space, *title, *why, *innocent, *family, *technique, *kind, *version;
	enum triage_severity severity;
	unsigned confidence;
};

struct detect_match {
	const struct detect_rule *rule;
	const char *string_id;
	uint64_t offset, length;
	const char *sample;		/* text, escaped */
};

/* A judgement. Text is UTF-8, owned by the judge until detect_judge_free(). */
struct detect_finding {
	enum triage_severity severity;
	unsigned confidence;		/* 1-95 */
	unsigned score;
	const char *rule;		/* stable id: "yara:<namespace>.<rule>", "detect:ransom-note-name", ... */
	const char *kind;		/* contract's word */
	const char *title, *technique;
	const char *host;		/* "" when not known */
	const char *path;		/* of the best example */
	uint64_t file_id;		/* of the best example, TRIAGE_NO_ID for none */
	int64_t first_time, last_time;	/* TRIAGE_TIME_NONE when unknown */
	uint64_t count;			/* how many objects it stands for */
	unsigned classes;		/* enum source_class of what supports it; 0: not told */
	const char *family;		/* "" when it names none */
	const char *const *users, *const *reasons;	/* as they stand in the detail */
	size_t user_count, reason_count;
	const char *detail;		/* JSON object: why, innocent, family, how_to_check, reasons (array), examples (array of path, file_id, offset), version */
};

struct detect_verdict {
	const char *word;		/* compromised, suspicious, nothing-found, incomplete */
	unsigned score;
	const char *reasons;		/* JSON array of text */
	/* ransomware summary; families joined by ", ", "" for none */
	const char *family;
	uint64_t encrypted_files, encrypted_bytes, notes;
	int64_t first_encrypted, last_encrypted;
	const char *window;		/* JSON object: first, last, peak_per_minute, source, remark, rate, sources; "" when not known */
	const char *entry;		/* JSON: the first act of an intruder that was seen, or null; see answers.h */
	const char *accounts_to_reset;	/* JSON array */
};

/* What became of one file. Text is a literal. */
struct detect_damage {
	uint64_t file_id;
	const char *damage, *reason;	/* word of files.damage; a sentence */
	double share;			/* of its bytes, negative when not known */
	size_t cut;			/* bytes at the end of the path that were added to its old name */
	bool older_copy;		/* a sound copy of its old name lies in a shadow volume */
};

/* The same over a part of the case; scope: case, filesystem, department, folder, type. */
struct detect_damage_sum {
	const char *scope, *name;
	uint64_t filesystem_id;		/* 0: of all */
	unsigned depth;
	uint64_t files, bytes, damaged_files, damaged_bytes, intact, whole, part, renamed, zeroed, unknown, older_copies;
	int64_t first, last;
};

/* Findings of one machine and one tactic of an attack. Text is the findings' or a table's. */
struct detect_story {
	const char *host, *tactic;	/* host "": not known; tactic: word of tactics.tsv */
	const char *title;		/* of the most telling finding */
	enum triage_severity severity;
	unsigned confidence;		/* of its findings together; findings of one class of source do not add up */
	double points;
	int64_t first_time, last_time;
	uint64_t finding_count;
	unsigned classes;		/* of its findings of medium severity or more */
	bool detected;			/* a finding of a detector rests on logs */
	bool generic;			/* only rules of no certain tool or family speak of it */
	bool shown;			/* on page 1 */
};

/* A machine that came here or to which somebody went from here. Text is owned by the judge. */
struct detect_contact {
	const char *host, *direction;	/* this machine; "from" or "to" */
	const char *peer, *account;	/* address or name in lower case; account without domain, "" when not told */
	const char *protocol, *source;	/* rdp, smb, ssh ...; word of timeline.source */
	int64_t first_time, last_time;
	uint64_t count, failed;		/* records; of them failed logons */
	uint64_t event_id;		/* of the first record */
};

struct zone;

/* An operating system that lies in the evidence. */
struct detect_machine {
	uint64_t filesystem_id;
	const char *host, *os;		/* "" when not known */
	const struct zone *zone;	/* of its clock; NULL when not known */
};

/* A shadow copy that the evidence holds. */
struct detect_shadow {
	const char *place;
	int64_t time;
};

/* What the case knows besides its files and events. */
struct detect_case {
	const struct detect_machine *machines;
	size_t machine_count;
	const struct detect_shadow *shadows;
	size_t shadow_count;
	const char *const *unread;	/* a sentence for each kind of thing that could not be read or was left out */
	size_t unread_count;
	const struct zone *zone;	/* that the person gave, for what belongs to no machine; NULL: none */
};

struct detect_judge;
WARN_UNUSED enum triage_status detect_judge_new(const struct detect_tables *tables, struct detect_judge **ret_judge, struct triage_error *err);
WARN_UNUSED enum triage_status detect_judge_file(struct detect_judge *j, const struct detect_file *file,
    const struct detect_match *matches, size_t match_count, struct triage_error *err);
/* After all files: the events in order of time. */
WARN_UNUSED enum triage_status detect_judge_event(struct detect_judge *j, const struct detect_event *event, struct triage_error *err);
/* Before the finish; borrowed until the judge is freed. Without it the answers know no machines, shadow copies or gaps. */
void detect_judge_case(struct detect_judge *j, const struct detect_case *facts);
/* End of input. problems: evidence that could not be examined (share 0..1 of bytes examined decides `incomplete`). */
WARN_UNUSED enum triage_status detect_judge_finish(struct detect_judge *j, double examined_share, struct triage_error *err);
size_t detect_finding_count(const struct detect_judge *j);
const struct detect_finding *detect_finding(const struct detect_judge *j, size_t index);
/* By first time; after detect_judge_finish(). */
size_t detect_contact_count(const struct detect_judge *j);
const struct detect_contact *detect_contact(const struct detect_judge *j, size_t index);
const struct detect_verdict *detect_verdict(const struct detect_judge *j);
/* The answers of page 1, after the finish: JSON objects by name (answers.h); NULL past the end. */
const char *detect_answer(const struct detect_judge *j, size_t index, const char **ret_json);
/* Limits that were met, so that something was only counted or not judged: a sentence each, after the finish; NULL past the end. */
const char *detect_remark(const struct detect_judge *j, size_t index);
/* The most telling first, after the finish. */
size_t detect_story_count(const struct detect_judge *j);
const struct detect_story *detect_story(const struct detect_judge *j, size_t index);
/* The story of a finding; SIZE_MAX: of none. */
size_t detect_story_of(const struct detect_judge *j, size_t finding);
/* The damage map, after the finish. False: the file is intact after all. */
size_t detect_damage_count(const struct detect_judge *j);
bool detect_damage(const struct detect_judge *j, size_t index, struct detect_damage *ret);
size_t detect_damage_sum_count(const struct detect_judge *j);
const struct detect_damage_sum *detect_damage_sum(const struct detect_judge *j, size_t index);
size_t detect_damage_filesystem_count(const struct detect_judge *j);
uint64_t detect_damage_filesystem(const struct detect_judge *j, size_t index);
void detect_judge_free(struct detect_judge *j);

#endif
