/* w3c.c - logs in the extended format of the W3C. Source: W3C working draft WD-logfile-960323, what IIS, Exchange and the Windows firewall write. */
#include "triage/artefact/w3c.h"

#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEAD_LINES = 12, HEAD_BYTES = 16 << 10 };

struct call {
	struct w3c *w;
	w3c_take *take;
	void *state;
};

bool
w3c_head(struct view head, const char *key, char *out, size_t size)
{
	char line[W3C_NAMES];
	/* the lines of "#" are at the front; most files have none */
	if (head.size > HEAD_BYTES)
		head.size = HEAD_BYTES;
	if (head.size == 0 || memchr(head.data, '#', head.size < HEAD_BYTES / 4 ? head.size : HEAD_BYTES / 4) == NULL)
		return false;
	for (size_t i = 0; i < HEAD_LINES && log_head_line(head, i, line, sizeof(line)); i++)
		if (line[0] == '#' && text_begins(line + 1, key)) {
			text_between(line, ":", NULL, out, size);
			return true;
		}
	return false;
}

const char *
w3c_name(const struct w3c *w, size_t column)
{
	return column < w->columns ? w->names + w->name_at[column] : "";
}

int
w3c_column(const struct w3c *w, const char *name)
{
	for (size_t i = 0; i < w->columns; i++)
		if (strcasecmp(w3c_name(w, i), name) == 0)
			return (int)i;
	return -1;
}

const char *
w3c_value(const struct w3c *w, const struct w3c_line *line, const char *name)
{
	int column = w3c_column(w, name);
	return column >= 0 ? line->values[column] : "";
}

static void
part_names(struct w3c *w, const char *names)
{
	size_t used = 0;
	w->columns = 0;
	w->commas = strchr(names, ',') != NULL;
	while (*names != '\0' && w->columns < W3C_COLUMNS) {
		size_t n = strcspn(names, w->commas ? "," : " \t");
		const char *name = names;
		names += n + (names[n] != '\0');
		while (n > 0 && (*name == ' ' || *name == '\t'))
			name++, n--;
		if (n == 0)
			continue;
		if (used + n + 1 > sizeof(w->names))
			return;
		w->name_at[w->columns++] = (uint16_t)used;
		memcpy(w->names + used, name, n);
		used += n;
		w->names[used++] = '\0';
	}
}

static void
take_names(struct w3c *w, const char *names)
{
	part_names(w, names);
	w->change++;
	w->date_at = w3c_column(w, "date");
	w->time_at = w3c_column(w, "time");
	w->local = w->date_at < 0 && w->time_at < 0 && w3c_column(w, "time-local") >= 0;
	if (w->local) {
		w->date_at = w3c_column(w, "date-local");
		w->time_at = w3c_column(w, "time-local");
	}
	w->both_at = w3c_column(w, "date-time");
	if (w->both_at < 0)
		w->both_at = w3c_column(w, "DateTime");
	/* Exchange has other names for it too; it is always the first */
	if (w->both_at < 0 && w->commas && (w->date_at < 0 || w->time_at < 0))
		w->both_at = 0;
}

static const char *
value_at(const struct w3c_line *line, int column)
{
	return column >= 0 ? line->values[column] : "";
}

/* A value in double quotes at p, up to a quote that a blank or the end follows; NULL when it is none. */
static char *
quoted_end(char *p)
{
	if (*p != '"')
		return NULL;
	for (p++; *p != '\0'; p++)
		if (*p == '"' && (p[1] == ' ' || p[1] == '\t' || p[1] == '\0'))
			return p;
	return NULL;
}

/* Part a line in place. Returns how many values there are; those beyond most are not told apart. */
static size_t
part(char *text, bool commas, bool quotes, char **values, size_t most)
{
	size_t count = 0;
	char *p = text;
	while (count < most) {
		if (!commas)
			p += strspn(p, " \t");
		if (*p == '\0')
			break;
		if (commas && *p == '"') {
			char *to = ++p;
			values[count++] = to;
			for (; *p != '\0' && !(p[0] == '"' && p[1] != '"'); *to++ = *p++)
				if (p[0] == '"')
					p++;
			bool more = *p != '\0';
			p += more;
			p += strcspn(p, ",");
			more = *p != '\0';
			*to = '\0';
			if (!more)
				break;
			p++;
			continue;
		}
		char *end = quotes && !commas ? quoted_end(p) : NULL;
		values[count++] = p + (end != NULL);
		p = end != NULL ? end : p + strcspn(p, commas ? "," : " \t");
		if (*p == '\0')
			break;
		*p++ = '\0';
	}
	return count;
}

