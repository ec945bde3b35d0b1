/*
 * custom_destinations.c - custom jump lists of Windows 7 to 11: what a program itself put on its list: tasks, pinned and frequent items.
 *
 * A head of 12 bytes, then categories of shell links, each link behind its class identifier, each category closed by a mark. The format is not
 * published by its maker; source: dtformats of the libyal project ("Jump lists format"). Little endian. Where a category is not sound, the links
 * behind are found by the first bytes of a link.
 */
#include "triage/artefact/jumplist.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEAD = 12, VERSION = 2, ENTRY_HEAD = 16, CUSTOM = 0, KNOWN = 1, TASKS = 2 };

static const uint32_t footer = 0xbabffbab;
static const uint8_t link_class[16] = { 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
static const uint8_t link_head[8] = { 0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0 };

struct list {
	struct artefact *a;
	struct triage_error *err;
	struct view in;
	struct jumplist_app app;
	const char *category;
	char room[200], of[280];
	size_t behind;		/* the last link that was told: where a search for others begins */
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	if (head.size < HEAD + 8 || load_le32(head.data) != VERSION)
		return false;
	/* by its head, and a link or the closing mark in what follows it */
	bool named = strcasestr(who->name, ".customDestinations-ms") != NULL;
	uint32_t categories = load_le32(head.data + 4), kind = load_le32(head.data + HEAD);
	if (categories == 0 || categories > 64 || kind > TASKS)
		return false;
	if (named)
		return true;
	uint8_t mark[4] = { 0xab, 0xfb, 0xbf, 0xba };
	return memmem(head.data, head.size, link_class, sizeof(link_class)) != NULL && memmem(head.data, head.size, mark, sizeof(mark)) != NULL;
}

static void
put_app(struct artefact *a, const void *ctx)
{
	const struct list *l = ctx;
	jumplist_put(a, &l->app);
	artefact_text(a, "category", l->category);
}

static enum triage_status
send(struct list *l, const struct lnk *link, size_t at)
{
	snprintf(l->of, sizeof(l->of), " (%s) in the jump list of %s", l->category, l->app.name);
	return lnk_send(l->a, link, &(struct lnk_sender){ .offset = at, .otherwise = artefact_who(l->a)->mtime, .otherwise_meaning = "jump list written",
		.more = put_app, .ctx = l, .of = l->of }, l->err);
}

/* The links of a category from *at. False when one is not where it should be. */
static bool
read_links(struct list *l, uint32_t count, size_t *at, enum triage_status *ret_status)
{
	for (uint32_t i = 0; i < count && *ret_status == TRIAGE_OK; i++) {
		struct lnk link;
		size_t from = *at + ENTRY_HEAD;
		if (!view_has(l->in, *at, ENTRY_HEAD) || memcmp(l->in.data + *at, link_class, ENTRY_HEAD) != 0 ||
		    !lnk_read((struct view){ l->in.data + from, l->in.size - from }, &link))
			return false;
		/* what follows belongs to the list */
		*ret_status = send(l, &link, from);
		*at = from + link.used;
		l->behind = link.damage == NULL ? *at : from + LNK_HEADER;
		if (link.damage != NULL)
			return false;
	}
	return true;
}

/* One category from *at, to behind its closing mark. False when it is not sound: *at is where. */
static bool
read_category(struct list *l, size_t *at, enum triage_status *ret_status)
{
	if (!view_has(l->in, *at, 8))
		return false;
	uint32_t kind = load_le32(l->in.data + *at), count = 0;
	l->behind = *at;
	*at += 4;
	if (kind == CUSTOM) {
		size_t units = load_le16(l->in.data + *at);
		if (!view_has(l->in, *at + 2, 2 * units + 4))
			return false;
		wintext_copy(wintext_wide(l->in, *at + 2, units), l->room, sizeof(l->room));
		l->category = l->room;
		*at += 2 + 2 * units;
		count = load_le32(l->in.data + *at);
		*at += 4;
	} else if (kind == KNOWN) {
		uint32_t which = load_le32(l->in.data + *at);
		l->category = which == 1 ? "Frequent" : which == 2 ? "Recent" : "known category";
		*at += 4;
	} else if (kind == TASKS) {
		l->category = "Tasks";
		count = load_le32(l->in.data + *at);
		*at += 4;
	} else {
		return false;
	}
	if (!read_links(l, count, at, ret_status) || *ret_status != TRIAGE_OK)
		return false;
	if (!view_has(l->in, *at, 4) || load_le32(l->in.data + *at) != footer)
		return false;
	*at += 4;
	return true;
}

/* Links by their first bytes, in what is left. */
static enum triage_status
search(struct list *l, size_t at)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && at < l->in.size) {
		struct lnk link;
		const uint8_t *found = memmem(l->in.data + at, l->in.size - at, link_head, sizeof(link_head));
		if (found == NULL)
			break;
		at = (size_t)(found - l->in.data);
		/* a link ends before the next begins: so each byte is looked at for one link only, whatever the links claim */
		size_t behind = at + sizeof(link_head);
		const uint8_t *next = memmem(l->in.data + behind, l->in.size - behind, link_head, sizeof(link_head));
		if (!lnk_read((struct view){ found, next != NULL ? (size_t)(next - found) : l->in.size - at }, &link)) {
			at += sizeof(link_head);
			continue;
		}
		st = send(l, &link, at);
		/* a damaged link may claim what belongs to the next */
		at += link.damage == NULL ? link.used : LNK_HEADER;
	}
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct list l = { .a = a, .err = err, .in = all, .category = "unknown category", .behind = HEAD };
	enum triage_status st = TRIAGE_OK;
	size_t at = HEAD;
	jumplist_app(artefact_who(a)->name, &l.app);
	uint32_t categories = all.size >= HEAD + 8 ? load_le32(all.data + 4) : 0;
	for (uint32_t i = 0; i < categories && st == TRIAGE_OK; i++) {
		if (read_category(&l, &at, &st))
			continue;
		if (st == TRIAGE_OK)
			st = artefact_remark(a, TRIAGE_LOW, "category-damaged", at, all.size - at, err, "category %u of %u is not sound at byte %zu: links behind are searched for",
			    (unsigned)i + 1, (unsigned)categories, at);
		l.category = "unknown category";
		return st == TRIAGE_OK ? search(&l, l.behind) : st;
	}
	if (st == TRIAGE_OK && at < all.size)
		st = artefact_remark(a, TRIAGE_LOW, "data-appended", at, all.size - at, err, "%zu bytes follow the last category", all.size - at);
	return st;
}

const struct artefact_kind artefact_custom_destinations = {
	.name = "custom_destinations",
	.source = "jumplist",
	.title = "custom jump list (.customDestinations-ms)",
	.yields = "tasks and items that a program put on its jump list: targets, arguments, machine and network card",
	.reference = "MS-SHLLINK; dtformats: Jump lists format",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
