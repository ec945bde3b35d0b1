/* sigma_rule.c - one document of a rule file: what it says about itself, its log source, its detection. */
#include "triage/detect/sigma_inside.h"

#include "triage/base/buf.h"
#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TITLE_MAX = 300, TEXT_SHOWN = 1500, NAME_SHOWN = 120, COST_MAX = 1 << 21, RULES_MAX = 20000 };

/* Text for people: without what steers a terminal, cut when it is long. */
static const char *
shown(struct sigma_set *set, const char *text, size_t most)
{
	SCOPED_BUF safe;
	buf_init(&safe, 1 << 20);
	text_safe(&safe, text);
	size_t size = safe.size;
	while (size > 0 && (safe.data[size - 1] == '\n' || safe.data[size - 1] == ' '))
		size--;
	if (size > most) {
		size = most;
		while (size > 0 && ((uint8_t)safe.data[size] & 0xc0) == 0x80)
			size--;
	}
	return safe.failed ? NULL : sigma_keep(set, size > 0 ? safe.data : "", size);
}

/* A folded text of several lines is one line. */
static const char *
line_of(struct sigma_set *set, const char *text, size_t most)
{
	char *copy = strdup(text);
	if (copy == NULL)
		return NULL;
	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	const char *out = shown(set, copy, most);
	free(copy);
	return out;
}

static const char *
joined(struct sigma_set *set, const struct sigma_yaml *node)
{
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	if (node == NULL)
		return "";
	if (node->kind == SIGMA_YAML_SCALAR)
		buf_text(&text, node->text);
	for (const struct sigma_yaml *v = node->kind == SIGMA_YAML_LIST ? node->first : NULL; v != NULL && text.size < TEXT_SHOWN; v = v->next) {
		if (v->kind != SIGMA_YAML_SCALAR)
			continue;
		buf_text(&text, text.size > 0 ? "; " : "");
		buf_text(&text, v->text);
	}
	return line_of(set, buf_cstr(&text), TEXT_SHOWN);
}

/* The first of the tags that is a technique: attack.t1059.001 is T1059.001. */
static const char *
technique_of(struct sigma_set *set, const struct sigma_yaml *tags)
{
	for (const struct sigma_yaml *tag = tags != NULL && tags->kind == SIGMA_YAML_LIST ? tags->first : NULL; tag != NULL; tag = tag->next) {
		if (tag->kind != SIGMA_YAML_SCALAR || strncasecmp(tag->text, "attack.t", 8) != 0)
			continue;
		const char *number = tag->text + 8;
		size_t digits = strspn(number, "0123456789"), more = number[digits] == '.' ? strspn(number + digits + 1, "0123456789") : 0;
		bool whole = digits == 4 && (number[4] == '\0' || (more == 3 && number[8] == '\0'));
		if (!whole)
			continue;
		char text[12] = "T";
		memcpy(text + 1, number, strlen(number) + 1);
		return sigma_keep(set, text, strlen(text));
	}
	return "";
}

static enum triage_status
level_of(struct sigma_loading *l, const struct sigma_yaml *document, struct sigma_rule *r)
{
	static const struct {
		const char *word;
		enum triage_severity severity;
	} levels[] = {
		/* one log is one class of sources: never critical by itself */
		{ "informational", TRIAGE_INFO }, { "low", TRIAGE_LOW }, { "medium", TRIAGE_MEDIUM }, { "high", TRIAGE_HIGH }, { "critical", TRIAGE_HIGH },
	};
	static const struct {
		const char *word;
		unsigned confidence;
	} states[] = { { "stable", 40 }, { "test", 35 }, { "experimental", 25 }, { "deprecated", 15 }, { "unsupported", 10 } };
	const char *level = sigma_yaml_text(document, "level"), *status = sigma_yaml_text(document, "status");
	r->level = "none";
	r->severity = TRIAGE_LOW;
	r->status = "none";
	r->confidence = 25;
	bool known = level[0] == '\0';
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcasecmp(level, levels[i].word) == 0) {
			r->level = levels[i].word;
			r->severity = levels[i].severity;
			known = true;
		}
	if (!known)
		return sigma_refuse(l, sigma_yaml_member(document, "level")->line, "the level is informational, low, medium, high or critical");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcasecmp(status, states[i].word) == 0) {
			r->status = states[i].word;
			r->confidence = states[i].confidence;
		}
	return TRIAGE_OK;
}

/* Keys that only our own rules have: kind, and a confidence for events that have no normal use. */
static enum triage_status
own_keys(struct sigma_loading *l, const struct sigma_yaml *document, struct sigma_rule *r, struct triage_error *err)
{
	const char *confidence = sigma_yaml_text(document, "confidence");
	r->kind = "sigma";
	if (!l->own || confidence[0] == '\0')
		return TRIAGE_OK;
	unsigned long value = strtoul(confidence, NULL, 10);
	if (value < 1 || value > 70)
		return sigma_refuse(l, sigma_yaml_member(document, "confidence")->line, "confidence is 1 to 70");
	r->confidence = (unsigned)value;
	(void)err;
	return TRIAGE_OK;
}

