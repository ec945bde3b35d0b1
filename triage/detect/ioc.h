/*
 * ioc.h - indicators of compromise that the examiner gave: what is looked for in digests, names, events and text.
 *
 * A store is filled from lists before the first fork and only read afterwards. Keys are normalised the same way when a list is read and when
 * evidence is looked at: domains, mail addresses, names, paths and registry keys in lower case; addresses as 16 bytes (IPv4 mapped) and a prefix
 * length; URLs without scheme, with the host in lower case. Two million digests take about 72 MB, a hundred thousand domains about 20 MB.
 */
#ifndef TRIAGE_DETECT_IOC_H
#define TRIAGE_DETECT_IOC_H

#include "triage/base/buf.h"
#include "triage/base/digest.h"
#include "triage/base/error.h"
#include "triage/detect/pool.h"

#include <triage/record.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ioc_kind {
	IOC_HASH, IOC_NAME, IOC_PATH, IOC_PATTERN, IOC_DOMAIN, IOC_ADDRESS, IOC_URL, IOC_MAIL, IOC_KEY,
	IOC_KIND_COUNT
};
const char *ioc_kind_name(unsigned kind);	/* "hash", "file-name", "path", "pattern", "domain", "address", "url", "mail", "registry" */

enum { IOC_VALUE_MAX = 4096, IOC_COMMENT_MAX = 400, IOC_REFUSED_SHOWN = 20, IOC_LISTS_MAX = 1000 };

/* What a list says about one or more of its indicators. Equal notes are kept once. */
struct ioc_note {
	const char *comment, *tlp;	/* text, harmless; "" when not said */
	uint32_t list;
	int8_t severity;		/* enum triage_severity; -1: as the kind of indicator has it */
	uint8_t confidence;		/* 0: likewise */
};

struct ioc {
	const char *key;
	const char *value;		/* as the list has it, refanged; for people */
	uint32_t key_size, note, next;	/* next: 1 + index of another of the same base name (IOC_PATH), 0 for none */
	uint32_t hash;
	enum ioc_kind kind;
};

/* One line or object of a list that was not taken, and why. */
struct ioc_refused {
	size_t line;
	const char *reason, *shown;	/* text */
};

struct ioc_list {
	const char *path, *name;	/* name: base name */
	char sha256[65];
	const char *form;		/* "text", "csv", "stix", "misp" */
	size_t kinds[IOC_KIND_COUNT];	/* indicators taken, by kind */
	size_t taken, refused;		/* refused: not understood or of no use */
	size_t passed;			/* not meant for detection, or about something that no evidence here can show */
	struct ioc_refused shown[IOC_REFUSED_SHOWN];
	size_t shown_count;
};

struct ioc_patterns;			/* ioc_names.c */

struct ioc_store {
	struct pool pool;
	struct ioc_list *lists;
	size_t list_count;
	struct ioc_note *notes;
	size_t note_count, note_room;
	uint32_t *note_slots;		/* 1 + index, open addressing */
	size_t note_slot_count;
	struct ioc_digests {
		uint8_t *rows;		/* digest, then the note as 4 bytes; sorted after ioc_store_finish() */
		size_t count, room;
	} digests[DIGEST_KIND_COUNT];
	struct ioc *items;
	size_t count, room;
	uint32_t *slots;		/* 1 + index, open addressing by hash */
	size_t slot_count;
	uint32_t prefixes4, prefixes6[5];	/* bit n of prefixes4: some /n of IPv4 is here; IPv6 likewise, 0 to 128 */
	bool prefix32;			/* bit 32 of prefixes4 */
	size_t kinds[IOC_KIND_COUNT];
	struct ioc_patterns *patterns;	/* NULL: none */
	uint8_t classes[256];		/* of characters; private to ioc_search.c */
};

void ioc_store_init(struct ioc_store *s);
void ioc_store_release(struct ioc_store *s);

