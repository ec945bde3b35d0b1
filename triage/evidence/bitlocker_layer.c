/* bitlocker_layer.c - BitLocker volumes: unlocked by the officer's keys, or told with the protectors that open them. See bitlocker.h. */
#include "triage/base/fault.h"
#include "triage/evidence/bitlocker_unlock.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/evidence/lock_map.h"
#include "triage/evidence/signature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOLES = BITLOCKER_COPIES + 2, VISTA_PLAIN = 8 << 10, BOOT_NAME = 3, BOOT_MIRROR = 56 };

static __attribute__((format(printf, 2, 3))) void
note(struct layer_volume *v, const char *format, ...)
{
	size_t used = strlen(v->note);
	va_list args;
	va_start(args, format);
	vsnprintf(v->note + used, sizeof(v->note) - used, format, args);
	va_end(args);
}

/* A place of the volume that is not simply decrypted. */
struct hole {
	uint64_t at, size;
	bool moved;			/* the first bytes: they lie elsewhere; else zeros */
};

static int
compare_holes(const void *a, const void *b)
{
	uint64_t left = ((const struct hole *)a)->at, right = ((const struct hole *)b)->at;
	return left < right ? -1 : left > right;
}

static enum triage_status
contradiction(const struct hole *h, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, h->at, "the BitLocker metadata contradicts itself at %ju", (uintmax_t)h->at);
	return TRIAGE_E_FORMAT;
}

/* In order, inside the volume. Copies of the metadata at the same place count once. */
static enum triage_status
list_holes(const struct bitlocker *b, uint64_t volume, struct hole *holes, size_t *ret_count, struct triage_error *err)
{
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < BITLOCKER_COPIES; i++)
		if (b->copies[i] != 0)
			holes[n++] = (struct hole){ .at = b->copies[i], .size = b->copy_size };
	if (b->version == 2) {
		holes[n++] = (struct hole){ .at = 0, .size = b->header_size, .moved = true };
		holes[n++] = (struct hole){ .at = b->header_at, .size = b->header_size };
	}
	qsort(holes, n, sizeof(*holes), compare_holes);
	for (size_t i = 0; i < n; i++) {
		struct hole h = holes[i];
		if (h.at % b->sector_size != 0 || h.size % b->sector_size != 0)
			return contradiction(&h, err);
		if (h.at >= volume || h.size == 0)
			continue;
		h.size = h.size < volume - h.at ? h.size : volume - h.at;
		if (kept > 0 && h.at < holes[kept - 1].at + holes[kept - 1].size) {
			if (h.at == holes[kept - 1].at && h.size == holes[kept - 1].size && !holes[kept - 1].moved)
				continue;
			return contradiction(&h, err);
		}
		holes[kept++] = h;
	}
	*ret_count = kept;
	return TRIAGE_OK;
}

/* Bytes that lie where they belong: encrypted up to where encryption has come, then plain. */
static enum triage_status
add_stretch(const struct bitlocker *b, struct lock_cipher *c, uint64_t at, uint64_t end, struct lock_map *m, struct triage_error *err)
{
	uint64_t locked = b->encrypted - b->encrypted % b->sector_size, middle = locked < at ? at : locked < end ? locked : end;
	uint64_t whole = at + (middle - at) / b->sector_size * b->sector_size;
	enum triage_status st = lock_map_add(m, &(struct lock_run){ .kind = LOCK_RUN_CIPHER, .size = whole - at, .below = at,
	    .number = bitlocker_number(b, at), .cipher = c }, err);
	if (st == TRIAGE_OK)
		st = lock_map_add(m, &(struct lock_run){ .kind = LOCK_RUN_PLAIN, .size = end - whole, .below = whole }, err);
	return st;
}

/* The first bytes of the volume from where they have been moved to. */
static enum triage_status
add_moved(const struct bitlocker *b, struct lock_cipher *c, uint64_t size, struct lock_map *m, struct triage_error *err)
{
	bool locked = b->header_at < b->encrypted;
	return lock_map_add(m, &(struct lock_run){ .kind = locked ? LOCK_RUN_CIPHER : LOCK_RUN_PLAIN, .size = size, .below = b->header_at,
	    .number = bitlocker_number(b, b->header_at), .cipher = c }, err);
}

