/* ioc_store.c - the tables of a store of indicators: notes, digests, keys. */
#include "triage/detect/ioc.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>

#define POOL_LIMIT ((size_t)1 << 30)
enum { FIRST_SLOTS = 1024 };
#define ITEMS_MAX (UINT32_MAX / 4)

static const char *const kind_names[IOC_KIND_COUNT] = {
	[IOC_HASH] = "hash", [IOC_NAME] = "file-name", [IOC_PATH] = "path", [IOC_PATTERN] = "pattern", [IOC_DOMAIN] = "domain",
	[IOC_ADDRESS] = "address", [IOC_URL] = "url", [IOC_MAIL] = "mail", [IOC_KEY] = "registry",
};

const char *
ioc_kind_name(unsigned kind)
{
	return kind < IOC_KIND_COUNT ? kind_names[kind] : "?";
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for indicators");
	return TRIAGE_E_MEMORY;
}

void
ioc_store_init(struct ioc_store *s)
{
	*s = (struct ioc_store){ .list_count = 0 };
	pool_init(&s->pool, POOL_LIMIT);
	ioc_classes(s->classes);
}

void
ioc_store_release(struct ioc_store *s)
{
	ioc_patterns_free(s->patterns);
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
		free(s->digests[i].rows);
	free(s->lists);
	free(s->notes);
	free(s->note_slots);
	free(s->items);
	free(s->slots);
	pool_release(&s->pool);
	ioc_store_init(s);
}

/* Room for one element more. */
static bool
grow(void *slot, size_t count, size_t *room, size_t element)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 64 : *room * 2;
	void *bigger = fault_hit() || more > ITEMS_MAX ? NULL : reallocarray(*(void **)slot, more, element);
	if (bigger == NULL)
		return false;
	*(void **)slot = bigger;
	*room = more;
	return true;
}

/* Twice the slots; place gives the hash of the item behind a slot. */
static bool
grow_slots(uint32_t **slots, size_t *count, uint32_t (*hash_of)(const struct ioc_store *s, size_t index), const struct ioc_store *s)
{
	size_t more = *count == 0 ? FIRST_SLOTS : *count * 2;
	uint32_t *bigger = fault_hit() ? NULL : calloc(more, sizeof(*bigger));
	if (bigger == NULL)
		return false;
	for (size_t i = 0; i < *count; i++) {
		if ((*slots)[i] == 0)
			continue;
		size_t at = hash_of(s, (*slots)[i] - 1) & (more - 1);
		while (bigger[at] != 0)
			at = (at + 1) & (more - 1);
		bigger[at] = (*slots)[i];
	}
	free(*slots);
	*slots = bigger;
	*count = more;
	return true;
}

/* The slots are by the upper bits too: multiplied hashes are best there. */
static uint32_t
spread(uint32_t hash)
{
	hash ^= hash >> 15;
	return hash * 0x2c1b3c6du ^ hash >> 12;
}

/* --- notes --- */

static uint32_t
note_hash(const struct ioc_store *s, size_t index)
{
	const struct ioc_note *n = &s->notes[index];
	uint32_t hash = ioc_hash_begin(IOC_HASH) ^ (n->list * 31 + (uint32_t)(uint8_t)n->severity * 7 + n->confidence);
	for (const char *p = n->comment; *p != '\0'; p++)
		hash = ioc_hash_step(hash, (uint8_t)*p);
	for (const char *p = n->tlp; *p != '\0'; p++)
		hash = ioc_hash_step(hash, (uint8_t)*p);
	return spread(hash);
}

static bool
same_note(const struct ioc_note *a, const struct ioc_note *b)
{
	return a->list == b->list && a->severity == b->severity && a->confidence == b->confidence && strcmp(a->comment, b->comment) == 0 &&
	    strcmp(a->tlp, b->tlp) == 0;
}

/* Harmless text of at most IOC_COMMENT_MAX bytes, cut between characters. */
static void
put_text(struct buf *out, const char *text, size_t size)
{
	while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\r'))
		size--;
	if (size > IOC_COMMENT_MAX) {
		size = IOC_COMMENT_MAX;
		while (size > 0 && ((uint8_t)text[size] & 0xc0) == 0x80)
			size--;
	}
	text_safe_bytes(out, text, size);
}

