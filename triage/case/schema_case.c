/*
 * schema_case.c - tables and views of case.db. Scripts rely on the views: names, columns and their order are the contract's,
 * our own columns come after them. The tables (t_...) may change with any version.
 *
 * Content, extents and matches are kept once, whatever names the content has: a match belongs to a digest and a size, or, when the
 * rule looked at the name, to a stream (filesystem, inode, attribute), as an extent does. The views join.
 */
#include "triage/case/schema.h"

#include <stddef.h>

const char *const case_tables[] = {
    "CREATE TABLE t_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE t_evidence(evidence_id INTEGER PRIMARY KEY, name TEXT, kind TEXT, size INTEGER, sector_size INTEGER, md5 TEXT, sha1 TEXT,"
    " sha256 TEXT, stored_md5 TEXT, stored_sha1 TEXT, hash_verdict TEXT, bad_sectors INTEGER, source_size INTEGER)",
    "CREATE TABLE t_volume(volume_id INTEGER PRIMARY KEY, evidence_id INTEGER, parent_id INTEGER, kind TEXT, start INTEGER, length INTEGER,"
    " label TEXT, uuid TEXT, state TEXT, position INTEGER)",
    /* precision of the times in general, of the last access, and of the creation */
    "CREATE TABLE t_filesystem(filesystem_id INTEGER PRIMARY KEY, volume_id INTEGER, type TEXT, label TEXT, uuid TEXT, block_size INTEGER,"
    " evidence_id INTEGER, start INTEGER, length INTEGER, precision TEXT, accessed_precision TEXT, created_precision TEXT, host TEXT)",
    "CREATE TABLE t_host(host_id INTEGER PRIMARY KEY, filesystem_id INTEGER, hostname TEXT, os TEXT, version TEXT, installed INTEGER,"
    " timezone TEXT, domain TEXT, last_shutdown INTEGER, last_boot INTEGER, build TEXT, addresses TEXT)",
    "CREATE TABLE t_account(account_id INTEGER PRIMARY KEY, host_id INTEGER, name TEXT, sid_or_uid TEXT, \"groups\" TEXT, created INTEGER,"
    " last_login INTEGER, last_password_change INTEGER, disabled INTEGER, home TEXT)",
    /* digests: hex, of whole content only; known: 0 good, 1 bad; matched: rules hit it, and content_key is its key in t_match;
       twin_filesystem: of a shadow copy's stream that equals one of another filesystem, with the same key: that one, which has its extents */
    "CREATE TABLE t_file(file_id INTEGER PRIMARY KEY, filesystem_id INTEGER, inode INTEGER, sequence INTEGER, stream TEXT, path TEXT, name_raw BLOB,"
    " kind TEXT, state TEXT, size INTEGER, mode INTEGER, uid INTEGER, gid INTEGER, owner TEXT, mtime INTEGER, atime INTEGER, ctime INTEGER,"
    " btime INTEGER, fn_mtime INTEGER, fn_atime INTEGER, fn_ctime INTEGER, fn_btime INTEGER, link_target TEXT, md5 TEXT, sha1 TEXT, sha256 TEXT,"
    " mime TEXT, magic TEXT, extension_mismatch INTEGER, entropy REAL, known INTEGER, content TEXT, attr_type INTEGER, attr_id INTEGER,"
    " flags INTEGER, text INTEGER, chi_square REAL, entropy_first REAL, entropy_last REAL, entropy_most REAL, entropy_least REAL,"
    " blocks INTEGER, random_blocks INTEGER, bytes_read INTEGER, block_size INTEGER, most_offset INTEGER, windowed INTEGER,"
    " scan_incomplete INTEGER, matched INTEGER, content_key BLOB, shape TEXT, twin_filesystem INTEGER)",
    /* files that a package names, by whichever path; differs: from the digests that packages give, NULL when its own is not known */
    "CREATE TABLE t_package_file(file_id INTEGER PRIMARY KEY, package TEXT, differs INTEGER)",
    /* what the judge says of a file that is not plainly intact, and the filesystems whose files it looked at so; damage by parts of the tree */
    "CREATE TABLE t_damage(file_id INTEGER PRIMARY KEY, damage TEXT, damage_share REAL, original_path TEXT, damage_reason TEXT, older_copy INTEGER)",
    "CREATE TABLE t_damage_filesystem(filesystem_id INTEGER PRIMARY KEY)",
    "CREATE TABLE t_damage_sum(sum_id INTEGER PRIMARY KEY, scope TEXT, name TEXT, filesystem_id INTEGER, depth INTEGER, files INTEGER, bytes INTEGER,"
    " damaged_files INTEGER, damaged_bytes INTEGER, intact INTEGER, encrypted_whole INTEGER, encrypted_part INTEGER, renamed INTEGER, zeroed INTEGER,"
    " unknown INTEGER, older_copies INTEGER, first_time INTEGER, last_time INTEGER)",
    /* one row for each distinct time of a file; mask: bit n is the n-th time column */
    "CREATE TABLE t_moment(time INTEGER, file_id INTEGER, mask INTEGER, PRIMARY KEY(time, file_id)) WITHOUT ROWID",
    "CREATE TABLE t_meaning(mask INTEGER PRIMARY KEY, meaning TEXT)",
    /* offset: of the record in the file; event_ids count up with time. No WITHOUT ROWID: rows of more than 1000 bytes would take a page each */
    "CREATE TABLE t_event(event_id INTEGER PRIMARY KEY, time INTEGER, kind_id INTEGER, file_id INTEGER, offset INTEGER, host TEXT, user TEXT,"
    " message TEXT, data TEXT)",
    /* filled with the table, at its end: no second reading of it */
    "CREATE INDEX event_time ON t_event(time)",
    "CREATE TABLE t_event_kind(kind_id INTEGER PRIMARY KEY, precision TEXT, meaning TEXT, source TEXT, parser TEXT, technique TEXT)",
    /* further files that hold the same record */
    "CREATE TABLE t_event_source(event_id INTEGER, file_id INTEGER, offset INTEGER)",
    "CREATE TABLE t_rule(rule_index INTEGER PRIMARY KEY, name TEXT, namespace TEXT, tags TEXT, title TEXT, why TEXT, innocent TEXT, family TEXT,"
    " technique TEXT, kind TEXT, source TEXT, version TEXT, severity TEXT, confidence INTEGER)",
    "CREATE TABLE t_match(content_key BLOB, bytes INTEGER, rule_index INTEGER, string_id TEXT, offset INTEGER, length INTEGER, sample BLOB,"
    " PRIMARY KEY(content_key, bytes, rule_index, string_id, offset, length)) WITHOUT ROWID",
    "CREATE TABLE t_name_match(filesystem_id INTEGER, inode INTEGER, attr_type INTEGER, attr_id INTEGER, rule_index INTEGER, string_id TEXT,"
    " offset INTEGER, length INTEGER, sample BLOB,"
    " PRIMARY KEY(filesystem_id, inode, attr_type, attr_id, rule_index, string_id, offset, length)) WITHOUT ROWID",
    "CREATE TABLE t_extent(filesystem_id INTEGER, inode INTEGER, attr_type INTEGER, attr_id INTEGER, file_offset INTEGER, image_offset INTEGER,"
    " length INTEGER, PRIMARY KEY(filesystem_id, inode, attr_type, attr_id, file_offset, image_offset, length)) WITHOUT ROWID",
    "CREATE TABLE t_problem(problem_id INTEGER PRIMARY KEY, stage TEXT, severity TEXT, evidence_id INTEGER, filesystem_id INTEGER, path TEXT,"
    " inode INTEGER, code TEXT, message TEXT, bytes INTEGER, offset INTEGER)",
    /* ours: which machine spoke with this one; count: records, failed: of them failed logons; event_id: of the first record */
    "CREATE TABLE t_contact(contact_id INTEGER PRIMARY KEY, host TEXT, direction TEXT, peer TEXT, account TEXT, protocol TEXT, first_time INTEGER, last_time INTEGER,"
    " count INTEGER, failed INTEGER, source TEXT, event_id INTEGER)",
    "CREATE TABLE t_finding(finding_id INTEGER PRIMARY KEY, severity TEXT, confidence INTEGER, score INTEGER, rule TEXT, kind TEXT, title TEXT,"
    " technique TEXT, host TEXT, path TEXT, first_time INTEGER, last_time INTEGER, count INTEGER, detail TEXT, file_id INTEGER, story_id INTEGER)",
    "CREATE TABLE t_story(story_id INTEGER PRIMARY KEY, host TEXT, tactic TEXT, title TEXT, severity TEXT, confidence INTEGER, points REAL, first_time INTEGER,"
    " last_time INTEGER, findings INTEGER, shown INTEGER)",
    "CREATE TABLE t_coverage(coverage_id INTEGER PRIMARY KEY, what TEXT, total INTEGER, examined INTEGER, skipped INTEGER, failed INTEGER,"
    " bytes_total INTEGER, bytes_examined INTEGER, reason TEXT)",
    "CREATE TABLE t_custody(seq INTEGER PRIMARY KEY, time INTEGER, actor TEXT, action TEXT, detail TEXT, previous_hash TEXT, hash TEXT)",
    "PRAGMA application_id = " CASE_APPLICATION "",
    "PRAGMA user_version = " CASE_SCHEMA "",
    NULL,
};

