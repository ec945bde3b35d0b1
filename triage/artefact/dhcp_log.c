/*
 * dhcp_log.c - which machine had which address when: audit logs of the DHCP server of Windows, DhcpSrvLog-Mon.log, DhcpV6SrvLog-Mon.log.
 *
 * A preface with the meaning of the numbers, then "ID,Date,Time,Description,IP Address,Host Name,MAC Address,..." and lines of values; times are the wall clock
 * of the server. Source: Microsoft, "Analyze DHCP server log files"; logs of Server 2008 to 2022. The day is MM/DD/YY whatever the language.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, DATE, TIME, DESCRIPTION, ADDRESS, HOST, MAC, FIXED, COLUMNS = 24, VALUE = 512 };

struct dhcp {
	struct log_lines lines;
	bool six;
	size_t columns;
	char key[COLUMNS][48];		/* by column, of the line of names */
};

struct values {
	char text[COLUMNS][VALUE];
	size_t count;
	bool cut;			/* a value is longer than VALUE - 1 bytes, or there are more than COLUMNS */
};

static void
part(const char *line, struct values *v)
{
	bool more = true;
	v->cut = false;
	for (v->count = 0; more && v->count < COLUMNS; v->count++) {
		size_t n = strcspn(line, ",");
		while (n > 0 && *line == ' ')
			line++, n--;
		snprintf(v->text[v->count], VALUE, "%.*s", (int)(n < VALUE - 1 ? n : VALUE - 1), line);
		v->cut |= n >= VALUE;
		more = line[n] == ',';
		line += n + more;
	}
	v->cut |= more;
}

static bool
is_names(const char *line)
{
	return (text_begins(line, "ID,Date,Time,Description,IP Address,Host Name,MAC Address") || text_begins(line, "ID Date,Time,Description,IPv6 Address,Host Name") ||
	    text_begins(line, "ID,Date,Time,Description,IPv6 Address,Host Name"));
}

static bool
when_of(const struct values *v, struct log_time *t)
{
	char both[64];
	const char *p = both;
	snprintf(both, sizeof(both), "%.20s %.20s", v->text[DATE], v->text[TIME]);
	return v->count > ADDRESS && strspn(v->text[ID], "0123456789") == strlen(v->text[ID]) && log_time_order(&p, "mdy", t) && *p == '\0';
}

static bool
shape(const char *line)
{
	struct values v;
	struct log_time t;
	if (is_names(line) || strcasestr(line, "DHCP Service Activity Log") != NULL || strcasestr(line, "DHCPv6 Service Activity Log") != NULL)
		return true;
	if (line[0] < '0' || line[0] > '9')
		return false;
	part(line, &v);
	return v.count >= FIXED && when_of(&v, &t);
}

/* The preface is longer than the lines that are looked at; without it all lines are lines of values, and the name must say what it is. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	char line[256];
	size_t looked = 0, fits;
	for (size_t i = 0; i < 4 && log_head_line(head, i, line, sizeof(line)); i++)
		if (strcasestr(line, "DHCP Service Activity Log") != NULL || strcasestr(line, "DHCPv6 Service Activity Log") != NULL || is_names(line))
			return true;
	if (strcasestr(who->name, "dhcp") == NULL)
		return false;
	fits = log_head_count(head, 8, shape, &looked);
	return fits > 0 && 2 * fits >= looked;
}

static void
take_names(struct dhcp *d, const char *line)
{
	struct values v;
	/* the names of IPv6 may lack the first comma, which the lines of values have */
	bool joined = text_begins(line, "ID Date");
	part(joined ? line + 3 : line, &v);
	d->six = strcasestr(line, "IPv6") != NULL;
	d->columns = v.count + joined < COLUMNS ? v.count + joined : COLUMNS;
	struct text_keys seen = { .count = 0 };
	d->key[0][0] = '\0';
	for (size_t i = joined; i < d->columns; i++) {
		text_snake(v.text[i - joined], d->key[i], sizeof(d->key[i]));
		if (i < FIXED || !text_key_is_new(&seen, d->key[i]))
			d->key[i][0] = '\0';
	}
}

static const char *
meaning_of(unsigned id)
{
	switch (id) {
	case 0: return "log begun";
	case 1: return "log ended";
	case 24: return "cleanup begun";
	case 25: return "cleanup ended";
	case 2: return "log paused";
	case 10: return "address leased";
	case 11: return "lease renewed";
	case 12: return "address released";
	case 13: case 14: case 15: case 22: return "address refused";
	case 16: case 17: case 18: return "lease ended";
	case 20: case 21: return "address leased (BOOTP)";
	case 30: case 31: case 32: return "name told to DNS";
	case 33: return "packet dropped";
	default: return id >= 50 ? "rogue server detection" : "logged";
	}
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct dhcp *d = state;
	struct values v;
	struct log_time t;
	if (is_names(line->text)) {
		take_names(d, line->text);
		return TRIAGE_OK;
	}
	part(line->text, &v);
	if (!when_of(&v, &t)) {
		/* the preface ("00 The log was started."), and blank lines */
		size_t digits = strspn(line->text, "0123456789");
		if (digits == 0 || line->text[digits] != ',')
			return TRIAGE_OK;
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry", (uintmax_t)line->number);
	}
	artefact_event(a, t.ns, d->six ? "logged" : meaning_of((unsigned)strtoul(v.text[ID], NULL, 10)));
	artefact_local(a);
	artefact_precision(a, log_precision(&t));
	artefact_offset(a, line->offset);
	artefact_text(a, "id", v.text[ID]);
	artefact_text(a, "description", v.text[DESCRIPTION]);
	artefact_text(a, "address", v.text[ADDRESS]);
	artefact_text(a, "client_name", v.count > HOST ? v.text[HOST] : "");
	/* a log of IPv6 has no such column there */
	artefact_text(a, d->six ? "column_7" : "mac_address", v.count > MAC ? v.text[MAC] : "");
	for (size_t i = FIXED; i < v.count && i < d->columns; i++)
		if (d->key[i][0] != '\0')
			artefact_text(a, d->key[i], v.text[i]);
	if (v.cut || line->cut)
		artefact_cut(a);
	artefact_message(a, "DHCP: %s%s%s%s%s%s%s", v.text[DESCRIPTION], v.text[ADDRESS][0] != '\0' ? " " : "", v.text[ADDRESS], v.count > HOST && v.text[HOST][0] != '\0' ? ", " : "",
	    v.count > HOST ? v.text[HOST] : "", !d->six && v.count > MAC && v.text[MAC][0] != '\0' ? ", network card " : "", !d->six && v.count > MAC ? v.text[MAC] : "");
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return log_lines_step(a, &((struct dhcp *)state)->lines, bytes, at, last, ret_used, take, state, err);
}

const struct artefact_kind artefact_dhcp_log = {
	.name = "dhcp_log",
	.source = "other",
	.title = "log of the DHCP server of Windows (DhcpSrvLog)",
	.yields = "which machine, by name and network card, had which address when",
	.reference = "Microsoft, Analyze DHCP server log files",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct dhcp),
	.release = log_lines_release_state,
};
