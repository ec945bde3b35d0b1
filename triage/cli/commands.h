/* commands.h - one command a file, each ending in its row; main.c has the list. */
#ifndef TRIAGE_CLI_COMMANDS_H
#define TRIAGE_CLI_COMMANDS_H

#include "triage/cli/options.h"

#include <triage/run.h>

#include <limits.h>

#define COMMAND(id) extern const struct command command_##id;
#include "triage/cli/commands.def"
#undef COMMAND

/* Exit status of the contract. */
enum {
	EXIT_SEALED = 0, EXIT_NOT_RUN = 1, EXIT_USAGE = 2, EXIT_GAPS = 3, EXIT_HASH = 4, EXIT_UNSIGNED = 5, EXIT_FINDINGS = 10, EXIT_INTERRUPTED = 130
};

/* The folder of the rules in use: the built-in ones, beside the program or where it was installed, or newer ones of an update. NULL with a message when there is none. */
const char *rules_folder(void);
/* Both folders. False: told. */
struct rules_places {
	char built_in[4200], updates[4200];
	bool updated;			/* the updates are used */
};
bool rules_places(struct rules_places *ret_places);
/* Would a new file or folder of this path lie in the bundle? bundle: without links, as realpath(3) gives it. */
bool lies_inside(const char *path, const char *bundle);
/* An absolute path for what is not there yet. False: its folder is not there. */
bool absolute_path(const char *path, char ret_path[PATH_MAX]);
/* One line on stderr, made harmless. */
void complain(const char *text);

/* command_run.c: a run as it was asked for, for those who go on with one. Of load_arguments: o is to be released, room outlives it; false: told. */
struct buf;
bool run_load_arguments(const char *file, struct options *o, struct buf *room);
void run_to_plan(const struct options *o, const char *rules, struct triage_plan *p);
int run_carry_out(const struct triage_plan *plan, const struct options *o);
/* take_up.c: what triage_take_up() does, where the options say; its errors. OK: bundle is the new one. */
enum triage_status run_take_up(const struct options *o, char bundle[PATH_MAX], struct triage_error *err);
/* take_up.c: paths of --resume are said in this folder; the run goes on in the one where it was begun. paths: room that outlives o. */
enum { RUN_SAID_HERE = 3 };
void run_said_here(struct options *o, char paths[RUN_SAID_HERE][PATH_MAX]);

#endif
