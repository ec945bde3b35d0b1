/*
 * file_types.h - what a file with a certain extension must look like, from extension_types.tsv.
 */
#ifndef TRIAGE_DETECT_FILE_TYPES_H
#define TRIAGE_DETECT_FILE_TYPES_H

#include "triage/base/error.h"
#include "triage/base/table.h"

#include <triage/record.h>

enum { FILE_TYPES_BUCKETS = 1024, EXTENSION_MAX = 32 };

struct file_type {
	const char *extension;		/* lower case; borrowed from the table, as all text here */
	const char *category;
	const char *accepted;		/* globs over MIME names, comma separated */
	bool has_magic;			/* the format has a fixed start */
	bool high_entropy;		/* an intact file looks random inside */
	bool any;			/* accepts every MIME name: says nothing */
	bool lure;			/* document, picture, sound, film, text or mail: what a disguise pretends to be */
	uint32_t index, next;		/* index + 1 of the next in its bucket */
};

struct file_types {
	struct file_type *types;
	size_t count;
	uint32_t buckets[FILE_TYPES_BUCKETS];
};

/* table: extension, category, accepted, magic, high_entropy; must outlive the types. Errors: E_FORMAT (names the row), E_MEMORY. */
WARN_UNUSED enum triage_status file_types_load(struct file_types *types, const struct table *table, const char *path, struct triage_error *err);
void file_types_release(struct file_types *types);

/* By an extension of size bytes without its dot, any capitals; NULL when the table does not know it. */
const struct file_type *file_type_find(const struct file_types *types, const char *extension, size_t size);
/* By the last extension of a base name; NULL when it has none that is known. */
const struct file_type *file_type_of_name(const struct file_types *types, const char *name);
/* By the extension before the last one (docx of "a.docx.xyz"); NULL likewise. */
const struct file_type *file_type_inner(const struct file_types *types, const char *name);
/* Start of the last extension, after its dot; NULL when there is none (".profile" has none). */
const char *extension_of(const char *name);

bool file_type_accepts(const struct file_type *type, const char *mime);
/*
 * A program that a computer runs as it is (PE, ELF, Mach-O). magic: libmagic's description, "" when not known. Under the MIME name of
 * DOS programs libmagic also puts COM files, which have no mark of their own: one in 130 random streams looks so.
 */
bool is_program(const char *mime, const char *magic);
/* The MIME name that stands for "nothing that is known". */
bool mime_is_unknown(const char *mime);
/* The MIME name of a format whose start cannot be met by chance: zip, office, PDF, JPEG, gzip, MP4 ... */
bool mime_is_firm(const char *mime);

#endif
