/* antivirus.c - what the logs of virus protection programs have in common. */
#include "triage/artefact/antivirus.h"

#include <string.h>

void
antivirus_event(struct artefact *a, const struct log_line *line, const struct log_time *t, const struct antivirus_entry *e)
{
	bool found = e->threat[0] != '\0';
	artefact_event(a, t->ns, found ? "threat detected" : e->meaning);
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(t));
	if (t->local)
		artefact_local(a);
	artefact_user(a, e->user);
	artefact_text(a, "product", e->product);
	artefact_text(a, "threat_name", e->threat);
	artefact_text(a, "path", e->path);
	artefact_text(a, "action", e->action);
	if (found)
		artefact_message(a, "%s found %s%s%s%s%s", e->product, e->threat, e->path[0] != '\0' ? " in " : "", e->path, e->action[0] != '\0' ? ": " : "", e->action);
	else
		artefact_message(a, "%s: %.1500s", e->product, e->text);
}

/* The end of a value that begins with a quote, which is written without its quotes; *p goes behind it. */
static void
unquote(char **p)
{
	char *from = *p + 1, *to = *p;
	while (*from != '\0') {
		if (*from == '"' && *++from != '"')
			break;
		*to++ = *from++;
	}
	char *rest = from;
	*to = '\0';
	*p = rest;
}

size_t
antivirus_split(char *line, const char *separator, bool quotes, const char *ret_values[ANTIVIRUS_VALUES])
{
	size_t count = 0, step = strlen(separator);
	char *p = line;
	while (p != NULL && count < ANTIVIRUS_VALUES) {
		ret_values[count++] = p;
		if (quotes && *p == '"')
			unquote(&p);
		char *next = strstr(p, separator);
		if (next != NULL) {
			*next = '\0';
			next += step;
		}
		p = next;
	}
	for (size_t i = count; i < ANTIVIRUS_VALUES; i++)
		ret_values[i] = "";
	return count;
}
