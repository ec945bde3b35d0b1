/* html_names.c - the names that an answer of page 1 has: of families, of accounts with the most telling first, of the machines that somebody went to from here. */
#include "triage/report/html.h"

#include "triage/base/json.h"

#include <string.h>

enum { NAMES_SHOWN = 6, TEXT_MAX = 1 << 16 };

struct names {
	struct buf text[NAMES_SHOWN];
	size_t count;			/* of all; those beyond the shown ones have no text */
};

/* name and filter: members of an object; only objects whose filter is wanted count, all with filter NULL. */
static void
collect(struct json list, const char *name, const char *filter, const char *wanted, struct names *n)
{
	SCOPED_BUF one;
	buf_init(&one, TEXT_MAX);
	while (json_next(&list) == JSON_OBJECT) {
		bool named = false, fits = filter == NULL;
		buf_clear(&one);
		while (json_next(&list) == JSON_KEY) {
			bool is_name = json_is(&list, name), is_filter = filter != NULL && json_is(&list, filter);
			if ((is_name || is_filter) && json_next(&list) == JSON_STRING) {
				named = named || is_name;
				fits = fits || (is_filter && json_is(&list, wanted));
				if (is_name)
					json_string(&list, &one);
			} else if (!json_skip(&list)) {
				return;
			}
		}
		for (size_t i = 0; i < n->count && i < NAMES_SHOWN; i++)
			named = named && strcmp(buf_cstr(&n->text[i]), buf_cstr(&one)) != 0;
		if (!named || !fits)
			continue;
		if (n->count < NAMES_SHOWN)
			buf_put(&n->text[n->count], buf_cstr(&one), one.size);
		n->count++;
	}
}

static void
put(struct page *p, const char *label, const struct names *n)
{
	page_raw(p, "<br>");
	if (label != NULL) {
		page_say(p, "span", label, NULL);
		page_raw(p, " ");
	}
	for (size_t i = 0; i < n->count && i < NAMES_SHOWN; i++) {
		page_raw(p, i > 0 ? ", " : "");
		page_evidence(p, buf_cstr(&n->text[i]));
	}
	if (n->count > NAMES_SHOWN)
		page_raw(p, " …");
}

/* The state of the first family's decryptor. */
static void
put_decryptor(struct page *p, struct json list)
{
	char room[64], word[40] = "";
	if (json_next(&list) != JSON_OBJECT)
		return;
	while (json_next(&list) == JSON_KEY) {
		bool state = json_is(&list, "state");
		if (json_is(&list, "decryptor") && json_next(&list) == JSON_OBJECT)
			continue;	/* its members come next */
		if (state && json_next(&list) == JSON_STRING && word[0] == '\0' && list.value_size < sizeof(word)) {
			memcpy(word, list.value, list.value_size);
			word[list.value_size] = '\0';
		} else if (!json_skip(&list)) {
			break;
		}
	}
	if (word[0] == '\0')
		return;
	page_raw(p, "<br>");
	page_say(p, "span", key_or(p, room, "decryptor", word, "decryptor.not-known"), NULL);
}

void
html_names(struct page *p, const char *question, struct json list)
{
	struct names n = { .count = 0 };
	const char *label = NULL;
	for (size_t i = 0; i < NAMES_SHOWN; i++)
		buf_init(&n.text[i], TEXT_MAX);
	if (strcmp(question, "accounts") == 0) {
		for (int severity = TRIAGE_CRITICAL; severity >= TRIAGE_INFO; severity--)
			collect(list, "account", "severity", triage_severity_name((unsigned)severity), &n);
		if (n.count == 0)	/* of no severity that is known */
			collect(list, "account", NULL, NULL, &n);
	} else if (strcmp(question, "contacts") == 0) {
		label = "contact.went-to";
		collect(list, "peer", "direction", "to", &n);
		if (n.count == 0) {
			label = "contact.came-from";
			collect(list, "peer", "direction", "from", &n);
		}
	} else {
		collect(list, "family", NULL, NULL, &n);
	}
	if (n.count > 0)
		put(p, label, &n);
	if (strcmp(question, "family") == 0)
		put_decryptor(p, list);
	for (size_t i = 0; i < NAMES_SHOWN; i++)
		buf_release(&n.text[i]);
}
