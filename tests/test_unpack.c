/* test_unpack.c - archives in memory, made by the usual tools: what comes out, in what order, and what damage costs. */
#include "tests/analyse_pass.h"

#include "triage/analyse/unpack.h"
#include "triage/base/digest.h"
#include "triage/base/text.h"

#include <stdlib.h>

enum { SEEN = 64 };

/* What the sinks were told. */
struct seen {
	struct bench *bench;
	bool open;
	size_t count, problems;
	char names[SEEN][200], hex[SEEN][65];
	enum triage_content_state states[SEEN];
	uint64_t sizes[SEEN], bytes[SEEN];
	int64_t mtimes[SEEN];
	char codes[SEEN][40];
	bool problem_open[SEEN];
	enum triage_status member_status;	/* what the sink answers */
	bool closed;			/* as unpack_io.closed */
	unsigned reads, fail_after;	/* the stream cannot be read after so many reads, 0 for always can */
};

static struct bench *bench;
static char folder[64];

static const char secret[] = "THE-WORDS-THAT-A-RULE-LOOKS-FOR, and some text after it\n";

static struct { const char *name; uint8_t *data; size_t size; } archives[] = {
	{ .name = "b.zip" }, { .name = "t.tar.gz" }, { .name = "s.7z" }, { .name = "t.tar.xz" }, { .name = "t.tar.bz2" }, { .name = "t.tar.zst" },
	{ .name = "c.cpio" }, { .name = "l.a" }, { .name = "n.zip" }, { .name = "e.zip" }, { .name = "d.iso" }, { .name = "x.cab" }, { .name = "x.rar" }, { .name = "y.rar" },
	{ .name = "one.gz" },
};
enum { ARCHIVES = sizeof(archives) / sizeof(archives[0]) };

static int
make_archives(void **state)
{
	(void)state;
	char command[2000], path[200];
	strcpy(folder, "/tmp/triage-unpack-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(command, sizeof(command), "maker=$PWD/tests/archive_make.py; cd %s && printf '%%s' '%s' > first && head -c 100000 /dev/zero | tr '\\0' 'x' > second && "
	    "export TZ=UTC0 && touch -d @1614834368 first second && zip -qX b.zip first second && tar -czf t.tar.gz first second && "
	    "7z a -bd -y s.7z first second > l && tar -cJf t.tar.xz first second && tar -cjf t.tar.bz2 first second && tar -c first second | zstd -qc > t.tar.zst && "
	    "printf 'first\\nsecond\\n' | cpio -o -H newc --quiet > c.cpio && ar rcU l.a first second && zip -qX n.zip b.zip t.tar.gz && "
	    "zip -qX -P key e.zip first && mkdir i && cp first second i && genisoimage -quiet -r -J -o d.iso i 2> l && gzip -nc first > one.gz && python3 $maker first .", folder, secret);
	if (system(command) != 0)
		return -1;
	for (size_t i = 0; i < ARCHIVES; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, archives[i].name);
		archives[i].data = bench_file(path, &archives[i].size);
		if (archives[i].data == NULL)
			return -1;
	}
	bench = bench_new("rule looked_for { strings: $a = \"THE-WORDS-THAT-A-RULE\" condition: $a }");
	return 0;
}

static int
remove_archives(void **state)
{
	(void)state;
	char command[200];
	for (size_t i = 0; i < ARCHIVES; i++)
		free(archives[i].data);
	bench_free(bench);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static enum triage_status
on_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct seen *s = ctx;
	if (s->fail_after > 0 && ++s->reads > s->fail_after) {
		char why[400];
		memset(why, 'w', sizeof(why) - 1);
		why[sizeof(why) - 1] = '\0';
		triage_error_set(err, TRIAGE_E_IO, offset, "%s", why);
		return TRIAGE_E_IO;
	}
	return bench_read(s->bench, offset, buf, size, ret_got, err);
}

static enum triage_status
on_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	struct seen *s = ctx;
	assert_true(s->open);
	return bench_match(s->bench, m, err);
}

static enum triage_status
on_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	if (s->problems < SEEN) {
		snprintf(s->codes[s->problems], sizeof(s->codes[0]), "%s", p->code);
		s->problem_open[s->problems] = s->open;
	}
	s->problems++;
	return TRIAGE_OK;
}

