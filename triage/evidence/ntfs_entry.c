#include "triage/evidence/ntfs_entry.h"

#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/evidence/ntfs_check.h"

#include <string.h>
#include <sys/stat.h>

enum {
	SI_CREATED = 0, SI_MODIFIED = 8, SI_CHANGED = 16, SI_ACCESSED = 24, SI_ATTRIBUTES = 32, SI_SIZE = 48, SI_SECURITY = 52,
	SI_SIZE_3 = 72,
	DOS_READ_ONLY = 0x1, DOS_SPARSE = 0x200, DOS_COMPRESSED = 0x800, DOS_ENCRYPTED = 0x4000,
	NEIGHBOURS = 32, NAME_ROOM = 4096, LINK_ROOM = 128 << 10, STREAM_NAME_BAD_SIZE = 8,
};

/* What all entries of a file share. */
struct meta {
	struct triage_entry entry;
	uint64_t misfit;	/* a FILETIME that does not fit, 0 for none */
	bool undecoded;		/* the main stream is not what the user saw */
};

void
ntfs_entries_init(struct ntfs_entries *m, struct ntfs *n, struct walk *w)
{
	*m = (struct ntfs_entries){ .n = n, .walk = w };
	buf_init(&m->name, NAME_ROOM);
	buf_init(&m->stream, NAME_ROOM);
	buf_init(&m->link, LINK_ROOM);
}

void
ntfs_entries_release(struct ntfs_entries *m)
{
	ntfs_owners_release(&m->owners);
	run_list_release(&m->map);
	buf_release(&m->name);
	buf_release(&m->stream);
	buf_release(&m->link);
}

/* True when attribute i is a name other than a DOS name in the folder parent. */
static bool
is_long_name(const struct ntfs_file *f, size_t i, uint64_t parent)
{
	struct ntfs_name name;
	const struct ntfs_attr *a = &f->attrs[i];
	return i < f->attr_count && a->type == NTFS_FILE_NAME && !a->nonresident && a->first_vcn == parent &&
	    ntfs_name_parse(a->value, &name) &&
	    name.space != NTFS_NAME_DOS;
}

bool
ntfs_name_listed(const struct ntfs_file *f, size_t index, struct ntfs_name *ret_name)
{
	const struct ntfs_attr *a = &f->attrs[index];
	if (a->type != NTFS_FILE_NAME || a->nonresident || !ntfs_name_parse(a->value, ret_name))
		return false;
	if (ret_name->space != NTFS_NAME_DOS)
		return true;
	for (size_t i = 1; i <= NEIGHBOURS; i++)
		if (is_long_name(f, index + i, ret_name->parent) || (index >= i && is_long_name(f, index - i, ret_name->parent)))
			return false;
	return true;
}

static int64_t
take_time(struct meta *meta, uint64_t filetime)
{
	if (filetime != 0 && !when_filetime_fits(filetime))
		meta->misfit = filetime;
	return when_from_filetime(filetime);
}

static void
take_information(struct ntfs_entries *m, const struct ntfs_file *f, struct meta *meta)
{
	const struct ntfs_attr *a = ntfs_file_attr(f, NTFS_STANDARD_INFORMATION);
	const struct ntfs_attr *security = ntfs_file_attr(f, NTFS_SECURITY);
	if (security != NULL && !security->nonresident && ntfs_owner_text(security->value, m->owner))
		meta->entry.owner = m->owner;
	if (a == NULL || a->nonresident || a->value.size < SI_SIZE)
		return;
	const uint8_t *p = a->value.data;
	meta->entry.times[TRIAGE_BTIME] = take_time(meta, load_le64(p + SI_CREATED));
	meta->entry.times[TRIAGE_MTIME] = take_time(meta, load_le64(p + SI_MODIFIED));
	meta->entry.times[TRIAGE_CTIME] = take_time(meta, load_le64(p + SI_CHANGED));
	meta->entry.times[TRIAGE_ATIME] = take_time(meta, load_le64(p + SI_ACCESSED));
	if ((load_le32(p + SI_ATTRIBUTES) & DOS_READ_ONLY) != 0)
		meta->entry.mode = 0555;
	if (a->value.size >= SI_SIZE_3) {
		const char *owner = ntfs_owners_find(&m->owners, load_le32(p + SI_SECURITY));
		if (owner[0] != '\0')
			meta->entry.owner = owner;
	}
}

