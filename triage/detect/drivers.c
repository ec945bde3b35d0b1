#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int
compare_digests(const void *a, const void *b)
{
	const struct driver_digest *x = a, *y = b;
	int order = memcmp(x->bytes, y->bytes, sizeof(x->bytes));
	return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int
compare_names(const void *a, const void *b, void *ctx)
{
	const struct drivers *d = ctx;
	return strcasecmp(table_cell(d->table, *(const uint32_t *)a, d->name_column), table_cell(d->table, *(const uint32_t *)b, d->name_column));
}

enum triage_status
drivers_load(struct drivers *d, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "driver", "sha256", "sha1" };
	size_t c[3], count = table_rows(table);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < 3 && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &c[i], err);
	if (st != TRIAGE_OK)
		return st;
	d->table = table;
	d->name_column = c[0];
	d->sha256 = calloc(count + 1, sizeof(*d->sha256));
	d->sha1 = calloc(count + 1, sizeof(*d->sha1));
	d->names = calloc(count + 1, sizeof(*d->names));
	if (d->sha256 == NULL || d->sha1 == NULL || d->names == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = 0; row < count; row++) {
		const char *sha256 = table_cell(table, row, c[1]), *sha1 = table_cell(table, row, c[2]);
		if (sha256[0] != '\0' && !text_unhex(sha256, d->sha256[d->sha256_count].bytes, DRIVER_SHA256))
			return detections_bad(path, row, "no SHA-256", sha256, err);
		if (sha1[0] != '\0' && !text_unhex(sha1, d->sha1[d->sha1_count].bytes, DRIVER_SHA1))
			return detections_bad(path, row, "no SHA-1", sha1, err);
		if (sha256[0] != '\0')
			d->sha256[d->sha256_count++].row = (uint32_t)row;
		if (sha1[0] != '\0')
			d->sha1[d->sha1_count++].row = (uint32_t)row;
		d->names[d->name_count++] = (uint32_t)row;
	}
	qsort(d->sha256, d->sha256_count, sizeof(*d->sha256), compare_digests);
	qsort(d->sha1, d->sha1_count, sizeof(*d->sha1), compare_digests);
	qsort_r(d->names, d->name_count, sizeof(*d->names), compare_names, d);
	return TRIAGE_OK;
}

void
drivers_release(struct drivers *d)
{
	free(d->sha256);
	free(d->sha1);
	free(d->names);
	*d = (struct drivers){ 0 };
}

static int
compare_bytes(const void *key, const void *member)
{
	return memcmp(key, ((const struct driver_digest *)member)->bytes, DRIVER_SHA256);
}

static const char *
find(const struct drivers *d, const struct driver_digest *list, size_t count, const uint8_t *digest, size_t size)
{
	uint8_t key[DRIVER_SHA256] = { 0 };
	if (digest == NULL || count == 0)
		return NULL;
	memcpy(key, digest, size);
	const struct driver_digest *found = bsearch(key, list, count, sizeof(*list), compare_bytes);
	return found != NULL ? table_cell(d->table, found->row, d->name_column) : NULL;
}

const char *
drivers_by_digest(const struct drivers *d, const uint8_t *sha256, const uint8_t *sha1)
{
	const char *name = find(d, d->sha256, d->sha256_count, sha256, DRIVER_SHA256);
	return name != NULL ? name : find(d, d->sha1, d->sha1_count, sha1, DRIVER_SHA1);
}

