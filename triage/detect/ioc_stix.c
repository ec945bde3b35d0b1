/*
 * ioc_stix.c - indicators of a STIX 2.0 or 2.1 bundle (OASIS STIX 2.1, part 9: patterns).
 *
 * Taken are comparisons by =, IN, LIKE, MATCHES (names) and ISSUBSET (nets). Of what is joined by AND or FOLLOWEDBY the most telling
 * comparison is looked for alone, and its comment says that the pattern asks for more. Negations, and properties that no evidence here can show,
 * are refused. Other objects of the bundle are passed over.
 */
#include "triage/detect/ioc.h"

#include "triage/base/json.h"
#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_MAX = 8 << 10, PATTERN_MAX = 1 << 20 };

/* --- patterns --- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_SIGN };

struct lexer {
	const char *text;
	size_t size, at;
	enum token_kind kind;
	char sign;			/* [ ] ( ) , = ! < > */
	struct buf value;		/* of a word or string, unescaped */
};

static void
next(struct lexer *l)
{
	buf_clear(&l->value);
	while (l->at < l->size && strchr(" \t\r\n", l->text[l->at]) != NULL)
		l->at++;
	l->kind = TOKEN_END;
	if (l->at >= l->size)
		return;
	char c = l->text[l->at];
	if (c == '\'') {
		l->kind = TOKEN_STRING;
		for (l->at++; l->at < l->size && l->text[l->at] != '\''; l->at++) {
			l->at += l->text[l->at] == '\\' && l->at + 1 < l->size;
			buf_char(&l->value, l->text[l->at]);
		}
		l->at++;
		return;
	}
	if (strchr("[](),=!<>", c) != NULL) {
		l->kind = TOKEN_SIGN;
		l->sign = c;
		l->at++;
		return;
	}
	/* a path of an object: its parts may be quoted and have indices */
	l->kind = TOKEN_WORD;
	while (l->at < l->size && strchr(" \t\r\n(),=!<>]", l->text[l->at]) == NULL) {
		c = l->text[l->at++];
		if (c == '[')
			while (l->at < l->size && l->text[l->at] != ']')
				l->at++;
		if (c == '[')
			l->at++;
		else if (c != '\'' && c != '"')
			buf_char(&l->value, c);
	}
	if (l->at == 0 || l->value.size == 0)
		l->at += l->at < l->size;
}

static bool
is_word(const struct lexer *l, const char *word)
{
	return l->kind == TOKEN_WORD && strcasecmp(buf_cstr(&l->value), word) == 0;
}

/* What an object path means; telling: the more, the better it stands alone. */
static const struct {
	const char *path;
	enum ioc_hint hint;
	unsigned telling;
} paths[] = {
	{ "file:name", IOC_A_NAME, 2 }, { "file:parent_directory_ref.path", IOC_A_PATH, 1 }, { "directory:path", IOC_A_PATH, 3 }, { "process:name", IOC_A_NAME, 2 },
	{ "process:image_ref.name", IOC_A_NAME, 2 }, { "domain-name:value", IOC_A_DOMAIN, 6 }, { "ipv4-addr:value", IOC_AN_ADDRESS, 5 },
	{ "ipv6-addr:value", IOC_AN_ADDRESS, 5 }, { "url:value", IOC_A_URL, 8 }, { "email-addr:value", IOC_A_MAIL, 7 },
	{ "email-message:from_ref.value", IOC_A_MAIL, 7 }, { "email-message:sender_ref.value", IOC_A_MAIL, 7 }, { "windows-registry-key:key", IOC_A_KEY, 4 },
	{ "network-traffic:dst_ref.value", IOC_ANY, 5 }, { "network-traffic:src_ref.value", IOC_ANY, 5 },
};

