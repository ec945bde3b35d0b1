/* pass.c - one stream through all analysers: read once, hashed and counted while hot, then judged. */
#include "triage/analyse/scan.h"

#include "triage/analyse/randomness.h"
#include "triage/analyse/seen.h"
#include "triage/analyse/structure.h"
#include "triage/analyse/unpack_inside.h"
#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

enum { STEP = 256 << 10, STAGE_STEP = 1 << 20, MESSAGE = 400 };

struct analyse_pass {
	const struct analyse_set *set;
	struct digest *digests[DIGEST_KIND_COUNT];
	struct randomness randomness;
	struct filetype *filetype;
	struct scan *scan;
	struct seen seen;
	uint8_t *buffer;		/* the window: room for window_size and one step */
	size_t room;
	uint8_t *head;			/* first FILETYPE_HEAD bytes of a stream in windows */
	char mime[128], magic[FILETYPE_WORDS + 1];
	locale_t names;			/* UTF-8, for names in archives; 0 when this system has none */
};

/* One stream on its way. */
struct stream {
	struct analyse_pass *pass;
	const struct analyse_subject *who;
	const struct analyse_io *io;
	struct triage_content *content;
	size_t held;			/* bytes in the window */
	uint64_t base;			/* offset of the window's first byte */
	uint64_t done;			/* bytes read in all */
	uint64_t staged;		/* bytes at the last word to the watchdog */
	size_t head_size;		/* in windows */
	bool ended, windowed;
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the content pass");
	return TRIAGE_E_MEMORY;
}

/* Room for size bytes in the window buffer, at most a window and a step. Never shrinks. */
static enum triage_status
make_room(struct analyse_pass *pass, size_t size, struct triage_error *err)
{
	size_t most = pass->set->window_size + STEP;
	if (size <= pass->room)
		return TRIAGE_OK;
	size_t room = pass->room > most / 2 ? most : pass->room * 2;
	if (room < size)
		room = size;
	uint8_t *bigger = fault_hit() ? NULL : realloc(pass->buffer, room);
	if (bigger == NULL)
		return no_memory(err);
	pass->buffer = bigger;
	pass->room = room;
	return TRIAGE_OK;
}

/* Conversions load what they need at their first use: that must be before no file can be opened. */
static locale_t
names_new(void)
{
	locale_t names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (names == (locale_t)0)
		return names;
	locale_t before = uselocale(names);
	char bytes[MB_LEN_MAX];
	wchar_t wide;
	mbstate_t in = { 0 }, out = { 0 };
	bool works = mbrtowc(&wide, "\xc3\xa9", 2, &in) == 2 && wcrtomb(bytes, wide, &out) == 2;
	uselocale(before);
	if (works)
		return names;
	freelocale(names);
	return (locale_t)0;
}

locale_t
pass_names(const struct analyse_pass *pass)
{
	return pass->names;
}

size_t
pass_window_size(const struct analyse_pass *pass)
{
	return pass->set->window_size;
}

enum triage_status
analyse_pass_new(const struct analyse_set *set, struct analyse_pass **ret_pass, struct triage_error *err)
{
	struct analyse_pass *pass = fault_hit() ? NULL : calloc(1, sizeof(*pass));
	if (pass == NULL)
		return no_memory(err);
	pass->set = set;
	/* libmagic writes dates: the zone file must be read before no file can be */
	tzset();
	pass->names = names_new();
	enum triage_status st = make_room(pass, 4 * (size_t)STEP, err);
	for (size_t i = 0; i < DIGEST_KIND_COUNT && st == TRIAGE_OK; i++)
		st = digest_new((enum digest_kind)i, &pass->digests[i], err);
	if (st == TRIAGE_OK)
		st = filetype_new(&set->magic, &pass->filetype, err);
	if (st == TRIAGE_OK)
		st = scan_new(set, &pass->scan, err);
	if (st != TRIAGE_OK) {
		analyse_pass_free(pass);
		return st;
	}
	*ret_pass = pass;
	return TRIAGE_OK;
}

