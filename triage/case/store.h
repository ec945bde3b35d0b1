/*
 * store.h - the journal of a run (written as it goes, survives kill and power loss) and the sealed case.db.
 *
 * The supervisor is the only writer. Journal: SQLite, one transaction that case_commit() ends and reopens; locking_mode
 * EXCLUSIVE and a rollback journal, so that it works on FAT32, exFAT and NTFS-3g. What was committed survives kill -9.
 * Ids of the journal (evidence, filesystem, unit) are dense and given in the order of the first call, which the run
 * keeps the same for the same evidence. case_build() then makes case.db with rows sorted by content, so its bytes do
 * not depend on the order in which results came in.
 */
#ifndef TRIAGE_CASE_STORE_H
#define TRIAGE_CASE_STORE_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <triage/record.h>

struct case_store;

/* Create a new journal file, or open one for --resume (integrity check, else E_FORMAT that says what to do). */
WARN_UNUSED enum triage_status case_create(const char *path, struct case_store **ret_store, struct triage_error *err);
WARN_UNUSED enum triage_status case_resume(const char *path, struct case_store **ret_store, struct triage_error *err);
WARN_UNUSED enum triage_status case_commit(struct case_store *s, struct triage_error *err);
void case_close(struct case_store *s);	/* rolls back what was not committed; NULL is fine */

/* Small facts about the run: options, phases done. value NULL deletes. case_get: "" when absent; text lives until the next call. */
WARN_UNUSED enum triage_status case_set(struct case_store *s, const char *key, const char *value, struct triage_error *err);
const char *case_get(struct case_store *s, const char *key);

/*
 * --- observations; evidence ids count from 1, filesystem and volume ids too, over all evidence ---
 * On --resume the probe runs again: the same evidence, volume or filesystem (evidence_id, index) replaces its row and keeps its id.
 */
WARN_UNUSED enum triage_status case_put_evidence(struct case_store *s, uint64_t evidence_id, const char *name,
    const struct triage_evidence *e, struct triage_error *err);
