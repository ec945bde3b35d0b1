/* html_verify.c - how anyone checks the bundle without this program, and the few words that need explaining. */
#include "triage/report/html.h"

struct step {
	const char *key;
	const char *command;	/* shown as it is, the same in every language; NULL for none */
};

static const struct step steps[] = {
	{ "verify.files", "sha256sum -c manifest-sha256.txt" },
	{ "verify.tags", "sha256sum -c tagmanifest-sha256.txt" },
	{ "verify.seal", "sha256sum tagmanifest-sha256.txt" },
	{ "verify.signature", "openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt"
	    " -CAfile ca.pem -out /dev/null" },
	{ "verify.more", NULL },
};

void
html_verify(struct page *p)
{
	page_section(p, "verify", "verify.title");
	page_say(p, "p", "verify.intro", NULL);
	page_raw(p, "<ol class=\"steps\">\n");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		page_raw(p, "<li>");
		page_say(p, "span", steps[i].key, NULL);
		if (steps[i].command != NULL) {
			page_raw(p, "<pre><code>");
			page_text(p, steps[i].command);
			page_raw(p, "</code></pre>");
		}
		page_raw(p, "</li>\n");
	}
	page_raw(p, "</ol>\n");
	page_say(p, "p class=\"note\"", "verify.where", NULL);
	page_raw(p, "</section>\n");
}

void
html_glossary(struct page *p)
{
	static const char *const words[] = { "coverage", "confidence", "rule", "ransom-note", "encrypted", "offset", "digest", "utc", "stream",
		"custody", "seal" };
	page_section(p, "words", "words.title");
	page_raw(p, "<dl class=\"words\">\n");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char key[64];
		page_raw(p, "<div>");
		page_say(p, "dt", key_or(p, key, "word", words[i], "word.digest"), NULL);
		page_say(p, "dd", key_or(p, key, "means", words[i], "means.digest"), NULL);
		page_raw(p, "</div>\n");
	}
	page_raw(p, "</dl></section>\n");
}
