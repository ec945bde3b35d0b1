/*
 * containerd.c - the database of containerd: /var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db. Which containers, sandboxes and images there are, since when, with which labels
 * (Kubernetes writes pod and namespace there), and which content was fetched.
 *
 * A file of bbolt, little endian: pages of the size that its two front pages tell; a page is id (8), flags (2), count (2), pages behind it that belong to it (4), then elements. A branch's
 * element: place of its key (4, from the element on), bytes of the key (4), page (8); a leaf's: flags (4, 1: a bucket), place (4), bytes of key (4) and of value (4). A bucket's value is
 * its root page (8) and a sequence (8); root 0: the page stands behind them. The front page with the higher transaction whose check value (FNV-1a) holds is the one in force.
 * Buckets: v1, a namespace, then containers, sandboxes, images or content/blob, then one bucket an object. Times are Go's: 1, seconds since the year 1 (8, big endian), ns (4), zone (2).
 * What was deleted is not looked for. Sources: bbolt (page.go, bucket.go, db.go), containerd (metadata/buckets.go, boltutil), package time of Go.
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_HEADER = 16, META = 64, BRANCH = 1, LEAF = 2, ELEMENT = 16, BUCKET = 1, BUCKET_HEADER = 16, DEEPEST = 48, NAMES = 12, LABELS_MAX = 16 << 10 };
#define MAGIC UINT32_C(0xED0CDAED)
#define YEAR_1 INT64_C(62135596800)	/* seconds from it to 1970 */

struct frame {
	struct view page;		/* from its header on, with all that belongs to it */
	size_t index;
	bool bucket;			/* the root of one: the last name is its */
};

/* What an object says, until its bucket ends. */
struct object {
	const char *kind;		/* NULL: none in work */
	size_t level;			/* names down to it */
	uint64_t offset;
	int64_t created, updated;
	struct view image, runtime, snapshotter, snapshot, digest, media, sandbox;
	int64_t size;
	struct buf labels;
};

struct walk {
	struct artefact *a;
	struct view all;
	size_t page_size;
	uint8_t *seen;			/* a bit for each page */
	struct frame frames[DEEPEST];
	size_t depth;
	struct view names[NAMES];
	size_t name_count;
	struct object o;
	uint64_t left;			/* elements that the file has room for */
	bool known, damaged;		/* a bucket v1 came; a page was not sound */
};

static bool
is(struct view v, const char *text)
{
	return v.size == strlen(text) && memcmp(v.data, text, v.size) == 0;
}

static uint64_t
check_value(const uint8_t *p, size_t size)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < size; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* A front page: magic, version, page size, flags, root page and sequence, free list, pages, transaction, check value. */
static bool
front_holds(struct view all, size_t at, size_t page_size)
{
	if (!view_has(all, at, PAGE_HEADER + META))
		return false;
	const uint8_t *m = all.data + at + PAGE_HEADER;
	uint32_t size = load_le32(m + 8);
	return load_le32(m) == MAGIC && load_le32(m + 4) == 2 && load_le64(m + 56) == check_value(m, 56) && size >= 512 && size <= 1 << 20 && (size & (size - 1)) == 0 &&
	    (page_size == 0 || page_size == size);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	/* other programs keep their data in bbolt too */
	return head.size >= PAGE_HEADER + META && load_le32(head.data + PAGE_HEADER) == MAGIC && load_le32(head.data + PAGE_HEADER + 4) == 2 &&
	    (unix_named(who, "meta.db") || strstr(who->path, "containerd") != NULL);
}

static int64_t
time_of(struct view v)
{
	if (v.size < 15 || (v.data[0] != 1 && v.data[0] != 2))
		return TRIAGE_TIME_NONE;
	uint64_t seconds = load_be64(v.data + 1);
	uint32_t ns = load_be32(v.data + 9);
	if (seconds <= (uint64_t)YEAR_1 || seconds > (uint64_t)YEAR_1 + UINT64_C(9000000000) || ns >= 1000000000)
		return TRIAGE_TIME_NONE;
	return when_from_unix((int64_t)seconds - YEAR_1, ns);
}

