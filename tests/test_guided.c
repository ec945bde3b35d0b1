/* test_guided.c - the logic of guided mode behind a screen that answers by a list: disks, places, texts, steps, what is run. */
#include "tests/harness.h"

#include "triage/base/scoped.h"
#include "triage/guided/guided_inside.h"
#include "triage/guided/mounts.h"

#include <sys/stat.h>
#include <unistd.h>

/* --- the table of texts --- */

static unsigned
places_of(const char *text)
{
	unsigned seen = 0;
	for (unsigned i = 1; i <= 3; i++) {
		char mark[4] = { '{', (char)('0' + i), '}', '\0' };
		if (strstr(text, mark) != NULL)
			seen |= 1U << i;
	}
	return seen;
}

static void
each_text_is_there_in_each_language(void **state)
{
	(void)state;
	for (unsigned w = 0; w < GUIDED_WORDS; w++) {
		unsigned want = places_of(guided_text(GUIDED_EN, (enum guided_word)w));
		for (unsigned l = 0; l < GUIDED_LANGS; l++) {
			const char *text = guided_text((enum guided_lang)l, (enum guided_word)w);
			if (text == NULL || text[0] == '\0' || strchr(text, '\n') != NULL || places_of(text) != want)
				fail_msg("%s lacks something in %s", guided_word_name((enum guided_word)w), guided_lang_code((enum guided_lang)l));
			SCOPED_BUF plain;
			buf_init(&plain, 1 << 16);
			guided_ascii(&plain, text);
			if (strchr(buf_cstr(&plain), '?') != NULL && strchr(text, '?') == NULL)
				fail_msg("%s in %s has a letter without a plain form: %s", guided_word_name((enum guided_word)w), guided_lang_code((enum guided_lang)l), buf_cstr(&plain));
			for (const char *p = buf_cstr(&plain); *p != '\0'; p++)
				if ((unsigned char)*p >= 0x80 || (unsigned char)*p < 0x20)
					fail_msg("%s is not plain: %s", guided_word_name((enum guided_word)w), buf_cstr(&plain));
		}
	}
}

static void
narrow_help_fits_on_forty_columns(void **state)
{
	(void)state;
	for (unsigned l = 0; l < GUIDED_LANGS; l++) {
		assert_true(guided_columns(guided_text((enum guided_lang)l, SAY_HELP_NARROW)) <= 39);
		assert_true(guided_columns(guided_text((enum guided_lang)l, SAY_HELP_NARROW_CHECK)) <= 39);
	}
}

static void
a_text_is_filled_in_and_broken_between_words(void **state)
{
	SCOPED_BUF b;
	(void)state;
	buf_init(&b, 4096);
	guided_say(&b, GUIDED_EN, SAY_DISK_MODEL, "A", NULL, "9 GB");
	assert_string_equal(buf_cstr(&b), "Model A, serial number , 9 GB");
	buf_clear(&b);
	assert_number_equal(guided_wrap(&b, "één twee drie\n  vier vijf\n\nabcdefghijklm", 8), 7);
	assert_string_equal(buf_cstr(&b), "één twee\ndrie\n  vier\n  vijf\n\nabcdefgh\nijklm");
	buf_clear(&b);
	guided_wrap(&b, "sda1  1 GB  ntfs", 40);
	assert_string_equal(buf_cstr(&b), "sda1  1 GB  ntfs");
}

/* --- a made machine --- */

static char home[200];

