/*
 * zone.c - compiled zone files. Source: RFC 8536 (TZif versions 1 to 3, big endian), POSIX TZ rules.
 * Not handled: leap second tables (the "right/" zones; refused), rules by Julian day (then the last change stands).
 */
#include "triage/base/zone.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <triage/record.h>

#include <ctype.h>
#include <fcntl.h>
#include <string.h>

enum { FILE_MAX = 1 << 18, CHANGES_MAX = 1 << 13, HEADER = 44, TYPE_SIZE = 6, DAY = 86400 };
enum { V = 4, LEAPS = 28, TIMES = 32, TYPES = 36, CHARS = 40, ISUT = 20, ISSTD = 24 };

struct day_rule {		/* Mmonth.week.weekday/seconds */
	unsigned month, week, weekday;
	int32_t at;		/* seconds of local time */
};

struct zone {
	size_t count;
	int64_t *moments;	/* seconds UTC, rising */
	int32_t *offsets;	/* from that moment on */
	int32_t first;		/* before the first */
	bool has_rule;		/* summer and winter after the last */
	int32_t standard, summer;
	struct day_rule begin, end;
};

void
zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->moments);
	free(z->offsets);
	free(z);
}

static bool
take_number(const char **p, unsigned max, unsigned *ret)
{
	unsigned value = 0;
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p) && value <= max; (*p)++)
		value = value * 10 + (unsigned)(**p - '0');
	*ret = value;
	return value <= max;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
take_clock(const char **p, int32_t *ret)
{
	unsigned part[3] = { 0 };
	int32_t sign = **p == '-' ? -1 : 1;
	if (**p == '-' || **p == '+')
		(*p)++;
	if (!take_number(p, 167, &part[0]))
		return false;
	for (size_t i = 1; i < 3 && **p == ':'; i++) {
		(*p)++;
		if (!take_number(p, 59, &part[i]))
			return false;
	}
	*ret = sign * (int32_t)(part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

/* A zone name: letters, or anything between < and >. */
static bool
take_name(const char **p)
{
	const char *from = *p;
	if (*from == '<') {
		const char *end = strchr(from, '>');
		if (end != NULL)
			*p = end + 1;
		return end != NULL;
	}
	while (isalpha((unsigned char)**p))
		(*p)++;
	return *p > from;
}

static bool
take_day_rule(const char **p, struct day_rule *ret)
{
	*ret = (struct day_rule){ .at = 2 * 3600 };
	if ((*p)[0] != ',' || (*p)[1] != 'M')
		return false;
	*p += 2;
	if (!take_number(p, 12, &ret->month) || *(*p)++ != '.' || !take_number(p, 5, &ret->week) || *(*p)++ != '.' ||
	    !take_number(p, 6, &ret->weekday) || ret->month == 0 || ret->week == 0)
		return false;
	if (**p != '/')
		return true;
	(*p)++;
	return take_clock(p, &ret->at);
}

/* The closing rule. One without summer time needs none: the last change stands. */
static void
parse_rule(const char *text, struct zone *z)
{
	const char *p = text;
	int32_t west, west_summer;
	if (!take_name(&p) || !take_clock(&p, &west))
		return;
	z->standard = -west;
	if (!take_name(&p))
		return;
	z->summer = z->standard + 3600;
	if (*p != ',' && take_clock(&p, &west_summer))
		z->summer = -west_summer;
	z->has_rule = take_day_rule(&p, &z->begin) && take_day_rule(&p, &z->end) && *p == '\0';
}

struct block {
	size_t times, types, chars, leaps, isstd, isut;
	size_t width;		/* bytes of a time: 4 or 8 */
	size_t data;		/* offset of what follows the header */
	size_t end;
};

static bool
read_header(struct view in, size_t at, size_t width, struct block *ret)
{
	if (!view_has(in, at, HEADER) || memcmp(in.data + at, "TZif", 4) != 0)
		return false;
	const uint8_t *h = in.data + at;
	struct block b = { .times = load_be32(h + TIMES), .types = load_be32(h + TYPES), .chars = load_be32(h + CHARS),
		.leaps = load_be32(h + LEAPS), .isstd = load_be32(h + ISSTD), .isut = load_be32(h + ISUT), .width = width, .data = at + HEADER };
	if (b.times > CHANGES_MAX || b.types == 0 || b.types > 256 || b.chars > 4096 || b.leaps > 1000 || b.isstd > 256 || b.isut > 256)
		return false;
	b.end = b.data + b.times * (width + 1) + b.types * TYPE_SIZE + b.chars + b.leaps * (width + 4) + b.isstd + b.isut;
	*ret = b;
	return b.end <= in.size;
}

static bool
read_block(struct view in, const struct block *b, struct zone *z)
{
	const uint8_t *moments = in.data + b->data, *kinds = moments + b->times * b->width, *types = kinds + b->times;
	z->moments = calloc(b->times + 1, sizeof(*z->moments));
	z->offsets = calloc(b->times + 1, sizeof(*z->offsets));
	if (z->moments == NULL || z->offsets == NULL || b->leaps != 0)
		return false;
	z->first = (int32_t)load_be32(types);
	for (size_t i = 0; i < b->times; i++) {
		if (kinds[i] >= b->types)
			return false;
		const uint8_t *p = moments + i * b->width;
		z->moments[i] = b->width == 8 ? (int64_t)load_be64(p) : (int32_t)load_be32(p);
		z->offsets[i] = (int32_t)load_be32(types + kinds[i] * TYPE_SIZE);
		if ((i > 0 && z->moments[i] <= z->moments[i - 1]) || z->offsets[i] < -DAY || z->offsets[i] > DAY)
			return false;
	}
	z->count = b->times;
	return z->first > -DAY && z->first < DAY;
}

static bool
parse(struct view in, struct zone *z)
{
	struct block b;
	if (!read_header(in, 0, 4, &b))
		return false;
	if (in.data[V] < '2')
		return read_block(in, &b, z);
	size_t second = b.end;
	if (!read_header(in, second, 8, &b) || !read_block(in, &b, z))
		return false;
	char rule[100];
	size_t size = in.size - b.end;
	if (size >= 2 && size < sizeof(rule) && in.data[b.end] == '\n' && in.data[in.size - 1] == '\n') {
		memcpy(rule, in.data + b.end + 1, size - 2);
		rule[size - 2] = '\0';
		parse_rule(rule, z);
	}
	return true;
}

enum triage_status
zone_parse(const void *data, size_t size, struct zone **ret_zone, struct triage_error *err)
{
	struct zone *z = calloc(1, sizeof(*z));
	if (z == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a time zone");
		return TRIAGE_E_MEMORY;
	}
	if (!parse((struct view){ data, size }, z)) {
		zone_free(z);
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "not a time zone file this program can read");
		return TRIAGE_E_FORMAT;
	}
	*ret_zone = z;
	return TRIAGE_OK;
}

enum triage_status
zone_rule(const char *text, struct zone **ret_zone, struct triage_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/<>,.:";
	const char *p = text;
	int32_t west;
	struct zone *z = calloc(1, sizeof(*z));
	if (z == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a time zone");
		return TRIAGE_E_MEMORY;
	}
	bool sound = strlen(text) < 60 && text[strspn(text, allowed)] == '\0' && take_name(&p) && take_clock(&p, &west);
	if (sound) {
		z->first = -west;
		parse_rule(text, z);
	}
	if (!sound || (!z->has_rule && *p != '\0')) {
		zone_free(z);
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "'%.100s' is no rule of a time zone", text);
		return TRIAGE_E_FORMAT;
	}
	*ret_zone = z;
	return TRIAGE_OK;
}

