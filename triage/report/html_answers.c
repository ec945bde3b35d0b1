/* html_answers.c - the questions that everybody asks first, in the order in which they are asked, each with its answer, how sure it is and what it rests on. */
#include "triage/report/html.h"

#include "triage/base/json.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS_SHOWN = 2, TEXT_MAX = 8 << 20, WORD_SIZE = 40 };

/* In the order of the page. moment, until: members with times; names: the list whose members' own names are shown (html_names.c). */
static const struct question {
	const char *name, *moment, *until, *names, *link;
} questions[] = {
	{ "attacked", NULL, NULL, NULL, NULL },
	{ "active", NULL, NULL, NULL, NULL },
	{ "window", "start", "end", NULL, "damage" },
	{ "origin", NULL, NULL, NULL, NULL },
	{ "family", NULL, NULL, "families", NULL },
	{ "first_action", "time", NULL, NULL, "moments" },
	{ "ways_in", NULL, NULL, NULL, NULL },
	{ "data_left", NULL, NULL, NULL, NULL },
	{ "contacts", NULL, NULL, "items", "contacts" },
	{ "accounts", NULL, NULL, "accounts", "resets" },
	{ "restore", "last_before_first_act", NULL, NULL, NULL },
	{ "protection", NULL, NULL, NULL, NULL },
	{ "keep", NULL, NULL, NULL, NULL },
	{ "evidence", NULL, NULL, NULL, "verify" },
};

struct item {
	struct buf title, rule, host, path;
};

struct answer {
	char word[WORD_SIZE], certainty[WORD_SIZE];
	int64_t dwell;			/* seconds */
	char dwell_until[WORD_SIZE];
	int64_t moment, until;
	bool or_earlier;
	struct item items[ITEMS_SHOWN];
	size_t item_count;
	int64_t more, left_out;		/* findings beside those: in the list, and that it leaves out */
	struct json list, blind;	/* at the array's start; text NULL: none */
};

static void
take_word(struct json *j, char out[WORD_SIZE])
{
	if (json_next(j) == JSON_STRING)
		snprintf(out, WORD_SIZE, "%.*s", (int)(j->value_size < WORD_SIZE ? j->value_size : WORD_SIZE - 1), j->value);
}

/* A time, or the "time" of an object. */
static void
take_moment(struct json *j, int64_t *out)
{
	char text[WORD_SIZE] = "";
	struct json ahead = *j;
	if (json_next(&ahead) != JSON_OBJECT) {
		take_word(j, text);
	} else {
		json_next(j);
		while (json_next(j) == JSON_KEY)
			if (json_is(j, "time"))
				take_word(j, text);
			else if (!json_skip(j))
				break;
	}
	if (!when_parse(text, out))
		*out = TRIAGE_TIME_NONE;
}

static struct buf *
member_of(struct item *one, const struct json *j)
{
	return json_is(j, "title") ? &one->title : json_is(j, "rule") ? &one->rule : json_is(j, "host") ? &one->host : json_is(j, "path") ? &one->path : NULL;
}

/* What the first findings of a list are known by. */
static void
take_items(struct json *j, struct answer *a)
{
	if (json_next(j) != JSON_ARRAY) {
		json_skip(j);
		return;
	}
	while (json_next(j) == JSON_OBJECT) {
		struct item *one = a->item_count < ITEMS_SHOWN ? &a->items[a->item_count] : NULL;
		bool titled = false;
		while (json_next(j) == JSON_KEY) {
			struct buf *text = one != NULL ? member_of(one, j) : NULL;
			titled = titled || (text != NULL && text == &one->title);
			if (text != NULL && json_next(j) == JSON_STRING)
				json_string(j, text);
			else if (!json_skip(j))
				return;
		}
		a->item_count += titled;
		a->more += one == NULL;
	}
}

