/* sigma_load.c - rule files from disk to a set: found, read, cut into documents, each of which stands or falls alone. */
#include "triage/detect/sigma_inside.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define SET_LIMIT ((size_t)512 << 20)
#define TREE_LIMIT ((size_t)64 << 20)
enum { FILE_MAX = 32 << 20, DOCUMENT_MAX = 1 << 20, REFUSALS_MAX = 20000, FILES_MAX = 100000 };

enum triage_status
sigma_no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for Sigma rules");
	return TRIAGE_E_MEMORY;
}

enum triage_status
sigma_refuse(struct sigma_loading *l, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(l->why, sizeof(l->why), format, args);
	va_end(args);
	l->line = line;
	l->elsewhere = false;
	return TRIAGE_E_FORMAT;
}

bool
sigma_grow(void *slot, size_t count, size_t *room, size_t element)
{
	if (count < *room)
		return true;
	size_t more = *room == 0 ? 64 : *room * 2;
	void *grown = fault_hit() ? NULL : reallocarray(*(void **)slot, more, element);
	if (grown == NULL)
		return false;
	*(void **)slot = grown;
	*room = more;
	return true;
}

const char *
sigma_keep(struct sigma_set *set, const char *text, size_t size)
{
	return size == 0 ? "" : pool_text(&set->pool, text, size);
}

const char *
sigma_keep_lower(struct sigma_set *set, const char *text)
{
	char *copy = pool_text(&set->pool, text, strlen(text));
	if (copy != NULL)
		sigma_fold(copy, text, strlen(text));
	return copy;
}

size_t
sigma_find(const struct sigma_set *set, const char *known)
{
	for (size_t i = 0; i < set->rule_count; i++)
		if (strcmp(set->rules[i].id, known) == 0 || strcmp(set->rules[i].name, known) == 0)
			return i;
	return SIZE_MAX;
}

/* --- refusals --- */

static enum triage_status
note_refusal(struct sigma_loading *l, const char *title, struct triage_error *err)
{
	struct sigma_set *set = l->set;
	char text[160];
	set->files[l->file].refused++;
	if (set->refusal_count >= REFUSALS_MAX)
		return TRIAGE_OK;	/* counted by file */
	if (!sigma_grow(&set->refusals, set->refusal_count, &set->refusal_room, sizeof(*set->refusals)))
		return sigma_no_memory(err);
	snprintf(text, sizeof(text), "%s", title);
	for (char *p = text; *p != '\0'; p++)
		*p = (uint8_t)*p < 0x20 || *p == 0x7f ? ' ' : *p;
	for (char *p = l->why; *p != '\0'; p++)
		*p = (uint8_t)*p < 0x20 || *p == 0x7f ? ' ' : *p;
	struct sigma_refusal r = { .path = set->files[l->file].path, .title = pool_text(&set->refused, text, strlen(text)),
		.why = pool_text(&set->refused, l->why, strlen(l->why)), .line = l->line, .elsewhere = l->elsewhere };
	if (r.title == NULL || r.why == NULL)
		return sigma_no_memory(err);
	set->refusals[set->refusal_count++] = r;
	return TRIAGE_OK;
}

/* --- documents --- */

static enum triage_status
put_off(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err)
{
	struct sigma_later *later = pool_alloc(&l->trees, sizeof(*later));
	if (later == NULL)
		return sigma_no_memory(err);
	*later = (struct sigma_later){ .document = document, .file = l->file, .own = l->own };
	*l->later_end = later;
	l->later_end = &later->next;
	return TRIAGE_OK;
}

static enum triage_status
take_document(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err)
{
	if (document->kind != SIGMA_YAML_MAP)
		return sigma_refuse(l, document->line, "the document is no map");
	enum triage_status st = sigma_rule_of(l, document, err);
	if (st == TRIAGE_OK)
		l->set->files[l->file].rules++;
	return st;
}

