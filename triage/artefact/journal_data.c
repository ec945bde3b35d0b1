/* journal_data.c - payloads that the journal packed with XZ, LZ4 or Zstandard, unpacked in memory and up to a limit. */
#include "triage/artefact/journal_data.h"

#include <lz4.h>
#include <string.h>

enum { LZ4_SIZE = 8, WINDOW_LOG_MAX = 23, XZ_MEMORY = 64 << 20 };

static bool
unpack_zstd(struct journal_unpack *u, struct view in, size_t *ret_size, bool *ret_cut)
{
	ZSTD_inBuffer from = { in.data, in.size, 0 };
	ZSTD_outBuffer into = { u->value, sizeof(u->value), 0 };
	if (u->zstd == NULL && (u->zstd = ZSTD_createDCtx()) == NULL)
		return false;
	ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
	ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	while (into.pos < into.size) {
		size_t before = from.pos + into.pos, left = ZSTD_decompressStream(u->zstd, &into, &from);
		if (ZSTD_isError(left))
			return false;
		*ret_cut = left != 0;
		if (left == 0 || from.pos + into.pos == before)
			break;
	}
	*ret_size = into.pos;
	return into.pos > 0;
}

/* Eight bytes of size, little endian, then one block. */
static bool
unpack_lz4(struct journal_unpack *u, struct view in, size_t *ret_size, bool *ret_cut)
{
	if (in.size <= LZ4_SIZE || in.size > INT32_MAX)
		return false;
	uint64_t size = load_le64(in.data);
	*ret_cut = size > sizeof(u->value);
	int wanted = (int)(size < sizeof(u->value) ? size : sizeof(u->value));
	int got = LZ4_decompress_safe_partial((const char *)in.data + LZ4_SIZE, (char *)u->value, (int)(in.size - LZ4_SIZE), wanted, (int)sizeof(u->value));
	if (got <= 0)
		return false;
	*ret_size = (size_t)(got < wanted ? got : wanted);
	return *ret_size > 0;
}

static bool
unpack_xz(struct journal_unpack *u, struct view in, size_t *ret_size, bool *ret_cut)
{
	lzma_stream s = LZMA_STREAM_INIT;
	if (lzma_stream_decoder(&s, XZ_MEMORY, 0) != LZMA_OK)
		return false;
	s.next_in = in.data;
	s.avail_in = in.size;
	s.next_out = u->value;
	s.avail_out = sizeof(u->value);
	lzma_ret r = lzma_code(&s, LZMA_FINISH);
	*ret_size = sizeof(u->value) - s.avail_out;
	*ret_cut = r == LZMA_OK;
	lzma_end(&s);
	return (r == LZMA_STREAM_END || r == LZMA_OK) && *ret_size > 0;
}

bool
journal_unpack(struct journal_unpack *u, unsigned packed, struct view payload, struct view *ret_value, bool *ret_cut)
{
	size_t size = 0;
	*ret_cut = false;
	bool ok = packed == JOURNAL_ZSTD ? unpack_zstd(u, payload, &size, ret_cut) : packed == JOURNAL_LZ4 ? unpack_lz4(u, payload, &size, ret_cut) :
	    packed == JOURNAL_XZ && unpack_xz(u, payload, &size, ret_cut);
	*ret_value = (struct view){ u->value, size };
	return ok;
}

void
journal_unpack_release(struct journal_unpack *u)
{
	ZSTD_freeDCtx(u->zstd);
	u->zstd = NULL;
}
