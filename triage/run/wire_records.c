/* wire_records.c - each record of record.h as a payload, and back with every bound checked. */
#include "triage/run/wire.h"

#include <string.h>

enum { TEXT_MAX = WIRE_WORDS_MAX, HASH_TEXT = 64, NAME_MAX_BYTES = 64 << 10, SAMPLE_MAX = 64 };

void
wire_put_evidence(struct wire_stream *s, uint64_t job, const struct triage_evidence *e)
{
	size_t mark;
	wire_begin(s, WIRE_EVIDENCE, job, &mark);
	wire_put_u64(s, e->kind);
	wire_put_u64(s, e->size);
	wire_put_u64(s, e->sector_size);
	wire_put_u64(s, e->source_size);
	wire_put_text(s, e->stored_md5 != NULL ? e->stored_md5 : "");
	wire_put_text(s, e->stored_sha1 != NULL ? e->stored_sha1 : "");
	wire_end(s, mark);
}

bool
wire_get_evidence(struct view payload, struct wire_store *store, struct triage_evidence *ret)
{
	struct wire_cursor c = { payload, false };
	ret->kind = (enum triage_evidence_kind)wire_get_enum(&c, TRIAGE_EVIDENCE_KIND_COUNT);
	ret->size = wire_get_u64(&c);
	ret->sector_size = wire_get_u32(&c);
	ret->source_size = wire_get_u64(&c);
	ret->stored_md5 = wire_get_text(&c, store->text[0], HASH_TEXT);
	ret->stored_sha1 = wire_get_text(&c, store->text[1], HASH_TEXT);
	return wire_all_read(&c);
}

void
wire_put_volume(struct wire_stream *s, uint64_t job, const struct triage_volume *v)
{
	size_t mark;
	wire_begin(s, WIRE_VOLUME, job, &mark);
	wire_put_u64(s, v->index);
	wire_put_u64(s, v->parent);
	wire_put_u64(s, v->state);
	wire_put_text(s, v->kind);
	wire_put_text(s, v->label);
	wire_put_text(s, v->uuid);
	wire_put_u64(s, v->start);
	wire_put_u64(s, v->length);
	wire_end(s, mark);
}

bool
wire_get_volume(struct view payload, struct wire_store *store, struct triage_volume *ret)
{
	struct wire_cursor c = { payload, false };
	ret->index = wire_get_u32(&c);
	ret->parent = wire_get_u32(&c);
	ret->state = (enum triage_volume_state)wire_get_enum(&c, TRIAGE_VOLUME_STATE_COUNT);
	ret->kind = wire_get_text(&c, store->text[0], TEXT_MAX);
	ret->label = wire_get_text(&c, store->text[1], TEXT_MAX);
	ret->uuid = wire_get_text(&c, store->text[2], TEXT_MAX);
	ret->start = wire_get_u64(&c);
	ret->length = wire_get_u64(&c);
	return wire_all_read(&c);
}

void
wire_put_filesystem(struct wire_stream *s, enum wire_type type, uint64_t job, const struct triage_filesystem *fs)
{
	size_t mark;
	wire_begin(s, type, job, &mark);
	wire_put_u64(s, fs->index);
	wire_put_u64(s, fs->volume);
	wire_put_text(s, fs->type);
	wire_put_text(s, fs->label);
	wire_put_text(s, fs->uuid);
	wire_put_u64(s, fs->start);
	wire_put_u64(s, fs->length);
	wire_put_u64(s, fs->block_size);
	wire_put_u64(s, fs->reader_type);
	wire_put_u64(s, fs->part);
	wire_end(s, mark);
}

bool
wire_get_filesystem(struct view payload, struct wire_store *store, struct triage_filesystem *ret)
{
	struct wire_cursor c = { payload, false };
	ret->index = wire_get_u32(&c);
	ret->volume = wire_get_u32(&c);
	ret->type = wire_get_text(&c, store->text[0], HASH_TEXT);
	ret->label = wire_get_text(&c, store->text[1], TEXT_MAX);
	ret->uuid = wire_get_text(&c, store->text[2], TEXT_MAX);
	ret->start = wire_get_u64(&c);
	ret->length = wire_get_u64(&c);
	ret->block_size = wire_get_u32(&c);
	ret->reader_type = wire_get_u32(&c);
	ret->part = wire_get_u64(&c);
	return wire_all_read(&c);
}

