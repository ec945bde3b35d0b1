/* sigma_need.c - what a rule cannot do without: texts of which one must be in the event, and numbers of events. Both leave out nothing that could match. */
#include "triage/detect/sigma_inside.h"

#include <string.h>

enum { TEXT_MIN = 3, QUALITY_MAX = 16, TEXTS_MAX = 4000 };

/* Texts of a test, with how much they tell apart: the worst of them counts. */
struct need {
	const char **texts;
	size_t count;
	int quality;			/* higher is rarer */
};

/* Text that nearly every event of Windows has. */
static const char *const common[] = {
	"c:\\windows\\system32\\", "\\microsoft\\windows\\", "c:\\program files (x86)\\", ".exe", ".dll", "\\windows\\system32\\cmd.exe", "powershell.exe",
	"c:\\users\\", "hklm\\software\\microsoft\\windows\\currentversion\\", "nt authority\\system", "appdata\\local\\temp\\", "false", "true",
};

static int
quality_of(const char *text)
{
	size_t size = strlen(text);
	int quality = size < QUALITY_MAX ? (int)size : QUALITY_MAX;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strstr(common[i], text) != NULL && quality > 2)
			quality = 2;
	return quality;
}

/* The longest run of a pattern without codes; "" when it is too short to look for. */
static const char *
text_of_pattern(struct sigma_set *set, const struct sigma_pattern *p)
{
	const char *best = NULL;
	size_t best_size = 0;
	char folded[64];
	for (size_t i = 0; i < p->count; i++) {
		const struct sigma_piece *piece = &p->pieces[i];
		for (size_t begin = 0, at = 0; at <= piece->size; at++) {
			if (at < piece->size && (uint8_t)piece->text[at] < SIGMA_DASH)
				continue;
			if (at - begin > best_size) {
				best = piece->text + begin;
				best_size = at - begin;
			}
			begin = at + 1;
		}
	}
	if (best_size < TEXT_MIN)
		return "";
	if (best_size > sizeof(folded))
		best_size = sizeof(folded);
	sigma_fold(folded, best, best_size);
	return sigma_keep(set, folded, best_size);
}

static void
keep_better(struct need *best, const struct need *other)
{
	if (other->count > 0 && (best->count == 0 || other->quality > best->quality || (other->quality == best->quality && other->count < best->count)))
		*best = *other;
}

static bool
is_searched(const struct sigma_set *set, int field)
{
	for (size_t i = 0; field >= 0 && i < set->fields[field].count; i++)
		if (set->fields[field].names[i].own == SIGMA_OWN_TIME)
			return false;
	return true;
}

static bool
need_of_item(struct sigma_set *set, const struct sigma_item *item, struct need *out)
{
	struct need all = { .quality = QUALITY_MAX }, best = { .count = 0 };
	if (item->negated || item->count > TEXTS_MAX || !is_searched(set, item->field))
		return true;
	all.texts = pool_alloc(&set->pool, item->count * sizeof(*all.texts));
	if (all.texts == NULL)
		return false;
	for (size_t i = 0; i < item->count; i++) {
		const struct sigma_value *v = &item->values[i];
		const char *text = v->kind == SIGMA_PATTERN ? text_of_pattern(set, &v->pattern) : v->kind == SIGMA_REGEX && v->literal != NULL ? v->literal : "";
		if (text == NULL)
			return false;
		all.texts[i] = text;
		struct need one = { &all.texts[i], text[0] != '\0', quality_of(text) };
		keep_better(&best, &one);
		all.quality = one.count == 0 ? -1 : one.quality < all.quality ? one.quality : all.quality;
		all.count++;
		if (all.quality < 0 && !item->all)
			return true;
	}
	*out = item->all ? best : all;
	return true;
}

static bool
join(struct sigma_set *set, struct need *all, const struct need *part)
{
	size_t count = all->count + part->count;
	const char **texts = pool_alloc(&set->pool, count * sizeof(*texts));
	if (texts == NULL)
		return false;
	if (all->count > 0)
		memcpy(texts, all->texts, all->count * sizeof(*texts));
	memcpy(texts + all->count, part->texts, part->count * sizeof(*texts));
	*all = (struct need){ texts, count, all->count == 0 || part->quality < all->quality ? part->quality : all->quality };
	return true;
}

static bool
need_of(struct sigma_set *set, const struct sigma_test *t, struct need *out)
{
	*out = (struct need){ .count = 0 };
	if (t->kind == SIGMA_ITEM)
		return need_of_item(set, t->item, out);
	bool every = t->kind == SIGMA_SOME && t->least == t->count;
	for (size_t i = 0; i < t->count && t->kind == SIGMA_SOME; i++) {
		struct need part;
		if (!need_of(set, t->parts[i], &part))
			return false;
		if (every) {
			keep_better(out, &part);
		} else if (part.count == 0 || out->count + part.count > TEXTS_MAX) {
			out->count = 0;
			return true;
		} else if (!join(set, out, &part)) {
			return false;
		}
	}
	return true;
}

/* --- numbers of events --- */

struct numbers {
	int64_t list[SIGMA_EVENT_IDS_MAX];
	size_t count;
	bool known;
};

static void
numbers_of_item(const struct sigma_set *set, const struct sigma_item *item, struct numbers *out)
{
	if (item->field < 0 || item->negated || item->all || strcmp(set->fields[item->field].name, "eventid") != 0)
		return;
	out->known = item->count <= SIGMA_EVENT_IDS_MAX;
	for (size_t i = 0; i < item->count && out->known; i++) {
		const struct sigma_value *v = &item->values[i];
		const struct sigma_pattern *p = &v->pattern;
		double n = 0;
		bool plain = v->kind == SIGMA_PATTERN && p->count == 1 && p->from_start && p->to_end && !p->pieces[0].codes && p->pieces[0].size < 10 &&
		    strspn(p->pieces[0].text, "0123456789") == p->pieces[0].size && sigma_number_of(p->pieces[0].text, &n);
		out->known = plain;
		out->list[out->count++] = (int64_t)n;
	}
}

static void
numbers_of(const struct sigma_set *set, const struct sigma_test *t, struct numbers *out)
{
	*out = (struct numbers){ .count = 0 };
	if (t->kind == SIGMA_ITEM)
		numbers_of_item(set, t->item, out);
	if (t->kind != SIGMA_SOME || t->count == 0)
		return;
	bool every = t->least == t->count;
	out->known = !every;
	for (size_t i = 0; i < t->count; i++) {
		struct numbers part;
		numbers_of(set, t->parts[i], &part);
		if (every && part.known && (!out->known || part.count < out->count))
			*out = part;
		if (every)
			continue;
		out->known = out->known && part.known && out->count + part.count <= SIGMA_EVENT_IDS_MAX;
		if (!out->known)
			return;
		memcpy(out->list + out->count, part.list, part.count * sizeof(part.list[0]));
		out->count += part.count;
	}
}

bool
sigma_need_of(struct sigma_set *set, struct sigma_rule *r)
{
	struct need need;
	struct numbers numbers;
	if (!need_of(set, r->test, &need))
		return false;
	r->need = (struct sigma_need){ need.texts, need.count };
	numbers_of(set, r->test, &numbers);
	if (!numbers.known || numbers.count == 0)
		return true;
	int64_t *ids = pool_alloc(&set->pool, numbers.count * sizeof(*ids));
	if (ids == NULL)
		return false;
	memcpy(ids, numbers.list, numbers.count * sizeof(*ids));
	r->event_ids = ids;
	r->event_id_count = numbers.count;
	return true;
}
