/*
 * rpm_bdb.c - Packages of RPM in a hash of Berkeley DB: every page of the table is walked, long values are gathered from their overflow pages.
 *
 * All pages begin with 26 bytes: number (8), previous (12), next (16), entries (20, u16), offset of the lowest item or, of an overflow page, bytes of data (22, u16),
 * kind (25). The first page has the magic (12), page size (20) and last page (32). A page of the table has offsets of its items behind the 26 bytes, keys and
 * values in turn, each item from its offset to that of the item before it. Numbers are in the order of the machine that wrote them. Source: dbinc/db_page.h.
 */
#include "triage/artefact/rpm.h"

#include <string.h>

enum {
	MAGIC_AT = 12, PAGE_SIZE_AT = 20, KIND_AT = 25, LAST_AT = 32, META = 72, FRONT = 26, HASH_META = 8, MAGIC = 0x061561,
	HASH_UNSORTED = 2, OVERFLOW = 7, HASH = 13, ITEM_KEYDATA = 1, ITEM_OFFPAGE = 3, OFFPAGE_SIZE = 12, PAGE_LEAST = 512, PAGE_MOST = 65536,
};

struct bdb {
	struct rpm *r;
	struct view all;
	uint32_t page_size, pages;
	bool big;
	struct buf blob;
};

static uint32_t
word(const struct bdb *b, const uint8_t *p)
{
	return b->big ? load_be32(p) : load_le32(p);
}

static uint16_t
half(const struct bdb *b, const uint8_t *p)
{
	return b->big ? load_be16(p) : load_le16(p);
}

bool
rpm_is_bdb(const struct artefact_subject *who, struct view head)
{
	/* the region of a header, which is its first entry */
	static const uint8_t region[] = { 0, 0, 0, 0x3f, 0, 0, 0, 7 };
	if (head.size < PAGE_LEAST || (load_le32(head.data + MAGIC_AT) != MAGIC && load_be32(head.data + MAGIC_AT) != MAGIC) || head.data[KIND_AT] != HASH_META)
		return false;
	return strcmp(who->name, "Packages") == 0 || memmem(head.data, head.size, region, sizeof(region)) != NULL;
}

/* A value that lies on overflow pages, into b->blob; false when the chain is not sound, with *ret_at where. */
static bool
gather(struct bdb *b, uint32_t page, uint32_t size, uint64_t *ret_at)
{
	buf_clear(&b->blob);
	for (uint64_t left = size; left > 0;) {
		*ret_at = (uint64_t)page * b->page_size;
		if (page == 0 || page >= b->pages)
			return false;
		const uint8_t *p = b->all.data + *ret_at;
		uint32_t n = half(b, p + 22);
		/* all pages but the last are full: what is told a byte a page would cost more than it gives */
		if (p[KIND_AT] != OVERFLOW || n == 0 || n > b->page_size - FRONT || n > left || (n < left && n < (b->page_size - FRONT) / 2))
			return false;
		buf_put(&b->blob, p + FRONT, n);
		left -= n;
		page = word(b, p + 16);
	}
	return true;
}

static enum triage_status
read_value(struct bdb *b, struct view item, uint32_t number, uint64_t at, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	struct artefact *a = b->r->a;
	if (item.size > 1 && item.data[0] == ITEM_KEYDATA && number != 0)
		return rpm_may(b->r, item.size, &st, err) ? rpm_header(b->r, (struct view){ item.data + 1, item.size - 1 }, number, at, err) : st;
	/* package 0 is none: its value is the number of the last */
	if (item.size > 1 && item.data[0] == ITEM_KEYDATA)
		return TRIAGE_OK;
	if (item.size != OFFPAGE_SIZE || item.data[0] != ITEM_OFFPAGE)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", at, item.size, err, "the value of package %u is of an unknown kind", number);
	uint32_t page = word(b, item.data + 4), size = word(b, item.data + 8);
	uint64_t where = at;
	if (size > RPM_BLOB_MAX || size > b->all.size)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", at, 0, err, "package %u claims a header of %u bytes", number, size);
	if (!rpm_may(b->r, size, &st, err))
		return st;
	bool sound = gather(b, page, size, &where);
	if (b->blob.failed)
		return buf_check(&b->blob, err);
	if (!sound)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", where, size, err, "the header of package %u cannot be put together: page %ju is not part of it", number,
		    (uintmax_t)(where / b->page_size));
	return rpm_header(b->r, (struct view){ (const uint8_t *)buf_cstr(&b->blob), b->blob.size }, number, (uint64_t)page * b->page_size, err);
}

static bool
item_of(const struct bdb *b, const uint8_t *p, uint32_t n, struct view *ret)
{
	uint32_t start = half(b, p + FRONT + 2 * n), end = n == 0 ? b->page_size : half(b, p + FRONT + 2 * (n - 1));
	if (start < FRONT || start >= end || end > b->page_size)
		return false;
	*ret = (struct view){ p + start, end - start };
	return true;
}

static enum triage_status
read_page(struct bdb *b, uint32_t page, struct triage_error *err)
{
	uint64_t at = (uint64_t)page * b->page_size;
	const uint8_t *p = b->all.data + at;
	uint32_t entries = half(b, p + 20), most = (b->page_size - FRONT) / 2;
	enum triage_status st = TRIAGE_OK;
	if (p[KIND_AT] != HASH && p[KIND_AT] != HASH_UNSORTED)
		return TRIAGE_OK;
	if (entries > most)
		return artefact_remark(b->r->a, TRIAGE_LOW, "page-damaged", at, b->page_size, err, "page %u claims %u items", page, entries);
	for (uint32_t n = 0; n + 1 < entries && st == TRIAGE_OK && !b->r->stopped; n += 2) {
		struct view key, value;
		if (!item_of(b, p, n, &key) || !item_of(b, p, n + 1, &value) || key.size != 5 || key.data[0] != ITEM_KEYDATA) {
			st = artefact_remark(b->r->a, TRIAGE_LOW, "record-damaged", at, 0, err, "item %u of page %u is not sound", n, page);
			continue;
		}
		st = read_value(b, value, word(b, key.data + 1), at + (uint64_t)(value.data - p), err);
	}
	return st;
}

enum triage_status
rpm_bdb(struct rpm *r, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (all.size < META)
		return artefact_remark(r->a, TRIAGE_LOW, "stream-cut", all.size, 0, err, "the package database ends inside its first page");
	struct bdb b = { .r = r, .all = all, .big = load_be32(all.data + MAGIC_AT) == MAGIC };
	b.page_size = word(&b, all.data + PAGE_SIZE_AT);
	if (b.page_size < PAGE_LEAST || b.page_size > PAGE_MOST || (b.page_size & (b.page_size - 1)) != 0)
		return artefact_remark(r->a, TRIAGE_LOW, "database-damaged", PAGE_SIZE_AT, all.size, err, "the package database claims pages of %u bytes", b.page_size);
	b.pages = (uint32_t)(all.size / b.page_size);
	uint64_t claimed = (uint64_t)word(&b, all.data + LAST_AT) + 1;
	if (claimed > b.pages)
		st = artefact_remark(r->a, TRIAGE_LOW, "stream-cut", all.size, (claimed - b.pages) * b.page_size, err, "%ju of %ju pages are there", (uintmax_t)b.pages,
		    (uintmax_t)claimed);
	buf_init(&b.blob, RPM_BLOB_MAX);
	for (uint32_t page = 1; page < b.pages && st == TRIAGE_OK && !r->stopped; page++)
		st = read_page(&b, page, err);
	buf_release(&b.blob);
	return st;
}
