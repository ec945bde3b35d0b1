#include "triage/analyse/rule_words.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 << 10 };

struct words_block {
	struct words_block *next;
	size_t used, room;
	char text[];
};

void
rule_words_release(struct rule_words *p)
{
	while (p->blocks != NULL) {
		struct words_block *next = p->blocks->next;
		free(p->blocks);
		p->blocks = next;
	}
	p->failed = false;
}

const char *
rule_words_keep(struct rule_words *p, const char *text, size_t size)
{
	if (size == 0 || p->failed)
		return "";
	if (p->blocks == NULL || p->blocks->room - p->blocks->used < size + 1) {
		size_t room = size + 1 > BLOCK ? size + 1 : BLOCK;
		struct words_block *fresh = fault_hit() ? NULL : malloc(sizeof(*fresh) + room);
		if (fresh == NULL) {
			p->failed = true;
			return "";
		}
		*fresh = (struct words_block){ .next = p->blocks, .room = room };
		p->blocks = fresh;
	}
	char *copy = p->blocks->text + p->blocks->used;
	memcpy(copy, text, size);
	copy[size] = '\0';
	p->blocks->used += size + 1;
	return copy;
}

const char *
rule_words_display(struct rule_words *p, const char *raw, size_t size, size_t max)
{
	SCOPED_BUF shown;
	buf_init(&shown, 4 * max + 16);
	text_display(&shown, raw, size < max ? size : max);
	if (shown.failed) {
		p->failed = true;
		return "";
	}
	const char *text = buf_cstr(&shown);
	size_t kept = strlen(text);
	if (kept > max)
		kept = max;
	while (kept != 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
		kept--;
	return rule_words_keep(p, text, kept);
}
