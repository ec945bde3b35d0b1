/* log_line.c - the lines of a text log in steps. */
#include "triage/artefact/log_line.h"

#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BOM_SIZE = 3, WIDE_BOM_SIZE = 2 };

void
log_lines_release(struct log_lines *lines)
{
	buf_release(&lines->text);
}

static size_t
begin(struct log_lines *lines, struct view bytes)
{
	static const uint8_t utf8[BOM_SIZE] = { 0xef, 0xbb, 0xbf }, wide[WIDE_BOM_SIZE] = { 0xff, 0xfe };
	lines->begun = true;
	buf_init(&lines->text, 4 * LOG_LINE_MAX);
	if (bytes.size >= sizeof(utf8) && memcmp(bytes.data, utf8, sizeof(utf8)) == 0)
		return sizeof(utf8);
	lines->wide = bytes.size >= sizeof(wide) && memcmp(bytes.data, wide, sizeof(wide)) == 0;
	return lines->wide ? sizeof(wide) : 0;
}

/* The place of the next LF within size bytes, size when there is none. UTF-16: looked for at whole units. */
static size_t
line_end(const struct log_lines *lines, const uint8_t *p, size_t size)
{
	if (!lines->wide) {
		const uint8_t *end = size > 0 ? memchr(p, '\n', size) : NULL;
		return end != NULL ? (size_t)(end - p) : size;
	}
	for (size_t i = 0; i + 1 < size; i += 2)
		if (p[i] == '\n' && p[i + 1] == 0)
			return i;
	return size;
}

/* One line into lines->text as UTF-8, ended by NUL. */
static void
copy_line(struct log_lines *lines, const uint8_t *p, size_t size)
{
	buf_clear(&lines->text);
	if (lines->wide)
		text_from_utf16le(&lines->text, p, size / 2);
	else
		buf_put(&lines->text, p, size);
	char *text = lines->text.data;
	size_t n = lines->text.size;
	while (n > 0 && text[n - 1] == '\r')
		n--;
	for (char *nul = n > 0 ? memchr(text, 0, n) : NULL; nul != NULL; nul = memchr(nul, 0, n - (size_t)(nul - text)))
		*nul = ' ';
	lines->text.size = n;
	if (text != NULL)
		text[n] = '\0';
}

static size_t
zeros(const struct log_lines *lines, const uint8_t *p, size_t size)
{
	size_t n = 0;
	while (n < size && p[n] == 0)
		n++;
	return lines->wide ? n & ~(size_t)1 : n;
}

static enum triage_status
give_line(struct artefact *a, struct log_lines *lines, const uint8_t *p, size_t size, struct log_line *line, log_line_take *take, void *state,
    struct triage_error *err)
{
	static char nothing[1];
	enum triage_status st = TRIAGE_OK;
	copy_line(lines, p, size);
	if (lines->text.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a line");
		return TRIAGE_E_MEMORY;
	}
	line->text = lines->text.data != NULL ? lines->text.data : nothing;
	line->size = lines->text.size;
	line->number = ++lines->number;
	if (line->cut)
		st = artefact_remark(a, TRIAGE_LOW, "line-too-long", line->offset, size, err, "line %ju is longer than %u KiB: the rest of it is left out",
		    (uintmax_t)line->number, (unsigned)(LOG_LINE_MAX >> 10));
	return st == TRIAGE_OK ? take(a, state, line, err) : st;
}

enum triage_status
log_lines_step(struct artefact *a, struct log_lines *lines, struct view bytes, uint64_t at, bool last, size_t *ret_used, log_line_take *take,
    void *state, struct triage_error *err)
{
	size_t done = 0;
	enum triage_status st = TRIAGE_OK;
	*ret_used = 0;
	if (!lines->begun && bytes.size < BOM_SIZE && !last)
		return TRIAGE_OK;
	if (!lines->begun)
		done = begin(lines, bytes);
	while (st == TRIAGE_OK && done < bytes.size) {
		size_t unit = lines->wide ? 2 : 1;
		if (!lines->skipping)
			done += zeros(lines, bytes.data + done, bytes.size - done);
		size_t left = bytes.size - done, window = left > LOG_LINE_MAX && !lines->skipping ? LOG_LINE_MAX : left;
		size_t end = line_end(lines, bytes.data + done, window);
		struct log_line line = { .offset = at + done, .ended = end < window };
		if (lines->skipping) {
			/* half a unit of UTF-16 waits for its other half */
			size_t whole = end < window ? end + unit : last ? left : left & ~(unit - 1);
			lines->skipping = end == window;
			if (whole == 0)
				break;
			done += whole;
			continue;
		}
		if (end == window && window == LOG_LINE_MAX && left > LOG_LINE_MAX) {
			line.cut = lines->skipping = true;
			st = give_line(a, lines, bytes.data + done, window, &line, take, state, err);
			done += window;
		} else if (end == window && !last) {
			break;
		} else {
			if (end > 0 || line.ended)
				st = give_line(a, lines, bytes.data + done, end, &line, take, state, err);
			done += line.ended ? end + unit : end;
		}
	}
	*ret_used = done;
	return st;
}

