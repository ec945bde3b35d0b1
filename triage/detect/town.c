/* town.c - days and hours, and what the town's word does to a finding. */
#include "triage/detect/town.h"

#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/detect/ioc.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DAY_NS INT64_C(86400000000000)
#define OUTSIDE_FACTOR 1.25

/* --- days --- */

/* Year, month and day of days since 1970-01-01 in the Gregorian calendar. */
static void
date_of(int64_t day, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	/* counted from 0000-03-01, so that the leap day is the last of a year; 146097 days are 400 years */
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365, of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	*ret_day = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (unsigned)(month < 10 ? month + 3 : month - 9);
	*ret_year = year + era * 400 + (*ret_month <= 2);
}

static int64_t
day_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Easter Sunday of the Gregorian calendar (the rule of Meeus, Jones and Butcher). */
static int64_t
easter(int64_t year)
{
	int64_t a = year % 19, b = year / 100, c = year % 100, h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int64_t l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7, m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
	return day_of(year, (unsigned)(n / 31), (unsigned)(n % 31 + 1));
}

/* Legal holidays: month and day, or days after Easter (month 0). Only what holds in the whole country and for public offices. */
static const struct {
	const char *country;
	int month, day;
} holidays[] = {
	{ "be", 1, 1 }, { "be", 0, 1 }, { "be", 5, 1 }, { "be", 0, 39 }, { "be", 0, 50 }, { "be", 7, 21 }, { "be", 8, 15 }, { "be", 11, 1 }, { "be", 11, 11 },
	{ "be", 12, 25 }, { "nl", 1, 1 }, { "nl", 0, 1 }, { "nl", 4, 27 }, { "nl", 5, 5 }, { "nl", 0, 39 }, { "nl", 0, 50 }, { "nl", 12, 25 }, { "nl", 12, 26 },
	{ "fr", 1, 1 }, { "fr", 0, 1 }, { "fr", 5, 1 }, { "fr", 5, 8 }, { "fr", 0, 39 }, { "fr", 0, 50 }, { "fr", 7, 14 }, { "fr", 8, 15 }, { "fr", 11, 1 },
	{ "fr", 11, 11 }, { "fr", 12, 25 }, { "de", 1, 1 }, { "de", 0, -2 }, { "de", 0, 1 }, { "de", 5, 1 }, { "de", 0, 39 }, { "de", 0, 50 }, { "de", 10, 3 },
	{ "de", 12, 25 }, { "de", 12, 26 },
};

static unsigned
weekday(int64_t day)
{
	return (unsigned)(((day + 3) % 7 + 7) % 7);	/* 0: Monday; 1970-01-01 was a Thursday */
}

bool
town_is_holiday(const char *country, int64_t day)
{
	int64_t year;
	unsigned month, of_month;
	date_of(day, &year, &month, &of_month);
	for (size_t i = 0; i < sizeof(holidays) / sizeof(holidays[0]); i++) {
		if (strcmp(holidays[i].country, country) != 0)
			continue;
		int64_t when = holidays[i].month == 0 ? easter(year) + holidays[i].day : day_of(year, (unsigned)holidays[i].month, (unsigned)holidays[i].day);
		/* the King's day is kept the day before when it is a Sunday */
		if (strcmp(country, "nl") == 0 && holidays[i].month == 4 && weekday(when) == 6)
			when--;
		if (when == day)
			return true;
	}
	return false;
}

bool
town_is_closed(const struct town *town, int64_t ns)
{
	if (!town->hours || ns == TRIAGE_TIME_NONE)
		return false;
	int64_t local = zone_local(town->zone, ns), of_day = local % DAY_NS, day = local / DAY_NS - (of_day < 0);
	unsigned minute = (unsigned)((of_day < 0 ? of_day + DAY_NS : of_day) / (60 * INT64_C(1000000000)));
	bool holiday = town_is_holiday(town->country, day);
	for (size_t i = 0; i < town->holiday_count && !holiday; i++)
		holiday = town->holidays[i] == day;
	return holiday || (town->days >> weekday(day) & 1) == 0 || minute < town->from || minute >= town->to;
}

/* --- findings --- */

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The name stands in the text as a word, in any case. */
static bool
says(const char *text, const char *name)
{
	size_t size = strlen(name);
	for (const char *p = text; (p = strcasestr(p, name)) != NULL; p++)
		if ((p == text || !is_alnum(p[-1])) && !is_alnum(p[size]))
			return true;
	return false;
}

static const char *
tool_in(const struct town_list *list, const struct fold *f)
{
	for (size_t i = 0; i < list->count; i++) {
		if (says(f->plan.title, list->items[i]))
			return list->items[i];
		/* every example must speak of it: another one may be of something else */
		size_t with = 0;
		for (size_t k = 0; k < f->example_count; k++)
			with += says(f->examples[k].path, list->items[i]) || says(f->examples[k].sample, list->items[i]);
		if (f->example_count > 0 && with == f->example_count && f->count == f->example_count)
			return list->items[i];
	}
	return NULL;
}