/* Seven bits a byte, the sign in the lowest bit. */
static int64_t
number_of(struct view v)
{
	uint64_t n = 0;
	for (size_t i = 0; i < v.size && i < 10; i++) {
		n |= (uint64_t)(v.data[i] & 0x7f) << (i * 7 < 64 ? i * 7 : 63);
		if (v.data[i] < 0x80)
			return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
	}
	return -1;
}

/* --- objects --- */

static const char *
kind_of(const struct walk *w)
{
	static const struct { const char *bucket, *inner, *kind; } kinds[] = { { "containers", NULL, "container" }, { "sandboxes", NULL, "sandbox" }, { "images", NULL, "image" },
		{ "content", "blob", "content" } };
	if (w->name_count < 4 || !is(w->names[0], "v1"))
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is(w->names[2], kinds[i].bucket) && w->name_count == (kinds[i].inner != NULL ? 5 : 4) && (kinds[i].inner == NULL || is(w->names[3], kinds[i].inner)))
			return kinds[i].kind;
	return NULL;
}

static void
begin_object(struct walk *w, uint64_t offset)
{
	const char *kind = w->o.kind == NULL ? kind_of(w) : NULL;
	w->known = w->known || is(w->names[0], "v1");
	if (kind == NULL)
		return;
	struct buf labels = w->o.labels;
	buf_clear(&labels);
	w->o = (struct object){ .kind = kind, .level = w->name_count, .offset = offset, .created = TRIAGE_TIME_NONE, .updated = TRIAGE_TIME_NONE, .size = -1, .labels = labels };
}

static void
take_value(struct walk *w, struct view key, struct view value)
{
	struct object *o = &w->o;
	static const struct { const char *inner, *key; size_t at; } texts[] = {
#define TEXT(inner, key, field) { inner, key, offsetof(struct object, field) }
		TEXT("", "image", image), TEXT("runtime", "name", runtime), TEXT("", "snapshotter", snapshotter), TEXT("", "snapshotKey", snapshot), TEXT("target", "digest", digest),
		TEXT("target", "mediatype", media), TEXT("", "sandboxid", sandbox),
#undef TEXT
	};
	if (o->kind == NULL || w->name_count > o->level + 1)
		return;
	bool own = w->name_count == o->level;
	const struct view inner = own ? (struct view){ (const uint8_t *)"", 0 } : w->names[o->level];
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (is(inner, texts[i].inner) && is(key, texts[i].key))
			*(struct view *)(void *)((char *)o + texts[i].at) = value;
	if (own && is(key, "createdat"))
		o->created = time_of(value);
	else if (own && is(key, "updatedat"))
		o->updated = time_of(value);
	else if (is(key, "size") && (own || is(inner, "target")))
		o->size = number_of(value);
	else if (is(inner, "labels")) {
		buf_put(&o->labels, key.data, key.size);
		buf_char(&o->labels, '=');
		buf_put(&o->labels, value.data, value.size);
		buf_char(&o->labels, '\n');
	}
}

static void
put(struct artefact *a, const char *key, struct view v)
{
	if (v.size > 0)
		artefact_bytes(a, key, v.data, v.size);
}

