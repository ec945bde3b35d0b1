/*
 * task_job.c - .job files of scheduled tasks, Windows 2000 to 7 (and "at" on later ones). Source: MS-TSCH 2.4. Little endian. All times are the machine's
 * wall clock.
 */
#include "triage/artefact/task.h"

#include "triage/artefact/wintext.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { FILE_VERSION = 2, UUID = 4, NAME_AT = 20, TRIGGERS_AT = 22, PRIORITY = 32, EXIT_CODE = 40, STATUS = 44, FLAGS = 48, LAST_RUN = 52, INSTANCES = 68, NAME = 70,
	TRIGGER = 48, JOB_HIDDEN = 0x200, JOB_DISABLED = 4, TRIGGER_HAS_END = 1 };

static const char *const trigger_types[] = { "once", "daily", "weekly", "monthly by date", "monthly by day", "on idle", "at startup", "at logon" };

struct job {
	struct artefact *a;
	struct triage_error *err;
	struct view in;
	struct wintext application, parameters, directory, author, comment;
	size_t triggers_at;	/* SIZE_MAX when the strings are not sound */
};

bool
task_job_is(struct view head, uint64_t size)
{
	static const uint16_t products[] = { 0x400, 0x500, 0x501, 0x502, 0x600, 0x601, 0x602, 0x603, 0xa00 };
	if (head.size < NAME + 2 || load_le16(head.data + FILE_VERSION) != 1 || load_le16(head.data + NAME_AT) != NAME)
		return false;
	uint16_t triggers = load_le16(head.data + TRIGGERS_AT);
	bool known = false;
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		known = known || load_le16(head.data) == products[i];
	return known && triggers > NAME && triggers < size && NAME + 2 + 2 * (uint64_t)load_le16(head.data + NAME) <= size;
}

/* A SYSTEMTIME of eight words: year, month, day of the week, day, hour, minute, second, millisecond. */
static int64_t
system_time(const uint8_t *p)
{
	char text[40];
	int64_t ns;
	if (load_le16(p) < 1980 || load_le16(p) > 2261)
		return TRIAGE_TIME_NONE;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%03u", (unsigned)load_le16(p), load_le16(p + 2) % 100u, load_le16(p + 6) % 100u,
	    load_le16(p + 8) % 100u, load_le16(p + 10) % 100u, load_le16(p + 12) % 100u, load_le16(p + 14) % 1000u);
	return when_parse(text, &ns) ? ns : TRIAGE_TIME_NONE;
}

/* Characters with their count in front. False when they do not fit. */
static bool
take_string(const struct job *j, size_t *at, struct wintext *ret_text)
{
	if (!view_has(j->in, *at, 2))
		return false;
	size_t units = load_le16(j->in.data + *at);
	if (!view_has(j->in, *at + 2, 2 * units))
		return false;
	*ret_text = wintext_wide(j->in, *at + 2, units);
	*at += 2 + 2 * units;
	return true;
}

static bool
skip_bytes(const struct job *j, size_t *at)
{
	if (!view_has(j->in, *at, 2) || !view_has(j->in, *at + 2, load_le16(j->in.data + *at)))
		return false;
	*at += 2 + (size_t)load_le16(j->in.data + *at);
	return true;
}

static void
read_strings(struct job *j)
{
	size_t at = NAME;
	bool sound = take_string(j, &at, &j->application) && take_string(j, &at, &j->parameters) && take_string(j, &at, &j->directory) &&
	    take_string(j, &at, &j->author) && take_string(j, &at, &j->comment) && skip_bytes(j, &at) && skip_bytes(j, &at);
	j->triggers_at = sound ? at : SIZE_MAX;
}

