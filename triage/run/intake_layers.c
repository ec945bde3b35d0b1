/* intake_layers.c - what workers say of containers, volumes and filesystems, to rows of the journal. */
#include "triage/base/text.h"
#include "triage/run/intake_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HARMLESS_MAX = 8 << 20 };	/* more than any text on the wire becomes */

bool
intake_harmless(const char **text, char *store, size_t size, struct triage_error *err)
{
	SCOPED_BUF b;
	buf_init(&b, HARMLESS_MAX);
	text_safe(&b, *text);
	if (b.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for what a worker told");
		return false;
	}
	size_t n = b.size < size - 1 ? b.size : size - 1;
	while (n > 0 && n < b.size && ((uint8_t)b.data[n] & 0xc0) == 0x80)
		n--;
	memcpy(store, buf_cstr(&b), n);
	store[n] = '\0';
	*text = store;
	return true;
}

/* Our trouble, not a lie of the worker. */
static bool
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for volumes and filesystems");
	return false;
}

bool
intake_evidence(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_evidence e;
	if (!wire_get_evidence(frame->payload, &store, &e))
		return false;
	struct run_source *r = &s->sources[job->source];
	r->size = e.size;
	r->source_size = e.source_size;
	snprintf(r->stored_md5, sizeof(r->stored_md5), "%s", e.stored_md5);
	snprintf(r->stored_sha1, sizeof(r->stored_sha1), "%s", e.stored_sha1);
	return case_put_evidence(s->store, job->source + 1, r->source.name, &e, err) == TRIAGE_OK;
}

bool
intake_volume(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_volume v;
	char label[600], uuid[600];
	if (!wire_get_volume(frame->payload, &store, &v))
		return false;
	if (!intake_harmless(&v.label, label, sizeof(label), err) || !intake_harmless(&v.uuid, uuid, sizeof(uuid), err))
		return false;
	struct run_source *r = &s->sources[job->source];
	if (v.index == 0)
		r->volumes = r->shadows = r->shadows_left_out = r->shadows_failed = 0;	/* a probe that begins again */
	if (v.index != r->volumes || (v.parent != UINT32_MAX && v.parent >= v.index))
		return false;
	struct run_parent *parents = reallocarray(r->parents, v.index + UINT64_C(1), sizeof(*parents));
	if (parents == NULL)
		return no_memory(err);
	r->parents = parents;
	bool shadow = strcmp(v.kind, "vss") == 0 && v.parent != UINT32_MAX;
	r->parents[v.index] = (struct run_parent){ .volume = v.parent, .shadow_of = shadow };
	r->volumes++;
	r->shadows += shadow;
	r->shadows_left_out += shadow && v.state == TRIAGE_VOLUME_UNSUPPORTED;
	r->shadows_failed += shadow && v.state == TRIAGE_VOLUME_DAMAGED;
	return case_put_volume(s->store, job->source + 1, &v, err) == TRIAGE_OK;
}

/* --partitions: "all" or numbers from 1 of the volumes. */
static bool
is_named(const char *partitions, uint32_t volume)
{
	if (partitions == NULL || partitions[0] == '\0' || strcmp(partitions, "all") == 0)
		return true;
	for (const char *p = partitions; *p != '\0';) {
		char *end;
		unsigned long number = strtoul(p, &end, 10);
		if (number == volume + UINT64_C(1))
			return true;
		if (end == p)
			return false;
		p = *end == ',' ? end + 1 : end;
	}
	return false;
}

/* A volume that is named stands for all that lies in it. */
static bool
is_wanted(const struct supervisor *s, size_t source, uint32_t volume)
{
	const struct run_source *r = &s->sources[source];
	while (!is_named(s->plan->partitions, volume)) {
		if (r->parents == NULL || volume >= r->volumes || r->parents[volume].volume == UINT32_MAX)
			return false;
		volume = r->parents[volume].volume;
	}
	return true;
}

bool
intake_filesystem_found(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_filesystem fs;
	char label[600], uuid[600];
	if (!wire_get_filesystem(frame->payload, &store, &fs))
		return false;
	if (!intake_harmless(&fs.label, label, sizeof(label), err) || !intake_harmless(&fs.uuid, uuid, sizeof(uuid), err))
		return false;
	uint64_t id;
	if (case_put_filesystem(s->store, job->source + 1, &fs, &id, err) != TRIAGE_OK || id != s->filesystem_count + 1)
		return false;
	void *grown = reallocarray(s->filesystems, s->filesystem_count + 1, sizeof(*s->filesystems));
	if (grown == NULL)
		return no_memory(err);
	s->filesystems = grown;
	struct run_filesystem *r = &s->filesystems[s->filesystem_count++];
	*r = (struct run_filesystem){ .id = id, .source = job->source, .fs = fs };
	r->fs.type = strdup(fs.type);
	r->fs.label = strdup(fs.label);
	r->fs.uuid = strdup(fs.uuid);
	paths_init(&r->paths);
	r->left_out = r->listed = !is_wanted(s, job->source, fs.volume);
	return (r->fs.type != NULL && r->fs.label != NULL && r->fs.uuid != NULL) || no_memory(err);
}
