/* unallocated_list.c - unallocated space as entries: streams for the content pass, and the records that are carved from it. */
#include "triage/evidence/unallocated.h"

#include "triage/evidence/carve.h"
#include "triage/evidence/fs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct space_list {
	struct evidence_fs *fs;
	const struct evidence_sink *sink;
	struct carve carve;
	uint64_t edge, folder;		/* the next number; the edge of the folder */
	uint64_t begin, gathered;	/* bytes: of the stream at hand */
	uint64_t free;			/* bytes met */
};

static enum triage_status
send_entry(struct space_list *l, const char *kind, struct triage_entry *e, struct triage_error *err)
{
	char name[80];
	snprintf(name, sizeof(name), "%s@%ju", kind, (uintmax_t)(l->fs->start + e->inode));
	e->edge = l->edge++;
	e->parent = l->folder;
	e->state = TRIAGE_STATE_CARVED;
	e->flags = TRIAGE_ENTRY_HAS_CONTENT;
	e->name = (const uint8_t *)name;
	e->name_size = strlen(name);
	e->size = e->attr_id;
	e->place = l->fs->start + e->inode;
	return l->sink->entry(l->sink->ctx, e, err);
}

static enum triage_status
send_hit(void *ctx, const struct carve_hit *hit, struct triage_error *err)
{
	struct space_list *l = ctx;
	struct triage_entry e = walk_blank();
	e.inode = hit->offset;
	e.attr_type = EVIDENCE_ATTR_CARVED;
	e.attr_id = hit->length < UINT32_MAX ? (uint32_t)hit->length : UINT32_MAX;
	e.kind = TRIAGE_FILE_REGULAR;
	e.times[TRIAGE_MTIME] = hit->time;
	e.link = (const uint8_t *)buf_cstr(hit->facts);
	e.link_size = hit->facts->size;
	return send_entry(l, hit->kind->name, &e, err);
}

/* End the stream at hand, if any. */
static enum triage_status
send_stream(struct space_list *l, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	if (l->gathered == 0)
		return TRIAGE_OK;
	e.inode = l->begin;
	e.attr_type = EVIDENCE_ATTR_UNALLOCATED;
	e.attr_id = (uint32_t)l->gathered;
	e.kind = TRIAGE_FILE_VIRTUAL;
	l->gathered = 0;
	return send_entry(l, "unallocated", &e, err);
}

/* One run: cut into streams, and carved piece by piece so that there is progress to be seen. */
static enum triage_status
take_run(struct space_list *l, uint64_t offset, uint64_t length, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	l->free += length;
	for (uint64_t done = 0; done < length && st == TRIAGE_OK;) {
		uint64_t room = UNALLOCATED_STREAM - l->gathered, part = length - done < room ? length - done : room;
		if (l->gathered == 0)
			l->begin = offset + done;
		st = carve_run(&l->carve, offset + done, part, length - done - part, err);
		l->gathered += part;
		done += part;
		if (st == TRIAGE_OK && l->gathered == UNALLOCATED_STREAM)
			st = send_stream(l, err);
	}
	return st;
}

static enum triage_status
send_folder(struct space_list *l, struct triage_error *err)
{
	static const char name[] = "$Unallocated";
	struct triage_entry e = walk_blank();
	e.edge = l->folder = l->edge++;
	e.parent = 0;
	e.inode = l->fs->length;	/* no inode has so large a number */
	e.attr_type = EVIDENCE_ATTR_UNALLOCATED;
	e.kind = TRIAGE_FILE_VIRTUAL;
	e.state = TRIAGE_STATE_ALLOCATED;
	e.mode = S_IFDIR;
	e.name = (const uint8_t *)name;
	e.name_size = sizeof(name) - 1;
	return l->sink->entry(l->sink->ctx, &e, err);
}

static enum triage_status
tell(struct space_list *l, enum triage_severity severity, const char *code, uint64_t bytes, const char *message, struct triage_error *err)
{
	return l->sink->problem(l->sink->ctx, &(struct triage_problem){
		.stage = "list", .severity = severity, .code = code, .message = message, .inode = TRIAGE_NO_ID,
		.edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = bytes,
	}, err);
}

static enum triage_status
tell_share(struct space_list *l, uint64_t unknown, struct triage_error *err)
{
	char message[300];
	const struct carve *c = &l->carve;
	uint64_t whole = c->examined - c->unreadable;
	double share = l->free + unknown > 0 ? 100.0 * (double)whole / (double)(l->free + unknown) : 100.0;
	snprintf(message, sizeof(message), "unallocated space: %ju of %ju bytes (%.1f %%) examined for records, %ju unreadable, %ju not known to be free",
	    (uintmax_t)whole, (uintmax_t)(l->free + unknown), share, (uintmax_t)c->unreadable, (uintmax_t)unknown);
	bool all = c->unreadable == 0 && unknown == 0;
	enum triage_status st = tell(l, all ? TRIAGE_INFO : TRIAGE_MEDIUM, all ? "unallocated" : "unallocated-part",
	    c->unreadable + unknown, message, err);
	for (size_t k = 0; k < carver_count && st == TRIAGE_OK; k++) {
		if (c->hits[k] <= CARVE_HITS)
			continue;
		snprintf(message, sizeof(message), "%ju records of kind %s were found in unallocated space: the first %d are listed",
		    (uintmax_t)c->hits[k], carvers[k]->name, CARVE_HITS);
		st = tell(l, TRIAGE_LOW, "carve-cut", 0, message, err);
	}
	return st;
}

