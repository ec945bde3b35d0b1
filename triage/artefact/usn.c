/*
 * usn.c - the change journal of NTFS: $Extend\$UsnJrnl:$J, whole, cut out of its sparse part, or single pages of it.
 *
 * Records of versions 2, 3 and 4, little endian, at multiples of 8 bytes. Source: [MS-FSCC] 2.3.63, USN_RECORD_V2/V3/V4 of the Windows SDK.
 * A record of version 4 has no time and no name: the ranges that it tells go with the record of version 3 that follows it.
 * Not handled: FILE_ID_128 of ReFS is shown as two halves, not as entry and sequence.
 */
#include "triage/artefact/ntfs_parts.h"
#include "triage/artefact/plain.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	LENGTH = 0, MAJOR = 4, MINOR = 6,
	V2_FIXED = 60, V3_FIXED = 76, V4_FIXED = 64, V4_RANGE = 16, RECORD_MAX = 4096, WORD = 8,
	RANGES_KEPT = 8, APART = 64,	/* APART: bytes between two places of damage */
	PHRASES = 32, PHRASE_SIZE = 640,
};

/* Where the fields of a version lie. */
struct layout {
	size_t reference, parent, usn, time, reason, source, security, attributes, name_size, name_offset, fixed;
};
static const struct layout v2 = { 8, 16, 24, 32, 40, 44, 48, 52, 56, 58, V2_FIXED };
static const struct layout v3 = { 8, 24, 40, 48, 56, 60, 64, 68, 72, 74, V3_FIXED };

static const struct {
	uint32_t flag;
	const char *name, *words;
} reasons[] = {
	{ 0x00000200, "FILE_DELETE", "deleted" }, { 0x00000100, "FILE_CREATE", "created" }, { 0x00001000, "RENAME_OLD_NAME", "renamed (old name)" },
	{ 0x00002000, "RENAME_NEW_NAME", "renamed (new name)" }, { 0x00000001, "DATA_OVERWRITE", "data overwritten" },
	{ 0x00000002, "DATA_EXTEND", "data added" }, { 0x00000004, "DATA_TRUNCATION", "data truncated" },
	{ 0x00000010, "NAMED_DATA_OVERWRITE", "stream overwritten" }, { 0x00000020, "NAMED_DATA_EXTEND", "stream data added" },
	{ 0x00000040, "NAMED_DATA_TRUNCATION", "stream truncated" }, { 0x00200000, "STREAM_CHANGE", "stream added, renamed or removed" },
	{ 0x00040000, "ENCRYPTION_CHANGE", "encryption changed" }, { 0x00020000, "COMPRESSION_CHANGE", "compression changed" },
	{ 0x00000800, "SECURITY_CHANGE", "permissions changed" }, { 0x00010000, "HARD_LINK_CHANGE", "hard link changed" },
	{ 0x00100000, "REPARSE_POINT_CHANGE", "reparse point changed" }, { 0x00080000, "OBJECT_ID_CHANGE", "object id changed" },
	{ 0x00008000, "BASIC_INFO_CHANGE", "attributes or times changed" }, { 0x00000400, "EA_CHANGE", "extended attributes changed" },
	{ 0x00004000, "INDEXABLE_CHANGE", "indexing changed" }, { 0x00400000, "TRANSACTED_CHANGE", "changed in a transaction" },
	{ 0x00800000, "INTEGRITY_CHANGE", "integrity changed" }, { 0x01000000, "DESIRED_STORAGE_CLASS_CHANGE", "storage class changed" },
	{ 0x80000000, "CLOSE", "closed" },
};
enum { REASON_COUNT = sizeof(reasons) / sizeof(reasons[0]) };
static const uint32_t reasons_known = 0x81ffff77;

static const struct {
	uint32_t flag;
	const char *name;
} sources[] = {
	{ 1, "DATA_MANAGEMENT" }, { 2, "AUXILIARY_DATA" }, { 4, "REPLICATION_MANAGEMENT" }, { 8, "CLIENT_REPLICATION_MANAGEMENT" },
};

