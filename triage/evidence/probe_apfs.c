/* probe_apfs.c - the volumes of an APFS container: each a volume and, when it can be read, a filesystem. See probe.h. */
#include "triage/evidence/probe.h"

#include "triage/base/scoped.h"
#include "triage/evidence/apfs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct container {
	struct probe *probe;
	const struct probe_volume *v;
	uint32_t index;			/* of its own volume row */
	uint64_t there;			/* bytes of it that the medium has */
	uint32_t block;
	struct triage_error *err;
};

static enum triage_status
tell(struct container *c, enum triage_severity severity, const char *code, const char *name, const char *what)
{
	return source_problem(c->probe->sink, "volumes", severity, code, c->v->start, 0, c->err, "APFS volume '%s': %s", name, what);
}

/* What stands in the way of a volume, or is not read of it. */
static enum triage_status
tell_limits(struct container *c, const struct apfs_volume *v, const char *name)
{
	if (v->damaged)
		return tell(c, TRIAGE_HIGH, "volume-damaged", name, "the container lists it, but its super block cannot be found: its files are "
		    "not examined");
	if (v->encrypted)
		return tell(c, TRIAGE_HIGH, "volume-locked", name, "it is encrypted: its files are not examined; unlock it on a Mac, or with "
		    "apfs-fuse and the password or recovery key, read-only, and give the folder");
	if (v->sealed)
		return tell(c, TRIAGE_MEDIUM, "volume-unsupported", name, "it is sealed (the system files of macOS 11 and later), which this "
		    "version does not read; what people change lies on the Data volume beside it");
	if (v->snapshots > 0)
		return tell(c, TRIAGE_MEDIUM, "snapshots-not-examined", name, "it has snapshots, which are not examined: only the newest state is");
	return TRIAGE_OK;
}

static enum triage_status
send_volume(struct container *c, const struct apfs_volume *v)
{
	struct signature_hit text = { .row = NULL };
	enum triage_volume_state state = v->damaged ? TRIAGE_VOLUME_DAMAGED : v->encrypted ? TRIAGE_VOLUME_LOCKED :
	    v->sealed ? TRIAGE_VOLUME_UNSUPPORTED : TRIAGE_VOLUME_EXAMINED;
	uint32_t index = c->probe->source->volumes;
	bool layered = c->probe->volume != UINT32_MAX || c->v->inner;
	struct reader *reader;
	if (index == PROBE_VOLUMES_MAX) {
		c->probe->volumes_left_out++;
		return TRIAGE_OK;
	}
	c->probe->source->volumes++;
	hit_label(&text, (const uint8_t *)v->name, strlen(v->name));
	hit_uuid(&text, v->uuid);
	uint64_t place = probe_place(c->probe, c->v->start);
	enum triage_status st = c->probe->sink->volume(c->probe->sink->ctx, &(struct triage_volume){
		.index = index, .parent = c->index, .state = state, .kind = "apfs", .label = text.label, .uuid = text.uuid,
		.start = place == TRIAGE_NO_ID ? 0 : place, .length = c->v->length,
	}, c->err);
	if (st == TRIAGE_OK)
		st = tell_limits(c, v, text.label);
	if (st == TRIAGE_OK && state == TRIAGE_VOLUME_EXAMINED && layered)
		st = probe_reader(c->probe, c->v, index, c->there, &reader, c->err);
	if (st != TRIAGE_OK || state != TRIAGE_VOLUME_EXAMINED)
		return st;
	return c->probe->sink->filesystem(c->probe->sink->ctx, &(struct triage_filesystem){
		.index = c->probe->source->filesystems++, .volume = index, .type = "apfs", .label = text.label, .uuid = text.uuid,
		.start = layered ? 0 : c->v->start, .length = c->there, .block_size = c->block, .part = v->block,
		.reader_type = !layered ? EVIDENCE_ON_MEDIUM : c->probe->together ? EVIDENCE_ON_VOLUME_TOGETHER : EVIDENCE_ON_VOLUME,
	}, c->err);
}

static enum triage_status
read_container(struct probe *probe, const struct probe_volume *v, uint64_t there, struct apfs_container *found, struct triage_error *err)
{
	struct reader *r;
	enum triage_status st = reader_slice(probe->reader, v->start, there, &r, err);
	if (st != TRIAGE_OK)
		return st;
	st = apfs_read(r, found, err);
	reader_close(r);
	return st;
}

enum triage_volume_state
probe_apfs_state(struct probe *probe, const struct probe_volume *v, uint64_t there)
{
	struct triage_error ignored;
	SCOPED_FREE struct apfs_container *found = calloc(1, sizeof(*found));
	if (found == NULL || read_container(probe, v, there, found, &ignored) != TRIAGE_OK)
		return TRIAGE_VOLUME_DAMAGED;
	return TRIAGE_VOLUME_EXAMINED;
}

enum triage_status
probe_apfs(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, struct triage_error *err)
{
	struct container c = { .probe = probe, .v = v, .index = index, .there = there, .err = err };
	SCOPED_FREE struct apfs_container *found = calloc(1, sizeof(*found));
	struct triage_error why = { .text = "" };
	if (found == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = read_container(probe, v, there, found, &why);
	if (st != TRIAGE_OK)
		return source_problem(probe->sink, "volumes", TRIAGE_HIGH, "volume-damaged", v->start, v->length, err,
		    "volume %" PRIu32 " is an APFS container whose volumes cannot be told: %s", index + 1, why.text);
	c.block = found->block;
	if (found->fusion)
		st = source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "volume-unsupported", v->start, 0, err, "volume %" PRIu32
		    " is an APFS container of a Fusion drive: what lies on its other device is not read", index + 1);
	if (st == TRIAGE_OK && found->count == 0)
		st = source_problem(probe->sink, "volumes", TRIAGE_LOW, "no-filesystem", v->start, 0, err, "volume %" PRIu32
		    " is an APFS container that lists no volume", index + 1);
	for (size_t i = 0; i < found->count && st == TRIAGE_OK; i++)
		st = send_volume(&c, &found->volumes[i]);
	return st;
}
