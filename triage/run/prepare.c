#include "triage/run/prepare.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/run/environment.h"
#include "triage/run/hashset.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#define MIB (UINT64_C(1) << 20)
enum { MAX_JOBS = 128 };

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

/* --- evidence --- */

static enum triage_status
open_evidence(struct supervisor *s, struct triage_error *err)
{
	/* many segments: as many descriptors as we may have */
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	size_t count = s->plan->evidence_count;
	s->sources = calloc(count + 1, sizeof(*s->sources));
	s->crew_sources = calloc(count + 1, sizeof(*s->crew_sources));
	if (s->sources == NULL || s->crew_sources == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		enum triage_status st = source_open(s->plan->evidence[i], &s->crew_sources[i], err);
		if (st != TRIAGE_OK)
			return st;
		s->sources[i].source = s->crew_sources[i];
		s->source_count = i + 1;
	}
	return TRIAGE_OK;
}

/* --- bundle --- */

/* A name for the default bundle: letters, digits, dot, dash and underscore of the evidence's name. */
static void
default_bundle(struct supervisor *s)
{
	char name[80], time[WHEN_TEXT_SIZE];
	const char *from = s->plan->hostname[0] != '\0' ? s->plan->hostname : s->crew_sources[0].name;
	size_t n = 0;
	for (const char *p = from; *p != '\0' && n + 1 < sizeof(name); p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || (*p == '.' && n > 0) || *p == '-' || *p == '_';
		if (plain)
			name[n++] = *p;
	}
	name[n] = '\0';
	when_text(when_now(), 0, "Z", time);
	for (char *p = time; *p != '\0'; p++)
		if (*p == ':')
			*p = '-';
	snprintf(s->bundle, sizeof(s->bundle), "case-%s-%s", n > 0 ? name : "evidence", time);
}

static enum triage_status
check_place(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->source_count; i++) {
		if (!source_contains(&s->crew_sources[i], s->bundle))
			continue;
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the bundle %s would lie inside the evidence %s; give another place with -o", s->bundle,
		    s->crew_sources[i].path);
		return TRIAGE_E_USAGE;
	}
	struct stat info;
	if (lstat(s->bundle, &info) == 0) {
		char manifest[4300];
		snprintf(manifest, sizeof(manifest), "%s/work/journal.db", s->bundle);
		bool unfinished = lstat(manifest, &info) == 0;
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, unfinished ?
		    "%s holds an unfinished run; go on with --resume %s, or give another place with -o" :
		    "%s exists already; give another place with -o", s->bundle, s->bundle);
		return TRIAGE_E_USAGE;
	}
	return TRIAGE_OK;
}

static enum triage_status
check_space(struct supervisor *s, struct triage_error *err)
{
	struct statvfs space;
	if (statvfs(s->bundle, &space) != 0)
		return TRIAGE_OK;	/* cannot be asked: writing will tell */
	uint64_t room = (uint64_t)space.f_bavail * space.f_frsize;
	if (room < 64 * MIB) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "only %ju MiB are free at %s, a bundle needs 64 MiB and more; give another place with -o",
		    (uintmax_t)(room / MIB), s->bundle);
		err->sys_errno = ENOSPC;	/* as a write would have said; guided mode tells by it */
		return TRIAGE_E_USAGE;
	}
	return TRIAGE_OK;
}

static enum triage_status
save_arguments(struct supervisor *s, struct triage_error *err)
{
	char path[4300];
	struct output *o;
	if (s->plan->arguments == NULL)
		return TRIAGE_OK;
	snprintf(path, sizeof(path), "%s/arguments", s->work);
	enum triage_status st = output_create(path, &o, err);
	if (st != TRIAGE_OK)
		return st;
	output_put(o, s->plan->arguments, s->plan->arguments_size);
	return output_finish(o, NULL, err);
}

static enum triage_status
make_bundle(struct supervisor *s, struct triage_error *err)
{
	char path[4300];
	if (s->plan->output != NULL)
		snprintf(s->bundle, sizeof(s->bundle), "%s", s->plan->output);
	else
		default_bundle(s);
	snprintf(s->work, sizeof(s->work), "%s/work", s->bundle);
	enum triage_status st = check_place(s, err);
	if (st == TRIAGE_OK)
		st = output_folder(s->bundle, err);
	if (st != TRIAGE_OK)
		return st;
	s->owns_bundle = true;
	char absolute[PATH_MAX];
	if (realpath(s->bundle, absolute) != NULL && strlen(absolute) < sizeof(s->bundle) - 100) {
		snprintf(s->bundle, sizeof(s->bundle), "%s", absolute);
		snprintf(s->work, sizeof(s->work), "%s/work", s->bundle);
	}
	st = check_space(s, err);
	if (st == TRIAGE_OK)
		st = output_folder(s->work, err);
	snprintf(path, sizeof(path), "%s/data", s->bundle);
	if (st == TRIAGE_OK)
		st = output_folder(path, err);
	if (st == TRIAGE_OK)
		st = save_arguments(s, err);
	snprintf(path, sizeof(path), "%s/journal.db", s->work);
	return st == TRIAGE_OK ? case_create(path, &s->store, err) : st;
}

