/* test_artefact_registry.c - hives: the walk, lists of all kinds, deleted keys and values, transaction logs, damage; the corpus. */
#include "tests/artefact_harness.h"

#define FIXTURE "artefact/registry/"

/* The corpus keeps most hives packed with xz. NULL when it is not there. */
static void *
corpus_hive(const char *rest, size_t *ret_size)
{
	char command[1200];
	const char *path = corpus_path(rest);
	if (path == NULL)
		return NULL;
	if (strstr(rest, ".xz") == NULL)
		return parsed_read(path, ret_size);
	snprintf(command, sizeof(command), "xz -dc '%s'", path);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	size_t room = 32 << 20;
	char *data = malloc(room);
	*ret_size = fread(data, 1, room, f);
	assert_int_equal(pclose(f), 0);
	return data;
}

static bool
corpus_parsed(struct parsed *p, const char *rest, const char *name)
{
	size_t size;
	void *data = corpus_hive(rest, &size);
	if (data == NULL)
		return false;
	parsed_bytes(p, name, data, size);
	free(data);
	return true;
}

static void
every_key_is_told_once(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "big.dat"));
	/* the hive, its root, Big, Many and seven below */
	assert_number_equal(p.count, 1 + 1 + 1 + 1 + 7);
	assert_number_equal(parsed_with(&p, "\"key\":\"ROOT\\\\Many\\\\6\",\"value\":\"\",\"deleted\":false,\"values\":1"), 1);
	assert_string_equal(parsed_event_of(&p, NULL, NULL, "\"hive\":\"unknown\"")->meaning, "hive last written");
	assert_string_equal(p.events[1].precision, "100ns");
	assert_number_equal(p.remark_count, 0);
	parsed_free(&p);
}

static void
deleted_keys_and_values_are_found(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "lost.dat"));
	assert_number_equal(parsed_with(&p, "\"deleted\":true"), 2 + 3 + 1);
	const struct parsed_event *e = parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\Kept\\\\Gone\\\\Below\",\"value\":\"\",\"deleted\":true,\"values\":1");
	assert_number_equal(e->time, parsed_time("2024-01-02T10:59:00Z"));
	e = parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\Kept\\\\Gone\",\"value\":\"v\",\"deleted\":true,\"type\":\"REG_SZ\",\"data\":\"123456\"");
	assert_number_equal(e->time, parsed_time("2024-01-02T11:00:00Z"));
	/* a value whose key is not known has the time of the hive, and says so */
	e = parsed_event_of(&p, NULL, NULL, "\"value\":\"orphan\",\"deleted\":true,\"type\":\"REG_SZ\",\"data\":\"lost value\"");
	assert_string_equal(e->meaning, "hive last written");
	/* a NUL in a name hides it from the programs of Windows, not from the reader */
	parsed_event_of(&p, NULL, NULL, "Na\xe2\x90\x80me");
	parsed_free(&p);
}

static void
damage_is_told_and_passed(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "bad.dat"));
	bool twice = false, list = false;
	for (size_t i = 0; i < p.remark_count; i++) {
		twice = twice || strcmp(p.remarks[i].code, "key-met-twice") == 0;
		list = list || strcmp(p.remarks[i].code, "subkey-damaged") == 0;
	}
	assert_true(twice && list);
	assert_true(parsed_with(&p, "ROOT\\\\Many\\\\4") == 1);
	parsed_free(&p);
	parsed_file(&p, fixture(FIXTURE "cut.dat"));
	assert_string_equal(p.remarks[p.remark_count - 1].code, "hive-cut");
	parsed_free(&p);
}

static void
lists_in_rings_hide_no_key(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "rings.dat"));
	/* the hive, its root and six keys, each once and in its place */
	assert_number_equal(p.count, 8);
	assert_number_equal(parsed_with(&p, "\"key\":\"ROOT\\\\k5\""), 1);
	assert_number_equal(p.remark_count, 6);
	assert_string_equal(p.remarks[0].code, "subkey-damaged");
	parsed_free(&p);
}

static void
with_log(struct parsed *p, const char *hive, const char *ending)
{
	char path[300];
	size_t size;
	snprintf(path, sizeof(path), FIXTURE "%s%s", hive, ending);
	void *log = parsed_read(fixture(path), &size);
	p->companions[0] = (struct parsed_companion){ ending, { log, size } };
	snprintf(path, sizeof(path), FIXTURE "%s", hive);
	parsed_file(p, fixture(path));
	free(log);
}

static void
logs_are_applied(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	with_log(&p, "dirty.dat", ".LOG1");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\One\"")->time, parsed_time("2024-02-01T00:00:01Z"));
	assert_number_equal(parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\Three\\\\Deep\"")->time, parsed_time("2024-02-01T00:00:02Z"));
	parsed_event_of(&p, NULL, NULL, "\"log_entries\":2");
	parsed_free(&p);
	p = (struct parsed){ 0 };
	with_log(&p, "old.dat", ".LOG");
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(parsed_with(&p, "\"key\":\"ROOT\\\\Three\\\\Deep\""), 1);
	parsed_free(&p);
	/* the second entry of this log fails its hash: the first counts, the rest is told */
	p = (struct parsed){ 0 };
	with_log(&p, "damaged.dat", ".LOG1");
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "log-damaged");
	assert_number_equal(parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\One\"")->time, parsed_time("2024-02-01T00:00:01Z"));
	assert_number_equal(parsed_with(&p, "Three"), 0);
	parsed_free(&p);
}

