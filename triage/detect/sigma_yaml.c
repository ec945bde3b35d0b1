#include "triage/detect/sigma_yaml.h"

#include <yaml.h>

#include <string.h>

enum { TEXT_MAX = 64 << 10 };

struct anchor {
	const char *name;
	const struct sigma_yaml *node;	/* NULL while it is not finished */
};

struct reading {
	struct pool *pool;
	struct sigma_yaml *open[SIGMA_YAML_DEPTH];	/* the lists and maps around */
	struct sigma_yaml *last[SIGMA_YAML_DEPTH];	/* their last child */
	const char *key[SIGMA_YAML_DEPTH];		/* of the value that comes; NULL: a key comes */
	struct anchor anchors[SIGMA_YAML_ANCHORS];
	size_t anchor_at[SIGMA_YAML_DEPTH];		/* of the open ones, from 1; 0: none */
	size_t depth, nodes, anchor_count;
	unsigned first_line;
	struct sigma_yaml *root;
};

static enum triage_status
wrong(const struct reading *r, size_t line, enum triage_status status, const char *why, struct triage_error *err)
{
	triage_error_set(err, status, r->first_line + line, "%s", why);
	return status;
}

static enum triage_status
add(struct reading *r, struct sigma_yaml *node, struct triage_error *err)
{
	size_t line = node->line - r->first_line;
	if (r->depth == 0) {
		if (r->root != NULL)
			return wrong(r, line, TRIAGE_E_FORMAT, "a second value in the same document", err);
		r->root = node;
		return TRIAGE_OK;
	}
	size_t at = r->depth - 1;
	struct sigma_yaml *parent = r->open[at];
	if (parent->kind == SIGMA_YAML_MAP && r->key[at] == NULL) {
		if (node->kind != SIGMA_YAML_SCALAR)
			return wrong(r, line, TRIAGE_E_FORMAT, "a key that is no plain name", err);
		for (const struct sigma_yaml *other = parent->first; other != NULL && parent->count < 1000; other = other->next)
			if (strcmp(other->key, node->text) == 0)
				return wrong(r, line, TRIAGE_E_FORMAT, "the same key twice in one map", err);
		r->key[at] = node->text;
		return TRIAGE_OK;
	}
	node->key = parent->kind == SIGMA_YAML_MAP ? r->key[at] : NULL;
	r->key[at] = NULL;
	if (r->last[at] != NULL)
		r->last[at]->next = node;
	else
		parent->first = node;
	r->last[at] = node;
	parent->count++;
	return TRIAGE_OK;
}

static enum triage_status
make(struct reading *r, enum sigma_yaml_kind kind, size_t line, struct sigma_yaml **ret_node, struct triage_error *err)
{
	if (++r->nodes > SIGMA_YAML_NODES)
		return wrong(r, line, TRIAGE_E_LIMIT, "too many values in one document", err);
	struct sigma_yaml *node = pool_alloc(r->pool, sizeof(*node));
	if (node == NULL)
		return wrong(r, line, TRIAGE_E_LIMIT, "the document needs too much memory", err);
	node->kind = kind;
	node->line = r->first_line + (unsigned)line;
	*ret_node = node;
	return TRIAGE_OK;
}

/* Returns the number of the anchor, 0 when there is no room or no name. */
static size_t
keep_anchor(struct reading *r, const yaml_char_t *name, const struct sigma_yaml *node)
{
	if (name == NULL || r->anchor_count == SIGMA_YAML_ANCHORS)
		return 0;
	const char *kept = pool_text(r->pool, (const char *)name, strlen((const char *)name));
	if (kept == NULL)
		return 0;
	r->anchors[r->anchor_count] = (struct anchor){ kept, node };
	return ++r->anchor_count;
}

static enum triage_status
take_scalar(struct reading *r, const yaml_event_t *e, struct triage_error *err)
{
	struct sigma_yaml *node;
	size_t line = e->start_mark.line, size = e->data.scalar.length;
	if (size > TEXT_MAX)
		return wrong(r, line, TRIAGE_E_LIMIT, "a text of more than 64 KiB", err);
	enum triage_status st = make(r, SIGMA_YAML_SCALAR, line, &node, err);
	if (st != TRIAGE_OK)
		return st;
	node->text = pool_text(r->pool, (const char *)e->data.scalar.value, size);
	if (node->text == NULL)
		return wrong(r, line, TRIAGE_E_LIMIT, "the document needs too much memory", err);
	node->size = size;
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	keep_anchor(r, e->data.scalar.anchor, node);
	return add(r, node, err);
}

