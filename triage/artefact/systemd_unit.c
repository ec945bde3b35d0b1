/*
 * systemd_unit.c - services and timers of systemd: what is started, by whom and when.
 *
 * Sections in brackets, NAME=value, a line that ends in a backslash goes on. Source: systemd.unit(5), systemd.service(5), systemd.timer(5). Told with the
 * time at which the file was last written. Units of the distribution are told too: what is new among them shows by its time.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 200, VALUES = 12, VALUE_MAX = 8 << 10 };

/* Names whose values are told; those that may come more than once are joined by LF. */
static const char *const names[VALUES] = { "Description", "ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "User", "Environment", "OnCalendar", "OnBootSec",
	"OnUnitActiveSec", "Unit", "WantedBy" };
enum { DESCRIPTION, EXEC_START, EXEC_START_PRE, EXEC_START_POST, EXEC_STOP, USER, ENVIRONMENT, ON_CALENDAR, ON_BOOT, ON_ACTIVE, UNIT, WANTED_BY };
static const char *const keys[VALUES] = { "description", "exec_start", "exec_start_pre", "exec_start_post", "exec_stop", "user", "environment", "on_calendar", "on_boot",
	"on_active", "unit", "wanted_by" };

struct state {
	struct log_lines lines;
	struct buf values[VALUES];
	char section[32];
	int current;			/* the name that goes on, -1 for none */
	bool begun, service, timer, continues;
};

static bool
is_service(const char *line)
{
	return strcmp(line, "[Service]") == 0 || strcmp(line, "[Timer]") == 0;
}

static bool
is_body(const char *line)
{
	return strcmp(line, "[Unit]") == 0 || strcmp(line, "[Install]") == 0 || strncmp(line, "ExecStart=", 10) == 0 || strncmp(line, "OnCalendar=", 11) == 0 ||
	    strncmp(line, "OnBootSec=", 10) == 0 || strncmp(line, "OnUnitActiveSec=", 16) == 0 || strncmp(line, "Environment=", 12) == 0;
}

static bool
is_unit_line(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
	return line[0] == '[' || line[0] == '#' || line[0] == ';' || line[0] == ' ' || line[0] == '\t' || (n > 0 && (line[n] == '=' || line[n] == ' '));
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	/* most files end here */
	if (memmem(head.data, head.size, "[Service]", 9) == NULL && memmem(head.data, head.size, "[Timer]", 7) == NULL)
		return false;
	bool shape = log_head_count(head, LOOK, is_service, &looked) > 0 && log_head_count(head, LOOK, is_unit_line, &looked) * 2 >= looked;
	return shape && (log_head_count(head, LOOK, is_body, &looked) > 0 || unix_path_has(who, "/systemd/"));
}

static int
name_index(const char *line, size_t size)
{
	for (int i = 0; i < VALUES; i++)
		if (strlen(names[i]) == size && strncmp(line, names[i], size) == 0)
			return i;
	return -1;
}

static bool
add_value(struct state *s, int index, const char *text, bool joined)
{
	struct buf *b = &s->values[index];
	size_t n = strlen(text);
	bool goes_on = n > 0 && text[n - 1] == '\\';
	n -= goes_on;
	s->continues = goes_on;
	if (b->size + n + 1 >= VALUE_MAX)
		return false;
	if (b->size > 0)
		buf_char(b, joined ? ' ' : '\n');
	buf_put(b, text, n);
	return true;
}

static enum triage_status
take_value(struct artefact *a, struct state *s, const char *text, bool joined, const struct log_line *line, struct triage_error *err)
{
	size_t size = strlen(text);
	if (s->current < 0) {
		s->continues = size > 0 && text[size - 1] == '\\';
		return TRIAGE_OK;
	}
	if (add_value(s, s->current, text, joined))
		return TRIAGE_OK;
	return artefact_remark(a, TRIAGE_LOW, "value-too-long", line->offset, line->size, err, "%s is longer than %u KiB: line %ju is left out", names[s->current],
	    (unsigned)(VALUE_MAX >> 10), (uintmax_t)line->number);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	const char *text = line->text + strspn(line->text, " \t");
	if (!s->begun) {
		s->begun = true;
		s->current = -1;
		for (int i = 0; i < VALUES; i++)
			buf_init(&s->values[i], VALUE_MAX);
	}
	if (*text == '#' || *text == ';')
		return TRIAGE_OK;
	if (s->continues)
		return take_value(a, s, text, true, line, err);
	if (*text == '[') {
		snprintf(s->section, sizeof(s->section), "%.31s", text);
		s->service = s->service || strcmp(text, "[Service]") == 0;
		s->timer = s->timer || strcmp(text, "[Timer]") == 0;
		return TRIAGE_OK;
	}
	size_t n = strcspn(text, "=");
	const char *value = text[n] == '=' ? text + n + 1 : "";
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	s->current = name_index(text, n);
	return take_value(a, s, value + strspn(value, " \t"), false, line, err);
}

static enum triage_status
send_unit(struct artefact *a, struct state *s, struct triage_error *err)
{
	const struct artefact_subject *who = artefact_who(a);
	const char *description = buf_cstr(&s->values[DESCRIPTION]), *start = buf_cstr(&s->values[EXEC_START]);
	artefact_event(a, who->mtime, s->timer ? "timer last written" : "service last written");
	artefact_precision(a, "ns");
	artefact_offset(a, 0);
	artefact_source(a, s->timer ? "cron" : "other");
	artefact_text(a, "name", who->name);
	for (int i = 0; i < VALUES; i++)
		artefact_text(a, keys[i], buf_cstr(&s->values[i]));
	artefact_user(a, buf_cstr(&s->values[USER]));
	/* those of the distribution are as they should be */
	if (!unix_path_has(who, "/usr/lib/systemd/") && strncmp(who->path, "/lib/systemd/", 13) != 0)
		artefact_technique(a, s->timer ? "T1053.006" : "T1543.002");
	if (s->timer) {
		const char *calendar = buf_cstr(&s->values[ON_CALENDAR]);
		artefact_message(a, "Timer %s%s%s%s%s%s%s", who->name, description[0] != '\0' ? ", " : "", description, calendar[0] != '\0' ? ": " : "", calendar,
		    s->values[UNIT].size > 0 ? ", starts " : "", buf_cstr(&s->values[UNIT]));
	} else {
		artefact_message(a, "Service %s%s%s: %s", who->name, description[0] != '\0' ? ", " : "", description, start[0] != '\0' ? start : "starts no program of its own");
	}
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	if (st != TRIAGE_OK || !last || !s->begun)
		return st;
	if (!s->service && !s->timer)
		return artefact_remark(a, TRIAGE_LOW, "unit-damaged", 0, 0, err, "a unit without [Service] and [Timer]");
	return send_unit(a, s, err);
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	for (int i = 0; i < VALUES; i++)
		buf_release(&s->values[i]);
}

const struct artefact_kind artefact_systemd_unit = {
	.name = "systemd_unit",
	.source = "other",
	.title = "services and timers of systemd",
	.yields = "which programs systemd starts, as which user and when",
	.reference = "systemd.unit(5), systemd.service(5), systemd.timer(5)",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};
