/* text_fields.c - small things that parsers of text logs share. */
#include "triage/artefact/text_fields.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

bool
text_between(const char *line, const char *before, const char *after, char *out, size_t size)
{
	const char *p = strstr(line, before), *end;
	out[0] = '\0';
	if (p == NULL)
		return false;
	p += strlen(before);
	end = after != NULL ? strstr(p, after) : NULL;
	if (end == NULL)
		end = p + strlen(p);
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (p < end && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	size_t n = (size_t)(end - p);
	n = n < size ? n : size - 1;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

void
text_put_between(struct artefact *a, const char *key, const char *line, const char *before, const char *after)
{
	char value[4096];
	if (text_between(line, before, after, value, sizeof(value)))
		artefact_text(a, key, value);
}

bool
text_begins(const char *line, const char *with)
{
	return strncasecmp(line, with, strlen(with)) == 0;
}

bool
text_has_any(const char *line, const char *const *words)
{
	/* in one pass: most lines have none of many words */
	bool begins[UCHAR_MAX + 1] = { false };
	for (const char *const *w = words; *w != NULL; w++)
		begins[tolower((unsigned char)**w)] = begins[toupper((unsigned char)**w)] = true;
	for (; *line != '\0'; line++)
		for (const char *const *w = words; begins[(unsigned char)*line] && *w != NULL; w++)
			if (tolower((unsigned char)**w) == tolower((unsigned char)*line) && strncasecmp(line, *w, strlen(*w)) == 0)
				return true;
	return false;
}

void
text_user_of_path(const char *path, char *out, size_t size)
{
	static const char *const roots[] = { "/Users/", "/Documents and Settings/", "/home/" };
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		const char *p = strcasestr(path, roots[i]), *end;
		if (p == NULL || (end = strchr(p + strlen(roots[i]), '/')) == NULL)
			continue;
		p += strlen(roots[i]);
		size_t n = (size_t)(end - p);
		if (n == 0 || n >= size)
			return;
		memcpy(out, p, n);
		out[n] = '\0';
		return;
	}
}

const char *
text_value_of(const char *text, const char *key, char *out, size_t size, bool *ret_cut)
{
	size_t length = strlen(key);
	out[0] = '\0';
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncasecmp(line, key, length) != 0 || line[length] != '=')
			continue;
		line += length + 1;
		size_t n = strcspn(line, "\r\n");
		if (n >= size)
			*ret_cut = true;
		n = n < size ? n : size - 1;
		memcpy(out, line, n);
		out[n] = '\0';
		break;
	}
	return out;
}

bool
text_key_is_new(struct text_keys *k, const char *key)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->key[i], key) == 0)
			return false;
	if (k->count == sizeof(k->key) / sizeof(k->key[0]) || strlen(key) >= sizeof(k->key[0]))
		return false;
	memcpy(k->key[k->count++], key, strlen(key) + 1);
	return true;
}

void
text_snake(const char *name, char *out, size_t size)
{
	size_t n = 0;
	for (; *name != '\0' && n + 1 < size; name++) {
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
		else if (n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}
