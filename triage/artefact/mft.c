/*
 * mft.c - the file table of an NTFS volume as a file: $MFT, $MFTMirr, or a run of its records.
 *
 * Source: ntfs.h of linux-ntfs, layout.h of ntfs-3g. Records of 512 to 4096 bytes, little endian, as the first record says. Paths are
 * built from the references to parents that the records hold. Names that lie in a record of extension are sent with the entry that it extends.
 * Not handled: data outside the records.
 */
#include "triage/artefact/mft_record.h"

#include "triage/artefact/mft_path.h"
#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICKS = 10000000, RESIDENT_SHOWN = 4096, MEANING_ROOM = 160 };

struct mft {
	struct artefact *a;
	struct mft_paths paths;
	struct buf path, text;
	uint8_t scratch[MFT_RECORD_MAX];
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return mft_record_size(head) > 0;
}

/* Text that a person wrote: no control characters but line ends and tabs. UTF-16 with a mark is text too. */
static bool
is_text(struct view v)
{
	bool wide = v.size >= 4 && load_le16(v.data) == 0xfeff;
	for (size_t i = 0; i < v.size; i++)
		if (v.data[i] == 0x7f || (v.data[i] < 0x20 && v.data[i] != '\n' && v.data[i] != '\r' && v.data[i] != '\t' && !(wide && v.data[i] == 0)))
			return false;
	return v.size > 0;
}

static void
put_content(struct artefact *a, const char *key, struct view content)
{
	if (content.size > RESIDENT_SHOWN || !is_text(content))
		return;
	if (content.size >= 4 && load_le16(content.data) == 0xfeff)
		artefact_utf16(a, key, content.data + 2, content.size / 2 - 1);
	else
		artefact_bytes(a, key, content.data, content.size);
}

static void
put_streams(struct mft *m, const struct mft_record *r)
{
	size_t named = 0;
	bool own = false;
	for (size_t i = 0; i < r->stream_count; i++) {
		const struct mft_stream *s = &r->streams[i];
		named += s->units > 0;
		if (s->units > 0 || r->directory || own)
			continue;
		own = true;
		artefact_unsigned(m->a, "size", s->size);
		artefact_flag(m->a, "resident", s->resident);
		if (s->resident)
			put_content(m->a, "resident_text", s->content);
	}
	if (named == 0)
		return;
	artefact_list(m->a, "streams");
	for (size_t i = 0; i < r->stream_count; i++)
		if (r->streams[i].units > 0)
			artefact_item(m->a, ntfs_text(&m->text, r->streams[i].name, r->streams[i].units));
	artefact_list_end(m->a);
	for (size_t i = 0; i < r->stream_count; i++)
		if (r->streams[i].units > 0 && r->streams[i].resident) {
			put_content(m->a, "stream_text", r->streams[i].content);
			break;
		}
}

/* What speaks for times that were set by a program to hide in: to be weighed, not proof. */
static void
put_hints(struct artefact *a, const struct mft_record *r, const struct ntfs_name *n)
{
	bool earlier = r->created < n->created && r->created != 0;
	bool whole = (r->created % TICKS == 0 && n->created % TICKS != 0) || (r->modified % TICKS == 0 && n->modified % TICKS != 0);
	if (!r->has_standard || (!earlier && !whole))
		return;
	artefact_list(a, "timestomp_hints");
	if (earlier)
		artefact_item(a, "created before its name was");
	if (whole)
		artefact_item(a, "whole seconds where the name has fractions");
	artefact_list_end(a);
}

static void
put_fields(struct mft *m, const struct mft_record *r, const struct ntfs_name *n)
{
	struct artefact *a = m->a;
	if (n != NULL) {
		artefact_utf16(a, "name", n->name, n->units);
		artefact_text(a, "path", buf_cstr(&m->path));
	}
	artefact_unsigned(a, "entry", r->base != 0 ? ntfs_entry(r->base) : r->entry);
	artefact_unsigned(a, "sequence", r->base != 0 ? ntfs_sequence(r->base) : r->sequence);
	if (r->base != 0)
		artefact_unsigned(a, "extension_entry", r->entry);
	if (n != NULL) {
		artefact_unsigned(a, "parent_entry", n->parent);
		artefact_unsigned(a, "parent_sequence", n->parent_sequence);
	}
	artefact_flag(a, "in_use", r->in_use);
	artefact_flag(a, "directory", r->directory);
	artefact_unsigned(a, "links", r->links);
	put_streams(m, r);
	ntfs_put_attributes(a, r->has_standard ? r->attributes : n != NULL ? n->attributes : 0);
	for (size_t i = 0; i < r->name_count; i++)
		if (n != NULL && n->space != NTFS_SPACE_DOS && r->names[i].space == NTFS_SPACE_DOS) {
			artefact_utf16(a, "short_name", r->names[i].name, r->names[i].units);
			break;
		}
	artefact_when(a, "si_created", when_from_filetime(r->created));
	artefact_when(a, "si_modified", when_from_filetime(r->modified));
	artefact_when(a, "si_changed", when_from_filetime(r->changed));
	artefact_when(a, "si_accessed", when_from_filetime(r->accessed));
	if (n != NULL) {
		artefact_when(a, "fn_created", when_from_filetime(n->created));
		artefact_when(a, "fn_modified", when_from_filetime(n->modified));
		artefact_when(a, "fn_changed", when_from_filetime(n->changed));
		artefact_when(a, "fn_accessed", when_from_filetime(n->accessed));
		put_hints(a, r, n);
	}
	if (r->reparse_tag != 0)
		artefact_unsigned(a, "reparse_tag", r->reparse_tag);
	if (r->security_id != 0)
		artefact_unsigned(a, "security_id", r->security_id);
	if (r->usn != 0)
		artefact_unsigned(a, "usn", r->usn);
}

