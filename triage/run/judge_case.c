#include "triage/run/judge_case.h"

#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/base/zone.h"
#include "triage/report/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the views volumes and hosts. */
enum { VOLUME_ID, VOLUME_EVIDENCE, VOLUME_PARENT, VOLUME_KIND, VOLUME_START, VOLUME_LENGTH, VOLUME_LABEL, VOLUME_UUID, VOLUME_STATE };
enum { HOST_ID, HOST_FILESYSTEM, HOST_NAME, HOST_OS, HOST_VERSION, HOST_INSTALLED, HOST_ZONE };
enum { SENTENCE_MAX = 400, DATE_SIZE = 20, EVIDENCE_TOLD = 200 };

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging");
	return TRIAGE_E_MEMORY;
}

/* A copy that lives as long as the rest; NULL: no memory. */
static const char *
keep(struct judge_case *k, const char *text)
{
	if (k->text_count == k->text_room) {
		size_t room = k->text_room == 0 ? 64 : k->text_room * 2;
		char **grown = reallocarray(k->texts, room, sizeof(*grown));
		if (grown == NULL)
			return NULL;
		k->texts = grown;
		k->text_room = room;
	}
	char *copy = strdup(text);
	if (copy != NULL)
		k->texts[k->text_count++] = copy;
	return copy;
}

/* The zone of this name, which may be one of Windows or the rule of a zone file; NULL when it is not known. */
static struct zone *
zone_named(const char *name)
{
	struct triage_error why;
	struct zone *zone = NULL;
	const char *known = zone_name_of(name);
	if ((known == NULL || zone_load(known, &zone, &why) != TRIAGE_OK) && zone_rule(name, &zone, &why) != TRIAGE_OK)
		return NULL;
	return zone;
}

