/*
 * html.h - what the parts of report.html share: the page being written, what was learnt of the case before the first
 * line, and helpers that escape all that comes from the evidence.
 *
 * The page is streamed: nothing is held but the facts below and one scratch buffer. Fixed text is written once, in the
 * chosen language, with its key (data-m) and arguments (data-a) beside it, so that the script can say it in another.
 */
#ifndef TRIAGE_REPORT_HTML_H
#define TRIAGE_REPORT_HTML_H

#include "triage/report/messages.h"
#include "triage/report/report.h"
#include "triage/base/when.h"
#include "triage/base/zone.h"

enum {
	PATH_SHOWN_MAX = 400,		/* bytes of a path or other text of the evidence that are shown */
	FINDINGS_SHOWN_MAX = 200,
	EXAMPLES_SHOWN_MAX = 5,
	FLAGGED_MAX = 4000,		/* files linked to findings that are remembered */
	FILES_SHOWN_MAX = 3000,
	PROBLEM_GROUPS_MAX = 64,
	PROBLEMS_SHOWN_MAX = 300,
	TABLE_ROWS_MAX = 200,		/* volumes, filesystems, rule files, custody */
};

/* Facts of the run (view META) that the page shows; an absent one reads as "". */
#define META_CASE_ID "case_id"
#define META_EVIDENCE_ID "evidence_id"
#define META_EXAMINER "examiner"
#define META_ORGANISATION "organisation"
#define META_NOTE "note"
#define META_HOST "hostname"
#define META_TIMEZONE "timezone"
#define META_STARTED "started"
#define META_VERSION "version"
#define META_OPTIONS "options"
#define META_RULE_FILES "rules.files"
#define META_RULE_TABLES "rules.tables"
#define META_VERDICT "verdict"
#define META_SCORE "verdict.score"
#define META_REASONS "verdict.reasons"
#define META_FAMILY "ransomware.family"

/* A file that a finding points at. */
struct flagged {
	uint64_t file_id, finding_id;
	int severity;			/* enum triage_severity; the highest when there are several */
};

/* Share of the evidence that was examined. Bytes when they are known, else files. */
struct coverage {
	bool known;
	int64_t examined, skipped, failed;	/* tenths of a percent; examined is cut, never rounded up */
	uint64_t streams, streams_examined, streams_skipped, streams_failed;
	uint64_t bytes, bytes_examined;
	uint64_t closed_volumes, closed_bytes;	/* locked, damaged or not supported: nothing in them was seen */
};

struct facts {
	uint64_t by_severity[TRIAGE_SEVERITY_COUNT], findings, outside_window;
	uint64_t problems, problem_severity[TRIAGE_SEVERITY_COUNT];
	unsigned encrypted_confidence, family_confidence, first_confidence;	/* 0: no finding says so */
	int64_t first_time;		/* of the first act by the answer of page 1; without one the earliest of a critical or high finding; TRIAGE_TIME_NONE */
	int64_t last_time;
	int64_t finished;		/* of the last act in the custody log */
	uint64_t first_finding;		/* 0: it is not on the page */
	bool dated;			/* a finding of medium severity or more has a time */
	uint64_t linkable;		/* findings up to this id are on the page */
	struct coverage coverage;
	uint64_t encrypted_files, encrypted_bytes, notes;
	int64_t encrypted_first, encrypted_last;
	struct flagged *flagged;	/* sorted by file_id, no file twice */
	size_t flagged_count;
	bool flagged_full;
};

struct page {
	struct case_reader *reader;
	const struct report_options *options;
	struct output *out;
	struct messages *messages;
	enum lang lang;
	struct zone *zone;		/* NULL: UTC only */
	char zone_name[80];
	struct facts facts;
	uint64_t shown[FINDINGS_SHOWN_MAX];	/* ids of the findings that are on the page: links lead there alone */
	size_t shown_count;
	bool paper;			/* the short document: nothing to follow or to open */
	bool beside;			/* rows of timeline and files lie in a folder beside the page */
	char nonce[65];			/* of the scripts that load them; "" when they do not */
	struct buf scratch;
};

/* html_text.c: writing. Raw text is trusted; the others escape. */
void page_raw(struct page *p, const char *html);
void page_format(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));	/* trusted, numbers only */
void page_text(struct page *p, const char *text);
/* Text of the evidence, at most PATH_SHOWN_MAX bytes, with an ellipsis when there was more. */
void page_evidence(struct page *p, const char *text);
void page_code(struct page *p, const char *text);	/* the same in <code> */
/* An element with a message in it. tag: name, then attributes ("p class=sub"). arguments may be NULL. */
void page_say(struct page *p, const char *tag, const char *key, const struct argument *arguments);
/* An attribute with a plain message, with its key: ' aria-label="..." data-l="key"'. letter: of the script's attribute list. */
void page_label(struct page *p, const char *attribute, const char *key, const struct argument *arguments);
/* A value alone: number, size, share or time, written again by the script in another language. */
void page_value(struct page *p, const char *tag, const struct argument *argument);
/* <time> in UTC and, where a zone was given, in local time. "-" for TRIAGE_TIME_NONE. */
void page_time(struct page *p, int64_t ns);
/* What a detector or rule says in English: in the page's language when it is known (says.tsv), else marked as English. */
void page_told(struct page *p, const char *tag, const char *text);
/*
 * The same of a text that a rule gives itself, a title for one. The tables know those of all rules built in: another is of somebody else's rule, in a
 * language that nobody can say, and is marked so.
 */
