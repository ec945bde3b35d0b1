/*
 * mlocate.c - the list of all files that updatedb made: /var/lib/mlocate/mlocate.db. It still names what was deleted since.
 *
 * Big endian. Magic, size of the settings, version, root, settings; then for each directory its time (the later of its two), its path and its entries, each with a type
 * byte. Source: mlocate.db(5). Not handled: plocate.db.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { MAGIC_SIZE = 8, SETTINGS = 8, VERSION = 12, ROOT = 16, TIME_SIZE = 16, TYPE_FILE = 0, TYPE_DIRECTORY = 1, TYPE_END = 2, PATH_MOST = 4096, NANOSECONDS = 1000000000 };

static const uint8_t magic[MAGIC_SIZE] = { 0, 'm', 'l', 'o', 'c', 'a', 't', 'e' };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size > ROOT && memcmp(head.data, magic, sizeof(magic)) == 0;
}

/* Text up to its NUL at *at, which moves behind it. False when there is no NUL, or none within reason. */
static bool
text_at(struct view all, uint64_t *at, const char **ret_text)
{
	if (*at >= all.size)
		return false;
	const uint8_t *p = all.data + *at, *end = memchr(p, 0, all.size - *at);
	if (end == NULL || end - p > PATH_MOST)
		return false;
	*ret_text = (const char *)p;
	*at += (uint64_t)(end - p) + 1;
	return true;
}

/* One directory. False when it is not whole. */
static bool
directory(struct artefact *a, struct view all, uint64_t *at, enum triage_status *ret_status, struct triage_error *err)
{
	const char *path, *name;
	uint64_t begin = *at, files = 0, directories = 0;
	if (!view_has(all, begin, TIME_SIZE))
		return false;
	uint64_t seconds = load_be64(all.data + begin);
	uint32_t ns = load_be32(all.data + begin + 8);
	*at = begin + TIME_SIZE;
	if (ns >= NANOSECONDS || !text_at(all, at, &path) || path[0] != '/')
		return false;
	artefact_event(a, seconds > 86400 && seconds < INT32_MAX * UINT64_C(4) ? when_from_unix((int64_t)seconds, ns) : TRIAGE_TIME_NONE, "directory last changed");
	artefact_offset(a, begin);
	artefact_text(a, "target", path);
	artefact_list(a, "entries");
	while (*at < all.size && all.data[*at] != TYPE_END) {
		uint8_t type = all.data[(*at)++];
		if (type > TYPE_DIRECTORY || !text_at(all, at, &name))
			return false;
		files += type == TYPE_FILE;
		directories += type == TYPE_DIRECTORY;
		artefact_item(a, name);
	}
	if (*at >= all.size)
		return false;
	++*at;
	artefact_list_end(a);
	artefact_unsigned(a, "files", files);
	artefact_unsigned(a, "directories", directories);
	artefact_message(a, "Directory %s with %ju files and %ju directories, as the file list has it", path, (uintmax_t)files, (uintmax_t)directories);
	*ret_status = artefact_send(a, err);
	return true;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const char *root;
	uint64_t at = ROOT;
	if (all.size <= ROOT || !text_at(all, &at, &root))
		return artefact_remark(a, TRIAGE_LOW, "header-cut", 0, all.size, err, "the list ends inside its header");
	if (all.data[VERSION] != 0)
		st = artefact_remark(a, TRIAGE_MEDIUM, "version-unknown", VERSION, 1, err, "version %u of the list is not known", (unsigned)all.data[VERSION]);
	at += load_be32(all.data + SETTINGS);
	while (st == TRIAGE_OK && at < all.size) {
		uint64_t begin = at;
		if (!directory(a, all, &at, &st, err))
			return artefact_remark(a, TRIAGE_LOW, "directory-damaged", begin, all.size - begin, err, "the list is damaged or cut from byte %ju on: nothing behind it is read",
			    (uintmax_t)begin);
	}
	return st;
}

const struct artefact_kind artefact_mlocate = {
	.name = "mlocate",
	.source = "other",
	.title = "list of all files (mlocate.db)",
	.yields = "directories with the time of their last change and what was in them when the list was made",
	.reference = "mlocate.db(5)",
	.precision = "ns",
	.claims = claims,
	.parse = parse,
};
