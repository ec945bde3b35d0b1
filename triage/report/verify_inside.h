/* verify_inside.h - a check of a bundle under way: what is there, what is named, and how a difference is told. */
#ifndef TRIAGE_REPORT_VERIFY_INSIDE_H
#define TRIAGE_REPORT_VERIFY_INSIDE_H

#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

struct check {
	const char *bundle;
	const struct verify_options *options;
	uint64_t differences;
	struct bag_list there;		/* all files of the bundle, sorted */
	struct bag_list payload, tags;	/* what the manifests name, sorted */
	bool database_whole;		/* case.db is the one that was sealed */
	struct buf custody;		/* text of custody.jsonl */
	struct buf tag_manifest;	/* its text */
	char seal[65];			/* its digest */
	bool number_found;		/* options->number */
};

/* One difference: "changed: data/report.html: its digest is another". */
void verify_differ(struct check *k, const char *what, const char *path, const char *why) __attribute__((nonnull));
/* The same with a reason put together. */
void verify_differ_format(struct check *k, const char *what, const char *path, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What is no difference. Text of the bundle in it is in display form already. */
void verify_note(struct check *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
const struct bag_file *verify_plain(const struct check *k, const char *path);	/* a plain file of the bundle; NULL when there is none */
bool verify_is_number(const struct check *k, const char *hash);			/* the one that was written down */

/* verify_later.c: what came after the seal. */
WARN_UNUSED enum triage_status verify_later(struct check *k, struct triage_error *err);
bool verify_is_later(const char *path);		/* a name that a later act or its signature may have */
/* verify_signed.c: signature of the tag manifest, and time stamps. */
WARN_UNUSED enum triage_status verify_signed(struct check *k, struct triage_error *err);

#endif
