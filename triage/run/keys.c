#include "triage/run/keys.h"

#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages for one more key; NULL, with err filled, when there are none. */
static uint8_t *
add_room(struct keys *k, size_t size, const char *name, struct triage_error *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	if (k->list.count == KEYS_MAX) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "more than %d keys are given; the first too many is %s", KEYS_MAX, name);
		return NULL;
	}
	size = (size + page - 1) / page * page;
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the key %s", name);
		return NULL;
	}
	/* as far as the system lets us: an unprivileged user may lock only so much */
	mlock(bytes, size);
	madvise(bytes, size, MADV_DONTDUMP);
	k->rooms[k->list.count] = (struct key_room){ .bytes = bytes, .size = size };
	k->list.keys = k->each;
	return k->rooms[k->list.count++].bytes;
}

/* No stream of stdio: its buffer would keep a copy. */
static enum triage_status
read_key(struct keys *k, int fd, const char *name, struct triage_error *err)
{
	struct stat info;
	size_t wanted = KEY_BYTES_MAX + 1, got = 0;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size < KEY_BYTES_MAX)
		wanted = (size_t)info.st_size + 1;
	uint8_t *bytes = add_room(k, wanted, name, err);
	if (bytes == NULL)
		return k->list.count == KEYS_MAX ? TRIAGE_E_USAGE : TRIAGE_E_MEMORY;
	while (got < wanted) {
		ssize_t n = read(fd, bytes + got, wanted - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read the key file %s", name);
			return TRIAGE_E_IO;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	if (got == 0 || got > KEY_BYTES_MAX) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, got == 0 ? "the key file %s is empty" :
		    "the key file %s has more than 1 MiB: is it the right file?", name);
		return TRIAGE_E_USAGE;
	}
	k->each[k->list.count - 1] = (struct layer_key){ .bytes = bytes, .size = got };
	return TRIAGE_OK;
}

static enum triage_status
read_path(struct keys *k, const char *path, struct triage_error *err)
{
	if (strcmp(path, "-") == 0)
		return read_key(k, STDIN_FILENO, "on standard input", err);
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the key file %s (check the path of --key and that you may read it)", path);
		return TRIAGE_E_IO;
	}
	return read_key(k, fd, path, err);
}

static enum triage_status
add_typed(struct keys *k, const char *typed, size_t size, struct triage_error *err)
{
	uint8_t *bytes = add_room(k, size, "that was typed", err);
	if (bytes == NULL)
		return k->list.count == KEYS_MAX ? TRIAGE_E_USAGE : TRIAGE_E_MEMORY;
	memcpy(bytes, typed, size);
	k->each[k->list.count - 1] = (struct layer_key){ .bytes = bytes, .size = size };
	return TRIAGE_OK;
}

enum triage_status
keys_read(const struct triage_plan *plan, struct keys *ret_keys, struct triage_error *err)
{
	struct keys *k = ret_keys;
	enum triage_status st = TRIAGE_OK;
	*k = (struct keys){ 0 };
	for (size_t i = 0; i < plan->key_count && st == TRIAGE_OK; i++)
		st = read_path(k, plan->keys[i], err);
	const char *typed = plan->typed_key;
	for (size_t at = 0, size; st == TRIAGE_OK && at < plan->typed_key_size; at += size + 1) {
		size = strnlen(typed + at, plan->typed_key_size - at);
		if (size > 0)
			st = add_typed(k, typed + at, size, err);
	}
	if (st != TRIAGE_OK)
		keys_release(k);
	return st;
}

void
keys_lock(const struct keys *k)
{
	for (size_t i = 0; i < k->list.count; i++)
		mlock(k->rooms[i].bytes, k->rooms[i].size);
}

void
keys_wipe(struct keys *k)
{
	for (size_t i = 0; i < KEYS_MAX && k->rooms[i].bytes != NULL; i++)
		explicit_bzero(k->rooms[i].bytes, k->rooms[i].size);
	memset(k->each, 0, sizeof(k->each));
	k->list.count = 0;
}

void
keys_release(struct keys *k)
{
	keys_wipe(k);
	for (size_t i = 0; i < KEYS_MAX && k->rooms[i].bytes != NULL; i++) {
		munmap(k->rooms[i].bytes, k->rooms[i].size);
		k->rooms[i] = (struct key_room){ 0 };
	}
	*k = (struct keys){ 0 };
}
