/* build_hosts.c - hosts and accounts from what artefacts told, and with them the clock by which local times are placed. */
#include "triage/base/scoped.h"
#include "triage/case/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Of each filesystem and name the fact that stands: the heaviest, of moments the latest, of texts the one told by the file nearest to the root, then the
 * one told most often. What deleted files and members of archives tell counts only where no other file tells of hosts (or accounts): a backup may be
 * that of another machine. Shadow copies tell of the machine as it was: only what lies on volumes of now makes a host.
 * 0 TRIAGE_STATE_ALLOCATED; a member's attr_id is beyond 32 bits. The members of an archive that was given are the evidence, not a copy beside it.
 */
static const char facts_sql[] =
    "DROP TABLE IF EXISTS temp.fact_place; CREATE TEMP TABLE fact_place AS SELECT u.filesystem_id AS filesystem_id, t.kind AS kind, t.subject AS subject,"
    " t.name AS name, t.value AS value, t.time AS time, t.weight AS weight, (e.state <> 0 OR (u.attr_id >= 1 << 32 AND f.type <> 'archive')) AS elsewhere, length(e.path) AS depth"
    " FROM told t JOIN unit u ON u.unit_id = t.unit_id JOIN entry e ON e.entry_id = u.entry_id JOIN filesystem f ON f.filesystem_id = u.filesystem_id"
    " LEFT JOIN volume v ON v.evidence_id = f.evidence_id AND v.position = f.volume WHERE t.kind <> 'package-file' AND (v.kind IS NULL OR v.kind <> 'vss');"
    " DELETE FROM temp.fact_place WHERE elsewhere AND (filesystem_id, kind) IN (SELECT filesystem_id, kind FROM temp.fact_place WHERE NOT elsewhere);"
    /* what is told of an account by its name is told of the account that is called so */
    " DROP TABLE IF EXISTS temp.account_name; CREATE TEMP TABLE account_name(filesystem_id INTEGER, name TEXT, subject TEXT,"
    " PRIMARY KEY(filesystem_id, name)) WITHOUT ROWID; INSERT OR IGNORE INTO temp.account_name SELECT filesystem_id, value, subject FROM temp.fact_place"
    " WHERE kind = 'account' AND name = 'name' AND value <> subject ORDER BY filesystem_id, value, length(subject), subject;"
    " UPDATE temp.fact_place SET subject = (SELECT n.subject FROM temp.account_name n WHERE n.filesystem_id = fact_place.filesystem_id"
    " AND n.name = fact_place.subject) WHERE kind = 'account' AND (filesystem_id, subject) IN (SELECT filesystem_id, name FROM temp.account_name);"
    " DROP TABLE IF EXISTS temp.host_fact; CREATE TEMP TABLE host_fact(filesystem_id INTEGER, kind TEXT, subject TEXT, name TEXT, value TEXT,"
    " time INTEGER, PRIMARY KEY(filesystem_id, kind, subject, name)) WITHOUT ROWID;"
    " INSERT OR IGNORE INTO temp.host_fact SELECT filesystem_id, kind, subject, name, value, time FROM temp.fact_place"
    " GROUP BY 1, 2, 3, 4, 5, 6, weight ORDER BY 1, 2, 3, 4, weight DESC, time DESC, min(depth), count(*) DESC, value;"
    /* addresses and groups are as many as there are */
    " DROP TABLE IF EXISTS temp.host_list; CREATE TEMP TABLE host_list(filesystem_id INTEGER, subject TEXT, name TEXT, list TEXT,"
    " PRIMARY KEY(filesystem_id, subject, name)) WITHOUT ROWID; INSERT INTO temp.host_list SELECT filesystem_id, subject, name, group_concat(value, ', ')"
    " FROM (SELECT DISTINCT filesystem_id, subject, name, value FROM temp.fact_place WHERE name IN ('address', 'groups') AND value <> ''"
    " ORDER BY 1, 2, 3, 4) GROUP BY 1, 2, 3";

#define TEXT_FACT(kind, subject, fact) "(SELECT nullif(value, '') FROM temp.host_fact WHERE filesystem_id = h.filesystem_id AND kind = '" kind "'" \
	" AND subject = " subject " AND name = '" fact "')"
#define TIME_FACT(kind, subject, fact) "(SELECT time FROM temp.host_fact WHERE filesystem_id = h.filesystem_id AND kind = '" kind "'" \
	" AND subject = " subject " AND name = '" fact "')"
#define HOST_TEXT(fact) TEXT_FACT("host", "''", fact)
#define HOST_TIME(fact) TIME_FACT("host", "''", fact)
#define ACCOUNT_TEXT(fact) TEXT_FACT("account", "h.subject", fact)
#define ACCOUNT_TIME(fact) TIME_FACT("account", "h.subject", fact)
#define LIST(subject, fact) "(SELECT list FROM temp.host_list WHERE filesystem_id = h.filesystem_id AND subject = " subject " AND name = '" fact "')"

static const struct build_copy hosts = {
	.from = "SELECT h.filesystem_id, coalesce(nullif((SELECT value FROM fact WHERE key = 'meta.hostname'), ''), " HOST_TEXT("hostname") "), "
	    HOST_TEXT("os") ", coalesce(" HOST_TEXT("version") ", " HOST_TEXT("build") "), " HOST_TIME("installed") ", " HOST_TEXT("timezone") ", "
	    HOST_TEXT("domain") ", " HOST_TIME("last_shutdown") ", " HOST_TIME("last_boot") ", " HOST_TEXT("build") ", " LIST("''", "address")
	    " FROM (SELECT DISTINCT filesystem_id FROM temp.host_fact WHERE kind = 'host' AND name IN ('hostname', 'os', 'version', 'timezone', 'installed')) h"
	    " ORDER BY h.filesystem_id",
	.into = "INSERT INTO t_host VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
};