static void
fingerprint(struct supervisor *s)
{
	buf_clear(&s->text);
	for (size_t i = 0; i < s->source_count; i++)
		source_fingerprint(&s->crew_sources[i], &s->text);
}

static enum triage_status
resume_bundle(struct supervisor *s, struct triage_error *err)
{
	char path[4300];
	struct stat info;
	snprintf(s->bundle, sizeof(s->bundle), "%s", s->plan->output);
	snprintf(s->work, sizeof(s->work), "%s/work", s->bundle);
	snprintf(path, sizeof(path), "%s/journal.db", s->work);
	if (stat(path, &info) != 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s holds no unfinished run (no work/journal.db): nothing to resume", s->bundle);
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = case_resume(path, &s->store, err);
	if (st != TRIAGE_OK)
		return st;
	fingerprint(s);
	if (strcmp(case_get(s->store, "fingerprint"), buf_cstr(&s->text)) != 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET,
		    "the evidence is not what it was when %s was begun (path, size or modification time differ); begin a new run", s->bundle);
		return TRIAGE_E_USAGE;
	}
	/* its budget had ended, and it was cut off before the seal: it goes on with what was left, and its end is told anew */
	return case_get(s->store, "meta.budget.streams")[0] != '\0' ? case_unconclude(s->store, err) : TRIAGE_OK;
}

/* --- rules and workers --- */

static void
find_indicators(const void *ctx, struct view bytes, void (*take)(void *sink, size_t name, const char *id, uint32_t number, size_t at, size_t size), void *sink)
{
	detect_ioc_find(ctx, bytes.data, bytes.size, take, sink);
}

/* Rules of one kind: those built in, in a folder of rules_dir, then those of the person. The list is the caller's; builtin lives with it. */
static const char **
rule_paths(const struct triage_plan *p, const char *folder, const char *const *more, size_t more_count, char *builtin, size_t size, size_t *ret_count)
{
	const char **paths = calloc(more_count + 2, sizeof(*paths));
	size_t count = 0;
	snprintf(builtin, size, "%s/%s", p->rules_dir, folder);
	if (paths != NULL && !p->no_builtin_rules)
		paths[count++] = builtin;
	for (size_t i = 0; paths != NULL && i < more_count; i++)
		paths[count++] = more[i];
	*ret_count = count;
	return paths;
}

static enum triage_status
load_tables(struct supervisor *s, struct triage_error *err)
{
	const struct triage_plan *p = s->plan;
	char builtin[4200];
	size_t count;
	const char **sigma = rule_paths(p, "sigma", p->sigma, p->sigma_count, builtin, sizeof(builtin), &count);
	if (sigma == NULL)
		return no_memory(err);
	struct hashset_copies copies;
	enum triage_status st = hashset_copy(s->work, p->known_good, p->known_good_count, p->known_bad, p->known_bad_count, &copies, err);
	const struct detect_config tables = { .tables = p->rules_dir, .known_good = copies.paths, .known_bad = copies.paths + p->known_good_count,
	    .known_good_count = p->known_good_count, .known_bad_count = p->known_bad_count, .iocs = p->iocs, .ioc_count = p->ioc_count, .town = p->town, .sigma = sigma,
	    .sigma_count = count, .sigma_own = p->no_builtin_rules ? NULL : builtin };
	if (st == TRIAGE_OK)
		st = detect_load(&tables, &s->tables, err);
	hashset_copies_release(&copies);
	free(sigma);
	return st;
}

