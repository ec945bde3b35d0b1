/* app_logon.c - logons in the words of applications: which, from where, who. */
#include "triage/artefact/app_logon.h"

#include "triage/artefact/text_fields.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LABEL = 24 };

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) != 0 || c == '_';
}

/* One of the labels, a list that ends with NULL, stands before s, with nothing between but signs of a field. */
static bool
is_labelled(const char *text, const char *s, const char *const *labels)
{
	while (s > text && strchr(" =:\"'[({`\\", s[-1]) != NULL)
		s--;
	const char *end = s;
	while (s > text && (is_word(s[-1]) || s[-1] == '-') && end - s < LABEL)
		s--;
	for (; *labels != NULL; labels++)
		if ((size_t)(end - s) == strlen(*labels) && strncasecmp(s, *labels, (size_t)(end - s)) == 0)
			return true;
	return false;
}

/* The address at s, which begins a word. Returns the bytes that it takes, 0 when it is none. */
static size_t
address_at(const char *s, char out[48])
{
	unsigned char raw[16];
	size_t n = strspn(s, "0123456789abcdefABCDEF.:"), size = n;
	while (size > 0 && (s[size - 1] == '.' || s[size - 1] == ':'))
		size--;
	/* a port behind an address of version 4 */
	const char *colon = memchr(s, ':', size);
	if (colon != NULL && memchr(s, '.', (size_t)(colon - s)) != NULL)
		size = (size_t)(colon - s);
	if (size < 3 || size > 45 || is_word(s[n]))
		return 0;
	snprintf(out, 48, "%.*s", (int)size, s);
	bool four = inet_pton(AF_INET, out, raw) == 1;
	return four || (colon != NULL && inet_pton(AF_INET6, out, raw) == 1) ? size : 0;
}

/* The address of who came: one that is called so, else the first that is not called the server's own. */
static bool
find_address(const char *text, char out[48])
{
	static const char *const theirs[] = { "from", "client", "ip", "ip-address", "ipaddress", "ip_address", "remote_ip", "remoteaddr", "remote_addr", "remote_address", "client_ip",
		"clientip", "client_address", "src_ip", "source_ip", "src", "rhost", "rip", "addr", "remote", "host", "peer", "clienthost", NULL };
	static const char *const ours[] = { "to", "server", "local", "dst", "dst_ip", "dest_ip", "destination", "lip", "listen", "on", "at", "version", "v", NULL };
	/* behind a proxy */
	static const char *const origin[] = { "oip", NULL };
	char found[48];
	unsigned best = 0;
	for (const char *s = text; *s != '\0'; s++) {
		if (s > text && (is_word(s[-1]) || s[-1] == '.' || (s[-1] == ':' && s > text + 1 && is_word(s[-2]) && *s != ':' && isdigit((unsigned char)s[-2]))))
			continue;
		if (!isxdigit((unsigned char)*s) && !(s[0] == ':' && s[1] == ':'))
			continue;
		size_t size = address_at(s, found);
		/* "([203.0.113.9]) [198.51.100.7]": what a mail client says of itself, and where it is */
		if (size == 0 || (s > text + 1 && s[-1] == '[' && s[-2] == '('))
			continue;
		unsigned now = is_labelled(text, s, origin) ? 3 : is_labelled(text, s, theirs) ? 2 : is_labelled(text, s, ours) ? 0 : 1;
		if (now > best)
			snprintf(out, 48, "%s", found);
		best = now > best ? now : best;
		s += size - 1;
	}
	return best > 0;
}

/* What stands behind a label: in quotes or brackets, or up to the next sign. "" when it is no name. */
static void
take_name(const char *s, char *out, size_t size)
{
	static const char *const none[] = { "null", "none", "--", "-", "or", "and", "is", "not", "unknown", "name", "was", "has", "logged", "with", "attempt", "attempts", "failed", "failure", "failures",
		"authentication", "invalid", "error", "disconnected", "user", NULL };
	struct app_logon address;
	s += s[0] == '\\' && s[1] == '"';
	bool quoted = *s != '\0' && strchr("\"'`[<", *s) != NULL;
	const char end[] = { *s == '[' ? ']' : *s == '<' ? '>' : *s, '\\', '\0' };
	s += quoted;
	size_t n = strcspn(s, quoted ? end : " ,;)]}|\t\"'");
	while (!quoted && n > 0 && (s[n - 1] == '.' || s[n - 1] == ':'))
		n--;
	snprintf(out, size, "%.*s", (int)(n < size ? n : size - 1), s);
	for (const char *const *w = none; *w != NULL; w++)
		if (strcasecmp(out, *w) == 0)
			out[0] = '\0';
	/* root@203.0.113.9 */
	char *at = strrchr(out, '@');
	if (at != NULL && address_at(at + 1, address.address) > 0)
		*at = '\0';
	if (strpbrk(out, "=(){}") != NULL || (isxdigit((unsigned char)out[0]) && address_at(out, address.address) > 0))
		out[0] = '\0';
}

