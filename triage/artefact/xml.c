/* xml.c - a small pull parser. Source: XML 1.0 (fifth edition), as far as evidence needs it. */
#include "triage/artefact/xml.h"

#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>

void
xml_begin(struct xml *x, const char *text, size_t size)
{
	*x = (struct xml){ .start = text, .at = text, .end = text + size };
}

size_t
xml_offset(const struct xml *x)
{
	return (size_t)(x->at - x->start);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A name up to a blank or a mark; ret_local is its part behind the prefix. Returns what follows. */
static const char *
take_name(const char *at, const char *end, struct view *ret_local)
{
	const char *from = at;
	while (at < end && !is_blank(*at) && *at != '>' && *at != '/' && *at != '=' && *at != '<') {
		if (*at == ':')
			from = at + 1;
		at++;
	}
	*ret_local = (struct view){ (const uint8_t *)from, (size_t)(at - from) };
	return at;
}

static void
enter(struct xml *x)
{
	x->depth++;
	if (x->depth > XML_DEPTH)
		return;
	size_t at = x->lengths[x->depth - 1];
	/* a name that does not fit is told by a star */
	struct view name = x->name.size + at + 3 <= XML_PATH ? x->name : (struct view){ (const uint8_t *)"*", 1 };
	if (at + 3 <= XML_PATH) {
		if (at > 0)
			x->path[at++] = '/';
		memcpy(x->path + at, name.data, name.size);
		at += name.size;
	}
	x->path[at] = '\0';
	x->lengths[x->depth] = (uint16_t)at;
}

/* The path loses its last name with the next token, so that XML_CLOSE still has it. */
static void
leave(struct xml *x)
{
	if (x->depth == 0)
		return;
	x->depth--;
	if (x->depth < XML_DEPTH)
		x->path[x->lengths[x->depth]] = '\0';
}

/* Behind the next occurrence of mark, or the end, which cuts the document. */
static const char *
behind(struct xml *x, const char *mark)
{
	const char *found = memmem(x->at, (size_t)(x->end - x->at), mark, strlen(mark));
	x->cut = x->cut || found == NULL;
	return found != NULL ? found + strlen(mark) : x->end;
}

/* <!DOCTYPE ... [ ... ] >: nothing in it is of use. */
static const char *
behind_doctype(struct xml *x)
{
	unsigned inside = 0;
	for (const char *p = x->at; p < x->end; p++) {
		inside += *p == '[';
		inside -= *p == ']' && inside > 0;
		if (*p == '>' && inside == 0)
			return p + 1;
	}
	x->cut = true;
	return x->end;
}

/* The end of a tag: the first > that is in no quotes. */
static const char *
tag_end(const char *at, const char *end)
{
	char quote = '\0';
	for (; at < end; at++) {
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '>')
			break;
	}
	return at;
}

static enum xml_token
tag(struct xml *x)
{
	const char *from = x->at + 1, *end = tag_end(from, x->end);
	bool closes = from < x->end && *from == '/';
	bool empty = !closes && end > from && end[-1] == '/';
	const char *rest = take_name(from + closes, end, &x->name);
	x->attributes = (struct view){ (const uint8_t *)rest, (size_t)(end - rest) - (empty && end > rest ? 1u : 0u) };
	x->cut = x->cut || end == x->end;
	x->at = end < x->end ? end + 1 : end;
	if (closes) {
		x->leave = true;
		return XML_CLOSE;
	}
	enter(x);
	x->close_next = empty;
	return XML_OPEN;
}

static enum xml_token
text(struct xml *x, const char *end, bool is_raw, const char *next)
{
	x->text = (struct view){ (const uint8_t *)x->at, (size_t)(end - x->at) };
	x->is_raw = is_raw;
	x->at = next;
	return XML_TEXT;
}

static bool
begins(const struct xml *x, const char *mark)
{
	size_t n = strlen(mark);
	return (size_t)(x->end - x->at) >= n && memcmp(x->at, mark, n) == 0;
}

enum xml_token
xml_next(struct xml *x)
{
	if (x->leave)
		leave(x);
	x->leave = false;
	if (x->close_next) {
		x->close_next = false;
		x->leave = true;
		return XML_CLOSE;
	}
	while (x->at < x->end) {
		if (*x->at != '<') {
			const char *end = memchr(x->at, '<', (size_t)(x->end - x->at));
			end = end != NULL ? end : x->end;
			return text(x, end, false, end);
		}
		if (begins(x, "<!--")) {
			x->at += 4;
			x->at = behind(x, "-->");
		} else if (begins(x, "<![CDATA[")) {
			x->at += 9;
			const char *next = behind(x, "]]>");
			return text(x, x->cut && next == x->end ? next : next - 3, true, next);
		} else if (begins(x, "<?")) {
			x->at = behind(x, "?>");
		} else if (begins(x, "<!")) {
			x->at = behind_doctype(x);
		} else {
			return tag(x);
		}
	}
	x->cut = x->cut || x->depth > 0;
	return XML_END;
}