static enum triage_status
tell_slack(struct space_list *l, const struct slack *s, struct triage_error *err)
{
	char message[300];
	snprintf(message, sizeof(message), "file slack: %ju bytes behind the ends of %ju streams examined for records, %ju of them not in pieces of zeros, %ju unreadable",
	    (uintmax_t)s->examined, (uintmax_t)s->count, (uintmax_t)(s->examined - s->zero), (uintmax_t)s->unreadable);
	enum triage_status st = tell(l, s->unreadable == 0 ? TRIAGE_INFO : TRIAGE_MEDIUM, s->unreadable == 0 ? "slack" : "slack-part", s->unreadable, message, err);
	if (st != TRIAGE_OK || s->files_left_out + s->pieces_left_out == 0)
		return st;
	snprintf(message, sizeof(message), "file slack: %ju files beyond %d were not looked at, %ju pieces beyond %d are not listed",
	    (uintmax_t)s->files_left_out, SLACK_FILES_MAX, (uintmax_t)s->pieces_left_out, SLACK_PIECES_MAX);
	return tell(l, TRIAGE_LOW, "slack-cut", 0, message, err);
}

/* What lies behind the ends of files: carved from, then listed beside them. */
static enum triage_status
list_slack(struct space_list *l, struct slack *s, struct triage_error *err)
{
	enum triage_status st = slack_gather(s, l->fs, err);
	memset(l->carve.next, 0, sizeof(l->carve.next));
	for (size_t i = 0; i < s->piece_count && st == TRIAGE_OK; i++)
		st = carve_run(&l->carve, s->pieces[i].place, s->pieces[i].length, 0, err);
	if (st == TRIAGE_OK)
		st = slack_send(s, l->fs, l->sink, EVIDENCE_ATTR_SLACK, &l->edge, err);
	return st == TRIAGE_OK && s->count > 0 ? tell_slack(l, s, err) : st;
}

enum triage_status
unallocated_list(struct evidence_fs *fs, const struct evidence_sink *sink, uint64_t edge, struct slack *slack, struct triage_error *err)
{
	struct space_list l = { .fs = fs, .sink = sink, .edge = edge };
	struct evidence_unallocated *u = NULL;
	struct triage_error why = { .text = "" };
	uint64_t offset, length;
	enum triage_status st = evidence_unallocated_open(fs, 0, &u, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	if (st != TRIAGE_OK)
		return tell(&l, TRIAGE_LOW, "unallocated-unread", 0, why.text, err);
	st = carve_init(&l.carve, fs->reader, &(struct carve_sink){ .ctx = &l, .hit = send_hit }, err);
	if (st == TRIAGE_OK)
		st = send_folder(&l, err);
	while (st == TRIAGE_OK && (st = evidence_unallocated_next(u, &offset, &length, err)) == TRIAGE_OK)
		st = take_run(&l, offset, length, err);
	if (st == TRIAGE_END)
		st = send_stream(&l, err);
	if (st == TRIAGE_OK)
		st = tell_share(&l, evidence_unallocated_unknown(u), err);
	if (st == TRIAGE_OK && slack != NULL)
		st = list_slack(&l, slack, err);
	carve_release(&l.carve);
	evidence_unallocated_close(u);
	return st;
}

/* Gather free space from offset on until there are size bytes. */
static enum triage_status
map_space(struct evidence_fs *fs, uint64_t from, uint64_t size, struct run_list *map, struct triage_error *err)
{
	struct evidence_unallocated *u;
	uint64_t offset, length;
	enum triage_status st = evidence_unallocated_open(fs, from, &u, err);
	if (st != TRIAGE_OK)
		return st;
	while (size > 0 && (st = evidence_unallocated_next(u, &offset, &length, err)) == TRIAGE_OK) {
		uint64_t part = length < size ? length : size;
		st = run_list_add(map, offset, part, err);
		if (st != TRIAGE_OK)
			break;
		size -= part;
	}
	evidence_unallocated_close(u);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
unallocated_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	if (inode >= fs->reader->size || attr_id == 0 || (attr_type == EVIDENCE_ATTR_UNALLOCATED && attr_id > UNALLOCATED_STREAM)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "nothing can lie at byte %ju of this volume", (uintmax_t)inode);
		return TRIAGE_E_FORMAT;
	}
	uint64_t there = fs->reader->size - inode;
	c->size = c->initialised = attr_id;
	if (attr_type == EVIDENCE_ATTR_CARVED || attr_type == EVIDENCE_ATTR_SLACK)
		return run_list_add(&c->map, inode, attr_id < there ? attr_id : there, err);
	return map_space(fs, inode, attr_id, &c->map, err);
}
