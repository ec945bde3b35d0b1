/* disk_open.c - opens a disk: its file, what that file names, and so on down the chain. See disk.h. */
#include "triage/evidence/disk_inside.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <stdarg.h>
#include <string.h>

enum { HEAD = 1024, MESSAGE = 900 };

#define DISK(id) extern const struct disk_kind id##_disk;
#include "triage/evidence/disk_kinds.def"
#undef DISK
const struct disk_kind *const disk_kinds[] = {
#define DISK(id) &id##_disk,
#include "triage/evidence/disk_kinds.def"
#undef DISK
};
const size_t disk_kind_count = sizeof(disk_kinds) / sizeof(disk_kinds[0]);

/* A backing file of plain bytes. */
static enum triage_status
plain_open(struct disk_layer *layer, struct triage_error *err)
{
	(void)err;
	layer->size = layer->file->reader->size;
	return TRIAGE_OK;
}

static void
plain_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	*run = (struct disk_run){ .what = DISK_DATA, .size = want, .file = layer->file, .at = offset };
}

static const struct disk_kind plain_disk = { .name = "raw", .kind = TRIAGE_EVIDENCE_RAW, .open = plain_open, .map = plain_map };

const struct disk_kind *
disk_kind_of(const uint8_t *head, size_t head_size, struct reader *file)
{
	for (size_t i = 0; i < disk_kind_count; i++)
		if (disk_kinds[i]->claims(head, head_size, file))
			return disk_kinds[i];
	return NULL;
}

bool
disk_needs_open(const uint8_t *head, size_t head_size)
{
	for (size_t i = 0; i < disk_kind_count; i++)
		if (disk_kinds[i]->claims(head, head_size, NULL))
			return disk_kinds[i]->needs_open(head, head_size);
	return false;
}

enum triage_status
disk_problem(struct disk_layer *layer, enum triage_severity severity, const char *code, uint64_t offset, struct triage_error *err,
    const char *format, ...)
{
	char message[MESSAGE];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	SCOPED_BUF text;
	buf_init(&text, 4 * MESSAGE);
	if (layer != layer->disk->top) {
		text_display(&text, layer->file->name, strlen(layer->file->name));
		buf_text(&text, ": ");
	}
	text_safe(&text, message);
	return source_problem(layer->disk->sink, "open", severity, code, offset, 0, err, "%s", buf_cstr(&text));
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

/* Takes reader over, also on failure. */
static enum triage_status
add_file(struct disk *d, struct reader *reader, const char *name, struct companion_id id, struct disk_file **ret_file, struct triage_error *err)
{
	struct disk_file *file = fault_hit() ? NULL : calloc(1, sizeof(*file));
	if (file == NULL) {
		reader_close(reader);
		return no_memory(err);
	}
	*file = (struct disk_file){ .reader = reader, .id = id };
	snprintf(file->name, sizeof(file->name), "%s", name);
	d->files[d->file_count++] = file;
	*ret_file = file;
	return TRIAGE_OK;
}

static struct disk_file *
file_known(const struct disk *d, struct companion_id id)
{
	for (size_t i = 0; i < d->file_count && id.inode != 0; i++)
		if (d->files[i]->id.inode == id.inode && d->files[i]->id.device == id.device)
			return d->files[i];
	return NULL;
}

enum triage_status
disk_companion(struct disk_layer *layer, const char *stored, const char *what, struct disk_file **ret_file, struct triage_error *err)
{
	struct disk *d = layer->disk;
	char name[COMPANION_NAME], code[64];
	struct reader *reader = NULL;
	struct companion_id id = { 0 };
	*ret_file = NULL;
	if (d->file_count >= DISK_FILES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "this disk names more than %d files", DISK_FILES_MAX);
		return TRIAGE_E_LIMIT;
	}
	snprintf(code, sizeof(code), "%s-missing", what);
	if (!companion_name(stored, name))
		return disk_problem(layer, TRIAGE_HIGH, code, TRIAGE_NO_ID, err,
		    "the %s is named \"%.200s\", which is no file name: what lies there reads as zeros", what, stored);
	enum triage_status st = d->finder->find(d->finder->ctx, name, &reader, &id, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	if (st != TRIAGE_OK)
		return disk_problem(layer, TRIAGE_HIGH, code, TRIAGE_NO_ID, err, "the %s %s is not beside it or cannot be read: what lies there "
		    "reads as zeros; find that file and put it into the same folder, under exactly that name", what, name);
	if ((*ret_file = file_known(d, id)) != NULL) {
		reader_close(reader);
		return TRIAGE_OK;
	}
	return add_file(d, reader, name, id, ret_file, err);
}

static void
close_layer(struct disk_layer *l)
{
	if (l->kind->close != NULL)
		l->kind->close(l);
	free(l->parent);
	free(l);
}

static bool
sane(const struct disk_layer *l)
{
	return l->size > 0 && l->size <= INT64_MAX && (l->sector_size == 512 || l->sector_size == 4096);
}

/* One layer at the foot of the chain. */
static enum triage_status
add_layer(struct disk *d, struct disk_layer *above, struct disk_file *file, const struct disk_kind *kind, struct disk_layer **ret_layer,
    struct triage_error *err)
{
	struct disk_layer *l = fault_hit() ? NULL : calloc(1, sizeof(*l));
	if (l == NULL)
		return no_memory(err);
	*l = (struct disk_layer){ .kind = kind, .disk = d, .file = file, .sector_size = 512 };
	if (above == NULL)
		d->top = l;
	enum triage_status st = kind->open(l, err);
	if (st == TRIAGE_OK && !sane(l) && kind != &plain_disk) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "this %s tells of an impossible size", kind->name);
		st = TRIAGE_E_FORMAT;
	}
	if (st != TRIAGE_OK) {
		if (above == NULL)
			d->top = NULL;
		close_layer(l);
		return st;
	}
	if (above != NULL)
		above->below = l;
	*ret_layer = l;
	return TRIAGE_OK;
}

