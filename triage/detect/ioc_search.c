/*
 * ioc_search.c - indicators in bytes: domains, addresses, mail addresses and URLs wherever they stand; in messages of events also digests,
 * names and registry keys.
 *
 * A dot stands in every domain, IPv4 address, mail address and URL, so the search goes from dot to dot (colon to colon for IPv6) and looks
 * around each: noise costs next to nothing. The host that surrounds a dot is taken once; every domain that it lies in is met on one
 * walk from its end. Bytes of UTF-16LE are looked at the same way with every second byte.
 */
#include "triage/detect/ioc.h"

#include "triage/base/text.h"

#include <string.h>

enum { HOST_MAX = 253, URL_MAX = 2048, LOCAL_MAX = 64, WORD_MAX = 260, KEY_MAX = 1024 };

struct search {
	const struct ioc_store *s;
	const uint8_t *bytes;
	size_t size;
	size_t step;			/* 1, or 2 for UTF-16LE */
	unsigned flags;
	bool (*each)(void *ctx, const struct ioc_hit *hit);
	void *ctx;
	bool stopped;
};

/* What a byte may be part of. */
enum { HOST = 1, LOCAL = 2, URL = 4, HEX = 8, WORD = 16, SIX = 32 };

static void
put_class(uint8_t classes[256], const char *characters, unsigned class)
{
	for (const char *p = characters; *p != '\0'; p++)
		classes[(uint8_t)*p] |= (uint8_t)class;
}

void
ioc_classes(uint8_t classes[256])
{
	static const char digits[] = "0123456789", letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	memset(classes, 0, 256);
	put_class(classes, digits, HOST | LOCAL | URL | HEX | WORD | SIX);
	put_class(classes, letters, HOST | LOCAL | URL | WORD);
	put_class(classes, "abcdefABCDEF", HEX | SIX);
	put_class(classes, ".-_", HOST | LOCAL | URL | WORD);
	put_class(classes, ".:", SIX);
	put_class(classes, "+%=", LOCAL);
	put_class(classes, "+%=~/?#&:@!$*;,", URL);
	put_class(classes, "+%~@!$(){}[]", WORD);
	for (unsigned c = 0x80; c < 0x100; c++)
		classes[c] = WORD;
}

static bool
is_at(const struct search *f, size_t at, unsigned class)
{
	return at < f->size && (f->s->classes[f->bytes[at]] & class) != 0 && (f->step == 1 || (at + 1 < f->size && f->bytes[at + 1] == 0));
}

/* The character before or behind, 0 when there is none or it is none of ASCII. */
static uint8_t
before(const struct search *f, size_t at, size_t n)
{
	return at >= n * f->step && (f->step == 1 || f->bytes[at - n * f->step + 1] == 0) ? f->bytes[at - n * f->step] : 0;
}

static size_t
left_end(const struct search *f, size_t at, size_t most, unsigned class)
{
	for (size_t n = 0; n < most && at >= f->step && is_at(f, at - f->step, class); n++)
		at -= f->step;
	return at;
}

static size_t
right_end(const struct search *f, size_t at, size_t most, unsigned class)
{
	for (size_t n = 0; n < most && is_at(f, at, class); n++)
		at += f->step;
	return at;
}

static void
tell(struct search *f, const struct ioc *item, size_t at, size_t end)
{
	const struct ioc_hit hit = { .item = item, .note = &f->s->notes[item->note], .at = at, .size = end - at };
	f->stopped |= !f->each(f->ctx, &hit);
}

