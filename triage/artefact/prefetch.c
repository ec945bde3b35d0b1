/*
 * prefetch.c - prefetch files of Windows XP to 11: that a program was run, when, how often, from where, and which files it touched.
 *
 * Versions 17 (XP, 2003), 23 (Vista, 7), 26 (8, 8.1), 30 (10) and 31 (11), plain or packed (MAM). The format is not published by its maker; source: the
 * documentation of libscca ("Windows Prefetch File format"), MS-XCA for the packing. Little endian. Not told: trace chains, folder strings.
 */
#include "triage/artefact/lzxpress.h"
#include "triage/artefact/wintext.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SIGNATURE = 4, FILE_SIZE = 12, NAME = 16, NAME_UNITS = 30, HASH = 76, METRICS = 84, NAMES = 100, NAMES_SIZE = 104, VOLUMES = 108, VOLUME_COUNT = 112 };
enum { RUNS_MAX = 8, PATH_MAX_BYTES = 4096, UNPACKED_MAX = 64 << 20, METRICS_SHORT = 304, VOLUMES_MAX = 256, DEVICE_MAX = 1024 };

/* Where the versions differ. */
struct layout {
	uint32_t version;
	const char *windows;
	size_t head;				/* bytes up to what comes last in it */
	size_t last_run, runs, run_count;	/* runs: how many times are kept */
	size_t volume_size;
};

static const struct layout layouts[] = {
	{ 17, "XP, 2003", 152, 120, 1, 144, 40 },
	{ 23, "Vista, 7", 156, 128, 1, 152, 104 },
	{ 26, "8", 212, 128, RUNS_MAX, 208, 104 },
	{ 30, "10", 212, 128, RUNS_MAX, 208, 96 },
	{ 31, "11", 212, 128, RUNS_MAX, 208, 96 },
};

struct prefetch {
	struct artefact *a;
	struct triage_error *err;
	struct view in;			/* unpacked */
	const struct layout *layout;
	size_t run_count_at, hash_string_at;
	uint32_t run_count, hash;
	char name[NAME_UNITS * 3 + 1], path[PATH_MAX_BYTES];
	struct view names;		/* the texts of all files, each with its NUL */
	size_t files;
	bool packed;
};

/* --- packing --- */

enum { MAM_SIZE = 4, MAM_HEAD = 8, MAM_CHECKED = 0x80, MAM_HUFFMAN = 4 };

/* The packed bytes, and how many they make. False when it is no packed file. */
static bool
is_packed(struct view in, struct view *ret_packed, uint32_t *ret_size)
{
	if (in.size < MAM_HEAD || memcmp(in.data, "MAM", 3) != 0 || (in.data[3] & 0x7f) != MAM_HUFFMAN)
		return false;
	size_t head = (in.data[3] & MAM_CHECKED) != 0 ? MAM_HEAD + 4 : MAM_HEAD;
	if (in.size < head)
		return false;
	*ret_packed = (struct view){ in.data + head, in.size - head };
	*ret_size = load_le32(in.data + MAM_SIZE);
	return true;
}

static const struct layout *
layout_of(struct view in)
{
	if (in.size < 8 || memcmp(in.data + SIGNATURE, "SCCA", 4) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].version == load_le32(in.data))
			return &layouts[i];
	return NULL;
}

/* Other caches are packed in the same way: the first bytes are unpacked to see. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	struct view packed;
	uint32_t size;
	uint8_t first[8];
	(void)who;
	if (!is_packed(head, &packed, &size))
		return head.size >= 8 && memcmp(head.data + SIGNATURE, "SCCA", 4) == 0 && load_le32(head.data) < 256;
	return size >= sizeof(first) && lzxpress_huffman(packed, first, sizeof(first), NULL) == sizeof(first) && memcmp(first + SIGNATURE, "SCCA", 4) == 0;
}

/* --- what it says --- */

static bool
read_head(struct prefetch *p)
{
	const uint8_t *d = p->in.data;
	wintext_copy(wintext_wide(p->in, NAME, NAME_UNITS), p->name, sizeof(p->name));
	p->hash = load_le32(d + HASH);
	p->run_count_at = p->layout->run_count;
	/* a later Windows 10 has a head that is eight bytes shorter, and behind it the text that the hash was made of */
	if (p->layout->version >= 30 && load_le32(d + METRICS) < METRICS_SHORT) {
		p->run_count_at -= 8;
		p->hash_string_at = 212;
	}
	p->run_count = load_le32(d + p->run_count_at);
	uint32_t names = load_le32(d + NAMES), size = load_le32(d + NAMES_SIZE);
	bool sound = view_has(p->in, names, size);
	if (names < p->in.size)
		p->names = (struct view){ d + names, sound ? size : p->in.size - names };
	return sound;
}