static void
find_user(const char *text, char *out, size_t size)
{
	/* plain: also without a sign between, in sentences that go on as those do */
	static const struct { const char *label; bool plain; } labels[] = { { "username", true }, { "user_name", false }, { "user name", false }, { "login_name", false }, { "user", true },
		{ "account", true }, { "set_id", false }, { "uname", false }, { "login", false }, { "name", false }, { "email", false }, { "for", true } };
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && out[0] == '\0'; i++) {
		size_t n = strlen(labels[i].label);
		for (const char *s = text; out[0] == '\0' && (s = strcasestr(s, labels[i].label)) != NULL; s += n) {
			const char *value = s + n;
			if (s > text && is_word(s[-1]))
				continue;
			value += value[0] == '\\' && value[1] == '"';
			value += (*value == '"' || *value == '\'') && (value[1] == ':' || value[1] == '=');
			bool field = *value == '=' || *value == ':';
			value += field;
			if (!field && *value != ' ')
				continue;
			value += strspn(value, " ");
			const char *end = value + strcspn(value, " ");
			bool plain = labels[i].plain && (strncmp(end, " from ", 6) == 0 || strncmp(end, " failed", 7) == 0 || strncmp(end, " has been", 9) == 0 || strncmp(end, " logged", 7) == 0 || strncmp(end, " (", 2) == 0);
			if (field || plain || (*value != '\0' && strchr("\"'`[", *value) != NULL))
				take_name(value, out, size);
		}
	}
}

bool
app_logon_read(const char *text, struct app_logon *ret)
{
	static const char *const stems[] = { "log", "auth", "credential", "password", "sign", NULL };
	static const char *const failed[] = { "failed login", "failed log in", "failed to login", "failed to log in", "failed logon", "failed sign-in", "failed authentication", "login failed", "logon failed",
		"loginfailed", "login_failed", "login_error", "login failure", "login attempt failed", "login incorrect", "sign-in failed", "auth failed", "auth failure", "auth-failure", "auth_failed",
		"auth-error", "authenticator failed", "failed to validate user credentials", "invalid username", "invalid user name", "invalid password", "invalid login", "invalid credentials",
		"invalid authentication", "invalid_identifier", "incorrect username", "incorrect password", "password is incorrect", "wrong password", "bad password", "unsuccessful login",
		"unsuccessful logon", "unsuccessful 1fa", "unsuccessful authentication", "attempted to login", NULL };
	static const char *const refused[] = { "failure", " failed", " denied", "unsuccessful", "rejected", NULL };
	static const char *const worked[] = { "successful login", "login successful", "successful logon", "logon successful", "login succeeded", "login success", "successful authentication",
		"authentication successful", "authentication succeeded", "successfully authenticated", "successfully logged in", "logged in", "logged on", "signed in", "auth succeeded", NULL };
	static const char *const denied[] = { "not logged", "no longer logged", "never logged", "logged in users", NULL };
	*ret = (struct app_logon){ .failed = false };
	if (!text_has_any(text, stems))
		return false;
	ret->failed = text_has_any(text, failed) || (strcasestr(text, "authentication") != NULL && text_has_any(text, refused));
	if (!ret->failed && (!text_has_any(text, worked) || text_has_any(text, denied)))
		return false;
	if (!find_address(text, ret->address))
		return false;
	find_user(text, ret->user, sizeof(ret->user));
	return true;
}

const char *
app_logon_put(struct artefact *a, const struct app_logon *l, const char *logon_to)
{
	artefact_text(a, "address", l->address);
	artefact_text(a, "logon_to", logon_to);
	artefact_user(a, l->user);
	artefact_technique(a, l->failed ? "T1110" : "T1078");
	return l->failed ? "failed logon" : "logon";
}