bool
xml_is(const struct xml *x, const char *name)
{
	if (x->depth == 0 || x->depth > XML_DEPTH)
		return false;
	const char *last = strrchr(x->path, '/');
	return strcmp(last != NULL ? last + 1 : x->path, name) == 0;
}

bool
xml_attribute(const struct xml *x, const char *name, struct buf *out)
{
	const char *at = (const char *)x->attributes.data, *end = at + x->attributes.size;
	while (at < end) {
		struct view local;
		while (at < end && (is_blank(*at) || *at == '/' || *at == '<' || *at == '>'))
			at++;
		const char *from = at;
		at = take_name(at, end, &local);
		while (at < end && is_blank(*at))
			at++;
		if (at >= end || *at != '=') {
			/* no value; something must be passed over */
			at += at == from;
			continue;
		}
		at++;
		while (at < end && is_blank(*at))
			at++;
		if (at >= end || (*at != '"' && *at != '\''))
			continue;
		const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
		if (close == NULL)
			return false;
		if (local.size == strlen(name) && memcmp(local.data, name, local.size) == 0) {
			xml_unescape(out, (struct view){ (const uint8_t *)at + 1, (size_t)(close - at - 1) }, false);
			return true;
		}
		at = close + 1;
	}
	return false;
}

/* --- text --- */

static void
put_code(struct buf *out, unsigned long code)
{
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = 0xfffd;
	if (code < 0x80) {
		buf_char(out, (char)code);
		return;
	}
	static const uint8_t lead[4] = { 0, 0xc0, 0xe0, 0xf0 };
	unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	buf_char(out, (char)(lead[more] | code >> 6 * more));
	while (more-- > 0)
		buf_char(out, (char)(0x80 | (code >> 6 * more & 0x3f)));
}

/* What stands between & and ;. False when it is no entity that is known. */
static bool
put_entity(struct buf *out, const char *name, size_t size)
{
	static const struct {
		const char *name;
		char c;
	} five[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' } };
	for (size_t i = 0; i < 5; i++)
		if (strlen(five[i].name) == size && memcmp(five[i].name, name, size) == 0) {
			buf_char(out, five[i].c);
			return true;
		}
	if (size < 2 || name[0] != '#')
		return false;
	char digits[12], *end;
	bool hex = name[1] == 'x' || name[1] == 'X';
	size_t from = hex ? 2 : 1;
	if (size <= from || size - from >= sizeof(digits))
		return false;
	memcpy(digits, name + from, size - from);
	digits[size - from] = '\0';
	if (digits[0] == '-' || digits[0] == '+' || is_blank(digits[0]))
		return false;
	unsigned long code = strtoul(digits, &end, hex ? 16 : 10);
	if (*end != '\0')
		return false;
	put_code(out, code);
	return true;
}

void
xml_unescape(struct buf *out, struct view raw, bool is_raw)
{
	enum { ENTITY_MAX = 12 };
	const char *at = (const char *)raw.data, *end = at + raw.size;
	while (at < end) {
		const char *mark = is_raw ? NULL : memchr(at, '&', (size_t)(end - at));
		if (mark == NULL)
			mark = end;
		buf_put(out, at, (size_t)(mark - at));
		at = mark;
		if (at == end)
			break;
		size_t left = (size_t)(end - at - 1);
		const char *close = memchr(at + 1, ';', left < ENTITY_MAX ? left : ENTITY_MAX);
		if (close != NULL && put_entity(out, at + 1, (size_t)(close - at - 1))) {
			at = close + 1;
		} else {
			buf_char(out, '&');
			at++;
		}
	}
}

void
xml_decode(struct buf *out, struct view in)
{
	const uint8_t *p = in.data;
	if (in.size == 0)
		return;
	bool little = in.size >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == '<' && p[1] == 0));
	bool big = in.size >= 2 && ((p[0] == 0xfe && p[1] == 0xff) || (p[0] == 0 && p[1] == '<'));
	if (little || big) {
		size_t from = p[0] == 0xff || p[0] == 0xfe ? 2 : 0, units = (in.size - from) / 2;
		uint8_t swapped[512];
		if (little) {
			text_from_utf16le(out, p + from, units);
			return;
		}
		/* in pieces; a pair of surrogates is not torn */
		for (size_t i = 0; i < units;) {
			size_t n = units - i < sizeof(swapped) / 2 ? units - i : sizeof(swapped) / 2;
			if (n > 1 && i + n < units && (p[from + 2 * (i + n - 1)] & 0xfc) == 0xd8)
				n--;
			for (size_t k = 0; k < n; k++) {
				swapped[2 * k] = p[from + 2 * (i + k) + 1];
				swapped[2 * k + 1] = p[from + 2 * (i + k)];
			}
			text_from_utf16le(out, swapped, n);
			i += n;
		}
		return;
	}
	size_t from = in.size >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf ? 3 : 0;
	buf_put(out, p + from, in.size - from);
}
