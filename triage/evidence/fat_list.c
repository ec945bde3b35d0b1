/*
 * fat_list.c - the listing of FAT and exFAT: live folders breadth-first from the root, then deleted folders whose
 * clusters are still free, then free clusters that hold folders nothing leads to.
 */
#include "triage/evidence/fat_folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	ORPHAN_CLUSTERS_MAX = 1 << 20,	/* free clusters that are looked at */
	HEAD_SIZE = 512,		/* bytes of each */
};

struct folder_list {
	struct fat_folder *rows;
	size_t count, room, next;
};

struct listing {
	struct fat *x;
	struct walk walk;
	struct fat_seen seen;
	struct folder_list live, deleted;
	struct fat_slots slots;
	struct buf name;	/* of a folder that has none */
};

static enum triage_status
put_folder(struct folder_list *list, const struct fat_folder *f, struct triage_error *err)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 256 : list->room * 2;
		struct fat_folder *rows = realloc(list->rows, room * sizeof(*rows));
		if (rows == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", list->count);
			return TRIAGE_E_MEMORY;
		}
		list->rows = rows;
		list->room = room;
	}
	list->rows[list->count++] = *f;
	return TRIAGE_OK;
}

static void
take_file(const struct listing *l, const struct fat_file *f, struct triage_entry *e)
{
	const struct fat *x = l->x;
	static const enum triage_file_kind kinds[] = {
		[FAT_FILE] = TRIAGE_FILE_REGULAR, [FAT_FILE_DIRECTORY] = TRIAGE_FILE_DIRECTORY, [FAT_FILE_LABEL] = TRIAGE_FILE_VIRTUAL,
		[FAT_FILE_BITMAP] = TRIAGE_FILE_VIRTUAL, [FAT_FILE_UPCASE] = TRIAGE_FILE_VIRTUAL,
	};
	e->kind = kinds[f->kind];
	e->mode = ((f->attributes & FAT_READ_ONLY) != 0 ? 0555u : 0777u) |
	    (f->kind == FAT_FILE ? S_IFREG : f->kind == FAT_FILE_DIRECTORY ? (uint32_t)S_IFDIR : 0u);
	e->flags |= f->kind > FAT_FILE_DIRECTORY ? TRIAGE_ENTRY_INTERNAL : 0u;
	e->flags |= f->hidden ? TRIAGE_ENTRY_HIDDEN : 0u;
	e->size = f->chain.size;
	e->times[TRIAGE_MTIME] = f->modified;
	e->times[TRIAGE_ATIME] = f->accessed;
	e->times[TRIAGE_BTIME] = f->created;
	if (f->kind == FAT_FILE_DIRECTORY || f->chain.size == 0)
		return;
	e->flags |= TRIAGE_ENTRY_HAS_CONTENT;
	if (fat_is_cluster(x, f->chain.first))
		e->place = x->fs->start + fat_cluster_place(x, f->chain.first);
}

/* Queue a folder that is about to be sent, or mark its entry when it is not to be entered. */
static enum triage_status
enter_later(struct listing *l, const struct fat_file *f, struct fat_folder now, struct triage_entry *e, struct triage_error *err)
{
	now.edge = l->walk.next_edge;
	now.inode = e->inode;
	now.chain = f->chain;
	if (!now.deleted && fat_seen_add(&l->seen, f->chain.first))
		return put_folder(&l->live, &now, err);
	if (!now.deleted) {
		e->flags |= fat_is_cluster(l->x, f->chain.first) ? TRIAGE_ENTRY_CYCLE : 0u;
		return TRIAGE_OK;
	}
	if (fat_is_cluster(l->x, f->chain.first) && !fat_allocated(l->x, f->chain.first))
		return put_folder(&l->deleted, &now, err);
	e->flags |= TRIAGE_ENTRY_REUSED;
	return TRIAGE_OK;
}

