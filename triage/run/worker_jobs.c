/* worker_jobs.c - the payloads of jobs; their reading side is in worker.c. */
#include "triage/run/worker.h"

void
worker_put_probe(struct wire_stream *s, uint64_t job, size_t source)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_PROBE, job, &mark);
	wire_put_u64(s, source);
	wire_end(s, mark);
}

/* A filesystem as one field, so that two jobs can carry it. */
static void
put_filesystem(struct wire_stream *s, const struct triage_filesystem *fs)
{
	wire_put_u64(s, fs->index);
	wire_put_u64(s, fs->volume);
	wire_put_text(s, fs->type);
	wire_put_u64(s, fs->start);
	wire_put_u64(s, fs->length);
	wire_put_u64(s, fs->block_size);
	wire_put_u64(s, fs->reader_type);
	wire_put_u64(s, fs->part);
}

void
worker_put_list(struct wire_stream *s, uint64_t job, size_t source, const struct triage_filesystem *fs)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_LIST, job, &mark);
	wire_put_u64(s, source);
	put_filesystem(s, fs);
	wire_end(s, mark);
}

void
worker_put_content(struct wire_stream *s, uint64_t job, const struct worker_content_job *c)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_CONTENT, job, &mark);
	wire_put_u64(s, c->source);
	put_filesystem(s, c->fs);
	wire_put_u64(s, c->inode);
	wire_put_u64(s, c->size);
	wire_put_u64(s, c->attr_type);
	wire_put_u64(s, c->attr_id);
	wire_put_text(s, c->path);
	wire_put_text(s, c->name);
	wire_put_text(s, c->owner);
	wire_put_bytes(s, c->raw_path.data, c->raw_path.size);
	wire_put_u64(s, (c->force ? 1u : 0u) + (c->early ? 2u : 0u));
	wire_put_u64(s, (c->closed ? 1u : 0u) + (c->left_closed ? 2u : 0u));
	wire_put_i64(s, c->mtime);
	wire_put_i64(s, c->btime);
	wire_put_u64(s, c->companion_count);
	for (size_t i = 0; i < c->companion_count; i++) {
		wire_put_text(s, c->companions[i].ending);
		wire_put_u64(s, c->companions[i].inode);
		wire_put_u64(s, c->companions[i].attr_type);
		wire_put_u64(s, c->companions[i].attr_id);
		wire_put_bytes(s, c->companions[i].raw_path.data, c->companions[i].raw_path.size);
	}
	wire_put_u64(s, c->placed);
	wire_end(s, mark);
}

void
worker_put_places(struct wire_stream *s, uint64_t job, size_t source, const struct triage_filesystem *fs, const struct case_stream *streams, size_t count)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_PLACES, job, &mark);
	wire_put_u64(s, source);
	put_filesystem(s, fs);
	wire_put_u64(s, count);
	for (size_t i = 0; i < count; i++) {
		wire_put_u64(s, streams[i].inode);
		wire_put_u64(s, streams[i].attr_type);
		wire_put_u64(s, streams[i].attr_id);
	}
	wire_end(s, mark);
}

void
worker_put_extract(struct wire_stream *s, uint64_t job, const struct worker_extract_job *x)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_EXTRACT, job, &mark);
	wire_put_u64(s, x->source);
	put_filesystem(s, x->fs);
	wire_put_u64(s, x->inode);
	wire_put_u64(s, x->attr_type);
	wire_put_u64(s, x->attr_id);
	wire_put_u64(s, x->member);
	wire_put_u64(s, x->size);
	wire_put_text(s, x->path);
	wire_put_text(s, x->name);
	wire_put_bytes(s, x->raw_path.data, x->raw_path.size);
	wire_end(s, mark);
}

void
worker_put_image(struct wire_stream *s, uint64_t job, size_t source, unsigned which)
{
	size_t mark;
	wire_begin(s, WIRE_JOB_IMAGE, job, &mark);
	wire_put_u64(s, source);
	wire_put_u64(s, which);
	wire_end(s, mark);
}
