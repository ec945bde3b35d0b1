/*
 * regf.h - registry hives as bytes: cells, keys, values, lists of subkeys. Knows no meaning of any key.
 *
 * Everything read is borrowed from the hive's bytes, which must outlive it; data of a big value lives until the next big value is
 * read. Places in a hive are offsets from its first bin, as the format has them; regf_offset() makes offsets of the file.
 * Nothing here fails loudly: what is not sound is left out, and lists count what they left out. All work is paid from one account that the
 * size of the hive fills, so that lists which share their parts cost no more than the hive is worth; when it is spent every list is at its end.
 */
#ifndef TRIAGE_ARTEFACT_REGF_H
#define TRIAGE_ARTEFACT_REGF_H

#include "triage/base/buf.h"
#include "triage/base/view.h"

enum { REGF_HEADER = 4096, REGF_SECTOR = 512, REGF_BIN_HEADER = 32, REGF_DEPTH_MAX = 512 };
#define REGF_NONE UINT32_C(0xffffffff)

enum regf_type {
	REGF_TYPE_NONE, REGF_TYPE_SZ, REGF_TYPE_EXPAND_SZ, REGF_TYPE_BINARY, REGF_TYPE_DWORD, REGF_TYPE_DWORD_BE, REGF_TYPE_LINK, REGF_TYPE_MULTI_SZ,
	REGF_TYPE_RESOURCE_LIST, REGF_TYPE_FULL_RESOURCE, REGF_TYPE_REQUIREMENTS, REGF_TYPE_QWORD, REGF_TYPE_COUNT
};

struct regf {
	struct view bins;		/* from the first bin to the end of the file, or of what could be recovered */
	uint64_t declared;		/* bytes of bins, as the header says */
	uint32_t primary, secondary;	/* sequence numbers; not equal: changes were on their way to disk */
	uint32_t major, minor, type, root;
	bool sum_right;			/* checksum of the header */
	uint64_t written;		/* FILETIME, often 0 since Windows 10 */
	uint64_t work;			/* what may still be spent */
	uint32_t from;			/* nothing lies before this place: of a fragment */
	struct buf big;
};

struct regf_name {
	const uint8_t *data;
	size_t size;			/* bytes */
	bool narrow;			/* one byte a character, else UTF-16 */
};

struct regf_key {
	uint32_t at, parent, subkey_count, subkeys, value_count, values, class_at;
	uint16_t flags, class_size;
	uint64_t written;		/* FILETIME */
	struct regf_name name;
};

enum { REGF_KEY_ROOT = 0x04, REGF_KEY_LINK = 0x10, REGF_KEY_NARROW = 0x20, REGF_KEY_PREDEFINED = 0x40 };

struct regf_value {
	uint32_t at, type, size;	/* size: of its data, bytes */
	uint32_t data_at;
	bool resident;			/* the data is in the place of its offset */
	struct regf_name name;		/* empty: the default value */
};

struct regf_list {			/* the subkeys of a key */
	uint32_t outer, inner;		/* cells */
	uint32_t outer_at, outer_count, inner_at, inner_count, step;
	uint32_t bad, first_bad;	/* entries left out, and the place of the first */
};

struct regf_values {			/* the values of a key */
	uint32_t list, at, count;
	uint32_t bad, first_bad;
};

/* False when it is no hive. hive: release with regf_release(). */
bool regf_open(struct regf *h, struct view all);
void regf_release(struct regf *h);
/* The header's checksum as its first 508 bytes make it. */
uint32_t regf_sum(const uint8_t *header);

static inline uint64_t
regf_offset(uint32_t at)
{
	return (uint64_t)REGF_HEADER + at;
}

