/* arguments.c - the answers as a command line of `triage run`. */
#include "triage/guided/guided_inside.h"

#include <stdio.h>
#include <string.h>

static void
put(struct buf *out, const char *text)
{
	buf_put(out, text, strlen(text) + 1);
}

static void
put_pair(struct buf *out, const char *option, const char *value)
{
	if (value[0] == '\0')
		return;
	put(out, option);
	put(out, value);
}

static void
put_profile(struct buf *out, enum guided_profile profile)
{
	char seconds[32];
	snprintf(seconds, sizeof(seconds), "%d", GUIDED_BUDGET_SECONDS);
	if (profile == GUIDED_BUDGET)
		put_pair(out, "--budget", seconds);
	if (profile == GUIDED_FULL)
		put_pair(out, "--profile", "full");
	if (profile == GUIDED_QUICK) {
		put_pair(out, "--profile", "quick");
		put(out, "--no-image-hash");
	}
}

/* The remark, and what the examiner's watch said beside this computer's clock. */
static void
put_note(struct buf *out, const struct guided_answers *a)
{
	SCOPED_BUF note;
	buf_init(&note, 4096);
	buf_text(&note, a->fields[4].value);
	if (a->fields[5].value[0] != '\0') {
		buf_text(&note, note.size > 0 ? "; " : "");
		guided_say(&note, a->lang, SAY_CASE_WATCH_NOTE, a->fields[5].value, a->clock, NULL);
	}
	put_pair(out, "--note", buf_cstr(&note));
}

void
guided_arguments(const struct guided_answers *a, struct buf *out)
{
	static const char *const options[] = { "--case", "--evidence-id", "--examiner", "--organisation" };
	if (a->resume[0] != '\0') {
		put_pair(out, "--resume", a->resume);
		return;
	}
	put_pair(out, "--output", a->bundle);
	put_pair(out, "--lang", guided_lang_code(a->lang));
	for (size_t i = 0; i < 4; i++)
		put_pair(out, options[i], a->fields[i].value);
	put_note(out, a);
	put_profile(out, a->profile);
	if (a->keys_size > 0)
		put(out, "--ask-key");
	put(out, "--");
	for (size_t i = 0; i < a->evidence_count; i++)
		put(out, a->evidence[i]);
}
