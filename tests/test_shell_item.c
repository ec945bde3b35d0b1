/* test_shell_item.c - shell items one by one: what each kind says, and what damaged ones do not. */
#include "tests/harness.h"

#include "triage/artefact/property_store.h"
#include "triage/artefact/shell_item.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

/* Hex digits, blanks between. */
static struct view
bytes(const char *hex, uint8_t *room)
{
	size_t n = 0;
	for (const char *p = hex; *p != '\0';) {
		unsigned byte;
		if (*p == ' ') {
			p++;
			continue;
		}
		assert_int_equal(sscanf(p, "%2x", &byte), 1);
		room[n++] = (uint8_t)byte;
		p += 2;
	}
	return (struct view){ room, n };
}

static const char *
path_of(struct view list, char *out, size_t room)
{
	struct buf path;
	struct shell_item item;
	size_t at = 0;
	buf_init(&path, room - 1);
	while (shell_item_next(list, &at, &item))
		shell_path_add(&path, &item);
	snprintf(out, room, "%s", buf_cstr(&path));
	buf_release(&path);
	return out;
}

static void
a_file_entry_of_windows_7_has_names_times_and_a_file_reference(void **state)
{
	/* made by hand: 2012-05-06 07:08:10 modified, MFT record 0x1234 sequence 5 */
	static const char hex[] = "52 00 32 00 00 10 00 00 a640 0539 2000 4c4f4e474e417e312e54585400 00"
	    " 3800 0800 0400efbe a640 0439 a640 0639 2a00 0000 341200000000 0500 0000000000000000 0000 00000000"
	    " 6c006f006e0067002e007400 0000 1c00";
	uint8_t room[200];
	char text[200];
	struct shell_item item;
	struct view in = bytes(hex, room);
	(void)state;
	room[0] = (uint8_t)in.size;
	assert_true(shell_item_read(in, &item));
	assert_string_equal(item.kind, "file");
	assert_string_equal(wintext_copy(item.name, text, sizeof(text)), "long.t");
	assert_string_equal(wintext_copy(item.short_name, text, sizeof(text)), "LONGNA~1.TXT");
	assert_number_equal(item.extension_version, 8);
	assert_true(item.has_mft);
	assert_number_equal(item.mft_entry, 0x1234);
	assert_number_equal(item.mft_sequence, 5);
	assert_number_equal(item.size, 4096);
	int64_t ns;
	assert_true(when_parse("2012-05-06T07:08:10", &ns));
	assert_number_equal(item.modified, ns);
	assert_true(item.created < item.modified && item.accessed > item.modified);
}

static void
root_volume_network_and_control_panel(void **state)
{
	uint8_t room[200];
	char text[300];
	(void)state;
	assert_string_equal(path_of(bytes("1400 1f50 e04fd020ea3a6910a2d808002b30309d 1900 2f 453a5c0000000000000000000000000000000000000000 0000", room), text, sizeof(text)),
	    "<My Computer> E:\\");
	assert_string_equal(path_of(bytes("1200 42 00 c0 5c5c 53525600 64657363 00 6300 0000", room), text, sizeof(text)), "\\\\SRV");
	/* category, then an item by its GUID */
	assert_string_equal(path_of(bytes("0c00 01 00 8421de39 05000000 1e00 71 80 00000000000000000000 7748f90be4c1da43c84ff65d2a0c8d3f 0000", room), text, sizeof(text)),
	    "<System and Security> {0bf94877-c1e4-43da-c84f-f65d2a0c8d3f}");
}

static void
a_member_of_an_archive_has_a_name_a_folder_and_a_local_time(void **state)
{
	uint8_t room[300] = { 0 };
	static const char date[] = "03/14/2012  11:35:02", name[] = "plan.doc", folder[] = "old/2012";
	char text[100];
	struct shell_item item;
	int64_t ns;
	(void)state;
	room[2] = 0x52;
	for (size_t i = 0; i < sizeof(date); i++)
		room[36 + 2 * i] = (uint8_t)date[i];
	room[84] = sizeof(name) - 1;
	room[88] = sizeof(folder) - 1;
	for (size_t i = 0; i < sizeof(name); i++)
		room[92 + 2 * i] = (uint8_t)name[i];
	for (size_t i = 0; i < sizeof(folder); i++)
		room[92 + 2 * sizeof(name) + 2 * i] = (uint8_t)folder[i];
	room[0] = 160;
	assert_true(shell_item_read((struct view){ room, 160 }, &item));
	assert_string_equal(item.kind, "archive member");
	assert_string_equal(wintext_copy(item.name, text, sizeof(text)), "plan.doc");
	assert_string_equal(wintext_copy(item.folder, text, sizeof(text)), "old/2012");
	assert_true(when_parse("2012-03-14 11:35:02", &ns));
	assert_number_equal(item.modified, ns);
	assert_true(item.local);
}

