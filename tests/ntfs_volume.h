/* ntfs_volume.h - a small NTFS volume made record by record: clusters and records of 1,024 bytes. */
#ifndef TRIAGE_TESTS_NTFS_VOLUME_H
#define TRIAGE_TESTS_NTFS_VOLUME_H

#include "walk_seen.h"

#include "triage/evidence/ntfs_record.h"

enum {
	NV_CLUSTER = 1024, NV_CLUSTERS = 256, NV_SIZE = NV_CLUSTER * NV_CLUSTERS, NV_MFT = 4, NV_RECORDS = 64, NV_MIRROR = 72,
	NV_BITMAP = 76, NV_DATA = 80,
};

static const uint64_t nv_time = UINT64_C(133000000000000000);	/* 2022-06-18 */

struct nv {
	uint8_t bytes[NV_SIZE];
	uint8_t *record;	/* being made */
	size_t at;		/* its end */
};

static void
nv_put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t
nv_ref(uint64_t record, unsigned sequence)
{
	return record | (uint64_t)sequence << 48;
}

static inline uint8_t *
nv_place(struct nv *v, uint64_t record)
{
	return v->bytes + (NV_MFT + record) * NV_CLUSTER;
}

static inline void
nv_begin(struct nv *v, uint64_t record, unsigned sequence, unsigned flags, uint64_t base)
{
	uint8_t *r = v->record = nv_place(v, record);
	memset(r, 0, NV_CLUSTER);
	memcpy(r, "FILE", 4);
	nv_put(r + 4, 48, 2);
	nv_put(r + 6, 3, 2);
	nv_put(r + 16, sequence, 2);
	nv_put(r + 18, 1, 2);
	nv_put(r + 20, 56, 2);
	nv_put(r + 22, flags, 2);
	nv_put(r + 32, base, 8);
	v->at = 56;
}

static inline uint8_t *
nv_attr(struct nv *v, unsigned type, unsigned id, const char *name, size_t head, size_t body)
{
	uint8_t *a = v->record + v->at;
	size_t name_size = strlen(name) * 2, body_at = (head + name_size + 7) / 8 * 8, size = (body_at + body + 7) / 8 * 8;
	assert_true(v->at + size + 8 < 1022);
	nv_put(a, type, 4);
	nv_put(a + 4, size, 4);
	a[9] = (uint8_t)strlen(name);
	nv_put(a + 10, head, 2);
	nv_put(a + 14, id, 2);
	for (size_t i = 0; i < strlen(name); i++)
		a[head + i * 2] = (uint8_t)name[i];
	v->at += size;
	return a;
}

static inline void
nv_resident(struct nv *v, unsigned type, unsigned id, const char *name, const void *value, size_t size)
{
	uint8_t *a = nv_attr(v, type, id, name, 24, size);
	size_t at = (24 + strlen(name) * 2 + 7) / 8 * 8;
	nv_put(a + 16, size, 4);
	nv_put(a + 20, at, 2);
	memcpy(a + at, value, size);
}

struct nv_runs {
	const void *bytes;
	size_t count;
	uint64_t first_vcn, last_vcn, size, initialised;
	unsigned flags, unit;
};

static inline void
nv_nonresident(struct nv *v, unsigned type, unsigned id, const char *name, struct nv_runs runs)
{
	uint8_t *a = nv_attr(v, type, id, name, 64, runs.count);
	size_t at = (64 + strlen(name) * 2 + 7) / 8 * 8;
	a[8] = 1;
	nv_put(a + 12, runs.flags, 2);
	nv_put(a + 16, runs.first_vcn, 8);
	nv_put(a + 24, runs.last_vcn, 8);
	nv_put(a + 32, at, 2);
	nv_put(a + 34, runs.unit, 2);
	nv_put(a + 40, (runs.size + NV_CLUSTER - 1) / NV_CLUSTER * NV_CLUSTER, 8);
	nv_put(a + 48, runs.size, 8);
	nv_put(a + 56, runs.initialised, 8);
	memcpy(a + at, runs.bytes, runs.count);
}

static inline void
nv_information(struct nv *v, uint64_t time)
{
	uint8_t value[48] = { 0 };
	for (size_t i = 0; i < 4; i++)
		nv_put(value + i * 8, time + i, 8);
	nv_resident(v, NTFS_STANDARD_INFORMATION, 0, "", value, sizeof(value));
}

