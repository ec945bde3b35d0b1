/* unpack.c - see unpack.h. */
#include "triage/evidence/unpack.h"

#include "triage/base/fault.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

/* Bytes that came; *ret_whole when the stream ended as it should or filled out. */
static size_t
inflate_block(struct view in, int window, uint8_t *out, size_t size, bool *ret_whole)
{
	z_stream z = { .next_in = in.data, .avail_in = (uInt)in.size, .next_out = out, .avail_out = (uInt)size };
	*ret_whole = false;
	if (fault_hit() || inflateInit2(&z, window) != Z_OK)
		return 0;
	int rc = inflate(&z, Z_FINISH);
	size_t came = size - z.avail_out;
	*ret_whole = rc == Z_STREAM_END || (z.avail_out == 0 && (rc == Z_BUF_ERROR || rc == Z_OK));
	inflateEnd(&z);
	return came;
}

/* The packed size is only known in steps of 512 bytes, so the stream is fed until the block is full. */
static size_t
zstd_block(struct view in, uint8_t *out, size_t size, bool *ret_whole)
{
	*ret_whole = false;
	ZSTD_DStream *z = fault_hit() ? NULL : ZSTD_createDStream();
	if (z == NULL)
		return 0;
	ZSTD_inBuffer from = { in.data, in.size, 0 };
	ZSTD_outBuffer to = { out, size, 0 };
	size_t rc = 1;
	while (to.pos < size) {
		size_t in_before = from.pos, out_before = to.pos;
		rc = ZSTD_decompressStream(z, &to, &from);
		if (ZSTD_isError(rc) || rc == 0 || (from.pos == in_before && to.pos == out_before))
			break;
	}
	*ret_whole = !ZSTD_isError(rc) && (rc == 0 || to.pos == size);
	ZSTD_freeDStream(z);
	return to.pos;
}

bool
unpack_block(enum disk_packing packing, struct view in, uint8_t *out, size_t size, bool short_is_zero)
{
	bool whole;
	size_t came = packing == DISK_ZSTD ? zstd_block(in, out, size, &whole) :
	    inflate_block(in, packing == DISK_ZLIB ? MAX_WBITS : -MAX_WBITS, out, size, &whole);
	memset(out + came, 0, size - came);
	return whole && (came == size || short_is_zero);
}