static enum triage_status
send_file(struct listing *l, const struct fat_folder *in, const struct fat_bytes *b, struct fat_file *f, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	uint64_t place = fat_slot_place(b, f->slot), stream = fat_slot_place(b, f->stream_slot);
	int64_t distance = ((int64_t)stream - (int64_t)place) / FAT_SLOT;
	enum triage_status st = TRIAGE_OK;
	f->deleted |= in->deleted;
	e.parent = in->edge;
	e.inode = fat_inode(l->x, place);
	e.attr_type = f->deleted ? FAT_KEY_DELETED : 0;
	e.attr_id = (uint32_t)(int32_t)distance;
	e.state = !f->deleted ? TRIAGE_STATE_ALLOCATED : in->lost ? TRIAGE_STATE_ORPHAN : TRIAGE_STATE_DELETED;
	take_file(l, f, &e);
	bool label = f->kind == FAT_FILE_LABEL;
	e.name = (const uint8_t *)(label ? "$VOLUME_LABEL" : buf_cstr(&l->slots.name));
	e.name_size = strlen((const char *)e.name);
	if (!label)
		e.name_size = l->slots.name.size;
	if (f->kind == FAT_FILE_DIRECTORY)
		st = enter_later(l, f, (struct fat_folder){ .deleted = f->deleted, .lost = in->lost }, &e, err);
	if (distance > INT32_MAX || distance < INT32_MIN)
		e.flags &= ~(uint32_t)TRIAGE_ENTRY_HAS_CONTENT;
	if (st == TRIAGE_OK)
		st = walk_entry(&l->walk, &e, err);
	if (st == TRIAGE_OK && (distance > INT32_MAX || distance < INT32_MIN))
		st = walk_problem(&l->walk, &(struct triage_problem){
			.severity = TRIAGE_MEDIUM, .code = "inode-unreadable", .inode = e.inode, .edge = e.edge,
			    .offset = TRIAGE_NO_ID,
		}, err, "the two halves of this file's record lie too far apart: its content is not read");
	return st;
}

static enum triage_status
tell_folder(struct listing *l, const struct fat_folder *f, const char *code, const char *what, struct triage_error *err)
{
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = TRIAGE_HIGH, .code = code, .inode = f->inode, .edge = f->edge, .offset = TRIAGE_NO_ID,
	}, err, "%s", what);
}

/* Send the names of loaded bytes. */
static enum triage_status
send_names(struct listing *l, const struct fat_folder *f, const struct fat_bytes *b, struct triage_error *err)
{
	struct fat_file file;
	enum triage_status st = TRIAGE_OK;
	bool exfat = l->x->kind == FAT_EX;
	l->slots.bytes = (struct view){ b->data, b->size / FAT_SLOT * FAT_SLOT };
	l->slots.at = 0;
	bool noise = !exfat && !f->deleted && fat_slots_noise(l->x, l->slots.bytes);
	l->slots.strict = f->deleted || noise;
	l->slots.ended = l->slots.damaged = false;
	while (st == TRIAGE_OK && (exfat ? exfat_slots_next(l->x, &l->slots, &file) : fat_slots_next(l->x, &l->slots, &file)))
		st = send_file(l, f, b, &file, err);
	if (st == TRIAGE_OK && noise)
		st = tell_folder(l, f, "directory-cut", "most of this folder holds no names (overwritten or encrypted): only what can be one is listed", err);
	return st;
}

static enum triage_status
read_folder(struct listing *l, const struct fat_folder *f, struct triage_error *err)
{
	struct fat_bytes b;
	enum triage_status st = fat_folder_load(l->x, f, &l->seen, &b, err);
	if (st != TRIAGE_OK)
		return st;
	st = send_names(l, f, &b, err);
	if (st == TRIAGE_OK && b.unreadable)
		st = tell_folder(l, f, "directory-unreadable", "a part of this folder cannot be read: names are missing", err);
	if (st == TRIAGE_OK && b.cut && !f->deleted)
		st = tell_folder(l, f, "directory-cut",
		    "this folder's chain of clusters breaks or runs into another folder: names are missing", err);
	if (st == TRIAGE_OK && l->slots.damaged)
		st = tell_folder(l, f, "directory-cut", "a record of this folder contradicts itself: a name is missing", err);
	fat_bytes_release(&b);
	return st;
}

/* Live folders first, so that a deleted one never takes the clusters of a live one. */
static enum triage_status
read_folders(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK) {
		struct fat_folder now;
		if (l->live.next < l->live.count) {
			now = l->live.rows[l->live.next++];
		} else if (l->deleted.next < l->deleted.count) {
			now = l->deleted.rows[l->deleted.next++];
			if (!fat_seen_add(&l->seen, now.chain.first))
				continue;
		} else {
			return TRIAGE_OK;
		}
		st = read_folder(l, &now, err);
	}
	return st;
}

static enum triage_status
send_root(struct listing *l, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	struct fat_folder root = { .inode = FAT_ROOT, .chain = { .first = l->x->root_cluster } };
	e.inode = FAT_ROOT;
	e.kind = TRIAGE_FILE_DIRECTORY;
	e.mode = S_IFDIR | 0777;
	enum triage_status st = walk_entry(&l->walk, &e, err);
	if (l->x->root_cluster != 0)
		fat_seen_add(&l->seen, l->x->root_cluster);
	return st == TRIAGE_OK ? put_folder(&l->live, &root, err) : st;
}

