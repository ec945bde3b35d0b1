/*
 * sigma_inside.h - a compiled set of Sigma rules, as the parts of the loader build it and the matcher reads it. All of it lies in set->pool.
 *
 * Text of patterns: bytes, with three codes that no UTF-8 has: SIGMA_ANY (any text), SIGMA_ONE (one character), SIGMA_DASH (one of the signs that begin
 * an option). Text is folded (small letters) unless the pattern is cased.
 */
#ifndef TRIAGE_DETECT_SIGMA_INSIDE_H
#define TRIAGE_DETECT_SIGMA_INSIDE_H

#include "triage/base/table.h"
#include "triage/detect/pool.h"
#include "triage/detect/sigma.h"
#include "triage/detect/sigma_yaml.h"

#include <triage/record.h>

#include <stdint.h>

enum { SIGMA_ANY = 0xff, SIGMA_ONE = 0xfe, SIGMA_DASH = 0xfd };
enum { SIGMA_VALUES_MAX = 20000, SIGMA_NEST_MAX = 64, SIGMA_KEYWORDS = -1, SIGMA_EVENT_IDS_MAX = 64, SIGMA_ROWS_MAX = 1024 };

/* --- tests --- */

struct sigma_piece {			/* text between two SIGMA_ANY */
	const char *text;
	size_t size;
	bool codes;			/* has SIGMA_ONE or SIGMA_DASH */
};

struct sigma_pattern {
	const struct sigma_piece *pieces;
	size_t count;
	bool from_start, to_end;	/* nothing may stand before the first piece, behind the last */
	bool cased;
};

enum sigma_value_kind { SIGMA_PATTERN, SIGMA_REGEX, SIGMA_NETWORK, SIGMA_COMPARE, SIGMA_EXISTS, SIGMA_NULL, SIGMA_FIELD };
enum sigma_compare { SIGMA_LT, SIGMA_LTE, SIGMA_GT, SIGMA_GTE, SIGMA_EQ, SIGMA_NEQ };
enum sigma_time { SIGMA_NUMBER, SIGMA_MINUTE, SIGMA_HOUR, SIGMA_DAY, SIGMA_WEEK, SIGMA_MONTH, SIGMA_YEAR };

struct sigma_value {
	enum sigma_value_kind kind;
	struct sigma_pattern pattern;	/* SIGMA_PATTERN; of SIGMA_FIELD: from_start, to_end, cased alone */
	void *regex;			/* pcre2_code * */
	const char *literal;		/* SIGMA_REGEX: folded text that must be there; NULL: none known */
	uint8_t network[16];
	unsigned bits;			/* of the network */
	bool six;
	enum sigma_compare compare;
	enum sigma_time time;		/* what of a time is compared */
	double number;
	bool there;			/* SIGMA_EXISTS */
	int field;			/* SIGMA_FIELD */
};

struct sigma_item {
	int field;			/* index of set->fields; SIGMA_KEYWORDS: all values and the message */
	bool all, negated;
	const struct sigma_value *values;
	size_t count;
};

enum sigma_test_kind { SIGMA_ITEM, SIGMA_SOME, SIGMA_NOT };

struct sigma_test {
	enum sigma_test_kind kind;
	unsigned cost;			/* of asking, about */
	size_t least;			/* SIGMA_SOME: so many parts must hold; all: AND, 1: OR */
	const struct sigma_test **parts;
	size_t count;
	const struct sigma_item *item;
};

/* --- names --- */

/* What stands for a field beside the names in data. */
enum sigma_own { SIGMA_OWN_NONE, SIGMA_OWN_MESSAGE, SIGMA_OWN_USER, SIGMA_OWN_HOST, SIGMA_OWN_PATH, SIGMA_OWN_SOURCE, SIGMA_OWN_PARSER, SIGMA_OWN_MEANING, SIGMA_OWN_TIME, SIGMA_OWN_COUNT };

struct sigma_name {
	uint32_t hash;			/* of name */
	const char *name;		/* small letters and digits alone; of a name in data likewise */
	int64_t event_id;		/* only in events of this number; -1: in any */
	enum sigma_own own;
	const char *part;		/* "sha256": of a value "MD5=...,SHA256=..." that alone; NULL: the whole */
};

struct sigma_field {
	const char *name;		/* as in the rule */
	size_t place;			/* of the map that it was found in: row of sigma_fields.tsv + 1, 0 for none */
	const struct sigma_name *names;
	size_t count;
};

