#include "triage/run/source.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

enum { MAX_SEGMENTS = 900, MAX_INDEX = 20000 };

/* How a family of segment names counts. index is 1-based; first is the text of index 1. */
struct numbering {
	enum triage_evidence_kind kind;
	/* Extension text to index, 0 when it is none of this family. */
	unsigned (*index)(const char *extension, unsigned start);
	/* Index to extension; out has room for 8. upper: as the first segment is written. */
	void (*extension)(unsigned index, unsigned start, bool upper, char *out);
};

static unsigned
digits_index(const char *extension, unsigned start)
{
	if (strlen(extension) != 3 || strspn(extension, "0123456789") != 3)
		return 0;
	unsigned number = (unsigned)atol(extension);
	return number >= start ? number - start + 1 : 0;
}

static void
digits_extension(unsigned index, unsigned start, bool upper, char *out)
{
	(void)upper;
	snprintf(out, 8, "%03u", (index - 1 + start) % 1000);
}

static unsigned
letters_index(const char *extension, unsigned start)
{
	(void)start;
	if (strlen(extension) != 2 || extension[0] < 'a' || extension[0] > 'z' || extension[1] < 'a' || extension[1] > 'z')
		return 0;
	return (unsigned)(extension[0] - 'a') * 26 + (unsigned)(extension[1] - 'a') + 1;
}

static void
letters_extension(unsigned index, unsigned start, bool upper, char *out)
{
	(void)start, (void)upper;
	snprintf(out, 8, "%c%c", (char)('a' + (index - 1) / 26 % 26), (char)('a' + (index - 1) % 26));
}

/* E01 .. E99, EAA .. EZZ, FAA .. ZZZ, and so on from S for SMART. Source: EWF specification by J. Metz, segment file extensions. */
static unsigned
lettered_index(const char *extension, char letter)
{
	char e[4] = { 0 };
	if (strlen(extension) != 3)
		return 0;
	for (unsigned i = 0; i < 3; i++)
		e[i] = (char)(extension[i] >= 'a' && extension[i] <= 'z' ? extension[i] - 32 : extension[i]);
	if (e[0] == letter && strspn(e + 1, "0123456789") == 2)
		return (unsigned)(e[1] - '0') * 10 + (unsigned)(e[2] - '0');
	for (unsigned i = 0; i < 3; i++)
		if (e[i] < 'A' || e[i] > 'Z')
			return 0;
	return e[0] < letter ? 0 : 100 + (unsigned)(e[0] - letter) * 676 + (unsigned)(e[1] - 'A') * 26 + (unsigned)(e[2] - 'A');
}

static void
lettered_extension(unsigned index, char letter, bool upper, char *out)
{
	unsigned base = upper ? 'A' : 'a', first = base + (unsigned)(letter - 'A');
	unsigned n = index - 100;
	if (index < 100)
		snprintf(out, 8, "%c%02u", (int)first, index);
	else
		snprintf(out, 8, "%c%c%c", (int)(first + n / 676 % (unsigned)('Z' - letter + 1)), (int)(base + n / 26 % 26), (int)(base + n % 26));
}

static unsigned
ewf_index(const char *extension, unsigned start)
{
	(void)start;
	return lettered_index(extension, 'E');
}

static void
ewf_extension(unsigned index, unsigned start, bool upper, char *out)
{
	(void)start;
	lettered_extension(index, 'E', upper, out);
}

static unsigned
smart_index(const char *extension, unsigned start)
{
	(void)start;
	return lettered_index(extension, 'S');
}

static void
smart_extension(unsigned index, unsigned start, bool upper, char *out)
{
	(void)start;
	lettered_extension(index, 'S', upper, out);
}

