#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <stdlib.h>
#include <string.h>

enum { GRAM_BYTES = 8192 };

static uint16_t
gram(const char *p)
{
	uint32_t h = ((uint32_t)(unsigned char)p[0] << 16 | (uint32_t)(unsigned char)p[1] << 8 | (unsigned char)p[2]) * 2654435761u;
	return (uint16_t)(h >> 16);
}

/* --- the table --- */

/* The alternatives of one word behind those that are there. */
static size_t
cut_alternatives(struct command_rule *r, size_t count, const char *text)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "|");
		bool begins = size > 0 && text[0] == '<', ends = size > 1 && text[size - 1] == '>';
		struct command_word w = { .text = text + begins, .size = size - (size_t)begins - (size_t)ends, .begins = begins, .ends = ends };
		w.has_gram = w.size >= 3;
		w.gram = w.has_gram ? gram(w.text) : 0;
		if (size > 0)
			r->words[count++] = w;
		text += size + (text[size] == '|');
	}
	return count;
}

static bool
cut_words(struct command_rule *r, const char *without)
{
	size_t count = 0, room = 2;
	for (const char *p = r->text; *p != '\0'; p++)
		room += *p == '|' || *p == '&';
	for (const char *p = without; *p != '\0'; p++)
		room += *p == '|';
	r->words = calloc(room, sizeof(*r->words));
	for (char *at = r->text; at[0] != '\0' && r->words != NULL;) {
		char *end = strstr(at, " & ");
		size_t begin = count;
		if (r->word_count == COMMAND_WORDS_MAX)
			return false;
		if (end != NULL)
			*end = '\0';
		r->ends[r->word_count++] = count = cut_alternatives(r, count, at);
		if (count == begin + 1 && r->words[begin].has_gram && r->gram_count < COMMAND_GRAMS_MAX)
			r->grams[r->gram_count++] = r->words[begin].gram;
		at = end != NULL ? end + 3 : at + strlen(at);
	}
	if (r->words != NULL)
		r->ends[r->word_count] = cut_alternatives(r, count, without);
	return r->word_count > 0;
}

static bool
take_scope(struct command_rule *r, const char *word)
{
	static const char *const words[] = { "any", "command", "script", "service" };
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0) {
			r->scope = (enum command_scope)i;
			return true;
		}
	return false;
}

enum triage_status
commands_load(struct commands *c, const struct detections *d, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "detection", "in", "words", "not" };
	size_t columns[sizeof(names) / sizeof(names[0])], count = table_rows(table);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &columns[i], err);
	if (st != TRIAGE_OK)
		return st;
	c->list = calloc(count + 1, sizeof(*c->list));
	if (c->list == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = 0; row < count && st == TRIAGE_OK; row++) {
		struct command_rule *r = &c->list[c->count++];
		r->text = strdup(table_cell(table, row, columns[2]));
		st = detections_named(d, path, row, table_cell(table, row, columns[0]), &r->detection, err);
		if (st == TRIAGE_OK && (r->text == NULL || !cut_words(r, table_cell(table, row, columns[3]))))
			return detections_bad(path, row, "no words, or too many", table_cell(table, row, columns[2]), err);
		if (st == TRIAGE_OK && !take_scope(r, table_cell(table, row, columns[1])))
			return detections_bad(path, row, "in is not any, command, script or service", table_cell(table, row, columns[1]), err);
	}
	return st;
}

void
commands_release(struct commands *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].text);
		free(c->list[i].words);
	}
	free(c->list);
	*c = (struct commands){ 0 };
}

/* --- a text before the table --- */

