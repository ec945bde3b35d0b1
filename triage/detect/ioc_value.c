/* ioc_value.c - the value of an indicator: its true form, what it is, and the key that it is found by. */
#include "triage/detect/ioc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Writings that keep an address from being clicked, and what they stand for. Longer ones first. */
static const struct {
	const char *written, *meant;
} fangs[] = {
	{ "[://]", "://" }, { "[dot]", "." }, { "(dot)", "." }, { "[at]", "@" }, { "(at)", "@" }, { "[.]", "." }, { "(.)", "." }, { "{.}", "." },
	{ "[:]", ":" }, { "[@]", "@" }, { "[/]", "/" },
};

void
ioc_refang(struct buf *out, const char *value, size_t size)
{
	if (size >= 5 && (strncasecmp(value, "hxxp", 4) == 0 || strncasecmp(value, "h**p", 4) == 0)) {
		buf_text(out, "http");
		value += 4;
		size -= 4;
	} else if (size >= 4 && strncasecmp(value, "fxp", 3) == 0 && (value[3] == ':' || value[3] == '[')) {
		buf_text(out, "ftp");
		value += 3;
		size -= 3;
	}
	for (size_t i = 0; i < size;) {
		size_t f = sizeof(fangs) / sizeof(fangs[0]), n = 0;
		if (value[i] == '[' || value[i] == '(' || value[i] == '{')
			for (f = 0; f < sizeof(fangs) / sizeof(fangs[0]); f++) {
				n = strlen(fangs[f].written);
				if (n <= size - i && strncasecmp(value + i, fangs[f].written, n) == 0)
					break;
			}
		if (f == sizeof(fangs) / sizeof(fangs[0])) {
			buf_char(out, value[i++]);
		} else {
			buf_text(out, fangs[f].meant);
			i += n;
		}
	}
}

bool
ioc_parse_address(const char *text, size_t size, uint8_t address[16], unsigned *ret_prefix)
{
	char copy[INET6_ADDRSTRLEN + 1];
	const char *slash = memchr(text, '/', size);
	size_t n = slash != NULL ? (size_t)(slash - text) : size;
	if (n < 2 || n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	bool four = strchr(copy, ':') == NULL;
	memset(address, 0, 16);
	if (four) {
		address[10] = address[11] = 0xff;
		if (inet_pton(AF_INET, copy, address + 12) != 1)
			return false;
	} else if (inet_pton(AF_INET6, copy, address) != 1) {
		return false;
	}
	unsigned long prefix = four ? 32 : 128;
	if (slash != NULL) {
		char digits[4] = "";
		size_t length = size - n - 1;
		if (length == 0 || length > 3)
			return false;
		memcpy(digits, slash + 1, length);
		char *end;
		prefix = strtoul(digits, &end, 10);
		if (*end != '\0' || digits[0] < '0' || digits[0] > '9' || prefix > (four ? 32u : 128u))
			return false;
	}
	*ret_prefix = (unsigned)prefix + (four ? 96 : 0);
	return true;
}

bool
ioc_is_domain(const char *text, size_t size)
{
	size_t label = 0, labels = 1;
	bool letters = false;		/* in the last label */
	if (size < 4 || size > 253)
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = lower(text[i]);
		if (c == '.') {
			if (label == 0 || text[i - 1] == '-')
				return false;
			label = 0;
			labels++;
			letters = false;
			continue;
		}
		bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'z';
		if ((!digit && !letter && c != '-' && c != '_') || ++label > 63 || (label == 1 && c == '-'))
			return false;
		letters |= letter;
	}
	return labels >= 2 && label >= 2 && letters;
}

/* Hives by their names, and what stands below them in a key that a parser tells, from the name of the hive file. */
static const char *const hives[] = {
	"hkey_local_machine\\", "hklm\\", "hkey_current_user\\", "hkcu\\", "hkey_users\\", "hku\\", "hkey_classes_root\\", "hkcr\\", "\\registry\\machine\\",
	"\\registry\\user\\", "registry\\machine\\", "machine\\", "computer\\", "ntuser.dat\\", "usrclass.dat\\",
};

