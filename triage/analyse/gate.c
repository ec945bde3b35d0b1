/* gate.c - the look at a stream; gate_build.c makes what it looks for. */
#include "triage/analyse/gate_inside.h"
#include "triage/analyse/gate_places.h"
#include "triage/analyse/gate_wide.h"

#include "triage/base/fault.h"

#include <string.h>

enum {
	HITS_FREE = 1 << 16,		/* words compared before their number is held against the stream's size */
	HITS_EACH = 4,			/* then at most so many a byte */
	BATCH = GATE_BATCH,
	TAKEN_MAX = 4096,
};

struct gate_look {
	const struct gate *gate;
	uint32_t stamp;			/* of the stream at hand */
	uint8_t *shorts;		/* likewise */
	struct gate_filter filters[GATE_KINDS];	/* the gate's, but for bits whose words were all seen in this stream */
	struct {
		enum gate_kind kind;
		uint32_t bit, place;	/* in the filter, and in shorts */
	} taken[TAKEN_MAX];		/* those bits */
	size_t taken_count;
	uint32_t *seen;			/* stamp of the last stream that each word was seen in */
	uint32_t *occurs;		/* stamp of the last stream that each slot occurred in */
	uint32_t *begun;		/* stamp of the last stream that a part of it was seen in */
	uint8_t *parts;			/* those seen then */
	uint32_t *touched;		/* likewise of each rule */
	uint32_t *rules;		/* those touched, in the order met */
	uint32_t *tags;
	size_t rule_count;
	uint64_t hits;
	size_t run_begin, run_end;	/* equal bytes one after the other, around the last place that was looked at closer */
	struct view stream;
	enum file_class class;
	const char *const *names;
	const struct gate_rule *rule;	/* whose formula is asked */
};

enum triage_status
gate_look_new(const struct gate *gate, struct gate_look **ret_look, struct triage_error *err)
{
	struct gate_look *look = fault_hit() ? NULL : calloc(1, sizeof(*look));
	if (look != NULL) {
		look->gate = gate;
		look->seen = calloc(gate->word_count + 1, sizeof(*look->seen));
		look->occurs = calloc(gate->slot_count + 1, sizeof(*look->occurs));
		look->begun = calloc(gate->slot_count + 1, sizeof(*look->begun));
		look->parts = calloc(gate->slot_count + 1, sizeof(*look->parts));
		look->touched = calloc(gate->rule_count + 1, sizeof(*look->touched));
		look->rules = calloc(gate->rule_count + 1, sizeof(*look->rules));
		look->tags = calloc(gate->rule_count + 1, sizeof(*look->tags));
	}
	bool copied = look != NULL;
	for (unsigned i = 0; i < GATE_KINDS && copied; i++)
		copied = gate_filter_copy(&look->filters[i], &gate->filters[i]);
	look->shorts = copied && !fault_hit() ? malloc(GATE_SHORTS) : NULL;
	if (look->shorts != NULL)
		memcpy(look->shorts, gate->shorts, GATE_SHORTS);
	if (look->shorts == NULL || look->seen == NULL || look->occurs == NULL || look->begun == NULL || look->parts == NULL || look->touched == NULL || look->rules == NULL || look->tags == NULL) {
		gate_look_free(look);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for looking at streams");
		return TRIAGE_E_MEMORY;
	}
	*ret_look = look;
	return TRIAGE_OK;
}

void
gate_look_free(struct gate_look *look)
{
	if (look == NULL)
		return;
	for (size_t i = 0; i < GATE_KINDS; i++)
		gate_filter_free(&look->filters[i]);
	free(look->shorts);
	free(look->seen);
	free(look->occurs);
	free(look->begun);
	free(look->parts);
	free(look->touched);
	free(look->rules);
	free(look->tags);
	free(look);
}

static bool
same_folded(const uint8_t *a, const uint8_t *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (gate_lower(a[i]) != b[i])
			return false;
	return true;
}

/* Whether a word lies in the stream around its gram at `at`. */
static bool
word_lies(const struct gate *gate, const struct gate_word *word, struct view stream, size_t at)
{
	if (at < word->before || !view_has(stream, at - word->before, word->size))
		return false;
	const uint8_t *there = stream.data + at - word->before, *text = gate->text + word->text;
	return word->folded ? same_folded(there, text, word->size) : memcmp(there, text, word->size) == 0;
}

static void
mark_part(struct gate_look *look, uint32_t slot, uint8_t part)
{
	uint32_t rule = look->gate->slot_rule[slot];
	look->parts[slot] = look->begun[slot] == look->stamp ? look->parts[slot] | part : part;
	look->begun[slot] = look->stamp;
	if (look->parts[slot] != look->gate->slot_parts[slot])
		return;
	look->occurs[slot] = look->stamp;
	if (look->touched[rule] == look->stamp)
		return;
	look->touched[rule] = look->stamp;
	look->rules[look->rule_count++] = rule;
}

