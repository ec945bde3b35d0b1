#include "triage/run/paths.h"

#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 64 << 10 };

void
paths_init(struct paths *p)
{
	*p = (struct paths){ .cached_edge = TRIAGE_NO_ID };
	buf_init(&p->names, (size_t)4 << 30);
	buf_init(&p->cached, PATHS_MAX * 4);
}

void
paths_release(struct paths *p)
{
	free(p->folders);
	buf_release(&p->names);
	buf_release(&p->cached);
	paths_init(p);
}

static size_t
find(const struct paths *p, uint64_t edge)
{
	size_t low = 0, high = p->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (p->folders[middle].edge < edge)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->count && p->folders[low].edge == edge ? low : SIZE_MAX;
}

enum triage_status
paths_add(struct paths *p, const struct triage_entry *folder, struct triage_error *err)
{
	size_t parent = folder->parent == TRIAGE_NO_ID ? SIZE_MAX : find(p, folder->parent);
	bool root = p->count == 0;
	if ((folder->parent == TRIAGE_NO_ID) != root || (!root && (parent == SIZE_MAX || folder->edge <= p->folders[p->count - 1].edge))) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a folder out of order");
		return TRIAGE_E_FORMAT;
	}
	if (p->count == p->room) {
		size_t room = p->room == 0 ? 1024 : p->room * 2;
		struct paths_folder *grown = reallocarray(p->folders, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", room);
			return TRIAGE_E_MEMORY;
		}
		p->folders = grown;
		p->room = room;
	}
	p->folders[p->count++] = (struct paths_folder){ folder->edge, parent, p->names.size, folder->name_size };
	buf_put(&p->names, folder->name, folder->name_size);
	return buf_check(&p->names, err);
}

/* The path of one folder into p->cached. A path too long keeps the folders nearest to the end. */
static void
make_cached(struct paths *p, size_t index)
{
	static const char cut[] = "/...";
	size_t bound = p->total > PATHS_TOTAL ? PATHS_SHORT : PATHS_MAX;
	size_t length = 0, depth = 0, top = index;
	/* parents come before children, so this ends */
	while (p->folders[top].parent != SIZE_MAX && length + p->folders[top].name_size + 1 <= bound && depth < CHAIN_MAX) {
		length += p->folders[top].name_size + 1;
		depth++;
		top = p->folders[top].parent;
	}
	buf_clear(&p->cached);
	if (p->folders[top].parent != SIZE_MAX)
		buf_text(&p->cached, cut);
	/* from the top down: walk up again for each step would be quadratic, so remember the chain */
	size_t *chain = malloc((depth + 1) * sizeof(*chain));
	size_t n = 0;
	for (size_t i = index; chain != NULL && n < depth; i = p->folders[i].parent)
		chain[n++] = i;
	while (n > 0) {
		const struct paths_folder *f = &p->folders[chain[--n]];
		buf_char(&p->cached, '/');
		text_display(&p->cached, p->names.data + f->name, f->name_size);
	}
	free(chain);
	p->cached_edge = p->folders[index].edge;
}

enum triage_status
paths_join(struct paths *p, uint64_t parent, const uint8_t *name, size_t size, struct buf *out, struct triage_error *err)
{
	if (parent != p->cached_edge) {
		size_t index = find(p, parent);
		if (index == SIZE_MAX) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a name in an unknown folder");
			return TRIAGE_E_FORMAT;
		}
		make_cached(p, index);
	}
	buf_clear(out);
	buf_put(out, buf_cstr(&p->cached), p->cached.size);
	buf_char(out, '/');
	text_display(out, name, size);
	p->total += out->size;
	return buf_check(out, err);
}
