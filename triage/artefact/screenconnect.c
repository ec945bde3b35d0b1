/*
 * screenconnect.c - whose ScreenConnect (ConnectWise Control) is installed: system.config, user.config, app.config of the client.
 *
 * XML of .NET settings; the parameters by which the client starts have the relay (h), its port (p), the session (s) and a key (k). The file's own last
 * change is the only time. Source: files of ScreenConnect 20 to 24. Sessions themselves are in the Application log and in the server's Session.db.
 */
#include "triage/artefact/text_fields.h"

#include "triage/base/buf.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LOOKED = 1 << 20 };

static bool
has(struct view text, const char *needle)
{
	return memmem(text.data, text.size, needle, strlen(needle)) != NULL;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	struct view front = { head.data, head.size < 8192 ? head.size : 8192 };
	size_t mark = front.size >= 3 && memcmp(front.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (front.size <= mark || front.data[mark] != '<' || !has(front, "<configuration"))
		return false;
	return has(front, "ScreenConnect.") || (strcasestr(who->path, "ScreenConnect Client") != NULL && has(front, "<setting"));
}

/* One parameter of "?e=Access&amp;y=Guest&amp;h=relay&amp;p=443": up to the next '&' or quote. */
static bool
parameter(const char *text, const char *name, char *out, size_t size)
{
	char with[16];
	static const char *const before[] = { "?", "&", ";" };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		snprintf(with, sizeof(with), "%s%s=", before[i], name);
		const char *p = strstr(text, with);
		if (p == NULL)
			continue;
		p += strlen(with);
		size_t n = strcspn(p, "&\"'< \r\n");
		snprintf(out, size, "%.*s", (int)(n < size ? n : size - 1), p);
		return out[0] != '\0';
	}
	out[0] = '\0';
	return false;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	SCOPED_BUF text;
	char relay[256], port[16], session[80], kind[32];
	buf_init(&text, LOOKED + 16);
	buf_put(&text, all.data, all.size < LOOKED ? all.size : LOOKED);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\0')
			text.data[i] = ' ';
	const char *t = buf_cstr(&text);
	if (artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, all.size, err, "the file's own time is not known");
	artefact_event(a, artefact_who(a)->mtime, "settings last changed");
	artefact_offset(a, 0);
	artefact_technique(a, "T1219");
	if (parameter(t, "h", relay, sizeof(relay)))
		artefact_text(a, "relay", relay);
	if (parameter(t, "p", port, sizeof(port)))
		artefact_text(a, "port", port);
	if (parameter(t, "s", session, sizeof(session)))
		artefact_text(a, "session", session);
	if (parameter(t, "e", kind, sizeof(kind)))
		artefact_text(a, "kind", kind);
	artefact_message(a, "ScreenConnect client%s%s%s%s", relay[0] != '\0' ? " of the relay " : ", its settings name no relay", relay, port[0] != '\0' ? " port " : "", port);
	return artefact_send(a, err);
}

const struct artefact_kind artefact_screenconnect = {
	.name = "screenconnect",
	.source = "remote-access",
	.title = "settings of the ScreenConnect client",
	.yields = "the relay that the client reports to: whose instance it is",
	.reference = "files of ScreenConnect 20 to 24",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
