/* rule_words.h - texts of rules, which live as long as their set. Once out of memory it stays failed and hands out "". */
#ifndef TRIAGE_ANALYSE_RULE_WORDS_H
#define TRIAGE_ANALYSE_RULE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct rule_words {
	struct words_block *blocks;
	bool failed;
};

void rule_words_release(struct rule_words *p);
/* A copy, NUL-terminated. */
const char *rule_words_keep(struct rule_words *p, const char *text, size_t size);
/* A copy in display form (text_display), cut at max bytes between characters. */
const char *rule_words_display(struct rule_words *p, const char *raw, size_t size, size_t max);

#endif