static enum triage_status
on_member(void *ctx, const struct triage_member *m, struct triage_error *err)
{
	struct seen *s = ctx;
	assert_false(s->open);
	assert_number_equal(m->number, s->count + 1);
	assert_true(m->name_size > 0 && m->name_size <= UNPACK_NAME_MAX + 100);
	if (s->member_status != TRIAGE_OK) {
		triage_error_set(err, s->member_status, 0, "no");
		return s->member_status;
	}
	s->open = true;
	if (s->count < SEEN) {
		snprintf(s->names[s->count], sizeof(s->names[0]), "%.*s", (int)m->name_size, (const char *)m->name);
		s->sizes[s->count] = m->size;
		s->mtimes[s->count] = m->mtime;
	}
	return TRIAGE_OK;
}

static enum triage_status
on_member_done(void *ctx, const struct triage_content *c, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	assert_true(s->open);
	s->open = false;
	if (s->count < SEEN) {
		s->states[s->count] = c->state;
		s->bytes[s->count] = c->bytes;
		text_hex(s->hex[s->count], c->sha256, 32);
	}
	s->count++;
	return TRIAGE_OK;
}

static enum triage_status
unpack(struct seen *s, const uint8_t *data, size_t size, const char *name)
{
	const struct analyse_subject who = { .size = size, .path = "/x", .name = name, .owner = "", .force = true };
	const struct unpack_io io = { .stream = { .ctx = s, .read = on_read, .match = on_match, .problem = on_problem }, .member = on_member,
		.member_done = on_member_done, .closed = s->closed };
	enum triage_status answer = s->member_status;
	bool closed = s->closed;
	unsigned fail_after = s->fail_after;
	*s = (struct seen){ .bench = bench, .member_status = answer, .closed = closed, .fail_after = fail_after };
	bench->data = data;
	bench->size = size;
	bench->match_count = 0;
	enum triage_status st = analyse_unpack(bench->pass, &who, &io, &bench->err);
	assert_false(s->open);
	return st;
}

static size_t
member_of(const struct seen *s, const char *name)
{
	for (size_t i = 0; i < s->count && i < SEEN; i++)
		if (strcmp(s->names[i], name) == 0)
			return i;
	fail_msg("no member %s", name);
	return 0;
}

static void
each_format_gives_its_members(void **state)
{
	(void)state;
	char hex[65];
	digest_sha256_hex(secret, strlen(secret), hex);
	for (size_t i = 0; i < ARCHIVES; i++) {
		static struct seen s;
		if (strcmp(archives[i].name, "n.zip") == 0 || strcmp(archives[i].name, "e.zip") == 0 || strcmp(archives[i].name, "one.gz") == 0)
			continue;
		assert_int_equal(unpack(&s, archives[i].data, archives[i].size, archives[i].name), TRIAGE_OK);
		bool alone = strcmp(archives[i].name + 1, ".cab") == 0 || strcmp(archives[i].name + 1, ".rar") == 0;
		if (s.count != (alone ? 1 : 2) || s.problems != 0)
			fail_msg("%s: %zu members, %zu problems", archives[i].name, s.count, s.problems);
		size_t first = member_of(&s, "first");
		assert_string_equal(s.hex[first], hex);
		if (!alone)
			assert_number_equal(s.sizes[member_of(&s, "second")], 100000);
		assert_int_equal(s.states[first], TRIAGE_CONTENT_COMPLETE);
		if (!alone && strcmp(archives[i].name, "d.iso") != 0)
			assert_number_equal(s.mtimes[first] / 1000000000, 1614834368);
		assert_number_equal(bench_hits(bench, "looked_for"), 1);
	}
}

static void
a_single_packed_file_is_called_as_its_archive(void **state)
{
	(void)state;
	static struct seen s;
	const size_t one = ARCHIVES - 1;
	static const struct { const char *name, *member; } names[] = { { "log.1.gz", "log.1" }, { "x", "data" }, { ".gz", "data" }, { "a.GZ", "data" } };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(unpack(&s, archives[one].data, archives[one].size, names[i].name), TRIAGE_OK);
		assert_number_equal(s.count, 1);
		assert_string_equal(s.names[0], names[i].member);
	}
}

