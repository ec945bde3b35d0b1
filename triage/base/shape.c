#include "triage/base/shape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void
put_cells(struct buf *out, const struct triage_shape *s)
{
	for (unsigned i = 0; i < s->cells && i < TRIAGE_SHAPE_CELLS;) {
		unsigned n = 1;
		while (i + n < s->cells && s->cell[i + n] == s->cell[i])
			n++;
		buf_format(out, "%c%u", s->cell[i], n);
		i += n;
	}
}

static void
put_end(struct buf *out, const char *name, bool random, bool zero)
{
	if (random || zero)
		buf_format(out, " %s=%s", name, random ? "random" : "zero");
}

void
shape_put(struct buf *out, const struct triage_shape *s)
{
	if (s->cell_size == 0)
		return;
	buf_format(out, "%" PRIu64 ":", s->cell_size);
	put_cells(out, s);
	if (s->runs > 1)
		buf_format(out, " turns=%u/%u/%u/%u/%u", s->runs, s->run_least, s->run_most, s->gap_least, s->gap_most);
	put_end(out, "head", s->head_random, s->head_zero);
	put_end(out, "tail", s->tail_random, s->tail_zero);
	if (s->format[0] != '\0')
		buf_format(out, " format=%s signs=%s", s->format, s->starts && s->ends ? "both" : s->starts ? "start" : s->ends ? "end" : "inner");
	if (s->walk == TRIAGE_WALK_WHOLE)
		buf_text(out, " walk=whole");
	else if (s->walk == TRIAGE_WALK_BROKEN)
		buf_format(out, " walk=broken/%" PRIu64 "/%" PRIu64 "/%" PRIu64, s->broken_at, s->broken_last, s->broken);
	if (s->mark[0] != '\0')
		buf_format(out, " mark=%s/%" PRIu64, s->mark, s->original);
}

/* A number at *at, which is moved behind it and one '/'. */
static uint64_t
number(const char **at)
{
	uint64_t value = 0;
	const char *p = *at;
	for (; *p >= '0' && *p <= '9'; p++)
		value = value > UINT64_MAX / 10 - 1 ? UINT64_MAX / 10 - 1 : value * 10 + (uint64_t)(*p - '0');
	*at = *p == '/' ? p + 1 : p;
	return value;
}

static uint32_t
short_number(const char **at)
{
	uint64_t value = number(at);
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static void
get_cells(const char *text, struct triage_shape *s)
{
	s->cell_size = number(&text);
	if (*text != ':')
		return;
	text++;
	while (*text != '\0' && *text != ' ') {
		char kind = *text++;
		uint64_t n = number(&text);
		if (strchr("0pcrm", kind) == NULL)
			return;
		for (; n > 0 && s->cells < TRIAGE_SHAPE_CELLS; n--)
			s->cell[s->cells++] = kind;
	}
}

static void
get_name(const char *text, char out[TRIAGE_SHAPE_WORD])
{
	size_t size = strcspn(text, " /");
	if (size >= TRIAGE_SHAPE_WORD)
		size = TRIAGE_SHAPE_WORD - 1;
	memcpy(out, text, size);
	out[size] = '\0';
}

static const char *
value_of(const char *word, const char *name)
{
	size_t size = strlen(name);
	return strncmp(word, name, size) == 0 && word[size] == '=' ? word + size + 1 : NULL;
}

static void
get_word(const char *word, struct triage_shape *s)
{
	const char *v;
	if ((v = value_of(word, "turns")) != NULL) {
		uint32_t *const slots[] = { &s->runs, &s->run_least, &s->run_most, &s->gap_least, &s->gap_most };
		for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
			*slots[i] = short_number(&v);
	} else if ((v = value_of(word, "head")) != NULL) {
		s->head_random = *v == 'r';
		s->head_zero = *v == 'z';
	} else if ((v = value_of(word, "tail")) != NULL) {
		s->tail_random = *v == 'r';
		s->tail_zero = *v == 'z';
	} else if ((v = value_of(word, "format")) != NULL) {
		get_name(v, s->format);
	} else if ((v = value_of(word, "signs")) != NULL) {
		s->starts = *v == 'b' || *v == 's';
		s->ends = *v == 'b' || *v == 'e';
	} else if ((v = value_of(word, "walk")) != NULL) {
		s->walk = *v == 'w' ? TRIAGE_WALK_WHOLE : TRIAGE_WALK_BROKEN;
		v += strcspn(v, " /");
		v += *v == '/';
		s->broken_at = number(&v);
		s->broken_last = number(&v);
		s->broken = number(&v);
	} else if ((v = value_of(word, "mark")) != NULL) {
		get_name(v, s->mark);
		v += strcspn(v, " /");
		v += *v == '/';
		s->original = number(&v);
	}
}

void
shape_get(const char *text, struct triage_shape *ret)
{
	*ret = (struct triage_shape){ .cell_size = 0 };
	get_cells(text, ret);
	for (const char *at = strchr(text, ' '); at != NULL; at = strchr(at + 1, ' '))
		get_word(at + 1, ret);
	if (ret->runs == 0)
		ret->runs = shape_cells(ret, TRIAGE_CELL_RANDOM) + shape_cells(ret, TRIAGE_CELL_MIXED) > 0;
}

unsigned
shape_cells(const struct triage_shape *shape, enum triage_cell kind)
{
	unsigned n = 0;
	for (unsigned i = 0; i < shape->cells && i < TRIAGE_SHAPE_CELLS; i++)
		n += shape->cell[i] == (char)kind;
	return n;
}
