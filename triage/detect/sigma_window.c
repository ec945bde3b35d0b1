#include "triage/detect/sigma_window.h"

#include <triage/record.h>

#include <string.h>

enum { ROOM_FIRST = 8 };

static double
number_of(const struct sigma_entry *e)
{
	double number;
	memcpy(&number, &e->value, sizeof(number));
	return number;
}

/* --- the places of values: open addressing, one place after the other --- */

static size_t
home_of(const struct sigma_window *w, uint64_t value)
{
	return (size_t)(value ^ value >> 32) & w->place_mask;
}

/* The place of a value, or the empty one where it would stand. */
static size_t
place_of(const struct sigma_window *w, uint64_t value)
{
	size_t i = home_of(w, value);
	while (w->places[i] != 0 && w->entries[w->places[i] - 1].value != value)
		i = (i + 1) & w->place_mask;
	return i;
}

/* What stands behind an emptied place and belongs before it moves up. */
static void
empty_place(struct sigma_window *w, size_t hole)
{
	for (size_t i = (hole + 1) & w->place_mask; w->places[i] != 0; i = (i + 1) & w->place_mask) {
		size_t home = home_of(w, w->entries[w->places[i] - 1].value);
		if (((i - home) & w->place_mask) >= ((i - hole) & w->place_mask)) {
			w->places[hole] = w->places[i];
			hole = i;
		}
	}
	w->places[hole] = 0;
}

/* --- entries --- */

static void
drop(struct sigma_window *w, size_t index)
{
	struct sigma_entry *e = &w->entries[index];
	if (w->kind == SIGMA_WINDOW_DISTINCT)
		empty_place(w, place_of(w, e->value));
	else if (w->kind == SIGMA_WINDOW_SUM)
		w->sum -= number_of(e);
	e->time = TRIAGE_TIME_NONE;
	w->live--;
	while (w->begin < w->end && w->entries[w->begin].time == TRIAGE_TIME_NONE)
		w->begin++;
	if (w->live == 0) {
		w->begin = w->end = 0;
		w->sum = 0;
	}
}

/* Those that count, moved to the start of target; sum and places made anew. */
static void
gather(struct sigma_window *w, struct sigma_entry *target)
{
	size_t n = 0;
	for (size_t i = w->begin; i < w->end; i++)
		if (w->entries[i].time != TRIAGE_TIME_NONE)
			target[n++] = w->entries[i];
	w->entries = target;
	w->begin = 0;
	w->end = n;
	w->sum = 0;
	if (w->kind == SIGMA_WINDOW_DISTINCT)
		memset(w->places, 0, (w->place_mask + 1) * sizeof(*w->places));
	for (size_t i = 0; i < n; i++) {
		if (w->kind == SIGMA_WINDOW_DISTINCT)
			w->places[place_of(w, target[i].value)] = (uint32_t)i + 1;
		else if (w->kind == SIGMA_WINDOW_SUM)
			w->sum += number_of(&target[i]);
	}
}

/* Twice as many entries as may count, so that gathering them is rare. */
static bool
make_room(struct sigma_window *w, struct pool *pool, size_t most)
{
	size_t room = w->room == 0 ? ROOM_FIRST : w->room * 2, slots = 2 * ROOM_FIRST;
	if (w->end < w->room)
		return true;
	if (w->live <= w->room / 2 && w->room > 0) {
		gather(w, w->entries);
		return true;
	}
	room = room < 2 * most ? room : 2 * most;
	while (slots < 2 * room)
		slots *= 2;
	bool distinct = w->kind == SIGMA_WINDOW_DISTINCT;
	struct sigma_entry *entries = pool_alloc(pool, room * sizeof(*entries));
	uint32_t *places = distinct && entries != NULL ? pool_alloc(pool, slots * sizeof(*places)) : NULL;
	if (entries == NULL || (distinct && places == NULL))
		return false;
	w->places = places;
	w->place_mask = slots - 1;
	w->room = room;
	gather(w, entries);
	return true;
}

bool
sigma_window_put(struct sigma_window *w, struct pool *pool, struct sigma_entry entry, size_t most)
{
	if (w->kind == SIGMA_WINDOW_DISTINCT && w->live > 0) {
		uint32_t there = w->places[place_of(w, entry.value)];
		if (there != 0)
			drop(w, there - 1);
	}
	if (w->live >= most)
		drop(w, w->begin);
	if (!make_room(w, pool, most))
		return false;
	if (w->kind == SIGMA_WINDOW_DISTINCT)
		w->places[place_of(w, entry.value)] = (uint32_t)w->end + 1;
	else if (w->kind == SIGMA_WINDOW_SUM)
		w->sum += number_of(&entry);
	w->entries[w->end++] = entry;
	w->live++;
	return true;
}

void
sigma_window_forget_before(struct sigma_window *w, int64_t time)
{
	while (w->live > 0 && w->entries[w->begin].time < time)
		drop(w, w->begin);
}

void
sigma_window_clear(struct sigma_window *w)
{
	while (w->live > 0)
		drop(w, w->begin);
}
