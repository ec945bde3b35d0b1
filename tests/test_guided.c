/* test_guided.c - guided mode without its screen: texts, disks, places, bundles that were not finished. */
#include "tests/guided_machine.h"

#include "triage/base/scoped.h"
#include "triage/guided/guided_inside.h"
#include "triage/guided/mounts.h"

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
	};
	return cmocka_run_group_tests(tests, make_machine, clear_machine);
}
