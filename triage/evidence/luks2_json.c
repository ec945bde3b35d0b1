/*
 * luks2_json.c - the JSON text of a LUKS2 header into struct luks. Members are told by tables; what is not in them is passed over.
 * Numbers beyond 53 bits are written as strings there, and the names of objects are their numbers.
 */
#include "triage/evidence/luks.h"

#include "triage/base/buf.h"
#include "triage/base/json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum field_kind { FIELD_TEXT, FIELD_NUMBER, FIELD_BYTES, FIELD_NUMBERS, FIELD_TEXTS, FIELD_THERE, FIELD_OBJECT };

struct field {
	const char *name;
	enum field_kind kind;
	size_t at;			/* in the struct that is filled */
	size_t size_at;			/* BYTES: where their count goes, a uint64_t */
	const struct field *inside;	/* OBJECT: its members, into the same struct */
};

#define TEXT(s, n, m) { .name = n, .kind = FIELD_TEXT, .at = offsetof(struct s, m) }
#define NUMBER(s, n, m) { .name = n, .kind = FIELD_NUMBER, .at = offsetof(struct s, m) }
#define BYTES(s, n, m) { .name = n, .kind = FIELD_BYTES, .at = offsetof(struct s, m), .size_at = offsetof(struct s, m##_size) }

static const struct field slot_area[] = {
	TEXT(luks_slot, "type", area_type), NUMBER(luks_slot, "offset", area_at), NUMBER(luks_slot, "size", area_size),
	TEXT(luks_slot, "encryption", area_cipher), NUMBER(luks_slot, "key_size", area_key_size), { .name = NULL },
};
static const struct field slot_kdf[] = {
	TEXT(luks_slot, "type", kdf.type), TEXT(luks_slot, "hash", kdf.hash), NUMBER(luks_slot, "iterations", kdf.iterations),
	NUMBER(luks_slot, "time", kdf.time), NUMBER(luks_slot, "memory", kdf.memory), NUMBER(luks_slot, "cpus", kdf.cpus),
	BYTES(luks_slot, "salt", kdf.salt), { .name = NULL },
};
static const struct field slot_split[] = {
	TEXT(luks_slot, "type", split_type), TEXT(luks_slot, "hash", split_hash), NUMBER(luks_slot, "stripes", stripes), { .name = NULL },
};
static const struct field slot_fields[] = {
	TEXT(luks_slot, "type", type), NUMBER(luks_slot, "key_size", key_size), NUMBER(luks_slot, "priority", priority),
	{ .name = "area", .kind = FIELD_OBJECT, .inside = slot_area }, { .name = "kdf", .kind = FIELD_OBJECT, .inside = slot_kdf },
	{ .name = "af", .kind = FIELD_OBJECT, .inside = slot_split }, { .name = NULL },
};
static const struct field digest_fields[] = {
	TEXT(luks_digest, "type", kdf.type), TEXT(luks_digest, "hash", kdf.hash), NUMBER(luks_digest, "iterations", kdf.iterations),
	BYTES(luks_digest, "salt", kdf.salt), BYTES(luks_digest, "digest", value),
	{ .name = "keyslots", .kind = FIELD_NUMBERS, .at = offsetof(struct luks_digest, slots) },
	{ .name = "segments", .kind = FIELD_NUMBERS, .at = offsetof(struct luks_digest, segments) }, { .name = NULL },
};
static const struct field segment_fields[] = {
	TEXT(luks_segment, "type", type), NUMBER(luks_segment, "offset", at), NUMBER(luks_segment, "size", size),
	NUMBER(luks_segment, "iv_tweak", tweak), TEXT(luks_segment, "encryption", cipher), NUMBER(luks_segment, "sector_size", sector_size),
	{ .name = "integrity", .kind = FIELD_THERE, .at = offsetof(struct luks_segment, integrity) },
	{ .name = "flags", .kind = FIELD_TEXTS, .at = offsetof(struct luks_segment, flags) }, { .name = NULL },
};
static const struct field config_requirements[] = {
	{ .name = "mandatory", .kind = FIELD_TEXTS, .at = offsetof(struct luks, requirements) }, { .name = NULL },
};
static const struct field config_fields[] = {
	{ .name = "requirements", .kind = FIELD_OBJECT, .inside = config_requirements }, { .name = NULL },
};

