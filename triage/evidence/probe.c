/*
 * probe.c - what a container holds. Two witnesses are heard: the signature at the start of the medium and its partition
 * table. A boot sector ends like an MBR, a hybrid disc has both, an old filesystem may shine through a new table: where
 * both are believable both are sent, so that nothing is lost.
 */
#include "triage/evidence/probe.h"

#include "triage/base/scoped.h"
#include "triage/evidence/ldm_db.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_SECTOR = 512, LARGE_SECTOR = 4096 };

struct believed {
	const struct table_kind *table;	/* NULL: none */
	unsigned known;			/* partitions that begin with a signature */
};

/* How many of a layout's partitions hold something that is known. */
static unsigned
count_known(struct probe *probe, const struct layout *layout)
{
	struct signature_hit hit;
	unsigned known = 0;
	uint64_t size = probe->reader->size;
	for (size_t i = 0; i < layout->count; i++) {
		const struct partition *p = &layout->partitions[i];
		if (p->container || p->start == 0 || p->start >= size)
			continue;
		uint64_t there = p->length < size - p->start ? p->length : size - p->start;
		known += probe_find(probe, p->start, there, NULL, &hit);
	}
	return known;
}

/* The first table that is there, for one sector size. */
static struct believed
read_tables(struct probe *probe, uint32_t sector, struct layout *layout)
{
	struct layout_note kept[LAYOUT_NOTES_MAX];
	size_t kept_count = 0;
	for (size_t i = 0; i < table_kind_count; i++) {
		*layout = (struct layout){ .sector_size = sector };
		if (table_kinds[i]->read(probe->reader, layout)) {
			/* what a table before this one said about itself stays said */
			for (size_t n = 0; n < kept_count && layout->notes < LAYOUT_NOTES_MAX; n++)
				layout->note[layout->notes++] = kept[n];
			return (struct believed){ .table = table_kinds[i], .known = count_known(probe, layout) };
		}
		for (size_t n = 0; n < layout->notes && kept_count < LAYOUT_NOTES_MAX; n++)
			kept[kept_count++] = layout->note[n];
	}
	*layout = (struct layout){ .sector_size = sector, .notes = kept_count };
	memcpy(layout->note, kept, sizeof(kept));
	return (struct believed){ 0 };
}

/* Try the sector size that is said, then the other; the one whose partitions hold something wins. */
static struct believed
choose_layout(struct probe *probe, struct layout *layout, struct layout *spare)
{
	uint32_t said = probe->reader->sector_size == LARGE_SECTOR ? LARGE_SECTOR : SMALL_SECTOR;
	uint32_t other = said == LARGE_SECTOR ? SMALL_SECTOR : LARGE_SECTOR;
	struct believed first = read_tables(probe, said, layout), second = read_tables(probe, other, spare);
	if (second.table == NULL || (first.table != NULL && second.known <= first.known)) {
		if (second.table != NULL && second.known > 0 && second.known == first.known)
			layout_note(layout, TRIAGE_MEDIUM, "sector-size-unsure", TRIAGE_NO_ID, "the partition table makes sense with sectors of %" PRIu32
			    " and of %" PRIu32 " bytes: %" PRIu32 " is taken", said, other, said);
		return first;
	}
	layout_note(spare, TRIAGE_INFO, "sector-size-guessed", TRIAGE_NO_ID, "the partition table counts in sectors of %" PRIu32 " bytes", other);
	*layout = *spare;
	return second;
}

/* Where a note of a table is about: bytes of the evidence. */
static uint64_t
note_place(const struct probe *probe, uint64_t offset)
{
	return probe->volume == UINT32_MAX || offset == TRIAGE_NO_ID ? offset : probe_place(probe, offset);
}

static enum triage_status
send_notes(struct probe *probe, const struct layout *layout, struct triage_error *err)
{
	for (size_t i = 0; i < layout->notes; i++) {
		const struct layout_note *n = &layout->note[i];
		enum triage_status st = source_problem(probe->sink, "volumes", n->severity, n->code, note_place(probe, n->offset), 0, err, "%s", n->text);
		if (st != TRIAGE_OK)
			return st;
	}
	if (layout->left_out == 0)
		return TRIAGE_OK;
	return source_problem(probe->sink, "volumes", TRIAGE_HIGH, "too-many-partitions", TRIAGE_NO_ID, 0, err,
	    "%zu partitions beyond the first %d are not examined", layout->left_out, PARTITIONS_MAX);
}

