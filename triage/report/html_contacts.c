/*
 * html_contacts.c - with which machines this one spoke: a graph, and the table that says the same in full.
 *
 * The graph has three columns: who came here, the machines of this evidence, where somebody went from here. An arrow stands for all
 * contacts of two machines in one direction and leads to the first of their rows in the table. It is drawn from the rows of the table.
 */
#include "triage/report/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTACTS_SHOWN = 200, SIDE_MAX = 12, HOSTS_MAX = 6, PITCH = 74, BOX = 62, FROM = 0, TO = 1 };

struct edge {
	char *host, *peer, *ways;	/* ways: protocols, each once */
	int direction;
	uint64_t count, failed;
	int64_t first, last;
	size_t row;
};

struct graph {
	struct edge edges[2][SIDE_MAX];
	size_t count[2], host_count;
	const char *hosts[HOSTS_MAX];	/* of edges */
	uint64_t left_out;		/* rows whose machines found no place */
	bool failed;			/* no memory */
};

static void
graph_release(struct graph *g)
{
	for (int side = FROM; side <= TO; side++)
		for (size_t i = 0; i < g->count[side]; i++) {
			free(g->edges[side][i].host);
			free(g->edges[side][i].peer);
			free(g->edges[side][i].ways);
		}
}

static int64_t
moment(struct case_cursor *c, size_t column)
{
	return case_null(c, column) ? TRIAGE_TIME_NONE : case_int(c, column);
}

static int
side_of(struct case_cursor *c)
{
	return strcmp(case_text(c, CASE_CONTACTS_DIRECTION), "to") == 0 ? TO : FROM;
}

static bool
has_host(struct graph *g, const char *host)
{
	for (size_t i = 0; i < g->host_count; i++)
		if (strcmp(g->hosts[i], host) == 0)
			return true;
	return false;
}

/* The edge of this row, a new one when there is none yet. NULL: no place, or no memory. */
static struct edge *
edge_of(struct graph *g, struct case_cursor *c, size_t row)
{
	int side = side_of(c);
	SCOPED_BUF host;
	buf_init(&host, 1 << 20);
	buf_text(&host, case_text(c, CASE_CONTACTS_HOST));
	const char *peer = case_text(c, CASE_CONTACTS_PEER);
	for (size_t i = 0; i < g->count[side]; i++)
		if (strcmp(g->edges[side][i].host, buf_cstr(&host)) == 0 && strcmp(g->edges[side][i].peer, peer) == 0)
			return &g->edges[side][i];
	bool known = has_host(g, buf_cstr(&host));
	if (g->count[side] == SIDE_MAX || (!known && g->host_count == HOSTS_MAX))
		return NULL;
	struct edge e = { .host = strdup(buf_cstr(&host)), .peer = strdup(peer), .ways = strdup(""), .direction = side, .first = TRIAGE_TIME_NONE,
		.last = TRIAGE_TIME_NONE, .row = row };
	g->edges[side][g->count[side]] = e;
	struct edge *kept = &g->edges[side][g->count[side]++];
	if (e.host == NULL || e.peer == NULL || e.ways == NULL) {
		g->failed = true;
		return NULL;
	}
	if (!known)
		g->hosts[g->host_count++] = kept->host;
	return kept;
}

static bool
names_way(const char *ways, const char *way)
{
	size_t size = strlen(way);
	for (const char *at = strstr(ways, way); at != NULL; at = strstr(at + 1, way))
		if ((at == ways || at[-1] == ' ') && (at[size] == '\0' || at[size] == ','))
			return true;
	return false;
}

static void
take_contact(struct graph *g, struct case_cursor *c, size_t row)
{
	struct edge *e = g->failed ? NULL : edge_of(g, c, row);
	if (e == NULL) {
		g->left_out++;
		return;
	}
	int64_t count = case_int(c, CASE_CONTACTS_COUNT), failed = case_int(c, CASE_CONTACTS_FAILED);
	int64_t first = moment(c, CASE_CONTACTS_FIRST_TIME), last = moment(c, CASE_CONTACTS_LAST_TIME);
	e->count += count > 0 ? (uint64_t)count : 0;
	e->failed += failed > 0 ? (uint64_t)failed : 0;
	if (first != TRIAGE_TIME_NONE && (e->first == TRIAGE_TIME_NONE || first < e->first))
		e->first = first;
	if (last != TRIAGE_TIME_NONE && (e->last == TRIAGE_TIME_NONE || last > e->last))
		e->last = last;
	const char *way = case_text(c, CASE_CONTACTS_PROTOCOL);
	char *longer;
	if (way[0] == '\0' || names_way(e->ways, way) || strlen(e->ways) > 60 ||
	    asprintf(&longer, "%s%s%s", e->ways, e->ways[0] != '\0' ? ", " : "", way) < 0)
		return;
	free(e->ways);
	e->ways = longer;
}

