/* examine_probe.c - the first step: what each evidence is and holds. */
#include "triage/run/examine.h"
#include "triage/run/nested.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#define JOB_PROBE (UINT64_C(1) << 61)

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
	const struct triage_filesystem fs = { .type = r->source.only != NULL ? "archive" : mounted_type(r->source.path), .label = "", .uuid = "" };
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
	if (r->source.only != NULL || statvfs(r->source.path, &mount) != 0 || (mount.f_flag & ST_RDONLY) != 0)
		return TRIAGE_OK;
	const struct triage_problem p = { .stage = "open", .severity = TRIAGE_INFO, .code = "mounted-writable",
	    .message = "the volume is mounted writable: this program writes nothing to it, but others may, and the kernel notes the reading of links;"
	        " mount it read-only where you can", .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	return supervisor_problem(s, index + 1, id, "", &p, err);
}

/* One alone, however many workers are free: filesystems are numbered as they are told. It may have come back from a worker that died, behind others. */
static void
give_probe(struct supervisor *s, size_t source)
{
	struct crew_job job;
	size_t slot;
	if (examine_free_worker(s, false, true, &slot) != NULL && examine_take_waiting(s, CREW_PROBE, JOB_PROBE | source, &job))
		examine_give(s, slot, &job);
}

static bool
all_probed(const struct supervisor *s)
{
	for (size_t i = 0; i < s->source_count; i++)
		if (!s->sources[i].probed)
			return false;
	return true;
}

/* A source that was probed: what is still to be hashed, and whether there is anything at all. */
static enum triage_status
accept_source(struct supervisor *s, size_t i, struct triage_error *err)
{
	struct run_source *r = &s->sources[i];
	char key[64];
	snprintf(key, sizeof(key), "image.%zu", i + 1);
	bool mounted = s->crew_sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY;
	r->image_done = case_get(s->store, key)[0] != '\0';
	/* the first part hashes for all */
	r->image_wanted = !s->plan->no_image_hash && !mounted && s->plan->shard < 2 && (s->plan->missing_parts == NULL || r->image_done);
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
queue_probes(struct supervisor *s, size_t from, struct triage_error *err)
{
	for (size_t i = from; i < s->source_count; i++) {
		if (s->crew_sources[i].kind == TRIAGE_EVIDENCE_DIRECTORY)
			continue;
		struct crew_job job = { .id = JOB_PROBE | i, .kind = CREW_PROBE, .source = i };
		intake_returned(s, &job);
	}
	if (s->waiting == NULL && s->source_count > from && s->crew_sources[from].kind != TRIAGE_EVIDENCE_DIRECTORY) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* One probe at a time in the order of the evidence, so that filesystems always get the same numbers. */
static enum triage_status
probe_from(struct supervisor *s, size_t from, struct triage_error *err)
{
	enum triage_status st = queue_probes(s, from, err);
	size_t next = from;
	while (st == TRIAGE_OK && !all_probed(s)) {
		if (s->sources[next].probed) {
			next++;
			continue;
		}
		if (s->crew_sources[next].kind == TRIAGE_EVIDENCE_DIRECTORY) {
			st = probe_directory(s, next, err);
			continue;
		}
		give_probe(s, next);
		st = examine_turn(s, err);
	}
	return st;
}

enum triage_status
examine_probe(struct supervisor *s, struct triage_error *err)
{
	s->phase = TRIAGE_PHASE_OPEN;
	enum triage_status st = probe_from(s, 0, err);
	return st == TRIAGE_OK ? after_probe(s, err) : st;
}

enum triage_status
examine_probe_nested(struct supervisor *s, size_t from, struct triage_error *err)
{
	enum triage_status st = probe_from(s, from, err);
	for (size_t i = from; i < s->source_count && st == TRIAGE_OK; i++)
		st = nested_accept(s, i, err);
	return st;
}
