/* bag_files.c - the files of a bag: listed without following links, hashed, and as lines of a manifest. */
#include "triage/report/bag_inside.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { PIECE = 1 << 20 };

const char bag_declaration_text[] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/* --- lists --- */

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the files of the bundle");
	return TRIAGE_E_MEMORY;
}

void
bag_list_release(struct bag_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->files[i].path);
	for (size_t i = 0; i < list->folder_count; i++)
		free(list->folders[i]);
	free(list->files);
	free(list->folders);
	*list = (struct bag_list){ 0 };
}

enum triage_status
bag_list_add(struct bag_list *list, const char *path, size_t size_of_path, struct bag_file **ret_file, struct triage_error *err)
{
	if (list->count == BAG_FILES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %d files in the bundle", BAG_FILES_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		struct bag_file *grown = reallocarray(list->files, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		list->files = grown;
		list->room = room;
	}
	char *copy = strndup(path, size_of_path);
	if (copy == NULL)
		return no_memory(err);
	list->files[list->count] = (struct bag_file){ .path = copy };
	*ret_file = &list->files[list->count++];
	return TRIAGE_OK;
}

static enum triage_status
add_folder(struct bag_list *list, const char *path, struct triage_error *err)
{
	if (list->folder_count == BAG_FILES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %d folders in the bundle", BAG_FILES_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (list->folder_count == list->folder_room) {
		size_t room = list->folder_room == 0 ? 16 : list->folder_room * 2;
		char **grown = reallocarray(list->folders, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		list->folders = grown;
		list->folder_room = room;
	}
	char *copy = strdup(path);
	if (copy == NULL)
		return no_memory(err);
	list->folders[list->folder_count++] = copy;
	return TRIAGE_OK;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct bag_file *)a)->path, ((const struct bag_file *)b)->path);
}

void
bag_list_sort(struct bag_list *list)
{
	if (list->count > 0)
		qsort(list->files, list->count, sizeof(*list->files), by_path);
}

