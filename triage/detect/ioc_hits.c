/*
 * ioc_hits.c - indicators of the examiner's lists in files and events: one finding for each indicator.
 *
 * A digest is certain, a name or an address is one trait: the first is high, the others medium, unless the list gives a score. The lists decide
 * alone what is looked for; whose word that is stands in the reasons of each finding.
 */
#include "triage/detect/judge.h"

#include "triage/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CONTENTS_MAX = 2000, EVENT_ITEMS_MAX = 32, WORD_LIMIT = 4096, TOLD_ONE = 40, TOLD_CONTENT = 50, PARENTS_MAX = 64 };

struct ioc_hits {
	uint64_t folds;			/* made */
	const void *told[EVENT_ITEMS_MAX];	/* items and notes of the event at hand */
	size_t told_count;
	struct detect_judge *j;
	struct happening *h;
	const struct subject *s;	/* one of the two is set */
};

static const struct {
	const char *rule, *title, *why, *innocent;
	enum check check;
} kinds[IOC_KIND_COUNT] = {
	[IOC_HASH] = { "ioc:hash", "File of an indicator list", "The digest of a file is the same as one on a list of indicators that was given for this examination.",
		"A list that also names tools which the town uses itself; ask who made the list.", CHECK_HASH },
	[IOC_NAME] = { "ioc:file-name", "File name of an indicator list", "A file or a record has a name that a list of indicators gives for an attack.",
		"Another file that happens to have the same name; compare its digest and its place.", CHECK_NAME },
	[IOC_PATH] = { "ioc:path", "Path of an indicator list", "A file lies, or a record speaks of one, where a list of indicators says that an attack puts it.",
		"A program of the town that uses the same place; compare its digest.", CHECK_NAME },
	[IOC_PATTERN] = { "ioc:pattern", "Path that fits a pattern of an indicator list", "The path of a file fits a pattern that a list of indicators gives for an attack.",
		"Patterns are wide: another file whose name fits; compare its digest and its place.", CHECK_NAME },
	[IOC_DOMAIN] = { "ioc:domain", "Domain of an indicator list", "A file or a record names a domain that a list of indicators gives for an attack.",
		"A warning, a block list, a mail about the attack or a security product that names the domain without any contact.", CHECK_BYTES },
	[IOC_ADDRESS] = { "ioc:address", "Address of an indicator list", "A file or a record names a network address that a list of indicators gives for an attack.",
		"An address that many share (hosting, a cloud) or that changed hands since; a block list that names it.", CHECK_BYTES },
	[IOC_URL] = { "ioc:url", "URL of an indicator list", "A file or a record names a web address that a list of indicators gives for an attack.",
		"A warning, a block list or a security product that names the address without any contact.", CHECK_BYTES },
	[IOC_MAIL] = { "ioc:mail", "Mail address of an indicator list", "A file or a record names a mail address that a list of indicators gives for an attack.",
		"A warning or a block list that names the address; a sender whose address was forged.", CHECK_BYTES },
	[IOC_KEY] = { "ioc:registry", "Registry key of an indicator list", "The registry has, or a record speaks of, a key that a list of indicators gives for an attack.",
		"A program of the town that uses the same key.", CHECK_BYTES },
};

static enum triage_severity
severity_of(enum ioc_kind kind, const struct ioc_note *note)
{
	return note->severity >= 0 ? (enum triage_severity)note->severity : kind == IOC_HASH ? TRIAGE_HIGH : TRIAGE_MEDIUM;
}

static unsigned
confidence_of(const struct detect_judge *j, enum ioc_kind kind, const struct ioc_note *note, bool content)
{
	if (kind == IOC_HASH)
		return judge_confidence(j, note->confidence > 0 ? note->confidence : j->tables->scores.confidence_exact);
	unsigned most = content ? TOLD_CONTENT : TOLD_ONE;
	return judge_confidence(j, note->confidence > 0 && note->confidence < most ? note->confidence : most);
}

static void
put_reasons(struct detect_judge *j, struct fold *f, const struct ioc_note *note, const char *where)
{
	const struct ioc_list *list = &j->tables->iocs.lists[note->list];
	fold_reason(&j->folds, f, "List %s%s%s%s%s%s.", list->name, note->tlp[0] != '\0' ? " (TLP:" : "", note->tlp, note->tlp[0] != '\0' ? ")" : "",
	    note->comment[0] != '\0' ? ": " : "", note->comment);
	if (where[0] != '\0')
		fold_reason(&j->folds, f, "%s", where);
}

