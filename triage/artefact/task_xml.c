/*
 * task_xml.c - scheduled tasks in XML. Source: MS-TSCH 2.5. Times without a zone are the machine's wall clock. The encoding is taken from the bytes,
 * not from the declaration.
 */
#include "triage/artefact/task.h"

#include "triage/artefact/xml.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_LOOKED_AT = 2048, VALUE_MAX = ARTEFACT_VALUE_MAX, LIST_MAX = 64 << 10, BOUNDARIES = 64, EARLIEST_YEAR = 1980, NAME_SIZE = 40 };

enum field {
	AUTHOR, DATE, URI, DESCRIPTION, SOURCE, DOCUMENTATION, VERSION, SECURITY, USER, GROUP, DISPLAY_NAME, LOGON, RUN_LEVEL, ENABLED, HIDDEN, COMMAND, ARGUMENTS,
	DIRECTORY, CLASS, CLASS_DATA, PRIVATE_DATA, FIELDS
};

static const struct {
	const char *path, *key;
} fields[FIELDS] = {
	[AUTHOR] = { "Task/RegistrationInfo/Author", "author" },
	[DATE] = { "Task/RegistrationInfo/Date", "date" },
	[URI] = { "Task/RegistrationInfo/URI", "uri" },
	[DESCRIPTION] = { "Task/RegistrationInfo/Description", "description" },
	[SOURCE] = { "Task/RegistrationInfo/Source", "task_source" },
	[DOCUMENTATION] = { "Task/RegistrationInfo/Documentation", "documentation" },
	[VERSION] = { "Task/RegistrationInfo/Version", "version" },
	[SECURITY] = { "Task/RegistrationInfo/SecurityDescriptor", "security_descriptor" },
	[USER] = { "Task/Principals/Principal/UserId", "user_id" },
	[GROUP] = { "Task/Principals/Principal/GroupId", "group_id" },
	[DISPLAY_NAME] = { "Task/Principals/Principal/DisplayName", "principal_name" },
	[LOGON] = { "Task/Principals/Principal/LogonType", "logon_type" },
	[RUN_LEVEL] = { "Task/Principals/Principal/RunLevel", "run_level" },
	[ENABLED] = { "Task/Settings/Enabled", "enabled" },
	[HIDDEN] = { "Task/Settings/Hidden", "hidden" },
	[COMMAND] = { "Task/Actions/Exec/Command", "command" },
	[ARGUMENTS] = { "Task/Actions/Exec/Arguments", "arguments" },
	[DIRECTORY] = { "Task/Actions/Exec/WorkingDirectory", "working_directory" },
	[CLASS] = { "Task/Actions/ComHandler/ClassId", "com_class" },
	[CLASS_DATA] = { "Task/Actions/ComHandler/Data", "com_data" },
	[PRIVATE_DATA] = { "Task/Data", "private_data" },
};

struct boundary {
	int64_t time;
	bool local, is_end;
	char trigger[NAME_SIZE];
};

/* Texts one after the other, each with its NUL. */
struct texts {
	struct buf bytes;
};

struct task {
	struct artefact *a;
	struct triage_error *err;
	struct xml x;
	struct buf document, value[FIELDS], text;
	struct texts triggers, actions;
	struct boundary boundaries[BOUNDARIES];
	size_t boundary_count, boundaries_lost;
	bool too_large;
};

bool
task_xml_is(struct view head)
{
	static const char space[] = "schemas.microsoft.com/windows/2004/02/mit/task";
	uint8_t wide[2 * sizeof(space)];
	size_t n = sizeof(space) - 1, looked = head.size < HEAD_LOOKED_AT ? head.size : HEAD_LOOKED_AT;
	for (size_t i = 0; i < n; i++) {
		wide[2 * i] = (uint8_t)space[i];
		wide[2 * i + 1] = 0;
	}
	/* the last zero is left out, so that both byte orders are found; the first sign is < or a byte order mark */
	bool begins = looked > 2 && (head.data[0] == '<' || head.data[0] == 0xef || head.data[0] == 0xff || head.data[0] == 0xfe || head.data[1] == '<');
	if (!begins)
		return false;
	if (memmem(head.data, looked, wide, 2 * n - 1) != NULL)
		return true;
	return memmem(head.data, looked, space, n) != NULL && memmem(head.data, looked, "<Task", 5) != NULL;
}

/* --- reading --- */

static bool
under(const struct xml *x, const char *parent)
{
	size_t n = strlen(parent);
	return strncmp(x->path, parent, n) == 0 && x->path[n] == '/';
}

