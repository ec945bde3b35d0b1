/* scan.c - running the groups' scanners over a stream, whole or in windows. */
#include "triage/analyse/finder.h"

#include <string.h>

enum {
	BLAMED_MAX = 16,		/* rules switched off for one stream and group before the group is given up */
	WEAK_FROM = 256 << 10,		/* bytes of a stream from which one search less outweighs a larger group */
	BUCKETS_MAX = 6,		/* a stream whose candidates lie in more buckets is searched for all gated rules at once */
};

static void
take_match(struct group_scan *g, const YR_MATCH *match, struct hit *hit)
{
	struct view stream = g->scan->stream;
	hit->offset = (uint64_t)(match->base + match->offset);
	hit->length = match->match_length < 0 ? 0 : (uint64_t)match->match_length;
	size_t size = hit->length < HIT_SAMPLE ? (size_t)hit->length : HIT_SAMPLE;
	if (view_has(stream, hit->offset, size)) {
		memcpy(hit->sample, stream.data + hit->offset, size);
	} else {
		size = match->data_length < 0 ? 0 : (size_t)match->data_length < size ? (size_t)match->data_length : size;
		if (size != 0)
			memcpy(hit->sample, match->data, size);
	}
	hit->sample_size = (uint8_t)size;
}

static void
take_rule(struct group_scan *g, const YR_SCAN_CONTEXT *context, const YR_RULE *rule)
{
	struct hits *hits = &g->scan->hits;
	uint32_t index = g->group->index[rule - g->group->rules->rules_table];
	/* a group of gated rules holds some that were looked for already in streams of this class */
	if (g->group->part != PART_ALWAYS && (g->scan->set->gated[index].standing & 1u << g->scan->class) != 0)
		return;
	struct hit hit = { .rule = index, .by_name = g->scan->set->gated[index].by_name, .id = "" };
	bool found = false;
	YR_STRING *string;
	yr_rule_strings_foreach(rule, string) {
		/* libyara lays matches at any address: copied, not pointed to */
		YR_MATCH match;
		hit.id = string->identifier;
		hit.rank = 0;
		for (const void *at = context->matches[string->idx].head; at != NULL; at = match.next) {
			memcpy(&match, at, sizeof(match));
			if (match.is_private)
				continue;
			found = true;
			if (hit.rank >= hits->limit) {
				hits->dropped++;
				continue;
			}
			take_match(g, &match, &hit);
			hits_add(hits, &hit);
			hit.rank++;
		}
		hit.string++;
	}
	if (!found)
		hits_add(hits, &(struct hit){ .rule = hit.rule, .by_name = hit.by_name, .id = "" });
}

int
scan_on_message(YR_SCAN_CONTEXT *context, int message, void *data, void *ctx)
{
	struct group_scan *g = ctx;
	if (message == CALLBACK_MSG_RULE_MATCHING) {
		take_rule(g, context, data);
	} else if (message == CALLBACK_MSG_TOO_MANY_MATCHES) {
		if (g->overflowed++ == 0)
			g->overflow = data;
	} else if (message == CALLBACK_MSG_IMPORT_MODULE) {
		const YR_MODULE_IMPORT *import = data;
		if (rule_module_bit(import->module_name, strlen(import->module_name)) == 0)
			return CALLBACK_ERROR;
	}
	return CALLBACK_CONTINUE;
}

static const uint8_t *
fetch_block(YR_MEMORY_BLOCK *block)
{
	return block->context;
}

static void
set_block(struct group_scan *g, struct view bytes, uint64_t base)
{
	/* YARA only reads it, but the field has no const */
	g->block = (YR_MEMORY_BLOCK){ .size = bytes.size, .base = base, .fetch_data = fetch_block,
		.context = (void *)(uintptr_t)bytes.data };
}

static YR_MEMORY_BLOCK *
next_block(YR_MEMORY_BLOCK_ITERATOR *iterator)
{
	struct group_scan *g = iterator->context;
	bool ready = g->ready;
	g->ready = false;
	iterator->last_error = ready || g->ended ? ERROR_SUCCESS : ERROR_BLOCK_NOT_READY;
	if (g->given_up)
		iterator->last_error = ERROR_CALLBACK_ERROR;
	if (g->at_tail) {
		g->at_tail = false;
		set_block(g, g->tail, g->stream_size - g->tail.size);
		return &g->block;
	}
	return ready ? &g->block : NULL;
}

/* Before the end it begins the stream; conditions that look back at the end see head and tail. */
static YR_MEMORY_BLOCK *
first_block(YR_MEMORY_BLOCK_ITERATOR *iterator)
{
	struct group_scan *g = iterator->context;
	if (g->skip_search) {
		g->skip_search = false;
		iterator->last_error = ERROR_SUCCESS;
		return NULL;
	}
	if (!g->ended || g->ready)
		return next_block(iterator);
	g->at_tail = g->tail.size != 0;
	set_block(g, g->head, 0);
	return &g->block;
}