/* What is said of a combination of reasons: few come again and again. */
struct phrase {
	uint32_t reason;
	uint16_t words_size, field_size;	/* 0: nothing is kept */
	char words[PHRASE_SIZE], field[PHRASE_SIZE];	/* for people; as a field of data */
};

struct usn {
	struct buf words, message;
	struct phrase phrases[PHRASES];
	uint64_t damage_at, damage_end;	/* bytes that are no record, not yet told; equal: none */
	/* the last record of version 4 */
	uint8_t ranges_of[16];
	uint32_t range_count;		/* 0: none is kept */
	uint64_t ranges[RANGES_KEPT][2];
};

static const struct layout *
layout_of(uint16_t major)
{
	return major == 2 ? &v2 : major == 3 ? &v3 : NULL;
}

/* Its first bytes allow a record. */
static bool
may_be_record(const uint8_t *r)
{
	uint32_t length = load_le32(r + LENGTH);
	uint16_t major = load_le16(r + MAJOR);
	size_t fixed = major == 2 ? V2_FIXED : major == 3 ? V3_FIXED : V4_FIXED;
	return length % WORD == 0 && length >= fixed && length <= RECORD_MAX && load_le16(r + MINOR) == 0 && major >= 2 && major <= 4;
}

/* The whole of a record, whose length is in bounds. */
static bool
is_record(const uint8_t *r)
{
	uint32_t length = load_le32(r + LENGTH);
	uint16_t major = load_le16(r + MAJOR);
	const struct layout *l = layout_of(major);
	if (l == NULL) {
		uint32_t count = load_le16(r + 60);
		return load_le16(r + 62) == V4_RANGE && V4_FIXED + count * V4_RANGE <= length && length < V4_FIXED + count * V4_RANGE + WORD &&
		    (load_le32(r + 48) & ~reasons_known) == 0;
	}
	size_t offset = load_le16(r + l->name_offset), size = load_le16(r + l->name_size);
	return offset >= l->fixed && size % 2 == 0 && size > 0 && offset + size <= length && length - (offset + size) < 2 * WORD &&
	    (load_le32(r + l->reason) & ~reasons_known) == 0 && ntfs_units_are_name(r + offset, size / 2) &&
	    (load_le64(r + l->time) == 0 || when_filetime_fits(load_le64(r + l->time)));
}

static size_t
skip_zeros(struct view bytes, size_t at)
{
	static const uint8_t zeros[4096];
	while (bytes.size - at >= sizeof(zeros) && memcmp(bytes.data + at, zeros, sizeof(zeros)) == 0)
		at += sizeof(zeros);
	while (bytes.size - at >= WORD && load_le64(bytes.data + at) == 0)
		at += WORD;
	return at;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t at = skip_zeros(head, 0);
	if (head.size - at >= V2_FIXED && may_be_record(head.data + at) && load_le32(head.data + at) <= head.size - at && is_record(head.data + at)) {
		const struct layout *l = layout_of(load_le16(head.data + at + MAJOR));
		return l == NULL || ntfs_time_is_likely(load_le64(head.data + at + l->time));
	}
	/* a sparse journal begins with zeros alone; one cut anywhere begins inside a record */
	bool named = strcasestr(who->path, "UsnJrnl") != NULL && strcasestr(who->path, "$Max") == NULL;
	return named || strcasecmp(who->name, "$J") == 0;
}

/* "created, data added, closed" */
static void
words_of(uint32_t reason, struct buf *words)
{
	buf_clear(words);
	for (size_t i = 0; i < REASON_COUNT; i++) {
		if ((reason & reasons[i].flag) == 0)
			continue;
		if (words->size > 0)
			buf_text(words, ", ");
		buf_text(words, reasons[i].words);
	}
	if (words->size == 0)
		buf_text(words, "no reason given");
}

