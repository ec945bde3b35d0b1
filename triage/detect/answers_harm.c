/* answers_harm.c - when was it encrypted and how much, by which family, what was the first act and how long did they stay, how did they come in. */
#include "triage/detect/answers_inside.h"

#include "triage/detect/damage.h"

#include "triage/base/when.h"

#include <string.h>

enum { FILESYSTEMS_MAX = 64, FAMILIES_TOLD = 8 };
#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)

/* --- the window of encryption --- */

static void
put_damage(struct buf *out, const struct damage_count *c)
{
	const uint64_t *by = c->by;
	answer_number(out, "files", c->files);
	answer_number(out, "damaged_files", c->damaged_files);
	answer_number(out, "damaged_bytes", c->damaged_bytes);
	answer_share(out, "share", c->files > 0 ? (double)c->damaged_files / (double)c->files : -1);
	answer_number(out, "whole", by[DAMAGE_WHOLE]);
	answer_number(out, "part", by[DAMAGE_HEAD] + by[DAMAGE_TAIL] + by[DAMAGE_BLOCKS] + by[DAMAGE_PARTS]);
	answer_number(out, "renamed", by[DAMAGE_RENAMED]);
	answer_number(out, "zeroed", by[DAMAGE_ZEROED] + by[DAMAGE_ZEROED_PART]);
	answer_number(out, "unknown", by[DAMAGE_UNKNOWN]);
	answer_number(out, "older_copies", c->older_copies);
}

/* What is left of the files, and so perhaps to be had without a key. */
static void
put_repairable(struct buf *out, const struct damage_count *c)
{
	const uint64_t *by = c->by;
	answer_begin(out, "repairable", '{');
	answer_number(out, "renamed_only", by[DAMAGE_RENAMED]);
	answer_number(out, "head_encrypted_rest_intact", by[DAMAGE_HEAD]);
	answer_number(out, "tail_encrypted_head_intact", by[DAMAGE_TAIL]);
	answer_number(out, "blocks_between_intact", by[DAMAGE_BLOCKS] + by[DAMAGE_PARTS]);
	answer_number(out, "older_copy_in_a_shadow_volume", c->older_copies);
	answer_end(out, '}');
}

void
answer_window(struct answering *a, struct buf *out)
{
	const struct damage_map *m = a->j->damage;
	const struct damage_count none = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE }, *all = m != NULL ? &m->all : &none;
	bool known = a->encrypted != TRIAGE_TIME_NONE, hurt = a->j->encrypted_files > 0 || all->damaged_files > 0;
	size_t damaged = 0;
	answer_text(out, "answer", known ? "known" : hurt ? "time-not-known" : "nothing-encrypted-found");
	answer_text(out, "certainty", known ? a->j->window_by_journal ? "very-probable" : "probable" : "");
	answer_time(out, "start", a->encrypted);
	answer_time(out, "end", a->j->last_encrypted);
	if (known)
		answer_number(out, "seconds", (uint64_t)(when_since(a->encrypted, a->j->last_encrypted) / SECOND));
	answer_bool(out, "start_is_a_lower_bound", a->j->window_cut);
	answer_raw(out, "window", a->j->window);
	answer_number(out, "encrypted_files", a->j->encrypted_files);
	answer_number(out, "encrypted_bytes", a->j->encrypted_bytes);
	put_damage(out, all);
	put_repairable(out, all);
	answer_begin(out, "filesystems", '[');
	for (size_t i = 0; m != NULL && i < m->filesystem_count; i++) {
		if (m->filesystems[i].count.damaged_files == 0 || ++damaged > FILESYSTEMS_MAX)
			continue;
		answer_begin(out, NULL, '{');
		answer_number(out, "filesystem_id", m->filesystems[i].id);
		put_damage(out, &m->filesystems[i].count);
		answer_end(out, '}');
	}
	answer_end(out, ']');
	answer_left_out(out, "filesystems_left_out", damaged, FILESYSTEMS_MAX);
	answer_begin(out, "reasons", '[');
	if (all->by[DAMAGE_RENAMED] > 0)
		answer_say(out, "%ju file(s) carry the name of an encrypting program on sound bytes: giving back the old name may be enough.", (uintmax_t)all->by[DAMAGE_RENAMED]);
	if (all->by[DAMAGE_HEAD] > 0)
		answer_say(out, "Of %ju file(s) only the start is encrypted: databases, virtual disks and archives may be carved or repaired from the rest.", (uintmax_t)all->by[DAMAGE_HEAD]);
	if (all->by[DAMAGE_BLOCKS] + all->by[DAMAGE_PARTS] + all->by[DAMAGE_TAIL] > 0)
		answer_say(out, "Of %ju file(s) only parts are encrypted: large ones hold content that can be carved.", (uintmax_t)(all->by[DAMAGE_BLOCKS] + all->by[DAMAGE_PARTS] + all->by[DAMAGE_TAIL]));
	if (all->older_copies > 0)
		answer_say(out, "Of %ju damaged file(s) a sound older copy lies in a shadow volume.", (uintmax_t)all->older_copies);
	if (!hurt)
		answer_say(out, "No encrypted, renamed or zeroed file was found in what could be read.");
	answer_end(out, ']');
	answer_blind(a, out, !hurt);
}

