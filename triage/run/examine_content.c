/* examine_content.c - which streams are examined next: in the order of their ranks, a volume before its shadow copies. */
#include "triage/run/examine.h"

#include "triage/artefact/artefact.h"
#include "triage/run/environment.h"
#include "triage/run/merge.h"
#include "triage/run/shadows.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE_UNITS = 1024 };

/* Files that parsers read with others beside them: there may be more than are kept, by somebody's hand. */
static enum triage_status
find_companions(struct supervisor *s, struct triage_error *err)
{
	char message[200];
	case_companions_free(s->companions);
	s->companions = NULL;
	enum triage_status st = case_find_companions(s->store, artefact_is_companion, &s->companions, err);
	if (st != TRIAGE_OK || case_companions_left_out(s->companions) == 0)
		return st;
	snprintf(message, sizeof(message), "%zu files with the name of a hive's log or a database's journal were not kept as such: what belongs to them is parsed without them",
	    case_companions_left_out(s->companions));
	return supervisor_problem(s, 0, 0, "", &(struct triage_problem){ .stage = "artefact", .severity = TRIAGE_MEDIUM, .code = "companions-left-out",
		.message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

enum triage_status
examine_begin_content(struct supervisor *s, struct triage_error *err)
{
	struct case_totals totals;
	s->phase = TRIAGE_PHASE_CONTENT;
	enum triage_status st = case_totals(s->store, &totals, err);
	if (st != TRIAGE_OK)
		return st;
	s->progress.units = totals.units;
	s->progress.units_done = totals.units_done;
	s->progress.bytes = totals.bytes;
	s->progress.bytes_done = totals.bytes_done;
	s->content_started = crew_clock();
	s->content_base = (double)totals.bytes_done + 100e3 * (double)totals.units_done;
	st = find_companions(s, err);
	return st == TRIAGE_OK ? environment_phase(s, "examining", &totals, err) : st;
}

void
examine_free_page(struct supervisor *s)
{
	for (size_t i = s->page_next; i < s->page_count; i++)
		case_unit_release(&s->page[i]);
	s->page_next = s->page_count = 0;
}

static enum triage_status
read_page(struct supervisor *s, struct triage_error *err)
{
	if (s->page_next < s->page_count || s->units_ended)
		return TRIAGE_OK;
	if (s->page == NULL && (s->page = calloc(PAGE_UNITS, sizeof(*s->page))) == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->page_next = s->page_count = 0;
	enum triage_status st = case_next_units(s->store, &s->after, PAGE_UNITS, s->page, &s->page_count, err);
	if (st != TRIAGE_OK)
		return st;
	s->units_ended = s->page_count == 0;
	if (s->page_count > 0) {
		/* only the ordering keys are used */
		s->after = s->page[s->page_count - 1];
		s->after.path = s->after.name = s->after.owner = NULL;
		s->after.raw_path = NULL;
	}
	return TRIAGE_OK;
}

static enum triage_status
next_content(struct supervisor *s, struct crew_job *ret_job, bool *ret_found, struct triage_error *err)
{
	*ret_found = examine_take_waiting(s, CREW_CONTENT, 0, ret_job);
	while (!*ret_found) {
		enum triage_status st = read_page(s, err);
		if (st != TRIAGE_OK || s->page_next == s->page_count)
			return st;
		struct case_unit *u = &s->page[s->page_next];
		/* the next level waits for the results of this one */
		if (shadows_level_of(u->rank) > s->level && s->units_in_work > 0)
			return TRIAGE_OK;
		if (shadows_level_of(u->rank) > s->level)
			shadows_begin_level(s, shadows_level_of(u->rank));
		if (s->comparing) {
			st = shadows_compare(s, ret_job, ret_found, err);
			if (st != TRIAGE_OK || *ret_found || s->units_in_work > 0)
				return st;
			st = shadows_settle(s, err);
			if (st != TRIAGE_OK)
				return st;
		}
		s->page_next++;
		bool left_out = s->plan->rank_max != 0 && shadows_plain_rank(u->rank) > s->plan->rank_max;
		if (left_out || case_unit_is_done(s->store, u->unit_id) || !merge_is_ours(s->plan, u->inode, u->attr_type, u->attr_id) || u->filesystem_id < 1 || u->filesystem_id > s->filesystem_count) {
			case_unit_release(u);
			continue;
		}
		*ret_job = (struct crew_job){ .id = u->unit_id, .kind = CREW_CONTENT, .source = s->filesystems[u->filesystem_id - 1].source,
		    .filesystem_id = u->filesystem_id, .unit = *u };
		*ret_found = true;
	}
	return TRIAGE_OK;
}

enum triage_status
examine_give_content(struct supervisor *s, struct triage_error *err)
{
	size_t slot;
	while (examine_free_worker(s, false, false, &slot) != NULL) {
		struct crew_job job;
		bool found;
		enum triage_status st = next_content(s, &job, &found, err);
		if (st != TRIAGE_OK || !found)
			return st;
		examine_give(s, slot, &job);
	}
	return TRIAGE_OK;
}
