/*
 * firewall_log.c - connections that the Windows firewall let through or dropped: pfirewall.log.
 *
 * Source: header of the file itself (version 1.5). Times are the machine's wall clock unless the header says otherwise; the source's
 * word is "other", for there is none for a host firewall.
 */
#include "triage/artefact/text_fields.h"
#include "triage/artefact/w3c.h"

#include <string.h>
#include <strings.h>

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char fields[W3C_NAMES];
	(void)who;
	return w3c_head(head, "Fields:", fields, sizeof(fields)) && strcasestr(fields, "src-ip") != NULL && strcasestr(fields, "action") != NULL;
}

static enum triage_status
take(struct artefact *a, void *state, const struct w3c_line *line, struct triage_error *err)
{
	const struct w3c *w = state;
	const char *action = w3c_value(w, line, "action"), *port = w3c_value(w, line, "dst-port"), *way = w3c_value(w, line, "path"), *lost = "INFO-EVENTS-LOST";
	char key[48];
	struct text_keys seen = { .count = 0 };
	artefact_event(a, line->when.ns, strcasecmp(action, "DROP") == 0 ? "dropped" : strcasecmp(action, "CLOSE") == 0 ? "connection closed" :
	    strcasecmp(action, lost) == 0 ? "events lost" : "connection allowed");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&line->when));
	if (line->when.local)
		artefact_local(a);
	for (size_t i = 0; i < w->columns; i++) {
		text_snake(w3c_name(w, i), key, sizeof(key));
		if (strcmp(key, "date") != 0 && strcmp(key, "time") != 0 && key[0] != '\0' && text_key_is_new(&seen, key))
			artefact_text(a, key, line->values[i]);
	}
	artefact_message(a, "%s %s from %s to %s%s%s%s%s", action, w3c_value(w, line, "protocol"), w3c_value(w, line, "src-ip"), w3c_value(w, line, "dst-ip"),
	    port[0] != '\0' ? " port " : "", port, way[0] != '\0' ? ", " : "", way);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return w3c_step(a, state, bytes, at, last, ret_used, take, state, err);
}

static void
release(void *state)
{
	w3c_release(state);
}

const struct artefact_kind artefact_firewall_log = {
	.name = "firewall_log",
	.source = "other",
	.title = "log of the Windows firewall (pfirewall.log)",
	.yields = "connections that were allowed and dropped",
	.reference = "header of the file, version 1.5",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct w3c),
	.release = release,
};
