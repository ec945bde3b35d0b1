/*
 * encrypted.c - files that carry an extension or a mark of encrypting programs, or an extension that nobody knows on random bytes.
 * Each belongs to one group: by family when the name or a mark tells it, else by its extension. groups_judge.c judges the groups.
 */
#include "triage/detect/groups.h"

#include <string.h>

enum { IDS_MAX = 16 };

static void
take_extension(struct claim *c, const char *name)
{
	const char *extension = extension_of(name);
	size_t size = extension == NULL ? 0 : strlen(extension);
	if (size >= sizeof(c->extension))
		size = 0;
	for (size_t i = 0; i < size; i++)
		c->extension[i] = extension[i] >= 'A' && extension[i] <= 'Z' ? (char)(extension[i] - 'A' + 'a') : extension[i];
	c->extension[size] = '\0';
}

static void
take_mark(struct claim *c, const struct subject *s)
{
	for (size_t i = 0; i < s->match_count; i++) {
		const struct detect_match *m = &s->matches[i];
		/* one that is told as information alone says that something is encrypted, not that an attacker did it */
		if (strcmp(m->rule->kind, "encrypted") == 0 && m->rule->severity > TRIAGE_INFO && (c->mark == NULL || m->rule->confidence > c->mark->rule->confidence))
			c->mark = m;
	}
}

static void
take_name(const struct detect_judge *j, struct claim *c, const char *name)
{
	uint32_t ids[IDS_MAX];
	const struct name_rules *rules = &j->tables->extensions;
	size_t count = name_set_match(&rules->set, name, ids, IDS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct name_rule *r = &rules->rules[ids[i]];
		c->weak = c->weak || !r->strong;
		if (r->strong && r->family[0] != '\0' && !c->strong) {
			c->strong = true;
			c->family = r->family;
		}
	}
}

/* Whether the file is tied to a group at all. */
static bool
make_claim(const struct detect_judge *j, const struct subject *s, struct claim *c)
{
	*c = (struct claim){ .family = "" };
	take_mark(c, s);
	take_name(j, c, s->file->name);
	take_extension(c, s->file->name);
	if (c->mark != NULL && c->mark->rule->family[0] != '\0')
		c->family = c->mark->rule->family;
	if (c->mark != NULL || c->strong)
		return true;
	bool odd = s->look == LOOK_RANDOM || s->look == LOOK_PARTLY;
	if (!odd || c->extension[0] == '\0')
		return false;
	return s->type == NULL || (c->weak && s->inner != NULL);
}

static enum triage_status
encrypted_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct claim c;
	(void)err;
	if (!s->ordinary || !make_claim(j, s, &c))
		return TRIAGE_OK;
	j->claimed = s->file->file_id + 1;
	struct group *g = group_for(j, state, &c);
	j->claimed_group = g;
	j->groups = state;
	if (g == NULL)
		judge_remark(j, "Files share more unknown extensions than the judge tells apart; those beyond were not judged together.");
	else
		group_add(j, g, &c, s);
	return TRIAGE_OK;
}

static enum triage_status
encrypted_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	(void)err;
	groups_judge(j, state);
	return TRIAGE_OK;
}

const struct detector encrypted_detector = {
	.name = "encrypted", .state_size = sizeof(struct groups), .file = encrypted_file, .finish = encrypted_finish,
};