const char *
drivers_by_name(const struct drivers *d, const char *name)
{
	size_t low = 0, high = d->name_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = table_cell(d->table, d->names[middle], d->name_column);
		int order = strcasecmp(name, other);
		if (order == 0)
			return other;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Drivers of these names are on many healthy machines, or are part of Windows: only a digest accuses them. */
static bool
is_common(const char *name)
{
	static const char *const names[] = { "ntoskrnl.exe", "cpuz*.sys", "winring0*.sys", "winio*.sys", "aswvmm.sys", "vboxdrv.sys", "vboxusb.sys", "procexp*.sys", "procmon*.sys", "nvflash.sys", "amdryzenmasterdriver.sys",
		"iqvw64*.sys", "asio*.sys", "rtkio*.sys", "physmem.sys", "inpout*.sys", "hwinfo*.sys", "speedfan.sys", "viragt*.sys", "driver*.sys", "afd.sys", "fltmgr.sys", "mskssrv.sys", "dxgkrnl.sys", "pchunter.sys", NULL };
	for (const char *const *n = names; *n != NULL; n++)
		if (words_glob(*n, name))
			return true;
	return strlen(name) > 40;
}

static enum triage_status
drivers_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	const struct drivers *d = &j->tables->drivers;
	(void)state, (void)err;
	if (!s->ordinary || s->file->content == NULL)
		return TRIAGE_OK;
	const struct triage_content *c = s->file->content;
	const char *name = c->hashed ? drivers_by_digest(d, c->sha256, c->sha1) : NULL;
	if (name != NULL) {
		struct fold *f = judge_claim_file(j, judge_detection(j, "driver-abused"), s, "", 2);
		if (f == NULL)
			return TRIAGE_OK;
		f->plan.check = CHECK_HASH;
		f->plan.confidence = judge_confidence(j, j->tables->scores.confidence_exact);
		f->alone = true;
		f->classes |= CLASS_CONTENT;
		fold_reason(&j->folds, f, "Content of %s: %.300s", name, s->file->path);
		return TRIAGE_OK;
	}
	if (!words_ends(s->file->name, ".sys") || is_common(s->file->name) || drivers_by_name(d, s->file->name) == NULL)
		return TRIAGE_OK;
	struct fold *f = judge_claim_file(j, judge_detection(j, "driver-abused-name"), s, "", 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "File: %.300s", s->file->path);
	return TRIAGE_OK;
}

/* The digest that a text begins with. */
static bool
read_digest(const char *text, uint8_t *out, size_t size)
{
	char hex[2 * DRIVER_SHA256 + 1];
	if (strnlen(text, 2 * size) < 2 * size)
		return false;
	memcpy(hex, text, 2 * size);
	hex[2 * size] = '\0';
	return text_unhex(hex, out, size);
}

/* Sysmon's driver loads and Amcache give digests, service installations names. */
static enum triage_status
drivers_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	const struct drivers *d = &j->tables->drivers;
	int64_t id = words_event_id(h->event);
	(void)state, (void)err;
	bool amcache = strcmp(h->event->parser, "registry.amcache") == 0;
	if (id != 6 && id != 7045 && !amcache)
		return TRIAGE_OK;
	uint8_t sha256[DRIVER_SHA256], sha1[DRIVER_SHA1];
	const char *hashes = happening_text(h, id == 6 ? "hashes" : "sha1"), *at = strcasestr(hashes, "SHA256="), *name = NULL;
	if (at != NULL && read_digest(at + 7, sha256, sizeof(sha256)))
		name = drivers_by_digest(d, sha256, NULL);
	at = amcache ? hashes : strcasestr(hashes, "SHA1=");
	at = at != NULL && !amcache ? at + 5 : at;
	if (name == NULL && at != NULL && read_digest(at, sha1, sizeof(sha1)))
		name = drivers_by_digest(d, NULL, sha1);
	const char *base = words_base(happening_text(h, id == 6 ? "image_loaded" : id == 7045 ? "image_path" : "path"));
	bool exact = name != NULL;
	if (name == NULL && !amcache && words_ends(base, ".sys") && !is_common(base))
		name = drivers_by_name(d, base);
	if (name == NULL)
		return TRIAGE_OK;
	struct fold *f = judge_claim_event(j, judge_detection(j, exact ? "driver-abused" : "driver-abused-name"), h, "", 2);
	if (f != NULL)
		fold_reason(&j->folds, f, "%.300s (%s)", h->event->message, exact ? "by its digest" : "by its name");
	return TRIAGE_OK;
}

static const char *const sources[] = { "evtx", "registry", NULL };
const struct detector drivers_detector = { .name = "drivers", .sources = sources, .file = drivers_file, .event = drivers_event };