static void
read_answer(const char *text, size_t size, const struct question *q, struct answer *a)
{
	struct json j;
	json_start(&j, text, size);
	bool ok = json_next(&j) == JSON_OBJECT;
	while (ok && json_next(&j) == JSON_KEY) {
		if (json_is(&j, "answer"))
			take_word(&j, a->word);
		else if (json_is(&j, "certainty"))
			take_word(&j, a->certainty);
		else if (q->moment != NULL && json_is(&j, q->moment))
			take_moment(&j, &a->moment);
		else if (q->until != NULL && json_is(&j, q->until))
			take_moment(&j, &a->until);
		else if (json_is(&j, "dwell_seconds") && json_next(&j) == JSON_NUMBER)
			ok = json_int(&j, &a->dwell) || json_skip(&j);
		else if (json_is(&j, "dwell_until"))
			take_word(&j, a->dwell_until);
		else if (json_is(&j, "or_earlier"))
			a->or_earlier = json_next(&j) == JSON_TRUE;
		else if (q->names != NULL && json_is(&j, q->names) && json_next(&j) == JSON_ARRAY) {
			a->list = j;
			ok = json_skip(&j);
		}
		else if (json_is(&j, "items") && strcmp(q->name, "keep") != 0 && strcmp(q->name, "evidence") != 0)
			take_items(&j, a);
		else if (a->item_count > 0 && json_is(&j, "items_left_out") && json_next(&j) == JSON_NUMBER)
			ok = json_int(&j, &a->left_out) || json_skip(&j);
		else if (json_is(&j, "blind") && json_next(&j) == JSON_ARRAY) {
			a->blind = j;
			ok = json_skip(&j);
		} else
			ok = json_skip(&j);
	}
}

/* The number of the finding on this page, 0 for none: that of the same place, else the first that says the same. */
static uint64_t
find_finding(struct page *p, const struct item *i)
{
	struct triage_error ignored;
	struct case_cursor *c;
	uint64_t id = 0;
	if (case_rows(p->reader, CASE_FINDINGS, CASE_BY_ID, &c, &ignored) != TRIAGE_OK)
		return 0;
	while (case_next(c, &ignored) == TRIAGE_OK && (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID) <= p->facts.linkable) {
		if (strcmp(case_text(c, CASE_FINDINGS_TITLE), buf_cstr(&i->title)) != 0 || strcmp(case_text(c, CASE_FINDINGS_RULE), buf_cstr(&i->rule)) != 0)
			continue;
		bool here = strcmp(case_text(c, CASE_FINDINGS_HOST), buf_cstr(&i->host)) == 0 && strcmp(case_text(c, CASE_FINDINGS_PATH), buf_cstr(&i->path)) == 0;
		if (here || id == 0)
			id = (uint64_t)case_int(c, CASE_FINDINGS_FINDING_ID);
		if (here)
			break;
	}
	case_cursor_close(c);
	return id;
}

static void
put_items(struct page *p, const struct answer *a)
{
	for (size_t i = 0; i < a->item_count && i < ITEMS_SHOWN; i++) {
		uint64_t id = find_finding(p, &a->items[i]);
		page_raw(p, "<br>");
		page_rule_text(p, "span", buf_cstr(&a->items[i].title));
		if (id > 0 && p->paper)
			page_format(p, " #%ju", (uintmax_t)id);
		else if (id > 0)
			page_format(p, " <a class=\"ref\" href=\"#finding-%ju\">#%ju</a>", (uintmax_t)id, (uintmax_t)id);
	}
	uint64_t more = (uint64_t)a->more + (a->left_out > 0 ? (uint64_t)a->left_out : 0);
	if (more > 0 && p->paper) {
		page_raw(p, "<br>");
		page_say(p, "span", "story.more", WITH(AS_COUNT(more)));
	} else if (more > 0) {
		page_raw(p, "<br><a class=\"ref\" href=\"#findings\">");
		page_say(p, "span", "story.more", WITH(AS_COUNT(more)));
		page_raw(p, "</a>");
	}
}

/* What was not there to be read: an answer that nothing was found is worth no more than that. */
static void
put_blind(struct page *p, struct json j)
{
	uint64_t count = 0;
	SCOPED_BUF one;
	buf_init(&one, 1 << 16);
	if (j.text == NULL)
		return;
	for (struct json ahead = j; json_next(&ahead) == JSON_STRING;)
		count++;
	if (count == 0)
		return;
	if (p->paper) {
		page_raw(p, "<br>");
		page_say(p, "span class=\"soft\"", "answer.blind", WITH(AS_COUNT(count)));
		return;
	}
	page_raw(p, "<details>");
	page_say(p, "summary", "answer.blind", WITH(AS_COUNT(count)));
	page_raw(p, "<ul>");
	while (json_next(&j) == JSON_STRING) {
		buf_clear(&one);
		json_string(&j, &one);
		page_told(p, "li", buf_cstr(&one));
	}
	page_raw(p, "</ul></details>");
}

static void
put_certainty(struct page *p, const struct answer *a)
{
	char room[64];
	const char *key = key_or(p, room, "sure", a->certainty, "");
	if (key[0] == '\0')
		return;
	page_say(p, "span class=\"soft\"", key, NULL);
}

