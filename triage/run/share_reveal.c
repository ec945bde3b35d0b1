/* share_reveal.c - commitments of a share, opened against the sealed bundle that it was made from. */
#include "triage/run/share_inside.h"

#include "triage/base/json.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A commitment that stands in the share. */
struct closed {
	char digest[65];
	bool open;
};

struct reveal {
	struct share_secret secret;
	struct closed *closed;		/* sorted */
	size_t count, room;
	void (*opened)(void *ctx, const struct share_opened *one);
	void *ctx;
};

static int
by_digest(const void *a, const void *b)
{
	return strcmp(((const struct closed *)a)->digest, ((const struct closed *)b)->digest);
}

static enum triage_status
add(struct reveal *r, const char *text, struct triage_error *err)
{
	if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
		return TRIAGE_OK;
	if (r->count == r->room) {
		size_t room = r->room == 0 ? 256 : r->room * 2;
		struct closed *grown = reallocarray(r->closed, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the commitments");
			return TRIAGE_E_MEMORY;
		}
		r->closed = grown;
		r->room = room;
	}
	r->closed[r->count] = (struct closed){ .open = false };
	memcpy(r->closed[r->count++].digest, text, 65);
	return TRIAGE_OK;
}

/* Texts of two columns of a view, without a leading slash. */
static enum triage_status
add_column(struct reveal *r, struct case_reader *share, enum case_view view, size_t column, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(share, view, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *text = case_text(c, column);
		st = add(r, text + (text[0] == '/'), err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
collect(struct reveal *r, const char *folder, const char *const *only, size_t only_count, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct case_reader *share;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < only_count && st == TRIAGE_OK; i++)
		st = add(r, only[i], err);
	if (only_count == 0) {
		snprintf(path, sizeof(path), "%s/data/case.db", folder);
		st = case_open(path, &share, err);
		if (st != TRIAGE_OK)
			return st;
		st = add_column(r, share, CASE_FILES, CASE_FILES_PATH, err);
		if (st == TRIAGE_OK)
			st = add_column(r, share, CASE_EVENTS, CASE_EVENTS_HOST, err);
		if (st == TRIAGE_OK)
			st = add_column(r, share, CASE_EVENTS, CASE_EVENTS_USER, err);
		if (st == TRIAGE_OK)
			st = add_column(r, share, CASE_FINDINGS, CASE_FINDINGS_HOST, err);
		case_reader_close(share);
	}
	if (r->count > 0)
		qsort(r->closed, r->count, sizeof(*r->closed), by_digest);
	size_t kept = 0;
	for (size_t i = 0; i < r->count; i++)
		if (kept == 0 || strcmp(r->closed[kept - 1].digest, r->closed[i].digest) != 0)
			r->closed[kept++] = r->closed[i];
	r->count = kept;
	return st;
}

static void
try_text(struct reveal *r, const char *kind, const struct share_commitment *c, const char *text)
{
	struct closed wanted;
	memcpy(wanted.digest, c->digest, sizeof(wanted.digest));
	struct closed *found = bsearch(&wanted, r->closed, r->count, sizeof(wanted), by_digest);
	if (found == NULL || found->open)
		return;
	found->open = true;
	r->opened(r->ctx, &(struct share_opened){ .kind = kind, .digest = c->digest, .salt = c->salt, .text = text });
}

static enum triage_status
try_files(struct reveal *r, struct case_reader *sealed, struct triage_error *err)
{
	struct case_cursor *c;
	struct share_commitment commitment;
	enum triage_status st = case_rows(sealed, CASE_FILES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *path = case_text(c, CASE_FILES_PATH);
		share_commit_file(&r->secret, (uint64_t)case_int(c, CASE_FILES_FILE_ID), path, &commitment);
		try_text(r, "file", &commitment, path);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
try_names(struct reveal *r, struct case_reader *sealed, enum case_view view, size_t column, const char *kind, struct triage_error *err)
{
	struct case_cursor *c;
	struct share_commitment commitment;
	enum triage_status st = case_rows(sealed, view, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *name = case_text(c, column);
		if (case_null(c, column) || name[0] == '\0')
			continue;
		share_commit_name(&r->secret, kind, name, &commitment);
		try_text(r, kind, &commitment, name);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* Was the share made from this bundle? */
static enum triage_status
check_origin(const char *share, const char *seal, struct triage_error *err)
{
	struct json j;
	SCOPED_BUF text, from;
	buf_init(&text, 1 << 20);
	buf_init(&from, 1 << 10);
	enum triage_status st = bag_read(share, "data/share.json", 1 << 20, &text, err);
	if (st != TRIAGE_OK)
		return st;
	json_start(&j, buf_cstr(&text), text.size);
	if (json_next(&j) == JSON_OBJECT)
		while (json_next(&j) == JSON_KEY) {
			bool wanted = json_is(&j, "from");
			if (wanted && json_next(&j) == JSON_STRING)
				json_string(&j, &from);
			else if (!json_skip(&j))
				break;
		}
	if (strcmp(buf_cstr(&from), seal) != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s was not made from this bundle: it names the seal %.16s..., the bundle has %.16s...", share,
		    buf_cstr(&from), seal);
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

static enum triage_status
open_all(struct reveal *r, const char *bundle, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct case_reader *sealed;
	snprintf(path, sizeof(path), "%s/data/case.db", bundle);
	enum triage_status st = case_open(path, &sealed, err);
	if (st != TRIAGE_OK)
		return st;
	st = try_files(r, sealed, err);
	if (st == TRIAGE_OK)
		st = try_names(r, sealed, CASE_EVENTS, CASE_EVENTS_HOST, "host", err);
	if (st == TRIAGE_OK)
		st = try_names(r, sealed, CASE_FINDINGS, CASE_FINDINGS_HOST, "host", err);
	if (st == TRIAGE_OK)
		st = try_names(r, sealed, CASE_EVENTS, CASE_EVENTS_USER, "account", err);
	case_reader_close(sealed);
	return st;
}

enum triage_status
share_reveal(const char *share, const char *bundle, const char *secret, const char *const *only, size_t only_count,
    void (*opened)(void *ctx, const struct share_opened *one), void (*tell)(void *ctx, const char *line), void *ctx, size_t *ret_closed, struct triage_error *err)
{
	struct reveal r = { .opened = opened, .ctx = ctx };
	char seal[65];
	const struct verify_options check = { .tell = tell, .ctx = ctx };
	enum triage_status st = bag_verify(share, &check, err);
	if (st == TRIAGE_OK)
		st = share_seal_of(bundle, tell, ctx, seal, err);
	if (st == TRIAGE_OK)
		st = check_origin(share, seal, err);
	if (st == TRIAGE_OK)
		st = share_secret_read(secret, &r.secret, err);
	if (st == TRIAGE_OK)
		st = collect(&r, share, only, only_count, err);
	if (st == TRIAGE_OK)
		st = open_all(&r, bundle, err);
	*ret_closed = 0;
	for (size_t i = 0; i < r.count; i++)
		*ret_closed += !r.closed[i].open;
	free(r.closed);
	explicit_bzero(&r.secret, sizeof(r.secret));
	return st;
}
