#include "triage/detect/logon.h"

#include "triage/detect/words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
own_address(const char *a)
{
	static const char *const own[] = { "-", "local", "lokaal", "127.0.0.1", "::1", "0.0.0.0", "::", "localhost", "::%16777216", "?", NULL };
	for (const char *const *o = own; *o != NULL; o++)
		if (strcmp(*o, a) == 0)
			return true;
	return a[0] == ':' && a[1] != ':' && strlen(a) < 9 && strchr(a + 1, ':') == NULL;	/* a display or terminal */
}

/* Lower case, without what stands before and behind the address itself. */
static void
take_address(struct logon *l, const char *text)
{
	while (*text == ' ' || *text == '\\' || *text == '[')
		text++;
	if (words_starts(text, "CLIENT: "))
		text += 8;
	if (words_starts(text, "ipv4:") || words_starts(text, "ipv6:"))
		text += 5;
	if (words_starts(text, "::ffff:"))
		text += 7;
	size_t n = 0, colons = 0, dots = 0;
	for (; text[n] != '\0' && text[n] != ']' && text[n] != ',' && text[n] != ' ' && text[n] != '/' && text[n] != '\\' && n + 1 < sizeof(l->address); n++) {
		l->address[n] = (char)tolower((unsigned char)text[n]);
		colons += text[n] == ':';
		dots += text[n] == '.';
	}
	l->address[n] = '\0';
	if (colons == 1 && dots == 3)		/* a port behind an address */
		*strchr(l->address, ':') = '\0';
}

/* Without domain; "" for what names nobody. */
static void
take_account(struct logon *l, const char *text)
{
	const char *slash = strrchr(text, '\\');
	if (slash != NULL)
		text = slash + 1;
	size_t n = 0;
	for (; text[n] != '\0' && text[n] != '@' && n + 1 < sizeof(l->account); n++)
		l->account[n] = (char)tolower((unsigned char)text[n]);
	l->account[n] = '\0';
	if (strcmp(l->account, "-") == 0 || words_starts(l->account, "anonymous") || words_starts(l->account, "s-1-5-"))
		l->account[0] = '\0';
}

enum { SAYS_NOTHING = -1 };

static const struct record {
	int64_t event_id;
	const char *provider;		/* glob */
	enum logon_kind kind;
	const char *protocol;
	const char *address[2], *account;
	bool interactive;
} records[] = {
	{ 4624, "Microsoft-Windows-Security-Auditing", LOGON_WORKED, "", { "ip_address", "workstation_name" }, "target_user_name", false },
	{ 4625, "Microsoft-Windows-Security-Auditing", LOGON_FAILED, "", { "ip_address", "workstation_name" }, "target_user_name", false },
	{ 4771, "Microsoft-Windows-Security-Auditing", LOGON_FAILED, "kerberos", { "ip_address" }, "target_user_name", false },
	{ 4776, "Microsoft-Windows-Security-Auditing", LOGON_FAILED, "network", { "workstation" }, "target_user_name", false },
	{ 4648, "Microsoft-Windows-Security-Auditing", LOGON_WENT, "explicit-credentials", { "target_server_name" }, "target_user_name", false },
	{ 4778, "Microsoft-Windows-Security-Auditing", LOGON_CAME, "rdp", { "client_address", "client_name" }, "account_name", true },
	{ 5140, "Microsoft-Windows-Security-Auditing", LOGON_CAME, "smb", { "ip_address" }, "subject_user_name", false },
	{ 1149, "Microsoft-Windows-TerminalServices-RemoteConnectionManager", LOGON_CAME, "rdp", { "param3" }, "param1", true },
	{ 21, "Microsoft-Windows-TerminalServices-LocalSessionManager", LOGON_WORKED, "rdp", { "address", "user_data.address" }, "user", true },
	{ 25, "Microsoft-Windows-TerminalServices-LocalSessionManager", LOGON_WORKED, "rdp", { "address", "user_data.address" }, "user", true },
	{ 131, "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", LOGON_CAME, "rdp", { "client_ip" }, "", true },
	{ 140, "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", LOGON_FAILED, "rdp", { "ip_string", "ipstring" }, "", true },
	{ 1024, "Microsoft-Windows-TerminalServices-ClientActiveXCore", LOGON_WENT, "rdp", { "value" }, "", true },
	{ 1102, "Microsoft-Windows-TerminalServices-ClientActiveXCore", LOGON_WENT, "rdp", { "value" }, "", true },
	{ 302, "Microsoft-Windows-TerminalServices-Gateway", LOGON_CAME, "rdp", { "ip_address" }, "username", true },
	{ 6, "Microsoft-Windows-WinRM", LOGON_WENT, "winrm", { "connection" }, "", true },
	{ 18456, "MSSQL*", LOGON_FAILED, "mssql", { "data" }, "data", false },
	{ 3, "Microsoft-Windows-Sysmon", LOGON_WENT, "", { "destination_hostname", "destination_ip" }, "user", false },
};

static const char *
port_protocol(const char *port)
{
	static const char *const ports[][2] = { { "3389", "rdp" }, { "445", "smb" }, { "139", "smb" }, { "5985", "winrm" }, { "5986", "winrm" }, { "22", "ssh" } };
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (strcmp(ports[i][0], port) == 0)
			return ports[i][1];
	return "";
}

