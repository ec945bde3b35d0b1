#include "triage/guided/guided_inside.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
guided_word(const struct guided *g, enum guided_word word)
{
	return guided_text(g->a.lang, word);
}

const char *
guided_bytes(uint64_t bytes, char *out)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double value = (double)bytes;
	size_t i = 0;
	for (; value >= 1000 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		value /= 1000;
	snprintf(out, 32, i == 0 ? "%.0f %s" : "%.1f %s", value, units[i]);
	return out;
}

const char *
guided_time(double seconds, char *out)
{
	long s = seconds < 1e9 ? (long)(seconds + 0.5) : 1000000000;
	if (s < 60)
		snprintf(out, 32, "%ld s", s);
	else if (s < 3600)
		snprintf(out, 32, "%ld m %02ld s", s / 60, s % 60);
	else
		snprintf(out, 32, "%ld h %02ld m", s / 3600, s / 60 % 60);
	return out;
}

enum guided_answer
guided_show(struct guided *g, struct guided_page *page, enum guided_word title)
{
	static const enum guided_word helps[] = { [GUIDED_TEXT] = SAY_HELP_TEXT, [GUIDED_MENU] = SAY_HELP_MENU, [GUIDED_CHECK] = SAY_HELP_CHECK,
		[GUIDED_FORM] = SAY_HELP_FORM, [GUIDED_SECRET] = SAY_HELP_FORM };
	page->lang = g->a.lang;
	page->title = guided_word(g, title);
	page->help = page->help != NULL ? page->help : guided_word(g, helps[page->kind]);
	page->next = page->next != NULL ? page->next : guided_word(g, SAY_NEXT);
	page->back = page->back == NULL ? guided_word(g, SAY_BACK) : page->back[0] != '\0' ? page->back : NULL;
	return g->screen->show(g->screen->ctx, page);
}

enum guided_answer
guided_tell(struct guided *g, enum guided_word title, const char *text)
{
	return guided_show(g, &(struct guided_page){ .kind = GUIDED_TEXT, .text = text }, title);
}

enum guided_move
guided_move_of(enum guided_answer answer)
{
	return answer == GUIDED_NEXT ? MOVE_NEXT : answer == GUIDED_BACK ? MOVE_BACK : MOVE_QUIT;
}

struct guided_item *
guided_items(size_t count)
{
	return calloc(count, sizeof(struct guided_item));
}

/* Really? Before the run there is nothing to lose but the answers. */
static bool
leaves(struct guided *g)
{
	struct guided_item items[2] = { 0 };
	snprintf(items[0].label, sizeof(items[0].label), "%s", guided_word(g, SAY_STAY));
	snprintf(items[1].label, sizeof(items[1].label), "%s", guided_word(g, SAY_LEAVE));
	struct guided_page page = { .kind = GUIDED_MENU, .text = guided_word(g, SAY_QUIT_TEXT), .items = items, .item_count = 2 };
	enum guided_answer answer = guided_show(g, &page, SAY_QUIT_TITLE);
	return answer == GUIDED_QUIT || (answer == GUIDED_NEXT && page.current == 1);
}

static void
name_bundle(struct guided *g)
{
	char stamp[32];
	when_text(g->host->now * INT64_C(1000000000), 0, "Z", stamp);
	char plain[32];
	size_t n = 0;
	for (const char *p = stamp; *p != '\0' && n + 1 < sizeof(plain); p++)
		if (*p != ':' && *p != '-')
			plain[n++] = *p;
	plain[n] = '\0';
	const char *name = strrchr(g->a.evidence[0], '/');
	char host[60];
	n = 0;
	for (const char *p = name != NULL ? name + 1 : g->a.evidence[0]; *p != '\0' && n + 1 < sizeof(host); p++)
		host[n++] = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ? *p : '-';
	host[n] = '\0';
	snprintf(g->a.bundle, sizeof(g->a.bundle), "%s/case-%s-%s", strcmp(g->a.place, "/") == 0 ? "" : g->a.place, host, plain);
}

static void
carry_out(struct guided *g)
{
	if (g->a.resume[0] == '\0')
		name_bundle(g);
	g->ran = true;
	g->host->run(g->host->ctx, &g->a, &g->outcome);
	step_result(g);
}

static enum guided_move (*const steps[])(struct guided *) = { step_language, step_clock, step_unfinished, step_disks, step_look, step_keys, step_place,
	step_place_unfinished, step_case, step_profile, step_confirm };
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void
walk(struct guided *g)
{
	size_t at = 0, asked[STEPS], depth = 0;	/* the steps that showed something, to go back to */
	while (at < STEPS) {
		switch (steps[at](g)) {
		case MOVE_NEXT: asked[depth++] = at++; break;
		case MOVE_SKIP: at++; break;
		case MOVE_BACK: at = depth > 0 ? asked[--depth] : 0; break;
		case MOVE_RUN: at = STEPS; break;
		case MOVE_QUIT:
			if (leaves(g))
				return;
			break;
		}
	}
	carry_out(g);
}

bool
guided_mode(const struct guided_screen *screen, const struct guided_host *host, enum guided_lang lang, bool lang_known, char *keys, size_t keys_room,
    struct guided_outcome *ret_outcome)
{
	struct guided *g = calloc(1, sizeof(*g));
	if (g == NULL)
		return false;
	*g = (struct guided){ .screen = screen, .host = host, .lang_known = lang_known, .a = { .lang = lang, .keys = keys, .keys_room = keys_room } };
	buf_init(&g->seen, 1 << 20);
	buf_init(&g->locked, 1 << 16);
	walk(g);
	bool ran = g->ran;
	if (ran)
		*ret_outcome = g->outcome;
	guided_disks_release(&g->disks);
	buf_release(&g->seen);
	buf_release(&g->locked);
	free(g);
	return ran;
}