/* The times of one event: which of the eight are this one. */
static void
meaning_of(const uint64_t times[8], uint64_t time, char out[MEANING_ROOM])
{
	static const char *const words[8] = { "created", "modified", "record changed", "accessed", "name created", "name modified", "name record changed",
		"name accessed" };
	size_t used = 0;
	bool own = false;
	out[0] = '\0';
	for (size_t i = 0; i < 8; i++) {
		if (i == 4 && own)
			break;		/* the name's times say the same */
		if (times[i] == time) {
			used += (size_t)snprintf(out + used, MEANING_ROOM - used, "%s%s", used > 0 ? ", " : "", words[i]);
			own = true;
		}
	}
}

/* One event for each distinct time; skip_standard: those of $STANDARD_INFORMATION went with another name of it. */
static enum triage_status
send_times(struct mft *m, const struct mft_record *r, const struct ntfs_name *n, uint64_t offset, bool skip_standard, struct triage_error *err)
{
	char meaning[MEANING_ROOM];
	enum triage_status st = TRIAGE_OK;
	uint64_t times[8] = { r->created, r->modified, r->changed, r->accessed };
	if (n != NULL)
		memcpy(times + 4, (const uint64_t[4]){ n->created, n->modified, n->changed, n->accessed }, sizeof(uint64_t[4]));
	buf_clear(&m->path);
	if (n != NULL)
		mft_path(&m->paths, n, &m->path);
	artefact_event(m->a, TRIAGE_TIME_NONE, "");
	artefact_offset(m->a, offset);
	put_fields(m, r, n);
	for (size_t i = skip_standard ? 4 : 0; i < 8 && st == TRIAGE_OK; i++) {
		bool seen = times[i] == 0 || !when_filetime_fits(times[i]);
		for (size_t k = 0; k < i; k++)
			seen |= times[k] == times[i];
		if (seen)
			continue;
		meaning_of(times, times[i], meaning);
		artefact_again(m->a, when_from_filetime(times[i]), meaning);
		artefact_message(m->a, "%s%s %s: %s", r->in_use ? "" : "deleted ", r->directory ? "folder" : "file",
		    n != NULL ? buf_cstr(&m->path) : "without a name", meaning);
		st = artefact_send(m->a, err);
	}
	return st;
}

/* A name that is left behind the attributes: of the file before it was renamed, or of an entry of a small folder. */
static enum triage_status
send_old_name(struct mft *m, const struct mft_record *r, const struct ntfs_name *n, uint64_t offset, struct triage_error *err)
{
	const uint64_t none[4] = { 0 }, times[4] = { n->created, n->modified, n->changed, n->accessed };
	uint64_t eight[8];
	char meaning[MEANING_ROOM];
	enum triage_status st = TRIAGE_OK;
	memcpy(eight, none, sizeof(none));
	memcpy(eight + 4, times, sizeof(times));
	buf_clear(&m->path);
	mft_path(&m->paths, n, &m->path);
	artefact_event(m->a, TRIAGE_TIME_NONE, "");
	artefact_offset(m->a, offset);
	artefact_utf16(m->a, "name", n->name, n->units);
	artefact_text(m->a, "path", buf_cstr(&m->path));
	artefact_unsigned(m->a, "in_slack_of_entry", r->entry);
	artefact_unsigned(m->a, "parent_entry", n->parent);
	artefact_unsigned(m->a, "parent_sequence", n->parent_sequence);
	artefact_flag(m->a, "slack", true);
	artefact_unsigned(m->a, "size", n->size);
	ntfs_put_attributes(m->a, n->attributes);
	ntfs_put_space(m->a, n->space);
	for (size_t i = 0; i < 4 && st == TRIAGE_OK; i++) {
		bool seen = false;
		for (size_t k = 0; k < i; k++)
			seen |= times[k] == times[i];
		if (seen)
			continue;
		meaning_of(eight, times[i], meaning);
		artefact_again(m->a, when_from_filetime(times[i]), meaning);
		artefact_message(m->a, "old name %s: %s", buf_cstr(&m->path), meaning);
		st = artefact_send(m->a, err);
	}
	return st;
}

