#include "triage/case/custody.h"

#include "triage/base/digest.h"
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

enum { LINE_MAX_SIZE = 64 << 20, HASH_SIZE = 64 };

static const char hash_key[] = ",\"hash\":\"";
static const char previous_key[] = ",\"previous_hash\":\"";
static const char seq_key[] = ",\"seq\":";

static void
put_line(struct buf *out, const struct custody_entry *e, bool with_hash)
{
	char time[WHEN_TEXT_SIZE];
	buf_text(out, "{\"action\":");
	text_json_string(out, e->action);
	buf_text(out, ",\"actor\":");
	text_json_string(out, e->actor);
	buf_text(out, ",\"detail\":");
	buf_text(out, e->detail);
	if (with_hash)
		buf_format(out, "%s%s\"", hash_key, e->hash);
	buf_format(out, "%s%s\"%s%ju,\"time\":\"%s\"}", previous_key, e->previous_hash, seq_key, (uintmax_t)e->seq,
	    when_text(e->time, 9, "Z", time));
}

enum triage_status
custody_seal(struct custody_entry *entry, struct triage_error *err)
{
	static const char none[HASH_SIZE + 1] = "0000000000000000000000000000000000000000000000000000000000000000";
	SCOPED_BUF line;
	buf_init(&line, LINE_MAX_SIZE);
	put_line(&line, entry, false);
	digest_sha256_hex(buf_cstr(&line), line.size, entry->hash);
	/* zeros: there was no memory for it */
	if (line.failed || memcmp(entry->hash, none, HASH_SIZE) == 0) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "an act of the chain of custody cannot be sealed: out of memory, or too long");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

void
custody_line(struct buf *out, const struct custody_entry *entry)
{
	put_line(out, entry, true);
}

/* --- checking --- */

struct chain {
	uint64_t line;			/* from 1 */
	char previous[HASH_SIZE + 1];
};

static enum triage_status
complain(const struct chain *c, const char *why, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, c->line, "custody chain, line %ju: %s", (uintmax_t)c->line, why);
	return TRIAGE_E_FORMAT;
}

static bool
is_hash(const char *text)
{
	uint8_t value[HASH_SIZE / 2];
	char copy[HASH_SIZE + 1];
	memcpy(copy, text, HASH_SIZE);
	copy[HASH_SIZE] = '\0';
	return text_unhex(copy, value, sizeof(value));
}

/* What stands in the line from the member "hash" on, found from the end: detail may hold the same words. */
struct tail {
	size_t start;			/* of ,"hash": */
	const char *hash, *previous;	/* 64 digits each */
	uint64_t seq;
};

static bool
take_number(const char **p, const char *end, uint64_t *ret_value)
{
	const char *from = *p;
	uint64_t value = 0;
	while (*p < end && **p >= '0' && **p <= '9' && value < UINT64_MAX / 100)
		value = value * 10 + (uint64_t)(*(*p)++ - '0');
	*ret_value = value;
	return *p > from && (**p < '0' || **p > '9');
}

static bool
take_word(const char **p, const char *end, const char *word)
{
	size_t size = strlen(word);
	if ((size_t)(end - *p) < size || memcmp(*p, word, size) != 0)
		return false;
	*p += size;
	return true;
}

/* Length of the tail: everything but the digits of seq and the time's text is fixed. */
static bool
parse_tail(const char *line, size_t size, size_t start, struct tail *ret)
{
	const char *p = line + start, *end = line + size;
	struct tail t = { .start = start };
	if (!take_word(&p, end, hash_key) || end - p < HASH_SIZE)
		return false;
	t.hash = p;
	p += HASH_SIZE;
	if (!take_word(&p, end, "\"") || !take_word(&p, end, previous_key) || end - p < HASH_SIZE)
		return false;
	t.previous = p;
	p += HASH_SIZE;
	if (!take_word(&p, end, "\"") || !take_word(&p, end, seq_key) || !take_number(&p, end, &t.seq) || !take_word(&p, end, ",\"time\":\""))
		return false;
	const char *quote = memchr(p, '"', (size_t)(end - p));
	if (quote == NULL || quote == p || quote + 2 != end || quote[1] != '}' || !is_hash(t.hash) || !is_hash(t.previous))
		return false;
	*ret = t;
	return true;
}

static bool
find_tail(const char *line, size_t size, struct tail *ret)
{
	enum { TAIL_MAX = 320 };
	size_t first = size > TAIL_MAX ? size - TAIL_MAX : 0;
	for (size_t i = size; i-- > first;)
		if (line[i] == ',' && parse_tail(line, size, i, ret))
			return true;
	return false;
}

/* One JSON object with exactly the seven members in their order, and a detail that is an object. */
static bool
is_canonical(const char *line, size_t size)
{
	static const char *const keys[] = { "action", "actor", "detail", "hash", "previous_hash", "seq", "time" };
	static const enum json_event kinds[] = { JSON_STRING, JSON_STRING, JSON_OBJECT, JSON_STRING, JSON_STRING, JSON_NUMBER, JSON_STRING };
	struct json j;
	json_start(&j, line, size);
	if (json_next(&j) != JSON_OBJECT)
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_next(&j) != JSON_KEY || !json_is(&j, keys[i]) || json_next(&j) != kinds[i] || !json_skip(&j))
			return false;
	return json_next(&j) == JSON_OBJECT_END && json_next(&j) == JSON_END;
}

static enum triage_status
check_line(struct chain *c, const char *line, size_t size, struct triage_error *err)
{
	struct tail t;
	char hash[HASH_SIZE + 1];
	if (!is_canonical(line, size) || !find_tail(line, size, &t))
		return complain(c, "is not an act in the canonical form", err);
	SCOPED_BUF body;
	buf_init(&body, LINE_MAX_SIZE);
	size_t after = (size_t)(t.hash - line) + HASH_SIZE + 1;
	buf_put(&body, line, t.start);
	buf_put(&body, line + after, size - after);
	enum triage_status st = buf_check(&body, err);
	if (st != TRIAGE_OK)
		return st;
	digest_sha256_hex(body.data, body.size, hash);
	if (t.seq != c->line)
		return complain(c, "has another number: a line was taken out or put in before it", err);
	if (memcmp(t.previous, c->previous, HASH_SIZE) != 0)
		return complain(c, "does not follow the line before it", err);
	if (memcmp(t.hash, hash, HASH_SIZE) != 0)
		return complain(c, "was changed: its digest is another", err);
	memcpy(c->previous, hash, HASH_SIZE);
	return TRIAGE_OK;
}

enum triage_status
custody_follow(struct custody_chain *chain, const char *text, size_t size, struct triage_error *err)
{
	struct chain c = { .line = chain->acts };
	memset(c.previous, '0', HASH_SIZE);
	if (chain->acts > 0)
		memcpy(c.previous, chain->last, HASH_SIZE);
	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		c.line++;
		if (end == NULL)
			return complain(&c, "is cut off: it has no end", err);
		enum triage_status st = check_line(&c, text + at, (size_t)(end - (text + at)), err);
		if (st != TRIAGE_OK)
			return st;
		chain->acts = c.line;
		memcpy(chain->last, c.previous, sizeof(chain->last));
		at = (size_t)(end - text) + 1;
	}
	return TRIAGE_OK;
}

enum triage_status
custody_check(const char *text, size_t size, uint64_t *ret_lines, struct triage_error *err)
{
	struct custody_chain chain = { 0 };
	enum triage_status st = custody_follow(&chain, text, size, err);
	if (st == TRIAGE_OK)
		*ret_lines = chain.acts;
	return st;
}
