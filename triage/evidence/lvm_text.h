/*
 * lvm_text.h - the text in which LVM2 keeps its metadata: nested sections of `name = value`, where a value is a string, a number
 * or a list of these. Source: lvm.conf(5) for the syntax, lvmraid(7), lvmthin(7) and vgcfgbackup(8) for what is in it.
 */
#ifndef TRIAGE_EVIDENCE_LVM_TEXT_H
#define TRIAGE_EVIDENCE_LVM_TEXT_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LVM_TEXT_MAX = 32 << 20, LVM_NODES_MAX = 1 << 20, LVM_DEPTH_MAX = 16 };

enum lvm_node_kind { LVM_SECTION, LVM_STRING, LVM_NUMBER, LVM_LIST };

/* Nodes are named by their index; 0 is the root section, and no other node's child or next. */
struct lvm_node {
	enum lvm_node_kind kind;
	const char *name;		/* raw bytes, "" in lists */
	uint32_t name_size;
	const char *text;		/* STRING: raw bytes */
	uint32_t text_size;
	int64_t number;			/* NUMBER */
	uint32_t next, child;		/* 0: none */
};

struct lvm_text {
	char *bytes;			/* owned */
	struct lvm_node *nodes;		/* owned */
	uint32_t count, room;
};

/*
 * Parse size bytes, up to the first NUL. bytes is taken over, also when it fails. Errors: E_MEMORY, E_LIMIT, E_FORMAT with the
 * offset in err. Then ret_text is empty.
 */
WARN_UNUSED enum triage_status lvm_text_parse(char *bytes, size_t size, struct lvm_text *ret_text, struct triage_error *err);
void lvm_text_release(struct lvm_text *t);

/* The first node of that name in a section, 0 for none. */
uint32_t lvm_find(const struct lvm_text *t, uint32_t section, const char *name);
/* The node of that name when it is of that kind, NULL when not. */
const struct lvm_node *lvm_get(const struct lvm_text *t, uint32_t section, const char *name, enum lvm_node_kind kind);
/* A number that is not negative; fallback when there is none. */
uint64_t lvm_number(const struct lvm_text *t, uint32_t section, const char *name, uint64_t fallback);
/* True when a list of strings holds the word. */
bool lvm_list_has(const struct lvm_text *t, uint32_t section, const char *name, const char *word);
bool lvm_is(const struct lvm_node *n, const char *text);	/* a string of exactly this text; n may be NULL */

#endif