/* Take from the account. False when it is spent. */
bool regf_pay(struct regf *h, uint64_t cost);
/* The account as it was at first: for another pass over the hive. */
void regf_refill(struct regf *h);
/* What a cell holds, whether in use or free. False when it does not lie in the hive. */
bool regf_cell(const struct regf *h, uint32_t at, struct view *ret_cell);
bool regf_cell_is_free(const struct regf *h, uint32_t at);
bool regf_key_at(const struct regf *h, uint32_t at, struct regf_key *ret_key);
bool regf_value_at(const struct regf *h, uint32_t at, struct regf_value *ret_value);
/* False when the key says that it is the child of another key. One that names no key at all is damaged, and believed to be where it is listed. */
bool regf_is_child(const struct regf *h, const struct regf_key *k, uint32_t parent);

void regf_subkeys(struct regf *h, const struct regf_key *k, struct regf_list *ret_list);
bool regf_next(struct regf *h, struct regf_list *l, struct regf_key *ret_key);
void regf_values(struct regf *h, const struct regf_key *k, struct regf_values *ret_values);
bool regf_next_value(struct regf *h, struct regf_values *l, struct regf_value *ret_value);

/* path: names with backslashes between them, ASCII, compared without case; "" is the key itself. */
bool regf_find(struct regf *h, const struct regf_key *from, const char *path, struct regf_key *ret_key);
/* name: ASCII, compared without case; "" is the default value. */
bool regf_find_value(struct regf *h, const struct regf_key *k, const char *name, struct regf_value *ret_value);
/* The data; shorter than v->size when a part is missing. big: data of more than one cell is put together, REGF_BIG_MAX at most. */
enum { REGF_BIG_MAX = 64 << 20 };
struct view regf_data(struct regf *h, const struct regf_value *v);
/* The class name of a key, UTF-16; empty when it has none. */
struct regf_name regf_class(const struct regf *h, const struct regf_key *k);

bool regf_name_is(struct regf_name name, const char *text, size_t size);
/* Append as UTF-8. A NUL, which no program of Windows shows, is written U+2400. */
void regf_name_text(struct buf *out, struct regf_name name);

/* --- transaction logs: regf_log.c --- */

struct regf_log {			/* what the logs gave */
	unsigned entries, pages;	/* applied; an old log is one entry */
	uint32_t first, last;		/* sequence numbers of the entries applied */
	unsigned damaged;		/* entries that are not sound */
	bool gap;			/* sequence numbers are missing, what follows was not applied */
	bool old;			/* of the format before Windows 8.1 */
};

bool regf_is_dirty(const struct regf *h);
/*
 * A copy of a dirty hive with its logs applied. logs: up to count bytes of files, empty ones allowed. ret_copy: the whole file; free() it; NULL
 * when nothing applies. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status regf_recover(struct view all, const struct view *logs, size_t count, uint8_t **ret_copy, size_t *ret_size,
    struct regf_log *ret_log, struct triage_error *err);

/* --- a bin without its hive: regf_fragment.c --- */

enum { REGF_FRAGMENT_MAX = 512 << 20 };
bool regf_is_fragment(struct view in);
/*
 * A hive that has this bin alone, and no root. in: regf_is_fragment(). ret_copy: free() it; NULL when its place is beyond REGF_FRAGMENT_MAX. ret_place: where
 * in its hive it lies. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status regf_fragment(struct view in, uint8_t **ret_copy, size_t *ret_size, uint32_t *ret_place, struct triage_error *err);

/* --- what is left of deleted keys and values: regf_deleted.c --- */

/*
 * Keys and values in free cells, in the order of the file, and keys in use to which no list leads. key or value is called for each; a value of such a key
 * comes after its key, with owner set, a value without known key with owner NULL. in_use: the key lies in no free cell. with_data: the data was
 * not taken by something else. seen: a bit for 8 bytes of the bins, set for keys that were walked. Errors: E_MEMORY, or what a callback returned.
 */
struct regf_lost_calls {
	void *ctx;
	enum triage_status (*key)(void *ctx, const struct regf_key *k, bool in_use, struct triage_error *err);
	enum triage_status (*value)(void *ctx, const struct regf_key *owner, bool in_use, const struct regf_value *v, bool with_data, struct triage_error *err);
};
WARN_UNUSED enum triage_status regf_deleted(struct regf *h, const uint8_t *seen, const struct regf_lost_calls *calls, struct triage_error *err);

#endif
