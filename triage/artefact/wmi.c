/*
 * wmi.c - programs that WMI starts by itself: event filters, consumers and their bindings in the repository's OBJECTS.DATA.
 *
 * The repository is not taken apart: texts are found by the names that stand beside them, as they also do in what was deleted. Source: public work on
 * WMI persistence (FireEye's and D. Pany's), [MS-WMIO] for how texts lie. The file's own last change is the only time. Not handled: texts in UTF-16.
 */
#include "triage/artefact/text_fields.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RUN_LEAST = 2, RUN_MAX = 16 << 10, NEAR = 4096, SEEN = 4096, TRIES = 16, TOLD_MAX = 4096, LOOKS_MAX = 100000, APART = 64, PAGE = 8192, BEHIND = 6 };

/* A run of text between bytes that are none. */
struct run {
	const char *text;
	size_t size;
	size_t at;
};

struct wmi {
	struct artefact *a;
	struct view all;
	struct run last[BEHIND];	/* the runs before, [0] the nearest */
	uint64_t seen[SEEN];
	size_t told, looks;
	bool left_out;
};

static const struct {
	const char *name, *technique;
} consumers[] = {
	{ "CommandLineEventConsumer", "T1546.003" }, { "ActiveScriptEventConsumer", "T1546.003" }, { "LogFileEventConsumer", "" },
	{ "NTEventLogEventConsumer", "" }, { "SMTPEventConsumer", "" },
};
enum { CONSUMERS = sizeof(consumers) / sizeof(consumers[0]) };

static bool
is_text(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r' || c >= 0x80;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	if (strcasecmp(who->name, "OBJECTS.DATA") == 0)
		return head.size >= 512;
	if (who->size == 0 || who->size % PAGE != 0 || head.size < PAGE)
		return false;
	/* the classes that every repository begins with */
	return memmem(head.data, head.size, "__SystemClass", 13) != NULL && memmem(head.data, head.size, "__NAMESPACE", 11) != NULL;
}

static bool
was_told(struct wmi *w, const char *what, const char *one, size_t one_size, const char *two, size_t two_size)
{
	uint64_t h = UINT64_C(14695981039346656037);
	const struct run parts[3] = { { what, strlen(what), 0 }, { one, one_size, 0 }, { two, two_size, 0 } };
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; i <= parts[k].size; i++)
			h = (h ^ (i < parts[k].size ? (uint8_t)parts[k].text[i] : 0x100)) * UINT64_C(1099511628211);
	h |= 1;
	for (size_t i = 0; i < TRIES; i++) {
		uint64_t *slot = &w->seen[((h >> 20) + i) % SEEN];
		if (*slot == h)
			return true;
		if (*slot == 0) {
			*slot = h;
			break;
		}
	}
	if (w->told++ >= TOLD_MAX)
		w->left_out = true;
	return w->left_out;
}