static enum triage_status
load_rules(struct supervisor *s, uint64_t window, struct triage_error *err)
{
	const struct triage_plan *p = s->plan;
	char builtin[4200];
	size_t count;
	enum triage_status st = load_tables(s, err);
	if (st != TRIAGE_OK)
		return st;
	const char **paths = rule_paths(p, "yara", p->rules, p->rule_count, builtin, sizeof(builtin), &count);
	if (paths == NULL)
		return no_memory(err);
	const struct analyse_finder finder = { .ctx = s->tables, .name_space = "ioc", .names = detect_ioc_names, .count = DETECT_IOC_NAMES, .find = find_indicators };
	/* a program that was unpacked somewhere brings its own, beside its rules */
	char magic[PATH_MAX];
	snprintf(magic, sizeof(magic), "%.4000s/../magic.mgc", s->plan->rules_dir);
	const struct analyse_config config = { .rule_paths = paths, .rule_path_count = count, .window_size = window, .magic_path = access(magic, R_OK) == 0 ? magic : NULL,
	    .finder = detect_ioc_in_content(s->tables) > 0 ? &finder : NULL };
	st = analyse_load(&config, &s->rules, err);
	free(paths);
	return st;
}

static enum triage_status
make_crew(struct supervisor *s, unsigned jobs, uint64_t memory, struct triage_error *err)
{
	s->crew.owner = (struct crew_owner){ .ctx = s, .frame = intake_frame, .lost = intake_lost, .returned = intake_returned };
	s->crew.sources = s->crew_sources;
	s->crew.source_count = s->source_count;
	s->crew.layers_wanted = (struct worker_layers){ .keys = &s->keys, .no_vss = s->plan->no_vss, .vss_first = s->plan->vss_first,
	    .vss_last = s->plan->vss_last };
	s->crew.memory = memory;
	s->crew.carve = s->plan->carve;
	/* an archive that was given is evidence, not one among its files */
	s->crew.unpack = !s->plan->no_archives;
	for (size_t i = 0; i < s->source_count; i++)
		s->crew.unpack = s->crew.unpack || s->crew_sources[i].only != NULL;
	s->crew.unit_seconds = s->plan->unit_seconds > 0 ? s->plan->unit_seconds : 180;
	bool image = !s->plan->no_image_hash;
	enum triage_status st = crew_init(&s->crew, jobs + image, err);
	if (st == TRIAGE_OK && image)
		s->crew.workers[jobs].image = true;
	return st;
}

/* Processes, and bytes for each of them. */
static void
share_resources(const struct triage_plan *p, unsigned *ret_jobs, uint64_t *ret_each)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = p->jobs != 0 ? p->jobs : processors > 0 ? (unsigned)processors : 1;
	*ret_jobs = jobs < MAX_JOBS ? jobs : MAX_JOBS;
	struct sysinfo ram;
	uint64_t memory = p->memory;
	if (memory == 0)
		memory = sysinfo(&ram) == 0 ? (uint64_t)ram.totalram * ram.mem_unit / 2 : 1024 * MIB;
	uint64_t each = memory / (*ret_jobs + 1);
	*ret_each = each < 192 * MIB ? 192 * MIB : each > 2048 * MIB ? 2048 * MIB : each;
}

enum triage_status
prepare(struct supervisor *s, struct triage_error *err)
{
	unsigned jobs;
	uint64_t each;
	if (s->plan->evidence_count == 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "no evidence given");
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = digest_setup(err);
	if (st == TRIAGE_OK)
		st = open_evidence(s, err);
	if (st == TRIAGE_OK)
		st = keys_read(s->plan, &s->keys, err);
	locks_prepare();	/* workers cannot load what the locks need */
	s->key_count = s->keys.list.count;
	share_resources(s->plan, &jobs, &each);
	s->window = s->plan->window_size != 0 ? s->plan->window_size : each / 4 < 64 * MIB ? each / 4 : 64 * MIB;
	if (st == TRIAGE_OK)
		st = s->plan->resume ? resume_bundle(s, err) : make_bundle(s, err);
	if (st == TRIAGE_OK && !s->plan->resume) {
		fingerprint(s);
		st = case_set(s->store, "fingerprint", buf_cstr(&s->text), err);
		if (st == TRIAGE_OK)
			st = case_commit(s->store, err);	/* so that a run which is cut off early can be resumed */
	}
	return st == TRIAGE_OK ? make_crew(s, jobs, each, err) : st;
}

enum triage_status
prepare_rules(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = load_rules(s, s->window, err);
	if (st == TRIAGE_OK)
		st = environment_record(s, err);
	if (st == TRIAGE_OK)
		st = case_commit(s->store, err);
	if (st != TRIAGE_OK)
		return st;
	s->crew.rules = s->rules;
	s->crew.tables = s->tables;
	/* those at work so far have no rules */
	for (size_t i = 0; i < s->crew.count; i++)
		if (!s->crew.workers[i].image)
			crew_stop(&s->crew, i);
	return TRIAGE_OK;
}