/* Characters from at to end without their zero bytes, in lower case when wanted. */
static size_t
copy(const struct search *f, size_t at, size_t end, char *out, bool lower)
{
	size_t n = 0;
	for (; at < end; at += f->step) {
		char c = (char)f->bytes[at];
		out[n++] = lower && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	out[n] = '\0';
	return n;
}

/* A single separator before it: the name of a file, not of a host. */
static bool
is_file_name(const struct search *f, size_t at)
{
	uint8_t one = before(f, at, 1);
	size_t wanted = one == '\\' && (f->flags & IOC_IN_JSON) != 0 ? 4 : 2;
	if (one != '/' && one != '\\')
		return false;
	for (size_t n = 2; n <= wanted; n++)
		if (before(f, at, n) != one)
			return true;
	return false;
}

static void
look_at_mail(struct search *f, size_t host, size_t end, const char *name, size_t size)
{
	char mail[LOCAL_MAX + HOST_MAX + 8];
	size_t at = left_end(f, host - f->step, LOCAL_MAX, LOCAL);
	if (f->s->kinds[IOC_MAIL] == 0 || at == host - f->step)
		return;
	size_t n = copy(f, at, host - f->step, mail, true);
	mail[n++] = '@';
	memcpy(mail + n, name, size);
	const struct ioc *i = ioc_find(f->s, IOC_MAIL, mail, n + size);
	if (i != NULL)
		tell(f, i, at, end);
}

static void
look_at_url(struct search *f, size_t host, size_t end, const char *name, size_t size)
{
	char url[HOST_MAX + URL_MAX + 8];
	if (f->s->kinds[IOC_URL] == 0)
		return;
	size_t stop = right_end(f, end, URL_MAX, URL);
	memcpy(url, name, size);
	size_t n = size + copy(f, end, stop, url + size, false);
	while (n > size && strchr("/.,;:!?)", url[n - 1]) != NULL) {
		n--;
		stop -= f->step;
	}
	/* as it stands, then without what a query or an anchor adds */
	for (;;) {
		const struct ioc *i = ioc_find(f->s, IOC_URL, url, n);
		if (i != NULL) {
			tell(f, i, host, stop);
			return;
		}
		const char *cut = memrchr(url + size, '#', n - size);
		cut = cut != NULL ? cut : memchr(url + size, '?', n - size);
		if (cut == NULL)
			return;
		n = (size_t)(cut - url);
		while (n > size && url[n - 1] == '/')
			n--;
		stop = end + (n - size) * f->step;
	}
}

/* Each parent of a name, the whole first: the most particular indicator speaks. */
static void
look_at_domain(struct search *f, size_t at, size_t end, const char *name, size_t size)
{
	const struct ioc *found = NULL;
	uint32_t hash = ioc_hash_begin(IOC_DOMAIN);
	if (f->s->kinds[IOC_DOMAIN] == 0)
		return;
	for (size_t i = size; i > 0; i--) {
		hash = ioc_hash_step(hash, (uint8_t)name[i - 1]);
		if (i != 1 && name[i - 2] != '.')
			continue;
		const struct ioc *item = ioc_find_hashed(f->s, IOC_DOMAIN, hash, name + i - 1, size - i + 1);
		found = item != NULL ? item : found;
	}
	if (found != NULL)
		tell(f, found, at, end);
}

/* The host around a dot; gives the place behind it. */
static size_t
look_at_host(struct search *f, size_t dot)
{
	char name[HOST_MAX + 8];
	uint8_t address[16];
	unsigned prefix;
	size_t at = left_end(f, dot, HOST_MAX, HOST), end = right_end(f, dot, HOST_MAX, HOST);
	size_t behind = end;
	while (end > at && strchr(".-_", f->bytes[end - f->step]) != NULL)
		end -= f->step;
	while (at < end && strchr(".-", f->bytes[at]) != NULL)
		at += f->step;
	size_t size = (end - at) / f->step;
	if (size < 4 || size > HOST_MAX || end <= dot)
		return behind;
	copy(f, at, end, name, true);
	if (name[size - 1] >= '0' && name[size - 1] <= '9') {
		if (ioc_parse_address(name, size, address, &prefix)) {
			const struct ioc *i = ioc_find_address(f->s, address);
			if (i != NULL)
				tell(f, i, at, end);
			look_at_url(f, at, end, name, size);
		}
		return behind;
	}
	if (is_file_name(f, at))
		return behind;
	look_at_domain(f, at, end, name, size);
	if (before(f, at, 1) == '@')
		look_at_mail(f, at, end, name, size);
	look_at_url(f, at, end, name, size);
	return behind;
}

/* IPv6 around a colon. */
static size_t
look_at_six(struct search *f, size_t colon)
{
	char text[64];
	uint8_t address[16];
	unsigned prefix;
	size_t at = left_end(f, colon, 40, SIX), end = right_end(f, colon, 40, SIX), size = (end - at) / f->step;
	if (size < 3 || size > 45)
		return end;
	copy(f, at, end, text, true);
	while (size > 2 && (text[size - 1] == '.' || (text[size - 1] == ':' && text[size - 2] != ':'))) {
		text[--size] = '\0';
		end -= f->step;
	}
	if (strchr(text, ':') == strrchr(text, ':') || !ioc_parse_address(text, size, address, &prefix))
		return end;
	const struct ioc *i = ioc_find_address(f->s, address);
	if (i != NULL)
		tell(f, i, at, end);
	return end;
}

static void
walk_marks(struct search *f, char mark, size_t (*look)(struct search *f, size_t at))
{
	for (size_t at = 0; at < f->size && !f->stopped;) {
		const uint8_t *found = memchr(f->bytes + at, mark, f->size - at);
		if (found == NULL)
			return;
		size_t place = (size_t)(found - f->bytes), next = place + 1;
		f->step = 1;
		bool wide = f->flags == 0 && place + 2 < f->size && found[1] == 0;
		if (wide)
			f->step = 2;
		bool left = mark == ':' || (place >= f->step && is_at(f, place - f->step, HOST));
		if (left && is_at(f, place + f->step, mark == ':' ? SIX : HOST) && f->bytes[place + f->step] != '.')
			next = look(f, place);
		at = next > place ? next : place + 1;
	}
}

/* --- words of messages --- */

static void
look_at_digest(struct search *f, size_t at, size_t size)
{
	uint8_t digest[DIGEST_MAX];
	char hex[2 * DIGEST_MAX + 1];
	enum digest_kind kind = size == 32 ? DIGEST_MD5 : size == 40 ? DIGEST_SHA1 : DIGEST_SHA256;
	memcpy(hex, f->bytes + at, size);
	hex[size] = '\0';
	if (f->s->digests[kind].count == 0 || !text_unhex(hex, digest, digest_size(kind)))
		return;
	const struct ioc_note *note = ioc_digest(f->s, kind, digest);
	if (note == NULL)
		return;
	const struct ioc_hit hit = { .note = note, .at = at, .size = size, .digest = (const char *)f->bytes + at };
	f->stopped |= !f->each(f->ctx, &hit);
}

static void
look_at_name(struct search *f, size_t at, size_t end)
{
	char name[WORD_MAX + 1];
	while (at < end && f->bytes[at] == ' ')
		at++;
	while (end > at && strchr(" .,;:", f->bytes[end - 1]) != NULL)
		end--;
	if (end - at < 4 || end - at > WORD_MAX)
		return;
	size_t size = copy(f, at, end, name, true);
	const struct ioc *i = ioc_find(f->s, IOC_NAME, name, size);
	if (i != NULL)
		tell(f, i, at, end);
}

/* The next character: an escape of JSON counts as what it stands for. ret_next: where the one behind it begins. */
static uint8_t
character(const struct search *f, size_t at, size_t *ret_next)
{
	uint8_t c = f->bytes[at];
	*ret_next = at + 1;
	if (c != '\\' || (f->flags & IOC_IN_JSON) == 0 || at + 1 >= f->size)
		return c;
	c = f->bytes[at + 1];
	*ret_next = at + (c == 'u' ? 6 : 2);
	return c == '\\' || c == '/' || c == '"' ? c : ' ';
}

/* Words end at blanks and signs, names (which may hold blanks) only at separators and quotes. */
static void
walk_words(struct search *f)
{
	bool names = f->s->kinds[IOC_NAME] > 0, digests = f->s->kinds[IOC_HASH] > 0;
	size_t word = 0, name = 0;
	bool hex = true;
	f->step = 1;
	if (!names && !digests)
		return;
	for (size_t at = 0, next; at <= f->size && !f->stopped; at = next) {
		uint8_t c = '\0';
		next = at + 1;
		if (at < f->size)
			c = character(f, at, &next);
		if ((f->s->classes[c] & WORD) != 0) {
			hex &= (f->s->classes[c] & HEX) != 0;
			continue;
		}
		size_t size = at - word;
		if (digests && hex && (size == 32 || size == 40 || size == 64))
			look_at_digest(f, word, size);
		if (names && size > 3)
			look_at_name(f, word, at);
		bool hard = c == '\\' || c == '/' || c == '"' || c == '\0' || c == '\'';
		if (hard && names && name < word && !f->stopped)
			look_at_name(f, name, at);
		if (hard)
			name = next;
		word = next;
		hex = true;
	}
}

void
ioc_search(const struct ioc_store *s, const void *bytes, size_t size, unsigned flags, bool (*each)(void *ctx, const struct ioc_hit *hit), void *ctx)
{
	struct search f = { .s = s, .bytes = bytes, .size = size, .step = 1, .flags = flags, .each = each, .ctx = ctx };
	uint32_t six = s->prefixes6[0] | s->prefixes6[1] | s->prefixes6[2] | s->prefixes6[3] | s->prefixes6[4];
	if (s->kinds[IOC_DOMAIN] + s->kinds[IOC_ADDRESS] + s->kinds[IOC_URL] + s->kinds[IOC_MAIL] > 0)
		walk_marks(&f, '.', look_at_host);
	if (six != 0 && !f.stopped)
		walk_marks(&f, ':', look_at_six);
	if ((flags & IOC_IN_MESSAGE) != 0 && !f.stopped)
		walk_words(&f);
}
