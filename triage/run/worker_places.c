/* worker_places.c - where the bytes of many streams lie, told without reading them: those of a shadow copy that equal others need no more. */
#include "triage/run/worker_inside.h"

#include "triage/base/digest.h"
#include "triage/evidence/vss.h"

#include <string.h>

static void
tell_places(struct worker *w, struct evidence_fs *fs, struct wire_cursor *c, uint8_t out[DIGEST_MAX])
{
	struct triage_error ignored;
	struct evidence_content *content;
	uint64_t inode = wire_get_u64(c);
	uint32_t attr_type = wire_get_u32(c), attr_id = wire_get_u32(c);
	worker_beat(w);
	/* a stream that cannot be opened is given once more, to be read, and that says why not */
	if (fs == NULL || c->failed || evidence_content_open(fs, inode, attr_type, attr_id, &content, &ignored) != TRIAGE_OK)
		return;
	if (!vss_stream_places(content, out))
		memset(out, 0, DIGEST_MAX);
	evidence_content_close(content);
}

void
worker_do_places(struct worker *w, struct wire_cursor *c)
{
	static uint8_t places[WORKER_PLACES_MAX][DIGEST_MAX];
	struct triage_error ignored;
	struct triage_filesystem fs = { 0 };
	struct evidence_fs *opened = NULL;
	char type[65];
	size_t source = (size_t)wire_get_u64(c);
	worker_get_filesystem(c, &fs, type);
	size_t count = (size_t)wire_get_enum(c, WORKER_PLACES_MAX + 1);
	worker_at_stage(w, WORKER_OPEN);
	worker_misbehave_at(w, "places");
	memset(places, 0, sizeof(places));
	worker_spend_keys(w);
	if (c->failed || source >= w->setup->source_count || worker_open_filesystem(w, source, &fs, &opened, &ignored) != TRIAGE_OK)
		opened = NULL;
	for (size_t i = 0; i < count && !c->failed; i++)
		tell_places(w, opened, c, places[i]);
	wire_put_placed(&w->wire, w->job, places[0], count);
}
