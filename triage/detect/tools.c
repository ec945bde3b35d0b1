#include "triage/detect/command_look.h"
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <stdlib.h>
#include <string.h>

enum { TOOLS_MAX = 512 };

/* Every glob of a list into a set; the list is cut in place. */
static enum triage_status
add_list(struct name_set *set, char **room, const char *list, size_t id, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (const char *at = list; *at != '\0' && st == TRIAGE_OK;) {
		size_t size = strcspn(at, ";");
		memcpy(*room, at, size);
		(*room)[size] = '\0';
		if (size > 0)
			st = name_set_add(set, *room, (uint32_t)id, err);
		*room += size + 1;
		at += size + (at[size] == ';');
	}
	return st;
}

static enum triage_status
take_tool(struct tool *t, const struct table *table, const size_t *c, const char *path, size_t row, struct triage_error *err)
{
	unsigned severity = 0;
	const char *word = table_cell(table, row, c[3]);
	*t = (struct tool){ .name = table_cell(table, row, c[0]), .category = table_cell(table, row, c[1]), .dual = strcmp(table_cell(table, row, c[2]), "yes") == 0,
		.technique = table_cell(table, row, c[4]), .files = table_cell(table, row, c[5]), .homes = table_cell(table, row, c[6]),
		.services = table_cell(table, row, c[7]), .keys = table_cell(table, row, c[8]), .unix_names = table_cell(table, row, c[9]), .why = table_cell(table, row, c[10]) };
	while (severity < TRIAGE_SEVERITY_COUNT && strcmp(word, triage_severity_name(severity)) != 0)
		severity++;
	if (severity == TRIAGE_SEVERITY_COUNT || t->name[0] == '\0' || t->why[0] == '\0' || row >= TOOLS_MAX)
		return detections_bad(path, row, "no severity, name or reason, or too many rows", t->name, err);
	t->severity = (enum triage_severity)severity;
	return TRIAGE_OK;
}

enum triage_status
tools_load(struct tools *t, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "tool", "category", "dual", "severity", "technique", "files", "homes", "services", "keys", "unix", "why" };
	enum { COLUMNS = sizeof(names) / sizeof(names[0]) };
	size_t c[COLUMNS], count = table_rows(table), room = 1;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < COLUMNS && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &c[i], err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t row = 0; row < count; row++)
		room += strlen(table_cell(table, row, c[5])) + strlen(table_cell(table, row, c[7])) + strlen(table_cell(table, row, c[9])) + 3;
	t->list = calloc(count + 1, sizeof(*t->list));
	char *text = t->texts = calloc(room, 1);
	if (t->list == NULL || t->texts == NULL)
		return detections_bad(path, 0, "out of memory", "", err);
	for (size_t row = 0; row < count && st == TRIAGE_OK; row++) {
		struct tool *tool = &t->list[t->count++];
		st = take_tool(tool, table, c, path, row, err);
		if (st == TRIAGE_OK)
			st = add_list(&t->files, &text, tool->files, row, err);
		if (st == TRIAGE_OK)
			st = add_list(&t->services, &text, tool->services, row, err);
		if (st == TRIAGE_OK)
			st = add_list(&t->unix_names, &text, tool->unix_names, row, err);
	}
	return st;
}

void
tools_release(struct tools *t)
{
	name_set_release(&t->files);
	name_set_release(&t->services);
	name_set_release(&t->unix_names);
	free(t->list);
	free(t->texts);
	*t = (struct tools){ 0 };
}

/* --- what is seen of a tool --- */

struct tools_state {
	const struct detection *present;
};

/* The kind of finding that the category stands for. */
static const char *
kind_of(const struct tool *t)
{
	static const char *const kinds[][2] = { { "credential", "credential-access" }, { "exfil", "exfiltration" }, { "lateral", "lateral-movement" }, { "discovery", "lateral-movement" },
		{ "killer", "protection-off" }, { "anti-forensics", "anti-forensics" }, { "wiper", "anti-forensics" } };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i][0], t->category) == 0)
			return kinds[i][1];
	return "remote-access";
}

/* The finding about a tool on a host. */
static struct fold *
fold_of(struct detect_judge *j, const struct tools_state *s, const struct tool *t, const char *host)
{
	const struct detection *d = s->present;
	if (d == NULL)
		return NULL;
	const struct fold_plan plan = { .rule = d->rule, .kind = kind_of(t), .family = t->name, .split = "", .host = host, .title = d->title, .technique = t->technique,
		.why = t->why, .innocent = t->dual ? d->innocent : "A test that was ordered, or a collection of tools of the IT department.", .version = d->version, .check = CHECK_RECORD,
		.severity = t->severity > TRIAGE_HIGH ? TRIAGE_HIGH : t->severity, .confidence = d->confidence };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f != NULL && f->count == 0) {
		buf_clear(&j->scratch);
		buf_format(&j->scratch, "%s: %s", t->dual ? d->title : "A tool of intruders is or was here", t->name);
		fold_text(&j->folds, &f->plan.title, buf_cstr(&j->scratch));
		if (t->dual && f->plan.severity > TRIAGE_MEDIUM)
			f->plan.severity = TRIAGE_MEDIUM;
	}
	return f;
}

