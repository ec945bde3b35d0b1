/* load.c - rule files from disk to a set: read, checked, compiled alone, cut into rules. */
#include "triage/analyse/finder.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
	RULE_FILE_MAX = 64 << 20,
	PATH_SHOWN = 4096,
	ERROR_SHOWN = 300,
	DEFAULT_WINDOW = 64 << 20,
	LEAST_WINDOW = 2 << 20,		/* the randomness restart and the file type look back over the first MiB */
	DEFAULT_OVERLAP = 64 << 10,
	DEFAULT_TIMEOUT = 60,
	DEFAULT_MATCHES = 1000,
	SAMPLE_MAX = 64,
};

enum triage_status
set_grow(void *slot, size_t count, size_t *room, size_t element, struct triage_error *err)
{
	if (count < *room)
		return TRIAGE_OK;
	size_t more = *room == 0 ? 16 : *room * 2, bytes;
	void *bigger = fault_hit() || __builtin_mul_overflow(more, element, &bytes) ? NULL : realloc(*(void **)slot, bytes);
	if (bigger == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	*(void **)slot = bigger;
	*room = more;
	return TRIAGE_OK;
}

/* File name without folder, with ~2, ~3 ... behind it while another file has it. */
static const char *
unique_name(struct analyse_set *set, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char candidate[NAME_MAX + 16];
	for (unsigned n = 1;; n++) {
		int size = n == 1 ? snprintf(candidate, sizeof(candidate), "%s", name) : snprintf(candidate, sizeof(candidate), "%s~%u", name, n);
		const char *shown = rule_words_display(&set->pool, candidate, size < 0 ? 0 : strlen(candidate), PATH_SHOWN);
		bool taken = false;
		for (size_t i = 0; i < set->file_count && !taken; i++)
			taken = strcmp(set->files[i].public.name_space, shown) == 0;
		if (!taken)
			return shown;
	}
}

void
set_refuse_file(struct analyse_set *set, struct set_file *file, size_t line, const char *why)
{
	char text[ERROR_SHOWN];
	if (line != 0)
		snprintf(text, sizeof(text), "line %zu: %s", line, why);
	else
		snprintf(text, sizeof(text), "%s", why);
	file->public.error = rule_words_display(&set->pool, text, strlen(text), ERROR_SHOWN);
	file->public.error_line = (unsigned)line;
	rule_text_release(&file->cut);
	free(file->text);
	file->text = NULL;
}

/* The whole of a rule file into file->text, or a reason in err that concerns this file alone. */
static enum triage_status
read_text(const char *path, struct set_file *file, struct triage_error *err)
{
	struct stat info;
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "it cannot be opened");
		return TRIAGE_E_IO;
	}
	if (!S_ISREG(info.st_mode) || info.st_size > RULE_FILE_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "it is no file of at most %d bytes", RULE_FILE_MAX);
		return TRIAGE_E_LIMIT;
	}
	size_t size = (size_t)info.st_size, done = 0;
	SCOPED_FREE char *text = fault_hit() ? NULL : malloc(size + 1);
	if (text == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	while (done < size) {
		ssize_t got = read(fd, text + done, size - done);
		if (got <= 0) {
			triage_error_set(err, TRIAGE_E_IO, done, "it cannot be read");
			return TRIAGE_E_IO;
		}
		done += (size_t)got;
	}
	text[size] = '\0';
	file->text = TAKE(text);
	file->size = size;
	return TRIAGE_OK;
}

/* A text that is no rule syntax for us: the reason that libyara gives is the better one. */
static enum triage_status
refuse_uncut(struct analyse_set *set, struct set_file *file, size_t line, const char *why, struct triage_error *err)
{
	struct compile_error wrong = { 0 };
	YR_COMPILER *compiler;
	enum triage_status st = set_compiler(&wrong, &compiler, err);
	if (st != TRIAGE_OK)
		return st;
	bool theirs = yr_compiler_add_string(compiler, file->text, file->public.name_space) != 0 && wrong.text[0] != '\0';
	set_refuse_file(set, file, theirs ? wrong.line : line, theirs ? wrong.text : why);
	yr_compiler_destroy(compiler);
	return TRIAGE_OK;
}

