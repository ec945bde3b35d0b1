/* steps_evidence.c - which disks, what is on them, the keys that they want. */
#include "triage/guided/guided_inside.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
was_chosen(const struct guided *g, const char *name)
{
	for (size_t i = 0; i < g->chosen_count; i++)
		if (strcmp(g->chosen[i], name) == 0)
			return true;
	return false;
}

static void
describe_disk(const struct guided *g, const struct guided_disk *d, struct guided_item *item)
{
	static const enum guided_word reasons[] = { [GUIDED_EMPTY] = SAY_REFUSED_EMPTY, [GUIDED_STICK] = SAY_REFUSED_STICK, [GUIDED_SYSTEM] = SAY_REFUSED_SYSTEM,
		[GUIDED_MOUNTED] = SAY_REFUSED_MOUNTED, [GUIDED_SWAP] = SAY_REFUSED_SWAP, [GUIDED_ASSEMBLED] = SAY_REFUSED_ASSEMBLED };
	const char *unknown = guided_word(g, SAY_DISK_UNKNOWN);
	char size[32], kind[64];
	SCOPED_BUF b;
	buf_init(&b, sizeof(item->detail) - 1);
	item->refused = d->refusal != GUIDED_OFFERED;
	if (item->refused) {
		guided_say(&b, g->a.lang, reasons[d->refusal], d->refused_for, NULL, NULL);
		buf_char(&b, '\n');
	}
	snprintf(kind, sizeof(kind), "%s%s%s", guided_bytes(d->size, size), d->usb ? ", " : "", d->usb ? guided_word(g, SAY_DISK_USB) : "");
	guided_say(&b, g->a.lang, SAY_DISK_MODEL, d->model[0] != '\0' ? d->model : unknown, d->serial[0] != '\0' ? d->serial : unknown, kind);
	for (size_t i = 0; i < d->part_count; i++) {
		const struct guided_part *p = &d->parts[i];
		buf_format(&b, "\n%s  %s%s%s%s%s%s", p->name, guided_bytes(p->size, size), p->type[0] != '\0' ? "  " : "", p->type, p->label[0] != '\0' ? "  \"" : "", p->label,
		    p->label[0] != '\0' ? "\"" : "");
	}
	if (d->part_count == 0 && d->size > 0)
		buf_format(&b, "\n%s", guided_word(g, SAY_DISK_NO_PARTS));
	snprintf(item->detail, sizeof(item->detail), "%s", buf_cstr(&b));
	snprintf(item->label, sizeof(item->label), "%s  %s  %s", d->name, guided_bytes(d->size, size), d->model);
	item->chosen = !item->refused && was_chosen(g, d->name);
}

/* A path is asked for until there is something to read, or it is given up. */
static bool
ask_path(struct guided *g)
{
	struct guided_field field = { .label = guided_word(g, SAY_PATH_FIELD) };
	SCOPED_BUF text;
	buf_init(&text, 8192);
	buf_text(&text, guided_word(g, SAY_PATH_TEXT));
	for (;;) {
		struct guided_page page = { .kind = GUIDED_FORM, .text = buf_cstr(&text), .fields = &field, .field_count = 1 };
		struct stat info;
		enum guided_answer answer = guided_show(g, &page, SAY_PATH_TITLE);
		if (answer != GUIDED_NEXT || field.value[0] == '\0')
			return answer != GUIDED_QUIT;
		if (field.value[0] == '/' && access(field.value, R_OK) == 0 && stat(field.value, &info) == 0 && g->path_count < GUIDED_EVIDENCE_MAX) {
			struct guided_path *p = &g->paths[g->path_count];
			*p = (struct guided_path){ .chosen = true, .bytes = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0 };
			snprintf(p->path, sizeof(p->path), "%s", field.value);
			for (size_t i = 0; i < g->path_count; i++)
				if (strcmp(g->paths[i].path, p->path) == 0)
					return g->paths[i].chosen = true;
			g->path_count++;
			return true;
		}
		SCOPED_BUF shown;
		buf_init(&shown, 4096);
		text_safe(&shown, field.value);
		buf_clear(&text);
		guided_say(&text, g->a.lang, SAY_PATH_NONE, buf_cstr(&shown), NULL, NULL);
	}
}

static bool
take(struct guided *g, const char *path, uint64_t bytes)
{
	if (g->a.evidence_count == GUIDED_EVIDENCE_MAX)
		return false;
	snprintf(g->a.evidence[g->a.evidence_count++], sizeof(g->a.evidence[0]), "%s", path);
	g->a.evidence_bytes += bytes;
	return true;
}

