/*
 * tool_parse.c - one artefact through its parser, for differential tests and timing: tool_parse [-q] [-n NAME] FILE... prints each event, fact and
 * remark as one line of JSON; -q prints counts only, with the time that parsing took; -n gives the name that the parser is told.
 * Files beside FILE are its companions. Exit 1 when no parser claims a file.
 */
#include "triage/artefact/artefact.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct told {
	bool quiet;
	size_t events, facts, remarks;
	const char *path;
};

static void
print_field(const char *key, const char *value)
{
	struct buf b;
	if (value[0] == '\0')
		return;
	buf_init(&b, 64 << 20);
	text_json(&b, value);
	printf(",\"%s\":\"%s\"", key, buf_cstr(&b));
	buf_release(&b);
}

static enum triage_status
tell_event(void *ctx, const struct triage_event *e, struct triage_error *err)
{
	struct told *t = ctx;
	char when[WHEN_TEXT_SIZE];
	(void)err;
	t->events++;
	if (t->quiet)
		return TRIAGE_OK;
	printf("{\"time\":\"%s\",\"local\":%s", when_text(e->time, 9, "Z", when), e->local ? "true" : "false");
	print_field("precision", e->precision);
	print_field("meaning", e->meaning);
	print_field("source", e->source);
	print_field("parser", e->parser);
	print_field("host", e->host);
	print_field("user", e->user);
	print_field("technique", e->technique);
	print_field("message", e->message);
	if (e->offset != TRIAGE_NO_ID)
		printf(",\"offset\":%llu", (unsigned long long)e->offset);
	printf(",\"data\":%s}\n", e->data);
	return TRIAGE_OK;
}

static enum triage_status
tell_fact(void *ctx, const struct triage_fact *f, struct triage_error *err)
{
	struct told *t = ctx;
	char when[WHEN_TEXT_SIZE];
	(void)err;
	t->facts++;
	if (t->quiet)
		return TRIAGE_OK;
	printf("{\"fact\":\"%s\"", f->kind);
	print_field("subject", f->subject);
	print_field("name", f->name);
	print_field("value", f->value);
	print_field("time", when_text(f->time, 9, "Z", when));
	printf("}\n");
	return TRIAGE_OK;
}

static enum triage_status
tell_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct told *t = ctx;
	(void)err;
	t->remarks++;
	if (t->quiet)
		return TRIAGE_OK;
	printf("{\"remark\":\"%s\"", p->code);
	print_field("message", p->message);
	printf(",\"offset\":%lld,\"bytes\":%llu}\n", (long long)p->offset, (unsigned long long)p->bytes);
	return TRIAGE_OK;
}

static struct view
map(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return (struct view){ NULL, 0 };
	void *data = st.st_size > 0 ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	return data == MAP_FAILED ? (struct view){ (const uint8_t *)"", 0 } : (struct view){ data, (size_t)st.st_size };
}

static bool
companion(void *ctx, const char *ending, struct view *ret_bytes)
{
	struct told *t = ctx;
	char path[4096];
	snprintf(path, sizeof(path), "%s%s", t->path, ending);
	*ret_bytes = map(path);
	return ret_bytes->data != NULL;
}

static int
parse(const char *path, const char *name, struct told *t)
{
	struct triage_error err = { 0 };
	struct stat st = { 0 };
	struct artefact *a;
	struct timespec begin, end;
	struct view all = map(path);
	if (all.data == NULL || stat(path, &st) != 0) {
		fprintf(stderr, "tool_parse: cannot read %s\n", path);
		return 1;
	}
	if (name == NULL)
		name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	*t = (struct told){ .quiet = t->quiet, .path = path };
	const struct artefact_subject who = { .path = path, .name = name, .owner = "", .size = all.size,
		.mtime = when_from_unix(st.st_mtim.tv_sec, (uint32_t)st.st_mtim.tv_nsec), .btime = TRIAGE_TIME_NONE };
	const struct artefact_sink sink = { .ctx = t, .event = tell_event, .fact = tell_fact, .problem = tell_problem, .companion = companion };
	const struct artefact_kind *kind = artefact_claim(&who, all);
	if (kind == NULL) {
		fprintf(stderr, "tool_parse: no parser claims %s\n", path);
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	enum triage_status status = artefact_open(kind, &who, &sink, &a, &err);
	if (status == TRIAGE_OK) {
		status = artefact_feed(a, all, true, &err);
		artefact_close(a);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	if (t->quiet)
		printf("%s\t%s\t%zu events\t%zu facts\t%zu remarks\t%.3f s\t%.0f MB/s\n", path, kind->name, t->events, t->facts, t->remarks, seconds,
		    seconds > 0 ? (double)all.size / 1e6 / seconds : 0);
	if (status != TRIAGE_OK)
		fprintf(stderr, "tool_parse: %s: %s\n", path, err.text);
	return status != TRIAGE_OK;
}

int
main(int argc, char **argv)
{
	struct told t = { 0 };
	const char *name = NULL;
	int option, failed = 0;
	while ((option = getopt(argc, argv, "qn:")) != -1)
		if (option == 'q')
			t.quiet = true;
		else if (option == 'n')
			name = optarg;
		else
			return 2;
	for (int i = optind; i < argc; i++)
		failed |= parse(argv[i], name, &t);
	return failed;
}