static void
an_archive_in_an_archive_is_a_member_and_opened(void **state)
{
	(void)state;
	static struct seen s;
	assert_int_equal(unpack(&s, archives[8].data, archives[8].size, "n.zip"), TRIAGE_OK);
	assert_number_equal(s.count, 6);
	static const char *const order[] = { "b.zip", "b.zip!/first", "b.zip!/second", "t.tar.gz", "t.tar.gz!/first", "t.tar.gz!/second" };
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(s.names[i], order[i]);
}

static void
an_encrypted_member_is_named_and_not_read(void **state)
{
	(void)state;
	static struct seen s;
	assert_int_equal(unpack(&s, archives[9].data, archives[9].size, "e.zip"), TRIAGE_OK);
	assert_number_equal(s.count, 1);
	assert_int_equal(s.states[0], TRIAGE_CONTENT_UNREADABLE);
	assert_number_equal(s.problems, 1);
	assert_string_equal(s.codes[0], "archive-encrypted");
	assert_false(s.problem_open[0]);	/* of the archive, not of the member */
}

static void
what_is_no_archive_is_left_alone(void **state)
{
	(void)state;
	static struct seen s;
	uint8_t zeros[2048] = { 0 };
	assert_int_equal(unpack(&s, zeros, sizeof(zeros), "zeros"), TRIAGE_OK);
	assert_int_equal(unpack(&s, (const uint8_t *)secret, strlen(secret), "b.zip"), TRIAGE_OK);
	assert_number_equal(s.count + s.problems, 0);
	/* a tar from before ustar is known by its sum, and no longer when that is wrong */
	uint8_t old[1024] = "name\0";
	uint32_t sum = 8 * ' ';
	for (size_t i = 0; i < 148; i++)
		sum += old[i];
	snprintf((char *)old + 148, 8, "%06o", sum);
	assert_int_equal(unpack_kind_of((struct view){ old, sizeof(old) }), UNPACK_TAR);
	old[0]++;
	assert_int_equal(unpack_kind_of((struct view){ old, sizeof(old) }), UNPACK_NONE);
}

static void
an_answer_of_the_sink_ends_it(void **state)
{
	(void)state;
	static struct seen s;
	s.member_status = TRIAGE_E_INTERRUPTED;
	assert_int_equal(unpack(&s, archives[0].data, archives[0].size, "b.zip"), TRIAGE_E_INTERRUPTED);
	assert_number_equal(s.count, 0);
	s.member_status = TRIAGE_OK;
}

static void
what_took_workers_down_stays_closed(void **state)
{
	(void)state;
	static struct seen s;
	s.closed = true;
	assert_int_equal(unpack(&s, archives[0].data, archives[0].size, "b.zip"), TRIAGE_OK);
	assert_number_equal(s.count, 0);
	assert_number_equal(s.problems, 1);
	assert_string_equal(s.codes[0], "archive-closed");
	assert_int_equal(unpack(&s, (const uint8_t *)secret, strlen(secret), "x"), TRIAGE_OK);
	assert_number_equal(s.problems, 0);
}