/* The field "reason", and the same in words; the words live until the next call. */
static struct view
put_reason(struct artefact *a, struct usn *u, uint32_t reason)
{
	struct phrase *p = &u->phrases[(reason * UINT32_C(2654435769)) >> 27];
	if (p->words_size > 0 && p->reason == reason) {
		artefact_fields(a, p->field, p->field_size);
		return (struct view){ (const uint8_t *)p->words, p->words_size };
	}
	size_t mark = artefact_mark(a), size;
	artefact_list(a, "reason");
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (reason & reasons[i].flag)
			artefact_item(a, reasons[i].name);
	artefact_list_end(a);
	words_of(reason, &u->words);
	const char *field = artefact_since(a, mark, &size);
	if (size > 0 && size <= PHRASE_SIZE && u->words.size > 0 && u->words.size <= PHRASE_SIZE) {
		p->reason = reason;
		p->field_size = (uint16_t)size;
		p->words_size = (uint16_t)u->words.size;
		memcpy(p->field, field, size);
		memcpy(p->words, u->words.data, u->words.size);
	}
	return (struct view){ (const uint8_t *)buf_cstr(&u->words), u->words.size };
}

/* "report.docx: created, closed" */
static void
put_message(struct artefact *a, struct usn *u, const uint8_t *units, size_t count, struct view words)
{
	buf_clear(&u->message);
	char *out = buf_room(&u->message, count);
	size_t plain = out != NULL ? plain_from_utf16(out, units, count) : 0;
	if (out != NULL)
		buf_wrote(&u->message, plain);
	if (plain < count)
		text_from_utf16le(&u->message, units + 2 * plain, count - plain);
	buf_text(&u->message, ": ");
	buf_put(&u->message, words.data, words.size);
	artefact_message(a, "%s", buf_cstr(&u->message));
}

static const char *
meaning_of(uint32_t reason)
{
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (reason & reasons[i].flag)
			return reasons[i].words;
	return "logged";
}

static void
put_reference(struct artefact *a, const char *entry, const char *sequence, const uint8_t *field, bool wide)
{
	char text[40];
	if (wide && load_le64(field + 8) != 0) {
		snprintf(text, sizeof(text), "%016" PRIx64 "%016" PRIx64, load_le64(field + 8), load_le64(field));
		artefact_text(a, entry, text);
	} else {
		ntfs_put_reference(a, entry, sequence, load_le64(field));
	}
}

static void
put_ranges(struct artefact *a, struct usn *u, const uint8_t *reference)
{
	char text[64];
	if (u->range_count > 0 && memcmp(u->ranges_of, reference, sizeof(u->ranges_of)) == 0) {
		artefact_unsigned(a, "range_count", u->range_count);
		artefact_list(a, "ranges");
		for (uint32_t i = 0; i < u->range_count && i < RANGES_KEPT; i++) {
			snprintf(text, sizeof(text), "%" PRIu64 "+%" PRIu64, u->ranges[i][0], u->ranges[i][1]);
			artefact_item(a, text);
		}
		artefact_list_end(a);
	}
	u->range_count = 0;
}

static void
keep_ranges(struct usn *u, const uint8_t *r)
{
	u->range_count = load_le16(r + 60);
	memcpy(u->ranges_of, r + 8, sizeof(u->ranges_of));
	for (uint32_t i = 0; i < u->range_count && i < RANGES_KEPT; i++) {
		u->ranges[i][0] = load_le64(r + V4_FIXED + i * V4_RANGE);
		u->ranges[i][1] = load_le64(r + V4_FIXED + i * V4_RANGE + 8);
	}
}

