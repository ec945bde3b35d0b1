/*
 * ese.c - ESE databases: what kind it is by its tables, when it was made, opened and closed.
 *
 * The reader is in ese_page.c, ese_catalog.c, ese_record.c and ese_long.c; each kind of database has a file of its own.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/fault.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_MAX = 1 << 22, MAP_BYTES = 256 << 20, TABLES_TOLD = 12 };

/* --- a map --- */

void
ese_map_put(struct ese_map *m, uint64_t key, const char *text)
{
	size_t size = strlen(text) + 1;
	if (m->count == m->room) {
		size_t wanted = m->room == 0 ? 256 : 2 * m->room;
		struct ese_map_item *more = wanted > MAP_MAX || fault_hit() ? NULL : realloc(m->items, wanted * sizeof(*more));
		if (more == NULL) {
			m->failed = true;
			return;
		}
		m->items = more;
		m->room = wanted;
	}
	char *copy = size > MAP_BYTES - m->bytes || fault_hit() ? NULL : malloc(size);
	if (copy == NULL) {
		m->failed = true;
		return;
	}
	memcpy(copy, text, size);
	m->bytes += size;
	m->items[m->count++] = (struct ese_map_item){ key, copy };
	m->sorted = false;
}

static int
by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct ese_map_item *)a)->key, y = ((const struct ese_map_item *)b)->key;
	return (x > y) - (x < y);
}

const char *
ese_map_get(struct ese_map *m, uint64_t key)
{
	struct ese_map_item wanted = { key, NULL };
	if (m->count == 0)
		return NULL;
	if (!m->sorted)
		qsort(m->items, m->count, sizeof(*m->items), by_key);
	m->sorted = true;
	const struct ese_map_item *found = bsearch(&wanted, m->items, m->count, sizeof(*m->items), by_key);
	return found != NULL ? found->text : NULL;
}

void
ese_map_release(struct ese_map *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->items[i].text);
	free(m->items);
	*m = (struct ese_map){ 0 };
}

/* --- the header --- */

enum { CREATED = 28, COMPUTER = 36, COMPUTER_SIZE = 16, CONSISTENT = 64, ATTACHED = 72, DETACHED = 88 };

/* Second, minute, hour, day, month, year since 1900, then a bit that says whether it is UTC. */
static int64_t
header_time(const uint8_t *t, bool *ret_utc)
{
	char text[48];
	int64_t ns;
	*ret_utc = (t[6] & 1) != 0;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02uZ", 1900u + t[5], t[4], t[3], t[2], t[1], t[0]);
	return t[4] == 0 || t[3] == 0 || t[5] < 80 || !when_parse(text, &ns) ? TRIAGE_TIME_NONE : ns;
}

static const char *
state_word(uint32_t state)
{
	static const char *const words[] = { "unknown", "just created", "dirty shutdown", "clean shutdown", "being converted", "force detach" };
	return words[state < sizeof(words) / sizeof(words[0]) ? state : 0];
}

/* The names of tables that are not the engine's own, so that a database of an unknown kind can be known by a person. */
static void
put_tables(struct ese *e)
{
	char name[ESE_NAME_MAX];
	size_t told = 0;
	artefact_unsigned(e->a, "table_count", e->table_count);
	artefact_list(e->a, "tables");
	for (size_t i = 0; i < e->table_count && told < TABLES_TOLD; i++) {
		struct view n = e->tables[i].name;
		if (n.size == 0 || (n.size >= 4 && memcmp(n.data, "MSys", 4) == 0))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(n.size < sizeof(name) ? n.size : sizeof(name)), (const char *)n.data);
		artefact_item(e->a, name);
		told++;
	}
	artefact_list_end(e->a);
}

