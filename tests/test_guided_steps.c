/* test_guided_steps.c - guided mode behind a screen that answers by a list: the steps, what can be gone back to, what is run. */
#include "tests/guided_machine.h"

#include "triage/base/scoped.h"

struct turn {
	enum guided_word title;		/* GUIDED_WORDS: the page of languages */
	enum guided_answer answer;
	const char *pick;		/* part of an item's label: current (menu), chosen (check), "*" for all; what is typed */
	const char *shows;		/* must stand on the page; NULL for anything */
};

struct play {
	const struct turn *turns;
	size_t at;
	unsigned looks, locked;		/* the host's: locks that no key opens but "right" */
	struct guided_answers answers;
	bool ran;
	enum triage_status end;
	enum guided_lang lang;
};

static void
pick_item(struct guided_page *page, const char *pick)
{
	for (size_t i = 0; i < page->item_count && strcmp(pick, "*") == 0; i++)
		page->items[i].chosen = !page->items[i].refused && !page->items[i].jumps;
	for (size_t i = 0; i < page->item_count && strcmp(pick, "*") != 0; i++) {
		if (strstr(page->items[i].label, pick) == NULL)
			continue;
		if (page->items[i].refused)
			fail_msg("%s is refused: %s", pick, page->items[i].detail);
		if (page->kind == GUIDED_CHECK && !page->items[i].jumps)
			page->items[i].chosen = true;
		else
			page->current = i;
		return;
	}
	if (strcmp(pick, "*") != 0)
		fail_msg("no line with %s on %s", pick, page->title);
}

static bool
stands_on(const struct guided_page *page, const char *text)
{
	bool found = page->text != NULL && strstr(page->text, text) != NULL;
	for (size_t i = 0; i < page->item_count; i++)
		found = found || strstr(page->items[i].label, text) != NULL || strstr(page->items[i].detail, text) != NULL;
	return found;
}

static enum guided_answer
play_show(void *ctx, struct guided_page *page)
{
	struct play *p = ctx;
	const struct turn *t = &p->turns[p->at++];
	const char *title = t->title == GUIDED_WORDS ? "triage" : guided_text(page->lang, t->title);
	if (strcmp(page->title, title) != 0)
		fail_msg("turn %zu: the page is %s, not %s (%s)", p->at, page->title, title, page->text);
	if (t->shows != NULL && !stands_on(page, t->shows))
		fail_msg("turn %zu: %s does not show %s but %s", p->at, page->title, t->shows, page->text);
	if (page->kind == GUIDED_CHECK)
		page->current = page->item_count;
	if (t->pick != NULL && (page->kind == GUIDED_MENU || page->kind == GUIDED_CHECK))
		pick_item(page, t->pick);
	if (t->pick != NULL && page->kind == GUIDED_FORM)
		snprintf(page->fields[0].value, sizeof(page->fields[0].value), "%s", t->pick);
	if (page->kind == GUIDED_SECRET)
		snprintf(page->secret, page->secret_room, "%s", t->pick != NULL ? t->pick : "");
	return t->answer;
}

static void
play_busy(void *ctx, const char *title, const char *text)
{
	(void)ctx, (void)title, (void)text;
}

static enum triage_status
play_look(void *ctx, const struct triage_plan *plan, const struct triage_looker *looker, struct triage_error *err)
{
	struct play *p = ctx;
	(void)err;
	p->looks++;
	bool opened = plan->typed_key_size > 0 && strcmp(plan->typed_key, "right") == 0;
	for (size_t i = 0; i < plan->evidence_count; i++) {
		looker->evidence(looker->ctx, plan->evidence[i], &(struct triage_evidence){ .size = 512000, .stored_md5 = "", .stored_sha1 = "" });
		looker->volume(looker->ctx, &(struct triage_volume){ .kind = "gpt", .label = "", .uuid = "", .length = 400, .state = TRIAGE_VOLUME_EXAMINED });
		looker->filesystem(looker->ctx, &(struct triage_filesystem){ .type = "ntfs", .label = "a\033b", .uuid = "" });
	}
	if (p->locked > 0) {
		looker->volume(looker->ctx, &(struct triage_volume){ .kind = "bitlocker", .label = "Kluis", .uuid = "", .length = 100,
			.state = opened ? TRIAGE_VOLUME_EXAMINED : TRIAGE_VOLUME_LOCKED });
		looker->problem(looker->ctx, &(struct triage_problem){ .message = "locked; recovery password 90457315-B00C-47B8-94D2-C483CEC10E51; give it" });
	}
	return TRIAGE_OK;
}