enum triage_status
ioc_add_note(struct ioc_store *s, const struct ioc_entry *e, uint32_t *ret_note, struct triage_error *err)
{
	SCOPED_BUF comment;
	SCOPED_BUF tlp;
	buf_init(&comment, 8 * IOC_COMMENT_MAX);
	buf_init(&tlp, 8 * IOC_COMMENT_MAX);
	if (e->comment != NULL)
		put_text(&comment, e->comment, e->comment_size);
	if (e->tlp != NULL)
		put_text(&tlp, e->tlp, e->tlp_size);
	if ((s->note_count + 1) * 4 > s->note_slot_count * 3 && !grow_slots(&s->note_slots, &s->note_slot_count, note_hash, s))
		return no_memory(err);
	if (!grow(&s->notes, s->note_count, &s->note_room, sizeof(*s->notes)))
		return no_memory(err);
	struct ioc_note *n = &s->notes[s->note_count];
	*n = (struct ioc_note){ .comment = buf_cstr(&comment), .tlp = buf_cstr(&tlp), .list = (uint32_t)(s->list_count - 1), .severity = e->severity,
		.confidence = e->confidence };
	size_t at = note_hash(s, s->note_count) & (s->note_slot_count - 1);
	for (; s->note_slots[at] != 0; at = (at + 1) & (s->note_slot_count - 1))
		if (same_note(&s->notes[s->note_slots[at] - 1], n)) {
			*ret_note = s->note_slots[at] - 1;
			return TRIAGE_OK;
		}
	n->comment = pool_text(&s->pool, n->comment, strlen(n->comment));
	n->tlp = n->tlp[0] == '\0' ? "" : pool_text(&s->pool, n->tlp, strlen(n->tlp));
	if (n->comment == NULL || n->tlp == NULL)
		return no_memory(err);
	s->note_slots[at] = (uint32_t)++s->note_count;
	*ret_note = (uint32_t)(s->note_count - 1);
	return TRIAGE_OK;
}

/* --- digests --- */

enum triage_status
ioc_add_digest(struct ioc_store *s, enum digest_kind kind, const uint8_t *digest, uint32_t note, struct triage_error *err)
{
	struct ioc_digests *d = &s->digests[kind];
	size_t size = digest_size(kind), row = size + sizeof(note);
	if (!grow(&d->rows, d->count, &d->room, row))
		return no_memory(err);
	memcpy(d->rows + d->count * row, digest, size);
	memcpy(d->rows + d->count * row + size, &note, sizeof(note));
	d->count++;
	s->kinds[IOC_HASH]++;
	return TRIAGE_OK;
}

