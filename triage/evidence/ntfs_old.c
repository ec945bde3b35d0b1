/* ntfs_old.c - the last part of the NTFS listing: what the indexes of folders still know and the records do not. */
#include "triage/evidence/ntfs_index.h"
#include "triage/evidence/ntfs_list.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

struct old_names {
	struct ntfs_listing *l;
	struct ntfs_file other;
	uint64_t folder;	/* record number */
};

/* True when the file that an old name leads to is listed under this name already. */
static bool
is_listed(const struct ntfs_file *f, const struct ntfs_old_name *old)
{
	struct ntfs_name name;
	for (size_t i = 0; i < f->attr_count; i++)
		if (f->attrs[i].type == NTFS_FILE_NAME && !f->attrs[i].nonresident && ntfs_name_parse(f->attrs[i].value, &name) &&
		    name.parent == old->name.parent && name.text.size == old->name.text.size &&
		    memcmp(name.text.data, old->name.text.data, name.text.size) == 0)
			return true;
	return false;
}

/* Is the record that the name leads to still of that file, in use or deleted? */
static bool
same_file(const struct ntfs_file *f, uint64_t reference)
{
	uint16_t wanted = ntfs_ref_sequence(reference), sequence = f->head.sequence;
	if (wanted == sequence)
		return true;
	return (f->head.flags & NTFS_RECORD_IN_USE) == 0 && wanted == (sequence > 1 ? (uint16_t)(sequence - 1) : UINT16_MAX);
}

static enum triage_status
send_old_name(void *ctx, const struct ntfs_old_name *old, struct triage_error *err)
{
	struct old_names *o = ctx;
	struct ntfs_listing *l = o->l;
	struct triage_entry e = walk_blank();
	struct triage_error why;
	enum ntfs_record_state state;
	e.flags = TRIAGE_ENTRY_REUSED;
	e.inode = TRIAGE_NO_ID;
	if (old->reference != 0) {
		e.inode = ntfs_ref_number(old->reference);
		e.sequence = ntfs_ref_sequence(old->reference);
		enum triage_status st = ntfs_file_load(l->n, e.inode, &o->other, &state, &why);
		if (st == TRIAGE_E_MEMORY)
			return st;
		if (st == TRIAGE_OK && same_file(&o->other, old->reference)) {
			if (is_listed(&o->other, old))
				return TRIAGE_OK;
			e.flags = 0;	/* the same file, under an earlier name */
		}
	}
	buf_clear(&l->entries.name);
	text_from_utf16le(&l->entries.name, old->name.text.data, old->name.text.size / 2);
	e.parent = l->edge[o->folder];
	e.name = (const uint8_t *)buf_cstr(&l->entries.name);
	e.name_size = l->entries.name.size;
	e.kind = old->name.folder ? TRIAGE_FILE_DIRECTORY : TRIAGE_FILE_REGULAR;
	e.state = (l->survey.bits[o->folder] & NTFS_IS_ROOTED) != 0 ? TRIAGE_STATE_DELETED : TRIAGE_STATE_ORPHAN;
	e.size = old->name.size;
	e.times[TRIAGE_FN_BTIME] = when_from_filetime(old->name.created);
	e.times[TRIAGE_FN_MTIME] = when_from_filetime(old->name.modified);
	e.times[TRIAGE_FN_CTIME] = when_from_filetime(old->name.changed);
	e.times[TRIAGE_FN_ATIME] = when_from_filetime(old->name.accessed);
	return walk_entry(&l->walk, &e, err);
}

static enum triage_status
look_at_folder(struct old_names *o, struct ntfs_index *x, struct triage_error *err)
{
	struct ntfs_listing *l = o->l;
	enum ntfs_record_state state;
	struct triage_error why;
	uint64_t damaged = 0;
	enum triage_status st = ntfs_file_load(l->n, o->folder, &l->file, &state, &why);
	if (st != TRIAGE_OK)
		return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;	/* told when it was listed */
	st = ntfs_index_read(x, &l->file, send_old_name, o, &damaged, err);
	if (st != TRIAGE_OK || damaged == 0 || (l->file.head.flags & NTFS_RECORD_IN_USE) == 0)
		return st;
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = TRIAGE_LOW, .code = "directory-damaged", .inode = o->folder, .edge = l->edge[o->folder],
		    .offset = TRIAGE_NO_ID,
		.bytes = damaged * l->n->g.index,
	}, err, "%ju blocks of this folder's index are damaged: its files are listed from the $MFT, old names in it are lost",
	    (uintmax_t)damaged);
}

enum triage_status
ntfs_list_old_names(struct ntfs_listing *l, struct triage_error *err)
{
	struct old_names o = { .l = l };
	struct ntfs_index x;
	enum triage_status st = ntfs_index_init(&x, l->n, l->n->fs->reader->size, err);
	for (size_t i = 0; i < l->queued && st == TRIAGE_OK; i++) {
		o.folder = l->queue[i];
		st = look_at_folder(&o, &x, err);
	}
	ntfs_index_release(&x);
	ntfs_file_release(&o.other);
	return st;
}