/* One document of a file: a rule now, what speaks of other rules later. */
static enum triage_status
read_document(struct sigma_loading *l, const char *text, size_t size, unsigned first_line, struct triage_error *err)
{
	struct triage_error why = { 0 };
	const struct sigma_yaml *root = NULL;
	struct pool tree;
	bool late = memmem(text, size, "correlation:", 12) != NULL || memmem(text, size, "filter:", 7) != NULL;
	pool_init(&tree, TREE_LIMIT);
	enum triage_status st = size > DOCUMENT_MAX ? sigma_refuse(l, first_line, "a document of more than %d bytes", DOCUMENT_MAX) :
	    sigma_yaml_read(text, size, first_line, late ? &l->trees : &tree, &root, &why);
	if (st != TRIAGE_OK && st != TRIAGE_E_MEMORY && why.status != TRIAGE_OK)
		st = sigma_refuse(l, (unsigned)why.offset, "%s", why.text);
	if (st == TRIAGE_OK && root != NULL)
		st = late && (sigma_yaml_member(root, "correlation") != NULL || sigma_yaml_member(root, "filter") != NULL) ? put_off(l, root, err) : take_document(l, root, err);
	/* a set that is full is no reason to stop: what came before it is used */
	if (st == TRIAGE_E_MEMORY)
		st = sigma_refuse(l, first_line, "there is no memory left for it");
	if (st == TRIAGE_E_FORMAT)
		st = note_refusal(l, sigma_yaml_text(root, "title"), err);
	pool_release(&tree);
	return st;
}

/* Where a line begins that is "---" or begins with it and a blank; the end when there is none. */
static const char *
next_mark(const char *at, const char *end)
{
	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		if (line_end == NULL)
			line_end = end;
		if (line_end - at >= 3 && memcmp(at, "---", 3) == 0 && (line_end - at == 3 || strchr(" \t\r", at[3]) != NULL))
			return at;
		at = line_end < end ? line_end + 1 : end;
	}
	return end;
}

static bool
is_blank(const char *text, size_t size)
{
	for (const char *at = text, *end = text + size; at < end;) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));
		at += strspn(at, " \t\r");
		if (at < end && *at != '\n' && *at != '#' && *at != '%')
			return false;
		at = line_end != NULL ? line_end + 1 : end;
	}
	return true;
}

static enum triage_status
read_documents(struct sigma_loading *l, const char *text, size_t size, struct triage_error *err)
{
	const char *at = text, *end = text + size;
	unsigned line = 1;
	enum triage_status st = TRIAGE_OK;
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	while (st == TRIAGE_OK && at < end) {
		const char *stop = next_mark(at, end);
		if (!is_blank(at, (size_t)(stop - at)))
			st = read_document(l, at, (size_t)(stop - at), line, err);
		for (const char *p = at; p < stop; p++)
			line += *p == '\n';
		/* what stands on the line of the mark belongs to the document behind it */
		at = stop < end ? stop + 3 : end;
	}
	return st;
}

/* --- files --- */

static enum triage_status
read_text(const char *path, char **ret_text, size_t *ret_size, struct triage_error *err)
{
	struct stat info;
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "it cannot be opened");
		return TRIAGE_E_IO;
	}
	if (!S_ISREG(info.st_mode) || info.st_size > FILE_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "it is no file of at most %d bytes", FILE_MAX);
		return TRIAGE_E_LIMIT;
	}
	size_t size = (size_t)info.st_size, done = 0;
	SCOPED_FREE char *text = fault_hit() ? NULL : malloc(size + 1);
	if (text == NULL)
		return sigma_no_memory(err);
	while (done < size) {
		ssize_t got = read(fd, text + done, size - done);
		if (got <= 0) {
			triage_error_set(err, TRIAGE_E_IO, done, "it cannot be read");
			return TRIAGE_E_IO;
		}
		done += (size_t)got;
	}
	text[size] = '\0';
	*ret_text = TAKE(text);
	*ret_size = size;
	return TRIAGE_OK;
}