static void
begin(struct job *j, int64_t time, const char *meaning)
{
	struct artefact *a = j->a;
	char guid[GUID_TEXT_SIZE], number[12], application[600], parameters[600], author[200];
	uint32_t flags = load_le32(j->in.data + FLAGS);
	artefact_event(a, time, meaning);
	artefact_part(a, "job");
	artefact_technique(a, "T1053.005");
	artefact_text(a, "task", artefact_who(a)->name);
	wintext_put(a, "command", j->application);
	wintext_put(a, "arguments", j->parameters);
	wintext_put(a, "working_directory", j->directory);
	wintext_put(a, "author", j->author);
	wintext_put(a, "comment", j->comment);
	artefact_text(a, "job_id", guid_text(j->in.data + UUID, guid));
	artefact_unsigned(a, "exit_code", load_le32(j->in.data + EXIT_CODE));
	snprintf(number, sizeof(number), "0x%08x", (unsigned)load_le32(j->in.data + STATUS));
	artefact_text(a, "status", number);
	artefact_flag(a, "hidden", (flags & JOB_HIDDEN) != 0);
	artefact_flag(a, "enabled", (flags & JOB_DISABLED) == 0);
	wintext_copy(j->application, application, sizeof(application));
	wintext_copy(j->parameters, parameters, sizeof(parameters));
	wintext_copy(j->author, author, sizeof(author));
	artefact_user(a, author);
	artefact_message(a, "Task %.200s runs %s%s%s%s%s%s", artefact_who(a)->name, application, parameters[0] != '\0' ? " " : "", parameters,
	    author[0] != '\0' ? ", made by " : "", author, (flags & JOB_HIDDEN) != 0 ? ", hidden" : "");
}

/* Year, month and day, and an hour and minute from elsewhere, as a time. */
static int64_t
day_time(const uint8_t *day, uint16_t hour, uint16_t minute)
{
	uint8_t words[16] = { 0 };
	memcpy(words, day, 4);
	memcpy(words + 6, day + 4, 2);
	words[8] = (uint8_t)hour;
	words[10] = (uint8_t)minute;
	return hour < 24 && minute < 60 ? system_time(words) : TRIAGE_TIME_NONE;
}

static enum triage_status
send_trigger(struct job *j, size_t at, unsigned number)
{
	enum { BEGIN = 4, END = 10, HOUR = 16, MINUTE = 18, DURATION = 20, INTERVAL = 24, TRIGGER_FLAGS = 28, TYPE = 32 };
	const uint8_t *t = j->in.data + at;
	uint32_t type = load_le32(t + TYPE);
	for (unsigned end = 0; end < 2; end++) {
		if (end == 1 && (load_le32(t + TRIGGER_FLAGS) & TRIGGER_HAS_END) == 0)
			break;
		begin(j, day_time(t + (end == 0 ? BEGIN : END), end == 0 ? load_le16(t + HOUR) : 0, end == 0 ? load_le16(t + MINUTE) : 0),
		    end == 0 ? "trigger starts" : "trigger ends");
		artefact_local(j->a);
		artefact_precision(j->a, end == 0 ? "min" : "day");
		artefact_offset(j->a, at);
		artefact_unsigned(j->a, "trigger_number", number);
		artefact_text(j->a, "trigger", type < sizeof(trigger_types) / sizeof(trigger_types[0]) ? trigger_types[type] : "unknown");
		artefact_unsigned(j->a, "trigger_type", type);
		artefact_unsigned(j->a, "minutes_duration", load_le32(t + DURATION));
		artefact_unsigned(j->a, "minutes_interval", load_le32(t + INTERVAL));
		enum triage_status st = artefact_send(j->a, j->err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
send_triggers(struct job *j)
{
	enum triage_status st = TRIAGE_OK;
	size_t at = j->triggers_at;
	if (at == SIZE_MAX || !view_has(j->in, at, 2))
		return artefact_remark(j->a, TRIAGE_LOW, "job-cut", j->in.size, 0, j->err, "the strings of a job are cut: its triggers are not told");
	unsigned count = load_le16(j->in.data + at), i = 0;
	at += 2;
	for (; i < count && st == TRIAGE_OK && view_has(j->in, at, TRIGGER); i++, at += TRIGGER)
		st = send_trigger(j, at, i);
	if (st == TRIAGE_OK && i < count)
		st = artefact_remark(j->a, TRIAGE_LOW, "job-cut", at, 0, j->err, "a job has %u triggers, %u lie in the file", count, i);
	return st;
}

enum triage_status
task_job_parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct job j = { .a = a, .err = err, .in = all };
	if (all.size < NAME)
		return artefact_remark(a, TRIAGE_LOW, "job-cut", all.size, 0, err, "a job ends inside its head");
	read_strings(&j);
	int64_t last = system_time(all.data + LAST_RUN);
	bool ran = last != TRIAGE_TIME_NONE;
	begin(&j, ran ? last : artefact_who(a)->mtime, ran ? "last run" : "task file written");
	if (ran)
		artefact_local(a);
	artefact_precision(a, ran ? "ms" : "100ns");
	artefact_offset(a, LAST_RUN);
	enum triage_status st = artefact_send(a, err);
	return st == TRIAGE_OK ? send_triggers(&j) : st;
}
