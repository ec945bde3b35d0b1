/* evtx_value.c - values of event logs as fields of an event, as numbers and as times. */
#include "triage/artefact/evtx_value.h"

#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

bool
evtx_value_item(const struct evtx_value *array, uint32_t *at, struct evtx_value *ret_item)
{
	uint8_t type = array->type & (uint8_t)~EVTX_ARRAY;
	uint32_t left = array->size - *at, size = evtx_least(type);
	const uint8_t *p = array->data + *at;
	if (*at >= array->size)
		return false;
	if (type == EVTX_STRING) {
		/* texts one after another, each ended by NUL */
		uint32_t units = 0;
		while (units < left / 2 && load_le16(p + 2 * units) != 0)
			units++;
		*ret_item = (struct evtx_value){ p, 2 * units, type };
		*at = left / 2 > units ? *at + 2 * units + 2 : array->size;
		return true;
	}
	if (type == EVTX_ANSI) {
		uint32_t n = (uint32_t)strnlen((const char *)p, left);
		*ret_item = (struct evtx_value){ p, n, type };
		*at += n + (n < left);
		return true;
	}
	if (type == EVTX_SID && left >= 8)
		size = 8 + 4u * p[1];
	if (size == 0 || size > left)
		return false;
	*ret_item = (struct evtx_value){ p, size, type };
	*at += size;
	return true;
}

static void
put_list(struct artefact *a, const char *key, const struct evtx_value *array)
{
	char text[ARTEFACT_VALUE_MAX + 8];
	struct evtx_value item;
	artefact_list(a, key);
	for (uint32_t at = 0; evtx_value_item(array, &at, &item);) {
		evtx_value_text(&item, text, sizeof(text));
		artefact_item(a, text);
	}
	artefact_list_end(a);
}

static void
put_ansi(struct artefact *a, const char *key, const struct evtx_value *v)
{
	char text[ARTEFACT_VALUE_MAX + 8];
	artefact_bytes(a, key, text, evtx_ansi_text(v, text, sizeof(text)));
}

void
evtx_value_put(struct artefact *a, const char *key, const struct evtx_value *v)
{
	char text[EVTX_SHORT_TEXT];
	size_t n;
	if ((v->type & EVTX_ARRAY) != 0) {
		uint8_t item = v->type & (uint8_t)~EVTX_ARRAY;
		if (item == EVTX_STRING || item == EVTX_ANSI || evtx_least(item) > 0)
			put_list(a, key, v);
		else
			artefact_hex(a, key, v->data, v->size);
		return;
	}
	switch (v->type) {
	case EVTX_NULL:
		return;
	case EVTX_STRING:
		artefact_utf16(a, key, v->data, v->size / 2);
		return;
	case EVTX_ANSI:
		put_ansi(a, key, v);
		return;
	case EVTX_UTF8:
		artefact_bytes(a, key, v->data, strnlen((const char *)v->data, v->size));
		return;
	case EVTX_I8:
	case EVTX_I16:
	case EVTX_I32:
	case EVTX_I64:
		if (v->size >= evtx_least(v->type))
			artefact_number(a, key, evtx_signed(v));
		return;
	case EVTX_U8:
	case EVTX_U16:
	case EVTX_U32:
	case EVTX_U64:
		if (v->size >= evtx_least(v->type))
			artefact_unsigned(a, key, evtx_unsigned(v));
		return;
	case EVTX_BOOL:
		if (v->size >= evtx_least(v->type))
			artefact_flag(a, key, load_le32(v->data) != 0);
		return;
	default:
		n = evtx_short_text(v, text);
		if (n > 0)
			artefact_bytes(a, key, text, n);
		else if (v->size > 0)
			artefact_hex(a, key, v->data, v->size);
	}
}

bool
evtx_value_empty(const struct evtx_value *v)
{
	return v->size == 0 || (v->type == EVTX_STRING && (v->size < 2 || load_le16(v->data) == 0)) ||
	    ((v->type == EVTX_ANSI || v->type == EVTX_UTF8) && v->data[0] == 0);
}

bool
evtx_value_says(const struct evtx_value *v)
{
	if (v == NULL || v->type == EVTX_NULL || evtx_value_empty(v))
		return false;
	if (v->type == EVTX_UTF8)
		return v->size != 1 || v->data[0] != '-';
	return v->type != EVTX_STRING || v->data[0] != '-' || v->data[1] != 0 || (v->size >= 4 && load_le16(v->data + 2) != 0);
}

bool
evtx_value_number(const struct evtx_value *v, uint64_t *ret_number)
{
	char text[32], *end;
	if (evtx_value_empty(v) || v->size < evtx_least(v->type))
		return false;
	if (v->type == EVTX_I8 || v->type == EVTX_I16 || v->type == EVTX_I32 || v->type == EVTX_I64) {
		*ret_number = (uint64_t)evtx_signed(v);
		return true;
	}
	if ((v->type >= EVTX_U8 && v->type <= EVTX_U64) || v->type == EVTX_HEX32 || v->type == EVTX_HEX64 || v->type == EVTX_SIZE || v->type == EVTX_BOOL) {
		*ret_number = evtx_unsigned(v);
		return true;
	}
	if (v->type != EVTX_STRING && v->type != EVTX_ANSI && v->type != EVTX_UTF8)
		return false;
	evtx_value_text(v, text, sizeof(text));
	*ret_number = strtoull(text, &end, 0);
	return end != text && (*end == '\0' || *end == ' ');
}

int64_t
evtx_value_time(const struct evtx_value *v)
{
	char text[EVTX_SHORT_TEXT];
	int64_t when = TRIAGE_TIME_NONE;
	if (v->type == EVTX_FILETIME && v->size >= 8)
		return when_from_filetime(load_le64(v->data));
	if (v->type == EVTX_STRING || v->type == EVTX_UTF8 || v->type == EVTX_SYSTEMTIME) {
		evtx_value_text(v, text, sizeof(text));
		return when_parse(text, &when) ? when : TRIAGE_TIME_NONE;
	}
	return TRIAGE_TIME_NONE;
}