static bool
path_means(const char *path, enum ioc_hint *ret_hint, unsigned *ret_telling)
{
	static const char *const hashes[] = { "file:hashes.", "artifact:hashes.", "file:content_ref.hashes." };
	static const char *const digests[] = { "md5", "sha-1", "sha1", "sha-256", "sha256" };
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (strncasecmp(path, hashes[i], strlen(hashes[i])) != 0)
			continue;
		for (size_t k = 0; k < sizeof(digests) / sizeof(digests[0]); k++)
			if (strcasecmp(path + strlen(hashes[i]), digests[k]) == 0) {
				*ret_hint = IOC_A_HASH;
				*ret_telling = 9;
				return true;
			}
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcasecmp(path, paths[i].path) == 0) {
			*ret_hint = paths[i].hint;
			*ret_telling = paths[i].telling;
			return true;
		}
	return false;
}

/* The best comparison so far of those joined by AND. */
struct best {
	struct buf value;
	enum ioc_hint hint;
	unsigned telling;		/* 0: none */
	size_t joined;			/* comparisons seen since the last OR */
};

struct reading {
	struct ioc_store *s;
	struct ioc_entry entry;
	struct lexer l;
	struct best best;
	struct buf path, comment;
	struct triage_error *err;
};

static enum triage_status
take_best(struct reading *r)
{
	struct ioc_entry e = r->entry;
	SCOPED_BUF comment;
	buf_init(&comment, 64 << 10);
	enum triage_status st = TRIAGE_OK;
	if (r->best.telling > 0) {
		buf_put(&comment, e.comment, e.comment_size);
		if (r->best.joined > 1)
			buf_text(&comment, " (one of several conditions of the pattern)");
		e.comment = buf_cstr(&comment);
		e.comment_size = comment.size;
		e.value = buf_cstr(&r->best.value);
		e.size = r->best.value.size;
		st = ioc_take(r->s, &e, r->best.hint, r->err);
	}
	r->best.telling = 0;
	r->best.joined = 0;
	return st;
}

static void
offer(struct reading *r, enum ioc_hint hint, unsigned telling)
{
	r->best.joined++;
	if (telling <= r->best.telling)
		return;
	buf_clear(&r->best.value);
	buf_put(&r->best.value, r->l.value.data, r->l.value.size);
	r->best.hint = hint;
	r->best.telling = telling;
}

/* LIKE of SQL as a shell pattern. */
static void
like(struct buf *value)
{
	for (size_t i = 0; i < value->size; i++)
		value->data[i] = value->data[i] == '%' ? '*' : value->data[i] == '_' ? '?' : value->data[i];
}

static enum triage_status
refuse(struct reading *r, const char *reason)
{
	ioc_refuse(r->s, r->entry.line, reason, buf_cstr(&r->path), r->path.size);
	r->best.joined++;
	return TRIAGE_OK;
}

/* IN ('a', 'b'): each is one more alternative. */
static enum triage_status
take_list(struct reading *r, enum ioc_hint hint, unsigned telling)
{
	enum triage_status st = TRIAGE_OK;
	size_t joined = r->best.joined;
	for (next(&r->l); r->l.kind != TOKEN_END && st == TRIAGE_OK && !(r->l.kind == TOKEN_SIGN && r->l.sign == ')'); next(&r->l)) {
		if (r->l.kind != TOKEN_STRING)
			continue;
		r->best.telling = 0;
		offer(r, hint, telling);
		r->best.joined = joined + 1;
		st = take_best(r);
	}
	r->best.joined = joined + 1;
	return st;
}

