/*
 * tool_scan.c - the content pass alone, for tests/yara_equality.sh and for measuring: one line a match.
 *
 *     tool_scan [-w WINDOW] [-n NAME] [-p PATH] [-t] [-q] [-f] RULES... < list of files
 *
 * Prints "name space TAB rule TAB file TAB offset TAB length TAB string", sorted by nothing. -n and -p: what the
 * subject of every file is called. -t: times and rates on stderr. -q: no matches. -f: equal contents too.
 */
#include "triage/analyse/analyse.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct tool {
	const struct analyse_set *set;
	const char *path;
	int fd;
	bool quiet, timed, force;
	double stage_time[ANALYSE_STAGE_COUNT], mark;
	int stage;
	uint64_t files, bytes, matches, problems, same;
};

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum triage_status
tool_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct tool *t = ctx;
	size_t done = 0;
	while (done < size) {
		ssize_t got = pread(t->fd, (char *)buf + done, size - done, (off_t)(offset + done));
		if (got < 0) {
			triage_error_set(err, TRIAGE_E_IO, offset + done, "read");
			return TRIAGE_E_IO;
		}
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_got = done;
	return TRIAGE_OK;
}

static enum triage_status
tool_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	struct tool *t = ctx;
	const struct analyse_rule *rule = analyse_rule(t->set, m->rule);
	(void)err;
	t->matches++;
	if (!t->quiet)
		printf("%s\t%s\t%s\t0x%" PRIx64 "\t%" PRIu64 "\t%s\n", rule->name_space, rule->name, t->path, m->offset, m->length, m->string_id);
	return TRIAGE_OK;
}

static enum triage_status
tool_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct tool *t = ctx;
	(void)err;
	t->problems++;
	fprintf(stderr, "problem %s %s %s: %s\n", p->stage, p->code, t->path, p->message);
	return TRIAGE_OK;
}

static void
tool_stage(void *ctx, enum analyse_stage stage, uint64_t bytes)
{
	struct tool *t = ctx;
	(void)bytes;
	double at = now();
	if (t->stage >= 0)
		t->stage_time[t->stage] += at - t->mark;
	t->stage = (int)stage;
	t->mark = at;
}

static void
report(const struct tool *t, double all, double worst, const char *worst_path)
{
	fprintf(stderr, "%" PRIu64 " files, %.1f MB, %" PRIu64 " matches, %" PRIu64 " problems, %" PRIu64 " same: %.3f s CPU, %.3f ms a file, %.0f MB/s\n",
	    t->files, (double)t->bytes / 1e6, t->matches, t->problems, t->same, all, all * 1e3 / (double)t->files, (double)t->bytes / all / 1e6);
	fprintf(stderr, "read+digest+randomness %.3f s, type %.3f s, yara %.3f s; slowest file %.3f s %s\n", t->stage_time[ANALYSE_READ],
	    t->stage_time[ANALYSE_MAGIC], t->stage_time[ANALYSE_YARA], worst, worst_path);
}

static int
scan_list(struct tool *t, struct analyse_pass *pass, const char *name, const char *subject_path)
{
	struct triage_error err = { 0 };
	static char path[4096], worst_path[4096];
	double all = 0, worst = 0;
	struct analyse_io io = { .ctx = t, .read = tool_read, .match = tool_match, .problem = tool_problem, .stage = t->timed ? tool_stage : NULL };
	while (fgets(path, sizeof(path), stdin) != NULL) {
		struct stat info;
		path[strcspn(path, "\n")] = '\0';
		t->path = path;
		t->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (t->fd < 0 || fstat(t->fd, &info) != 0) {
			perror(path);
			return 1;
		}
		struct analyse_subject who = { .size = (uint64_t)info.st_size, .path = subject_path != NULL ? subject_path : path,
			.name = name != NULL ? name : path, .owner = "root", .force = t->force };
		struct triage_content content;
		double at = now();
		t->stage = -1;
		if (analyse_stream(pass, &who, &io, &content, &err) != TRIAGE_OK) {
			fprintf(stderr, "%s: %s\n", path, err.text);
			close(t->fd);
			return 1;
		}
		close(t->fd);
		if (t->stage >= 0)
			t->stage_time[t->stage] += now() - t->mark;
		at = now() - at;
		all += at;
		if (at > worst) {
			worst = at;
			snprintf(worst_path, sizeof(worst_path), "%s", path);
		}
		t->files++;
		t->bytes += content.bytes;
		t->same += content.same_as_seen;
	}
	if (t->timed)
		report(t, all, worst, worst_path);
	return 0;
}

int
main(int argc, char **argv)
{
	struct analyse_config config = { 0 };
	struct tool t = { 0 };
	struct triage_error err = { 0 };
	const char *name = NULL, *subject_path = NULL;
	struct analyse_set *set;
	struct analyse_pass *pass;
	for (int c; (c = getopt(argc, argv, "w:n:p:tqf")) != -1;) {
		if (c == 'w')
			config.window_size = strtoul(optarg, NULL, 0);
		else if (c == 'n')
			name = optarg;
		else if (c == 'p')
			subject_path = optarg;
		else if (c == 't')
			t.timed = true;
		else if (c == 'q')
			t.quiet = true;
		else if (c == 'f')
			t.force = true;
		else
			return 2;
	}
	config.rule_paths = (const char *const *)&argv[optind];
	config.rule_path_count = (size_t)(argc - optind);
	config.match_limit = 1 << 20;
	double at = now();
	if (analyse_load(&config, &set, &err) != TRIAGE_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < analyse_file_count(set); i++)
		if (analyse_file(set, i)->error[0] != '\0')
			fprintf(stderr, "%s: %s\n", analyse_file(set, i)->path, analyse_file(set, i)->error);
	if (t.timed)
		fprintf(stderr, "%zu rules loaded in %.2f s CPU, %.1f MB\n", analyse_rule_count(set), now() - at, (double)analyse_bytes(set) / 1e6);
	if (analyse_pass_new(set, &pass, &err) != TRIAGE_OK) {
		fprintf(stderr, "%s\n", err.text);
		analyse_free(set);
		return 1;
	}
	t.set = set;
	int failed = scan_list(&t, pass, name, subject_path);
	analyse_pass_free(pass);
	analyse_free(set);
	return failed;
}