/* Cut anywhere: a member that is told to be complete is complete, and the loss is told. */
static void
a_cut_archive_tells_of_its_loss(void **state)
{
	(void)state;
	static struct seen s;
	char hex[65];
	digest_sha256_hex(secret, strlen(secret), hex);
	for (size_t i = 0; i < ARCHIVES; i++) {
		for (size_t k = 1; k < 40; k++) {
			size_t size = archives[i].size * k / 40;
			uint8_t *cut = malloc(size + 1);
			assert_non_null(cut);
			memcpy(cut, archives[i].data, size);
			assert_int_equal(unpack(&s, cut, size, archives[i].name), TRIAGE_OK);
			for (size_t m = 0; m < s.count && m < SEEN; m++)
				if (strcmp(s.names[m], "first") == 0 && s.states[m] == TRIAGE_CONTENT_COMPLETE)
					assert_string_equal(s.hex[m], hex);
			free(cut);
		}
	}
	assert_int_equal(unpack(&s, archives[1].data, archives[1].size / 2, "t.tar.gz"), TRIAGE_OK);
	assert_number_equal(s.problems, 1);
	assert_string_equal(s.codes[0], "archive-damaged");
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void
random_changes_do_no_harm(void **state)
{
	(void)state;
	static struct seen s;
	uint32_t random = 7;
	uint64_t members = 0;
	for (size_t round = 0; round < 3000; round++) {
		size_t i = round % ARCHIVES;
		uint8_t *copy = malloc(archives[i].size);
		assert_non_null(copy);
		memcpy(copy, archives[i].data, archives[i].size);
		/* half of them among the first bytes, where the structures are */
		for (unsigned n = 1 + next_random(&random) % 8; n > 0; n--) {
			size_t range = next_random(&random) % 2 != 0 && archives[i].size > 200 ? 200 : archives[i].size;
			copy[next_random(&random) % range] = (uint8_t)next_random(&random);
		}
		assert_int_equal(unpack(&s, copy, archives[i].size, archives[i].name), TRIAGE_OK);
		members += s.count;
		free(copy);
	}
	assert_true(members > 1000);
}

/* A message with a body in two forms, two attachments, and a message attached to it. */
static const char message[] =
	"Received: from mx.example.net by mail.example.org; Tue, 05 Mar 2024 10:12:00 +0100\r\nFrom: =?utf-8?q?Anna_=C3=89mile?= <anna@example.org>\r\nTo: bob@example.net\r\n"
	"Subject: bill\r\nDate: Tue, 05 Mar 2024 10:11:01 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"out er\"\r\n\r\npreamble\r\n"
	"--out er\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain\r\n\r\nhello\r\n--inside of the text\r\n--in\r\n"
	"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=20b=\r\nc</p>\r\n--in--\r\nepilogue\r\n--out er\r\n"
	"Content-Type: application/octet-stream; name=\"x\"\r\nContent-Disposition: attachment; filename*=UTF-8''..%2Fr%C3%A9.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	"VEhFLVdPUkRTLVRIQVQtQS1SVUxFLUxPT0tT\r\nLUZPUg==\r\n--out er\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@example.org\r\nDate: x\r\nSubject: in\r\n\r\nthe inner one\r\n"
	"--out er--\r\n";

static void
member_is(const struct seen *s, const char *name, const char *text)
{
	char hex[65];
	digest_sha256_hex(text, strlen(text), hex);
	assert_string_equal(s->hex[member_of(s, name)], hex);
}

static void
parts_of_a_message_are_members_decoded(void **state)
{
	(void)state;
	static struct seen s;
	assert_int_equal(unpack(&s, (const uint8_t *)message, sizeof(message) - 1, "m"), TRIAGE_OK);
	assert_number_equal(s.count, 5);
	assert_number_equal(s.problems, 0);
	member_is(&s, "part-1.1.txt", "hello\r\n--inside of the text");
	member_is(&s, "part-1.2.html", "<p>a bc</p>");
	member_is(&s, ".._r\xc3\xa9.exe", "THE-WORDS-THAT-A-RULE-LOOKS-FOR");
	member_is(&s, "part-3.eml", "From: c@example.org\r\nDate: x\r\nSubject: in\r\n\r\nthe inner one");
	member_is(&s, "part-3.eml!/part-1.txt", "the inner one");
	assert_number_equal(bench_hits(bench, "looked_for"), 1);
	/* cut anywhere, it tells what is there */
	for (size_t size = 0; size < sizeof(message) - 1; size += 7)
		assert_int_equal(unpack(&s, (const uint8_t *)message, size, "m"), TRIAGE_OK);
}

static void
a_mailbox_is_its_messages_each_opened(void **state)
{
	(void)state;
	static struct seen s;
	static const char box[] = "From anna@example.org Tue Mar  5 10:11:12 2024\nFrom: a@b\nTo: c@d\nSubject: 1\n\nfirst\n>From here\n\n"
	    "From anna@example.org Tue Mar  5 10:11:13 2024\nFrom: a@b\nTo: c@d\nSubject: 2\n\nsecond\nFrom nowhere at 10:11 in 2024\n\n";
	assert_int_equal(unpack(&s, (const uint8_t *)box, sizeof(box) - 1, "inbox"), TRIAGE_OK);
	assert_number_equal(s.count, 4);
	member_is(&s, "message-000001.eml", "From: a@b\nTo: c@d\nSubject: 1\n\nfirst\nFrom here\n");
	member_is(&s, "message-000001.eml!/part-1.txt", "first\nFrom here\n");
	member_is(&s, "message-000002.eml!/part-1.txt", "second\nFrom nowhere at 10:11 in 2024\n");
	assert_number_equal(s.mtimes[0] / 1000000000, 1709633472);
}

static void
messages_in_messages_end_somewhere(void **state)
{
	(void)state;
	static struct seen s;
	struct buf deep;
	buf_init(&deep, 1 << 20);
	for (unsigned i = 0; i < 40; i++)
		buf_text(&deep, "From: a@b\nTo: c@d\nSubject: x\nContent-Type: message/rfc822\n\n");
	assert_int_equal(unpack(&s, (const uint8_t *)buf_cstr(&deep), deep.size, "m"), TRIAGE_OK);
	assert_number_equal(s.count, UNPACK_MAIL_DEPTH);
	assert_number_equal(s.problems, 1);
	assert_string_equal(s.codes[0], "archive-nested");
	buf_release(&deep);
}

/* A message of multiparts in one another; the innermost has an attachment. Boundaries have so many characters. */
static void
nest_parts(struct buf *out, unsigned depth, unsigned boundary)
{
	buf_text(out, "From: a@b\nTo: c@d\nSubject: x\n");
	for (unsigned i = 0; i < depth; i++)
		buf_format(out, "Content-Type: multipart/mixed; boundary=%0*u\n\n--%0*u\n", (int)boundary, i, (int)boundary, i);
	buf_text(out, "Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=a.bin\n\nVEhF\n");
}

static void
parts_beyond_a_bound_are_told(void **state)
{
	(void)state;
	static const struct {
		unsigned depth, boundary;
		bool told;
	} rows[] = { { 16, 20, false }, { 17, 20, true }, { 1, 200, false }, { 1, 201, true } };
	static struct seen s;
	struct buf deep;
	buf_init(&deep, 1 << 20);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&deep);
		nest_parts(&deep, rows[i].depth, rows[i].boundary);
		assert_int_equal(unpack(&s, (const uint8_t *)buf_cstr(&deep), deep.size, "m"), TRIAGE_OK);
		assert_number_equal(s.problems, rows[i].told);
		if (rows[i].told)
			assert_string_equal(s.codes[0], "archive-limit");
		else
			member_is(&s, "a.bin", "THE");
	}
	buf_release(&deep);
}

