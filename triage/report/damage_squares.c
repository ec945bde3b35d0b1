/* damage_squares.c - squarified treemap (Bruls, Huizing, van Wijk 2000): rows of cells along the shorter side, each as square as it gets. */
#include "triage/report/damage_tree.h"

/* The worst relation of sides in a row of these areas along a side of this length. */
static double
worst(const double *areas, size_t count, double sum, double side)
{
	double thick = sum / side, most = 0;
	for (size_t i = 0; i < count; i++) {
		double length = areas[i] / thick, ratio = length > thick ? length / thick : thick / length;
		if (ratio > most)
			most = ratio;
	}
	return most;
}

/* One row at the start of the free rectangle, which shrinks by it. */
static void
lay_row(const double *areas, size_t count, double sum, struct rectangle *free, struct rectangle *ret_places)
{
	bool upright = free->width >= free->height;	/* the row stands at the left */
	double side = upright ? free->height : free->width, thick = sum / side, at = 0;
	for (size_t i = 0; i < count; i++) {
		double length = areas[i] / thick;
		ret_places[i] = upright ? (struct rectangle){ free->x, free->y + at, thick, length } : (struct rectangle){ free->x + at, free->y, length, thick };
		at += length;
	}
	if (upright) {
		free->x += thick;
		free->width -= thick;
	} else {
		free->y += thick;
		free->height -= thick;
	}
}

void
damage_tree_squarify(const double *areas, size_t count, struct rectangle within, double unit, struct rectangle *ret_places)
{
	double all = 0, scaled[DAMAGE_CELLS_MAX + 2];
	if (count == 0 || count > sizeof(scaled) / sizeof(scaled[0]))
		return;
	struct rectangle free = { within.x * unit, within.y, within.width * unit, within.height };
	for (size_t i = 0; i < count; i++)
		all += areas[i];
	for (size_t i = 0; i < count; i++)
		scaled[i] = areas[i] / all * free.width * free.height;
	for (size_t from = 0; from < count;) {
		double side = free.width >= free.height ? free.height : free.width, sum = scaled[from];
		size_t n = 1;
		while (from + n < count && worst(scaled + from, n + 1, sum + scaled[from + n], side) <= worst(scaled + from, n, sum, side))
			sum += scaled[from + n++];
		lay_row(scaled + from, n, sum, &free, ret_places + from);
		from += n;
	}
	for (size_t i = 0; i < count; i++) {
		ret_places[i].x /= unit;
		ret_places[i].width /= unit;
	}
}
