/* luks_layer.c - LUKS volumes: unlocked by the officer's keys, or told with what opens them. See luks.h for the sources. */
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/evidence/lock_map.h"
#include "triage/evidence/luks.h"
#include "triage/evidence/luks_unlock.h"

#include <stdio.h>
#include <string.h>

enum { SECTOR = 512 };

/* Text that was cut to fit ends with a whole character. */
static void
trim_utf8(char *text)
{
	size_t size = strlen(text), at = size;
	while (at > 0 && size - at < 3 && ((uint8_t)text[at - 1] & 0xc0) == 0x80)
		at--;
	if (at == 0 || (uint8_t)text[at - 1] < 0xc0)
		return;
	uint8_t first = (uint8_t)text[at - 1];
	size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (size - (at - 1) < wanted)
		text[at - 1] = '\0';
}

static __attribute__((format(printf, 2, 3))) void
note(struct layer_volume *v, const char *format, ...)
{
	size_t used = strlen(v->note);
	va_list args;
	va_start(args, format);
	vsnprintf(v->note + used, sizeof(v->note) - used, format, args);
	va_end(args);
	trim_utf8(v->note);
}

static void
name_volume(const struct luks *l, struct layer_volume *v)
{
	SCOPED_BUF text;
	buf_init(&text, sizeof(v->label) - 1);
	text_display(&text, l->label, strnlen(l->label, LUKS_LABEL));
	snprintf(v->label, sizeof(v->label), "%s", buf_cstr(&text));
	size_t digits = strspn(l->uuid, "0123456789abcdefABCDEF-");
	snprintf(v->uuid, sizeof(v->uuid), "%.*s", (int)digits, l->uuid);
	note(v, "LUKS version %u, UUID %s", l->version, v->uuid);
}

/* Text of the evidence, harmless, into at most room bytes. */
static const char *
harmless(const char *text, char *out, size_t room)
{
	SCOPED_BUF safe;
	buf_init(&safe, 4 * sizeof(((struct triage_error *)NULL)->text));
	text_display(&safe, text, strlen(text));
	snprintf(out, room, "%s", buf_cstr(&safe));
	trim_utf8(out);
	return out;
}

/* Which slots there are, so that the officer knows what to ask the owner for. */
static void
note_slots(const struct luks *l, struct layer_volume *v)
{
	enum { SHOWN = 8 };
	size_t shown = l->slot_count < SHOWN ? l->slot_count : SHOWN;
	for (size_t i = 0; i < shown; i++) {
		const struct luks_slot *s = &l->slots[i];
		struct triage_error why = { .text = "" };
		char type[LUKS_TEXT], hash[LUKS_TEXT];
		harmless(s->kdf.type, type, 16);
		note(v, "%s%u (", i == 0 ? "; key slots in use: " : ", ", s->number);
		if (strncmp(type, "argon2", 6) == 0)
			note(v, "%s, %ju MiB", type, (uintmax_t)(s->kdf.memory >> 10));
		else
			note(v, "%s %s", type, harmless(s->kdf.hash, hash, 16));
		if (!luks_slot_known(s, &why)) {
			char text[90];
			note(v, ": %s", harmless(why.text, text, sizeof(text)));
		}
		note(v, ")");
	}
	if (shown < l->slot_count)
		note(v, " and %zu more", l->slot_count - shown);
	if (l->slot_count == 0)
		note(v, "; no key slot is in use: the key has been erased, nothing opens it");
}

/* Why nothing of it can be read whatever the key, into v->note. False when there is no such reason. */
static bool
cannot_read(const struct luks *l, const struct reader *volume, struct layer_volume *v)
{
	char word[100];
	if (l->requirements[0] != '\0') {
		bool again = strstr(l->requirements, "reencrypt") != NULL;
		note(v, again ? "; a reencryption is under way (%s): finish it on a copy with cryptsetup reencrypt --resume-only" :
		    "; it asks for what is not read (%s): unlock it read-only with cryptsetup", harmless(l->requirements, word, sizeof(word)));
		return true;
	}
	for (size_t i = 0; i < l->segment_count; i++) {
		const struct luks_segment *s = &l->segments[i];
		if (strncmp(s->flags, "backup", 6) == 0)
			note(v, "; a reencryption is under way: finish it on a copy with cryptsetup reencrypt --resume-only");
		else if (s->integrity)
			note(v, "; it keeps checksums of its sectors (dm-integrity), which is not read: unlock it read-only with cryptsetup");
		else if (strcmp(s->type, "crypt") != 0 && strcmp(s->type, "linear") != 0)
			note(v, "; a part of it is of a kind that is not read (%s): unlock it read-only with cryptsetup",
			    harmless(s->type, word, sizeof(word)));
		else if (s->at == 0 && s->size == UINT64_MAX)
			note(v, "; this is a header on its own: the encrypted bytes lie on another medium");
		else if (s->at >= volume->size)
			note(v, "; the encrypted bytes begin at %ju, behind the end of this volume: a copy of the header, or cut off", (uintmax_t)s->at);
		else
			continue;
		return true;
	}
	return false;
}