static const struct disk_kind *
kind_of_parent(const struct disk_layer *child, struct disk_file *file)
{
	uint8_t head[HEAD];
	size_t size = 0;
	if (child->parent_raw)
		return &plain_disk;
	if (reader_read(file->reader, 0, head, sizeof(head), &size, NULL) != TRIAGE_OK)
		size = 0;
	const struct disk_kind *kind = disk_kind_of(head, size, file->reader);
	return kind == NULL && child->parent_maybe_raw ? &plain_disk : kind;
}

/* The layer that child names as its parent. *ret_layer is NULL when there is none to be had; a problem row then says so. */
static enum triage_status
add_parent(struct disk *d, struct disk_layer *child, struct disk_layer **ret_layer, struct triage_error *err)
{
	struct disk_file *file;
	size_t before = d->file_count;
	*ret_layer = NULL;
	enum triage_status st = disk_companion(child, child->parent, "parent", &file, err);
	if (st != TRIAGE_OK || file == NULL)
		return st;
	if (d->file_count == before)
		return disk_problem(child, TRIAGE_HIGH, "parent-loop", TRIAGE_NO_ID, err,
		    "it names %s as its parent, which is part of this disk already: what lies there reads as zeros", file->name);
	const struct disk_kind *kind = kind_of_parent(child, file);
	if (kind == NULL)
		return disk_problem(child, TRIAGE_HIGH, "parent-unreadable", TRIAGE_NO_ID, err, "its parent %s is no virtual disk that can be read: "
		    "what lies there reads as zeros; get a whole copy of it", file->name);
	struct triage_error why = { .text = "" };
	st = add_layer(d, child, file, kind, ret_layer, &why);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_UNSUPPORTED || st == TRIAGE_E_LIMIT)
		return disk_problem(child, TRIAGE_HIGH, "parent-unreadable", TRIAGE_NO_ID, err, "its parent %s cannot be read (%s): what lies "
		    "there reads as zeros", file->name, why.text);
	if (st != TRIAGE_OK) {
		*err = why;
		return st;
	}
	if (child->parent_id[0] != '\0' && (*ret_layer)->id[0] != '\0' && strcmp(child->parent_id, (*ret_layer)->id) != 0)
		return disk_problem(child, TRIAGE_MEDIUM, "parent-changed", TRIAGE_NO_ID, err, "its parent %s has identity %s, but %s was there when "
		    "it was made: another file, or written to since; what is read from both together may be wrong", file->name,
		    (*ret_layer)->id, child->parent_id);
	return TRIAGE_OK;
}

static enum triage_status
add_parents(struct disk *d, struct triage_error *err)
{
	struct disk_layer *l = d->top;
	for (size_t depth = 1; l != NULL && l->parent != NULL; depth++) {
		l->needs_below = true;
		if (depth >= DISK_LAYERS_MAX)
			return disk_problem(l, TRIAGE_HIGH, "parent-limit", TRIAGE_NO_ID, err,
			    "this is link %d of the chain; its parents are not looked at: what lies there reads as zeros", DISK_LAYERS_MAX);
		struct disk_layer *parent;
		enum triage_status st = add_parent(d, l, &parent, err);
		if (st != TRIAGE_OK)
			return st;
		l = parent;
	}
	return TRIAGE_OK;
}

enum triage_status
disk_open(struct reader *file, const char *name, struct companion_id id, const struct disk_finder *finder, const struct evidence_sink *sink,
    struct reader **ret_reader, enum triage_evidence_kind *ret_kind, struct triage_error *err)
{
	uint8_t head[HEAD];
	size_t size = 0;
	struct disk_file *top;
	struct disk_layer *layer;
	struct disk *d = calloc(1, sizeof(*d));
	if (d == NULL) {
		reader_close(file);
		return no_memory(err);
	}
	d->base = (struct reader){ .ops = &disk_ops, .sector_size = 512 };
	d->finder = finder;
	d->sink = sink;
	enum triage_status st = add_file(d, file, name, id, &top, err);
	if (st == TRIAGE_OK)
		st = disk_pages_new(&d->pages, err);
	if (st == TRIAGE_OK && reader_read(file, 0, head, sizeof(head), &size, NULL) != TRIAGE_OK)
		size = 0;
	const struct disk_kind *kind = st == TRIAGE_OK ? disk_kind_of(head, size, file) : NULL;
	if (st == TRIAGE_OK && kind == NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "no virtual disk");
		st = TRIAGE_E_FORMAT;
	}
	if (st == TRIAGE_OK)
		st = add_layer(d, NULL, top, kind, &layer, err);
	if (st == TRIAGE_OK)
		st = add_parents(d, err);
	if (st != TRIAGE_OK) {
		reader_close(&d->base);
		return st;
	}
	d->base.size = d->top->size;
	d->base.sector_size = d->top->sector_size;
	d->finder = NULL;
	d->sink = NULL;
	*ret_reader = &d->base;
	*ret_kind = kind->kind;
	return TRIAGE_OK;
}
