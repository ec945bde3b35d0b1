/*
 * registry_shimcache.c - the application compatibility cache: programs that Windows saw, with the time that their file was last changed.
 *
 * Newest first. Formats of Windows XP, 2003/Vista/2008, 7/2008 R2, 8.0, 8.1/2012 R2 and 10 on. Sources: Mandiant's paper "Leveraging the Application
 * Compatibility Cache", libyal's winreg-kb. That a program is listed does not prove that it ran from 8.0 on; flags that say so are given.
 */
#include "triage/artefact/registry_shimcache.h"

#include <string.h>

#define MAGIC_XP UINT32_C(0xdeadbeef)
#define MAGIC_2003 UINT32_C(0xbadc0ffe)
#define MAGIC_7 UINT32_C(0xbadc0fee)
#define MAGIC_80 UINT32_C(0x73743030)	/* "00ts" */
#define MAGIC_81 UINT32_C(0x73743031)	/* "10ts" */

enum {
	XP_HEADER = 400, XP_ENTRY = 552, XP_PATH_UNITS = 264, XP_WRITTEN = 528, XP_SIZE = 536, XP_RAN = 544,
	OLD_HEADER = 8, SEVEN_HEADER = 128, EIGHT_HEADER = 128, TS_HEADER = 12, EXECUTED = 2,
};

enum shimcache_format
shimcache_format(struct view in)
{
	if (in.size < OLD_HEADER)
		return SHIMCACHE_NONE;
	uint32_t magic = load_le32(in.data);
	if (magic == MAGIC_XP && in.size >= XP_HEADER)
		return SHIMCACHE_XP;
	if (magic == MAGIC_2003)
		return SHIMCACHE_2003;
	if (magic == MAGIC_7 && in.size >= SEVEN_HEADER)
		return SHIMCACHE_7;
	if (in.size >= EIGHT_HEADER + 4 && load_le32(in.data + EIGHT_HEADER) == MAGIC_80)
		return SHIMCACHE_80;
	if (in.size >= EIGHT_HEADER + 4 && load_le32(in.data + EIGHT_HEADER) == MAGIC_81)
		return SHIMCACHE_81;
	if (magic >= 0x30 && magic < 0x100 && view_has(in, magic, 4) && load_le32(in.data + magic) == MAGIC_81)
		return SHIMCACHE_10;
	return SHIMCACHE_NONE;
}

/* --- tables of entries of one size --- */

/* Entries of 64-bit systems have four empty bytes before the offset of their path, which is a small number. */
static bool
is_wide(struct view in, size_t header)
{
	return view_has(in, header, 16) && load_le32(in.data + header + 4) == 0 && load_le32(in.data + header + 12) == 0 && load_le16(in.data + header) != 0;
}

static struct view
path_at(struct view in, uint64_t offset, uint32_t size)
{
	return view_has(in, offset, size) ? (struct view){ in.data + offset, size } : (struct view){ in.data, 0 };
}

void
shimcache_begin(struct shimcache *c, struct view in)
{
	*c = (struct shimcache){ .in = in, .format = shimcache_format(in) };
	switch (c->format) {
	case SHIMCACHE_XP:
		/* the first count is of places, the second of those in use */
		c->count = load_le32(in.data + 8);
		c->at = XP_HEADER;
		c->entry = XP_ENTRY;
		break;
	case SHIMCACHE_2003:
	case SHIMCACHE_7: {
		bool seven = c->format == SHIMCACHE_7;
		c->at = seven ? SEVEN_HEADER : OLD_HEADER;
		c->wide = is_wide(in, c->at);
		c->count = load_le32(in.data + 4);
		c->entry = seven ? (c->wide ? 48 : 32) : c->wide ? 32 : 24;
		break;
	}
	case SHIMCACHE_80:
	case SHIMCACHE_81:
		c->at = EIGHT_HEADER;
		c->count = UINT32_MAX;
		break;
	case SHIMCACHE_10:
		c->at = load_le32(in.data);
		c->count = UINT32_MAX;
		break;
	case SHIMCACHE_NONE:
	default:
		break;
	}
	/* 2003 keeps the size of a file where Vista keeps flags: sizes are large */
	for (size_t i = 0, at = c->at; c->format == SHIMCACHE_2003 && i < c->count && view_has(in, at, c->entry); i++, at += c->entry)
		c->has_size = c->has_size || load_le32(in.data + at + c->entry - 8) > 0xffff;
}

static void
next_xp(const uint8_t *p, struct shimcache_entry *e)
{
	e->path = (struct view){ p, 2 * XP_PATH_UNITS };
	e->written = load_le64(p + XP_WRITTEN);
	e->size = load_le64(p + XP_SIZE);
	e->has_size = true;
	e->ran = load_le64(p + XP_RAN);
}

static void
next_old(const struct shimcache *c, const uint8_t *p, struct shimcache_entry *e)
{
	size_t after = c->wide ? 16 : 8;
	e->path = path_at(c->in, c->wide ? load_le64(p + 8) : load_le32(p + 4), load_le16(p));
	e->written = load_le64(p + after);
	if (c->has_size && c->format == SHIMCACHE_2003) {
		e->size = load_le64(p + after + 8);
		e->has_size = true;
	} else {
		e->has_flag = true;
		e->executed = (load_le32(p + after + 8) & EXECUTED) != 0;
	}
}

