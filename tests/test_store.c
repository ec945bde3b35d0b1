/* test_store.c - the journal: what it keeps, counts and refuses. */
#include "tests/store_make.h"

static void
units_come_by_rank_then_by_place(void **state)
{
	(void)state;
	struct made m;
	struct case_unit units[8];
	made_begin(&m, "ntfs");
	static const struct {
		unsigned rank;
		uint64_t place;
	} order[] = { { 50, 900 }, { 10, 500 }, { 50, 100 }, { 10, 400 } };
	for (uint64_t i = 0; i < 4; i++) {
		struct triage_entry e = entry_of(i + 1, 100 + i, "file");
		e.place = order[i].place;
		assert_ok(case_put_entry(m.store, 1, &e, "/file", order[i].rank, &err));
	}
	assert_number_equal(next_units(&m, units, 8), 4);
	assert_number_equal(units[0].inode, 103);
	assert_number_equal(units[1].inode, 101);
	assert_number_equal(units[2].inode, 102);
	assert_number_equal(units[3].inode, 100);
	struct case_unit rest[8];
	size_t count;
	assert_ok(case_next_units(m.store, &units[1], 8, rest, &count, &err));
	assert_number_equal(count, 2);
	assert_number_equal(rest[0].inode, 102);
	release_units(rest, 2);
	release_units(units, 4);
	made_end(&m);
}

static void
a_unit_tells_where_it_lies_and_what_it_is_called(void **state)
{
	(void)state;
	struct made m;
	struct case_unit u;
	made_begin(&m, "ntfs");
	struct triage_entry e = entry_of(1, UINT64_MAX - 5, "caf\xe9");
	e.attr_type = 128;
	e.attr_id = 4;
	e.owner = "S-1-5-18";
	e.size = TRIAGE_NO_ID;
	assert_ok(case_put_entry(m.store, 1, &e, "/caf\\xe9", 10, &err));
	assert_number_equal(next_units(&m, &u, 1), 1);
	assert_true(u.inode == UINT64_MAX - 5);
	assert_true(u.size == TRIAGE_NO_ID);
	assert_number_equal(u.evidence_id, 1);
	assert_number_equal(u.filesystem_id, 1);
	assert_number_equal(u.attr_type, 128);
	assert_number_equal(u.attr_id, 4);
	assert_number_equal(u.rank, 10);
	assert_string_equal(u.path, "/caf\\xe9");
	assert_string_equal(u.name, "caf\\xe9");
	assert_string_equal(u.owner, "S-1-5-18");
	assert_null(u.raw_path);
	case_unit_release(&u);
	made_end(&m);
}

static void
a_second_name_makes_no_second_unit_but_may_raise_its_rank(void **state)
{
	(void)state;
	struct made m;
	struct case_unit units[4];
	struct case_totals t;
	made_begin(&m, "ntfs");
	struct triage_entry first = entry_of(1, 7, "first"), second = entry_of(2, 7, "second");
	put_named(&m, &first, 50);
	put_named(&m, &second, 10);
	assert_number_equal(next_units(&m, units, 4), 1);
	assert_number_equal(units[0].rank, 10);
	assert_string_equal(units[0].name, "first");
	release_units(units, 1);
	assert_ok(case_totals(m.store, &t, &err));
	assert_number_equal(t.units, 1);
	assert_number_equal(t.bytes, 1000);
	made_end(&m);
}

static void
sizes_beyond_all_measure_do_not_turn_the_totals_over(void **state)
{
	(void)state;
	struct made m;
	struct case_totals t;
	made_begin(&m, "ntfs");
	for (uint64_t i = 1; i <= 3; i++) {
		struct triage_entry e = entry_of(i, i, "huge");
		e.size = UINT64_MAX - 1;
		put_named(&m, &e, 50);
	}
	assert_ok(case_commit(m.store, &err));
	assert_ok(case_totals(m.store, &t, &err));
	assert_true(t.bytes == INT64_MAX);
	reopen(&m);
	assert_ok(case_totals(m.store, &t, &err));
	assert_true(t.bytes >= INT64_MAX - 1024);
	made_end(&m);
}

static void
a_mounted_volume_gets_raw_paths_from_the_names_of_its_folders(void **state)
{
	(void)state;
	struct made m;
	struct case_unit u;
	made_begin(&m, "directory");
	struct triage_entry root = entry_of(0, 1, ""), folder = entry_of(1, 2, "d\xff"), file = entry_of(2, 3, "f\n");
	root.flags = folder.flags = 0;
	root.kind = folder.kind = TRIAGE_FILE_DIRECTORY;
	file.parent = 1;
	put_named(&m, &root, 90);
	put_named(&m, &folder, 90);
	put_named(&m, &file, 10);
	assert_number_equal(next_units(&m, &u, 1), 1);
	assert_number_equal(u.raw_path_size, 5);
	assert_memory_equal(u.raw_path, "d\xff/f\n", 5);
	case_unit_release(&u);
	made_end(&m);
}

