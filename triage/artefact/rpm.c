/*
 * rpm.c - the packages that RPM knows to be installed: rpmdb.sqlite, Packages (Berkeley DB hash) and Packages.db (ndb).
 *
 * Each package is an event at the time of its installation. Its files are facts of kind "package-file", as those of dpkg are (package_sums.c): subject is
 * the path, name the package, value the digest. Of a configuration file the value begins with "config ", of a file that the package names without
 * bringing it the value is "none".
 */
#include "triage/artefact/browser_db.h"
#include "triage/artefact/rpm.h"

#include <string.h>
#include <strings.h>

enum { FILES_MOST = 4000000, BYTES_SHARE = 2, BYTES_LEAST = 1 << 20 };

static bool
is_sqlite(const struct artefact_subject *who, struct view head)
{
	static const char table[] = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY";
	return db_is_header(head) && db_page_size(head) != 0 &&
	    (strcasecmp(who->name, "rpmdb.sqlite") == 0 || memmem(head.data, head.size, table, sizeof(table) - 1) != NULL);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	return rpm_is_ndb(head) || is_sqlite(who, head) || rpm_is_bdb(who, head);
}

bool
rpm_may(struct rpm *r, uint64_t size, enum triage_status *ret_st, struct triage_error *err)
{
	*ret_st = TRIAGE_OK;
	if (!r->stopped && size <= r->bytes_left) {
		r->bytes_left -= size;
		return true;
	}
	if (!r->stopped)
		*ret_st = artefact_remark(r->a, TRIAGE_MEDIUM, "database-loops", TRIAGE_NO_ID, 0, err,
		    "the headers of packages share more bytes than a database has: reading stopped behind %ju packages", (uintmax_t)r->packages);
	r->stopped = true;
	return false;
}

static enum triage_status
read_rows(struct rpm *r, struct database *db, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	sqlite3_stmt *stmt = db_has_table(db, "Packages", "blob") ? db_prepare(db, "SELECT hnum, blob FROM Packages") : NULL;
	int rc = SQLITE_DONE;
	if (stmt == NULL)
		return artefact_remark(r->a, TRIAGE_LOW, "database-damaged", TRIAGE_NO_ID, 0, err, "the database has no table of packages");
	while (st == TRIAGE_OK && !r->stopped && (rc = db_step(db, stmt)) == SQLITE_ROW) {
		const void *data = sqlite3_column_blob(stmt, 1);
		size_t size = data != NULL ? (size_t)sqlite3_column_bytes(stmt, 1) : 0;
		if (rpm_may(r, size, &st, err))
			st = rpm_header(r, (struct view){ data, size }, (uint64_t)sqlite3_column_int64(stmt, 0), TRIAGE_NO_ID, err);
	}
	if (st == TRIAGE_OK && !r->stopped && rc != SQLITE_DONE)
		st = artefact_remark(r->a, TRIAGE_LOW, "database-damaged", TRIAGE_NO_ID, 0, err, "the table of packages ends behind %ju of them: %.150s",
		    (uintmax_t)r->packages, rc == SQLITE_INTERRUPT ? "it takes too long" : sqlite3_errmsg(db->handle));
	sqlite3_finalize(stmt);
	return st;
}

static enum triage_status
read_sqlite(struct rpm *r, struct view all, struct triage_error *err)
{
	struct view wal = { NULL, 0 };
	struct database db;
	(void)artefact_companion(r->a, "-wal", &wal);
	r->bytes_left += BYTES_SHARE * (uint64_t)wal.size;
	enum triage_status st = db_open(&db, r->a, all, wal, err);
	if (st != TRIAGE_OK || db.handle == NULL)
		return st;
	st = read_rows(r, &db, err);
	db_close(&db);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	const char *path = artefact_who(a)->path;
	struct rpm r = { .a = a, .bytes_left = BYTES_LEAST + BYTES_SHARE * (uint64_t)all.size, .files_left = FILES_MOST,
		.in_place = strncmp(path, "/var/lib/rpm/", 13) == 0 || strncmp(path, "/usr/lib/sysimage/rpm/", 22) == 0 };
	enum triage_status st = r.in_place ? TRIAGE_OK : artefact_remark(a, TRIAGE_INFO, "not-in-place", 0, 0, err,
	    "a package database outside of /var/lib/rpm and /usr/lib/sysimage/rpm: its files are not held against those of this system");
	if (st != TRIAGE_OK)
		return st;
	return rpm_is_ndb(all) ? rpm_ndb(&r, all, err) : db_is_header(all) ? read_sqlite(&r, all, err) : rpm_bdb(&r, all, err);
}

static const char *const companions[] = { "-wal", "-journal", NULL };

const struct artefact_kind artefact_rpm = {
	.name = "rpm",
	.source = "package",
	.title = "package database of RPM (rpmdb.sqlite, Packages, Packages.db)",
	.yields = "packages with the time of installation, vendor, builder and signature; which files they brought and their digests, against which the files are held",
	.reference = "rpm.org, Package Format and Header Format; formats of the database as rpm writes them",
	.precision = "s",
	.claims = claims,
	.parse = parse,
	.companions = companions,
	.begins = db_log_begins,
};