const char *const case_views[] = {
    "CREATE INDEX matched_file ON t_file(matched) WHERE matched = 1",
    "CREATE INDEX source_event ON t_event_source(event_id)",
    "CREATE VIEW evidence AS SELECT evidence_id, name, kind, size, sector_size, md5, sha1, sha256, stored_md5, stored_sha1, hash_verdict,"
    " bad_sectors, source_size FROM t_evidence",
    "CREATE VIEW volumes AS SELECT volume_id, evidence_id, parent_id, kind, start, length, label, uuid, state, position FROM t_volume",
    "CREATE VIEW filesystems AS SELECT filesystem_id, volume_id, type, label, uuid, block_size, evidence_id, start, length FROM t_filesystem",
    "CREATE VIEW hosts AS SELECT host_id, filesystem_id, hostname, os, version, installed, timezone, domain, last_shutdown, last_boot, build, addresses"
    " FROM t_host",
    "CREATE VIEW accounts AS SELECT account_id, host_id, name, sid_or_uid, \"groups\", created, last_login, last_password_change, disabled,"
    " home FROM t_account",
    "CREATE VIEW files AS SELECT f.file_id AS file_id, filesystem_id, inode, sequence, stream, path, name_raw, kind, state, size, mode, uid, gid, owner,"
    " mtime, atime, ctime, btime, fn_mtime, fn_atime, fn_ctime, fn_btime, link_target, md5, sha1, sha256,"
    " mime, magic, extension_mismatch, entropy, CASE known WHEN 0 THEN 'good' WHEN 1 THEN 'bad' END AS known, content,"
    " attr_type, attr_id, flags, text, chi_square, entropy_first, entropy_last, entropy_most, entropy_least, blocks, random_blocks, bytes_read,"
    " block_size, most_offset, windowed, scan_incomplete, shape, iif(d.file_id IS NOT NULL, d.damage, iif(f.kind = 'file' AND f.state = 'allocated'"
    " AND f.stream = '' AND f.content = 'complete' AND f.attr_id < 4294967296 AND f.filesystem_id IN (SELECT filesystem_id FROM t_damage_filesystem), 'intact', NULL)) AS damage,"
    " d.damage_share AS damage_share, d.original_path AS original_path, d.damage_reason AS damage_reason,"
    " p.package AS package, p.differs AS package_differs"
    " FROM t_file f LEFT JOIN t_damage d ON d.file_id = f.file_id LEFT JOIN t_package_file p ON p.file_id = f.file_id",
    /* ours: damage by scope (case, filesystem, share, department, folder, type) and its part of the whole */
    "CREATE VIEW damage AS SELECT scope, name, filesystem_id, depth, files, bytes, damaged_files, damaged_bytes,"
    " iif(files > 0, round(damaged_files * 1.0 / files, 6), NULL) AS share, intact, encrypted_whole, encrypted_part, renamed, zeroed, unknown,"
    " older_copies, first_time, last_time FROM t_damage_sum ORDER BY sum_id",
    "CREATE VIEW timeline AS SELECT m.time AS time, CASE m.mask WHEN 2 THEN s.accessed_precision WHEN 8 THEN s.created_precision"
    " ELSE s.precision END AS precision, k.meaning AS meaning, 'filesystem' AS source, 'fs' AS parser,"
    " +s.host AS host, NULL AS user, f.path AS path,"
    " f.path || iif(f.stream = '', '', ':' || f.stream) || ' (' || iif(f.kind <> 'file', f.kind, iif(f.size IS NULL, 'size not known',"
    " f.size || ' bytes')) || iif(f.state = 'allocated', '', ', ' || f.state) || ')' AS message, NULL AS technique, m.file_id AS file_id,"
    " '{\"inode\":' || ifnull(f.inode, 'null') || ',\"size\":' || ifnull(f.size, 'null') || ',\"state\":\"' || f.state || '\"}' AS data, f.inode AS inode, f.sha256 AS sha256, NULL AS offset, NULL AS event_id"
    " FROM t_moment m CROSS JOIN t_file f ON f.file_id = m.file_id CROSS JOIN t_filesystem s ON s.filesystem_id = f.filesystem_id"
    " CROSS JOIN t_meaning k ON k.mask = m.mask"
    /* the plus signs take the column types away: both arms must agree in them, or SQLite sorts what is sorted already */
    " UNION ALL SELECT v.time, +k.precision, k.meaning, +k.source, +k.parser, +v.host, +v.user, f.path, +v.message, +k.technique, v.file_id, +v.data,"
    " f.inode, f.sha256, +v.offset, +v.event_id FROM t_event v CROSS JOIN t_event_kind k ON k.kind_id = v.kind_id"
    " CROSS JOIN t_file f ON f.file_id = v.file_id",
    /* ours: every place of a record that lies in more than one file */
    "CREATE VIEW event_sources AS SELECT v.event_id, v.file_id, f.path, v.offset FROM (SELECT DISTINCT event_id FROM t_event_source) s"
    " CROSS JOIN t_event v ON v.event_id = s.event_id CROSS JOIN t_file f ON f.file_id = v.file_id"
    " UNION ALL SELECT s.event_id, s.file_id, f.path, s.offset FROM t_event_source s CROSS JOIN t_file f ON f.file_id = s.file_id",
    "CREATE VIEW matches AS SELECT r.name AS rule, r.namespace AS namespace, r.tags AS tags, f.file_id AS file_id, f.path AS path,"
    " m.string_id AS string_id, m.offset AS offset, m.length AS length, m.sample AS sample, m.rule_index AS rule_index"
    " FROM t_file f CROSS JOIN t_match m ON m.content_key = f.content_key AND m.bytes = f.bytes_read CROSS JOIN t_rule r ON r.rule_index = m.rule_index"
    " WHERE f.matched = 1"
    " UNION ALL SELECT r.name, r.namespace, r.tags, f.file_id, f.path, m.string_id, m.offset, m.length, m.sample, m.rule_index"
    " FROM t_file f CROSS JOIN t_name_match m ON m.filesystem_id = f.filesystem_id AND m.inode = f.inode AND m.attr_type = f.attr_type"
    " AND m.attr_id = f.attr_id CROSS JOIN t_rule r ON r.rule_index = m.rule_index WHERE f.matched = 1 AND f.content <> 'none'",
    "CREATE VIEW extents AS SELECT f.file_id AS file_id, x.file_offset AS file_offset, x.image_offset AS image_offset, x.length AS length,"
    " s.evidence_id AS evidence_id FROM t_file f CROSS JOIN t_extent x ON x.filesystem_id = ifnull(f.twin_filesystem, f.filesystem_id) AND x.inode = f.inode"
    " AND x.attr_type = f.attr_type AND x.attr_id = f.attr_id CROSS JOIN t_filesystem s ON s.filesystem_id = f.filesystem_id"
    " WHERE f.content <> 'none'",
    "CREATE VIEW findings AS SELECT finding_id, severity, confidence, score, rule, kind, title, technique, host, path, first_time, last_time,"
    " count, detail, file_id, story_id FROM t_finding",
    /* ours: findings of one machine and one tactic; shown: on page 1 */
    "CREATE VIEW stories AS SELECT story_id, host, tactic, title, severity, confidence, points, first_time, last_time, findings, shown FROM t_story",
    "CREATE VIEW contacts AS SELECT contact_id, host, direction, peer, account, protocol, first_time, last_time, count, failed, source, event_id FROM t_contact",
    /* ours: where two sources say what cannot both be true; see contradictions.c */
    "CREATE VIEW contradictions AS SELECT contradiction_id, kind, host, subject, first_source, first_time, first_says, first_event_id, first_file_id, second_source, second_time,"
    " second_says, second_event_id, second_file_id, count FROM t_contradiction",
    "CREATE VIEW problems AS SELECT stage, severity, evidence_id, filesystem_id, path, inode, code, message, bytes, offset FROM t_problem",
    "CREATE VIEW coverage AS SELECT what, total, examined, skipped, failed, bytes_total, bytes_examined, reason FROM t_coverage",
    "CREATE VIEW custody AS SELECT seq, time, actor, action, detail, previous_hash, hash FROM t_custody",
    "CREATE VIEW rules AS SELECT rule_index, name, namespace, tags, title, why, innocent, family, technique, kind, source, version, severity,"
    " confidence FROM t_rule",
    /*
     * ours: files of a shadow copy that the volume no longer has under that path and inode. snapshot: when the copy was made. A join and no
     * NOT IN: for each row that it does not find, SQLite goes through the whole set once more to look for NULL.
     */
    "CREATE VIEW shadow_only AS SELECT f.file_id, f.path, f.stream, f.size, f.sha256,"
    " CAST(strftime('%s', substr(v.label, -20)) AS INTEGER) * 1000000000 AS snapshot, v.volume_id FROM t_volume v"
    " CROSS JOIN t_filesystem s ON s.volume_id = v.volume_id CROSS JOIN t_file f ON f.filesystem_id = s.filesystem_id"
    " LEFT JOIN (SELECT DISTINCT p.volume_id, ifnull(l.inode, -1) AS inode, l.path, l.stream FROM t_filesystem p"
    " CROSS JOIN t_file l ON l.filesystem_id = p.filesystem_id WHERE l.state = 'allocated'"
    " AND p.volume_id IN (SELECT c.parent_id FROM t_volume c WHERE c.kind = 'vss')) o"
    " ON o.volume_id = v.parent_id AND o.inode = ifnull(f.inode, -1) AND o.path = f.path AND o.stream = f.stream"
    " WHERE v.kind = 'vss' AND f.state = 'allocated' AND f.kind = 'file' AND o.path IS NULL"
    " AND EXISTS (SELECT 1 FROM t_filesystem h WHERE h.volume_id = v.parent_id)",
    "INSERT INTO t_meta SELECT 'shadow_only.' || volume_id, count(*) FROM shadow_only GROUP BY volume_id ORDER BY volume_id",
    "CREATE VIEW meta AS SELECT key, value FROM t_meta",
    NULL,
};
