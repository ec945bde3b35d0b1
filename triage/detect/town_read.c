/*
 * town_read.c - the town's file: YAML 1.1 by libyaml's event parser. A map of keys; a value is a scalar, a list of scalars, a map, or a list
 * of maps. Anchors and aliases are refused, deeper nesting too.
 */
#include "triage/detect/town.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/detect/ioc.h"

#include <yaml.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6 };
#define DAY_NS INT64_C(86400000000000)

struct reading {
	struct town *town;
	const char *path;
	char keys[DEPTH_MAX][64];	/* of the maps around, "" in a list */
	bool map[DEPTH_MAX], wants_key[DEPTH_MAX];
	size_t depth;
	size_t line;			/* from 1 */
	char zone[80];
	struct triage_error *err;
};

static enum triage_status
wrong(struct reading *r, const char *what, const char *value)
{
	SCOPED_BUF shown;
	buf_init(&shown, 2048);
	text_display(&shown, value, strnlen(value, 100));
	triage_error_set(r->err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "town file %s line %zu: %s%s%s", r->path, r->line, what, value[0] != '\0' ? ": " : "", buf_cstr(&shown));
	return TRIAGE_E_FORMAT;
}

static enum triage_status
keep(struct reading *r, struct town_list *list, const char *value)
{
	SCOPED_BUF shown;
	buf_init(&shown, 4096);
	text_display(&shown, value, strlen(value));
	if (strlen(value) < 3 || strlen(value) > TOWN_TEXT_MAX)
		return wrong(r, "a name must have 3 to 200 characters, or it would fit everything", value);
	if (list->count == TOWN_ITEMS_MAX)
		return wrong(r, "too many names", "");
	list->items[list->count] = pool_text(&r->town->pool, buf_cstr(&shown), shown.size);
	if (list->items[list->count] == NULL) {
		triage_error_set(r->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the town file");
		return TRIAGE_E_MEMORY;
	}
	list->count++;
	return TRIAGE_OK;
}

static enum triage_status
keep_net(struct reading *r, const char *value)
{
	struct town *t = r->town;
	if (t->net_count == TOWN_ITEMS_MAX)
		return wrong(r, "too many addresses", "");
	struct town_net *n = &t->nets[t->net_count];
	if (!ioc_parse_address(value, strlen(value), n->address, &n->prefix))
		return wrong(r, "no address and no net (10.0.0.0/8)", value);
	bool four = memcmp(n->address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
	if (n->prefix < (four ? 96u + 8 : 16u))
		return wrong(r, "a net so wide that it would fit everything", value);
	n->text = pool_text(&t->pool, value, strlen(value));
	t->net_count += n->text != NULL;
	return TRIAGE_OK;
}

/* "08:30" or "8:30" to minutes. */
static bool
minutes_of(const char *text, unsigned *ret)
{
	char *end;
	unsigned long hours = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != ':' || end[1] < '0' || end[1] > '9')
		return false;
	unsigned long minutes = strtoul(end + 1, &end, 10);
	*ret = (unsigned)(hours * 60 + minutes);
	return *end == '\0' && hours <= 24 && minutes < 60 && *ret <= 24 * 60;
}

static bool
days_of(const char *text, unsigned *days)
{
	static const char names[7][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	unsigned found[2] = { 7, 7 };
	for (size_t n = 0; n < 2; n++) {
		for (unsigned i = 0; i < 7; i++)
			if (strncasecmp(text, names[i], 3) == 0)
				found[n] = i;
		if (found[n] == 7)
			return false;
		text += 3;
		if (*text != '-')
			break;
		text++;
	}
	if (*text != '\0')
		return false;
	for (unsigned i = found[0];; i = (i + 1) % 7) {
		*days |= 1u << i;
		if (found[1] == 7 || i == found[1])
			return true;
	}
}

static enum triage_status
keep_hours(struct reading *r, const char *key, const char *value)
{
	struct town *t = r->town;
	t->hours = true;
	if (strcmp(key, "days") == 0)
		return days_of(value, &t->days) ? TRIAGE_OK : wrong(r, "days are mon, tue ... or mon-fri", value);
	if (strcmp(key, "from") == 0)
		return minutes_of(value, &t->from) ? TRIAGE_OK : wrong(r, "a time is written \"08:30\"", value);
	if (strcmp(key, "to") == 0)
		return minutes_of(value, &t->to) ? TRIAGE_OK : wrong(r, "a time is written \"17:00\"", value);
	return wrong(r, "office-hours has days, from and to, not", key);
}

static enum triage_status
keep_holiday(struct reading *r, const char *value)
{
	int64_t ns;
	if (r->town->holiday_count == TOWN_ITEMS_MAX || strlen(value) != 10 || !when_parse(value, &ns))
		return wrong(r, "a holiday is written 2024-12-27", value);
	r->town->holidays[r->town->holiday_count++] = ns / DAY_NS;
	return TRIAGE_OK;
}

static enum triage_status
keep_country(struct reading *r, const char *value)
{
	static const char *const countries[] = { "be", "nl", "fr", "de" };
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		if (strcasecmp(value, countries[i]) == 0) {
			memcpy(r->town->country, countries[i], 3);
			return TRIAGE_OK;
		}
	return wrong(r, "a country whose holidays are not built in (be, nl, fr, de); give holidays instead", value);
}

/* A scalar under its keys. */
static enum triage_status
take(struct reading *r, const char *value)
{
	const char *top = r->keys[0], *key = "";
	for (size_t i = 1; i < r->depth; i++)
		if (r->keys[i][0] != '\0')
			key = r->keys[i];
	r->town->items++;
	bool supplier = strcmp(top, "suppliers") == 0;
	if (strcmp(top, "town") == 0) {
		r->town->name = pool_text(&r->town->pool, value, strnlen(value, TOWN_TEXT_MAX));
		return r->town->name != NULL ? TRIAGE_OK : wrong(r, "out of memory", "");
	}
	if (strcmp(top, "country") == 0)
		return keep_country(r, value);
	if (strcmp(top, "timezone") == 0) {
		snprintf(r->zone, sizeof(r->zone), "%s", value);
		return TRIAGE_OK;
	}
	if (strcmp(top, "office-hours") == 0)
		return keep_hours(r, key, value);
	if (strcmp(top, "holidays") == 0)
		return keep_holiday(r, value);
	if (strcmp(top, "admins") == 0)
		return keep(r, &r->town->admins, value);
	if (strcmp(top, "tools") == 0 || (supplier && strcmp(key, "tools") == 0))
		return keep(r, &r->town->tools, value);
	if (strcmp(top, "addresses") == 0 || (supplier && strcmp(key, "addresses") == 0))
		return keep_net(r, value);
	if (supplier && (key[0] == '\0' || strcmp(key, "name") == 0))
		return keep(r, &r->town->suppliers, value);
	if (supplier && strcmp(key, "accounts") == 0)
		return keep(r, &r->town->admins, value);
	return wrong(r, "a key that is not known", key[0] != '\0' ? key : top);
}

static enum triage_status
take_scalar(struct reading *r, const char *value)
{
	if (r->depth == 0)
		return wrong(r, "the file must be a map of keys", value);
	size_t at = r->depth - 1;
	if (r->map[at] && r->wants_key[at]) {
		snprintf(r->keys[at], sizeof(r->keys[at]), "%s", value);
		r->wants_key[at] = false;
		return TRIAGE_OK;
	}
	enum triage_status st = take(r, value);
	r->wants_key[at] = r->map[at];
	return st;
}

static enum triage_status
open_level(struct reading *r, bool map)
{
	if (r->depth == DEPTH_MAX || (r->depth == 0 && !map))
		return wrong(r, r->depth == 0 ? "the file must be a map of keys" : "nested too deep", "");
	if (r->depth > 0 && r->map[r->depth - 1] && r->wants_key[r->depth - 1])
		return wrong(r, "a key that is no plain name", "");
	r->map[r->depth] = r->wants_key[r->depth] = map;
	r->keys[r->depth][0] = '\0';
	r->depth++;
	return TRIAGE_OK;
}

static enum triage_status
take_event(struct reading *r, const yaml_event_t *e)
{
	r->line = e->start_mark.line + 1;
	switch ((int)e->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, (const char *)e->data.scalar.value);
	case YAML_MAPPING_START_EVENT:
		return open_level(r, true);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(r, false);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		r->depth--;
		if (r->depth > 0)
			r->wants_key[r->depth - 1] = r->map[r->depth - 1];
		return TRIAGE_OK;
	case YAML_ALIAS_EVENT:
		return wrong(r, "aliases are not taken", "");
	default:
		return TRIAGE_OK;
	}
}

static enum triage_status
parse(struct reading *r, const char *text, size_t size)
{
	yaml_parser_t parser;
	yaml_event_t event;
	enum triage_status st = TRIAGE_OK;
	if (fault_hit() || yaml_parser_initialize(&parser) == 0) {
		triage_error_set(r->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the town file");
		return TRIAGE_E_MEMORY;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	for (bool end = false; !end && st == TRIAGE_OK;) {
		if (yaml_parser_parse(&parser, &event) == 0) {
			r->line = parser.problem_mark.line + 1;
			st = wrong(r, "no sound YAML", parser.problem != NULL ? parser.problem : "");
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		st = take_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return st;
}

/* What only the whole file can tell. */
static enum triage_status
settle(struct reading *r)
{
	static const struct {
		const char *country, *zone;
	} zones[] = { { "be", "Europe/Brussels" }, { "nl", "Europe/Amsterdam" }, { "fr", "Europe/Paris" }, { "de", "Europe/Berlin" } };
	struct town *t = r->town;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]) && r->zone[0] == '\0'; i++)
		if (strcmp(t->country, zones[i].country) == 0)
			snprintf(r->zone, sizeof(r->zone), "%s", zones[i].zone);
	if (t->hours && t->days == 0)
		t->days = 0x1f;
	if (t->hours && t->from >= t->to)
		return wrong(r, "office-hours need from and to, and from before to", "");
	if (t->items == 0)
		return wrong(r, "there is nothing in it", "");
	struct triage_error why = { .text = "" };
	if (r->zone[0] != '\0' && zone_load(r->zone, &t->zone, &why) != TRIAGE_OK)
		return wrong(r, "a time zone that this system does not know", r->zone);
	return TRIAGE_OK;
}

enum triage_status
town_load(const char *path, struct town **ret_town, struct triage_error *err)
{
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	SCOPED_FREE char *text = fault_hit() ? NULL : malloc(TOWN_FILE_MAX + 1);
	struct town *t = calloc(1, sizeof(*t));
	if (t == NULL || text == NULL) {
		free(t);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the town file");
		return TRIAGE_E_MEMORY;
	}
	pool_init(&t->pool, 16 << 20);
	t->name = "";
	size_t size = 0;
	ssize_t n = fd < 0 ? -1 : 0;
	while (fd >= 0 && size <= TOWN_FILE_MAX && (n = read(fd, text + size, TOWN_FILE_MAX + 1 - size)) > 0)
		size += (size_t)n;
	enum triage_status st = TRIAGE_OK;
	if (n < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read town file %s", path);
		st = TRIAGE_E_IO;
	} else if (size > TOWN_FILE_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "town file %s is longer than 1 MiB", path);
		st = TRIAGE_E_LIMIT;
	}
	struct reading r = { .town = t, .path = path, .err = err };
	if (st == TRIAGE_OK)
		st = parse(&r, text, size);
	if (st == TRIAGE_OK)
		st = settle(&r);
	if (st != TRIAGE_OK) {
		town_free(t);
		return st;
	}
	digest_sha256_hex(text, size, t->sha256);
	*ret_town = t;
	return TRIAGE_OK;
}

void
town_free(struct town *town)
{
	if (town == NULL)
		return;
	zone_free(town->zone);
	pool_release(&town->pool);
	free(town);
}
