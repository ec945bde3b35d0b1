/* damage_tree.c - folders of the damage map: read, taken apart where that tells more, and laid out. */
#include "triage/report/damage_tree.h"

#include <stdlib.h>
#include <string.h>

enum { OPEN_SHARE = 8, SMALL_SHARE = 250 };	/* opened: an eighth of all files or more; not drawn alone: less than one in 250 */
#define DRAWING_UNIT 2.2

static bool
grow(struct damage_tree *t)
{
	if (t->count < t->room)
		return true;
	size_t room = t->room == 0 ? 256 : t->room * 2;
	struct damage_node *grown = reallocarray(t->nodes, room, sizeof(*grown));
	if (grown == NULL)
		return false;
	t->nodes = grown;
	t->room = room;
	return true;
}

static enum triage_status
add_node(struct damage_tree *t, struct damage_node node, const char *name, struct triage_error *err)
{
	node.name = grow(t) ? strdup(name) : NULL;
	if (node.name == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the damage map");
		return TRIAGE_E_MEMORY;
	}
	t->nodes[t->count++] = node;
	return TRIAGE_OK;
}

static uint64_t
number(struct case_cursor *c, size_t column)
{
	int64_t value = case_int(c, column);
	return value > 0 ? (uint64_t)value : 0;
}

static int64_t
moment(struct case_cursor *c, size_t column)
{
	return case_null(c, column) ? TRIAGE_TIME_NONE : case_int(c, column);
}

