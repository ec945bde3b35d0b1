/*
 * ntfs_list.c - the listing of an NTFS volume, made from the $MFT alone: linear, immune to damaged, cyclic or huge
 * directories.
 *
 * After the survey folders are sent breadth-first from the root; those not reached go below the virtual folders. Then
 * every record is read again and the files are sent.
 */
#include "triage/evidence/ntfs_list.h"

#include <stdlib.h>
#include <string.h>

static void
listing_release(struct ntfs_listing *l)
{
	ntfs_survey_release(&l->survey);
	ntfs_entries_release(&l->entries);
	ntfs_file_release(&l->file);
	free(l->edge);
	free(l->queue);
}

static enum triage_file_state
state_below(const struct ntfs_listing *l, bool live, uint64_t parent)
{
	uint8_t bits = l->survey.bits[parent];
	bool rooted = (bits & NTFS_IS_ROOTED) != 0;
	if (live)
		return rooted && (bits & NTFS_IS_LIVE) != 0 ? TRIAGE_STATE_ALLOCATED : TRIAGE_STATE_NAMELESS;
	return rooted ? TRIAGE_STATE_DELETED : TRIAGE_STATE_ORPHAN;
}

/* Below $Extend all belongs to the file system. parent: TRIAGE_NO_ID for none. */
static bool
is_internal(const struct ntfs_listing *l, uint64_t number, uint64_t parent)
{
	return (number < NTFS_METAFILES && number != NTFS_ROOT) ||
	    (parent < l->survey.records && (l->survey.bits[parent] & NTFS_IS_INTERNAL) != 0);
}

/* Index of the first $FILE_NAME that lies in the folder parent (a reference). */
static size_t
names_in(const struct ntfs_file *f, uint64_t parent)
{
	size_t i = 0;
	while (i < f->attr_count && (f->attrs[i].type != NTFS_FILE_NAME || f->attrs[i].first_vcn != parent))
		i++;
	return i;
}

/*
 * Send the loaded file under each of its names in one folder; *at is the index of the first of them and moves behind
 * the last. ret_edge: of the first one that is listed, else untouched.
 */
static enum triage_status
send_names(struct ntfs_listing *l, size_t *at, uint32_t flags, uint64_t *ret_edge, struct triage_error *err)
{
	const struct ntfs_file *f = &l->file;
	uint64_t parent = f->attrs[*at].first_vcn, number = ntfs_ref_number(parent);
	struct ntfs_name name;
	enum triage_status st = TRIAGE_OK;
	struct ntfs_place place = {
		.parent = l->edge[number], .state = state_below(l, (f->head.flags & NTFS_RECORD_IN_USE) != 0, number),
		    .name = &name,
		.flags = flags,
	};
	for (; *at < f->attr_count && f->attrs[*at].type == NTFS_FILE_NAME && f->attrs[*at].first_vcn == parent; (*at)++) {
		uint64_t edge;
		if (st != TRIAGE_OK || !ntfs_name_listed(f, *at, &name))
			continue;
		st = ntfs_entries_send(&l->entries, f, &place, &edge, err);
		if ((place.flags & TRIAGE_ENTRY_CYCLE) == 0)
			*ret_edge = edge;
		if ((f->head.flags & NTFS_RECORD_DIRECTORY) != 0)
			place.flags |= TRIAGE_ENTRY_CYCLE;
	}
	return st;
}

static enum triage_status
load(struct ntfs_listing *l, uint64_t number, struct triage_error *err)
{
	enum ntfs_record_state state;
	enum triage_status st = ntfs_file_load(l->n, number, &l->file, &state, err);
	for (size_t i = 1; st == TRIAGE_OK && i < l->file.record_count; i++)
		l->survey.bits[l->file.records[i].number] |= NTFS_IS_CLAIMED;
	return st;
}

/* Remember a folder that was sent, and enter it later. */
static void
enter_later(struct ntfs_listing *l, uint64_t number, uint64_t edge, uint8_t bits)
{
	l->edge[number] = (uint32_t)edge;
	l->survey.bits[number] |= bits;
	l->queue[l->queued++] = (uint32_t)number;
}

/* Send the folders that say they lie in a folder, and queue those met for the first time. */
static enum triage_status
send_children(struct ntfs_listing *l, uint64_t parent, struct triage_error *err)
{
	for (uint32_t i = l->survey.first[parent]; i != NTFS_NO_LINK; i = l->survey.links[i].next) {
		uint64_t child = l->survey.links[i].child, edge = TRIAGE_NO_ID;
		bool again = l->edge[child] != NTFS_NO_EDGE, internal = is_internal(l, child, parent);
		enum triage_status st = load(l, child, err);
		if (st == TRIAGE_E_MEMORY)
			return st;
		size_t at = names_in(&l->file, l->survey.links[i].parent);
		if (st != TRIAGE_OK || at == l->file.attr_count)
			continue;
		st = send_names(l, &at, (internal ? TRIAGE_ENTRY_INTERNAL : 0u) | (again ? (uint32_t)TRIAGE_ENTRY_CYCLE : 0u),
		    &edge, err);
		if (st != TRIAGE_OK)
			return st;
		if (edge < NTFS_NO_EDGE && !again)
			enter_later(l, child, edge,
			    (uint8_t)((l->survey.bits[parent] & NTFS_IS_ROOTED) | (internal ? NTFS_IS_INTERNAL : 0)));
	}
	return TRIAGE_OK;
}