/* Partitions that share bytes: one of the tables lies, or a leftover is still listed. */
static enum triage_status
send_overlaps(struct probe *probe, const struct layout *layout, struct triage_error *err)
{
	for (size_t i = 0; i < layout->count; i++)
		for (size_t j = i + 1; j < layout->count; j++) {
			const struct partition *a = &layout->partitions[i], *b = &layout->partitions[j];
			if (a->container || b->container || a->dynamic || b->dynamic || a->start >= b->start + b->length || b->start >= a->start + a->length)
				continue;
			return source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "partitions-overlap", note_place(probe, b->start), 0, err,
			    "the partitions at %" PRIu64 " and %" PRIu64 " share bytes: the same files may be listed twice", a->start, b->start);
		}
	return TRIAGE_OK;
}

/* Does the database of a dynamic disk, in [start, start + size) of the space, name volumes? */
static bool
is_dynamic_disk(struct probe *probe, uint64_t start, uint64_t size)
{
	struct signature_hit hit;
	struct reader *r;
	struct triage_error ignored;
	if (!probe_find(probe, start, size, NULL, &hit) || strcmp(hit.row->name, "LDM_member") != 0 ||
	    reader_slice(probe->reader, start, size, &r, &ignored) != TRIAGE_OK)
		return false;
	bool named = ldm_names_volumes(r);
	reader_close(r);
	return named;
}

/* Partitions whose volumes a dynamic disk's database names are left to it, else the same files were listed twice. False: all of them are. */
static bool
leave_dynamic(struct probe *probe, struct layout *layout)
{
	uint64_t size = probe->reader->size;
	bool any = false, named = false, other = false;
	for (size_t i = 0; i < layout->count; i++)
		any = any || layout->partitions[i].dynamic;
	if (any)
		named = is_dynamic_disk(probe, 0, size);
	for (size_t i = 0; i < layout->count && any && !named; i++) {
		const struct partition *p = &layout->partitions[i];
		named = !p->dynamic && p->start < size && is_dynamic_disk(probe, p->start, p->length < size - p->start ? p->length : size - p->start);
	}
	for (size_t i = 0; i < layout->count; i++) {
		struct partition *p = &layout->partitions[i];
		p->dynamic = p->dynamic && named;
		other = other || !p->dynamic;
	}
	return other;
}

static enum triage_status
send_partitions(struct probe *probe, struct layout *layout, bool whole, struct triage_error *err)
{
	uint32_t sent[PARTITIONS_MAX];
	uint64_t size = probe->reader->size;
	for (size_t i = 0; i < layout->count; i++) {
		struct partition *p = &layout->partitions[i];
		struct signature_hit hit;
		sent[i] = UINT32_MAX;
		if (p->dynamic || (whole && p->start == 0 && !p->container))
			continue;	/* the whole medium again, or a dynamic disk: it has a row of its own */
		uint64_t there = p->start < size ? (p->length < size - p->start ? p->length : size - p->start) : 0;
		bool found = there > 0 && !p->container && probe_find(probe, p->start, there, NULL, &hit);
		p->holds_table = p->start == 0 && !found;
		enum triage_status st = probe_send(probe, &(struct probe_volume){
			.start = p->start, .length = p->length, .kind = p->kind, .label = p->label, .uuid = p->uuid, .container = p->container, .no_files = p->no_files,
			.parent = p->parent >= 0 ? sent[p->parent] : probe->volume,
		}, found ? &hit : NULL, &sent[i], err);
		if (st != TRIAGE_OK)
			return st;
	}
	unsigned lost;
	enum triage_status st = send_overlaps(probe, layout, err);
	if (st == TRIAGE_OK)
		st = send_notes(probe, layout, err);
	/* what is a filesystem as a whole has no space outside its partitions */
	return st == TRIAGE_OK && !whole ? probe_gaps(probe, layout, &lost, err) : st;
}

static enum triage_status
send_whole(struct probe *probe, const struct signature_hit *hit, struct triage_error *err)
{
	return probe_send(probe, &(struct probe_volume){
		.length = probe->reader->size, .kind = "none", .label = "", .uuid = "", .parent = UINT32_MAX,
	}, hit, NULL, err);
}

