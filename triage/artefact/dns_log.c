/*
 * dns_log.c - which machine asked for which name: debug log of the DNS server of Windows, dns.log.
 *
 * "28/11/2026 9:00:01 AM 0E5C PACKET  000001D2D5B9C2D0 UDP Rcv 10.0.0.5  0002   Q [0001   D   NOERROR] A      (3)www(7)example(3)com(0)". Times are the wall clock of
 * the server in the form of its language: day and month are told apart by the file's own dates, else by when it was last written. Lines of details below a
 * packet, the preface and lines that are no packets (EVENT) are passed over. Source: Microsoft, "DNS Logging and Diagnostics"; the preface of the log itself.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { NAME = 1024, NEAR_DAYS = 2 };

struct dns {
	struct log_lines lines;
	char order[4];			/* "dmy" or "mdy", "" as long as it is not known */
};

struct packet {
	struct log_time t;
	char transport[8], way[8], address[64], type[24], flags[48], name[NAME];
	bool answer;
};

static bool
date_of(const char **p, const char *order, struct log_time *t)
{
	return log_time_iso(p, t) || log_time_order(p, order, t);
}

/* By a number that can be no month; else by which of the two lies before, and near, the moment the file was last written. */
static const char *
order_of(const char *line, int64_t mtime)
{
	struct log_time day_first, month_first;
	const char *p = line, *q = line;
	bool a = log_time_order(&p, "dmy", &day_first), b = log_time_order(&q, "mdy", &month_first);
	if (a != b)
		return a ? "dmy" : "mdy";
	if (!a || day_first.ns == month_first.ns || mtime == TRIAGE_TIME_NONE)
		return "";
	int64_t late = mtime + NEAR_DAYS * INT64_C(86400000000000);
	if ((day_first.ns <= late) != (month_first.ns <= late))
		return day_first.ns <= late ? "dmy" : "mdy";
	return "";
}

/* "(3)www(7)example(3)com(0)" -> "www.example.com" */
static void
plain_name(const char *in, char *out, size_t size)
{
	size_t n = 0;
	while (*in == '(' && n + 1 < size) {
		size_t digits = strspn(in + 1, "0123456789");
		if (digits == 0 || in[1 + digits] != ')')
			break;
		in += digits + 2;
		size_t length = strcspn(in, "( \t");
		if (length == 0)
			break;
		if (n > 0)
			out[n++] = '.';
		length = length < size - 1 - n ? length : size - 1 - n;
		memcpy(out + n, in, length);
		n += length;
		in += strcspn(in, "( \t");
	}
	out[n] = '\0';
}

static const char *
word(const char *p, char *out, size_t size)
{
	p += strspn(p, " \t");
	size_t n = strcspn(p, " \t");
	snprintf(out, size, "%.*s", (int)(n < size - 1 ? n : size - 1), p);
	return p + n;
}

/* The line of a packet. False: another line; *ret_dated says whether it begins with a date all the same. */
static bool
read_packet(const char *line, const char *order, struct packet *k, bool *ret_dated)
{
	char ignored[64];
	const char *p = line;
	*k = (struct packet){ .name = "" };
	*ret_dated = date_of(&p, order, &k->t);
	if (!*ret_dated)
		return false;
	p = word(p, ignored, sizeof(ignored));
	const char *after = word(p, ignored, sizeof(ignored));
	if (strcmp(ignored, "PACKET") != 0)
		return false;
	p = word(after, ignored, sizeof(ignored));
	p = word(p, k->transport, sizeof(k->transport));
	p = word(p, k->way, sizeof(k->way));
	p = word(p, k->address, sizeof(k->address));
	if ((strcmp(k->transport, "UDP") != 0 && strcmp(k->transport, "TCP") != 0) || (strcmp(k->way, "Rcv") != 0 && strcmp(k->way, "Snd") != 0))
		return false;
	const char *open = strchr(p, '['), *close = open != NULL ? strchr(open, ']') : NULL;
	if (close == NULL)
		return false;
	for (const char *c = p; c < open; c++)
		k->answer = k->answer || (*c == 'R' && (c[1] == ' ' || c[1] == '\t'));
	snprintf(k->flags, sizeof(k->flags), "%.*s", (int)(close - open - 1 < 47 ? close - open - 1 : 47), open + 1);
	p = word(close + 1, k->type, sizeof(k->type));
	p += strspn(p, " \t");
	plain_name(p, k->name, sizeof(k->name));
	return true;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char line[512];
	struct packet k;
	bool dated;
	(void)who;
	for (size_t i = 0; i < 60 && log_head_line(head, i, line, sizeof(line)); i++) {
		if (i < 4 && strncmp(line, "DNS Server log", 14) == 0)
			return true;
		if (strstr(line, " PACKET ") != NULL && (read_packet(line, "dmy", &k, &dated) || read_packet(line, "mdy", &k, &dated)))
			return true;
		if (i >= 8 && (line[0] < '0' || line[0] > '9') && line[0] != '\0' && line[0] != '\t' && line[0] != ' ')
			break;
	}
	return false;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct dns *d = state;
	struct packet k;
	bool dated;
	if (line->text[0] < '0' || line->text[0] > '9')
		return TRIAGE_OK;
	if (d->order[0] == '\0')
		snprintf(d->order, sizeof(d->order), "%s", order_of(line->text, artefact_who(a)->mtime));
	/* half a day names a clock of English, which has the month first */
	const char *order = d->order[0] != '\0' ? d->order : strstr(line->text, " AM ") != NULL || strstr(line->text, " PM ") != NULL ? "mdy" : "dmy";
	if (!read_packet(line->text, order, &k, &dated)) {
		/* EVENT, Note: and the like: the server's own log has them */
		if (dated && strstr(line->text, " PACKET ") == NULL)
			return TRIAGE_OK;
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju %s", (uintmax_t)line->number,
		    dated ? "is a packet of a form that is not known" : "has no date");
	}
	artefact_event(a, k.t.ns, k.answer ? "name answered" : "name asked");
	artefact_local(a);
	artefact_precision(a, log_precision(&k.t));
	artefact_offset(a, line->offset);
	artefact_text(a, "direction", strcmp(k.way, "Rcv") == 0 ? "received" : "sent");
	artefact_text(a, "transport", k.transport);
	artefact_text(a, "address", k.address);
	artefact_text(a, "flags", k.flags);
	artefact_text(a, "query_type", k.type);
	artefact_text(a, "query_name", k.name);
	if (d->order[0] == '\0')
		artefact_flag(a, "date_order_guessed", true);
	artefact_message(a, "DNS: %s %s %s (%s)%s", strcmp(k.way, "Rcv") == 0 ? k.answer ? "answer by" : "asked by" : k.answer ? "answered" : "asked", k.address,
	    k.name[0] != '\0' ? k.name : "the root", k.type, strstr(k.flags, "NXDOMAIN") != NULL ? ", no such name" : "");
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return log_lines_step(a, &((struct dns *)state)->lines, bytes, at, last, ret_used, take, state, err);
}

const struct artefact_kind artefact_dns_log = {
	.name = "dns_log",
	.source = "other",
	.title = "debug log of the DNS server of Windows (dns.log)",
	.yields = "which machine asked for which name, and what it was answered",
	.reference = "Microsoft, DNS Logging and Diagnostics; the preface of the log",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct dns),
	.release = log_lines_release_state,
};