enum triage_status
sigma_head_of(struct sigma_loading *l, const struct sigma_yaml *document, struct sigma_rule *r, struct triage_error *err)
{
	struct sigma_set *set = l->set;
	const char *title = sigma_yaml_text(document, "title");
	if (title[0] == '\0')
		return sigma_refuse(l, document->line, "there is no title");
	enum triage_status st = level_of(l, document, r);
	if (st == TRIAGE_OK)
		st = own_keys(l, document, r, err);
	if (st != TRIAGE_OK)
		return st;
	r->file = set->files[l->file].path;
	r->line = document->line;
	r->title = line_of(set, title, TITLE_MAX);
	r->id = line_of(set, sigma_yaml_text(document, "id"), NAME_SHOWN);
	r->name = line_of(set, sigma_yaml_text(document, "name"), NAME_SHOWN);
	r->why = line_of(set, sigma_yaml_text(document, "description"), TEXT_SHOWN);
	r->innocent = joined(set, sigma_yaml_member(document, "falsepositives"));
	r->technique = technique_of(set, sigma_yaml_member(document, "tags"));
	const char *modified = sigma_yaml_text(document, "modified"), *date = sigma_yaml_text(document, "date");
	r->version = line_of(set, modified[0] != '\0' ? modified : date, NAME_SHOWN);
	if (r->title == NULL || r->id == NULL || r->name == NULL || r->why == NULL || r->innocent == NULL || r->technique == NULL || r->version == NULL)
		return sigma_no_memory(err);
	const char *known = r->id[0] != '\0' ? r->id : r->name;
	size_t other = known[0] != '\0' ? sigma_find(set, known) : SIZE_MAX;
	if (other != SIZE_MAX)
		return sigma_refuse(l, document->line, "its id is taken by \"%.80s\" (line %u)", set->rules[other].title, set->rules[other].line);
	return TRIAGE_OK;
}

static enum triage_status
logsource_of(struct sigma_loading *l, const struct sigma_yaml *document, struct sigma_logsource *s, struct triage_error *err)
{
	const struct sigma_yaml *map = sigma_yaml_member(document, "logsource");
	if (map == NULL || map->kind != SIGMA_YAML_MAP)
		return sigma_refuse(l, document->line, "there is no logsource");
	s->product = sigma_keep_lower(l->set, sigma_yaml_text(map, "product"));
	s->category = sigma_keep_lower(l->set, sigma_yaml_text(map, "category"));
	s->service = sigma_keep_lower(l->set, sigma_yaml_text(map, "service"));
	if (s->product == NULL || s->category == NULL || s->service == NULL)
		return sigma_no_memory(err);
	if (s->product[0] == '\0' && s->category[0] == '\0' && s->service[0] == '\0')
		return sigma_refuse(l, map->line, "the logsource names no product, category or service");
	return TRIAGE_OK;
}

enum triage_status
sigma_rule_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err)
{
	struct sigma_set *set = l->set;
	struct sigma_rule r = { .line = document->line };
	const struct sigma_yaml *detection = sigma_yaml_member(document, "detection");
	if (sigma_yaml_member(document, "action") != NULL)
		return sigma_refuse(l, document->line, "an action document, of Sigma 1");
	if (detection == NULL || detection->kind != SIGMA_YAML_MAP)
		return sigma_refuse(l, document->line, "there is no detection");
	enum triage_status st = sigma_head_of(l, document, &r, err);
	if (st == TRIAGE_OK)
		st = logsource_of(l, document, &r.logsource, err);
	if (st != TRIAGE_OK)
		return st;
	if (!sigma_rows_of(set, &r.logsource, &r.rows, &r.row_count))
		return sigma_no_memory(err);
	if (r.row_count == 0) {
		st = sigma_refuse(l, document->line, "no artefact gives this log source: product \"%.40s\", category \"%.40s\", service \"%.40s\"", r.logsource.product,
		    r.logsource.category, r.logsource.service);
		l->elsewhere = true;
		return st;
	}
	st = sigma_detection_of(l, &r.logsource, detection, &r.test, err);
	if (st != TRIAGE_OK)
		return st;
	if (r.test->cost > COST_MAX)
		return sigma_refuse(l, detection->line, "the rule asks too much of each event");
	if (set->rule_count >= RULES_MAX)
		return sigma_refuse(l, document->line, "more than %d rules", RULES_MAX);
	if (!sigma_grow(&set->rules, set->rule_count, &set->rule_room, sizeof(*set->rules)))
		return sigma_no_memory(err);
	set->rules[set->rule_count++] = r;
	return TRIAGE_OK;
}
