/* ese_kinds.h - what is read from an ESE database, by the tables that it has. */
#ifndef TRIAGE_ARTEFACT_ESE_KINDS_H
#define TRIAGE_ARTEFACT_ESE_KINDS_H

#include "triage/artefact/ese_db.h"

WARN_UNUSED enum triage_status ese_read_srum(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_ual(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_webcache(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_file_history(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_search(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_directory(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_bits(struct ese *e, struct triage_error *err);
WARN_UNUSED enum triage_status ese_read_certificates(struct ese *e, struct triage_error *err);

/* Number to text, for names that rows refer to. */
struct ese_map {
	struct ese_map_item { uint64_t key; char *text; } *items;
	size_t count, room, bytes;
	bool failed, sorted;
};
void ese_map_put(struct ese_map *m, uint64_t key, const char *text);
const char *ese_map_get(struct ese_map *m, uint64_t key);	/* NULL when it has none */
void ese_map_release(struct ese_map *m);

#endif
