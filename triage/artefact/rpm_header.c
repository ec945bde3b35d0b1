/*
 * rpm_header.c - what the header of one package says: an event of its installation, and a fact for each of its files.
 *
 * A header without its lead: number of index entries and bytes of data (each u32, big endian), entries of 16 bytes (tag, type, offset, count), data.
 * Source: "Header Format" of rpm.org; values of tags from rpmtag.h.
 */
#include "triage/artefact/rpm.h"

#include <stdio.h>
#include <string.h>

enum {
	FRONT = 8, ENTRY = 16, ENTRIES_MAX = 64 << 10, PATH_MOST = 900, DIGEST_MOST = 128, NAME_MOST = 200, FOLDERS_MOST = 1 << 20, WEIGHT = 60,
	TYPE_INT16 = 3, TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_BIN = 7, TYPE_STRINGS = 8, TYPE_I18N = 9, TYPE_BYTES = 2, TYPE_CHAR = 1,
	FLAG_CONFIG = 1, FLAG_GHOST = 64, MODE_KIND = 0170000, MODE_FILE = 0100000, SIGNATURE_V3 = 3,
};

enum tag {
	NAME, VERSION, RELEASE, EPOCH, BUILD_TIME, BUILD_HOST, INSTALL_TIME, SIZE, VENDOR, PACKAGER, ARCH, SOURCE, PREIN, POSTIN, PREUN, POSTUN, PGP, RSA, DSA, OPENPGP,
	STATES, MODES, DIGESTS, FLAGS, DIRINDEXES, BASENAMES, DIRNAMES, TAGS
};

static const uint32_t tag_numbers[TAGS] = { [NAME] = 1000, [VERSION] = 1001, [RELEASE] = 1002, [EPOCH] = 1003, [BUILD_TIME] = 1006, [BUILD_HOST] = 1007,
	[INSTALL_TIME] = 1008, [SIZE] = 1009, [VENDOR] = 1011, [PACKAGER] = 1015, [ARCH] = 1022, [SOURCE] = 1044, [PREIN] = 1023, [POSTIN] = 1024, [PREUN] = 1025,
	[POSTUN] = 1026, [PGP] = 259, [RSA] = 268, [DSA] = 267, [OPENPGP] = 278, [STATES] = 1029, [MODES] = 1030, [DIGESTS] = 1035, [FLAGS] = 1037, [DIRINDEXES] = 1116,
	[BASENAMES] = 1117, [DIRNAMES] = 1118 };

struct header {
	struct view data;
	struct {
		uint32_t type, offset, count;
		bool there;
	} tags[TAGS];
};

static bool
read_index(struct view blob, struct header *h)
{
	if (blob.size < FRONT || blob.size > RPM_BLOB_MAX)
		return false;
	uint32_t entries = load_be32(blob.data), size = load_be32(blob.data + 4);
	if (entries == 0 || entries > ENTRIES_MAX || (uint64_t)entries * ENTRY + FRONT > blob.size)
		return false;
	size_t left = blob.size - FRONT - (size_t)entries * ENTRY;
	*h = (struct header){ .data = { blob.data + FRONT + (size_t)entries * ENTRY, size < left ? size : left } };
	for (uint32_t i = 0; i < entries; i++) {
		const uint8_t *e = blob.data + FRONT + (size_t)i * ENTRY;
		for (unsigned t = 0; t < TAGS; t++) {
			if (load_be32(e) != tag_numbers[t] || h->tags[t].there || load_be32(e + 8) >= h->data.size || load_be32(e + 12) == 0)
				continue;
			h->tags[t].there = true;
			h->tags[t].type = load_be32(e + 4);
			h->tags[t].offset = load_be32(e + 8);
			h->tags[t].count = load_be32(e + 12);
		}
	}
	return true;
}

/* A text ended inside the data, "" when there is none. */
static const char *
text_of(const struct header *h, enum tag t)
{
	uint32_t type = h->tags[t].type;
	if (!h->tags[t].there || (type != TYPE_STRING && type != TYPE_I18N && type != TYPE_STRINGS))
		return "";
	const char *p = (const char *)h->data.data + h->tags[t].offset;
	return memchr(p, 0, h->data.size - h->tags[t].offset) != NULL ? p : "";
}

/* The n-th number of a tag; false when it is not there. */
static bool
number_of(const struct header *h, enum tag t, uint32_t n, uint32_t *ret)
{
	uint32_t type = h->tags[t].type, width = type == TYPE_INT32 ? 4 : type == TYPE_INT16 ? 2 : 1;
	if (!h->tags[t].there || (type != TYPE_INT32 && type != TYPE_INT16 && type != TYPE_CHAR && type != TYPE_BYTES) || n >= h->tags[t].count ||
	    !view_has(h->data, h->tags[t].offset + (uint64_t)n * width, width))
		return false;
	const uint8_t *p = h->data.data + h->tags[t].offset + (size_t)n * width;
	*ret = width == 4 ? load_be32(p) : width == 2 ? load_be16(p) : *p;
	return true;
}