/* The next file text from *at. False at the end. */
static bool
next_file(const struct prefetch *p, size_t *at, struct wintext *ret_text)
{
	while (*at + 2 <= p->names.size) {
		*ret_text = wintext_wide(p->names, *at, SIZE_MAX);
		*at += wintext_span(*ret_text);
		if (ret_text->units > 0)
			return true;
	}
	return false;
}

/* The file whose name is that of the program; the head has at most 29 characters of it. */
static void
find_path(struct prefetch *p)
{
	struct wintext text;
	size_t at = 0, length = strlen(p->name), units = wintext_wide(p->in, NAME, NAME_UNITS).units;
	char path[PATH_MAX_BYTES];
	while (next_file(p, &at, &text)) {
		p->files++;
		if (length == 0 || p->path[0] != '\0' || text.units <= units || text.units > PATH_MAX_BYTES / 4)
			continue;
		const char *last = strrchr(wintext_copy(text, path, sizeof(path)), '\\');
		if (last != NULL && strncasecmp(last + 1, p->name, length) == 0 && (last[1 + length] == '\0' || length >= NAME_UNITS - 1))
			memcpy(p->path, path, strlen(path) + 1);
	}
}

struct volume {
	struct wintext device;
	int64_t created;
	uint32_t serial;
	size_t at;		/* in the unpacked bytes */
};

/* Volume by number. False when it lies outside. */
static bool
read_volume(const struct prefetch *p, uint32_t number, struct volume *ret_volume)
{
	uint64_t base = load_le32(p->in.data + VOLUMES), at = base + (uint64_t)number * p->layout->volume_size;
	if (number >= VOLUMES_MAX || !view_has(p->in, at, p->layout->volume_size))
		return false;
	const uint8_t *v = p->in.data + at;
	uint32_t units = load_le32(v + 4);
	*ret_volume = (struct volume){ .device = wintext_wide(p->in, base + load_le32(v), units < DEVICE_MAX ? units : DEVICE_MAX), .created = when_from_filetime(load_le64(v + 8)),
		.serial = load_le32(v + 16), .at = (size_t)at };
	return true;
}

static void
put_program(struct prefetch *p)
{
	char hash[12];
	snprintf(hash, sizeof(hash), "%08X", (unsigned)p->hash);
	artefact_bytes(p->a, "executable", p->name, strlen(p->name));
	artefact_unsigned(p->a, "run_count", p->run_count);
	artefact_text(p->a, "hash", hash);
	artefact_text(p->a, "executable_path", p->path);
}

static void
put_rest(struct prefetch *p)
{
	struct artefact *a = p->a;
	struct wintext text;
	struct volume v;
	SCOPED_BUF line;
	buf_init(&line, 4 * PATH_MAX_BYTES);
	artefact_unsigned(a, "version", p->layout->version);
	artefact_text(a, "windows", p->layout->windows);
	artefact_flag(a, "compressed", p->packed);
	if (p->hash_string_at != 0 && view_has(p->in, p->hash_string_at, 8))
		wintext_put(a, "hash_string", wintext_wide(p->in, load_le32(p->in.data + p->hash_string_at), load_le32(p->in.data + p->hash_string_at + 4) / 2));
	artefact_list(a, "volumes");
	for (uint32_t i = 0; read_volume(p, i, &v) && i < load_le32(p->in.data + VOLUME_COUNT); i++) {
		char when[WHEN_TEXT_SIZE];
		buf_clear(&line);
		wintext_append(&line, v.device);
		buf_format(&line, ", serial %08X, created %s", (unsigned)v.serial, when_text(v.created, 9, "Z", when));
		artefact_item(a, buf_cstr(&line));
	}
	artefact_list_end(a);
	artefact_unsigned(a, "file_count", p->files);
	artefact_list(a, "files");
	/* more than an event can hold is not looked at; the event says that it was cut */
	for (size_t at = 0, put = 0; put <= ARTEFACT_DATA_MAX && next_file(p, &at, &text); put += line.size) {
		buf_clear(&line);
		wintext_append(&line, text);
		artefact_item(a, buf_cstr(&line));
	}
	artefact_list_end(a);
}