static enum triage_status
list_file(struct sigma_loading *l, const char *path, const char *error, struct triage_error *err)
{
	struct sigma_set *set = l->set;
	if (set->file_count >= FILES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %d Sigma files", FILES_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (!sigma_grow(&set->files, set->file_count, &set->file_room, sizeof(*set->files)))
		return sigma_no_memory(err);
	struct sigma_file f = { .path = sigma_keep(set, path, strlen(path)), .error = sigma_keep(set, error, strlen(error)), .sha256 = "" };
	if (f.path == NULL || f.error == NULL)
		return sigma_no_memory(err);
	l->file = set->file_count;
	set->files[set->file_count++] = f;
	return TRIAGE_OK;
}

/* A file with the same bytes was read already. */
static bool
seen_before(const struct sigma_loading *l)
{
	const struct sigma_file *files = l->set->files;
	for (size_t i = 0; i < l->file; i++)
		if (strcmp(files[i].sha256, files[l->file].sha256) == 0)
			return true;
	return false;
}

static enum triage_status
load_file(struct sigma_loading *l, const char *path, struct triage_error *err)
{
	struct triage_error why = { 0 };
	SCOPED_FREE char *text = NULL;
	size_t size = 0;
	enum triage_status read = read_text(path, &text, &size, &why);
	if (read == TRIAGE_E_MEMORY)
		return sigma_no_memory(err);
	enum triage_status st = list_file(l, path, why.text, err);
	if (st != TRIAGE_OK || read != TRIAGE_OK)
		return st;
	char sha256[65];
	digest_sha256_hex(text, size, sha256);
	l->set->files[l->file].sha256 = sigma_keep(l->set, sha256, 64);
	if (l->set->files[l->file].sha256 == NULL)
		return sigma_no_memory(err);
	if (seen_before(l)) {
		l->set->files[l->file].error = "the same text is loaded already";
		return TRIAGE_OK;
	}
	if (memchr(text, '\0', size) != NULL) {
		l->set->files[l->file].error = "it holds a NUL byte, so it is no rule text";
		return TRIAGE_OK;
	}
	return read_documents(l, text, size, err);
}

static bool
is_rule_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot != NULL && dot != name && (strcasecmp(dot, ".yml") == 0 || strcasecmp(dot, ".yaml") == 0);
}

static int
compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static enum triage_status
load_entry(struct sigma_loading *l, const FTSENT *entry, struct triage_error *err)
{
	bool top = entry->fts_level == FTS_ROOTLEVEL;
	switch (entry->fts_info) {
	case FTS_F:
		return top || is_rule_name(entry->fts_name) ? load_file(l, entry->fts_path, err) : TRIAGE_OK;
	case FTS_SL:
		return is_rule_name(entry->fts_name) ? list_file(l, entry->fts_path, "it is a link, and links in a rules folder are not followed", err) : TRIAGE_OK;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		if (!top)
			return list_file(l, entry->fts_path, "it cannot be read", err);
		errno = entry->fts_errno;
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "Sigma rules %s cannot be read", entry->fts_path);
		return TRIAGE_E_IO;
	default:
		return TRIAGE_OK;
	}
}

static enum triage_status
load_path(struct sigma_loading *l, const char *path, struct triage_error *err)
{
	SCOPED_FREE char *copy = strdup(path);
	if (copy == NULL)
		return sigma_no_memory(err);
	char *const paths[] = { copy, NULL };
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_entries);
	if (walk == NULL)
		return sigma_no_memory(err);
	enum triage_status st = TRIAGE_OK;
	const FTSENT *entry;
	while (st == TRIAGE_OK && (errno = 0, entry = fts_read(walk)) != NULL)
		st = load_entry(l, entry, err);
	if (st == TRIAGE_OK && errno != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "rules %s cannot be listed to their end", path);
		st = TRIAGE_E_IO;
	}
	fts_close(walk);
	return st;
}

enum triage_status
sigma_load_paths(struct sigma_set *set, const struct sigma_config *config, struct triage_error *err)
{
	struct sigma_loading l = { .set = set };
	enum triage_status st = TRIAGE_OK;
	l.later_end = &l.later;
	pool_init(&l.trees, SET_LIMIT);
	for (size_t i = 0; i < config->path_count && st == TRIAGE_OK; i++) {
		l.own = config->own != NULL && strcmp(config->own, config->paths[i]) == 0;
		st = load_path(&l, config->paths[i], err);
	}
	if (st == TRIAGE_OK)
		st = sigma_load_later(&l, note_refusal, err);
	pool_release(&l.trees);
	return st;
}
