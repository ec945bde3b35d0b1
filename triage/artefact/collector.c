/*
 * collector.c - what a collector says of the machine that it ran on: client_info.json of Velociraptor, uac.log of UAC, the console log of KAPE.
 *
 * Taken lightly: the machine's own hives and files tell it better, where they were collected.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/json.h"

#include <string.h>
#include <strings.h>

enum { WEIGHT = 10, LINES_MAX = 400, VALUE_MAX = 256, KEPT_LINES = 40, KEPT_LINE = 300 };

static bool
holds(struct view head, const char *word)
{
	return memmem(head.data, head.size, word, strlen(word)) != NULL;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), length = strlen(end);
	return size >= length && strcasecmp(text + size - length, end) == 0;
}

static bool
is_json(const struct artefact_subject *who)
{
	return ends_with(who->name, "client_info.json");
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	if (is_json(who))
		return head.size > 0 && head.data[0] == '{' && (holds(head, "\"Hostname\"") || holds(head, "\"hostname\""));
	if (strcmp(who->name, "uac.log") == 0)
		return holds(head, "Hostname:") || holds(head, "Computer Name:");
	return ends_with(who->name, "_ConsoleLog.txt") && holds(head, "KAPE") && holds(head, "Machine name:");
}

static enum triage_status
tell(struct artefact *a, const char *name, const char *value, struct triage_error *err)
{
	return value[0] != '\0' ? artefact_fact(a, "host", "", name, value, WEIGHT, err) : TRIAGE_OK;
}

/* What the log says of itself goes to the custody text: its first lines, and the last one. */
static enum triage_status
tell_lines(struct artefact *a, struct view all, struct triage_error *err)
{
	const char *line = (const char *)all.data, *end = line + all.size;
	enum triage_status st = TRIAGE_OK;
	uint64_t left_out = 0;
	for (unsigned kept = 0; line < end && st == TRIAGE_OK;) {
		char value[KEPT_LINE + 1];
		const char *stop = memchr(line, '\n', (size_t)(end - line)), *next = stop != NULL ? stop + 1 : end;
		size_t size = (size_t)((stop != NULL ? stop : end) - line);
		while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == ' '))
			size--;
		bool last = next == end;
		size = size < KEPT_LINE ? size : KEPT_LINE;
		memcpy(value, line, size);
		value[size] = '\0';
		if (size > 0 && (kept < KEPT_LINES || last) && ++kept > 0)
			st = artefact_fact(a, "collection", "", "line", value, WEIGHT, err);
		else
			left_out += size > 0;
		line = next;
	}
	if (st == TRIAGE_OK && left_out > 0)
		st = artefact_remark(a, TRIAGE_INFO, "lines-left-out", TRIAGE_NO_ID, 0, err, "%ju lines of the collector's log, between its first %d and its last one, are not quoted",
		    (uintmax_t)left_out, KEPT_LINES);
	return st;
}

static const struct {
	const char *key, *fact;
} keys[] = {
	{ "Hostname", "hostname" }, { "hostname", "hostname" }, { "Platform", "os" }, { "PlatformVersion", "version" }, { "system", "os" }, { "release", "version" },
};

static enum triage_status
parse_json(struct artefact *a, struct view all, struct triage_error *err)
{
	struct json j;
	bool told[sizeof(keys) / sizeof(keys[0])] = { false };
	enum json_event event;
	size_t key = SIZE_MAX;
	enum triage_status st = TRIAGE_OK;
	json_start(&j, (const char *)all.data, all.size);
	while (st == TRIAGE_OK && (event = json_next(&j)) != JSON_END && event != JSON_ERROR) {
		if (event == JSON_STRING && key != SIZE_MAX && !told[key]) {
			struct buf value;
			buf_init(&value, 4 * VALUE_MAX);
			json_string(&j, &value);
			st = tell(a, keys[key].fact, buf_cstr(&value), err);
			told[key] = true;
			buf_release(&value);
		}
		key = SIZE_MAX;
		for (size_t i = 0; event == JSON_KEY && i < sizeof(keys) / sizeof(keys[0]); i++)
			if (json_is(&j, keys[i].key))
				key = i;
	}
	if (st == TRIAGE_OK && j.event == JSON_ERROR)
		st = artefact_remark(a, TRIAGE_LOW, "text-damaged", j.at, all.size - j.at, err, "no JSON from byte %zu on", j.at);
	return st;
}

/* What follows label in a line, up to one of the ends. */
static bool
value_of(const char *line, size_t size, const char *label, const char *ends, char out[VALUE_MAX])
{
	const char *at = memmem(line, size, label, strlen(label));
	if (at == NULL)
		return false;
	at += strlen(label);
	size_t left = size - (size_t)(at - line), n = 0;
	while (left > 0 && *at == ' ') {
		at++;
		left--;
	}
	while (n < left && n + 1 < VALUE_MAX && strchr(ends, at[n]) == NULL)
		n++;
	memcpy(out, at, n);
	out[n] = '\0';
	return n > 0;
}

static enum triage_status
parse_lines(struct artefact *a, struct view all, struct triage_error *err)
{
	static const struct {
		const char *label, *ends, *fact;
	} labels[] = {
		{ "Machine name:", ",\r", "hostname" }, { "Hostname:", " ,\r", "hostname" }, { "Computer Name:", " ,\r", "hostname" }, { " OS:", "(\r", "os" },
		{ "Operating System:", "\r", "os" },
	};
	bool told[sizeof(labels) / sizeof(labels[0])] = { false };
	const char *line = (const char *)all.data, *end = line + all.size;
	enum triage_status st = TRIAGE_OK;
	for (unsigned n = 0; line < end && n < LINES_MAX && st == TRIAGE_OK; n++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((stop != NULL ? stop : end) - line);
		for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && st == TRIAGE_OK; i++) {
			char value[VALUE_MAX];
			if (told[i] || !value_of(line, size, labels[i].label, labels[i].ends, value))
				continue;
			told[i] = true;
			for (size_t k = strlen(value); k > 0 && value[k - 1] == ' ';)
				value[--k] = '\0';
			st = tell(a, labels[i].fact, value, err);
		}
		if (stop == NULL)
			break;
		line = stop + 1;
	}
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = is_json(artefact_who(a)) ? parse_json(a, all, err) : parse_lines(a, all, err);
	return st == TRIAGE_OK ? tell_lines(a, all, err) : st;
}

const struct artefact_kind artefact_collector = {
	.name = "collector",
	.source = "other",
	.title = "logs of a collector (Velociraptor, UAC, KAPE)",
	.yields = "name and system of the machine that was collected",
	.reference = "docs.velociraptor.app, tclahr.github.io/uac-docs, ericzimmerman.github.io/KapeDocs",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
