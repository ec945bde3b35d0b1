/*
 * package_sums.c - which files a Debian package brought, and their MD5: /var/lib/dpkg/info/NAME.md5sums, "digest  path below the root" a line.
 *
 * Facts alone, of kind "package-file": subject is the path, name the package, value the digest. They are held against the files that were found, and make no
 * moment of the timeline. Configuration files are not in these lists. Diverted files are: their path may be that of another package's file.
 */
#include "triage/artefact/log_line.h"

#include <stdio.h>
#include <string.h>

enum { HEX = 32, FRONT = HEX + 2, PATH_MOST = 900, NAME_MOST = 96, WEIGHT = 60 };

struct state {
	struct log_lines lines;
	char package[NAME_MOST + 1];
	bool begun, in_place;		/* in_place: in the folder of this system: elsewhere it speaks of files of another */
};

static bool
is_sum(const char *line)
{
	size_t n = strspn(line, "0123456789abcdef");
	return n == HEX && line[HEX] == ' ' && (line[HEX + 1] == ' ' || line[HEX + 1] == '*') && line[FRONT] != '\0';
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t n = strlen(who->name), looked, good = log_head_count(head, 20, is_sum, &looked);
	return n > 8 && strcmp(who->name + n - 8, ".md5sums") == 0 && good > 0 && 2 * good > looked;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	char path[PATH_MOST + 2] = "/";
	if (line->size == 0)
		return TRIAGE_OK;
	if (!is_sum(line->text))
		return artefact_remark(a, TRIAGE_LOW, "line-unknown", line->offset, line->size, err, "line %ju is no digest with a path", (uintmax_t)line->number);
	if (line->size - FRONT > PATH_MOST)
		return artefact_remark(a, TRIAGE_LOW, "path-too-long", line->offset, line->size, err, "line %ju has a path of more than %d bytes", (uintmax_t)line->number,
		    PATH_MOST);
	const char *rest = line->text + FRONT;
	rest += strncmp(rest, "./", 2) == 0 ? 2 : rest[0] == '/' ? 1 : 0;
	memcpy(path + 1, rest, strlen(rest) + 1);
	line->text[HEX] = '\0';
	if (!s->in_place)
		return TRIAGE_OK;
	return artefact_fact(a, "package-file", path, s->package, line->text, WEIGHT, err);
}

/* "libc6:amd64.md5sums"; what has another form is the name as it stands. */
static void
take_name(struct state *s, const char *name)
{
	size_t whole = strlen(name), n = whole;
	n -= n > 8 && strcmp(name + n - 8, ".md5sums") == 0 ? 8 : 0;
	const char *colon = memchr(name, ':', n);
	n = colon != NULL ? (size_t)(colon - name) : n;
	snprintf(s->package, sizeof(s->package), "%.*s", (int)(n > 0 && n <= NAME_MOST ? n : NAME_MOST), whole > 0 ? name : "?");
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	if (!s->begun) {
		s->begun = true;
		take_name(s, artefact_who(a)->name);
		s->in_place = strncmp(artefact_who(a)->path, "/var/lib/dpkg/info/", 19) == 0;
		enum triage_status st = s->in_place ? TRIAGE_OK : artefact_remark(a, TRIAGE_INFO, "not-in-place", 0, 0, err,
		    "checksums of a package outside of /var/lib/dpkg/info: they are not held against the files of this system");
		if (st != TRIAGE_OK)
			return st;
	}
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct state *)state)->lines);
}

const struct artefact_kind artefact_package_sums = {
	.name = "package_sums",
	.source = "package",
	.title = "checksums of Debian packages (dpkg, NAME.md5sums)",
	.yields = "which files a package brought and their digests, against which the files are held; no moments",
	.reference = "deb-md5sums(5)",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};
