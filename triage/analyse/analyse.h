/*
 * analyse.h - one pass over one stream: digests, file type, randomness, YARA.
 *
 * The supervisor loads rules and the magic database once (analyse_load) before it forks; each worker makes its
 * own pass (analyse_pass_new) before it enters seal 2, and after that nothing here opens a file. All memory is bounded
 * by window_size plus what YARA needs for its matches.
 */
#ifndef TRIAGE_ANALYSE_ANALYSE_H
#define TRIAGE_ANALYSE_ANALYSE_H

#include "triage/base/error.h"
#include "triage/base/view.h"

#include <triage/record.h>

/*
 * Something that looks for places in bytes beside the rules (finder.h). take: name is an index of names; id lives as long as the finder and is the same
 * pointer for the same string; number tells strings apart; at and size are of the bytes that were given.
 */
struct analyse_finder {
	const void *ctx;
	const char *name_space;		/* also the kind of its findings */
	const char *const *names;
	size_t count;
	void (*find)(const void *ctx, struct view bytes, void (*take)(void *sink, size_t name, const char *id, uint32_t number, size_t at, size_t size), void *sink);
};

struct analyse_config {
	const char *const *rule_paths;	/* files or folders (walked, sorted: *.yar, *.yara, *.rule), in order of precedence */
	size_t rule_path_count;
	const char *magic_path;		/* compiled magic database; NULL: the system's, by absolute path */
	size_t window_size;		/* bytes held at a time; a stream up to this size is scanned whole; 0 = 64 MiB */
	size_t window_overlap;		/* bytes; 0 = 64 KiB */
	unsigned scan_timeout;		/* seconds a stream and rule group; 0 = 60 */
	unsigned match_limit;		/* match rows a stream; 0 = 1,000; more are counted in a problem row */
	const struct analyse_finder *finder;	/* optional; copied, what it points to is borrowed as long as the set lives */
};

/* One loaded rule. All text is owned by the set and lives as long as it. */
struct analyse_rule {
	const char *name, *name_space;	/* name space = rule file, unique */
	const char *tags;		/* comma separated, "" for none */
	const char *title, *why, *innocent, *family, *technique, *source;	/* from meta, "" when absent */
	const char *kind;		/* finding kind of the contract from meta `kind`, else "yara" */
	enum triage_severity severity;	/* meta severity, or from score/threat_level of public packs; TRIAGE_MEDIUM when absent */
	unsigned confidence;		/* 1-95; 50 when absent */
	const char *version;
};

/* One rule file as it was loaded, for `rules check`, the custody log and the report. */
struct analyse_rule_file {
	const char *path, *name_space, *sha256;	/* sha256: lower-case hex of the text */
	size_t rules;			/* loaded from it */
	const char *error;		/* "" when it compiled, else line and reason */
	unsigned error_line;		/* 0 when it is about no line */
	bool twice;			/* the error is only that another file of the same text is loaded */
};

struct analyse_set;		/* compiled rules, shared copy-on-write by forked workers */
struct analyse_pass;		/* one process's scanners, cookies, buffers */

/*
 * Load everything. A file that does not compile is listed with its error and left out; that is not a failure.
 * Errors: E_IO when a path cannot be read at all, E_MEMORY.
 */
WARN_UNUSED enum triage_status analyse_load(const struct analyse_config *config, struct analyse_set **ret_set, struct triage_error *err);
void analyse_free(struct analyse_set *set);
size_t analyse_rule_count(const struct analyse_set *set);
const struct analyse_rule *analyse_rule(const struct analyse_set *set, size_t index);	/* NULL past the end */
size_t analyse_file_count(const struct analyse_set *set);
const struct analyse_rule_file *analyse_file(const struct analyse_set *set, size_t index);
size_t analyse_bytes(const struct analyse_set *set);	/* rough memory of the compiled rules, for RLIMIT_AS */

WARN_UNUSED enum triage_status analyse_pass_new(const struct analyse_set *set, struct analyse_pass **ret_pass, struct triage_error *err);
void analyse_pass_free(struct analyse_pass *pass);

/* Whose bytes these are; becomes the externals of public rule packs. */
struct analyse_subject {
	uint64_t size;			/* bytes, as the filesystem says */
	const char *path;		/* text; display form */
	const char *name;		/* text; base name */
	const char *owner;		/* text */
	int64_t mtime;			/* of a member of an archive, or of the archive when it does not say; else TRIAGE_TIME_NONE */
	bool force;			/* scan even if an equal stream was seen before */
	/*
	 * optional, of a member of an archive: the bytes of the member beside it whose name is its name and this ending, compared without case.
	 * False when there is none. ret_bytes lives until the member's pass ends.
	 */
	bool (*beside)(void *beside_ctx, const char *ending, struct view *ret_bytes);
	void *beside_ctx;
};

enum analyse_stage { ANALYSE_READ, ANALYSE_MAGIC, ANALYSE_YARA, ANALYSE_STAGE_COUNT };

struct analyse_io {
	void *ctx;
	/* Pull bytes, in order, front to back. ret_got less than size only at the end. */
	enum triage_status (*read)(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err);
	enum triage_status (*match)(void *ctx, const struct triage_match *m, struct triage_error *err);
	enum triage_status (*problem)(void *ctx, const struct triage_problem *p, struct triage_error *err);
	/* optional: told before each stage, and after each megabyte read, so that a watchdog can name the guilty stage */
	void (*stage)(void *ctx, enum analyse_stage stage, uint64_t bytes_done);
	/*
	 * optional: what was read, in order, as it comes, so that others see each byte while it is hot: a piece at `at`, the first at 0; last
	 * with the end (bytes may be empty then), also when a read failed. Not called after a failure of its own.
	 */
	enum triage_status (*bytes)(void *ctx, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err);
	/* optional: true when a stream with these digests is known to be good: its bytes are not searched, only its name is */
	bool (*known_good)(void *ctx, const struct triage_content *digests);
};

/*
 * Read one stream once and feed every analyser. ret_content is always filled on TRIAGE_OK; its state is COMPLETE,
 * or UNREADABLE when the first read failed, or PARTIAL when a later one did; the caller lowers it further for
 * what only it knows. A failed read, rule, rule group or type check is a problem row, never a failure.
 * ret_content's text lives until the next call on the same pass.
 * Errors: E_MEMORY, or what a sink returned.
 */
WARN_UNUSED enum triage_status analyse_stream(struct analyse_pass *pass, const struct analyse_subject *who, const struct analyse_io *io,
    struct triage_content *ret_content, struct triage_error *err);

/* Digests of a whole medium, for the image hash. Lower-case hex, "" where not asked for. */
struct analyse_digests {
	char md5[33], sha1[41], sha256[65];
};
enum { ANALYSE_MD5 = 1, ANALYSE_SHA1 = 2, ANALYSE_SHA256 = 4 };
WARN_UNUSED enum triage_status analyse_digest(const struct analyse_io *io, unsigned which, struct analyse_digests *ret_digests, struct triage_error *err);

#endif