/*
 * Read a list: plain text, Loki's "value;comment;score", CSV, a STIX 2.1 bundle, MISP JSON. What is not understood is counted in the list's
 * entry and the first of it shown there. Errors: E_IO, E_MEMORY, E_LIMIT (a JSON file of more than 512 MiB, a line of more than 1 MiB), E_FORMAT
 * (no indicator in it, or no sound JSON); each names the file.
 */
WARN_UNUSED enum triage_status ioc_store_read(struct ioc_store *s, const char *path, struct triage_error *err);
/* Sort and compile; before the first look-up. */
void ioc_store_finish(struct ioc_store *s);

/* --- looking up --- */

/* The note of a digest, NULL when it is on no list. */
const struct ioc_note *ioc_digest(const struct ioc_store *s, enum digest_kind kind, const uint8_t *digest);
/* The indicator of this kind and normalised key, NULL when there is none. */
const struct ioc *ioc_find(const struct ioc_store *s, enum ioc_kind kind, const void *key, size_t size);
/* The first key hashes to this (ioc_hash_*): a cheap look-up for those who hash on their way. */
const struct ioc *ioc_find_hashed(const struct ioc_store *s, enum ioc_kind kind, uint32_t hash, const void *key, size_t size);
/* The most particular net or address that holds it; address: 16 bytes, IPv4 mapped. */
const struct ioc *ioc_find_address(const struct ioc_store *s, const uint8_t address[16]);

/* Keys are hashed from their end, so that every parent of a domain is met on the way. */
static inline uint32_t
ioc_hash_begin(enum ioc_kind kind)
{
	return 2166136261u ^ (uint32_t)kind;
}

static inline uint32_t
ioc_hash_step(uint32_t hash, uint8_t c)
{
	return (hash ^ c) * 16777619u;
}

/*
 * A name or path of evidence against names, paths and patterns. path: display form with '/' or '\'. each is called for every
 * indicator that holds, once each. Of more than 8 KiB the end is looked at. False: a pattern took too long, and was taken for one that does not hold.
 */
bool ioc_match_path(const struct ioc_store *s, const char *path, void (*each)(void *ctx, const struct ioc *i), void *ctx);

/* --- text --- */

enum { IOC_IN_JSON = 1, IOC_IN_MESSAGE = 2 };	/* ioc_search(): inside JSON text a backslash stands twice; a message is no file: words and digests too */

struct ioc_hit {
	const struct ioc *item;		/* NULL: a digest */
	const struct ioc_note *note;
	size_t at, size;		/* bytes of the text that say it */
	const char *digest;		/* hex of a digest as it stands there, size bytes */
};

/*
 * Find domains (and those below them), addresses, mail addresses and URLs in bytes: ASCII, and UTF-16LE too when flags is 0. With IOC_IN_MESSAGE also
 * digests, names, paths and registry keys. each may end the search by returning false. A pass is linear in the bytes.
 */
void ioc_search(const struct ioc_store *s, const void *bytes, size_t size, unsigned flags, bool (*each)(void *ctx, const struct ioc_hit *hit), void *ctx);

/* The indicator that a match of content names: kind by its word (detect_ioc_names), id as detect_ioc_find() gave it. NULL: none. */
const struct ioc *detect_ioc_of(const struct ioc_store *s, const char *kind, const char *id);

/* --- for the readers --- */

struct ioc_entry {
	const char *value;		/* any bytes, not ended by NUL */
	size_t size;
	const char *comment, *tlp;	/* NULL: none; any bytes */
	size_t comment_size, tlp_size;
	const char *except;		/* of a pattern: what makes it not hold, a regular expression ended by NUL; NULL: none */
	int8_t severity;
	uint8_t confidence;
	size_t line;
};

/* What the column, field or pattern said the value is. */
enum ioc_hint { IOC_ANY, IOC_A_HASH, IOC_A_NAME, IOC_A_PATH, IOC_A_PATTERN, IOC_A_DOMAIN, IOC_AN_ADDRESS, IOC_A_URL, IOC_A_MAIL, IOC_A_KEY };