/* Bytes of a segment that are there: whole sectors. */
static uint64_t
segment_size(const struct luks_segment *s, const struct reader *volume)
{
	uint64_t left = s->at < volume->size ? volume->size - s->at : 0;
	left = s->size < left ? s->size : left;
	return s->sector_size >= SECTOR ? left - left % s->sector_size : left;
}

static const struct luks_segment *
first_crypt(const struct luks *l)
{
	for (size_t i = 0; i < l->segment_count; i++)
		if (strcmp(l->segments[i].type, "crypt") == 0)
			return &l->segments[i];
	return NULL;
}

/* The runs of the volume, in order of the segments' numbers. Errors: E_UNSUPPORTED, E_LIMIT, E_MEMORY, E_FORMAT. */
static enum triage_status
map_segments(const struct luks *l, const struct luks_digest *d, const struct reader *volume, const uint8_t *key, size_t key_size, struct lock_map *m,
    struct triage_error *err)
{
	m->sector_size = SECTOR;
	for (size_t i = 0; i < l->segment_count; i++) {
		const struct luks_segment *s = &l->segments[i];
		struct lock_run run = { .kind = LOCK_RUN_PLAIN, .size = segment_size(s, volume), .below = s->at, .number = s->tweak };
		enum triage_status st = TRIAGE_OK;
		if (strcmp(s->type, "crypt") == 0) {
			if (luks_digest_of(l, s) != d || m->cipher_count == LOCK_CIPHERS) {
				triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "its parts are encrypted with different keys, which is not read");
				return TRIAGE_E_UNSUPPORTED;
			}
			st = lock_cipher_new(s->cipher, key, key_size, (uint32_t)s->sector_size, (uint32_t)s->sector_size / SECTOR, &run.cipher, err);
			run.kind = LOCK_RUN_CIPHER;
			m->sector_size = s->sector_size == 4096 ? 4096 : m->sector_size;
		}
		if (st != TRIAGE_OK)
			return st;
		if (run.cipher != NULL)
			m->ciphers[m->cipher_count++] = run.cipher;
		st = lock_map_add(m, &run, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static void
note_tries(const struct layer_keys *keys, const struct luks_tries *t, struct layer_volume *v)
{
	if (keys == NULL || keys->count == 0)
		note(v, "; give a passphrase or key file with --key");
	else
		note(v, "; none of the %zu keys given opens it", keys->count);
	if (t->spent)
		note(v, " (not everything was tried: its slots are too slow; give one key, or fewer)");
}

static enum triage_status
tell_problems(const struct luks *l, const struct luks_tries *t, const struct layer_sink *sink, struct triage_error *err)
{
	char message[300];
	enum triage_status st = TRIAGE_OK;
	if (l->remark[0] != '\0')
		st = sink->problem(sink->ctx, 0, TRIAGE_LOW, "luks-header", l->remark_at, 0, l->remark, err);
	if (st == TRIAGE_OK && t->memory != 0) {
		snprintf(message, sizeof(message), "LUKS: trying a key takes %ju MiB of memory, more than a worker may have: run again with more --memory or "
		    "fewer --jobs", (uintmax_t)(t->memory >> 10));
		st = sink->problem(sink->ctx, 0, TRIAGE_MEDIUM, "lock-memory", TRIAGE_NO_ID, 0, message, err);
	}
	if (st == TRIAGE_OK && t->spent)
		st = sink->problem(sink->ctx, 0, TRIAGE_MEDIUM, "lock-tries", TRIAGE_NO_ID, 0,
		    "LUKS: the time for trying keys was used up before every key was tried at every slot: give fewer keys", err);
	return st;
}

/* Open it when a key fits. E_UNSUPPORTED and E_FORMAT: why it stays closed. */
static enum triage_status
unlock(const struct luks *l, const struct layer_member *m, const struct layer_keys *keys, struct luks_tries *tries, struct layer_volume *v,
    struct triage_error *err)
{
	const struct luks_segment *s = first_crypt(l);
	const struct luks_digest *d = s != NULL ? luks_digest_of(l, s) : NULL;
	uint8_t key[LUKS_KEY] = { 0 };
	size_t key_size = 0;
	struct lock_map map = { .count = 0 };
	if (d == NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the header names no key for its encrypted part");
		return TRIAGE_E_FORMAT;
	}
	for (size_t i = 0; i < l->slot_count; i++)	/* before minutes are spent on keys */
		if (l->slots[i].number < 64 && (d->slots >> l->slots[i].number & 1) != 0 &&
		    !luks_cipher_known(s->cipher, l->slots[i].key_size, s->sector_size, err))
			return TRIAGE_E_UNSUPPORTED;
	enum triage_status st = luks_unlock(m->reader, l, d, keys, tries, key, &key_size, err);
	if (st == TRIAGE_OK && key_size > 0) {
		st = map_segments(l, d, m->reader, key, key_size, &map, err);
		if (st == TRIAGE_OK && map.count == 0) {
			triage_error_set(err, TRIAGE_E_SHORT, s->at, "a key fits, but no encrypted bytes are there");
			st = TRIAGE_E_SHORT;
		}
		if (st == TRIAGE_OK)
			st = lock_map_reader(&map, m->reader, &v->reader, err);
		lock_map_release(&map);
	}
	lock_wipe(key, sizeof(key));
	return st;
}

/* The volume is told in any case; err only when the call has to end. */
static enum triage_status
tell_volume(const struct luks *l, const struct layer_member *m, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	struct layer_volume v = { .kind = "luks", .state = TRIAGE_VOLUME_LOCKED, .created = TRIAGE_TIME_NONE };
	struct luks_tries tries = { 0 };
	struct triage_error why = { .text = "" };
	name_volume(l, &v);
	note_slots(l, &v);
	for (size_t i = 0; i < l->segment_count; i++)
		v.length += segment_size(&l->segments[i], m->reader) < UINT64_MAX - v.length ? segment_size(&l->segments[i], m->reader) : 0;
	enum triage_status st = TRIAGE_OK;
	if (!cannot_read(l, m->reader, &v)) {
		st = unlock(l, m, keys, &tries, &v, &why);
		if (st == TRIAGE_E_MEMORY) {
			triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s", why.text);
			return st;
		}
		if (v.reader != NULL) {
			v.state = TRIAGE_VOLUME_EXAMINED;
			v.length = v.reader->size;
		} else if (st != TRIAGE_OK) {
			char word[250];
			note(&v, "; %s", harmless(why.text, word, sizeof(word)));
		} else {
			note_tries(keys, &tries, &v);
		}
	}
	st = tell_problems(l, &tries, sink, err);
	if (st != TRIAGE_OK) {
		reader_close(v.reader);
		return st;
	}
	return sink->volume(sink->ctx, &v, err);
}

static enum triage_status
luks_open(const struct layer_member *members, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	SCOPED_FREE struct luks *l = NULL;
	struct triage_error why = { .text = "" };
	(void)count;	/* one a call */
	enum triage_status st = luks_read(members[0].reader, &l, &why);
	if (st == TRIAGE_OK)
		return tell_volume(l, &members[0], keys, sink, err);
	if (st == TRIAGE_E_MEMORY) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s", why.text);
		return st;
	}
	/* a header that is gone makes its contents no less encrypted */
	struct layer_volume v = { .kind = "luks", .state = st == TRIAGE_E_UNSUPPORTED ? TRIAGE_VOLUME_UNSUPPORTED : TRIAGE_VOLUME_LOCKED,
		.length = members[0].reader->size, .created = TRIAGE_TIME_NONE };
	if (l != NULL)
		name_volume(l, &v);
	note(&v, "%s%s", v.note[0] != '\0' ? "; " : "", why.text);
	return sink->volume(sink->ctx, &v, err);
}

static const char *const luks_signatures[] = { "crypto_LUKS", NULL };
const struct layer_kind luks_layer = { .name = "luks", .signatures = luks_signatures, .open = luks_open };
