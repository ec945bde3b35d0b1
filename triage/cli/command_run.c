/* command_run.c - `triage run`: options to plan, the run, the closing summary. */
#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/base/steady_name.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/cli/ask_key.h"
#include "triage/cli/commands.h"
#include "triage/cli/sign_with.h"
#include "triage/cli/progress.h"
#include "triage/cli/run_with.h"

#include <triage/run.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUICK_RANK = 50 };

static volatile sig_atomic_t stop_asked;

static void
on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static bool
is_cancelled(void *ctx)
{
	(void)ctx;
	return stop_asked != 0;
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

void
run_to_plan(const struct options *o, const char *rules, struct triage_plan *p)
{
	*p = (struct triage_plan){ .evidence = o->operands.items, .evidence_count = o->operands.count, .output = o->output,
	    .case_id = or_empty(o->case_id), .evidence_id = or_empty(o->evidence_id), .examiner = or_empty(o->examiner),
	    .organisation = or_empty(o->organisation), .note = or_empty(o->note), .hostname = or_empty(o->hostname), .drive_map = or_empty(o->map),
	    .lang = o->lang != NULL ? o->lang : "en", .timezone = or_empty(o->timezone), .from = o->from, .to = o->to, .rules_dir = rules,
	    .no_builtin_rules = o->no_builtin_rules, .rules = o->rules.items, .rule_count = o->rules.count, .sigma = o->sigma.items, .sigma_count = o->sigma.count, .known_good = o->known_good.items,
	    .known_good_count = o->known_good.count, .known_bad = o->known_bad.items, .known_bad_count = o->known_bad.count, .iocs = o->iocs.items, .ioc_count = o->iocs.count, .town = o->town,
	    .partitions = o->partitions != NULL ? o->partitions : "all", .jobs = o->jobs, .memory = o->memory, .window_size = o->window,
	    .budget_seconds = o->budget, .unit_seconds = o->unit_timeout, .shard = o->shard[0], .shards = o->shard[1],
	    .no_archives = o->no_archives || (o->profile != NULL && strcmp(o->profile, "quick") == 0),
	    .nested = !o->no_nested && (o->nested || (o->profile != NULL && strcmp(o->profile, "full") == 0)),
	    .no_extract = o->no_extract, .extract_max = o->extract_max, .no_image_hash = o->no_image_hash, .carve = o->profile != NULL && strcmp(o->profile, "full") == 0,
	    .rank_max = o->profile != NULL && strcmp(o->profile, "quick") == 0 ? QUICK_RANK : 0,
	    .keys = o->keys.items, .key_count = o->keys.count };
	options_range(o->vss, &p->no_vss, &p->vss_first, &p->vss_last);
}

/* --- resume: the arguments of the interrupted run, as it saved them --- */

static bool
append(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text) + 1);
	return !b->failed;
}

/* Working folder, then every option and operand, each ended by NUL: read back by load_arguments(). */
static bool
save_arguments(const struct options *o, struct buf *b)
{
	char folder[PATH_MAX], steady[PATH_MAX];
	if (getcwd(folder, sizeof(folder)) == NULL || !append(b, folder))
		return false;
	for (size_t i = 0; i < options_run_count; i++) {
		const struct option_row *row = &options_run[i];
		const char *at = (const char *)o + row->offset;
		char text[64], name[64];
		/* the number of processes has no part in the result */
		if (strcmp(row->name, "output") == 0 || strcmp(row->name, "jobs") == 0)
			continue;
		snprintf(name, sizeof(name), "--%s", row->name);
		const char *value = NULL;
		if (row->type == OPTION_FLAG && *(const bool *)at)
			append(b, name);
		else if (row->type == OPTION_TEXT || row->type == OPTION_WORD || row->type == OPTION_RANGE)
			value = *(const char *const *)(const void *)at;
		else if (row->type == OPTION_TIME && *(const int64_t *)(const void *)at != TRIAGE_TIME_NONE)
			value = when_text(*(const int64_t *)(const void *)at, 9, "Z", text);
		else if (row->type == OPTION_COUNT && *(const unsigned *)(const void *)at != 0)
			snprintf(text, sizeof(text), "%u", *(const unsigned *)(const void *)at), value = text;
		else if (row->type == OPTION_SIZE && *(const uint64_t *)(const void *)at != 0)
			snprintf(text, sizeof(text), "%ju", (uintmax_t)*(const uint64_t *)(const void *)at), value = text;
		else if (row->type == OPTION_SECONDS && *(const double *)(const void *)at > 0)
			snprintf(text, sizeof(text), "%f", *(const double *)(const void *)at), value = text;
		else if (row->type == OPTION_SHARD && o->shard[1] != 0)
			snprintf(text, sizeof(text), "%u/%u", o->shard[0], o->shard[1]), value = text;
		const struct option_list *list = row->type == OPTION_LIST ? (const struct option_list *)(const void *)at : NULL;
		for (size_t k = 0; list != NULL && k < list->count; k++) {
			append(b, name);
			append(b, list->items[k]);
		}
		if (value != NULL) {
			append(b, name);
			append(b, value);
		}
	}
	append(b, "--");
	for (size_t i = 0; i < o->operands.count; i++)
		append(b, steady_name("/dev/disk/by-id", o->operands.items[i], steady));
	return !b->failed;
}

