/* case_graph.h - nodes of the case in CASE/UCO (JSON-LD), shared by the files that write them. Private to this room. */
#ifndef TRIAGE_REPORT_CASE_GRAPH_H
#define TRIAGE_REPORT_CASE_GRAPH_H

#include "triage/base/when.h"
#include "triage/report/export.h"

enum { GRAPH_TEXT_MAX = 16 << 20, GRAPH_NAME_ROOM = 1024 };

struct graph {
	struct case_reader *reader;
	struct output *out;
	struct buf b;			/* the node being written */
	struct buf evidence, files;	/* references to them, for what is about them */
	struct buf objects;		/* references to the acts, records and statements, for the investigation */
	struct pointed pointed;		/* files that are nodes */
	char seed[512];			/* what tells this case from others */
	char started[WHEN_TEXT_SIZE];
	char tool[UUID_TEXT_SIZE], person[UUID_TEXT_SIZE];
	bool first;
};

/* --- identifiers: the same name in the same case is the same node --- */
void graph_id(const struct graph *g, const char *what, const char *name, char out[UUID_TEXT_SIZE]);
void graph_id_number(const struct graph *g, const char *what, int64_t number, char out[UUID_TEXT_SIZE]);

/* --- a node --- */
void graph_begin(struct graph *g, const char *type, const char *id);
WARN_UNUSED enum triage_status graph_end(struct graph *g, struct triage_error *err);
/* A node inside a node (facet, digest, entry): closed by the caller with '}'. */
void graph_begin_part(struct graph *g, const char *type, const char *what, const char *of);

/* --- values --- */
void graph_reference(struct buf *b, const char *key, const char *id);
void graph_references(struct buf *b, const char *key, const struct buf *list);	/* left out when there are none */
void graph_remember(struct buf *list, const char *id);
void graph_typed(struct buf *b, const char *key, const char *type, const char *text);
void graph_time(struct buf *b, const char *key, struct case_cursor *c, size_t column);	/* left out when NULL */
void graph_number(struct buf *b, const char *key, struct case_cursor *c, size_t column);	/* the same */
/* Digests of a row in three columns that stand beside each other. */
void graph_hashes(struct graph *g, struct case_cursor *c, size_t md5, const char *of);

/* --- case_observables.c: evidence, filesystems, systems, files, and what lies in what --- */
WARN_UNUSED enum triage_status graph_observables(struct graph *g, struct triage_error *err);
/* --- case_acts.c: tool and person; then the acts, records and statements --- */
WARN_UNUSED enum triage_status graph_actors(struct graph *g, struct triage_error *err);
WARN_UNUSED enum triage_status graph_acts(struct graph *g, struct triage_error *err);

#endif
