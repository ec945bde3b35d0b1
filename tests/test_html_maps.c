/* test_html_maps.c - the damage map and the graph of contacts: places that add up, nothing lost, harmless whatever the names. */
#include "tests/html_page.h"

#include "triage/report/damage_tree.h"

#include <math.h>

#define NASTY "<script><img src=x onerror=alert(2)>\"'&lt;"
#define SUM(scope, name, filesystem, depth, files, damaged) \
	scope, name, filesystem, depth, files, "1000", damaged, "500", "0", "0", damaged, "0", "0", "0", "0", "1", "1670289249000000000", "1670292169000000000"
static const char *const damage[] = {
	SUM("case", "", NULL, "0", "1000", "600"),
	SUM("department", "/A", "1", "1", "700", "600"), SUM("department", "/A/one", "1", "2", "400", "400"), SUM("department", "/A/" NASTY, "1", "2", "200", "200"),
	SUM("department", "/B", "1", "1", "290", "0"), SUM("department", "/C", "1", "1", "2", "0"), SUM("department", "/D", "1", "1", "1", "0"),
	SUM("filesystem", "", "1", "0", "1000", "600"), SUM("type", "docx", NULL, "0", "900", "590"), SUM("type", NASTY, NULL, "0", "10", "10"),
};
static const char *const styles[] = { "encrypted-whole", "590", "1000", "1000", NASTY, "10", NULL, NULL };
static const struct fake_fact facts[] = {
	{ "verdict", "compromised" },
	{ "ransomware.window", "{\"first\":\"x\",\"rate\":{\"start\":\"2022-12-06T01:14:00.000000000Z\",\"step_minutes\":5,\"counts\":[4,0,11]},\"remark\":\"\"}" },
};

static struct case_reader
hurt_case(void)
{
	struct case_reader r = FAKE_CASE(facts);
	r.views[CASE_DAMAGE] = (struct fake_view)FAKE_VIEW(damage, 18);
	r.views[CASE_DAMAGE_STYLES] = (struct fake_view)FAKE_VIEW(styles, 4);
	return r;
}

static void
areas_are_in_proportion_and_fill_the_drawing(void **state)
{
	(void)state;
	static const double areas[] = { 60, 60, 40, 30, 20, 10, 1 };
	struct rectangle places[7];
	double all = 0;
	damage_tree_squarify(areas, 7, (struct rectangle){ 10, 20, 50, 40 }, 2, places);
	for (size_t i = 0; i < 7; i++) {
		double area = places[i].width * places[i].height;
		assert_true(fabs(area - 2000 * areas[i] / 221) < 0.001);
		assert_true(places[i].x > 9.999 && places[i].x + places[i].width < 60.001 && places[i].y > 19.999 && places[i].y + places[i].height < 60.001);
		all += area;
		for (size_t k = 0; k < i; k++)
			assert_true(places[k].x + places[k].width < places[i].x + 0.001 || places[i].x + places[i].width < places[k].x + 0.001 ||
			    places[k].y + places[k].height < places[i].y + 0.001 || places[i].y + places[i].height < places[k].y + 0.001);
	}
	assert_true(fabs(all - 2000) < 0.001);
}

/* Every file stands in exactly one cell: opened folders give way to what is in them, small ones stand together. */
static void
each_file_stands_in_one_cell(void **state)
{
	(void)state;
	struct case_reader r = hurt_case();
	struct damage_tree t;
	struct triage_error err;
	uint64_t files = 0, hurt = 0, rest = 0, direct = 0;
	assert_int_equal(damage_tree_read(&r, &t, &err), TRIAGE_OK);
	for (size_t i = 0; i < t.count; i++) {
		const struct damage_node *n = &t.nodes[i];
		if (!n->cell)
			continue;
		files += n->files;
		hurt += n->damaged;
		rest += n->kind == NODE_REST ? n->folders : 0;
		direct += n->kind == NODE_DIRECT ? n->files : 0;
		assert_false(n->kind == NODE_FOLDER && strcmp(n->name, "/A") == 0);
	}
	assert_number_equal(files, 1000);
	assert_number_equal(hurt, 600);
	assert_number_equal(rest, 2);		/* /C and /D */
	assert_number_equal(direct, 107);	/* 100 right in /A, 7 in the root */
	damage_tree_release(&t);
}

static void
the_map_and_its_table_say_the_same(void **state)
{
	(void)state;
	struct case_reader r = hurt_case();
	char *page = page_of(&r);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	assert_number_equal(times_in(page, "<img"), 0);
	assert_number_equal(times_in(page, "<tr id=\"damage-"), times_in(page, "<a href=\"#damage-"));
	assert_true(times_in(page, "<tr id=\"damage-") >= 5);
	assert_non_null(strstr(page, ">600 of 1,000 files are damaged (60%).<"));
	assert_non_null(strstr(page, ">/A/one: 400 of 400 files damaged (100%)</desc>"));
	/* what stands in a cell or on a button is part of its name */
	assert_null(strstr(page, "<a href=\"#damage-1\" aria-label"));
	assert_non_null(strstr(page, "aria-label=\"NL, Nederlands\""));
	assert_non_null(strstr(page, ">encrypted throughout<"));
	assert_non_null(strstr(page, "<h3 data-m=\"damage.rate\""));
	assert_non_null(strstr(page, "Encrypted files per 5 minutes, times in UTC."));
	free(page);
}

