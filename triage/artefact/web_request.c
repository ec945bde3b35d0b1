/* web_request.c - requests: parts and signs of attack. */
#include "triage/artefact/web_request.h"

#include <string.h>

enum { TEXT_MAX = 8 << 10 };

struct sign {
	const char *text;		/* lower case, decoded; several with '|' between, all of which must be there */
	const char *what, *technique;
};

static const char traversal[] = "path traversal", command[] = "a shell command", code[] = "code", sql[] = "SQL injection", shell[] = "a web shell", lookup[] =
    "a JNDI lookup", scanner[] = "a scanner", script[] = "a script for browsers", secret[] = "a search for secrets";

static const struct sign request_signs[] = {
	{ "../..", traversal, "T1190" }, { "..\\..", traversal, "T1190" }, { "/../", traversal, "T1190" }, { "/.%2e/", traversal, "T1190" }, { "..;/", traversal, "T1190" },
	{ "/etc/passwd", traversal, "T1190" }, { "win.ini", traversal, "T1190" }, { "/proc/self/", traversal, "T1190" },
	{ "${jndi:", lookup, "T1190" }, { "${|:-j}", lookup, "T1190" },
	{ "?cmd=", command, "T1505.003" }, { "&cmd=", command, "T1505.003" }, { "?exec=", command, "T1505.003" }, { "?command=", command, "T1505.003" },
	{ "/bin/sh", command, "T1190" }, { "/bin/bash", command, "T1190" }, { "cmd.exe", command, "T1190" }, { "powershell", command, "T1190" }, { ";wget ", command, "T1190" },
	{ "; wget ", command, "T1190" }, { ";curl ", command, "T1190" }, { "|sh", command, "T1190" }, { "=whoami", command, "T1190" }, { "certutil", command, "T1190" },
	{ "xp_cmdshell", command, "T1190" }, { "${@", code, "T1190" }, { "() {", command, "T1190" },
	{ "base64_decode", code, "T1190" }, { "eval(", code, "T1190" }, { "system(", code, "T1190" }, { "passthru(", code, "T1190" }, { "shell_exec", code, "T1190" },
	{ "php://input", code, "T1190" }, { "php://filter", code, "T1190" }, { "data://text", code, "T1190" }, { "allow_url_include", code, "T1190" }, { "<?php", code, "T1190" },
	{ "invokefunction", code, "T1190" }, { "class.module.classloader", code, "T1190" }, { "#_memberaccess", code, "T1190" }, { "__proto__", code, "T1190" },
	{ "union|select", sql, "T1190" }, { "information_schema", sql, "T1190" }, { "' or '1'='1", sql, "T1190" }, { "' or 1=1", sql, "T1190" }, { "sleep(|select", sql, "T1190" },
	{ "waitfor delay", sql, "T1190" }, { "benchmark(", sql, "T1190" }, { "extractvalue(", sql, "T1190" }, { "load_file(", sql, "T1190" },
	{ "c99.php", shell, "T1505.003" }, { "r57.php", shell, "T1505.003" }, { "wso.php", shell, "T1505.003" }, { "b374k", shell, "T1505.003" }, { "alfa.php", shell, "T1505.003" },
	{ "shell.php", shell, "T1505.003" },
	{ "cmd.php", shell, "T1505.003" }, { "cmd.jsp", shell, "T1505.003" }, { "cmd.asp", shell, "T1505.003" }, { "shell.jsp", shell, "T1505.003" },
	{ "shell.asp", shell, "T1505.003" }, { "webshell", shell, "T1505.003" }, { "antsword", shell, "T1505.003" }, { "behinder", shell, "T1505.003" },
	{ "weevely", shell, "T1505.003" }, { "p0wny", shell, "T1505.003" }, { "adminer.php", shell, "T1505.003" }, { "tunnel.aspx", shell, "T1505.003" },
	{ "conn.aspx", shell, "T1505.003" },
	{ "/.env", secret, "T1595.003" }, { "/.git/", secret, "T1595.003" }, { "/.aws/", secret, "T1595.003" }, { "wp-config.php", secret, "T1595.003" }, { "/.ssh/", secret, "T1595.003" },
	{ "<script", script, "T1190" },
};

