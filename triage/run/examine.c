/* examine.c - probe, list, read, hash: hands jobs to the crew until nothing is left. */
#include "triage/run/supervisor.h"

#include "triage/base/scoped.h"

#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

enum { PAGE_UNITS = 1024, QUEUED_BYTES = 64 << 20, TURN_MS = 250 };
#define JOB_PROBE (UINT64_C(1) << 61)
#define JOB_LIST (UINT64_C(2) << 61)
#define JOB_IMAGE (UINT64_C(3) << 61)

/* --- mounted volumes: nothing to probe, no evidence byte is read --- */

static const char *
mounted_type(const char *path)
{
	static const struct {
		long magic;
		const char *name;
	} types[] = {
		{ 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" }, { 0x65735546, "fuse" }, { 0x4d44, "fat32" },
		{ 0x2011bab0, "exfat" }, { 0x5346544e, "ntfs" }, { 0x7366746e, "ntfs" }, { 0x9660, "iso9660" }, { 0x482b, "hfs+" },
		{ 0x01021994, "tmpfs" }, { 0x794c7630, "overlay" }, { 0x6969, "nfs" }, { 0x73717368, "squashfs" },
	};
	struct statfs info;
	if (statfs(path, &info) != 0)
		return "directory";
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].magic == (long)info.f_type)
			return types[i].name;
	return "directory";
}

static enum triage_status
probe_directory(struct supervisor *s, size_t index, struct triage_error *err)
{
	struct run_source *r = &s->sources[index];
	const struct triage_evidence e = { .kind = TRIAGE_EVIDENCE_DIRECTORY, .stored_md5 = "", .stored_sha1 = "" };
	const struct triage_volume v = { .parent = UINT32_MAX, .state = TRIAGE_VOLUME_EXAMINED, .kind = "none", .label = "", .uuid = "" };
	const struct triage_filesystem fs = { .type = mounted_type(r->source.path), .label = "", .uuid = "" };
	uint64_t id;
	enum triage_status st = case_put_evidence(s->store, index + 1, r->source.name, &e, err);
	if (st == TRIAGE_OK)
		st = case_put_volume(s->store, index + 1, &v, err);
	if (st == TRIAGE_OK)
		st = case_put_filesystem(s->store, index + 1, &fs, &id, err);
	if (st == TRIAGE_OK)
		st = case_put_image_hash(s->store, index + 1, "", "", "", "not-checked", 0, err);
	if (st != TRIAGE_OK)
		return st;
	void *grown = reallocarray(s->filesystems, s->filesystem_count + 1, sizeof(*s->filesystems));
	if (grown == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->filesystems = grown;
	struct run_filesystem *f = &s->filesystems[s->filesystem_count++];
	*f = (struct run_filesystem){ .id = id, .source = index, .fs = fs };
	f->fs.type = strdup(fs.type);
	f->fs.label = strdup("");
	f->fs.uuid = strdup("");
	paths_init(&f->paths);
	r->probed = r->image_done = true;
	r->volumes = 1;
	struct statvfs mount;
	if (statvfs(r->source.path, &mount) != 0 || (mount.f_flag & ST_RDONLY) != 0)
		return TRIAGE_OK;
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_INFO, .code = "mounted-writable",
	    .message = "the volume is mounted writable: this program writes nothing to it, but others may, and the kernel notes the reading of links;"
	        " mount it read-only where you can", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	return supervisor_problem(s, index + 1, id, "", &p, err);
}

/* --- giving jobs --- */

static struct crew_worker *
free_worker(struct supervisor *s, bool image, bool empty, size_t *ret_slot)
{
	for (size_t i = 0; i < s->crew.count; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->pid == 0 || !w->ready || w->image != image || w->role != WORKER_EXAMINER || w->killed_for != NULL)
			continue;
		if (w->job_count == 0 || (!empty && w->job_count < CREW_QUEUE && w->queued_bytes < QUEUED_BYTES)) {
			*ret_slot = i;
			return w;
		}
	}
	return NULL;
}

