#include "triage/detect/groups.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static uint32_t
hash_text(const char *text)
{
	uint32_t h = 2166136261u;
	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return h ^ h >> 15;
}

static bool
belongs(const struct group *g, const struct claim *c)
{
	return strcmp(g->family, c->family) == 0 && (c->family[0] != '\0' || strcmp(g->extension, c->extension) == 0);
}

static struct fold *
draft_for(struct detect_judge *j, const struct group *g)
{
	struct fold_plan plan = { .rule = "detect:encrypted-files", .kind = "encrypted", .family = g->family,
		.split = g->family[0] != '\0' ? "" : g->extension, .title = "", .technique = "T1486",
		.why = "The bytes of these files are as random as encryption makes them and are of no known format, under names or with marks "
		       "that encrypting programs give. Such files cannot be opened without the key.",
		.innocent = "Files that someone encrypted on purpose, such as backups or containers.", .version = "1", .check = CHECK_RANDOM,
		.severity = TRIAGE_LOW, .confidence = 1 };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f != NULL)
		f->draft = true;
	return f;
}

struct group *
group_for(struct detect_judge *j, struct groups *groups, const struct claim *claim)
{
	struct group **head = &groups->buckets[hash_text(claim->family[0] != '\0' ? claim->family : claim->extension) % GROUP_BUCKETS];
	for (struct group *g = *head; g != NULL; g = g->next)
		if (belongs(g, claim))
			return g;
	struct group *g = groups->count < GROUPS_MAX ? pool_alloc(&j->pool, sizeof(*g)) : NULL;
	if (g == NULL)
		return NULL;
	*g = (struct group){ .next = *head, .mark_rule = "", .family = pool_text(&j->pool, claim->family, strlen(claim->family)),
		.extension = pool_text(&j->pool, claim->extension, strlen(claim->extension)) };
	g->fold = g->family != NULL && g->extension != NULL ? draft_for(j, g) : NULL;
	if (g->fold == NULL)
		return NULL;
	*head = g;
	struct group **alike = &groups->extensions[happening_hash(g->extension) % GROUP_BUCKETS];
	g->alike = *alike;
	*alike = g;
	if (groups->last != NULL)
		groups->last->later = g;
	else
		groups->first = g;
	groups->last = g;
	groups->count++;
	return g;
}

const struct group *
groups_find(const struct groups *groups, const char *extension)
{
	const struct group *found = NULL;
	for (const struct group *g = groups != NULL ? groups->extensions[happening_hash(extension) % GROUP_BUCKETS] : NULL; g != NULL; g = g->alike)
		if (strcasecmp(g->extension, extension) == 0 && (found == NULL || g->found))
			found = g;
	return found;
}

uint64_t
type_bit(const struct file_type *type)
{
	return UINT64_C(1) << (type->index % 64);
}

unsigned
types_in(uint64_t types)
{
	return (unsigned)__builtin_popcountll(types);
}

/* Named by a family, and the start that the original extension promises is gone: some programs encrypt the head alone. */
static bool
is_headless(const struct claim *claim, const struct subject *s)
{
	const struct triage_content *c = s->file->content;
	return claim->strong && s->look == LOOK_PLAIN && s->inner != NULL && c->text == TRIAGE_BINARY && c->mime != NULL && mime_is_unknown(c->mime) &&
	    !file_type_accepts(s->inner, "application/octet-stream") && c->randomness.entropy > 1;
}

static void
count_look(struct detect_judge *j, struct group *g, const struct subject *s, bool headless)
{
	const struct scores *scores = &j->tables->scores;
	const struct triage_content *c = s->file->content;
	switch (s->look) {
	case LOOK_RANDOM:
		g->random++;
		g->even += c->randomness.chi_square >= scores->chi_square_min && c->randomness.chi_square <= scores->chi_square_max;
		break;
	case LOOK_PARTLY:
		g->partly++;
		break;
	case LOOK_UNJUDGED:
		g->unjudged++;
		break;
	case LOOK_PLAIN:
	case LOOK_KNOWN:
		g->plain += !headless;
		break;
	}
}

static void
take_mark(struct detect_judge *j, struct group *g, const struct detect_rule *rule)
{
	g->marks++;
	if (rule->confidence <= g->mark_confidence)
		return;
	char name[300];
	snprintf(name, sizeof(name), "%s.%s", rule->name_space, rule->name);
	const char *kept = pool_text(&j->pool, name, strlen(name));
	g->mark_confidence = rule->confidence;
	g->mark_rule = kept != NULL ? kept : g->mark_rule;
}

void
group_add(struct detect_judge *j, struct group *g, const struct claim *claim, const struct subject *s)
{
	bool headless = is_headless(claim, s), odd = headless || s->look == LOOK_RANDOM || s->look == LOOK_PARTLY;
	g->files++;
	g->headless += headless;
	g->strong += claim->strong;
	g->weak += claim->weak;
	g->more_extensions = g->more_extensions || strcmp(g->extension, claim->extension) != 0;
	count_look(j, g, s, headless);
	if (s->inner != NULL) {
		g->inner++;
		g->types |= type_bit(s->inner);
	}
	if (claim->mark != NULL)
		take_mark(j, g, claim->mark->rule);
	if (claim->mark != NULL || claim->strong)
		judge_family_trait(j, g->family, (claim->mark != NULL ? TRAIT_MARK : 0u) | (claim->strong && odd ? TRAIT_EXTENSION : 0u));
	if (!odd && claim->mark == NULL && s->look != LOOK_UNJUDGED)
		return;
	if (folder_count(s->folder, g))
		g->folders++;
	s->folder->encrypted += claim->strong || claim->mark != NULL || s->inner != NULL;
	g->fold->bytes += s->file->content != NULL ? s->file->content->bytes : 0;
	struct fold_example e = judge_example(s, (odd ? 2u : 0) + (s->inner != NULL) + (claim->mark != NULL ? 4u : 0));
	fold_add(&j->folds, g->fold, &e, s->changed);
}