/* A place where it is not installed raises a tool that may be the administrator's own. */
static void
raise_by_place(struct detect_judge *j, struct fold *f, const struct tool *t, const char *path)
{
	bool full = strchr(path, '\\') != NULL || strchr(path, '/') != NULL;
	if (!full || !command_place_is_open(path) || words_glob_any(t->homes, ';', path))
		return;
	fold_reason(&j->folds, f, "It lies where everybody may write: %.300s", path);
	if (f->plan.severity < TRIAGE_HIGH && t->severity >= TRIAGE_MEDIUM)
		f->plan.severity++;
}

static void
saw(struct detect_judge *j, const struct tools_state *s, const struct tool *t, const struct happening *h, const char *what, const char *value)
{
	struct fold *f = fold_of(j, s, t, h->event->host);
	if (f == NULL)
		return;
	const struct fold_example e = judge_event_example(h, 1);
	fold_add(&j->folds, f, &e, h->event->time);
	fold_user(&j->folds, f, h->event->user);
	f->classes |= detection_class(h->event->source, h->event->parser);
	fold_reason(&j->folds, f, "%s: %.200s", what, value);
	raise_by_place(j, f, t, value);
}

static void
try_set(struct detect_judge *j, const struct tools_state *s, const struct name_set *set, const struct happening *h, const char *name, const char *what, const char *value)
{
	uint32_t ids[TOOL_FITS_MAX];
	if (name[0] == '\0' || strlen(name) > 255)
		return;
	size_t n = name_set_match(set, name, ids, TOOL_FITS_MAX);
	for (size_t i = 0; i < n; i++)
		saw(j, s, &j->tables->tools.list[ids[i]], h, what, value);
}

static void
try_path(struct detect_judge *j, const struct tools_state *s, const struct happening *h, const char *text, const char *what)
{
	char program[1024];
	command_program(text, program, sizeof(program));
	if (program[0] == '\0')
		return;
	try_set(j, s, &j->tables->tools.files, h, words_base(program), what, program);
}

/* Where names of programs stand in the events of a parser. */
static const struct seen_place {
	const char *parser;
	int64_t event_id;		/* -1: any */
	const char *what;
	const char *fields[3];
} seen_places[] = {
	{ "prefetch", -1, "Was run (prefetch)", { "executable", "executable_path" } }, { "registry.amcache", -1, "Known to Windows (Amcache)", { "path", "original_filename" } },
	{ "registry.shimcache", -1, "Seen by Windows (ShimCache)", { "path" } }, { "registry.bam", -1, "Was run (BAM)", { "path" } },
	{ "registry.userassist", -1, "Was started from the desktop", { "path" } }, { "registry.muicache", -1, "Was started (MuiCache)", { "path" } },
	{ "registry.appcompatflags", -1, "Was started (compatibility)", { "path", "value" } }, { "pca", -1, "Was started (PCA)", { "path" } },
	{ "ese.application", -1, "Used resources (SRUM)", { "app" } }, { "ese.network", -1, "Used the network (SRUM)", { "app" } },
	{ "evtx", 1, "Process", { "image", "original_file_name" } }, { "evtx", 4688, "Process", { "new_process_name" } }, { "evt", 592, "Process", { "data" } },
	{ "evtx", 11, "File made", { "target_filename" } }, { "evtx", 6, "Driver", { "image_loaded" } },
	{ "evtx", 7045, "Service", { "image_path" } }, { "evtx", 4697, "Service", { "service_file_name" } }, { "registry.services", -1, "Service", { "image_path" } },
	{ "registry.run", -1, "Starts by itself", { "data" } }, { "task", -1, "Task", { "command" } }, { "recyclebin", -1, "Was thrown away", { "original_path" } },
	{ "usn", -1, "Name in the change journal", { "name" } }, { "lnk", -1, "Link", { "target" } }, { "jumplist.entry", -1, "Opened", { "target" } },
	{ "browser_sqlite.download", -1, "Downloaded", { "target", "path", "full_path" } }, { "evtx", 1116, "Found by Defender", { "path" } },
	{ "defender_log", -1, "Seen by Defender", { "process" } }, { "i30", -1, "Name in a folder's index", { "name" } },
};

