/*
 * defender_quarantine.c - what Windows Defender put away: Quarantine\Entries and Quarantine\ResourceData.
 *
 * Each part is RC4 under a key that is the same on all machines (it lies in mpengine.dll and was published). Little endian. Sources:
 * ERNW white paper 71 and its quarantine-formats, dissect.target. Of ResourceData the streams are listed and the content's SHA-256 is told; it
 * holds no time: that of the file is taken. Not handled: Quarantine\Resources.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_SIZE = 256, ENTRY_HEAD = 60, SIZE_1 = 40, SIZE_2 = 44, PART_MAX = 16 << 20,
	ID = 0, SCAN_ID = 16, WHEN = 32, THREAT_ID = 40, NAME = 52, COUNT_MAX = 4096,
	FIELD_FILE = 0x02, FIELD_PATH = 0x0c, FIELD_CREATED = 0x0f, FIELD_ACCESSED = 0x10, FIELD_WRITTEN = 0x11, FIELD_SIZE = 0x12,
	STREAM_HEAD = 20, STREAM_DATA = 1, STREAM_ALTERNATE = 4, STREAM_KINDS = 11, STREAM_NAME_MAX = 1024, STREAMS_TOLD = 64, CHUNK = 64 << 10,
};

static const uint8_t entry_mark[4] = { 0xd3, 0x45, 0xc5, 0x99 }, resource_mark[8] = { 0x0b, 0xad, 0x00 };

static const char key_hex[] =
    "1e87781b8dbaa844ce69702c0c78b786a3f623b738f5edf9af83530fb3fc54faa21eb9cf1331fd0f0da954f687cb9e18279697900e53fb317c9cbce48e23d053"
    "71ecc15951b8f3649d7ca33ed68dc9047e82c9baad9799d0d458cb847ca9ffbe3c8a775233557dde13a8b14087cc1bc8f10f6ecdd083a959cff84a9d1d50755e"
    "3e191818af23e2293558766d2c07e25712b2ca0b535ed8f6c56ce73d24bdd0291771861a54b4c285a9a3db7aca6d224aeacd621db9f2a22ed1e9e11d75bed7dc"
    "0ecb0a8e68a2ff1263408dc808dffd164b116774cd0b9b8d05411ed6262e429ba495676b8398db2f35d3c1b9ced52636f2765e1a95cb7ca4c3ddabddbff38253";

struct rc4 {
	uint8_t box[256], i, j;
};

static void
rc4_begin(struct rc4 *c)
{
	uint8_t key[KEY_SIZE], j = 0;
	text_unhex(key_hex, key, sizeof(key));
	for (size_t i = 0; i < 256; i++)
		c->box[i] = (uint8_t)i;
	for (size_t i = 0; i < 256; i++) {
		j = (uint8_t)(j + c->box[i] + key[i]);
		uint8_t t = c->box[i];
		c->box[i] = c->box[j];
		c->box[j] = t;
	}
	c->i = c->j = 0;
}

static void
rc4_run(struct rc4 *c, const uint8_t *in, uint8_t *out, size_t size)
{
	for (size_t k = 0; k < size; k++) {
		c->i++;
		c->j = (uint8_t)(c->j + c->box[c->i]);
		uint8_t t = c->box[c->i];
		c->box[c->i] = c->box[c->j];
		c->box[c->j] = t;
		out[k] = in[k] ^ c->box[(uint8_t)(c->box[c->i] + t)];
	}
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	uint8_t stream[STREAM_HEAD];
	struct rc4 c;
	(void)who;
	if (head.size >= ENTRY_HEAD && memcmp(head.data, entry_mark, sizeof(entry_mark)) == 0)
		return true;
	if (head.size < STREAM_HEAD || memcmp(head.data, resource_mark, 3) != 0)
		return false;
	rc4_begin(&c);
	rc4_run(&c, head.data, stream, sizeof(stream));
	return load_le32(stream) >= 1 && load_le32(stream) <= STREAM_KINDS && load_le64(stream + 8) <= INT64_MAX && load_le32(stream + 16) <= STREAM_NAME_MAX;
}

static uint8_t *
decrypted(struct view part)
{
	struct rc4 c;
	uint8_t *out = fault_hit() ? NULL : calloc(1, part.size + 1);
	if (out != NULL) {
		rc4_begin(&c);
		rc4_run(&c, part.data, out, part.size);
	}
	return out;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a quarantine file");
	return TRIAGE_E_MEMORY;
}

static void
put_guid(struct artefact *a, const char *key, const uint8_t *g)
{
	char text[40];
	snprintf(text, sizeof(text), "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", load_le32(g), load_le16(g + 4), load_le16(g + 6), g[8], g[9], g[10], g[11],
	    g[12], g[13], g[14], g[15]);
	artefact_text(a, key, text);
}

/* Fields of one resource, and its path (UTF-16LE, borrowed). */
struct resource {
	struct view path, id;
	const char *type;
	uint64_t created, accessed, written, size;
};