void
analyse_pass_free(struct analyse_pass *pass)
{
	if (pass == NULL)
		return;
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
		digest_free(pass->digests[i]);
	filetype_free(pass->filetype);
	scan_free(pass->scan);
	seen_release(&pass->seen);
	free(pass->buffer);
	free(pass->head);
	if (pass->names != (locale_t)0)
		freelocale(pass->names);
	free(pass);
}

static void
tell_stage(struct stream *s, enum analyse_stage stage)
{
	s->staged = s->done;
	if (s->io->stage != NULL)
		s->io->stage(s->io->ctx, stage, s->done);
}

static enum triage_status
send_problem(struct stream *s, const char *stage, const char *code, enum triage_severity severity, const char *message, uint64_t bytes,
    struct triage_error *err)
{
	return s->io->problem(s->io->ctx, &(struct triage_problem){ .stage = stage, .severity = severity, .code = code, .message = message,
		.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = s->done, .bytes = bytes }, err);
}

static enum triage_status
tell_bytes(struct stream *s, struct view bytes, struct triage_error *err)
{
	return s->io->bytes == NULL ? TRIAGE_OK : s->io->bytes(s->io->ctx, s->who, bytes, s->done, s->ended, err);
}

/* Feed what has just come in to everything that counts bytes. */
static enum triage_status
feed(struct stream *s, const uint8_t *data, size_t size, struct triage_error *err)
{
	struct analyse_pass *pass = s->pass;
	enum triage_status st = tell_bytes(s, (struct view){ data, size }, err);
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
		digest_update(pass->digests[i], data, size);
	s->done += size;
	s->held += size;
	uint32_t wanted = randomness_block_size(s->done > s->who->size ? s->done : s->who->size);
	if (wanted != pass->randomness.result.block_size) {
		/* longer than was said: begin again with large blocks, while the window still has all of it */
		randomness_begin(&pass->randomness, wanted);
		randomness_update(&pass->randomness, pass->buffer, s->held);
	} else {
		randomness_update(&pass->randomness, data, size);
	}
	if (s->done - s->staged >= STAGE_STEP)
		tell_stage(s, ANALYSE_READ);
	return st;
}

/* What a failed read means for the stream: the pass goes on with what there is, unless it is no matter of the evidence. */
static enum triage_status
read_failed(struct stream *s, enum triage_status st, const struct triage_error *why, struct triage_error *err)
{
	char message[MESSAGE];
	if (st == TRIAGE_E_MEMORY || st == TRIAGE_E_INTERRUPTED || st == TRIAGE_E_CRASHED || st == TRIAGE_E_USAGE) {
		if (err != NULL)
			*err = *why;
		return st;
	}
	s->ended = true;
	s->content->state = s->done == 0 ? TRIAGE_CONTENT_UNREADABLE : TRIAGE_CONTENT_PARTIAL;
	snprintf(message, sizeof(message), "The content cannot be read beyond byte %ju: %s", (uintmax_t)s->done, why->text);
	st = tell_bytes(s, (struct view){ (const uint8_t *)"", 0 }, err);
	if (st != TRIAGE_OK)
		return st;
	uint64_t size = s->who->size == TRIAGE_NO_ID ? 0 : s->who->size;
	return send_problem(s, "content", "read-error", TRIAGE_MEDIUM, message, size > s->done ? size - s->done : 0, err);
}

/* One more step of the stream behind what the window holds. */
static enum triage_status
read_step(struct stream *s, struct triage_error *err)
{
	struct triage_error why = { 0 };
	size_t got = 0;
	enum triage_status st = make_room(s->pass, s->held + STEP, err);
	if (st != TRIAGE_OK)
		return st;
	uint8_t *to = s->pass->buffer + s->held;
	st = s->io->read(s->io->ctx, s->done, to, STEP, &got, &why);
	if (st != TRIAGE_OK)
		return read_failed(s, st, &why, err);
	if (got > STEP)
		got = STEP;
	s->ended = got < STEP;
	return feed(s, to, got, err);
}

