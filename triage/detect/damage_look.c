#include "triage/detect/damage_look.h"

#include "triage/base/shape.h"
#include "triage/detect/judge.h"

#include <string.h>

enum { ADDED_MAX = 6, EDGE = 4096, ALL_PERCENT = 90, REGULAR_RUNS = 4, WHOLE_LEAST = 64 << 10, CHI_MOST = 450, LARGE_BLOCK = 64 << 10, FEW = 512 };
#define FINE_LEAST 6.2			/* bits a byte: text of which every second dozen of bytes is encrypted has more */

const char *
damage_word(enum damage damage)
{
	static const char *const words[DAMAGE_COUNT] = { [DAMAGE_INTACT] = "intact", [DAMAGE_WHOLE] = "encrypted-whole", [DAMAGE_HEAD] = "encrypted-head",
		[DAMAGE_TAIL] = "encrypted-tail", [DAMAGE_BLOCKS] = "encrypted-blocks", [DAMAGE_PARTS] = "encrypted-parts", [DAMAGE_RENAMED] = "renamed",
		[DAMAGE_ZEROED] = "zeroed", [DAMAGE_ZEROED_PART] = "zeroed-part", [DAMAGE_UNKNOWN] = "unknown" };
	return words[damage];
}

const struct file_type *
damage_promise(const struct file_types *types, const char *name, size_t *ret_kept)
{
	const char *end = name + strlen(name);
	const struct file_type *type = NULL;
	*ret_kept = (size_t)(end - name);
	for (unsigned i = 0; i < ADDED_MAX; i++) {
		const char *start = end;
		while (start > name && start[-1] != '.')
			start--;
		if (start <= name + 1)
			return NULL;
		const char *stop = end;
		while (i > 0 && stop > start && stop[-1] == ' ')
			stop--;
		type = file_type_find(types, start, (size_t)(stop - start));
		/* "com" before an added extension ends an address more often than a program */
		if (type != NULL && !(i > 0 && (type->any || strcmp(type->extension, "com") == 0))) {
			*ret_kept = (size_t)(stop - name);
			return type;
		}
		end = start - 1;
	}
	return NULL;
}

bool
damage_type_is_text(const struct file_type *type)
{
	return type != NULL && !type->any && file_type_accepts(type, "text/plain") && !file_type_accepts(type, "application/octet-stream");
}

/* Intact bytes of this type are not random throughout. */
static bool
is_plain_type(const struct file_type *t)
{
	return t != NULL && !t->any && (damage_type_is_text(t) || (!t->high_entropy && strcmp(t->category, "other") != 0));
}

static bool
promises_start(const struct file_type *t)
{
	return t != NULL && !t->any && (t->has_magic || strcmp(t->extension, "tar") == 0);
}

/* Files of these kinds are never zeros throughout. */
static bool
is_never_zero(const struct file_type *t)
{
	static const char *const kinds[] = { "document", "image", "mail", "text", "web", "audio", "video" };
	for (size_t i = 0; t != NULL && !t->any && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(t->category, kinds[i]) == 0)
			return true;
	return t != NULL && !t->any && (t->has_magic || damage_type_is_text(t));
}

/* Formats that libmagic tells by two bytes, which random ones have too now and then. */
static bool
is_by_chance(const char *mime)
{
	static const char *const short_ones[] = { "application/gzip", "application/x-gzip", "image/bmp", "image/x-ms-bmp", "image/x-icon", "image/jpeg" };
	for (size_t i = 0; i < sizeof(short_ones) / sizeof(short_ones[0]); i++)
		if (strcmp(short_ones[i], mime) == 0)
			return true;
	return false;
}

static bool
is_readable(const struct detect_file *f)
{
	const uint32_t bent = TRIAGE_ENTRY_ENCRYPTED | TRIAGE_ENTRY_UNDECODED | TRIAGE_ENTRY_REUSED | TRIAGE_ENTRY_INTERNAL;
	return f->content != NULL && f->content->state == TRIAGE_CONTENT_COMPLETE && (f->flags & bent) == 0;
}

static bool
is_regular(const struct triage_shape *h)
{
	return h->runs >= REGULAR_RUNS && h->run_least > 0 && h->gap_least > 0 && h->run_most - h->run_least <= 1 + h->run_least / 8 &&
	    h->gap_most - h->gap_least <= 1 + h->gap_least / 8;
}

static bool
is_random_throughout(const struct triage_content *c)
{
	const struct triage_randomness *r = &c->randomness;
	if (c->shape.cells > 0 && shape_cells(&c->shape, TRIAGE_CELL_RANDOM) == c->shape.cells)
		return true;
	return (uint64_t)r->random_blocks * 100 >= (uint64_t)r->blocks * ALL_PERCENT ||
	    (r->blocks >= 3 && r->random_blocks + (c->bytes % (r->block_size != 0 ? r->block_size : 1) < FEW ? 2u : 1u) >= r->blocks);
}

