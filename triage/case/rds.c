#include "triage/case/rds.h"

#include "triage/base/buf.h"

#include <sqlite3.h>

#include <string.h>

enum { CACHE_PAGES = 2000 };

/* The queries that are tried in turn; the first that the database understands is taken. */
static const char *const queries[] = {
	"SELECT sha256, sha1, md5 FROM METADATA", "SELECT sha256, sha1, md5 FROM FILE", "SELECT NULL, sha1, md5 FROM METADATA", "SELECT NULL, sha1, md5 FROM FILE",
	"SELECT sha256, NULL, NULL FROM METADATA", "SELECT sha256, NULL, NULL FROM FILE",
};

/* A file name as a URI: what would end the path is written as %XX. */
static void
put_uri(struct buf *out, const char *path)
{
	buf_text(out, "file:");
	for (const char *p = path; *p != '\0'; p++)
		if (strchr("%?#", *p) != NULL)
			buf_format(out, "%%%02x", (unsigned)*p);
		else
			buf_char(out, *p);
	buf_text(out, "?immutable=1");
}

static enum triage_status
walk(sqlite3_stmt *s, const char *path, enum triage_status (*each)(void *ctx, const char *hex, struct triage_error *err), void *ctx, uint64_t *ret_bad,
    struct triage_error *err)
{
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *hex = NULL;
		for (int c = 0; c < 3 && (hex == NULL || hex[0] == '\0'); c++)
			hex = (const char *)sqlite3_column_text(s, c);
		if (hex == NULL || hex[0] == '\0') {
			++*ret_bad;
			continue;
		}
		enum triage_status st = each(ctx, hex, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (rc == SQLITE_DONE)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the database %s cannot be read to its end: %s", path, sqlite3_errstr(rc));
	return TRIAGE_E_FORMAT;
}

enum triage_status
rds_digests(const char *path, enum triage_status (*each)(void *ctx, const char *hex, struct triage_error *err), void *ctx, uint64_t *ret_bad,
    struct triage_error *err)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	SCOPED_BUF uri;
	buf_init(&uri, 64 << 10);
	put_uri(&uri, path);
	*ret_bad = 0;
	enum triage_status st = buf_check(&uri, err);
	if (st != TRIAGE_OK)
		return st;
	int rc = sqlite3_open_v2(buf_cstr(&uri), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc != SQLITE_OK) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the database %s: %s", path, sqlite3_errstr(rc));
		sqlite3_close(db);
		return TRIAGE_E_IO;
	}
	/* a hostile schema may hold views and functions of its own: none is trusted */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]) && s == NULL; i++)
		sqlite3_prepare_v2(db, queries[i], -1, &s, NULL);
	if (s != NULL) {
		st = walk(s, path, each, ctx, ret_bad, err);
	} else {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the database %s has no table METADATA or FILE with digests: it is no NSRL RDS of version 3", path);
		st = TRIAGE_E_FORMAT;
	}
	sqlite3_finalize(s);
	sqlite3_close(db);
	return st;
}
