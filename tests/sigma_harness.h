/* sigma_harness.h - Sigma rules written in a test, and events put before them. */
#ifndef TRIAGE_TESTS_SIGMA_HARNESS_H
#define TRIAGE_TESTS_SIGMA_HARNESS_H

#include "tests/detect_harness.h"

#include "triage/detect/sigma.h"

#include <unistd.h>

struct sigma_case {
	struct judged t;
	char path[64];
};

/* Load rules; what is refused is in the set. */
static inline void
open_sigma(struct sigma_case *c, const char *text, size_t size)
{
	struct triage_error err = { 0 };
	snprintf(c->path, sizeof(c->path), "/tmp/triage-sigma-XXXXXX.yml");
	int fd = mkstemps(c->path, 4);
	assert_true(fd >= 0 && write(fd, text, size) == (ssize_t)size && close(fd) == 0);
	const char *const paths[] = { c->path };
	const struct detect_config config = { .tables = rules_folder(), .sigma = paths, .sigma_count = 1 };
	c->t = (struct judged){ .next_id = 1 };
	if (detect_load(&config, &c->t.tables, &err) != TRIAGE_OK || detect_judge_new(c->t.tables, &c->t.judge, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	unlink(c->path);
}

static inline void
close_sigma(struct sigma_case *c)
{
	close_judge(&c->t);
}

static inline size_t
sigma_findings(struct sigma_case *c)
{
	size_t count = 0;
	finish(&c->t, 1);
	for (size_t i = 0; i < detect_finding_count(c->t.judge); i++)
		count += strncmp(detect_finding(c->t.judge, i)->rule, "sigma:", 6) == 0;
	return count;
}

static inline const char *
first_refusal(const struct sigma_case *c)
{
	const struct sigma_refusal *r = sigma_refusal(detect_sigma(c->t.tables), 0);
	return r != NULL ? r->why : "";
}

#endif
