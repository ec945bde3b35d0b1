/*
 * verdict.c - all findings together to one word, with its reasons.
 *
 * Only the strongest finding of each kind adds its score, so that no noisy rule can tip the scale by number.
 */
#include "triage/detect/answers.h"
#include "triage/detect/judge.h"

#include "triage/base/text.h"

#include <string.h>

enum { KINDS_MAX = 32, REASONS_SIZE = 64 << 10, FAMILY_SIZE = 160 };

struct share {
	const struct detect_finding *finding;	/* the one that gave most */
	double points;
};

struct sum {
	struct share kinds[KINDS_MAX];
	size_t count;
	double points;
	size_t telling;			/* kinds with a finding of at least medium severity */
};

static bool
has_family(const struct detect_finding *f)
{
	return strstr(f->detail, "\"family\":\"\"") == NULL;
}

/* What a finding may add. */
static double
points_of(const struct scores *scores, const struct detect_judge *j, const struct detect_finding *f)
{
	double points = f->score;
	if (strcmp(f->rule, "detect:type-mismatch") == 0 && !j->encrypted_high && points > scores->mismatch_max)
		points = scores->mismatch_max;
	if (strcmp(f->kind, "yara") == 0 && !has_family(f) && points > scores->generic_max)
		points = scores->generic_max;
	return points;
}

/*
 * A Sigma rule and a detector that read the same logs say one thing: the rule adds nothing to a story in which a detector speaks out of logs. Else one event
 * would count as two kinds.
 */
static bool
says_again(const struct detect_judge *j, size_t finding)
{
	size_t story = detect_story_of(j, finding);
	return strcmp(j->findings[finding].kind, "sigma") == 0 && story != SIZE_MAX && detect_story(j, story)->detected;
}

static struct sum
add_up(const struct detect_judge *j)
{
	struct sum sum = { .count = 0 };
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct detect_finding *f = &j->findings[i];
		double points = points_of(&j->tables->scores, j, f);
		size_t k = 0;
		if (says_again(j, i))
			continue;
		while (k < sum.count && strcmp(sum.kinds[k].finding->kind, f->kind) != 0)
			k++;
		if (k == KINDS_MAX)
			continue;
		if (k == sum.count) {
			sum.kinds[sum.count++] = (struct share){ f, points };
			sum.telling += f->severity >= TRIAGE_MEDIUM;
		} else if (points > sum.kinds[k].points) {
			sum.kinds[k] = (struct share){ f, points };
		}
	}
	for (size_t k = 0; k < sum.count; k++)
		sum.points += sum.kinds[k].points;
	return sum;
}

static const char *
word_of(const struct detect_judge *j, const struct sum *sum, double examined_share)
{
	const struct scores *scores = &j->tables->scores;
	enum triage_severity worst = j->finding_count > 0 ? j->findings[0].severity : TRIAGE_INFO;
	bool several = (double)sum->telling >= scores->compromised_kinds || worst == TRIAGE_CRITICAL;
	if (j->encrypted_decides && scores->encrypted_is_compromised)
		return "compromised";
	if (sum->points >= scores->compromised_at && worst >= TRIAGE_HIGH && several)
		return "compromised";
	if (sum->points >= scores->suspicious_at)
		return "suspicious";
	return examined_share * 100 < scores->incomplete_below ? "incomplete" : "nothing-found";
}

static void
put_reason(struct buf *out, const char *text)
{
	if (out->size > 1)
		buf_char(out, ',');
	text_json_string(out, text);
}

static void
put_reasons(const struct detect_judge *j, const struct sum *sum, double examined_share, struct buf *out)
{
	SCOPED_BUF text;
	buf_init(&text, REASONS_SIZE);
	buf_char(out, '[');
	for (size_t k = 0; k < sum->count; k++) {
		const struct share *s = &sum->kinds[k];
		buf_clear(&text);
		buf_format(&text, "%s: %s (%s, confidence %u, count %ju): %.0f points.", s->finding->kind, s->finding->title,
		    triage_severity_name(s->finding->severity), s->finding->confidence, (uintmax_t)s->finding->count, s->points);
		put_reason(out, buf_cstr(&text));
	}
	if (sum->count == 0)
		put_reason(out, "No rule or detector found anything.");
	buf_clear(&text);
	buf_format(&text, "%.1f %% of the content bytes were examined%s.", examined_share * 100,
	    examined_share * 100 < j->tables->scores.incomplete_below ? ", too little to say that nothing is there" : "");
	put_reason(out, buf_cstr(&text));
	if (j->encrypted_decides)
		put_reason(out, "Encrypted files together with a ransom note or a mark of the encrypting program decide alone.");
	for (size_t i = 0; i < j->remark_count; i++)
		put_reason(out, j->remarks[i]);
	buf_char(out, ']');
}

