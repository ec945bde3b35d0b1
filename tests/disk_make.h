/*
 * disk_make.h - virtual disks made byte by byte, in the forms that qemu-img does not write: parents of VHD and VHDX, a journal, a
 * stream-optimised VMDK with its directory at the end, COWD. Each takes the bytes of the medium and a map of which units it holds.
 */
#ifndef TRIAGE_TESTS_DISK_MAKE_H
#define TRIAGE_TESTS_DISK_MAKE_H

#include "tests/image_harness.h"

#include "triage/evidence/vhdx_log.h"

#include <zlib.h>

enum { UNIT = 4096, UNITS = 16, MEDIUM = UNIT * UNITS, ROOM = 1 << 17 };

struct made {
	uint8_t *bytes;
	size_t size;
};

static inline struct made
made_new(size_t room)
{
	struct made m = { calloc(1, room), 0 };
	assert_non_null(m.bytes);
	return m;
}

static inline void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
store_be(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

/* Bytes without a zero among them, other ones for each seed. */
static inline void
fill(uint8_t *bytes, size_t size, uint32_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (uint8_t)(seed >> 16 | 1);
	}
}

static inline void
put_utf16(uint8_t *at, const char *text, bool big_endian)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		at[2 * i + big_endian] = (uint8_t)text[i];
}

static inline size_t
deflated(const uint8_t *in, size_t size, int window, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)room };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* --- QCOW2: clusters of 4 KiB. what: a letter for each: d data, c compressed, z zero, - not here --- */

static inline struct made
make_qcow2(const uint8_t *medium, const char *what, const char *backing)
{
	struct made m = made_new(2 * ROOM);
	uint8_t *h = m.bytes;
	memcpy(h, "QFI\xfb", 4);
	store_be(h + 4, 3, 4);
	if (backing != NULL) {
		store_be(h + 8, 512, 8);
		store_be(h + 16, strlen(backing), 4);
		memcpy(h + 512, backing, strlen(backing));
	}
	store_be(h + 20, 12, 4);
	store_be(h + 24, MEDIUM, 8);
	store_be(h + 36, 1, 4);
	store_be(h + 40, 1 * UNIT, 8);
	store_be(h + 96, 4, 4);
	store_be(h + 100, 104, 4);
	store_be(h + UNIT, 2 * UNIT | UINT64_C(1) << 63, 8);
	size_t next = 3 * UNIT;
	for (size_t i = 0; i < UNITS; i++) {
		uint64_t entry = what[i] == 'z' ? 1 : 0;
		if (what[i] == 'd') {
			memcpy(h + next, medium + i * UNIT, UNIT);
			entry = next | UINT64_C(1) << 63;
			next += UNIT;
		} else if (what[i] == 'c') {
			size_t size = deflated(medium + i * UNIT, UNIT, -12, h + next, UNIT + 512);
			entry = UINT64_C(1) << 62 | (uint64_t)((size - 1) / 512) << 58 | next;
			next += (size + UNIT - 1) / UNIT * UNIT;
		}
		store_be(h + 2 * UNIT + 8 * i, entry, 8);
	}
	m.size = next;
	return m;
}

/* --- VHD: blocks of 4 KiB, each with its bitmap. sectors: '1' for each sector of 512 bytes that is here --- */

static inline void
vhd_sum(uint8_t *at, size_t size, size_t sum_at)
{
	uint32_t sum = 0;
	store_be(at + sum_at, 0, 4);
	for (size_t i = 0; i < size; i++)
		sum += at[i];
	store_be(at + sum_at, ~sum, 4);
}