/* A row of sigma_logsources.tsv. "" is any. */
struct sigma_source {
	const char *product, *category, *service, *source, *parser, *channel, *provider, *meaning;
	const int64_t *event_ids;
	size_t event_id_count;
	const struct sigma_test *where;	/* NULL: nothing more */
};

/* --- rules --- */

struct sigma_logsource {
	const char *product, *category, *service;	/* folded; "" */
};

/* Text of which at least one must be in an event for the rule to hold. count 0: not known, always ask. */
struct sigma_need {
	const char *const *texts;
	size_t count;
};

struct sigma_member {			/* of a correlation */
	uint32_t correlation, place;	/* index of set->correlations; place in its rules */
};

struct sigma_rule {
	const char *id, *name, *title, *why, *innocent, *technique, *kind, *version, *level, *status, *file;
	unsigned line;
	enum triage_severity severity;
	unsigned confidence;
	bool hidden;			/* only for correlations */
	unsigned filters;		/* that narrow it */
	struct sigma_logsource logsource;
	const uint16_t *rows;		/* of set->sources that it is about */
	size_t row_count;
	const int64_t *event_ids;	/* that it needs; count 0: any */
	size_t event_id_count;
	const struct sigma_test *test;	/* NULL: a correlation */
	struct sigma_need need;
	const struct sigma_member *members;
	size_t member_count;
	uint32_t correlation;		/* of a correlation: index + 1 */
};

enum sigma_correlation_type { SIGMA_EVENT_COUNT, SIGMA_VALUE_COUNT, SIGMA_TEMPORAL, SIGMA_TEMPORAL_ORDERED, SIGMA_VALUE_SUM, SIGMA_VALUE_AVG };
enum { SIGMA_GROUP_BY_MAX = 16, SIGMA_CORRELATED_MAX = 32, SIGMA_COUNT_MAX = 10000 };

struct sigma_correlation {
	enum sigma_correlation_type type;
	uint32_t rule;			/* index of its own rule */
	uint32_t members[SIGMA_CORRELATED_MAX];	/* indexes of rules */
	size_t member_count;
	int group_by[SIGMA_CORRELATED_MAX][SIGMA_GROUP_BY_MAX];	/* for each member: fields */
	size_t group_by_count;
	unsigned depth;			/* correlations in it, one in another */
	int value[SIGMA_CORRELATED_MAX];	/* the field that is counted */
	int64_t timespan;		/* ns */
	double low, high;		/* holds from low to high, both included */
	bool outside;			/* neq: holds outside of that */
};

/* --- the set --- */

struct sigma_gate;

struct sigma_set {
	struct pool pool;
	struct pool refused;		/* text about refused rules */
	struct table *logsource_table, *field_table;
	char *logsource_path, *field_path;
	struct sigma_source *sources;
	size_t source_count;
	struct sigma_field *fields;
	size_t field_count, field_room;
	struct sigma_rule *rules;
	size_t rule_count, rule_room;
	struct sigma_correlation *correlations;
	size_t correlation_count, correlation_room;
	struct sigma_file *files;
	size_t file_count, file_room;
	struct sigma_refusal *refusals;
	size_t refusal_count, refusal_room;
	struct sigma_gate *gate;
};

/* A rule file on its way: what its documents say, and why one is refused. */
struct sigma_loading {
	struct sigma_set *set;
	struct pool trees;		/* of the documents that are read at the end */
	size_t file;			/* index of set->files */
	bool own;
	unsigned line;			/* where it is wrong */
	bool elsewhere;			/* it is not wrong, but about other logs */
	char why[300];
	struct sigma_later *later;	/* correlations and filters, read when all rules are there */
	struct sigma_later **later_end;
};

struct sigma_later {
	struct sigma_later *next;
	const struct sigma_yaml *document;
	size_t file;
	bool own;
};

/*
 * All of the loader give E_FORMAT after sigma_refuse() for what concerns one rule alone, and E_MEMORY for what ends the load.
 */
enum triage_status sigma_refuse(struct sigma_loading *l, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));
enum triage_status sigma_no_memory(struct triage_error *err);
/* Room for one more element of a growing array that is malloc'ed. */
bool sigma_grow(void *slot, size_t count, size_t *room, size_t element);
const char *sigma_keep(struct sigma_set *set, const char *text, size_t size);	/* NULL: no memory */
const char *sigma_keep_lower(struct sigma_set *set, const char *text);

