/*
 * rule_need.h - what a stream must have for a rule's condition to be able to hold: bytes at offset 0, and an upper size.
 *
 * Sound, not complete: only comparisons of uintN(0), filesize and fields of modules with literals, joined by and, or and
 * brackets, are understood; everything else needs nothing. A condition that holds has every operand of its `and` and some operand
 * of its `or` holding, and an undefined operand never holds, so the needs of `and` add up and those of `or` are united.
 */
#ifndef TRIAGE_ANALYSE_RULE_NEED_H
#define TRIAGE_ANALYSE_RULE_NEED_H

#include "triage/analyse/rule_lexer.h"

#include "triage/base/view.h"

enum { RULE_HEADERS = 12, RULE_HEADER_SIZE = 4 };

struct rule_header {
	uint8_t bytes[RULE_HEADER_SIZE];
	uint8_t size;			/* 1, 2 or 4 */
};

struct rule_need {
	size_t header_count;		/* a stream must begin with one of headers; 0: with anything */
	struct rule_header headers[RULE_HEADERS];
	uint64_t size_max;		/* UINT64_MAX: any size */
	unsigned excludes;		/* 1 << enum file_class: the condition cannot hold for such streams */
};

/* The kinds of programs that packs tell apart by their first bytes, and everything else. */
enum file_class { FILE_MZ, FILE_ELF, FILE_REST, FILE_CLASS_COUNT };
enum file_class file_class_of(struct view head);

/* Whether a stream of a class can begin with the bytes of a header test. */
bool rule_header_possible(const struct rule_header *header, enum file_class class);

enum { RULE_NEED_WORDS = 8192 };	/* a longer condition needs nothing */

/*
 * The need of one comparison, words[from] to words[to - 1] of a condition of count words. False when it is not understood: then nothing
 * is needed.
 */
bool rule_need_of_operand(const struct rule_word *words, size_t count, size_t from, size_t to, struct rule_need *ret_need);

/* Whether a stream of this size that begins with head has what is needed. */
bool rule_need_fits(const struct rule_need *need, struct view head, uint64_t size);

/* words: of a condition, without the closing brace. */
struct rule_need rule_need_of(const struct rule_word *words, size_t count);
bool rule_header_fits(const struct rule_header *headers, size_t count, struct view head);

#endif