/* A free FAT cluster that begins with "." (of its own number) and "..": a folder nothing leads to. */
static enum triage_status
take_orphan(struct listing *l, uint32_t cluster, const uint8_t *head, struct triage_error *err)
{
	struct fat_file f = fat_slot_parse(l->x, head);
	struct triage_entry e = walk_blank();
	if (memcmp(head, ".          ", 11) != 0 || memcmp(head + FAT_SLOT, "..         ", 11) != 0 ||
	    f.kind != FAT_FILE_DIRECTORY ||
	    f.chain.first != cluster)
		return TRIAGE_OK;
	enum triage_status st = walk_virtual(&l->walk, false, &e.parent, err);
	take_file(l, &f, &e);
	e.inode = fat_inode(l->x, fat_cluster_place(l->x, cluster));
	e.state = TRIAGE_STATE_ORPHAN;
	buf_clear(&l->name);
	buf_format(&l->name, "inode-%ju", (uintmax_t)e.inode);
	e.name = (const uint8_t *)buf_cstr(&l->name);
	e.name_size = l->name.size;
	if (st == TRIAGE_OK)
		st = enter_later(l, &f, (struct fat_folder){ .deleted = true, .lost = true }, &e, err);
	if (st == TRIAGE_OK)
		st = walk_entry(&l->walk, &e, err);
	return st == TRIAGE_OK ? read_folders(l, err) : st;
}

/* A free cluster that begins like the middle of a folder: its names go below $OrphanFiles. */
static enum triage_status
take_lost_names(struct listing *l, uint32_t cluster, const uint8_t *head, struct triage_error *err)
{
	struct fat_folder f = { .deleted = true, .lost = true, .chain = { .first = cluster, .size = l->x->cluster,
	    .deleted = true } };
	struct fat_bytes b;
	struct view bytes = { head, HEAD_SIZE };
	bool holds = l->x->kind == FAT_EX ? exfat_set_holds(bytes) : fat_slots_hold(l->x, bytes);
	if (!holds || !fat_seen_add(&l->seen, cluster))
		return TRIAGE_OK;
	enum triage_status st = walk_virtual(&l->walk, false, &f.edge, err);
	if (st == TRIAGE_OK)
		st = fat_folder_load(l->x, &f, &l->seen, &b, err);
	if (st != TRIAGE_OK)
		return st;
	st = send_names(l, &f, &b, err);
	fat_bytes_release(&b);
	return st == TRIAGE_OK ? read_folders(l, err) : st;
}

static enum triage_status
find_orphans(struct listing *l, struct triage_error *err)
{
	struct fat *x = l->x;
	uint8_t head[HEAD_SIZE];
	struct triage_error why;
	uint64_t looked_at = 0;
	enum triage_status st = TRIAGE_OK;
	for (uint32_t cluster = 2; fat_is_cluster(x, cluster) && st == TRIAGE_OK; cluster++) {
		size_t got = 0;
		if (fat_seen_has(&l->seen, cluster) || fat_allocated(x, cluster))
			continue;
		if (++looked_at > ORPHAN_CLUSTERS_MAX)
			return walk_problem(&l->walk, &(struct triage_problem){
				.severity = TRIAGE_INFO, .code = "orphan-search-cut", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID,
				    .offset = TRIAGE_NO_ID,
				.bytes = (uint64_t)(x->clusters + 2 - cluster) * x->cluster,
			}, err, "the search for lost folders in free space ended after %d clusters", ORPHAN_CLUSTERS_MAX);
		if (reader_read(x->fs->reader, fat_cluster_place(x, cluster), head, sizeof(head), &got, &why) != TRIAGE_OK ||
		    got < sizeof(head))
			continue;
		if (x->kind != FAT_EX)
			st = take_orphan(l, cluster, head, err);
		if (st == TRIAGE_OK && !fat_seen_has(&l->seen, cluster))
			st = take_lost_names(l, cluster, head, err);
	}
	return st;
}

enum triage_status
fat_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct fat *x = fs->state;
	struct listing l = { .x = x };
	walk_init(&l.walk, sink, fat_inode(x, x->data + (uint64_t)x->clusters * x->cluster));
	buf_init(&l.slots.name, 4096);
	buf_init(&l.name, 64);
	enum triage_status st = fat_seen_init(&l.seen, x, err);
	if (st == TRIAGE_OK)
		st = send_root(&l, err);
	if (st == TRIAGE_OK)
		st = read_folders(&l, err);
	if (st == TRIAGE_OK)
		st = find_orphans(&l, err);
	if (st == TRIAGE_OK)
		st = walk_finish(&l.walk, err);
	fat_seen_release(&l.seen);
	buf_release(&l.slots.name);
	buf_release(&l.name);
	free(l.live.rows);
	free(l.deleted.rows);
	return st;
}