/*
 * Families that a finding speaks of, those with most traits only: "probably" needs two, one alone is named when there is
 * none better, and a program alone names no family.
 */
static void
put_families(const struct detect_judge *j, struct buf *out)
{
	unsigned best = 1;
	for (size_t i = 0; i < j->family_count; i++) {
		unsigned traits = judge_family_traits(j, j->families[i].name), n = judge_count_traits(traits);
		if (n > best && (traits & ~(unsigned)TRAIT_PROGRAM) != 0)
			best = n;
	}
	for (size_t i = 0; i < j->family_count; i++) {
		const char *name = j->families[i].name;
		unsigned traits = judge_family_traits(j, name), own = j->families[i].traits;
		bool speaks = (own & (TRAIT_NOTE | TRAIT_NOTE_NAME | TRAIT_MARK | TRAIT_ENCRYPTED)) != 0;
		if (!speaks || judge_count_traits(traits) < best)
			continue;
		if (out->size + strlen(name) + 2 > FAMILY_SIZE) {
			buf_text(out, ", ...");
			return;
		}
		if (out->size > 0)
			buf_text(out, ", ");
		buf_text(out, name);
	}
}

static enum triage_status
put_answers(struct detect_judge *j, struct triage_error *err)
{
	SCOPED_BUF entry;
	SCOPED_BUF accounts;
	const struct detect_finding **list = pool_alloc(&j->texts, (j->finding_count + 1) * sizeof(*list));
	buf_init(&entry, REASONS_SIZE);
	buf_init(&accounts, (size_t)4 << 20);
	for (size_t i = 0; i < j->finding_count && list != NULL; i++)
		list[i] = &j->findings[i];
	if (list != NULL) {
		answer_entry(list, j->finding_count, &entry);
		answer_accounts(list, j->finding_count, &accounts);
		enum triage_status st = buf_check(&entry, err);
		if (st == TRIAGE_OK)
			st = buf_check(&accounts, err);
		if (st != TRIAGE_OK)
			return st;
		j->verdict.entry = pool_text(&j->texts, buf_cstr(&entry), entry.size);
		j->verdict.accounts_to_reset = pool_text(&j->texts, buf_cstr(&accounts), accounts.size);
	}
	if (j->verdict.entry != NULL && j->verdict.accounts_to_reset != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the answers of the verdict");
	return TRIAGE_E_MEMORY;
}

enum triage_status
judge_verdict(struct detect_judge *j, double examined_share, struct triage_error *err)
{
	SCOPED_BUF reasons;
	SCOPED_BUF family;
	buf_init(&reasons, REASONS_SIZE);
	buf_init(&family, FAMILY_SIZE * 2);
	struct sum sum = add_up(j);
	put_reasons(j, &sum, examined_share, &reasons);
	put_families(j, &family);
	enum triage_status st = buf_check(&reasons, err);
	if (st != TRIAGE_OK)
		return st;
	const char *reasons_text = pool_text(&j->texts, buf_cstr(&reasons), reasons.size);
	const char *family_text = pool_text(&j->texts, buf_cstr(&family), family.size);
	if (reasons_text == NULL || family_text == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the verdict");
		return TRIAGE_E_MEMORY;
	}
	j->verdict = (struct detect_verdict){ .word = word_of(j, &sum, examined_share), .score = (unsigned)(sum.points + 0.5), .reasons = reasons_text,
		.family = family_text, .encrypted_files = j->encrypted_files, .encrypted_bytes = j->encrypted_bytes, .notes = j->notes,
		.first_encrypted = j->first_encrypted, .last_encrypted = j->last_encrypted, .window = j->window != NULL ? j->window : "" };
	return put_answers(j, err);
}
