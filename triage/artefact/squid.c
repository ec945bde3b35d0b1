/*
 * squid.c - access log of the proxy Squid in its native form: what machines of the network fetched, and where connections went.
 *
 * "1700000000.123    284 192.0.2.7 TCP_MISS/200 1058 GET http://example.org/ anna HIER_DIRECT/203.0.113.9 text/html": seconds since 1970, milliseconds that it took, client, result and
 * answer, bytes to the client, method, address, user, whom Squid asked, type. A host of CONNECT has a port and no scheme. More fields may follow. Source: squid.conf, logformat squid.
 * Logs in the form of web servers are read by web_access.
 */
#include "triage/artefact/log_line.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20, FIELDS = 10, TEXT_MAX = 8192 };
enum { TIME, DURATION, CLIENT, RESULT, BYTES, METHOD, URL, USER, HIERARCHY, TYPE };

struct entry {
	struct log_time t;
	char *field[FIELDS];
};

/* Takes the line apart in place. */
static bool
read_line(char *line, struct entry *e)
{
	char *rest = line;
	*e = (struct entry){ .t = { .digits = 3 } };
	for (size_t i = 0; i < FIELDS; i++) {
		rest += strspn(rest, " ");
		if (*rest == '\0')
			return false;
		e->field[i] = rest;
		rest += strcspn(rest, " ");
		if (*rest != '\0')
			*rest++ = '\0';
	}
	size_t whole = strspn(e->field[TIME], "0123456789");
	const char *part = e->field[TIME] + whole;
	if (whole != 10 || part[0] != '.' || strspn(part + 1, "0123456789") != 3 || part[4] != '\0')
		return false;
	if (strspn(e->field[DURATION], "-0123456789") != strlen(e->field[DURATION]) || strspn(e->field[BYTES], "0123456789") != strlen(e->field[BYTES]))
		return false;
	char *answer = strchr(e->field[RESULT], '/');
	if (answer == NULL || strspn(answer + 1, "0123456789") != 3 || answer[4] != '\0' || strchr(e->field[HIERARCHY], '/') == NULL)
		return false;
	*answer = '\0';
	e->t.ns = when_from_unix((int64_t)strtoull(e->field[TIME], NULL, 10), (uint32_t)strtoul(part + 1, NULL, 10) * 1000000);
	return e->t.ns != TRIAGE_TIME_NONE;
}

static bool
shape(const char *line)
{
	char copy[TEXT_MAX];
	struct entry e;
	snprintf(copy, sizeof(copy), "%s", line);
	return read_line(copy, &e);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static void
put(struct artefact *a, const char *key, const char *text)
{
	if (strcmp(text, "-") != 0)
		artefact_text(a, key, text);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct entry e;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (!read_line(line->text, &e))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no request to a proxy", (uintmax_t)line->number);
	const char *answer = e.field[RESULT] + strlen(e.field[RESULT]) + 1;
	bool refused = strstr(e.field[RESULT], "DENIED") != NULL, user = strcmp(e.field[USER], "-") != 0;
	char *server = strchr(e.field[HIERARCHY], '/');
	*server++ = '\0';
	artefact_event(a, e.t.ns, refused ? "refused" : "fetched");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&e.t));
	artefact_user(a, user ? e.field[USER] : "");
	put(a, "client", e.field[CLIENT]);
	put(a, "method", e.field[METHOD]);
	put(a, "url", e.field[URL]);
	put(a, "result", e.field[RESULT]);
	artefact_unsigned(a, "status", strtoull(answer, NULL, 10));
	artefact_unsigned(a, "bytes", strtoull(e.field[BYTES], NULL, 10));
	put(a, "duration_ms", e.field[DURATION]);
	put(a, "hierarchy", e.field[HIERARCHY]);
	put(a, "server", server);
	put(a, "content_type", e.field[TYPE]);
	artefact_message(a, "%s%s%s%s asked the proxy: %s %.1200s, answer %s%s, %s bytes", e.field[CLIENT], user ? " (" : "", user ? e.field[USER] : "", user ? ")" : "", e.field[METHOD], e.field[URL], answer,
	    refused ? " (refused)" : "", e.field[BYTES]);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return log_lines_step(a, state, bytes, at, last, ret_used, take, state, err);
}

const struct artefact_kind artefact_squid = {
	.name = "squid",
	.source = "web",
	.title = "access log of the proxy Squid",
	.yields = "which machine and user of the network asked for which address, what was refused, how much was fetched",
	.reference = "squid.conf, logformat squid",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct log_lines),
	.release = log_lines_release_state,
};
