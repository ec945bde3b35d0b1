/*
 * guided.h - guided mode: from language to result, one step after the other, each of which can be gone back to.
 *
 * The logic knows neither terminal nor processes: it shows pages through a struct guided_screen and has disks looked at and runs carried
 * out by a struct guided_host. It opens no evidence.
 */
#ifndef TRIAGE_GUIDED_GUIDED_H
#define TRIAGE_GUIDED_GUIDED_H

#include "triage/guided/places.h"
#include "triage/guided/screen.h"

#include <triage/run.h>

enum guided_profile { GUIDED_STANDARD, GUIDED_BUDGET, GUIDED_QUICK, GUIDED_FULL, GUIDED_PROFILES };
enum { GUIDED_BUDGET_SECONDS = 1800, GUIDED_EVIDENCE_MAX = 64, GUIDED_KEY_TRIES = 3 };

/* What was answered so far. */
struct guided_answers {
	enum guided_lang lang;
	char evidence[GUIDED_EVIDENCE_MAX][4096];
	size_t evidence_count;
	uint64_t evidence_bytes;
	char *keys;			/* typed keys, each ended by NUL, in the host's room */
	size_t keys_size, keys_room;
	char place[1024];		/* folder for the bundle */
	char bundle[1300];		/* the bundle in it */
	char resume[1300];		/* an unfinished bundle to go on with; "" for a new one */
	struct guided_field fields[6];	/* case, evidence number, examiner, organisation, remark, watch */
	char clock[40];			/* what the computer's clock said when the watch was asked for */
	enum guided_profile profile;
};

/* How a run ended. */
struct guided_outcome {
	enum triage_status status;	/* OK: result is filled */
	struct triage_result result;
	char why[300];			/* the program's own words when it is not OK */
	int cause;			/* errno of the call that failed; 0: none */
};

struct guided_host {
	void *ctx;
	const char *root;		/* "" for this machine; see disks.h */
	int64_t now;			/* seconds since 1970, UTC */
	guided_space *space;
	/* Containers, volumes and filesystems of some evidence. */
	enum triage_status (*look)(void *ctx, const struct triage_plan *plan, const struct triage_looker *looker, struct triage_error *err);
	/* Carry the run out, showing progress, in the language of the answers. */
	void (*run)(void *ctx, const struct guided_answers *answers, struct guided_outcome *ret_outcome);
};

/* Ask, run, show the result. keys: room for typed keys, wiped by the caller. False: left before anything was run. */
bool guided_mode(const struct guided_screen *screen, const struct guided_host *host, enum guided_lang lang, bool lang_known, char *keys, size_t keys_room,
    struct guided_outcome *ret_outcome);

/*
 * The command line of `triage run` that does what was answered: options and operands, each ended by NUL. Typed keys are not in it; that there
 * are some is (--ask-key).
 */
void guided_arguments(const struct guided_answers *answers, struct buf *out);

/* "1.4 GB", "3 m 20 s" or "2 h 05 m"; out has 32 bytes. */
const char *guided_bytes(uint64_t bytes, char *out);
const char *guided_time(double seconds, char *out);

#endif