static void
play_run(void *ctx, const struct guided_answers *a, struct guided_outcome *ret_outcome)
{
	struct play *p = ctx;
	p->ran = true;
	p->answers = *a;
	*ret_outcome = (struct guided_outcome){ .status = p->end, .why = "no room on the device", .result = { .bundle = "/b", .verdict = "compromised", .examined_share = 0.5,
		.seal = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } };
}

/* Play the turns in a language; they must be used up. Keys as typed stand in keys. */
static void
play(struct play *p, const struct turn *turns, size_t count, char *keys, size_t room)
{
	const struct guided_screen screen = { .ctx = p, .show = play_show, .busy = play_busy };
	const struct guided_host host = { .ctx = p, .root = home, .now = 1795000000, .space = made_space, .look = play_look, .run = play_run };
	struct guided_outcome outcome;
	p->turns = turns;
	guided_mode(&screen, &host, p->lang, p->lang != GUIDED_NL, keys, room, &outcome);
	assert_number_equal(p->at, count);
}
#define PLAY(p, turns) play(p, turns, sizeof(turns) / sizeof((turns)[0]), keys, sizeof(keys))

static const char *
argument_after(const struct buf *b, const char *option)
{
	for (size_t at = 0; at < b->size; at += strlen(b->data + at) + 1)
		if (strcmp(b->data + at, option) == 0)
			return b->data + at + strlen(option) + 1;
	return "";
}

static void
a_whole_examination_in_each_language(void **state)
{
	char keys[256] = { 0 }, evidence[300];
	(void)state;
	for (unsigned l = 0; l < GUIDED_LANGS; l++) {
		const struct turn turns[] = { { SAY_DISKS_TITLE, GUIDED_NEXT, NULL, "TRIAGE" }, { SAY_DISKS_NOTHING, GUIDED_NEXT, NULL, NULL }, { SAY_DISKS_TITLE, GUIDED_NEXT, "sda", NULL },
			{ SAY_LOOK_TITLE, GUIDED_NEXT, NULL, "ntfs" }, { SAY_PLACE_TITLE, GUIDED_NEXT, "/place", NULL }, { SAY_CASE_TITLE, GUIDED_NEXT, "2026-7", NULL },
			{ SAY_PROFILE_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_CONFIRM_TITLE, GUIDED_NEXT, NULL, "dev/sda" }, { SAY_RESULT_TITLE, GUIDED_NEXT, NULL, "0123 4567 89ab cdef\n" } };
		struct play p = { .lang = (enum guided_lang)l, .end = TRIAGE_OK };
		struct turn with_language[10] = { { GUIDED_WORDS, GUIDED_NEXT, "Nederlands", NULL } };
		memcpy(with_language + 1, turns, sizeof(turns));
		play(&p, l == GUIDED_NL ? with_language : turns, l == GUIDED_NL ? 10 : 9, keys, sizeof(keys));
		assert_true(p.ran);
		SCOPED_BUF b;
		buf_init(&b, 1 << 16);
		guided_arguments(&p.answers, &b);
		assert_string_equal(argument_after(&b, "--lang"), guided_lang_code((enum guided_lang)l));
		assert_string_equal(argument_after(&b, "--case"), "2026-7");
		assert_string_equal(argument_after(&b, "--profile"), "");
		snprintf(evidence, sizeof(evidence), "%s/dev/sda", home);
		assert_string_equal(argument_after(&b, "--"), evidence);
		assert_non_null(strstr(argument_after(&b, "--output"), "/place/case-sda-20261118T110640Z"));
	}
}

static void
more_disks_than_are_listed_or_go_together_are_told(void **state)
{
	char keys[256] = { 0 }, name[16], one[sizeof(home)];
	(void)state;
	memcpy(one, home, sizeof(home));
	snprintf(home + strlen(home), sizeof(home) - strlen(home), "/many");
	assert_int_equal(mkdir(home, 0700), 0);
	for (unsigned i = 0; i < 201; i++) {
		snprintf(name, sizeof(name), "vdb%03u", i);
		put_disk(name, "254:16", "1000\n");
	}
	const struct turn turns[] = { { SAY_DISKS_TITLE, GUIDED_NEXT, "*", "more than 200 disks" }, { SAY_DISKS_TITLE, GUIDED_NEXT, NULL, "No more than 64" },
		{ SAY_DISKS_TITLE, GUIDED_QUIT, NULL, NULL }, { SAY_QUIT_TITLE, GUIDED_QUIT, NULL, NULL } };
	struct play p = { .lang = GUIDED_EN };
	PLAY(&p, turns);
	assert_false(p.ran);
	memcpy(home, one, sizeof(home));
}

