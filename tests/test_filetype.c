#include "triage/analyse/filetype.h"
#include "triage/analyse/text_kind.h"

#include "tests/analyse_pass.h"

#include <magic.h>

static struct filetype_database database;
static struct filetype *ft;

static int
set_up(void **state)
{
	struct triage_error err;
	(void)state;
	/* the variable must not matter */
	setenv("MAGIC", "/nonexistent/magic", 1);
	return filetype_load(NULL, &database, &err) != TRIAGE_OK || filetype_new(&database, &ft, &err) != TRIAGE_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	filetype_free(ft);
	filetype_release(&database);
	return 0;
}

static struct filetype_answer
type_of(const void *data, size_t size)
{
	struct filetype_answer answer;
	struct triage_error err = { 0 };
	if (filetype_of(ft, (struct view){ data, size }, true, &answer, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	return answer;
}

#define TYPE_OF(literal) type_of(literal, sizeof(literal) - 1)

static enum triage_text_kind
kind_of(const void *data, size_t size, bool whole)
{
	return text_kind_of((struct view){ data, size }, whole).kind;
}

#define KIND_OF(literal) kind_of(literal, sizeof(literal) - 1, true)

static void
encodings_are_told_apart(void **state)
{
	(void)state;
	assert_number_equal(KIND_OF("plain text\r\n\tend\x1b[0m\f\b"), TRIAGE_ASCII);
	assert_number_equal(KIND_OF("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), TRIAGE_UTF8);
	assert_number_equal(KIND_OF("\xef\xbb\xbfmark"), TRIAGE_UTF8);
	assert_number_equal(KIND_OF("\xff\xfeh\0i\0"), TRIAGE_UTF16LE);
	assert_number_equal(KIND_OF("\xfe\xff\0h\0i"), TRIAGE_UTF16BE);
	assert_number_equal(KIND_OF("w\0i\0t\0h\0o\0u\0t\0 \0m\0a\0r\0k\0"), TRIAGE_UTF16LE);
	assert_number_equal(KIND_OF("\0w\0i\0t\0h\0o\0u\0t\0 \0m\0a\0r\0k"), TRIAGE_UTF16BE);
	assert_number_equal(KIND_OF("caf\xe9 au lait, s'il vous pla\xeet"), TRIAGE_LATIN1);
	assert_number_equal(KIND_OF("\x93quoted\x94 words of Windows"), TRIAGE_LATIN1);
}

static void
controls_and_noise_are_binary(void **state)
{
	(void)state;
	assert_number_equal(KIND_OF("text with a NUL\0 in it"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF("text with a control \x01"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF("\x7f"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF("\xd5\xe7\xb9\x8a"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF("\xff\xfe\x01\0\x02\0"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF("\xff\xfe\x00\xd8x\0"), TRIAGE_BINARY);
	assert_number_equal(KIND_OF(""), TRIAGE_BINARY);
}

static void
broken_utf8_is_not_utf8(void **state)
{
	(void)state;
	assert_int_not_equal(KIND_OF("overlong \xc0\xaf in text"), TRIAGE_UTF8);
	assert_int_not_equal(KIND_OF("surrogate \xed\xa0\x80 in text"), TRIAGE_UTF8);
	assert_int_not_equal(KIND_OF("beyond \xf4\x90\x80\x80 in text"), TRIAGE_UTF8);
	assert_int_not_equal(KIND_OF("cut off at the end \xe2\x82"), TRIAGE_UTF8);
	/* the head of a longer stream may cut a character in two */
	assert_number_equal(kind_of("cut off at the end \xe2\x82", 21, false), TRIAGE_UTF8);
}

static void
a_control_is_found_at_every_place(void **state)
{
	(void)state;
	for (size_t size = 1; size < 40; size++) {
		for (size_t at = 0; at < size; at++) {
			char text[40];
			memset(text, 'a', sizeof(text));
			assert_number_equal(kind_of(text, size, true), TRIAGE_ASCII);
			text[at] = 0x0e;
			assert_number_equal(kind_of(text, size, true), TRIAGE_BINARY);
			text[at] = 0x7f;
			assert_number_equal(kind_of(text, size, true), TRIAGE_BINARY);
		}
	}
}

static void
line_ends_and_long_lines_are_described(void **state)
{
	(void)state;
	char text[400], out[TEXT_DESCRIBE_MAX];
	static const struct {
		const char *text, *words;
	} known[] = {
		{ "a\nb\n", "ASCII text" }, { "a\r\nb\r\n", "ASCII text, with CRLF line terminators" }, { "a\rb\r", "ASCII text, with CR line terminators" },
		{ "a\r\nb\n", "ASCII text, with CRLF, LF line terminators" }, { "ab", "ASCII text, with no line terminators" },
		{ "\xc3\xa9\n", "Unicode text, UTF-8 text" }, { "\xef\xbb\xbf" "a\n", "Unicode text, UTF-8 (with BOM) text" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct text_shape shape = text_kind_of((struct view){ (const uint8_t *)known[i].text, strlen(known[i].text) }, true);
		assert_string_equal(text_kind_describe(&shape, "", out), known[i].words);
	}
	memset(text, 'x', 399);
	text[399] = '\n';
	struct text_shape shape = text_kind_of((struct view){ (const uint8_t *)text, 400 }, true);
	assert_string_equal(text_kind_describe(&shape, "", out), "ASCII text, with very long lines (399)");
}

static void
an_empty_stream_is_empty(void **state)
{
	(void)state;
	struct filetype_answer answer = type_of("", 0);
	assert_string_equal(answer.mime, "inode/x-empty");
	assert_string_equal(answer.magic, "empty");
}

static void
what_responders_look_for_has_its_type(void **state)
{
	(void)state;
	static const struct {
		const char *data;
		size_t size;
		const char *mime;
	} known[] = {
#define KNOWN(literal, mime) { literal, sizeof(literal) - 1, mime }
		KNOWN("just words\n", "text/plain"),
		KNOWN("#!/bin/sh\necho hi\n", "text/x-shellscript"),
		KNOWN("<?php eval($_POST['x']); ?>\n", "text/x-php"),
		KNOWN("<!DOCTYPE html>\n<html><head></head></html>\n", "text/html"),
		KNOWN("<?xml version=\"1.0\"?>\n<a/>\n", "text/xml"),
		KNOWN("{\"a\": [1, 2, 3]}\n", "application/json"),
		KNOWN("@echo off\r\nvssadmin delete shadows\r\n", "text/x-msdos-batch"),
		KNOWN("#include <stdio.h>\nint main(void) { return 0; }\n", "text/x-c"),
		KNOWN("import os\nfrom sys import argv\n", "text/x-script.python"),
		KNOWN("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
		KNOWN("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0", "application/x-sharedlib"),
		KNOWN("\x1f\x8b\x08\0\0\0\0\0\0\3\x4b\4\0", "application/gzip"),
		KNOWN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0", "image/png"),
		KNOWN("SQLite format 3\0\x10\0\1\1\0\x40\x20\x20\0\0\0\1\0\0\0\1", "application/vnd.sqlite3"),
		KNOWN("\1\2\3\4\5\6\xfe\xfd nothing known", "application/octet-stream"),
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct filetype_answer answer = type_of(known[i].data, known[i].size);
		if (strcmp(answer.mime, known[i].mime) != 0)
			fail_msg("%zu: %s (%s), not %s", i, answer.mime, answer.magic, known[i].mime);
	}
}

/* The file type of real files through libmagic's own second answer: the table must agree with it. */
static void
mime_types_by_description_are_those_of_libmagic(void **state)
{
	(void)state;
	static const char *const samples[] = { "/bin/sh", "/usr/bin/file", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/crt1.o",
		"/usr/share/zoneinfo/UTC", "/usr/lib/x86_64-linux-gnu/libc.a", "/usr/share/misc/magic.mgc" };
	static uint8_t head[FILETYPE_HEAD];
	magic_t other = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_ENCODING);
	assert_non_null(other);
	assert_number_equal(magic_load(other, "/usr/share/misc/magic.mgc"), 0);
	size_t compared = 0;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		FILE *file = fopen(samples[i], "rb");
		if (file == NULL)
			continue;
		size_t size = fread(head, 1, sizeof(head), file);
		fclose(file);
		const char *want = magic_buffer(other, head, size);
		if (kind_of(head, size < FILETYPE_TEXT_HEAD ? size : FILETYPE_TEXT_HEAD, false) == TRIAGE_BINARY) {
			assert_string_equal(type_of(head, size).mime, want);
			compared++;
		}
	}
	magic_close(other);
	assert_true(compared >= 2);
}

static void
a_description_is_harmless_and_short(void **state)
{
	(void)state;
	/* the name field of a gzip stream is the evidence's */
	static char gzip[600] = "\x1f\x8b\x08\x08\0\0\0\0\0\3\x1b[31m\xe2\x80\xae<script>";
	memset(gzip + 40, 'n', 500);
	struct filetype_answer answer = type_of(gzip, sizeof(gzip));
	assert_true(strlen(answer.magic) <= FILETYPE_WORDS);
	assert_null(strchr(answer.magic, '\x1b'));
	assert_null(strstr(answer.magic, "\xe2\x80\xae"));
	assert_string_equal(answer.mime, "application/gzip");
}

static void
an_answer_does_not_depend_on_what_was_asked_before(void **state)
{
	(void)state;
	char first[FILETYPE_WORDS + 1];
	snprintf(first, sizeof(first), "%s", TYPE_OF("<?php echo 1; ?>\n").magic);
	TYPE_OF("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0");
	TYPE_OF("plain\n");
	assert_string_equal(TYPE_OF("<?php echo 1; ?>\n").magic, first);
}

static void
a_database_that_is_none_is_an_error(void **state)
{
	(void)state;
	struct filetype_database wrong;
	struct filetype *none;
	struct triage_error err = { 0 };
	assert_number_equal(filetype_load("/nonexistent.mgc", &wrong, &err), TRIAGE_E_IO);
	assert_number_equal(filetype_load("/dev/null", &wrong, &err), TRIAGE_E_LIMIT);
	assert_number_equal(filetype_load("/etc/passwd", &wrong, &err), TRIAGE_OK);
	assert_number_equal(filetype_new(&wrong, &none, &err), TRIAGE_E_FORMAT);
	assert_true(err.text[0] != '\0');
	filetype_release(&wrong);
}

static void
a_pass_tells_type_text_and_size(void **state)
{
	(void)state;
	struct bench *b = bench_new(NULL);
	bench_run(b, "caf\xc3\xa9\n", 6);
	assert_number_equal(b->content.state, TRIAGE_CONTENT_COMPLETE);
	assert_number_equal(b->content.bytes, 6);
	assert_number_equal(b->content.text, TRIAGE_UTF8);
	assert_string_equal(b->content.mime, "text/plain");
	assert_string_equal(b->content.magic, "Unicode text, UTF-8 text");
	assert_true(b->stages[ANALYSE_READ] >= 1 && b->stages[ANALYSE_MAGIC] == 1 && b->stages[ANALYSE_YARA] == 1);
	bench_run(b, "", 0);
	bench_run(b, "", 0);
	assert_true(b->content.same_as_seen);
	assert_string_equal(b->content.mime, "inode/x-empty");
	bench_free(b);
}

static void
digests_cover_what_was_read(void **state)
{
	(void)state;
	static const uint8_t md5[] = { 0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72 };
	struct bench *b = bench_new(NULL);
	for (int round = 0; round < 2; round++) {
		bench_run(b, "abc", 3);
		assert_true(b->content.hashed);
		assert_memory_equal(b->content.md5, md5, sizeof(md5));
		assert_number_equal(b->content.sha1[0], 0xa9);
		assert_number_equal(b->content.sha256[0], 0xba);
		assert_number_equal(b->content.sha256[31], 0xad);
	}
	bench_free(b);
}

static void
a_stream_that_cannot_be_read_is_unreadable_and_said_so(void **state)
{
	(void)state;
	struct bench *b = bench_new("rule all { condition: true }");
	b->bad_status = TRIAGE_E_IO;
	bench_run(b, "abc", 3);
	assert_number_equal(b->content.state, TRIAGE_CONTENT_UNREADABLE);
	assert_number_equal(b->content.bytes, 0);
	assert_false(b->content.hashed);
	assert_string_equal(b->content.mime, "");
	assert_number_equal(b->match_count, 0);
	assert_true(bench_has_problem(b, "read-error"));
	assert_non_null(strstr(b->messages[0], "bad sector"));
	bench_free(b);
}

static void
memory_and_interruption_go_up_and_are_no_state_of_the_stream(void **state)
{
	(void)state;
	static const enum triage_status up[] = { TRIAGE_E_MEMORY, TRIAGE_E_INTERRUPTED, TRIAGE_E_CRASHED };
	struct bench *b = bench_new(NULL);
	struct analyse_subject who = { .size = 3, .path = "", .name = "", .owner = "" };
	for (size_t i = 0; i < 3; i++) {
		b->bad_status = up[i];
		assert_number_equal(bench_try(b, "abc", 3, &who), up[i]);
		assert_number_equal(b->problem_count, 0);
	}
	bench_free(b);
}

static void
a_wrong_size_does_not_bend_the_block_size(void **state)
{
	(void)state;
	enum { SIZE = 1500000 };
	static uint8_t data[SIZE];
	static const uint64_t said[] = { 0, 100, SIZE, UINT64_MAX };
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * i >> 7);
	struct bench *b = bench_new(NULL);
	struct triage_randomness first = { 0 };
	for (size_t i = 0; i < 4; i++) {
		struct analyse_subject who = { .size = said[i], .path = "", .name = "", .owner = "", .force = true };
		assert_number_equal(bench_try(b, data, SIZE, &who), TRIAGE_OK);
		assert_number_equal(b->content.randomness.block_size, 65536);
		assert_number_equal(b->content.randomness.blocks, 23);
		if (i == 0)
			first = b->content.randomness;
		assert_memory_equal(&first.entropy, &b->content.randomness.entropy, sizeof(first.entropy));
		assert_number_equal(bench_try(b, data, 9000, &who), TRIAGE_OK);
		assert_number_equal(b->content.randomness.block_size, 4096);
		assert_number_equal(b->content.randomness.blocks, 3);
	}
	bench_free(b);
}

static void
the_digests_of_a_medium_are_those_asked_for(void **state)
{
	(void)state;
	enum { SIZE = 3 << 20 };
	static uint8_t data[SIZE];
	struct bench b = { .data = data, .size = 3 };
	struct analyse_io io = { .ctx = &b, .read = bench_read, .stage = bench_stage };
	struct analyse_digests digests;
	struct triage_error err = { 0 };
	memcpy(data, "abc", 3);
	assert_number_equal(analyse_digest(&io, ANALYSE_MD5 | ANALYSE_SHA256, &digests, &err), TRIAGE_OK);
	assert_string_equal(digests.md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(digests.sha1, "");
	assert_string_equal(digests.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	data[0] = data[1] = data[2] = 0;
	b.size = SIZE;
	assert_number_equal(analyse_digest(&io, ANALYSE_SHA1, &digests, &err), TRIAGE_OK);
	assert_string_equal(digests.sha1, "1e5f8def40bb0cb0f7156b9c2bab9efb49cfb699");
	assert_string_equal(digests.md5, "");
	assert_true(b.stages[ANALYSE_READ] >= 3);
	b.bad_status = TRIAGE_E_IO;
	assert_number_equal(analyse_digest(&io, ANALYSE_SHA1, &digests, &err), TRIAGE_E_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_are_told_apart),
		cmocka_unit_test(controls_and_noise_are_binary),
		cmocka_unit_test(broken_utf8_is_not_utf8),
		cmocka_unit_test(a_control_is_found_at_every_place),
		cmocka_unit_test(line_ends_and_long_lines_are_described),
		cmocka_unit_test(an_empty_stream_is_empty),
		cmocka_unit_test(what_responders_look_for_has_its_type),
		cmocka_unit_test(mime_types_by_description_are_those_of_libmagic),
		cmocka_unit_test(a_description_is_harmless_and_short),
		cmocka_unit_test(an_answer_does_not_depend_on_what_was_asked_before),
		cmocka_unit_test(a_database_that_is_none_is_an_error),
		cmocka_unit_test(a_pass_tells_type_text_and_size),
		cmocka_unit_test(digests_cover_what_was_read),
		cmocka_unit_test(a_stream_that_cannot_be_read_is_unreadable_and_said_so),
		cmocka_unit_test(memory_and_interruption_go_up_and_are_no_state_of_the_stream),
		cmocka_unit_test(a_wrong_size_does_not_bend_the_block_size),
		cmocka_unit_test(the_digests_of_a_medium_are_those_asked_for),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