/* Take an indicator into the list at hand, or count it as refused. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status ioc_take(struct ioc_store *s, const struct ioc_entry *e, enum ioc_hint hint, struct triage_error *err);
/* What a bare value is by its form; text is refanged and ended by NUL. IOC_ANY: cannot be told. */
enum ioc_hint ioc_guess(const char *text, size_t size);
/* What a word for a type means ("sha256_hash", "ip:port", "file:name", "regkey"). IOC_ANY: nothing known. */
enum ioc_hint ioc_hint_of_type(const char *word);
/* Count something as not taken. reason: a literal. */
void ioc_refuse(struct ioc_store *s, size_t line, const char *reason, const void *shown, size_t size);
static inline struct ioc_list *
ioc_list_at_hand(struct ioc_store *s)
{
	return &s->lists[s->list_count - 1];
}
/* A score of 0 to 100 as Loki lists have it. */
int8_t ioc_severity_of_score(double score);

/* ioc_text.c: plain lines, Loki lists and CSV, a line at a time, without its end. The state is that of one file. */
enum { IOC_COLUMNS_MAX = 64 };
struct ioc_text {
	enum ioc_hint hint;		/* from the name of the list */
	char separator;			/* of a CSV with a header; 0: none seen */
	uint8_t columns[IOC_COLUMNS_MAX];	/* what each holds; private */
	size_t column_count;
	bool seen;			/* a line that is neither blank nor comment was */
	struct buf cells, scratch;
};
void ioc_text_init(struct ioc_text *t, const char *name);
void ioc_text_release(struct ioc_text *t);
WARN_UNUSED enum triage_status ioc_text_line(struct ioc_store *s, struct ioc_text *t, const char *line, size_t size, size_t number, struct triage_error *err);
/* Whole JSON texts. Errors: E_MEMORY, E_FORMAT (names the place). */
WARN_UNUSED enum triage_status ioc_read_json(struct ioc_store *s, const char *text, size_t size, struct triage_error *err);
WARN_UNUSED enum triage_status ioc_read_stix(struct ioc_store *s, const char *text, size_t size, struct triage_error *err);
WARN_UNUSED enum triage_status ioc_read_misp(struct ioc_store *s, const char *text, size_t size, struct triage_error *err);

/* --- inside --- */

WARN_UNUSED enum triage_status ioc_add_digest(struct ioc_store *s, enum digest_kind kind, const uint8_t *digest, uint32_t note, struct triage_error *err);
/* value: ended by NUL. */
WARN_UNUSED enum triage_status ioc_add(struct ioc_store *s, enum ioc_kind kind, const void *key, size_t key_size, const char *value, uint32_t note,
    struct triage_error *err);
WARN_UNUSED enum triage_status ioc_add_note(struct ioc_store *s, const struct ioc_entry *e, uint32_t *ret_note, struct triage_error *err);
/* ioc_names.c: a pattern over whole paths; glob: shell pattern, else a regular expression. Errors: E_FORMAT when it does not compile, E_MEMORY. */
WARN_UNUSED enum triage_status ioc_patterns_add(struct ioc_store *s, const char *text, bool glob, const char *except, uint32_t note,
    struct triage_error *err);
void ioc_patterns_free(struct ioc_patterns *p);
/* ioc_search.c */
void ioc_classes(uint8_t classes[256]);
/* ioc_value.c */
void ioc_refang(struct buf *out, const char *value, size_t size);
bool ioc_parse_address(const char *text, size_t size, uint8_t address[16], unsigned *ret_prefix);
bool ioc_is_domain(const char *text, size_t size);
void ioc_key_of_registry(struct buf *out, const char *text, size_t size);
void ioc_key_of_path(struct buf *out, const char *text, size_t size);

#endif