void
wire_put_entry(struct wire_stream *s, uint64_t job, const struct triage_entry *e)
{
	size_t mark;
	wire_begin(s, WIRE_ENTRY, job, &mark);
	wire_put_u64(s, e->edge);
	wire_put_u64(s, e->parent);
	wire_put_u64(s, e->inode);
	wire_put_u64(s, e->sequence);
	wire_put_u64(s, e->attr_type);
	wire_put_u64(s, e->attr_id);
	wire_put_u64(s, e->kind);
	wire_put_u64(s, e->state);
	wire_put_u64(s, e->flags);
	wire_put_bytes(s, e->name, e->name_size);
	wire_put_bytes(s, e->stream, e->stream_size);
	wire_put_u64(s, e->size);
	wire_put_u64(s, e->mode);
	wire_put_u64(s, e->uid);
	wire_put_u64(s, e->gid);
	wire_put_text(s, e->owner != NULL ? e->owner : "");
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		wire_put_i64(s, e->times[i]);
	wire_put_bytes(s, e->link, e->link_size);
	wire_put_u64(s, e->place);
	wire_end(s, mark);
}

bool
wire_get_entry(struct view payload, struct wire_store *store, struct triage_entry *ret)
{
	struct wire_cursor c = { payload, false };
	ret->edge = wire_get_u64(&c);
	ret->parent = wire_get_u64(&c);
	ret->inode = wire_get_u64(&c);
	ret->sequence = wire_get_u64(&c);
	ret->attr_type = wire_get_u32(&c);
	ret->attr_id = wire_get_u32(&c);
	ret->kind = (enum triage_file_kind)wire_get_enum(&c, TRIAGE_FILE_KIND_COUNT);
	ret->state = (enum triage_file_state)wire_get_enum(&c, TRIAGE_STATE_COUNT);
	ret->flags = wire_get_u32(&c);
	struct view name = wire_get_bytes(&c, NAME_MAX_BYTES);
	ret->name = name.data;
	ret->name_size = name.size;
	struct view stream = wire_get_bytes(&c, NAME_MAX_BYTES);
	ret->stream = stream.data;
	ret->stream_size = stream.size;
	ret->size = wire_get_u64(&c);
	ret->mode = wire_get_u32(&c);
	ret->uid = wire_get_u64(&c);
	ret->gid = wire_get_u64(&c);
	ret->owner = wire_get_text(&c, store->text[0], TEXT_MAX);
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		ret->times[i] = wire_get_i64(&c);
	struct view link = wire_get_bytes(&c, NAME_MAX_BYTES);
	ret->link = link.data;
	ret->link_size = link.size;
	ret->place = wire_get_u64(&c);
	return wire_all_read(&c);
}

void
wire_put_extent(struct wire_stream *s, uint64_t job, const struct triage_extent *x)
{
	size_t mark;
	wire_begin(s, WIRE_EXTENT, job, &mark);
	wire_put_u64(s, x->file_offset);
	wire_put_u64(s, x->image_offset);
	wire_put_u64(s, x->length);
	wire_end(s, mark);
}

bool
wire_get_extent(struct view payload, struct triage_extent *ret)
{
	struct wire_cursor c = { payload, false };
	ret->file_offset = wire_get_u64(&c);
	ret->image_offset = wire_get_u64(&c);
	ret->length = wire_get_u64(&c);
	return wire_all_read(&c);
}

void
wire_put_problem(struct wire_stream *s, uint64_t job, const struct triage_problem *p)
{
	size_t mark;
	wire_begin(s, WIRE_PROBLEM, job, &mark);
	wire_put_text(s, p->stage);
	wire_put_u64(s, p->severity);
	wire_put_text(s, p->code);
	wire_put_words(s, p->message);
	wire_put_u64(s, p->inode);
	wire_put_u64(s, p->edge);
	wire_put_u64(s, p->offset);
	wire_put_u64(s, p->bytes);
	wire_end(s, mark);
}