static const struct numbering by_digits = { TRIAGE_EVIDENCE_SPLIT, digits_index, digits_extension };
static const struct numbering by_letters = { TRIAGE_EVIDENCE_SPLIT, letters_index, letters_extension };
static const struct numbering by_ewf = { TRIAGE_EVIDENCE_EWF, ewf_index, ewf_extension };
static const struct numbering by_smart = { TRIAGE_EVIDENCE_EWF, smart_index, smart_extension };

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
add_segment(struct source *s, const char *path, struct triage_error *err)
{
	SCOPED_FD fd = source_open_unwritable(path);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s (check the path and that you may read it)", path);
		return TRIAGE_E_IO;
	}
	size_t n = s->count;
	void *fds = reallocarray(s->fds, n + 1, sizeof(*s->fds)), *paths, *sizes, *before;
	if (fds == NULL)
		return no_memory(err);
	s->fds = fds;
	if ((paths = reallocarray(s->paths, n + 1, sizeof(*s->paths))) == NULL)
		return no_memory(err);
	s->paths = paths;
	if ((sizes = reallocarray(s->sizes, n + 1, sizeof(*s->sizes))) == NULL)
		return no_memory(err);
	s->sizes = sizes;
	if ((before = reallocarray(s->before, n + 1, sizeof(*s->before))) == NULL)
		return no_memory(err);
	s->before = before;
	if ((s->paths[n] = strdup(path)) == NULL)
		return no_memory(err);
	s->before[n] = info;
	s->sizes[n] = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
	s->fds[n] = fd_take(&fd);
	s->count = n + 1;
	return TRIAGE_OK;
}

static enum triage_status
add_missing(struct source *s, const char *name, struct triage_error *err)
{
	char **names = reallocarray(s->missing_names, s->missing + 1, sizeof(*names));
	if (names == NULL)
		return no_memory(err);
	s->missing_names = names;
	SCOPED_BUF text;
	buf_init(&text, 4096);
	text_display(&text, name, strlen(name));
	if ((names[s->missing] = strdup(buf_cstr(&text))) == NULL)
		return no_memory(err);
	s->missing++;
	return TRIAGE_OK;
}

/* Which family the file name belongs to; *ret_start is the number of the first segment (0 or 1). */
static const struct numbering *
numbering_of(const char *extension, unsigned *ret_start)
{
	*ret_start = 1;
	if (ewf_index(extension, 1) > 0 && (extension[0] == 'E' || extension[0] == 'e'))
		return &by_ewf;
	if (smart_index(extension, 1) > 0 && (extension[0] == 'S' || extension[0] == 's'))
		return &by_smart;
	if (strlen(extension) == 3 && strspn(extension, "0123456789") == 3) {
		*ret_start = strcmp(extension, "000") == 0 ? 0 : 1;
		return &by_digits;
	}
	return letters_index(extension, 0) > 0 ? &by_letters : NULL;
}

/* The highest segment index of this family that the folder holds. */
static unsigned
highest_index(const char *folder, const char *stem, const struct numbering *family, unsigned start)
{
	unsigned highest = 1;
	DIR *dir = opendir(folder);
	if (dir == NULL)
		return highest;
	size_t length = strlen(stem);
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (strncmp(e->d_name, stem, length) != 0 || e->d_name[length] != '.')
			continue;
		unsigned index = family->index(e->d_name + length + 1, start);
		if (index > highest && index <= MAX_INDEX)
			highest = index;
	}
	closedir(dir);
	return highest;
}