static enum triage_status
read_rows(struct case_reader *reader, struct damage_tree *t, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, CASE_DAMAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while (st == TRIAGE_OK && (st = case_next(c, err)) == TRIAGE_OK) {
		const char *scope = case_text(c, CASE_DAMAGE_SCOPE);
		bool filesystem = strcmp(scope, "filesystem") == 0;
		uint64_t files = number(c, CASE_DAMAGE_FILES);
		if ((!filesystem && strcmp(scope, "department") != 0) || files == 0)
			continue;
		if (t->count == DAMAGE_NODES_MAX) {
			t->left_out++;
			continue;
		}
		uint64_t damaged = number(c, CASE_DAMAGE_DAMAGED_FILES);
		t->filesystems += filesystem;
		struct damage_node node = { .kind = filesystem ? NODE_FILESYSTEM : NODE_FOLDER, .filesystem_id = number(c, CASE_DAMAGE_FILESYSTEM_ID),
			.files = files, .damaged = damaged < files ? damaged : files, .bytes = number(c, CASE_DAMAGE_BYTES),
			.damaged_bytes = number(c, CASE_DAMAGE_DAMAGED_BYTES), .first = moment(c, CASE_DAMAGE_FIRST_TIME), .last = moment(c, CASE_DAMAGE_LAST_TIME) };
		st = add_node(t, node, filesystem ? "" : case_text(c, CASE_DAMAGE_NAME), err);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* By filesystem, then by name; a filesystem before its folders, for its name is empty. */
static int
by_place(const void *a, const void *b)
{
	const struct damage_node *x = a, *y = b;
	if (x->filesystem_id != y->filesystem_id)
		return x->filesystem_id < y->filesystem_id ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int
find_parent(const struct damage_tree *t, const struct damage_node *node)
{
	SCOPED_BUF path;
	buf_init(&path, 1 << 20);
	const char *slash = strrchr(node->name, '/');
	if (slash == NULL)
		return DAMAGE_NO_NODE;
	buf_put(&path, node->name, (size_t)(slash - node->name));
	struct damage_node wanted = { .filesystem_id = node->filesystem_id, .name = path.data };
	if (path.failed || path.data == NULL)
		wanted.name = (char[]){ "" };
	const struct damage_node *found = bsearch(&wanted, t->nodes, t->count, sizeof(*t->nodes), by_place);
	return found != NULL && found != node ? (int)(found - t->nodes) : DAMAGE_NO_NODE;
}

static void
join(struct damage_tree *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct damage_node *n = &t->nodes[i];
		n->parent = n->kind == NODE_FILESYSTEM ? DAMAGE_NO_NODE : find_parent(t, n);
		if (n->parent != DAMAGE_NO_NODE)
			t->nodes[n->parent].inner_files += n->files;
	}
}

/* The largest folders in an opened node become cells, as many as the drawing holds. */
static void
draw_largest(struct damage_tree *t, int parent, uint64_t all, size_t *cells)
{
	while (*cells < DAMAGE_CELLS_MAX) {
		struct damage_node *best = NULL;
		for (size_t i = 0; i < t->count; i++) {
			struct damage_node *n = &t->nodes[i];
			if (n->parent == parent && !n->cell && n->files * SMALL_SHARE >= all && (best == NULL || n->files > best->files))
				best = n;
		}
		if (best == NULL)
			return;
		best->cell = true;
		++*cells;
	}
}

static void
take(struct damage_node *from, const struct damage_node *n)
{
	from->files -= n->files < from->files ? n->files : from->files;
	from->damaged -= n->damaged < from->damaged ? n->damaged : from->damaged;
	from->bytes -= n->bytes < from->bytes ? n->bytes : from->bytes;
	from->damaged_bytes -= n->damaged_bytes < from->damaged_bytes ? n->damaged_bytes : from->damaged_bytes;
}

/* What stands in an opened node besides the folders that are drawn: its own files, and the other folders together. */
static enum triage_status
add_leftovers(struct damage_tree *t, size_t parent, struct triage_error *err)
{
	struct damage_node direct = t->nodes[parent], rest = { .kind = NODE_REST, .parent = (int)parent, .cell = true,
		.filesystem_id = direct.filesystem_id, .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE };
	const char *name = direct.name;
	for (size_t i = 0; i < t->count; i++) {
		const struct damage_node *n = &t->nodes[i];
		if (n->parent != (int)parent)
			continue;
		take(&direct, n);
		if (n->cell)
			continue;
		rest.folders++;
		rest.files += n->files;
		rest.damaged += n->damaged;
		rest.bytes += n->bytes;
		rest.damaged_bytes += n->damaged_bytes;
	}
	direct.kind = NODE_DIRECT;
	direct.parent = (int)parent;
	direct.cell = true;
	direct.opened = false;
	direct.inner_files = 0;
	direct.first = direct.last = TRIAGE_TIME_NONE;
	enum triage_status st = direct.files > 0 ? add_node(t, direct, name, err) : TRIAGE_OK;
	return st == TRIAGE_OK && rest.files > 0 ? add_node(t, rest, "", err) : st;
}

/* The largest cell that holds folders and an eighth of all files, or the only one there is. */
static int
largest_closed(const struct damage_tree *t, uint64_t all)
{
	int best = DAMAGE_NO_NODE;
	for (size_t i = 0; i < t->count; i++) {
		const struct damage_node *n = &t->nodes[i];
		if (n->cell && n->inner_files > 0 && (best == DAMAGE_NO_NODE || n->files > t->nodes[best].files))
			best = (int)i;
	}
	return best != DAMAGE_NO_NODE && t->nodes[best].files >= all / OPEN_SHARE ? best : DAMAGE_NO_NODE;
}

static enum triage_status
choose(struct damage_tree *t, struct triage_error *err)
{
	uint64_t all = 0;
	size_t cells = 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->nodes[i].parent == DAMAGE_NO_NODE) {
			if (cells == DAMAGE_CELLS_MAX / 2) {
				t->left_out++;
				continue;
			}
			t->nodes[i].cell = true;
			all += t->nodes[i].files;
			cells++;
		}
	for (int open; cells < DAMAGE_CELLS_MAX && (open = largest_closed(t, all)) != DAMAGE_NO_NODE;) {
		t->nodes[open].cell = false;
		t->nodes[open].opened = true;
		draw_largest(t, open, all, &cells);
		enum triage_status st = add_leftovers(t, (size_t)open, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* Places for what stands directly under a node: largest first. */
static void
lay_children(struct damage_tree *t, int parent, struct rectangle within)
{
	size_t order[DAMAGE_CELLS_MAX + 2], n = 0;
	double areas[DAMAGE_CELLS_MAX + 2] = { 0 };
	struct rectangle places[DAMAGE_CELLS_MAX + 2];
	for (size_t i = 0; i < t->count && n < DAMAGE_CELLS_MAX + 2; i++) {
		const struct damage_node *node = &t->nodes[i];
		if (node->parent != parent || !(node->cell || node->opened))
			continue;
		size_t at = n++;
		for (; at > 0 && t->nodes[order[at - 1]].files < node->files; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	for (size_t i = 0; i < n; i++)
		areas[i] = (double)t->nodes[order[i]].files;
	damage_tree_squarify(areas, n, within, DRAWING_UNIT, places);
	for (size_t i = 0; i < n; i++)
		t->nodes[order[i]].place = places[i];
}

enum triage_status
damage_tree_read(struct case_reader *reader, struct damage_tree *ret_tree, struct triage_error *err)
{
	struct damage_tree t = { 0 };
	enum triage_status st = read_rows(reader, &t, err);
	if (st == TRIAGE_OK) {
		if (t.count > 1)
			qsort(t.nodes, t.count, sizeof(*t.nodes), by_place);
		join(&t);
		st = choose(&t, err);
	}
	if (st != TRIAGE_OK) {
		damage_tree_release(&t);
		return st;
	}
	lay_children(&t, DAMAGE_NO_NODE, (struct rectangle){ 0, 0, 100, 100 });
	/* four levels at most: each round places one more */
	for (size_t level = 0; level < 4; level++)
		for (size_t i = 0; i < t.count; i++)
			if (t.nodes[i].opened)
				lay_children(&t, (int)i, t.nodes[i].place);
	*ret_tree = t;
	return TRIAGE_OK;
}

void
damage_tree_release(struct damage_tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->nodes[i].name);
	free(t->nodes);
	*t = (struct damage_tree){ 0 };
}
