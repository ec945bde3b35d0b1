/*
 * fleet_schema.c - tables of fleet.db, and the statements that work out what all bundles together tell.
 *
 * A machine that lies in two bundles counts once: `root` is its first row. Both steps are lists of statements, so that each is short and can be tried by hand.
 */
#include "triage/case/fleet_inside.h"

#include <stddef.h>

const char *const fleet_tables[] = {
    "CREATE TABLE bundles(bundle_id INTEGER PRIMARY KEY, folder TEXT, seal TEXT, state TEXT, reason TEXT, case_id TEXT, evidence_id TEXT, program TEXT, started TEXT,"
    " verdict TEXT, examined_share REAL, problems INTEGER, judged_from TEXT)",
    /* clock_offset: its clock minus that of clock_reference, a machine, in ns; first_sign_fleet: first_sign by that other clock, or by its own where no offset is known */
    "CREATE TABLE machines(machine_id INTEGER PRIMARY KEY, bundle_id INTEGER, name TEXT, name_key TEXT, domain TEXT, os TEXT, version TEXT, installed INTEGER, addresses TEXT,"
    " verdict TEXT, examined_share REAL, encrypted_files INTEGER, family TEXT, window_first INTEGER, window_last INTEGER, vector TEXT, same_as INTEGER,"
    " critical INTEGER DEFAULT 0, high INTEGER DEFAULT 0, medium INTEGER DEFAULT 0, first_sign INTEGER, first_what TEXT, last_sign INTEGER,"
    " clock_reference INTEGER, clock_offset INTEGER, first_sign_fleet INTEGER, came_from TEXT)",
    "CREATE TABLE names(machine_id INTEGER, key TEXT, PRIMARY KEY(key, machine_id)) WITHOUT ROWID",
    "CREATE TABLE evidence(evidence_id INTEGER PRIMARY KEY, bundle_id INTEGER, name TEXT, kind TEXT, size INTEGER, sha256 TEXT)",
    "CREATE TABLE findings(id INTEGER PRIMARY KEY, machine_id INTEGER, finding_id INTEGER, severity TEXT, confidence INTEGER, rule TEXT, kind TEXT, title TEXT,"
    " technique TEXT, family TEXT, path TEXT, first_time INTEGER, last_time INTEGER, count INTEGER)",
    "CREATE TABLE contacts(id INTEGER PRIMARY KEY, machine_id INTEGER, direction TEXT, peer TEXT, peer_key TEXT, account TEXT, account_key TEXT, protocol TEXT,"
    " first_time INTEGER, last_time INTEGER, count INTEGER, failed INTEGER, source TEXT, event_id INTEGER, peer_machine_id INTEGER)",
    "CREATE TABLE seen(id INTEGER PRIMARY KEY, kind TEXT, value TEXT, machine_id INTEGER, what TEXT, first_time INTEGER, last_time INTEGER, count INTEGER, severity INTEGER,"
    " item_id INTEGER)",
    "CREATE TABLE items(item_id INTEGER PRIMARY KEY, kind TEXT, value TEXT, machines INTEGER, first_time INTEGER, last_time INTEGER, severity INTEGER, what TEXT)",
    /* from_first and from_last by the clock of the one, to_first and to_last by that of the other */
    "CREATE TABLE movements(id INTEGER PRIMARY KEY, from_machine INTEGER, to_machine INTEGER, account TEXT, protocols TEXT, from_first INTEGER, from_last INTEGER,"
    " to_first INTEGER, to_last INTEGER, count INTEGER, failed INTEGER, seen_by TEXT)",
    "CREATE TABLE clocks(id INTEGER PRIMARY KEY, from_machine INTEGER, to_machine INTEGER, offset_ns INTEGER, spread_ns INTEGER, matched INTEGER)",
    "CREATE TABLE remarks(remark_id INTEGER PRIMARY KEY, code TEXT, bundle_id INTEGER, machine_id INTEGER, text TEXT)",
    "PRAGMA application_id = 1953653606",	/* "trif" */
    "PRAGMA user_version = 1",
    NULL,
};

const char *const fleet_puts[FLEET_TABLE_COUNT] = {
    [FLEET_BUNDLES] = "INSERT INTO bundles VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [FLEET_MACHINES] = ("INSERT INTO machines(bundle_id, name, name_key, domain, os, version, installed, addresses, verdict, examined_share, encrypted_files, family,"
	" window_first, window_last, vector) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"),
    [FLEET_NAMES] = "INSERT OR IGNORE INTO names VALUES(?1, ?2)",
    [FLEET_EVIDENCE] = "INSERT INTO evidence VALUES(NULL, ?1, ?2, ?3, ?4, ?5)",
    [FLEET_FINDINGS] = "INSERT INTO findings VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    [FLEET_CONTACTS] = "INSERT INTO contacts VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NULL)",
    [FLEET_SEEN] = "INSERT INTO seen VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL)",
    [FLEET_CLOCKS] = "INSERT INTO clocks VALUES(NULL, ?1, ?2, ?3, ?4, ?5)",
    [FLEET_REMARKS] = "INSERT INTO remarks VALUES(NULL, ?1, ?2, ?3, ?4)",
};