/* The part of a key that is the same whoever tells it: without hive, user and number of the control set; in lower case. */
void
ioc_key_of_registry(struct buf *out, const char *text, size_t size)
{
	size_t start = out->size;
	for (size_t i = 0; i < size; i++) {
		char c = text[i] == '/' ? '\\' : lower(text[i]);
		if (c == ':' && i > 0 && (i + 1 == size || text[i + 1] == '\\'))
			continue;	/* HKLM:\ of PowerShell */
		if (c != '\\' || out->size == start || out->data[out->size - 1] != '\\')
			buf_char(out, c);
	}
	if (out->failed || out->data == NULL)
		return;
	char *key = out->data + start;
	size_t left = out->size - start;
	for (size_t rounds = 0; rounds < 4; rounds++) {
		size_t skip = 0;
		for (size_t h = 0; h < sizeof(hives) / sizeof(hives[0]) && skip == 0; h++)
			if (left > strlen(hives[h]) && memcmp(key, hives[h], strlen(hives[h])) == 0)
				skip = strlen(hives[h]);
		if (skip == 0 && left > 4 && memcmp(key, "s-1-", 4) == 0) {
			const char *next = memchr(key, '\\', left);
			skip = next != NULL ? (size_t)(next - key) + 1 : 0;
		}
		key += skip;
		left -= skip;
	}
	/* whichever control set: the one in use has no number that all tell */
	if (left > 20 && (memcmp(key, "system\\controlset00", 19) == 0 || memcmp(key, "system\\currentcontr", 19) == 0)) {
		char *next = memchr(key + 7, '\\', left - 7);
		size_t rest = next != NULL ? left - (size_t)(next - key) : 0;
		if (next != NULL)
			memmove(key + 6, next, rest);
		left = 6 + rest;
	}
	while (left > 0 && key[left - 1] == '\\')
		left--;
	memmove(out->data + start, key, left);
	out->size = start + left;
	out->data[out->size] = '\0';
}

/* Where variables of Windows lead, as far as it is the same for all machines and users. */
static const struct {
	const char *name, *place;
} variables[] = {
	{ "appdata", "/appdata/roaming" }, { "localappdata", "/appdata/local" }, { "temp", "/temp" }, { "tmp", "/temp" }, { "systemroot", "/windows" },
	{ "windir", "/windows" }, { "system", "/windows/system32" }, { "programdata", "/programdata" }, { "allusersprofile", "/programdata" },
	{ "programfiles", "/program files" }, { "programfiles(x86)", "/program files (x86)" }, { "public", "/users/public" },
};

/* Put what the variable at the beginning stands for; gives the bytes it takes, 0 when there is none. */
static size_t
put_variable(struct buf *out, const char *text, size_t size)
{
	const char *end = size > 2 && text[0] == '%' ? memchr(text + 1, '%', size - 1) : NULL;
	size_t n = end != NULL ? (size_t)(end - text) - 1 : 0;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]) && n > 0; i++)
		if (strlen(variables[i].name) == n && strncasecmp(variables[i].name, text + 1, n) == 0)
			buf_text(out, variables[i].place);
	return n > 0 ? n + 2 : 0;
}

/* Lower case, '/' between names, without drive, and with the place that a variable in front stands for. */
void
ioc_key_of_path(struct buf *out, const char *text, size_t size)
{
	size_t start = out->size, i = put_variable(out, text, size);
	if (i == 0 && size > 2 && text[1] == ':')
		i = 2;
	for (; i < size; i++) {
		char c = text[i] == '\\' ? '/' : lower(text[i]);
		if (c != '/' || out->size == start || out->data[out->size - 1] != '/')
			buf_char(out, c);
	}
}