static enum triage_status
send_record(struct artefact *a, struct usn *u, const uint8_t *r, uint64_t at, bool carved, struct triage_error *err)
{
	const struct layout *l = layout_of(load_le16(r + MAJOR));
	if (l == NULL) {
		keep_ranges(u, r);
		return TRIAGE_OK;
	}
	int64_t when = when_from_filetime(load_le64(r + l->time));
	if (when == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", at, load_le32(r + LENGTH), err, "a record of the journal has no time");
	uint32_t reason = load_le32(r + l->reason), source = load_le32(r + l->source);
	size_t units = load_le16(r + l->name_size) / 2u;
	const uint8_t *units_at = r + load_le16(r + l->name_offset);
	artefact_event(a, when, meaning_of(reason));
	artefact_offset(a, at);
	artefact_utf16(a, "name", units_at, units);
	struct view words = put_reason(a, u, reason);
	put_reference(a, "entry", "sequence", r + l->reference, l == &v3);
	put_reference(a, "parent_entry", "parent_sequence", r + l->parent, l == &v3);
	artefact_unsigned(a, "usn", load_le64(r + l->usn));
	ntfs_put_attributes(a, load_le32(r + l->attributes));
	if (source != 0) {
		artefact_list(a, "source_info");
		for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
			if (source & sources[i].flag)
				artefact_item(a, sources[i].name);
		artefact_list_end(a);
	}
	if (load_le32(r + l->security) != 0)
		artefact_unsigned(a, "security_id", load_le32(r + l->security));
	artefact_unsigned(a, "version", load_le16(r + MAJOR));
	if (l == &v3)
		put_ranges(a, u, r + l->reference);
	if (carved)
		artefact_flag(a, "carved", true);
	put_message(a, u, units_at, units, words);
	return artefact_send(a, err);
}

/* What lay between two records, or before the first, and was none. */
static enum triage_status
end_damage(struct artefact *a, struct usn *u, struct triage_error *err)
{
	if (u->damage_end == u->damage_at)
		return TRIAGE_OK;
	uint64_t from = u->damage_at, size = u->damage_end - from;
	u->damage_at = u->damage_end;
	return artefact_remark(a, TRIAGE_LOW, "record-damaged", from, size, err, "%ju bytes at byte %ju of the journal are no records", (uintmax_t)size,
	    (uintmax_t)from);
}

/* These bytes are no record. Damage that lies apart is told apart. */
static enum triage_status
add_damage(struct artefact *a, struct usn *u, uint64_t at, size_t size, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	bool going_on = u->damage_end > u->damage_at && at - u->damage_end < APART;
	if (!going_on) {
		st = end_damage(a, u, err);
		u->damage_at = at;
	}
	u->damage_end = at + size;
	return st;
}

/* The bytes that stay when the stream ends. */
static enum triage_status
end_stream(struct artefact *a, struct usn *u, struct view rest, uint64_t at, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	size_t i = 0;
	while (i < rest.size && rest.data[i] == 0)
		i++;
	if (i < rest.size)
		st = add_damage(a, u, at, rest.size, err);
	return st == TRIAGE_OK ? end_damage(a, u, err) : st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct usn *u = state;
	size_t done = 0;
	if (u->words.max == 0) {
		buf_init(&u->words, 2 * RECORD_MAX);
		buf_init(&u->message, 4 * RECORD_MAX);
	}
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK) {
		done = skip_zeros(bytes, done);
		const uint8_t *r = bytes.data + done;
		size_t left = bytes.size - done;
		if (left < WORD || (left < V2_FIXED && !last))
			break;
		bool record = left >= V2_FIXED && may_be_record(r);
		if (record && load_le32(r + LENGTH) > left && !last)
			break;
		if (record && load_le32(r + LENGTH) <= left && is_record(r)) {
			bool carved = u->damage_end > u->damage_at;
			st = end_damage(a, u, err);
			if (st == TRIAGE_OK)
				st = send_record(a, u, r, at + done, carved, err);
			done += load_le32(r + LENGTH);
		} else {
			st = add_damage(a, u, at + done, WORD, err);
			done += WORD;
		}
	}
	if (st == TRIAGE_OK && last) {
		st = end_stream(a, u, (struct view){ bytes.data + done, bytes.size - done }, at + done, err);
		done = bytes.size;
	}
	*ret_used = done;
	return st;
}

static void
release(void *state)
{
	buf_release(&((struct usn *)state)->words);
	buf_release(&((struct usn *)state)->message);
}

const struct artefact_kind artefact_usn = {
	.name = "usn",
	.source = "usn",
	.title = "change journal of NTFS ($UsnJrnl:$J)",
	.yields = "in which order files were created, written, renamed and deleted, with their names",
	.reference = "[MS-FSCC] 2.3.63, USN_RECORD_V2/V3/V4",
	.precision = "100ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct usn),
	.release = release,
};