static uint64_t
file_size(YR_MEMORY_BLOCK_ITERATOR *iterator)
{
	const struct group_scan *g = iterator->context;
	return g->stream_size;
}

/* Set a scanner up for a new stream. A YARA scanner keeps its entry point and error of the stream before: clear them. */
static void
begin_group(struct group_scan *g)
{
	g->scanner->entry_point = YR_UNDEFINED;
	g->scanner->last_error_string = NULL;
	g->iterator = (YR_MEMORY_BLOCK_ITERATOR){ .context = g, .first = first_block, .next = next_block, .file_size = file_size,
		.last_error = ERROR_SUCCESS };
	g->ready = g->ended = g->running = g->given_up = g->at_tail = g->skip_search = false;
	g->head = g->tail = (struct view){ NULL, 0 };
	g->overflowed = 0;
	g->overflow = NULL;
}

/* Switch a rule and its strings off for the next scan. The rules are this process's copy on write. */
static void
switch_off(struct group_scan *g, YR_RULE *rule)
{
	YR_STRING *string;
	yr_rule_disable(rule);
	yr_rule_strings_foreach(rule, string)
	{
		yr_bitmask_set(g->scanner->strings_temp_disabled, string->idx);
	}
}

/* The rule behind the error of a scan, or NULL. */
static YR_RULE *
guilty_rule(struct group_scan *g, int rc)
{
	const YR_STRING *string = g->scanner->last_error_string;
	if (string == NULL || rc == ERROR_INSUFFICIENT_MEMORY || rc == ERROR_SCAN_TIMEOUT)
		return NULL;
	return &g->group->rules->rules_table[string->rule_idx];
}

static int
scan_once(struct group_scan *g, struct view stream)
{
	begin_group(g);
	set_block(g, stream, 0);
	g->head = stream;
	g->stream_size = stream.size;
	g->ended = true;
	g->ready = g->group->searches;
	g->skip_search = !g->group->searches;
	yr_scanner_set_timeout(g->scanner, (int)g->scan->set->scan_timeout);
	return yr_scanner_scan_mem_blocks(g->scanner, &g->iterator);
}

static enum triage_status
scan_group(struct group_scan *g, struct view stream, struct triage_error *err)
{
	YR_RULE *blamed[BLAMED_MAX];
	size_t blamed_count = 0;
	enum triage_status st = scan_name_subject(g, stream, err);
	if (st != TRIAGE_OK)
		return st;
	int rc = scan_once(g, stream);
	while (rc != ERROR_SUCCESS && st == TRIAGE_OK) {
		YR_RULE *rule = guilty_rule(g, rc);
		if (rule == NULL || blamed_count == BLAMED_MAX || (rule->flags & RULE_FLAGS_DISABLED) != 0) {
			st = scan_tell_failure(g, rc, err);
			break;
		}
		st = scan_tell_blamed(g, rule, rc, err);
		blamed[blamed_count++] = rule;
		for (size_t i = 0; i < blamed_count; i++)
			switch_off(g, blamed[i]);
		rc = scan_once(g, stream);
	}
	for (size_t i = 0; i < blamed_count; i++)
		yr_rule_enable(blamed[i]);
	if (st == TRIAGE_OK)
		st = scan_tell_overflow(g, err);
	return st;
}

static bool
chosen(const struct group_scan *g, enum group_part part, struct view head, uint64_t size, enum scan_groups which)
{
	return g->group->part == part && (which == SCAN_ALL || g->group->by_name) && group_applies(g->group, head, size);
}

/* The groups of one part, other than buckets, that the stream meets. */
static enum triage_status
scan_part(struct scan *scan, enum group_part part, struct view stream, enum scan_groups which, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < scan->count && st == TRIAGE_OK; i++)
		if (chosen(&scan->groups[i], part, stream, stream.size, which))
			st = scan_group(&scan->groups[i], stream, err);
	return st;
}

/* Fill scan->wanted with the buckets of the candidates that fit the stream. False when there are too many, or too many hits. */
static bool
choose_buckets(struct scan *scan, struct view stream, enum scan_groups which, size_t *ret_count)
{
	const struct analyse_set *set = scan->set;
	const uint32_t *tags;
	size_t tag_count, count = 0;
	char extension[EXTENSION_MAX];
	const char *names[RULE_NAME_COUNT];
	scan_names(scan, stream, extension, names);
	if (!gate_look_at(scan->look, stream, names, &tags, &tag_count))
		return false;
	if (++scan->mark == 0) {
		memset(scan->bucket_mark, 0, set->bucket_count * sizeof(scan->bucket_mark[0]));
		scan->mark = 1;
	}
	for (size_t i = 0; i < tag_count; i++) {
		const struct gated_rule *rule = &set->gated[tags[i]];
		uint32_t bucket = rule->bucket;
		if (bucket >= set->bucket_count || scan->bucket_mark[bucket] == scan->mark || (rule->standing & 1u << scan->class) != 0
		    || !rule_need_fits(&rule->need, stream, stream.size)
		    || (which == SCAN_BY_NAME && !set->groups[set->first_bucket + bucket].by_name))
			continue;
		scan->bucket_mark[bucket] = scan->mark;
		scan->wanted[count++] = bucket;
	}
	*ret_count = count;
	return count <= BUCKETS_MAX;
}

