/* screen_progress.c - what both screens say while a run is at work. */
#include "triage/base/text.h"
#include "triage/cli/screen.h"
#include "triage/guided/guided.h"

#include <stdio.h>

double
screen_share(const struct triage_progress *p)
{
	if (p->phase > TRIAGE_PHASE_CONTENT)
		return 1;
	if (p->bytes == 0)
		return 0;
	double share = (double)p->bytes_done / (double)p->bytes;
	return share < 1 ? share : 1;
}

void
screen_progress(struct buf *out, enum guided_lang lang, const struct triage_progress *p, bool stopping)
{
	static const enum guided_word phases[TRIAGE_PHASE_COUNT] = { SAY_RUN_OPEN, SAY_RUN_LIST, SAY_RUN_CONTENT, SAY_RUN_JUDGE, SAY_RUN_SEAL };
	char so_far[32], to_go[32], done[32], all[32], bytes[32], hits[32], problems[32];
	buf_clear(out);
	buf_format(out, "%s", guided_text(lang, stopping ? SAY_RUN_STOPPING : phases[p->phase]));
	if (p->phase == TRIAGE_PHASE_LIST)
		buf_format(out, ": %ju", (uintmax_t)p->entries);
	buf_char(out, '\n');
	guided_time(p->seconds, so_far);
	if (p->eta_seconds >= 0)
		guided_say(out, lang, SAY_RUN_TIME, so_far, guided_time(p->eta_seconds, to_go), NULL);
	else
		guided_say(out, lang, SAY_RUN_TIME_ONLY, so_far, NULL, NULL);
	buf_char(out, '\n');
	snprintf(done, sizeof(done), "%ju", (uintmax_t)p->units_done);
	snprintf(all, sizeof(all), "%ju", (uintmax_t)p->units);
	guided_say(out, lang, SAY_RUN_FILES, done, all, guided_bytes(p->bytes_done, bytes));
	buf_char(out, '\n');
	snprintf(hits, sizeof(hits), "%ju", (uintmax_t)p->hits);
	snprintf(problems, sizeof(problems), "%ju", (uintmax_t)p->problems);
	guided_say(out, lang, SAY_RUN_HITS, hits, problems, NULL);
	buf_char(out, '\n');
	for (unsigned i = 0; i < p->workers && i < 4; i++) {
		SCOPED_BUF path;
		buf_init(&path, 4096);
		text_safe(&path, p->worker[i].path);
		buf_format(out, "%s\n", buf_cstr(&path));
	}
}
