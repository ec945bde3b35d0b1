/*
 * rule_text.h - a YARA rule file cut into its rules, each with what is needed to group it soundly.
 *
 * The text is one that libyara has compiled or is about to; nothing here checks rules. What the cutter does not understand
 * is an error for the whole file, never a guess.
 */
#ifndef TRIAGE_ANALYSE_RULE_TEXT_H
#define TRIAGE_ANALYSE_RULE_TEXT_H

#include "triage/analyse/rule_formula.h"
#include "triage/base/buf.h"

enum rule_module_kind { MODULE_PE, MODULE_ELF, MODULE_CHEAP };

struct rule_part {
	size_t start, end;		/* bytes of the text, modifiers and closing brace included */
	size_t name, name_size;		/* bytes of the text */
	size_t condition, condition_end;
	uint32_t modules;		/* bit per line of rule_modules.def */
	bool global;
	bool by_name;			/* looks at one of rule_names */
	bool searches;			/* has strings, or asks for the entry point: every byte must be looked at */
	bool linked;			/* names another rule of the file, is named by one, or a global rule rules the file */
	struct rule_need need;
	struct rule_formula formula;
};

struct rule_import {
	size_t start, end;
	uint32_t module;		/* the bit */
};

struct rule_text {
	struct rule_part *parts;
	size_t count;
	struct rule_import *imports;
	size_t import_count;
	size_t error_line;		/* of a failed cut */
};

/*
 * Cut text. On failure ret_text->error_line says where, and nothing has to be released.
 * Errors: E_UNSUPPORTED (include, forbidden module), E_FORMAT (no rule syntax), E_MEMORY.
 */
WARN_UNUSED enum triage_status rule_text_cut(const char *text, size_t size, struct rule_text *ret_text, struct triage_error *err);
void rule_text_release(struct rule_text *cut);

/* 0 for a module that is not allowed. */
uint32_t rule_module_bit(const char *name, size_t size);
/* Kinds of the modules in a set of bits, as a set of 1 << enum rule_module_kind. */
unsigned rule_module_kinds(uint32_t modules);

/*
 * Append text with everything blanked that is neither in a part for which member() is true nor outside all parts; imports
 * that no member uses are blanked too. Lines keep their numbers.
 */
void rule_text_select(const char *text, size_t size, const struct rule_text *cut, bool (*member)(void *ctx, size_t part), void *ctx, struct buf *out);

#endif
