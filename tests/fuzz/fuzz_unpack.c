/*
 * fuzz_unpack.c - packed bytes. Input: u8 what; 0 to 2: one block of a virtual disk (deflate, zlib, zstd), u16 its size in 16 bytes, then the block;
 * else an archive, by its first bytes, walked as the pass does.
 */
#include "tests/fuzz/targets.h"

#include "triage/analyse/unpack_inside.h"
#include "triage/base/view.h"
#include "triage/evidence/unpack.h"

enum { UNPACK_FUZZ_BLOCK = 1 << 20, UNPACK_FUZZ_ENTRIES = 200 };
#define UNPACK_FUZZ_BYTES (UINT64_C(8) << 20)

static void
unpack_one_block(enum disk_packing packing, const uint8_t *data, size_t size)
{
	if (size < 2)
		return;
	size_t room = (size_t)load_le16(data) * 16 % UNPACK_FUZZ_BLOCK + 1;
	uint8_t *out = malloc(room), *in = fuzz_copy(data + 2, size - 2);
	FUZZ_NEED(out != NULL);
	for (unsigned zero = 0; zero < 2; zero++)
		unpack_block(packing, (struct view){ in, size - 2 }, out, room, zero != 0);
	free(out);
	free(in);
}

static void
unpack_archive(const uint8_t *data, size_t size)
{
	static locale_t names;
	static uint8_t buf[64 << 10];
	struct triage_error err = { .text = "" };
	enum unpack_kind kind = unpack_kind_of((struct view){ data, size < UNPACK_HEAD ? size : UNPACK_HEAD });
	if (kind == UNPACK_NONE)
		return;
	if (names == (locale_t)0)
		names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	struct unpack_archive u = { .names = names, .source = { .held = fuzz_copy(data, size), .size = size } };
	uint64_t bytes = 0;
	bool open = unpack_open(&u, kind, &err) == TRIAGE_OK;
	for (unsigned i = 0; open && i < UNPACK_FUZZ_ENTRIES && !u.fatal && unpack_next(&u) == UNPACK_MEMBER; i++) {
		struct triage_member m = { .number = i + 1 };
		unpack_describe(&u, &m);
		FUZZ_NEED(m.name != NULL || m.name_size == 0);
		unpack_is_single(&u);
		if (!unpack_is_file(&u) || unpack_is_encrypted(&u))
			continue;
		for (int64_t n; bytes < UNPACK_FUZZ_BYTES && (n = unpack_read(&u, buf, sizeof(buf))) > 0;) {
			FUZZ_NEED((size_t)n <= sizeof(buf));
			bytes += (uint64_t)n;
		}
		if (bytes >= UNPACK_FUZZ_BYTES)
			break;
	}
	if (open && u.why[0] != '\0')
		unpack_is_encrypted(&u);	/* the pass asks why nothing came, too */
	if (open)
		unpack_close(&u);
}

int
fuzz_one_unpack(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] <= DISK_ZSTD)
		unpack_one_block((enum disk_packing)data[0], data + 1, size - 1);
	else
		unpack_archive(data + 1, size - 1);
	return 0;
}
FUZZ_MAIN(unpack)
