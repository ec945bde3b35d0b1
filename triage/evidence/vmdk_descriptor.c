/* vmdk_descriptor.c - see vmdk_descriptor.h. */
#include "triage/evidence/vmdk_descriptor.h"

#include "triage/base/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE = 2048 };
#define SECTORS_MAX (INT64_MAX / 512)

static const struct {
	const char *word;
	enum vmdk_extent_type type;
} extent_types[] = {
	{ "FLAT", VMDK_FLAT }, { "VMFS", VMDK_FLAT }, { "SPARSE", VMDK_SPARSE }, { "VMFSSPARSE", VMDK_SPARSE }, { "ZERO", VMDK_ZERO },
	{ "SESPARSE", VMDK_SESPARSE },
};

bool
vmdk_is_text(const uint8_t *head, size_t size)
{
	static const char mark[] = "# Disk DescriptorFile";
	size_t at = size >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < size && (head[at] == ' ' || head[at] == '\r' || head[at] == '\n' || head[at] == '\t'))
		at++;
	return size - at >= sizeof(mark) - 1 && strncasecmp((const char *)head + at, mark, sizeof(mark) - 1) == 0;
}

/* The next word of a line, cut to room; "" at its end. Quoted words may hold spaces. */
static const char *
next_word(const char *p, char *out, size_t room)
{
	size_t n = 0;
	while (*p == ' ' || *p == '\t')
		p++;
	bool quoted = *p == '"';
	p += quoted;
	for (; *p != '\0' && (quoted ? *p != '"' : *p != ' ' && *p != '\t'); p++)
		if (n + 1 < room)
			out[n++] = *p;
	out[n] = '\0';
	return *p == '"' ? p + 1 : p;
}

/* Digits to a number of sectors that any medium may have; false for anything else. */
static bool
sectors_of(const char *word, uint64_t *ret)
{
	char *end;
	if (*word < '0' || *word > '9')
		return false;
	*ret = strtoull(word, &end, 10);
	return *end == '\0' && *ret <= SECTORS_MAX;
}

/* RW 4192256 SPARSE "disk-s001.vmdk" [offset] */
static enum triage_status
take_extent(struct vmdk_descriptor *d, const char *line, struct triage_error *err)
{
	char word[32];
	struct vmdk_extent_line x = { .type = VMDK_OTHER };
	line = next_word(line, word, sizeof(word));
	if (strcasecmp(word, "RW") != 0 && strcasecmp(word, "RDONLY") != 0 && strcasecmp(word, "NOACCESS") != 0)
		return TRIAGE_OK;
	line = next_word(line, word, sizeof(word));
	if (!sectors_of(word, &x.sectors))
		return TRIAGE_OK;
	line = next_word(line, x.word, sizeof(x.word));
	for (size_t i = 0; i < sizeof(extent_types) / sizeof(extent_types[0]); i++)
		if (strcasecmp(x.word, extent_types[i].word) == 0)
			x.type = extent_types[i].type;
	line = next_word(line, x.name, sizeof(x.name));
	(void)next_word(line, word, sizeof(word));
	if (!sectors_of(word, &x.offset))
		x.offset = 0;
	d->more = d->count >= DISK_FILES_MAX;
	if (d->more)
		return TRIAGE_OK;
	struct vmdk_extent_line *grown = fault_hit() ? NULL : reallocarray(d->extents, d->count + 1, sizeof(*grown));
	if (grown == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	d->extents = grown;
	d->extents[d->count++] = x;
	return TRIAGE_OK;
}

static void
take_cid(const char *value, char out[16])
{
	char *end;
	unsigned long cid = strtoul(value, &end, 16);
	if (end != value)
		snprintf(out, 16, "%08" PRIx32, (uint32_t)cid);
}

static enum triage_status
take_line(struct vmdk_descriptor *d, char *line, struct triage_error *err)
{
	char *equals = strchr(line, '=');
	size_t key = strcspn(line, " \t=");
	if (line[0] == '#' || line[0] == '\0')
		return TRIAGE_OK;
	if (equals == NULL || strspn(line + key, " \t") != (size_t)(equals - line) - key)
		return take_extent(d, line, err);
	if (key == 3 && strncasecmp(line, "CID", key) == 0)
		take_cid(equals + 1, d->cid);
	else if (key == 9 && strncasecmp(line, "parentCID", key) == 0)
		take_cid(equals + 1, d->parent_cid);
	else if (key == 10 && strncasecmp(line, "createType", key) == 0)
		(void)next_word(equals + 1, d->type, sizeof(d->type));
	else if (key == 18 && strncasecmp(line, "parentFileNameHint", key) == 0)
		(void)next_word(equals + 1, d->parent, sizeof(d->parent));
	return TRIAGE_OK;
}

enum triage_status
vmdk_descriptor_read(const char *text, size_t size, struct vmdk_descriptor *d, struct triage_error *err)
{
	char line[LINE];
	*d = (struct vmdk_descriptor){ 0 };
	size = strnlen(text, size);
	for (size_t at = 0; at < size;) {
		size_t length = 0;
		while (at + length < size && text[at + length] != '\n' && text[at + length] != '\r')
			length++;
		snprintf(line, sizeof(line), "%.*s", (int)(length < LINE ? length : LINE), text + at);
		enum triage_status st = take_line(d, line + strspn(line, " \t"), err);
		if (st != TRIAGE_OK)
			return st;
		at += length + 1;
	}
	return TRIAGE_OK;
}

void
vmdk_descriptor_release(struct vmdk_descriptor *d)
{
	free(d->extents);
	*d = (struct vmdk_descriptor){ 0 };
}