static inline struct made
make_vhd(const uint8_t *medium, const uint8_t *here, uint8_t id, uint8_t parent_id, const char *parent)
{
	struct made m = made_new(2 * ROOM);
	uint8_t *h = m.bytes, *d = h + 512;
	size_t next = 512 + 1024 + 512;
	memcpy(h, "conectix", 8);
	store_be(h + 12, 1 << 16, 4);
	store_be(h + 16, 512, 8);
	store_be(h + 40, MEDIUM, 8);
	store_be(h + 48, MEDIUM, 8);
	store_be(h + 60, parent != NULL ? 4 : 3, 4);
	memset(h + 68, id, 16);
	vhd_sum(h, 512, 64);
	memcpy(d, "cxsparse", 8);
	store_be(d + 8, UINT64_MAX, 8);
	store_be(d + 16, 1536, 8);
	store_be(d + 24, 1 << 16, 4);
	store_be(d + 28, UNITS, 4);
	store_be(d + 32, UNIT, 4);
	if (parent != NULL) {
		memset(d + 40, parent_id, 16);
		put_utf16(d + 64, parent, true);
		memcpy(d + 576, "W2ru", 4);
		store_be(d + 576 + 4, 512, 4);
		store_be(d + 576 + 8, 2 * strlen(parent), 4);
		store_be(d + 576 + 16, next, 8);
		put_utf16(h + next, parent, false);
		next += 512;
	}
	vhd_sum(d, 1024, 36);
	for (size_t i = 0; i < UNITS; i++) {
		uint8_t bits = 0;
		for (size_t s = 0; s < 8; s++)
			bits = (uint8_t)(bits | (here[8 * i + s] ? 0x80 >> s : 0));
		store_be(h + 1536 + 4 * i, bits != 0 ? next / 512 : UINT32_MAX, 4);
		if (bits == 0)
			continue;
		h[next] = bits;
		memcpy(h + next + 512, medium + i * UNIT, UNIT);
		next += 512 + UNIT;
	}
	memcpy(h + next, h, 512);
	m.size = next + 512;
	return m;
}

/* --- VMDK: grains of 4 KiB, 4 to a table. what: d data, z zero grain, - not here --- */

static inline void
vmdk_header(uint8_t *h, uint32_t flags, uint64_t directory, uint64_t text_sectors)
{
	memcpy(h, "KDMV", 4);
	store_le(h + 4, 3, 4);
	store_le(h + 8, flags, 4);
	store_le(h + 12, MEDIUM / 512, 8);
	store_le(h + 20, UNIT / 512, 8);
	store_le(h + 28, text_sectors != 0 ? 1 : 0, 8);
	store_le(h + 36, text_sectors, 8);
	store_le(h + 44, 4, 4);
	store_le(h + 56, directory, 8);
	store_le(h + 64, 2, 8);
	memcpy(h + 73, "\n \r\n", 4);
	store_le(h + 77, (flags & 1 << 16) != 0, 2);
}

/* Written front to back, as an export writes it: packed grains with markers, tables behind them, the directory, the footer. */
static inline struct made
make_vmdk_stream(const uint8_t *medium, const char *what)
{
	struct made m = made_new(2 * ROOM);
	uint8_t *h = m.bytes;
	uint32_t entries[UNITS] = { 0 }, tables[UNITS / 4];
	size_t next = 1024;
	vmdk_header(h, 3 << 16 | 1, UINT64_MAX, 1);
	snprintf((char *)h + 512, 512, "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\n"
	    "RW %d SPARSE \"other name.vmdk\"\n", MEDIUM / 512);
	for (uint32_t i = 0; i < UNITS; i++) {
		if (what[i] != 'd')
			continue;
		size_t size = deflated(medium + i * UNIT, UNIT, MAX_WBITS, h + next + 12, 2 * UNIT);
		store_le(h + next, i * UNIT / 512, 8);
		store_le(h + next + 8, size, 4);
		entries[i] = (uint32_t)(next / 512);
		next += (12 + size + 511) / 512 * 512;
	}
	for (size_t t = 0; t < UNITS / 4; t++) {
		store_le(h + next, 1, 8);
		store_le(h + next + 12, 1, 4);
		tables[t] = (uint32_t)(next / 512 + 1);
		for (size_t i = 0; i < 4; i++)
			store_le(h + next + 512 + 4 * i, entries[4 * t + i], 4);
		next += 1024;
	}
	store_le(h + next, 1, 8);
	store_le(h + next + 12, 2, 4);
	for (size_t t = 0; t < UNITS / 4; t++)
		store_le(h + next + 512 + 4 * t, tables[t], 4);
	uint64_t directory = next / 512 + 1;
	next += 1024;
	store_le(h + next, 1, 8);
	store_le(h + next + 12, 3, 4);
	vmdk_header(h + next + 512, 3 << 16 | 1, directory, 1);
	m.size = next + 1536;
	return m;
}

static inline struct made
make_cowd(const uint8_t *medium, const char *what)
{
	struct made m = made_new(2 * ROOM);
	uint8_t *h = m.bytes;
	size_t directory = 4 * 512, table = 5 * 512, next = table + 4096 * 4;
	memcpy(h, "COWD", 4);
	store_le(h + 4, 1, 4);
	store_le(h + 8, 3, 4);
	store_le(h + 12, MEDIUM / 512, 4);
	store_le(h + 16, UNIT / 512, 4);
	store_le(h + 20, directory / 512, 4);
	store_le(h + 24, 1, 4);
	store_le(h + directory, table / 512, 4);
	for (size_t i = 0; i < UNITS; i++) {
		if (what[i] != 'd')
			continue;
		memcpy(h + next, medium + i * UNIT, UNIT);
		store_le(h + table + 4 * i, next / 512, 4);
		next += UNIT;
	}
	m.size = next;
	return m;
}