/* Windows Vista leaves the first sectors plain and writes its mark into the very first. */
static enum triage_status
add_vista_start(const struct bitlocker *b, struct reader *volume, struct lock_map *m, uint64_t *at, struct triage_error *err)
{
	if (volume->size < VISTA_PLAIN) {
		triage_error_set(err, TRIAGE_E_SHORT, volume->size, "the volume ends at %ju", (uintmax_t)volume->size);
		return TRIAGE_E_SHORT;
	}
	m->held = fault_hit() ? NULL : calloc(1, b->sector_size);
	if (m->held == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an unlocked volume");
		return TRIAGE_E_MEMORY;
	}
	m->held_size = b->sector_size;
	enum triage_status st = reader_read_all(volume, 0, m->held, b->sector_size, err);
	if (st != TRIAGE_OK)
		return st;
	memcpy(m->held + BOOT_NAME, "NTFS    ", 8);
	for (size_t i = 0; i < 8; i++)
		m->held[BOOT_MIRROR + i] = (uint8_t)(b->mirror >> (8 * i));
	*at = VISTA_PLAIN;
	st = lock_map_add(m, &(struct lock_run){ .kind = LOCK_RUN_HELD, .size = b->sector_size, .held = m->held }, err);
	if (st == TRIAGE_OK)
		st = lock_map_add(m, &(struct lock_run){ .kind = LOCK_RUN_PLAIN, .size = VISTA_PLAIN - b->sector_size, .below = b->sector_size }, err);
	return st;
}

/* The whole volume in runs. Errors: E_FORMAT, E_SHORT, E_MEMORY. */
static enum triage_status
map_volume(const struct bitlocker *b, struct lock_cipher *c, struct reader *volume, struct lock_map *m, struct triage_error *err)
{
	struct hole holes[HOLES];
	size_t count = 0;
	uint64_t at = 0;
	m->sector_size = b->sector_size == 4096 ? 4096 : 512;
	enum triage_status st = list_holes(b, volume->size, holes, &count, err);
	if (st == TRIAGE_OK && b->version == 1)
		st = add_vista_start(b, volume, m, &at, err);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		if (holes[i].at < at)
			return contradiction(&holes[i], err);
		st = add_stretch(b, c, at, holes[i].at, m, err);
		if (st == TRIAGE_OK && holes[i].moved)
			st = add_moved(b, c, holes[i].size, m, err);
		else if (st == TRIAGE_OK)
			st = lock_map_add(m, &(struct lock_run){ .kind = LOCK_RUN_ZERO, .size = holes[i].size }, err);
		at = holes[i].at + holes[i].size;
	}
	return st == TRIAGE_OK ? add_stretch(b, c, at, volume->size, m, err) : st;
}

static void
name_volume(const struct bitlocker *b, struct layer_volume *v)
{
	const char *method;
	char list[LAYER_NOTE];
	signature_guid(b->guid, v->uuid);
	signature_utf16(b->description.data, b->description.size / 2, false, v->label, sizeof(v->label));
	bitlocker_list_protectors(b, list, sizeof(list) - 200);	/* leaves room for what comes behind */
	if (bitlocker_method_known(b->method, &method))
		note(v, "%s; ", method);
	note(v, "%s", list[0] != '\0' ? list : "no protector is listed");
}

/* Whether encryption has come all the way. */
static void
note_progress(const struct bitlocker *b, const struct reader *volume, struct layer_volume *v)
{
	if (b->version == 2 && b->encrypted < volume->size)
		note(v, "; encrypted up to byte %ju, plain from there", (uintmax_t)b->encrypted);
}

static void
note_tries(const struct layer_keys *keys, const struct secrets *s, const struct bitlocker_tries *t, struct layer_volume *v)
{
	if (keys == NULL || keys->count == 0)
		note(v, "; give the recovery password, password or startup key with --key");
	else
		note(v, "; none of the %zu keys given opens it", keys->count);
	if (s->mistyped)
		note(v, " (one looks like a recovery password with a typing error: each group of six digits has to be divisible by 11)");
	if (t->spent || s->more)
		note(v, " (not everything was tried: give fewer keys)");
}