const char *const fleet_first_step[] = {
    "CREATE INDEX machine_name ON machines(name_key)",
    "CREATE INDEX evidence_sha256 ON evidence(sha256)",
    /* the same machine: the same name, and not known to be installed at different moments */
    "UPDATE machines SET same_as = (SELECT min(o.machine_id) FROM machines o WHERE o.name_key = machines.name_key AND o.machine_id < machines.machine_id"
    " AND (o.installed IS NULL OR machines.installed IS NULL OR o.installed = machines.installed)) WHERE name_key <> ''",
    /* a chain of them leads to its first */
    "UPDATE machines SET same_as = (SELECT coalesce(o.same_as, o.machine_id) FROM machines o WHERE o.machine_id = machines.same_as) WHERE same_as IS NOT NULL",
    "CREATE VIEW roots AS SELECT machine_id, coalesce(same_as, machine_id) AS root FROM machines",
    "INSERT INTO remarks SELECT NULL, 'same-machine', m.bundle_id, m.machine_id, o.name FROM machines m JOIN machines o ON o.machine_id = m.same_as ORDER BY m.machine_id",
    "INSERT INTO remarks SELECT NULL, 'same-name', m.bundle_id, m.machine_id, m.name FROM machines m WHERE m.name_key <> '' AND m.same_as IS NULL AND EXISTS"
    " (SELECT 1 FROM machines o WHERE o.name_key = m.name_key AND o.machine_id < m.machine_id) ORDER BY m.machine_id",
    "INSERT INTO remarks SELECT NULL, 'same-evidence', e.bundle_id, NULL, e.name FROM evidence e WHERE e.sha256 IS NOT NULL AND EXISTS (SELECT 1 FROM evidence o"
    " WHERE o.sha256 = e.sha256 AND o.bundle_id < e.bundle_id) ORDER BY e.evidence_id",
    "INSERT INTO remarks SELECT NULL, 'judged-again', b.bundle_id, NULL, o.folder FROM bundles b JOIN bundles o ON o.seal = b.judged_from AND o.state = 'taken'"
    " WHERE b.state = 'taken' ORDER BY b.bundle_id",
    "INSERT INTO remarks SELECT NULL, 'several-cases', NULL, NULL, group_concat(case_id, ', ') FROM (SELECT DISTINCT case_id FROM bundles WHERE state = 'taken' AND"
    " case_id IS NOT NULL ORDER BY case_id LIMIT 20) HAVING (SELECT count(DISTINCT coalesce(case_id, '')) FROM bundles WHERE state = 'taken') > 1",
    "INSERT INTO remarks SELECT NULL, 'several-versions', NULL, NULL, group_concat(program, ', ') FROM (SELECT DISTINCT program FROM bundles WHERE state = 'taken'"
    " ORDER BY program LIMIT 20) HAVING count(*) > 1",
    /* who is meant by a name or an address: one machine, or nobody */
    "CREATE TEMP TABLE who(key TEXT PRIMARY KEY, machine INTEGER, many INTEGER) WITHOUT ROWID",
    "INSERT INTO temp.who SELECT key, min(root), count(DISTINCT root) FROM names JOIN roots USING(machine_id) GROUP BY key",
    "UPDATE contacts SET peer_machine_id = (SELECT machine FROM temp.who WHERE key = peer_key AND many = 1) WHERE peer_key <> ''",
    "INSERT INTO remarks SELECT NULL, 'ambiguous-name', NULL, NULL, key FROM temp.who WHERE many > 1 AND key IN (SELECT peer_key FROM contacts) ORDER BY key",
    "DROP TABLE temp.who",
    "CREATE TEMP TABLE step AS SELECT iif(c.direction = 'to', r.root, c.peer_machine_id) AS a, iif(c.direction = 'to', c.peer_machine_id, r.root) AS b,"
    " c.direction = 'to' AS ours, c.account, c.account_key, c.protocol, c.first_time, c.last_time, c.count, c.failed FROM contacts c JOIN roots r USING(machine_id)"
    " WHERE c.peer_machine_id IS NOT NULL AND c.peer_machine_id <> r.root ORDER BY a, b, c.account_key, c.id",
    "CREATE INDEX temp.step_key ON step(a, b, account_key)",
    /* total(), not sum(): counts of a bundle may be any number, and an overflow would end it all */
    "INSERT INTO movements SELECT NULL, a, b, min(account), (SELECT group_concat(protocol, ', ') FROM (SELECT DISTINCT p.protocol FROM temp.step p WHERE p.a = s.a AND p.b = s.b"
    " AND p.account_key = s.account_key AND p.protocol <> '' ORDER BY p.protocol)), min(iif(ours, first_time, NULL)), max(iif(ours, last_time, NULL)),"
    " min(iif(ours, NULL, first_time)), max(iif(ours, NULL, last_time)), CAST(max(total(iif(ours, count, 0)), total(iif(ours, 0, count))) AS INTEGER),"
    " CAST(max(total(iif(ours, failed, 0)), total(iif(ours, 0, failed))) AS INTEGER), CASE WHEN min(ours) <> max(ours) THEN 'both' WHEN min(ours) THEN 'from' ELSE 'to' END"
    " FROM temp.step s GROUP BY a, b, account_key ORDER BY a, b, account_key",
    "DROP TABLE temp.step",
    "CREATE INDEX movement_to ON movements(to_machine)",
    NULL,
};

