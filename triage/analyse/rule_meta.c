/* rule_meta.c - what a rule says about itself, in the words of our own pack and of the common public packs. */
#include "triage/analyse/set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { META_MAX = 2000, CONFIDENCE_MAX = 95, CONFIDENCE_UNSAID = 50, SCORE_HIGH = 80, SCORE_MEDIUM = 60, THREAT_HIGH = 8, THREAT_MEDIUM = 5 };

/* Value of the first key of a list that the rule has, in the order of the list. */
static const YR_META *
find_meta(const YR_RULE *rule, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		YR_META *meta;
		yr_rule_metas_foreach(rule, meta) {
			if (strcasecmp(meta->identifier, *keys) == 0)
				return meta;
		}
	}
	return NULL;
}

static const char *
meta_text(struct rule_words *pool, const YR_RULE *rule, const char *const *keys)
{
	const YR_META *meta = find_meta(rule, keys);
	if (meta == NULL)
		return "";
	if (meta->type == META_TYPE_STRING)
		return rule_words_display(pool, meta->string, strlen(meta->string), META_MAX);
	char number[24];
	int size = snprintf(number, sizeof(number), "%jd", (intmax_t)meta->integer);
	return rule_words_keep(pool, number, (size_t)size);
}

static bool
meta_number(const YR_RULE *rule, const char *key, int64_t *ret_value)
{
	const char *const keys[] = { key, NULL };
	const YR_META *meta = find_meta(rule, keys);
	if (meta == NULL)
		return false;
	if (meta->type != META_TYPE_STRING) {
		*ret_value = meta->integer;
		return true;
	}
	char *end;
	*ret_value = strtoll(meta->string, &end, 10);
	return end != meta->string;
}

static enum triage_severity
severity_of(const YR_RULE *rule)
{
	static const struct {
		const char *word;
		enum triage_severity severity;
	} words[] = {
		{ "critical", TRIAGE_CRITICAL }, { "high", TRIAGE_HIGH }, { "medium", TRIAGE_MEDIUM }, { "moderate", TRIAGE_MEDIUM },
		{ "low", TRIAGE_LOW }, { "info", TRIAGE_INFO }, { "informational", TRIAGE_INFO },
	};
	static const char *const keys[] = { "severity", NULL };
	const YR_META *said = find_meta(rule, keys);
	for (size_t i = 0; said != NULL && said->type == META_TYPE_STRING && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(said->string, words[i].word) == 0)
			return words[i].severity;
	int64_t number;
	if (meta_number(rule, "score", &number) || (said != NULL && meta_number(rule, "severity", &number)))
		return number >= SCORE_HIGH ? TRIAGE_HIGH : number >= SCORE_MEDIUM ? TRIAGE_MEDIUM : TRIAGE_LOW;
	if (meta_number(rule, "threat_level", &number))
		return number >= THREAT_HIGH ? TRIAGE_HIGH : number >= THREAT_MEDIUM ? TRIAGE_MEDIUM : TRIAGE_LOW;
	return TRIAGE_MEDIUM;
}

static bool
is_digits(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

/* ATT&CK technique ids ("T1486", "T1059.001") in a text, comma separated. */
static void
put_techniques(struct buf *out, const char *text)
{
	for (const char *at = text; (at = strchr(at, 'T')) != NULL; at++) {
		if ((at != text && (at[-1] == '_' || (at[-1] | 0x20) >= 'a')) || !is_digits(at + 1, 4) || is_digits(at + 5, 1))
			continue;
		size_t size = at[5] == '.' && is_digits(at + 6, 3) ? 9 : 5;
		if (out->size != 0)
			buf_char(out, ',');
		buf_put(out, at, size);
	}
}

static const char *
techniques_of(struct rule_words *pool, const YR_RULE *rule)
{
	SCOPED_BUF found;
	buf_init(&found, 400);
	YR_META *meta;
	yr_rule_metas_foreach(rule, meta) {
		bool likely = strcasestr(meta->identifier, "technique") != NULL || strcasestr(meta->identifier, "mitre") != NULL
		    || strcasestr(meta->identifier, "attack") != NULL || strcasestr(meta->identifier, "att_ck") != NULL;
		if (likely && meta->type == META_TYPE_STRING)
			put_techniques(&found, meta->string);
	}
	return rule_words_keep(pool, buf_cstr(&found), found.size);
}

/* "author; reference" when the rule names no source. */
static const char *
source_of(struct rule_words *pool, const YR_RULE *rule)
{
	static const char *const source[] = { "source", NULL };
	static const char *const author[] = { "author", NULL };
	static const char *const reference[] = { "reference", "reference1", "ref", "url", "link", NULL };
	const char *said = meta_text(pool, rule, source);
	if (said[0] != '\0')
		return said;
	const char *who = meta_text(pool, rule, author), *where = meta_text(pool, rule, reference);
	SCOPED_BUF joined;
	buf_init(&joined, 2 * META_MAX + 8);
	buf_text(&joined, who);
	if (who[0] != '\0' && where[0] != '\0')
		buf_text(&joined, "; ");
	buf_text(&joined, where);
	return rule_words_keep(pool, buf_cstr(&joined), joined.size);
}

static const char *
tags_of(struct rule_words *pool, const YR_RULE *rule)
{
	SCOPED_BUF joined;
	buf_init(&joined, META_MAX);
	const char *tag;
	yr_rule_tags_foreach(rule, tag) {
		if (joined.size != 0)
			buf_char(&joined, ',');
		buf_text(&joined, tag);
	}
	return rule_words_keep(pool, buf_cstr(&joined), joined.size);
}

static unsigned
confidence_of(const YR_RULE *rule)
{
	int64_t said;
	if (!meta_number(rule, "confidence", &said) || said < 1)
		return CONFIDENCE_UNSAID;
	return said > CONFIDENCE_MAX ? CONFIDENCE_MAX : (unsigned)said;
}

enum triage_status
set_add_rule(struct analyse_set *set, const struct set_file *file, const YR_RULE *rule, struct triage_error *err)
{
	static const char *const title[] = { "title", "description", "desc", "info", NULL };
	static const char *const why[] = { "why", NULL };
	static const char *const innocent[] = { "innocent", "falsepositive", "false_positives", "falsepositives", NULL };
	static const char *const family[] = { "family", "malware_family", "malware", "threat_name", NULL };
	static const char *const kind[] = { "kind", NULL };
	static const char *const version[] = { "version", "modified", "date", NULL };
	enum triage_status st = set_grow(&set->rules, set->rule_count, &set->rule_room, sizeof(set->rules[0]), err);
	if (st != TRIAGE_OK)
		return st;
	struct rule_words *pool = &set->pool;
	const char *said_kind = meta_text(pool, rule, kind);
	set->rules[set->rule_count] = (struct analyse_rule){
		.name = rule_words_display(pool, rule->identifier, strlen(rule->identifier), META_MAX),
		.name_space = file->public.name_space,
		.tags = tags_of(pool, rule),
		.title = meta_text(pool, rule, title),
		.why = meta_text(pool, rule, why),
		.innocent = meta_text(pool, rule, innocent),
		.family = meta_text(pool, rule, family),
		.technique = techniques_of(pool, rule),
		.source = source_of(pool, rule),
		.kind = said_kind[0] != '\0' ? said_kind : "yara",
		.severity = severity_of(rule),
		.confidence = confidence_of(rule),
		.version = meta_text(pool, rule, version),
	};
	if (pool->failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	set->rule_count++;
	return TRIAGE_OK;
}
