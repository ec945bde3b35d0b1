/* unpack.c - the walk through an archive and those within it: a stack of open archives, one count of members and bytes over all. */
#include "triage/analyse/unpack_walk.h"

#include "triage/base/buf.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELD_FIRST = 256 << 10, SHOWN_MAX = 1 << 20 };

/* Is there room for one more of this kind within what is open? Mail is counted apart: an attachment may be an archive all the same. */
static bool
may_enter(const struct unpack_walk *w, enum unpack_kind kind)
{
	return unpack_mail_of(kind) != NULL ? w->mails < UNPACK_MAIL_DEPTH : w->depth - w->mails < UNPACK_DEPTH;
}

/* --- one member --- */

/* Keep the bytes of a member that is itself an archive. */
static void
hold(struct unpack_walk *w, const uint8_t *data, size_t size)
{
	struct unpack_now *m = &w->now;
	size_t most = pass_window_size(w->pass);
	if (m->kind == UNPACK_NONE || m->too_large || !may_enter(w, m->kind) || size == 0)
		return;
	if (size > most - m->held_size) {
		free(m->held);
		m->held = NULL;
		m->too_large = true;
		return;
	}
	if (m->held_size + size > m->held_room) {
		size_t room = m->held_room == 0 ? HELD_FIRST : m->held_room * 2;
		room = room < m->held_size + size ? m->held_size + size : room > most ? most : room;
		uint8_t *grown = fault_hit() ? NULL : realloc(m->held, room);
		if (grown == NULL) {
			free(m->held);
			m->held = NULL;
			m->too_large = true;
			return;
		}
		m->held = grown;
		m->held_room = room;
	}
	memcpy(m->held + m->held_size, data, size);
	m->held_size += size;
}

/* The pass pulls. A member that is damaged or meets a bound ends early: what came counts. */
static enum triage_status
member_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct unpack_walk *w = ctx;
	struct unpack_now *m = &w->now;
	size_t got = 0;
	(void)offset, (void)err;
	while (got < size && !m->cut && !m->failed) {
		uint64_t left = w->bytes_max - w->bytes;
		uint8_t beyond;
		size_t step = size - got < left ? size - got : (size_t)left;
		int64_t n = unpack_read(&unpack_top(w)->archive, step > 0 ? (uint8_t *)buf + got : &beyond, step > 0 ? step : 1);
		m->failed = n < 0;
		m->cut = n > 0 && step == 0;
		if (n <= 0 || m->cut)
			break;
		got += (size_t)n;
		w->bytes += (uint64_t)n;
	}
	if (!m->begun) {
		m->begun = true;
		m->kind = unpack_kind_of((struct view){ buf, got < UNPACK_HEAD ? got : UNPACK_HEAD });
	}
	hold(w, buf, got);
	*ret_got = got;
	return TRIAGE_OK;
}

/* What comes from a member's pass goes to the owner's sinks with the owner's context. */
static enum triage_status
member_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	const struct analyse_io *out = &((struct unpack_walk *)ctx)->io->stream;
	return out->match(out->ctx, m, err);
}

static enum triage_status
member_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	const struct analyse_io *out = &((struct unpack_walk *)ctx)->io->stream;
	return out->problem(out->ctx, p, err);
}

static void
member_stage(void *ctx, enum analyse_stage stage, uint64_t done)
{
	const struct analyse_io *out = &((struct unpack_walk *)ctx)->io->stream;
	if (out->stage != NULL)
		out->stage(out->ctx, stage, done);
}

static bool
member_known_good(void *ctx, const struct triage_content *digests)
{
	const struct analyse_io *out = &((struct unpack_walk *)ctx)->io->stream;
	return out->known_good != NULL && out->known_good(out->ctx, digests);
}

static enum triage_status
member_bytes(void *ctx, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err)
{
	const struct analyse_io *out = &((struct unpack_walk *)ctx)->io->stream;
	return out->bytes(out->ctx, who, bytes, at, last, err);
}

static const struct triage_content unreadable = { .state = TRIAGE_CONTENT_UNREADABLE, .mime = "", .magic = "", .randomness.entropy = -1 };

