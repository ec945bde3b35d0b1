/* ewf_map.c - see ewf_map.h. */
#include "triage/evidence/ewf_map.h"

#include "triage/base/view.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/ewf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { FILE_HEADER = 13, NUMBER = 9, DESCRIPTOR = 76, NEXT = 16, SIZE = 24, DESCRIPTOR_SUM = 72, SECTIONS_MAX = 1 << 20 };
enum { VOLUME_CHUNKS = 4, VOLUME_CHUNK_SECTORS = 8, VOLUME_SECTOR_SIZE = 12, VOLUME_SECTORS = 16, VOLUME_SIZE = 1052, SMART_SIZE = 94 };
enum { TABLE_HEADER = 24, TABLE_SUM = 20, HASH_SIZE = 36, DIGEST_SIZE = 80, PAYLOAD_MAX = VOLUME_SIZE };

struct section {
	char type[17];
	uint64_t at, next, size;	/* file offsets and bytes; size counts the descriptor too */
};

static bool
sum_holds(const uint8_t *data, size_t size)
{
	return adler32_of(data, size) == load_le32(data + size);
}

static bool
read_at(int fd, uint64_t at, uint8_t *buf, size_t size)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = pread(fd, buf + done, size - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool
ewf_signature(const uint8_t *head, size_t size)
{
	return size >= FILE_HEADER && memcmp(head, "EVF\x09\r\n\xff\0", 8) == 0;
}

/* Read and check a descriptor. Returns what is wrong, NULL for nothing. */
static const char *
section_read(int fd, uint64_t file_size, uint64_t at, struct section *s)
{
	uint8_t raw[DESCRIPTOR];
	if (at > file_size || file_size - at < DESCRIPTOR)
		return "the file ends before its section list does: it was cut";
	if (!read_at(fd, at, raw, DESCRIPTOR))
		return "a section cannot be read";
	if (!sum_holds(raw, DESCRIPTOR_SUM))
		return "the checksum of a section header does not hold";
	memcpy(s->type, raw, 16);
	s->type[16] = '\0';
	s->at = at;
	s->next = load_le64(raw + NEXT);
	s->size = load_le64(raw + SIZE);
	bool ends = strcmp(s->type, "next") == 0 || strcmp(s->type, "done") == 0;
	if (!ends && (s->next <= at || s->next > file_size))
		return "a section header points outside the file: it was cut or changed";
	if (!ends && (s->size < DESCRIPTOR || s->size > s->next - at))
		s->size = s->next - at;
	return NULL;
}

static const char *
volume_look(const struct section *s, const uint8_t *data, size_t size, struct ewf_map *map)
{
	size_t whole = s->size - DESCRIPTOR >= VOLUME_SIZE ? VOLUME_SIZE : SMART_SIZE;
	if (size < whole || !sum_holds(data, whole - 4))
		return "the checksum of the volume section does not hold";
	uint64_t chunk_size = (uint64_t)load_le32(data + VOLUME_CHUNK_SECTORS) * load_le32(data + VOLUME_SECTOR_SIZE);
	if (chunk_size == 0 || chunk_size > UINT32_C(1) << 30)
		return "the volume section tells of an impossible chunk size";
	if (map->chunk_size == 0)
		*map = (struct ewf_map){
			.chunk_size = (uint32_t)chunk_size,
			.sector_size = load_le32(data + VOLUME_SECTOR_SIZE),
			.chunks = load_le32(data + VOLUME_CHUNKS),
			.sectors = whole == VOLUME_SIZE ? load_le64(data + VOLUME_SECTORS) : load_le32(data + VOLUME_SECTORS),
		};
	return NULL;
}

/* One section's contents. Returns what is wrong, NULL for nothing that matters. */
static const char *
contents_look(int fd, const struct section *s, struct ewf_map *map, struct ewf_segment *segment)
{
	uint8_t data[PAYLOAD_MAX];
	size_t size = s->size - DESCRIPTOR < sizeof(data) ? (size_t)(s->size - DESCRIPTOR) : sizeof(data);
	bool table = strcmp(s->type, "table") == 0, table2 = strcmp(s->type, "table2") == 0;
	bool hash = strcmp(s->type, "hash") == 0, digest = strcmp(s->type, "digest") == 0;
	bool volume = strcmp(s->type, "volume") == 0 || strcmp(s->type, "disk") == 0 || strcmp(s->type, "data") == 0;
	if (!(table || table2 || hash || digest || volume))
		return NULL;
	if (!read_at(fd, s->at + DESCRIPTOR, data, size))
		return "a section cannot be read";
	if (volume)
		return volume_look(s, data, size, map);
	if (hash || digest) {
		size_t whole = hash ? HASH_SIZE : DIGEST_SIZE;
		segment->hash_only = size < whole || !sum_holds(data, whole - 4);
		return segment->hash_only ? "the checksum of the stored hash does not hold" : NULL;
	}
	if (size < TABLE_HEADER || !sum_holds(data, TABLE_SUM))
		return "the checksum of a chunk table does not hold";
	uint64_t entries = load_le32(data);
	if (entries > (s->size - DESCRIPTOR - TABLE_HEADER) / 4)
		return "a chunk table is longer than its section";
	if (table)
		segment->chunks += entries;
	return NULL;
}

void
ewf_segment_look(int fd, uint64_t size, struct ewf_map *map, struct ewf_segment *ret_segment)
{
	uint8_t head[FILE_HEADER];
	*ret_segment = (struct ewf_segment){ 0 };
	if (size < FILE_HEADER || !read_at(fd, 0, head, FILE_HEADER) || !ewf_signature(head, FILE_HEADER)) {
		ret_segment->damage = "it does not begin like an E01 segment";
		return;
	}
	ret_segment->number = load_le16(head + NUMBER);
	struct section s = { .next = FILE_HEADER };
	for (unsigned i = 0; i < SECTIONS_MAX; i++) {
		uint64_t at = s.next;
		const char *wrong = section_read(fd, size, at, &s);
		if (wrong == NULL && (strcmp(s.type, "next") == 0 || strcmp(s.type, "done") == 0)) {
			ret_segment->last = s.type[0] == 'd';
			return;
		}
		if (wrong == NULL)
			wrong = contents_look(fd, &s, map, ret_segment);
		if (wrong != NULL) {
			ret_segment->damage = wrong;
			ret_segment->damage_at = at;
			return;
		}
	}
	ret_segment->damage = "it has too many sections";
}
