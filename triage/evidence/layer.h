/*
 * layer.h - volumes inside volumes: what a lock, a volume group, an array or a set of shadow copies holds.
 *
 * A layer is given readers of volumes and gives readers of the volumes inside them; layers stack. Each kind is one file
 * with one const row at its foot, listed in layers.def in the order in which they are asked. Which volumes a kind wants is
 * said by the name of the signature row that claimed them (signatures.def), so a kind never searches by itself. A layer
 * only reads: nothing is ever mapped by the kernel.
 */
#ifndef TRIAGE_EVIDENCE_LAYER_H
#define TRIAGE_EVIDENCE_LAYER_H

#include "triage/base/reader.h"

#include <triage/record.h>

#include <stdbool.h>

enum { LAYER_LABEL = 400, LAYER_UUID = 80, LAYER_NOTE = 600 };

/* A volume that a layer is given. */
struct layer_member {
	struct reader *reader;		/* of exactly this volume; outlives what is made of it */
	struct reader *around;		/* of the space in which it lies, as that of a partition is the disk; outlives it too. NULL when not known */
	const char *signature;		/* name of the signature row, as libblkid prints it */
	uint32_t volume;		/* its number among the volumes of the evidence, from 1, for messages */
};

/*
 * What the officer gave to open locks with: each the bytes of one --key file, or one typed line. A lock tries each in every way
 * that its format knows (passphrase without the line end, key file as it is, recovery key, startup key).
 */
struct layer_keys {
	size_t count;
	const struct layer_key {
		const uint8_t *bytes;
		size_t size;
	} *keys;
};

/* A volume that was found inside. Text is display form (valid UTF-8), "" for none. */
struct layer_volume {
	const char *kind;		/* the contract's word: lvm, md, bitlocker, luks, vss */
	char label[LAYER_LABEL];
	char uuid[LAYER_UUID];
	enum triage_volume_state state;	/* EXAMINED when reader is set; else why it is not */
	struct reader *reader;		/* owned by whoever takes the volume; NULL when it cannot be read */
	uint64_t length;		/* bytes, also when reader is NULL */
	size_t member;			/* index of the member that it hangs below; the first one of several */
	int64_t created;		/* ns, TRIAGE_TIME_NONE when the format does not say (a shadow copy says) */
	char note[LAYER_NOTE];		/* more for people: key protectors, missing members, completeness; LOCKED: what opens it, or why nothing does */
	bool told;			/* a problem row has said the note already */
};

/* Where it goes. Each returns TRIAGE_OK, or an error that ends the call. */
struct layer_sink {
	void *ctx;
	/* The sink takes v->reader over, also when it fails. */
	enum triage_status (*volume)(void *ctx, const struct layer_volume *v, struct triage_error *err);
	/* member: which one it is about; offset: bytes into it or TRIAGE_NO_ID; bytes: 0 when not known. message: what, and what to do. */
	enum triage_status (*problem)(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset,
	    uint64_t bytes, const char *message, struct triage_error *err);
};

struct layer_kind {
	const char *name;
	const char *const *signatures;	/* names that it wants, NULL at the end */
	bool gathers;			/* true: it gets all such volumes in one call (LVM, md); false: one volume a call */
	/*
	 * Send what the members hold. A member that is locked, damaged or incomplete is a volume with that state and a note, or a
	 * problem, never an error. Errors: E_MEMORY, or what the sink returned.
	 */
	enum triage_status (*open)(const struct layer_member *members, size_t count, const struct layer_keys *keys,
	    const struct layer_sink *sink, struct triage_error *err);
};

extern const struct layer_kind *const layer_kinds[];
extern const size_t layer_kind_count;

#endif