/* Of what is left when clocks are known. */
#define FROM_FLEET "coalesce(m.from_first - coalesce(f.clock_offset, 0), m.to_first - coalesce(t.clock_offset, 0))"
const char *const fleet_second_step[] = {
    "CREATE INDEX finding_machine ON findings(machine_id)",
    "UPDATE machines SET critical = (SELECT count(*) FROM findings f WHERE f.machine_id = machines.machine_id AND severity = 'critical'),"
    " high = (SELECT count(*) FROM findings f WHERE f.machine_id = machines.machine_id AND severity = 'high'),"
    " medium = (SELECT count(*) FROM findings f WHERE f.machine_id = machines.machine_id AND severity = 'medium')",
    /* as the entry of a single case: the earliest of at least high severity; of medium, when there is none such but several */
    "UPDATE machines SET (first_sign, first_what) = (SELECT first_time, title FROM findings f WHERE f.machine_id = machines.machine_id AND first_time IS NOT NULL AND"
    " (severity IN ('critical', 'high') OR (severity = 'medium' AND machines.critical + machines.high = 0 AND machines.medium > 1)) ORDER BY first_time, f.id LIMIT 1),"
    " last_sign = (SELECT max(coalesce(last_time, first_time)) FROM findings f WHERE f.machine_id = machines.machine_id AND severity IN ('critical', 'high'))",
    "CREATE INDEX machine_bundle ON machines(bundle_id)",
    "UPDATE machines SET verdict = 'incomplete' WHERE critical + high + medium = 0 AND verdict IN ('compromised', 'suspicious') AND (SELECT count(*) FROM machines o"
    " WHERE o.bundle_id = machines.bundle_id) > 1",
    "UPDATE machines SET first_sign_fleet = first_sign - coalesce(clock_offset, 0)",
    /* from where somebody had come in before the first sign, or within the minute of it */
    "UPDATE machines SET came_from = (SELECT group_concat(name, ', ') FROM (SELECT DISTINCT f.name FROM movements m JOIN machines f ON f.machine_id = m.from_machine"
    " JOIN machines t ON t.machine_id = m.to_machine WHERE m.to_machine = coalesce(machines.same_as, machines.machine_id) AND m.count > m.failed"
    " AND " FROM_FLEET " <= machines.first_sign_fleet + 60000000000 AND f.first_sign_fleet IS NOT NULL ORDER BY f.name LIMIT 5)) WHERE first_sign_fleet IS NOT NULL",
    "DELETE FROM seen WHERE kind = 'address' AND value IN (SELECT key FROM names)",
    "INSERT INTO items(kind, value, machines, first_time, last_time, severity, what) SELECT kind, value, count(DISTINCT root), min(first_time), max(last_time), max(severity),"
    " min(what) FROM seen JOIN roots USING(machine_id) GROUP BY kind, value HAVING count(DISTINCT root) > 1 ORDER BY kind, max(severity) DESC, count(DISTINCT root) DESC, value",
    "CREATE TEMP TABLE item_of(kind TEXT, value TEXT, item_id INTEGER, PRIMARY KEY(kind, value)) WITHOUT ROWID",
    "INSERT INTO temp.item_of SELECT kind, value, item_id FROM items",
    "UPDATE seen SET item_id = (SELECT i.item_id FROM temp.item_of i WHERE i.kind = seen.kind AND i.value = seen.value)",
    "DROP TABLE temp.item_of",
    "CREATE INDEX seen_item ON seen(item_id) WHERE item_id IS NOT NULL",
    NULL,
};

