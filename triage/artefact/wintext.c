/*
 * wintext.c - text and identifiers of Windows. Source of the GUID layout and of version 1 times: RFC 4122; the first three fields are little endian.
 */
#include "triage/artefact/wintext.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

/* Code page 1252, 0x80 to 0x9f; five places are not used there and stay as they are. */
static const uint16_t ansi_high[32] = {
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

struct wintext
wintext_wide(struct view in, uint64_t offset, size_t max)
{
	struct wintext t = { .wide = true };
	if (offset >= in.size)
		return t;
	size_t there = (in.size - (size_t)offset) / 2;
	t.data = in.data + offset;
	while (t.units < there && t.units < max && (t.data[2 * t.units] | t.data[2 * t.units + 1]) != 0)
		t.units++;
	return t;
}

struct wintext
wintext_ansi(struct view in, uint64_t offset, size_t max)
{
	struct wintext t = { .wide = false };
	if (offset >= in.size)
		return t;
	size_t there = in.size - (size_t)offset;
	t.data = in.data + offset;
	t.units = strnlen((const char *)t.data, there < max ? there : max);
	return t;
}

size_t
wintext_span(struct wintext t)
{
	return t.wide ? 2 * t.units + 2 : t.units + 1;
}

void
wintext_append(struct buf *out, struct wintext t)
{
	if (t.wide) {
		text_from_utf16le(out, t.data, t.units);
		return;
	}
	for (size_t i = 0; i < t.units; i++)
		text_code_point(out, t.data[i] >= 0x80 && t.data[i] < 0xa0 ? ansi_high[t.data[i] - 0x80] : t.data[i]);
}

const char *
wintext_copy(struct wintext t, char *out, size_t room)
{
	SCOPED_BUF b;
	buf_init(&b, 3 * room + 8);
	if (t.units > room)
		t.units = room;
	wintext_append(&b, t);
	size_t n = b.failed ? 0 : b.size;
	if (n > room - 1) {
		n = room - 1;
		while (n > 0 && ((unsigned char)b.data[n] & 0xc0) == 0x80)
			n--;
	}
	if (n > 0)
		memcpy(out, b.data, n);
	out[n] = '\0';
	return out;
}

void
wintext_put_always(struct artefact *a, const char *key, struct wintext t)
{
	SCOPED_BUF b;
	buf_init(&b, 4 * ARTEFACT_VALUE_MAX);
	/* a little more than a value may have, so that the event says that it was cut */
	if (t.units > ARTEFACT_VALUE_MAX + 1)
		t.units = ARTEFACT_VALUE_MAX + 1;
	wintext_append(&b, t);
	artefact_bytes(a, key, buf_cstr(&b), b.size);
}

void
wintext_put(struct artefact *a, const char *key, struct wintext t)
{
	if (t.units > 0)
		wintext_put_always(a, key, t);
}

char *
guid_text(const uint8_t *g, char *out)
{
	snprintf(out, GUID_TEXT_SIZE, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)load_le32(g), (unsigned)load_le16(g + 4),
	    (unsigned)load_le16(g + 6), g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
	return out;
}

bool
guid_is_zero(const uint8_t *g)
{
	return load_le64(g) == 0 && load_le64(g + 8) == 0;
}

static bool
is_version_1(const uint8_t *g)
{
	return g[7] >> 4 == 1 && (g[8] & 0xc0) == 0x80;
}

int64_t
guid_time(const uint8_t *g)
{
	/* 100 ns since 1582-10-15; 1601 lies 5748192000000000 of them later. The lowest bit of the time is used as a mark by link tracking. */
	const uint64_t to_1601 = UINT64_C(5748192000000000);
	uint64_t t = (uint64_t)load_le32(g) | (uint64_t)load_le16(g + 4) << 32 | (uint64_t)(load_le16(g + 6) & 0x0fff) << 48;
	return is_version_1(g) && t > to_1601 ? when_from_filetime(t - to_1601) : TRIAGE_TIME_NONE;
}

char *
guid_mac(const uint8_t *g, char *out)
{
	out[0] = '\0';
	/* a multicast address is a random number, not a card */
	if (is_version_1(g) && (g[10] & 1) == 0)
		snprintf(out, GUID_MAC_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", g[10], g[11], g[12], g[13], g[14], g[15]);
	return out;
}

static const struct {
	char text[GUID_TEXT_SIZE];
	const char *name;
} names[] = {
#define GUID(text, name) { text, name },
#include "triage/artefact/guid_names.def"
#undef GUID
};

const char *
guid_name(const char *text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].text, text) == 0)
			return names[i].name;
	return NULL;
}

const char *
winpath_user(const char *path, char *out, size_t room)
{
	static const char *const homes[] = { "/Users/", "/Documents and Settings/" };
	out[0] = '\0';
	for (size_t i = 0; i < 2; i++) {
		const char *at = strcasestr(path, homes[i]);
		const char *end = at != NULL ? strchr(at + strlen(homes[i]), '/') : NULL;
		if (end == NULL)
			continue;
		at += strlen(homes[i]);
		size_t n = (size_t)(end - at) < room - 1 ? (size_t)(end - at) : room - 1;
		memcpy(out, at, n);
		out[n] = '\0';
		break;
	}
	return out;
}