static enum triage_status
send_object(struct walk *w, struct triage_error *err)
{
	struct artefact *a = w->a;
	struct object *o = &w->o;
	const struct view name = w->names[o->level - 1], space = w->names[1];
	bool container = strcmp(o->kind, "container") == 0, content = strcmp(o->kind, "content") == 0, image = strcmp(o->kind, "image") == 0;
	const char *made = container ? "container created" : content ? "content fetched" : image ? "image created" : "sandbox created";
	artefact_event(a, o->created, made);
	artefact_offset(a, o->offset);
	artefact_part(a, o->kind);
	put(a, "namespace", space);
	put(a, content ? "digest" : image ? "name" : "id", name);
	put(a, "image", o->image);
	put(a, "runtime", o->runtime);
	put(a, "snapshotter", o->snapshotter);
	put(a, "snapshot", o->snapshot);
	put(a, "sandbox", o->sandbox);
	if (!content)
		put(a, "digest", o->digest);
	put(a, "media_type", o->media);
	if (o->size >= 0)
		artefact_number(a, "bytes", o->size);
	if (o->labels.size > 0)
		artefact_bytes(a, "labels", buf_cstr(&o->labels), o->labels.size - 1);
	if (o->labels.failed)
		artefact_cut(a);
	if (container)
		artefact_technique(a, "T1610");
	artefact_message(a, "containerd, namespace %.*s: %s %.*s%s%.*s", (int)(space.size < 200 ? space.size : 200), space.data, o->kind, (int)(name.size < 300 ? name.size : 300), name.data,
	    o->image.size > 0 ? " of image " : "", (int)(o->image.size < 300 ? o->image.size : 300), o->image.data != NULL ? (const char *)o->image.data : "");
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && o->updated != o->created) {
		artefact_again(a, o->updated, container ? "container updated" : content ? "content updated" : image ? "image updated" : "sandbox updated");
		st = artefact_send(a, err);
	}
	if (st == TRIAGE_OK && o->created == TRIAGE_TIME_NONE && o->updated == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_INFO, "time-missing", o->offset, 0, err, "%s %.*s has no time: it is no event", o->kind, (int)(name.size < 200 ? name.size : 200), name.data);
	o->kind = NULL;
	return st;
}

/* --- the tree --- */

static enum triage_status
damaged(struct walk *w, const uint8_t *at, struct triage_error *err)
{
	w->damaged = true;
	return artefact_remark(w->a, TRIAGE_LOW, "page-damaged", (uint64_t)(at - w->all.data), 0, err, "a page of the database is not sound: what lies below it is not told");
}

static enum triage_status
push(struct walk *w, struct view page, bool bucket, struct triage_error *err)
{
	unsigned flags = page.size >= PAGE_HEADER ? load_le16(page.data + 8) : 0;
	if (w->depth == DEEPEST || (flags != BRANCH && flags != LEAF) || ELEMENT * (size_t)load_le16(page.data + 10) > page.size - PAGE_HEADER) {
		w->name_count -= bucket && w->name_count > 0;
		return damaged(w, page.data, err);
	}
	w->frames[w->depth++] = (struct frame){ .page = page, .bucket = bucket };
	return TRIAGE_OK;
}

/* No page is gone through twice: a tree has none with two parents. */
static enum triage_status
push_page(struct walk *w, uint64_t number, bool bucket, const uint8_t *from, struct triage_error *err)
{
	uint64_t pages = w->all.size / w->page_size;
	if (number < 2 || number >= pages || (w->seen[number / 8] >> number % 8 & 1) != 0) {
		w->name_count -= bucket && w->name_count > 0;
		return damaged(w, from, err);
	}
	w->seen[number / 8] = (uint8_t)(w->seen[number / 8] | 1u << number % 8);
	const uint8_t *p = w->all.data + number * w->page_size;
	uint64_t more = load_le32(p + 12), size = (more + 1) * w->page_size, left = w->all.size - number * w->page_size;
	return push(w, (struct view){ p, (size_t)(size < left ? size : left) }, bucket, err);
}

static enum triage_status
enter_bucket(struct walk *w, struct view key, struct view value, struct triage_error *err)
{
	if (value.size < BUCKET_HEADER || w->name_count == NAMES)
		return damaged(w, key.data, err);
	w->names[w->name_count++] = key;
	begin_object(w, (uint64_t)(key.data - w->all.data));
	uint64_t root = load_le64(value.data);
	enum triage_status st = root != 0 ? push_page(w, root, true, key.data, err) :
	    push(w, (struct view){ value.data + BUCKET_HEADER, value.size - BUCKET_HEADER }, true, err);
	/* one that cannot be entered has said so, and what is known of it is its name */
	if (w->o.kind != NULL && w->name_count < w->o.level)
		w->o.kind = NULL;
	return st;
}