/* A fold for the indicator, of which the caller adds an example; NULL when there is no room. */
static struct fold *
fold_of(struct ioc_hits *x, enum ioc_kind kind, const char *value, const struct ioc_note *note, bool content)
{
	struct detect_judge *j = x->j;
	char title[600], split[600];
	snprintf(title, sizeof(title), "%s: %.400s", kinds[kind].title, value);
	snprintf(split, sizeof(split), "%.500s", value);
	struct fold_plan plan = { .rule = kinds[kind].rule, .kind = "ioc", .family = "", .split = split, .title = title, .technique = "", .why = kinds[kind].why,
		.innocent = kinds[kind].innocent, .version = "1", .check = kinds[kind].check,
		.severity = severity_of(kind, note), .confidence = confidence_of(j, kind, note, content) };
	if (x->folds >= CONTENTS_MAX) {
		plan.split = "more";
		plan.title = kinds[kind].title;
	}
	size_t before = j->folds.count;
	struct fold *f = fold_for(&j->folds, &plan);
	x->folds += j->folds.count > before;
	if (f != NULL && plan.split != split)
		fold_reason(&j->folds, f, "More than %d indicators were found; this finding stands for the rest.", CONTENTS_MAX);
	return f;
}

/* --- files --- */

static struct fold *
tell_file(struct ioc_hits *x, enum ioc_kind kind, const char *value, const struct ioc_note *note, const struct detect_match *m)
{
	struct fold *f = fold_of(x, kind, value, note, m != NULL);
	if (f == NULL)
		return NULL;
	struct fold_example e = judge_example(x->s, kind == IOC_HASH);
	if (m != NULL) {
		e.offset = m->offset;
		e.length = m->length;
		e.string_id = m->string_id;
		e.sample = m->sample;
	}
	put_reasons(x->j, f, note, m != NULL ? "It stands in the content of a file." : "");
	fold_add(&x->j->folds, f, &e, x->s->appeared);
	return f;
}

static void
look_at_path(struct ioc_hits *x, const char *path, void (*hit)(void *ctx, const struct ioc *i))
{
	if (!ioc_match_path(&x->j->tables->iocs, path, hit, x))
		judge_remark(x->j, "A pattern of an indicator list took too long for some paths: there it was not looked for.");
}

static void
path_hit(void *ctx, const struct ioc *i)
{
	struct ioc_hits *x = ctx;
	tell_file(x, i->kind, i->value, &x->j->tables->iocs.notes[i->note], NULL);
}

/* One finding for a content, whichever of its digests are on lists; the loudest of them speaks. */
static void
look_at_digests(struct ioc_hits *x, const struct triage_content *content)
{
	const struct ioc_store *s = &x->j->tables->iocs;
	const uint8_t *const digests[DIGEST_KIND_COUNT] = { [DIGEST_MD5] = content->md5, [DIGEST_SHA1] = content->sha1, [DIGEST_SHA256] = content->sha256 };
	const struct ioc_note *notes[DIGEST_KIND_COUNT] = { NULL }, *loudest = NULL;
	unsigned best = 0;
	for (unsigned kind = DIGEST_KIND_COUNT; kind-- > 0;) {
		notes[kind] = ioc_digest(s, (enum digest_kind)kind, digests[kind]);
		if (notes[kind] == NULL || (loudest != NULL && severity_of(IOC_HASH, notes[kind]) <= severity_of(IOC_HASH, loudest)))
			continue;
		loudest = notes[kind];
		best = kind;
	}
	if (loudest == NULL)
		return;
	char hex[2 * DIGEST_MAX + 1];
	text_hex(hex, digests[best], digest_size((enum digest_kind)best));
	struct fold *f = tell_file(x, IOC_HASH, hex, loudest, NULL);
	for (unsigned kind = DIGEST_KIND_COUNT; f != NULL && kind-- > 0;)
		if (notes[kind] != NULL && notes[kind] != loudest)
			put_reasons(x->j, f, notes[kind], "");
}

static enum triage_status
ioc_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct ioc_hits *x = state;
	const struct ioc_store *iocs = &j->tables->iocs;
	(void)err;
	if (iocs->list_count == 0)
		return TRIAGE_OK;
	x->j = j;
	x->s = s;
	if (s->file->content != NULL && s->file->content->hashed)
		look_at_digests(x, s->file->content);
	look_at_path(x, s->file->path, path_hit);
	for (size_t i = 0; i < s->match_count; i++) {
		const struct detect_match *m = &s->matches[i];
		const struct ioc *item = strcmp(m->rule->name_space, "ioc") == 0 ? detect_ioc_of(iocs, m->rule->name, m->string_id) : NULL;
		if (item != NULL)
			tell_file(x, item->kind, item->value, &iocs->notes[item->note], m);
	}
	return TRIAGE_OK;
}

/* --- events --- */

/* The first time that an event says this. */
static bool
is_new(struct ioc_hits *x, const void *what)
{
	for (size_t i = 0; i < x->told_count; i++)
		if (x->told[i] == what)
			return false;
	if (x->told_count == EVENT_ITEMS_MAX) {
		judge_remark(x->j, "Some events name more indicators than are told of one event; those beyond were not told of these events.");
		return false;
	}
	x->told[x->told_count++] = what;
	return true;
}