#define VERDICT_RANK "CASE m.verdict WHEN 'compromised' THEN 0 WHEN 'suspicious' THEN 1 WHEN 'nothing-found' THEN 3 ELSE 2 END"
#define MACHINE_COLUMNS "m.machine_id, m.bundle_id, m.name, m.domain, m.os, m.version, m.addresses, m.verdict, m.examined_share, m.encrypted_files, m.family, m.window_first," \
	" m.window_last, m.vector, m.critical, m.high, m.medium, m.first_sign, m.first_what, m.last_sign, m.clock_reference, m.clock_offset, m.first_sign_fleet, m.came_from," \
	" m.same_as, b.folder"
const char *const fleet_views[FLEET_VIEW_COUNT] = {
    [FLEET_VIEW_BUNDLES] = "SELECT * FROM bundles ORDER BY bundle_id",
    [FLEET_VIEW_REMARKS] = "SELECT r.remark_id, r.code, r.bundle_id, b.folder, r.machine_id, r.text FROM remarks r LEFT JOIN bundles b ON b.bundle_id = r.bundle_id ORDER BY r.remark_id",
    [FLEET_VIEW_EVIDENCE] = "SELECT * FROM evidence ORDER BY evidence_id",
    [FLEET_VIEW_MACHINES] = "SELECT " MACHINE_COLUMNS " FROM machines m JOIN bundles b USING(bundle_id) ORDER BY " VERDICT_RANK ", m.critical DESC, m.high DESC, m.name, m.machine_id",
    [FLEET_VIEW_SPREAD] = "SELECT " MACHINE_COLUMNS " FROM machines m JOIN bundles b USING(bundle_id) WHERE m.first_sign_fleet IS NOT NULL AND m.same_as IS NULL"
	" ORDER BY m.first_sign_fleet, m.machine_id",
    [FLEET_VIEW_MOVEMENTS] = "SELECT m.from_machine, f.name, m.to_machine, t.name, m.account, m.protocols, m.from_first, m.from_last, m.to_first, m.to_last, m.count, m.failed, m.seen_by,"
	" c.offset_ns FROM movements m JOIN machines f ON f.machine_id = m.from_machine JOIN machines t ON t.machine_id = m.to_machine"
	" LEFT JOIN clocks c ON c.from_machine = m.from_machine AND c.to_machine = m.to_machine ORDER BY " FROM_FLEET " IS NULL, " FROM_FLEET ", m.id",
    [FLEET_VIEW_PAIRS] = "SELECT from_machine, '', to_machine, '', account, protocols, from_first, from_last, to_first, to_last FROM movements ORDER BY from_machine, to_machine, id",
    [FLEET_VIEW_MOVED] = "SELECT machine_id, name, verdict FROM machines WHERE machine_id IN (SELECT from_machine FROM movements UNION SELECT to_machine FROM movements)"
	" ORDER BY first_sign_fleet IS NULL, first_sign_fleet, machine_id",
    [FLEET_VIEW_CLOCKS] = "SELECT c.from_machine, f.name, c.to_machine, t.name, c.offset_ns, c.spread_ns, c.matched FROM clocks c JOIN machines f ON f.machine_id = c.from_machine"
	" JOIN machines t ON t.machine_id = c.to_machine ORDER BY c.id",
    [FLEET_VIEW_ITEMS] = "SELECT item_id, kind, value, machines, first_time, last_time, severity, what FROM items ORDER BY item_id",
    [FLEET_VIEW_SEEN] = "SELECT s.item_id, s.machine_id, m.name, s.what, s.first_time, s.last_time, s.count FROM seen s JOIN machines m USING(machine_id) WHERE s.item_id IS NOT NULL"
	" ORDER BY s.item_id, s.machine_id, s.id",
    /* a machine that lies in several bundles counts by the worst that one of them says */
    [FLEET_VIEW_TOTALS] = "SELECT (SELECT count(*) FROM bundles), (SELECT count(*) FROM bundles WHERE state = 'taken'), (SELECT count(*) FROM bundles WHERE state = 'refused'), count(*),"
	" coalesce(sum(worst = 0), 0), coalesce(sum(worst = 1), 0), coalesce(sum(worst = 2), 0), coalesce(sum(worst = 3), 0), (SELECT count(*) FROM movements), (SELECT count(*) FROM items)"
	" FROM (SELECT min(" VERDICT_RANK ") AS worst FROM machines m GROUP BY coalesce(same_as, machine_id))",
};