static enum triage_status
take_element(struct walk *w, const struct frame *f, size_t index, struct triage_error *err)
{
	bool leaf = load_le16(f->page.data + 8) == LEAF;
	size_t at = PAGE_HEADER + ELEMENT * index;
	const uint8_t *p = f->page.data + at;
	uint64_t place = at + load_le32(p + (leaf ? 4 : 0)), key_size = load_le32(p + (leaf ? 8 : 4)), value_size = leaf ? load_le32(p + 12) : 0;
	if (!view_has(f->page, place, key_size + value_size))
		return damaged(w, p, err);
	if (!leaf)
		return push_page(w, load_le64(p + 8), false, p, err);
	const struct view key = { f->page.data + place, (size_t)key_size }, value = { f->page.data + place + key_size, (size_t)value_size };
	if ((load_le32(p) & BUCKET) != 0)
		return enter_bucket(w, key, value, err);
	take_value(w, key, value);
	return TRIAGE_OK;
}

static enum triage_status
pop(struct walk *w, struct triage_error *err)
{
	const struct frame f = w->frames[--w->depth];
	enum triage_status st = TRIAGE_OK;
	if (!f.bucket)
		return TRIAGE_OK;
	if (w->o.kind != NULL && w->o.level == w->name_count)
		st = send_object(w, err);
	w->name_count -= w->name_count > 0;
	return st;
}

static enum triage_status
go_through(struct walk *w, uint64_t root, struct triage_error *err)
{
	enum triage_status st = push_page(w, root, false, w->all.data, err);
	w->left = w->all.size / ELEMENT;
	while (st == TRIAGE_OK && w->depth > 0) {
		/* elements that lie upon each other would be without end */
		if (w->left-- == 0)
			return artefact_remark(w->a, TRIAGE_LOW, "tree-without-end", 0, 0, err, "there are more elements than the file has room for: the rest is not read");
		struct frame *f = &w->frames[w->depth - 1];
		st = f->index == load_le16(f->page.data + 10) ? pop(w, err) : take_element(w, f, f->index++, err);
	}
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	size_t sizes[2], at = 0, found = 0;
	sizes[0] = front_holds(all, 0, 0) ? load_le32(all.data + PAGE_HEADER + 8) : 0;
	for (sizes[1] = sizes[0] != 0 ? sizes[0] : 512; sizes[1] <= 1 << 20 && !front_holds(all, sizes[1], sizes[1]); sizes[1] *= 2)
		if (sizes[0] != 0) {
			sizes[1] = 2 << 20;
			break;
		}
	bool second = sizes[1] <= 1 << 20;
	if (sizes[0] == 0 && !second)
		return artefact_remark(a, TRIAGE_LOW, "front-damaged", 0, all.size, err, "neither of the two front pages is sound, or it is of another version: the database is not read");
	if (sizes[0] == 0 || !second)
		st = artefact_remark(a, TRIAGE_LOW, "front-damaged", sizes[0] == 0 ? 0 : sizes[0], 0, err, "one of the two front pages is not sound: the state that the other tells is read");
	if (second && (sizes[0] == 0 || load_le64(all.data + sizes[1] + PAGE_HEADER + 48) > load_le64(all.data + PAGE_HEADER + 48)))
		at = sizes[1];
	found = sizes[0] != 0 ? sizes[0] : sizes[1];
	struct walk *w = calloc(1, sizeof(*w));
	uint8_t *seen = calloc(1, all.size / found / 8 + 1);
	if (w == NULL || seen == NULL) {
		free(w);
		free(seen);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a database of containerd");
		return TRIAGE_E_MEMORY;
	}
	w->a = a;
	w->all = all;
	w->page_size = found;
	w->seen = seen;
	buf_init(&w->o.labels, LABELS_MAX);
	if (st == TRIAGE_OK)
		st = go_through(w, load_le64(all.data + at + PAGE_HEADER + 16), err);
	if (st == TRIAGE_OK && !w->known && !w->damaged)
		st = artefact_remark(a, TRIAGE_INFO, "not-known", 0, 0, err, "a database of bbolt in which nothing of containerd stands: it is another program's, or of another version");
	buf_release(&w->o.labels);
	free(seen);
	free(w);
	return st;
}

const struct artefact_kind artefact_containerd = {
	.name = "containerd",
	.source = "other",
	.title = "database of containerd (meta.db)",
	.yields = "containers, sandboxes and images of containerd with their labels, content that was fetched, and when",
	.reference = "containerd, metadata/buckets.go; bbolt; package time of Go",
	.precision = "ns",
	.claims = claims,
	.parse = parse,
};