bool
wire_get_problem(struct view payload, struct wire_store *store, struct triage_problem *ret)
{
	struct wire_cursor c = { payload, false };
	ret->stage = wire_get_text(&c, store->text[0], HASH_TEXT);
	ret->severity = (enum triage_severity)wire_get_enum(&c, TRIAGE_SEVERITY_COUNT);
	ret->code = wire_get_text(&c, store->text[1], HASH_TEXT);
	ret->message = wire_get_text(&c, store->text[2], TEXT_MAX);
	ret->inode = wire_get_u64(&c);
	ret->edge = wire_get_u64(&c);
	ret->offset = wire_get_u64(&c);
	ret->bytes = wire_get_u64(&c);
	return wire_all_read(&c);
}

void
wire_put_match(struct wire_stream *s, uint64_t job, const struct triage_match *m)
{
	size_t mark;
	wire_begin(s, WIRE_MATCH, job, &mark);
	wire_put_u64(s, m->rule);
	wire_put_text(s, m->string_id);
	wire_put_u64(s, m->offset);
	wire_put_u64(s, m->length);
	wire_put_bytes(s, m->sample, m->sample_size < SAMPLE_MAX ? m->sample_size : SAMPLE_MAX);
	wire_put_u64(s, m->by_name);
	wire_end(s, mark);
}

bool
wire_get_match(struct view payload, struct wire_store *store, struct triage_match *ret)
{
	struct wire_cursor c = { payload, false };
	ret->rule = wire_get_u32(&c);
	ret->string_id = wire_get_text(&c, store->text[0], TEXT_MAX);
	ret->offset = wire_get_u64(&c);
	ret->length = wire_get_u64(&c);
	struct view sample = wire_get_bytes(&c, SAMPLE_MAX);
	ret->sample = sample.data;
	ret->sample_size = sample.size;
	ret->by_name = wire_get_enum(&c, 2) != 0;
	return wire_all_read(&c);
}

static void
put_randomness(struct wire_stream *s, const struct triage_randomness *r)
{
	wire_put_real(s, r->entropy);
	wire_put_real(s, r->chi_square);
	wire_put_real(s, r->first);
	wire_put_real(s, r->last);
	wire_put_real(s, r->most);
	wire_put_real(s, r->least);
	wire_put_u64(s, r->most_offset);
	wire_put_u64(s, r->block_size);
	wire_put_u64(s, r->blocks);
	wire_put_u64(s, r->random_blocks);
}

static void
get_randomness(struct wire_cursor *c, struct triage_randomness *r)
{
	r->entropy = wire_get_real(c);
	r->chi_square = wire_get_real(c);
	r->first = wire_get_real(c);
	r->last = wire_get_real(c);
	r->most = wire_get_real(c);
	r->least = wire_get_real(c);
	r->most_offset = wire_get_u64(c);
	r->block_size = wire_get_u32(c);
	r->blocks = wire_get_u32(c);
	r->random_blocks = wire_get_u32(c);
}

void
wire_put_member(struct wire_stream *s, uint64_t job, const struct triage_member *m)
{
	size_t mark;
	wire_begin(s, WIRE_MEMBER, job, &mark);
	wire_put_u64(s, m->number);
	wire_put_bytes(s, m->name, m->name_size);
	wire_put_u64(s, m->size);
	wire_put_u64(s, m->mode);
	wire_put_i64(s, m->mtime);
	wire_put_i64(s, m->atime);
	wire_put_i64(s, m->ctime);
	wire_put_i64(s, m->btime);
	wire_end(s, mark);
}