/* The trimmed text in t->text. */
static void
take_text(struct task *t)
{
	struct view raw = t->x.text;
	while (raw.size > 0 && (raw.data[0] == ' ' || raw.data[0] == '\t' || raw.data[0] == '\r' || raw.data[0] == '\n'))
		raw.data++, raw.size--;
	while (raw.size > 0 && (raw.data[raw.size - 1] == ' ' || raw.data[raw.size - 1] == '\t' || raw.data[raw.size - 1] == '\r' || raw.data[raw.size - 1] == '\n'))
		raw.size--;
	t->too_large = t->too_large || raw.size > VALUE_MAX;
	buf_clear(&t->text);
	xml_unescape(&t->text, raw.size > VALUE_MAX ? (struct view){ raw.data, VALUE_MAX } : raw, t->x.is_raw);
}

/* A trigger or an action in words: "CalendarTrigger: StartBoundary 2024-..., Interval PT1H". */
static void
add_to(struct task *t, struct texts *list, const char *parent)
{
	const char *last = strrchr(t->x.path, '/');
	if (list->bytes.size > LIST_MAX) {
		t->too_large = true;
		return;
	}
	if (last == NULL || (size_t)(last - t->x.path) <= strlen(parent))
		return;
	buf_text(&list->bytes, list->bytes.size > 0 && list->bytes.data[list->bytes.size - 1] == ':' ? " " : ", ");
	buf_text(&list->bytes, last + 1);
	buf_char(&list->bytes, ' ');
	buf_text(&list->bytes, buf_cstr(&t->text));
}

static void
open_in(struct task *t, struct texts *list, const char *parent)
{
	/* the children of parent, not what lies deeper */
	if (!under(&t->x, parent) || strchr(t->x.path + strlen(parent) + 1, '/') != NULL)
		return;
	if (list->bytes.size > LIST_MAX) {
		t->too_large = true;
		return;
	}
	if (list->bytes.size > 0)
		buf_put(&list->bytes, "", 1);
	buf_text(&list->bytes, t->x.path + strlen(parent) + 1);
	buf_char(&list->bytes, ':');
}

/* Has it a zone? "Z", or + or - behind the time. */
static bool
has_zone(const char *text)
{
	const char *time = strchr(text, 'T');
	return time != NULL && strpbrk(time, "Z+-") != NULL;
}

static void
take_boundary(struct task *t)
{
	static const char parent[] = "Task/Triggers/";
	bool end = xml_is(&t->x, "EndBoundary");
	int64_t time;
	if (!end && !xml_is(&t->x, "StartBoundary"))
		return;
	if (!when_parse(buf_cstr(&t->text), &time))
		return;
	if (t->boundary_count == BOUNDARIES) {
		t->boundaries_lost++;
		return;
	}
	struct boundary *b = &t->boundaries[t->boundary_count++];
	*b = (struct boundary){ .time = time, .local = !has_zone(buf_cstr(&t->text)), .is_end = end };
	const char *name = t->x.path + strlen(parent);
	snprintf(b->trigger, sizeof(b->trigger), "%.*s", (int)strcspn(name, "/"), name);
}

static void
take(struct task *t)
{
	take_text(t);
	if (t->text.size == 0)
		return;
	if (under(&t->x, "Task/Triggers")) {
		add_to(t, &t->triggers, "Task/Triggers");
		take_boundary(t);
	} else if (under(&t->x, "Task/Actions")) {
		add_to(t, &t->actions, "Task/Actions");
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(t->x.path, fields[i].path) == 0 && t->value[i].size == 0)
			buf_put(&t->value[i], buf_cstr(&t->text), t->text.size);
}

static void
read_document(struct task *t)
{
	enum xml_token token;
	xml_begin(&t->x, buf_cstr(&t->document), t->document.size);
	while ((token = xml_next(&t->x)) != XML_END) {
		if (token == XML_TEXT)
			take(t);
		if (token != XML_OPEN)
			continue;
		open_in(t, &t->triggers, "Task/Triggers");
		open_in(t, &t->actions, "Task/Actions");
	}
}

/* --- events --- */

static const char *
field(const struct task *t, enum field f)
{
	return buf_cstr(&t->value[f]);
}

static void
put_list(struct artefact *a, const char *key, const struct texts *list)
{
	artefact_list(a, key);
	for (size_t at = 0; at < list->bytes.size; at += strlen(list->bytes.data + at) + 1)
		artefact_item(a, list->bytes.data + at);
	artefact_list_end(a);
}

/* The names of the triggers: "LogonTrigger, CalendarTrigger". */
static const char *
trigger_names(const struct texts *list, char *out, size_t room)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t at = 0; at < list->bytes.size && used < room - 1; at += strlen(list->bytes.data + at) + 1) {
		const char *text = list->bytes.data + at;
		int n = snprintf(out + used, room - used, "%s%.*s", used > 0 ? ", " : "", (int)strcspn(text, ":"), text);
		used = n > 0 && (size_t)n < room - used ? used + (size_t)n : room - 1;
	}
	return out;
}

