/* steps_look.c - what is on the chosen disks, and the keys that locked volumes want. */
#include "triage/guided/guided_inside.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

/* While one evidence is looked at: a volume is told once it is known what is in it. */
struct looking {
	struct guided *g;
	bool open;			/* a volume is kept back */
	enum triage_volume_state state;
	char what[400], size[32];
	uint64_t bytes;
	size_t shown;			/* volumes of this evidence */
};

static void
add_safe(struct buf *out, const char *text)
{
	text_safe(out, text);
}

static void
tell_volume(struct looking *l)
{
	static const enum guided_word words[TRIAGE_VOLUME_STATE_COUNT] = { [TRIAGE_VOLUME_EXAMINED] = SAY_LOOK_READ, [TRIAGE_VOLUME_LOCKED] = SAY_LOOK_LOCKED,
		[TRIAGE_VOLUME_UNSUPPORTED] = SAY_LOOK_UNSUPPORTED, [TRIAGE_VOLUME_DAMAGED] = SAY_LOOK_DAMAGED, [TRIAGE_VOLUME_EMPTY] = SAY_LOOK_EMPTY };
	struct guided *g = l->g;
	if (!l->open)
		return;
	l->open = false;
	l->shown++;
	buf_text(&g->seen, "  ");
	guided_say(&g->seen, g->a.lang, words[l->state], l->what, l->size, NULL);
	buf_char(&g->seen, '\n');
	if (l->state != TRIAGE_VOLUME_LOCKED)
		return;
	buf_format(&g->locked, "%s%s, %s", g->locked_count++ > 0 ? "; " : "", l->what, l->size);
}

static void
on_evidence(void *ctx, const char *path, const struct triage_evidence *e)
{
	struct looking *l = ctx;
	char size[32];
	tell_volume(l);
	l->shown = 0;
	add_safe(&l->g->seen, path);
	l->bytes += e != NULL ? e->size : 0;
	buf_format(&l->g->seen, " (%s)\n", e != NULL ? guided_bytes(e->size, size) : guided_word(l->g, SAY_LOOK_FOLDER));
}

static void
on_volume(void *ctx, const struct triage_volume *v)
{
	struct looking *l = ctx;
	tell_volume(l);
	/* what lies in others is told with them; a partition table is no volume */
	l->open = true;
	l->state = v->state < TRIAGE_VOLUME_STATE_COUNT ? v->state : TRIAGE_VOLUME_UNSUPPORTED;
	SCOPED_BUF b;
	buf_init(&b, sizeof(l->what) - 1);
	add_safe(&b, v->kind);
	if (v->label[0] != '\0') {
		buf_text(&b, " \"");
		add_safe(&b, v->label);
		buf_char(&b, '"');
	}
	snprintf(l->what, sizeof(l->what), "%s", buf_cstr(&b));
	guided_bytes(v->length, l->size);
}

static void
on_filesystem(void *ctx, const struct triage_filesystem *fs)
{
	struct looking *l = ctx;
	SCOPED_BUF b;
	buf_init(&b, sizeof(l->what) - 1);
	add_safe(&b, fs->type);
	if (fs->label[0] != '\0') {
		buf_text(&b, " \"");
		add_safe(&b, fs->label);
		buf_char(&b, '"');
	}
	if (l->open)
		snprintf(l->what, sizeof(l->what), "%s", buf_cstr(&b));
}

/* The number by which a recovery password is found in a directory or on a sheet of paper. */
static void
on_problem(void *ctx, const struct triage_problem *p)
{
	static const char before[] = "recovery password ";
	enum { GUID = 36 };
	struct looking *l = ctx;
	char *ids = l->g->key_ids;
	for (const char *at = p->message; (at = strstr(at, before)) != NULL;) {
		char id[GUID + 1];
		at += sizeof(before) - 1;
		if (strspn(at, "0123456789ABCDEFabcdef-") < GUID)
			continue;
		memcpy(id, at, GUID);
		id[GUID] = '\0';
		size_t used = strlen(ids);
		if (strstr(ids, id) == NULL && used + GUID + 3 < sizeof(l->g->key_ids))
			snprintf(ids + used, sizeof(l->g->key_ids) - used, "%s%s", used > 0 ? ", " : "", id);
	}
}

