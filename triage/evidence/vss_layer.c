/* vss_layer.c - volume shadow copies of an NTFS volume, those that were deleted too, as volumes of their own. */
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/vss.h"
#include "triage/evidence/vss_search.h"
#include "triage/evidence/vss_usage.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs of all stores that are kept in memory: 256 MiB. */
enum { PIECES_MAX = 16 << 20, GUID_TEXT = 37, PROBLEM_TEXT = 400 };

/* The moment is the catalogue's or that of the file's name; 0 is no time. */
static int
compare_age(const struct vss_store *a, const struct vss_store *b)
{
	if (a->guessed != b->guessed)
		return a->guessed ? -1 : 1;
	if (a->created != b->created)
		return a->created < b->created ? -1 : 1;
	return a->sequence == b->sequence ? 0 : a->sequence < b->sequence ? -1 : 1;
}

/* Oldest first; those of one age stay as they are. */
static void
sort_stores(struct vss_set *set)
{
	for (size_t i = 1; i < set->count; i++) {
		struct vss_store moved = set->stores[i];
		size_t at = i;
		for (; at > 0 && compare_age(&set->stores[at - 1], &moved) > 0; at--)
			set->stores[at] = set->stores[at - 1];
		set->stores[at] = moved;
	}
}

static enum triage_status
prepare(struct vss_set *set, struct vss_store *store, struct triage_error *err)
{
	if (!store->placed)
		return TRIAGE_OK;
	vss_store_header(set->volume, store);
	enum triage_status st = TRIAGE_OK;
	if (!store->found)
		st = vss_chain_follow(set->volume, store->list_at, VSS_LIST, &store->list, err);
	if (st == TRIAGE_OK && !store->found)
		st = vss_chain_follow(set->volume, store->bitmap_at, VSS_BITMAP, &store->bitmap, err);
	if (st == TRIAGE_OK && !store->found)
		st = vss_chain_follow(set->volume, store->previous_at, VSS_BITMAP, &store->previous, err);
	return st == TRIAGE_OK ? vss_store_count(set, store, err) : st;
}

static __attribute__((format(printf, 6, 7))) enum triage_status
tell(const struct layer_sink *sink, enum triage_severity severity, const char *code, uint64_t offset, struct triage_error *err,
    const char *format, ...)
{
	char text[PROBLEM_TEXT];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return sink->problem(sink->ctx, 0, severity, code, offset, 0, text, err);
}

static __attribute__((format(printf, 2, 3))) void
note(struct layer_volume *v, const char *format, ...)
{
	size_t used = strlen(v->note);
	va_list args;
	va_start(args, format);
	vsnprintf(v->note + used, sizeof(v->note) - used, format, args);
	va_end(args);
}

static void
describe(const struct vss_set *set, const struct vss_store *store, struct layer_volume *v)
{
	char when[WHEN_TEXT_SIZE], id[GUID_TEXT] = "";
	v->kind = "vss";
	v->created = when_from_filetime(store->created);
	when_text(v->created, 0, "Z", when);
	snprintf(v->label, sizeof(v->label), "%sshadow copy %s%s%s", store->deleted ? "deleted " : "",
	    store->found && !store->deleted ? "(not in the catalogue) " : "", when[0] != '\0' ? "of " : "of unknown age", when);
	v->length = store->size != 0 && store->size <= set->volume->size ? store->size : set->volume->size;
	if (store->has_id)
		signature_guid(store->id, id);
	if (store->has_info)
		signature_guid(store->copy, v->uuid);
	else
		snprintf(v->uuid, sizeof(v->uuid), "%s", id);
	if (store->has_id)
		note(v, "store %s", id);
	if (store->has_info) {
		signature_guid(store->set, id);
		note(v, "%sset %s, made on %s by %s, attributes 0x%08" PRIx32, v->note[0] != '\0' ? ", " : "", id,
		    store->machine, store->service, store->attributes);
	}
	note(v, "%s%" PRIu64 " blocks of 16 KiB kept", v->note[0] != '\0' ? ", " : "", store->descriptors);
}

