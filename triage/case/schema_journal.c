/*
 * schema_journal.c - tables of the journal.
 *
 * Results, matches and extents are only appended, in the order in which they come: on a USB stick a page touched once costs
 * the same as a page filled, so random places are left to the build at the end. An entry's id is its filesystem's id
 * and its edge in one number (ENTRY_EDGE_BITS), a unit's row points at its first entry.
 */
#include "triage/case/schema.h"

const char journal_schema[] =
    /* facts about the run: options, phases done; keys that begin with "meta." go to the sealed case */
    "CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE evidence(evidence_id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER NOT NULL, size INTEGER, sector_size INTEGER,"
    " source_size INTEGER, stored_md5 TEXT, stored_sha1 TEXT, md5 TEXT, sha1 TEXT, sha256 TEXT, hash_verdict TEXT, bad_sectors INTEGER);"
    /* position: index within its evidence */
    "CREATE TABLE volume(volume_id INTEGER PRIMARY KEY, evidence_id INTEGER NOT NULL, position INTEGER NOT NULL, parent INTEGER,"
    " state INTEGER NOT NULL, kind TEXT NOT NULL, label TEXT, uuid TEXT, start INTEGER, length INTEGER, UNIQUE(evidence_id, position));"
    "CREATE TABLE filesystem(filesystem_id INTEGER PRIMARY KEY, evidence_id INTEGER NOT NULL, position INTEGER NOT NULL,"
    " volume INTEGER NOT NULL, type TEXT NOT NULL, label TEXT, uuid TEXT, start INTEGER, length INTEGER, block_size INTEGER,"
    " UNIQUE(evidence_id, position));"
    /* one content stream under one name; parent: edge of its folder */
    "CREATE TABLE entry(entry_id INTEGER PRIMARY KEY, parent INTEGER, inode INTEGER, sequence INTEGER, attr_type INTEGER, attr_id INTEGER,"
    " kind INTEGER, state INTEGER, flags INTEGER, name BLOB, stream BLOB, size INTEGER, mode INTEGER, uid INTEGER, gid INTEGER, owner TEXT,"
    " mtime INTEGER, atime INTEGER, ctime INTEGER, btime INTEGER, fn_mtime INTEGER, fn_atime INTEGER, fn_ctime INTEGER, fn_btime INTEGER,"
    " link BLOB, path TEXT NOT NULL);"
    /* one stream of content, whatever names it has; entry_id: the first of them */
    "CREATE TABLE unit(unit_id INTEGER PRIMARY KEY, filesystem_id INTEGER NOT NULL, inode INTEGER NOT NULL, attr_type INTEGER NOT NULL,"
    " attr_id INTEGER NOT NULL, entry_id INTEGER NOT NULL, size INTEGER, rank INTEGER NOT NULL, place INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0, UNIQUE(filesystem_id, inode, attr_type, attr_id));"
    /* places: digest of where the bytes lie; twin: unit in another filesystem whose result this is. judged: type and randomness are in this row, and the matches of the unit hold for all equal content */
    "CREATE TABLE result(result_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, state INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " hashed INTEGER NOT NULL, judged INTEGER NOT NULL, windowed INTEGER, scan_incomplete INTEGER, md5 BLOB, sha1 BLOB, sha256 BLOB,"
    " text INTEGER, mime TEXT, magic TEXT, entropy REAL, chi_square REAL, first REAL, last REAL, most REAL, least REAL,"
    " most_offset INTEGER, block_size INTEGER, blocks INTEGER, random_blocks INTEGER, places BLOB, twin INTEGER, shape TEXT);"
    "CREATE TABLE match(match_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, rule INTEGER NOT NULL, string_id TEXT NOT NULL,"
    " offset INTEGER NOT NULL, length INTEGER NOT NULL, sample BLOB, by_name INTEGER NOT NULL);"
    "CREATE TABLE extent(extent_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, file_offset INTEGER NOT NULL, image_offset INTEGER NOT NULL,"
    " length INTEGER NOT NULL);"
    /* events of a unit, packed: see event_batch.h; bytes: of its rows before they were packed */
    "CREATE TABLE event_batch(batch_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " words BLOB NOT NULL, packed BLOB NOT NULL);"
    "CREATE TABLE told(told_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL,"
    " value TEXT NOT NULL, time INTEGER, weight INTEGER NOT NULL);"
    /* streams that a parser claimed; whole: it saw them to their end */
    "CREATE TABLE artefact(artefact_id INTEGER PRIMARY KEY, unit_id INTEGER NOT NULL, parser TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " events INTEGER NOT NULL, whole INTEGER NOT NULL);"
    /* digest: of all other columns, so that the same row is kept once */
    "CREATE TABLE problem(digest BLOB PRIMARY KEY, evidence_id INTEGER, filesystem_id INTEGER, path TEXT, stage TEXT NOT NULL,"
    " severity INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, inode INTEGER, edge INTEGER, offset INTEGER, bytes INTEGER)"
    " WITHOUT ROWID;"
    "CREATE TABLE rule(rule_index INTEGER PRIMARY KEY, name TEXT, namespace TEXT, tags TEXT, title TEXT, why TEXT, innocent TEXT,"
    " family TEXT, technique TEXT, kind TEXT, source TEXT, version TEXT, severity INTEGER, confidence INTEGER);"
    "CREATE TABLE custody(seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL,"
    " previous_hash TEXT NOT NULL, hash TEXT NOT NULL);"
    "PRAGMA application_id = " JOURNAL_APPLICATION ";"
    "PRAGMA user_version = " JOURNAL_VERSION ";";
