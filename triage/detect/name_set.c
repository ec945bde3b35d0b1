#include "triage/detect/name_set.h"

#include "triage/base/fault.h"
#include "triage/base/glob.h"

#include <stdlib.h>
#include <string.h>

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static uint64_t
letter(char c)
{
	return UINT64_C(1) << (fold(c) & 63);
}

/* Least characters of a match; a set counts as one, a star as none. Sets *ret_last to the fixed last character, or 0. */
static size_t
measure(const char *glob, unsigned char *ret_last, uint64_t *ret_letters)
{
	size_t fixed = 0;
	unsigned char last = 0;
	*ret_letters = 0;
	for (const char *p = glob; *p != '\0';) {
		const char *close = *p == '[' && p[1] != '\0' ? strchr(p + 2, ']') : NULL;
		last = *p == '*' || *p == '?' || close != NULL ? 0 : fold(*p);
		fixed += *p != '*';
		/* a bracket without an end stands for itself, and is left out here */
		if (*p != '*' && *p != '?' && *p != '[')
			*ret_letters |= letter(*p);
		p = close != NULL ? close + 1 : p + 1;
	}
	*ret_last = last;
	return fixed;
}

enum triage_status
name_set_add(struct name_set *set, const char *glob, uint32_t id, struct triage_error *err)
{
	if (set->count == set->room) {
		size_t room = set->room < 64 ? 64 : set->room * 2;
		struct name_pattern *patterns = room > UINT32_MAX / 2 || fault_hit() ? NULL : realloc(set->patterns, room * sizeof(*patterns));
		if (patterns == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu name patterns", set->count);
			return TRIAGE_E_MEMORY;
		}
		set->patterns = patterns;
		set->room = room;
	}
	unsigned char last;
	uint64_t letters;
	struct name_pattern *new = &set->patterns[set->count++];
	*new = (struct name_pattern){ .glob = glob, .id = id, .fixed = measure(glob, &last, &letters) };
	new->letters = letters;
	new->first = strchr("*?[", glob[0]) != NULL ? 0 : fold(glob[0]);
	if (set->tails[last] != 0)
		set->patterns[set->tails[last] - 1].next = (uint32_t)set->count;
	else
		set->buckets[last] = (uint32_t)set->count;
	set->tails[last] = (uint32_t)set->count;
	return TRIAGE_OK;
}

static int
compare_ids(const void *a, const void *b)
{
	uint32_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

size_t
name_set_match(const struct name_set *set, const char *name, uint32_t *ids, size_t max)
{
	size_t size = strlen(name), found = 0;
	if (size == 0)
		return 0;
	uint64_t letters = 0;
	for (size_t i = 0; i < size; i++)
		letters |= letter(name[i]);
	const unsigned char first = fold(name[0]), buckets[] = { fold(name[size - 1]), 0 };
	for (size_t b = 0; b < sizeof(buckets); b++) {
		for (uint32_t i = set->buckets[buckets[b]]; i != 0 && found < max; i = set->patterns[i - 1].next) {
			const struct name_pattern *p = &set->patterns[i - 1];
			if ((p->letters & ~letters) == 0 && p->fixed <= size && (p->first == 0 || p->first == first) && glob_match(p->glob, name))
				ids[found++] = p->id;
		}
	}
	if (found > 1)
		qsort(ids, found, sizeof(*ids), compare_ids);
	return found;
}

void
name_set_release(struct name_set *set)
{
	free(set->patterns);
	*set = (struct name_set){ 0 };
}
