/*
 * report.h - exporters: a sealed case in, one file out; and the bag around them.
 *
 * An exporter is one file with one const row and one line in exporters.def. It reads through case/query.h alone and
 * writes through base/output.h alone; the same case gives the same bytes.
 */
#ifndef TRIAGE_REPORT_REPORT_H
#define TRIAGE_REPORT_REPORT_H

#include "triage/base/error.h"
#include "triage/base/output.h"
#include "triage/case/query.h"

#include <triage/signer.h>

#include <stdbool.h>

struct report_options {
	const char *lang;		/* nl, fr, de, en: shown first */
	const char *timezone;		/* for display only; "" = UTC */
	int64_t from, to;		/* window for the report, TRIAGE_TIME_NONE = open */
	const char *rules_dir;		/* folder that holds messages.tsv */
	const char *tlp;		/* clear, green, amber, amber+strict, red: how far what is exchanged may go; NULL: amber */
	const char *chunks;		/* folder beside the page that holds the rows of a large case; NULL: "report", as in a bundle */
	bool rows_of_window;		/* files of the timeline hold from..to alone; else all rows */
};

struct exporter {
	const char *name;		/* file name in data/ */
	const char *format;		/* its word for `triage export --format`; NULL: not to be had there */
	const char *what;		/* one line for --help and the README */
	bool beside;			/* made when it is asked for, beside the bundle; never a part of it */
	enum triage_status (*write)(struct case_reader *c, const struct report_options *options, struct output *out, struct triage_error *err);
	/*
	 * The exporter whose file write_pair() writes in the same pass over the case; NULL: none. Where both are wanted the second is not written by itself. Either
	 * way the bytes are the same.
	 */
	const struct exporter *pair;
	enum triage_status (*write_pair)(struct case_reader *c, const struct report_options *options, struct output *out, struct output *pair_out, struct triage_error *err);
	/* instead of write: makes a folder of that name, or nothing where the case needs none */
	enum triage_status (*write_folder)(struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err);
};

size_t exporter_count(void);
const struct exporter *exporter_at(size_t index);	/* NULL past the end */
const struct exporter *exporter_named(const char *name);
const struct exporter *exporter_of(const char *format);	/* NULL when there is none */

bool exporter_is_second(const struct exporter *x);	/* its file is written with that of another */

/* Write one exporter's file into folder; it must not be there. report_export_pair: that of its pair too, where it has one. */
WARN_UNUSED enum triage_status report_export(const struct exporter *x, struct case_reader *c, const struct report_options *options, const char *folder,
    struct triage_error *err);
WARN_UNUSED enum triage_status report_export_pair(const struct exporter *x, struct case_reader *c, const struct report_options *options, const char *folder,
    struct triage_error *err);
/* Write the file of every exporter that is part of the bundle into folder. */
WARN_UNUSED enum triage_status report_export_all(struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err);

/* Take away what an exporter left in folder at an attempt before; nothing there is fine. */
WARN_UNUSED enum triage_status report_remove(const struct exporter *x, const char *folder, struct triage_error *err);

/*
 * The short document for paper: page 1, the most telling findings, the seal as number and QR code, the custody form. bundle: its folder,
 * which the caller has verified. One language: options->lang. Errors: E_FORMAT (not sealed), E_IO, E_MEMORY.
 */
WARN_UNUSED enum triage_status report_print(struct case_reader *c, const struct report_options *options, const char *bundle, struct output *out,
    struct triage_error *err);

/* The bill of materials of this program: SPDX 2.3, one JSON object. created: ISO 8601 in UTC, whole seconds. */
void report_sbom(struct buf *out, const char *created);

/* --- the bag (RFC 8493) --- */
struct bag_info {
	const char *source_organization, *contact_name, *external_identifier, *external_description, *software_agent, *bagging_date;
	const char *const *triage_keys, *const *triage_values;	/* "Triage-..." elements */
	size_t triage_count;
	const struct triage_signer *signer;	/* NULL: unsigned */
	struct triage_error *unsigned_why;	/* filled when the signer could not sign: the bundle is sealed all the same; may be NULL */
};
/* Everything under bundle/data is final: write bagit.txt, bag-info.txt, HOW-TO-VERIFY.txt, manifest and tag manifest, fsync. Digest of the tag manifest into ret_seal (65 bytes). */
WARN_UNUSED enum triage_status bag_seal(const char *bundle, const struct bag_info *info, char *ret_seal, struct triage_error *err);

struct verify_options {
	void (*tell)(void *ctx, const char *line);	/* each difference, in words */
	void (*note)(void *ctx, const char *line);	/* what was found besides: who signed, when, what came later; NULL for none */
	void *ctx;
	const char *trust;		/* PEM file: whose signatures and time stamps are trusted; NULL leaves that open */
	const char *number;		/* as it was written down: the seal, or the number of a later act, that must be found; NULL for none */
};

/*
 * Check a bundle. Each difference is told once: changed, missing, added file; manifests, custody chain, signature, time stamp or
 * later acts broken; not sealed. OK when intact, E_FORMAT when not, E_IO when it cannot be read, E_USAGE for options that cannot be.
 */
WARN_UNUSED enum triage_status bag_verify(const char *bundle, const struct verify_options *options, struct triage_error *err);

#endif
