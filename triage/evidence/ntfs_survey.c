#include "triage/evidence/ntfs_survey.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

static enum triage_status
no_memory(uint64_t records, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the list of %ju MFT records",
	    (uintmax_t)records);
	return TRIAGE_E_MEMORY;
}

void
ntfs_survey_release(struct ntfs_survey *s)
{
	free(s->sequence);
	free(s->bits);
	free(s->first);
	free(s->links);
	*s = (struct ntfs_survey){ 0 };
}

static enum triage_status
add_link(struct ntfs_survey *s, uint64_t child, uint64_t parent, struct triage_error *err)
{
	if (ntfs_ref_number(parent) >= s->records || child >= s->records)
		return TRIAGE_OK;
	if (s->link_count > 0 && s->links[s->link_count - 1].child == child && s->links[s->link_count - 1].parent == parent)
		return TRIAGE_OK;
	if (s->link_count == s->link_room) {
		size_t room = s->link_room == 0 ? 4096 : s->link_room * 2;
		struct ntfs_link *links = room > UINT32_MAX / 2 ? NULL : realloc(s->links, room * sizeof(*links));
		if (links == NULL)
			return no_memory(s->records, err);
		s->links = links;
		s->link_room = room;
	}
	s->links[s->link_count++] = (struct ntfs_link){ .child = (uint32_t)child, .next = NTFS_NO_LINK, .parent = parent };
	return TRIAGE_OK;
}

/* The $FILE_NAMEs of one record of a folder. */
static enum triage_status
take_links(struct ntfs_survey *s, struct view record, uint64_t child, const struct ntfs_head *head, struct triage_error *err)
{
	struct ntfs_attr a;
	struct ntfs_name name;
	enum triage_status st = TRIAGE_OK;
	for (size_t at = head->first; st == TRIAGE_OK && ntfs_attr_next(record, head, &at, &a) == TRIAGE_OK;)
		if (a.type == NTFS_FILE_NAME && !a.nonresident && ntfs_name_parse(a.value, &name))
			st = add_link(s, child, name.parent, err);
	return st;
}

enum triage_status
ntfs_tell_record(struct ntfs *n, struct walk *w, uint64_t number, const char *code, const char *what, struct triage_error *err)
{
	return walk_problem(w, &(struct triage_problem){
		.severity = TRIAGE_MEDIUM, .code = code, .inode = number, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
		    .bytes = n->g.record,
	}, err, "MFT record %ju %s", (uintmax_t)number, what);
}

/* Records that follow one another and are lost in the same way are one row. */
enum loss { LOSS_NONE, LOSS_UNREAD, LOSS_SECTORS, LOSS_SIGNATURE };

struct losses {
	enum loss loss;
	uint64_t first, count;
};

static enum triage_status
tell_losses(const struct ntfs *n, struct walk *w, const struct losses *l, struct triage_error *err)
{
	static const struct {
		const char *code, *one, *more;
	} words[] = {
		[LOSS_UNREAD] = { "inode-unreadable", "cannot be read: what it describes is not listed", "cannot be read: what they describe is not listed" },
		[LOSS_SECTORS] = { "inode-unreadable", "is in unreadable sectors: what it describes is not listed",
		    "are in unreadable sectors: what they describe is not listed" },
		[LOSS_SIGNATURE] = { "record-damaged", "has no signature: what it described is not listed", "have no signature: what they described is not listed" },
	};
	if (l->loss == LOSS_NONE)
		return TRIAGE_OK;
	const struct triage_problem p = { .severity = TRIAGE_MEDIUM, .code = words[l->loss].code, .inode = l->first, .edge = TRIAGE_NO_ID,
	    .offset = TRIAGE_NO_ID, .bytes = l->count * n->g.record };
	if (l->count == 1)
		return walk_problem(w, &p, err, "MFT record %ju %s", (uintmax_t)l->first, words[l->loss].one);
	return walk_problem(w, &p, err, "MFT records %ju to %ju %s", (uintmax_t)l->first, (uintmax_t)(l->first + l->count - 1), words[l->loss].more);
}