const struct bag_file *
bag_list_find(const struct bag_list *list, const char *path)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(list->files[middle].path, path);
		if (order == 0)
			return &list->files[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* --- opening: beneath the bundle, no link on the way --- */

static int
open_beneath(const char *bundle, const char *path, int flags)
{
	SCOPED_FD root = open(bundle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	const struct open_how how = { .flags = (unsigned)(flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK),
	    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	const char *beneath = path[0] != '\0' ? path : ".";
	long fd = syscall(SYS_openat2, root, beneath, &how, sizeof(how));
	/* kernels before 5.6: the last step at least is no link */
	if (fd < 0 && errno == ENOSYS)
		fd = openat(root, beneath, (int)how.flags);
	return (int)fd;
}

static enum triage_status
cannot(const char *what, const char *bundle, const char *path, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot %s %s/%s", what, bundle, path);
	return TRIAGE_E_IO;
}

/* One name of a folder. */
static enum triage_status
add_name(struct bag_list *list, DIR *dir, const char *folder, const char *name, bool deep, struct triage_error *err)
{
	struct stat info;
	SCOPED_BUF path;
	buf_init(&path, BAG_PATH_MAX);
	buf_format(&path, "%s%s%s", folder, folder[0] != '\0' ? "/" : "", name);
	enum triage_status st = buf_check(&path, err);
	if (st != TRIAGE_OK)
		return st;
	if (fstatat(dirfd(dir), name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return cannot("look at", folder, name, err);
	if (S_ISDIR(info.st_mode))
		return deep ? add_folder(list, path.data, err) : TRIAGE_OK;
	struct bag_file *file;
	st = bag_list_add(list, path.data, path.size, &file, err);
	if (st == TRIAGE_OK) {
		file->regular = S_ISREG(info.st_mode);
		file->size = (uint64_t)info.st_size;
	}
	return st;
}

static enum triage_status
list_one(struct bag_list *list, const char *bundle, const char *folder, bool deep, struct triage_error *err)
{
	int fd = open_beneath(bundle, folder, O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return cannot("list", bundle, folder, err);
	}
	enum triage_status st = TRIAGE_OK;
	const struct dirent *entry;
	errno = 0;
	while (st == TRIAGE_OK && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			st = add_name(list, dir, folder, entry->d_name, deep, err);
		errno = 0;
	}
	if (st == TRIAGE_OK && errno != 0)
		st = cannot("list", bundle, folder, err);
	closedir(dir);
	return st;
}

enum triage_status
bag_list_folder(struct bag_list *list, const char *bundle, const char *folder, bool deep, struct triage_error *err)
{
	size_t next = list->folder_count;
	enum triage_status st = add_folder(list, folder, err);
	/* folders found are put at the end of the list that is walked: no recursion */
	for (; next < list->folder_count && st == TRIAGE_OK; next++)
		st = list_one(list, bundle, list->folders[next], deep, err);
	return st;
}

/* --- reading --- */

enum triage_status
bag_hash(const char *bundle, const char *path, char ret_sha256[65], uint64_t *ret_size, struct triage_error *err)
{
	struct stat info;
	uint8_t value[DIGEST_MAX];
	uint64_t size = 0;
	SCOPED_FD fd = open_beneath(bundle, path, 0);
	if (fd < 0 || fstat(fd, &info) != 0)
		return cannot("open", bundle, path, err);
	if (!S_ISREG(info.st_mode)) {
		errno = EINVAL;
		return cannot("read as a file", bundle, path, err);
	}
	struct digest *d;
	SCOPED_FREE uint8_t *piece = malloc(PIECE);
	enum triage_status st = piece == NULL ? no_memory(err) : digest_new(DIGEST_SHA256, &d, err);
	if (st != TRIAGE_OK)
		return st;
	ssize_t n;
	while ((n = read(fd, piece, PIECE)) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			digest_update(d, piece, (size_t)n);
		size += n > 0 ? (uint64_t)n : 0;
	}
	if (n < 0)
		st = cannot("read", bundle, path, err);
	digest_final(d, value);
	digest_free(d);
	if (st != TRIAGE_OK)
		return st;
	text_hex(ret_sha256, value, 32);
	*ret_size = size;
	return TRIAGE_OK;
}

enum triage_status
bag_read(const char *bundle, const char *path, size_t max, struct buf *out, struct triage_error *err)
{
	struct stat info;
	char piece[1 << 14];
	SCOPED_FD fd = open_beneath(bundle, path, 0);
	if (fd < 0 || fstat(fd, &info) != 0)
		return cannot("open", bundle, path, err);
	if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > max) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "%s/%s is no file of at most %zu bytes", bundle, path, max);
		return TRIAGE_E_LIMIT;
	}
	ssize_t n;
	buf_clear(out);
	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_put(out, piece, (size_t)n);
	return n < 0 ? cannot("read", bundle, path, err) : buf_check(out, err);
}

/* --- manifests --- */

void
bag_manifest_line(struct buf *out, const struct bag_file *file)
{
	buf_format(out, "%s  ", file->sha256);
	for (const char *p = file->path; *p != '\0'; p++) {
		if (*p == '\r' || *p == '\n' || *p == '%')
			buf_format(out, "%%%02X", (unsigned)(uint8_t)*p);
		else
			buf_char(out, *p);
	}
	buf_char(out, '\n');
}

/* %0D, %0A and %25 back to bytes, in place; other % signs stand for themselves. Returns the new size. */
static size_t
decode(char *path, size_t size)
{
	size_t out = 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t byte;
		char hex[3] = { 0 };
		if (path[i] == '%' && size - i >= 3) {
			memcpy(hex, path + i + 1, 2);
			if (text_unhex(hex, &byte, 1) && (byte == '\r' || byte == '\n' || byte == '%')) {
				path[out++] = (char)byte;
				i += 2;
				continue;
			}
		}
		path[out++] = path[i];
	}
	path[out] = '\0';
	return out;
}

static enum triage_status
parse_line(const char *line, size_t size, struct bag_list *list, uint64_t number, struct triage_error *err)
{
	uint8_t value[32];
	char hex[65] = "";
	size_t at = 64;
	struct bag_file *file;
	if (size > 0 && line[size - 1] == '\r')
		size--;
	if (size > 64)
		memcpy(hex, line, 64);
	while (at < size && (line[at] == ' ' || line[at] == '\t' || (line[at] == '*' && at > 64 && line[at - 1] == ' ')))
		at++;
	if (!text_unhex(hex, value, sizeof(value)) || at == 64 || at >= size || size - at >= BAG_PATH_MAX || memchr(line, '\0', size) != NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, number, "line %ju is not a digest and a path", (uintmax_t)number);
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = bag_list_add(list, line + at, size - at, &file, err);
	if (st != TRIAGE_OK)
		return st;
	decode(file->path, size - at);
	text_hex(file->sha256, value, sizeof(value));
	return TRIAGE_OK;
}

enum triage_status
bag_manifest_parse(const char *text, size_t size, struct bag_list *ret_list, struct triage_error *err)
{
	uint64_t number = 0;
	enum triage_status st = TRIAGE_OK;
	for (size_t at = 0; at < size && st == TRIAGE_OK;) {
		const char *end = memchr(text + at, '\n', size - at);
		size_t length = end != NULL ? (size_t)(end - (text + at)) : size - at;
		number++;
		if (length > 0)
			st = parse_line(text + at, length, ret_list, number, err);
		at += length + 1;
	}
	return st;
}