/* --- claims --- */

bool
log_head_line(struct view head, size_t n, char *out, size_t size)
{
	struct log_lines lines = { 0 };
	size_t done = begin(&lines, head);
	if (head.size > ARTEFACT_HEAD)
		head.size = ARTEFACT_HEAD;
	for (size_t i = 0; done < head.size; i++) {
		size_t end = line_end(&lines, head.data + done, head.size - done);
		if (i == n) {
			/* a cut copy is enough: four bytes of UTF-8 come from at least one unit */
			copy_line(&lines, head.data + done, end > 2 * size ? 2 * size : end);
			size_t kept = lines.text.size < size ? lines.text.size : size - 1;
			if (kept > 0)
				memcpy(out, lines.text.data, kept);
			out[kept] = '\0';
			log_lines_release(&lines);
			return true;
		}
		done += end + (lines.wide ? 2 : 1);
	}
	return false;
}

/* By its first bytes: most files are none, and are known as such at once. A run of NUL at the front is what a power cut leaves. */
static bool
is_binary(const struct log_lines *lines, struct view head)
{
	static const char fine[] = "\t\n\r\f\v\033";
	size_t odd = 0, front = zeros(lines, head.data, head.size);
	size_t end = head.size - front > 512 ? front + 512 : head.size;
	if (lines->wide)
		return false;
	for (size_t i = front; i < end; i++)
		odd += head.data[i] < 0x20 && (head.data[i] == 0 || strchr(fine, head.data[i]) == NULL);
	return 8 * odd > end - front;
}

void
log_lines_release_state(void *state)
{
	log_lines_release(state);
}

/* The non-empty lines of one head, taken apart once for all rows that ask; see log_head_keep(). */
static struct kept_head {
	struct view head;		/* as it was given; data is NULL when none is kept */
	struct log_lines lines;
	struct buf text;		/* each ended by NUL */
	size_t starts[LOG_HEAD_LINES], count, done;
	bool begun, ended;
} kept;

void
log_head_keep(struct view head)
{
	log_head_drop();
	kept.head = head;
}

void
log_head_drop(void)
{
	log_lines_release(&kept.lines);
	buf_release(&kept.text);
	kept = (struct kept_head){ .count = 0 };
}

/* One line more, when there is one. */
static void
take_line(struct kept_head *k)
{
	struct view head = k->head;
	if (head.size > ARTEFACT_HEAD)
		head.size = ARTEFACT_HEAD;
	if (!k->begun) {
		buf_init(&k->text, (size_t)LOG_HEAD_LINES * ARTEFACT_HEAD);
		k->done = begin(&k->lines, head);
		k->ended = is_binary(&k->lines, head);
		k->begun = true;
	}
	for (size_t before = k->count; !k->ended && k->count == before;) {
		k->done += zeros(&k->lines, head.data + k->done, head.size - k->done);
		size_t left = head.size - k->done, end = line_end(&k->lines, head.data + k->done, left);
		k->ended = k->count == LOG_HEAD_LINES || (end == left && k->count > 0 && head.size == ARTEFACT_HEAD);
		if (end > 0 && !k->ended) {
			copy_line(&k->lines, head.data + k->done, end);
			const char *text = buf_cstr(&k->lines.text);
			k->starts[k->count] = k->text.size;
			buf_put(&k->text, text, strlen(text) + 1);
			k->count += text[0] != '\0' && !k->text.failed;
		}
		k->done += end + (k->lines.wide ? 2 : 1);
		k->ended |= k->done >= head.size;
	}
}

static size_t
count_lines(struct kept_head *k, size_t most, bool (*shape)(const char *line), size_t *ret_looked)
{
	size_t looked = 0, good = 0;
	for (; looked < most; looked++) {
		if (looked == k->count && !k->ended)
			take_line(k);
		if (looked == k->count)
			break;
		good += shape(k->text.data + k->starts[looked]);
	}
	*ret_looked = looked;
	return good;
}

size_t
log_head_count(struct view head, size_t most, bool (*shape)(const char *line), size_t *ret_looked)
{
	if (kept.head.data != NULL && kept.head.data == head.data && kept.head.size == head.size)
		return count_lines(&kept, most, shape, ret_looked);
	struct kept_head own = { .head = head };
	size_t good = count_lines(&own, most, shape, ret_looked);
	log_lines_release(&own.lines);
	buf_release(&own.text);
	return good;
}