/* --- the drawing --- */

/* Middle of the n-th of count boxes in a drawing of this height. */
static double
middle(size_t n, size_t count, double height)
{
	return ((double)n + 0.5) * height / (double)(count > 0 ? count : 1);
}

static double
host_middle(const struct graph *g, const char *host, double height)
{
	for (size_t i = 0; i < g->host_count; i++)
		if (strcmp(g->hosts[i], host) == 0)
			return middle(i, g->host_count, height);
	return 0;
}

static void
put_arrow(struct page *p, const struct graph *g, const struct edge *e, double y, double height)
{
	double at_host = host_middle(g, e->host, height), width = 1.5 + log10(1 + (double)e->count);
	bool refused = e->failed > 0 && e->failed >= e->count;
	page_format(p, "<line class=\"way%s\" stroke-width=\"%.1f\" marker-end=\"url(#arrow)\" x1=\"%s\" y1=\"%.1f\" x2=\"%s\" y2=\"%.1f\"/>", refused ? " refused" : "",
	    width, e->direction == FROM ? "31%" : "60%", e->direction == FROM ? y : at_host, e->direction == FROM ? "39%" : "68%",
	    e->direction == FROM ? at_host : y);
}

/* Words of protocols, with ", " between them: those that are none of a protocol itself in the page's language. */
static void
put_ways(struct page *p, const char *tag, const char *ways)
{
	char room[64], way[64];
	while (ways[0] != '\0') {
		size_t size = strcspn(ways, ",");
		snprintf(way, sizeof(way), "%.*s", (int)(size < sizeof(way) ? size : sizeof(way) - 1), ways);
		const char *key = key_or(p, room, "protocol", way, "");
		if (key[0] != '\0')
			page_say(p, tag, key, NULL);
		else
			page_evidence(p, way);
		ways += size;
		if (ways[0] == ',') {
			page_raw(p, ", ");
			ways += ways[1] == ' ' ? 2 : 1;
		}
	}
}

/* A machine in the middle: the name, and the domain below it, for both together are wide. */
static void
put_host(struct page *p, const char *host)
{
	char name[200];
	bool address = host[0] >= '0' && host[0] <= '9';
	size_t own = address ? strlen(host) : strcspn(host, ".");
	snprintf(name, sizeof(name), "%.*s", (int)(own < sizeof(name) ? own : sizeof(name) - 1), host);
	page_format(p, "<text class=\"name\" x=\"8\" y=\"%d\">", host[own] == '.' ? 27 : 36);
	page_evidence(p, name);
	page_raw(p, "</text>");
	if (host[own] != '.')
		return;
	page_raw(p, "<text class=\"soft\" x=\"8\" y=\"45\">");
	page_evidence(p, host + own);
	page_raw(p, "</text>");
}

static void
put_peer(struct page *p, const struct edge *e, double y)
{
	page_format(p, "<svg x=\"%s\" y=\"%.1f\" width=\"31%%\" height=\"%d\"><a href=\"#contact-%zu\">", e->direction == FROM ? "0" : "69%", y - BOX / 2.0, BOX, e->row);
	page_say(p, "desc", e->direction == FROM ? "contact.arrow-from" : "contact.arrow-to", WITH(AS_TEXT(e->host), AS_TEXT(e->peer), AS_TEXT(e->ways),
	    AS_COUNT(e->count), AS_COUNT(e->failed)));
	page_raw(p, "<rect class=\"cell\" width=\"100%\" height=\"100%\"/><rect class=\"edge\" width=\"100%\" height=\"100%\"/><text class=\"name\" x=\"8\" y=\"18\">");
	page_evidence(p, e->peer);
	page_raw(p, "</text><text x=\"8\" y=\"36\">");
	put_ways(p, "tspan", e->ways);
	page_say(p, "tspan", e->failed > 0 ? "contact.times-failed" : "contact.times", WITH(AS_COUNT(e->count), AS_COUNT(e->failed)));
	page_raw(p, "</text>");
	if (e->first != TRIAGE_TIME_NONE)
		page_say(p, "text class=\"soft\" x=\"8\" y=\"53\"", "contact.span", WITH(AS_TIME(page_local(p, e->first), TIME_MINUTE),
		    AS_TIME(page_local(p, e->last != TRIAGE_TIME_NONE ? e->last : e->first), TIME_MINUTE)));
	page_raw(p, "</a></svg>\n");
}

