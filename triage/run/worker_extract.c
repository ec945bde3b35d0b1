/*
 * worker_extract.c - the extract job: the bytes of one stream, or of one member of the archive that it is, to the supervisor as they are.
 *
 * A member is found as it was found before: the archive is unpacked by the same pass in the same order, and the member of that number is sent.
 */
#include "triage/run/worker_inside.h"

#include "triage/analyse/unpack.h"
#include "triage/run/opener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 128 << 10 };

struct extract {
	struct worker *w;
	struct evidence_content *content;
	int fd;
	uint64_t member, current;	/* number that is wanted, 0 for the stream itself; number of the one in work */
	bool found, sent;
};

static enum triage_status
send_bytes(struct extract *x, const void *data, size_t size, struct triage_error *err)
{
	size_t mark;
	enum triage_status st = TRIAGE_OK;
	for (size_t at = 0; at < size && st == TRIAGE_OK; at += PIECE) {
		wire_begin(&x->w->wire, WIRE_BYTES, x->w->job, &mark);
		wire_put_bytes(&x->w->wire, (const uint8_t *)data + at, size - at < PIECE ? size - at : PIECE);
		wire_end(&x->w->wire, mark);
		worker_beat(x->w);
		st = wire_flush(&x->w->wire, true, err);
	}
	return st;
}

static enum triage_status
extract_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct extract *x = ctx;
	size_t got = 0;
	worker_beat(x->w);
	if (x->content != NULL)
		return evidence_content_read(x->content, offset, buf, size, ret_got, err);
	while (got < size) {
		ssize_t n = pread(x->fd, (uint8_t *)buf + got, size - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			triage_error_set(err, TRIAGE_E_IO, offset + got, "cannot read");
			return TRIAGE_E_IO;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_got = got;
	return TRIAGE_OK;
}

/* --- the stream itself --- */

/* Beyond what is worth reading there are holes: the supervisor knows how many bytes were read before. */
static enum triage_status
send_stream(struct extract *x, struct triage_error *err)
{
	static uint8_t piece[PIECE];
	uint64_t end = x->content != NULL ? evidence_content_worth(x->content) : UINT64_MAX;
	for (uint64_t at = 0; at < end;) {
		size_t got, wanted = end - at < PIECE ? (size_t)(end - at) : PIECE;
		enum triage_status st = extract_read(x, at, piece, wanted, &got, err);
		if (st == TRIAGE_OK)
			st = send_bytes(x, piece, got, err);
		if (st != TRIAGE_OK || got < wanted)
			return st;
		at += got;
	}
	return TRIAGE_OK;
}

/* --- a member of it --- */

static enum triage_status
no_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	(void)ctx, (void)m, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
no_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)p, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
member_begins(void *ctx, const struct triage_member *m, struct triage_error *err)
{
	struct extract *x = ctx;
	(void)err;
	x->current = m->number;
	x->found = x->found || m->number == x->member;
	worker_beat(x->w);
	return TRIAGE_OK;
}

/* When the one that is wanted has ended, the rest need not be unpacked. */
static enum triage_status
member_ends(void *ctx, const struct triage_content *content, struct triage_error *err)
{
	struct extract *x = ctx;
	(void)content;
	x->sent = x->current == x->member;
	x->current = 0;
	if (!x->sent)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_INTERRUPTED, TRIAGE_NO_OFFSET, "all that is wanted is read");
	return TRIAGE_E_INTERRUPTED;
}

static enum triage_status
member_bytes(void *ctx, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err)
{
	struct extract *x = ctx;
	(void)who, (void)at, (void)last;
	return x->current == x->member ? send_bytes(x, bytes.data, bytes.size, err) : TRIAGE_OK;
}

static void
member_stage(void *ctx, enum analyse_stage stage, uint64_t done)
{
	struct extract *x = ctx;
	(void)stage, (void)done;
	worker_beat(x->w);
}

