/* fuzz_rule_text.c - the cutter of YARA rule files. Bytes up to the first NUL, as its caller promises. */
#include "tests/fuzz/targets.h"

#include "triage/analyse/rule_text.h"

static bool
rule_is_even(void *ctx, size_t part)
{
	(void)ctx;
	return part % 2 == 0;
}

static size_t
rule_lines(const char *text, size_t size)
{
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

int
fuzz_one_rule_text(const uint8_t *data, size_t size)
{
	size = strnlen((const char *)data, size);
	char *text = (char *)fuzz_copy(data, size);
	struct rule_text cut = { .count = 0 };
	struct triage_error err = { .text = "" };
	size_t before = 0;
	if (rule_text_cut(text, size, &cut, &err) != TRIAGE_OK) {
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0' && cut.error_line >= 1 && cut.error_line <= rule_lines(text, size) + 1);
		free(text);
		return 0;
	}
	for (size_t i = 0; i < cut.count; i++) {
		const struct rule_part *p = &cut.parts[i];
		FUZZ_NEED(before <= p->start && p->start < p->end && p->end <= size);
		FUZZ_NEED(p->name >= p->start && p->name + p->name_size <= p->end && p->name_size > 0);
		FUZZ_NEED(p->condition > p->name && p->condition <= p->condition_end && p->condition_end <= p->end);
		before = p->end;
	}
	SCOPED_BUF out;
	buf_init(&out, 4 * size + 1024);
	rule_text_select(text, size, &cut, rule_is_even, NULL, &out);
	FUZZ_NEED(!out.failed && rule_lines(out.data, out.size) == rule_lines(text, size));
	rule_text_release(&cut);
	free(text);
	return 0;
}
FUZZ_MAIN(rule_text)