/* False when the resource at `at` of part is not sound. */
static bool
read_resource(struct view part, size_t at, struct resource *r)
{
	size_t units = 0;
	*r = (struct resource){ .type = "" };
	while (at + 2 * units + 1 < part.size && load_le16(part.data + at + 2 * units) != 0)
		units++;
	r->path = (struct view){ part.data + at, 2 * units };
	size_t p = at + 2 * units + 2;
	if (p + 2 > part.size)
		return false;
	uint16_t fields = load_le16(part.data + p);
	p += 2;
	/* part is followed by a NUL, so that a text in it ends */
	r->type = (const char *)part.data + p;
	p += strnlen(r->type, part.size - p) + 1;
	for (uint16_t i = 0; i < fields; i++) {
		p = (p + 3) & ~(size_t)3;
		if (p + 4 > part.size || load_le16(part.data + p) > part.size - p - 4)
			return false;
		size_t size = load_le16(part.data + p);
		uint16_t kind = load_le16(part.data + p + 2) & 0xfff;
		const uint8_t *value = part.data + p + 4;
		if (kind == FIELD_FILE)
			r->id = (struct view){ value, size };
		else if (kind == FIELD_PATH)
			r->path = (struct view){ value, size };
		else if (size == 8 && kind == FIELD_CREATED)
			r->created = load_le64(value);
		else if (size == 8 && kind == FIELD_ACCESSED)
			r->accessed = load_le64(value);
		else if (size == 8 && kind == FIELD_WRITTEN)
			r->written = load_le64(value);
		else if (kind == FIELD_SIZE && size >= 4)
			r->size = size >= 8 ? load_le64(value) : load_le32(value);
		p += 4 + size;
	}
	return true;
}

static enum triage_status
send_resource(struct artefact *a, const uint8_t *one, const struct resource *r, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, 4 * (size_t)ARTEFACT_VALUE_MAX);
	size_t units = 0;
	while (2 * units + 1 < r->path.size && load_le16(r->path.data + 2 * units) != 0)
		units++;
	ntfs_text(&path, r->path.data, units > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : units);
	artefact_event(a, when_from_filetime(load_le64(one + WHEN)), "quarantined");
	artefact_offset(a, 0);
	artefact_text(a, "threat_name", (const char *)one + NAME);
	artefact_unsigned(a, "threat_id", load_le64(one + THREAT_ID));
	put_guid(a, "quarantine_id", one + ID);
	put_guid(a, "scan_id", one + SCAN_ID);
	artefact_text(a, "resource_type", r->type);
	artefact_text(a, "path", buf_cstr(&path));
	if (r->id.size > 0)
		artefact_hex(a, "resource_id", r->id.data, r->id.size);
	if (r->size > 0)
		artefact_unsigned(a, "size", r->size);
	artefact_when(a, "created", when_from_filetime(r->created));
	artefact_when(a, "accessed", when_from_filetime(r->accessed));
	artefact_when(a, "modified", when_from_filetime(r->written));
	artefact_message(a, "Defender quarantined %s as %s", path.size > 0 ? buf_cstr(&path) : "something", (const char *)one + NAME);
	return artefact_send(a, err);
}

/* one: NAME bytes and a text at least; two: the list of resources. Both are followed by a NUL. */
static enum triage_status
send_entry(struct artefact *a, const uint8_t *one, struct view two, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct resource r = { .type = "" };
	uint32_t count = two.size >= 4 ? load_le32(two.data) : 0;
	if (!ntfs_time_is_likely(load_le64(one + WHEN)))
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", ENTRY_HEAD, 0, err, "an entry of the quarantine has no time that can be");
	if (count == 0 || count > COUNT_MAX || count > (two.size - 4) / 4) {
		st = artefact_remark(a, TRIAGE_LOW, "record-damaged", ENTRY_HEAD, two.size, err, "the list of what was put away is not sound");
		return st == TRIAGE_OK ? send_resource(a, one, &r, err) : st;
	}
	for (uint32_t i = 0; i < count && st == TRIAGE_OK; i++) {
		uint32_t at = load_le32(two.data + 4 + 4 * (size_t)i);
		if (at >= two.size || !read_resource(two, at, &r))
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", ENTRY_HEAD + (uint64_t)at, 0, err, "resource %u of the entry is not sound", i + 1);
		if (st == TRIAGE_OK && at < two.size)
			st = send_resource(a, one, &r, err);
	}
	return st;
}

static enum triage_status
parse_entry(struct artefact *a, struct view all, struct triage_error *err)
{
	uint8_t head[ENTRY_HEAD];
	struct rc4 c;
	rc4_begin(&c);
	rc4_run(&c, all.data, head, sizeof(head));
	uint64_t size_1 = load_le32(head + SIZE_1), size_2 = load_le32(head + SIZE_2);
	if (size_1 < NAME || size_1 > PART_MAX || size_1 > all.size - ENTRY_HEAD)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", 0, all.size, err, "the head of the quarantine entry is not sound, or the entry is cut");
	enum triage_status st = TRIAGE_OK;
	uint64_t there = all.size - ENTRY_HEAD - size_1;
	if (size_2 > there || size_2 > PART_MAX) {
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", ENTRY_HEAD + size_1, there, err, "the quarantine entry is cut");
		size_2 = there < PART_MAX ? there : PART_MAX;
	}
	uint8_t *one = decrypted((struct view){ all.data + ENTRY_HEAD, (size_t)size_1 });
	uint8_t *two = decrypted((struct view){ all.data + ENTRY_HEAD + size_1, (size_t)size_2 });
	if (one == NULL || two == NULL)
		st = no_memory(err);
	if (st == TRIAGE_OK)
		st = send_entry(a, one, (struct view){ two, (size_t)size_2 }, err);
	free(one);
	free(two);
	return st;
}