/* sigma_load.c, sigma_later.c: files, and then what speaks of the rules in them. */
WARN_UNUSED enum triage_status sigma_load_paths(struct sigma_set *set, const struct sigma_config *config, struct triage_error *err);
WARN_UNUSED enum triage_status sigma_load_later(struct sigma_loading *l,
    enum triage_status (*refused)(struct sigma_loading *l, const char *title, struct triage_error *err), struct triage_error *err);

/* sigma_text.c: text. Folding keeps the size. */
void sigma_fold(char *out, const char *text, size_t size);
bool sigma_matches(const struct sigma_pattern *p, const char *text, size_t size);
/* Text with codes to a pattern. False: no memory. */
bool sigma_pattern_of(struct sigma_set *set, const char *text, size_t size, bool cased, struct sigma_pattern *ret_pattern);

/* sigma_address.c */
bool sigma_network_of(const char *text, struct sigma_value *v);
bool sigma_in_network(const struct sigma_value *v, const char *text);

/* sigma_number.c */
bool sigma_number_of(const char *text, double *ret_number);
bool sigma_time_of(const char *text, enum sigma_time part, double *ret_number);
bool sigma_compare(enum sigma_compare compare, double a, double b);

/* sigma_fields.c: names to fields. -2: no memory. */
int sigma_field_of(struct sigma_set *set, const struct sigma_logsource *logsource, const char *name);
size_t sigma_name_form(char *out, size_t room, const char *name);	/* small letters and digits alone; what is longer is cut */
uint32_t sigma_name_hash(const char *form);

/* sigma_sources.c: the tables. */
WARN_UNUSED enum triage_status sigma_load_tables(struct sigma_set *set, const char *folder, struct triage_error *err);
/* The rows that a log source means. count 0: none. False: no memory. */
bool sigma_rows_of(struct sigma_set *set, const struct sigma_logsource *logsource, const uint16_t **ret_rows, size_t *ret_count);

/* sigma_regex.c */
WARN_UNUSED enum triage_status sigma_regex_of(struct sigma_loading *l, const struct sigma_yaml *node, unsigned flags, struct sigma_value *v, struct triage_error *err);
enum { SIGMA_RE_I = 1, SIGMA_RE_M = 2, SIGMA_RE_S = 4 };

/* sigma_modifier.c: a field with its modifiers and values. key NULL: keywords. */
WARN_UNUSED enum triage_status sigma_item_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const char *key, const struct sigma_yaml *node,
    const struct sigma_test **ret_test, struct triage_error *err);

/* sigma_detection.c: selections and conditions. */
WARN_UNUSED enum triage_status sigma_detection_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct sigma_yaml *detection,
    const struct sigma_test **ret_test, struct triage_error *err);
struct sigma_test *sigma_test_new(struct sigma_set *set, enum sigma_test_kind kind, size_t parts);
void sigma_test_settle(struct sigma_test *t);	/* parts are there: cheap ones first */

/* sigma_condition.c: text of a condition to a test of the selections (their tests and names, count of them). */
struct sigma_selection {
	const char *name;
	const struct sigma_test *test;
};
WARN_UNUSED enum triage_status sigma_condition_of(struct sigma_loading *l, const struct sigma_yaml *text, const struct sigma_selection *selections, size_t count,
    const struct sigma_test **ret_test, struct triage_error *err);

/* sigma_rule.c: one document. */
WARN_UNUSED enum triage_status sigma_rule_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err);
/* Titles, level, tags and so on into a rule. */
WARN_UNUSED enum triage_status sigma_head_of(struct sigma_loading *l, const struct sigma_yaml *document, struct sigma_rule *r, struct triage_error *err);

/* sigma_correlation.c, sigma_later.c: documents about other rules. */
WARN_UNUSED enum triage_status sigma_correlation_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err);
WARN_UNUSED enum triage_status sigma_filter_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err);
/* Index of a rule by id or name; SIZE_MAX: none. */
size_t sigma_find(const struct sigma_set *set, const char *id_or_name);
/* When all is read: who correlates what. */
bool sigma_link_members(struct sigma_set *set);

/* sigma_need.c: what a rule cannot do without. False: no memory. */
bool sigma_need_of(struct sigma_set *set, struct sigma_rule *r);

/* sigma_gate.c: which rules can hold, from one look at the text of an event. */
bool sigma_gate_build(struct sigma_set *set);
/* Calls may() for each rule of which a needed text is in text (folded), some more than once. */
void sigma_gate_look(const struct sigma_gate *gate, const char *text, size_t size, void (*may)(void *ctx, uint32_t rule), void *ctx);

#endif
