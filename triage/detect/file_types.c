#include "triage/detect/file_types.h"

#include "triage/base/glob.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Formats with at least two odd bytes at a fixed place and a structure that libmagic looks at besides. What is missing
 * here (MP3 frames, TGA, COM programs) is met by chance in random bytes; programs are told by is_program().
 */
static const char *const firm[] = {
	"application/zip", "application/java-archive", "application/epub+zip", "application/gzip", "application/x-gzip",
	"application/x-bzip2", "application/x-xz", "application/x-7z-compressed", "application/x-rar", "application/zstd",
	"application/x-lz4", "application/pdf", "application/postscript", "application/x-ole-storage", "application/msword",
	"application/CDFV2*", "application/vnd.*", "application/encrypted", "application/x-sqlite3", "application/x-rpm",
	"application/x-archive", "application/x-tar", "application/x-iso9660-image", "application/x-executable",
	"application/x-pie-executable", "application/x-sharedlib", "application/x-object", "application/x-mach-binary",
	"application/java-vm", "application/x-java-applet", "application/ogg", "application/x-ms-wim", "application/x-ms-ese",
	"application/x-msi", "application/x-qemu-disk", "application/x-keepass*", "application/pgp-*",
	"application/x-chrome-extension", "application/x-hdf*", "application/x-luks*", "application/x-android*",
	"application/x-git", "application/x-numpy*", "application/x-pcapng", "application/x-virtualbox*",
	"application/x-wine-*", "application/x-innosetup*", "application/x-shockwave-flash", "application/x-ms-shortcut",
	"image/jpeg", "image/png", "image/gif", "image/tiff", "image/webp", "image/heic", "image/heif", "image/avif",
	"image/bmp", "image/x-ms-bmp", "image/jp2", "image/vnd.*", "image/svg+xml*", "image/x-canon-*", "image/x-icon",
	"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-msvideo", "video/x-ms-asf", "video/3gpp*",
	"video/x-m4v", "video/ogg", "video/x-flv", "video/MP2T", "audio/ogg", "audio/flac", "audio/x-flac", "audio/x-wav",
	"audio/x-m4a", "audio/mp4", "audio/midi", "audio/x-aiff", "font/*", "application/font-*", "text/*",
};

static const char *const programs[] = {
	"application/x-dosexec", "application/vnd.microsoft.portable-executable", "application/x-msdownload", "application/x-executable",
	"application/x-pie-executable", "application/x-sharedlib", "application/x-mach-binary",
};

static const char *const lures[] = { "document", "image", "audio", "video", "text", "mail" };

static bool
any_glob(const char *const *globs, size_t count, const char *text)
{
	/* none begins with a wildcard, and most with this */
	static const char most[] = "application/";
	size_t skip = strncmp(text, most, sizeof(most) - 1) == 0 ? sizeof(most) - 1 : 0;
	for (size_t i = 0; i < count; i++)
		if ((globs[i][0] | 0x20) == (text[0] | 0x20) && (skip == 0 || strncmp(globs[i], most, skip) == 0) && glob_match(globs[i] + skip, text + skip))
			return true;
	return false;
}

bool
is_program(const char *mime, const char *magic)
{
	if (!any_glob(programs, sizeof(programs) / sizeof(programs[0]), mime))
		return false;
	return strcmp(mime, "application/x-dosexec") != 0 || magic[0] == '\0' || strncmp(magic, "PE32", 4) == 0 || strncmp(magic, "MS-DOS executable", 17) == 0;
}

bool
mime_is_unknown(const char *mime)
{
	return mime[0] == '\0' || strcmp(mime, "application/octet-stream") == 0;
}

bool
mime_is_firm(const char *mime)
{
	/* libmagic takes two bytes for an encrypted message; what is one shows in its packets (structure "openpgp") */
	return !mime_is_unknown(mime) && strcasecmp(mime, "text/PGP") != 0 && any_glob(firm, sizeof(firm) / sizeof(firm[0]), mime);
}

static uint32_t
hash_extension(const char *text, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i])) * 16777619u;
	return (h ^ h >> 15) % FILE_TYPES_BUCKETS;
}

enum triage_status
file_types_load(struct file_types *types, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "extension", "category", "accepted", "magic", "high_entropy" };
	size_t columns[5];
	for (size_t i = 0; i < 5; i++) {
		columns[i] = table_column(table, names[i]);
		if (columns[i] == SIZE_MAX) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s has no column %s", path, names[i]);
			return TRIAGE_E_FORMAT;
		}
	}
	types->types = calloc(table_rows(table) + 1, sizeof(*types->types));
	if (types->types == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for table %s", path);
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < table_rows(table); i++) {
		const char *extension = table_cell(table, i, columns[0]), *random = table_cell(table, i, columns[4]);
		bool yes = strcmp(random, "yes") == 0;
		if (extension[0] == '\0' || strlen(extension) >= EXTENSION_MAX || (!yes && strcmp(random, "no") != 0)) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET,
			    "table %s row %zu (%s): needs an extension of at most 31 characters, and yes or no in high_entropy", path, i + 1, extension);
			return TRIAGE_E_FORMAT;
		}
		struct file_type *t = &types->types[types->count++];
		const char *magic = table_cell(table, i, columns[3]);
		*t = (struct file_type){ .extension = extension, .category = table_cell(table, i, columns[1]), .accepted = table_cell(table, i, columns[2]),
			.has_magic = magic[0] != '\0' && strcmp(magic, "-") != 0, .high_entropy = yes, .index = (uint32_t)i };
		t->any = t->accepted[0] == '\0' || strcmp(t->accepted, "*/*") == 0;
		t->lure = any_glob(lures, sizeof(lures) / sizeof(lures[0]), t->category);
		uint32_t *head = &types->buckets[hash_extension(extension, strlen(extension))];
		t->next = *head;
		*head = (uint32_t)types->count;
	}
	return TRIAGE_OK;
}

void
file_types_release(struct file_types *types)
{
	free(types->types);
	*types = (struct file_types){ 0 };
}

const struct file_type *
file_type_find(const struct file_types *types, const char *extension, size_t size)
{
	if (size == 0 || size >= EXTENSION_MAX)
		return NULL;
	for (uint32_t i = types->buckets[hash_extension(extension, size)]; i != 0; i = types->types[i - 1].next) {
		const struct file_type *t = &types->types[i - 1];
		if (strncasecmp(t->extension, extension, size) == 0 && t->extension[size] == '\0')
			return t;
	}
	return NULL;
}

const char *
extension_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot == NULL || dot == name || dot[1] == '\0' ? NULL : dot + 1;
}

const struct file_type *
file_type_of_name(const struct file_types *types, const char *name)
{
	const char *extension = extension_of(name);
	return extension == NULL ? NULL : file_type_find(types, extension, strlen(extension));
}

const struct file_type *
file_type_inner(const struct file_types *types, const char *name)
{
	const char *outer = extension_of(name);
	if (outer == NULL)
		return NULL;
	const char *end = outer - 1, *start = end;
	while (start > name && start[-1] != '.')
		start--;
	if (start <= name + 1)
		return NULL;
	while (end > start && end[-1] == ' ')
		end--;
	return file_type_find(types, start, (size_t)(end - start));
}

bool
file_type_accepts(const struct file_type *type, const char *mime)
{
	char glob[160];
	for (const char *at = type->accepted; *at != '\0';) {
		size_t size = strcspn(at, ",");
		if (size < sizeof(glob)) {
			memcpy(glob, at, size);
			glob[size] = '\0';
			if (glob_match(glob, mime))
				return true;
		}
		at += size + (at[size] == ',');
	}
	return type->any;
}