/* Image digests and verdict word (match, mismatch, none-stored, not-checked); bad_sectors counted by the image pass. Hex text, "" for none. */
WARN_UNUSED enum triage_status case_put_image_hash(struct case_store *s, uint64_t evidence_id, const char *md5, const char *sha1,
    const char *sha256, const char *verdict, uint64_t bad_sectors, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_volume(struct case_store *s, uint64_t evidence_id, const struct triage_volume *v, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_filesystem(struct case_store *s, uint64_t evidence_id, const struct triage_filesystem *fs,
    uint64_t *ret_filesystem_id, struct triage_error *err);

/*
 * One entry. path: display form of the whole path with leading '/', without the stream. rank: evidential rank of its unit.
 * When flags has HAS_CONTENT, the unit (filesystem, inode, attr_type, attr_id) is made, or its rank lowered to the smaller one.
 */
WARN_UNUSED enum triage_status case_put_entry(struct case_store *s, uint64_t filesystem_id, const struct triage_entry *e,
    const char *path, unsigned rank, struct triage_error *err);
/* Forget all entries and units of a filesystem, because its listing was interrupted. */
WARN_UNUSED enum triage_status case_drop_listing(struct case_store *s, uint64_t filesystem_id, struct triage_error *err);

/* A name of a listing, as far as the search for containers wants it. Borrowed. */
struct case_name {
	uint64_t filesystem_id, edge, parent, inode, size;
	uint32_t attr_type, attr_id;
	int64_t mtime;
	const char *path;
};
/*
 * Every allocated regular file of a filesystem that has content, under each of its names, in the order of the listing; streams beside the
 * main one and members of archives are not among them. Errors: of the journal, or what each returned.
 */
WARN_UNUSED enum triage_status case_each_name(struct case_store *s, uint64_t filesystem_id,
    enum triage_status (*each)(void *ctx, const struct case_name *name, struct triage_error *err), void *ctx, struct triage_error *err);

/* Names from the root joined by '/', as the filesystem has them, without the leading one. ret_path: to be freed. Errors: of the journal, E_MEMORY. */
WARN_UNUSED enum triage_status case_raw_path(struct case_store *s, uint64_t filesystem_id, uint64_t edge, uint8_t **ret_path, size_t *ret_size,
    struct triage_error *err);
/*
 * Show each path of a listing to map, in the order of the listing; where it returns true the path becomes what it put into ret_path, and the rank of
 * the content is lowered to *ret_rank. ret_path is empty when it is called. Errors: of the journal.
 */
WARN_UNUSED enum triage_status case_map_paths(struct case_store *s, uint64_t filesystem_id,
    bool (*map)(void *ctx, const char *path, struct buf *ret_path, unsigned *ret_rank), void *ctx, struct triage_error *err);

/* evidence_id and filesystem_id 0 when they do not apply; path "" when none. The same row twice is kept once. */
WARN_UNUSED enum triage_status case_put_problem(struct case_store *s, uint64_t evidence_id, uint64_t filesystem_id, const char *path,
    const struct triage_problem *p, struct triage_error *err);

/* --- units of content work --- */
struct case_unit {
	uint64_t unit_id, evidence_id, filesystem_id, inode, size;
	uint32_t attr_type, attr_id;
	unsigned rank, attempts;
	uint64_t place;
	int64_t mtime, btime;
	char *path, *name, *owner;	/* display forms of one of its names (the smallest edge); owned by the unit */
	uint8_t *raw_path;		/* directory evidence: names joined by '/', without the leading one; else NULL */
	size_t raw_path_size;
};
void case_unit_release(struct case_unit *u);

/*
 * The next units without a result after (rank, place, unit_id) of *after, in that order; at most max. Start with
 * a zeroed `after`. ret_count 0 when there are none.
 */
WARN_UNUSED enum triage_status case_next_units(struct case_store *s, const struct case_unit *after, size_t max,
    struct case_unit *ret_units, size_t *ret_count, struct triage_error *err);
/*
 * The unit of a row of the view files: of its own stream, or, when it is a member of an archive, of the archive, and then *ret_member is its number (else
 * 0). attr_id is that of the row. TRIAGE_END when it has none. ret_unit: to be released.
 */
WARN_UNUSED enum triage_status case_unit_of(struct case_store *s, uint64_t filesystem_id, uint64_t inode, uint32_t attr_type, uint64_t attr_id,
    struct case_unit *ret_unit, uint64_t *ret_member, struct triage_error *err);
struct case_totals {
	uint64_t units, units_done, bytes, bytes_done;
};
WARN_UNUSED enum triage_status case_totals(struct case_store *s, struct case_totals *ret_totals, struct triage_error *err);

/*
 * The result of a unit: its state and, where content->hashed, the digests; unless same_as_seen also type and randomness, kept
 * once per equal content. Matches and extents of the unit are put before the result, in any number; without the
 * result they are forgotten on resume (case_resume() removes rows of units without result).
 */
WARN_UNUSED enum triage_status case_put_match(struct case_store *s, uint64_t unit_id, const struct triage_match *m, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_extent(struct case_store *s, uint64_t unit_id, const struct triage_extent *x, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_content(struct case_store *s, uint64_t unit_id, const struct triage_content *c, struct triage_error *err);
/*
 * A member of the archive that is this unit's content, before its matches and content: becomes an entry and a unit of its own, of the same inode and state,
 * which case_next_units() never gives. path: display form of the whole. It stays only if the archive's own result follows.
 */
WARN_UNUSED enum triage_status case_put_member(struct case_store *s, uint64_t unit_id, const struct triage_member *m, const char *path,
    uint64_t *ret_unit_id, struct triage_error *err);
/*
 * Where the bytes of a unit lie, as a digest (see vss_stream_places()); put before its result. Units of other filesystems with the
 * same digest hold the same bytes.
 */
enum { CASE_PLACES = 32 };
WARN_UNUSED enum triage_status case_put_places(struct case_store *s, uint64_t unit_id, const uint8_t places[CASE_PLACES], struct triage_error *err);
/*
 * Equal streams of a volume and its shadow copies. The streams of a copy's filesystem that have no result and that no worker died over, in the order of
 * their inodes, at most max of them, behind one (NULL: from the first on); *ret_count 0 at the end. Then the places of each, where they can be told.
 * Then, for each filesystem that they may equal: those with the same inode, attribute, path, owner and places as a stream there whose content is known whole
 * get its result, with the matches that rest on the name; they are done, and no longer among those placed. At last the others are forgotten.
 */
struct case_stream {
	uint64_t unit_id, inode;
	uint32_t attr_type, attr_id;
	unsigned rank;
};
struct case_twins {
	uint64_t units, bytes;
};
WARN_UNUSED enum triage_status case_next_streams(struct case_store *s, uint64_t filesystem_id, const struct case_stream *after, size_t max,
    struct case_stream *ret_streams, size_t *ret_count, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_placed(struct case_store *s, uint64_t unit_id, const uint8_t places[CASE_PLACES], struct triage_error *err);
WARN_UNUSED enum triage_status case_put_twins(struct case_store *s, uint64_t filesystem_id, uint64_t older_id, struct case_twins *ret_twins, struct triage_error *err);
WARN_UNUSED enum triage_status case_forget_placed(struct case_store *s, struct triage_error *err);
bool case_unit_is_done(const struct case_store *s, uint64_t unit_id);	/* it has a result */
/* Units of shadow copies, those of them with a result, and those that case_put_twins() gave one; after case_build(). */
struct case_shadows {
	uint64_t units, done, same, bytes, bytes_done, bytes_same;
};
WARN_UNUSED enum triage_status case_count_shadows(struct case_store *s, struct case_shadows *ret_count, struct triage_error *err);
/*
 * Units of one attr_type in all filesystems of type "unallocated" (outside) or in all others, and those with content; after case_build().
 * A unit whose content is partial counts as done.
 */
struct case_space {
	uint64_t units, done, bytes, bytes_done;
};
WARN_UNUSED enum triage_status case_count_space(struct case_store *s, uint32_t attr_type, bool outside, struct case_space *ret_count,
    struct triage_error *err);
/*
 * What an artefact parser tells of a unit, before its result, in any number. source must be a word of timeline.source, parser lower case
 * letters, digits, '_' and '.': else E_USAGE. case_put_artefact() comes once, after the events that it counts (else E_USAGE); events without it
 * are refused when the result comes.
 */
WARN_UNUSED enum triage_status case_put_event(struct case_store *s, uint64_t unit_id, const struct triage_event *e, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_fact(struct case_store *s, uint64_t unit_id, const struct triage_fact *f, struct triage_error *err);
/* The facts of one kind, with the path of the file that told them, in the order of paths. An error of each ends it. */
typedef enum triage_status case_told_row(void *ctx, const char *path, const char *value, struct triage_error *err);
WARN_UNUSED enum triage_status case_each_told(struct case_store *s, const char *kind, case_told_row *each, void *ctx, struct triage_error *err);
WARN_UNUSED enum triage_status case_put_artefact(struct case_store *s, uint64_t unit_id, const struct triage_parsed *p, struct triage_error *err);
/*
 * Files whose names are another file's and an ending more (hive transaction logs), found once all is listed. is_ending: true for an ending
 * such as ".LOG1". case_companions_of(): those of a unit, at most max. Pointers live as long as the companions.
 */
struct case_companion {
	const char *ending;
	uint64_t inode;
	uint32_t attr_type, attr_id;
	const uint8_t *raw_path;	/* directory evidence; else NULL */
	size_t raw_path_size;
};
struct case_companions;
WARN_UNUSED enum triage_status case_find_companions(struct case_store *s, bool (*is_ending)(const char *ending), struct case_companions **ret_companions,
    struct triage_error *err);
size_t case_companions_of(const struct case_companions *all, const struct case_unit *u, struct case_companion *out, size_t max);
size_t case_companions_left_out(const struct case_companions *all);	/* beyond how many are kept */
void case_companions_free(struct case_companions *all);
/* A worker died or hung over a unit: forget its partial rows and count an attempt. */
WARN_UNUSED enum triage_status case_drop_unit_rows(struct case_store *s, uint64_t unit_id, struct triage_error *err);

/* The loaded rules, in index order, so that matches can name them. Call once per run; on resume it must be the same set (E_USAGE if not). */
struct case_rule {
	const char *name, *name_space, *tags, *title, *why, *innocent, *family, *technique, *kind, *source, *version;
	enum triage_severity severity;
	unsigned confidence;
};
WARN_UNUSED enum triage_status case_put_rule(struct case_store *s, uint32_t index, const struct case_rule *rule, struct triage_error *err);

/* After the units have results: what each parser claimed. whole: of the streams those whose content is complete and was parsed to its end. parser lives until each() returns. */
struct case_artefact {
	const char *parser;
	uint64_t streams, whole, bytes, events;
};
WARN_UNUSED enum triage_status case_each_artefact(struct case_store *s, enum triage_status (*each)(void *ctx, const struct case_artefact *a,
    struct triage_error *err), void *ctx, struct triage_error *err);

/* How many problems there are of each code, in the order of the codes. code lives until each() returns. */
WARN_UNUSED enum triage_status case_each_problem_code(struct case_store *s, void (*each)(void *ctx, const char *code, uint64_t count), void *ctx,
    struct triage_error *err);

/* --- custody: hash-chained log; see custody.h for the canonical form --- */
/* actor: "triage" or the examiner; action: a word; detail_json: one JSON object with sorted keys. Time is when_now(). */
WARN_UNUSED enum triage_status case_custody(struct case_store *s, const char *actor, const char *action, const char *detail_json, struct triage_error *err);

/* --- the sealed database --- */
struct case_sealer;
/* Make case.db at path from the journal: all tables, sorted; views of the contract. Findings, coverage and custody are put next. */
WARN_UNUSED enum triage_status case_build(struct case_store *s, const char *path, struct case_sealer **ret_sealer, struct triage_error *err);

/*
 * A reader over the sealer's own connection: sees the rows built so far, in the order of the sealed database. For the judge.
 * Owned by the sealer; cursors must be closed before the next case_seal_* call and before case_seal_finish().
 */
struct case_reader;
struct case_reader *case_seal_reader(struct case_sealer *z);
/* A META fact learnt after the build (verdict, family ...): key without "meta.". */
WARN_UNUSED enum triage_status case_seal_meta(struct case_sealer *z, const char *key, const char *value, struct triage_error *err);

struct case_finding_row {
	enum triage_severity severity;
	unsigned confidence, score;
	const char *rule, *kind, *title, *technique, *host, *path, *detail;
	int64_t first_time, last_time;
	uint64_t count, file_id, story_id;	/* TRIAGE_NO_ID for none */
};
/* A row of the view stories; story_id is its place, from 1. Its findings name it. */
struct case_story_row {
	const char *host, *tactic, *title;
	enum triage_severity severity;
	unsigned confidence;
	double points;
	int64_t first_time, last_time;
	uint64_t findings;
	bool shown;
};
WARN_UNUSED enum triage_status case_seal_story(struct case_sealer *z, const struct case_story_row *row, struct triage_error *err);
WARN_UNUSED enum triage_status case_seal_finding(struct case_sealer *z, const struct case_finding_row *row, struct triage_error *err);
/* A machine that came here or to which somebody went from here. */
struct case_contact_row {
	const char *host, *direction, *peer, *account, *protocol, *source;
	int64_t first_time, last_time;
	uint64_t count, failed, event_id;	/* event_id: of the first record */
};
WARN_UNUSED enum triage_status case_seal_contact(struct case_sealer *z, const struct case_contact_row *row, struct triage_error *err);
/* known (good, bad) and extension mismatch are judged after the build: */
WARN_UNUSED enum triage_status case_seal_file_judgement(struct case_sealer *z, uint64_t file_id, const char *known, bool mismatch, struct triage_error *err);
/* Damage of one file that is not plainly intact: damage, reason: words. share negative when not known. */
struct case_damage_row {
	uint64_t file_id;
	const char *damage, *reason;
	size_t cut;			/* bytes at the end of the path that were added to the old name */
	double share;			/* of its bytes, 0..1 */
	bool older_copy;		/* a readable copy lies in a shadow volume */
};
WARN_UNUSED enum triage_status case_seal_damage(struct case_sealer *z, const struct case_damage_row *row, struct triage_error *err);
/* The files of this filesystem were judged: those without a row are intact. */
WARN_UNUSED enum triage_status case_seal_damage_filesystem(struct case_sealer *z, uint64_t filesystem_id, struct triage_error *err);
/* Damage of a part of the case. scope: case, filesystem, share, department, folder, type. */
struct case_damage_sum {
	const char *scope, *name;
	uint64_t filesystem_id;		/* 0: of all */
	unsigned depth;			/* folders below the root of a department, else 0 */
	uint64_t files, bytes, damaged_files, damaged_bytes, intact, whole, part, renamed, zeroed, unknown, older_copies;
	int64_t first, last;		/* last change of damaged files; TRIAGE_TIME_NONE when not known */
};
WARN_UNUSED enum triage_status case_seal_damage_sum(struct case_sealer *z, const struct case_damage_sum *row, struct triage_error *err);
struct case_coverage_row {
	const char *what, *reason;
	uint64_t total, examined, skipped, failed, bytes_total, bytes_examined;
};
/* Of a case that is judged again: a problem of the judge or its rules, which belongs to no evidence. The rows are put in their order by case_seal_finish(). */
WARN_UNUSED enum triage_status case_seal_problem(struct case_sealer *z, const struct triage_problem *p, struct triage_error *err);
WARN_UNUSED enum triage_status case_seal_coverage(struct case_sealer *z, const struct case_coverage_row *row, struct triage_error *err);
/* Copy the custody chain in, commit, fsync, close. */
WARN_UNUSED enum triage_status case_seal_finish(struct case_sealer *z, struct triage_error *err);
void case_seal_abandon(struct case_sealer *z);	/* removes the file; NULL is fine */

/*
 * Open a copy of a sealed case.db to judge it again: findings, damage and what was said of single files by their names are taken out, facts, problems, coverage,
 * custody and what lists said of digests stay. Then as after case_build(). Errors: E_FORMAT, E_UNSUPPORTED (newer schema), E_IO; the file is removed.
 */
WARN_UNUSED enum triage_status case_reopen(const char *path, struct case_sealer **ret_sealer, struct triage_error *err);
/* One more act at the end of the chain of such a case. Time is when_now(). */
WARN_UNUSED enum triage_status case_seal_custody(struct case_sealer *z, const char *actor, const char *action, const char *detail_json, struct triage_error *err);

/* --- parts of one machine's work: --shard and merge --- */
/* What was listed and found so far into a new file, in an order that does not depend on the number of workers. It cannot be written: E_IO. */
WARN_UNUSED enum triage_status case_keep(struct case_store *s, const char *path, struct triage_error *err);
/*
 * Into a new store: of the first part all that it kept, of each other its results. name: for messages. Errors: E_USAGE (a part of another run, says in what), E_FORMAT
 * (no journal that was kept), E_IO. The store is then to be closed, and opened by case_resume().
 */
WARN_UNUSED enum triage_status case_take_part(struct case_store *s, const char *path, const char *name, bool first, struct triage_error *err);
/* The chain anew: the same acts but interruptions, at the time of now, with these options. For bundles whose bytes are to be those of one run. */
WARN_UNUSED enum triage_status case_retell_custody(struct case_store *s, const char *options, struct triage_error *err);
/* Of a journal that goes on after its budget had ended: what the end of that run told is told anew by the end of the next. */
WARN_UNUSED enum triage_status case_unconclude(struct case_store *s, struct triage_error *err);
/* The worst severity among the problems so far, this run's and those of the run that it resumes. Errors: E_IO. */
WARN_UNUSED enum triage_status case_loudest_problem(struct case_store *s, enum triage_severity *ret_severity, struct triage_error *err);

#endif
