/*
 * pca.c - programs that ran, by the Program Compatibility Assistant of Windows 11: PcaAppLaunchDic.txt, PcaGeneralDb0.txt.
 *
 * UTF-8 or UTF-16LE, values parted by '|', times in UTC. Source: files of Windows 11 22H2; A. Rathbun and L. Borys on the PCA folder.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS = 8 };

struct pca {
	struct log_lines lines;
};

/* Copies a line's values; returns how many there are. */
static size_t
part(const char *line, char values[COLUMNS][2048])
{
	size_t count = 0;
	for (bool more = true; more && count < COLUMNS; count++) {
		size_t n = strcspn(line, "|");
		snprintf(values[count], 2048, "%.*s", (int)(n < 2047 ? n : 2047), line);
		more = line[n] == '|';
		line += n + more;
	}
	return count;
}

/* "C:\...\a.exe|2022-11-15 00:02:08.476" */
static bool
is_launch(char values[COLUMNS][2048], size_t count, struct log_time *t)
{
	const char *p = values[1];
	return count == 2 && strpbrk(values[0], "\\/") != NULL && log_time_iso(&p, t) && *p == '\0' && t->digits == 3;
}

/* "2022-11-14 23:37:11.789|2|path|name|vendor|version|id|text" */
static bool
is_exit(char values[COLUMNS][2048], size_t count, struct log_time *t)
{
	const char *p = values[0];
	return count == COLUMNS && log_time_iso(&p, t) && *p == '\0' && t->digits == 3 && values[1][0] >= '0' && values[1][0] <= '9';
}

static bool
shape(const char *line)
{
	char values[COLUMNS][2048];
	struct log_time t;
	size_t count = part(line, values);
	return is_launch(values, count, &t) || is_exit(values, count, &t);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, fits = log_head_count(head, 8, shape, &looked);
	(void)who;
	return fits > 0 && 2 * fits >= looked;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	static const char *const statuses[] = { "installer failed", "driver was blocked", "abnormal exit", "PCA resolve call", "value not set" };
	char values[COLUMNS][2048] = { "" };
	struct log_time t;
	size_t count = part(line->text, values);
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (is_launch(values, count, &t)) {
		artefact_event(a, t.ns, "last run");
		artefact_text(a, "path", values[0]);
		artefact_message(a, "%s was started", values[0]);
	} else if (is_exit(values, count, &t)) {
		unsigned status = (unsigned)(values[1][0] - '0');
		artefact_event(a, t.ns, status == 2 ? "ended" : "run");
		artefact_text(a, "path", values[2]);
		artefact_text(a, "run_status", values[1]);
		artefact_text(a, "status", status < 5 ? statuses[status] : "");
		artefact_text(a, "description", values[3]);
		artefact_text(a, "vendor", values[4]);
		artefact_text(a, "version", values[5]);
		artefact_text(a, "program_id", values[6]);
		artefact_text(a, "text", values[7]);
		artefact_message(a, "%s ran: %s", values[2], values[7][0] != '\0' ? values[7] : status < 5 ? statuses[status] : "no more is told");
	} else {
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry", (uintmax_t)line->number);
	}
	artefact_offset(a, line->offset);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return log_lines_step(a, &((struct pca *)state)->lines, bytes, at, last, ret_used, take, state, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct pca *)state)->lines);
}

const struct artefact_kind artefact_pca = {
	.name = "pca",
	.source = "other",
	.title = "programs seen by the Program Compatibility Assistant",
	.yields = "programs that ran, when last, and how they ended",
	.reference = "files of Windows 11 22H2",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct pca),
	.release = release,
};