static enum triage_status
open_segments(struct source *s, const struct numbering *family, unsigned start, struct triage_error *err)
{
	char stem_path[PATH_MAX], folder_path[PATH_MAX];
	snprintf(stem_path, sizeof(stem_path), "%s", s->path);
	char *dot = strrchr(stem_path, '.');
	bool upper = dot[1] >= 'A' && dot[1] <= 'Z';
	if (family->index(dot + 1, start) != 1) {
		char first[8], first_path[PATH_MAX + 16];
		family->extension(1, start, upper, first);
		snprintf(first_path, sizeof(first_path), "%.*s.%s", (int)(dot - stem_path), stem_path, first);
		/* E02 without E01 is an image whose first segment is missing: the reader places what is there */
		bool headless = family->kind == TRIAGE_EVIDENCE_EWF && family->index(dot + 1, start) < 100;
		if (access(first_path, F_OK) != 0 && !headless) {
			/* no first segment beside it: the name only looks like one (image.dd) */
			s->kind = TRIAGE_EVIDENCE_RAW;
			return add_segment(s, s->path, err);
		}
		if (access(first_path, F_OK) == 0) {
			triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is a later segment; give the first one: %s", s->path, first_path);
			return TRIAGE_E_USAGE;
		}
	}
	*dot = '\0';
	snprintf(folder_path, sizeof(folder_path), "%s", stem_path);
	char *slash = strrchr(folder_path, '/');
	const char *stem = slash + 1;
	char folder[PATH_MAX];
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash == folder_path ? 1 : slash - folder_path), folder_path);
	unsigned last = highest_index(folder, stem, family, start);
	for (unsigned i = 1; i <= last; i++) {
		char extension[8], path[PATH_MAX + 16];
		family->extension(i, start, upper, extension);
		snprintf(path, sizeof(path), "%s.%s", stem_path, extension);
		enum triage_status st = access(path, F_OK) == 0 ? add_segment(s, path, err) : add_missing(s, strrchr(path, '/') + 1, err);
		if (st != TRIAGE_OK)
			return st;
		if (s->count > MAX_SEGMENTS) {
			triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "%s has more than %d segments; join them first", s->path, MAX_SEGMENTS);
			return TRIAGE_E_LIMIT;
		}
	}
	s->kind = s->count + s->missing == 1 && family->kind == TRIAGE_EVIDENCE_SPLIT ? TRIAGE_EVIDENCE_RAW : family->kind;
	return TRIAGE_OK;
}

/* Where a device, or a partition of it, is mounted writable; "" when nowhere. */
static void
writable_mount(dev_t device, char *out, size_t size)
{
	out[0] = '\0';
	SCOPED_FILE file = fopen("/proc/self/mountinfo", "re");
	char line[8192];
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		unsigned major_id, minor_id;
		char where[4096], options[1024];
		if (sscanf(line, "%*d %*d %u:%u %*s %4095s %1023s", &major_id, &minor_id, where, options) != 4 ||
		    strncmp(options, "rw", 2) != 0)
			continue;
		char up[128], text[64] = "";
		snprintf(up, sizeof(up), "/sys/dev/block/%u:%u/../dev", major_id, minor_id);
		SCOPED_FILE parent = fopen(up, "re");
		unsigned parent_major = 0, parent_minor = 0;
		if (parent != NULL && fgets(text, sizeof(text), parent) != NULL)
			sscanf(text, "%u:%u", &parent_major, &parent_minor);
		if (makedev(major_id, minor_id) == device || (parent_major != 0 && makedev(parent_major, parent_minor) == device)) {
			snprintf(out, size, "%s", where);
			return;
		}
	}
}

static enum triage_status
open_device(struct source *s, dev_t device, struct triage_error *err)
{
	char where[4096];
	writable_mount(device, where, sizeof(where));
	if (where[0] != '\0') {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET,
		    "%s is mounted writable at %s: unmount it first, or give that folder as evidence", s->path, where);
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = add_segment(s, s->path, err);
	if (st != TRIAGE_OK)
		return st;
	int sector = 0;
	uint64_t size = 0;
	if (ioctl(s->fds[0], BLKGETSIZE64, &size) != 0 || ioctl(s->fds[0], BLKSSZGET, &sector) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot ask %s for its size", s->path);
		return TRIAGE_E_IO;
	}
	if (ioctl(s->fds[0], BLKROGET, &s->read_only) != 0)
		s->read_only = -1;
	s->sizes[0] = size;
	s->sector_size = (uint32_t)sector;
	s->kind = TRIAGE_EVIDENCE_DEVICE;
	return TRIAGE_OK;
}