/* What shorts[place] may be when a word of two or three bytes (and of these last bits) is looked for no more; a bit too many only costs time. */
static uint8_t
short_left(const struct gate_look *look, enum gate_kind kind, uint32_t place, uint32_t last)
{
	for (uint32_t pair = place; pair < 1 << 16; pair += GATE_SHORTS) {
		if (gate_filter_has(&look->filters[GATE_OF_PAIR], gate_place(GATE_OF_PAIR, pair)))
			return look->shorts[place];
		for (uint32_t third = last; third < 256 && kind == GATE_OF_THREE; third += 8)
			if (gate_filter_has(&look->filters[GATE_OF_THREE], gate_place(GATE_OF_THREE, pair | third << 16)))
				return look->shorts[place];
	}
	uint8_t kept = kind == GATE_OF_PAIR ? look->gate->threes[place] : look->shorts[place];
	return (uint8_t)(kind == GATE_OF_PAIR ? kept : kept & ~(1u << last));
}

/* Nothing more is found by this bit in the stream. */
static void
take_bit(struct gate_look *look, enum gate_kind kind, uint32_t gram)
{
	if (look->taken_count == TAKEN_MAX)
		return;
	uint32_t bit = gate_filter_bit(&look->filters[kind], gate_place(kind, gram)), place = gram % GATE_SHORTS;
	gate_filter_clear(&look->filters[kind], bit);
	if (kind <= GATE_OF_THREE)
		look->shorts[place] = short_left(look, kind, place, gram >> 16 & 7);
	look->taken[look->taken_count].kind = kind;
	look->taken[look->taken_count].place = place;
	look->taken[look->taken_count++].bit = bit;
}

/* Bytes that may begin a word: compare the words that are filed under them. */
static void
compare_row(struct gate_look *look, struct view stream, size_t at, enum gate_kind kind, uint32_t gram)
{
	const struct gate *gate = look->gate;
	uint32_t row = gate_row(gate, gram);
	bool left = false;
	for (uint32_t i = gate->rows[row]; i < gate->rows[row + 1]; i++) {
		const struct gate_word *word = &gate->words[i];
		/* words of another kind are found by their own grams */
		if (look->seen[i] == look->stamp || gate_kind_of(word->size) != kind)
			continue;
		look->hits++;
		if (word->gram != gram || !word_lies(gate, word, stream, at)) {
			left = true;
			continue;
		}
		look->seen[i] = look->stamp;
		for (uint32_t k = 0; k < word->use_count; k++)
			mark_part(look, gate->uses[word->first_use + k].slot, gate->uses[word->first_use + k].part);
	}
	if (!left)
		take_bit(look, kind, gram);
}

/*
 * The place lies so deep in a run of equal bytes that every word that may be found there lies in the run whole, and lay so at the place before, with the same answer:
 * long runs of zeros need comparing at their ends alone.
 */
static bool
is_deep_in_run(struct gate_look *look, struct view stream, size_t at)
{
	const size_t reach = look->gate->even_reach + GATE_STRIDE;
	if (at < look->run_begin || at >= look->run_end) {
		size_t begin = at, end = at;
		while (end + GATE_LONG <= stream.size && load_le64(stream.data + end) == load_le64(stream.data + at))
			end += GATE_LONG;
		while (end < stream.size && stream.data[end] == stream.data[at])
			end++;
		while (begin > 0 && stream.data[begin - 1] == stream.data[at])
			begin--;
		look->run_begin = begin;
		look->run_end = end;
	}
	return at >= look->run_begin + reach && at + reach <= look->run_end;
}

static void __attribute__((noinline))
look_closer(struct gate_look *look, struct view stream, size_t at)
{
	uint64_t bytes = 0;
	size_t left = stream.size - at;
	if (left >= GATE_LONG)
		bytes = load_le64(stream.data + at);
	else
		for (size_t i = 0; i < left; i++)
			bytes |= (uint64_t)stream.data[at + i] << 8 * i;
	if (left >= GATE_LONG && bytes == (bytes & 0xff) * UINT64_C(0x0101010101010101) && is_deep_in_run(look, stream, at))
		return;
	bytes = gate_fold(bytes);
	for (enum gate_kind kind = 0; kind < GATE_KINDS; kind++) {
		uint32_t gram = gate_gram(kind, bytes);
		if (at % gate_stride(kind) == 0 && left >= gate_gram_size(kind) && gate_filter_has(&look->filters[kind], gate_place(kind, gram)))
			compare_row(look, stream, at, kind, gram);
	}
}

static bool
need_fits(const void *ctx, uint32_t need)
{
	const struct gate_look *look = ctx;
	return rule_need_fits(&look->gate->needs[look->rule->first_need + need], look->stream, look->stream.size);
}

static bool
is_named(const void *ctx, uint32_t name, uint32_t literal)
{
	const struct gate_look *look = ctx;
	const struct gate_literal *wanted = &look->gate->literals[look->rule->first_literal + literal];
	return strlen(look->names[name]) == wanted->size && memcmp(look->names[name], look->gate->text + wanted->text, wanted->size) == 0;
}

