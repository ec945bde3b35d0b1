/*
 * command_guided.c - `triage guided`, and `triage` alone on a terminal: the dialogue in this process, the run in a child of it.
 *
 * A child, because libraries that read evidence must see the plain C locale, and so that the screen outlives whatever happens. It sends its
 * progress and its end over a pipe, in the form that both have in memory: they are the same program.
 */
#include "triage/base/buf.h"
#include "triage/base/scoped.h"
#include "triage/cli/ask_key.h"
#include "triage/cli/commands.h"
#include "triage/cli/run_with.h"
#include "triage/cli/screen.h"
#include "triage/guided/guided.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* What comes through the pipe. */
struct news {
	bool ended;
	struct triage_progress progress;	/* not ended */
	struct guided_outcome outcome;		/* ended */
};

struct link {
	int fd;			/* write end */
	const struct guided_answers *answers;
	struct news room;
};

static volatile sig_atomic_t stop_seen;

static void
on_stop(int number)
{
	(void)number;
	stop_seen = 1;
}

/* --- in the child --- */

static void
send_news(struct link *l)
{
	const char *at = (const char *)&l->room;
	for (size_t left = sizeof(l->room); left > 0;) {
		ssize_t n = write(l->fd, at, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		at += n;
		left -= (size_t)n;
	}
}

static void
send_progress(void *ctx, const struct triage_progress *p)
{
	struct link *l = ctx;
	l->room.progress = *p;
	send_news(l);
}

static bool
parse_answers(const struct guided_answers *answers, struct buf *room, struct options *o)
{
	guided_arguments(answers, room);
	SCOPED_FREE char **argv = calloc(room->size + 1, sizeof(*argv));
	int argc = 0;
	if (argv == NULL || room->failed) {
		complain("out of memory");
		return false;
	}
	for (size_t at = 0; at < room->size; at += strlen(room->data + at) + 1)
		argv[argc++] = room->data + at;
	return options_parse(&command_run, argc, argv, o);
}

static void
child(struct link *l)
{
	SCOPED_BUF room;
	struct options o;
	struct triage_error err = { .text = "" };
	enum triage_status status = TRIAGE_E_USAGE;
	const struct triage_observer observer = { .ctx = l, .progress = send_progress };
	buf_init(&room, 4 << 20);
	setlocale(LC_ALL, "C");
	if (parse_answers(l->answers, &room, &o)) {
		const struct run_watch watch = { .observer = &observer, .keys = l->answers->keys, .keys_size = l->answers->keys_size, .ret_status = &status,
			.ret_result = &l->room.outcome.result, .err = &err };
		(void)run_with(&o, &watch);
	}
	options_release(&o);
	l->room.ended = true;
	l->room.outcome.status = status;
	snprintf(l->room.outcome.why, sizeof(l->room.outcome.why), "%s", err.text);
	l->room.outcome.cause = status != TRIAGE_OK ? err.sys_errno : 0;
	send_news(l);
}

/* --- in the parent --- */

struct guide {
	struct screen screen;
	struct news room;
};

/* One message, whole. False: the child is gone. Waits in steps, so that Ctrl-C shows at once. */
static bool
receive(struct guide *g, int fd, const struct guided_answers *a)
{
	size_t got = 0;
	bool told = false;
	while (got < sizeof(g->room)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, 250);
		if (stop_seen != 0 && !told && got == 0) {
			g->screen.run_show(&g->screen, a->lang, &g->room.progress, true);
			told = true;
		}
		if (ready <= 0)
			continue;
		ssize_t n = read(fd, (char *)&g->room + got, sizeof(g->room) - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

/* The last line that the child complained with. */
static void
last_words(int fd, char *out, size_t room)
{
	char text[4096];
	off_t end = lseek(fd, 0, SEEK_END), from = end >= (off_t)sizeof(text) ? end - (off_t)sizeof(text) + 1 : 0;
	ssize_t n = pread(fd, text, sizeof(text) - 1, from);
	text[n > 0 ? n : 0] = '\0';
	for (size_t size = strlen(text); size > 0 && text[size - 1] == '\n'; size--)
		text[size - 1] = '\0';
	const char *line = strrchr(text, '\n');
	line = line != NULL ? line + 1 : text;
	snprintf(out, room, "%.280s", strncmp(line, "triage: ", 8) == 0 ? line + 8 : line);
}

static void
watch_child(struct guide *g, int fd, int complaints, pid_t pid, const struct guided_answers *a, struct guided_outcome *ret_outcome)
{
	int status;
	bool ended = false;
	g->room.progress = (struct triage_progress){ .eta_seconds = -1 };
	while (!ended && receive(g, fd, a)) {
		ended = g->room.ended;
		if (!ended)
			g->screen.run_show(&g->screen, a->lang, &g->room.progress, stop_seen != 0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	*ret_outcome = ended ? g->room.outcome : (struct guided_outcome){ .status = TRIAGE_E_CRASHED };
	if (ret_outcome->status != TRIAGE_OK && ret_outcome->why[0] == '\0')
		last_words(complaints, ret_outcome->why, sizeof(ret_outcome->why));
}

static void
run_in_child(void *ctx, const struct guided_answers *a, struct guided_outcome *ret_outcome)
{
	struct guide *g = ctx;
	int ends[2];
	SCOPED_FD complaints = memfd_create("complaints", MFD_CLOEXEC);
	*ret_outcome = (struct guided_outcome){ .status = TRIAGE_E_IO, .why = "no pipe" };
	if (complaints < 0 || pipe2(ends, O_CLOEXEC) != 0)
		return;
	struct sigaction ours = { .sa_handler = on_stop }, before;
	stop_seen = 0;
	fflush(stdout);
	g->screen.run_begin(&g->screen, a->lang);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(complaints, STDERR_FILENO);
		close(ends[0]);
		struct link *l = calloc(1, sizeof(*l));
		if (l != NULL && getppid() == parent) {
			*l = (struct link){ .fd = ends[1], .answers = a };
			child(l);
		}
		_exit(0);
	}
	/* Ctrl-C goes to both: the child stops cleanly, this one waits for it */
	sigaction(SIGINT, &ours, &before);
	close(ends[1]);
	if (pid > 0)
		watch_child(g, ends[0], complaints, pid, a, ret_outcome);
	close(ends[0]);
	sigaction(SIGINT, &before, NULL);
	g->screen.run_end(&g->screen);
}

static enum triage_status
look(void *ctx, const struct triage_plan *plan, const struct triage_looker *looker, struct triage_error *err)
{
	(void)ctx;
	return triage_look(plan, looker, err);
}

/* Which language the list stands on at first. */
static enum guided_lang
usual_language(const struct options *o, bool *ret_known)
{
	const char *word = o->lang;
	*ret_known = word != NULL;
	for (const char *const *name = (const char *const[]){ "LC_ALL", "LC_MESSAGES", "LANG", NULL }; word == NULL && *name != NULL; name++)
		word = getenv(*name) != NULL && getenv(*name)[0] != '\0' ? getenv(*name) : NULL;
	for (unsigned i = 0; word != NULL && i < GUIDED_LANGS; i++)
		if (strncmp(word, guided_lang_code((enum guided_lang)i), 2) == 0)
			return (enum guided_lang)i;
	return *ret_known ? GUIDED_EN : GUIDED_NL;
}

static int64_t
now(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	return fixed != NULL && fixed[0] >= '0' && fixed[0] <= '9' ? strtoll(fixed, NULL, 10) : (int64_t)time(NULL);
}

static void
choose_screen(const struct options *o, struct screen *s)
{
	const char *term = getenv("TERM");
	bool utf8 = setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	bool terminal = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
	if (o->plain || !utf8 || !terminal || term == NULL || strcmp(term, "dumb") == 0 || !screen_full(s))
		screen_plain(s, utf8);
}

static int
run(const struct command *self, struct options *o)
{
	(void)self;
	struct typed_key keys = { 0 };
	bool known;
	enum guided_lang lang = usual_language(o, &known);
	struct guided_outcome outcome = { .status = TRIAGE_E_INTERRUPTED };
	struct guide *g = calloc(1, sizeof(*g));
	if (rules_folder() == NULL || g == NULL || !key_room(&keys)) {
		free(g);
		return EXIT_NOT_RUN;
	}
	const struct guided_host host = { .ctx = g, .root = o->system != NULL ? o->system : "", .now = now(), .space = guided_space_of, .look = look, .run = run_in_child };
	choose_screen(o, &g->screen);
	bool ran = guided_mode(&g->screen.guided, &host, lang, known, keys.bytes, TYPED_KEY_MAX, &outcome);
	g->screen.close(&g->screen);
	forget_key(&keys);
	free(g);
	setlocale(LC_ALL, "C");
	if (ran && outcome.status == TRIAGE_OK) {
		/* stays on the terminal when the screen is gone */
		fprintf(stderr, "%s\n", outcome.result.seal);
		printf("%s\n", outcome.result.bundle);
		return outcome.result.hash_mismatch ? EXIT_HASH : outcome.result.incomplete ? EXIT_GAPS : EXIT_SEALED;
	}
	return outcome.status == TRIAGE_E_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_NOT_RUN;
}

const struct command command_guided = {
	.name = "guided", .operands = "", .what = "ask, step by step: disks, place, case; then examine (also: triage alone on a terminal)", .rows = options_guided,
	.row_count = &options_guided_count, .operands_min = 0, .operands_max = 0, .run = run,
};
