/* evtx_name.c - names to keys, each kept once. */
#include "triage/artefact/evtx_name.h"

#include <string.h>

static const char *const word_text[EVTX_WORD_COUNT] = {
#define W(id, key) [EVTX_WORD_##id] = key,
	EVTX_WORDS(W)
#undef W
};

static const char *const system_text[EVTX_SYS_COUNT] = {
#define F(id, key) [EVTX_SYS_##id] = key,
	EVTX_SYSTEM_FIELDS(F)
#undef F
};

static const struct {
	uint8_t element, attribute, system;
} system_places[] = {
#define P(element, attribute, system) { EVTX_WORD_##element, EVTX_WORD_##attribute, EVTX_SYS_##system }
	P(PROVIDER, NAME, PROVIDER), P(PROVIDER, GUID, PROVIDER_GUID), P(PROVIDER, EVENT_SOURCE_NAME, SOURCE), P(EVENT_ID, NONE, EVENT_ID),
	P(EVENT_ID, QUALIFIERS, QUALIFIERS), P(VERSION, NONE, VERSION), P(LEVEL, NONE, LEVEL), P(TASK, NONE, TASK), P(OPCODE, NONE, OPCODE),
	P(KEYWORDS, NONE, KEYWORDS), P(TIME_CREATED, SYSTEM_TIME, TIME), P(EVENT_RECORD_ID, NONE, EVENT_RECORD_ID),
	P(CORRELATION, ACTIVITY_ID, ACTIVITY_ID), P(CORRELATION, RELATED_ACTIVITY_ID, RELATED_ACTIVITY_ID), P(EXECUTION, PROCESS_ID, PROCESS_ID),
	P(EXECUTION, THREAD_ID, THREAD_ID), P(EXECUTION, PROCESSOR_ID, PROCESSOR_ID), P(EXECUTION, SESSION_ID, SESSION_ID),
	P(EXECUTION, KERNEL_TIME, KERNEL_TIME), P(EXECUTION, USER_TIME, USER_TIME), P(EXECUTION, PROCESSOR_TIME, PROCESSOR_TIME),
	P(CHANNEL, NONE, CHANNEL), P(COMPUTER, NONE, COMPUTER), P(SECURITY, USER_ID, USER_ID),
#undef P
};

enum evtx_system
evtx_system_of(unsigned element, unsigned attribute)
{
	for (size_t i = 0; i < sizeof(system_places) / sizeof(system_places[0]); i++)
		if (system_places[i].element == element && system_places[i].attribute == attribute)
			return system_places[i].system;
	return EVTX_SYS_NONE;
}

/* --- the form of a key --- */

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* True when a word begins at name[i]: after a small letter or a digit, and before the last capital of a row when a small letter follows. */
static bool
begins_word(const char *name, size_t size, size_t i)
{
	if (i == 0 || !is_upper(name[i]))
		return false;
	if (!is_upper(name[i - 1]))
		return true;
	/* "IPAddress" is ip_address; but "SIDs" is one word */
	bool plural = i + 1 < size && name[i + 1] == 's' && (i + 2 == size || !is_lower(name[i + 2]));
	return i + 1 < size && is_lower(name[i + 1]) && !plural;
}

size_t
evtx_key_form(const char *name, size_t size, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < size && n < EVTX_KEY_MAX - 3; i++) {
		bool letter = is_upper(name[i]) || is_lower(name[i]) || is_digit(name[i]);
		if (n > 0 && out[n - 1] != '_' && (!letter || begins_word(name, size, i)))
			out[n++] = '_';
		if (letter)
			out[n++] = is_upper(name[i]) ? (char)(name[i] + 32) : name[i];
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	if (n == 0)
		out[n++] = '_';
	out[n] = '\0';
	return n;
}

/* --- the table --- */

static uint32_t
hash_of(const char *text, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ (uint8_t)text[i]) * 16777619u;
	return h ^ h >> 15;
}

