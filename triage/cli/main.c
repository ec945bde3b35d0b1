/* main.c - dispatch only. */
#include "triage/cli/commands.h"
#include "triage/run/rule_pack.h"

#include "triage/base/buf.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/report.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND(id) &command_##id,
static const struct command *const commands[] = {
#include "triage/cli/commands.def"
};
#undef COMMAND
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

void
complain(const char *text)
{
	SCOPED_BUF b;
	buf_init(&b, 64 << 10);
	text_safe(&b, text);
	fprintf(stderr, "triage: %s\n", buf_cstr(&b));
}

bool
lies_inside(const char *path, const char *bundle)
{
	char real[PATH_MAX], folder[PATH_MAX + 64];
	snprintf(folder, sizeof(folder), "%s%s", path[0] == '/' ? "" : "./", path);
	*strrchr(folder, '/') = '\0';
	size_t length = strlen(bundle);
	return realpath(folder[0] != '\0' ? folder : "/", real) != NULL && strncmp(real, bundle, length) == 0 &&
	    (real[length] == '/' || real[length] == '\0');
}

bool
absolute_path(const char *path, char ret_path[PATH_MAX])
{
	char folder[PATH_MAX], real[PATH_MAX];
	if (strlen(path) + 3 >= sizeof(folder))
		return false;
	snprintf(folder, sizeof(folder), "%s%s", path[0] == '/' ? "" : "./", path);
	for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
		folder[n - 1] = '\0';
	char *slash = strrchr(folder, '/');
	*slash = '\0';
	return realpath(folder[0] != '\0' ? folder : "/", real) != NULL && snprintf(ret_path, PATH_MAX, "%s/%s", real, slash + 1) < PATH_MAX;
}

/* The folder that came with the program; NULL: told. */
static const char *
built_in_rules(void)
{
	static char folder[PATH_MAX + 64];	/* 4160: fits struct rules_places */
	static const char *const places[] = { "../../../rules", "../rules", "../../rules", "../share/triage/rules", "rules" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			snprintf(folder, sizeof(folder), "%s/%s", self, places[i]);
			char probe[PATH_MAX + 128];
			snprintf(probe, sizeof(probe), "%s/scores.tsv", folder);
			char *real = access(probe, R_OK) == 0 ? realpath(folder, NULL) : NULL;
			if (real != NULL) {
				snprintf(folder, sizeof(folder), "%s", real);
				free(real);
				return folder;
			}
		}
	}
	complain("cannot find the folder rules/ beside the program or under share/triage; install it again");
	return NULL;
}

bool
rules_places(struct rules_places *ret_places)
{
	static const char system[] = "/usr/share/triage/rules";
	const char *own = built_in_rules();
	if (own == NULL)
		return false;
	snprintf(ret_places->built_in, sizeof(ret_places->built_in), "%s", own);
	/* what belongs to a package stays as the package has it */
	if (strcmp(own, system) == 0)
		snprintf(ret_places->updates, sizeof(ret_places->updates), "/var/lib/triage/rules");
	else
		snprintf(ret_places->updates, sizeof(ret_places->updates), "%.4180s-updated", own);
	ret_places->updated = rule_pack_is_used(ret_places->updates, ret_places->built_in);
	return true;
}

const char *
rules_folder(void)
{
	static struct rules_places places;
	if (!rules_places(&places))
		return NULL;
	return places.updated ? places.updates : places.built_in;
}

static void
usage(FILE *out)
{
	fputs("Usage: triage COMMAND [OPTIONS] ...    (triage EVIDENCE... is triage run EVIDENCE...; triage alone, on a terminal: guided mode)\n\n"
	      "Offline forensic triage: evidence in, sealed case bundle out. Evidence is never written; no network is used.\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->what);
	fputs("\ntriage COMMAND --help tells the options of each. Exit status: 0 sealed, everything examined; 1 could not run; 2 usage;\n"
	      "3 sealed with gaps (see problems); 4 image hash differs from the stored one; 5 sealed, but could not be signed; 10 --fail-on met; 130 interrupted, resumable.\n", out);
}

/* --version --verbose: what the program is made of, as SPDX. */
static void
print_materials(void)
{
	char created[WHEN_TEXT_SIZE];
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	report_sbom(&text, when_text(when_now(), 0, "Z", created));
	fputs(buf_cstr(&text), stdout);
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	/* times are UTC everywhere, also in what libraries print; their files are not chosen by the environment */
	setenv("TZ", "UTC0", 1);
	unsetenv("MAGIC");
	/* alone on a terminal: guided mode */
	static char guided_word[] = "guided";
	char *guided[] = { argv[0], guided_word, NULL };
	if (argc < 2 && isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) {
		argc = 2;
		argv = guided;
	}
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		if (argc > 2 && (strcmp(argv[2], "--verbose") == 0 || strcmp(argv[2], "-v") == 0))
			print_materials();
		else
			printf("triage %s (%s)\n", TRIAGE_VERSION, TRIAGE_LIBRARIES);
		return fflush(stdout) == 0 ? 0 : EXIT_NOT_RUN;
	}
	const struct command *command = &command_run;
	int skip = 1;
	if (strcmp(argv[1], "--plain") == 0)
		command = &command_guided;
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i]->name) == 0) {
			command = commands[i];
			skip = 2;
		}
	}
	struct options o;
	int status = EXIT_USAGE;
	if (options_parse(command, argc - skip, argv + skip, &o)) {
		if (o.help)
			options_help(command);
		else if (o.version)
			printf("triage %s\n", TRIAGE_VERSION);
		status = o.help || o.version ? 0 : command->run(command, &o);
	}
	options_release(&o);
	if (fflush(stdout) != 0)
		status = EXIT_NOT_RUN;
	return status;
}