/* --- the family --- */

static void
put_traits(struct buf *out, unsigned traits)
{
	static const struct {
		unsigned trait;
		const char *word;
	} words[] = { { TRAIT_NOTE, "note-text" }, { TRAIT_NOTE_NAME, "note-name" }, { TRAIT_EXTENSION, "extension" }, { TRAIT_MARK, "marker" }, { TRAIT_PROGRAM, "program" } };
	answer_begin(out, "traits", '[');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((traits & words[i].trait) != 0)
			answer_say(out, "%s", words[i].word);
	answer_end(out, ']');
}

static void
put_decryptor(struct buf *out, const struct decryptor *d)
{
	answer_begin(out, "decryptor", '{');
	answer_text(out, "state", d != NULL ? d->state : "not-known");
	answer_text(out, "text", d != NULL ? d->text : "Nothing is known here of a way to decrypt: look on nomoreransom.org from another machine.");
	answer_bool(out, "verified", d != NULL && d->verified);
	answer_text(out, "as_of", d != NULL ? d->as_of : "");
	answer_end(out, '}');
}

static const char *
family_certainty(unsigned traits)
{
	return traits >= 3 ? "very-probable" : traits == 2 ? "probable" : "possible";
}

/* The name stands in the list of the verdict. */
static bool
is_told(const char *families, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = families; (at = strstr(at, name)) != NULL; at += n)
		if ((at == families || at[-1] == ' ') && (at[n] == '\0' || strncmp(at + n, ", ", 2) == 0))
			return true;
	return false;
}

void
answer_family(struct answering *a, struct buf *out)
{
	const struct detect_judge *j = a->j;
	const char *families = j->verdict.family;
	unsigned best = 0;
	size_t named = 0;
	for (size_t i = 0; i < j->family_count; i++) {
		unsigned traits = judge_count_traits(judge_family_traits(j, j->families[i].name));
		if (traits > best && is_told(families, j->families[i].name))
			best = traits;
	}
	answer_text(out, "answer", families[0] == '\0' ? (j->encrypted_files > 0 || j->notes > 0 ? "unknown-family" : "none") : strstr(families, ", ") != NULL ? "several-named" : "named");
	answer_text(out, "certainty", families[0] != '\0' ? family_certainty(best) : "");
	answer_text(out, "family", families);
	answer_begin(out, "families", '[');
	for (size_t i = 0; i < j->family_count; i++) {
		const char *name = j->families[i].name;
		unsigned traits = judge_family_traits(j, name);
		if (!is_told(families, name) || ++named > FAMILIES_TOLD)
			continue;
		answer_begin(out, NULL, '{');
		answer_text(out, "family", name);
		answer_text(out, "certainty", family_certainty(judge_count_traits(traits)));
		answer_bool(out, "encrypted_files", (traits & TRAIT_ENCRYPTED) != 0);
		put_traits(out, traits);
		put_decryptor(out, recovery_decryptor(&j->tables->recovery, name));
		answer_end(out, '}');
	}
	answer_end(out, ']');
	answer_left_out(out, "families_left_out", named, FAMILIES_TOLD);
	answer_begin(out, "reasons", '[');
	if (families[0] != '\0')
		answer_say(out, "One trait makes a family possible, two independent ones probable, three very probable; the brand in a note is a claim, since builders of several families have leaked.");
	if (named > 1)
		answer_say(out, "Several families are named by as many traits: notes and files may be of different attackers, or of programs built from the same source.");
	answer_end(out, ']');
	answer_blind(a, out, families[0] == '\0');
}

/* --- the first act, and how long they stayed --- */

static void
put_oldest_log(struct answering *a, struct buf *out)
{
	static const char *const logs[] = { "evtx", "evt", "syslog", "journal", "audit", "web", "utmp", "srum", "ual", "usn", NULL };
	const struct span *oldest = NULL;
	for (size_t i = 0; i < a->j->span_count; i++) {
		const struct span *s = &a->j->spans[i];
		const char *const *l = logs;
		while (*l != NULL && strcmp(*l, s->source) != 0)
			l++;
		if (*l != NULL && (oldest == NULL || s->first < oldest->first))
			oldest = s;
	}
	answer_begin(out, "oldest_log", '{');
	answer_text(out, "source", oldest != NULL ? oldest->source : "");
	answer_text(out, "log", oldest != NULL ? oldest->log : "");
	answer_time(out, "first", oldest != NULL ? oldest->first : TRIAGE_TIME_NONE);
	answer_end(out, '}');
}

