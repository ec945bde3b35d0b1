/* test_artefact_containerd.c - the database of containerd: what it tells, and that no page, place or count of it is believed. */
#include "tests/artefact_harness.h"

static void
containers_images_and_content_with_their_times(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/containerd/meta.db"));
	assert_string_equal(p.kind->name, "containerd");
	assert_number_equal(p.count, 7);
	assert_number_equal(p.events[0].time, parsed_time("2024-03-05T12:00:00.123456789Z"));
	assert_string_equal(p.events[0].meaning, "container created");
	assert_non_null(strstr(p.events[0].message, "of image docker.io/library/alpine:3"));
	assert_non_null(strstr(p.events[0].data, "io.kubernetes.pod.name=miner"));
	assert_non_null(strstr(p.events[0].data, "\"runtime\":\"io.containerd.runc.v2\""));
	assert_string_equal(p.events[1].meaning, "container updated");
	/* updated when it was created: told once, and without an image */
	assert_string_equal(p.events[2].message, "containerd, namespace k8s.io: container 5d2");
	assert_number_equal(parsed_with(&p, "\"digest\":\"sha256:cd\",\"bytes\":3408729"), 1);
	assert_number_equal(parsed_with(&p, "\"name\":\"docker.io/library/alpine:3\",\"digest\":\"sha256:ab\""), 1);
	assert_number_equal(parsed_with(&p, "\"id\":\"box\""), 2);
	/* an image without a time is said, not passed over */
	assert_number_equal(p.remark_count, 1);
	assert_true(parsed_has_remark(&p, "time-missing"));
	parsed_free(&p);
}

static void
damage_and_other_programs_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/containerd/damaged.db"));
	assert_number_equal(p.count, 0);
	assert_true(parsed_has_remark(&p, "front-damaged") && parsed_has_remark(&p, "page-damaged"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/containerd/cut.db"));
	assert_number_equal(p.count, 0);
	assert_true(parsed_has_remark(&p, "page-damaged"));
	parsed_free(&p);
	/* a branch that is its own child: the container before it and all behind it are there */
	parsed_file(&p, fixture("artefact/containerd/loop.db"));
	assert_number_equal(p.count, 6);
	assert_true(parsed_has_remark(&p, "page-damaged"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/containerd/other.db"));
	assert_number_equal(p.count, 0);
	assert_true(parsed_has_remark(&p, "not-known"));
	parsed_free(&p);
}

static uint8_t sound[19456];

static void
read_sound(void)
{
	FILE *f = fopen(fixture("artefact/containerd/meta.db"), "rb");
	assert_non_null(f);
	assert_number_equal(fread(sound, 1, sizeof(sound), f), sizeof(sound));
	fclose(f);
}

/* The database of another program under another name is not taken, nor is one that merely is called so. */
static void
claims_its_own_alone(void **state)
{
	const struct artefact_kind *k;
	(void)state;
	read_sound();
	const struct view head = { sound, sizeof(sound) };
	k = artefact_claim(&(struct artefact_subject){ .path = "/x/meta.db", .name = "meta.db", .owner = "" }, head);
	assert_true(k != NULL && strcmp(k->name, "containerd") == 0);
	k = artefact_claim(&(struct artefact_subject){ .path = "/var/lib/etcd/member/snap/db", .name = "db", .owner = "" }, head);
	assert_true(k == NULL || strcmp(k->name, "containerd") != 0);
	sound[16] ^= 1;
	k = artefact_claim(&(struct artefact_subject){ .path = "/x/meta.db", .name = "meta.db", .owner = "" }, head);
	assert_true(k == NULL || strcmp(k->name, "containerd") != 0);
}

/* Each count, place and page number of the elements at the end of its range: an end, and no more events than the sound one has twice over. */
static void
no_number_is_believed(void **state)
{
	(void)state;
	read_sound();
	for (size_t at = 3 * 1024; at + 4 <= sizeof(sound); at += 4) {
		static const uint32_t wild[] = { 0, 0xffffffff, 0x7fffffff, 16 };
		uint32_t kept;
		memcpy(&kept, sound + at, 4);
		for (size_t i = 0; i < 4; i++) {
			struct parsed p = { 0 };
			if (kept == 0)
				continue;
			memcpy(sound + at, &wild[i], 4);
			parsed_bytes(&p, "/var/lib/containerd/meta.db", sound, sizeof(sound));
			assert_true(p.count <= 14);
			parsed_free(&p);
		}
		memcpy(sound + at, &kept, 4);
	}
}

/* Elements that all lie upon one bucket, and that bucket's upon another: cut where the file has no room for so many. */
static void
elements_upon_each_other_end(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	read_sound();
	/* the root of the tree becomes a page of 60 buckets of one name, each the inline bucket that holds 28 of the next, and so on */
	uint8_t *page = sound + sizeof(sound) - 1024;
	memset(page + 16, 0, 1024 - 16);
	page[8] = 2;
	page[10] = 10;
	for (size_t level = 0, at = 0; level < 4; level++, at += 16 + 10 * 16 + 16) {
		uint8_t *front = page + at;
		front[8] = 2;
		front[10] = 10;
		for (size_t i = 0; i < 10; i++) {
			uint8_t *e = front + 16 + i * 16;
			e[0] = 1;
			e[4] = (uint8_t)(16 + 160 - 16 - i * 16);
			uint32_t size = (uint32_t)(page + 1024 - (e + e[4]));
			memcpy(e + 12, &size, 4);
		}
	}
	parsed_bytes(&p, "/var/lib/containerd/meta.db", sound, sizeof(sound));
	assert_true(parsed_has_remark(&p, "tree-without-end"));
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_images_and_content_with_their_times),
		cmocka_unit_test(damage_and_other_programs_are_told),
		cmocka_unit_test(claims_its_own_alone),
		cmocka_unit_test(no_number_is_believed),
		cmocka_unit_test(elements_upon_each_other_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
