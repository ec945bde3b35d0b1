/* screen.h - the two screens of guided mode. */
#ifndef TRIAGE_CLI_SCREEN_H
#define TRIAGE_CLI_SCREEN_H

#include "triage/guided/screen.h"

#include <triage/run.h>

#include <stdbool.h>

/* Both show the progress of a run too. Filled by one of the two functions below; guided.ctx points back to it, so it must not move. */
struct screen {
	struct guided_screen guided;
	/* A run begins, goes on (about four times a second), has ended. stopping: Ctrl-C was pressed. */
	void (*run_begin)(struct screen *s, enum guided_lang lang);
	void (*run_show)(struct screen *s, enum guided_lang lang, const struct triage_progress *p, bool stopping);
	void (*run_end)(struct screen *s);
	void (*close)(struct screen *s);
	/* the screen's own */
	bool ascii, window, said_stopping;
	enum triage_phase last_phase;
	double last_seconds;
	void *form, *scale, *text;
};

/* Full screen, by newt. False: the terminal is too small or cannot do it. */
bool screen_full(struct screen *ret_screen);
/* Line by line on stdin and stdout. utf8: the terminal shows more than ASCII. */
void screen_plain(struct screen *ret_screen, bool utf8);

/* Lines of the progress, in words; out is emptied first, one line each. */
void screen_progress(struct buf *out, enum guided_lang lang, const struct triage_progress *p, bool stopping);
double screen_share(const struct triage_progress *p);	/* 0..1 */

#endif