static int
share_of(const struct triage_shape *h, uint64_t bytes)
{
	unsigned half = 2 * shape_cells(h, TRIAGE_CELL_RANDOM) + shape_cells(h, TRIAGE_CELL_MIXED);
	if (half == 0 && bytes > EDGE)
		return (int)((uint64_t)EDGE * 1000 / bytes) + 1;
	return h->cells == 0 ? -1 : (int)(half * 500 / h->cells);
}

/* The promise is a file of this format, as far as marks of it that stand alone should be believed. */
static bool
is_format(const struct file_type *t, const char *format)
{
	static const struct {
		const char *format, *mime;
	} pairs[] = { { "zip", "application/zip" }, { "jpeg", "image/jpeg" }, { "png", "image/png" }, { "pdf", "application/pdf" }, { "gzip", "application/gzip" },
		{ "7z", "application/x-7z-compressed" }, { "xz", "application/x-xz" } };
	for (size_t i = 0; t != NULL && i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(pairs[i].format, format) == 0)
			return file_type_accepts(t, pairs[i].mime);
	return t != NULL && strcmp(t->category, "disk") == 0;
}

/* Random but for a last block that is nearly so: a trailer of the program stands there. */
static bool
has_trailer(const struct triage_shape *h)
{
	return h->cells >= 2 && shape_cells(h, TRIAGE_CELL_RANDOM) == h->cells - 1u && h->cell[h->cells - 1] == TRIAGE_CELL_PACKED;
}

/* Where in the file its parts contradict, when that was looked at. */
static enum damage
place_of_breaks(const struct triage_shape *h, uint64_t bytes)
{
	if (h->broken_last < bytes / 4 || h->broken_last < 2 * EDGE)
		return DAMAGE_HEAD;
	if (h->broken_at > bytes - bytes / 4)
		return DAMAGE_TAIL;
	return is_regular(h) ? DAMAGE_BLOCKS : DAMAGE_PARTS;
}

/* Which part of the file is random, given that this is not as it should be. */
static enum damage
pattern_of(const struct triage_content *c, const struct file_type *promise, int *ret_permille)
{
	const struct triage_shape *h = &c->shape;
	*ret_permille = share_of(h, c->bytes);
	bool rest = h->format[0] != '\0' && !h->starts && is_format(promise, h->format);
	if (is_random_throughout(c) || h->cells == 0 || (has_trailer(h) && !rest)) {
		/* packed data may look random too: but the sign at the end stands, or all bytes together are not as even */
		bool uneven = h->head_random && h->tail_random && c->bytes >= WHOLE_LEAST && c->randomness.chi_square > CHI_MOST;
		if (!rest && !uneven) {
			*ret_permille = 1000;
			return DAMAGE_WHOLE;
		}
		*ret_permille = -1;
		return h->walk == TRIAGE_WALK_BROKEN ? place_of_breaks(h, c->bytes) : h->ends || !rest ? DAMAGE_HEAD : DAMAGE_PARTS;
	}
	if (is_regular(h))
		return DAMAGE_BLOCKS;
	if (h->walk == TRIAGE_WALK_BROKEN && (h->starts || rest))
		return place_of_breaks(h, c->bytes);
	if (h->runs <= 1 && h->head_random != h->tail_random)
		return h->head_random ? DAMAGE_HEAD : DAMAGE_TAIL;
	return DAMAGE_PARTS;
}

static struct damage_guess
encrypted(const struct triage_content *c, const struct file_type *promise, enum damage_proof proof, const char *reason)
{
	struct damage_guess g = { .proof = proof, .reason = reason };
	g.what = pattern_of(c, promise, &g.permille);
	return g;
}

static struct damage_guess
plainly(enum damage what, const char *reason)
{
	return (struct damage_guess){ .what = what, .permille = what == DAMAGE_ZEROED ? 1000 : -1, .reason = reason,
		.proof = what == DAMAGE_ZEROED || what == DAMAGE_ZEROED_PART ? PROOF_PROMISE : PROOF_NONE };
}

static struct damage_guess
intact(bool sound)
{
	struct damage_guess g = plainly(DAMAGE_INTACT, "");
	g.sound = sound;
	return g;
}

/* Parts that are not where they must be: encrypted when what lies there is random. */
static struct damage_guess
broken(const struct triage_content *c, const struct file_type *promise)
{
	const struct triage_shape *h = &c->shape;
	uint64_t at = h->cell_size > 0 ? h->broken_at / h->cell_size : 0;
	char kind = at < h->cells ? h->cell[at] : h->cells > 0 ? h->cell[h->cells - 1] : TRIAGE_CELL_PLAIN;
	bool random = kind == TRIAGE_CELL_RANDOM || kind == TRIAGE_CELL_MIXED || (at + 1 >= h->cells && h->tail_random) ||
	    (strcmp(h->format, "jpeg") == 0 && h->broken >= 8);
	if (random)
		return encrypted(c, promise, PROOF_PROMISE, "Parts of the format are not where they must be, and what lies there is random.");
	if (kind == TRIAGE_CELL_ZERO || (at + 1 >= h->cells && h->tail_zero))
		return plainly(DAMAGE_ZEROED_PART, "Parts of the format are not where they must be, and what lies there is zeros.");
	return plainly(DAMAGE_UNKNOWN, "Parts of the format are not where they must be; not by encryption, as far as can be told.");
}