static void
a_dirty_hive_without_log_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "dirty.dat"));
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "hive-dirty");
	assert_number_equal(parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\One\"")->time, parsed_time("2024-02-01T00:00:00Z"));
	parsed_free(&p);
}

/* What Windows 10 itself made of this hive and its two logs. */
static void
the_logs_of_the_corpus_give_what_windows_made(void **state)
{
	struct parsed dirty = { 0 }, twin = { 0 };
	size_t size[3];
	(void)state;
	void *data[3] = { corpus_hive("registry/yarp/NewDirtyHive1/NewDirtyHive", &size[0]), corpus_hive("registry/yarp/NewDirtyHive1/NewDirtyHive.LOG1", &size[1]),
		corpus_hive("registry/yarp/NewDirtyHive1/NewDirtyHive.LOG2", &size[2]) };
	if (data[0] == NULL)
		return;
	dirty.companions[0] = (struct parsed_companion){ ".LOG1", { data[1], size[1] } };
	dirty.companions[1] = (struct parsed_companion){ ".LOG2", { data[2], size[2] } };
	parsed_bytes(&dirty, "NewDirtyHive", data[0], size[0]);
	assert_true(corpus_parsed(&twin, "registry/yarp/NewDirtyHive1/RecoveredHive_Windows10", "twin"));
	parsed_event_of(&dirty, NULL, NULL, "\"log_entries\":4");
	assert_number_equal(dirty.count, twin.count);
	for (size_t i = 0; i < dirty.count; i++) {
		assert_number_equal(dirty.events[i].time, twin.events[i].time);
		if (strstr(dirty.events[i].data, "\"hive\":") == NULL)
			assert_string_equal(dirty.events[i].data, twin.events[i].data);
	}
	for (unsigned i = 0; i < 3; i++)
		free(data[i]);
	parsed_free(&dirty);
	parsed_free(&twin);
}

static void
the_corpus_has_these_deleted_keys(void **state)
{
	static const char *const paths[] = { "1\\\\2\\\\3\"", "1\\\\2\\\\3\\\\4\"", "1\\\\2\\\\3\\\\4\\\\5\"", "1\\\\2\\\\3\\\\4\\\\New Key #1\"" };
	struct parsed p = { 0 };
	char wanted[200];
	(void)state;
	if (!corpus_parsed(&p, "registry/yarp/DeletedTreeHive", "hive"))
		return;
	assert_number_equal(parsed_with(&p, "\"deleted\":true"), 4);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(wanted, sizeof(wanted), "\"key\":\"ROOT\\\\%s,\"value\":\"\",\"deleted\":true,\"values\":0", paths[i]);
		parsed_event_of(&p, NULL, NULL, wanted);
	}
	parsed_free(&p);
	assert_true(corpus_parsed(&p, "registry/yarp/DeletedDataHive", "hive"));
	parsed_event_of(&p, NULL, NULL, "\"key\":\"ROOT\\\\456\",\"value\":\"v\",\"deleted\":true,\"type\":\"REG_SZ\",\"data\":\"123456\"");
	parsed_event_of(&p, NULL, NULL, "\"value\":\"v2\",\"deleted\":true,\"type\":\"REG_SZ\",\"data\":\"456\"");
	parsed_free(&p);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys that are not deleted, whoever told of them. */
static size_t
keys_told(const struct parsed *p)
{
	char **keys = calloc(p->count + 1, sizeof(*keys));
	size_t n = 0, different = 0;
	for (size_t i = 0; i < p->count; i++) {
		const char *end = strstr(p->events[i].data, "\"deleted\":false"), *value = strstr(p->events[i].data, "\"value\":");
		if (end != NULL)
			keys[n++] = strndup(p->events[i].data, (size_t)((value != NULL && value < end ? value : end) - p->events[i].data));
	}
	qsort(keys, n, sizeof(*keys), by_text);
	for (size_t i = 0; i < n; i++)
		different += i == 0 || strcmp(keys[i], keys[i - 1]) != 0;
	for (size_t i = 0; i < n; i++)
		free(keys[i]);
	free(keys);
	return different;
}