static void
each_step_can_be_gone_back_to_and_answers_stay(void **state)
{
	char keys[256] = { 0 };
	(void)state;
	const struct turn turns[] = { { GUIDED_WORDS, GUIDED_NEXT, "English", NULL }, { SAY_DISKS_TITLE, GUIDED_NEXT, "sda", NULL }, { SAY_LOOK_TITLE, GUIDED_NEXT, NULL, NULL },
		{ SAY_PLACE_TITLE, GUIDED_NEXT, "/place", NULL }, { SAY_CASE_TITLE, GUIDED_NEXT, "first", NULL }, { SAY_PROFILE_TITLE, GUIDED_NEXT, "Quick", NULL },
		{ SAY_CONFIRM_TITLE, GUIDED_BACK, NULL, NULL }, { SAY_PROFILE_TITLE, GUIDED_BACK, NULL, NULL }, { SAY_CASE_TITLE, GUIDED_BACK, NULL, NULL },
		{ SAY_PLACE_TITLE, GUIDED_BACK, NULL, NULL }, { SAY_LOOK_TITLE, GUIDED_BACK, NULL, NULL }, { SAY_DISKS_TITLE, GUIDED_BACK, NULL, NULL },
		{ GUIDED_WORDS, GUIDED_NEXT, "Deutsch", NULL }, { SAY_DISKS_TITLE, GUIDED_QUIT, NULL, NULL }, { SAY_QUIT_TITLE, GUIDED_NEXT, "Nicht abbrechen", NULL },
		{ SAY_DISKS_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_LOOK_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_PLACE_TITLE, GUIDED_NEXT, "/place", NULL },
		{ SAY_CASE_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_PROFILE_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_CONFIRM_TITLE, GUIDED_NEXT, NULL, NULL },
		{ SAY_STOPPED_TITLE, GUIDED_NEXT, NULL, "/place/case-sda" } };
	struct play p = { .lang = GUIDED_NL, .end = TRIAGE_E_INTERRUPTED };
	PLAY(&p, turns);
	assert_string_equal(p.answers.fields[0].value, "first");
	assert_int_equal(p.answers.profile, GUIDED_QUICK);
	assert_int_equal(p.answers.lang, GUIDED_DE);
	assert_number_equal(p.answers.evidence_count, 1);
}

static void
a_wrong_key_thrice_and_then_without(void **state)
{
	char keys[64] = { 0 };
	(void)state;
	const struct turn turns[] = { { SAY_DISKS_TITLE, GUIDED_NEXT, "sda", NULL }, { SAY_LOOK_TITLE, GUIDED_NEXT, NULL, "Kluis" },
		{ SAY_KEY_TITLE, GUIDED_NEXT, "wrong", "90457315-B00C-47B8-94D2-C483CEC10E51" }, { SAY_KEY_TITLE, GUIDED_NEXT, "wrong", "Tries left: 2" },
		{ SAY_KEY_TITLE, GUIDED_NEXT, "wrong", "Tries left: 1" }, { SAY_KEY_TITLE, GUIDED_NEXT, NULL, "does not fit either" }, { SAY_PLACE_TITLE, GUIDED_QUIT, NULL, NULL },
		{ SAY_QUIT_TITLE, GUIDED_NEXT, "Stop", NULL } };
	struct play p = { .lang = GUIDED_EN, .locked = 1 };
	PLAY(&p, turns);
	assert_false(p.ran);
	for (size_t i = 0; i < sizeof(keys); i++)
		assert_int_equal(keys[i], 0);
}

static void
a_right_key_is_kept_out_of_the_arguments(void **state)
{
	char keys[64] = { 0 };
	(void)state;
	const struct turn turns[] = { { SAY_DISKS_TITLE, GUIDED_NEXT, "sda", NULL }, { SAY_LOOK_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_KEY_TITLE, GUIDED_NEXT, "right", NULL },
		{ SAY_KEY_TITLE, GUIDED_NEXT, NULL, "The key fits" }, { SAY_PLACE_TITLE, GUIDED_NEXT, "/place", NULL }, { SAY_CASE_TITLE, GUIDED_NEXT, NULL, NULL },
		{ SAY_PROFILE_TITLE, GUIDED_NEXT, "30 minutes", NULL }, { SAY_CONFIRM_TITLE, GUIDED_NEXT, NULL, NULL }, { SAY_FAILED_TITLE, GUIDED_NEXT, NULL, "no room on the device" } };
	struct play p = { .lang = GUIDED_EN, .locked = 1, .end = TRIAGE_E_IO };
	PLAY(&p, turns);
	SCOPED_BUF b;
	buf_init(&b, 1 << 16);
	guided_arguments(&p.answers, &b);
	assert_null(memmem(b.data, b.size, "right", 5));
	assert_string_equal(argument_after(&b, "--budget"), "1800");
	assert_string_equal(argument_after(&b, "--ask-key"), "--");
	assert_number_equal(p.answers.keys_size, 6);
	assert_string_equal(p.answers.keys, "right");
}