/* Read the file into room, cut it, parse it, go to its folder. room stays in use by o. */
bool
run_load_arguments(const char *path, struct options *o, struct buf *room)
{
	*o = (struct options){ 0 };
	SCOPED_FILE file = fopen(path, "re");
	if (file == NULL) {
		complain("no saved arguments of a run there (a sealed bundle is complete, see triage verify)");
		return false;
	}
	char piece[4096];
	for (size_t n; (n = fread(piece, 1, sizeof(piece), file)) > 0;)
		buf_put(room, piece, n);
	SCOPED_FREE char **argv = calloc(room->size + 1, sizeof(*argv));
	int argc = 0;
	if (argv == NULL || room->failed || room->size == 0 || room->data[room->size - 1] != '\0') {
		complain("the saved arguments of that run are damaged; begin a new run");
		return false;
	}
	const char *folder = room->data;
	for (size_t at = strlen(folder) + 1; at < room->size; at += strlen(room->data + at) + 1)
		argv[argc++] = room->data + at;
	if (chdir(folder) != 0) {
		complain("the folder in which that run was begun is not there any more");
		return false;
	}
	return options_parse(&command_run, argc, argv, o);
}

/* --- the end --- */

static void
summary(const struct triage_result *r, const struct options *o)
{
	char time[32], bytes[32];
	if (o->quiet)
		return;
	const char *verdict = strcmp(r->verdict, "compromised") == 0 ? "This system was attacked."
	    : strcmp(r->verdict, "suspicious") == 0               ? "There are traces that need a look."
	    : strcmp(r->verdict, "incomplete") == 0               ? "Too little could be read for an answer."
	                                                          : "Nothing was found in what could be read.";
	fprintf(stderr, "\n  %s\n", verdict);
	if (r->encrypted_files > 0)
		fprintf(stderr, "  Encrypted    %ju files%s%s\n", (uintmax_t)r->encrypted_files, r->family[0] != '\0' ? ", as by " : "", r->family);
	fprintf(stderr, "  Findings     %ju critical, %ju high, %ju medium, %ju low, %ju info\n", (uintmax_t)r->findings[TRIAGE_CRITICAL],
	    (uintmax_t)r->findings[TRIAGE_HIGH], (uintmax_t)r->findings[TRIAGE_MEDIUM], (uintmax_t)r->findings[TRIAGE_LOW],
	    (uintmax_t)r->findings[TRIAGE_INFO]);
	fprintf(stderr, "  Examined     %.1f %% of %s in %ju streams; %ju files listed\n", r->examined_share * 100, progress_bytes((double)r->bytes, bytes),
	    (uintmax_t)r->streams, (uintmax_t)r->files);
	fprintf(stderr, "  Problems     %ju%s\n", (uintmax_t)r->problems, r->problems > 0 ? " (see Problems in the report)" : "");
	if (r->hash_mismatch)
		fputs("  Image hash   DIFFERS from the one stored in the container\n", stderr);
	if (r->budget_ended)
		fputs("  Time         the budget ended; the rest was not examined\n", stderr);
	fprintf(stderr, "  Took         %s\n", progress_time(r->seconds, time));
	fprintf(stderr, "  Report       %s/data/report.html\n", r->bundle);
	fprintf(stderr, "  Seal         %s\n", r->seal);
	if (r->unsigned_why[0] != '\0')
		fprintf(stderr, "  Signature    NONE: the bundle is sealed, but could not be signed. Later: triage sign\n");
	fputs("               write this down; it proves the bundle. Check: triage verify\n\n", stderr);
}