struct evtx_key *
evtx_key_of(struct evtx_names *n, const char *text, size_t size)
{
	uint32_t h = hash_of(text, size);
	uint16_t *bucket = &n->bucket[h % EVTX_KEY_BUCKETS];
	for (uint16_t i = *bucket; i != 0; i = n->keys[i - 1].next) {
		struct evtx_key *k = &n->keys[i - 1];
		if (k->hash == h && k->size == size && memcmp(k->text, text, size) == 0)
			return k;
	}
	/* the last place is for all that find none */
	if (n->count >= EVTX_KEYS - 1 || n->text_used + size + 1 > EVTX_KEY_TEXT) {
		n->keys[EVTX_KEYS - 1].text = "other";
		n->keys[EVTX_KEYS - 1].size = 5;
		return &n->keys[EVTX_KEYS - 1];
	}
	char *copy = n->text + n->text_used;
	memcpy(copy, text, size);
	copy[size] = '\0';
	n->text_used += (uint32_t)size + 1;
	n->keys[n->count] = (struct evtx_key){ .text = copy, .hash = h, .size = (uint16_t)size, .next = *bucket };
	*bucket = (uint16_t)(n->count + 1);
	return &n->keys[n->count++];
}

static struct evtx_key *
key_of_raw(struct evtx_names *n, const uint8_t *name, size_t units)
{
	char plain[2 * EVTX_KEY_MAX], form[EVTX_KEY_MAX];
	size_t size = units < sizeof(plain) ? units : sizeof(plain);
	for (size_t i = 0; i < size; i++)
		plain[i] = name[2 * i + 1] == 0 ? (char)name[2 * i] : '_';
	return evtx_key_of(n, form, evtx_key_form(plain, size, form));
}

struct evtx_key *
evtx_key_of_name(struct evtx_names *n, const uint8_t *name, size_t units)
{
	if (units < 4 || units > EVTX_RAW_UNITS)
		return key_of_raw(n, name, units);
	uint64_t first, last;
	memcpy(&first, name, sizeof(first));
	memcpy(&last, name + 2 * units - sizeof(last), sizeof(last));
	uint64_t h = (first * 31 + last + units) * UINT64_C(0x9e3779b97f4a7c15);
	struct evtx_raw_name *raw = &n->raw[h >> 55];
	if (raw->key == NULL || raw->units != units || memcmp(raw->name, name, 2 * units) != 0) {
		raw->key = key_of_raw(n, name, units);
		raw->units = (uint32_t)units;
		memcpy(raw->name, name, 2 * units);
	}
	return raw->key;
}
_Static_assert(EVTX_RAW_NAMES == 1 << (64 - 55), "nine bits of the hash choose the place");

struct evtx_key *
evtx_key_joined(struct evtx_names *n, const char *first, const char *second)
{
	char text[EVTX_KEY_MAX];
	size_t a = strnlen(first, EVTX_KEY_MAX - 2), b = strnlen(second, EVTX_KEY_MAX - 2 - a);
	memcpy(text, first, a);
	text[a] = '_';
	memcpy(text + a + 1, second, b);
	return evtx_key_of(n, text, a + 1 + b);
}

void
evtx_names_clear(struct evtx_names *n)
{
	memset(n->bucket, 0, sizeof(n->bucket));
	memset(n->raw, 0, sizeof(n->raw));
	n->count = n->text_used = n->event = 0;
	n->keys[EVTX_KEYS - 1] = (struct evtx_key){ .text = "other", .size = 5 };
	for (unsigned i = 1; i < EVTX_WORD_COUNT; i++) {
		n->words[i] = evtx_key_of(n, word_text[i], strlen(word_text[i]));
		n->words[i]->word = (uint8_t)i;
	}
	for (unsigned i = 1; i < EVTX_SYS_COUNT; i++)
		evtx_key_of(n, system_text[i], strlen(system_text[i]))->system = (uint8_t)i;
	n->ready = true;
}

bool
evtx_names_full(const struct evtx_names *n)
{
	return n->count > EVTX_KEYS / 2 || n->text_used > EVTX_KEY_TEXT / 2;
}