/* Cut the file into its rules. What cannot be cut is compiled all the same, for libyara's own words about it. */
static enum triage_status
cut_file(struct analyse_set *set, struct set_file *file, struct triage_error *err)
{
	struct triage_error why = { 0 };
	if (memchr(file->text, '\0', file->size) != NULL) {
		set_refuse_file(set, file, 0, "it holds a NUL byte, so it is no rule text (compiled rules are not accepted)");
		return TRIAGE_OK;
	}
	enum triage_status st = rule_text_cut(file->text, file->size, &file->cut, &why);
	size_t line = file->cut.error_line;
	if (st == TRIAGE_E_MEMORY) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s", why.text);
		return st;
	}
	if (st == TRIAGE_E_UNSUPPORTED)
		set_refuse_file(set, file, line, why.text);
	if (st == TRIAGE_E_FORMAT)
		st = refuse_uncut(set, file, line, why.text, err);
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* List a file that is still empty. */
static enum triage_status
list_file(struct analyse_set *set, const char *path, struct set_file **ret_file, struct triage_error *err)
{
	enum triage_status st = set_grow(&set->files, set->file_count, &set->file_room, sizeof(set->files[0]), err);
	if (st != TRIAGE_OK)
		return st;
	struct set_file *file = &set->files[set->file_count];
	*file = (struct set_file){ .public = {
		.path = rule_words_display(&set->pool, path, strlen(path), PATH_SHOWN), .name_space = unique_name(set, path), .sha256 = "", .error = "" } };
	set->file_count++;
	*ret_file = file;
	return TRIAGE_OK;
}

static enum triage_status
refuse_link(struct analyse_set *set, const char *path, struct triage_error *err)
{
	struct set_file *file;
	enum triage_status st = list_file(set, path, &file, err);
	if (st == TRIAGE_OK)
		set_refuse_file(set, file, 0, "it is a link, and links in a rules folder are not followed");
	return st;
}

/* An earlier file of the same text, or NULL. */
static const struct set_file *
earlier_twin(const struct analyse_set *set, const struct set_file *file)
{
	for (const struct set_file *other = set->files; other < file; other++)
		if (other->text != NULL && strcmp(other->public.sha256, file->public.sha256) == 0)
			return other;
	return NULL;
}

/* Say of files with a twin what became of that one. */
static void
judge_twins(struct analyse_set *set)
{
	for (size_t i = 0; i < set->file_count; i++) {
		struct set_file *file = &set->files[i];
		char said[ERROR_SHOWN];
		if (file->twin == 0)
			continue;
		const struct analyse_rule_file *twin = &set->files[file->twin - 1].public;
		snprintf(said, sizeof(said), "the same text is loaded already, as %s", twin->name_space);
		set_refuse_file(set, file, 0, said);
		file->public.twice = twin->error[0] == '\0';
		if (!file->public.twice) {
			file->public.error = twin->error;
			file->public.error_line = twin->error_line;
		}
	}
}

static enum triage_status
load_file(struct analyse_set *set, const char *path, struct triage_error *err)
{
	struct set_file *file;
	struct triage_error why = { 0 };
	enum triage_status st = list_file(set, path, &file, err);
	if (st != TRIAGE_OK)
		return st;
	st = read_text(path, file, &why);
	if (st == TRIAGE_E_MEMORY) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "%s", why.text);
		return st;
	}
	if (st != TRIAGE_OK) {
		set_refuse_file(set, file, 0, why.text);
		return TRIAGE_OK;
	}
	char sha256[65];
	digest_sha256_hex(file->text, file->size, sha256);
	file->public.sha256 = rule_words_keep(&set->pool, sha256, 64);
	const struct set_file *twin = earlier_twin(set, file);
	if (twin != NULL) {
		file->twin = (size_t)(twin - set->files) + 1;
		free(file->text);
		file->text = NULL;
		return TRIAGE_OK;
	}
	return cut_file(set, file, err);
}