static unsigned
severity_of(const char *word)
{
	unsigned severity = 0;
	while (severity < TRIAGE_SEVERITY_COUNT && strcmp(triage_severity_name(severity), word) != 0)
		severity++;
	return severity;
}

static int
status_of(const struct triage_result *r, const struct options *o)
{
	if (o->fail_on != NULL && r->findings_total > 0 && r->worst >= severity_of(o->fail_on))
		return EXIT_FINDINGS;
	if (r->hash_mismatch)
		return EXIT_HASH;
	if (r->unsigned_why[0] != '\0')
		return EXIT_UNSIGNED;
	return r->incomplete ? EXIT_GAPS : EXIT_SEALED;
}

static void
result_line(const struct triage_result *r, const struct options *o, int status)
{
	SCOPED_BUF b;
	buf_init(&b, 1 << 20);
	if (!o->json) {
		/* for scripts: the path as it is */
		printf("%s\n", r->bundle);
		return;
	}
	buf_text(&b, "{\"bundle\":");
	text_json_string(&b, r->bundle);
	buf_format(&b, ",\"signed\":%s", r->is_signed ? "true" : "false");
	buf_format(&b, ",\"verdict\":\"%s\",\"seal\":\"%s\",\"files\":%ju,\"streams\":%ju,\"bytes\":%ju,\"examined_share\":%.6f,\"problems\":%ju,\"findings\":{",
	    r->verdict, r->seal, (uintmax_t)r->files, (uintmax_t)r->streams, (uintmax_t)r->bytes, r->examined_share, (uintmax_t)r->problems);
	for (unsigned i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
		buf_format(&b, "%s\"%s\":%ju", i > 0 ? "," : "", triage_severity_name(i), (uintmax_t)r->findings[i]);
	buf_format(&b, "},\"seconds\":%.2f,\"exit\":%d}", r->seconds, status);
	printf("%s\n", buf_cstr(&b));
}

static int
failed(const struct triage_error *err)
{
	complain(err->text);
	switch ((int)err->status) {
	case TRIAGE_E_USAGE: return EXIT_USAGE;
	case TRIAGE_E_INTERRUPTED: return EXIT_INTERRUPTED;
	default: return EXIT_NOT_RUN;
	}
}

static int
dry_run(const struct triage_plan *p)
{
	uint64_t total = 0;
	for (size_t i = 0; i < p->evidence_count; i++) {
		struct stat info;
		if (stat(p->evidence[i], &info) != 0) {
			complain(p->evidence[i]);
			complain("cannot find this evidence (check the path)");
			return EXIT_NOT_RUN;
		}
		char bytes[32];
		printf("%s: %s\n", p->evidence[i], S_ISREG(info.st_mode) ? progress_bytes((double)info.st_size, bytes) : S_ISDIR(info.st_mode) ?
		    "a folder" : "a device");
		total += S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
	}
	char bytes[32], time[32], space[32];
	printf("would read %s, for about %s; the bundle would need about %s\n", progress_bytes((double)total, bytes),
	    progress_time((double)total / 150e6 + 2, time), progress_bytes((double)total / 50 + 5e6, space));
	return EXIT_SEALED;
}

static void
obey_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* The run of guided mode: it shows the progress, has the keys, and tells the end itself. */
static int
carry_out_for(const struct triage_plan *plan, const struct run_watch *watch)
{
	struct triage_observer observer = *watch->observer;
	struct triage_plan with_key = *plan;
	observer.cancelled = is_cancelled;
	with_key.typed_key = watch->keys;
	with_key.typed_key_size = watch->keys_size;
	obey_signals();
	*watch->ret_status = triage_run(&with_key, &observer, watch->ret_result, watch->err);
	return *watch->ret_status == TRIAGE_OK ? EXIT_SEALED : failed(watch->err);
}

static int
carry_out(const struct triage_plan *plan, const struct options *o, const struct run_watch *watch)
{
	if (watch != NULL)
		return carry_out_for(plan, watch);
	struct progress progress;
	struct triage_error err = { 0 };
	progress_init(&progress, o);
	const struct triage_observer observer = { .ctx = &progress, .progress = progress_show, .log = progress_log, .cancelled = is_cancelled };
	obey_signals();
	struct triage_result result;
	struct triage_plan with_key = *plan;
	struct typed_key key = { 0 };
	struct signing signing;
	if (!sign_with(o, &signing))
		return EXIT_USAGE;
	if (o->ask_key && !ask_key(&key)) {
		signing_stop(&signing);
		return EXIT_USAGE;
	}
	with_key.signer = signing.pid > 0 ? &signing.signer : NULL;
	with_key.typed_key = key.bytes;
	with_key.typed_key_size = key.size;
	enum triage_status st = triage_run(&with_key, &observer, &result, &err);
	forget_key(&key);
	signing_stop(&signing);
	progress_clear(&progress);
	if (progress.swallowed > 0)
		fprintf(stderr, "triage: and %ju more problems; all are in the report\n", (uintmax_t)progress.swallowed);
	if (st != TRIAGE_OK)
		return failed(&err);
	int status = status_of(&result, o);
	summary(&result, o);
	if (result.unsigned_why[0] != '\0')
		complain(result.unsigned_why);
	result_line(&result, o, status);
	return status;
}

int
run_carry_out(const struct triage_plan *plan, const struct options *o)
{
	return carry_out(plan, o, NULL);
}

int
run_with(struct options *o, const struct run_watch *watch)
{
	SCOPED_BUF room, arguments;
	buf_init(&room, 16 << 20);
	buf_init(&arguments, 16 << 20);
	const char *rules = rules_folder();
	if (rules == NULL)
		return EXIT_NOT_RUN;
	struct triage_plan plan;
	if (o->resume == NULL) {
		run_to_plan(o, rules, &plan);
		if (o->dry_run)
			return dry_run(&plan);
		if (save_arguments(o, &arguments)) {
			plan.arguments = arguments.data;
			plan.arguments_size = arguments.size;
		}
		return carry_out(&plan, o, watch);
	}
	struct options saved;
	char bundle[PATH_MAX], said[RUN_SAID_HERE][PATH_MAX];
	if (realpath(o->resume, bundle) == NULL) {
		complain("there is no such folder to resume");
		return EXIT_USAGE;
	}
	run_said_here(o, said);		/* before any step that goes to the other folder */
	struct triage_error err = { 0 };
	enum triage_status tidied = triage_tidy(bundle, &err);
	if (tidied == TRIAGE_OK)
		complain("the bundle is sealed already: what was left of its work folder is cleared away, there is nothing else to do (see triage verify)");
	if (tidied != TRIAGE_END)
		return tidied == TRIAGE_OK ? EXIT_SEALED : failed(&err);
	enum triage_status taken = run_take_up(o, bundle, &err);
	if (taken != TRIAGE_OK && taken != TRIAGE_END)
		return failed(&err);
	if (taken == TRIAGE_END && o->output != NULL)
		complain("an interrupted run goes on in its own folder: -o is not used");
	char path[PATH_MAX + 32];
	snprintf(path, sizeof(path), "%s/work/arguments", bundle);
	if (!run_load_arguments(path, &saved, &room)) {
		options_release(&saved);
		return EXIT_USAGE;
	}
	run_to_plan(&saved, rules, &plan);
	plan.resume = true;
	plan.output = bundle;
	plan.jobs = o->jobs;
	plan.budget_seconds = o->budget;
	/* what the end of the run does was asked for at its beginning */
	if (o->sign == NULL && o->sign_key == NULL) {
		o->sign = saved.sign;
		o->sign_key = saved.sign_key;
	}
	o->fail_on = o->fail_on != NULL ? o->fail_on : saved.fail_on;
	o->ask_key = o->ask_key || saved.ask_key;
	int status = carry_out(&plan, o, watch);
	options_release(&saved);
	return status;
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	return run_with(o, NULL);
}

const struct command command_run = {
	.name = "run", .operands = "EVIDENCE...", .what = "examine evidence, write one sealed case bundle", .rows = options_run,
	.row_count = &options_run_count, .operands_min = 1, .operands_max = 1000, .run = run,
};