static enum triage_status
scan_gated(struct scan *scan, struct view stream, enum scan_groups which, struct triage_error *err)
{
	size_t count = 0;
	enum triage_status st = TRIAGE_OK;
	if (scan->set->bucket_count == 0)
		return st;
	if (!choose_buckets(scan, stream, which, &count))
		return scan_part(scan, PART_GATED, stream, which, err);
	size_t weak = 0;
	for (size_t i = 0; i < count; i++)
		weak += scan->set->bucket_weak[scan->wanted[i]];
	bool together = weak > 1 && stream.size >= WEAK_FROM && scan->set->weak_group != 0;
	if (together)
		st = scan_group(&scan->groups[scan->set->weak_group], stream, err);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		if (!together || !scan->set->bucket_weak[scan->wanted[i]])
			st = scan_group(&scan->groups[scan->set->first_bucket + scan->wanted[i]], stream, err);
	return st;
}

enum triage_status
scan_whole(struct scan *scan, struct view stream, enum scan_groups which, struct triage_error *err)
{
	static const uint8_t nothing[1];
	if (stream.size == 0)
		stream.data = nothing;
	scan->stream = stream;
	scan->class = file_class_of(stream);
	if (which == SCAN_ALL)
		finder_look(scan, stream, 0, 0);
	enum triage_status st = scan_part(scan, PART_ALWAYS, stream, which, err);
	return st == TRIAGE_OK ? scan_gated(scan, stream, which, err) : st;
}

/* Whole seconds since the group's scan began, rounded up, plus what one window may take. */
static int
time_allowed(const struct group_scan *g)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)(now.tv_sec - g->started.tv_sec + 1) + (int)g->scan->set->scan_timeout;
}

static enum triage_status
go_on(struct group_scan *g, struct triage_error *err)
{
	yr_scanner_set_timeout(g->scanner, time_allowed(g));
	int rc = yr_scanner_scan_mem_blocks(g->scanner, &g->iterator);
	g->running = rc == ERROR_BLOCK_NOT_READY;
	if (g->running || rc == ERROR_SUCCESS)
		return TRIAGE_OK;
	return scan_tell_failure(g, rc, err);
}

enum triage_status
scan_window(struct scan *scan, struct view head, struct view window, uint64_t base, struct triage_error *err)
{
	scan->stream = (struct view){ NULL, 0 };
	scan->class = file_class_of(head);
	enum triage_status st = TRIAGE_OK;
	finder_look(scan, window, base, base == 0 ? 0 : scan->set->window_overlap);
	for (size_t i = 0; i < scan->count && st == TRIAGE_OK; i++) {
		struct group_scan *g = &scan->groups[i];
		if (base == 0) {
			/* all that is known of its size yet is that a window cannot hold it */
			if (g->group->part == PART_BUCKET || g->group->part == PART_WEAK || !chosen(g, g->group->part, head, (uint64_t)window.size + 1, SCAN_ALL))
				continue;
			st = scan_name_subject(g, head, err);
			if (st != TRIAGE_OK)
				return st;
			begin_group(g);
			clock_gettime(CLOCK_MONOTONIC, &g->started);
			g->running = true;
		}
		g->head = head;
		if (!g->running || !g->group->searches)
			continue;
		/* parts of one chained string are compared by their offsets within a block: never across blocks */
		memset(g->scanner->unconfirmed_matches, 0, g->group->rules->num_strings * sizeof(YR_MATCHES));
		set_block(g, window, base);
		g->ready = true;
		st = go_on(g, err);
	}
	return st;
}

enum triage_status
scan_last_window(struct scan *scan, struct view tail, uint64_t stream_size, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < scan->count && st == TRIAGE_OK; i++) {
		struct group_scan *g = &scan->groups[i];
		if (!g->running)
			continue;
		g->stream_size = stream_size;
		g->tail = tail;
		g->ended = true;
		g->skip_search = !g->group->searches;
		st = go_on(g, err);
		if (st == TRIAGE_OK)
			st = scan_tell_overflow(g, err);
	}
	return st;
}

void
scan_abandon(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		struct group_scan *g = &scan->groups[i];
		if (!g->running)
			continue;
		/* one more call, which the iterator fails: YARA then frees what it kept for going on */
		g->given_up = true;
		(void)yr_scanner_scan_mem_blocks(g->scanner, &g->iterator);
		g->running = false;
	}
}