static void
put_graph(struct page *p, const struct graph *g)
{
	size_t rows = g->count[FROM] > g->count[TO] ? g->count[FROM] : g->count[TO];
	double height = (double)((rows > g->host_count ? rows : g->host_count) * PITCH);
	page_raw(p, "<figure>");
	page_say(p, "figcaption", "contact.graph", WITH(AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
	page_say(p, "p class=\"sub\"", "contact.graph-read", NULL);
	page_format(p, "<svg class=\"treemap contacts\" width=\"100%%\" height=\"%.0f\" role=\"group\"", height);
	page_label(p, "aria-label", "contact.graph", WITH(AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
	page_raw(p, "><defs><marker id=\"arrow\" class=\"tip\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerWidth=\"11\" markerHeight=\"11\" markerUnits=\"userSpaceOnUse\" "
	    "orient=\"auto\"><path d=\"M0 0L10 5L0 10z\"/></marker></defs>\n");
	for (int side = FROM; side <= TO; side++)
		for (size_t i = 0; i < g->count[side]; i++)
			put_arrow(p, g, &g->edges[side][i], middle(i, g->count[side], height), height);
	for (size_t i = 0; i < g->host_count; i++) {
		page_format(p, "\n<svg x=\"40%%\" y=\"%.1f\" width=\"20%%\" height=\"%d\"><rect class=\"cell own\" width=\"100%%\" height=\"100%%\"/>", middle(i, g->host_count, height) - BOX / 2.0, BOX);
		put_host(p, g->hosts[i]);
		page_raw(p, "</svg>");
	}
	page_raw(p, "\n");
	for (int side = FROM; side <= TO; side++)
		for (size_t i = 0; i < g->count[side]; i++)
			put_peer(p, &g->edges[side][i], middle(i, g->count[side], height));
	page_raw(p, "</svg></figure>\n");
}

/* --- the table --- */

static void
put_time_cell(struct page *p, struct case_cursor *c, size_t column)
{
	page_raw(p, "<td>");
	page_time(p, moment(c, column));
	page_raw(p, "</td>");
}

static void
put_row(struct page *p, struct case_cursor *c, size_t row)
{
	page_format(p, "<tr id=\"contact-%zu\">", row);
	put_time_cell(p, c, CASE_CONTACTS_FIRST_TIME);
	if (moment(c, CASE_CONTACTS_LAST_TIME) == moment(c, CASE_CONTACTS_FIRST_TIME))
		page_raw(p, "<td>–</td>");	/* once */
	else
		put_time_cell(p, c, CASE_CONTACTS_LAST_TIME);
	page_raw(p, "<td>");
	page_code(p, case_text(c, CASE_CONTACTS_HOST));
	page_raw(p, "</td>");
	page_say(p, "td", side_of(c) == TO ? "contact.to" : "contact.from", NULL);
	page_raw(p, "<td>");
	page_code(p, case_text(c, CASE_CONTACTS_PEER));
	page_raw(p, "</td><td>");
	page_code(p, case_text(c, CASE_CONTACTS_ACCOUNT));
	page_raw(p, "</td><td>");
	put_ways(p, "span", case_text(c, CASE_CONTACTS_PROTOCOL));
	page_raw(p, "</td><td class=\"num\">");
	page_value(p, "span", &(struct argument)AS_COUNT(case_int(c, CASE_CONTACTS_COUNT)));
	if (case_int(c, CASE_CONTACTS_FAILED) > 0)
		page_say(p, "span class=\"soft\"", "contact.failed", WITH(AS_COUNT(case_int(c, CASE_CONTACTS_FAILED))));
	page_raw(p, "</td></tr>\n");
}

/* Each of the rows that are shown, in the order of the view. */
static enum triage_status
each_contact(struct page *p, struct graph *g, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_CONTACTS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t row = 1; row <= CONTACTS_SHOWN && (st = case_next(c, err)) == TRIAGE_OK; row++) {
		if (g != NULL)
			take_contact(g, c, row);
		else
			put_row(p, c, row);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
html_contacts(struct page *p, struct triage_error *err)
{
	static const char *const heads[] = { "contact.first", "contact.last", "contact.host", "contact.way", "contact.peer", "contact.account", "contact.by", "contact.count", NULL };
	struct graph g = { 0 };
	uint64_t all = case_count(p->reader, CASE_CONTACTS);
	if (all == 0)
		return TRIAGE_OK;
	enum triage_status st = each_contact(p, &g, err);
	if (st == TRIAGE_OK && g.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the contacts");
		st = TRIAGE_E_MEMORY;
	}
	if (st == TRIAGE_OK) {
		page_section(p, "contacts", "contact.title");
		page_say(p, "p class=\"sub\"", "contact.intro", NULL);
		put_graph(p, &g);
		if (g.left_out > 0)
			page_say(p, "p class=\"note\"", "contact.not-drawn", WITH(AS_COUNT(g.left_out)));
		page_raw(p, "<div class=\"scroll\"><table class=\"sortable\">");
		page_table_head(p, "contact.title", heads);
		st = each_contact(p, NULL, err);
		page_raw(p, "</tbody></table></div>\n");
		if (all > CONTACTS_SHOWN)
			page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(all - CONTACTS_SHOWN)));
		page_raw(p, "</section>\n");
	}
	graph_release(&g);
	return st;
}