/* The content of one stream; its SHA-256 when it is the file's own. */
static enum triage_status
run_content(struct rc4 *c, struct view in, struct digest *d, uint8_t *chunk)
{
	for (size_t at = 0; at < in.size;) {
		size_t n = in.size - at < CHUNK ? in.size - at : CHUNK;
		rc4_run(c, in.data + at, chunk, n);
		if (d != NULL)
			digest_update(d, chunk, n);
		at += n;
	}
	return TRIAGE_OK;
}

static enum triage_status
walk_streams(struct artefact *a, struct view all, struct digest *d, uint8_t *chunk, struct buf *names, uint64_t *ret_size, struct triage_error *err)
{
	static const char *const kinds[STREAM_KINDS + 1] = { "", "data", "extended attributes", "security descriptor", "stream", "link", "property", "object id",
		"reparse point", "sparse block", "transaction", "ghosted extents" };
	struct rc4 c;
	size_t at = 0;
	rc4_begin(&c);
	artefact_list(a, "streams");
	for (unsigned told = 0; all.size - at >= STREAM_HEAD && told < STREAMS_TOLD; told++) {
		uint8_t head[STREAM_HEAD], name[STREAM_NAME_MAX];
		rc4_run(&c, all.data + at, head, sizeof(head));
		uint32_t kind = load_le32(head), name_size = load_le32(head + 16);
		uint64_t size = load_le64(head + 8);
		if (kind < 1 || kind > STREAM_KINDS || name_size > STREAM_NAME_MAX || name_size > all.size - at - STREAM_HEAD)
			break;
		at += STREAM_HEAD;
		rc4_run(&c, all.data + at, name, name_size);
		at += name_size;
		buf_clear(names);
		buf_format(names, "%s ", kinds[kind]);
		text_from_utf16le(names, name, name_size / 2);
		buf_format(names, "%s%" PRIu64 " bytes", name_size > 0 ? " " : "", size);
		artefact_item(a, buf_cstr(names));
		size_t there = size < all.size - at ? (size_t)size : all.size - at;
		run_content(&c, (struct view){ all.data + at, there }, kind == STREAM_DATA ? d : NULL, chunk);
		if (kind == STREAM_DATA)
			*ret_size += there;
		at += there;
		if (there < size)
			break;
	}
	artefact_list_end(a);
	return at == all.size ? TRIAGE_OK : artefact_remark(a, TRIAGE_LOW, "record-damaged", at, all.size - at, err,
	    "what was put away is cut, or not sound from byte %zu on", at);
}

static enum triage_status
parse_resource(struct artefact *a, struct view all, struct triage_error *err)
{
	struct digest *d = NULL;
	uint8_t out[DIGEST_MAX];
	uint64_t size = 0;
	SCOPED_BUF names;
	buf_init(&names, 8192);
	enum triage_status st = digest_new(DIGEST_SHA256, &d, err);
	if (st != TRIAGE_OK)
		return st;
	uint8_t *chunk = fault_hit() ? NULL : malloc(CHUNK);
	artefact_event(a, artefact_who(a)->mtime, "put into quarantine");
	artefact_offset(a, 0);
	artefact_precision(a, "s");
	st = chunk == NULL ? no_memory(err) : walk_streams(a, all, d, chunk, &names, &size, err);
	digest_final(d, out);
	digest_free(d);
	free(chunk);
	artefact_unsigned(a, "size", size);
	if (size > 0)
		artefact_hex(a, "sha256", out, 32);
	artefact_message(a, "Content that Defender put away, %" PRIu64 " bytes; its name is in the entry with the resource %s", size, artefact_who(a)->name);
	if (st == TRIAGE_OK && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, all.size, err, "the file's own time is not known: what was put away is in no timeline");
	return st == TRIAGE_OK ? artefact_send(a, err) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	if (all.size >= ENTRY_HEAD && memcmp(all.data, entry_mark, sizeof(entry_mark)) == 0)
		return parse_entry(a, all, err);
	if (all.size >= STREAM_HEAD)
		return parse_resource(a, all, err);
	return artefact_remark(a, TRIAGE_LOW, "record-cut", 0, all.size, err, "a quarantine file of %zu bytes", all.size);
}

const struct artefact_kind artefact_defender_quarantine = {
	.name = "defender_quarantine",
	.source = "defender",
	.title = "quarantine of Windows Defender",
	.yields = "what was put away, from where, when, as which threat; the digest of its content",
	.reference = "ERNW white paper 71 and quarantine-formats; dissect.target",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
