/*
 * compact.c - compiled rules in no more memory than they need. A compiler's arena gives each of a dozen tables a megabyte to begin with;
 * rules that are written out and read again have tables of their size.
 */
#include "triage/analyse/set.h"

#include "triage/base/buf.h"

#include <string.h>

enum { STREAM_MAX = 512 << 20 };

struct stream {
	struct buf bytes;
	size_t read;
};

static size_t
write_some(const void *ptr, size_t size, size_t count, void *ctx)
{
	struct stream *s = ctx;
	buf_put(&s->bytes, ptr, size * count);
	return s->bytes.failed ? 0 : count;
}

static size_t
read_some(void *ptr, size_t size, size_t count, void *ctx)
{
	struct stream *s = ctx;
	size_t left = size == 0 ? 0 : (s->bytes.size - s->read) / size;
	if (count > left)
		count = left;
	memcpy(ptr, s->bytes.data + s->read, size * count);
	s->read += size * count;
	return count;
}

void
set_compact(YR_RULES **rules)
{
	struct stream s = { .read = 0 };
	YR_STREAM io = { .user_data = &s, .read = read_some, .write = write_some };
	YR_RULES *compact = NULL;
	buf_init(&s.bytes, STREAM_MAX);
	if (yr_rules_save_stream(*rules, &io) == ERROR_SUCCESS && yr_rules_load_stream(&io, &compact) == ERROR_SUCCESS) {
		yr_rules_destroy(*rules);
		*rules = compact;
	}
	buf_release(&s.bytes);
}