/* --- entries that follow one another: Windows 8 on --- */

static bool
next_ts(struct shimcache *c, struct shimcache_entry *e)
{
	struct view in = c->in;
	if (!view_has(in, c->at, TS_HEADER + 2))
		return false;
	const uint8_t *p = in.data + c->at;
	uint32_t size = load_le32(p + 8);
	if (load_le32(p) != (c->format == SHIMCACHE_80 ? MAGIC_80 : MAGIC_81) || !view_has(in, c->at + TS_HEADER, size))
		return false;
	struct view body = { p + TS_HEADER, size };
	size_t at = 2;
	c->at += TS_HEADER + size;
	if (size < 2 || !view_has(body, 2, load_le16(body.data)))
		return true;
	e->path = (struct view){ body.data + 2, load_le16(body.data) };
	at += e->path.size;
	if (c->format == SHIMCACHE_81)
		at += view_has(body, at, 2) ? 2 + (size_t)load_le16(body.data + at) : 2;
	if (c->format != SHIMCACHE_10) {
		e->has_flag = view_has(body, at, 8);
		e->executed = e->has_flag && (load_le32(body.data + at) & EXECUTED) != 0;
		at += 8;
	}
	if (!view_has(body, at, 12))
		return true;
	e->written = load_le64(body.data + at);
	uint32_t data = load_le32(body.data + at + 8);
	/* from 10 on the last number of the data is 1 for programs that were run */
	if (c->format == SHIMCACHE_10 && data >= 4 && view_has(body, at + 12, data) && load_le32(body.data + at + 12 + data - 4) == 1)
		e->ran_flag = true;
	return true;
}

bool
shimcache_next(struct shimcache *c, struct shimcache_entry *ret_e)
{
	*ret_e = (struct shimcache_entry){ .at = c->at, .path = { c->in.data, 0 } };
	if (c->format == SHIMCACHE_NONE || c->done >= c->count)
		return false;
	c->done++;
	if (c->entry == 0)
		return next_ts(c, ret_e);
	if (!view_has(c->in, c->at, c->entry))
		return false;
	const uint8_t *p = c->in.data + c->at;
	c->at += c->entry;
	if (c->format == SHIMCACHE_XP)
		next_xp(p, ret_e);
	else
		next_old(c, p, ret_e);
	return true;
}

/* --- the plug-in --- */

static const char *const keys[] = { "ControlSet*\\Control\\Session Manager\\AppCompatCache", "ControlSet*\\Control\\Session Manager\\AppCompatibility", NULL };

static enum triage_status
tell_entry(struct registry *r, const struct registry_key *k, const struct regf_value *v, const struct shimcache_entry *e, uint64_t position, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	int64_t written = registry_filetime(e->written), ran = registry_filetime(e->ran);
	const char *path = registry_utf16(r, e->path.data, e->path.size / 2);
	bool none = written == TRIAGE_TIME_NONE;
	registry_event(r, k, v, none ? k->time : written, none ? "key last written" : "file last modified");
	artefact_text(a, "path", path);
	artefact_unsigned(a, "position", position);
	artefact_when(a, "file_modified", written);
	if (e->has_size)
		artefact_unsigned(a, "size", e->size);
	if (e->has_flag)
		artefact_flag(a, "executed", e->executed);
	if (e->ran_flag)
		artefact_flag(a, "executed", true);
	artefact_message(a, "Program seen by Windows (ShimCache entry %ju): %s", (uintmax_t)position, path);
	enum triage_status st = registry_send(r, err);
	if (st != TRIAGE_OK || ran == TRIAGE_TIME_NONE)
		return st;
	artefact_again(a, ran, "last run");
	artefact_message(a, "Program run (ShimCache entry %ju): %s", (uintmax_t)position, path);
	return registry_send(r, err);
}

static enum triage_status
shimcache(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_value v;
	struct shimcache cache;
	struct shimcache_entry e;
	enum triage_status st = TRIAGE_OK;
	if (!regf_find_value(registry_hive(r), &k->cell, "AppCompatCache", &v))
		return TRIAGE_OK;
	struct view data = regf_data(registry_hive(r), &v);
	shimcache_begin(&cache, data);
	if (cache.format == SHIMCACHE_NONE && data.size >= OLD_HEADER && !k->deleted)
		return artefact_remark(registry_artefact(r), TRIAGE_LOW, "shimcache-unknown", regf_offset(v.at), data.size, err, "the ShimCache in %s is of no known format", k->path);
	/* the data of a big value lives until the next is read: nothing in here reads one */
	for (uint64_t position = 0; st == TRIAGE_OK && shimcache_next(&cache, &e); position++)
		st = tell_entry(r, k, &v, &e, position, err);
	return st;
}

const struct registry_plugin registry_plugin_shimcache = {
	.name = "shimcache", .title = "programs that Windows saw (ShimCache)", .hives = REGISTRY_SYSTEM, .keys = keys, .key = shimcache,
};
