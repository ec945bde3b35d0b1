/*
 * rdp_cache.c - pictures that the Remote Desktop client kept: Cache0000.bin, bcache24.bmc.
 *
 * Source: files of mstsc 6 to 10, ANSSI's bmc-tools. Little endian. Tiles are counted and their sizes told; the pictures themselves are left to tools made for
 * them. The file's own last change is the only time: on this machine somebody used Remote Desktop to another one until then.
 */
#include "triage/artefact/text_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	BIN_HEAD = 12, BIN_TILE = 12, BMC_TILE = 20, WIDTH = 8, HEIGHT = 10, BMC_SIZE = 12, BMC_FLAGS = 16, SIDE_MAX = 256,
};

static bool
is_side(uint16_t n)
{
	return n > 0 && n <= SIDE_MAX;
}

static bool
is_bin(struct view head)
{
	return head.size >= BIN_HEAD && memcmp(head.data, "RDP8bmp", 8) == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t n = strlen(who->name);
	if (is_bin(head))
		return true;
	/* these have no mark: the name, and a first tile that can be */
	return text_begins(who->name, "bcache") && n > 4 && strcasecmp(who->name + n - 4, ".bmc") == 0 && head.size >= BMC_TILE &&
	    is_side(load_le16(head.data + WIDTH)) && is_side(load_le16(head.data + HEIGHT));
}

/* Bytes per pixel in the name: bcache2.bmc 8 bit, bcache22.bmc 16, bcache24.bmc 32. */
static size_t
pixel_of(const char *name)
{
	return strncasecmp(name, "bcache24", 8) == 0 ? 4 : strncasecmp(name, "bcache22", 8) == 0 ? 2 : 1;
}

struct tiles {
	uint64_t count, empty;
	size_t end;		/* where the tiles stop being sound */
};

static void
count_bin(struct view all, struct tiles *t)
{
	size_t at = BIN_HEAD;
	while (all.size - at >= BIN_TILE) {
		uint16_t width = load_le16(all.data + at + WIDTH), height = load_le16(all.data + at + HEIGHT);
		size_t size = (size_t)width * height * 4;
		if (!is_side(width) || !is_side(height) || size > all.size - at - BIN_TILE)
			break;
		at += BIN_TILE + size;
		t->count++;
	}
	t->end = at;
}

/* Each tile has a place of 64 by 64 pixels when it is not packed, whatever its own size. */
static void
count_bmc(struct view all, size_t pixel, struct tiles *t)
{
	size_t at = 0;
	while (all.size - at >= BMC_TILE) {
		const uint8_t *p = all.data + at;
		uint16_t width = load_le16(p + WIDTH), height = load_le16(p + HEIGHT);
		uint32_t size = load_le32(p + BMC_SIZE);
		bool packed = load_le32(p + BMC_FLAGS) & 8;
		size_t place = packed ? size : 64 * 64 * pixel;
		if (width == 0 && height == 0 && size == 0) {
			/* a place that was never used */
			if (64 * 64 * pixel > all.size - at - BMC_TILE)
				break;
			t->empty++;
			at += BMC_TILE + 64 * 64 * pixel;
			continue;
		}
		if (!is_side(width) || !is_side(height) || place == 0 || place > all.size - at - BMC_TILE)
			break;
		at += BMC_TILE + place;
		t->count++;
	}
	t->end = at;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct tiles t = { 0 };
	char user[128];
	enum triage_status st = TRIAGE_OK;
	bool bin = is_bin(all);
	if (bin)
		count_bin(all, &t);
	else
		count_bmc(all, pixel_of(artefact_who(a)->name), &t);
	if (t.end < all.size)
		st = artefact_remark(a, TRIAGE_INFO, "record-damaged", t.end, all.size - t.end, err, "no tiles from byte %zu on", t.end);
	if (st == TRIAGE_OK && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, all.size, err, "the file's own time is not known");
	if (st != TRIAGE_OK || t.count == 0)
		return st;
	text_user_of_path(artefact_who(a)->path, user, sizeof(user));
	artefact_event(a, artefact_who(a)->mtime, "cache last written");
	artefact_offset(a, 0);
	artefact_technique(a, "T1021.001");
	artefact_text(a, "format", bin ? "Cache.bin" : "bcache.bmc");
	artefact_unsigned(a, "tiles", t.count);
	artefact_unsigned(a, "bytes", t.end);
	artefact_user(a, user);
	artefact_message(a, "Remote Desktop client%s%s kept %" PRIu64 " pictures of a remote screen", user[0] != '\0' ? " of " : "", user, t.count);
	return artefact_send(a, err);
}

const struct artefact_kind artefact_rdp_cache = {
	.name = "rdp_cache",
	.source = "other",
	.title = "picture cache of the Remote Desktop client",
	.yields = "that Remote Desktop was used from this account, until when, how many tiles there are",
	.reference = "ANSSI bmc-tools",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