static enum triage_status
send_member(struct extract *x, const struct analyse_subject *archive, bool given, struct triage_error *err)
{
	const struct unpack_io io = { .stream = { .ctx = x, .read = extract_read, .match = no_match, .problem = no_problem, .stage = member_stage,
	    .bytes = member_bytes }, .member = member_begins, .member_done = member_ends, .given = given };
	enum triage_status st = analyse_unpack(x->w->pass, archive, &io, err);
	if (x->sent)
		return TRIAGE_OK;
	if (st == TRIAGE_OK) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the archive no longer has this member");
		st = TRIAGE_E_FORMAT;
	}
	return st;
}

/* --- the job --- */

#ifdef TRIAGE_FAULT
/*
 * For tests: TRIAGE_FAULT_WORKER="ACT extract NAME" makes the worker misbehave over a stream whose path contains NAME. ACT: crash; hang; flood (bytes
 * without end); lie (other bytes than there are).
 */
static void
misbehave(struct extract *x)
{
	const char *order = getenv("TRIAGE_FAULT_WORKER");
	char act[16], at[16], name[256];
	struct triage_error err;
	if (order == NULL || sscanf(order, "%15s %15s %255s", act, at, name) != 3 || strcmp(at, "extract") != 0 || strstr(x->w->path, name) == NULL)
		return;
	if (strcmp(act, "crash") == 0)
		abort();
	while (strcmp(act, "hang") == 0)
		continue;
	do {
		if (send_bytes(x, "lies", 4, &err) != TRIAGE_OK)
			_exit(1);
	} while (strcmp(act, "flood") == 0);
}
#else
static void
misbehave(struct extract *x)
{
	(void)x;
}
#endif

static enum triage_status
extract(struct worker *w, struct wire_cursor *c, struct extract *x, struct triage_error *err)
{
	struct triage_filesystem fs = { 0 };
	struct analyse_subject who = { .mtime = TRIAGE_TIME_NONE, .owner = "", .force = true };
	char type[65];
	struct evidence_fs *opened;
	size_t source = (size_t)wire_get_u64(c);
	worker_get_filesystem(c, &fs, type);
	uint64_t inode = wire_get_u64(c);
	uint32_t attr_type = wire_get_u32(c), attr_id = wire_get_u32(c);
	x->member = wire_get_u64(c);
	who.size = wire_get_u64(c);
	who.path = wire_get_text(c, w->path, TEXT_ROOM);
	who.name = wire_get_text(c, w->name, TEXT_ROOM);
	struct view raw_path = wire_get_bytes(c, TEXT_ROOM);
	if (!wire_all_read(c) || source >= w->setup->source_count || (x->member != 0 && w->pass == NULL)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a job that cannot be read");
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st;
	if (w->setup->sources[source].kind == TRIAGE_EVIDENCE_DIRECTORY) {
		st = opener_request(w->setup->openers[source], raw_path.data, raw_path.size, attr_type, attr_id, &x->fd, err);
	} else {
		worker_spend_keys(w);
		st = worker_open_filesystem(w, source, &fs, &opened, err);
		if (st == TRIAGE_OK)
			st = evidence_content_open(opened, inode, attr_type, attr_id, &x->content, err);
	}
	if (st != TRIAGE_OK)
		return st;
	misbehave(x);
	worker_misbehave_at(w, "bytes");
	return x->member == 0 ? send_stream(x, err) : send_member(x, &who, w->setup->sources[source].only != NULL, err);
}

void
worker_do_extract(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	struct extract x = { .w = w, .fd = -1 };
	worker_at_stage(w, WORKER_READ);
	enum triage_status st = extract(w, c, &x, &err);
	if (st == TRIAGE_E_CRASHED)
		_exit(2);	/* without its opener this worker is of no use */
	size_t mark;
	wire_begin(&w->wire, WIRE_BYTES_END, w->job, &mark);
	wire_put_i64(&w->wire, st);
	wire_put_words(&w->wire, st == TRIAGE_OK ? "" : err.text);
	wire_end(&w->wire, mark);
	if (x.content != NULL)
		evidence_content_close(x.content);
	if (x.fd >= 0)
		close(x.fd);
}