static inline void
nv_name(struct nv *v, unsigned id, uint64_t parent, const char *name, unsigned space)
{
	uint8_t value[66 + 512] = { 0 };
	nv_put(value, parent, 8);
	for (size_t i = 0; i < 4; i++)
		nv_put(value + 8 + i * 8, nv_time + 1000 + i, 8);
	value[64] = (uint8_t)strlen(name);
	value[65] = (uint8_t)space;
	for (size_t i = 0; i < strlen(name); i++)
		value[66 + i * 2] = (uint8_t)name[i];
	nv_resident(v, NTFS_FILE_NAME, id, "", value, 66 + strlen(name) * 2);
}

/* Close the record: end mark, sizes, fix-ups. */
static inline void
nv_end(struct nv *v)
{
	uint8_t *r = v->record;
	memset(r + v->at, 0xff, 4);
	nv_put(r + 24, v->at + 8, 4);
	nv_put(r + 28, NV_CLUSTER, 4);
	nv_put(r + 48, 1, 2);
	memcpy(r + 50, r + 510, 2);
	memcpy(r + 52, r + 1022, 2);
	nv_put(r + 510, 1, 2);
	nv_put(r + 1022, 1, 2);
}

/* A whole folder. */
static inline void
nv_folder(struct nv *v, uint64_t record, unsigned sequence, uint64_t parent, const char *name)
{
	static const uint8_t index[32];
	nv_begin(v, record, sequence, NTFS_RECORD_IN_USE | NTFS_RECORD_DIRECTORY, 0);
	nv_information(v, nv_time);
	nv_name(v, 1, parent, name, NTFS_NAME_WIN32);
	nv_resident(v, NTFS_INDEX_ROOT, 2, "$I30", index, sizeof(index));
	nv_end(v);
}

/* A whole file with resident data. flags: NTFS_RECORD_IN_USE or 0 for deleted. */
static inline void
nv_file(struct nv *v, uint64_t record, unsigned sequence, unsigned flags, uint64_t parent, const char *name, const char *data)
{
	nv_begin(v, record, sequence, flags, 0);
	nv_information(v, nv_time);
	nv_name(v, 1, parent, name, NTFS_NAME_WIN32);
	nv_resident(v, NTFS_DATA, 2, "", data, strlen(data));
	nv_end(v);
}

/* A volume with $MFT, its mirror, a root folder (sequence 5) and $Bitmap. */
static inline struct nv *
nv_new(void)
{
	static const uint8_t mft[] = { 0x11, NV_RECORDS, NV_MFT, 0 }, bitmap[] = { 0x11, 1, NV_BITMAP, 0 };
	struct nv *v = calloc(1, sizeof(*v));
	assert_non_null(v);
	memcpy(v->bytes + 3, "NTFS    ", 8);
	nv_put(v->bytes + 11, 512, 2);
	v->bytes[13] = 2;
	nv_put(v->bytes + 40, NV_SIZE / 512, 8);
	nv_put(v->bytes + 48, NV_MFT, 8);
	nv_put(v->bytes + 56, NV_MIRROR, 8);
	v->bytes[64] = 1;
	v->bytes[68] = 4;
	nv_begin(v, 0, 1, NTFS_RECORD_IN_USE, 0);
	nv_information(v, nv_time);
	nv_name(v, 1, nv_ref(5, 5), "$MFT", NTFS_NAME_WIN32_DOS);
	nv_nonresident(v, NTFS_DATA, 2, "", (struct nv_runs){
		.bytes = mft, .count = sizeof(mft), .last_vcn = NV_RECORDS - 1, .size = NV_RECORDS * NV_CLUSTER,
		    .initialised = NV_RECORDS * NV_CLUSTER,
	});
	nv_end(v);
	nv_folder(v, 5, 5, nv_ref(5, 5), ".");
	nv_begin(v, 6, 6, NTFS_RECORD_IN_USE, 0);
	nv_information(v, nv_time);
	nv_name(v, 1, nv_ref(5, 5), "$Bitmap", NTFS_NAME_WIN32_DOS);
	nv_nonresident(v, NTFS_DATA, 2, "", (struct nv_runs){
		.bytes = bitmap, .count = sizeof(bitmap), .last_vcn = 0, .size = 32, .initialised = 32,
	});
	nv_end(v);
	memcpy(v->bytes + NV_MIRROR * NV_CLUSTER, nv_place(v, 0), NV_CLUSTER);
	return v;
}

static inline void
nv_list(const struct nv *v, struct seen *s)
{
	list_bytes(v->bytes, sizeof(v->bytes), "ntfs", s);
}

#endif