/* True for what has its boot sector, with code in it, where an MBR would be. */
static bool
owns_first_sector(const struct signature_hit *hit)
{
	static const char *const names[] = { "vfat", "ntfs", "exfat", "hpfs", "ReFS", "BitLocker", "crypto_LUKS", "xfs", "squashfs" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(hit->row->name, names[i]) == 0)
			return true;
	return false;
}

/* What the signature of the whole says against the table. */
static bool
believe_table(const struct probe *probe, struct believed believed, const struct signature_hit *whole)
{
	if (believed.table == NULL || whole == NULL || believed.known > 0)
		return believed.table != NULL;
	/* inside a volume, bytes like a table are rarer than leftovers: only what leads somewhere is believed beside a signature */
	return probe->depth == 0 && !(believed.table->probed && owns_first_sector(whole));
}

static enum triage_status
send_two_layouts(struct probe *probe, struct believed believed, const struct signature_hit *whole, struct triage_error *err)
{
	return source_problem(probe->sink, "volumes", TRIAGE_LOW, "two-layouts", note_place(probe, 0), 0, err,
	    "%s has a partition table (%s) and a signature as a whole (%s): both are followed, files may be listed twice",
	    probe->depth == 0 ? "the medium" : "a volume", believed.table->name, whole->row->name);
}

static enum triage_status
send_medium(struct probe *probe, struct layout *layout, struct believed believed, struct triage_error *err)
{
	struct signature_hit hit;
	enum triage_status st = TRIAGE_OK;
	bool whole = probe_find(probe, 0, probe->reader->size, NULL, &hit);
	bool table = believe_table(probe, believed, whole ? &hit : NULL);
	if (table && whole)
		st = send_two_layouts(probe, believed, &hit, err);
	if (st == TRIAGE_OK && whole)
		st = send_whole(probe, &hit, err);
	if (st == TRIAGE_OK && table)
		return send_partitions(probe, layout, whole, err);
	if (st != TRIAGE_OK || whole)
		return st;
	unsigned found;
	if ((st = send_notes(probe, layout, err)) == TRIAGE_OK)
		st = probe_gaps(probe, NULL, &found, err);
	return st != TRIAGE_OK || found > 0 ? st : send_whole(probe, NULL, err);
}

/* A volume of a layer has a row of its own; its partitions hang below it. */
static enum triage_status
send_inner(struct probe *probe, const struct probe_volume *v, struct layout *layout, struct believed believed, struct triage_error *err)
{
	struct signature_hit hit;
	struct probe_volume self = *v;
	uint32_t index;
	bool whole = probe_find(probe, 0, probe->reader->size, NULL, &hit);
	bool table = believe_table(probe, believed, whole ? &hit : NULL);
	self.container = table && !whole;
	enum triage_status st = table && whole ? send_two_layouts(probe, believed, &hit, err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = probe_send(probe, &self, whole ? &hit : NULL, &index, err);
	if (st != TRIAGE_OK || !table || index == UINT32_MAX)
		return st;
	probe->volume = index;
	return send_partitions(probe, layout, whole, err);
}

enum triage_status
probe_space(struct probe *probe, const struct probe_volume *v, struct triage_error *err)
{
	struct layout *layout = probe->layout;
	struct believed believed = choose_layout(probe, layout, probe->spare);
	if (believed.table != NULL && !leave_dynamic(probe, layout))
		believed.table = NULL;
	if (v != NULL)
		return send_inner(probe, v, layout, believed, err);
	const struct evidence_source *source = probe->source;
	enum triage_status st = probe->sink->evidence(probe->sink->ctx, &(struct triage_evidence){
		.kind = source->kind, .size = source->reader->size, .stored_md5 = source->stored_md5, .stored_sha1 = source->stored_sha1,
		.sector_size = believed.table != NULL ? layout->sector_size : source->reader->sector_size,
	}, err);
	if (st == TRIAGE_OK && source->about[0] != '\0')
		st = source_problem(probe->sink, "evidence", TRIAGE_INFO, "container-says", TRIAGE_NO_ID, 0, err, "the container says: %s", source->about);
	return st == TRIAGE_OK ? send_medium(probe, layout, believed, err) : st;
}