/* A case that another program wrote: sums that contradict each other, a window that is none. */
static void
senseless_sums_do_no_harm(void **state)
{
	(void)state;
	static const char *const odd[] = {
		SUM("case", "", NULL, "0", "5", "9"), SUM("department", "/A/b", "7", "2", "9", "12"), SUM("department", "/A", "7", "1", "3", "-4"),
		SUM("department", "no slash", "7", "1", "9223372036854775807", "1"), SUM("department", "/", "7", "1", "4", "1"),
		SUM("department", "/A", "7", "1", "3", "1"), SUM("filesystem", "", "7", "0", "2", "9"),
	};
	static const char *const windows[] = { "", "[", "{\"rate\":7}", "{\"rate\":{\"start\":\"2022-12-06T01:14:00Z\",\"step_minutes\":-1,\"counts\":[1,2]}}",
		"{\"rate\":{\"start\":\"2022-12-06T01:14:00Z\",\"step_minutes\":1,\"counts\":[-5,1e99,2,{}]}}" };
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct fake_fact fact = { "ransomware.window", windows[i] };
		struct case_reader r = { .facts = &fact, .fact_count = 1, .fail_view = -1 };
		r.views[CASE_DAMAGE] = (struct fake_view)FAKE_VIEW(odd, 18);
		char *page = page_of(&r);
		assert_tags_close(page);
		assert_links_lead_somewhere(page);
		assert_null(strstr(page, "nan%"));
		assert_null(strstr(page, "<h3 data-m=\"damage.rate\""));
		free(page);
	}
}

#define CONTACT(direction, peer, way, count, failed) \
	"1", "HERE", direction, peer, "j.peeters", way, "1670289249000000000", "1670292169000000000", count, failed, "evtx", "1"

/* One box for all contacts of two machines in one direction; each leads to a row; what finds no place is counted. */
static void
contacts_of_two_machines_are_one_arrow(void **state)
{
	(void)state;
	static const char *const contacts[] = {
		CONTACT("from", "10.0.0.1", "rdp", "3", "1"), CONTACT("from", "10.0.0.1", "smb", "4", "0"), CONTACT("from", "10.0.0.1", "rdp", "2", "0"),
		CONTACT("to", "10.0.0.1", "rdp", "5", "5"), CONTACT("to", NASTY, NASTY, "-1", "-1"),
		CONTACT("from", "a", "x", "1", "0"), CONTACT("from", "b", "x", "1", "0"), CONTACT("from", "c", "x", "1", "0"), CONTACT("from", "d", "x", "1", "0"),
		CONTACT("from", "e", "x", "1", "0"), CONTACT("from", "f", "x", "1", "0"), CONTACT("from", "g", "x", "1", "0"), CONTACT("from", "h", "x", "1", "0"),
		CONTACT("from", "i", "x", "1", "0"), CONTACT("from", "j", "x", "1", "0"), CONTACT("from", "k", "x", "1", "0"), CONTACT("from", "l", "x", "1", "0"),
	};
	struct case_reader r = { .fail_view = -1 };
	r.views[CASE_CONTACTS] = (struct fake_view)FAKE_VIEW(contacts, 12);
	char *page = page_of(&r);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	assert_number_equal(times_in(page, "<img"), 0);
	assert_number_equal(times_in(page, "<tr id=\"contact-"), 17);
	assert_number_equal(times_in(page, "<a href=\"#contact-"), 14);
	assert_number_equal(times_in(page, "class=\"way refused\""), 1);
	assert_non_null(strstr(page, ">10.0.0.1 to HERE, by rdp, smb: 9 times, 1 of them failed</desc>"));
	assert_non_null(strstr(page, ">HERE to 10.0.0.1, by rdp: 5 times, 5 of them failed</desc>"));
	assert_non_null(strstr(page, ">1 row of the table is not drawn.<"));
	free(page);
}

/* The words of a detector in the language of the page, what follows them as it is; French writes a blank before the colon. */
static void
a_title_is_told_in_the_language_of_the_page(void **state)
{
	(void)state;
	static const char *const findings[] = {
		"1", "critical", "92", "95", "r", "encrypted", "Encrypted files: " NASTY, "T1486", "", "/b", "1670289249000000000", "1670292169000000000", "7", "{}", NULL,
	};
	struct case_reader r = { .fail_view = -1 };
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	char *page = page_in(&r, "fr");
	assert_tags_close(page);
	/* as a heading, and among the moments */
	assert_number_equal(times_in(page, ">Fichiers chiffr\xc3\xa9s</span><span data-m=\"text.colon\">\xc2\xa0:</span> &lt;script&gt;"), 2);
	assert_null(strstr(page, ">Encrypted files"));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_are_in_proportion_and_fill_the_drawing),
		cmocka_unit_test(each_file_stands_in_one_cell),
		cmocka_unit_test(the_map_and_its_table_say_the_same),
		cmocka_unit_test(senseless_sums_do_no_harm),
		cmocka_unit_test(contacts_of_two_machines_are_one_arrow),
		cmocka_unit_test(a_title_is_told_in_the_language_of_the_page),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}