static enum triage_status
take_loss(const struct ntfs *n, struct walk *w, struct losses *l, enum loss loss, uint64_t number, struct triage_error *err)
{
	if (loss != LOSS_NONE && loss == l->loss) {
		l->count++;
		return TRIAGE_OK;
	}
	enum triage_status st = tell_losses(n, w, l, err);
	*l = (struct losses){ loss, number, 1 };
	return st;
}

static enum triage_status
survey_record(struct ntfs *n, struct ntfs_survey *s, enum loss *ret_loss, uint64_t number, uint8_t *buf, struct triage_error *err)
{
	struct ntfs_head head;
	struct triage_error why;
	uint64_t place;
	bool bad;
	*ret_loss = LOSS_NONE;
	if (ntfs_read_record(n, number, buf, &place, &bad, &why) != TRIAGE_OK) {
		*ret_loss = LOSS_UNREAD;
		return TRIAGE_OK;
	}
	enum ntfs_record_state state = ntfs_record_fix(buf, n->g.record, &head);
	if (state < NTFS_RECORD_TORN) {
		*ret_loss = bad ? LOSS_SECTORS : state == NTFS_RECORD_EMPTY ? LOSS_NONE : LOSS_SIGNATURE;
		return TRIAGE_OK;
	}
	bool live = (head.flags & NTFS_RECORD_IN_USE) != 0, folder = (head.flags & NTFS_RECORD_DIRECTORY) != 0;
	struct view record = { buf, n->g.record };
	s->sequence[number] = head.sequence;
	s->bits[number] = (uint8_t)((head.base == 0 ? NTFS_IS_VALID : NTFS_IS_EXTENSION) | (live ? NTFS_IS_LIVE : 0));
	if (head.base == 0 && folder) {
		s->bits[number] |= NTFS_IS_FOLDER;
		s->folders++;
		return take_links(s, record, number, &head, err);
	}
	/* A folder's name may lie in an extension record; whether the base record is a folder shows later. */
	return head.base != 0 ? take_links(s, record, ntfs_ref_number(head.base), &head, err) : TRIAGE_OK;
}

enum triage_status
ntfs_survey_run(struct ntfs *n, struct ntfs_survey *s, struct walk *w, struct triage_error *err)
{
	size_t count = (size_t)n->records;
	SCOPED_FREE uint8_t *buf = malloc(n->g.record);
	*s = (struct ntfs_survey){
		.records = n->records, .sequence = calloc(count, sizeof(*s->sequence)), .bits = calloc(count, 1),
		.first = malloc(count * sizeof(*s->first)),
	};
	if (buf == NULL || s->sequence == NULL || s->bits == NULL || s->first == NULL)
		return no_memory(n->records, err);
	memset(s->first, 0xff, count * sizeof(*s->first));
	struct losses losses = { .loss = LOSS_NONE };
	for (uint64_t i = 0; i < n->records; i++) {
		enum loss loss;
		enum triage_status st = survey_record(n, s, &loss, i, buf, err);
		if (st == TRIAGE_OK)
			st = take_loss(n, w, &losses, loss, i, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return tell_losses(n, w, &losses, err);
}

bool
ntfs_survey_matches(const struct ntfs_survey *s, uint64_t reference)
{
	uint64_t number = ntfs_ref_number(reference);
	if (number >= s->records || (s->bits[number] & NTFS_IS_FOLDER) == 0)
		return false;
	uint16_t wanted = ntfs_ref_sequence(reference), sequence = s->sequence[number];
	if ((s->bits[number] & NTFS_IS_LIVE) != 0)
		return wanted == sequence || wanted == 0;
	/* Deleting a record counts its sequence up. */
	uint16_t before = sequence > 1 ? (uint16_t)(sequence - 1) : UINT16_MAX;
	return wanted == sequence || wanted == before;
}

void
ntfs_survey_chain(struct ntfs_survey *s)
{
	for (size_t i = s->link_count; i-- > 0;) {
		struct ntfs_link *k = &s->links[i];
		uint64_t parent = ntfs_ref_number(k->parent);
		if ((s->bits[k->child] & NTFS_IS_FOLDER) == 0 || parent == k->child || !ntfs_survey_matches(s, k->parent))
			continue;
		k->next = s->first[parent];
		s->first[parent] = (uint32_t)i;
	}
}
