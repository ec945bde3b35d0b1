/* html_damage.c - the damage map: how fast, what was done to files, where in the tree, which kinds of files, what was spared. */
#include "triage/report/chart.h"
#include "triage/report/damage_tree.h"

#include "triage/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES_SHOWN = 20, UNTOUCHED_SHOWN = 30, UNTOUCHED_FILES = 5, UNTOUCHED_DEPTH = 2, TEXT_MAX = 1 << 20 };
enum { STYLE_NAME, STYLE_FILES, STYLE_BYTES, STYLE_HURT };	/* columns of CASE_DAMAGE_STYLES */

int64_t
damage_share(uint64_t part, uint64_t whole)
{
	if (whole == 0 || part >= whole)
		return whole == 0 ? 0 : 1000;
	int64_t tenths = (int64_t)((long double)part * 1000 / (long double)whole + 0.5L);
	return tenths > 999 ? 999 : tenths == 0 && part > 0 ? 1 : tenths;
}

/* --- how fast --- */

struct rate {
	int64_t start, step;		/* seconds, local */
	uint64_t counts[BUCKETS_MAX];
	size_t count;
	uint64_t merged;		/* steps of the judge in one of ours */
};

static int64_t
json_number(const struct json *j)
{
	int64_t n;
	return json_int(j, &n) ? n : 0;
}

/* Counts of an array into at most BUCKETS_MAX buckets: neighbours are joined when there are more. */
static bool
read_counts(struct json *j, struct rate *r)
{
	if (json_next(j) != JSON_ARRAY)
		return json_skip(j);
	struct json ahead = *j;
	size_t all = 0;
	while (json_next(&ahead) == JSON_NUMBER)
		all++;
	r->merged = all / BUCKETS_MAX + 1;
	for (size_t i = 0; json_next(j) == JSON_NUMBER; i++) {
		int64_t n = json_number(j);
		size_t at = i / r->merged;
		if (at >= BUCKETS_MAX)
			continue;
		r->counts[at] += n > 0 ? (uint64_t)n : 0;
		r->count = at + 1;
	}
	return j->event == JSON_ARRAY_END;
}

static void
read_rate(struct page *p, struct json *j, struct rate *r)
{
	SCOPED_BUF start;
	buf_init(&start, 100);
	int64_t ns = TRIAGE_TIME_NONE, minutes = 0;
	bool ok = json_next(j) == JSON_OBJECT;
	while (ok && json_next(j) == JSON_KEY) {
		if (json_is(j, "start")) {
			ok = json_next(j) == JSON_STRING;
			json_string(j, &start);
		} else if (json_is(j, "step_minutes")) {
			ok = json_next(j) == JSON_NUMBER;
			minutes = ok ? json_number(j) : 0;
		} else if (json_is(j, "counts")) {
			ok = read_counts(j, r);
		} else {
			ok = json_skip(j);
		}
	}
	if (!ok || !when_parse(buf_cstr(&start), &ns) || minutes <= 0 || minutes > 1000000 || r->merged > 1000000) {
		r->count = 0;
		return;
	}
	r->start = page_local(p, ns) / 1000000000;
	r->step = minutes * 60 * (int64_t)r->merged;
}

static void
put_rate(struct page *p)
{
	struct rate r = { 0 };
	struct json j;
	SCOPED_BUF text;
	buf_init(&text, TEXT_MAX);
	buf_text(&text, case_meta(p->reader, "ransomware.window"));
	json_start(&j, buf_cstr(&text), text.size);
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY)
		if (json_is(&j, "rate")) {
			read_rate(p, &j, &r);
			break;
		} else {
			ok = json_skip(&j);
		}
	if (r.count < 2)
		return;
	struct chart chart = { .count = r.count, .form = TIME_MINUTE, .even = true };
	for (size_t i = 0; i <= r.count; i++)
		chart.starts[i] = r.start + (int64_t)i * r.step;
	for (size_t i = 0; i < r.count; i++)
		chart.moments[i] = r.counts[i];
	page_say(p, "h3", "damage.rate", NULL);
	page_say(p, "p class=\"sub\"", "damage.rate-zone", WITH(AS_TEXT(p->zone != NULL ? p->zone_name : "UTC"), AS_COUNT(r.step / 60)));
	chart_draw(p, &chart, "damage.rate-files");
}