/* path OPERATOR constant; the path is the token at hand. */
static enum triage_status
comparison(struct reading *r)
{
	enum ioc_hint hint = IOC_ANY;
	unsigned telling = 0;
	buf_clear(&r->path);
	buf_put(&r->path, r->l.value.data, r->l.value.size);
	bool known = path_means(buf_cstr(&r->path), &hint, &telling);
	next(&r->l);
	bool negated = is_word(&r->l, "NOT");
	if (negated)
		next(&r->l);
	negated |= r->l.kind == TOKEN_SIGN && r->l.sign != '=';
	if (is_word(&r->l, "IN") && known && !negated)
		return take_list(r, hint, telling);
	bool by_like = is_word(&r->l, "LIKE"), by_regex = is_word(&r->l, "MATCHES"), equal = r->l.kind == TOKEN_SIGN || is_word(&r->l, "ISSUBSET");
	while (r->l.kind == TOKEN_SIGN && strchr("=!<>", r->l.sign) != NULL)
		next(&r->l);
	if (r->l.kind == TOKEN_WORD)
		next(&r->l);
	bool name = known && (hint == IOC_A_NAME || hint == IOC_A_PATH);
	if (!known)
		return refuse(r, "a property of a STIX pattern that is not looked for");
	if (negated)
		return refuse(r, "a negation or an order in a STIX pattern, which is no indicator by itself");
	if (r->l.kind != TOKEN_STRING || (!equal && !(name && (by_like || by_regex))))
		return refuse(r, "a comparison of a STIX pattern that is not looked for");
	if (by_like)
		like(&r->l.value);
	offer(r, by_regex ? IOC_A_PATTERN : hint, telling);
	return TRIAGE_OK;
}

static enum triage_status
read_pattern(struct reading *r, const char *pattern, size_t size)
{
	enum triage_status st = TRIAGE_OK;
	r->l.text = pattern;
	r->l.size = size;
	r->l.at = 0;
	r->best.telling = 0;
	r->best.joined = 0;
	for (next(&r->l); r->l.kind != TOKEN_END && st == TRIAGE_OK; next(&r->l)) {
		if (is_word(&r->l, "OR"))
			st = take_best(r);
		else if (r->l.kind == TOKEN_WORD && memchr(r->l.value.data, ':', r->l.value.size) != NULL)
			st = comparison(r);
	}
	return st == TRIAGE_OK ? take_best(r) : st;
}

/* --- objects --- */

static const struct {
	const char *id, *word;
} markings[] = {
	{ "613f2e26-407d-48c7-9eca-b8e91df99dc9", "WHITE" }, { "34098fce-860f-48ae-8e50-ebd3cc5e41da", "GREEN" }, { "f88d31f6-486f-44da-b317-01333bde0b82", "AMBER" },
	{ "5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "RED" }, { "94868c89-83c2-464b-929b-a1a8aa3c8487", "CLEAR" }, { "bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "GREEN" },
	{ "55d920b0-5e8b-4f79-9ee9-91f868d9b421", "AMBER" }, { "939a9414-2ddd-4d32-a0cd-375ea402b003", "AMBER+STRICT" }, { "e828b379-4e03-4974-9ac4-e53a884c97c1", "RED" },
};

/* What is read of one object. */
struct object {
	struct buf type, pattern, pattern_type, name, description, marking;
	const char *tlp;
	int64_t confidence;
	bool revoked;
};

static void
read_markings(struct json *j, struct object *o)
{
	if (json_next(j) != JSON_ARRAY) {
		json_skip(j);
		return;
	}
	for (enum json_event e; (e = json_next(j)) != JSON_ARRAY_END && e != JSON_ERROR && e != JSON_END;) {
		if (e != JSON_STRING) {
			json_skip(j);
			continue;
		}
		buf_clear(&o->marking);
		json_string(j, &o->marking);
		for (size_t i = 0; i < sizeof(markings) / sizeof(markings[0]); i++)
			if (strstr(buf_cstr(&o->marking), markings[i].id) != NULL)
				o->tlp = markings[i].word;
	}
}

static void
read_text(struct json *j, struct buf *out)
{
	if (json_next(j) == JSON_STRING)
		json_string(j, out);
	else
		json_skip(j);
}