static void
the_same_problem_twice_is_kept_once(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	struct triage_problem p = { .stage = "content", .severity = TRIAGE_LOW, .code = "read-error", .message = "sector 7", .inode = 3,
		.edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	assert_ok(case_put_problem(m.store, 1, 1, "/a", &p, &err));
	assert_ok(case_put_problem(m.store, 1, 1, "/a", &p, &err));
	assert_ok(case_put_problem(m.store, 1, 1, "/b", &p, &err));
	p.edge = 5;
	assert_ok(case_put_problem(m.store, 1, 1, "/b", &p, &err));
	made_build(&m);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_PROBLEMS), 2);
	made_end(&m);
}

static void
a_second_result_is_refused_and_harms_nothing(void **state)
{
	(void)state;
	struct made m;
	struct case_totals t;
	made_two(&m, "a", "b");
	put_result(&m, 1, "one");
	const struct triage_content c = content_of("again");
	const struct triage_match hit = { .string_id = "$a" };
	assert_status(TRIAGE_E_USAGE, case_put_content(m.store, 1, &c, &err));
	assert_status(TRIAGE_E_USAGE, case_put_match(m.store, 1, &hit, &err));
	assert_status(TRIAGE_E_USAGE, case_put_content(m.store, 77, &c, &err));
	put_result(&m, 2, "two");
	assert_ok(case_commit(m.store, &err));
	assert_ok(case_totals(m.store, &t, &err));
	assert_number_equal(t.units_done, 2);
	made_end(&m);
}

/* A second filesystem, as on a shadow copy: inode 1 under the same name. Units 1, 2 are in the first, 3 and 4 in this one. */
static void
put_copies(struct made *m)
{
	put_simple(m, 1, 1, "a");
	put_simple(m, 2, 2, "b");
	uint64_t id = put_second_filesystem(m, "vss");
	const struct triage_entry a = entry_of(1, 1, "a"), moved = entry_of(2, 2, "c");
	assert_ok(case_put_entry(m->store, id, &a, "/a", 50, &err));
	assert_ok(case_put_entry(m->store, id, &moved, "/c", 50, &err));
}

/* /a of the second filesystem has what /a of the first one has. */
static void
need_equal_results(struct case_reader *r)
{
	struct case_cursor *c;
	assert_ok(case_rows(r, CASE_FILES, CASE_BY_ID, &c, &err));
	char live[65] = "", mime[80] = "";
	struct triage_error why;
	while (case_next(c, &why) == TRIAGE_OK) {
		if (strcmp(case_text(c, CASE_FILES_PATH), "/a") != 0)
			continue;
		if (case_int(c, CASE_FILES_FILESYSTEM_ID) == 1) {
			snprintf(live, sizeof(live), "%s", case_text(c, CASE_FILES_SHA256));
			snprintf(mime, sizeof(mime), "%s", case_text(c, CASE_FILES_MIME));
			continue;
		}
		assert_string_equal(case_text(c, CASE_FILES_SHA256), live);
		assert_string_equal(case_text(c, CASE_FILES_MIME), mime);
		assert_string_equal(case_text(c, CASE_FILES_CONTENT), "complete");
	}
	case_cursor_close(c);
	assert_number_equal(strlen(live), 64);
}