static int64_t
time_of(const struct header *h, enum tag t)
{
	uint32_t seconds;
	return number_of(h, t, 0, &seconds) && seconds != 0 ? (int64_t)seconds * 1000000000 : TRIAGE_TIME_NONE;
}

/* --- files --- */

/* Where each of a list of texts begins; what is not ended is not there. */
struct texts {
	const char *next, *end;
	uint32_t left;
};

static struct texts
texts_of(const struct header *h, enum tag t)
{
	struct texts x = { 0 };
	if (h->tags[t].there && (h->tags[t].type == TYPE_STRINGS || h->tags[t].type == TYPE_STRING)) {
		x.next = (const char *)h->data.data + h->tags[t].offset;
		x.end = (const char *)h->data.data + h->data.size;
		x.left = h->tags[t].count;
	}
	return x;
}

static const char *
texts_next(struct texts *x)
{
	const char *p = x->next, *zero = x->left > 0 ? memchr(p, 0, (size_t)(x->end - p)) : NULL;
	if (zero == NULL) {
		x->left = 0;
		return NULL;
	}
	x->left--;
	x->next = zero + 1;
	return p;
}

static bool
is_digest(const char *text)
{
	size_t n = strlen(text);
	return n >= 32 && n <= DIGEST_MOST && strspn(text, "0123456789abcdef") == n;
}

static enum triage_status
send_file(struct rpm *r, const struct header *h, uint32_t n, const char *folder, const char *base, const char *digest, uint64_t at, struct triage_error *err)
{
	char path[PATH_MOST + 2], value[DIGEST_MOST + 8];
	uint32_t state = 0, mode = MODE_FILE, flags = 0;
	(void)number_of(h, STATES, n, &state);
	(void)number_of(h, MODES, n, &mode);
	(void)number_of(h, FLAGS, n, &flags);
	/* of another package by now, left out, or of another architecture: nothing is known of what lies there */
	if (state != 0 || (mode & MODE_KIND) != MODE_FILE)
		return TRIAGE_OK;
	/* no more is read of either than tells that it is too long: many files may lie in one folder */
	int size = snprintf(path, sizeof(path), "%.*s%.*s", PATH_MOST + 1, folder, PATH_MOST + 1, base);
	if (size > PATH_MOST || path[0] != '/')
		return artefact_remark(r->a, TRIAGE_LOW, "path-not-sound", at, 0, err, "file %u of package %.100s has a path that is too long or has no root", n, text_of(h, NAME));
	bool known = is_digest(digest) && (flags & FLAG_GHOST) == 0;
	snprintf(value, sizeof(value), "%s%s", known && (flags & FLAG_CONFIG) != 0 ? "config " : "", known ? digest : "none");
	r->files_left--;
	return artefact_fact(r->a, "package-file", path, text_of(h, NAME), value, WEIGHT, err);
}

static enum triage_status
send_files(struct rpm *r, const struct header *h, uint64_t at, struct triage_error *err)
{
	struct texts bases = texts_of(h, BASENAMES), folders = texts_of(h, DIRNAMES), digests = texts_of(h, DIGESTS);
	SCOPED_BUF starts;
	enum triage_status st = TRIAGE_OK;
	const char *folder, *base;
	uint32_t place, count = 0, n = 0;
	buf_init(&starts, FOLDERS_MOST * sizeof(uint32_t));
	for (; count < FOLDERS_MOST && (folder = texts_next(&folders)) != NULL; count++) {
		uint32_t start = (uint32_t)(folder - (const char *)h->data.data);
		buf_put(&starts, &start, sizeof(start));
	}
	st = buf_check(&starts, err);
	for (; st == TRIAGE_OK && r->files_left > 0 && (base = texts_next(&bases)) != NULL; n++) {
		const char *digest = texts_next(&digests);
		uint32_t start;
		if (!number_of(h, DIRINDEXES, n, &place) || place >= count)
			return artefact_remark(r->a, TRIAGE_LOW, "header-damaged", at, 0, err, "file %u of package %.100s lies in a folder that is not there", n, text_of(h, NAME));
		memcpy(&start, starts.data + (size_t)place * sizeof(start), sizeof(start));
		st = send_file(r, h, n, (const char *)h->data.data + start, base, digest != NULL ? digest : "", at, err);
	}
	if (st == TRIAGE_OK && n < h->tags[BASENAMES].count && h->tags[BASENAMES].there && r->files_left > 0)
		st = artefact_remark(r->a, TRIAGE_LOW, "header-damaged", at, 0, err, "package %.100s has the names of %u files of %u", text_of(h, NAME), n, h->tags[BASENAMES].count);
	if (st == TRIAGE_OK && r->files_left == 0 && !r->stopped) {
		r->stopped = true;
		st = artefact_remark(r->a, TRIAGE_MEDIUM, "too-many-files", at, 0, err, "the packages name more files than are kept: reading stopped");
	}
	return st;
}