static bool
is_rule_name(const char *name)
{
	static const char *const ends[] = { ".yar", ".yara", ".rule" };
	size_t size = strlen(name);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (size > strlen(ends[i]) && strcasecmp(name + size - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static int
compare_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static enum triage_status
load_entry(struct analyse_set *set, const FTSENT *entry, struct triage_error *err)
{
	bool top = entry->fts_level == FTS_ROOTLEVEL;
	switch (entry->fts_info) {
	case FTS_F:
		return top || is_rule_name(entry->fts_name) ? load_file(set, entry->fts_path, err) : TRIAGE_OK;
	case FTS_SL:
		return is_rule_name(entry->fts_name) ? refuse_link(set, entry->fts_path, err) : TRIAGE_OK;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = entry->fts_errno;
		/* within a folder it is one file of many: load_file() records why it fails */
		if (!top)
			return load_file(set, entry->fts_path, err);
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "rules %s cannot be read", entry->fts_path);
		return TRIAGE_E_IO;
	case FTS_DEFAULT:
	case FTS_SLNONE:
		if (!top)
			return TRIAGE_OK;
		errno = EINVAL;
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "rules %s is neither a file nor a folder", entry->fts_path);
		return TRIAGE_E_IO;
	default:
		return TRIAGE_OK;
	}
}

static enum triage_status
load_path(struct analyse_set *set, const char *path, struct triage_error *err)
{
	/* glibc 2.36 does not look whether it got memory for the first name of a walk */
	struct stat info;
	if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
		return load_file(set, path, err);
	SCOPED_FREE char *copy = strdup(path);
	if (copy == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	char *const paths[] = { copy, NULL };
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_entries);
	if (walk == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "rules %s cannot be read", path);
		return TRIAGE_E_IO;
	}
	enum triage_status st = TRIAGE_OK;
	const FTSENT *entry;
	while (st == TRIAGE_OK && (errno = 0, entry = fts_read(walk)) != NULL)
		st = load_entry(set, entry, err);
	if (st == TRIAGE_OK && errno != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "rules %s cannot be listed to their end", path);
		st = TRIAGE_E_IO;
	}
	fts_close(walk);
	return st;
}

static enum triage_status
load_all(struct analyse_set *set, const struct analyse_config *config, struct triage_error *err)
{
	enum triage_status st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = filetype_load(config->magic_path, &set->magic, err);
	if (st != TRIAGE_OK)
		return st;
	if (yr_initialize() != ERROR_SUCCESS) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "YARA cannot be started");
		return TRIAGE_E_MEMORY;
	}
	set->yara_is_up = true;
	/* libyara takes and gives back buffers of some 100 KB for each group and stream: kept in the heap, not mapped anew each time */
	mallopt(M_MMAP_THRESHOLD, 4 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	/* nobody looks at more of a match, and the copies are the growth term of hostile content */
	yr_set_configuration_uint32(YR_CONFIG_MAX_MATCH_DATA, SAMPLE_MAX);
	for (size_t i = 0; i < config->rule_path_count && st == TRIAGE_OK; i++)
		st = load_path(set, config->rule_paths[i], err);
	if (st == TRIAGE_OK)
		st = set_compile_files(set, err);
	judge_twins(set);
	malloc_trim(0);
	if (st == TRIAGE_OK)
		st = set_make_groups(set, err);
	if (st == TRIAGE_OK)
		st = finder_add_rules(set, config->finder, err);
	if (st == TRIAGE_OK && set->pool.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < set->file_count; i++) {
		rule_text_release(&set->files[i].cut);
		free(set->files[i].text);
		set->files[i].text = NULL;
	}
	return st;
}

enum triage_status
analyse_load(const struct analyse_config *config, struct analyse_set **ret_set, struct triage_error *err)
{
	struct analyse_set *set = fault_hit() ? NULL : calloc(1, sizeof(*set));
	if (set == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for rules");
		return TRIAGE_E_MEMORY;
	}
	set->window_size = config->window_size == 0 ? DEFAULT_WINDOW : config->window_size < LEAST_WINDOW ? LEAST_WINDOW : config->window_size;
	set->window_overlap = config->window_overlap == 0 ? DEFAULT_OVERLAP : config->window_overlap;
	if (set->window_overlap > set->window_size / 2)
		set->window_overlap = set->window_size / 2;
	set->scan_timeout = config->scan_timeout == 0 ? DEFAULT_TIMEOUT : config->scan_timeout;
	set->match_limit = config->match_limit == 0 ? DEFAULT_MATCHES : config->match_limit;
	enum triage_status st = load_all(set, config, err);
	if (st != TRIAGE_OK) {
		analyse_free(set);
		return st;
	}
	*ret_set = set;
	return TRIAGE_OK;
}

void
analyse_free(struct analyse_set *set)
{
	if (set == NULL)
		return;
	set_release_groups(set);
	for (size_t i = 0; i < set->file_count; i++) {
		rule_text_release(&set->files[i].cut);
		free(set->files[i].text);
	}
	free(set->files);
	free(set->rules);
	filetype_release(&set->magic);
	rule_words_release(&set->pool);
	if (set->yara_is_up)
		yr_finalize();
	free(set);
}