static enum triage_status
decide_type(struct stream *s, struct view head, bool whole, struct triage_error *err)
{
	struct filetype_answer answer;
	struct triage_error why = { 0 };
	struct analyse_pass *pass = s->pass;
	tell_stage(s, ANALYSE_MAGIC);
	enum triage_status st = filetype_of(pass->filetype, head, whole, &answer, &why);
	s->content->text = answer.text;
	snprintf(pass->mime, sizeof(pass->mime), "%s", answer.mime);
	snprintf(pass->magic, sizeof(pass->magic), "%s", answer.magic);
	s->content->mime = pass->mime;
	s->content->magic = pass->magic;
	return st == TRIAGE_OK ? st : send_problem(s, "magic", "type-unknown", TRIAGE_LOW, why.text, 0, err);
}

static struct view
window_of(const struct stream *s)
{
	return (struct view){ s->pass->buffer, s->held };
}

/* The window is full and there is more: scan it, then keep its end for the next. */
static enum triage_status
pass_window(struct stream *s, struct triage_error *err)
{
	struct analyse_pass *pass = s->pass;
	struct view window = window_of(s);
	enum triage_status st = TRIAGE_OK;
	if (!s->windowed) {
		s->windowed = true;
		if (pass->head == NULL)
			pass->head = fault_hit() ? NULL : malloc(FILETYPE_HEAD);
		if (pass->head == NULL)
			return no_memory(err);
		s->head_size = FILETYPE_HEAD;
		memcpy(pass->head, window.data, FILETYPE_HEAD);
		st = decide_type(s, (struct view){ pass->head, s->head_size }, false, err);
	}
	tell_stage(s, ANALYSE_YARA);
	if (st == TRIAGE_OK)
		st = scan_window(pass->scan, (struct view){ pass->head, s->head_size }, window, s->base, err);
	if (st != TRIAGE_OK)
		return st;
	size_t keep = pass->set->window_overlap;
	memmove(pass->buffer, pass->buffer + s->held - keep, keep);
	s->base += s->held - keep;
	s->held = keep;
	return TRIAGE_OK;
}

/* Read to the end. A step that does not fit the window any more shows that there is more than one window. */
static enum triage_status
read_stream(struct stream *s, struct triage_error *err)
{
	size_t window = s->pass->set->window_size;
	size_t likely = s->who->size < window ? (size_t)s->who->size + STEP : window + STEP;
	enum triage_status st = make_room(s->pass, likely, err);
	tell_stage(s, ANALYSE_READ);
	while (st == TRIAGE_OK && !s->ended) {
		if (s->held > window)
			st = pass_window(s, err);
		if (st == TRIAGE_OK)
			st = read_step(s, err);
	}
	if (st == TRIAGE_OK && s->windowed)
		st = pass_window(s, err);
	return st;
}

static void
finish_numbers(struct stream *s)
{
	struct analyse_pass *pass = s->pass;
	struct triage_content *content = s->content;
	uint8_t *const out[DIGEST_KIND_COUNT] = { [DIGEST_MD5] = content->md5, [DIGEST_SHA1] = content->sha1, [DIGEST_SHA256] = content->sha256 };
	content->bytes = s->done;
	content->hashed = content->state != TRIAGE_CONTENT_UNREADABLE;
	for (size_t i = 0; i < DIGEST_KIND_COUNT && content->hashed; i++) {
		uint8_t value[DIGEST_MAX];
		digest_final(pass->digests[i], value);
		memcpy(out[i], value, digest_size((enum digest_kind)i));
	}
	if (randomness_block_size(s->done) != pass->randomness.result.block_size && !s->windowed) {
		/* shorter than was said */
		randomness_begin(&pass->randomness, randomness_block_size(s->done));
		randomness_update(&pass->randomness, pass->buffer, s->held);
	}
	content->randomness = randomness_end(&pass->randomness);
}

static enum triage_status
judge_windows(struct stream *s, enum scan_groups which, struct triage_error *err)
{
	char message[MESSAGE];
	const struct analyse_set *set = s->pass->set;
	enum triage_status st = scan_last_window(s->pass->scan, window_of(s), s->done, err);
	s->content->windowed = true;
	if (st != TRIAGE_OK || which != SCAN_ALL || analyse_rule_count(set) == 0)
		return st;
	snprintf(message, sizeof(message), "%ju bytes were searched in windows of %zu MiB that overlap by %zu KiB: all YARA rules saw them, but matches longer "
	    "than the overlap may be missed, and modules and uint reads saw the first MiB and the last %zu KiB only.", (uintmax_t)s->done,
	    set->window_size >> 20, set->window_overlap >> 10, s->held >> 10);
	return send_problem(s, "yara", "windowed", TRIAGE_INFO, message, s->done, err);
}

