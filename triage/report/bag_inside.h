/* bag_inside.h - what making and checking a bag share: the list of files in a folder, manifests, names of tag files. */
#ifndef TRIAGE_REPORT_BAG_INSIDE_H
#define TRIAGE_REPORT_BAG_INSIDE_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAG_DECLARATION "bagit.txt"
#define BAG_INFO "bag-info.txt"
#define BAG_HOW_TO "HOW-TO-VERIFY.txt"
#define BAG_MANIFEST "manifest-sha256.txt"
#define BAG_TAG_MANIFEST "tagmanifest-sha256.txt"
#define BAG_SIGNATURE "tagmanifest-sha256.txt.p7s"
#define BAG_STAMP "tagmanifest-sha256.txt.tsr"			/* over the tag manifest */
#define BAG_SIGNATURE_STAMP "tagmanifest-sha256.txt.p7s.tsr"	/* over its signature, and by that over both */
#define BAG_CUSTODY "data/custody.jsonl"
#define BAG_LATER "custody"					/* folder of what was done after the seal; see later.h */

/* Elements of bag-info.txt that name the certificate which the bundle was sealed to be signed with. */
#define BAG_SIGNER "Triage-Signer"
#define BAG_SIGNER_CERTIFICATE "Triage-Signer-Certificate"

extern const char bag_declaration_text[];

/* One file: its path within the bag, with '/', and what is known of it. */
struct bag_file {
	char *path;			/* raw bytes, NUL-ended */
	uint64_t size;
	bool regular;			/* a plain file, neither link nor device */
	char sha256[65];		/* "" until it is known */
};

struct bag_list {
	struct bag_file *files;
	size_t count, room;
	char **folders;			/* every folder met, within the bag, parents first */
	size_t folder_count, folder_room;
};
enum { BAG_FILES_MAX = 2000000, BAG_PATH_MAX = 4096 };

void bag_list_release(struct bag_list *list);
/* Add a file; path is copied. Errors: E_MEMORY, E_LIMIT. */
WARN_UNUSED enum triage_status bag_list_add(struct bag_list *list, const char *path, size_t size_of_path, struct bag_file **ret_file, struct triage_error *err);
/* List all that lies in folder (a path within the bag, "" for the bag itself); links are listed, never followed. Not sorted. */
WARN_UNUSED enum triage_status bag_list_folder(struct bag_list *list, const char *bundle, const char *folder, bool deep, struct triage_error *err);
void bag_list_sort(struct bag_list *list);			/* by the bytes of the path */
const struct bag_file *bag_list_find(const struct bag_list *list, const char *path);	/* in a sorted list */

/* Digest of a file of the bag, never through a link. Errors: E_IO. */
WARN_UNUSED enum triage_status bag_hash(const char *bundle, const char *path, char ret_sha256[65], uint64_t *ret_size, struct triage_error *err);
/* The line of a manifest: digest, two blanks, path with CR, LF and % as %XX, line end. */
void bag_manifest_line(struct buf *out, const struct bag_file *file);
/* The files that a manifest's text names, in its order. E_FORMAT names the line (1-based, in err->offset) that is none. */
WARN_UNUSED enum triage_status bag_manifest_parse(const char *text, size_t size, struct bag_list *ret_list, struct triage_error *err);
/* A whole small file of the bag. Errors: E_IO, E_LIMIT beyond max. */
WARN_UNUSED enum triage_status bag_read(const char *bundle, const char *path, size_t max, struct buf *out, struct triage_error *err);

/* Put a new file into the bag: under an unfinished name first, then by renaming, never over another. Errors: E_IO (EEXIST when it is there). */
WARN_UNUSED enum triage_status bag_put(const char *bundle, const char *path, const void *data, size_t size, struct triage_error *err);
/* What bag-info.txt says under a label, as it stands, into out (empty when it says nothing). text: of bag-info.txt, NUL-ended. */
void bag_element(const char *text, const char *label, struct buf *out);

/* The text of HOW-TO-VERIFY.txt. */
extern const char *const bag_how_to_text[];	/* paragraphs, ended by NULL */

#endif