/* More values than columns: some agent was written with its blanks. They are joined again. */
static size_t
join_agent(const struct w3c *w, char **values, size_t count)
{
	size_t agent = 0;
	while (agent < w->columns && strcasestr(w3c_name(w, agent), "user-agent") == NULL)
		agent++;
	if (agent == w->columns || count <= w->columns)
		return count;
	size_t extra = count - w->columns;
	for (char *p = values[agent]; p < values[agent + extra]; p++)
		if (*p == '\0')
			*p = ' ';
	memmove(values + agent + 1, values + agent + extra + 1, (count - agent - extra - 1) * sizeof(*values));
	return w->columns;
}

static bool
take_time(const struct w3c *w, const struct w3c_line *line, struct log_time *t)
{
	char text[80];
	const char *p = text, *time = value_at(line, w->time_at), *date = value_at(line, w->date_at);
	if (time[0] != '\0' && (date[0] != '\0' || w->date[0] != '\0')) {
		snprintf(text, sizeof(text), "%.40s %.30s", date[0] != '\0' ? date : w->date, time);
	} else {
		snprintf(text, sizeof(text), "%.70s", value_at(line, w->both_at));
	}
	return log_time_iso(&p, t);
}

static enum triage_status
take_line(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct call *c = state;
	struct w3c *w = c->w;
	struct w3c_line out = { .offset = line->offset };
	char *values[2 * W3C_COLUMNS], *text = line->text;
	if (text_begins(text, "#Fields:")) {
		take_names(w, text + 8);
		return TRIAGE_OK;
	}
	if (text_begins(text, "#Date:")) {
		const char *p = text + 6 + strspn(text + 6, " \t");
		snprintf(w->date, sizeof(w->date), "%.10s", p);
		return TRIAGE_OK;
	}
	if (text_begins(text, "#Software:")) {
		w->quoted = strstr(text, "Advanced Logging") != NULL;
		return TRIAGE_OK;
	}
	if (text_begins(text, "#Log-type:")) {
		text_between(text, ":", NULL, w->kind, sizeof(w->kind));
		return TRIAGE_OK;
	}
	if (text[0] == '#' || text[strspn(text, " \t")] == '\0')
		return TRIAGE_OK;
	/* Exchange begins with the names, before the lines of "#" */
	if (w->columns == 0 && (text[0] < '0' || text[0] > '9'))
		return TRIAGE_OK;
	if (w->columns == 0)
		return w->headless++ > 0 ? TRIAGE_OK : artefact_remark(a, TRIAGE_LOW, "line-without-names", line->offset, line->size, err,
		    "lines from byte %ju on have no names of columns before them", (uintmax_t)line->offset);
	/* a heading in the manner of a table: the names again */
	if (w->commas && text_begins(text, w3c_name(w, 0)))
		return TRIAGE_OK;
	size_t count = join_agent(w, values, part(text, w->commas, w->quoted, values, 2 * W3C_COLUMNS));
	for (size_t i = 0; i < w->columns; i++)
		out.values[i] = i < count && strcmp(values[i], "-") != 0 ? values[i] : "";
	if (!take_time(w, &out, &out.when))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju has no time", (uintmax_t)line->number);
	if (count != w->columns) {
		enum triage_status st = artefact_remark(a, TRIAGE_LOW, "line-short", line->offset, line->size, err, "line %ju has %zu values for %zu columns",
		    (uintmax_t)line->number, count, w->columns);
		if (st != TRIAGE_OK)
			return st;
	}
	return c->take(a, c->state, &out, err);
}

enum triage_status
w3c_step(struct artefact *a, struct w3c *w, struct view bytes, uint64_t at, bool last, size_t *ret_used, w3c_take *take, void *state,
    struct triage_error *err)
{
	struct call c = { w, take, state };
	return log_lines_step(a, &w->lines, bytes, at, last, ret_used, take_line, &c, err);
}

void
w3c_release(struct w3c *w)
{
	log_lines_release(&w->lines);
}
