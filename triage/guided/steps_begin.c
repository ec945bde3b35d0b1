/* steps_begin.c - language, clock, and what an earlier run left. */
#include "triage/guided/guided_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A clock before this program was written is wrong. 2026-11-01 UTC. */
enum { WRITTEN = 1793491200, UNFINISHED_MAX = 8 };

enum guided_move
step_language(struct guided *g)
{
	struct guided_item items[GUIDED_LANGS] = { 0 };
	if (g->lang_known)
		return MOVE_SKIP;
	for (size_t i = 0; i < GUIDED_LANGS; i++)
		snprintf(items[i].label, sizeof(items[i].label), "%s", guided_lang_name((enum guided_lang)i));
	struct guided_page page = { .kind = GUIDED_MENU, .lang = g->a.lang, .title = "triage", .text = "Taal / Langue / Sprache / Language", .help = "Enter: OK   Ctrl-C: stop",
		.next = "OK", .items = items, .item_count = GUIDED_LANGS, .current = g->a.lang };
	enum guided_answer answer = g->screen->show(g->screen->ctx, &page);
	if (answer == GUIDED_NEXT)
		g->a.lang = (enum guided_lang)page.current;
	return guided_move_of(answer);
}

enum guided_move
step_clock(struct guided *g)
{
	char now[WHEN_TEXT_SIZE];
	if (g->host->now >= WRITTEN)
		return MOVE_SKIP;
	SCOPED_BUF text;
	buf_init(&text, 4096);
	guided_say(&text, g->a.lang, SAY_CLOCK_TEXT, when_text(g->host->now * INT64_C(1000000000), 0, "", now), NULL, NULL);
	return guided_move_of(guided_tell(g, SAY_CLOCK_TITLE, buf_cstr(&text)));
}

/* Did the interrupted run have typed keys? They were not kept: its saved arguments say only that they are to be asked for. */
static bool
wants_key(const char *bundle)
{
	static const char option[] = "--ask-key";
	char path[1400], arguments[1 << 14];
	snprintf(path, sizeof(path), "%s/work/arguments", bundle);
	if (access(path, F_OK) != 0)
		snprintf(path, sizeof(path), "%s/data/unfinished/arguments", bundle);	/* sealed when its time was up */
	SCOPED_FILE file = fopen(path, "re");
	size_t n = file != NULL ? fread(arguments, 1, sizeof(arguments), file) : 0;
	return memmem(arguments, n, option, sizeof(option)) != NULL;
}

/* NEXT: typed, or left out. */
static enum guided_answer
ask_key_again(struct guided *g, const char *name)
{
	SCOPED_BUF text;
	buf_init(&text, 16384);
	guided_say(&text, g->a.lang, SAY_KEY_TEXT, name, NULL, NULL);
	g->a.keys[0] = '\0';
	struct guided_page page = { .kind = GUIDED_SECRET, .text = buf_cstr(&text), .secret_label = guided_word(g, SAY_KEY_TITLE), .secret = g->a.keys,
		.secret_room = g->a.keys_room };
	enum guided_answer answer = guided_show(g, &page, SAY_KEY_TITLE);
	g->a.keys_size = answer == GUIDED_NEXT ? strlen(g->a.keys) : 0;
	return answer;
}

enum guided_move
guided_offer_unfinished(struct guided *g, const char *const *folders, size_t count)
{
	char found[UNFINISHED_MAX][1300];
	size_t n = 0;
	for (size_t i = 0; i < count && n < UNFINISHED_MAX; i++)
		n += guided_unfinished(folders[i], found + n, UNFINISHED_MAX - n);
	g->a.resume[0] = '\0';
	if (n == 0)
		return MOVE_SKIP;
	struct guided_item items[UNFINISHED_MAX + 1] = { 0 };
	for (size_t i = 0; i < n; i++) {
		SCOPED_BUF label;
		buf_init(&label, 4096);
		guided_say(&label, g->a.lang, SAY_UNFINISHED_ITEM, text_base_name(found[i]), NULL, NULL);
		snprintf(items[i].label, sizeof(items[i].label), "%.199s", buf_cstr(&label));
		snprintf(items[i].detail, sizeof(items[i].detail), "%.1299s", found[i]);
	}
	snprintf(items[n].label, sizeof(items[n].label), "%s", guided_word(g, SAY_UNFINISHED_NEW));
	struct guided_page page = { .kind = GUIDED_MENU, .text = guided_word(g, SAY_UNFINISHED_TEXT), .items = items, .item_count = n + 1 };
	enum guided_answer answer = guided_show(g, &page, SAY_UNFINISHED_TITLE);
	if (answer != GUIDED_NEXT || page.current >= n)
		return guided_move_of(answer);
	if (wants_key(found[page.current]) && (answer = ask_key_again(g, text_base_name(found[page.current]))) != GUIDED_NEXT)
		return guided_move_of(answer);
	snprintf(g->a.resume, sizeof(g->a.resume), "%s", found[page.current]);
	char sealed[1400];
	snprintf(sealed, sizeof(sealed), "%s/manifest-sha256.txt", found[page.current]);
	snprintf(g->a.bundle, sizeof(g->a.bundle), "%.1290s%s", found[page.current], access(sealed, F_OK) == 0 ? "-more" : "");
	return MOVE_RUN;
}

enum guided_move
step_unfinished(struct guided *g)
{
	struct guided_places places;
	struct triage_error err;
	char here[1024];
	if (guided_places_read(g->host->root, 0, g->host->space, g->host->ctx, &places, &err) != TRIAGE_OK)
		return MOVE_SKIP;
	const char **folders = calloc(places.count + 1, sizeof(*folders));
	size_t count = 0;
	for (size_t i = 0; folders != NULL && i < places.count; i++)
		if (guided_place_usable(&places.items[i]))
			folders[count++] = places.items[i].path;
	/* the folder in which the program was started counts too, unless it is one of these */
	bool seen = getcwd(here, sizeof(here)) == NULL;
	for (size_t i = 0; i < count && !seen; i++)
		seen = strcmp(folders[i], here) == 0;
	if (folders != NULL && !seen && g->host->root[0] == '\0')
		folders[count++] = here;
	enum guided_move move = folders != NULL ? guided_offer_unfinished(g, folders, count) : MOVE_SKIP;
	free(folders);
	guided_places_release(&places);
	return move;
}