/* How much came back of a copy that the catalogue does not name. */
static void
describe_found(const struct vss_set *set, const struct vss_store *store, struct layer_volume *v)
{
	uint64_t lost = store->lost + store->nonsense, all = store->descriptors;
	uint64_t parts = all == 0 ? 1000 : lost < all ? (all - lost) * 1000 / all : 0;	/* rounded down: 100 % is all */
	note(v, ", %" PRIu64 ".%" PRIu64 " %% of them still there", parts / 10, parts % 10);
	if (store->deleted)
		note(v, "%s; what changed after the deletion shows its present content",
		    set->usage != NULL ? " by what the volume says is in use now" : " (not checked against present use)");
	else
		note(v, ": its file was not deleted, only its entry in the catalogue is lost");
	if (store->guessed)
		note(v, "; its age is not known: the order among such copies, and with it some content, is a guess");
	else if (store->named)
		note(v, "; its age is that of its file's name");
	if (!store->has_info)
		note(v, "; its header is lost");
}

/*
 * Why the copy cannot be read, NULL when it can. A copy is read through all newer ones of its chain; pieces: of those that are
 * newer, and its own.
 */
static const char *
unreadable(const struct vss_store *store, uint64_t pieces, bool too_long, enum triage_volume_state *ret_state)
{
	*ret_state = TRIAGE_VOLUME_UNSUPPORTED;
	if (!store->placed)
		return "its data lies on another volume: examine that one together with this one";
	if (too_long)
		return "it, or a newer copy, keeps more changed blocks than this version holds in memory";
	if (pieces > PIECES_MAX)
		return "it and the newer copies keep more changed blocks than this version holds in memory";
	*ret_state = TRIAGE_VOLUME_DAMAGED;
	if (store->list.count == 0 && store->list.broken)
		return "its block list is lost";
	*ret_state = TRIAGE_VOLUME_EXAMINED;
	return NULL;
}

static enum triage_status
tell_damage(const struct vss_store *store, const struct layer_volume *v, const struct layer_sink *sink, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (store->placed && store->list.broken)
		st = tell(sink, TRIAGE_HIGH, "vss-list-damaged", store->list_at, err, "%s: its block list breaks off after %zu blocks: what it "
		    "lists behind that shows newer content, also in older copies", v->label, store->list.count);
	if (st == TRIAGE_OK && store->nonsense > 0)
		st = tell(sink, TRIAGE_MEDIUM, "vss-list-nonsense", store->list_at, err, "%s: %" PRIu64 " of its block descriptors point to no "
		    "place of the volume", v->label, store->nonsense);
	return st;
}

/* Tell of each copy, oldest first. */
static enum triage_status
send_copies(struct vss_set *set, const struct layer_sink *sink, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < set->count && st == TRIAGE_OK; i++) {
		const struct vss_store *store = &set->stores[i];
		SCOPED_FREE struct layer_volume *v = calloc(1, sizeof(*v));
		if (v == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		uint64_t pieces = 0;
		bool too_long = false, broken = false;
		for (size_t k = i; k < set->count; k++) {
			const struct vss_store *newer = &set->stores[k];
			if (k != i && newer->deleted && !store->deleted)
				continue;
			pieces += newer->pieces;
			too_long = too_long || newer->descriptors > VSS_DESCRIPTORS_MAX;
			broken = broken || (k != i && newer->placed && newer->list.broken);
		}
		describe(set, store, v);
		if (store->found)
			describe_found(set, store, v);
		const char *why = unreadable(store, pieces, too_long, &v->state);
		if (why != NULL)
			note(v, "; %s", why);
		else if (broken)
			note(v, "; a newer copy is damaged: some content may be newer than this copy");
		st = tell_damage(store, v, sink, err);
		if (st == TRIAGE_OK && why == NULL)
			st = vss_reader_new(set, i, v->length, &v->reader, err);
		if (st == TRIAGE_OK)
			st = sink->volume(sink->ctx, v, err);
	}
	return st;
}

