#include "triage/detect/hash_set.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/view.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { HEADER = 128, BLOOM_HEADER = 48, BLOOM_ROUNDS_MAX = 64, CHUNK = 1 << 20 };
static const char magic[16] = "TRIAGE-HASHSET\n";

static double
as_double(uint64_t bits)
{
	double value;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool
is_bloom(const uint8_t *head)
{
	double p = as_double(load_le64(head + 16));
	uint64_t k = load_le64(head + 24);
	return (load_le64(head) & 0xff) == 1 && load_le64(head) < 0x10000 && p > 0 && p < 1 && k > 0 && k <= BLOOM_ROUNDS_MAX && load_le64(head + 32) >= 64;
}

enum hash_set_kind
hash_set_kind_of(const char *path)
{
	uint8_t head[BLOOM_HEADER];
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	if (n >= 16 && memcmp(head, magic, sizeof(magic)) == 0)
		return HASH_SET_SORTED;
	if (n >= 16 && memcmp(head, "SQLite format 3", 16) == 0)
		return HASH_SET_DATABASE;
	return n == BLOOM_HEADER && is_bloom(head) ? HASH_SET_BLOOM : HASH_SET_NONE;
}

static enum triage_status
refuse(const char *path, const char *why, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "hash set %s %s", path, why);
	return TRIAGE_E_FORMAT;
}

/* The digest of the file, and of what lies behind the header. */
static enum triage_status
digest_of(const struct hash_set *set, uint8_t behind[DIGEST_MAX], char hex[65], struct triage_error *err)
{
	struct digest *whole = NULL, *rest = NULL;
	uint8_t value[DIGEST_MAX];
	enum triage_status st = digest_new(DIGEST_SHA256, &whole, err);
	if (st == TRIAGE_OK)
		st = digest_new(DIGEST_SHA256, &rest, err);
	for (size_t at = 0, n; at < set->size && st == TRIAGE_OK; at += n) {
		n = at == 0 ? HEADER : CHUNK;
		n = n < set->size - at ? n : set->size - at;
		digest_update(whole, set->map + at, n);
		if (at > 0 && set->kind == HASH_SET_SORTED)
			digest_update(rest, set->map + at, n);
	}
	if (st == TRIAGE_OK) {
		digest_final(whole, value);
		text_hex(hex, value, digest_size(DIGEST_SHA256));
		digest_final(rest, behind);
	}
	digest_free(whole);
	digest_free(rest);
	return st;
}

static enum triage_status
open_sorted(struct hash_set *set, const char *path, struct triage_error *err)
{
	uint8_t behind[DIGEST_MAX];
	if (set->size < HEADER || load_le32(set->map + 16) != 1 || load_le32(set->map + 20) != HEADER)
		return refuse(path, "is of a version that this program does not know", err);
	uint64_t left = set->size - HEADER;
	const uint8_t *at = set->map + HEADER;
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++) {
		uint64_t count = load_le64(set->map + 24 + 8 * kind), size = digest_size((enum digest_kind)kind);
		if (count > left / size)
			return refuse(path, "is cut short", err);
		set->counts[kind] = count;
		set->rows[kind] = at;
		at += count * size;
		left -= count * size;
	}
	if (left != 0)
		return refuse(path, "is longer than its counts say", err);
	enum triage_status st = digest_of(set, behind, set->sha256, err);
	if (st == TRIAGE_OK && memcmp(behind, set->map + 48, 32) != 0)
		return refuse(path, "is damaged: its own digest does not fit; build it again", err);
	return st;
}

static enum triage_status
open_bloom(struct hash_set *set, const char *path, struct triage_error *err)
{
	uint8_t behind[DIGEST_MAX];
	if (set->size < BLOOM_HEADER || !is_bloom(set->map))
		return refuse(path, "is no Bloom filter of the kind that hashlookup publishes", err);
	set->capacity = load_le64(set->map + 8);
	set->chance = as_double(load_le64(set->map + 16));
	set->k = load_le64(set->map + 24);
	set->bits = load_le64(set->map + 32);
	set->elements = load_le64(set->map + 40);
	if ((set->bits - 1) / 64 + 1 > (set->size - BLOOM_HEADER) / 8)
		return refuse(path, "is cut short", err);
	return digest_of(set, behind, set->sha256, err);
}

enum triage_status
hash_set_open(const char *path, struct hash_set *ret_set, struct triage_error *err)
{
	struct stat info;
	struct hash_set set = { .kind = hash_set_kind_of(path) };
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open hash set %s", path);
		return TRIAGE_E_IO;
	}
	if ((set.kind != HASH_SET_SORTED && set.kind != HASH_SET_BLOOM) || !S_ISREG(info.st_mode) || (uint64_t)info.st_size > SIZE_MAX / 2)
		return refuse(path, "is neither a set that `triage hashset build` made nor a Bloom filter of hashlookup", err);
	set.size = (size_t)info.st_size;
	set.map = mmap(NULL, set.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (set.map == MAP_FAILED) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot map hash set %s", path);
		return TRIAGE_E_IO;
	}
	enum triage_status st = set.kind == HASH_SET_SORTED ? open_sorted(&set, path, err) : open_bloom(&set, path, err);
	/* one look-up touches few pages, far apart */
	madvise(set.map, set.size, MADV_RANDOM);
	if (st != TRIAGE_OK) {
		munmap(set.map, set.size);
		return st;
	}
	*ret_set = set;
	return TRIAGE_OK;
}

void
hash_set_close(struct hash_set *set)
{
	if (set->map != NULL)
		munmap(set->map, set->size);
	*set = (struct hash_set){ 0 };
}

static bool
bloom_has(const struct hash_set *set, const uint8_t *sha1)
{
	static const uint64_t modulus = UINT64_C(18446744073709551557), factor = UINT64_C(18446744073709550147);
	char hex[41];
	uint64_t hash = UINT64_C(14695981039346656037);
	text_hex(hex, sha1, 20);
	for (size_t i = 0; i < 40; i++) {
		uint8_t c = (uint8_t)(hex[i] >= 'a' ? hex[i] - 32 : hex[i]);
		hash = hash * UINT64_C(1099511628211) ^ c;
	}
	hash %= modulus;
	for (uint64_t i = 0; i < set->k; i++) {
		hash = hash * factor % modulus;
		uint64_t bit = hash % set->bits;
		if ((set->map[BLOOM_HEADER + bit / 8] >> bit % 8 & 1) == 0)
			return false;
	}
	return true;
}

bool
hash_set_has(const struct hash_set *set, enum digest_kind kind, const uint8_t *digest)
{
	size_t size = digest_size(kind);
	if (set->kind == HASH_SET_BLOOM)
		return kind == DIGEST_SHA1 && bloom_has(set, digest);
	for (uint64_t low = 0, high = set->counts[kind]; low < high;) {
		uint64_t middle = low + (high - low) / 2;
		int order = memcmp(digest, set->rows[kind] + middle * size, size);
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

double
hash_set_false_positives(const struct hash_set *set)
{
	if (set->kind != HASH_SET_BLOOM)
		return 0;
	double k = (double)set->k;
	return pow(1 - exp(-k * (double)set->elements / (double)set->bits), k);
}