/* --- what was done --- */

static enum triage_status
put_styles(struct page *p, uint64_t all, struct triage_error *err)
{
	static const char *const heads[] = { "damage.style", "damage.files", "damage.share", "damage.bytes", "damage.hurt-bytes", "damage.hope", NULL };
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_DAMAGE_STYLES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	page_say(p, "h3", "damage.styles", NULL);
	page_raw(p, "<div class=\"scroll\"><table>");
	page_table_head(p, "damage.styles", heads);
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		char word[32], room[64];
		snprintf(word, sizeof(word), "%s", case_text(c, STYLE_NAME));
		page_raw(p, "<tr>");
		page_say(p, "th scope=\"row\"", key_or(p, room, "damage-style", word, "damage-style.other"), NULL);
		page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(case_int(c, STYLE_FILES)));
		page_value(p, "td class=\"num\"", &(struct argument)AS_SHARE(damage_share((uint64_t)case_int(c, STYLE_FILES), all)));
		page_value(p, "td class=\"num\"", &(struct argument)AS_BYTES(case_int(c, STYLE_BYTES)));
		if (case_null(c, STYLE_HURT))
			page_raw(p, "<td class=\"num\">–</td>");
		else
			page_value(p, "td class=\"num\"", &(struct argument)AS_BYTES(case_int(c, STYLE_HURT)));
		page_say(p, "td", key_or(p, room, "damage-hope", word, "damage-hope.other"), NULL);
		page_raw(p, "</tr>\n");
	}
	case_cursor_close(c);
	page_raw(p, "</tbody></table></div>\n");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- types, and what was spared --- */

struct type_row {
	char name[40];
	uint64_t files, damaged, bytes;
};

struct sums {
	struct type_row types[TYPES_SHOWN];
	size_t type_count;
	uint64_t types_more, files, damaged, older, spared_more;
	size_t spared;
	char *names[UNTOUCHED_SHOWN];
};

/* Kept in order: most damaged files first. */
static void
keep_type(struct sums *s, struct case_cursor *c)
{
	struct type_row row = { .files = (uint64_t)case_int(c, CASE_DAMAGE_FILES), .damaged = (uint64_t)case_int(c, CASE_DAMAGE_DAMAGED_FILES),
		.bytes = (uint64_t)case_int(c, CASE_DAMAGE_DAMAGED_BYTES) };
	if (row.damaged == 0)
		return;
	snprintf(row.name, sizeof(row.name), "%s", case_text(c, CASE_DAMAGE_NAME));
	size_t at = s->type_count;
	while (at > 0 && s->types[at - 1].damaged < row.damaged)
		at--;
	if (s->type_count == TYPES_SHOWN)
		s->types_more++;
	else
		s->type_count++;
	if (at == TYPES_SHOWN)
		return;
	memmove(s->types + at + 1, s->types + at, (s->type_count - 1 - at) * sizeof(row));
	s->types[at] = row;
}

static void
keep_spared(struct sums *s, struct case_cursor *c)
{
	if (case_int(c, CASE_DAMAGE_DEPTH) > UNTOUCHED_DEPTH || case_int(c, CASE_DAMAGE_FILES) < UNTOUCHED_FILES || case_int(c, CASE_DAMAGE_DAMAGED_FILES) > 0 ||
	    case_int(c, CASE_DAMAGE_RENAMED) > 0)
		return;
	const char *name = case_text(c, CASE_DAMAGE_NAME);
	/* a folder in one that is named already says nothing new: they come in order of their names */
	if (s->spared > 0) {
		const char *last = s->names[s->spared - 1];
		size_t size = strlen(last);
		if (strncmp(last, name, size) == 0 && name[size] == '/')
			return;
	}
	char *copy = s->spared < UNTOUCHED_SHOWN ? strdup(name) : NULL;
	if (copy == NULL)
		s->spared_more++;
	else
		s->names[s->spared++] = copy;
}