static const struct sign agent_signs[] = {
	{ "sqlmap", scanner, "T1595.002" }, { "nikto", scanner, "T1595.002" }, { "masscan", scanner, "T1595.002" }, { "nmap", scanner, "T1595.002" },
	{ "zgrab", scanner, "T1595.002" }, { "gobuster", scanner, "T1595.003" }, { "wpscan", scanner, "T1595.002" }, { "dirbuster", scanner, "T1595.003" },
	{ "dirb", scanner, "T1595.003" }, { "nuclei", scanner, "T1595.002" }, { "acunetix", scanner, "T1595.002" }, { "netsparker", scanner, "T1595.002" },
	{ "openvas", scanner, "T1595.002" }, { "nessus", scanner, "T1595.002" }, { "hydra", scanner, "T1595.002" }, { "feroxbuster", scanner, "T1595.003" },
	{ "ffuf", scanner, "T1595.003" }, { "wfuzz", scanner, "T1595.003" }, { "${jndi:", lookup, "T1190" }, { "() {", command, "T1190" },
};

void
web_request_put(struct artefact *a, const char *request)
{
	size_t method = strspn(request, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	const char *url = request + method, *end = request + strlen(request), *http = strstr(request, " HTTP/");
	for (const char *next = http; next != NULL; next = strstr(http + 1, " HTTP/"))
		http = next;
	if (method > 0 && *url == ' ') {
		artefact_bytes(a, "method", request, method);
		url++;
		artefact_bytes(a, "url", url, (size_t)((http != NULL && http >= url ? http : end) - url));
		if (http != NULL && http >= url)
			artefact_text(a, "protocol", http + 1);
	} else if (request[0] != '\0' && strcmp(request, "-") != 0) {
		artefact_text(a, "url", request);
	}
	artefact_text(a, "request", request);
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Lower case, %41 and + decoded, in place or to another place. */
static void
plain(const char *from, char *into, size_t room)
{
	size_t n = 0;
	for (; *from != '\0' && n + 1 < room; from++) {
		char c = *from;
		if (c == '%' && digit(from[1]) >= 0 && digit(from[2]) >= 0) {
			c = (char)(digit(from[1]) * 16 + digit(from[2]));
			from += 2;
		} else if (c == '+') {
			c = ' ';
		}
		into[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '\0' ? ' ' : c;
	}
	into[n] = '\0';
}

static bool
has(const char *text, const char *sign)
{
	while (*sign != '\0') {
		char one[64];
		size_t n = strcspn(sign, "|");
		/* "|sh" begins with what parts others: it is itself */
		if (n == 0)
			return strstr(text, sign) != NULL;
		memcpy(one, sign, n);
		one[n] = '\0';
		text = strstr(text, one);
		if (text == NULL)
			return false;
		text += n;
		sign += n + (sign[n] == '|');
	}
	return true;
}

static void
look(const char *text, const struct sign *signs, size_t count, const struct sign **found, size_t *found_count)
{
	for (size_t i = 0; i < count && *found_count < 8; i++) {
		bool known = !has(text, signs[i].text);
		for (size_t k = 0; k < *found_count && !known; k++)
			known = found[k]->what == signs[i].what;
		if (!known)
			found[(*found_count)++] = &signs[i];
	}
}

const char *
web_request_suspicion(struct artefact *a, const char *request, const char *agent, const char *referer)
{
	char text[TEXT_MAX];
	const struct sign *found[8];
	size_t count = 0;
	plain(request, text, sizeof(text));
	/* what is encoded twice is decoded twice: the second time over itself, which only gets shorter */
	plain(text, text, sizeof(text));
	look(text, request_signs, sizeof(request_signs) / sizeof(request_signs[0]), found, &count);
	plain(agent, text, sizeof(text));
	look(text, agent_signs, sizeof(agent_signs) / sizeof(agent_signs[0]), found, &count);
	plain(referer, text, sizeof(text));
	look(text, agent_signs + sizeof(agent_signs) / sizeof(agent_signs[0]) - 2, 2, found, &count);
	if (count == 0)
		return NULL;
	artefact_list(a, "suspicious");
	for (size_t i = 0; i < count; i++)
		artefact_item(a, found[i]->what);
	artefact_list_end(a);
	artefact_technique(a, found[0]->technique);
	return found[0]->what;
}
