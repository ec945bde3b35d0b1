/*
 * screen.h - what the logic of guided mode asks of a screen: show one page, bring the answer. The full-screen dialogue, the plain one for
 * serial lines and screen readers, and the one of the tests each fill a struct guided_screen.
 */
#ifndef TRIAGE_GUIDED_SCREEN_H
#define TRIAGE_GUIDED_SCREEN_H

#include "triage/guided/text.h"

enum guided_answer { GUIDED_NEXT, GUIDED_BACK, GUIDED_QUIT };

enum guided_page_kind {
	GUIDED_TEXT,		/* to be read */
	GUIDED_MENU,		/* one of the items: `current` */
	GUIDED_CHECK,		/* any of the items: their `chosen` */
	GUIDED_FORM,		/* fields */
	GUIDED_SECRET,		/* one line that is not shown */
};

struct guided_item {
	char label[200];	/* one line */
	char detail[4000];	/* shown while the item is the current one; "" for none */
	bool chosen;		/* GUIDED_CHECK */
	bool refused;		/* cannot be chosen; the detail says why */
	bool jumps;		/* GUIDED_CHECK: Enter on it (its number, in plain mode) answers at once, `current` says which */
};

enum { GUIDED_FIELD_MAX = 400 };

struct guided_field {
	const char *label;
	char value[GUIDED_FIELD_MAX];
};

/* Strings are the caller's. A screen shows text as it is but for characters that it cannot show. */
struct guided_page {
	enum guided_page_kind kind;
	enum guided_lang lang;
	const char *title, *text, *help;
	const char *next, *back;	/* words of the answers; back NULL: cannot be gone back from */
	struct guided_item *items;
	size_t item_count;
	size_t current;			/* in: where to stand; out: where it stood */
	struct guided_field *fields;
	size_t field_count;
	const char *secret_label;
	char *secret;			/* GUIDED_SECRET: room for what is typed, ended by NUL; the screen keeps no copy */
	size_t secret_room;
};

struct guided_screen {
	void *ctx;
	enum guided_answer (*show)(void *ctx, struct guided_page *page);
	void (*busy)(void *ctx, const char *title, const char *text);	/* until the next page */
};

#endif
