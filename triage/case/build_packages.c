/*
 * build_packages.c - the files that packages name, and which of them differ from the digest that their package gives.
 *
 * What is told by deleted files and by members of archives does not count; the members of an archive that was given are the evidence. A path may be named by
 * several packages (diversions): any of their digests will do. Since the folders were joined, /bin is /usr/bin; packages still say either. A digest is MD5, SHA-1 or
 * SHA-256 by its length; what is none of these ("none", SHA-512) says whose the file is and no more. "config " stands before that of a configuration file,
 * which is meant to be changed: such a difference is told apart (2).
 */
#include "triage/case/build.h"

#define PLACE(path) "CASE WHEN " path " GLOB '/usr/bin/*' OR " path " GLOB '/usr/sbin/*' OR " path " GLOB '/usr/lib*' THEN substr(" path ", 5) ELSE " path " END"

/* 0: TRIAGE_STATE_ALLOCATED; a member's attr_id is beyond 32 bits. */
static const struct build_copy sums = {
	.from = "SELECT u.filesystem_id, " PLACE("t.subject") ", t.name, t.value FROM told t JOIN unit u ON u.unit_id = t.unit_id JOIN entry e ON e.entry_id = u.entry_id"
	    " JOIN filesystem f ON f.filesystem_id = u.filesystem_id WHERE t.kind = 'package-file' AND e.state = 0 AND (u.attr_id < 1 << 32 OR f.type = 'archive')"
	    " ORDER BY 1, 2, 3, 4",
	.into = "INSERT OR IGNORE INTO temp.package_sum VALUES(?1, ?2, ?3, ?4)",
};

#define DIGEST "replace(p.digest, 'config ', '')"
#define SAME "CASE length(" DIGEST ") WHEN 32 THEN " DIGEST " = f.md5 WHEN 40 THEN " DIGEST " = f.sha1 WHEN 64 THEN " DIGEST " = f.sha256 ELSE 1 END"

static const char files_sql[] =
    "INSERT INTO t_package_file SELECT f.file_id, min(p.package), (max(" SAME ") = 0) * (1 + max(p.digest GLOB 'config *')) FROM t_file f CROSS JOIN temp.package_sum p"
    " ON p.filesystem_id = f.filesystem_id AND p.place = " PLACE("f.path")
    " WHERE f.kind = 'file' AND f.state = 'allocated' AND f.stream = '' GROUP BY f.file_id ORDER BY f.file_id;"
    "INSERT INTO t_meta SELECT 'packaged.' || filesystem_id, count(DISTINCT place) FROM temp.package_sum GROUP BY filesystem_id ORDER BY filesystem_id;";

enum triage_status
build_packages(struct case_sealer *z, struct triage_error *err)
{
	int64_t count = 0;
	enum triage_status st = sql_exec(&z->q, "CREATE TEMP TABLE package_sum(filesystem_id INTEGER, place TEXT, package TEXT, digest TEXT,"
	    " PRIMARY KEY(filesystem_id, place, package, digest)) WITHOUT ROWID", err);
	if (st == TRIAGE_OK)
		st = build_copy(z, &sums, 0, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = sql_number(&z->q, "SELECT EXISTS (SELECT 1 FROM temp.package_sum)", &count, err);
	if (st == TRIAGE_OK && count > 0)
		st = sql_exec(&z->q, files_sql, err);
	return st == TRIAGE_OK ? sql_exec(&z->q, "DROP TABLE temp.package_sum", err) : st;
}