static void
try_key(struct detect_judge *j, const struct tools_state *s, struct happening *h)
{
	const struct tools *t = &j->tables->tools;
	const char *key = happening_text(h, "key");
	for (size_t i = 0; i < t->count; i++) {
		char part[256];
		for (const char *at = t->list[i].keys; *at != '\0';) {
			size_t size = strcspn(at, ";");
			if (size > 0 && size < sizeof(part)) {
				memcpy(part, at, size);
				part[size] = '\0';
				if (strcasestr(key, part) != NULL) {
					saw(j, s, &t->list[i], h, "Registry", key);
					return;
				}
			}
			at += size + (at[size] == ';');
		}
	}
}

/* Logs that only one program writes tell by being there. */
static void
try_log(struct detect_judge *j, const struct tools_state *s, const struct happening *h)
{
	static const char *const logs[][2] = { { "anydesk", "AnyDesk" }, { "teamviewer", "TeamViewer" }, { "rustdesk", "RustDesk" }, { "splashtop", "Splashtop" }, { "screenconnect", "ScreenConnect" } };
	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++)
		for (size_t k = 0; strcmp(logs[i][0], h->event->parser) == 0 && k < j->tables->tools.count; k++)
			if (strncmp(j->tables->tools.list[k].name, logs[i][1], strlen(logs[i][1])) == 0)
				saw(j, s, &j->tables->tools.list[k], h, "Log of the program", h->event->message);
}

static enum triage_status
tools_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct tools_state *s = state;
	const struct detect_event *e = h->event;
	int64_t id = words_event_id(e);
	(void)err;
	if (s->present == NULL && (s->present = judge_detection(j, "tool-present")) == NULL)
		return TRIAGE_OK;
	if (strcmp(e->parser, "registry") == 0) {
		if (strcmp(e->meaning, "key last written") == 0)
			try_key(j, s, h);
		return TRIAGE_OK;
	}
	if (strcmp(e->source, "remote-access") == 0)
		try_log(j, s, h);
	for (size_t i = 0; i < sizeof(seen_places) / sizeof(seen_places[0]); i++) {
		const struct seen_place *p = &seen_places[i];
		if ((p->event_id != -1 && p->event_id != id) || strcmp(p->parser, e->parser) != 0)
			continue;
		for (size_t k = 0; k < 3 && p->fields[k] != NULL; k++)
			try_path(j, s, h, happening_text(h, p->fields[k]), p->what);
	}
	if (id == 7045 || id == 4697 || strcmp(e->parser, "registry.services") == 0)
		try_set(j, s, &j->tables->tools.services, h, happening_text(h, id == -1 ? "service" : "service_name"), "Service",
		    happening_text(h, id == -1 ? "service" : "service_name"));
	return TRIAGE_OK;
}

static bool
names_a_program(const struct subject *s)
{
	return s->file->content != NULL && (strstr(s->file->content->mime, "executable") != NULL || strstr(s->file->content->mime, "sharedlib") != NULL
	    || strstr(s->file->content->mime, "pie-") != NULL || strstr(s->file->content->mime, "dosexec") != NULL);
}

static enum triage_status
tools_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct tools_state *st = state;
	uint32_t ids[TOOL_FITS_MAX];
	(void)err;
	if (!s->ordinary || s->file->known == DETECT_GOOD || (st->present == NULL && (st->present = judge_detection(j, "tool-present")) == NULL))
		return TRIAGE_OK;
	bool unixy = strchr(s->file->name, '.') == NULL;
	if (unixy && !names_a_program(s))
		return TRIAGE_OK;
	size_t n = strlen(s->file->name) > 255 ? 0 : name_set_match(unixy ? &j->tables->tools.unix_names : &j->tables->tools.files, s->file->name, ids, TOOL_FITS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct tool *t = &j->tables->tools.list[ids[i]];
		struct fold *f = fold_of(j, st, t, "");
		if (f == NULL)
			continue;
		const struct fold_example e = judge_example(s, 2 + (s->file->state == TRIAGE_STATE_ALLOCATED));
		f->plan.check = CHECK_NAME;
		fold_add(&j->folds, f, &e, s->appeared);
		f->classes |= CLASS_FILE;
		fold_reason(&j->folds, f, "File: %.300s", s->file->path);
		SCOPED_BUF path;
		buf_init(&path, 1 << 16);
		buf_text(&path, s->file->path);
		for (size_t k = 0; k < path.size && t->files[0] != '\0' && !unixy; k++)
			if (path.data[k] == '/')
				path.data[k] = '\\';
		raise_by_place(j, f, t, buf_cstr(&path));
	}
	return TRIAGE_OK;
}

const struct detector tools_detector = { .name = "tools", .state_size = sizeof(struct tools_state), .file = tools_file, .event = tools_event };