/* What Windows itself sets up. */
static bool
is_of_windows(const char *name, size_t size)
{
	static const char *const names[] = { "SCM Event Log Filter", "SCM Event Log Consumer", "BVTFilter", "BVTConsumer", "TSLogonFilter", "TSLogonEvents.vbs",
		"RAevent.vbs", "RmAssistEventFilter" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
			return true;
	return false;
}

static void
begin(struct wmi *w, const char *part, size_t at, const char *key, const char *name, size_t size)
{
	artefact_event(w->a, artefact_who(w->a)->mtime, "repository last written");
	artefact_offset(w->a, at);
	artefact_part(w->a, part);
	artefact_bytes(w->a, key, name, size);
	if (is_of_windows(name, size))
		artefact_flag(w->a, "known", true);
	else
		artefact_technique(w->a, "T1546.003");
}

/* "CommandLineEventConsumer.Name=\"X\"" with "__EventFilter.Name=\"Y\"" behind it, or the other way round. */
static enum triage_status
look_binding(struct wmi *w, const struct run *r, struct triage_error *err)
{
	static const char mark[] = "EventConsumer.Name=\"", filter_mark[] = "__EventFilter.Name=\"";
	const char *p = memmem(r->text, r->size, mark, sizeof(mark) - 1), *end = r->text + r->size;
	if (p == NULL || w->left_out)
		return TRIAGE_OK;
	if (w->looks++ == LOOKS_MAX) {
		w->left_out = true;
		return TRIAGE_OK;
	}
	const char *name = p + sizeof(mark) - 1, *kind = p;
	while (kind > r->text && ((kind[-1] >= 'A' && kind[-1] <= 'Z') || (kind[-1] >= 'a' && kind[-1] <= 'z') || kind[-1] == '_'))
		kind--;
	const char *name_end = memchr(name, '"', (size_t)(end - name));
	if (name_end == NULL)
		return TRIAGE_OK;
	size_t from = r->at > NEAR / 2 ? r->at - NEAR / 2 : 0, to = r->at + r->size + NEAR;
	to = to < w->all.size ? to : w->all.size;
	const char *near = (const char *)w->all.data + from;
	/* behind it first */
	size_t behind = r->at + (size_t)(p - r->text);
	const char *f = memmem(w->all.data + behind, to - behind, filter_mark, sizeof(filter_mark) - 1);
	if (f == NULL)
		f = memmem(near, behind - from, filter_mark, sizeof(filter_mark) - 1);
	if (f == NULL)
		return TRIAGE_OK;
	f += sizeof(filter_mark) - 1;
	const char *f_end = memchr(f, '"', (size_t)((const char *)w->all.data + to - f));
	if (f_end == NULL || was_told(w, "binding", name, (size_t)(name_end - name), f, (size_t)(f_end - f)))
		return TRIAGE_OK;
	begin(w, "binding", r->at, "consumer", name, (size_t)(name_end - name));
	artefact_bytes(w->a, "consumer_type", kind, (size_t)(p - kind) + 13);
	artefact_bytes(w->a, "filter", f, (size_t)(f_end - f));
	artefact_message(w->a, "WMI binding: the filter %.*s starts the consumer %.*s (%.*s)", (int)(f_end - f), f, (int)(name_end - name), name,
	    (int)(p - kind) + 13, kind);
	return artefact_send(w->a, err);
}

/* A query, with the filter's name in the run before it. */
static enum triage_status
look_filter(struct wmi *w, const struct run *r, struct triage_error *err)
{
	static const char *const events[] = { "__Instance", "__Timer", "__Class", "__Namespace", "Win32_", "Registry", "MSFT_", "__Event", NULL };
	char query[1024];
	const struct run *name = &w->last[0];
	if (r->size < 14 || strncasecmp(r->text, "select ", 7) != 0 || name->size == 0 || name->at + name->size + 64 < r->at)
		return TRIAGE_OK;
	snprintf(query, sizeof(query), "%.*s", (int)(r->size < sizeof(query) ? r->size : sizeof(query) - 1), r->text);
	if (strcasestr(query, " from ") == NULL || !text_has_any(query, events) || name->size > 256 ||
	    was_told(w, "filter", name->text, name->size, r->text, r->size))
		return TRIAGE_OK;
	begin(w, "filter", name->at, "filter", name->text, name->size);
	artefact_bytes(w->a, "query", r->text, r->size);
	artefact_message(w->a, "WMI event filter %.*s: %s", (int)name->size, name->text, query);
	return artefact_send(w->a, err);
}

/* The texts behind the name of a consumer's class: what it runs, its name. */
static enum triage_status
look_consumer(struct wmi *w, const struct run *r, struct triage_error *err)
{
	size_t kind = 0, nearest = BEHIND - 1;
	const struct run *first = &w->last[nearest];
	while (kind < CONSUMERS && !(first->size == strlen(consumers[kind].name) && memcmp(first->text, consumers[kind].name, first->size) == 0))
		kind++;
	(void)r;
	if (kind == CONSUMERS || consumers[kind].technique[0] == '\0' || w->last[0].at > first->at + first->size + RUN_MAX + NEAR)
		return TRIAGE_OK;
	const struct run *one = &w->last[nearest - 1], *two = &w->last[nearest - 2];
	/* the class itself has these runs too: names of properties */
	if (one->size < 4 || one->at > first->at + first->size + APART || memcmp(one->text, "root", 4) == 0 || is_of_windows(one->text, one->size) ||
	    was_told(w, "consumer", one->text, one->size, two->text, two->size))
		return TRIAGE_OK;
	begin(w, "consumer", first->at, kind == 0 ? "command" : "text", one->text, one->size);
	artefact_text(w->a, "consumer_type", consumers[kind].name);
	artefact_list(w->a, "texts");
	for (size_t i = nearest; i-- > 0;) {
		SCOPED_BUF item;
		buf_init(&item, RUN_MAX + 1);
		/* what stands apart is of another record */
		if (w->last[i].size == 0 || w->last[i].at > w->last[i + 1].at + w->last[i + 1].size + APART)
			break;
		buf_put(&item, w->last[i].text, w->last[i].size);
		artefact_item(w->a, buf_cstr(&item));
	}
	artefact_list_end(w->a);
	artefact_message(w->a, "WMI consumer (%s): %.*s | %.*s", consumers[kind].name, (int)(one->size < 600 ? one->size : 600), one->text,
	    (int)(two->size < 300 ? two->size : 300), two->text);
	return artefact_send(w->a, err);
}

static enum triage_status
take_run(struct wmi *w, struct run r, struct triage_error *err)
{
	enum triage_status st = look_binding(w, &r, err);
	if (st == TRIAGE_OK)
		st = look_filter(w, &r, err);
	memmove(&w->last[1], &w->last[0], (BEHIND - 1) * sizeof(w->last[0]));
	w->last[0] = r;
	return st == TRIAGE_OK && w->last[BEHIND - 1].size > 0 ? look_consumer(w, &r, err) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct wmi *w = fault_hit() ? NULL : calloc(1, sizeof(*w));
	enum triage_status st = TRIAGE_OK;
	if (w == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a WMI repository");
		return TRIAGE_E_MEMORY;
	}
	w->a = a;
	w->all = all;
	if (artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, all.size, err, "the repository's own time is not known: nothing of it is in the timeline");
	for (size_t at = 0; at < all.size && st == TRIAGE_OK;) {
		size_t end = at;
		while (end < all.size && end - at < RUN_MAX && is_text(all.data[end]))
			end++;
		/* texts stand between bytes of zero */
		bool alone = (at == 0 || all.data[at - 1] == 0) && (end == all.size || all.data[end] == 0 || end - at == RUN_MAX);
		if (alone && end - at >= RUN_LEAST)
			st = take_run(w, (struct run){ (const char *)all.data + at, end - at, at }, err);
		at = end > at ? end : at + 1;
	}
	/* what a consumer says last may be the end of the file */
	for (size_t i = 0; i < BEHIND && st == TRIAGE_OK; i++)
		st = take_run(w, (struct run){ "", 0, all.size }, err);
	if (st == TRIAGE_OK && w->left_out)
		st = artefact_remark(a, TRIAGE_INFO, "too-many", 0, 0, err, "more filters, consumers and bindings than can be: the rest is left out");
	free(w);
	return st;
}

const struct artefact_kind artefact_wmi = {
	.name = "wmi",
	.source = "wmi",
	.title = "WMI repository (OBJECTS.DATA)",
	.yields = "event filters, consumers and bindings by which programs are started",
	.reference = "public work on WMI persistence; [MS-WMIO]",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