void
answer_first(struct answering *a, struct buf *out)
{
	char when[WHEN_TEXT_SIZE];
	const struct detect_finding *f = a->first;
	bool to_encryption = f != NULL && a->encrypted != TRIAGE_TIME_NONE && a->encrypted >= f->first_time;
	int64_t end = to_encryption ? a->encrypted : a->last, dwell = f != NULL && end != TRIAGE_TIME_NONE ? when_since(f->first_time, end) : 0;
	answer_text(out, "answer", f != NULL ? "seen" : "none-seen");
	answer_text(out, "certainty", f != NULL ? answer_certainty(f->confidence) : "");
	answer_time(out, "time", f != NULL ? f->first_time : TRIAGE_TIME_NONE);
	answer_bool(out, "or_earlier", f != NULL);
	if (f != NULL && dwell >= 0) {
		answer_number(out, "dwell_seconds", (uint64_t)(dwell / SECOND));
		answer_text(out, "dwell_until", to_encryption ? "encryption" : "last-trace");
	} else {
		answer_raw(out, "dwell_seconds", NULL);
		answer_raw(out, "dwell_until", NULL);
	}
	put_oldest_log(a, out);
	answer_begin(out, "items", '[');
	if (f != NULL)
		answer_finding(out, f);
	answer_end(out, ']');
	answer_begin(out, "reasons", '[');
	if (f == NULL)
		answer_say(out, "No act of an intruder that carries a time was found.");
	else if (dwell >= DAY)
		answer_say(out, "From the first act seen, %s, to the %s about %jd day(s) passed.", when_text(f->first_time, 0, "Z", when), to_encryption ? "encryption" : "last trace", (intmax_t)(dwell / DAY));
	if (f != NULL)
		answer_say(out, "What happened before is not excluded: traces are written over, and not all are on this disk.");
	answer_end(out, ']');
	answer_blind(a, out, f == NULL);
}

/* --- how they came in --- */

static bool
is_way_in(const struct answering *a, const struct detect_finding *f)
{
	return f->severity >= TRIAGE_MEDIUM && f->first_time != TRIAGE_TIME_NONE && strcmp(answer_vector(f), "unknown") != 0 &&
	    (a->encrypted == TRIAGE_TIME_NONE || f->first_time <= a->encrypted) && when_since(f->first_time, a->first->first_time) < 366 * DAY;
}

/* What the answer rests on first, then what shows the same way, then other ways. */
static void
put_ways(struct answering *a, struct buf *out, const struct detect_finding *named)
{
	size_t count = 0;
	answer_begin(out, "items", '[');
	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < a->j->finding_count && a->first != NULL; i++) {
			const struct detect_finding *f = a->findings[i];
			if (!is_way_in(a, f))
				continue;
			int of = f == named ? 0 : named != NULL && strcmp(answer_vector(f), answer_vector(named)) == 0 ? 1 : 2;
			if (of == turn && count++ < ITEMS_MAX)
				answer_finding(out, f);
		}
	answer_end(out, ']');
	answer_left_out(out, "items_left_out", count, ITEMS_MAX);
}

void
answer_ways(struct answering *a, struct buf *out)
{
	const struct detect_finding *best = NULL;
	/* an act that opens the door is told from the first act on, or some days after it: logs of the door itself may be older than all else */
	for (size_t i = 0; i < a->j->finding_count && a->first != NULL; i++) {
		const struct detect_finding *f = a->findings[i];
		if (is_way_in(a, f) && (best == NULL || f->first_time < best->first_time))
			best = f;
	}
	bool first = best != NULL && strcmp(answer_vector(a->first), "unknown") != 0;
	const struct detect_finding *named = first ? a->first : best;
	/* what opens a door and is the first act is told as sure as itself; anything else as a step less */
	unsigned confidence = named == NULL ? 0 : first ? named->confidence : named->confidence / 2 + 1;
	answer_text(out, "answer", named != NULL ? answer_vector(named) : "unknown");
	answer_text(out, "certainty", answer_certainty(confidence));
	put_ways(a, out, named);
	answer_begin(out, "reasons", '[');
	if (named != NULL)
		answer_say(out, "%s.", named->title);
	else
		answer_say(out, "Nothing on this disk tells how somebody came in.");
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	answer_say(out, "Logs of VPN, firewall and remote access gateways are not on this disk and are soon written over: ask for them at once.");
	if (named == NULL)
		answer_unread(a, out);
	answer_end(out, ']');
}