/* Fill seen, locked and key_ids anew, with the keys typed so far. */
static enum triage_status
look(struct guided *g, enum guided_word busy, struct triage_error *err)
{
	const char *paths[GUIDED_EVIDENCE_MAX];
	struct looking l = { .g = g };
	const struct triage_looker looker = { .ctx = &l, .evidence = on_evidence, .volume = on_volume, .filesystem = on_filesystem, .problem = on_problem };
	for (size_t i = 0; i < g->a.evidence_count; i++)
		paths[i] = g->a.evidence[i];
	const struct triage_plan plan = { .evidence = paths, .evidence_count = g->a.evidence_count, .typed_key = g->a.keys, .typed_key_size = g->a.keys_size };
	buf_clear(&g->seen);
	buf_clear(&g->locked);
	g->key_ids[0] = '\0';
	g->locked_count = 0;
	g->screen->busy(g->screen->ctx, guided_word(g, SAY_LOOK_TITLE), guided_word(g, busy));
	enum triage_status st = g->host->look(g->host->ctx, &plan, &looker, err);
	tell_volume(&l);
	if (l.bytes > g->a.evidence_bytes)
		g->a.evidence_bytes = l.bytes;
	return st;
}

enum guided_move
step_look(struct guided *g)
{
	struct triage_error err = { .text = "" };
	g->a.keys_size = 0;
	enum triage_status st = look(g, SAY_LOOK_BUSY, &err);
	if (st != TRIAGE_OK) {
		SCOPED_BUF why;
		buf_init(&why, 4096);
		text_safe(&why, err.text);
		buf_char(&g->seen, '\n');
		guided_say(&g->seen, g->a.lang, SAY_LOOK_FAILED, buf_cstr(&why), NULL, NULL);
	} else if (g->seen.size == 0) {
		buf_text(&g->seen, guided_word(g, SAY_LOOK_NOTHING));
	}
	return guided_move_of(guided_tell(g, SAY_LOOK_TITLE, buf_cstr(&g->seen)));
}

/* One more key is typed behind those that fit. */
static enum guided_answer
type_key(struct guided *g, size_t tries)
{
	char left[16];
	SCOPED_BUF text;
	buf_init(&text, 16384);
	if (tries < GUIDED_KEY_TRIES) {
		snprintf(left, sizeof(left), "%zu", tries);
		guided_say(&text, g->a.lang, SAY_KEY_WRONG, left, NULL, NULL);
		buf_char(&text, '\n');
	}
	if (g->key_ids[0] != '\0') {
		guided_say(&text, g->a.lang, SAY_KEY_ID, g->key_ids, NULL, NULL);
		buf_char(&text, '\n');
	}
	guided_say(&text, g->a.lang, SAY_KEY_TEXT, buf_cstr(&g->locked), NULL, NULL);
	struct guided_page page = { .kind = GUIDED_SECRET, .text = buf_cstr(&text), .secret_label = guided_word(g, SAY_KEY_TITLE),
		.secret = g->a.keys + g->a.keys_size, .secret_room = g->a.keys_room - g->a.keys_size };
	page.secret[0] = '\0';
	return guided_show(g, &page, SAY_KEY_TITLE);
}

enum guided_move
step_keys(struct guided *g)
{
	struct triage_error err = { .text = "" };
	if (g->locked_count == 0 && g->a.keys_size == 0)
		return MOVE_SKIP;
	g->a.keys_size = 0;
	if (look(g, SAY_LOOK_BUSY, &err) != TRIAGE_OK)
		return MOVE_SKIP;
	for (size_t tries = GUIDED_KEY_TRIES; g->locked_count > 0 && tries > 0 && g->a.keys_size + 2 < g->a.keys_room;) {
		enum guided_answer answer = type_key(g, tries);
		size_t before = g->locked_count, at = g->a.keys_size, size = strlen(g->a.keys + at);
		if (answer != GUIDED_NEXT || size == 0) {
			explicit_bzero(g->a.keys + at, g->a.keys_room - at);
			return guided_move_of(answer);
		}
		g->a.keys_size += size + 1;
		if (look(g, SAY_KEY_BUSY, &err) == TRIAGE_OK && g->locked_count < before) {
			tries = GUIDED_KEY_TRIES;
			continue;
		}
		explicit_bzero(g->a.keys + at, g->a.keys_room - at);
		g->a.keys_size = at;
		tries--;
	}
	/* all open, or given up: what it looks like now */
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	buf_format(&text, "%s\n\n%s", guided_word(g, g->locked_count == 0 ? SAY_KEY_OPENED : SAY_KEY_GIVEN_UP), buf_cstr(&g->seen));
	return guided_move_of(guided_tell(g, SAY_KEY_TITLE, buf_cstr(&text)));
}