/* The last string or number as digits. "dynamic" is UINT64_MAX. */
static bool
take_number(const struct json *j, uint64_t *ret_value)
{
	uint64_t value = 0;
	if (json_is(j, "dynamic")) {
		*ret_value = UINT64_MAX;
		return true;
	}
	for (size_t i = 0; i < j->value_size; i++) {
		unsigned digit = (unsigned)(uint8_t)j->value[i] - '0';
		if (digit > 9 || __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*ret_value = value;
	return j->value_size > 0;
}

static bool
take_text(const struct json *j, char out[LUKS_TEXT])
{
	SCOPED_BUF text;
	buf_init(&text, LUKS_TEXT - 1);
	json_string(j, &text);
	if (text.failed)
		return false;
	memcpy(out, buf_cstr(&text), text.size);
	out[text.size] = '\0';
	return true;
}

/* RFC 4648, section 4. */
static bool
take_base64(const struct json *j, uint8_t out[LUKS_SALT], uint64_t *ret_size)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned have = 0;
	uint64_t size = 0;
	for (size_t i = 0; i < j->value_size && j->value[i] != '='; i++) {
		if (j->value[i] == '\\')	/* the solidus may be written escaped */
			continue;
		const char *found = strchr(alphabet, j->value[i]);
		if (found == NULL || *found == '\0')
			return false;
		bits = bits << 6 | (uint32_t)(found - alphabet);
		have += 6;
		if (have < 8)
			continue;
		if (size == LUKS_SALT)
			return false;
		have -= 8;
		out[size++] = (uint8_t)(bits >> have);
	}
	*ret_size = size;
	return true;
}

/* An array of strings: numbers to bits, or texts with commas between. */
static bool
take_list(struct json *j, enum field_kind kind, void *out)
{
	uint64_t mask = 0;
	char *text = out;
	while (json_next(j) == JSON_STRING) {
		uint64_t n;
		char word[LUKS_TEXT];
		if (kind == FIELD_NUMBERS) {
			if (!take_number(j, &n) || n >= 64)
				return false;
			mask |= UINT64_C(1) << n;
			continue;
		}
		if (!take_text(j, word))
			return false;
		size_t used = strlen(text), more = strlen(word);
		if (used + more + 2 > LUKS_TEXT)
			return false;
		if (used > 0)
			text[used++] = ',';
		memcpy(text + used, word, more + 1);
	}
	if (kind == FIELD_NUMBERS)
		memcpy(out, &mask, sizeof(mask));
	return j->event == JSON_ARRAY_END;
}

/* The value of a known member that is no object. */
static bool
take_value(struct json *j, const struct field *f, uint8_t *into)
{
	if (f->kind == FIELD_THERE) {
		into[f->at] = true;
		return json_skip(j);
	}
	enum json_event event = json_next(j);
	uint64_t number = 0;
	bool ok = false;
	switch (f->kind) {
	case FIELD_TEXT:
		return event == JSON_STRING && take_text(j, (char *)into + f->at);
	case FIELD_NUMBER:
		ok = (event == JSON_STRING || event == JSON_NUMBER) && take_number(j, &number);
		memcpy(into + f->at, &number, sizeof(number));
		return ok;
	case FIELD_BYTES:
		ok = event == JSON_STRING && take_base64(j, into + f->at, &number);
		memcpy(into + f->size_at, &number, sizeof(number));
		return ok;
	case FIELD_NUMBERS:
	case FIELD_TEXTS:
		return event == JSON_ARRAY && take_list(j, f->kind, into + f->at);
	case FIELD_OBJECT:
	case FIELD_THERE:
		break;
	}
	return false;
}

static const struct field *
field_named(const struct field *fields, const struct json *j)
{
	for (; fields->name != NULL; fields++)
		if (json_is(j, fields->name))
			return fields;
	return NULL;
}

/* One object, its opening brace still to come. The tables nest at most twice. */
static bool
take_object(struct json *j, const struct field *fields, void *into)
{
	const struct field *outer[2] = { 0 };
	size_t depth = 0;
	if (json_next(j) != JSON_OBJECT)
		return false;
	for (;;) {
		enum json_event event = json_next(j);
		if (event == JSON_OBJECT_END && depth == 0)
			return true;
		if (event == JSON_OBJECT_END) {
			fields = outer[--depth];
			continue;
		}
		if (event != JSON_KEY)
			return false;
		const struct field *f = field_named(fields, j);
		if (f == NULL) {
			if (!json_skip(j))
				return false;
		} else if (f->kind != FIELD_OBJECT) {
			if (!take_value(j, f, into))
				return false;
		} else {
			if (depth == sizeof(outer) / sizeof(outer[0]) || json_next(j) != JSON_OBJECT)
				return false;
			outer[depth++] = fields;
			fields = f->inside;
		}
	}
}

/* An object of numbered objects into an array. each: bytes from one element to the next; first: what an element starts as. */
static bool
take_numbered(struct json *j, const struct field *fields, void *elements, size_t each, const void *first, unsigned *numbers, size_t *count)
{
	if (json_next(j) != JSON_OBJECT)
		return false;
	while (json_next(j) == JSON_KEY) {
		uint64_t number;
		if (*count == LUKS_MANY || !take_number(j, &number) || number >= 64)
			return false;
		uint8_t *element = (uint8_t *)elements + *count * each;
		memcpy(element, first, each);
		if (!take_object(j, fields, element))
			return false;
		numbers[(*count)++] = (unsigned)number;
	}
	return j->event == JSON_OBJECT_END;
}

static bool
take_slots(struct json *j, struct luks *l)
{
	unsigned numbers[LUKS_MANY];
	const struct luks_slot first = { .priority = 1 };
	bool ok = take_numbered(j, slot_fields, l->slots, sizeof(first), &first, numbers, &l->slot_count);
	for (size_t i = 0; i < l->slot_count; i++)
		l->slots[i].number = numbers[i];
	return ok;
}

static bool
take_digests(struct json *j, struct luks *l)
{
	unsigned numbers[LUKS_MANY];
	const struct luks_digest first = { .slots = 0 };
	return take_numbered(j, digest_fields, l->digests, sizeof(first), &first, numbers, &l->digest_count);
}

static int
compare_segments(const void *a, const void *b)
{
	unsigned left = ((const struct luks_segment *)a)->number, right = ((const struct luks_segment *)b)->number;
	return left < right ? -1 : left > right;
}

static bool
take_segments(struct json *j, struct luks *l)
{
	unsigned numbers[LUKS_MANY];
	const struct luks_segment first = { .sector_size = 512 };
	bool ok = take_numbered(j, segment_fields, l->segments, sizeof(first), &first, numbers, &l->segment_count);
	for (size_t i = 0; i < l->segment_count; i++)
		l->segments[i].number = numbers[i];
	qsort(l->segments, l->segment_count, sizeof(l->segments[0]), compare_segments);	/* the volume is these one after another */
	return ok;
}

static bool
take_config(struct json *j, struct luks *l)
{
	return take_object(j, config_fields, l);
}

enum triage_status
luks2_json(const char *text, size_t size, struct luks *l, struct triage_error *err)
{
	static const struct {
		const char *name;
		bool (*take)(struct json *j, struct luks *l);
	} parts[] = { { "keyslots", take_slots }, { "digests", take_digests }, { "segments", take_segments }, { "config", take_config } };
	struct json j;
	l->slot_count = l->digest_count = l->segment_count = 0;
	l->requirements[0] = '\0';
	json_start(&j, text, size);
	unsigned seen = 0;
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY) {
		size_t i = 0;
		while (i < sizeof(parts) / sizeof(parts[0]) && !json_is(&j, parts[i].name))
			i++;
		if (i == sizeof(parts) / sizeof(parts[0])) {
			ok = json_skip(&j);
		} else {
			ok = (seen & 1U << i) == 0 && parts[i].take(&j, l);	/* each once */
			seen |= 1U << i;
		}
	}
	if (ok && j.event == JSON_OBJECT_END && json_next(&j) == JSON_END && (seen & 7) == 7)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, j.at, "the description of the encryption is broken (character %zu)", j.at);
	return TRIAGE_E_FORMAT;
}