/* The start of a known format, or text, stands. */
static struct damage_guess
head_stands(const struct subject *s, const struct file_type *promise)
{
	const struct triage_content *c = s->file->content;
	const struct triage_shape *h = &c->shape;
	bool random = shape_cells(h, TRIAGE_CELL_RANDOM) + shape_cells(h, TRIAGE_CELL_MIXED) > 0 || h->tail_random;
	if (h->starts && h->walk == TRIAGE_WALK_BROKEN)
		return broken(c, promise);
	if (h->starts && h->walk == TRIAGE_WALK_WHOLE)
		return intact(true);
	if (damage_type_is_text(promise) && !h->starts && random && strcmp(promise->category, "script") != 0)
		return encrypted(c, promise, PROOF_PROMISE, "The extension promises text, and parts are random.");
	if (h->starts && !h->ends && h->tail_random && promise != NULL && !promise->any)
		return encrypted(c, promise, PROOF_PROMISE, "The sign at the end of the format is gone, and what lies there is random.");
	if (h->starts && c->randomness.block_size >= LARGE_BLOCK && is_regular(h) && promise != NULL && !promise->any)
		return encrypted(c, promise, PROOF_PROMISE, "Random blocks stand in even turns, as no format makes them.");
	return intact(true);
}

/* Neither the start of a known format nor text. */
static struct damage_guess
head_gone(const struct subject *s, const struct file_type *promise)
{
	const struct triage_content *c = s->file->content;
	const struct triage_shape *h = &c->shape;
	bool text = damage_type_is_text(promise), start = promises_start(promise);
	bool random = h->head_random || s->look == LOOK_RANDOM;
	bool some = random || shape_cells(h, TRIAGE_CELL_RANDOM) + shape_cells(h, TRIAGE_CELL_MIXED) > 0 || h->tail_random;
	if (h->head_zero && (text || start) && strcmp(promise->category, "disk") != 0)
		return plainly(DAMAGE_ZEROED_PART, "The start that the extension promises is zeros.");
	if (random && (text || start))
		return encrypted(c, promise, PROOF_PROMISE, "The start that the extension promises is gone, and what lies there is random.");
	if (random && is_plain_type(promise) && is_random_throughout(c))
		return encrypted(c, promise, PROOF_PROMISE, "Files of this type are not random throughout; this one is.");
	if (text && some)
		return encrypted(c, promise, PROOF_PROMISE, "The extension promises text, and parts are random.");
	if (start && h->format[0] != '\0' && is_format(promise, h->format))
		return encrypted(c, promise, PROOF_PROMISE, "The sign at the end of the format stands, but not its start.");
	if (promise != NULL && !promise->any && c->randomness.block_size >= LARGE_BLOCK && is_regular(h))
		return encrypted(c, promise, PROOF_PROMISE, "Random blocks stand in even turns, as no format makes them.");
	if (some)
		return encrypted(c, promise, PROOF_NONE, "Random, and of no format that is known.");
	if (text && c->randomness.entropy >= FINE_LEAST)
		return (struct damage_guess){ .what = DAMAGE_PARTS, .permille = -1, .reason = "The extension promises text, and too many bytes are none." };
	if (text || start)
		return (struct damage_guess){ .what = DAMAGE_UNKNOWN, .permille = -1, .reason = "Not what the extension promises, and not random.", .changed = true };
	return intact(false);
}

struct damage_guess
damage_look(const struct subject *s, const struct file_type *promise)
{
	const struct triage_content *c = s->file->content;
	if (s->file->size == 0)
		return intact(false);
	if (!is_readable(s->file) || c->shape.cell_size == 0)
		return plainly(DAMAGE_UNKNOWN, "Not read to its end, or not as the user saw it.");
	const struct triage_shape *h = &c->shape;
	if (h->mark[0] != '\0')
		return encrypted(c, promise, PROOF_MARK, "The trailer of the encrypting program proves itself.");
	if (shape_cells(h, TRIAGE_CELL_ZERO) == h->cells) {
		return is_never_zero(promise) ? plainly(DAMAGE_ZEROED, "Nothing but zeros.") : plainly(DAMAGE_UNKNOWN, "Nothing but zeros, under a name that promises nothing.");
	}
	const char *mime = c->mime != NULL ? c->mime : "", *magic = c->magic != NULL ? c->magic : "";
	bool firm = (mime_is_firm(mime) || is_program(mime, magic)) && !(h->head_random && is_by_chance(mime));
	if (h->starts || c->text != TRIAGE_BINARY || firm)
		return head_stands(s, promise);
	/* a format that libmagic alone knows, and that fits the name */
	if (!mime_is_unknown(mime) && promise != NULL && !promise->any && file_type_accepts(promise, mime) && !h->head_random)
		return head_stands(s, promise);
	return head_gone(s, promise);
}
