/* test_custody.c - the chain of custody: its form, and that no change of it goes unseen. */
#include "tests/harness.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/case/custody.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* Three acts, chained. */
static void
make_chain(struct buf *out)
{
	static const char *const details[] = { "{\"version\":\"0.1.0\"}", "{\"note\":\",\\\"hash\\\":\\\"00\\\"\"}", "{}" };
	struct custody_entry e = { .actor = "triage", .action = "started" };
	memset(e.previous_hash, '0', 64);
	for (unsigned i = 0; i < 3; i++) {
		e.seq = i + 1;
		e.time = INT64_C(1795000000000000000) + i;
		e.detail = details[i];
		assert_int_equal(custody_seal(&e, &(struct triage_error){ 0 }), TRIAGE_OK);
		custody_line(out, &e);
		buf_char(out, '\n');
		memcpy(e.previous_hash, e.hash, sizeof(e.previous_hash));
	}
}

static enum triage_status
check(const char *text, size_t size, uint64_t *ret_line)
{
	uint64_t lines = 0;
	struct triage_error err = { 0 };
	enum triage_status st = custody_check(text, size, &lines, &err);
	*ret_line = st == TRIAGE_OK ? lines : err.offset;
	return st;
}

static void
assert_broken_at(const struct buf *text, uint64_t want)
{
	uint64_t line;
	assert_int_equal(check(text->data, text->size, &line), TRIAGE_E_FORMAT);
	assert_number_equal(line, want);
}

/* Replace the first `from` after the n-th line end by `to` of the same length. */
static void
replace(struct buf *text, const char *from, const char *to)
{
	char *at = strstr(text->data, from);
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

static void
a_line_has_sorted_keys_and_the_digest_of_itself_without_hash(void **state)
{
	(void)state;
	static const char body[] = "{\"action\":\"sealed\",\"actor\":\"J. \\\"Jo\\\" Peeters\",\"detail\":{\"a\":1},\"previous_hash\":\"" ZEROS
	    "\",\"seq\":1,\"time\":\"2026-11-18T11:06:40.000000007Z\"}";
	struct custody_entry e = { .seq = 1, .time = INT64_C(1795000000000000007), .actor = "J. \"Jo\" Peeters", .action = "sealed", .detail = "{\"a\":1}" };
	char want[65];
	SCOPED_BUF line;
	buf_init(&line, 4096);
	memset(e.previous_hash, '0', 64);
	assert_int_equal(custody_seal(&e, &(struct triage_error){ 0 }), TRIAGE_OK);
	digest_sha256_hex(body, sizeof(body) - 1, want);
	assert_string_equal(e.hash, want);
	custody_line(&line, &e);
	char whole[1024];
	snprintf(whole, sizeof(whole), "{\"action\":\"sealed\",\"actor\":\"J. \\\"Jo\\\" Peeters\",\"detail\":{\"a\":1},\"hash\":\"%s\",\"previous_hash\":\"" ZEROS
	    "\",\"seq\":1,\"time\":\"2026-11-18T11:06:40.000000007Z\"}", want);
	assert_string_equal(line.data, whole);
}

static void
a_chain_that_nobody_touched_is_whole(void **state)
{
	(void)state;
	uint64_t lines;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	assert_int_equal(check(text.data, text.size, &lines), TRIAGE_OK);
	assert_number_equal(lines, 3);
	assert_int_equal(check("", 0, &lines), TRIAGE_OK);
	assert_number_equal(lines, 0);
}

static void
a_changed_detail_is_found_in_its_line(void **state)
{
	(void)state;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	replace(&text, "0.1.0", "0.1.1");
	assert_broken_at(&text, 1);
}

static void
a_changed_time_is_found_in_its_line(void **state)
{
	(void)state;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	replace(&text, "40.000000002Z", "41.000000002Z");
	assert_broken_at(&text, 3);
}

static void
a_removed_line_is_found(void **state)
{
	(void)state;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	char *second = strchr(text.data, '\n') + 1, *third = strchr(second, '\n') + 1;
	memmove(second, third, strlen(third) + 1);
	text.size = strlen(text.data);
	assert_broken_at(&text, 2);
}

static void
a_line_sealed_again_after_a_change_breaks_the_next(void **state)
{
	(void)state;
	SCOPED_BUF text, other;
	buf_init(&text, 1 << 16);
	buf_init(&other, 1 << 16);
	make_chain(&text);
	struct custody_entry e = { .seq = 1, .time = 0, .actor = "somebody", .action = "else", .detail = "{}" };
	memset(e.previous_hash, '0', 64);
	assert_int_equal(custody_seal(&e, &(struct triage_error){ 0 }), TRIAGE_OK);
	custody_line(&other, &e);
	buf_text(&other, strchr(text.data, '\n'));
	assert_broken_at(&other, 2);
}

static void
a_line_that_is_cut_off_is_no_line(void **state)
{
	(void)state;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	text.size--;
	assert_broken_at(&text, 3);
	text.size -= 10;
	assert_broken_at(&text, 3);
}

static void
what_is_not_in_the_canonical_form_is_refused(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"\n", "{}\n", "not json\n", "[1]\n",
		"{\"action\":\"a\",\"actor\":\"b\",\"detail\":{},\"hash\":\"" ZEROS "\",\"previous_hash\":\"" ZEROS "\",\"seq\":1,\"time\":\"t\"} \n",
		"{\"action\":\"a\",\"actor\":\"b\",\"detail\":{},\"hash\":\"" ZEROS "\",\"previous_hash\":\"" ZEROS "\",\"seq\":1,\"time\":\"t\",\"x\":1}\n",
		"{\"actor\":\"b\",\"action\":\"a\",\"detail\":{},\"hash\":\"" ZEROS "\",\"previous_hash\":\"" ZEROS "\",\"seq\":1,\"time\":\"t\"}\n",
		"{\"action\":\"a\",\"actor\":\"b\",\"detail\":[],\"hash\":\"" ZEROS "\",\"previous_hash\":\"" ZEROS "\",\"seq\":1,\"time\":\"t\"}\n",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		uint64_t line;
		assert_int_equal(check(lines[i], strlen(lines[i]), &line), TRIAGE_E_FORMAT);
		assert_number_equal(line, 1);
	}
}