/* A reparse point: kinds of links and nodes, targets, and contents that another layer of Windows keeps. */
static void
take_reparse(struct ntfs_entries *m, const struct ntfs_file *f, struct meta *meta)
{
	const struct ntfs_attr *a = ntfs_file_attr(f, NTFS_REPARSE);
	if (a == NULL || a->nonresident || a->value.size < 8)
		return;
	uint32_t tag = load_le32(a->value.data);
	struct view body = { a->value.data + 8, a->value.size - 8 };
	size_t names = tag == 0xa000000c ? 12 : 8;	/* symbolic link, mount point: where the names begin */
	if (tag == 0xa000000c || tag == 0xa0000003) {
		meta->entry.kind = TRIAGE_FILE_LINK;
		if (body.size >= names && view_has(body, names + load_le16(body.data), load_le16(body.data + 2)))
			text_from_utf16le(&m->link, body.data + names + load_le16(body.data), load_le16(body.data + 2) / 2);
	} else if (tag == 0xa000001d) {
		meta->entry.kind = TRIAGE_FILE_LINK;	/* of the Linux subsystem: version, then UTF-8 */
		if (body.size > 4)
			buf_put(&m->link, body.data + 4, body.size - 4);
	} else if (tag >= 0x80000023 && tag <= 0x80000026) {
		static const enum triage_file_kind kinds[] = { TRIAGE_FILE_SOCKET, TRIAGE_FILE_FIFO, TRIAGE_FILE_CHARDEV,
		    TRIAGE_FILE_BLOCKDEV };
		meta->entry.kind = kinds[tag - 0x80000023];
	} else {
		/* WOF compression, deduplication, cloud placeholders, hierarchical storage */
		meta->undecoded = tag == 0x80000017 || tag == 0x80000013 || (tag & 0xffff0fff) == 0x9000001a || tag == 0xc0000004 ||
		    tag == 0x80000006;
	}
	if (m->link.data != NULL) {
		meta->entry.link = (const uint8_t *)m->link.data;
		meta->entry.link_size = m->link.size;
	}
}

static uint32_t
type_bits(enum triage_file_kind kind)
{
	static const uint32_t bits[TRIAGE_FILE_KIND_COUNT] = {
		[TRIAGE_FILE_REGULAR] = S_IFREG, [TRIAGE_FILE_DIRECTORY] = S_IFDIR, [TRIAGE_FILE_LINK] = S_IFLNK,
		[TRIAGE_FILE_FIFO] = S_IFIFO, [TRIAGE_FILE_SOCKET] = S_IFSOCK, [TRIAGE_FILE_CHARDEV] = S_IFCHR,
		[TRIAGE_FILE_BLOCKDEV] = S_IFBLK,
	};
	return bits[kind];
}

static struct meta
make_meta(struct ntfs_entries *m, const struct ntfs_file *f, const struct ntfs_place *place)
{
	struct meta meta = { .entry = walk_blank() };
	struct triage_entry *e = &meta.entry;
	buf_clear(&m->link);
	buf_clear(&m->name);
	e->parent = place->parent;
	e->inode = f->number;
	e->sequence = f->head.sequence;
	e->state = place->state;
	e->flags = place->flags;
	e->kind = (f->head.flags & NTFS_RECORD_DIRECTORY) != 0 ? TRIAGE_FILE_DIRECTORY : TRIAGE_FILE_REGULAR;
	e->mode = 0777;
	take_information(m, f, &meta);
	take_reparse(m, f, &meta);
	e->mode |= type_bits(e->kind);
	if (place->name != NULL) {
		e->times[TRIAGE_FN_BTIME] = take_time(&meta, place->name->created);
		e->times[TRIAGE_FN_MTIME] = take_time(&meta, place->name->modified);
		e->times[TRIAGE_FN_CTIME] = take_time(&meta, place->name->changed);
		e->times[TRIAGE_FN_ATIME] = take_time(&meta, place->name->accessed);
		text_from_utf16le(&m->name, place->name->text.data, place->name->text.size / 2);
	} else if (place->parent != TRIAGE_NO_ID) {
		buf_format(&m->name, "inode-%ju", (uintmax_t)f->number);
	}
	if (m->name.data != NULL) {
		e->name = (const uint8_t *)m->name.data;
		e->name_size = m->name.size;
	}
	return meta;
}