static enum triage_status
examine_member(struct unpack_walk *w, const struct triage_member *m, struct triage_content *ret_content, struct triage_error *err)
{
	SCOPED_BUF path, name;
	buf_init(&path, SHOWN_MAX);
	buf_init(&name, SHOWN_MAX);
	const uint8_t *slash = memrchr(m->name, '/', m->name_size);
	size_t before = slash != NULL ? (size_t)(slash - m->name) + 1 : 0;
	buf_text(&path, w->who->path);
	buf_text(&path, "!/");
	text_display(&path, m->name, m->name_size);
	text_display(&name, m->name + before, m->name_size - before);
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK)
		st = buf_check(&name, err);
	if (st != TRIAGE_OK)
		return st;
	const struct analyse_subject who = { .size = m->size == TRIAGE_NO_ID ? 0 : m->size < UNPACK_BYTES ? m->size : UNPACK_BYTES,
	    .path = buf_cstr(&path), .name = buf_cstr(&name), .owner = "", .force = w->who->force,
	    .mtime = m->mtime != TRIAGE_TIME_NONE ? m->mtime : w->who->mtime, .beside = unpack_beside, .beside_ctx = w };
	const struct analyse_io io = { .ctx = w, .read = member_read, .match = member_match, .problem = member_problem, .stage = member_stage,
	    .known_good = member_known_good, .bytes = w->io->stream.bytes != NULL ? member_bytes : NULL };
	st = analyse_stream(w->pass, &who, &io, ret_content, err);
	if (st == TRIAGE_OK && (w->now.failed || w->now.cut) && ret_content->state == TRIAGE_CONTENT_COMPLETE)
		ret_content->state = TRIAGE_CONTENT_PARTIAL;
	if (st == TRIAGE_OK && w->now.failed && ret_content->bytes == 0)
		*ret_content = unreadable;
	return st == TRIAGE_OK ? unpack_tell_beside(w, err) : st;
}

/* --- names --- */

/* A single packed stream is called as its archive is, without the packer's suffix. */
static void
single_name(struct unpack_walk *w)
{
	size_t prefix = unpack_top(w)->prefix, from;
	const char *bytes = prefix >= 2 ? (const char *)w->name.data : w->who->name;
	size_t size = unpack_bare_name(bytes, prefix >= 2 ? prefix - 2 : strlen(bytes), &from);
	/* the bytes may lie in the buffer that grows */
	char *copy = size > 0 ? strndup(bytes + from, size) : NULL;
	buf_text(&w->name, copy != NULL ? copy : "data");
	free(copy);
}

static enum triage_status
name_member(struct unpack_walk *w, struct triage_member *m, struct triage_error *err)
{
	w->name.size = unpack_top(w)->prefix;
	if (unpack_is_single(&unpack_top(w)->archive))
		single_name(w);
	else if (m->name_size == 0)
		buf_format(&w->name, "(member %ju, whose name cannot be read)", (uintmax_t)m->number);
	else
		buf_put(&w->name, m->name, m->name_size < UNPACK_NAME_MAX - w->name.size ? m->name_size : UNPACK_NAME_MAX - w->name.size);
	m->name = (const uint8_t *)w->name.data;
	m->name_size = w->name.size;
	return buf_check(&w->name, err);
}

/* --- the walk --- */

static void
leave(struct unpack_walk *w)
{
	w->mails -= unpack_mail_of(unpack_top(w)->kind) != NULL;
	unpack_beside_free(&unpack_top(w)->beside);
	unpack_close(&unpack_top(w)->archive);
	w->depth--;
}

static enum triage_status
enter(struct unpack_walk *w, enum unpack_kind kind, struct unpack_source source, struct triage_error *err)
{
	struct unpack_level *l = &w->levels[w->depth];
	*l = (struct unpack_level){ .archive = { .source = source, .names = pass_names(w->pass) }, .kind = kind, .prefix = w->name.size };
	enum triage_status st = unpack_open(&l->archive, kind, err);
	if (st == TRIAGE_OK) {
		w->depth++;
		w->mails += unpack_mail_of(kind) != NULL;
	}
	return st;
}

/* After a member that is an archive: open it, or say why not. */
static enum triage_status
enter_member(struct unpack_walk *w, struct triage_error *err)
{
	struct unpack_now *m = &w->now;
	if (m->kind == UNPACK_NONE || m->cut)
		return TRIAGE_OK;
	if (!may_enter(w, m->kind))
		return unpack_tell_nested(w, "too many archives within one another", err);
	if (m->too_large || w->name.size > UNPACK_NAME_MAX / 2)
		return unpack_tell_nested(w, "too large to be held in memory", err);
	buf_text(&w->name, "!/");
	struct unpack_source source = { .held = m->held, .size = m->held_size };
	m->held = NULL;
	return enter(w, m->kind, source, err);
}