static enum triage_status
send_header(struct ese *e, const char *kind, struct triage_error *err)
{
	static const struct { unsigned at; const char *meaning, *verb; } times[] = {
		{ CREATED, "database created", "created" }, { CONSISTENT, "database consistent", "last consistent" },
		{ ATTACHED, "database opened", "last opened" }, { DETACHED, "database closed", "last closed" },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && st == TRIAGE_OK; i++) {
		bool utc;
		artefact_event(e->a, header_time(e->all.data + times[i].at, &utc), times[i].meaning);
		artefact_offset(e->a, times[i].at);
		artefact_source(e->a, "ese");
		artefact_part(e->a, "header");
		artefact_precision(e->a, "s");
		if (!utc)
			artefact_local(e->a);
		artefact_text(e->a, "database", kind);
		artefact_text(e->a, "state", state_word(e->state));
		artefact_unsigned(e->a, "page_size", e->page_size);
		if (e->all.data[COMPUTER] != 0)
			artefact_bytes(e->a, "computer", e->all.data + COMPUTER, strnlen((const char *)e->all.data + COMPUTER, COMPUTER_SIZE));
		put_tables(e);
		artefact_message(e->a, "%s %s (%s)", kind, times[i].verb, state_word(e->state));
		st = artefact_send(e->a, err);
	}
	return st;
}

/* --- which kind --- */

static const struct kind {
	const char *name, *table, *and_table;
	enum triage_status (*read)(struct ese *e, struct triage_error *err);
} kinds[] = {
	{ "SRUM database", "SruDbIdMapTable", NULL, ese_read_srum },
	{ "UAL database", "CLIENTS", "ROLE_ACCESS", ese_read_ual },
	{ "UAL database", "SYSTEM_IDENTITY", NULL, ese_read_ual },
	{ "WebCache database", "Containers", NULL, ese_read_webcache },
	{ "File History catalogue", "namespace", "string", ese_read_file_history },
	{ "Windows Search database", "SystemIndex_PropertyStore", NULL, ese_read_search },
	{ "Windows Search database", "SystemIndex_Gthr", NULL, ese_read_search },
	{ "Windows Search database", "SystemIndex_0A", NULL, ese_read_search },
	{ "Active Directory database", "datatable", "link_table", ese_read_directory },
	{ "BITS queue", "Jobs", "Files", ese_read_bits },
	{ "Certificate Services database", "Requests", "Certificates", ese_read_certificates },
};

static enum triage_status
read_database(struct ese *e, struct triage_error *err)
{
	const struct kind *k = NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && k == NULL; i++)
		if (ese_table(e, kinds[i].table) != NULL && (kinds[i].and_table == NULL || ese_table(e, kinds[i].and_table) != NULL))
			k = &kinds[i];
	enum triage_status st = send_header(e, k != NULL ? k->name : "ESE database", err);
	if (st == TRIAGE_OK)
		st = k != NULL ? k->read(e, err) : TRIAGE_OK;
	if (st == TRIAGE_OK && e->long_over)
		st = artefact_remark(e->a, TRIAGE_LOW, "long-values", TRIAGE_NO_ID, 0, err, "long or compressed values with more bytes than are read of a file of this size were left out");
	if (st == TRIAGE_OK && e->long_lost > 0)
		st = artefact_remark(e->a, TRIAGE_LOW, "long-values-lost", TRIAGE_NO_ID, 0, err, "%ju times a long value of a row could not be found or unpacked, and is missing from its event",
		    (uintmax_t)e->long_lost);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct ese e;
	enum triage_status st = ese_open(&e, a, all, err);
	if (st == TRIAGE_OK && e.seen != NULL)
		st = read_database(&e, err);
	ese_release(&e);
	return st;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return ese_is_header(head);
}

const struct artefact_kind artefact_ese = {
	.name = "ese",
	.source = "ese",
	.title = "ESE database (SRUM, UAL, WebCache, BITS, Active Directory, File History, Certificate Services, Windows Search)",
	.yields = "use of programs and network by hour; clients of a server by user and address; browser history; transfers; accounts; certificate requests",
	.reference = "libesedb, Extensible Storage Engine (ESE) Database File format; [MS-XCA]",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