static bool
is_bad_clusters(const struct ntfs_file *f, const struct ntfs_stream *s)
{
	static const uint8_t bad[STREAM_NAME_BAD_SIZE] = { '$', 0, 'B', 0, 'a', 0, 'd', 0 };
	return f->number == NTFS_BADCLUS && s->name.size == sizeof(bad) && memcmp(s->name.data, bad, sizeof(bad)) == 0;
}

static uint64_t
first_place(struct ntfs_entries *m, const struct ntfs_file *f, const struct ntfs_stream *s)
{
	const struct evidence_fs *fs = m->n->fs;
	if (!s->nonresident) {
		uint64_t record = f->records[s->record].place;
		return record >= RUN_FILLER || s->size == 0 ? 0 : fs->start + record + s->pieces->value_at;
	}
	for (size_t i = 0; i < m->map.count; i++)
		if (m->map.runs[i].place < RUN_FILLER)
			return fs->start + m->map.runs[i].place;
	return 0;
}

/* Fill in one data stream and send it. */
static enum triage_status
send_stream(struct ntfs_entries *m, const struct ntfs_file *f, struct triage_entry e, const struct meta *meta,
    const struct ntfs_stream *s,
    struct triage_error *err)
{
	uint32_t run_flags = 0;
	enum triage_status st = TRIAGE_OK;
	m->map.count = 0;
	if (s->nonresident)
		st = ntfs_stream_map(m->n, s, &m->map, &run_flags, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	if (st != TRIAGE_OK || s->headless)
		run_flags |= NTFS_RUN_DAMAGED;
	buf_clear(&m->stream);
	text_from_utf16le(&m->stream, s->name.data, s->name.size / 2);
	if (m->stream.data != NULL) {
		e.stream = (const uint8_t *)m->stream.data;
		e.stream_size = m->stream.size;
	}
	e.attr_type = s->type;
	e.attr_id = s->id;
	e.size = s->size;
	e.flags |= (s->flags & 0xff) != 0 ? TRIAGE_ENTRY_COMPRESSED : 0;
	e.flags |= (s->flags & NTFS_ATTR_ENCRYPTED) != 0 ? TRIAGE_ENTRY_ENCRYPTED : 0;
	e.flags |= (s->flags & NTFS_ATTR_SPARSE) != 0 ? TRIAGE_ENTRY_SPARSE : 0;
	e.flags |= meta->undecoded && s->name.size == 0 ? TRIAGE_ENTRY_UNDECODED : 0;
	e.flags |= ntfs_hidden(s, run_flags) ? TRIAGE_ENTRY_HIDDEN : 0;
	e.flags |= s->size > 0 && !is_bad_clusters(f, s) ? TRIAGE_ENTRY_HAS_CONTENT : 0;
	e.place = first_place(m, f, s);
	st = walk_entry(m->walk, &e, err);
	if (st != TRIAGE_OK || (run_flags & (NTFS_RUN_DAMAGED | NTFS_RUN_OUTSIDE)) == 0 || s->size == 0)
		return st;
	return walk_problem(m->walk, &(struct triage_problem){
		.severity = TRIAGE_LOW, .code = "run-list-damaged", .inode = f->number, .edge = e.edge, .offset = TRIAGE_NO_ID,
	}, err, "the run list of this stream is %s: the missing parts read as zeros and are marked",
	    (run_flags & NTFS_RUN_OUTSIDE) != 0 ? "outside the volume in places" : "incomplete");
}

/* The main entry of a folder, or of a file without an unnamed stream. */
static enum triage_status
send_bare(struct ntfs_entries *m, const struct ntfs_file *f, struct triage_entry *e, struct triage_error *err)
{
	struct ntfs_stream s;
	size_t at = 0;
	if ((f->head.flags & NTFS_RECORD_DIRECTORY) == 0)
		return walk_entry(m->walk, e, err);
	if (ntfs_stream_next(m->n, f, NTFS_INDEX_ROOT, &at, &s)) {
		e->attr_type = s.type;
		e->attr_id = s.id;
		e->size = s.size;
	}
	at = 0;
	while (ntfs_stream_next(m->n, f, NTFS_INDEX_ALLOCATION, &at, &s))
		e->size += s.headless ? 0 : s.size;
	return walk_entry(m->walk, e, err);
}

static enum triage_status
tell_problems(struct ntfs_entries *m, const struct ntfs_file *f, const struct meta *meta, uint64_t edge, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (meta->misfit != 0)
		st = walk_problem(m->walk, &(struct triage_problem){
			.severity = TRIAGE_LOW, .code = "time-out-of-range", .inode = f->number, .edge = edge,
			    .offset = TRIAGE_NO_ID,
		}, err, "a time of this file lies outside 1677 to 2262: FILETIME %ju", (uintmax_t)meta->misfit);
	if (st != TRIAGE_OK || f->damage == 0)
		return st;
	return walk_problem(m->walk, &(struct triage_problem){
		.severity = TRIAGE_MEDIUM, .code = (f->damage & NTFS_DAMAGE_MEDIUM) != 0 ? "inode-unreadable" : "record-damaged",
		.inode = f->number, .edge = edge,
		    .offset = f->records[0].place < RUN_FILLER ? m->n->fs->start + f->records[0].place : TRIAGE_NO_ID,
		.bytes = m->n->g.record,
	}, err, "MFT record %ju is damaged:%s%s%s%s%s; what could be read of it is listed", (uintmax_t)f->number,
	    (f->damage & NTFS_DAMAGE_MEDIUM) != 0 ? " unreadable sectors" : "",
	    (f->damage & NTFS_DAMAGE_TORN) != 0 ? " torn write" : "",
	    (f->damage & NTFS_DAMAGE_CUT) != 0 ? " broken attribute" : "",
	    (f->damage & NTFS_DAMAGE_LIST) != 0 ? " broken attribute list" : "",
	    (f->damage & NTFS_DAMAGE_EXTENSION) != 0 ? " extension record of another file" : "");
}

enum triage_status
ntfs_entries_send(struct ntfs_entries *m, const struct ntfs_file *f, const struct ntfs_place *place, uint64_t *ret_edge,
    struct triage_error *err)
{
	struct meta meta = make_meta(m, f, place);
	struct ntfs_stream s;
	size_t at = 0;
	bool unnamed = false, directory = (f->head.flags & NTFS_RECORD_DIRECTORY) != 0;
	uint64_t edge = m->walk->next_edge;
	enum triage_status st = TRIAGE_OK;
	/* Streams come sorted by name, so the unnamed one is first. */
	while (st == TRIAGE_OK && ntfs_stream_next(m->n, f, NTFS_DATA, &at, &s)) {
		if (!unnamed && (s.name.size > 0 || directory)) {
			struct triage_entry bare = meta.entry;
			st = send_bare(m, f, &bare, err);
		}
		unnamed = true;
		if (st == TRIAGE_OK)
			st = send_stream(m, f, meta.entry, &meta, &s, err);
	}
	if (st == TRIAGE_OK && !unnamed) {
		struct triage_entry bare = meta.entry;
		st = send_bare(m, f, &bare, err);
	}
	*ret_edge = edge;
	return st == TRIAGE_OK ? tell_problems(m, f, &meta, edge, err) : st;
}