static void
tell_event(struct ioc_hits *x, enum ioc_kind kind, const char *value, const struct ioc_note *note)
{
	const struct detect_event *e = x->h->event;
	char where[200];
	struct fold *f = fold_of(x, kind, value, note, false);
	if (f == NULL)
		return;
	const struct fold_example example = judge_event_example(x->h, 0);
	snprintf(where, sizeof(where), "It stands in an event (%s).", e->source);
	put_reasons(x->j, f, note, where);
	fold_add(&x->j->folds, f, &example, e->time);
	fold_user(&x->j->folds, f, e->user);
}

static void
item_hit(void *ctx, const struct ioc *i)
{
	struct ioc_hits *x = ctx;
	if (is_new(x, i))
		tell_event(x, i->kind, i->value, &x->j->tables->iocs.notes[i->note]);
}

static bool
search_hit(void *ctx, const struct ioc_hit *hit)
{
	struct ioc_hits *x = ctx;
	if (hit->item != NULL) {
		item_hit(x, hit->item);
	} else {
		char hex[2 * DIGEST_MAX + 1];
		size_t size = hit->size < sizeof(hex) ? hit->size : sizeof(hex) - 1;
		for (size_t i = 0; i < size; i++)
			hex[i] = hit->digest[i] >= 'A' && hit->digest[i] <= 'F' ? (char)(hit->digest[i] + 32) : hit->digest[i];
		hex[size] = '\0';
		if (is_new(x, hit->note))
			tell_event(x, IOC_HASH, hex, hit->note);
	}
	return true;
}

/* A value that may be a path, or a command line with paths in it. */
static void
look_at_value(struct ioc_hits *x, const char *value)
{
	char word[WORD_LIMIT + 1];	/* what is longer is no path */
	if (strpbrk(value, "/\\") == NULL)
		return;
	look_at_path(x, value, item_hit);
	for (const char *p = value; *p != '\0';) {
		size_t size = strcspn(p, " \"'\t,;=<>|");
		if (size > 3 && size < sizeof(word) && (size != strlen(value))) {
			memcpy(word, p, size);
			word[size] = '\0';
			if (strpbrk(word, "/\\") != NULL)
				look_at_path(x, word, item_hit);
		}
		p += size;
		p += strspn(p, " \"'\t,;=<>|");
	}
}

/* A key, or one above it, is an indicator. */
static void
look_at_key(struct ioc_hits *x, const char *key, const char *value)
{
	const struct ioc_store *s = &x->j->tables->iocs;
	SCOPED_BUF text;
	SCOPED_BUF normal;
	buf_init(&text, 256 << 10);
	buf_init(&normal, 512 << 10);
	buf_text(&text, key);
	if (value[0] != '\0')
		buf_format(&text, "\\%s", value);
	ioc_key_of_registry(&normal, buf_cstr(&text), text.size);
	if (normal.failed || normal.size == 0)
		return;
	uint32_t parents = 0;
	size_t size = normal.size;
	for (; size > 0 && parents < PARENTS_MAX; parents++) {
		const struct ioc *i = ioc_find(s, IOC_KEY, normal.data, size);
		if (i != NULL)
			item_hit(x, i);
		const char *cut = memrchr(normal.data, '\\', size);
		size = cut != NULL ? (size_t)(cut - normal.data) : 0;
	}
	if (size > 0)
		judge_remark(x->j, "Some registry keys lie deeper than 64 folders; of those above the lowest 64 no indicator was looked for.");
}

static bool
is_key_field(const char *name)
{
	static const char *const names[] = { "key", "target_object", "object_name", "registry_key", "key_path", "reg_key" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

static enum triage_status
ioc_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct ioc_hits *x = state;
	const struct ioc_store *s = &j->tables->iocs;
	const struct detect_event *e = h->event;
	(void)err;
	if (s->list_count == 0)
		return TRIAGE_OK;
	x->j = j;
	x->h = h;
	x->s = NULL;
	x->told_count = 0;
	ioc_search(s, e->message, strlen(e->message), IOC_IN_MESSAGE, search_hit, x);
	ioc_search(s, e->data, strlen(e->data), IOC_IN_MESSAGE | IOC_IN_JSON, search_hit, x);
	bool paths = s->kinds[IOC_PATH] + s->kinds[IOC_PATTERN] > 0, keys = s->kinds[IOC_KEY] > 0;
	if (!paths && !keys)
		return TRIAGE_OK;
	size_t count;
	const struct happening_field *fields = happening_fields(h, &count);
	for (size_t i = 0; i < count; i++) {
		bool key = keys && is_key_field(fields[i].name);
		if (key)
			look_at_key(x, fields[i].value, strcasecmp(fields[i].name, "key") == 0 ? happening_text(h, "value") : "");
		else if (paths)
			look_at_value(x, fields[i].value);
	}
	return TRIAGE_OK;
}

const struct detector ioc_hits_detector = { .name = "ioc_hits", .state_size = sizeof(struct ioc_hits), .file = ioc_file, .event = ioc_event };