static void
a_list_that_breaks_off_is_told(void **state)
{
	uint8_t room[64];
	struct shell_item item;
	size_t at = 0;
	struct view list = bytes("1400 1f50 e04fd020ea3a6910a2d808002b30309d ff7f 2f", room);
	(void)state;
	assert_true(shell_item_next(list, &at, &item));
	assert_string_equal(item.words, "My Computer");
	assert_false(shell_item_next(list, &at, &item));
	assert_true(shell_list_damaged(list, at));
	at = 0;
	list = bytes("0300 80 0000", room);
	assert_true(shell_item_next(list, &at, &item));
	assert_string_equal(item.kind, "unknown");
	assert_false(shell_item_next(list, &at, &item));
	assert_false(shell_list_damaged(list, at));
}

static void
properties_are_walked_and_a_bad_size_ends_the_walk(void **state)
{
	static const char hex[] = "36000000 31535053 55284c9f799f394ba8d0e1d42de1d5f3 1a000000 05000000 00 1f00 0000 04000000 6100620063000000 00 00000000";
	uint8_t room[100];
	char text[PROPERTY_TEXT];
	struct property p;
	struct view store = bytes(hex, room);
	struct property_walk w = property_begin(store);
	(void)state;
	assert_true(property_next(&w, &p));
	assert_string_equal(property_key(&p), "app_user_model_id");
	assert_string_equal(property_value(&p, text), "abc");
	assert_false(property_next(&w, &p));
	room[24] = 0xff;
	w = property_begin(store);
	assert_false(property_next(&w, &p));
}

static void
guids_tell_their_time_and_card(void **state)
{
	static const uint8_t guid[16] = { 0xaf, 0xe1, 0x6f, 0x4f, 0x34, 0x70, 0xde, 0x11, 0xb6, 0x75, 0x00, 0x1d, 0x09, 0xfa, 0x5a, 0x1c };
	static const uint8_t random[16] = { 0xaf, 0xe1, 0x6f, 0x4f, 0x34, 0x70, 0xde, 0x41, 0xb6, 0x75, 0x00, 0x1d, 0x09, 0xfa, 0x5a, 0x1c };
	char text[GUID_TEXT_SIZE], mac[GUID_MAC_SIZE];
	int64_t ns;
	(void)state;
	assert_string_equal(guid_text(guid, text), "4f6fe1af-7034-11de-b675-001d09fa5a1c");
	assert_string_equal(guid_mac(guid, mac), "00:1d:09:fa:5a:1c");
	assert_true(when_parse("2009-07-14T05:08:04.1036207Z", &ns));
	assert_number_equal(guid_time(guid), ns);
	assert_true(guid_time(random) == TRIAGE_TIME_NONE);
	assert_string_equal(guid_mac(random, mac), "");
}

static void
ansi_text_is_code_page_1252(void **state)
{
	static const uint8_t raw[] = { 'Q', 'u', 'a', 'l', 'i', 't', 0xe9, 0x80, 0 };
	char text[40];
	(void)state;
	struct wintext t = wintext_ansi((struct view){ raw, sizeof(raw) }, 0, SIZE_MAX);
	assert_string_equal(wintext_copy(t, text, sizeof(text)), "Qualit\xc3\xa9\xe2\x82\xac");
	/* cut before a character that does not fit */
	assert_string_equal(wintext_copy(t, text, 8), "Qualit");
	assert_number_equal(wintext_wide((struct view){ raw, sizeof(raw) }, 100, 5).units, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_entry_of_windows_7_has_names_times_and_a_file_reference),
		cmocka_unit_test(root_volume_network_and_control_panel),
		cmocka_unit_test(a_member_of_an_archive_has_a_name_a_folder_and_a_local_time),
		cmocka_unit_test(a_list_that_breaks_off_is_told),
		cmocka_unit_test(properties_are_walked_and_a_bad_size_ends_the_walk),
		cmocka_unit_test(guids_tell_their_time_and_card),
		cmocka_unit_test(ansi_text_is_code_page_1252),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
