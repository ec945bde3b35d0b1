#include "triage/analyse/text_kind.h"

#include <stdio.h>
#include <string.h>

enum { LONG_LINE = 300, UTF16_SAMPLE = 4096, UTF16_LEAST = 8, NOISE_SPEAKS = 128 };

/* What a byte can be in text. */
enum byte_class { CLASS_TEXT, CLASS_CONTROL, CLASS_HIGH, CLASS_C1 };

static enum byte_class
class_of(uint8_t c)
{
	if (c >= 0xa0)
		return CLASS_HIGH;
	if (c >= 0x80)
		return c == 0x85 ? CLASS_HIGH : CLASS_C1;
	if ((c >= 0x20 && c < 0x7f) || (c >= 0x07 && c <= 0x0d) || c == 0x1b)
		return CLASS_TEXT;
	return CLASS_CONTROL;
}

/* Eight bytes at a time while they are printable ASCII; returns how far that goes. */
static size_t
plain_run(struct view in, size_t at)
{
	for (; at + 8 <= in.size; at += 8) {
		uint64_t v = load_le64(in.data + at);
		uint64_t high = v & UINT64_C(0x8080808080808080);
		uint64_t low = (v - UINT64_C(0x2020202020202020)) & ~v & UINT64_C(0x8080808080808080);
		uint64_t del = v ^ UINT64_C(0x7f7f7f7f7f7f7f7f);
		del = (del - UINT64_C(0x0101010101010101)) & ~del & UINT64_C(0x8080808080808080);
		if ((high | low | del) != 0)
			break;
	}
	return at;
}

/* Length of the UTF-8 sequence at `at`, 0 when it is none; more than what is left when it is cut off. */
static size_t
utf8_length(struct view in, size_t at)
{
	uint8_t c = in.data[at];
	size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	for (size_t i = 1; i < need && at + i < in.size; i++) {
		uint8_t next = in.data[at + i];
		if ((next & 0xc0) != 0x80)
			return 0;
		if (i == 1 && ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f)))
			return 0;
	}
	return need;
}

struct line_counter {
	size_t length;
	bool after_cr;
};

static void
count_character(struct text_shape *s, struct line_counter *line, uint32_t c)
{
	if (line->after_cr) {
		line->after_cr = false;
		if (c == '\n') {
			s->crlf++;
			return;
		}
		s->cr++;
	}
	if (c != '\n' && c != '\r') {
		line->length++;
		if (line->length > s->longest)
			s->longest = line->length;
		return;
	}
	line->length = 0;
	if (c == '\n')
		s->lf++;
	else
		line->after_cr = true;
}

static void
count_plain(struct text_shape *s, struct line_counter *line, size_t count)
{
	if (count == 0)
		return;
	count_character(s, line, 'x');
	line->length += count - 1;
	if (line->length > s->longest)
		s->longest = line->length;
}

/* One walk over 8-bit bytes that gathers all that the encodings need. */
struct eight_bit {
	bool controls, utf8;
	size_t high, c1, letters;
};

static struct eight_bit
walk_bytes(struct view in, bool whole, struct text_shape *s)
{
	struct eight_bit seen = { .utf8 = true };
	struct line_counter line = { 0 };
	for (size_t i = 0; i < in.size && !seen.controls;) {
		size_t end = plain_run(in, i);
		count_plain(s, &line, end - i);
		seen.letters += end - i;
		i = end;
		if (i >= in.size)
			break;
		uint8_t c = in.data[i];
		enum byte_class class = class_of(c);
		size_t step = 1;
		if (class == CLASS_HIGH || class == CLASS_C1) {
			size_t need = seen.utf8 ? utf8_length(in, i) : 0;
			if (need == 0 || (need > in.size - i && whole))
				seen.utf8 = false;
			else
				step = need > in.size - i ? in.size - i : need;
			seen.high++;
			seen.c1 += !seen.utf8 && class == CLASS_C1;
		}
		seen.controls = class == CLASS_CONTROL;
		seen.letters += class == CLASS_TEXT;
		s->escapes |= c == 0x1b;
		s->overstrikes |= c == 0x08;
		count_character(s, &line, c);
		i += step;
	}
	if (line.after_cr)
		s->cr++;
	return seen;
}

static uint16_t
utf16_unit(struct view in, size_t at, bool big)
{
	return big ? load_be16(in.data + at) : load_le16(in.data + at);
}

/* Units that text of one byte order cannot have: controls, non-characters, half surrogates. */
static bool
utf16_is_text(struct view in, size_t from, bool big, struct text_shape *s)
{
	struct line_counter line = { 0 };
	bool in_pair = false;
	for (size_t at = from; at + 2 <= in.size; at += 2) {
		uint16_t unit = utf16_unit(in, at, big);
		bool low = unit >= 0xdc00 && unit <= 0xdfff;
		if (low != in_pair || unit >= 0xfffe || (unit < 0x80 && class_of((uint8_t)unit) != CLASS_TEXT))
			return false;
		in_pair = unit >= 0xd800 && unit <= 0xdbff;
		if (!in_pair)
			count_character(s, &line, unit);
	}
	if (line.after_cr)
		s->cr++;
	return true;
}