static void
give(struct supervisor *s, size_t slot, struct crew_job *job)
{
	struct wire_stream *wire = &s->crew.workers[slot].wire;
	if (job->kind == CREW_PROBE) {
		worker_put_probe(wire, job->id, job->source);
	} else if (job->kind == CREW_LIST) {
		struct run_filesystem *f = &s->filesystems[job->filesystem_id - 1];
		f->listing = true;
		worker_put_list(wire, job->id, job->source, &f->fs);
	} else if (job->kind == CREW_IMAGE) {
		const struct run_source *r = &s->sources[job->source];
		/* SHA-256 and SHA-1 always; MD5 costs more than both and is made where there is one to compare with */
		unsigned which = ANALYSE_SHA256 | ANALYSE_SHA1 | (r->stored_md5[0] != '\0' ? ANALYSE_MD5 : 0);
		worker_put_image(wire, job->id, job->source, which);
	} else {
		const struct case_unit *u = &job->unit;
		worker_put_content(wire, job->id, &(struct worker_content_job){ .source = job->source,
		    .fs = &s->filesystems[job->filesystem_id - 1].fs, .inode = u->inode, .size = u->size, .attr_type = u->attr_type,
		    .attr_id = u->attr_id, .path = u->path, .name = u->name, .owner = u->owner, .force = job->attempts > 0,
		    .raw_path = { u->raw_path != NULL ? u->raw_path : (const uint8_t *)"", u->raw_path_size } });
		s->units_in_work++;
	}
	crew_give(&s->crew, slot, job);
}

static bool
take_waiting(struct supervisor *s, enum crew_job_kind kind, struct crew_job *ret_job)
{
	for (size_t i = 0; i < s->waiting_count; i++) {
		if (s->waiting[i].kind != kind)
			continue;
		*ret_job = s->waiting[i];
		s->waiting_count--;
		memmove(&s->waiting[i], &s->waiting[i + 1], (s->waiting_count - i) * sizeof(*s->waiting));
		return true;
	}
	return false;
}

/* Keep the slots filled: examiners always, listers for mounted volumes while they are needed. */
static enum triage_status
staff(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->crew.count; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->role == WORKER_LISTER && w->job_count == 0)
			crew_stop(&s->crew, i);
		if (w->pid != 0 || (w->image && s->plan->no_image_hash))
			continue;
		enum triage_status st = crew_start(&s->crew, i, WORKER_EXAMINER, 0, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static void
give_probes(struct supervisor *s)
{
	struct crew_job job;
	size_t slot;
	while (free_worker(s, false, true, &slot) != NULL && take_waiting(s, CREW_PROBE, &job))
		give(s, slot, &job);
}

static void
give_images(struct supervisor *s)
{
	size_t slot;
	struct crew_job job;
	if (free_worker(s, true, true, &slot) == NULL)
		return;
	if (take_waiting(s, CREW_IMAGE, &job)) {
		give(s, slot, &job);
		return;
	}
	for (size_t i = 0; i < s->source_count; i++) {
		struct run_source *r = &s->sources[i];
		if (!r->image_wanted || r->image_given || r->image_done)
			continue;
		r->image_given = true;
		give(s, slot, &(struct crew_job){ .id = JOB_IMAGE | i, .kind = CREW_IMAGE, .source = i });
		return;
	}
}

/* Lists are given to free examiners; that of a mounted volume to a lister, which lives for this one job. */
static enum triage_status
give_lists(struct supervisor *s, struct triage_error *err)
{
	struct crew_job job;
	size_t slot;
	for (size_t i = 0; i < s->filesystem_count; i++) {
		struct run_filesystem *f = &s->filesystems[i];
		bool mounted = s->crew_sources[f->source].kind == TRIAGE_EVIDENCE_DIRECTORY;
		if (f->listed || f->listing)
			continue;
		if (!mounted) {
			if (free_worker(s, false, true, &slot) == NULL)
				continue;
		} else {
			/* an examiner steps aside; staff() brings it back */
			slot = SIZE_MAX;
			for (size_t k = 0; k < s->crew.count; k++)
				if (!s->crew.workers[k].image && s->crew.workers[k].job_count == 0 && s->crew.workers[k].role == WORKER_EXAMINER)
					slot = k;
			if (slot == SIZE_MAX)
				continue;
			crew_stop(&s->crew, slot);
			enum triage_status st = crew_start(&s->crew, slot, WORKER_LISTER, f->source, err);
			if (st != TRIAGE_OK)
				return st;
		}
		if (!take_waiting(s, CREW_LIST, &job) || job.filesystem_id != f->id)
			job = (struct crew_job){ .id = JOB_LIST | f->id, .kind = CREW_LIST, .source = f->source, .filesystem_id = f->id };
		f->listing = true;
		give(s, slot, &job);
	}
	return TRIAGE_OK;
}

/* --- content --- */

static void
free_page(struct supervisor *s)
{
	for (size_t i = s->page_next; i < s->page_count; i++)
		case_unit_release(&s->page[i]);
	s->page_next = s->page_count = 0;
}

static enum triage_status
read_page(struct supervisor *s, struct triage_error *err)
{
	if (s->page_next < s->page_count || s->units_ended)
		return TRIAGE_OK;
	if (s->page == NULL && (s->page = calloc(PAGE_UNITS, sizeof(*s->page))) == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->page_next = s->page_count = 0;
	enum triage_status st = case_next_units(s->store, &s->after, PAGE_UNITS, s->page, &s->page_count, err);
	if (st != TRIAGE_OK)
		return st;
	s->units_ended = s->page_count == 0;
	if (s->page_count > 0) {
		/* only the ordering keys are used */
		s->after = s->page[s->page_count - 1];
		s->after.path = s->after.name = s->after.owner = NULL;
		s->after.raw_path = NULL;
	}
	return TRIAGE_OK;
}

static bool
is_ours(const struct supervisor *s, uint64_t unit_id)
{
	return s->plan->shards < 2 || unit_id % s->plan->shards == s->plan->shard - 1;
}

static enum triage_status
next_content(struct supervisor *s, struct crew_job *ret_job, bool *ret_found, struct triage_error *err)
{
	*ret_found = take_waiting(s, CREW_CONTENT, ret_job);
	while (!*ret_found) {
		enum triage_status st = read_page(s, err);
		if (st != TRIAGE_OK || s->page_next == s->page_count)
			return st;
		struct case_unit *u = &s->page[s->page_next++];
		bool left_out = s->plan->rank_max != 0 && u->rank > s->plan->rank_max;
		if (left_out || !is_ours(s, u->unit_id) || u->filesystem_id < 1 || u->filesystem_id > s->filesystem_count) {
			case_unit_release(u);
			continue;
		}
		*ret_job = (struct crew_job){ .id = u->unit_id, .kind = CREW_CONTENT, .source = s->filesystems[u->filesystem_id - 1].source,
		    .filesystem_id = u->filesystem_id, .unit = *u };
		*ret_found = true;
	}
	return TRIAGE_OK;
}

static enum triage_status
give_content(struct supervisor *s, struct triage_error *err)
{
	size_t slot;
	while (free_worker(s, false, false, &slot) != NULL) {
		struct crew_job job;
		bool found;
		enum triage_status st = next_content(s, &job, &found, err);
		if (st != TRIAGE_OK || !found)
			return st;
		give(s, slot, &job);
	}
	return TRIAGE_OK;
}

/* --- phases --- */

static bool
all_probed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (!s->sources[i].probed)
			return false;
	return true;
}

static bool
all_listed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->filesystem_count; i++)
		if (!s->filesystems[i].listed)
			return false;
	return true;
}

