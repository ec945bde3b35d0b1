/* evtx_words.c - see evtx_words.h. Sources: ntstatus.h, RFC 4120 7.5.9 and RFC 3961, the message file of the Security log. */
#include "triage/artefact/evtx_words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct word {
	uint32_t number;
	const char *text;
};

static const struct word logon_types[] = {
	{ 0, "system start" }, { 2, "interactive" }, { 3, "network" }, { 4, "batch" }, { 5, "service" }, { 7, "unlock" }, { 8, "network with clear text password" },
	{ 9, "other credentials for the network" }, { 10, "remote desktop" }, { 11, "interactive with cached credentials" },
	{ 12, "remote desktop with cached credentials" }, { 13, "unlock with cached credentials" },
};

static const struct word statuses[] = {
	{ 0x0, "success" }, { 0xc0000022, "access denied" }, { 0xc000005e, "no logon server" }, { 0xc0000064, "no such user" }, { 0xc000006a, "wrong password" },
	{ 0xc000006d, "wrong user name or password" }, { 0xc000006e, "account restriction" }, { 0xc000006f, "outside of logon hours" },
	{ 0xc0000070, "not from this workstation" }, { 0xc0000071, "password expired" }, { 0xc0000072, "account disabled" },
	{ 0xc00000dc, "server in the wrong state" }, { 0xc0000133, "clocks too far apart" }, { 0xc000015b, "logon type not granted" },
	{ 0xc000018c, "trust broken" }, { 0xc0000192, "Netlogon not started" }, { 0xc0000193, "account expired" }, { 0xc0000224, "password must change" },
	{ 0xc0000225, "not found" }, { 0xc0000234, "account locked out" }, { 0xc00002ee, "error in the process of logon" },
	{ 0xc0000371, "no secret of the account" }, { 0xc0000388, "downgrade attack suspected" }, { 0xc0000413, "authentication firewall" },
};

static const struct word kerberos_errors[] = {
	{ 0x0, "success" }, { 0x6, "no such client" }, { 0x7, "no such service" }, { 0x9, "no key" }, { 0xc, "not allowed by policy" },
	{ 0xe, "cipher not supported" }, { 0x12, "account disabled, expired or locked" }, { 0x17, "password expired" }, { 0x18, "wrong password" },
	{ 0x19, "preauthentication required" }, { 0x1b, "user to user only" }, { 0x1f, "integrity check failed" }, { 0x20, "ticket expired" },
	{ 0x21, "ticket not yet valid" }, { 0x22, "replay" }, { 0x25, "clocks too far apart" }, { 0x29, "message changed" }, { 0x3c, "generic error" },
	{ 0x3e, "client not trusted" }, { 0x44, "user to user not supported" },
};

static const struct word ciphers[] = {
	{ 0x1, "DES" }, { 0x3, "DES" }, { 0x11, "AES 128" }, { 0x12, "AES 256" }, { 0x17, "RC4" }, { 0x18, "RC4 export" }, { 0xffffffff, "none" },
};

static const struct word codes[] = {
	{ 1537, "delete" }, { 1538, "read control" }, { 1539, "write DAC" }, { 1540, "write owner" }, { 1541, "synchronize" }, { 1832, "identification" },
	{ 1833, "impersonation" }, { 1840, "delegation" }, { 1842, "yes" }, { 1843, "no" }, { 1936, "full token" }, { 1937, "elevated" }, { 1938, "limited token" },
	{ 2080, "account disabled" }, { 2082, "password not required" }, { 2084, "account enabled" }, { 2089, "password never expires" },
	{ 2304, "an error occurred" }, { 2305, "account expired" }, { 2306, "NetLogon not active" }, { 2307, "account locked out" },
	{ 2308, "logon type not granted" }, { 2309, "password expired" }, { 2310, "account disabled" }, { 2311, "outside of logon hours" },
	{ 2312, "not from this workstation" }, { 2313, "unknown user name or wrong password" }, { 4416, "read data" }, { 4417, "write data" },
	{ 4418, "append data" }, { 4423, "read attributes" }, { 4424, "write attributes" }, { 8448, "success removed" }, { 8449, "success added" },
	{ 8450, "failure removed" }, { 8451, "failure added" }, { 14592, "inbound" }, { 14593, "outbound" }, { 14608, "resource assignment" },
	{ 14610, "listen" }, { 14611, "connect" },
};

static const struct {
	const struct word *words;
	size_t count;
} tables[] = {
#define T(words) { words, sizeof(words) / sizeof(words[0]) }
	[EVTX_AS_LOGON] = T(logon_types), [EVTX_AS_STATUS] = T(statuses), [EVTX_AS_KERBEROS] = T(kerberos_errors), [EVTX_AS_CIPHER] = T(ciphers),
	[EVTX_AS_CODE] = T(codes),
#undef T
};

static size_t
base_name(char *text, size_t size)
{
	size_t from = size;
	while (from > 0 && text[from - 1] != '\\' && text[from - 1] != '/')
		from--;
	if (from == size)
		return size;
	memmove(text, text + from, size - from + 1);
	return size - from;
}

size_t
evtx_words(unsigned format, char *text, size_t size, size_t room)
{
	if (format == EVTX_AS_FILE)
		return base_name(text, size);
	if (format == EVTX_AS_IS || format >= sizeof(tables) / sizeof(tables[0]) || size > 24)
		return size;
	bool code = strncmp(text, "%%", 2) == 0;
	char *end;
	unsigned long long number = strtoull(code ? text + 2 : text, &end, 0);
	if (code != (format == EVTX_AS_CODE) || end == text || *end != '\0' || number > UINT32_MAX)
		return size;
	for (size_t i = 0; i < tables[format].count; i++) {
		const char *words = tables[format].words[i].text;
		size_t n = strlen(words), at = code ? 0 : size + 2;
		if (tables[format].words[i].number != number || at + n + 2 > room)
			continue;
		memcpy(text + at, words, n + 1);
		if (!code) {
			text[size] = ' ';
			text[size + 1] = '(';
			text[at + n++] = ')';
			text[at + n] = '\0';
		}
		return at + n;
	}
	return size;
}