/* --- VDI: blocks of 4 KiB. type: 1 dynamic, 4 differencing; what: d data, z zero, - not here --- */

static inline struct made
make_vdi(const uint8_t *medium, const char *what, uint32_t type)
{
	struct made m = made_new(2 * ROOM);
	uint8_t *h = m.bytes;
	uint32_t count = 0;
	store_le(h + 64, 0xbeda107f, 4);
	store_le(h + 68, 1 << 16 | 1, 4);
	store_le(h + 76, type, 4);
	store_le(h + 340, 512, 4);
	store_le(h + 344, 1024, 4);
	store_le(h + 368, MEDIUM, 8);
	store_le(h + 376, UNIT, 4);
	store_le(h + 384, UNITS, 4);
	memset(h + 440, 0x42, 16);
	for (size_t i = 0; i < UNITS; i++) {
		store_le(h + 512 + 4 * i, what[i] == 'd' ? count : what[i] == 'z' ? UINT32_MAX - 1 : UINT32_MAX, 4);
		if (what[i] == 'd')
			memcpy(h + 1024 + UNIT * (size_t)count++, medium + i * UNIT, UNIT);
	}
	m.size = 1024 + UNIT * (size_t)count;
	return m;
}

/* --- VHDX: two blocks of 1 MiB. Everything but the blocks lies in the first MiB, smaller than a system would make it --- */

enum { MIB = 1 << 20, X_LOG = 384 << 10, X_LOG_SIZE = 64 << 10, X_METADATA = 512 << 10, X_ITEMS = 64 << 10, X_BAT = 640 << 10, X_BITMAP = MIB, X_BLOCKS = 2 * MIB };

struct vhdx_options {
	uint32_t sector;		/* 512 or 4096 */
	const char *parent;		/* name, NULL for none */
	const char *linkage;		/* of the parent */
	uint8_t id;			/* each byte of the data write GUID */
	const uint8_t *partly;		/* bitmap of block 0, when it is only partly here (128 KiB for sectors of 512 bytes) */
	size_t partly_size;
	uint64_t bat[2];		/* state of the two blocks: 6 present ... */
};

static inline void
vhdx_sum(uint8_t *at, size_t size)
{
	store_le(at + 4, vhdx_crc(at, size, 4), 4);
}

static inline void
vhdx_header(uint8_t *h, uint64_t sequence, uint8_t id, bool log)
{
	memcpy(h, "head", 4);
	store_le(h + 8, sequence, 8);
	memset(h + 32, id, 16);
	memset(h + 48, log ? 0x77 : 0, 16);
	store_le(h + 66, 1, 2);
	store_le(h + 68, X_LOG_SIZE, 4);
	store_le(h + 72, X_LOG, 8);
	vhdx_sum(h, 4096);
}

static inline void
guid(uint8_t *at, uint32_t a, uint16_t b, uint16_t c, uint64_t rest)
{
	store_le(at, a, 4);
	store_le(at + 4, b, 2);
	store_le(at + 6, c, 2);
	store_be(at + 8, rest, 8);
}

static inline size_t
put_pair(uint8_t *locator, size_t pair, size_t at, const char *key, const char *value)
{
	put_utf16(locator + at, key, false);
	store_le(locator + 20 + 12 * pair, at, 4);
	store_le(locator + 20 + 12 * pair + 8, 2 * strlen(key), 2);
	at += 2 * strlen(key);
	put_utf16(locator + at, value, false);
	store_le(locator + 20 + 12 * pair + 4, at, 4);
	store_le(locator + 20 + 12 * pair + 10, 2 * strlen(value), 2);
	return at + 2 * strlen(value);
}

