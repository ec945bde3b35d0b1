/*
 * collection.h - what a collector took off a machine (KAPE, CyLR, Velociraptor, UAC), known by how its folders are named, and the paths that
 * the files had on the machine. Works on names alone.
 */
#ifndef TRIAGE_RUN_COLLECTION_H
#define TRIAGE_RUN_COLLECTION_H

#include "triage/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COLLECTION_ROOTS_MAX = 64, COLLECTION_PATH_MAX = 1024, COLLECTION_HOST_MAX = 64 };

enum collection_layout {
	COLLECTION_NONE,
	COLLECTION_LETTER,		/* C/Windows: KAPE, CyLR */
	COLLECTION_UPLOADS,		/* uploads/auto/C%3A/Windows: Velociraptor */
	COLLECTION_ROOT,		/* [root]/etc: UAC */
};

/* A folder that was the root of a volume on the machine. */
struct collection_root {
	enum collection_layout layout;
	char *prefix;			/* its path; owned */
	size_t top;			/* bytes of prefix that lie outside the collection */
	char drive[40];			/* "C", "HarddiskVolumeShadowCopy2"; "" on Unix */
};

/* Zeroed: nothing seen yet. */
struct collection {
	struct collection_root roots[COLLECTION_ROOTS_MAX];
	size_t count;
	bool volume;			/* the evidence looks like a volume itself */
	bool several;			/* collections beside each other: each keeps its own folder */
	bool archive;			/* the names are those of an archive that was given */
	bool kape, cylr, uac, velociraptor;	/* the files that these leave beside what they take */
	char host[COLLECTION_HOST_MAX];	/* as the name of the evidence tells it, "" when it does not */
	uint64_t mapped;		/* names that got another path */
};

/* The name of the evidence, which may tell the host. */
void collection_named(struct collection *c, const char *name);
/* Every path of the evidence, display form, in any order. */
void collection_look(struct collection *c, const char *path);
/* After all were looked at. True when it is a collection. */
bool collection_settle(struct collection *c);
/* The path on the machine: "/Windows/System32" for the system's volume, "/D:/Data" for another. False: it is not from a volume, or nothing is known. */
bool collection_map(struct collection *c, const char *path, struct buf *ret_path);
/* "a collection in the layout of KAPE: ..." for people. */
void collection_describe(const struct collection *c, struct buf *out);
void collection_release(struct collection *c);

#endif