static enum triage_status
search_slack(struct mft *m, const struct mft_record *r, size_t size, uint64_t offset, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct ntfs_name n;
	for (size_t at = (r->end + 7) & ~(size_t)7; st == TRIAGE_OK && at + NTFS_NAME_FIXED < size;) {
		if (!ntfs_name_is_likely((struct view){ m->scratch + at, size - at }, &n)) {
			at += 8;
			continue;
		}
		/* an index entry has the reference of its file before the name: what is still there is told by its own record */
		bool known = n.space == NTFS_SPACE_DOS || (at >= 16 && mft_path_is_of(&m->paths, load_le64(m->scratch + at - 16), &n));
		for (size_t i = 0; i < r->name_count; i++)
			known |= r->names[i].units == n.units && memcmp(r->names[i].name, n.name, 2 * n.units) == 0;
		if (!known)
			st = send_old_name(m, r, &n, offset + at, err);
		at += (NTFS_NAME_FIXED + 2 * n.units + 7) & ~(size_t)7;
	}
	return st;
}

static enum triage_status
send_record(struct mft *m, const struct mft_record *r, uint64_t offset, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	int best = mft_best_name(r);
	if (best >= 0 || r->has_standard)
		st = send_times(m, r, best >= 0 ? &r->names[best] : NULL, offset, false, err);
	/* other links to it; the short name has the times of the long one */
	for (size_t i = 0; best >= 0 && i < r->name_count && st == TRIAGE_OK; i++)
		if ((int)i != best && r->names[i].space != NTFS_SPACE_DOS)
			st = send_times(m, r, &r->names[i], offset, true, err);
	if (st == TRIAGE_OK && r->left_out > 0)
		st = artefact_remark(m->a, TRIAGE_INFO, "record-too-rich", offset, 0, err, "entry %" PRIu64 ": %zu more names and streams are not listed",
		    r->entry, r->left_out);
	if (st == TRIAGE_OK && r->cut)
		st = artefact_remark(m->a, TRIAGE_LOW, "record-damaged", offset, 0, err, "entry %" PRIu64 ": its attributes are not sound to the end", r->entry);
	return st;
}

/* The record in slot i with its fixups undone, in m->scratch. False when the slot holds none; a remark says so on the second pass. */
static bool
take_slot(struct mft *m, struct view slot, uint64_t offset, bool tell, enum triage_status *st, struct triage_error *err)
{
	unsigned torn = 0;
	enum mft_kind kind = mft_kind(slot);
	if (kind == MFT_EMPTY)
		return false;
	memcpy(m->scratch, slot.data, slot.size);
	bool sound = ntfs_fixup(m->scratch, slot.size, &torn);
	if (kind != MFT_FILE || !sound) {
		if (tell)
			*st = artefact_remark(m->a, TRIAGE_LOW, "record-damaged", offset, slot.size, err, "%s at byte %ju", kind == MFT_BAD ?
			    "a record that Windows marked as bad" : kind == MFT_FILE ? "a record without a sound update sequence" : "no record",
			    (uintmax_t)offset);
		return false;
	}
	if (torn > 0 && tell)
		*st = artefact_remark(m->a, TRIAGE_LOW, "record-torn", offset, torn * 512u, err, "%u of %zu sectors of the record at byte %ju are of another write",
		    torn, slot.size / 512, (uintmax_t)offset);
	return true;
}

static enum triage_status
parse_records(struct mft *m, struct view all, size_t size, struct triage_error *err)
{
	struct mft_record r;
	enum triage_status st = TRIAGE_OK;
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < all.size / size && st == TRIAGE_OK; i++) {
			struct view slot = { all.data + i * size, size };
			if (!take_slot(m, slot, i * size, pass == 1, &st, err) || st != TRIAGE_OK)
				continue;
			mft_record_read((struct view){ m->scratch, size }, i, &r);
			if (pass == 0)
				mft_paths_add(&m->paths, i, &r);
			else
				st = send_record(m, &r, i * size, err);
			if (pass == 1 && st == TRIAGE_OK && !r.cut)
				st = search_slack(m, &r, size, i * size, err);
		}
	if (st == TRIAGE_OK && all.size % size != 0)
		st = artefact_remark(m->a, TRIAGE_LOW, "record-cut", all.size - all.size % size, all.size % size, err, "the last record is cut: %zu of %zu bytes",
		    all.size % size, size);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	size_t size = mft_record_size(all);
	struct mft *m;
	if (size == 0)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", 0, all.size, err, "no file table: its first record is not sound");
	if ((m = fault_hit() ? NULL : calloc(1, sizeof(*m))) == NULL || !mft_paths_open(&m->paths, all, size)) {
		free(m);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a file table");
		return TRIAGE_E_MEMORY;
	}
	m->a = a;
	buf_init(&m->path, MFT_PATH_ROOM);
	buf_init(&m->text, 4096);
	enum triage_status st = parse_records(m, all, size, err);
	buf_release(&m->path);
	buf_release(&m->text);
	mft_paths_close(&m->paths);
	free(m);
	return st;
}

const struct artefact_kind artefact_mft = {
	.name = "mft",
	.source = "mft",
	.title = "file table of NTFS ($MFT, $MFTMirr)",
	.yields = "each file and folder, also deleted, with its path, the times of itself and of its name, its streams and small contents",
	.reference = "ntfs.h of linux-ntfs, layout.h of ntfs-3g",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