static void
read_object(struct json *j, struct object *o)
{
	struct buf *const texts[] = { &o->type, &o->pattern, &o->pattern_type, &o->name, &o->description };
	static const char *const keys[] = { "type", "pattern", "pattern_type", "name", "description" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_clear(texts[i]);
	o->tlp = NULL;
	o->confidence = 0;
	o->revoked = false;
	while (json_next(j) == JSON_KEY) {
		size_t k = 0;
		while (k < sizeof(keys) / sizeof(keys[0]) && !json_is(j, keys[k]))
			k++;
		if (k < sizeof(keys) / sizeof(keys[0])) {
			read_text(j, texts[k]);
		} else if (json_is(j, "object_marking_refs")) {
			read_markings(j, o);
		} else if (json_is(j, "revoked")) {
			o->revoked = json_next(j) == JSON_TRUE;
			json_skip(j);
		} else if (json_is(j, "confidence")) {
			if (json_next(j) != JSON_NUMBER || !json_int(j, &o->confidence))
				json_skip(j);
		} else {
			json_skip(j);
		}
	}
}

static enum triage_status
take_object(struct reading *r, const struct object *o, size_t line)
{
	bool indicator = strcmp(buf_cstr(&o->type), "indicator") == 0;
	if (!indicator || o->revoked) {
		ioc_list_at_hand(r->s)->passed++;
		return TRIAGE_OK;
	}
	r->entry = (struct ioc_entry){ .line = line, .severity = -1, .comment = buf_cstr(&o->name), .comment_size = o->name.size };
	if (o->name.size == 0)
		r->entry.comment = buf_cstr(&o->description), r->entry.comment_size = o->description.size;
	if (o->tlp != NULL)
		r->entry.tlp = o->tlp, r->entry.tlp_size = strlen(o->tlp);
	if (o->confidence > 0 && o->confidence <= 100)
		r->entry.confidence = (uint8_t)(o->confidence > 95 ? 95 : o->confidence);
	if (o->pattern.failed || (o->pattern_type.size > 0 && strcmp(buf_cstr(&o->pattern_type), "stix") != 0)) {
		ioc_refuse(r->s, line, "an indicator whose pattern is not in the language of STIX", buf_cstr(&o->name), o->name.size);
		return TRIAGE_OK;
	}
	size_t taken = ioc_list_at_hand(r->s)->taken, refused = ioc_list_at_hand(r->s)->refused;
	enum triage_status st = read_pattern(r, buf_cstr(&o->pattern), o->pattern.size);
	if (st == TRIAGE_OK && taken == ioc_list_at_hand(r->s)->taken && refused == ioc_list_at_hand(r->s)->refused)
		ioc_refuse(r->s, line, "a STIX pattern without a comparison", buf_cstr(&o->pattern), o->pattern.size);
	return st;
}

static size_t
count_lines(const char *text, size_t *at, size_t to, size_t line)
{
	for (const char *p; *at < to && (p = memchr(text + *at, '\n', to - *at)) != NULL; line++)
		*at = (size_t)(p - text) + 1;
	*at = to;
	return line;
}

enum triage_status
ioc_read_stix(struct ioc_store *s, const char *text, size_t size, struct triage_error *err)
{
	struct json j;
	struct reading r = { .s = s, .err = err };
	struct object o = { .tlp = NULL };
	struct buf *const buffers[] = { &r.l.value, &r.best.value, &r.path, &r.comment, &o.type, &o.pattern, &o.pattern_type, &o.name, &o.description, &o.marking };
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		buf_init(buffers[i], PATTERN_MAX);
	enum triage_status st = TRIAGE_OK;
	size_t counted = 0, line = 1;
	ioc_list_at_hand(s)->form = "stix";
	json_start(&j, text, size);
	if (json_next(&j) == JSON_OBJECT)
		while (json_next(&j) == JSON_KEY) {
			bool objects = json_is(&j, "objects");
			if (!objects || json_next(&j) != JSON_ARRAY) {
				json_skip(&j);
				continue;
			}
			while (st == TRIAGE_OK && json_next(&j) == JSON_OBJECT) {
				line = count_lines(text, &counted, j.at, line);
				read_object(&j, &o);
				if (j.event != JSON_ERROR)
					st = take_object(&r, &o, line);
			}
			if (st != TRIAGE_OK)
				break;
		}
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		buf_release(buffers[i]);
	if (st == TRIAGE_OK && j.event == JSON_ERROR) {
		triage_error_set(err, TRIAGE_E_FORMAT, j.at, "it is no sound JSON at byte %zu", j.at);
		return TRIAGE_E_FORMAT;
	}
	return st;
}