static const struct build_copy accounts = {
	.from = "SELECT h.filesystem_id, " ACCOUNT_TEXT("name") ", h.subject, " LIST("h.subject", "groups") ", " ACCOUNT_TIME("created") ", "
	    ACCOUNT_TIME("last_login") ", " ACCOUNT_TIME("last_password_change") ", " ACCOUNT_TEXT("disabled") " IN ('1', 'yes', 'true'), "
	    ACCOUNT_TEXT("home")
	    " FROM (SELECT DISTINCT filesystem_id, subject FROM temp.host_fact WHERE kind = 'account') h ORDER BY h.filesystem_id, h.subject",
	.into = "INSERT INTO t_account SELECT NULL, (SELECT host_id FROM t_host WHERE filesystem_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9",
};

/* --- whose clock and name a filesystem has --- */

static enum triage_status
take_clock(struct case_sealer *z, uint64_t filesystem_id, const char *name, const char *hostname, struct triage_error *err)
{
	struct build_clock *grown = reallocarray(z->clocks, z->clock_count + 1, sizeof(*grown));
	if (grown == NULL)
		return store_no_memory(err);
	z->clocks = grown;
	struct build_clock *c = &z->clocks[z->clock_count];
	*c = (struct build_clock){ .filesystem_id = filesystem_id, .hostname = strdup(hostname) };
	if (c->hostname == NULL)
		return store_no_memory(err);
	z->clock_count++;
	struct triage_error why;
	const char *zone = zone_name_of(name);
	/* a machine may tell no name, but the rule that its zone file ends with */
	if ((zone == NULL || zone_load(zone, &c->zone, &why) != TRIAGE_OK) && zone_rule(name, &c->zone, &why) != TRIAGE_OK)
		return TRIAGE_OK;
	snprintf(c->zone_name, sizeof(c->zone_name), "%s", zone != NULL ? zone : name);
	return TRIAGE_OK;
}

static enum triage_status
take_clocks(struct case_sealer *z, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_prepare(&z->q, "SELECT filesystem_id, coalesce(timezone, ''), coalesce(hostname, '') FROM t_host ORDER BY host_id", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&z->q, rows, err)) == TRIAGE_OK) {
		char *zone = strdup(sql_text(rows, 1));
		st = zone == NULL ? store_no_memory(err) : take_clock(z, (uint64_t)sqlite3_column_int64(rows, 0), zone, sql_text(rows, 2), err);
		free(zone);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	if (st != TRIAGE_END)
		return st;
	/* what belongs to no host: the zone and the name that the person gave */
	SCOPED_FREE char *name = strdup(case_get(z->store, "meta.hostname"));
	SCOPED_FREE char *zone = strdup(case_get(z->store, "meta.timezone"));
	if (name == NULL || zone == NULL)
		return store_no_memory(err);
	return take_clock(z, 0, zone, name, err);
}

/* Its own host's; where it has none, that of the only host there is; else what the person gave, which is the last one. */
const struct build_clock *
build_clock_of(const struct case_sealer *z, uint64_t filesystem_id)
{
	for (size_t i = 0; i + 1 < z->clock_count; i++)
		if (z->clocks[i].filesystem_id == filesystem_id)
			return &z->clocks[i];
	const struct build_clock *given = &z->clocks[z->clock_count - 1];
	return z->clock_count == 2 && given->hostname[0] == '\0' ? &z->clocks[0] : given;
}

void
build_forget_clocks(struct case_sealer *z)
{
	for (size_t i = 0; i < z->clock_count; i++) {
		zone_free(z->clocks[i].zone);
		free(z->clocks[i].hostname);
	}
	free(z->clocks);
	z->clocks = NULL;
	z->clock_count = 0;
}

/* The name of the host on each filesystem, for the moments of its files. */
static enum triage_status
name_filesystems(struct case_sealer *z, struct triage_error *err)
{
	sqlite3_stmt *put;
	int64_t last = 0;
	enum triage_status st = sql_number(&z->store->q, "SELECT coalesce(max(filesystem_id), 0) FROM filesystem", &last, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&z->q, "UPDATE t_filesystem SET host = ?2 WHERE filesystem_id = ?1", &put, err);
	if (st != TRIAGE_OK)
		return st;
	for (int64_t id = 1; id <= last && st == TRIAGE_OK; id++) {
		sqlite3_bind_int64(put, 1, id);
		sql_bind_word(put, 2, build_clock_of(z, (uint64_t)id)->hostname);
		st = sql_run(&z->q, put, err);
	}
	sqlite3_finalize(put);
	return st;
}

enum triage_status
build_hosts(struct case_sealer *z, struct triage_error *err)
{
	enum triage_status st = sql_exec(&z->store->q, facts_sql, err);
	if (st == TRIAGE_OK)
		st = build_copy(z, &hosts, 0, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = build_copy(z, &accounts, 0, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = take_clocks(z, err);
	return st == TRIAGE_OK ? name_filesystems(z, err) : st;
}
