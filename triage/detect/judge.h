/*
 * judge.h - what the detectors share: the subject before them, the folders and families seen so far, the findings in the making.
 *
 * A detector is one file with one const row at its foot and one line in detectors.def. Its state is allocated zeroed by the
 * core; what it keeps besides comes from judge->pool. `file` is called for every row of files in order, then `event` for every
 * event of the sources that the row names in order of time, then `finish` once in the order of detectors.def, when all facts are known.
 */
#ifndef TRIAGE_DETECT_JUDGE_H
#define TRIAGE_DETECT_JUDGE_H

#include "triage/detect/contacts.h"
#include "triage/detect/damage_look.h"
#include "triage/detect/folders.h"
#include "triage/detect/folds.h"
#include "triage/detect/happening.h"
#include "triage/detect/pool.h"
#include "triage/detect/stories.h"
#include "triage/detect/tables.h"

/* What the bytes of a stream look like; see looks.c. */
enum look {
	LOOK_UNJUDGED,			/* too few bytes, or not read, or not what the user saw */
	LOOK_PLAIN,			/* text, or not random */
	LOOK_KNOWN,			/* a format that names itself: random inside or not, it is what it says */
	LOOK_PARTLY,			/* no known format; some blocks random, some not */
	LOOK_RANDOM,			/* no known format; random throughout */
};

/* One row of files, and what every detector asks about it. */
struct subject {
	const struct detect_file *file;
	const struct detect_match *matches;
	size_t match_count;
	bool ordinary;			/* main stream of a regular file that is no structure of the filesystem */
	const struct file_type *type;	/* of its last extension; NULL: none, not known, or not ordinary */
	const struct file_type *inner;	/* of the extension before the last: docx of "a.docx.xyz" */
	enum look look;
	int64_t changed, appeared;	/* last change of content; when it came onto the volume, as far as known */
	struct folder *folder;		/* of an ordinary file; else NULL */
	const struct file_type *promise;	/* what its name promises, under whatever was added to it */
	size_t kept;			/* bytes of the name up to there */
	struct damage_guess damage;	/* of an ordinary file */
};

/* Traits by which a family shows itself; each is of another kind. */
enum trait { TRAIT_NOTE = 1, TRAIT_NOTE_NAME = 2, TRAIT_EXTENSION = 4, TRAIT_MARK = 8, TRAIT_PROGRAM = 16, TRAIT_ENCRYPTED = 32 };

enum { FAMILIES_MAX = 4096, NOTE_NAMES_MAX = 256, REMARKS_MAX = 64 /* more than there are kinds */, DETECTORS_MAX = 64, FILE_RUNS_MAX = 4096, ANSWERS_MAX = 20, HEARD_MAX = 64 };

/* Files from this id on lie on this filesystem. */
struct file_run {
	uint64_t file_id, filesystem_id;
	uint64_t files, examined;	/* with content; whose content was read, at least in part */
};

struct span;
struct restore_point;
struct origin;

struct family {
	const char *name;
	unsigned traits;
};