static enum triage_status
take_member(struct unpack_walk *w, struct triage_error *err)
{
	struct triage_member m = { .number = ++w->members };
	struct triage_content content = unreadable;
	unpack_describe(&unpack_top(w)->archive, &m);
	w->now = (struct unpack_now){ 0 };
	enum triage_status st = name_member(w, &m, err);
	if (st == TRIAGE_OK)
		st = w->io->member(w->io->stream.ctx, &m, err);
	bool encrypted = unpack_is_encrypted(&unpack_top(w)->archive);
	if (st == TRIAGE_OK) {
		/* what was begun is ended, whatever comes */
		struct triage_error second;
		st = encrypted ? TRIAGE_OK : examine_member(w, &m, &content, err);
		enum triage_status ended = w->io->member_done(w->io->stream.ctx, &content, st == TRIAGE_OK ? err : &second);
		st = st == TRIAGE_OK ? ended : st;
	}
	if (st == TRIAGE_OK && encrypted)
		st = unpack_tell_encrypted(w, err);
	if (st == TRIAGE_OK && w->now.failed) {
		st = unpack_tell_damaged(w, err);
		unpack_pass_damage(&unpack_top(w)->archive, unpack_top(w)->kind);
	}
	if (w->now.cut)
		w->limit = w->bytes_max == w->bytes_most ? "so many bytes are the most that is unpacked from one" : "it unpacks to more than 200 times its size";
	if (st == TRIAGE_OK)
		st = enter_member(w, err);
	free(w->now.held);
	w->now.held = NULL;
	return st;
}

static enum triage_status
step(struct unpack_walk *w, struct triage_error *err)
{
	enum unpack_step next = unpack_next(&unpack_top(w)->archive);
	const struct triage_error *failed = &unpack_top(w)->archive.source.failed;
	if (failed->status == TRIAGE_E_MEMORY || failed->status == TRIAGE_E_INTERRUPTED || failed->status == TRIAGE_E_CRASHED) {
		*err = *failed;
		return err->status;
	}
	if (next != UNPACK_MEMBER) {
		enum triage_status st = next == UNPACK_BROKEN ? unpack_tell_damaged(w, err) : next == UNPACK_LEFT_OUT ? unpack_tell_left_out(w, err) : TRIAGE_OK;
		leave(w);
		return st;
	}
	if (++w->entries > 4 * w->members_max || (unpack_is_file(&unpack_top(w)->archive) && w->members == w->members_max)) {
		w->limit = "so many are the most that is unpacked from one";
		return TRIAGE_OK;
	}
	return unpack_is_file(&unpack_top(w)->archive) ? take_member(w, err) : TRIAGE_OK;
}

enum triage_status
analyse_unpack(struct analyse_pass *pass, const struct analyse_subject *who, const struct unpack_io *io, struct triage_error *err)
{
	SCOPED_FREE uint8_t *head = malloc(UNPACK_HEAD);
	size_t got = 0;
	if (head == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory to unpack an archive");
		return TRIAGE_E_MEMORY;
	}
	/* an archive that cannot be read again has had its problem row from the pass */
	struct triage_error ignored;
	if (io->stream.read(io->stream.ctx, 0, head, UNPACK_HEAD, &got, &ignored) != TRIAGE_OK)
		return TRIAGE_OK;
	enum unpack_kind kind = unpack_kind_of((struct view){ head, got });
	if (kind == UNPACK_NONE)
		return TRIAGE_OK;
	if (io->closed)
		return io->stream.problem(io->stream.ctx, &(struct triage_problem){ .stage = "content", .severity = TRIAGE_MEDIUM, .code = "archive-closed",
			.message = "opening this archive took workers down: it was searched as it stands, and its members are not known",
			.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
	struct unpack_walk w = { .pass = pass, .who = who, .io = io, .bytes_max = UNPACK_FREE,
	    .members_max = io->given ? UNPACK_GIVEN_MEMBERS : UNPACK_MEMBERS, .bytes_most = io->given ? UNPACK_GIVEN_BYTES : UNPACK_BYTES };
	if (who->size > UNPACK_FREE / UNPACK_RATIO)
		w.bytes_max = who->size > w.bytes_most / UNPACK_RATIO ? w.bytes_most : who->size * UNPACK_RATIO;
	if (unpack_mail_of(kind) != NULL && !io->given) {
		/* mail does not blow up by itself; a mailbox may be large, and each message comes whole and in parts */
		w.members_max = UNPACK_MAIL_MEMBERS;
		w.bytes_max = w.bytes_most = UNPACK_BYTES + 4 * (who->size < UNPACK_GIVEN_BYTES ? who->size : UNPACK_GIVEN_BYTES);
	}
	buf_init(&w.name, 2 * UNPACK_NAME_MAX);
	buf_init(&w.text, UNPACK_SAYS);
	enum triage_status st = enter(&w, kind, (struct unpack_source){ .io = &io->stream, .size = who->size }, err);
	while (st == TRIAGE_OK && w.depth > 0 && w.limit == NULL)
		st = step(&w, err);
	if (st == TRIAGE_OK)
		st = unpack_tell_limit(&w, err);
	while (w.depth > 0)
		leave(&w);
	buf_release(&w.name);
	buf_release(&w.text);
	return st;
}
