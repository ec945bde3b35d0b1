/*
 * lnk.c - a shell link file (.lnk): what was opened, where it lay, and on which machine and volume.
 *
 * Source: MS-SHLLINK; known by its first 20 bytes. How a console window looks is not told.
 */
#include "triage/artefact/lnk.h"

#include <string.h>

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return lnk_is(head);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct lnk l;
	if (!lnk_read(all, &l))
		return TRIAGE_OK;
	/* what lies there is started when its user logs on */
	bool startup = strcasestr(artefact_who(a)->path, "/Programs/Startup/") != NULL;
	enum triage_status st = lnk_send(a, &l, &(struct lnk_sender){ .offset = 0, .otherwise = artefact_who(a)->mtime, .otherwise_meaning = "link written",
		.technique = startup ? "T1547.001" : NULL, .of = "" }, err);
	if (st == TRIAGE_OK && l.damage == NULL && l.used < all.size)
		st = artefact_remark(a, TRIAGE_LOW, "data-appended", l.used, all.size - l.used, err, "%zu bytes follow the end of the link: they are no part of it",
		    all.size - l.used);
	return st;
}

const struct artefact_kind artefact_lnk = {
	.name = "lnk",
	.source = "lnk",
	.title = "shell link (.lnk)",
	.yields = "files and folders that were opened: path, size, times, volume, network share, machine and network card",
	.reference = "MS-SHLLINK; libfwsi: Windows Shell Item format specification",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
