/*
 * recent_file_cache.c - programs that Windows 7 and Server 2008 R2 saw since its last inventory: RecentFileCache.bcf.
 *
 * A front of 20 bytes, then entries: count of characters (4 bytes, little endian), that many of UTF-16LE, a NUL. There are no times: the event stands where the file was
 * last written. Source: files of Windows 7; Y. Khatri, "Amcache.hve and RecentFileCache.bcf".
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/wintext.h"

#include <string.h>

enum { FRONT = 20, LONGEST = 32767, PATH = 8 << 10 };

static const uint8_t mark[16] = { 0xfe, 0xff, 0xee, 0xff, 0x11, 0x22, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0 };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= FRONT && memcmp(head.data, mark, 8) == 0;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	char path[PATH];
	enum triage_status st = TRIAGE_OK;
	size_t at = FRONT;
	if (all.size < FRONT)
		return artefact_remark(a, TRIAGE_LOW, "list-cut", 0, all.size, err, "the list ends inside its front");
	if (memcmp(all.data, mark, sizeof(mark)) != 0)
		st = artefact_remark(a, TRIAGE_LOW, "version-unknown", 8, 8, err, "a version of this list that is not known: read as the known one");
	while (st == TRIAGE_OK && all.size - at >= 4) {
		uint32_t count = load_le32(all.data + at);
		if (count == 0 || count > LONGEST || !view_has(all, at + 4, 2 * (uint64_t)count)) {
			st = artefact_remark(a, TRIAGE_LOW, "entry-damaged", at, all.size - at, err, "an entry of %u characters at byte %zu: the rest is not read", count, at);
			break;
		}
		(void)wintext_copy(wintext_wide(all, at + 4, count), path, sizeof(path));
		artefact_event(a, artefact_who(a)->mtime, "program seen");
		artefact_offset(a, at);
		artefact_text(a, "path", path);
		artefact_flag(a, "file_time", true);
		artefact_message(a, "%s was run or copied shortly before this list was last written", path);
		st = artefact_send(a, err);
		at += 4 + 2 * (size_t)count;
		/* the NUL behind it */
		at += all.size - at >= 2 && load_le16(all.data + at) == 0 ? 2 : 0;
	}
	if (st == TRIAGE_OK && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_INFO, "no-time", 0, 0, err, "the list has no times, and when the file was last written is not known: its entries are no events");
	return st;
}

const struct artefact_kind artefact_recent_file_cache = {
	.name = "recent_file_cache",
	.source = "other",
	.title = "programs seen by Windows 7 (RecentFileCache.bcf)",
	.yields = "programs that ran or were copied since the last inventory; no moments of their own",
	.reference = "files of Windows 7; Y. Khatri on RecentFileCache.bcf",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