void page_rule_text(struct page *p, const char *tag, const char *text);
/* A reason of a finding, a line of how it is checked by hand, what contradicts something, why a part was not examined. */
void page_told_check(struct page *p, const char *tag, const char *text);
void page_section(struct page *p, const char *id, const char *title_key);	/* opens; </section> closes */
int64_t page_local(const struct page *p, int64_t ns);
/* Row of a table: <th scope=col> for each key of a list ended by NULL. */
void page_table_head(struct page *p, const char *caption_key, const char *const *keys);

/* Words of the ladder and of severities as message keys. */
const char *confidence_key(unsigned confidence);
const char *severity_key(int severity);
const char *severity_class(int severity);	/* CSS class */
const char *severity_symbol(int severity);
int severity_of(const char *word);		/* TRIAGE_INFO when it is none */
/* prefix.word when there is such a message, else fallback. Lives until the next call: one at a time. */
const char *key_or(struct page *p, char room[64], const char *prefix, const char *word, const char *fallback);
/* The same for a kind of finding: with the technique behind it ("lateral-movement.t1105") where the kind alone says too little. */
const char *kind_key(struct page *p, char room[64], const char *prefix, const char *kind, const char *technique, const char *fallback);

/* The fact, copied into room (cut when longer). Returns room. */
const char *meta_text(struct page *p, const char *key, char *room, size_t size);
/* Numbers kept as text in the facts of a run. */
uint64_t meta_number(struct page *p, const char *key);
int64_t meta_time(struct page *p, const char *key);	/* ns as text or ISO 8601; TRIAGE_TIME_NONE when absent */

/* html_facts.c */
WARN_UNUSED enum triage_status facts_collect(struct page *p, struct triage_error *err);
void facts_release(struct facts *f);
const struct flagged *facts_flagged(const struct facts *f, uint64_t file_id);	/* NULL when not */
bool finding_in_window(const struct page *p, int64_t first, int64_t last);
bool finding_is_shown(const struct page *p, uint64_t id);	/* after html_findings() */

/* html.c: a page set up, its facts collected, written by write(), and put away. */
WARN_UNUSED enum triage_status html_page(struct case_reader *c, const struct report_options *options, struct output *out,
    enum triage_status (*write)(struct page *p, void *ctx, struct triage_error *err), void *ctx, struct triage_error *err);

/* The parts of the page, in order. */
void html_head(struct page *p);				/* html_head.c */
void html_head_open(struct page *p);			/* up to the style; the title and </head> follow */
void html_languages(struct page *p);			/* the buttons of the bar */
void html_scripts(struct page *p);			/* messages and script, before </body> */
void html_contents(struct page *p);
void html_foot(struct page *p);
void html_verdict(struct page *p);			/* html_verdict.c */
void html_verdict_short(struct page *p);		/* sentence and advice alone */
void html_subject(struct page *p);			/* html_head.c: what the evidence is called */
enum { HTML_POLICY_HASH = 45 };
struct asset;
void html_policy_hash(const struct asset *asset, char out[HTML_POLICY_HASH]);	/* SHA-256 in base64, as a Content-Security-Policy wants it */
void html_tiles(struct page *p);			/* html_tiles.c */
void html_actions(struct page *p);			/* html_actions.c */
void html_clocks(struct page *p);
void html_answers(struct page *p);			/* html_answers.c */
void html_first_act(struct page *p);			/* the answer's first act becomes that of the facts: page 1 names one */
struct json;
void html_names(struct page *p, const char *question, struct json list);	/* html_names.c: of the members of an answer's list */
unsigned html_certainty(struct page *p, const char *question, unsigned otherwise);	/* confidence that the answer claims; otherwise when there is none */
/* These leave themselves out when the case has nothing for them. */
bool html_has(struct page *p, const char *part);
WARN_UNUSED enum triage_status html_stories(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_moments(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_resets(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_damage(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_damage_map(struct page *p, struct triage_error *err);	/* of it: treemap and its table */
void damage_cells(struct page *p, uint64_t files, uint64_t damaged, uint64_t bytes);	/* of a row: both numbers, their share, the bytes */
int64_t damage_share(uint64_t part, uint64_t whole);	/* in tenths of a percent: 0 for none at all alone, 1000 for all */
WARN_UNUSED enum triage_status html_machines(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_contacts(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_contradictions(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_findings(struct page *p, struct triage_error *err);
/* Closes the <dl> that html_findings() left open. */
void html_detail(struct page *p, const char *kind, const char *technique, const char *title, const char *detail);	/* html_detail.c */
WARN_UNUSED enum triage_status html_activity(struct page *p, struct triage_error *err);
bool html_why(struct page *p, const char *tag, const char *title, const char *detail);	/* html_detail.c: why a finding matters, as its rule says it; false: it says nothing */
/* html_explore.c: the rows that the page holds itself, and the places where the script shows rows. */
void html_explore(struct page *p, const char *set);	/* "timeline" or "files" */
WARN_UNUSED enum triage_status html_rows(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_volumes(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_problems(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_files(struct page *p, struct triage_error *err);
WARN_UNUSED enum triage_status html_method(struct page *p, struct triage_error *err);
void html_verify(struct page *p);			/* html_verify.c */
void html_glossary(struct page *p);

#endif
