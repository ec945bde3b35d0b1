/*
 * view.h - borrowed bytes and bounded loads.
 *
 * A view never owns. Loads are only done at offsets already proved to lie inside a view; view_slice() is
 * the proof. Field loads by name (load_le32 ...) never cast, so alignment and aliasing cannot matter.
 */
#ifndef TRIAGE_BASE_VIEW_H
#define TRIAGE_BASE_VIEW_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view {
	const uint8_t *data;
	size_t size;
};

static inline uint16_t
load_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
load_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t
load_le64(const uint8_t *p)
{
	return (uint64_t)load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline uint16_t
load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline uint64_t
load_be64(const uint8_t *p)
{
	return (uint64_t)load_be32(p) << 32 | (uint64_t)load_be32(p + 4);
}

/* True when [offset, offset + size) lies inside in. */
static inline bool
view_has(struct view in, uint64_t offset, uint64_t size)
{
	return offset <= in.size && size <= in.size - offset;
}

/* Part of a view. Errors: E_SHORT with the first missing offset. ret_view is untouched unless OK is returned. */
static inline WARN_UNUSED enum triage_status
view_slice(struct view in, uint64_t offset, uint64_t size, struct view *ret_view, struct triage_error *err)
{
	if (!view_has(in, offset, size)) {
		triage_error_set(err, TRIAGE_E_SHORT, in.size, "%ju bytes wanted at %ju, %zu there",
		    (uintmax_t)size, (uintmax_t)offset, in.size);
		return TRIAGE_E_SHORT;
	}
	*ret_view = (struct view){ in.data + offset, (size_t)size };
	return TRIAGE_OK;
}

#endif