static enum triage_status
judge_whole(struct stream *s, enum scan_groups which, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct view all = window_of(s);
	struct view head = { all.data, all.size < FILETYPE_HEAD ? all.size : FILETYPE_HEAD };
	/* the type of an empty stream costs nothing, so that it need not be looked up */
	if (!s->content->same_as_seen || all.size == 0)
		st = decide_type(s, head, head.size == all.size, err);
	if (st != TRIAGE_OK)
		return st;
	tell_stage(s, ANALYSE_YARA);
	return scan_whole(s->pass->scan, all, which, err);
}

/* What the blocks and the parts of a stream say together. */
static void
decide_shape(struct stream *s)
{
	struct view window = window_of(s);
	struct view head = s->windowed ? (struct view){ s->pass->head, s->head_size } : window;
	struct view tail = window, first = head, last;
	if (tail.size > STRUCTURE_END)
		tail = (struct view){ window.data + window.size - STRUCTURE_END, STRUCTURE_END };
	last = tail;
	if (first.size > RANDOMNESS_SMALL_BLOCK)
		first.size = RANDOMNESS_SMALL_BLOCK;
	if (last.size > RANDOMNESS_SMALL_BLOCK)
		last = (struct view){ tail.data + tail.size - RANDOMNESS_SMALL_BLOCK, RANDOMNESS_SMALL_BLOCK };
	randomness_shape(&s->pass->randomness, first, last, &s->content->shape);
	structure_of(head, !s->windowed, tail, s->done, &s->content->shape);
}

/* Type and YARA, once for each content; rules that look at names once for each stream. */
static enum triage_status
judge(struct stream *s, struct triage_error *err)
{
	struct analyse_pass *pass = s->pass;
	struct triage_content *content = s->content;
	unsigned marks = 0;
	content->same_as_seen = seen_find(&pass->seen, content->sha256, &marks) && !s->who->force;
	bool good = !content->same_as_seen && !s->windowed && s->io->known_good != NULL && s->io->known_good(s->io->ctx, content);
	enum scan_groups which = content->same_as_seen || good ? SCAN_BY_NAME : SCAN_ALL;
	enum triage_status st = s->windowed ? judge_windows(s, which, err) : judge_whole(s, which, err);
	if (st == TRIAGE_OK)
		st = scan_finish(pass->scan, which, err);
	if (st != TRIAGE_OK)
		return st;
	if (content->same_as_seen) {
		content->windowed = (marks & SEEN_WINDOWED) != 0;
		if (content->bytes != 0) {
			content->mime = content->magic = "";
			content->text = TRIAGE_BINARY;
		}
		content->scan_incomplete = (marks & SEEN_INCOMPLETE) != 0 || scan_is_incomplete(pass->scan);
		return TRIAGE_OK;
	}
	decide_shape(s);
	content->scan_incomplete = scan_is_incomplete(pass->scan);
	seen_add(&pass->seen, content->sha256, (content->windowed ? SEEN_WINDOWED : 0u) | (content->scan_incomplete ? SEEN_INCOMPLETE : 0u));
	return TRIAGE_OK;
}

enum triage_status
analyse_stream(struct analyse_pass *pass, const struct analyse_subject *who, const struct analyse_io *io, struct triage_content *ret_content,
    struct triage_error *err)
{
	struct triage_content content = { .state = TRIAGE_CONTENT_COMPLETE, .mime = "", .magic = "" };
	struct stream s = { .pass = pass, .who = who, .io = io, .content = &content };
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
		digest_reset(pass->digests[i]);
	randomness_begin(&pass->randomness, randomness_block_size(who->size));
	scan_begin(pass->scan, who, io);
	enum triage_status st = read_stream(&s, err);
	if (st == TRIAGE_OK)
		finish_numbers(&s);
	if (st == TRIAGE_OK && content.state != TRIAGE_CONTENT_UNREADABLE)
		st = judge(&s, err);
	scan_abandon(pass->scan);
	if (st == TRIAGE_OK)
		*ret_content = content;
	return st;
}
