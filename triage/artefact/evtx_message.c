/* evtx_message.c - one line in words for an event: the sentence of its row in evtx_messages.def, or one made of its fields. */
#include "triage/artefact/evtx_inside.h"

#include "triage/artefact/evtx_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	VALUE_MAX = 420,		/* bytes of one value in a message; data has all of it */
	GENERIC_FIELDS = 8,		/* of a message made of fields */
};

struct evtx_message {
	const char *provider, *technique, *meaning, *text;
	uint32_t id;
	char who;
};

static const struct evtx_message rows[] = {
#define M(provider_name, event, attack, actor, meant, words) \
	{ .provider = provider_name, .id = event, .technique = attack, .who = actor, .meaning = meant, .text = words },
#include "triage/artefact/evtx_messages.def"
#undef M
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert((size_t)ROWS <= EVTX_MESSAGES, "room for every row of evtx_messages.def");

const char *
evtx_message_meaning(const struct evtx_message *m)
{
	return m != NULL && m->meaning[0] != '\0' ? m->meaning : "logged";
}

const char *
evtx_message_technique(const struct evtx_message *m)
{
	return m != NULL ? m->technique : "";
}

char
evtx_message_actor(const struct evtx_message *m)
{
	return m != NULL ? m->who : 0;
}

void
evtx_messages_forget(struct evtx *x)
{
	memset(x->message_ops, 0, sizeof(x->message_ops));
	x->op_count = 1;	/* 0 is none */
}

static void
index_rows(struct evtx *x)
{
	for (unsigned i = ROWS; i > 0; i--) {
		uint16_t *bucket = &x->message_bucket[rows[i - 1].id % EVTX_MESSAGE_BUCKETS];
		x->message_next[i - 1] = *bucket;
		*bucket = (uint16_t)i;
	}
	x->messages_indexed = true;
}

/* A name of the table, which may end in * for any rest. */
static bool
is_provider(const char *row, const char *provider, size_t size)
{
	size_t n = strlen(row);
	if (row[n - 1] == '*')
		return size >= n - 1 && strncasecmp(row, provider, n - 1) == 0;
	return n == size && (memcmp(row, provider, n) == 0 || strcasecmp(row, provider) == 0);
}

const struct evtx_message *
evtx_message_of(struct evtx *x, const char *provider, size_t provider_size, uint64_t id)
{
	if (!x->messages_indexed)
		index_rows(x);
	for (uint16_t i = x->message_bucket[id % EVTX_MESSAGE_BUCKETS]; i != 0; i = x->message_next[i - 1])
		if (rows[i - 1].id == id && is_provider(rows[i - 1].provider, provider, provider_size))
			return &rows[i - 1];
	return NULL;
}

/* --- a sentence to operations --- */

static struct evtx_op *
add_op(struct evtx *x, unsigned kind)
{
	if (x->op_count >= EVTX_OPS - 1)
		return NULL;
	x->ops[x->op_count] = (struct evtx_op){ .kind = (uint8_t)kind };
	return &x->ops[x->op_count++];
}

/* A name to its key; a number is the place of an unnamed one. */
static struct evtx_key *
take_name(struct evtx *x, const char *name, size_t size, uint16_t *place)
{
	char form[EVTX_KEY_MAX];
	if (name[0] >= '0' && name[0] <= '9') {
		*place = (uint16_t)strtoul(name, NULL, 10);
		return NULL;
	}
	return evtx_key_of(&x->names, form, evtx_key_form(name, size, form));
}

/* {name}, {name:format}, {name|other} */
static bool
add_field(struct evtx *x, const char *name, size_t size)
{
	static const char *const formats[] = { [EVTX_AS_LOGON] = "logon", [EVTX_AS_STATUS] = "status", [EVTX_AS_KERBEROS] = "kerberos", [EVTX_AS_CIPHER] = "cipher",
		[EVTX_AS_CODE] = "code", [EVTX_AS_FILE] = "file" };
	const char *colon = memchr(name, ':', size), *bar = memchr(name, '|', size);
	size_t length = colon != NULL ? (size_t)(colon - name) : size, first = bar != NULL ? (size_t)(bar - name) : length;
	struct evtx_op *op = add_op(x, bar != NULL ? EVTX_OP_EITHER : EVTX_OP_FIELD);
	if (op == NULL)
		return false;
	for (size_t i = 1; colon != NULL && i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strlen(formats[i]) == size - length - 1 && memcmp(formats[i], colon + 1, size - length - 1) == 0)
			op->format = (uint8_t)i;
	op->key = take_name(x, name, first, &op->size);
	if (bar != NULL)
		op->other = take_name(x, bar + 1, length - first - 1, &op->size);
	return true;
}

/* Returns the first operation, 0 when there is no room. */
static uint16_t
compile(struct evtx *x, const char *text)
{
	uint32_t first = x->op_count;
	bool good = true;
	while (good && *text != '\0') {
		size_t n = strcspn(text, "{[]");
		if (n > 0) {
			struct evtx_op *op = add_op(x, EVTX_OP_TEXT);
			if ((good = op != NULL)) {
				op->text = text;
				op->size = (uint16_t)n;
			}
			text += n;
		} else if (*text == '{') {
			n = strcspn(text, "}");
			good = add_field(x, text + 1, n - 1);
			text += n + (text[n] == '}');
		} else {
			good = add_op(x, *text == '[' ? EVTX_OP_GROUP : EVTX_OP_GROUP_END) != NULL;
			text++;
		}
	}
	if (!good) {
		x->op_count = first;
		return 0;
	}
	x->ops[x->op_count++] = (struct evtx_op){ .kind = EVTX_OP_END };
	return (uint16_t)first;
}

/* --- the line --- */

struct line {
	char *out;
	size_t size, room;
};

static void
put(struct line *l, const char *text, size_t size)
{
	size_t left = l->room - l->size - 1;
	size = size < left ? size : left;
	memcpy(l->out + l->size, text, size);
	l->size += size;
	l->out[l->size] = '\0';
}

/* Marks of the direction of writing, which Windows puts into dates, are not for a line that is read. */
static size_t
without_marks(char *text, size_t size)
{
	size_t n = 0;
	if (memchr(text, 0xe2, size) == NULL)
		return size;
	for (size_t i = 0; i < size; i++) {
		if (size - i >= 3 && memcmp(text + i, "\xe2\x80", 2) == 0 && ((uint8_t)text[i + 2] == 0x8e || (uint8_t)text[i + 2] == 0x8f))
			i += 2;
		else
			text[n++] = text[i];
	}
	return n;
}

static void
put_value(struct line *l, const struct evtx_value *v, unsigned format)
{
	char text[VALUE_MAX + 8];
	size_t n = evtx_value_text(v, text, VALUE_MAX);
	if (format != 0)
		n = evtx_words(format, text, n, VALUE_MAX);
	n = without_marks(text, n);
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\n' || text[n - 1] == '\r' || text[n - 1] == '\t'))
		n--;
	put(l, text, n);
	if (n + 8 >= VALUE_MAX)
		put(l, "...", 3);
}

static void
run(const struct evtx *x, uint16_t first, struct line *l)
{
	size_t group = 0;
	bool in_group = false;
	for (const struct evtx_op *op = &x->ops[first]; op->kind != EVTX_OP_END; op++) {
		struct evtx_value room;
		const struct evtx_value *v;
		switch (op->kind) {
		case EVTX_OP_TEXT:
			put(l, op->text, op->size);
			break;
		case EVTX_OP_GROUP:
			group = l->size;
			in_group = true;
			break;
		case EVTX_OP_GROUP_END:
			in_group = false;
			break;
		default:
			v = op->key != NULL ? evtx_field_of(x, op->key) : evtx_unnamed(x, op->size, &room);
			if (op->kind == EVTX_OP_EITHER && !evtx_value_says(v))
				v = op->other != NULL ? evtx_field_of(x, op->other) : evtx_unnamed(x, op->size, &room);
			if (evtx_value_says(v)) {
				put_value(l, v, op->format);
			} else if (in_group) {
				/* what stands in [] is left out as a whole when a field of it says nothing */
				l->size = group;
				l->out[group] = '\0';
				in_group = false;
				while (op[1].kind != EVTX_OP_GROUP_END && op[1].kind != EVTX_OP_END)
					op++;
			} else {
				put(l, "?", 1);
			}
		}
	}
}

/* Without a row: who wrote it, its number, and the fields that say most. */
static void
generic(struct evtx *x, const char *provider, uint64_t id, const char *meaning, struct line *l)
{
	const struct evtx_value *rendered = evtx_field_of(x, x->names.words[EVTX_WORD_RENDERED_MESSAGE]);
	char text[64];
	if (evtx_value_says(rendered)) {
		put_value(l, rendered, 0);
		return;
	}
	if (provider[0] != '\0') {
		put(l, provider, strlen(provider));
		put(l, text, (size_t)snprintf(text, sizeof(text), ", event %llu", (unsigned long long)id));
	} else if (id != 0) {
		put(l, text, (size_t)snprintf(text, sizeof(text), "Event %llu, whose description is lost", (unsigned long long)id));
	} else {
		put(l, "An event whose description is lost", 34);
	}
	if (meaning[0] != '\0') {
		put(l, ", ", 2);
		put(l, meaning, strlen(meaning));
	}
	unsigned shown = 0;
	for (uint32_t i = 0; i < x->field_count && shown < GENERIC_FIELDS; i++) {
		const struct evtx_value *v = &x->fields[i].value;
		/* numbers of sessions, of activities and raw bytes tell a reader nothing */
		if (!evtx_value_says(v) || v->type == EVTX_BINARY || v->type == EVTX_GUID || v->type == EVTX_HEX64 || l->size > l->room / 2)
			continue;
		put(l, shown++ == 0 ? ": " : ", ", 2);
		if (x->fields[i].key != NULL) {
			put(l, x->fields[i].key->text, x->fields[i].key->size);
			put(l, " ", 1);
		}
		put_value(l, v, 0);
	}
}

size_t
evtx_message_text(struct evtx *x, const struct evtx_message *m, const char *provider, uint64_t id, char *out, size_t room)
{
	struct line l = { .out = out, .room = room };
	out[0] = '\0';
	if (m != NULL && x->message_ops[m - rows] == 0)
		x->message_ops[m - rows] = compile(x, m->text);
	/* a sentence has no place for values whose names are lost */
	bool nameless = !x->whole && x->unnamed == x->field_count;
	if (m != NULL && x->message_ops[m - rows] != 0 && !nameless)
		run(x, x->message_ops[m - rows], &l);
	else
		generic(x, provider, id, m != NULL ? m->meaning : "", &l);
	return l.size;
}