/* Whether a segment .000 lies beside: then the count begins there. */
static bool
has_zeroth(const char *path)
{
	char zeroth[PATH_MAX];
	int n = snprintf(zeroth, sizeof(zeroth), "%s", path);
	if (n < 4 || (size_t)n >= sizeof(zeroth))
		return false;
	memcpy(zeroth + n - 3, "000", 3);
	return access(zeroth, F_OK) == 0;
}

/* By name alone; what it is shows when it is opened. */
static bool
is_archive(const char *path)
{
	static const char *const ends[] = { ".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".7z" };
	size_t size = strlen(path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t length = strlen(ends[i]);
		if (size > length && strcasecmp(path + size - length, ends[i]) == 0)
			return true;
	}
	return false;
}

/* The folder first, from which it is served; then the file, to see that it stays as it is. */
static enum triage_status
open_archive(struct source *s, struct triage_error *err)
{
	char *slash = strrchr(s->path, '/');
	s->kind = TRIAGE_EVIDENCE_DIRECTORY;
	if ((s->only = strdup(slash + 1)) == NULL)
		return no_memory(err);
	char *folder = slash == s->path ? strdup("/") : strndup(s->path, (size_t)(slash - s->path));
	if (folder == NULL)
		return no_memory(err);
	enum triage_status st = add_segment(s, folder, err);
	free(folder);
	return st == TRIAGE_OK ? add_segment(s, s->path, err) : st;
}

static enum triage_status
open_kind(struct source *s, const struct stat *info, struct triage_error *err)
{
	if (S_ISDIR(info->st_mode)) {
		s->kind = TRIAGE_EVIDENCE_DIRECTORY;
		return add_segment(s, s->path, err);
	}
	if (S_ISBLK(info->st_mode))
		return open_device(s, info->st_rdev, err);
	if (!S_ISREG(info->st_mode)) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s is neither an image file, a folder nor a block device", s->path);
		return TRIAGE_E_USAGE;
	}
	unsigned start = 1;
	if (is_archive(s->path))
		return open_archive(s, err);
	const char *dot = strrchr(s->path, '.');
	const struct numbering *family = dot != NULL && strchr(dot, '/') == NULL ? numbering_of(dot + 1, &start) : NULL;
	if (family == &by_digits && start == 1 && has_zeroth(s->path))
		start = 0;
	if (family != NULL)
		return open_segments(s, family, start, err);
	s->kind = TRIAGE_EVIDENCE_RAW;
	return add_segment(s, s->path, err);
}

enum triage_status
source_open(const char *path, struct source *ret_source, struct triage_error *err)
{
	struct source s = { .read_only = -1 };
	struct stat info;
	s.path = realpath(path, NULL);
	if (s.path == NULL || stat(s.path, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot find evidence %s (check the path)", path);
		free(s.path);
		return TRIAGE_E_IO;
	}
	SCOPED_BUF name;
	buf_init(&name, 4096);
	const char *base = strrchr(s.path, '/') + 1;
	text_display(&name, base, strlen(base));
	s.name = strdup(name.size > 0 ? buf_cstr(&name) : "root");
	enum triage_status st = s.name != NULL ? open_kind(&s, &info, err) : no_memory(err);
	if (st != TRIAGE_OK) {
		source_close(&s);
		return st;
	}
	*ret_source = s;
	return TRIAGE_OK;
}

void
source_close(struct source *s)
{
	for (size_t i = 0; i < s->count; i++) {
		close(s->fds[i]);
		free(s->paths[i]);
	}
	for (size_t i = 0; i < s->missing; i++)
		free(s->missing_names[i]);
	for (size_t i = 0; s->inside != NULL && i < s->inside->count; i++) {
		free(s->inside->files[i].path);
		free(s->inside->files[i].raw_path);
	}
	if (s->inside != NULL)
		free(s->inside->files);
	free(s->inside);
	free(s->only);
	free(s->fds);
	free(s->paths);
	free(s->sizes);
	free(s->before);
	free(s->missing_names);
	free(s->path);
	free(s->name);
	*s = (struct source){ 0 };
}
