/* later_words.c - what a later act says, out of its line. */
#include "triage/report/later.h"

#include "triage/base/json.h"
#include "triage/base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct word {
	const char *key;
	size_t offset, room;
} words[] = {
#define WORD(member) { #member, offsetof(struct later_words, member), sizeof(((struct later_words *)0)->member) }
	WORD(action), WORD(actor), WORD(authority), WORD(by), WORD(by_certificate), WORD(certificate), WORD(file), WORD(from), WORD(place), WORD(reason),
	WORD(seal), WORD(sha256), WORD(signer), WORD(stamped), WORD(tag_manifest), WORD(to),
};

/* The display form, cut between characters. False without memory for it. */
static bool
put_word(const struct json *j, const struct word *w, struct later_words *out)
{
	char *to = (char *)out + w->offset;
	SCOPED_BUF raw, shown;
	buf_init(&raw, LATER_FILE_MAX);
	buf_init(&shown, 4 * LATER_FILE_MAX);
	json_string(j, &raw);
	text_display(&shown, buf_cstr(&raw), raw.size);
	if (raw.failed || shown.failed)
		return false;
	size_t size = shown.size < w->room ? shown.size : w->room - 1;
	while (size < shown.size && size > 0 && ((uint8_t)shown.data[size] & 0xc0) == 0x80)
		size--;
	memcpy(to, buf_cstr(&shown), size);
	to[size] = '\0';
	return true;
}

static bool
take_member(struct json *j, bool detail, struct later_words *out)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool top = words[i].offset <= offsetof(struct later_words, actor);
		if (top == detail || !json_is(j, words[i].key))
			continue;
		return (json_next(j) != JSON_STRING || put_word(j, &words[i], out)) && json_skip(j);
	}
	return json_skip(j);
}

bool
later_words(const char *line, size_t size, struct later_words *ret_words)
{
	struct json j;
	struct later_words w = { 0 };
	json_start(&j, line, size);
	if (json_next(&j) != JSON_OBJECT)
		return false;
	while (json_next(&j) == JSON_KEY) {
		if (!json_is(&j, "detail")) {
			if (!take_member(&j, false, &w))
				return false;
			continue;
		}
		if (json_next(&j) != JSON_OBJECT)
			return false;
		while (json_next(&j) == JSON_KEY)
			if (!take_member(&j, true, &w))
				return false;
	}
	if (j.event != JSON_OBJECT_END || w.action[0] == '\0')
		return false;
	*ret_words = w;
	return true;
}