enum triage_status
zone_load(const char *name, struct zone **ret_zone, struct triage_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	char path[200];
	if (name[0] == '\0' || name[0] == '/' || strlen(name) > 100 || name[strspn(name, allowed)] != '\0') {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "'%.100s' is no name of a time zone", name);
		return TRIAGE_E_USAGE;
	}
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	SCOPED_FREE uint8_t *data = malloc(FILE_MAX);
	ssize_t size = fd >= 0 && data != NULL ? read(fd, data, FILE_MAX) : -1;
	if (size < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "time zone %s", name);
		return TRIAGE_E_IO;
	}
	return zone_parse(data, (size_t)size, ret_zone, err);
}

/* Days since 1970-01-01 of a date. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Seconds since 1970 in local time at which a rule falls in a year. */
static int64_t
rule_moment(const struct day_rule *r, int64_t year)
{
	int64_t first = days_of(year, r->month, 1);
	int64_t next = r->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, r->month + 1, 1);
	int64_t weekday = (first + 4) % 7;	/* 1970-01-01 was a Thursday */
	int64_t day = first + (r->weekday + 7 - weekday) % 7 + 7 * (int64_t)(r->week - 1);
	while (day >= next)
		day -= 7;
	return day * DAY + r->at;
}

static int32_t
rule_offset(const struct zone *z, int64_t seconds)
{
	int64_t year = 1970 + seconds / 31556952;
	if (seconds + z->standard >= days_of(year + 1, 1, 1) * DAY)
		year++;
	int64_t begin = rule_moment(&z->begin, year) - z->standard, end = rule_moment(&z->end, year) - z->summer;
	bool summer = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
	return summer ? z->summer : z->standard;
}

int32_t
zone_offset(const struct zone *z, int64_t ns)
{
	if (z == NULL || ns == TRIAGE_TIME_NONE)
		return 0;
	int64_t seconds = ns / 1000000000 - (ns % 1000000000 < 0);
	if (z->has_rule && seconds >= 0 && (z->count == 0 || seconds >= z->moments[z->count - 1]))
		return rule_offset(z, seconds);
	size_t low = 0, high = z->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->moments[middle] <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? z->first : z->offsets[low - 1];
}

int64_t
zone_local(const struct zone *z, int64_t ns)
{
	int64_t local;
	if (ns == TRIAGE_TIME_NONE || __builtin_add_overflow(ns, zone_offset(z, ns) * INT64_C(1000000000), &local))
		return ns;
	return local;
}

int64_t
zone_utc(const struct zone *z, int64_t ns)
{
	static const int64_t second = 1000000000, hour = 3600 * second;
	if (z == NULL || ns == TRIAGE_TIME_NONE || ns < INT64_MIN + 48 * hour || ns > INT64_MAX - 48 * hour)
		return ns;
	/* the offset before a change gives the first of two, and goes on past a gap */
	int64_t before = ns - zone_offset(z, ns - 24 * hour) * second;
	if (zone_local(z, before) == ns)
		return before;
	int64_t after = ns - zone_offset(z, ns + 24 * hour) * second;
	return zone_local(z, after) == ns ? after : before;
}

const char *
zone_name_of(const char *name)
{
	static const struct {
		const char *windows, *zone;
	} names[] = {
#define ZONE(windows, zone) { windows, zone },
#include "triage/base/zone_windows.def"
#undef ZONE
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i].windows, name) == 0)
			return names[i].zone;
	return strchr(name, '/') != NULL || strcmp(name, "UTC") == 0 ? name : NULL;
}