static enum triage_status
read_sums(struct page *p, struct sums *s, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_DAMAGE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *scope = case_text(c, CASE_DAMAGE_SCOPE);
		if (strcmp(scope, "type") == 0)
			keep_type(s, c);
		else if (strcmp(scope, "department") == 0)
			keep_spared(s, c);
		else if (strcmp(scope, "case") == 0) {
			s->files = (uint64_t)case_int(c, CASE_DAMAGE_FILES);
			s->damaged = (uint64_t)case_int(c, CASE_DAMAGE_DAMAGED_FILES);
			s->older = (uint64_t)case_int(c, CASE_DAMAGE_OLDER_COPIES);
		}
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static void
put_types(struct page *p, const struct sums *s)
{
	static const char *const heads[] = { "damage.type", "damage.files", "damage.hurt", "damage.share", "damage.hurt-size", NULL };
	if (s->type_count == 0)
		return;
	page_raw(p, "<details open>");
	page_say(p, "summary", "damage.types", NULL);
	page_raw(p, "<div class=\"scroll\"><table class=\"narrow sortable\">");
	page_table_head(p, "damage.types", heads);
	for (size_t i = 0; i < s->type_count; i++) {
		const struct type_row *t = &s->types[i];
		page_raw(p, "<tr><th scope=\"row\"><code>.");
		page_text(p, t->name);
		page_raw(p, "</code></th>");
		damage_cells(p, t->files, t->damaged, t->bytes);
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</tbody></table></div>");
	if (s->types_more > 0)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(s->types_more)));
	page_raw(p, "</details>\n");
}

static void
put_spared(struct page *p, const struct sums *s)
{
	if (s->spared == 0)
		return;
	page_say(p, "p class=\"label\"", "damage.spared", NULL);
	page_raw(p, "<ul class=\"spared\">");
	for (size_t i = 0; i < s->spared; i++) {
		page_raw(p, "<li>");
		page_code(p, s->names[i]);
		page_raw(p, "</li>");
	}
	page_raw(p, "</ul>\n");
	if (s->spared_more > 0)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(s->spared_more)));
}

/* Numbers of a row: all files, damaged ones, their share, their bytes. */
void
damage_cells(struct page *p, uint64_t files, uint64_t damaged, uint64_t bytes)
{
	int64_t share = damage_share(damaged, files);
	page_format(p, "<td class=\"num\" data-sort=\"%ju\">", (uintmax_t)files);
	page_value(p, "span", &(struct argument)AS_COUNT(files));
	page_format(p, "</td><td class=\"num\" data-sort=\"%ju\">", (uintmax_t)damaged);
	page_value(p, "span", &(struct argument)AS_COUNT(damaged));
	page_format(p, "</td><td class=\"num\" data-sort=\"%jd\">", (intmax_t)share);
	page_value(p, "span", &(struct argument)AS_SHARE(share));
	page_format(p, "</td><td class=\"num\" data-sort=\"%ju\">", (uintmax_t)bytes);
	page_value(p, "span", &(struct argument)AS_BYTES(bytes));
	page_raw(p, "</td>");
}

static enum triage_status
put_section(struct page *p, const struct sums *s, struct triage_error *err)
{
	page_section(p, "damage", "damage.title");
	page_say(p, "p", "damage.intro", WITH(AS_COUNT(s->damaged), AS_COUNT(s->files), AS_SHARE(damage_share(s->damaged, s->files))));
	if (s->older > 0)
		page_say(p, "p", "damage.older", WITH(AS_COUNT(s->older)));
	enum triage_status st = html_damage_map(p, err);
	if (st == TRIAGE_OK) {
		put_spared(p, s);
		st = put_styles(p, s->files, err);
	}
	if (st != TRIAGE_OK)
		return st;
	put_types(p, s);
	put_rate(p);
	page_raw(p, "</section>\n");
	return TRIAGE_OK;
}

enum triage_status
html_damage(struct page *p, struct triage_error *err)
{
	struct sums s = { 0 };
	if (!html_has(p, "damage"))
		return TRIAGE_OK;
	enum triage_status st = read_sums(p, &s, err);
	if (st == TRIAGE_OK)
		st = put_section(p, &s, err);
	for (size_t i = 0; i < s.spared; i++)
		free(s.names[i]);
	return st;
}