bool
wire_get_member(struct view payload, struct triage_member *ret)
{
	struct wire_cursor c = { payload, false };
	ret->number = wire_get_u64(&c);
	struct view name = wire_get_bytes(&c, NAME_MAX_BYTES);
	ret->name = name.data;
	ret->name_size = name.size;
	ret->size = wire_get_u64(&c);
	ret->mode = wire_get_u32(&c);
	ret->mtime = wire_get_i64(&c);
	ret->atime = wire_get_i64(&c);
	ret->ctime = wire_get_i64(&c);
	ret->btime = wire_get_i64(&c);
	return wire_all_read(&c) && ret->name_size > 0;
}

void
wire_put_content(struct wire_stream *s, enum wire_type type, uint64_t job, const struct triage_content *c)
{
	size_t mark;
	wire_begin(s, type, job, &mark);
	wire_put_u64(s, c->state);
	wire_put_u64(s, c->bytes);
	wire_put_bytes(s, c->md5, sizeof(c->md5));
	wire_put_bytes(s, c->sha1, sizeof(c->sha1));
	wire_put_bytes(s, c->sha256, sizeof(c->sha256));
	wire_put_u64(s, c->hashed);
	wire_put_u64(s, c->same_as_seen);
	wire_put_u64(s, c->windowed);
	wire_put_u64(s, c->scan_incomplete);
	wire_put_u64(s, c->text);
	wire_put_text(s, c->mime != NULL ? c->mime : "");
	wire_put_text(s, c->magic != NULL ? c->magic : "");
	put_randomness(s, &c->randomness);
	wire_put_shape(s, &c->shape);
	wire_end(s, mark);
}

/* Exactly size bytes. */
static void
get_exact(struct wire_cursor *c, uint8_t *out, size_t size)
{
	struct view bytes = wire_get_bytes(c, size);
	c->failed = c->failed || bytes.size != size;
	if (!c->failed)
		memcpy(out, bytes.data, size);
}

bool
wire_get_content(struct view payload, struct wire_store *store, struct triage_content *ret)
{
	struct wire_cursor c = { payload, false };
	ret->state = (enum triage_content_state)wire_get_enum(&c, TRIAGE_CONTENT_STATE_COUNT);
	ret->bytes = wire_get_u64(&c);
	get_exact(&c, ret->md5, sizeof(ret->md5));
	get_exact(&c, ret->sha1, sizeof(ret->sha1));
	get_exact(&c, ret->sha256, sizeof(ret->sha256));
	ret->hashed = wire_get_enum(&c, 2) != 0;
	ret->same_as_seen = wire_get_enum(&c, 2) != 0;
	ret->windowed = wire_get_enum(&c, 2) != 0;
	ret->scan_incomplete = wire_get_enum(&c, 2) != 0;
	ret->text = (enum triage_text_kind)wire_get_enum(&c, TRIAGE_TEXT_KIND_COUNT);
	ret->mime = wire_get_text(&c, store->text[0], TEXT_MAX);
	ret->magic = wire_get_text(&c, store->text[1], TEXT_MAX);
	get_randomness(&c, &ret->randomness);
	wire_get_shape(&c, &ret->shape);
	return wire_all_read(&c);
}

void
wire_put_places(struct wire_stream *s, uint64_t job, const uint8_t places[32])
{
	size_t mark;
	wire_begin(s, WIRE_PLACES, job, &mark);
	wire_put_bytes(s, places, 32);
	wire_end(s, mark);
}

bool
wire_get_places(struct view payload, uint8_t ret_places[32])
{
	struct wire_cursor c = { payload, false };
	get_exact(&c, ret_places, 32);
	return wire_all_read(&c);
}

void
wire_put_placed(struct wire_stream *s, uint64_t job, const uint8_t *places, size_t count)
{
	size_t mark;
	wire_begin(s, WIRE_PLACED, job, &mark);
	wire_put_bytes(s, places, count * 32);
	wire_end(s, mark);
}

bool
wire_get_placed(struct view payload, size_t count, struct view *ret_places)
{
	struct wire_cursor c = { payload, false };
	*ret_places = wire_get_bytes(&c, count * 32);
	return wire_all_read(&c) && ret_places->size == count * 32;
}