void
command_plain(struct buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		char c = *p;
		if (c == '"' || c == '\'' || c == '^' || c == '`' || c == '\r')
			continue;
		if (c == '\t')
			c = ' ';
		if (c == ' ' && out->size > 0 && out->data[out->size - 1] == ' ')
			continue;
		if (c == '|')
			buf_text(out, "\xc2\xa6");	/* a broken bar: the bar itself parts alternatives in the table */
		else
			buf_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
line_has(const char *line, size_t room, const struct command_word *w)
{
	const char *end = line + room;
	for (const char *p = line; (p = memmem(p, (size_t)(end - p), w->text, w->size)) != NULL && p < end; p++)
		if ((!w->begins || p == line || !is_word(p[-1])) && (!w->ends || !is_word(p[w->size])))
			return true;
	return false;
}

/* grams: of the whole text, by which most words are known not to be there; NULL: not known. */
static bool
may_have(const unsigned char *grams, const struct command_word *w)
{
	return grams == NULL || !w->has_gram || (grams[w->gram >> 3] & 1 << (w->gram & 7)) != 0;
}

/* Whether any alternative of the i-th word stands in a line; line NULL: whether one can, by the grams. */
static bool
has_word(const struct command_rule *rule, size_t i, const char *line, size_t room, const unsigned char *grams)
{
	for (size_t k = i > 0 ? rule->ends[i - 1] : 0; k < rule->ends[i]; k++)
		if (may_have(grams, &rule->words[k]) && (line == NULL || line_has(line, room, &rule->words[k])))
			return true;
	return false;
}

static bool
fits_in(const struct command_rule *rule, const char *line, const unsigned char *grams)
{
	size_t room = strlen(line);
	for (size_t i = 0; i < rule->word_count; i++)
		if (!has_word(rule, i, line, room, grams))
			return false;
	return !has_word(rule, rule->word_count, line, room, grams);
}

bool
command_fits(const struct command_rule *rule, const char *line)
{
	return fits_in(rule, line, NULL);
}

struct commands_state {
	unsigned char grams[GRAM_BYTES];	/* which runs of three characters, hashed, the text at hand holds */
};

static void
mark_grams(unsigned char *grams, const struct buf *text)
{
	memset(grams, 0, GRAM_BYTES);
	for (size_t i = 0; i + 2 < text->size; i++) {
		uint16_t g = gram(text->data + i);
		grams[g >> 3] |= (unsigned char)(1 << (g & 7));
	}
}

static bool
may_fit(const struct command_rule *r, const unsigned char *grams, enum command_scope scope)
{
	if (r->scope != COMMAND_ANY && r->scope != scope)
		return false;
	for (size_t i = 0; i < r->gram_count; i++)
		if ((grams[r->grams[i] >> 3] & 1 << (r->grams[i] & 7)) == 0)
			return false;
	for (size_t i = 0; i < r->word_count; i++)
		if (!has_word(r, i, NULL, 0, grams))
			return false;
	return true;
}

static void
found(struct detect_judge *j, const struct command_rule *r, const struct happening *h, const char *line)
{
	struct fold *f = judge_claim_event(j, r->detection, h, "", r->detection->severity);
	if (f == NULL)
		return;
	size_t size = words_cut(line, 300);
	fold_reason(&j->folds, f, "Command: %.*s%s", (int)size, line, line[size] != '\0' ? "..." : "");
}

static void
try_text(struct detect_judge *j, struct commands_state *s, const struct happening *h, enum command_scope scope)
{
	const struct commands *c = &j->tables->commands;
	if (j->scratch.size < 3)
		return;
	mark_grams(s->grams, &j->scratch);
	for (size_t i = 0; i < c->count; i++) {
		if (!may_fit(&c->list[i], s->grams, scope))
			continue;
		for (char *line = j->scratch.data; *line != '\0';) {
			char *end = strchr(line, '\n');
			if (end != NULL)
				*end = '\0';
			bool fits = fits_in(&c->list[i], line, s->grams);
			if (fits)
				found(j, &c->list[i], h, line);
			if (end != NULL)
				*end = '\n';
			if (fits || end == NULL)
				break;
			line = end + 1;
		}
	}
}

/* Where a command stands in the events of a parser. join: the values are parts of one line. */
struct place_of_command {
	const char *parser;
	int64_t event_id;		/* -1: any */
	enum command_scope scope;
	bool join;
	const char *fields[4];
};

static const struct place_of_command command_places[] = {
	{ "evtx", 1, COMMAND_LINE, false, { "command_line" } }, { "evtx", 4688, COMMAND_LINE, false, { "command_line" } },
	{ "evtx", 4104, COMMAND_SCRIPT, false, { "script_block_text" } }, { "evtx", 4103, COMMAND_SCRIPT, false, { "payload" } },
	{ "evtx", 400, COMMAND_SCRIPT, false, { "data" } }, { "evtx", 800, COMMAND_SCRIPT, false, { "data" } },
	{ "evtx", 7045, COMMAND_SERVICE, false, { "image_path" } }, { "evtx", 4697, COMMAND_SERVICE, false, { "service_file_name" } },
	{ "evtx", 4698, COMMAND_LINE, false, { "task_content" } }, { "evtx", 4702, COMMAND_LINE, false, { "task_content_new" } },
	{ "evtx", 5861, COMMAND_LINE, false, { "consumer", "possible_cause" } }, { "evtx", 20, COMMAND_LINE, false, { "destination" } },
	{ "evtx", 13, COMMAND_LINE, false, { "details" } },
	{ "registry.run", -1, COMMAND_LINE, false, { "data" } }, { "registry.autostart", -1, COMMAND_LINE, false, { "data" } },
	{ "registry.winlogon", -1, COMMAND_LINE, false, { "data" } }, { "registry.ifeo", -1, COMMAND_LINE, false, { "data" } },
	{ "registry.mru", -1, COMMAND_LINE, false, { "item", "data", "path" } }, { "registry.classes", -1, COMMAND_LINE, false, { "data" } },
	{ "registry.services", -1, COMMAND_SERVICE, false, { "image_path", "failure_command" } },
	{ "task", -1, COMMAND_LINE, true, { "command", "arguments" } }, { "task.job", -1, COMMAND_LINE, true, { "command", "arguments" } },
	{ "cron", -1, COMMAND_LINE, false, { "command" } }, { "systemd_unit", -1, COMMAND_LINE, false, { "exec_start", "exec_start_pre", "exec_stop" } },
	{ "shell_history", -1, COMMAND_LINE, false, { "command", "commands" } }, { "powershell_history", -1, COMMAND_SCRIPT, false, { "command", "commands" } },
	{ "powershell_transcript", -1, COMMAND_SCRIPT, false, { "command", "commands" } }, { "esxi", -1, COMMAND_LINE, false, { "command" } },
	{ "audit", -1, COMMAND_LINE, false, { "command", "command_line" } }, { "syslog", -1, COMMAND_LINE, false, { "command" } }, { "journal", -1, COMMAND_LINE, false, { "command" } },
	{ "wmi.consumer", -1, COMMAND_LINE, false, { "command", "text", "texts" } }, { "lnk", -1, COMMAND_LINE, true, { "target", "arguments" } },
	{ "jumplist", -1, COMMAND_LINE, true, { "target", "arguments" } }, { "custom_destinations", -1, COMMAND_LINE, true, { "target", "arguments" } },
	{ "docker", -1, COMMAND_LINE, true, { "path", "arguments" } }, { "group_policy_script", -1, COMMAND_LINE, true, { "command", "parameters" } },
	{ "defender_log", -1, COMMAND_LINE, false, { "command_line" } }, { "bits_old", -1, COMMAND_LINE, false, { "command", "arguments" } },
};

static void
try_place(struct detect_judge *j, struct commands_state *s, struct happening *h, const struct place_of_command *p)
{
	buf_clear(&j->scratch);
	for (size_t i = 0; i < sizeof(p->fields) / sizeof(p->fields[0]) && p->fields[i] != NULL; i++) {
		const char *value;
		for (size_t at = 0; (value = happening_next(h, p->fields[i], &at)) != NULL;) {
			command_plain(&j->scratch, value);
			buf_char(&j->scratch, p->join ? ' ' : '\n');
		}
	}
	if (j->scratch.failed)
		judge_remark(j, "A script was too long to be looked through.");
	else
		try_text(j, s, h, p->scope);
}

static enum triage_status
commands_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct commands_state *s = state;
	int64_t id = words_event_id(h->event);
	(void)err;
	for (size_t i = 0; i < sizeof(command_places) / sizeof(command_places[0]); i++) {
		const struct place_of_command *p = &command_places[i];
		if ((p->event_id == -1 || p->event_id == id) && p->parser[0] == h->event->parser[0] && strcmp(p->parser, h->event->parser) == 0)
			try_place(j, s, h, p);
	}
	return TRIAGE_OK;
}

const struct detector commands_detector = { .name = "commands", .state_size = sizeof(struct commands_state), .event = commands_event };