static enum triage_status
drain_queue(struct ntfs_listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && l->entered < l->queued)
		st = send_children(l, l->queue[l->entered++], err);
	return st;
}

/* The loaded file has no folder: send it below a virtual one, under its own name if it has any. */
static enum triage_status
send_lost(struct ntfs_listing *l, uint64_t *ret_edge, struct triage_error *err)
{
	const struct ntfs_file *f = &l->file;
	bool live = (f->head.flags & NTFS_RECORD_IN_USE) != 0, named = false;
	struct ntfs_name name;
	struct ntfs_place place = { .state = live ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ORPHAN };
	enum triage_status st = walk_virtual(&l->walk, live, &place.parent, err);
	if (is_internal(l, f->number, TRIAGE_NO_ID))
		place.flags = TRIAGE_ENTRY_INTERNAL;
	for (size_t i = 0; i < f->attr_count && !named; i++)
		named = ntfs_name_listed(f, i, &name);
	place.name = named ? &name : NULL;
	return st == TRIAGE_OK ? ntfs_entries_send(&l->entries, f, &place, ret_edge, err) : st;
}

/* Entry 0: the root, even when its record is lost. */
static enum triage_status
send_root(struct ntfs_listing *l, struct triage_error *err)
{
	uint64_t edge = 0;
	struct ntfs_survey *s = &l->survey;
	struct ntfs_place place = { .parent = TRIAGE_NO_ID, .state = TRIAGE_STATE_ALLOCATED };
	enum triage_status st = load(l, NTFS_ROOT, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	if (st == TRIAGE_OK && s->records > NTFS_ROOT && (s->bits[NTFS_ROOT] & NTFS_IS_FOLDER) != 0) {
		st = ntfs_entries_send(&l->entries, &l->file, &place, &edge, err);
	} else {
		struct triage_entry e = walk_blank();
		e.inode = NTFS_ROOT;
		e.kind = TRIAGE_FILE_DIRECTORY;
		e.mode = 0040777;
		st = walk_entry(&l->walk, &e, err);
		if (st == TRIAGE_OK)
			st = ntfs_tell_record(l->n, &l->walk, NTFS_ROOT, "directory-unreadable",
			    "should be the root folder and is not", err);
		if (s->records > NTFS_ROOT && (s->bits[NTFS_ROOT] & NTFS_IS_VALID) == 0) {
			s->sequence[NTFS_ROOT] = NTFS_ROOT;
			s->bits[NTFS_ROOT] |= NTFS_IS_FOLDER | NTFS_IS_LIVE;
		}
	}
	return st;
}

/* Folders that the root does not lead to: first those whose parent is gone, then what is left of rings. */
static enum triage_status
send_lost_folders(struct ntfs_listing *l, bool rings, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (uint64_t i = 0; i < l->survey.records && st == TRIAGE_OK; i++) {
		uint64_t edge = 0;
		size_t at = 0;
		if ((l->survey.bits[i] & NTFS_IS_FOLDER) == 0 || l->edge[i] != NTFS_NO_EDGE || i == NTFS_ROOT)
			continue;
		st = load(l, i, err);
		if (st != TRIAGE_OK && st != TRIAGE_E_MEMORY) {
			st = ntfs_tell_record(l->n, &l->walk, i, "directory-unreadable", "is a folder that could not be read", err);
			continue;
		}
		while (!rings && at < l->file.attr_count && (l->file.attrs[at].type != NTFS_FILE_NAME ||
		    !ntfs_survey_matches(&l->survey, l->file.attrs[at].first_vcn) ||
		    ntfs_ref_number(l->file.attrs[at].first_vcn) == i))
			at++;
		if (st != TRIAGE_OK || (!rings && at < l->file.attr_count))
			continue;
		st = send_lost(l, &edge, err);
		if (st == TRIAGE_OK && edge < NTFS_NO_EDGE) {
			enter_later(l, i, edge, 0);
			st = drain_queue(l, err);
		}
	}
	return st;
}

static bool
never_used(const struct ntfs_file *f)
{
	const struct ntfs_attr *data = ntfs_file_attr(f, NTFS_DATA);
	bool live = (f->head.flags & NTFS_RECORD_IN_USE) != 0;
	if (ntfs_file_attr(f, NTFS_FILE_NAME) != NULL || f->damage != 0)
		return false;
	/* Records 12 to 23 are kept for later versions: allocated, empty, nameless. */
	return (!live && data == NULL) || (f->number < NTFS_METAFILES && (data == NULL || data->size == 0));
}

static enum triage_status
send_file(struct ntfs_listing *l, uint64_t number, struct triage_error *err)
{
	const struct ntfs_file *f = &l->file;
	uint64_t edge = TRIAGE_NO_ID;
	size_t at = 0;
	enum triage_status st = load(l, number, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	if (st != TRIAGE_OK)
		return ntfs_tell_record(l->n, &l->walk, number, "record-damaged", "could not be read a second time", err);
	if (never_used(f))
		return TRIAGE_OK;
	while (at < f->attr_count && st == TRIAGE_OK) {
		uint64_t parent = ntfs_ref_number(f->attrs[at].first_vcn);
		if (f->attrs[at].type != NTFS_FILE_NAME || !ntfs_survey_matches(&l->survey, f->attrs[at].first_vcn) ||
		    l->edge[parent] == NTFS_NO_EDGE)
			at++;
		else
			st = send_names(l, &at, is_internal(l, number, parent) ? (uint32_t)TRIAGE_ENTRY_INTERNAL : 0, &edge, err);
	}
	return st == TRIAGE_OK && edge == TRIAGE_NO_ID ? send_lost(l, &edge, err) : st;
}

static enum triage_status
send_files(struct ntfs_listing *l, struct triage_error *err)
{
	const uint8_t unclaimed_mask = NTFS_IS_EXTENSION | NTFS_IS_LIVE | NTFS_IS_CLAIMED;
	enum triage_status st = TRIAGE_OK;
	for (uint64_t i = 0; i < l->survey.records && st == TRIAGE_OK; i++)
		if ((l->survey.bits[i] & (NTFS_IS_VALID | NTFS_IS_FOLDER)) == NTFS_IS_VALID)
			st = send_file(l, i, err);
	for (uint64_t i = 0; i < l->survey.records && st == TRIAGE_OK; i++)
		if ((l->survey.bits[i] & unclaimed_mask) == (NTFS_IS_EXTENSION | NTFS_IS_LIVE))
			st = ntfs_tell_record(l->n, &l->walk, i, "record-unclaimed",
			    "continues a file that does not name it: what it holds is not listed", err);
	return st;
}

static enum triage_status
tell_volume(struct ntfs_listing *l, struct triage_error *err)
{
	struct ntfs *n = l->n;
	struct triage_problem p = {
		.severity = TRIAGE_HIGH, .inode = NTFS_MFT, .edge = TRIAGE_NO_ID, .offset = n->fs->start + n->record0,
	};
	enum triage_status st = TRIAGE_OK;
	if (n->mirrored) {
		p.code = "mft-damaged";
		st = walk_problem(&l->walk, &p, err, "the first record of the $MFT is damaged: its copy in the mirror was used");
	}
	if (st == TRIAGE_OK && n->mft_cut) {
		p.code = "mft-cut";
		st = walk_problem(&l->walk, &p, err, "the run list of the $MFT is damaged: only %ju records are listed",
		    (uintmax_t)n->records);
	}
	return st;
}

static enum triage_status
listing_run(struct ntfs_listing *l, struct triage_error *err)
{
	size_t count = (size_t)l->n->records;
	enum triage_status st = tell_volume(l, err);
	l->edge = malloc(count * sizeof(*l->edge));
	if (l->edge == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu MFT records", count);
		return TRIAGE_E_MEMORY;
	}
	memset(l->edge, 0xff, count * sizeof(*l->edge));
	if (st == TRIAGE_OK)
		st = ntfs_owners_load(l->n, &l->entries.owners, err);
	if (st == TRIAGE_OK)
		st = ntfs_survey_run(l->n, &l->survey, &l->walk, err);
	if (st == TRIAGE_OK)
		st = send_root(l, err);
	if (st != TRIAGE_OK)
		return st;
	l->queue = malloc((l->survey.folders + 2) * sizeof(*l->queue));
	if (l->queue == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", l->survey.folders);
		return TRIAGE_E_MEMORY;
	}
	ntfs_survey_chain(&l->survey);
	if (count > NTFS_ROOT)
		enter_later(l, NTFS_ROOT, 0, NTFS_IS_ROOTED);
	st = drain_queue(l, err);
	if (st == TRIAGE_OK)
		st = send_lost_folders(l, false, err);
	if (st == TRIAGE_OK)
		st = send_lost_folders(l, true, err);
	if (st == TRIAGE_OK)
		st = send_files(l, err);
	if (st == TRIAGE_OK)
		st = ntfs_list_old_names(l, err);
	return st == TRIAGE_OK ? walk_finish(&l->walk, err) : st;
}

enum triage_status
ntfs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct ntfs *n = fs->state;
	struct ntfs_listing l = { .n = n };
	n->list_bytes = 0;
	walk_init(&l.walk, sink, n->records);
	ntfs_entries_init(&l.entries, n, &l.walk);
	enum triage_status st = listing_run(&l, err);
	listing_release(&l);
	return st;
}
