/* share_inside.h - what the files that make and open a share have in common. Private to them. */
#ifndef TRIAGE_RUN_SHARE_INSIDE_H
#define TRIAGE_RUN_SHARE_INSIDE_H

#include "triage/case/query.h"
#include "triage/case/store.h"
#include "triage/report/indicators.h"
#include "triage/run/share.h"
#include "triage/run/share_secret.h"

/* A file that findings point at. */
struct share_file {
	uint64_t file_id;		/* in the sealed case */
	uint64_t unit_id, events;	/* in the share */
	bool has_events;
	char parser[65];		/* that told them */
	struct share_commitment commitment;
	uint64_t new_id;		/* in the share's files */
};

struct share {
	const struct share_plan *plan;
	struct share_secret secret;
	char seal[65];			/* of the sealed bundle */
	struct case_reader *from;
	struct case_store *store;
	struct indicators indicators;
	struct share_file *files;	/* sorted by file_id */
	size_t count;
	bool more;			/* findings point at more files than these */
	uint64_t *events;		/* ids of records that findings cite, sorted */
	size_t event_count, event_room;
	struct buf text;
};

struct share_file *share_find(const struct share *s, uint64_t file_id);	/* NULL when it is none of them */
/* The seal of a bundle that is intact. */
WARN_UNUSED enum triage_status share_seal_of(const char *bundle, void (*tell)(void *ctx, const char *line), void *ctx, char ret_seal[65], struct triage_error *err);

/* --- share_redact.c: text that may go out --- */
/* The name of a rule of ours; "yara:custom" and the like for others. */
const char *share_rule(const struct share *s, const char *rule, char *room, size_t size);
bool share_rule_is_ours(const struct share *s, const char *rule);
const char *share_technique(const char *technique);	/* "" when it is no number of ATT&CK */
/* What a finding of this kind is called, without what it is about. */
void share_title(struct buf *out, const char *kind, const char *family);
/* The fields of a record that go out: numbers and words that Windows gives, network addresses. A JSON object. */
void share_event_data(struct buf *out, const char *data);
/* The detail of a finding: family, and, when its rule is ours, why and innocent; examples by their new numbers. */
void share_detail(struct buf *out, const struct share *s, const char *detail, bool ours);
const char *share_family(const char *detail, char *room, size_t size);

/* --- share_fill.c --- */
WARN_UNUSED enum triage_status share_fill(struct share *s, struct triage_error *err);
/* --- share_findings.c: after the build --- */
WARN_UNUSED enum triage_status share_findings(struct share *s, struct case_sealer *z, struct triage_error *err);

#endif