/* Count the addresses in a text, and those within the town's nets; name: of the first such net. */
static void
count_addresses(const struct town *town, const char *text, size_t *all, size_t *ours, const char **name)
{
	static const char digits[] = "0123456789abcdefABCDEF.:";
	for (const char *p = text; *p != '\0';) {
		size_t size = strspn(p, digits);
		uint8_t address[16];
		unsigned prefix;
		size_t n = size;
		while (n > 0 && (p[n - 1] == '.' || p[n - 1] == ':'))
			n--;
		const char *colon = memchr(p, ':', n);
		if (colon != NULL && memchr(p, '.', n) != NULL)
			n = (size_t)(colon - p);	/* address:port */
		bool alone = (p == text || !is_alnum(p[-1])) && !is_alnum(p[size]);
		if (alone && n > 6 && ioc_parse_address(p, n, address, &prefix)) {
			++*all;
			for (size_t i = 0; i < town->net_count; i++) {
				const struct town_net *net = &town->nets[i];
				unsigned whole = net->prefix / 8, rest = net->prefix % 8;
				bool in = memcmp(address, net->address, whole) == 0 && (rest == 0 || (address[whole] ^ net->address[whole]) >> (8 - rest) == 0);
				if (!in)
					continue;
				++*ours;
				*name = *name == NULL ? net->text : *name;
				break;
			}
		}
		p += size > 0 ? size : 1;
	}
}

static const char *
net_of(const struct town *town, const struct fold *f)
{
	size_t all = 0, ours = 0;
	const char *name = NULL;
	if (f->count != f->example_count)
		return NULL;	/* there is more than the examples show */
	for (size_t i = 0; i < f->example_count; i++)
		count_addresses(town, f->examples[i].sample, &all, &ours, &name);
	for (size_t i = 0; i < f->reason_count; i++)
		count_addresses(town, f->reasons[i], &all, &ours, &name);
	return all > 0 && all == ours ? name : NULL;
}

/* All accounts of the finding are administrators by the town's word. */
static const char *
admin_of(const struct town *town, const struct fold *f)
{
	const char *first = NULL;
	for (size_t u = 0; u < f->user_count; u++) {
		bool known = false;
		const char *bar = strrchr(f->users[u], '\\'), *bare = bar != NULL ? bar + 1 : f->users[u];
		for (size_t i = 0; i < town->admins.count && !known; i++)
			known = strcasecmp(town->admins.items[i], f->users[u]) == 0 || strcasecmp(town->admins.items[i], bare) == 0;
		if (!known)
			return NULL;
		first = first == NULL ? f->users[u] : first;
	}
	return f->user_count < FOLD_USERS_MAX ? first : NULL;
}

static bool
is_among(const char *kind, const char *const *kinds)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* What people and their tools do; a harmful file, a note or an encrypted file is none of it, whoever it belongs to. */
static const char *const of_tools[] = { "remote-access", "lateral-movement", "exfiltration", "persistence", "account", "sigma", "yara", "brute-force", NULL };
static const char *const of_addresses[] = { "remote-access", "lateral-movement", "exfiltration", "account", "sigma", "brute-force", "ioc", NULL };
static const char *const of_admins[] = { "remote-access", "lateral-movement", "persistence", "account", "sigma", NULL };
static const char *const of_hours[] = { "remote-access", "lateral-movement", "exfiltration", "persistence", "account", "sigma", "brute-force", "credential-access",
	"protection-off", "backup-destroyed", "log-cleared", "anti-forensics", "webshell", NULL };

double
town_weigh(const struct town *town, struct folds *folds, struct fold *fold)
{
	const char *kind = fold->plan.kind, *what = NULL, *word = "";
	bool event = fold->example_count > 0 && fold->examples[0].event_id != 0;
	double factor = 1;
	if (event && is_among(kind, of_hours) && town_is_closed(town, fold->first_time)) {
		char when[WHEN_TEXT_SIZE];
		fold_reason(folds, fold, "It began outside of the office hours that the town gave (%s, local time).",
		    when_text(zone_local(town->zone, fold->first_time), 0, "", when));
		factor = OUTSIDE_FACTOR;
	}
	if (is_among(kind, of_tools) && (what = tool_in(&town->tools, fold)) != NULL)
		word = "tool";
	else if (is_among(kind, of_tools) && (what = tool_in(&town->suppliers, fold)) != NULL)
		word = "supplier";
	else if (is_among(kind, of_addresses) && (what = net_of(town, fold)) != NULL)
		word = "address range";
	else if (is_among(kind, of_admins) && (what = admin_of(town, fold)) != NULL)
		word = "administrator";
	if (what == NULL)
		return factor;
	enum triage_severity before = fold->plan.severity;
	if (before > TRIAGE_INFO)
		fold->plan.severity = (enum triage_severity)(before - 1);
	fold_reason(folds, fold, "On the town's list: %s %s. Severity lowered from %s to %s.", word, what, triage_severity_name(before),
	    triage_severity_name(fold->plan.severity));
	return factor;
}

static void
put_list(struct buf *out, const char *key, const struct town_list *list)
{
	buf_format(out, "%s\"%s\":[", out->size > 1 ? "," : "", key);
	for (size_t i = 0; i < list->count; i++) {
		buf_text(out, i > 0 ? "," : "");
		text_json_string(out, list->items[i]);
	}
	buf_char(out, ']');
}

void
town_text(const struct town *town, struct buf *out)
{
	buf_char(out, '{');
	put_list(out, "admins", &town->admins);
	buf_text(out, ",\"addresses\":[");
	for (size_t i = 0; i < town->net_count; i++) {
		buf_text(out, i > 0 ? "," : "");
		text_json_string(out, town->nets[i].text);
	}
	buf_format(out, "],\"country\":\"%s\"", town->country);
	if (town->hours)
		buf_format(out, ",\"office_hours\":\"%02u:%02u-%02u:%02u\"", town->from / 60, town->from % 60, town->to / 60, town->to % 60);
	put_list(out, "suppliers", &town->suppliers);
	put_list(out, "tools", &town->tools);
	buf_text(out, ",\"town\":");
	text_json_string(out, town->name);
	buf_char(out, '}');
}