static bool
slot_occurs(const void *ctx, uint32_t slot)
{
	const struct gate_look *look = ctx;
	return look->occurs[slot] == look->stamp || look->gate->slot_always[slot];
}

/* A stamp never used before: after 2^32 streams all begin anew. */
static void
next_stream(struct gate_look *look)
{
	look->rule_count = 0;
	look->hits = 0;
	look->run_begin = look->run_end = 0;
	while (look->taken_count > 0) {
		look->taken_count--;
		gate_filter_set(&look->filters[look->taken[look->taken_count].kind], look->taken[look->taken_count].bit);
		look->shorts[look->taken[look->taken_count].place] = look->gate->shorts[look->taken[look->taken_count].place];
	}
	if (++look->stamp != 0)
		return;
	memset(look->seen, 0, look->gate->word_count * sizeof(*look->seen));
	memset(look->occurs, 0, look->gate->slot_count * sizeof(*look->occurs));
	memset(look->begun, 0, look->gate->slot_count * sizeof(*look->begun));
	memset(look->touched, 0, look->gate->rule_count * sizeof(*look->touched));
	look->stamp = 1;
}

/* Look closer at the places that are bits of found. False when that is needed so often that it costs more than it saves. */
static bool
look_at_found(struct gate_look *look, struct view stream, size_t at, unsigned found)
{
	for (; found != 0; found &= found - 1)
		look_closer(look, stream, at + (unsigned)__builtin_ctz(found));
	return look->hits <= HITS_FREE || look->hits / HITS_EACH <= at;
}

/*
 * All that a batch looks at from data on is the same byte, and so are the GATE_STRIDE bytes before: what consists of such bytes was found at a place of the
 * batch before, and nothing else is found by them.
 */
static inline bool
is_even_run(const uint8_t *data)
{
	const uint8_t *from = data - GATE_STRIDE;
	uint64_t first = load_le64(from);
	return load_le64(from + 1) == first && load_le64(from + 8) == first && load_le64(from + GATE_STRIDE + BATCH - 1) == first;
}

/* From *at on, as far as there are BATCH places before last; *at is then the first place not looked at. */
static bool
look_along(struct gate_look *look, struct view stream, size_t last, size_t *at)
{
	const bool skip = look->gate->even_is_even;
	const unsigned gram_bits = look->filters[GATE_OF_GRAM].digest_bits;
	for (; *at + BATCH <= last; *at += BATCH) {
		const uint8_t *data = stream.data + *at;
		if (skip && *at > 0 && is_even_run(data))
			continue;
		unsigned found = gram_bits == GATE_DIGEST_BITS ? gate_places(look->filters, look->shorts, data, GATE_DIGEST_BITS)
		    : gate_places(look->filters, look->shorts, data, GATE_FILTER_BITS);
		if (found != 0 && !look_at_found(look, stream, *at, found))
			return false;
	}
	return true;
}

/* The same in larger steps. */
static bool
look_wide(struct gate_look *look, struct view stream, size_t last, size_t *at)
{
	uint32_t found;
	while ((found = gate_wide_next(look->gate, look->filters, look->shorts, stream, last, at)) != 0) {
		if (!look_at_found(look, stream, *at, found))
			return false;
		*at += GATE_WIDE;
	}
	return true;
}

static void
add_if_holds(struct gate_look *look, uint32_t index, size_t *count)
{
	const struct gate *gate = look->gate;
	const struct gate_rule *rule = &gate->rules[index];
	const struct formula_world world = { look, slot_occurs, need_fits, is_named };
	look->rule = rule;
	if ((rule->standing & 1u << look->class) == 0
	    && rule_formula_holds(gate->steps + rule->first_step, rule->step_count, gate->slots + rule->first_slot, &world))
		look->tags[(*count)++] = rule->tag;
}

bool
gate_look_at(struct gate_look *look, struct view stream, const char *const names[RULE_NAME_COUNT], const uint32_t **ret_tags, size_t *ret_count)
{
	const struct gate *gate = look->gate;
	size_t at = 0, last = stream.size < GATE_LONG ? 0 : stream.size - GATE_LONG + 1;
	next_stream(look);
	look->stream = stream;
	look->class = file_class_of(stream);
	look->names = names;
	if ((gate->wide.usable && !look_wide(look, stream, last, &at)) || !look_along(look, stream, last, &at))
		return false;
	for (; at + GATE_PAIR <= stream.size; at++)
		look_closer(look, stream, at);
	size_t count = 0;
	for (size_t i = 0; i < look->rule_count; i++)
		add_if_holds(look, look->rules[i], &count);
	for (size_t i = 0; i < gate->watched_count[look->class]; i++)
		if (look->touched[gate->watched[look->class][i]] != look->stamp)
			add_if_holds(look, gate->watched[look->class][i], &count);
	*ret_tags = look->tags;
	*ret_count = count;
	return true;
}