static bool
all_hashed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (s->sources[i].image_wanted && !s->sources[i].image_done)
			return false;
	return true;
}

/* One turn of the crew and of the clock. */
static enum triage_status
turn(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = staff(s, err);
	if (st == TRIAGE_OK)
		st = crew_turn(&s->crew, TURN_MS, err);
	if (st == TRIAGE_OK && s->fatal.status != TRIAGE_OK) {
		*err = s->fatal;
		st = err->status;
	}
	return st == TRIAGE_OK ? supervisor_tick(s, err) : st;
}

/* A source that was probed: what is still to be hashed, and whether there is anything at all. */
static enum triage_status
accept_source(struct supervisor *s, size_t i, struct triage_error *err)
{
	struct run_source *r = &s->sources[i];
	char key[64];
	snprintf(key, sizeof(key), "image.%zu", i + 1);
	bool mounted = s->crew_sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY;
	r->image_wanted = !s->plan->no_image_hash && !mounted;
	r->image_done = case_get(s->store, key)[0] != '\0';
	s->progress.image_bytes += r->image_wanted && !r->image_done ? r->size : 0;
	s->result->hash_mismatch = s->result->hash_mismatch || strcmp(case_get(s->store, key), "mismatch") == 0;
	if (mounted || r->size > 0)
		return TRIAGE_OK;
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_MEDIUM, .code = "evidence-empty",
	    .message = "the evidence has no bytes at all: was it copied completely?", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID,
	    .offset = TRIAGE_NO_ID };
	return supervisor_problem(s, i + 1, 0, "", &p, err);
}