/* The task's place in the tree of tasks; without one the name of its file. */
static const char *
task_name(const struct task *t)
{
	return t->value[URI].size > 0 ? field(t, URI) : artefact_who(t->a)->name;
}

static void
begin(struct task *t, int64_t time, const char *meaning)
{
	struct artefact *a = t->a;
	char names[200];
	artefact_event(a, time, meaning);
	artefact_offset(a, 0);
	artefact_technique(a, "T1053.005");
	artefact_text(a, "task", task_name(t));
	for (size_t i = 0; i < FIELDS; i++)
		if (i != URI)
			artefact_text(a, fields[i].key, field(t, (enum field)i));
	put_list(a, "triggers", &t->triggers);
	put_list(a, "actions", &t->actions);
	const char *as = t->value[USER].size > 0 ? field(t, USER) : field(t, GROUP);
	const char *what = t->value[COMMAND].size > 0 ? field(t, COMMAND) : t->value[CLASS].size > 0 ? field(t, CLASS) : "nothing";
	artefact_user(a, as);
	trigger_names(&t->triggers, names, sizeof(names));
	artefact_message(a, "Task %.300s runs %.600s%s%.600s%s%.100s%s%s%s%.100s%s", task_name(t), what, t->value[ARGUMENTS].size > 0 ? " " : "", field(t, ARGUMENTS),
	    as[0] != '\0' ? " as " : "", as, names[0] != '\0' ? ", started by " : "", names, t->value[AUTHOR].size > 0 ? ", made by " : "", field(t, AUTHOR),
	    strcasecmp(field(t, HIDDEN), "true") == 0 ? ", hidden" : "");
}

static bool
is_late_enough(int64_t time)
{
	int64_t earliest = 0;
	char text[16];
	snprintf(text, sizeof(text), "%d-01-01", (int)EARLIEST_YEAR);
	return when_parse(text, &earliest) && time >= earliest;
}

static enum triage_status
send_all(struct task *t)
{
	enum triage_status st = TRIAGE_OK;
	int64_t date;
	size_t sent = 0;
	if (when_parse(field(t, DATE), &date) && is_late_enough(date)) {
		begin(t, date, "task registered");
		if (!has_zone(field(t, DATE)))
			artefact_local(t->a);
		st = artefact_send(t->a, t->err);
		sent++;
	}
	for (size_t i = 0; i < t->boundary_count && st == TRIAGE_OK; i++) {
		const struct boundary *b = &t->boundaries[i];
		if (!is_late_enough(b->time))
			continue;
		begin(t, b->time, b->is_end ? "trigger ends" : "trigger starts");
		artefact_text(t->a, "trigger", b->trigger);
		if (b->local)
			artefact_local(t->a);
		st = artefact_send(t->a, t->err);
		sent++;
	}
	if (st == TRIAGE_OK && sent == 0) {
		begin(t, artefact_who(t->a)->mtime, "task file written");
		artefact_precision(t->a, "100ns");
		st = artefact_send(t->a, t->err);
	}
	return st;
}

static enum triage_status
remarks(struct task *t)
{
	enum triage_status st = TRIAGE_OK;
	if (t->x.cut)
		st = artefact_remark(t->a, TRIAGE_LOW, "document-cut", TRIAGE_NO_ID, 0, t->err, "the XML of task %.100s ends too early", task_name(t));
	if (st == TRIAGE_OK && (t->boundaries_lost > 0 || t->too_large))
		st = artefact_remark(t->a, TRIAGE_LOW, "task-too-large", TRIAGE_NO_ID, 0, t->err, "values, triggers or actions of task %.100s are not all told", task_name(t));
	return st;
}

enum triage_status
task_xml_parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct task t = { .a = a, .err = err };
	/* three bytes of UTF-8 for each unit of UTF-16 at most */
	buf_init(&t.document, 2 * all.size + 16);
	buf_init(&t.text, 2 * VALUE_MAX);
	buf_init(&t.triggers.bytes, 2 * LIST_MAX);
	buf_init(&t.actions.bytes, 2 * LIST_MAX);
	for (size_t i = 0; i < FIELDS; i++)
		buf_init(&t.value[i], VALUE_MAX);
	xml_decode(&t.document, all);
	enum triage_status st = buf_check(&t.document, err);
	if (st == TRIAGE_OK) {
		read_document(&t);
		st = send_all(&t);
	}
	if (st == TRIAGE_OK)
		st = remarks(&t);
	buf_release(&t.document);
	buf_release(&t.text);
	buf_release(&t.triggers.bytes);
	buf_release(&t.actions.bytes);
	for (size_t i = 0; i < FIELDS; i++)
		buf_release(&t.value[i]);
	return st;
}