static enum triage_status
load_machines(struct judge_case *k, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	size_t room = (size_t)case_count(reader, CASE_HOSTS);
	k->machines = calloc(room + 1, sizeof(*k->machines));
	k->zones = calloc(room + 1, sizeof(*k->zones));
	if (k->machines == NULL || k->zones == NULL)
		return no_memory(err);
	k->zone_count = room + 1;
	k->facts.zone = k->zones[room] = zone_named(case_meta(reader, "timezone"));
	enum triage_status st = case_rows(reader, CASE_HOSTS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while (k->facts.machine_count < room && (st = case_next(c, err)) == TRIAGE_OK) {
		char os[200];
		struct detect_machine *m = &k->machines[k->facts.machine_count++];
		int n = snprintf(os, sizeof(os), "%s", case_text(c, HOST_OS));
		if (n >= 0 && (size_t)n < sizeof(os))
			snprintf(os + n, sizeof(os) - (size_t)n, "%s%s", n > 0 && !case_null(c, HOST_VERSION) ? " " : "", case_text(c, HOST_VERSION));
		m->filesystem_id = (uint64_t)case_int(c, HOST_FILESYSTEM);
		m->host = keep(k, case_text(c, HOST_NAME));
		m->os = keep(k, os);
		m->zone = k->zones[k->facts.machine_count - 1] = zone_named(case_text(c, HOST_ZONE));
		if (m->host == NULL || m->os == NULL) {
			st = no_memory(err);
			break;
		}
	}
	case_cursor_close(c);
	k->facts.machines = k->machines;
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

struct closed {
	uint64_t locked, locked_bytes, other, other_bytes;
};

static enum triage_status
take_volume(struct judge_case *k, struct case_cursor *c, struct closed *closed, struct triage_error *err)
{
	const char *state = case_text(c, VOLUME_STATE);
	bool locked = strcmp(state, "locked") == 0, other = strcmp(state, "unsupported") == 0 || strcmp(state, "damaged") == 0;
	uint64_t length = case_null(c, VOLUME_LENGTH) ? 0 : (uint64_t)case_int(c, VOLUME_LENGTH);
	closed->locked += locked;
	closed->locked_bytes += locked ? length : 0;
	closed->other += other;
	closed->other_bytes += other ? length : 0;
	if (strcmp(case_text(c, VOLUME_KIND), "vss") != 0)
		return TRIAGE_OK;
	const char *label = case_text(c, VOLUME_LABEL);
	size_t n = strlen(label);
	struct detect_shadow *s = &k->shadows[k->facts.shadow_count++];
	/* the label ends with when the copy was made */
	if (n < DATE_SIZE || !when_parse(label + n - DATE_SIZE, &s->time))
		s->time = TRIAGE_TIME_NONE;
	s->place = keep(k, label);
	return s->place != NULL ? TRIAGE_OK : no_memory(err);
}

static enum triage_status
load_volumes(struct judge_case *k, struct case_reader *reader, struct closed *closed, struct triage_error *err)
{
	struct case_cursor *c;
	size_t room = (size_t)case_count(reader, CASE_VOLUMES), n = 0;
	k->shadows = calloc(room + 1, sizeof(*k->shadows));
	if (k->shadows == NULL)
		return no_memory(err);
	enum triage_status st = case_rows(reader, CASE_VOLUMES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while (n++ < room && (st = case_next(c, err)) == TRIAGE_OK)
		if ((st = take_volume(k, c, closed, err)) != TRIAGE_OK)
			break;
	case_cursor_close(c);
	k->facts.shadows = k->shadows;
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static bool
say(struct judge_case *k, bool when, const char *text)
{
	return !when || (k->unread[k->facts.unread_count++] = (char *)(uintptr_t)keep(k, text)) != NULL;
}

static enum triage_status
say_unread(struct judge_case *k, const struct judging *j, const struct closed *closed, struct triage_error *err)
{
	enum { KINDS = 8 };
	const struct tally *t = &j->tally;
	char text[KINDS][SENTENCE_MAX];
	uint64_t failed = t->by_state[TRIAGE_CONTENT_UNREADABLE] + t->by_state[TRIAGE_CONTENT_TIMEOUT] + t->by_state[TRIAGE_CONTENT_CRASHED];
	uint64_t skipped = t->by_state[TRIAGE_CONTENT_SKIPPED], partly = t->by_state[TRIAGE_CONTENT_PARTIAL];
	k->unread = calloc(KINDS + 1, sizeof(*k->unread));
	if (k->unread == NULL)
		return no_memory(err);
	snprintf(text[0], SENTENCE_MAX, "%ju volume(s) are locked and were not read: %ju bytes.", (uintmax_t)closed->locked, (uintmax_t)closed->locked_bytes);
	snprintf(text[1], SENTENCE_MAX, "%ju volume(s) are damaged or of a kind that is not read: %ju bytes.", (uintmax_t)closed->other, (uintmax_t)closed->other_bytes);
	snprintf(text[2], SENTENCE_MAX, "The content of %ju file(s) could not be read.", (uintmax_t)failed);
	snprintf(text[3], SENTENCE_MAX, "The content of %ju file(s) was read in part.", (uintmax_t)partly);
	snprintf(text[4], SENTENCE_MAX, "The content of %ju file(s) was left out by profile, budget or share.", (uintmax_t)skipped);
	bool ok = say(k, closed->locked > 0, text[0]) && say(k, closed->other > 0, text[1]) && say(k, failed > 0, text[2]) && say(k, partly > 0, text[3]) && say(k, skipped > 0, text[4]) &&
	    say(k, t->files == 0, "No file was found in the evidence.");
	k->facts.unread = (const char *const *)k->unread;
	return ok ? TRIAGE_OK : no_memory(err);
}

enum triage_status
judge_case_load(struct judge_case *k, const struct judging *j, struct case_reader *reader, struct triage_error *err)
{
	struct closed closed = { 0 };
	enum triage_status st = load_machines(k, reader, err);
	if (st == TRIAGE_OK)
		st = load_volumes(k, reader, &closed, err);
	if (st == TRIAGE_OK)
		st = say_unread(k, j, &closed, err);
	return st == TRIAGE_OK ? case_reader_status(reader, err) : st;
}

void
judge_case_release(struct judge_case *k)
{
	for (size_t i = 0; i < k->text_count; i++)
		free(k->texts[i]);
	free(k->texts);
	free(k->unread);
	for (size_t i = 0; i < k->zone_count; i++)
		zone_free(k->zones[i]);
	free(k->zones);
	free(k->machines);
	free(k->shadows);
}

/* --- the state of the evidence --- */

static enum triage_status
put_evidence(struct case_reader *reader, struct buf *out, size_t *ret_mismatch, size_t *ret_checked, struct triage_error *err)
{
	struct case_cursor *c;
	size_t n = 0;
	enum triage_status st = case_rows(reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	export_member(out, "items");
	buf_char(out, '[');
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		const char *verdict = case_text(c, CASE_EVIDENCE_HASH_VERDICT);
		*ret_mismatch += strcmp(verdict, "mismatch") == 0;
		*ret_checked += strcmp(verdict, "match") == 0;
		if (n++ >= EVIDENCE_TOLD)
			continue;
		export_comma(out);
		buf_char(out, '{');
		export_column_text(out, "name", c, CASE_EVIDENCE_NAME);
		export_column_text(out, "kind", c, CASE_EVIDENCE_KIND);
		export_column_text(out, "sha256", c, CASE_EVIDENCE_SHA256);
		export_column_text(out, "hash_verdict", c, CASE_EVIDENCE_HASH_VERDICT);
		export_column_number(out, "bad_sectors", c, CASE_EVIDENCE_BAD_SECTORS);
		buf_char(out, '}');
	}
	case_cursor_close(c);
	buf_char(out, ']');
	export_number(out, "items_left_out", n > EVIDENCE_TOLD ? (int64_t)(n - EVIDENCE_TOLD) : 0);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
judge_case_evidence(const struct judge_case *k, struct case_reader *reader, struct buf *out, struct triage_error *err)
{
	size_t mismatch = 0, checked = 0;
	SCOPED_BUF rows;
	buf_init(&rows, out->max);
	buf_char(&rows, '{');
	enum triage_status st = put_evidence(reader, &rows, &mismatch, &checked, err);
	if (st == TRIAGE_OK)
		st = buf_check(&rows, err);
	if (st != TRIAGE_OK)
		return st;
	buf_char(out, '{');
	export_text(out, "answer", mismatch > 0 ? "hash-differs" : k->facts.unread_count > 0 ? "read-with-gaps" : "read");
	export_text(out, "certainty", "established");
	export_text(out, "program", "triage " TRIAGE_VERSION);
	buf_char(out, ',');
	buf_put(out, buf_cstr(&rows) + 1, rows.size > 0 ? rows.size - 1 : 0);
	export_member(out, "reasons");
	buf_char(out, '[');
	if (mismatch > 0)
		buf_text(out, "\"A hash stored with an image differs from that of its bytes: the copy was changed or is damaged.\"");
	else if (checked > 0)
		buf_text(out, "\"The hash stored with an image is that of its bytes.\"");
	export_comma(out);
	buf_text(out, "\"The evidence was opened for reading only, and nothing was written to it; the chain of custody lists every act.\"");
	buf_char(out, ']');
	export_member(out, "blind");
	buf_char(out, '[');
	for (size_t i = 0; i < k->facts.unread_count; i++) {
		export_comma(out);
		text_json_string(out, k->facts.unread[i]);
	}
	buf_text(out, "]}");
	return buf_check(out, err);
}
