/*
 * unpack_beside.c - members that belong to another member: the log of a hive, the write-ahead log of a database.
 *
 * An archive is read front to back, and what belongs to a member may come before or behind it. So the first parser that asks makes one
 * walk of its own through the archive, which keeps every such member whose first bytes are right.
 */
#include "triage/analyse/unpack_walk.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ENDING_MAX = 15, FIRST_ROOM = 64 << 10, HEAD = 64, ONES_MAX = 4096 };
#define ONE_MAX (UINT64_C(64) << 20)		/* bytes of one of them */
#define ALL_MAX (UINT64_C(192) << 20)		/* held of one archive */
#define READ_MAX (UINT64_C(512) << 20)		/* unpacked in the walk for them */

struct unpack_beside_one {
	char *name;			/* raw, whole; owned */
	uint8_t *bytes;			/* owned; NULL: it was not kept */
	size_t size;
};

void
unpack_beside_free(struct unpack_beside *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free(b->all[i].name);
		free(b->all[i].bytes);
	}
	free(b->all);
	*b = (struct unpack_beside){ 0 };
}

/* The part of a name from its last '.' or '-' on, when a parser knows it as an ending and bytes that begin so as its own. NULL: none. */
static bool
belongs(const struct unpack_io *io, const char *name, struct view head)
{
	static const char marks[] = ".-";
	for (size_t i = 0; i < 2; i++) {
		const char *mark = strrchr(name, marks[i]);
		if (mark != NULL && mark > name && mark[-1] != '/' && strlen(mark) <= ENDING_MAX && io->beside(mark, head))
			return true;
	}
	return false;
}

/* The rest of a member behind its first bytes. False: too much, damaged, or no memory for it. */
static bool
read_rest(struct unpack_archive *u, const uint8_t *head, size_t got, struct unpack_beside_one *one, uint64_t most, uint64_t *read)
{
	size_t room = FIRST_ROOM;
	one->bytes = fault_hit() ? NULL : malloc(room);
	if (one->bytes == NULL)
		return false;
	memcpy(one->bytes, head, got);
	one->size = got;
	for (;;) {
		if (one->size == room) {
			uint8_t *grown = fault_hit() ? NULL : realloc(one->bytes, room * 2);
			if (grown == NULL)
				return false;
			one->bytes = grown;
			room *= 2;
		}
		int64_t n = unpack_read(u, one->bytes + one->size, room - one->size);
		if (n < 0 || (uint64_t)n > most - one->size)
			return false;
		if (n == 0)
			break;
		one->size += (size_t)n;
		*read += (uint64_t)n;
	}
	uint8_t *fitting = realloc(one->bytes, one->size);
	one->bytes = fitting != NULL ? fitting : one->bytes;
	return true;
}

static void
keep(struct unpack_walk *w, struct unpack_beside *b, struct unpack_archive *u, uint64_t *read)
{
	struct triage_member m = { 0 };
	uint8_t head[HEAD];
	size_t got = 0;
	int64_t n;
	unpack_describe(u, &m);
	/* by the name alone first: most members end here */
	if (m.name_size == 0 || !belongs(w->io, (const char *)m.name, (struct view){ NULL, 0 }))
		return;
	while (got < HEAD && (n = unpack_read(u, head + got, HEAD - got)) != 0) {
		if (n < 0) {
			b->left_out = true;
			return;
		}
		got += (size_t)n;
	}
	*read += got;
	if (got < HEAD || !belongs(w->io, (const char *)m.name, (struct view){ head, got }))
		return;
	if (b->count == b->room) {
		struct unpack_beside_one *grown = b->room == ONES_MAX || fault_hit() ? NULL : reallocarray(b->all, b->room == 0 ? 16 : b->room * 2, sizeof(*grown));
		if (grown == NULL) {
			b->left_out = true;
			return;
		}
		b->all = grown;
		b->room = b->room == 0 ? 16 : b->room * 2;
	}
	struct unpack_beside_one one = { .name = strdup((const char *)m.name) };
	uint64_t most = ALL_MAX - b->bytes < ONE_MAX ? ALL_MAX - b->bytes : ONE_MAX;
	if (one.name == NULL || !read_rest(u, head, got, &one, most, read)) {
		free(one.bytes);
		one.bytes = NULL;
		one.size = 0;
	}
	if (one.name == NULL) {
		b->left_out = true;
		return;
	}
	b->bytes += one.size;
	b->all[b->count++] = one;
}

/*
 * How much it may cost to come to the next entry: most readers unpack what is passed over. An entry that does not say how large it is, is read to its end here.
 * At most `most` and a little more.
 */
static uint64_t
cost_of(struct unpack_archive *u, uint64_t most)
{
	struct triage_member m = { 0 };
	uint8_t passed[8 << 10];
	uint64_t cost = 0;
	int64_t n;
	unpack_describe(u, &m);
	if (m.size != TRIAGE_NO_ID)
		return m.size < most ? m.size : most;
	while (cost < most && u->why[0] == '\0' && (n = unpack_read(u, passed, sizeof(passed))) > 0)
		cost += (uint64_t)n;
	return cost;
}

/* The walk. What the archive's own walk tells of damage is not told again. It goes no further than that one may. */
static void
find(struct unpack_walk *w, struct unpack_level *l)
{
	struct unpack_source from = l->archive.source;
	struct unpack_archive u = { .source = { .io = from.io, .held = from.held, .borrowed = true, .size = from.size }, .names = l->archive.names };
	struct triage_error ignored;
	/* one that lies in memory unpacks without a sign of life */
	const uint64_t most = from.io == NULL && w->bytes_max > UNPACK_BYTES ? UNPACK_BYTES : w->bytes_max;
	uint64_t entries = 0, read = 0, cost = 0;
	enum unpack_step next = UNPACK_BROKEN;
	bool open = unpack_open(&u, l->kind, &ignored) == TRIAGE_OK;
	while (open && read < READ_MAX && cost < most && entries++ < 4 * w->members_max && (next = unpack_next(&u)) == UNPACK_MEMBER) {
		if (!unpack_is_file(&u) || unpack_is_encrypted(&u))
			continue;
		keep(w, &l->beside, &u, &read);
		cost += cost_of(&u, most - cost);
		unpack_pass_damage(&u, l->kind);
	}
	l->beside.left_out = l->beside.left_out || next != UNPACK_END;
	if (open)
		unpack_close(&u);
}

bool
unpack_beside(void *ctx, const char *ending, struct view *ret_bytes)
{
	struct unpack_walk *w = ctx;
	struct unpack_level *l = unpack_top(w);
	if (w->io->beside == NULL || unpack_mail_of(l->kind) != NULL || unpack_is_single(&l->archive))
		return false;
	if (!l->beside.found) {
		l->beside.found = true;
		find(w, l);
	}
	const char *name = buf_cstr(&w->name) + l->prefix;
	size_t stem = strlen(name);
	for (size_t i = 0; i < l->beside.count; i++) {
		const struct unpack_beside_one *one = &l->beside.all[i];
		if (strncasecmp(one->name, name, stem) != 0 || strcasecmp(one->name + stem, ending) != 0)
			continue;
		*ret_bytes = (struct view){ one->bytes, one->size };
		if (one->bytes == NULL)
			l->beside.left_out = true;
		return one->bytes != NULL;
	}
	return false;
}
