#include "triage/evidence/fs.h"

#include "triage/evidence/source.h"
#include "triage/evidence/unallocated.h"

#include <stdlib.h>
#include <string.h>
#include <tsk/libtsk.h>

struct fs_type {
	const char *name;
	const struct fs_driver *driver;
	int tsk_type;
};

static const struct fs_type fs_types[] = {
#define FS_TYPE(name, driver, tsk) { name, &driver##_driver, tsk },
#include "triage/evidence/fs_types.def"
#undef FS_TYPE
};

static const struct fs_type *
find_type(const char *name)
{
	for (size_t i = 0; i < sizeof(fs_types) / sizeof(fs_types[0]); i++)
		if (strcmp(fs_types[i].name, name) == 0)
			return &fs_types[i];
	return NULL;
}

/* The reader that holds the filesystem: of the medium, or of a volume that the probe made. */
static enum triage_status
reader_below(struct evidence_source *source, const struct triage_filesystem *info, struct reader **ret_reader, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	*ret_reader = source->reader;
	if (info->reader_type == EVIDENCE_ON_MEDIUM)
		return TRIAGE_OK;
	if (!source->probed && info->reader_type == EVIDENCE_ON_VOLUME)
		st = evidence_probe_together(&source, 1, err);
	if (st != TRIAGE_OK)
		return st;
	bool same_company = source->together == (info->reader_type == EVIDENCE_ON_VOLUME_TOGETHER);
	*ret_reader = source->probed && same_company ? source_volume_reader(source, info->volume) : NULL;
	if (*ret_reader == NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "volume %u could not be opened again: is its key still there?", info->volume + 1);
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

enum triage_status
evidence_fs_open(struct evidence_source *source, const struct triage_filesystem *info, struct evidence_fs **ret_fs,
    struct triage_error *err)
{
	struct reader *below;
	const struct fs_type *type = find_type(info->type);
	if (type == NULL) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, info->start, "file systems of type %s are not read by this version",
		    info->type);
		return TRIAGE_E_UNSUPPORTED;
	}
	enum triage_status st = reader_below(source, info, &below, err);
	if (st != TRIAGE_OK)
		return st;
	if (info->start >= below->size) {
		triage_error_set(err, TRIAGE_E_SHORT, below->size, "the file system begins at %ju, the medium ends at %ju",
		    (uintmax_t)info->start, (uintmax_t)below->size);
		return TRIAGE_E_SHORT;
	}
	struct evidence_fs *fs = calloc(1, sizeof(*fs));
	if (fs == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	*fs = (struct evidence_fs){
		.driver = type->driver, .medium = source->reader, .layered = info->reader_type != EVIDENCE_ON_MEDIUM, .start = info->start,
		    .length = info->length, .type = type->name, .tsk_type = type->tsk_type, .part = info->part, .carve = source->in.carve,
	};
	/* A cut image is read as far as it goes: what lies behind its end is flagged where it is asked for. */
	uint64_t there = below->size - info->start;
	if (fs->length == 0)
		fs->length = there;
	st = reader_slice(below, info->start, fs->length < there ? fs->length : there, &fs->reader, err);
	if (st == TRIAGE_OK)
		st = fs->driver->open(fs, err);
	if (st != TRIAGE_OK) {
		evidence_fs_close(fs);
		return st;
	}
	*ret_fs = fs;
	return TRIAGE_OK;
}

bool
fs_opens(struct reader *below, const char *type, uint64_t start, uint64_t length)
{
	const struct fs_type *t = find_type(type);
	struct triage_error ignored;
	if (t == NULL || t->tsk_type != 0 || start >= below->size)
		return t != NULL;
	struct evidence_fs *fs = calloc(1, sizeof(*fs));
	if (fs == NULL)
		return false;
	uint64_t there = below->size - start;
	*fs = (struct evidence_fs){ .driver = t->driver, .medium = below, .length = length, .type = t->name };
	bool opens = reader_slice(below, start, length < there ? length : there, &fs->reader, &ignored) == TRIAGE_OK &&
	    fs->driver->open(fs, &ignored) == TRIAGE_OK;
	evidence_fs_close(fs);
	return opens;
}

void
evidence_fs_close(struct evidence_fs *fs)
{
	if (fs == NULL)
		return;
	fs->driver->close(fs);
	reader_close(fs->reader);
	free(fs);
}

/* Passes a listing on, counts its entries and notes its files. */
struct counter {
	const struct evidence_sink *sink;
	uint64_t entries;
	struct slack slack;
};

static enum triage_status
count_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct counter *c = ctx;
	c->entries = e->edge + 1;
	enum triage_status st = slack_note(&c->slack, e, err);
	return st == TRIAGE_OK ? c->sink->entry(c->sink->ctx, e, err) : st;
}

static enum triage_status
pass_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct counter *c = ctx;
	return c->sink->problem(c->sink->ctx, p, err);
}

enum triage_status
fs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct counter c = { .sink = sink };
	if (!fs->carve)
		return fs->driver->list(fs, sink, err);
	enum triage_status st = fs->driver->list(fs, &(struct evidence_sink){ .ctx = &c, .entry = count_entry, .problem = pass_problem }, err);
	if (st == TRIAGE_OK)
		st = unallocated_list(fs, sink, c.entries, &c.slack, err);
	slack_release(&c.slack);
	return st;
}
