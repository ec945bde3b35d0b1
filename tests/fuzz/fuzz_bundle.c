/*
 * fuzz_bundle.c - a bundle as it comes back from others, checked. Input: u8 how; then files: u8 size of the name, the name, u32 size, bytes (the last may be cut).
 * how, bit 0: both manifests and the sum of bag-info.txt are made right first, so that what lies behind the digests is reached.
 */
#include "tests/fuzz/targets.h"

#include "triage/base/digest.h"
#include "triage/base/view.h"
#include "triage/report/bag_inside.h"
#include "triage/report/report.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { BUNDLE_FILES = 40, BUNDLE_NAME = 64 };

static char bundle_folder[FUZZ_PATH];

struct bundle {
	char made[BUNDLE_FILES * 2][FUZZ_PATH + BUNDLE_NAME + 2];	/* files and folders, in the order of making */
	size_t made_count;
	unsigned told;
};

static void
bundle_tell(void *ctx, const char *line)
{
	struct bundle *b = ctx;
	FUZZ_NEED(line[0] != '\0' && strpbrk(line, "\r\n\033") == NULL);
	b->told++;
}

static void
bundle_note(void *ctx, const char *line)
{
	(void)ctx;
	FUZZ_NEED(line[0] != '\0' && strpbrk(line, "\r\n\033") == NULL);
}

/* Room for one more thing to be taken away in the end. */
static char *
bundle_made(struct bundle *b, const char *name)
{
	char *path = b->made[b->made_count];
	snprintf(path, sizeof(b->made[0]), "%s/%s", bundle_folder, name);
	return path;
}

/* A name made of letters, digits, dots and at most one slash; false when it would lead out of the folder, or is taken. */
static bool
bundle_file(struct bundle *b, const uint8_t *name, size_t length, const uint8_t *data, size_t size)
{
	char text[BUNDLE_NAME + 1];
	struct stat there;
	length = length < BUNDLE_NAME ? length : BUNDLE_NAME;
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(name[i] == '\0' ? '_' : name[i]);
	text[length] = '\0';
	char *slash = strchr(text, '/');
	if (b->made_count + 2 > sizeof(b->made) / sizeof(b->made[0]) || text[0] == '\0' || text[0] == '.' || slash == text || (slash != NULL && strchr(slash + 1, '/') != NULL) ||
	    (slash != NULL && (slash[1] == '\0' || slash[1] == '.')))
		return false;
	if (slash != NULL) {
		*slash = '\0';
		if (mkdir(bundle_made(b, text), 0700) == 0)
			b->made_count++;
		*slash = '/';
	}
	char *path = bundle_made(b, text);
	if (lstat(path, &there) == 0 || !fuzz_write(path, data, size))
		return false;
	b->made_count++;
	return true;
}

static void
bundle_put(struct bundle *b, const char *name, const struct buf *text)
{
	char *path = bundle_made(b, name);
	bool there = access(path, F_OK) == 0;
	FUZZ_NEED(b->made_count < sizeof(b->made) / sizeof(b->made[0]));
	if (fuzz_write(path, text->data, text->size) && !there)
		b->made_count++;
}

/* Manifest lines of what lies in data/ or beside it. */
static void
bundle_manifest(struct bundle *b, bool payload, const char *into, struct buf *sum)
{
	static const char *const tags[] = { BAG_DECLARATION, BAG_INFO, BAG_HOW_TO, BAG_MANIFEST };
	struct bag_list list = { 0 };
	struct triage_error err = { .text = "" };
	uint64_t octets = 0, count = 0, size;
	struct buf lines;
	buf_init(&lines, 1 << 20);
	FUZZ_NEED(bag_list_folder(&list, bundle_folder, "", true, &err) == TRIAGE_OK);
	for (size_t i = 0; i < list.count; i++) {
		struct bag_file *f = &list.files[i];
		bool tag = false;
		for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
			tag |= strcmp(f->path, tags[k]) == 0;
		if (f->regular && (payload ? strncmp(f->path, "data/", 5) == 0 : tag) && bag_hash(bundle_folder, f->path, f->sha256, &size, &err) == TRIAGE_OK) {
			bag_manifest_line(&lines, f);
			octets += f->size;
			count++;
		}
	}
	bundle_put(b, into, &lines);
	buf_format(sum, "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\n", octets, count);
	buf_release(&lines);
	bag_list_release(&list);
}

static void
bundle_seal(struct bundle *b)
{
	struct buf info, declaration, unused;
	struct triage_error err = { .text = "" };
	buf_init(&info, 1 << 20);
	buf_init(&declaration, 1 << 10);
	buf_init(&unused, 1 << 10);
	if (access(bundle_made(b, BAG_INFO), F_OK) == 0 && bag_read(bundle_folder, BAG_INFO, 1 << 18, &info, &err) == TRIAGE_OK && info.size > 0)
		buf_char(&info, '\n');
	bundle_manifest(b, true, BAG_MANIFEST, &info);
	bundle_put(b, BAG_INFO, &info);
	buf_text(&declaration, bag_declaration_text);
	bundle_put(b, BAG_DECLARATION, &declaration);
	bundle_put(b, BAG_HOW_TO, &declaration);
	bundle_manifest(b, false, BAG_TAG_MANIFEST, &unused);
	buf_release(&info);
	buf_release(&declaration);
	buf_release(&unused);
}

int
fuzz_one_bundle(const uint8_t *data, size_t size)
{
	static struct bundle b;
	struct triage_error err = { .text = "" };
	b.made_count = b.told = 0;
	if (size == 0)
		return 0;
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	fuzz_folder(bundle_folder);
	for (size_t at = 1, files = 0; at < size && files < BUNDLE_FILES / 2; files++) {
		size_t length = data[at++];
		if (size - at < length + 4)
			break;
		size_t bytes = load_le32(data + at + length), left = size - at - length - 4;
		bytes = bytes < left ? bytes : left;
		bundle_file(&b, data + at, length, data + at + length + 4, bytes);
		at += length + 4 + bytes;
	}
	if ((data[0] & 1) != 0)
		bundle_seal(&b);
	const struct verify_options options = { .tell = bundle_tell, .note = bundle_note, .ctx = &b, .number = (data[0] & 2) != 0 ? "0123 4567" : NULL };
	enum triage_status st = bag_verify(bundle_folder, &options, &err);
	FUZZ_NEED(st == TRIAGE_OK ? b.told == 0 : err.text[0] != '\0' && (st != TRIAGE_E_FORMAT || b.told > 0));
	while (b.made_count > 0)
		remove(b.made[--b.made_count]);
	return 0;
}
FUZZ_MAIN(bundle)