/* One event for each run that it remembers; the files go with the last run alone. */
static enum triage_status
send_runs(struct prefetch *p)
{
	enum triage_status st = TRIAGE_OK;
	bool first = true;
	for (size_t i = 0; i <= p->layout->runs && st == TRIAGE_OK; i++) {
		int64_t when = i < p->layout->runs ? when_from_filetime(load_le64(p->in.data + p->layout->last_run + 8 * i)) : artefact_who(p->a)->mtime;
		/* when no run has a time, the file's own stands in */
		if (when == TRIAGE_TIME_NONE || (i == p->layout->runs && !first))
			continue;
		artefact_event(p->a, when, i == p->layout->runs ? "prefetch file written" : first ? "last run" : "earlier run");
		artefact_offset(p->a, i < p->layout->runs ? p->layout->last_run + 8 * i : 0);
		put_program(p);
		if (first)
			put_rest(p);
		artefact_message(p->a, "%s was run%s%s; runs in all: %u", p->name, p->path[0] != '\0' ? ": " : "", p->path, (unsigned)p->run_count);
		st = artefact_send(p->a, p->err);
		first = false;
	}
	return st;
}

static enum triage_status
send_volumes(struct prefetch *p)
{
	enum triage_status st = TRIAGE_OK;
	uint32_t count = load_le32(p->in.data + VOLUME_COUNT), i = 0;
	struct volume v;
	for (; i < count && st == TRIAGE_OK && read_volume(p, i, &v); i++) {
		char serial[12], device[600];
		snprintf(serial, sizeof(serial), "%08X", (unsigned)v.serial);
		artefact_event(p->a, v.created, "volume created");
		artefact_part(p->a, "volume");
		artefact_offset(p->a, v.at);
		wintext_put(p->a, "device_path", v.device);
		artefact_text(p->a, "serial", serial);
		put_program(p);
		artefact_message(p->a, "Volume %s with serial %s was made; %s used it", wintext_copy(v.device, device, sizeof(device)), serial, p->name);
		st = artefact_send(p->a, p->err);
	}
	if (st == TRIAGE_OK && i < count)
		st = artefact_remark(p->a, TRIAGE_LOW, "volumes-cut", load_le32(p->in.data + VOLUMES), 0, p->err, "volumes of %s: %u of %u are told, the others lie outside or are too many", p->name,
		    (unsigned)i, (unsigned)count);
	return st;
}

static enum triage_status
parse_plain(struct prefetch *p)
{
	enum triage_status st = TRIAGE_OK;
	p->layout = layout_of(p->in);
	if (p->layout == NULL)
		return artefact_remark(p->a, TRIAGE_LOW, "version-unknown", 0, p->in.size, p->err, "a prefetch file of version %u is not known",
		    p->in.size >= 4 ? (unsigned)load_le32(p->in.data) : 0);
	if (p->in.size < p->layout->head)
		return artefact_remark(p->a, TRIAGE_LOW, "file-cut", p->in.size, 0, p->err, "the prefetch file ends inside its head");
	if (!read_head(p) || load_le32(p->in.data + FILE_SIZE) > p->in.size)
		st = artefact_remark(p->a, TRIAGE_LOW, "file-cut", p->in.size, 0, p->err, "the prefetch file of %s is cut: %zu of %u bytes, files may be missing", p->name,
		    p->in.size, (unsigned)load_le32(p->in.data + FILE_SIZE));
	find_path(p);
	if (st == TRIAGE_OK)
		st = send_runs(p);
	return st == TRIAGE_OK ? send_volumes(p) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct prefetch p = { .a = a, .err = err, .in = all };
	struct view packed;
	uint32_t size;
	SCOPED_FREE uint8_t *plain = NULL;
	if (!is_packed(all, &packed, &size))
		return parse_plain(&p);
	if (size > UNPACKED_MAX)
		return artefact_remark(a, TRIAGE_LOW, "file-too-large", 0, size, err, "a prefetch file of %u bytes is not unpacked", (unsigned)size);
	plain = fault_hit() ? NULL : malloc((size_t)size + 1);
	if (plain == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a prefetch file");
		return TRIAGE_E_MEMORY;
	}
	bool sound;
	p.packed = true;
	p.in = (struct view){ plain, lzxpress_huffman(packed, plain, size, &sound) };
	if (!sound) {
		enum triage_status st = artefact_remark(a, TRIAGE_LOW, "packing-damaged", 0, size - p.in.size, err, "the packed bytes make %zu of %u bytes", p.in.size,
		    (unsigned)size);
		if (st != TRIAGE_OK)
			return st;
	}
	return parse_plain(&p);
}

const struct artefact_kind artefact_prefetch = {
	.name = "prefetch",
	.source = "prefetch",
	.title = "prefetch file (.pf)",
	.yields = "programs that were run: when, up to eight times, how often, from where, which files and volumes they used",
	.reference = "libscca: Windows Prefetch File format; MS-XCA",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