static void
put_file(const char *name, const char *text)
{
	char path[700];
	snprintf(path, sizeof(path), "%s/%s", home, name);
	for (char *p = path + strlen(home) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
put_disk(const char *name, const char *number, const char *sectors)
{
	char path[200], line[64];
	snprintf(path, sizeof(path), "sys/block/%s/dev", name);
	snprintf(line, sizeof(line), "%s\n", number);
	put_file(path, line);
	snprintf(path, sizeof(path), "sys/block/%s/size", name);
	put_file(path, sectors);
}

static int
make_machine(void **state)
{
	char line[1200];
	(void)state;
	snprintf(home, sizeof(home), "/tmp/test_guided_XXXXXX");
	assert_non_null(mkdtemp(home));
	put_disk("sda", "8:0", "1000\n");
	put_file("sys/block/sda/device/model", "Disk\033[2J A      \n");
	put_file("sys/block/sda/device/serial", "S1\n");
	put_file("sys/block/sda/sda10/partition", "10\n");
	put_file("sys/block/sda/sda10/dev", "8:10\n");
	put_file("sys/block/sda/sda2/partition", "2\n");
	put_file("sys/block/sda/sda2/dev", "8:2\n");
	put_file("sys/block/sda/sda2/size", "64\n");
	put_file("run/udev/data/b8:2", "I:1\nE:ID_FS_TYPE=ntfs\nE:ID_FS_LABEL=Data\n");
	put_disk("sdb", "8:16", "1000\n");
	put_file("run/udev/data/b8:16", "E:ID_BUS=usb\nE:ID_FS_TYPE=iso9660\nE:ID_FS_LABEL=TRIAGE\n");
	put_disk("sdc", "8:32", "1000\n");
	put_file("sys/block/sdc/sdc1/partition", "1\n");
	put_file("sys/block/sdc/sdc1/dev", "8:33\n");
	put_disk("sdd", "8:48", "1000\n");
	put_file("sys/block/sdd/holders/md0/x", "");
	put_file("sys/block/md0/dev", "9:0\n");
	put_disk("sde", "8:64", "0\n");
	put_disk("sdf", "8:80", "1000\n");
	put_disk("sdaa", "65:160", "1000\n");
	put_disk("loop0", "7:0", "0\n");
	put_disk("zram0", "253:0", "77\n");
	put_disk("vda", "254:0", "1000\n");
	put_file("dev/sda", "bytes");
	put_file("place/x", "");
	put_file("small/x", "");
	put_file("ro/x", "");
	snprintf(line, sizeof(line), "1 0 254:0 / / rw - ext4 /dev/root rw\nbroken\n2 1 8:33 / /mnt/a\\040b rw shared:1 - vfat /dev/sdc1 rw\n"
	    "3 1 8:97 / %s/place rw - exfat /dev/sdg1 rw\n4 1 8:98 / %s/small rw - vfat /dev/sdg2 rw\n5 1 8:99 / %s/ro rw - ext4 /dev/sdg3 ro\n6 1 0:5 / /proc rw - tmpfs x rw\n",
	    home, home, home);
	put_file("proc/self/mountinfo", line);
	put_file("proc/swaps", "Filename Type\n/dev/sdf partition 1 2 3\n");
	return 0;
}

static int
clear_machine(void **state)
{
	(void)state;
	char remove_it[] = "rm", all[] = "-rf", place[sizeof(home)];
	memcpy(place, home, sizeof(home));
	char *const words[] = { remove_it, all, place, NULL };
	pid_t pid = fork();
	if (pid == 0) {
		execv("/bin/rm", words);
		_exit(1);
	}
	return 0;
}

static const struct guided_disk *
disk_named(const struct guided_disks *disks, const char *name)
{
	for (size_t i = 0; i < disks->count; i++)
		if (strcmp(disks->items[i].name, name) == 0)
			return &disks->items[i];
	fail_msg("%s is not listed", name);
	return NULL;
}

static void
disks_in_use_are_refused_with_the_reason(void **state)
{
	struct guided_disks disks;
	struct triage_error err;
	(void)state;
	assert_int_equal(guided_disks_read(home, &disks, &err), TRIAGE_OK);
	assert_number_equal(disks.count, 8);
	assert_string_equal(disks.items[0].name, "sda");
	assert_string_equal(disks.items[7].name, "sdaa");
	const struct guided_disk *a = disk_named(&disks, "sda");
	assert_int_equal(a->refusal, GUIDED_OFFERED);
	assert_number_equal(a->size, 512000);
	assert_null(strchr(a->model, '\033'));
	assert_string_equal(a->serial, "S1");
	assert_number_equal(a->part_count, 2);
	assert_string_equal(a->parts[0].name, "sda2");
	assert_string_equal(a->parts[0].type, "ntfs");
	assert_string_equal(a->parts[0].label, "Data");
	assert_number_equal(a->parts[0].size, 32768);
	assert_int_equal(disk_named(&disks, "sdb")->refusal, GUIDED_STICK);
	assert_true(disk_named(&disks, "sdb")->usb);
	assert_int_equal(disk_named(&disks, "sdc")->refusal, GUIDED_MOUNTED);
	assert_string_equal(disk_named(&disks, "sdc")->refused_for, "/mnt/a b");
	assert_int_equal(disk_named(&disks, "sdd")->refusal, GUIDED_ASSEMBLED);
	assert_string_equal(disk_named(&disks, "sdd")->refused_for, "md0");
	assert_int_equal(disk_named(&disks, "sde")->refusal, GUIDED_EMPTY);
	assert_int_equal(disk_named(&disks, "sdf")->refusal, GUIDED_SWAP);
	assert_int_equal(disk_named(&disks, "vda")->refusal, GUIDED_SYSTEM);
	guided_disks_release(&disks);
	assert_int_equal(guided_disks_read("/nowhere", &disks, &err), TRIAGE_OK);
	assert_number_equal(disks.count, 0);
}

static bool
made_space(void *ctx, const char *path, uint64_t *ret_free, uint64_t *ret_size)
{
	(void)ctx;
	*ret_size = UINT64_C(10000000000);
	*ret_free = strstr(path, "small") != NULL ? 1000 : UINT64_C(9000000000);
	return true;
}

static void
places_are_weighed(void **state)
{
	struct guided_places p;
	struct guided_place one;
	struct triage_error err;
	char path[300];
	(void)state;
	assert_int_equal(guided_places_read(home, 5000000, made_space, NULL, &p, &err), TRIAGE_OK);
	assert_number_equal(p.count, 4);
	assert_non_null(strstr(p.items[0].path, "/place"));
	assert_int_equal(p.items[0].state, GUIDED_PLACE_GOOD);
	assert_string_equal(p.items[1].path, "/");
	for (size_t i = 2; i < 4; i++)
		assert_int_equal(p.items[i].state, strstr(p.items[i].path, "small") != NULL ? GUIDED_PLACE_FULL : GUIDED_PLACE_READ_ONLY);
	guided_places_release(&p);
	snprintf(path, sizeof(path), "%s/place", home);
	assert_true(guided_place_look(home, path, UINT64_C(1) << 40, made_space, NULL, &one));
	assert_int_equal(one.state, GUIDED_PLACE_SMALL);
	assert_string_equal(one.type, "exfat");
	assert_false(guided_place_look(home, "place", 1, made_space, NULL, &one));
	assert_false(guided_place_look(home, "/nowhere/at/all", 1, made_space, NULL, &one));
}

static void
unfinished_bundles_are_found(void **state)
{
	char found[2][1300], place[300];
	(void)state;
	snprintf(place, sizeof(place), "%s/place", home);
	assert_number_equal(guided_unfinished(place, found, 2), 0);
	put_file("place/case-1/work/arguments", "x");
	assert_number_equal(guided_unfinished(place, found, 2), 0);
	put_file("place/case-1/work/journal.db", "x");
	assert_number_equal(guided_unfinished(place, found, 2), 1);
	assert_non_null(strstr(found[0], "/place/case-1"));
	for (unsigned i = 2; i < 5; i++) {
		char name[60];
		snprintf(name, sizeof(name), "place/case-%u/work/journal.db", i);
		put_file(name, "x");
		snprintf(name, sizeof(name), "place/case-%u/work/arguments", i);
		put_file(name, "x");
	}
	assert_number_equal(guided_unfinished(place, found, 2), 2);
	put_file("place/case-1/manifest-sha256.txt", "x");
	put_file("place/case-2/manifest-sha256.txt", "x");
	put_file("place/case-3/manifest-sha256.txt", "x");
	put_file("place/case-4/manifest-sha256.txt", "x");
	assert_number_equal(guided_unfinished(place, found, 2), 0);
	/* sealed when its time was up, until it is taken up */
	put_file("place/case-2/data/unfinished/journal.db", "x");
	put_file("place/case-2/data/unfinished/arguments", "x");
	assert_number_equal(guided_unfinished(place, found, 2), 1);
	assert_non_null(strstr(found[0], "/place/case-2"));
	put_file("place/case-2-more/manifest-sha256.txt", "x");
	assert_number_equal(guided_unfinished(place, found, 2), 0);
}

/* --- a screen that answers by a list --- */

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
		cmocka_unit_test(each_text_is_there_in_each_language),
		cmocka_unit_test(narrow_help_fits_on_forty_columns),
		cmocka_unit_test(a_text_is_filled_in_and_broken_between_words),
		cmocka_unit_test(disks_in_use_are_refused_with_the_reason),
		cmocka_unit_test(places_are_weighed),
		cmocka_unit_test(unfinished_bundles_are_found),
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