static enum triage_status
take_alias(struct reading *r, const yaml_event_t *e, struct triage_error *err)
{
	struct sigma_yaml *node;
	size_t line = e->start_mark.line, i = r->anchor_count;
	while (i > 0 && strcmp(r->anchors[i - 1].name, (const char *)e->data.alias.anchor) != 0)
		i--;
	if (i == 0 || r->anchors[i - 1].node == NULL)
		return wrong(r, line, TRIAGE_E_FORMAT, "an alias of nothing, or of what it lies in", err);
	const struct sigma_yaml *from = r->anchors[i - 1].node;
	enum triage_status st = make(r, from->kind, line, &node, err);
	if (st != TRIAGE_OK)
		return st;
	unsigned here = node->line;
	*node = *from;
	node->key = NULL;
	node->next = NULL;
	node->line = here;
	return add(r, node, err);
}

static enum triage_status
open_node(struct reading *r, enum sigma_yaml_kind kind, const yaml_char_t *anchor, size_t line, struct triage_error *err)
{
	struct sigma_yaml *node;
	enum triage_status st = make(r, kind, line, &node, err);
	if (st == TRIAGE_OK)
		st = add(r, node, err);
	if (st != TRIAGE_OK)
		return st;
	if (r->depth == SIGMA_YAML_DEPTH)
		return wrong(r, line, TRIAGE_E_LIMIT, "lists and maps lie too deep in each other", err);
	r->anchor_at[r->depth] = keep_anchor(r, anchor, NULL);
	r->last[r->depth] = NULL;
	r->key[r->depth] = NULL;
	r->open[r->depth++] = node;
	return TRIAGE_OK;
}

static enum triage_status
take(struct reading *r, const yaml_event_t *e, struct triage_error *err)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, e, err);
	case YAML_ALIAS_EVENT:
		return take_alias(r, e, err);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(r, SIGMA_YAML_LIST, e->data.sequence_start.anchor, e->start_mark.line, err);
	case YAML_MAPPING_START_EVENT:
		return open_node(r, SIGMA_YAML_MAP, e->data.mapping_start.anchor, e->start_mark.line, err);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		if (r->anchor_at[r->depth] != 0)
			r->anchors[r->anchor_at[r->depth] - 1].node = r->open[r->depth];
		return TRIAGE_OK;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return TRIAGE_OK;
}

static enum triage_status
read_events(struct reading *r, yaml_parser_t *parser, struct triage_error *err)
{
	yaml_event_t e;
	enum triage_status st = TRIAGE_OK;
	bool ended = false;
	while (st == TRIAGE_OK && !ended) {
		if (!yaml_parser_parse(parser, &e)) {
			if (parser->error == YAML_MEMORY_ERROR)
				return wrong(r, 0, TRIAGE_E_MEMORY, "out of memory for rules", err);
			triage_error_set(err, TRIAGE_E_FORMAT, r->first_line + parser->problem_mark.line, "no sound YAML: %s%s%s",
			    parser->problem != NULL ? parser->problem : "cannot be read", parser->context != NULL ? ", " : "",
			    parser->context != NULL ? parser->context : "");
			return TRIAGE_E_FORMAT;
		}
		ended = e.type == YAML_STREAM_END_EVENT;
		st = take(r, &e, err);
		yaml_event_delete(&e);
	}
	return st;
}

enum triage_status
sigma_yaml_read(const char *text, size_t size, unsigned first_line, struct pool *pool, const struct sigma_yaml **ret_root, struct triage_error *err)
{
	struct reading r = { .pool = pool, .first_line = first_line };
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		return wrong(&r, 0, TRIAGE_E_MEMORY, "out of memory for rules", err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	enum triage_status st = read_events(&r, &parser, err);
	yaml_parser_delete(&parser);
	if (st == TRIAGE_OK)
		*ret_root = r.root;
	return st;
}

const struct sigma_yaml *
sigma_yaml_member(const struct sigma_yaml *map, const char *key)
{
	if (map == NULL || map->kind != SIGMA_YAML_MAP)
		return NULL;
	const struct sigma_yaml *node = map->first;
	while (node != NULL && strcmp(node->key, key) != 0)
		node = node->next;
	return node;
}

const char *
sigma_yaml_text(const struct sigma_yaml *map, const char *key)
{
	const struct sigma_yaml *node = sigma_yaml_member(map, key);
	return node != NULL && node->kind == SIGMA_YAML_SCALAR ? node->text : "";
}

bool
sigma_yaml_is_null(const struct sigma_yaml *node)
{
	return node->kind == SIGMA_YAML_SCALAR && node->plain && (node->size == 0 || strcmp(node->text, "~") == 0 || strcasecmp(node->text, "null") == 0);
}