static int
compare_16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static int
order_16(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static int
compare_20(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static int
order_20(const void *a, const void *b)
{
	return memcmp(a, b, 24);
}

static int
compare_32(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int
order_32(const void *a, const void *b)
{
	return memcmp(a, b, 36);
}

static int (*const compare[DIGEST_KIND_COUNT])(const void *, const void *) = {
	[DIGEST_MD5] = compare_16, [DIGEST_SHA1] = compare_20, [DIGEST_SHA256] = compare_32,
};
static int (*const order[DIGEST_KIND_COUNT])(const void *, const void *) = {
	[DIGEST_MD5] = order_16, [DIGEST_SHA1] = order_20, [DIGEST_SHA256] = order_32,
};

const struct ioc_note *
ioc_digest(const struct ioc_store *s, enum digest_kind kind, const uint8_t *digest)
{
	const struct ioc_digests *d = &s->digests[kind];
	size_t size = digest_size(kind), row = size + sizeof(uint32_t);
	const uint8_t *found = d->count == 0 ? NULL : bsearch(digest, d->rows, d->count, row, compare[kind]);
	if (found == NULL)
		return NULL;
	while (found > d->rows && memcmp(found - row, digest, size) == 0)
		found -= row;	/* of several the same, whatever the search met first */
	uint32_t note;
	memcpy(&note, found + size, sizeof(note));
	return &s->notes[note];
}

/* --- keys --- */

static uint32_t
item_hash(const struct ioc_store *s, size_t index)
{
	return spread(s->items[index].hash);
}

const struct ioc *
ioc_find_hashed(const struct ioc_store *s, enum ioc_kind kind, uint32_t hash, const void *key, size_t size)
{
	if (s->slot_count == 0)
		return NULL;
	for (size_t at = spread(hash) & (s->slot_count - 1); s->slots[at] != 0; at = (at + 1) & (s->slot_count - 1)) {
		const struct ioc *i = &s->items[s->slots[at] - 1];
		if (i->hash == hash && i->kind == kind && i->key_size == size && memcmp(i->key, key, size) == 0)
			return i;
	}
	return NULL;
}

static bool
is_four(const uint8_t *address)
{
	return memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
}

static uint32_t
hash_of(enum ioc_kind kind, const uint8_t *key, size_t size)
{
	uint32_t hash = ioc_hash_begin(kind);
	for (size_t i = size; i > 0; i--)
		hash = ioc_hash_step(hash, key[i - 1]);
	return hash;
}

const struct ioc *
ioc_find(const struct ioc_store *s, enum ioc_kind kind, const void *key, size_t size)
{
	return s->kinds[kind] == 0 ? NULL : ioc_find_hashed(s, kind, hash_of(kind, key, size), key, size);
}

/* Which prefix lengths there are, so that an address is only looked up with those. */
static void
note_prefix(struct ioc_store *s, const uint8_t *key)
{
	unsigned prefix = key[16];
	if (!is_four(key) || prefix < 96)
		s->prefixes6[prefix / 32] |= 1u << prefix % 32;
	else if (prefix == 128)
		s->prefix32 = true;
	else
		s->prefixes4 |= 1u << (prefix - 96);
}

enum triage_status
ioc_add(struct ioc_store *s, enum ioc_kind kind, const void *key, size_t key_size, const char *value, uint32_t note, struct triage_error *err)
{
	uint32_t hash = hash_of(kind, key, key_size);
	const struct ioc *twin = ioc_find_hashed(s, kind, hash, key, key_size);
	if (twin != NULL && (kind != IOC_PATH || strcmp(twin->value, value) == 0))
		return TRIAGE_OK;	/* the first list that has it speaks */
	uint32_t before = twin != NULL ? (uint32_t)(twin - s->items) + 1 : 0;
	if ((s->count + 1) * 4 > s->slot_count * 3 && !grow_slots(&s->slots, &s->slot_count, item_hash, s))
		return no_memory(err);
	if (!grow(&s->items, s->count, &s->room, sizeof(*s->items)))
		return no_memory(err);
	struct ioc *i = &s->items[s->count];
	*i = (struct ioc){ .key = pool_text(&s->pool, key, key_size), .value = pool_text(&s->pool, value, strlen(value)), .key_size = (uint32_t)key_size,
		.note = note, .hash = hash, .kind = kind };
	if (i->key == NULL || i->value == NULL)
		return no_memory(err);
	size_t at = spread(hash) & (s->slot_count - 1);
	while (s->slots[at] != 0 && s->slots[at] != before)
		at = (at + 1) & (s->slot_count - 1);
	i->next = s->slots[at];		/* another path that ends in the same name goes before it */
	s->slots[at] = (uint32_t)++s->count;
	s->kinds[kind]++;
	if (kind == IOC_ADDRESS)
		note_prefix(s, key);
	return TRIAGE_OK;
}

static void
mask(uint8_t out[17], const uint8_t address[16], unsigned prefix)
{
	memset(out, 0, 16);
	memcpy(out, address, prefix / 8);
	if (prefix % 8 != 0)
		out[prefix / 8] = (uint8_t)(address[prefix / 8] & (0xff00u >> prefix % 8));
	out[16] = (uint8_t)prefix;
}

const struct ioc *
ioc_find_address(const struct ioc_store *s, const uint8_t address[16])
{
	uint8_t key[17];
	if (s->kinds[IOC_ADDRESS] == 0)
		return NULL;
	bool four = is_four(address);
	for (unsigned prefix = 128 + 1; prefix-- > (four ? 96u : 0u);) {
		bool here = !four ? (s->prefixes6[prefix / 32] >> prefix % 32 & 1) != 0 : prefix == 128 ? s->prefix32 : (s->prefixes4 >> (prefix - 96) & 1) != 0;
		if (!here)
			continue;
		mask(key, address, prefix);
		const struct ioc *i = ioc_find(s, IOC_ADDRESS, key, sizeof(key));
		if (i != NULL)
			return i;
	}
	return NULL;
}

/* --- whole --- */

void
ioc_refuse(struct ioc_store *s, size_t line, const char *reason, const void *shown, size_t size)
{
	struct ioc_list *list = ioc_list_at_hand(s);
	list->refused++;
	if (list->shown_count == IOC_REFUSED_SHOWN)
		return;
	SCOPED_BUF text;
	buf_init(&text, 1024);
	text_display(&text, shown, size < 80 ? size : 80);
	const char *kept = pool_text(&s->pool, buf_cstr(&text), text.size);
	list->shown[list->shown_count++] = (struct ioc_refused){ .line = line, .reason = reason, .shown = kept != NULL ? kept : "" };
}

void
ioc_store_finish(struct ioc_store *s)
{
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++) {
		struct ioc_digests *d = &s->digests[kind];
		if (d->count > 1)
			qsort(d->rows, d->count, digest_size((enum digest_kind)kind) + sizeof(uint32_t), order[kind]);
	}
}