static void
put_answer(struct page *p, const struct question *q, const struct answer *a)
{
	char room[64], key[96];
	snprintf(key, sizeof(key), "ask.%s", q->name);
	for (char *c = key; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	page_raw(p, "<div>");
	page_say(p, "dt", key, NULL);
	page_raw(p, "<dd>");
	snprintf(key, sizeof(key), "answer.%s", q->name);
	for (char *c = key; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	page_say(p, "b", key_or(p, room, key, a->word, "answer.other"), NULL);
	put_certainty(p, a);
	if (a->moment != TRIAGE_TIME_NONE) {
		page_raw(p, "<br>");
		page_time(p, a->moment);
		if (a->until != TRIAGE_TIME_NONE) {
			page_raw(p, " – ");
			page_time(p, a->until);
		}
		if (a->or_earlier) {
			page_raw(p, " · ");
			page_say(p, "span", "answer.or-earlier", NULL);
		}
	}
	if (a->dwell > 0) {
		page_raw(p, "<br>");
		page_say(p, "span", key_or(p, room, "answer.dwell", a->dwell_until, "answer.dwell"), WITH(AS_COUNT((a->dwell + 86399) / 86400)));
	}
	if (a->list.text != NULL)
		html_names(p, q->name, a->list);
	put_items(p, a);
	if (!p->paper && q->link != NULL && (strcmp(q->link, "verify") == 0 || html_has(p, q->link))) {
		page_format(p, " <a class=\"ref\" href=\"#%s\">", q->link);
		page_say(p, "span", strcmp(q->link, "verify") == 0 ? "answer.seal" : "answer.more", NULL);
		page_raw(p, "</a>");
	}
	put_blind(p, a->blind);
	page_raw(p, "</dd></div>\n");
}

/* An answer as the case has it; its word is empty when there is none. text: what its lists lie in. */
static void
open_answer(struct page *p, const struct question *q, struct buf *text, struct answer *a)
{
	char fact[64];
	*a = (struct answer){ .moment = TRIAGE_TIME_NONE, .until = TRIAGE_TIME_NONE };
	buf_init(text, TEXT_MAX);
	for (size_t i = 0; i < ITEMS_SHOWN; i++) {
		struct buf *const members[] = { &a->items[i].title, &a->items[i].rule, &a->items[i].host, &a->items[i].path };
		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			buf_init(members[k], 1 << 16);
	}
	snprintf(fact, sizeof(fact), "answer.%s", q->name);
	buf_text(text, case_meta(p->reader, fact));
	read_answer(buf_cstr(text), text->size, q, a);
}

static void
close_answer(struct buf *text, struct answer *a)
{
	buf_release(text);
	for (size_t i = 0; i < ITEMS_SHOWN; i++) {
		struct buf *const members[] = { &a->items[i].title, &a->items[i].rule, &a->items[i].host, &a->items[i].path };
		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			buf_release(members[k]);
	}
}

static void
put_question(struct page *p, const struct question *q)
{
	struct answer a;
	struct buf text;
	open_answer(p, q, &text, &a);
	if (a.word[0] != '\0')
		put_answer(p, q, &a);
	close_answer(&text, &a);
}

/* What a word of the ladder begins with. */
static unsigned
confidence_of(const char *certainty, unsigned otherwise)
{
	static const struct {
		const char *word;
		unsigned confidence;
	} ladder[] = { { "established", 90 }, { "very-probable", 70 }, { "probable", 40 }, { "possible", 1 } };
	for (size_t i = 0; i < sizeof(ladder) / sizeof(ladder[0]); i++)
		if (strcmp(certainty, ladder[i].word) == 0)
			return ladder[i].confidence;
	return otherwise;
}

static const struct question *
question_named(const char *name)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (strcmp(questions[i].name, name) == 0)
			return &questions[i];
	return &questions[0];
}

unsigned
html_certainty(struct page *p, const char *question, unsigned otherwise)
{
	struct answer a;
	struct buf text;
	open_answer(p, question_named(question), &text, &a);
	unsigned confidence = confidence_of(a.certainty, otherwise);
	close_answer(&text, &a);
	return confidence;
}

void
html_first_act(struct page *p)
{
	struct facts *f = &p->facts;
	struct answer a;
	struct buf text;
	open_answer(p, question_named("first_action"), &text, &a);
	if (a.word[0] != '\0') {
		f->first_time = a.moment;
		f->first_confidence = confidence_of(a.certainty, 0);
		f->first_finding = a.item_count > 0 ? find_finding(p, &a.items[0]) : 0;
	}
	close_answer(&text, &a);
}

void
html_answers(struct page *p)
{
	if (!html_has(p, "answers"))
		return;
	page_section(p, "answers", "answers.title");
	page_raw(p, "<dl class=\"facts answers\">\n");
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		put_question(p, &questions[i]);
	page_raw(p, "</dl></section>\n");
}
