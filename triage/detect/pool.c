#include "triage/detect/pool.h"

#include "triage/base/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 64 << 10, ALIGNMENT = 16 };

struct pool_chunk {
	struct pool_chunk *next;
	size_t size, filled;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

void
pool_init(struct pool *p, size_t limit)
{
	*p = (struct pool){ .limit = limit };
}

void
pool_release(struct pool *p)
{
	struct pool_chunk *next;
	for (struct pool_chunk *c = p->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	pool_init(p, p->limit);
}

static void *
refuse(struct pool *p)
{
	p->refused = true;
	return NULL;
}

void *
pool_alloc(struct pool *p, size_t size)
{
	if (size > SIZE_MAX / 2 || fault_hit())
		return refuse(p);
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct pool_chunk *c = p->chunks;
	if (c == NULL || size > c->size - c->filled) {
		size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
		size_t whole = sizeof(*c) + room;
		c = whole <= p->limit - p->used ? calloc(1, whole) : NULL;
		if (c == NULL)
			return refuse(p);
		*c = (struct pool_chunk){ .next = p->chunks, .size = room };
		p->chunks = c;
		p->used += whole;
	}
	void *out = c->bytes + c->filled;
	c->filled += size;
	return out;
}

char *
pool_text(struct pool *p, const char *text, size_t size)
{
	if (size == SIZE_MAX)
		return NULL;
	char *copy = pool_alloc(p, size + 1);
	if (copy != NULL && size > 0)
		memcpy(copy, text, size);
	return copy;
}
