/*
 * html_damage_map.c - the treemap of folders, and its twin as a table.
 *
 * Each cell is a drawing of its own within the drawing, so that its words are cut at its edge; it is filled from below as far as its files
 * are damaged, and leads to its row of the table. Places are in percent: letters keep their size on a narrow screen.
 */
#include "triage/report/damage_tree.h"

#include <stdio.h>
#include <string.h>

/* What a cell is called: the last two parts of its path, or all of it. */
static const char *
short_name(const struct damage_node *n)
{
	const char *at = n->name + strlen(n->name);
	for (int parts = 0; at > n->name && parts < 2; parts += *at == '/')
		at--;
	return *at == '/' && at[1] != '\0' ? at + 1 : n->name[0] != '\0' ? n->name : "/";
}

static const char *
path_of(const struct damage_node *n)
{
	return n->name[0] != '\0' ? n->name : "/";
}

static void
put_title(struct page *p, const char *tag, const struct damage_node *n, const char *path)
{
	switch (n->kind) {
	case NODE_FILESYSTEM:
		page_say(p, tag, "damage.filesystem", WITH(AS_COUNT(n->filesystem_id)));
		return;
	case NODE_REST:
		page_say(p, tag, "damage.rest", WITH(AS_COUNT(n->folders)));
		return;
	case NODE_DIRECT:
		page_say(p, tag, "damage.direct", WITH(AS_TEXT(path)));
		return;
	case NODE_FOLDER:
		page_say(p, tag, "value", WITH(AS_TEXT(path)));
		return;
	}
}

static void
put_cell(struct page *p, const struct damage_node *n, size_t row)
{
	int64_t share = damage_share(n->damaged, n->files);
	page_format(p, "<svg x=\"%.2f%%\" y=\"%.2f%%\" width=\"%.2f%%\" height=\"%.2f%%\"><a href=\"#damage-%zu\">", n->place.x, n->place.y, n->place.width,
	    n->place.height, row);
	/* the name of the link is what stands in the cell; whole path and sentence are its description */
	page_say(p, "desc", "damage.cell", WITH(AS_TEXT(n->kind == NODE_REST ? "…" : path_of(n)), AS_COUNT(n->damaged), AS_COUNT(n->files), AS_SHARE(share)));
	page_raw(p, "<rect class=\"cell\" width=\"100%\" height=\"100%\"/>");
	if (n->damaged > 0)
		page_format(p, "<rect class=\"hurt\" y=\"%.1f%%\" width=\"100%%\" height=\"%.1f%%\"/>", 100 - (double)share / 10, (double)share / 10);
	page_raw(p, "<rect class=\"edge\" width=\"100%\" height=\"100%\"/>");
	put_title(p, "text x=\"7\" y=\"18\" class=\"name\"", n, short_name(n));
	page_say(p, "text x=\"7\" y=\"36\"", "damage.cell-share", WITH(AS_SHARE(share), AS_COUNT(n->damaged), AS_COUNT(n->files)));
	page_raw(p, "</a></svg>\n");
}

static void
put_row(struct page *p, const struct damage_node *n, size_t row, bool filesystems)
{
	char tag[40];
	snprintf(tag, sizeof(tag), "tr id=\"damage-%zu\"", row);
	page_format(p, "<%s><th scope=\"row\">", tag);
	if (filesystems && n->kind != NODE_FILESYSTEM)
		page_format(p, "%ju: ", (uintmax_t)n->filesystem_id);
	if (n->kind == NODE_FOLDER)
		page_code(p, path_of(n));
	else
		put_title(p, "span", n, path_of(n));
	page_raw(p, "</th>");
	damage_cells(p, n->files, n->damaged, n->damaged_bytes);
	page_raw(p, "<td>");
	page_time(p, n->first);
	page_raw(p, "</td><td>");
	page_time(p, n->last);
	page_raw(p, "</td></tr>\n");
}

static void
put_map(struct page *p, const struct damage_tree *t)
{
	page_raw(p, "<figure>");
	page_say(p, "figcaption", "damage.map", NULL);
	page_say(p, "p class=\"sub\"", "damage.map-read", NULL);
	page_raw(p, "<svg class=\"treemap\" role=\"group\"");
	page_label(p, "aria-label", "damage.map", NULL);
	page_raw(p, ">\n");
	for (size_t i = 0, row = 0; i < t->count; i++)
		if (t->nodes[i].cell)
			put_cell(p, &t->nodes[i], ++row);
	page_raw(p, "</svg></figure>\n");
}

static void
put_table(struct page *p, const struct damage_tree *t)
{
	static const char *const heads[] = { "damage.folder", "damage.files", "damage.hurt", "damage.share", "damage.hurt-size", "damage.first", "damage.last", NULL };
	page_raw(p, "<details open>");
	page_say(p, "summary", "damage.folders", NULL);
	page_raw(p, "<div class=\"scroll\"><table class=\"sortable\">");
	page_table_head(p, "damage.folders", heads);
	for (size_t i = 0, row = 0; i < t->count; i++)	/* each cell leads to its row */
		if (t->nodes[i].cell)
			put_row(p, &t->nodes[i], ++row, t->filesystems > 1);
	page_raw(p, "</tbody></table></div>");
	if (t->left_out > 0)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(t->left_out)));
	page_raw(p, "</details>\n");
}

enum triage_status
html_damage_map(struct page *p, struct triage_error *err)
{
	struct damage_tree tree;
	enum triage_status st = damage_tree_read(p->reader, &tree, err);
	if (st != TRIAGE_OK)
		return st;
	if (tree.count > 0) {
		put_map(p, &tree);
		put_table(p, &tree);
	}
	damage_tree_release(&tree);
	return TRIAGE_OK;
}