static enum triage_status
refuse_source(struct supervisor *s, size_t i, struct triage_error *err)
{
	struct run_source *r = &s->sources[i];
	const struct triage_evidence e = { .kind = r->source.kind, .stored_md5 = "", .stored_sha1 = "" };
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_HIGH, .code = "evidence-unreadable", .message = r->probe_error,
	    .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	r->image_done = true;
	enum triage_status st = case_put_evidence(s->store, i + 1, r->source.name, &e, err);
	return st == TRIAGE_OK ? supervisor_problem(s, i + 1, 0, "", &p, err) : st;
}

static enum triage_status
after_probe(struct supervisor *s, struct triage_error *err)
{
	size_t failed = 0;
	for (size_t i = 0; i < s->source_count; i++)
		failed += s->sources[i].probe_failed;
	if (failed == s->source_count) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "%s: %s", s->sources[0].source.name, s->sources[0].probe_error);
		return TRIAGE_E_UNSUPPORTED;
	}
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < s->source_count && st == TRIAGE_OK; i++)
		st = s->sources[i].probe_failed ? refuse_source(s, i, err) : accept_source(s, i, err);
	return st;
}

static enum triage_status
queue_probes(struct supervisor *s, struct triage_error *err)
{
	for (size_t i = 0; i < s->source_count; i++) {
		if (s->crew_sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY)
			continue;
		struct crew_job job = { .id = JOB_PROBE | i, .kind = CREW_PROBE, .source = i };
		intake_returned(s, &job);
	}
	if (s->waiting == NULL && s->source_count > 0 && s->crew_sources[0].kind != TRIAGE_EVIDENCE_DIRECTORY) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* One probe at a time in the order of the evidence, so that filesystems always get the same numbers. */
enum triage_status
examine_probe(struct supervisor *s, struct triage_error *err)
{
	s->phase = TRIAGE_PHASE_OPEN;
	enum triage_status st = queue_probes(s, err);
	size_t next = 0;
	while (st == TRIAGE_OK && !all_probed(s)) {
		if (s->crew_sources[next].kind == TRIAGE_EVIDENCE_DIRECTORY && !s->sources[next].probed)
			st = probe_directory(s, next, err);
		else if (s->sources[next].probed)
			next++;
		else if (s->waiting_count > 0 && s->waiting[0].source == next)
			give_probes(s);
		if (st == TRIAGE_OK && !all_probed(s))
			st = turn(s, err);
	}
	return st == TRIAGE_OK ? after_probe(s, err) : st;
}

static enum triage_status
begin_listing(struct supervisor *s, struct triage_error *err)
{
	s->phase = TRIAGE_PHASE_LIST;
	for (size_t i = 0; i < s->filesystem_count; i++) {
		char key[64];
		struct run_filesystem *f = &s->filesystems[i];
		snprintf(key, sizeof(key), "listed.%ju", (uintmax_t)f->id);
		if (case_get(s->store, key)[0] != '\0') {
			f->listed = true;
			continue;
		}
		/* an interrupted listing begins anew */
		enum triage_status st = case_drop_listing(s->store, f->id, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return case_commit(s->store, err);
}

static enum triage_status
begin_content(struct supervisor *s, struct triage_error *err)
{
	struct case_totals totals;
	s->phase = TRIAGE_PHASE_CONTENT;
	enum triage_status st = case_totals(s->store, &totals, err);
	if (st != TRIAGE_OK)
		return st;
	s->progress.units = totals.units;
	s->progress.units_done = totals.units_done;
	s->progress.bytes = totals.bytes;
	s->progress.bytes_done = totals.bytes_done;
	s->content_started = crew_clock();
	s->content_base = (double)totals.bytes_done + 100e3 * (double)totals.units_done;
	return TRIAGE_OK;
}

enum triage_status
examine(struct supervisor *s, struct triage_error *err)
{
	enum triage_status st = examine_probe(s, err);
	if (st == TRIAGE_OK)
		st = begin_listing(s, err);
	while (st == TRIAGE_OK && !all_listed(s)) {
		give_images(s);
		st = give_lists(s, err);
		if (st == TRIAGE_OK)
			st = turn(s, err);
	}
	if (st == TRIAGE_OK)
		st = begin_content(s, err);
	while (st == TRIAGE_OK && !s->budget_ended) {
		give_images(s);
		st = give_content(s, err);
		if (st == TRIAGE_OK && s->units_ended && s->page_next == s->page_count && s->units_in_work == 0 && s->waiting_count == 0 &&
		    all_hashed(s))
			break;
		if (st == TRIAGE_OK)
			st = turn(s, err);
	}
	free_page(s);
	return st;
}
