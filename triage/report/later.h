/*
 * later.h - what is done with a bundle after its seal: signatures, time stamps, hand-overs.
 *
 * Each act is a file of its own, custody/NNNNNN.json: one line in the form of custody.jsonl (see case/custody.h), whose chain it goes
 * on with - the first later act has the number and the previous_hash that the next line of data/custody.jsonl would have had. Its
 * detail names the digest of the tag manifest, so that it belongs to this seal and no other. A hand-over may have a signature of
 * its own beside it, NNNNNN.json.p7s. These are tag files that tagmanifest-sha256.txt does not list (RFC 8493, 2.2.1 lets it):
 * payload, manifests and signature stay as they were.
 *
 * A chain tells of itself only that nothing within it was changed. That its end was cut off shows when one of the numbers that were
 * written down (the hash of an act) is not found any more: see verify_options.number.
 */
#ifndef TRIAGE_REPORT_LATER_H
#define TRIAGE_REPORT_LATER_H

#include "triage/base/buf.h"
#include "triage/base/error.h"
#include "triage/case/custody.h"

#include <triage/signer.h>

#include <stdbool.h>

enum { LATER_FILE_MAX = 1 << 20 };

/* Where the chain of a sealed bundle ends. */
struct later_end {
	struct custody_chain chain;
	uint64_t sealed;		/* acts in data/custody.jsonl; the others came later */
	char tag_manifest[65];		/* its SHA-256 */
};

struct later_member {
	const char *key, *value;
};
enum { LATER_MEMBERS_MAX = 8 };

/* One later act, while the chain is walked. Texts live until the walk goes on. */
struct later_act {
	uint64_t seq;
	int64_t time;
	const char *file;		/* in the bundle: custody/000007.json */
	const char *line;		/* without line end */
	size_t size;
	char hash[65];
};

/* What an act says, in display form, cut when it is longer; "" for what it does not say. */
struct later_words {
	char action[40], actor[200];
	char from[200], to[200], place[200], seal[200], reason[400];	/* of a hand-over */
	char certificate[65], signer[400];				/* of an act that is signed itself */
	char file[100], sha256[65];					/* that came with the act */
	char by[400], by_certificate[65], authority[400], stamped[40];
	char tag_manifest[65];
};
/* False when the line is no act, or there is no memory to read it. */
bool later_words(const char *line, size_t size, struct later_words *ret_words);

/*
 * Read and check the chain to its end. Errors: E_FORMAT (not sealed, or the chain is broken: run verify), E_IO, E_MEMORY.
 * visit: for each later act, NULL for none.
 */
WARN_UNUSED enum triage_status later_walk(const char *bundle, struct later_end *ret_end, void (*visit)(void *ctx, const struct later_act *act), void *ctx,
    struct triage_error *err);

/* The end of a chain that has no later act yet, in a bundle that is being sealed. */
WARN_UNUSED enum triage_status later_begin(const char *bundle, const char tag_manifest[65], struct later_end *ret_end, struct triage_error *err);

/*
 * Add one act at the end. members: of detail, ended by a key NULL, at most LATER_MEMBERS_MAX; the digest of the tag manifest, and the
 * certificate when it is signed, are put among them. signer NULL: unsigned. end moves on. Errors: E_IO, E_MEMORY, what the signer says.
 */
WARN_UNUSED enum triage_status later_add(const char *bundle, struct later_end *end, const char *actor, const char *action,
    const struct later_member *members, const struct triage_signer *signer, struct triage_error *err);

/* Remove all later acts: only for a bundle that is about to be sealed anew. */
WARN_UNUSED enum triage_status later_clear(const char *bundle, struct triage_error *err);

/* --- the acts --- */
struct hand_over {
	const char *from, *to, *place, *seal, *reason;	/* "" when not told; from and to are */
};
WARN_UNUSED enum triage_status later_hand_over(const char *bundle, const struct hand_over *h, const struct triage_signer *signer, char ret_number[65],
    struct triage_error *err);
/* Sign the tag manifest of a sealed bundle that has no signature yet. E_USAGE when it has one. */
WARN_UNUSED enum triage_status later_sign(const char *bundle, const struct triage_signer *signer, char ret_number[65], struct triage_error *err);
/* The same while it is sealed: text is the tag manifest's. Used by bag_seal(). */
WARN_UNUSED enum triage_status later_put_signature(const char *bundle, struct later_end *end, const void *text, size_t size, const struct triage_signer *signer,
    struct triage_error *err);
/* What a time stamp of this bundle is over: its signature when it has one, else its tag manifest. Appends the request. */
WARN_UNUSED enum triage_status later_stamp_query(const char *bundle, struct buf *out, const char **ret_file, struct triage_error *err);
/* Check a reply and keep it. trust: PEM file or NULL. ret_time: of the stamp; who: CMS_NAME_MAX bytes. E_FORMAT when it is no stamp of this bundle. */
WARN_UNUSED enum triage_status later_stamp_reply(const char *bundle, const void *reply, size_t size, const char *trust, int64_t *ret_time, char *ret_who,
    char ret_number[65], struct triage_error *err);

#endif