/* What a record needs besides its fields; false when it is none of somebody from elsewhere. */
static bool
read_more(struct happening *h, const struct record *r, struct logon *l)
{
	int64_t type = SAYS_NOTHING;
	size_t at = 0;
	const char *text;
	if (r->event_id == 4624 || r->event_id == 4625) {
		happening_number(h, "logon_type", &type);
		l->protocol = type == 10 || type == 7 || type == 12 ? "rdp" : type == 3 || type == 8 ? "network" : "";
		l->interactive = l->protocol[0] == 'r';
		/* who unlocks the screen at the machine itself comes from its own address; of a session that is taken up again through a tunnel other records tell */
		return l->protocol[0] != '\0' && !(type == 7 && own_address(l->address));
	}
	if (r->event_id == 4776 && happening_number(h, "status", &type) && type == 0)
		return false;
	if (r->event_id == 18456) {
		while ((text = happening_next(h, "data", &at)) != NULL)
			if (strstr(text, "CLIENT:") != NULL)
				take_address(l, strstr(text, "CLIENT:"));
		return true;
	}
	if (r->event_id == 3) {
		bool out = strcmp(happening_text(h, "initiated"), "true") == 0;
		l->protocol = port_protocol(happening_text(h, "destination_port"));
		l->kind = out ? LOGON_WENT : LOGON_CAME;
		if (!out)
			take_address(l, happening_text(h, "source_ip"));
		return l->protocol[0] != '\0';
	}
	return true;
}

static bool
read_windows(struct happening *h, int64_t id, struct logon *l)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		const struct record *r = &records[i];
		if (r->event_id != id || !words_glob(r->provider, happening_text(h, "provider")))
			continue;
		l->kind = r->kind;
		l->protocol = r->protocol;
		l->interactive = r->interactive;
		for (size_t k = 0; k < 2 && r->address[k] != NULL && (l->address[0] == '\0' || own_address(l->address)); k++) {
			const char *text = happening_text(h, r->address[k]);
			if (k == 0 || (text[0] != '\0' && l->address[0] == '\0') || strcmp(l->address, "-") == 0)
				take_address(l, text);
		}
		take_account(l, happening_text(h, r->account));
		return read_more(h, r, l);
	}
	return false;
}

/* Parsers of other logs say it in the same words. */
static bool
read_other(struct happening *h, struct logon *l)
{
	static const struct {
		const char *parser, *protocol;
		bool interactive;
	} parsers[] = { { "syslog", "ssh", true }, { "journal", "ssh", true }, { "esxi", "ssh", true }, { "audit", "ssh", true }, { "utmp", "ssh", true }, { "samba", "smb", false }, { "ftp_log", "ftp", false },
		{ "gateway_log", "vpn", true }, { "mssql_errorlog", "mssql", false }, { "ese.client", "ual", false }, { "registry.rdp_client", "rdp", true }, { "registry.sshclient", "ssh", true },
		{ "teamviewer", "teamviewer", true }, { "unix_log", "application", true }, { "app_log", "application", true } };
	static const char *const fields[] = { "address", "remote", "client", "remote_address", "remote_host", "remote_id", NULL };
	const struct detect_event *e = h->event;
	size_t p = 0, count = sizeof(parsers) / sizeof(parsers[0]);
	while (p < count && strcmp(parsers[p].parser, e->parser) != 0)
		p++;
	if (p == count)
		return false;
	bool out = words_starts(e->parser, "registry.") || strcmp(happening_text(h, "direction"), "outgoing") == 0;
	l->kind = out ? LOGON_WENT : strcmp(e->meaning, "failed logon") == 0 ? LOGON_FAILED : strcmp(e->meaning, "logon") == 0 ? LOGON_WORKED :
	    strcmp(e->parser, "ese.client") == 0 || strcmp(e->parser, "teamviewer") == 0 || (strcmp(e->parser, "samba") == 0 && strstr(e->message, "opened the share") != NULL) ? LOGON_CAME : LOGON_NONE;
	if (l->kind == LOGON_NONE)
		return false;
	/* a program that is known by the words of its log alone */
	l->protocol = happening_text(h, "logon_to")[0] != '\0' ? "application" : parsers[p].protocol;
	l->interactive = parsers[p].interactive;
	for (const char *const *f = fields; *f != NULL && l->address[0] == '\0'; f++)
		take_address(l, happening_text(h, *f));
	take_account(l, out ? happening_text(h, "remote_user") : e->user);
	return true;
}

bool
logon_read(struct happening *h, struct logon *l)
{
	int64_t id = words_event_id(h->event);
	*l = (struct logon){ .kind = LOGON_NONE, .protocol = "" };
	if (!(id >= 0 && strcmp(h->event->parser, "evtx") == 0 ? read_windows(h, id, l) : read_other(h, l)))
		return false;
	size_t n = strlen(l->account);
	if (l->address[0] == '\0' || (n > 0 && l->account[n - 1] == '$'))
		return false;
	l->own = own_address(l->address) || words_starts(l->address, "fe80:") || words_starts(l->address, "127.");
	return !l->own || (strcmp(l->protocol, "rdp") == 0 && l->kind == LOGON_WORKED && strncmp(l->address, "fe80", 4) != 0 && l->address[0] != 'l' && l->address[0] != '-'
	    && strcmp(l->address, "0.0.0.0") != 0);
}

bool
logon_is_public(const char *address)
{
	struct in_addr four;
	struct in6_addr six;
	if (inet_pton(AF_INET, address, &four) == 1) {
		uint32_t a = ntohl(four.s_addr);
		return !(a >> 24 == 10 || a >> 24 == 127 || a >> 24 == 0 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe || a >> 22 == (100u << 2 | 1) || a >> 28 >= 0xe);
	}
	if (inet_pton(AF_INET6, address, &six) == 1)
		return (six.s6_addr[0] & 0xe0) == 0x20;
	return false;
}
