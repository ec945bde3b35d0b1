/*
 * docker.c - containers of Docker: what they are (config.v2.json) and what they printed (ID-json.log).
 *
 * A line of the log is {"log":"text\n","stream":"stdout","time":"2023-11-14T22:13:20.123456789Z"}. A line without its end in "log" goes on in the next. The settings of a
 * container are one JSON object with Created, State.StartedAt, State.FinishedAt, Path, Args, Config.Image. Times are UTC.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 10, SETTINGS_MOST = 4 << 20, TEXT_MAX = 64 << 10 };

struct state {
	struct log_lines lines;
	struct buf whole;		/* of the settings */
	struct buf text, time, stream;
	bool begun, settings;
};

static bool
is_log_line(const char *line)
{
	return strncmp(line, "{\"log\":\"", 8) == 0 && strstr(line, ",\"time\":\"") != NULL;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, is_log_line, &looked);
	if (good > 0 && 2 * good >= looked)
		return true;
	/* the settings are one long line */
	return unix_named(who, "config.v2.json") && head.size > 2 && head.data[0] == '{';
}

static int64_t
time_of(const char *text)
{
	struct log_time t;
	const char *p = text;
	return log_time_iso(&p, &t) && !t.local ? t.ns : TRIAGE_TIME_NONE;
}

static void
begin(struct artefact *a, struct state *s)
{
	s->begun = true;
	s->settings = unix_named(artefact_who(a), "config.v2.json");
	buf_init(&s->whole, SETTINGS_MOST);
	buf_init(&s->text, 4 * TEXT_MAX);
	buf_init(&s->time, 128);
	buf_init(&s->stream, 64);
}

/* --- what it printed --- */

static enum triage_status
take_log(struct artefact *a, struct state *s, const struct log_line *line, struct triage_error *err)
{
	struct json j;
	json_start(&j, line->text, line->size);
	bool ok = json_next(&j) == JSON_OBJECT;
	buf_clear(&s->time);
	buf_clear(&s->stream);
	buf_clear(&s->text);
	while (ok && json_next(&j) == JSON_KEY) {
		struct buf *into = json_is(&j, "log") ? &s->text : json_is(&j, "time") ? &s->time : json_is(&j, "stream") ? &s->stream : NULL;
		if (into == NULL) {
			ok = json_skip(&j);
			continue;
		}
		ok = json_next(&j) == JSON_STRING;
		if (ok)
			json_string(&j, into);
	}
	const char *text = buf_cstr(&s->text);
	int64_t time = time_of(buf_cstr(&s->time));
	/* a line that was cut still has its text, but no time */
	if (!ok || time == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no output of a container", (uintmax_t)line->number);
	size_t size = strlen(text);
	while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
		size--;
	artefact_event(a, time, "container output");
	artefact_offset(a, line->offset);
	artefact_precision(a, "ns");
	artefact_text(a, "stream", buf_cstr(&s->stream));
	artefact_bytes(a, "message", text, size);
	artefact_message(a, "Container: %.*s", (int)(size < 1800 ? size : 1800), text);
	return artefact_send(a, err);
}

/* --- what it is --- */

struct container {
	char id[80], name[128], image[256], path[512], host[128], created[64], started[64], finished[64];
	struct buf arguments, environment, mounts;
	bool privileged, cut;		/* cut: a text did not fit */
};

static void
keep(struct json *j, char *out, size_t size, bool *ret_cut)
{
	SCOPED_BUF text;
	buf_init(&text, 8192);
	json_string(j, &text);
	snprintf(out, size, "%s", buf_cstr(&text));
	*ret_cut = *ret_cut || text.failed || text.size >= size;
}

static void
keep_item(struct json *j, struct buf *into)
{
	if (into->size > 0)
		buf_char(into, '\n');
	json_string(j, into);
}

/* Strings of the object at their places: `above` is the name of the object that they lie in, "" for the outermost. */
static void
take_string(struct json *j, const char *above, const char *key, struct container *c)
{
#define PLACE(in, name, field) { in, name, offsetof(struct container, field), sizeof(((struct container *)0)->field) }
	static const struct { const char *above, *key; size_t at, size; } places[] = { PLACE("", "ID", id), PLACE("", "Name", name), PLACE("", "Path", path), PLACE("", "Created", created),
		PLACE("State", "StartedAt", started), PLACE("State", "FinishedAt", finished), PLACE("Config", "Image", image), PLACE("Config", "Hostname", host) };
#undef PLACE
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].above, above) == 0 && strcmp(places[i].key, key) == 0)
			keep(j, (char *)c + places[i].at, places[i].size, &c->cut);
	if (strcmp(above, "") == 0 && strcmp(key, "Args") == 0)
		keep_item(j, &c->arguments);
	else if (strcmp(above, "Config") == 0 && strcmp(key, "Env") == 0)
		keep_item(j, &c->environment);
	else if (strcmp(key, "Source") == 0)
		keep_item(j, &c->mounts);
}