static void
any_single_changed_byte_is_seen(void **state)
{
	(void)state;
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	make_chain(&text);
	for (size_t i = 0; i < text.size; i++) {
		uint64_t line;
		char kept = text.data[i];
		text.data[i] = kept == 'x' ? 'y' : 'x';
		assert_int_equal(check(text.data, text.size, &line), TRIAGE_E_FORMAT);
		text.data[i] = kept;
	}
}

static void
an_act_that_cannot_be_sealed_is_refused(void **state)
{
	(void)state;
	const size_t size = (64 << 20) + 100;
	SCOPED_FREE char *detail = malloc(size + 1);
	SCOPED_BUF line;
	struct custody_entry e = { .seq = 1, .actor = "triage", .action = "started", .time = 1, .detail = detail };
	uint64_t at;
	assert_non_null(detail);
	memset(detail, 'x', size);
	memcpy(detail, "{\"a\":\"", 6);
	memcpy(detail + size - 2, "\"}", 3);
	memset(e.previous_hash, '0', 64);
	struct triage_error err = { 0 };
	assert_int_equal(custody_seal(&e, &err), TRIAGE_E_MEMORY);
	assert_non_null(strstr(err.text, "chain of custody"));
	buf_init(&line, 2 * size);
	memset(e.hash, '0', 64);
	custody_line(&line, &e);
	buf_char(&line, '\n');
	assert_int_not_equal(check(line.data, line.size, &at), TRIAGE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_sorted_keys_and_the_digest_of_itself_without_hash),
		cmocka_unit_test(a_chain_that_nobody_touched_is_whole),
		cmocka_unit_test(a_changed_detail_is_found_in_its_line),
		cmocka_unit_test(a_changed_time_is_found_in_its_line),
		cmocka_unit_test(a_removed_line_is_found),
		cmocka_unit_test(a_line_sealed_again_after_a_change_breaks_the_next),
		cmocka_unit_test(a_line_that_is_cut_off_is_no_line),
		cmocka_unit_test(what_is_not_in_the_canonical_form_is_refused),
		cmocka_unit_test(any_single_changed_byte_is_seen),
		cmocka_unit_test(an_act_that_cannot_be_sealed_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
