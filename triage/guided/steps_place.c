/* steps_place.c - where the bundle goes. */
#include "triage/guided/guided_inside.h"

#include "triage/base/text.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
describe_place(const struct guided *g, const struct guided_place *p, struct guided_item *item)
{
	static const enum guided_word words[] = { [GUIDED_PLACE_GOOD] = SAY_PLACE_GOOD, [GUIDED_PLACE_FAT] = SAY_PLACE_FAT, [GUIDED_PLACE_MEMORY] = SAY_PLACE_MEMORY,
		[GUIDED_PLACE_SMALL] = SAY_PLACE_SMALL, [GUIDED_PLACE_FULL] = SAY_PLACE_FULL, [GUIDED_PLACE_READ_ONLY] = SAY_PLACE_READ_ONLY };
	char free[32];
	SCOPED_BUF path, label, detail;
	buf_init(&path, 4096);
	buf_init(&label, 4096);
	buf_init(&detail, 4096);
	text_safe(&path, p->path);
	guided_say(&label, g->a.lang, SAY_PLACE_ITEM, buf_cstr(&path), guided_bytes(p->free, free), NULL);
	guided_say(&detail, g->a.lang, words[p->state], p->type, NULL, NULL);
	snprintf(item->label, sizeof(item->label), "%.199s", buf_cstr(&label));
	snprintf(item->detail, sizeof(item->detail), "%s", buf_cstr(&detail));
	item->refused = !guided_place_usable(p);
}

/* The bundle must not lie in what is examined. */
static bool
lies_in_evidence(const struct guided *g, const char *place)
{
	char folder[PATH_MAX], evidence[PATH_MAX];
	if (realpath(place, folder) == NULL)
		return false;
	for (size_t i = 0; i < g->a.evidence_count; i++) {
		if (realpath(g->a.evidence[i], evidence) == NULL)
			continue;
		size_t length = strlen(evidence);
		if (strncmp(folder, evidence, length) == 0 && (folder[length] == '/' || folder[length] == '\0'))
			return true;
	}
	return false;
}

/* NULL: it can be used. */
static const char *
against(const struct guided *g, const char *path, uint64_t wanted, struct buf *room)
{
	struct guided_place p;
	if (!guided_place_look(g->host->root, path, wanted, g->host->space, g->host->ctx, &p)) {
		SCOPED_BUF shown;
		buf_init(&shown, 4096);
		text_safe(&shown, path);
		guided_say(room, g->a.lang, SAY_PATH_NONE, buf_cstr(&shown), NULL, NULL);
		return buf_cstr(room);
	}
	if (p.state == GUIDED_PLACE_FULL)
		return guided_word(g, SAY_PLACE_FULL);
	if (p.state == GUIDED_PLACE_READ_ONLY || access(path, W_OK) != 0)
		return guided_word(g, SAY_PLACE_READ_ONLY);
	return lies_in_evidence(g, path) ? guided_word(g, SAY_PLACE_INSIDE) : NULL;
}

/* BACK: to the list. */
static enum guided_move
ask_folder(struct guided *g, uint64_t wanted)
{
	struct guided_field field = { .label = guided_word(g, SAY_PATH_FIELD) };
	const char *text = guided_word(g, SAY_PLACE_PATH_TEXT);
	SCOPED_BUF why;
	buf_init(&why, 8192);
	for (;;) {
		struct guided_page page = { .kind = GUIDED_FORM, .text = text, .fields = &field, .field_count = 1 };
		enum guided_answer answer = guided_show(g, &page, SAY_PLACE_PATH_TITLE);
		if (answer != GUIDED_NEXT)
			return guided_move_of(answer);
		buf_clear(&why);
		text = against(g, field.value, wanted, &why);
		if (text == NULL) {
			snprintf(g->a.place, sizeof(g->a.place), "%s", field.value);
			return MOVE_NEXT;
		}
	}
}

static void
add_entry(const struct guided *g, struct guided_item *item, enum guided_word label, enum guided_word detail)
{
	snprintf(item->label, sizeof(item->label), "%s", guided_word(g, label));
	if (detail != GUIDED_WORDS)
		snprintf(item->detail, sizeof(item->detail), "%s", guided_word(g, detail));
}

/* One showing of the list. SKIP: look again. */
static enum guided_move
choose(struct guided *g, const struct guided_places *places, uint64_t wanted)
{
	char need[32];
	size_t usable = 0;
	SCOPED_BUF text;
	buf_init(&text, 8192);
	struct guided_item *items = guided_items(places->count + 2);
	if (items == NULL)
		return MOVE_QUIT;
	for (size_t i = 0; i < places->count; i++) {
		describe_place(g, &places->items[i], &items[i]);
		usable += !items[i].refused;
	}
	add_entry(g, &items[places->count], SAY_PLACE_PATH, GUIDED_WORDS);
	add_entry(g, &items[places->count + 1], SAY_DISKS_AGAIN, SAY_DISKS_AGAIN_MORE);
	if (usable == 0)
		buf_format(&text, "%s\n", guided_word(g, SAY_PLACE_NONE));
	guided_say(&text, g->a.lang, SAY_PLACE_TEXT, guided_bytes(wanted, need), NULL, NULL);
	struct guided_page page = { .kind = GUIDED_MENU, .text = buf_cstr(&text), .items = items, .item_count = places->count + 2 };
	enum guided_answer answer = guided_show(g, &page, SAY_PLACE_TITLE);
	free(items);
	if (answer != GUIDED_NEXT)
		return guided_move_of(answer);
	if (page.current > places->count)
		return MOVE_SKIP;
	if (page.current == places->count) {
		enum guided_move move = ask_folder(g, wanted);
		return move == MOVE_BACK ? MOVE_SKIP : move;
	}
	const char *path = places->items[page.current].path;
	buf_clear(&text);
	const char *why = against(g, path, wanted, &text);
	if (why == NULL) {
		snprintf(g->a.place, sizeof(g->a.place), "%s", path);
		return MOVE_NEXT;
	}
	return guided_tell(g, SAY_PLACE_TITLE, why) == GUIDED_QUIT ? MOVE_QUIT : MOVE_SKIP;
}

enum guided_move
step_place(struct guided *g)
{
	uint64_t wanted = guided_bundle_bytes(g->a.evidence_bytes);
	enum guided_move move;
	do {
		struct guided_places places;
		struct triage_error err;
		if (guided_places_read(g->host->root, wanted, g->host->space, g->host->ctx, &places, &err) != TRIAGE_OK)
			return MOVE_QUIT;
		move = choose(g, &places, wanted);
		guided_places_release(&places);
	} while (move == MOVE_SKIP);
	return move;
}

enum guided_move
step_place_unfinished(struct guided *g)
{
	const char *folder = g->a.place;
	return guided_offer_unfinished(g, &folder, 1);
}