/* Counts of keys by libregf and by the tests of regipy and plaso; of the damaged list one key more, which no list leads to. */
static void
the_corpus_has_these_keys(void **state)
{
	static const struct {
		const char *path;
		size_t keys;
	} rows[] = {
		{ "plaso/100_sub_keys.hiv", 101 }, { "plaso/corrupt_sub_key_list.hiv", 101 }, { "plaso/NTUSER.DAT", 1127 }, { "plaso/regf_SAM", 76 },
		{ "plaso/win10-Amcache.hve", 207 }, { "regipy/amcache.hve.xz", 2105 }, { "regipy/ntuser_software_partial.xz", 6396 }, { "winreg-kb/SECURITY", 101 },
		{ "velociraptor/UsrClass.dat", 4403 }, { "yarp/UnicodeHive", 3 }, { "yarp/BigDataHive", 2 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parsed p = { 0 };
		char path[200];
		(void)state;
		snprintf(path, sizeof(path), "registry/%s", rows[i].path);
		if (!corpus_parsed(&p, path, "hive"))
			return;
		size_t keys = keys_told(&p);
		if (keys != rows[i].keys)
			fail_msg("%s has %zu keys, not %zu", rows[i].path, keys, rows[i].keys);
		parsed_free(&p);
	}
}

/* regipy finds 527 keys that differ with the log: 521 that are new, 6 that are gone. */
static void
a_long_log_of_the_corpus(void **state)
{
	struct parsed before = { 0 }, after = { 0 };
	size_t size[3];
	(void)state;
	void *data[3] = { corpus_hive("registry/regipy/transactions_NTUSER.DAT.xz", &size[0]), corpus_hive("registry/regipy/transactions_ntuser.dat.log1.xz", &size[1]),
		corpus_hive("registry/regipy/transactions_ntuser.dat.log2.xz", &size[2]) };
	if (data[0] == NULL)
		return;
	parsed_bytes(&before, "NTUSER.DAT", data[0], size[0]);
	after.companions[0] = (struct parsed_companion){ ".LOG1", { data[1], size[1] } };
	/* the second log is older than the hive */
	after.companions[1] = (struct parsed_companion){ ".LOG2", { data[2], size[2] } };
	parsed_bytes(&after, "NTUSER.DAT", data[0], size[0]);
	assert_number_equal(keys_told(&before), 2590);
	assert_number_equal(keys_told(&after), 2590 + 521 - 6);
	parsed_event_of(&after, NULL, NULL, "\"log_entries\":23");
	assert_number_equal(after.remark_count, 0);
	for (unsigned i = 0; i < 3; i++)
		free(data[i]);
	parsed_free(&before);
	parsed_free(&after);
}

static void
a_hive_of_a_user_says_whose_it_is(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	(void)state;
	/* by the name in its head */
	parsed_file(&p, fixture(FIXTURE "NTUSER.DAT"));
	assert_string_equal(parsed_event_of(&p, NULL, NULL, "TypedPaths")->user, "anna");
	parsed_free(&p);
	/* where it lies counts more */
	void *data = parsed_read(fixture(FIXTURE "NTUSER.DAT"), &size);
	parsed_bytes(&p, "/Documents and Settings/piet/NTUSER.DAT", data, size);
	assert_string_equal(parsed_event_of(&p, NULL, NULL, "TypedPaths")->user, "piet");
	parsed_free(&p);
	free(data);
}

static void
a_bin_without_its_hive(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture(FIXTURE "fragment.bin"));
	/* places are those of the stream: the bin has no head before it */
	const struct parsed_event *e = parsed_event_of(&p, NULL, NULL, "\"key\":\"?\\\\ROOT\\\\Plain\"");
	assert_non_null(strstr(e->data, "\"deleted\":false,\"unreferenced\":true"));
	assert_number_equal(e->time, parsed_time("2024-01-01T10:00:00.5Z"));
	assert_true(e->offset < 4096);
	parsed_event_of(&p, NULL, NULL, "\"value\":\"v\",\"deleted\":true,\"type\":\"REG_SZ\",\"data\":\"123456\"");
	parsed_free(&p);
}

static void
other_files_are_not_claimed(void **state)
{
	struct parsed p = { 0 };
	const struct artefact_subject who = { .path = "/SYSTEM", .name = "SYSTEM", .owner = "", .size = 1024, .mtime = 0, .btime = 0 };
	uint8_t bytes[1024] = "regf";
	(void)state;
	/* no version, then the log of a hive */
	parsed_once(&p, &who, (struct view){ bytes, sizeof(bytes) }, 0);
	assert_null(p.kind);
	bytes[20] = 1;
	bytes[28] = 6;
	parsed_once(&p, &who, (struct view){ bytes, sizeof(bytes) }, 0);
	assert_null(p.kind);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_told_once),
		cmocka_unit_test(deleted_keys_and_values_are_found),
		cmocka_unit_test(damage_is_told_and_passed),
		cmocka_unit_test(lists_in_rings_hide_no_key),
		cmocka_unit_test(logs_are_applied),
		cmocka_unit_test(a_dirty_hive_without_log_is_told),
		cmocka_unit_test(the_logs_of_the_corpus_give_what_windows_made),
		cmocka_unit_test(the_corpus_has_these_deleted_keys),
		cmocka_unit_test(the_corpus_has_these_keys),
		cmocka_unit_test(a_long_log_of_the_corpus),
		cmocka_unit_test(a_hive_of_a_user_says_whose_it_is),
		cmocka_unit_test(a_bin_without_its_hive),
		cmocka_unit_test(other_files_are_not_claimed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
