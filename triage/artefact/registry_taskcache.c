/*
 * registry_taskcache.c - scheduled tasks as the scheduler keeps them: when made, when last run, what they run; tasks hidden from the list.
 *
 * Tasks\{GUID} has the values of a task, Tree\NAME leads to it. DynamicInfo: version, made, last run, state, result, last success. Actions: a number of the version,
 * whose rights, then each action. Sources: winreg-kb of libyal; public notes on the format of Actions.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/buf.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

#define CACHE "Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\"

enum { D_MADE = 4, D_RUN = 12, D_RESULT = 24, D_SUCCESS = 28, ACTION_EXEC = 0x6666, ACTION_COM = 0x7777, ACTION_MAIL = 0x8888, ACTION_MESSAGE = 0x9999, ACTIONS_MAX = 64 };

static const char *const keys[] = { CACHE "Tasks\\*", CACHE "Tree\\**", NULL };

/* A text with its size before it. False at the end. */
static bool
take_text(struct registry *r, struct view in, size_t *at, const char **ret_text)
{
	if (!view_has(in, *at, 4))
		return false;
	uint32_t size = load_le32(in.data + *at);
	if (!view_has(in, *at + 4, size))
		return false;
	*ret_text = registry_utf16(r, in.data + *at + 4, size / 2);
	*at += 4 + size;
	return true;
}

static void
guid_text(const uint8_t *g, char *out, size_t size)
{
	snprintf(out, size, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", (unsigned)load_le32(g), load_le16(g + 4), load_le16(g + 6), g[8], g[9], g[10], g[11],
	    g[12], g[13], g[14], g[15]);
}

/* One action to "out". False when it is the last or of no known kind. */
static bool
take_action(struct registry *r, struct view in, size_t *at, unsigned version, struct buf *out)
{
	const char *id, *command, *arguments, *folder;
	char class[48];
	if (!view_has(in, *at, 2))
		return false;
	unsigned kind = load_le16(in.data + *at);
	*at += 2;
	if (!take_text(r, in, at, &id))
		return false;
	if (out->size > 0)
		buf_text(out, "; ");
	if (kind == ACTION_EXEC) {
		if (!take_text(r, in, at, &command) || !take_text(r, in, at, &arguments) || !take_text(r, in, at, &folder))
			return false;
		buf_format(out, "%s%s%s", command, arguments[0] != '\0' ? " " : "", arguments);
		*at += version >= 3 ? 2 : 0;
		return true;
	}
	if (kind == ACTION_COM && view_has(in, *at, 20)) {
		guid_text(in.data + *at, class, sizeof(class));
		*at += 16;
		if (!take_text(r, in, at, &arguments))
			arguments = "";
		buf_format(out, "COM %s%s%s", class, arguments[0] != '\0' ? " " : "", arguments);
		return true;
	}
	buf_text(out, kind == ACTION_MAIL ? "e-mail" : kind == ACTION_MESSAGE ? "message" : "unknown action");
	return false;
}

static void
read_actions(struct registry *r, struct view in, struct buf *out, char *context, size_t context_size)
{
	size_t at = 2;
	const char *text = "";
	context[0] = '\0';
	if (in.size < 2)
		return;
	unsigned version = load_le16(in.data);
	if (version >= 2 && !take_text(r, in, &at, &text))
		return;
	snprintf(context, context_size, "%s", text);
	for (unsigned i = 0; i < ACTIONS_MAX && take_action(r, in, &at, version, out); i++)
		;
}

static enum triage_status
task_times(struct registry *r, struct view dynamic, const char *path, const char *actions, struct triage_error *err)
{
	static const struct {
		size_t at;
		const char *meaning, *what;
	} moments[] = { { D_MADE, "task created", "Scheduled task made" }, { D_RUN, "task last run", "Scheduled task last run" },
		{ D_SUCCESS, "task last succeeded", "Scheduled task last run with success" } };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; st == TRIAGE_OK && i < sizeof(moments) / sizeof(moments[0]); i++) {
		int64_t when = registry_filetime_in(dynamic, moments[i].at);
		if (when == TRIAGE_TIME_NONE)
			continue;
		artefact_again(registry_artefact(r), when, moments[i].meaning);
		artefact_message(registry_artefact(r), "%s: %s%s%s", moments[i].what, path, actions[0] != '\0' ? ": " : "", actions);
		st = registry_send(r, err);
	}
	return st;
}

static enum triage_status
task(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	char context[200];
	SCOPED_BUF actions;
	buf_init(&actions, 16 * ARTEFACT_VALUE_MAX);
	read_actions(r, registry_bytes(r, k, "Actions"), &actions, context, sizeof(context));
	const char *path = registry_text(r, k, "Path");
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "task", path);
	artefact_text(a, "id", k->name);
	artefact_text(a, "context", context);
	artefact_text(a, "actions", buf_cstr(&actions));
	registry_put(r, k, "uri", "URI");
	registry_put(r, k, "author", "Author");
	registry_put(r, k, "date", "Date");
	registry_put(r, k, "description", "Description");
	registry_put(r, k, "source", "Source");
	registry_put(r, k, "version", "Version");
	registry_put(r, k, "hash", "Hash");
	struct view dynamic = registry_bytes(r, k, "DynamicInfo");
	artefact_when(a, "created", registry_filetime_in(dynamic, D_MADE));
	artefact_when(a, "last_run", registry_filetime_in(dynamic, D_RUN));
	artefact_when(a, "last_success", registry_filetime_in(dynamic, D_SUCCESS));
	if (dynamic.size >= D_SUCCESS)
		artefact_unsigned(a, "last_result", load_le32(dynamic.data + D_RESULT));
	artefact_message(a, "Scheduled task %s%s%s", path[0] != '\0' ? path : k->name, actions.size > 0 ? ": " : "", buf_cstr(&actions));
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? task_times(r, dynamic, path[0] != '\0' ? path : k->name, buf_cstr(&actions), err) : st;
}

/* A leaf of the tree. Without a security descriptor the task is not shown by any tool of Windows. */
static enum triage_status
leaf(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_value v;
	uint64_t index = 0;
	const char *id = registry_text(r, k, "Id");
	bool descriptor = regf_find_value(registry_hive(r), &k->cell, "SD", &v), indexed = registry_number(r, k, "Index", &index);
	if (id[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(registry_artefact(r), "task", k->below + strlen(CACHE "Tree"));
	artefact_text(registry_artefact(r), "id", id);
	if (indexed)
		artefact_unsigned(registry_artefact(r), "index", index);
	artefact_flag(registry_artefact(r), "hidden", !descriptor || (indexed && index == 0));
	artefact_message(registry_artefact(r), "Scheduled task %s is listed%s", k->below + strlen(CACHE "Tree"),
	    !descriptor ? ", but hidden: it has no security descriptor" : indexed && index == 0 ? ", but hidden: its index is 0" : "");
	if (!descriptor)
		artefact_technique(registry_artefact(r), "T1053.005");
	registry_told(r);
	return registry_send(r, err);
}

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	return registry_fits(keys[0], k->below) ? task(r, k, err) : leaf(r, k, err);
}

const struct registry_plugin registry_plugin_taskcache = {
	.name = "taskcache", .title = "scheduled tasks", .hives = REGISTRY_SOFTWARE, .keys = keys, .key = key,
};