static inline void
vhdx_metadata(uint8_t *m, const struct vhdx_options *o)
{
	memcpy(m, "metadata", 8);
	store_le(m + 10, o->parent != NULL ? 4 : 3, 2);
	guid(m + 32, 0xcaa16737, 0xfa36, 0x4d43, UINT64_C(0xb3b633f0aa44e76b));
	store_le(m + 48, X_ITEMS, 4), store_le(m + 52, 8, 4);
	guid(m + 64, 0x2fa54224, 0xcd1b, 0x4876, UINT64_C(0xb2115dbed83bf4b8));
	store_le(m + 80, X_ITEMS + 8, 4), store_le(m + 84, 8, 4);
	guid(m + 96, 0x8141bf1d, 0xa96f, 0x4709, UINT64_C(0xba47f233a8faab5f));
	store_le(m + 112, X_ITEMS + 16, 4), store_le(m + 116, 4, 4);
	store_le(m + X_ITEMS, MIB, 4);
	store_le(m + X_ITEMS + 4, o->parent != NULL ? 2 : 0, 4);
	store_le(m + X_ITEMS + 8, 2 * MIB, 8);
	store_le(m + X_ITEMS + 16, o->sector, 4);
	if (o->parent == NULL)
		return;
	uint8_t *l = m + X_ITEMS + 4096;
	guid(m + 128, 0xa8d35f2d, 0xb30b, 0x454d, UINT64_C(0xabf7d3d84834ab0c));
	store_le(m + 144, X_ITEMS + 4096, 4), store_le(m + 148, 1024, 4);
	guid(l, 0xb04aefb7, 0xd19e, 0x4a81, UINT64_C(0xb78925b8e9445913));
	store_le(l + 18, 2, 2);
	size_t at = put_pair(l, 0, 64, "parent_linkage", o->linkage);
	put_pair(l, 1, at, "relative_path", o->parent);
}

static inline struct made
make_vhdx(const uint8_t *medium, const struct vhdx_options *o)
{
	struct made m = made_new(X_BLOCKS + 2 * MIB);
	uint8_t *h = m.bytes, *r = h + (192 << 10);
	size_t chunk = (size_t)(8 << 20) * o->sector / MIB;
	memcpy(h, "vhdxfile", 8);
	vhdx_header(h + (64 << 10), 7, o->id, false);
	vhdx_header(h + (128 << 10), 8, o->id, false);
	memcpy(r, "regi", 4);
	store_le(r + 8, 2, 4);
	guid(r + 16, 0x2dc27766, 0xf623, 0x4200, UINT64_C(0x9d64115e9bfd4a08));
	store_le(r + 32, X_BAT, 8), store_le(r + 40, 384 << 10, 4);
	guid(r + 48, 0x8b7ca206, 0x4790, 0x4b9a, UINT64_C(0xb8fe575f050f886e));
	store_le(r + 64, X_METADATA, 8), store_le(r + 72, 128 << 10, 4);
	vhdx_sum(r, 64 << 10);
	memcpy(h + (256 << 10), r, 64 << 10);
	vhdx_metadata(h + X_METADATA, o);
	for (size_t i = 0; i < 2; i++)
		store_le(h + X_BAT + 8 * i, o->bat[i] | (o->bat[i] >= 6 ? (uint64_t)(2 + i) << 20 : 0), 8);
	if (o->partly != NULL) {
		store_le(h + X_BAT + 8 * chunk, 6 | UINT64_C(1) << 20, 8);
		memcpy(h + X_BITMAP, o->partly, o->partly_size);
	}
	memcpy(h + X_BLOCKS, medium, 2 * MIB);
	m.size = X_BLOCKS + 2 * MIB;
	return m;
}

/* Add an entry to the journal of a made VHDX at byte `at` of it: one sector of data that goes to `to`. Returns where the next begins. */
static inline size_t
vhdx_log_entry(struct made *m, size_t at, uint64_t sequence, size_t tail, uint64_t to, const uint8_t *sector)
{
	uint8_t e[8192] = "loge";
	store_le(e + 8, sizeof(e), 4);
	store_le(e + 12, tail, 4);
	store_le(e + 16, sequence, 8);
	store_le(e + 24, 1, 4);
	memset(e + 32, 0x77, 16);
	memcpy(e + 64, "desc", 4);
	memcpy(e + 68, sector + 4092, 4);
	memcpy(e + 72, sector, 8);
	store_le(e + 80, to, 8);
	store_le(e + 88, sequence, 8);
	memcpy(e + 4096, sector, 4096);
	memcpy(e + 4096, "data", 4);
	store_le(e + 4100, sequence >> 32, 4);
	store_le(e + 8188, sequence, 4);
	vhdx_sum(e, sizeof(e));
	for (size_t i = 0; i < sizeof(e); i++)
		m->bytes[X_LOG + (at + i) % X_LOG_SIZE] = e[i];
	return (at + sizeof(e)) % X_LOG_SIZE;
}

#endif