struct detect_judge {
	const struct detect_tables *tables;
	struct pool pool;		/* what detectors keep */
	struct pool texts;		/* of the finished findings */
	struct folders folders;
	struct folds folds;
	struct contacts contacts;
	struct family *families;
	size_t family_count;
	const char *note_names[NOTE_NAMES_MAX];	/* distinct base names of notes and of what could be one */
	size_t note_name_count;
	uint64_t claimed;		/* file_id + 1 of the file that the encrypted detector last took for itself */
	const struct group *claimed_group;	/* its group, NULL when there was no room */
	const struct groups *groups;	/* of the encrypted detector */
	struct damage_map *damage;
	bool kept_found;		/* files encrypted under their own names stand as a finding */
	uint64_t notes;			/* notes by content, or by a name that points to one family */
	int64_t note_first, note_last;	/* last change of the notes */
	const char *window;		/* JSON; NULL: nothing was encrypted, or no time is known */
	bool window_by_journal, window_cut;	/* it is taken from the change journal; whose part from the start was written over */
	uint64_t encrypted_files, encrypted_bytes;
	int64_t first_encrypted, last_encrypted;
	bool encrypted_high;		/* encrypted files stand as a finding of at least high severity */
	bool encrypted_decides;		/* the same, with a note or a mark beside */
	const char *remarks[REMARKS_MAX];	/* limits that were met; go to the reasons of the verdict and to the problems */
	size_t remark_count;
	void *states[DETECTORS_MAX];
	struct heard {			/* by a hash of the source: which detectors see its events */
		char source[32];
		uint64_t wanted;
	} heard[HEARD_MAX];
	struct happening happening;	/* the event at hand */
	struct buf scratch;		/* of the detector at hand: emptied by whoever begins to use it */
	struct detect_finding *findings;
	size_t finding_count;
	struct stories stories;
	struct detect_verdict verdict;
	struct detect_case facts;
	struct file_run *runs;		/* files come filesystem by filesystem */
	size_t run_count;
	const struct span *spans;	/* what the logs cover; see spans.h */
	size_t span_count;
	const struct restore_point *points;	/* by time; see restore_points.h */
	size_t point_count;
	const struct origin *origin;	/* see origin.h */
	struct kept *kept;		/* by row of keep.tsv */
	const char *answers[ANSWERS_MAX];	/* JSON, by index of answer_names */
	bool finished;
};

enum { JUDGE_PACKAGED_ENOUGH = 2000 };	/* files: a filesystem whose packages name fewer is no system with lists of them */

struct detector {
	const char *name;
	size_t state_size;
	const char *const *sources;	/* words of timeline.source whose events it sees, NULL at the end; NULL: all */
	/* all optional */
	enum triage_status (*begin)(struct detect_judge *j, void *state, struct triage_error *err);
	enum triage_status (*file)(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err);
	enum triage_status (*event)(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err);
	enum triage_status (*finish)(struct detect_judge *j, void *state, struct triage_error *err);
	void (*release)(void *state);	/* what does not come from the pool; begin may not have run */
};

/* For detectors. */
void judge_family_trait(struct detect_judge *j, const char *family, unsigned traits);
unsigned judge_family_traits(const struct detect_judge *j, const char *family);	/* of it and of its near namesakes */
/* Independent traits in such a set; encrypted files as such are none of a family. */
unsigned judge_count_traits(unsigned traits);
/* "LockBit" and "LockBit 3.0" are one family's, "LockBit 2.0" and "LockBit 3.0" are not. */
bool families_agree(const char *a, const char *b);
/* A limit was met: something was only counted, or not looked at. text: a literal, or from j->pool; told once. */
void judge_remark(struct detect_judge *j, const char *text);
struct fold_example judge_example(const struct subject *s, unsigned weight);	/* about no certain bytes */
struct fold_example judge_event_example(const struct happening *h, unsigned weight);
/* The same with its text copied, for those who tell it when the event is gone. */
struct fold_example judge_keep_example(struct detect_judge *j, const struct happening *h, unsigned weight);
/* An event more in a fold of its plan, with host and user of the event; NULL when there is no room. */
struct fold *judge_add_event(struct detect_judge *j, const struct fold_plan *plan, const struct happening *h, unsigned weight);
unsigned judge_confidence(const struct detect_judge *j, double confidence);	/* 1 to confidence.max */
enum look judge_look(const struct detect_tables *tables, const struct detect_file *file);

/* The filesystem of a file that was seen; 0 for TRIAGE_NO_ID. */
uint64_t judge_filesystem_of(const struct detect_judge *j, uint64_t file_id);

/* For the core. */
void judge_note_filesystem(struct detect_judge *j, const struct detect_file *file);
WARN_UNUSED enum triage_status judge_verdict(struct detect_judge *j, double examined_share, struct triage_error *err);

#endif