/* What to say of the search for deleted copies, and of a catalogue that is not whole. */
static enum triage_status
tell_search(const struct vss_set *set, const struct vss_catalogue *c, const struct vss_search_result *r, const struct layer_sink *sink,
    struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (c->damaged)
		st = tell(sink, TRIAGE_HIGH, "vss-catalogue-damaged", c->volume.catalogue, err, "the catalogue of shadow copies is not whole: the "
		    "volume was searched for those that it does not name");
	if (st == TRIAGE_OK && (c->full || r->full))
		st = tell(sink, TRIAGE_MEDIUM, "vss-too-many", TRIAGE_NO_ID, err, "more traces of shadow copies than can be: some are left out");
	if (st == TRIAGE_OK && r->headers > 0)
		st = tell(sink, TRIAGE_MEDIUM, "vss-deleted-lost", TRIAGE_NO_ID, err, "%zu more deleted shadow copies left their header, but no "
		    "block list: they cannot be brought back", r->headers);
	if (st == TRIAGE_OK && r->found > 0)
		st = tell(sink, TRIAGE_HIGH, "vss-deleted", TRIAGE_NO_ID, err, "%zu shadow copies that the catalogue does not name, most likely "
		    "because they were deleted, are brought back as far as their blocks are still there", r->found);
	if (st == TRIAGE_OK && r->searched == VSS_SEARCH_FILES)
		st = tell(sink, TRIAGE_INFO, "vss-search-partial", TRIAGE_NO_ID, err, "older shadow copies were deleted: only files that the "
		    "$MFT still names were searched for them, not the whole volume of %" PRIu64 " bytes", set->volume->size);
	if (st == TRIAGE_OK && r->unsearched > 0)
		st = tell(sink, TRIAGE_MEDIUM, "vss-search-partial", set->volume->size - r->unsearched, err, "the volume is large: its last %" PRIu64
		    " bytes were not searched for deleted shadow copies, other than by what the $MFT names", r->unsearched);
	return st;
}

static enum triage_status
examine(struct vss_set *set, const struct layer_sink *sink, struct triage_error *err)
{
	struct vss_catalogue catalogue;
	struct vss_search_result found = { 0 };
	enum triage_status st = vss_catalogue_read(set, &catalogue, err);
	if (st != TRIAGE_OK || !catalogue.enabled)
		return st;
	for (size_t i = 0; i < set->count && st == TRIAGE_OK; i++)
		st = prepare(set, &set->stores[i], err);
	enum vss_search how = vss_search_policy(set, &catalogue);
	if (how != VSS_SEARCH_NONE)
		set->usage = vss_usage_open(set->volume);
	size_t known = set->count;
	if (st == TRIAGE_OK && how != VSS_SEARCH_NONE)
		st = vss_search_run(set, how, &found, err);
	for (size_t i = known; i < set->count && st == TRIAGE_OK; i++)
		st = prepare(set, &set->stores[i], err);
	if (st != TRIAGE_OK)
		return st;
	sort_stores(set);
	st = tell_search(set, &catalogue, &found, sink, err);
	return st == TRIAGE_OK ? send_copies(set, sink, err) : st;
}

static enum triage_status
vss_open(const struct layer_member *members, size_t count, const struct layer_keys *keys, const struct layer_sink *sink,
    struct triage_error *err)
{
	(void)keys;
	struct vss_set *set;
	/* Windows makes none of larger volumes */
	if (count != 1 || vss_is_snapshot(members[0].reader) || members[0].reader->size > VSS_VOLUME_MAX)
		return TRIAGE_OK;
	enum triage_status st = vss_set_new(members[0].reader, &set, err);
	if (st != TRIAGE_OK)
		return st;
	st = examine(set, sink, err);
	vss_set_release(set);	/* the readers that were sent keep it */
	return st;
}

static const char *const wanted[] = { "ntfs", NULL };

const struct layer_kind vss_layer = { .name = "vss", .signatures = wanted, .open = vss_open };
