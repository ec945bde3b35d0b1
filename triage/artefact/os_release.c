/*
 * os_release.c - which system a disk has: os-release, lsb-release, redhat-release, hostname, timezone, localtime.
 *
 * Facts alone, for these files hold no moments. os-release and lsb-release are known by their keys; the one-line files only where they belong, for their
 * content could be anything. Of localtime the rule at its end is told (RFC 9636), since it names no zone.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE_MOST = 64 << 10, WEIGHT = 60, LINE = 256 };

static bool
is_path(const struct artefact_subject *who, const char *ending)
{
	size_t n = strlen(who->path), m = strlen(ending);
	return n >= m && strcmp(who->path + n - m, ending) == 0;
}

static bool
is_key(const char *line)
{
	static const char *const keys[] = { "NAME=", "ID=", "VERSION_ID=", "PRETTY_NAME=", "DISTRIB_ID=", "DISTRIB_RELEASE=", "DISTRIB_DESCRIPTION=", "DISTRIB_CODENAME=" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

static bool
is_assignment(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
	return line[0] == '#' || (n > 0 && line[n] == '=');
}

/* "Europe/Amsterdam", "UTC" */
static bool
is_zone_name(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_/-+0123456789");
	return n > 2 && n < 64 && line[n] == '\0' && line[0] >= 'A' && line[0] <= 'Z';
}

static bool
is_host_name(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.0123456789_");
	return n > 0 && n < 254 && line[n] == '\0';
}

static bool
is_zone_file(const struct artefact_subject *who, struct view head)
{
	return head.size > 44 && memcmp(head.data, "TZif", 4) == 0 && (is_path(who, "/etc/localtime") || unix_named(who, "localtime*"));
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char first[LINE];
	size_t looked;
	if (is_zone_file(who, head))
		return true;
	if (who->size > SIZE_MOST || !log_head_line(head, 0, first, sizeof(first)))
		return false;
	if (is_path(who, "/etc/hostname") || is_path(who, "/etc/HOSTNAME"))
		return is_host_name(first);
	if (is_path(who, "/etc/timezone"))
		return is_zone_name(first);
	if (is_path(who, "/etc/redhat-release") || is_path(who, "/etc/centos-release") || is_path(who, "/etc/SuSE-release"))
		return strstr(first, " release ") != NULL || strstr(first, "SUSE") != NULL;
	if (is_path(who, "/etc/debian_version"))
		return strlen(first) < 40;
	if (is_path(who, "/etc/sysconfig/clock"))
		return true;
	return log_head_count(head, 50, is_key, &looked) >= 3 && log_head_count(head, 50, is_assignment, &looked) == looked;
}

/* "KEY=value" with or without quotes; NULL when the line is of another key. */
static const char *
value_of(char *line, const char *key)
{
	size_t n = strlen(key);
	if (strncmp(line, key, n) != 0 || line[n] != '=')
		return NULL;
	char *value = line + n + 1;
	char quote = *value;
	if (quote == '"' || quote == '\'') {
		value++;
		char *end = strrchr(value, quote);
		if (end != NULL)
			*end = '\0';
	}
	return value;
}

struct state {
	struct log_lines lines;
	uint64_t sent;
};

static enum triage_status
put_key(struct artefact *a, struct state *s, char *line, struct triage_error *err)
{
	static const struct { const char *key, *fact; unsigned weight; } keys[] = { { "NAME", "os", WEIGHT }, { "VERSION", "version", WEIGHT },
		{ "VERSION_ID", "version", WEIGHT - 5 }, { "BUILD_ID", "build", WEIGHT }, { "DISTRIB_ID", "os", WEIGHT - 20 }, { "DISTRIB_RELEASE", "version", WEIGHT - 20 },
		{ "TIMEZONE", "timezone", WEIGHT - 20 }, { "ZONE", "timezone", WEIGHT - 20 } };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && st == TRIAGE_OK; i++) {
		const char *value = value_of(line, keys[i].key);
		if (value == NULL)
			continue;
		s->sent++;
		st = artefact_fact(a, "host", "", keys[i].fact, value, keys[i].weight, err);
	}
	return st;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	const struct artefact_subject *who = artefact_who(a);
	if (line->size == 0 || line->text[0] == '#' || line->size > 4096)
		return TRIAGE_OK;
	if (is_path(who, "/etc/hostname") || is_path(who, "/etc/HOSTNAME"))
		return line->number == 1 ? artefact_fact(a, "host", "", "hostname", line->text, 80, err) : TRIAGE_OK;
	if (is_path(who, "/etc/timezone"))
		return line->number == 1 ? artefact_fact(a, "host", "", "timezone", line->text, WEIGHT, err) : TRIAGE_OK;
	if (is_path(who, "-release") && !is_assignment(line->text))
		return line->number == 1 ? artefact_fact(a, "host", "", "os", line->text, WEIGHT - 10, err) : TRIAGE_OK;
	if (is_path(who, "/etc/debian_version"))
		return line->number == 1 ? artefact_fact(a, "host", "", "version", line->text, WEIGHT - 20, err) : TRIAGE_OK;
	return put_key(a, s, line->text, err);
}

/* The rule in the last line: "CET-1CEST,M3.5.0,M10.5.0/3". */
static enum triage_status
take_zone(struct artefact *a, struct view bytes, struct triage_error *err)
{
	char rule[LINE];
	if (bytes.size < 3 || bytes.data[bytes.size - 1] != '\n')
		return artefact_remark(a, TRIAGE_LOW, "zone-cut", 0, bytes.size, err, "a time zone file without its rule");
	size_t end = bytes.size - 1, from = end;
	while (from > 0 && bytes.data[from - 1] != '\n' && end - from < LINE - 1)
		from--;
	if (from == 0 || bytes.data[from - 1] != '\n')
		return artefact_remark(a, TRIAGE_LOW, "zone-cut", 0, bytes.size, err, "a time zone file without its rule");
	snprintf(rule, sizeof(rule), "%.*s", (int)(end - from), (const char *)bytes.data + from);
	return artefact_fact(a, "host", "", "timezone", rule, 30, err);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct state s = { 0 };
	size_t used;
	if (is_zone_file(artefact_who(a), all))
		return take_zone(a, all, err);
	enum triage_status st = log_lines_step(a, &s.lines, all, 0, true, &used, take, &s, err);
	log_lines_release(&s.lines);
	return st;
}

const struct artefact_kind artefact_os_release = {
	.name = "os_release",
	.source = "other",
	.title = "name and version of the system (os-release, hostname, timezone)",
	.yields = "which system it is, its version, the machine's name and time zone",
	.reference = "os-release(5), hostname(5), localtime(5), RFC 9636",
	.precision = "ns",
	.claims = claims,
	.parse = parse,
};