/* Without a mark: of the first units, at least 90 % are ASCII characters in this order and at most 1 in 10 is anything else. */
static bool
utf16_likely(struct view in, bool big)
{
	size_t units = (in.size < UTF16_SAMPLE ? in.size : UTF16_SAMPLE) / 2, ascii = 0;
	for (size_t i = 0; i < units; i++) {
		uint16_t unit = utf16_unit(in, i * 2, big);
		ascii += unit != 0 && unit < 0x80 && class_of((uint8_t)unit) == CLASS_TEXT;
	}
	return units >= UTF16_LEAST && ascii >= units - units / 10;
}

static bool
try_utf16(struct view head, bool whole, struct text_shape *s)
{
	if (head.size < 2 || (whole && head.size % 2 != 0))
		return false;
	uint16_t mark = load_le16(head.data);
	bool bom = mark == 0xfeff || mark == 0xfffe;
	for (int big = 0; big < 2; big++) {
		if (bom ? mark != (big ? 0xfffe : 0xfeff) : !utf16_likely(head, big))
			continue;
		struct text_shape found = { .kind = big ? TRIAGE_UTF16BE : TRIAGE_UTF16LE, .bom = bom };
		if (!utf16_is_text(head, bom ? 2 : 0, big, &found))
			continue;
		*s = found;
		return true;
	}
	return false;
}

struct text_shape
text_kind_of(struct view head, bool whole)
{
	struct text_shape s = { .kind = TRIAGE_BINARY };
	if (head.size == 0 || try_utf16(head, whole, &s))
		return s;
	bool bom = head.size >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0;
	struct view body = bom ? (struct view){ head.data + 3, head.size - 3 } : head;
	struct eight_bit seen = walk_bytes(body, whole, &s);
	if (seen.controls)
		return (struct text_shape){ .kind = TRIAGE_BINARY };
	s.bom = bom && seen.utf8;
	if (seen.utf8) {
		s.kind = seen.high == 0 && !bom ? TRIAGE_ASCII : TRIAGE_UTF8;
		return s;
	}
	/* noise has a control every ten bytes, so its absence says text; a short stream says little and must look like a language */
	s.c1 = seen.c1 != 0;
	s.kind = body.size >= NOISE_SPEAKS || seen.letters >= 2 * seen.high ? TRIAGE_LATIN1 : TRIAGE_BINARY;
	return s;
}

static const char *
encoding_words(const struct text_shape *s)
{
	switch (s->kind) {
	case TRIAGE_ASCII:
		return "ASCII text";
	case TRIAGE_UTF8:
		return s->bom ? "Unicode text, UTF-8 (with BOM) text" : "Unicode text, UTF-8 text";
	case TRIAGE_UTF16LE:
		return s->bom ? "Unicode text, UTF-16, little-endian text" : "Unicode text, UTF-16, little-endian text, without BOM";
	case TRIAGE_UTF16BE:
		return s->bom ? "Unicode text, UTF-16, big-endian text" : "Unicode text, UTF-16, big-endian text, without BOM";
	case TRIAGE_LATIN1:
		return s->c1 ? "Non-ISO extended-ASCII text" : "ISO-8859 text";
	case TRIAGE_BINARY:
	case TRIAGE_TEXT_KIND_COUNT:
		break;
	}
	return "data";
}

char *
text_kind_describe(const struct text_shape *s, const char *after, char *out)
{
	char lines[32] = "", ends[64] = "";
	size_t kinds = (size_t)(s->lf != 0) + (size_t)(s->crlf != 0) + (size_t)(s->cr != 0);
	if (s->longest > LONG_LINE)
		snprintf(lines, sizeof(lines), ", with very long lines (%zu)", s->longest > 65536 ? 65536 : s->longest);
	if (kinds == 0)
		snprintf(ends, sizeof(ends), ", with no line terminators");
	else if (s->lf == 0 || kinds > 1)
		snprintf(ends, sizeof(ends), ", with %s%s%s%s%s line terminators", s->crlf != 0 ? "CRLF" : "",
		    s->crlf != 0 && s->cr != 0 ? ", " : "", s->cr != 0 ? "CR" : "", s->lf != 0 && kinds > 1 ? ", " : "", s->lf != 0 && kinds > 1 ? "LF" : "");
	snprintf(out, TEXT_DESCRIBE_MAX, "%s%s%s%s%s%s", encoding_words(s), after, lines, ends, s->escapes ? ", with escape sequences" : "",
	    s->overstrikes ? ", with overstriking" : "");
	return out;
}
