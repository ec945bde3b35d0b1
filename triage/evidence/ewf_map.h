/*
 * ewf_map.h - what the segments of one E01 image say together: its size, where each chunk lies, what is missing.
 *
 * How many chunks a segment holds is stored nowhere but in its tables. So where a segment or both copies of a table are
 * gone, what lies behind the gap is placed by counting back from the end of the medium; behind a second gap nothing is
 * certain, and chunks of which nobody can say where they belong are not served.
 */
#ifndef TRIAGE_EVIDENCE_EWF_MAP_H
#define TRIAGE_EVIDENCE_EWF_MAP_H

#include "triage/evidence/bad_list.h"
#include "triage/evidence/evidence.h"
#include "triage/evidence/ewf_table.h"

enum { EWF_SET = 16, EWF_CHUNK_MAX = 1 << 27, EWF_ABOUT = 1024 };

/* The volume, disk or data section. */
struct ewf_volume {
	bool found, whole;		/* whole: its checksum holds */
	uint32_t chunk_size;		/* bytes, 1..EWF_CHUNK_MAX */
	uint32_t sector_size;
	uint32_t chunks;
	uint64_t sectors;
	uint8_t set[EWF_SET];		/* identifier that all segments of one image share; zeros when it has none */
};

enum ewf_use { EWF_USED, EWF_TWICE, EWF_FOREIGN, EWF_BEYOND };

struct ewf_segment {
	struct ewf_file file;
	uint64_t size;
	const char *name;		/* without its folder; the caller's */
	unsigned number;		/* from 1 */
	bool headed;			/* its file header says so; else its name */
	enum ewf_use use;		/* anything but EWF_USED: not part of this image */
	struct ewf_volume volume;	/* the first whole one in it, else the first */
	uint64_t chunks;		/* that its tables name */
	uint64_t found;			/* of them, those that no table named and that were found by reading */
	bool last, next;		/* ends with a done, or a next section; neither: it was cut, or its end is damaged */
	bool lost;			/* chunks may be lost in it, because the section list is broken or cut */
	const char *damage;		/* NULL for none; a constant text; the gravest */
	uint64_t damage_at;		/* file offset */
	bool harmless;			/* the damage costs nothing: there was a copy */
};

struct ewf_map {
	struct ewf_segment *segments;	/* by number */
	size_t count;
	struct ewf_table *tables;	/* of chunks that have a place, by chunk number */
	size_t table_count, table_room;
	struct ewf_volume volume;
	uint64_t size;			/* bytes of the medium */
	uint64_t chunks;		/* of the medium */
	uint64_t named;			/* chunks that the tables name */
	uint64_t unplaced;		/* of them, chunks whose place is not known */
	uint32_t run;			/* while reading: that of the next table */
	uint8_t **found;		/* entries of tables that were made here, because those of the image are lost; owned */
	size_t found_count;
	uint64_t found_chunks;
	bool too_many;			/* tables beyond the limit were left out */
	struct bad_list acquisition;	/* what the acquiring tool could not read; bytes of the medium */
	uint64_t acquisition_ranges;
	uint8_t md5[16], sha1[20];
	bool has_md5, has_sha1, hashes_differ;
	char about[EWF_ABOUT];		/* from the header sections: case, examiner, dates ...; display form, "" for none */
};

/* Read all segments. What is damaged is told to sink. Errors: E_MEMORY, E_FORMAT when nothing can be read, what the sink gave. */
WARN_UNUSED enum triage_status ewf_map_read(const struct evidence_input *in, struct ewf_map *map, const struct evidence_sink *sink,
    struct triage_error *err);
/* A segment's file. */
struct ewf_file ewf_file_of(const struct evidence_input *in, size_t index);
void ewf_map_release(struct ewf_map *map);

/* The table that holds chunk; NULL when the image has it not. */
const struct ewf_table *ewf_map_find(const struct ewf_map *map, uint64_t chunk);

/* Another image's volume section: its identifier differs, or how it cuts its medium. */
bool ewf_foreign(const struct ewf_volume *image, const struct ewf_volume *v);

/* Parts of ewf_map_read(), one a file. */
WARN_UNUSED enum triage_status ewf_segment_read(struct ewf_map *map, uint32_t index, struct triage_error *err);
void ewf_map_gap(struct ewf_map *map);		/* chunks may be missing between the last table and the next */
bool ewf_map_place(struct ewf_map *map);	/* number the chunks; false when the size is not known or no chunk has a place */
WARN_UNUSED enum triage_status ewf_map_tell(const struct ewf_map *map, const struct evidence_sink *sink, struct triage_error *err);
/*
 * Look for chunks in [from, to) of a segment by reading them one after another. ret_table: count 0 when there is none.
 * ret_complete: they fill the range to its last byte, so that none is missing. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status ewf_recover(struct ewf_map *map, uint32_t segment, uint64_t from, uint64_t to,
    struct ewf_table *ret_table, bool *ret_complete, struct triage_error *err);
/* Append to about what a header section says. packed: its contents; wide: header2, which is UTF-16. */
void ewf_about(const uint8_t *packed, size_t size, bool wide, char about[EWF_ABOUT]);

#endif