/* --- the package --- */

/* The key of a signature of version 3, which names it at a fixed place. True: the package is signed in one way or another. */
static bool
put_signature(struct artefact *a, const struct header *h)
{
	static const enum tag kinds[] = { RSA, DSA, PGP };
	bool is_signed = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const uint8_t *p = h->data.data + h->tags[kinds[i]].offset;
		if (!h->tags[kinds[i]].there || h->tags[kinds[i]].type != TYPE_BIN)
			continue;
		is_signed = true;
		size_t skip = view_has(h->data, h->tags[kinds[i]].offset, 18) ? (p[0] == 0x89 ? 3u : p[0] == 0x88 ? 2u : 0) : 0;
		if (skip != 0 && p[skip] == SIGNATURE_V3) {
			artefact_hex(a, "signature_key", p + skip + 7, 8);
			break;
		}
	}
	/* since rpm 6 as texts, whose keys are not taken apart */
	is_signed = is_signed || h->tags[OPENPGP].there;
	artefact_flag(a, "signed", is_signed);
	return is_signed;
}

static void
put_scripts(struct artefact *a, const struct header *h)
{
	static const struct { enum tag tag; const char *name; } scripts[] = { { PREIN, "prein" }, { POSTIN, "postin" }, { PREUN, "preun" }, { POSTUN, "postun" } };
	bool any = false;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (text_of(h, scripts[i].tag)[0] == '\0')
			continue;
		if (!any)
			artefact_list(a, "scripts");
		any = true;
		artefact_item(a, scripts[i].name);
	}
	if (any)
		artefact_list_end(a);
}

static enum triage_status
send_package(struct rpm *r, const struct header *h, uint64_t number, uint64_t offset, struct triage_error *err)
{
	struct artefact *a = r->a;
	char version[400], front[16] = "";
	uint32_t epoch, size;
	if (number_of(h, EPOCH, 0, &epoch))
		snprintf(front, sizeof(front), "%u:", epoch);
	snprintf(version, sizeof(version), "%s%.180s-%.180s", front, text_of(h, VERSION), text_of(h, RELEASE));
	artefact_event(a, time_of(h, INSTALL_TIME), "package installed");
	if (offset != TRIAGE_NO_ID)
		artefact_offset(a, offset);
	artefact_text(a, "program", "rpm");
	artefact_text(a, "package", text_of(h, NAME));
	artefact_text(a, "version", version);
	artefact_text(a, "architecture", text_of(h, ARCH));
	artefact_text(a, "vendor", text_of(h, VENDOR));
	artefact_text(a, "packager", text_of(h, PACKAGER));
	artefact_text(a, "build_host", text_of(h, BUILD_HOST));
	artefact_when(a, "build_time", time_of(h, BUILD_TIME));
	artefact_text(a, "source_package", text_of(h, SOURCE));
	if (number_of(h, SIZE, 0, &size))
		artefact_unsigned(a, "size", size);
	artefact_unsigned(a, "files", h->tags[BASENAMES].there ? h->tags[BASENAMES].count : 0);
	bool is_signed = put_signature(a, h);
	put_scripts(a, h);
	artefact_unsigned(a, "record", number);
	artefact_message(a, "rpm: %s %s%s%s installed%s%s%s", text_of(h, NAME), version, text_of(h, ARCH)[0] != '\0' ? "." : "", text_of(h, ARCH),
	    text_of(h, VENDOR)[0] != '\0' ? ", of " : ", of no named vendor", text_of(h, VENDOR),
	    is_signed ? "" : ", not signed");
	return artefact_send(a, err);
}

enum triage_status
rpm_header(struct rpm *r, struct view blob, uint64_t number, uint64_t offset, struct triage_error *err)
{
	struct header h;
	if (!read_index(blob, &h) || text_of(&h, NAME)[0] == '\0' || strnlen(text_of(&h, NAME), NAME_MOST + 1) > NAME_MOST)
		return artefact_remark(r->a, TRIAGE_LOW, "header-damaged", offset, blob.size, err, "record %ju is no header of a package", (uintmax_t)number);
	r->packages++;
	enum triage_status st = send_package(r, &h, number, offset, err);
	if (st == TRIAGE_OK && time_of(&h, INSTALL_TIME) == TRIAGE_TIME_NONE)
		st = artefact_remark(r->a, TRIAGE_LOW, "time-unknown", offset, 0, err, "package %.100s has no time of installation", text_of(&h, NAME));
	return st == TRIAGE_OK && r->in_place ? send_files(r, &h, offset, err) : st;
}