static bool
read_settings(const char *text, size_t size, struct container *c)
{
	struct json j;
	char above[JSON_DEPTH_MAX + 2][64] = { "" }, key[64] = "";
	bool ignored = false;		/* a key that is cut is none of those looked for */
	unsigned depth = 0;
	json_start(&j, text, size);
	for (enum json_event e = json_next(&j); e != JSON_END; e = json_next(&j)) {
		if (e == JSON_ERROR)
			return false;
		if (e == JSON_KEY)
			keep(&j, key, sizeof(key), &ignored);
		else if ((e == JSON_OBJECT || e == JSON_ARRAY) && ++depth < JSON_DEPTH_MAX + 2)
			/* an array keeps the name of the object that it lies in, for its strings belong there */
			snprintf(above[depth], sizeof(above[depth]), "%s", e == JSON_ARRAY ? above[depth - 1] : depth == 1 ? "" : key);
		else if ((e == JSON_OBJECT_END || e == JSON_ARRAY_END) && depth > 0)
			depth--;
		else if (e == JSON_STRING && depth < JSON_DEPTH_MAX + 2)
			take_string(&j, above[depth], key, c);
		else if (e == JSON_TRUE && strcmp(key, "Privileged") == 0)
			c->privileged = true;
	}
	return true;
}

static enum triage_status
send_container(struct artefact *a, const struct container *c, struct triage_error *err)
{
	const struct { const char *time, *meaning; } moments[] = { { c->created, "container created" }, { c->started, "container started" }, { c->finished, "container finished" } };
	enum triage_status st = TRIAGE_OK;
	artefact_event(a, TRIAGE_TIME_NONE, "container created");
	artefact_precision(a, "ns");
	artefact_offset(a, 0);
	artefact_text(a, "id", c->id);
	artefact_text(a, "name", c->name);
	artefact_text(a, "image", c->image);
	artefact_text(a, "path", c->path);
	artefact_text(a, "arguments", buf_cstr(&c->arguments));
	artefact_text(a, "environment", buf_cstr(&c->environment));
	artefact_text(a, "mounts", buf_cstr(&c->mounts));
	artefact_text(a, "container_host", c->host);
	if (c->privileged)
		artefact_flag(a, "privileged", true);
	if (c->cut || c->arguments.failed || c->environment.failed || c->mounts.failed)
		artefact_cut(a);
	artefact_technique(a, "T1610");
	artefact_message(a, "Container %s of image %s: %s %s", c->name[0] == '/' ? c->name + 1 : c->name, c->image, c->path, buf_cstr(&c->arguments));
	for (size_t i = 0; i < 3 && st == TRIAGE_OK; i++) {
		artefact_again(a, time_of(moments[i].time), moments[i].meaning);
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
take_settings(struct artefact *a, const struct state *s, struct triage_error *err)
{
	struct container *c = calloc(1, sizeof(*c));
	enum triage_status st = TRIAGE_OK;
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a container");
		return TRIAGE_E_MEMORY;
	}
	buf_init(&c->arguments, TEXT_MAX);
	buf_init(&c->environment, TEXT_MAX);
	buf_init(&c->mounts, TEXT_MAX);
	if (!read_settings(buf_cstr(&s->whole), s->whole.size, c))
		st = artefact_remark(a, TRIAGE_LOW, "settings-damaged", 0, s->whole.size, err, "the settings of a container are no whole JSON, or larger than is read: what was read is told");
	if (st == TRIAGE_OK)
		st = send_container(a, c, err);
	buf_release(&c->arguments);
	buf_release(&c->environment);
	buf_release(&c->mounts);
	free(c);
	return st;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	return line->size == 0 ? TRIAGE_OK : take_log(a, s, line, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	if (!s->begun)
		begin(a, s);
	if (!s->settings)
		return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	size_t room = SETTINGS_MOST - s->whole.size;
	buf_put(&s->whole, bytes.data, bytes.size < room ? bytes.size : room);
	*ret_used = bytes.size;
	return last ? take_settings(a, s, err) : TRIAGE_OK;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	buf_release(&s->whole);
	buf_release(&s->text);
	buf_release(&s->time);
	buf_release(&s->stream);
}

const struct artefact_kind artefact_docker = {
	.name = "docker",
	.source = "other",
	.title = "containers of Docker",
	.yields = "which containers there were, when they ran, with which image and command, and what they printed",
	.reference = "Docker, json-file logging driver",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};