static void
an_equal_stream_has_the_result_of_its_twin(void **state)
{
	(void)state;
	struct made m;
	struct case_stream streams[8];
	struct case_twins twins;
	struct case_shadows n;
	size_t count = 0;
	const uint8_t places[CASE_PLACES] = { 1, 2, 3 }, others[CASE_PLACES] = { 1, 2, 4 };
	made_begin(&m, "ntfs");
	put_copies(&m);
	assert_ok(case_next_streams(m.store, 2, NULL, 8, streams, &count, &err));
	assert_number_equal(count, 2);
	assert_number_equal(streams[0].unit_id, 3);
	assert_number_equal(streams[0].inode, 1);
	assert_number_equal(streams[0].rank, 50);
	assert_ok(case_next_streams(m.store, 2, &streams[0], 8, streams, &count, &err));
	assert_number_equal(count, 1);
	assert_number_equal(streams[0].unit_id, 4);
	assert_ok(case_put_placed(m.store, 3, places, &err));
	assert_ok(case_put_placed(m.store, 4, places, &err));
	assert_ok(case_put_twins(m.store, 2, 1, &twins, &err));
	assert_number_equal(twins.units, 0);	/* the older ones have no results */
	put_hit(&m, 1, 0, 7, false);
	put_hit(&m, 1, 1, 0, true);
	assert_ok(case_put_places(m.store, 1, places, &err));
	put_result(&m, 1, "one");
	assert_ok(case_put_places(m.store, 2, places, &err));
	put_result(&m, 2, "two");
	assert_ok(case_put_placed(m.store, 3, others, &err));
	assert_ok(case_put_twins(m.store, 2, 1, &twins, &err));
	assert_number_equal(twins.units, 0);	/* 3 lies elsewhere, and 4 has another path than 2: rules may look at it */
	assert_ok(case_put_placed(m.store, 3, places, &err));
	assert_ok(case_put_twins(m.store, 1, 1, &twins, &err));
	assert_number_equal(twins.units, 0);	/* none of those placed is of that filesystem */
	assert_false(case_unit_is_done(m.store, 3));
	assert_ok(case_put_twins(m.store, 2, 1, &twins, &err));
	assert_number_equal(twins.units, 1);
	assert_number_equal(twins.bytes, 1000);
	assert_true(case_unit_is_done(m.store, 3));
	assert_false(case_unit_is_done(m.store, 4));
	assert_ok(case_put_twins(m.store, 2, 1, &twins, &err));
	assert_number_equal(twins.units, 0);	/* once */
	assert_ok(case_next_streams(m.store, 2, NULL, 8, streams, &count, &err));
	assert_number_equal(count, 1);
	assert_ok(case_forget_placed(m.store, &err));
	assert_ok(case_drop_unit_rows(m.store, 4, &err));
	assert_ok(case_next_streams(m.store, 2, NULL, 8, streams, &count, &err));
	assert_number_equal(count, 0);		/* a worker died over it: it is read like any other */
	made_build(&m);
	assert_number_equal(rows_of(case_seal_reader(m.sealer), CASE_MATCHES), 4);	/* two rules, two streams */
	assert_ok(case_count_shadows(m.store, &n, &err));
	assert_number_equal(n.units, 2);
	assert_number_equal(n.done, 1);
	assert_number_equal(n.same, 1);
	assert_number_equal(n.bytes_same, 1000);
	need_equal_results(case_seal_reader(m.sealer));
	made_end(&m);
}

static void
an_edge_given_twice_or_beyond_the_limit_is_refused_and_harms_nothing(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_simple(&m, 1, 1, "a");
	struct triage_entry again = entry_of(1, 9, "again"), far = entry_of(UINT64_C(1) << 40, 9, "far");
	assert_status(TRIAGE_E_USAGE, case_put_entry(m.store, 1, &again, "/again", 10, &err));
	assert_status(TRIAGE_E_LIMIT, case_put_entry(m.store, 1, &far, "/far", 10, &err));
	assert_status(TRIAGE_E_LIMIT, case_put_entry(m.store, 0, &far, "/far", 10, &err));
	put_simple(&m, 2, 2, "b");
	assert_ok(case_commit(m.store, &err));
	made_end(&m);
}

static void
facts_are_set_replaced_and_deleted(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	assert_string_equal(case_get(m.store, "none"), "");
	assert_ok(case_set(m.store, "a", "1", &err));
	assert_ok(case_set(m.store, "a", "2", &err));
	assert_string_equal(case_get(m.store, "a"), "2");
	assert_ok(case_set(m.store, "a", NULL, &err));
	assert_string_equal(case_get(m.store, "a"), "");
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_come_by_rank_then_by_place),
		cmocka_unit_test(a_unit_tells_where_it_lies_and_what_it_is_called),
		cmocka_unit_test(a_second_name_makes_no_second_unit_but_may_raise_its_rank),
		cmocka_unit_test(sizes_beyond_all_measure_do_not_turn_the_totals_over),
		cmocka_unit_test(a_mounted_volume_gets_raw_paths_from_the_names_of_its_folders),
		cmocka_unit_test(the_same_problem_twice_is_kept_once),
		cmocka_unit_test(a_second_result_is_refused_and_harms_nothing),
		cmocka_unit_test(an_edge_given_twice_or_beyond_the_limit_is_refused_and_harms_nothing),
		cmocka_unit_test(an_equal_stream_has_the_result_of_its_twin),
		cmocka_unit_test(facts_are_set_replaced_and_deleted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