/* What the checks say now, kept for when the page is shown again. False: more than go together. */
static bool
keep_checks(struct guided *g, const struct guided_item *items)
{
	bool together = true;
	g->chosen_count = g->a.evidence_count = 0;
	g->a.evidence_bytes = 0;
	for (size_t i = 0; i < g->disks.count; i++) {
		if (!items[i].chosen || items[i].refused)
			continue;
		snprintf(g->chosen[g->chosen_count++], sizeof(g->chosen[0]), "%s", g->disks.items[i].name);
		together = together && take(g, g->disks.items[i].path, g->disks.items[i].size);
	}
	for (size_t i = 0; i < g->path_count; i++) {
		g->paths[i].chosen = items[g->disks.count + i].chosen;
		if (g->paths[i].chosen)
			together = together && take(g, g->paths[i].path, g->paths[i].bytes);
	}
	return together;
}

static void
disks_text(const struct guided *g, struct buf *out)
{
	size_t offered = 0;
	char most[16];
	for (size_t i = 0; i < g->disks.count; i++)
		offered += g->disks.items[i].refusal == GUIDED_OFFERED;
	buf_text(out, guided_word(g, g->disks.count == 0 && g->path_count == 0 ? SAY_DISKS_NONE : offered == 0 && g->path_count == 0 ? SAY_DISKS_NONE_FREE : SAY_DISKS_TEXT));
	if (!g->disks.cut)
		return;
	snprintf(most, sizeof(most), "%d", GUIDED_DISKS_MAX);
	buf_char(out, '\n');
	guided_say(out, g->a.lang, SAY_DISKS_CUT, most, NULL, NULL);
}

static struct guided_item *
disk_items(const struct guided *g, size_t *ret_count)
{
	size_t n = g->disks.count + g->path_count;
	struct guided_item *items = guided_items(n + 2);
	if (items == NULL)
		return NULL;
	for (size_t i = 0; i < g->disks.count; i++)
		describe_disk(g, &g->disks.items[i], &items[i]);
	for (size_t i = 0; i < g->path_count; i++) {
		struct guided_item *item = &items[g->disks.count + i];
		SCOPED_BUF b;
		buf_init(&b, sizeof(item->detail) - 1);
		text_safe(&b, g->paths[i].path);
		snprintf(item->label, sizeof(item->label), "%s", text_base_name(buf_cstr(&b)));
		snprintf(item->detail, sizeof(item->detail), "%s", buf_cstr(&b));
		item->chosen = g->paths[i].chosen;
	}
	items[n] = items[n + 1] = (struct guided_item){ .jumps = true };
	snprintf(items[n].label, sizeof(items[n].label), "%s", guided_word(g, SAY_DISKS_PATH));
	snprintf(items[n].detail, sizeof(items[n].detail), "%s", guided_word(g, SAY_DISKS_PATH_MORE));
	snprintf(items[n + 1].label, sizeof(items[n].label), "%s", guided_word(g, SAY_DISKS_AGAIN));
	snprintf(items[n + 1].detail, sizeof(items[n].detail), "%s", guided_word(g, SAY_DISKS_AGAIN_MORE));
	*ret_count = n + 2;
	return items;
}

static enum guided_answer
tell_many(struct guided *g)
{
	char most[16];
	SCOPED_BUF text;
	buf_init(&text, 4096);
	snprintf(most, sizeof(most), "%d", GUIDED_EVIDENCE_MAX);
	guided_say(&text, g->a.lang, SAY_DISKS_MANY, most, NULL, NULL);
	return guided_tell(g, SAY_DISKS_TITLE, buf_cstr(&text));
}

enum guided_move
step_disks(struct guided *g)
{
	for (;;) {
		struct triage_error err;
		size_t count;
		guided_disks_release(&g->disks);
		if (guided_disks_read(g->host->root, &g->disks, &err) != TRIAGE_OK)
			return MOVE_QUIT;
		struct guided_item *items = disk_items(g, &count);
		if (items == NULL)
			return MOVE_QUIT;
		SCOPED_BUF text;
		buf_init(&text, 8192);
		disks_text(g, &text);
		struct guided_page page = { .kind = GUIDED_CHECK, .text = buf_cstr(&text), .items = items, .item_count = count };
		while (page.current < g->disks.count && items[page.current].refused)
			page.current++;
		enum guided_answer answer = guided_show(g, &page, SAY_DISKS_TITLE);
		bool together = keep_checks(g, items);
		bool by_path = page.current == count - 2, again = page.current == count - 1;
		free(items);
		if (answer != GUIDED_NEXT)
			return guided_move_of(answer);
		if (by_path && !ask_path(g))
			return MOVE_QUIT;
		if (by_path || again)
			continue;
		if (!together) {
			if (tell_many(g) == GUIDED_QUIT)
				return MOVE_QUIT;
			continue;
		}
		if (g->a.evidence_count > 0)
			return MOVE_NEXT;
		if (guided_tell(g, SAY_DISKS_NOTHING, guided_word(g, SAY_DISKS_CHOOSE)) == GUIDED_QUIT)
			return MOVE_QUIT;
	}
}