static void
an_unfinished_bundle_is_offered_first(void **state)
{
	char keys[64] = { 0 };
	(void)state;
	put_file("place/case-9/work/journal.db", "x");
	put_file("place/case-9/work/arguments", "x");
	const struct turn turns[] = { { SAY_UNFINISHED_TITLE, GUIDED_NEXT, "Go on: case-9", NULL }, { SAY_RESULT_TITLE, GUIDED_NEXT, NULL, NULL } };
	const struct turn keyed[] = { { SAY_UNFINISHED_TITLE, GUIDED_NEXT, "Go on: case-9", NULL }, { SAY_KEY_TITLE, GUIDED_NEXT, "right", "case-9" },
		{ SAY_RESULT_TITLE, GUIDED_NEXT, NULL, NULL } };
	struct play p = { .lang = GUIDED_EN }, q = { .lang = GUIDED_EN };
	PLAY(&p, turns);
	SCOPED_BUF b;
	buf_init(&b, 1 << 16);
	guided_arguments(&p.answers, &b);
	assert_non_null(strstr(argument_after(&b, "--resume"), "/place/case-9"));
	FILE *f = NULL;
	char path[300];
	snprintf(path, sizeof(path), "%s/place/case-9/work/arguments", home);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite("/\0--ask-key\0--\0/dev/sda", 1, 24, f);
	fclose(f);
	PLAY(&q, keyed);
	assert_string_equal(q.answers.keys, "right");
	put_file("place/case-9/manifest-sha256.txt", "x");
}

static void
a_path_that_is_not_there_is_asked_for_again(void **state)
{
	char keys[64] = { 0 }, good[300], inside[300];
	(void)state;
	snprintf(good, sizeof(good), "%s/place", home);
	snprintf(inside, sizeof(inside), "%s/place/case-9", home);
	const struct turn turns[] = { { SAY_DISKS_TITLE, GUIDED_NEXT, "by its path", NULL }, { SAY_PATH_TITLE, GUIDED_NEXT, "/nowhere\033", "piece" },
		{ SAY_PATH_TITLE, GUIDED_NEXT, good, "nothing to read" }, { SAY_DISKS_TITLE, GUIDED_NEXT, NULL, good }, { SAY_LOOK_TITLE, GUIDED_NEXT, NULL, NULL },
		{ SAY_PLACE_TITLE, GUIDED_NEXT, "Another folder", NULL }, { SAY_PLACE_PATH_TITLE, GUIDED_NEXT, inside, NULL }, { SAY_PLACE_PATH_TITLE, GUIDED_BACK, NULL, "lies in what" },
		{ SAY_PLACE_TITLE, GUIDED_QUIT, NULL, NULL }, { SAY_QUIT_TITLE, GUIDED_QUIT, NULL, NULL } };
	struct play p = { .lang = GUIDED_EN };
	PLAY(&p, turns);
}

static void
a_clock_in_the_past_and_no_disk_are_said(void **state)
{
	char keys[64] = { 0 };
	(void)state;
	const struct turn turns[] = { { SAY_CLOCK_TITLE, GUIDED_NEXT, NULL, "1970-01-01" }, { SAY_DISKS_TITLE, GUIDED_QUIT, NULL, "No disk was found" }, { SAY_QUIT_TITLE, GUIDED_QUIT, NULL, NULL } };
	struct play p = { .turns = turns };
	const struct guided_screen screen = { .ctx = &p, .show = play_show, .busy = play_busy };
	const struct guided_host host = { .ctx = &p, .root = "/nowhere", .now = 1, .space = made_space, .look = play_look, .run = play_run };
	struct guided_outcome outcome;
	assert_false(guided_mode(&screen, &host, GUIDED_EN, true, keys, sizeof(keys), &outcome));
	assert_number_equal(p.at, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_examination_in_each_language),
		cmocka_unit_test(more_disks_than_are_listed_or_go_together_are_told),
		cmocka_unit_test(each_step_can_be_gone_back_to_and_answers_stay),
		cmocka_unit_test(a_wrong_key_thrice_and_then_without),
		cmocka_unit_test(a_right_key_is_kept_out_of_the_arguments),
		cmocka_unit_test(an_unfinished_bundle_is_offered_first),
		cmocka_unit_test(a_path_that_is_not_there_is_asked_for_again),
		cmocka_unit_test(a_clock_in_the_past_and_no_disk_are_said),
	};
	return cmocka_run_group_tests(tests, make_machine, clear_machine);
}
