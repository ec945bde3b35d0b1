/*
 * tool_regf.c - every key and value of a hive as the walk of lists gives them, for the differential test: tool_regf FILE. A key is the line
 * K PLACE (behind the size of its cell) FILETIME SUBKEYS VALUES NAME, a value V NAME TYPE SIZE SUM, names and data as sums of their bytes (FNV-1a, 64 bits).
 */
#include "triage/artefact/regf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t
sum_of(const void *data, size_t size)
{
	const uint8_t *p = data;
	uint64_t sum = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ p[i]) * UINT64_C(1099511628211);
	return sum;
}

static uint64_t
name_sum(struct regf_name name)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	regf_name_text(&b, name);
	uint64_t sum = sum_of(buf_cstr(&b), b.size);
	buf_release(&b);
	return sum;
}

/* libregf cuts some texts at their first NUL: they are compared to there. */
static size_t
told_size(const struct regf_value *v, struct view data)
{
	if (v->type != REGF_TYPE_SZ && v->type != REGF_TYPE_EXPAND_SZ)
		return data.size;
	for (size_t i = 0; i + 2 <= data.size; i += 2)
		if (load_le16(data.data + i) == 0)
			return i;
	return data.size / 2 * 2;
}

static void
print_values(struct regf *h, const struct regf_key *k)
{
	struct regf_values list;
	struct regf_value v;
	regf_values(h, k, &list);
	while (regf_next_value(h, &list, &v)) {
		struct view data = regf_data(h, &v);
		data.size = told_size(&v, data);
		printf("V %016" PRIx64 " %" PRIu32 " %zu %016" PRIx64 "\n", name_sum(v.name), v.type, data.size, sum_of(data.data, data.size));
	}
}

static void
print_all(struct regf *h)
{
	struct regf_list list;
	struct regf_key *stack = malloc(sizeof(*stack)), k;
	size_t count = 0, room = 1;
	if (stack != NULL && regf_key_at(h, h->root, &stack[0]))
		count = 1;
	while (count > 0) {
		k = stack[--count];
		printf("K %" PRIu64 " %" PRIu64 " %" PRIu32 " %" PRIu32 " %016" PRIx64 "\n", regf_offset(k.at) + 4, k.written, k.subkey_count, k.value_count, name_sum(k.name));
		print_values(h, &k);
		regf_subkeys(h, &k, &list);
		while (regf_next(h, &list, &k)) {
			if (count == room && (stack = realloc(stack, (room *= 2) * sizeof(*stack))) == NULL)
				exit(1);
			stack[count++] = k;
		}
	}
	free(stack);
}

int
main(int argc, char **argv)
{
	struct regf h;
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	if (f == NULL)
		return 2;
	fseek(f, 0, SEEK_END);
	size_t size = (size_t)ftell(f);
	rewind(f);
	uint8_t *data = malloc(size + 1);
	if (data == NULL || fread(data, 1, size, f) != size || !regf_open(&h, (struct view){ data, size }))
		return 1;
	print_all(&h);
	regf_release(&h);
	free(data);
	fclose(f);
	return 0;
}
