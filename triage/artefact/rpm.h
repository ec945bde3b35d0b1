/*
 * rpm.h - a package database of RPM: headers of packages in a container of one of three kinds, and what a header says.
 *
 * Every container hands each header that it holds to rpm_header(). Headers may share bytes in a hostile container: all that are assembled or
 * handed over count against one budget.
 */
#ifndef TRIAGE_ARTEFACT_RPM_H
#define TRIAGE_ARTEFACT_RPM_H

#include "triage/artefact/artefact.h"

enum { RPM_BLOB_MAX = 64 << 20 };	/* bytes of a header; a longer one is a lie */

struct rpm {
	struct artefact *a;
	uint64_t bytes_left;		/* of headers that may still be handed over */
	uint64_t files_left;		/* facts that may still be sent */
	bool in_place;			/* the database of this system: its files are held against those found */
	bool stopped;			/* a budget ended, and a remark said so */
	uint64_t packages;
};

/* One header: an event, and a fact for each file. number: of the record in its container. offset: of it in the stream. Errors: E_MEMORY, or what the sink returned. */
WARN_UNUSED enum triage_status rpm_header(struct rpm *r, struct view blob, uint64_t number, uint64_t offset, struct triage_error *err);
/* Takes size from the budget; false when it does not hold, and says so once. */
WARN_UNUSED bool rpm_may(struct rpm *r, uint64_t size, enum triage_status *ret_st, struct triage_error *err);

/* Berkeley DB hash ("Packages" of RHEL 5 to 8, CentOS, Fedora to 32) and ndb ("Packages.db" of SUSE). claims look at the head alone. */
bool rpm_is_bdb(const struct artefact_subject *who, struct view head);
bool rpm_is_ndb(struct view head);
WARN_UNUSED enum triage_status rpm_bdb(struct rpm *r, struct view all, struct triage_error *err);
WARN_UNUSED enum triage_status rpm_ndb(struct rpm *r, struct view all, struct triage_error *err);

#endif