/* Open it when a key fits. Errors: E_MEMORY ends the call; others say why it stays closed. */
static enum triage_status
unlock(const struct bitlocker *b, const struct layer_member *m, const struct layer_keys *keys, struct layer_volume *v, struct triage_error *err)
{
	struct secrets secrets;
	struct bitlocker_tries tries = { 0 };
	struct lock_map map = { .count = 0 };
	struct lock_cipher *c = NULL;
	enum triage_status st = secrets_read(keys, &secrets, err);
	if (st == TRIAGE_OK)
		st = bitlocker_unlock(b, &secrets, &tries, &c, err);
	if (st == TRIAGE_OK && c == NULL)
		note_tries(keys, &secrets, &tries, v);
	lock_wipe(&secrets, sizeof(secrets));
	if (st != TRIAGE_OK || c == NULL)
		return st;
	map.ciphers[map.cipher_count++] = c;
	st = map_volume(b, c, m->reader, &map, err);
	if (st == TRIAGE_OK && map.count > 0)
		st = lock_map_reader(&map, m->reader, &v->reader, err);
	lock_map_release(&map);
	return st;
}

static enum triage_status
tell_damage(const struct bitlocker *b, const struct layer_sink *sink, struct triage_error *err)
{
	char message[200];
	unsigned lost = (unsigned)__builtin_popcount(b->damaged);
	if (b->damaged == 0 || b->used < 0)
		return TRIAGE_OK;
	static const char *const which[] = { "", "one of the three copies of the BitLocker metadata is", "two of the three copies of the BitLocker metadata are",
	    "all three copies of the BitLocker metadata are" };
	snprintf(message, sizeof(message), "%s missing or damaged; copy %d is used%s", which[lost < 4 ? lost : 3], b->used + 1,
	    b->whole ? "" : " although its checksum does not fit");
	return sink->problem(sink->ctx, 0, TRIAGE_LOW, "bitlocker-metadata", b->copies[b->used], 0, message, err);
}

/* Fill v, as far as it goes. Errors: E_MEMORY. */
static enum triage_status
look(const struct bitlocker *b, enum triage_status read, const struct layer_member *m, const struct layer_keys *keys, struct layer_volume *v,
    struct triage_error *err)
{
	struct triage_error why = { .text = "" };
	if (b->used < 0) {
		/* its contents are no less encrypted: the state stays */
		note(v, "%s", err != NULL && read != TRIAGE_OK ? err->text : "no BitLocker metadata");
		return TRIAGE_OK;
	}
	name_volume(b, v);
	note_progress(b, m->reader, v);
	if (b->flavour == BITLOCKER_ON_WRITE) {
		note(v, "; encryption of the used space is under way, which is not read: unlock it on Windows and examine the result");
		return TRIAGE_OK;
	}
	enum triage_status st = unlock(b, m, keys, v, &why);
	if (st == TRIAGE_E_MEMORY) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s", why.text);
		return st;
	}
	if (v->reader != NULL)
		v->state = TRIAGE_VOLUME_EXAMINED;
	else if (st != TRIAGE_OK)
		note(v, "; %s", why.text);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_SHORT)
		v->state = TRIAGE_VOLUME_DAMAGED;
	return TRIAGE_OK;
}

static enum triage_status
bitlocker_open(const struct layer_member *members, size_t count, const struct layer_keys *keys, const struct layer_sink *sink,
    struct triage_error *err)
{
	struct bitlocker b;
	struct layer_volume v = { .kind = "bitlocker", .state = TRIAGE_VOLUME_LOCKED, .length = members[0].reader->size, .created = TRIAGE_TIME_NONE };
	(void)count;	/* one a call */
	enum triage_status read = bitlocker_read(members[0].reader, &b, err), st = read;
	if (read != TRIAGE_E_MEMORY)
		st = look(&b, read, &members[0], keys, &v, err);
	if (st == TRIAGE_OK)
		st = tell_damage(&b, sink, err);
	bitlocker_release(&b);
	if (st != TRIAGE_OK) {
		reader_close(v.reader);
		return st;
	}
	return sink->volume(sink->ctx, &v, err);
}

static const char *const bitlocker_signatures[] = { "BitLocker", NULL };
const struct layer_kind bitlocker_layer = { .name = "bitlocker", .signatures = bitlocker_signatures, .open = bitlocker_open };
