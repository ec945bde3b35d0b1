/* fleet_inside.h - what the files that make a fleet have in common. Private to them. */
#ifndef TRIAGE_RUN_FLEET_INSIDE_H
#define TRIAGE_RUN_FLEET_INSIDE_H

#include "triage/base/buf.h"
#include "triage/case/fleet.h"
#include "triage/run/fleet.h"

#include <triage/record.h>

struct fleet_bundle {
	char *path, *label;		/* to open; to show: its folder, and the one above */
	char seal[65];
	char key[256];			/* of its first machine: by this they are sorted */
	bool refused;
	char reason[400];
	uint64_t id, machine;		/* in fleet.db; machine: what belongs to no other of its machines */
};

/* Contents that a finding of some bundle names as the attacker's. */
struct fleet_content {
	char sha256[65];
	char title[160];		/* of the finding */
	int severity;
	/* of the bundle at hand: */
	uint64_t files;
	int64_t first_time;
	char *path;
};

enum { FLEET_CONTENTS_MAX = 500000, FLEET_ROWS_MAX = 200000 /* of a kind, of one bundle */ };

struct fleet_work {
	const struct fleet_plan *plan;
	struct fleet *fleet;
	struct fleet_bundle *bundles;
	size_t count, room;
	struct fleet_content *contents;	/* sorted by digest once all bundles are read */
	size_t content_count, content_room;
	bool contents_full;
	struct buf text;
};

/* Stop what a case.db asks for without end: the bound grows with its size, and an honest one stays far below it. */
void fleet_bound(struct case_reader *c, const char *path);
/* fleet_list.c: bundles out of operands, verified, in an order that does not depend on the operands. */
WARN_UNUSED enum triage_status fleet_list(struct fleet_work *w, struct triage_error *err);
void fleet_list_release(struct fleet_work *w);
/* fleet_take.c: all rows of one bundle but digests. Any error is about this bundle alone, but for E_MEMORY and when fleet.db itself failed. */
WARN_UNUSED enum triage_status fleet_take(struct fleet_work *w, struct fleet_bundle *b, struct triage_error *err);
/* fleet_digests.c */
WARN_UNUSED enum triage_status fleet_contents_add(struct fleet_work *w, struct case_reader *c, struct triage_error *err);
void fleet_contents_sort(struct fleet_work *w);
WARN_UNUSED enum triage_status fleet_digests(struct fleet_work *w, const struct fleet_bundle *b, struct triage_error *err);
/* fleet_clock.c: offsets between clocks out of contacts that both sides tell of. */
WARN_UNUSED enum triage_status fleet_clocks(struct fleet_work *w, struct triage_error *err);
WARN_UNUSED enum triage_status fleet_remark(struct fleet_work *w, const char *code, uint64_t bundle, uint64_t machine, const char *text, struct triage_error *err);

#endif
