/*
 * html_fleet_graph.c - movements as a drawing: machines in columns, by how many steps they lie from where the way begins; the earliest traces first.
 *
 * At most NODES_MAX machines are drawn, those with traces first. A machine begins a way when it has none of the others before it; where all have (they went in a
 * circle), the one with the earliest trace does.
 */
#include "triage/report/html_fleet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NODES_MAX = 40, COLUMNS = 6, WIDTH = 1000, STEP = 46, TOP = 20, BOX = 8, LABEL_MAX = 24 };

struct node {
	int64_t id;
	char name[128], verdict[32];
	unsigned column, row;
	bool placed;
};

struct graph {
	struct node nodes[NODES_MAX];
	size_t count;
	uint64_t more;			/* machines with movements that are not drawn */
	bool edges[NODES_MAX][NODES_MAX];
	unsigned rows[COLUMNS];
};

static struct node *
find(struct graph *g, int64_t id)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->nodes[i].id == id)
			return &g->nodes[i];
	return NULL;
}

/* --- reading --- */

/* Machines to or from which somebody went: those with traces in the order of these, then the others. */
static enum triage_status
read_ends(struct fleet_page *f, struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_MOVED, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		if (g->count == NODES_MAX) {
			g->more++;
			continue;
		}
		struct node *n = &g->nodes[g->count++];
		n->id = case_int(c, 0);
		snprintf(n->name, sizeof(n->name), "%s", case_text(c, 1));
		snprintf(n->verdict, sizeof(n->verdict), "%s", case_text(c, 2));
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
read_edges(struct fleet_page *f, struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = fleet_rows(f->fleet, FLEET_VIEW_PAIRS, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const struct node *from = find(g, case_int(c, FLEET_MOVEMENT_FROM)), *to = find(g, case_int(c, FLEET_MOVEMENT_TO));
		if (from != NULL && to != NULL)
			g->edges[from - g->nodes][to - g->nodes] = true;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- placing --- */

static void
place(struct graph *g, size_t i, unsigned column)
{
	struct node *n = &g->nodes[i];
	n->placed = true;
	n->column = column < COLUMNS ? column : COLUMNS - 1;
	n->row = g->rows[n->column]++;
}

static bool
has_before(const struct graph *g, size_t i)
{
	for (size_t k = 0; k < g->count; k++)
		if (g->edges[k][i] && k != i)
			return true;
	return false;
}

/* Breadth first from one machine; queue: indices of nodes. */
static void
spread_from(struct graph *g, size_t start)
{
	size_t queue[NODES_MAX], head = 0, tail = 0;
	place(g, start, 0);
	queue[tail++] = start;
	while (head < tail) {
		size_t at = queue[head++];
		for (size_t k = 0; k < g->count; k++) {
			if (!g->edges[at][k] || g->nodes[k].placed)
				continue;
			place(g, k, g->nodes[at].column + 1);
			queue[tail++] = k;
		}
	}
}

static void
place_all(struct graph *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (!g->nodes[i].placed && !has_before(g, i))
			spread_from(g, i);
	for (size_t i = 0; i < g->count; i++)
		if (!g->nodes[i].placed)
			spread_from(g, i);
}

/* --- drawing --- */

static void
spot(const struct graph *g, const struct node *n, unsigned columns, unsigned height, double *ret_x, double *ret_y)
{
	*ret_x = (n->column + 0.5) * WIDTH / columns;
	*ret_y = TOP + (n->row + 0.5) * height / g->rows[n->column];
}

static void
put_edge(struct page *p, double x1, double y1, double x2, double y2)
{
	/* a bow, so that there and back are two lines and none goes through a machine of its own column */
	double bend = x2 > x1 + 1 ? 0 : 34, middle_x = (x1 + x2) / 2 - bend, middle_y = (y1 + y2) / 2 + (x2 > x1 + 1 ? 0 : 16);
	double dx = x2 - middle_x, dy = y2 - middle_y, length = sqrt(dx * dx + dy * dy);
	double ux = dx / length, uy = dy / length, tip_x = x2 - ux * (BOX + 4), tip_y = y2 - uy * (BOX + 4);
	page_format(p, "<path class=\"axis\" fill=\"none\" d=\"M%.1f %.1fQ%.1f %.1f %.1f %.1f\"/><path class=\"bars\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\"/>\n", x1, y1, middle_x,
	    middle_y, tip_x, tip_y, tip_x + ux * 4, tip_y + uy * 4, tip_x - ux * 6 - uy * 4, tip_y - uy * 6 + ux * 4, tip_x - ux * 6 + uy * 4, tip_y - uy * 6 - ux * 4);
}

/* A name that fits beside its mark; whole in the table. Cut at a code point. */
static void
put_name(struct page *p, const char *name)
{
	char part[LABEL_MAX + 8];
	size_t size = strlen(name);
	bool cut = size > LABEL_MAX;
	if (cut)
		for (size = LABEL_MAX; size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80; size--)
			continue;
	snprintf(part, sizeof(part), "%.*s%s", (int)size, name, cut ? "…" : "");
	page_text(p, part);
}

static void
draw(struct page *p, const struct graph *g)
{
	unsigned columns = 1, tallest = 1;
	for (unsigned i = 0; i < COLUMNS; i++) {
		columns = g->rows[i] > 0 ? i + 1 : columns;
		tallest = g->rows[i] > tallest ? g->rows[i] : tallest;
	}
	unsigned height = tallest * STEP;
	page_format(p, "<figure><svg class=\"chart\" viewBox=\"0 0 %d %u\" role=\"img\"", WIDTH, TOP + height + 10);
	page_label(p, "aria-label", "fleet.movements-graph", WITH(AS_COUNT(g->count)));
	page_raw(p, ">\n");
	double x1, y1, x2, y2;
	for (size_t i = 0; i < g->count; i++)
		for (size_t k = 0; k < g->count; k++)
			if (g->edges[i][k] && i != k) {
				spot(g, &g->nodes[i], columns, height, &x1, &y1);
				spot(g, &g->nodes[k], columns, height, &x2, &y2);
				put_edge(p, x1, y1, x2, y2);
			}
	for (size_t i = 0; i < g->count; i++) {
		const struct node *n = &g->nodes[i];
		spot(g, n, columns, height, &x1, &y1);
		page_format(p, "<text class=\"mark %s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
		    fleet_state_class(n->verdict), x1, y1 + 5, fleet_state_symbol(n->verdict), x1, y1 - 10);
		put_name(p, n->name);
		page_raw(p, "</text>\n");
	}
	page_raw(p, "</svg>");
	page_say(p, "figcaption", "fleet.movements-graph", WITH(AS_COUNT(g->count)));
	page_raw(p, "</figure>\n");
}

enum triage_status
html_fleet_graph(struct fleet_page *f, struct triage_error *err)
{
	struct graph g = { .count = 0 };
	enum triage_status st = read_ends(f, &g, err);
	if (st == TRIAGE_OK)
		st = read_edges(f, &g, err);
	if (st != TRIAGE_OK || g.count == 0)
		return st;
	place_all(&g);
	draw(&f->p, &g);
	if (g.more > 0)
		page_say(&f->p, "p class=\"note\"", "fleet.movements-more", WITH(AS_COUNT(g.more)));
	return TRIAGE_OK;
}