static void
a_long_reason_of_the_stream_is_told_cut(void **state)
{
	(void)state;
	static struct seen s;
	s.fail_after = 1;
	assert_int_equal(unpack(&s, (const uint8_t *)message, sizeof(message) - 1, "m"), TRIAGE_OK);
	assert_number_equal(s.problems, 1);
	assert_string_equal(s.codes[0], "archive-damaged");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_gives_its_members),
		cmocka_unit_test(parts_of_a_message_are_members_decoded),
		cmocka_unit_test(a_mailbox_is_its_messages_each_opened),
		cmocka_unit_test(messages_in_messages_end_somewhere),
		cmocka_unit_test(parts_beyond_a_bound_are_told),
		cmocka_unit_test(a_long_reason_of_the_stream_is_told_cut),
		cmocka_unit_test(a_single_packed_file_is_called_as_its_archive),
		cmocka_unit_test(an_archive_in_an_archive_is_a_member_and_opened),
		cmocka_unit_test(an_encrypted_member_is_named_and_not_read),
		cmocka_unit_test(what_is_no_archive_is_left_alone),
		cmocka_unit_test(an_answer_of_the_sink_ends_it),
		cmocka_unit_test(what_took_workers_down_stays_closed),
		cmocka_unit_test(a_cut_archive_tells_of_its_loss),
		cmocka_unit_test(random_changes_do_no_harm),
	};
	return cmocka_run_group_tests(tests, make_archives, remove_archives);
}
