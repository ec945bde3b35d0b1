/*
 * ewf_about.c - the header sections: who acquired what, when and with what; see ewf_map.h.
 *
 * zlib over text: ASCII, or UTF-16 in header2. Lines: how many categories, "main", names of the values (one or two letters)
 * between tabs, the values. Passwords are digests that nothing is locked with: left out. header writes a date in the clock
 * of the acquiring machine ("2022 12 6 1 14 0"), header2 in seconds since 1970.
 */
#include "triage/evidence/ewf_map.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 18, VALUE_MAX = 160 };

static const struct {
	const char *key, *label;
	bool date;
} labels[] = {
	{ "c", "case", false }, { "n", "evidence number", false }, { "a", "description", false }, { "e", "examiner", false },
	{ "t", "notes", false }, { "m", "acquired", true }, { "u", "system date", true }, { "ov", "system", false },
	{ "av", "version", false }, { "md", "model", false }, { "sn", "serial number", false }, { "l", "device label", false },
};

struct piece {
	const char *at;
	size_t size;
};

/* Cut the next piece off rest, at a separator. False at the end. */
static bool
cut(struct piece *rest, char separator, struct piece *ret_piece)
{
	if (rest->at == NULL)
		return false;
	const char *end = memchr(rest->at, separator, rest->size);
	size_t size = end != NULL ? (size_t)(end - rest->at) : rest->size;
	*ret_piece = (struct piece){ rest->at, size };
	rest->size = end != NULL ? rest->size - size - 1 : 0;
	rest->at = end != NULL ? end + 1 : NULL;
	return true;
}

static bool
cut_line(struct piece *rest, struct piece *ret_line)
{
	if (!cut(rest, '\n', ret_line))
		return false;
	if (ret_line->size > 0 && ret_line->at[ret_line->size - 1] == '\r')
		ret_line->size--;
	return true;
}

static bool
is(struct piece p, const char *text)
{
	return p.size == strlen(text) && memcmp(p.at, text, p.size) == 0;
}

static void
put_date(struct buf *out, struct piece value)
{
	char text[VALUE_MAX + 1], when[WHEN_TEXT_SIZE];
	unsigned year, month, day, hour, minute, second;
	snprintf(text, sizeof(text), "%.*s", (int)(value.size < VALUE_MAX ? value.size : VALUE_MAX), value.at);
	if (sscanf(text, "%4u %2u %2u %2u %2u %2u", &year, &month, &day, &hour, &minute, &second) == 6)
		buf_format(out, "%04u-%02u-%02u %02u:%02u:%02u (clock of the acquiring machine)", year, month, day, hour, minute, second);
	else if (strlen(text) <= 12 && strspn(text, "0123456789") == strlen(text))
		buf_text(out, when_text(when_from_unix(atoll(text), 0), 0, "Z", when));
	else
		text_display(out, text, strlen(text));
}

static void
put_value(struct buf *out, struct piece key, struct piece value)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (!is(key, labels[i].key) || value.size == 0)
			continue;
		buf_format(out, "%s%s: ", out->size > 0 ? "; " : "", labels[i].label);
		if (labels[i].date)
			put_date(out, value);
		else
			text_display(out, value.at, value.size < VALUE_MAX ? value.size : VALUE_MAX);
	}
}

static void
put_main(struct buf *out, struct piece text)
{
	struct piece line, keys, values, key, value;
	while (cut_line(&text, &line))
		if (is(line, "main"))
			break;
	if (!cut_line(&text, &keys) || !cut_line(&text, &values))
		return;
	while (cut(&keys, '\t', &key) && cut(&values, '\t', &value))
		put_value(out, key, value);
}

/* Inflate into a buffer of TEXT_MAX. Returns the size, 0 when it cannot. */
static size_t
inflate_text(const uint8_t *packed, size_t size, uint8_t *out)
{
	struct libdeflate_decompressor *d = fault_hit() ? NULL : libdeflate_alloc_decompressor();
	size_t got = 0;
	if (d == NULL || libdeflate_zlib_decompress(d, packed, size, out, TEXT_MAX, &got) != LIBDEFLATE_SUCCESS)
		got = 0;
	libdeflate_free_decompressor(d);
	return got;
}

void
ewf_about(const uint8_t *packed, size_t size, bool wide, char about[EWF_ABOUT])
{
	SCOPED_FREE uint8_t *raw = fault_hit() ? NULL : malloc(TEXT_MAX);
	SCOPED_BUF text, out;
	buf_init(&text, 2 * TEXT_MAX);
	buf_init(&out, 16 << 10);
	size_t got = raw != NULL ? inflate_text(packed, size, raw) : 0;
	if (wide && got >= 2)
		text_from_utf16le(&text, raw + (raw[0] == 0xff && raw[1] == 0xfe ? 2 : 0), (got - (raw[0] == 0xff && raw[1] == 0xfe ? 2 : 0)) / 2);
	else if (got > 0)
		buf_put(&text, raw, got);
	put_main(&out, (struct piece){ buf_cstr(&text), text.size });
	snprintf(about, EWF_ABOUT, "%s", buf_cstr(&out));
}
