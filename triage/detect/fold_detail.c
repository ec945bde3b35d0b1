/* fold_detail.c - the detail of a finding: a JSON object with sorted keys, and in it how to check the finding by hand. */
#include "triage/detect/folds.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The last step of the check, for each kind of claim. %s is the fetched file. */
static const char *const last_steps[CHECK_COUNT] = {
	[CHECK_TEXT] = "Read it as text: less %s",
	[CHECK_RANDOM] = "file -b --mime-type %s names no known type, and gzip -9 -k %s makes no smaller file of it: the bytes are as random as good encryption makes them",
	[CHECK_TYPE] = "file -b --mime-type %s and xxd -l 64 %s show what the file is; compare with the extension in its name",
	[CHECK_NAME] = "The name in full is in files.path and, byte by byte, in files.name_raw; file -b --mime-type %s says what it is",
	[CHECK_HASH] = "sha256sum %s (or md5sum, sha1sum) and look the value up in the list of known bad files that was given",
	[CHECK_HIDDEN] = "Compare the listing of the folder (fls -o START_SECTOR IMAGE) and the metadata (istat -o START_SECTOR IMAGE INODE) with the raw record: what the listing leaves out or bends is there",
};

/* A step with every %s replaced by the file's name. */
static void
put_step(struct buf *out, const char *step, const char *file)
{
	for (const char *p = step; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 's') {
			buf_text(out, file);
			p++;
		} else {
			buf_char(out, *p);
		}
	}
}

/* An event is looked at in the database, and then in the artefact that it was read from. */
static void
put_record_check(const struct fold_example *e, struct buf *out)
{
	buf_format(out, "Example: event_id %" PRIu64 ", read from %s (file_id %" PRIu64 ").\n", e->event_id, e->path, e->file_id);
	buf_format(out, "1. sqlite3 case.db \"SELECT * FROM timeline WHERE event_id = %" PRIu64 "\" shows it with all its fields.\n", e->event_id);
	buf_format(out, "2. Fetch the artefact with the rows of SELECT image_offset, length FROM extents WHERE file_id = %" PRIu64
	    " (dd), or icat with its inode, and open it in a second tool of your choice", e->file_id);
	if (e->offset != TRIAGE_NO_ID)
		buf_format(out, "; the record begins at byte %" PRIu64, e->offset);
	buf_char(out, '.');
}

static void
put_check(const struct fold *fold, struct buf *out)
{
	if (fold->example_count == 0)
		return;
	const struct fold_example *e = &fold->examples[0];
	if (e->event_id != 0) {
		put_record_check(e, out);
		return;
	}
	char file[40];
	snprintf(file, sizeof(file), "file-%" PRIu64 ".bin", e->file_id);
	buf_format(out, "Example: %s (file_id %" PRIu64 ").\n", e->path, e->file_id);
	buf_format(out, "1. Where its bytes lie: sqlite3 case.db \"SELECT image_offset, length FROM extents WHERE file_id = %" PRIu64
	    " ORDER BY file_offset\". Without a row they lie in the metadata record: icat -o START_SECTOR IMAGE INODE > %s, with the inode from the view files.\n",
	    e->file_id, file);
	buf_format(out, "2. Fetch each row in turn: dd if=IMAGE bs=1M iflag=skip_bytes,count_bytes skip=IMAGE_OFFSET count=LENGTH >> %s\n3. ", file);
	/* a claim about events may have a file as its best example */
	if (fold->plan.check != CHECK_BYTES)
		put_step(out, last_steps[fold->plan.check == CHECK_RECORD ? CHECK_NAME : fold->plan.check], file);
	else if (e->offset == TRIAGE_NO_ID)
		buf_format(out, "The rule looks at fixed places and numbers, not at a text: yara RULE_FILE %s", file);
	else
		buf_format(out, "xxd -s %" PRIu64 " -l %" PRIu64 " %s shows the bytes of %s", e->offset, e->length, file, e->string_id);
}

static void
put_key(struct buf *out, const char *key, const char *text)
{
	buf_format(out, ",\"%s\":", key);
	text_json_string(out, text);
}

static void
put_list(struct buf *out, const char *key, const char *const *texts, size_t count)
{
	buf_format(out, "\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(out, ',');
		text_json_string(out, texts[i]);
	}
	buf_char(out, ']');
}

/* What did not fit is told, so that no list is taken for the whole. */
static void
put_reasons(const struct fold *fold, struct buf *out)
{
	const char *texts[FOLD_REASONS_MAX + 2];
	size_t count = fold->reason_count;
	memcpy(texts, fold->reasons, count * sizeof(texts[0]));
	if (fold->reasons_cut)
		texts[count++] = "More of the kind was seen than is said here.";
	if (fold->users_cut)
		texts[count++] = "It speaks of more accounts than are listed.";
	put_list(out, "reasons", texts, count);
}

static void
put_example(const struct fold_example *e, struct buf *out)
{
	buf_char(out, '{');
	if (e->event_id != 0)
		buf_format(out, "\"event_id\":%" PRIu64 ",", e->event_id);
	buf_format(out, "\"file_id\":%" PRIu64, e->file_id);
	if (e->offset != TRIAGE_NO_ID && e->event_id == 0)
		buf_format(out, ",\"length\":%" PRIu64, e->length);
	if (e->offset != TRIAGE_NO_ID)
		buf_format(out, ",\"offset\":%" PRIu64, e->offset);
	put_key(out, "path", e->path);
	if (e->sample[0] != '\0')
		put_key(out, "sample", e->sample);
	if (e->string_id[0] != '\0')
		put_key(out, "string_id", e->string_id);
	if (e->event_id != 0) {
		char when[WHEN_TEXT_SIZE];
		put_key(out, "time", when_text(e->time, 9, "Z", when));
	}
	buf_char(out, '}');
}

void
fold_detail(const struct fold *fold, struct buf *out)
{
	SCOPED_BUF check;
	buf_init(&check, 1 << 20);
	put_check(fold, &check);
	buf_char(out, '{');
	if (fold->user_count > 0) {
		put_list(out, "accounts", fold->users, fold->user_count);
		buf_char(out, ',');
	}
	buf_text(out, "\"examples\":[");
	for (size_t i = 0; i < fold->example_count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_example(&fold->examples[i], out);
	}
	buf_char(out, ']');
	put_key(out, "family", fold->plan.family);
	put_key(out, "how_to_check", buf_cstr(&check));
	put_key(out, "innocent", fold->plan.innocent);
	buf_char(out, ',');
	put_reasons(fold, out);
	put_key(out, "version", fold->plan.version);
	put_key(out, "why", fold->plan.why);
	buf_char(out, '}');
}
