/* evtx_value.h - what the two files that show values of event logs share. */
#ifndef TRIAGE_ARTEFACT_EVTX_VALUE_H
#define TRIAGE_ARTEFACT_EVTX_VALUE_H

#include "triage/artefact/evtx_inside.h"

enum { EVTX_SHORT_TEXT = 300 };		/* room for any value that is no text; a SID of 255 parts is cut */

/* Bytes that a value of this type has at least. */
static inline uint32_t
evtx_least(uint8_t type)
{
	static const uint8_t sizes[] = {
		[EVTX_I8] = 1, [EVTX_U8] = 1, [EVTX_I16] = 2, [EVTX_U16] = 2, [EVTX_I32] = 4, [EVTX_U32] = 4, [EVTX_I64] = 8, [EVTX_U64] = 8, [EVTX_R32] = 4,
		[EVTX_R64] = 8, [EVTX_BOOL] = 4, [EVTX_GUID] = 16, [EVTX_SIZE] = 4, [EVTX_FILETIME] = 8, [EVTX_SYSTEMTIME] = 16, [EVTX_SID] = 8, [EVTX_HEX32] = 4,
		[EVTX_HEX64] = 8,
	};
	return type < sizeof(sizes) ? sizes[type] : 0;
}

static inline uint64_t
evtx_unsigned(const struct evtx_value *v)
{
	return v->size >= 8 ? load_le64(v->data) : v->size >= 4 ? load_le32(v->data) : v->size >= 2 ? load_le16(v->data) : v->size > 0 ? v->data[0] : 0;
}

static inline int64_t
evtx_signed(const struct evtx_value *v)
{
	switch (v->type) {
	case EVTX_I8:
		return (int8_t)v->data[0];
	case EVTX_I16:
		return (int16_t)load_le16(v->data);
	case EVTX_I32:
		return (int32_t)load_le32(v->data);
	default:
		return (int64_t)load_le64(v->data);
	}
}

/* A value that is no text as text, in out of EVTX_SHORT_TEXT bytes; 0 when it is a text, bytes, or too short. */
size_t evtx_short_text(const struct evtx_value *v, char *out);
size_t evtx_decimal(uint64_t value, char *out);		/* out has 24 bytes */
size_t evtx_ansi_text(const struct evtx_value *v, char *out, size_t room);

#endif
