/*
 * test_replay.c - every file of fixtures/seed and fixtures/crash through its fuzz target, and MUTATIONS changed copies of each seed. Artefact
 * parsers are targets too: fixtures/artefact/NAME and fixtures/crash/NAME.
 *
 * The changes are the same in each run. An input that takes more than SECONDS of processor time ends the program with its name.
 */
#include "tests/harness.h"

#include "tests/fuzz/targets.c"

#include "tests/fuzz/artefact_target.h"

#include <dirent.h>
#include <signal.h>
#include <sys/time.h>

enum { MUTATIONS = 200, ARTEFACT_MUTATIONS = 80, SECONDS = 20, FIXTURES_MAX = 1024, FIXTURE_SIZE_MAX = 1 << 20 };

struct replay {
	const struct fuzz_target *target;	/* NULL for an artefact */
	const char *row;			/* name of the artefact parser */
	char name[200], path[4096];
	unsigned mutations;
};

static struct replay fixtures[FIXTURES_MAX];
static struct CMUnitTest tests[FIXTURES_MAX + 1];
static size_t count;
static char now_at[300];		/* for the signal handler: what is being replayed */

static void
too_long(int number)
{
	static const char words[] = "not ok - takes too long: ";
	(void)number;
	ssize_t n = write(STDOUT_FILENO, words, sizeof(words) - 1);
	n = write(STDOUT_FILENO, now_at, strlen(now_at));
	_exit(n > 0 ? 1 : 2);
}

static void
replay_one(const struct replay *r, unsigned mutation, const uint8_t *data, size_t size)
{
	const struct itimerval limit = { .it_value = { .tv_sec = SECONDS } };
	snprintf(now_at, sizeof(now_at), "%s, mutation %u\n", r->name, mutation);
	assert_return_code(setitimer(ITIMER_PROF, &limit, NULL), 0);
	assert_int_equal(r->target != NULL ? r->target->one(data, size) : fuzz_artefact_row(r->row, data, size), 0);
}

static uint64_t
xorshift(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Change a few places; returns the new size, which is never larger. */
static size_t
mutate(uint8_t *data, size_t size, uint64_t *random)
{
	static const uint32_t odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff };
	for (uint64_t n = 1 + xorshift(random) % 6; n > 0 && size > 0; n--) {
		size_t at = xorshift(random) % size, left = size - at, from = xorshift(random) % size;
		uint32_t value = odd[xorshift(random) % (sizeof(odd) / sizeof(odd[0]))];
		size_t width = (size_t)1 << xorshift(random) % 4, piece = xorshift(random) % 64;
		switch (xorshift(random) % 8) {
		case 0: case 1: data[at] ^= (uint8_t)(1 << xorshift(random) % 8); break;
		case 2: case 3: data[at] = (uint8_t)value; break;
		case 4: case 5: memcpy(data + at, &(uint64_t){ value == UINT32_MAX ? UINT64_MAX : value }, width < left ? width : left); break;
		case 6:
			piece = piece < left ? piece : left;
			memmove(data + at, data + from, piece < size - from ? piece : size - from);
			break;
		default:
			if (xorshift(random) % 8 == 0)
				size = at;
			else
				data[at] = (uint8_t)xorshift(random);
		}
	}
	return size;
}

static void
it_does_not_crash(void **state)
{
	const struct replay *r = *state;
	uint64_t random = UINT64_C(0x5eed5eed5eed5eed);
	FILE *file = fopen(r->path, "rb");
	assert_non_null(file);
	uint8_t *seed = malloc(FIXTURE_SIZE_MAX);
	assert_non_null(seed);
	size_t size = fread(seed, 1, FIXTURE_SIZE_MAX, file);
	assert_true(size < FIXTURE_SIZE_MAX);
	fclose(file);
	replay_one(r, 0, seed, size);
	for (unsigned i = 1; i <= r->mutations; i++) {
		uint8_t *changed = fuzz_copy(seed, size);
		size_t now = mutate(changed, size, &random);
		uint8_t *exact = fuzz_copy(changed, now);
		free(changed);
		replay_one(r, i, exact, now);
		free(exact);
	}
	free(seed);
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct replay *)a)->path, ((const struct replay *)b)->path);
}

/* The files of one folder, sorted. Returns how many. */
static size_t
take_folder(const struct fuzz_target *target, const char *row, const char *kind, unsigned mutations)
{
	char folder[100];
	size_t before = count;
	snprintf(folder, sizeof(folder), "%s/%s", kind, target != NULL ? target->name : row);
	DIR *dir = opendir(fixture(folder));
	if (dir == NULL)
		return 0;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] == '.' || count == FIXTURES_MAX)
			continue;
		struct replay *r = &fixtures[count++];
		r->target = target;
		r->row = row;
		r->mutations = mutations;
		snprintf(r->name, sizeof(r->name), "%s/%.90s", folder, e->d_name);
		if (snprintf(r->path, sizeof(r->path), "%s/%s", fixture(folder), e->d_name) >= (int)sizeof(r->path))
			count--;
	}
	closedir(dir);
	qsort(fixtures + before, count - before, sizeof(fixtures[0]), by_path);
	return count - before;
}

static void
each_target_has_a_seed(void **state)
{
	(void)state;
	for (size_t i = 0; i < FUZZ_TARGETS; i++) {
		bool found = false;
		for (size_t k = 0; k < count; k++)
			found |= fixtures[k].target == &fuzz_targets[i] && fixtures[k].mutations > 0;
		if (!found)
			fail_msg("no file in fixtures/seed/%s", fuzz_targets[i].name);
	}
	for (size_t i = 0; artefact_kind(i) != NULL; i++) {
		bool found = false;
		for (size_t k = 0; k < count; k++)
			found |= fixtures[k].row != NULL && strcmp(fixtures[k].row, artefact_kind(i)->name) == 0;
		if (!found)
			fail_msg("no file in fixtures/artefact/%s", artefact_kind(i)->name);
	}
	assert_true(count < FIXTURES_MAX);
}

int
main(void)
{
	for (size_t i = 0; i < FUZZ_TARGETS; i++) {
		take_folder(&fuzz_targets[i], NULL, "seed", MUTATIONS);
		take_folder(&fuzz_targets[i], NULL, "crash", 0);
	}
	for (size_t i = 0; artefact_kind(i) != NULL; i++) {
		take_folder(NULL, artefact_kind(i)->name, "artefact", ARTEFACT_MUTATIONS);
		take_folder(NULL, artefact_kind(i)->name, "crash", 0);
	}
	tests[0] = (struct CMUnitTest)cmocka_unit_test(each_target_has_a_seed);
	for (size_t i = 0; i < count; i++)
		tests[i + 1] = (struct CMUnitTest){ .name = fixtures[i].name, .test_func = it_does_not_crash, .initial_state = &fixtures[i] };
	signal(SIGPROF, too_long);
	return _cmocka_run_group_tests("replay", tests, count + 1, NULL, NULL);
}
