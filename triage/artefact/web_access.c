/*
 * web_access.c - who asked a web server for what: Apache, nginx and all who write the common or the combined log format.
 *
 * A line is CLIENT IDENT USER [DATE] "REQUEST" STATUS BYTES, behind that "REFERER" "AGENT" and more; "HOST:PORT " may stand in front. Source: mod_log_config of
 * Apache httpd 2.4, ngx_http_log_module. Requests that look like an attack are marked by what was seen in them.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/web_request.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20, HOST_MAX = 256, TEXT_MAX = 8 << 10 };

struct state {
	struct log_lines lines;
};

struct request {
	struct log_time time;
	const char *vhost, *client, *user, *request, *referer, *agent, *more;	/* parts of the line, each ended by NUL; "" when missing */
	unsigned status;
	const char *bytes;
};

/* A word up to a blank, ended by NUL in place. */
static char *
word(char **p)
{
	char *s = *p, *end = s + strcspn(s, " ");
	*p = *end == '\0' ? end : end + 1;
	*end = '\0';
	return s;
}

/* "TEXT" with \" inside; *p moves behind it and a blank. NULL when none begins here. */
static char *
quoted(char **p)
{
	char *s = *p, *end = s + 1;
	if (*s != '"')
		return NULL;
	while (*end != '\0' && *end != '"')
		end += *end == '\\' && end[1] != '\0' ? 2 : 1;
	*p = *end == '\0' ? end : end + 1 + (end[1] == ' ');
	*end = '\0';
	return s + 1;
}

/* The request itself: some servers leave quotes in it as they are, so it ends at the quote that a status follows. */
static char *
request_text(char **p)
{
	char *s = *p, *end = s + 1;
	if (*s != '"')
		return NULL;
	for (; *end != '\0'; end += *end == '\\' && end[1] != '\0' ? 2 : 1)
		if (*end == '"' && end[1] == ' ' && strspn(end + 2, "0123456789") == 3 && (end[5] == ' ' || end[5] == '\0'))
			break;
	if (*end == '\0')
		return NULL;
	*p = end + 2;
	*end = '\0';
	return s + 1;
}

static bool
is_address(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF.:");
	return n > 2 && s[n] == '\0' && (strchr(s, '.') != NULL || strchr(s, ':') != NULL);
}

/* Takes the line apart in place. */
static bool
read_line(char *line, struct request *r)
{
	char *p = line, *words[4];
	*r = (struct request){ .vhost = "", .user = "", .referer = "", .agent = "", .bytes = "", .more = "" };
	char *open = strchr(line, '[');
	if (open == NULL || open - line > 4096 || open == line)
		return false;
	size_t count = 0;
	while (p < open && count < 4)
		words[count++] = word(&p);
	if (count < 3 || p > open)
		return false;
	/* the name of a user may have blanks: all up to the date belongs to it */
	if (p < open) {
		open[-1] = '\0';
		for (char *c = words[3]; c < open - 1; c++)
			*c = *c == '\0' ? ' ' : *c;
	}
	bool has_host = count == 4 && !is_address(words[0]) && (is_address(words[1]) || strcmp(words[2], "-") == 0) && strcmp(words[1], "-") != 0;
	size_t first = has_host ? 1 : 0;
	r->vhost = has_host ? words[0] : "";
	r->client = words[first];
	r->user = words[first + 2];
	if (count == 4 && !has_host) {
		/* blanks inside the name of the user */
		words[2][strlen(words[2])] = ' ';
		r->user = words[2];
	}
	const char *date = open + 1;
	if (!log_time_clf(&date, &r->time) || date[0] != ']' || date[1] != ' ')
		return false;
	p = line + (date - line) + 2;
	char *request = request_text(&p);
	if (request == NULL)
		return false;
	r->request = request;
	const char *digits = word(&p);
	if (!log_digits(&digits, 3, 3, &r->status) || *digits != '\0')
		return false;
	r->bytes = word(&p);
	char *text = quoted(&p);
	r->referer = text != NULL ? text : "";
	text = quoted(&p);
	r->agent = text != NULL ? text : "";
	r->more = p;
	return true;
}

static bool
shape(const char *line)
{
	char copy[TEXT_MAX];
	struct request r;
	snprintf(copy, sizeof(copy), "%s", line);
	return read_line(copy, &r);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static const char *
none(const char *text)
{
	return strcmp(text, "-") == 0 ? "" : text;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct request r;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (!read_line(line->text, &r))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no request", (uintmax_t)line->number);
	artefact_event(a, r.time.ns, "request");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&r.time));
	if (r.time.local)
		artefact_local(a);
	artefact_user(a, none(r.user));
	artefact_text(a, "client", r.client);
	artefact_text(a, "vhost", r.vhost);
	artefact_text(a, "user", none(r.user));
	web_request_put(a, r.request);
	artefact_unsigned(a, "status", r.status);
	artefact_text(a, "bytes", none(r.bytes));
	artefact_text(a, "referer", none(r.referer));
	artefact_text(a, "agent", none(r.agent));
	artefact_text(a, "more", r.more);
	const char *seen = web_request_suspicion(a, r.request, r.agent, r.referer);
	artefact_message(a, "%s asked%s%s: %.1200s, answer %u%s%s", r.client, r.vhost[0] != '\0' ? " " : "", r.vhost, r.request, r.status, seen != NULL ? ", looks like " : "",
	    seen != NULL ? seen : "");
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_web_access = {
	.name = "web_access",
	.source = "web",
	.title = "web server access log (Apache, nginx)",
	.yields = "each request with client, address, answer and browser; those that look like an attack are marked",
	.reference = "Apache httpd mod_log_config, nginx ngx_http_log_module",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};
