/*
 * webshells.c - scripts in web folders that came long after their siblings, and pages that one visitor alone sends data to.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { GROUPS_KEPT = 50000, PAGES_MAX = 100000, BUCKETS = 4096, SIBLINGS = 4, POSTS = 3, SITE = 100 };
#define DAY (INT64_C(86400) * 1000000000)

/* Scripts of one folder. */
struct script_folder {
	struct script_folder *next, *later;
	const struct folder *folder;
	uint64_t count;
	int64_t newest, second;		/* when they came */
	const char *path;		/* of the newest */
	uint64_t file_id;
};

struct page {
	struct page *next, *later;
	const char *url, *client;
	uint64_t posts, others;
	bool several;			/* clients */
	int64_t first, last;
	struct fold_example example;
	const char *host;
};

struct webshells_state {
	struct script_folder *folders[BUCKETS], *first_folder, *last_folder;
	struct page *pages[BUCKETS], *first_page, *last_page;
	size_t folder_count, page_count;
	uint64_t requests;
};

static const char scripts[] = "*.php|*.phtml|*.phar|*.php5|*.php7|*.asp|*.aspx|*.ashx|*.asmx|*.jsp|*.jspx|*.cfm";

static enum triage_status
webshells_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	static const char roots[] = "*/var/www/*|*/srv/www/*|*/htdocs/*|*/wwwroot/*|*/public_html/*|*/inetpub/*|*/webapps/*|*/httpdocs/*";
	struct webshells_state *st = state;
	(void)err;
	if (!s->ordinary || s->file->state != TRIAGE_STATE_ALLOCATED || s->appeared == TRIAGE_TIME_NONE || strchr(s->file->name, '.') == NULL || !words_glob_any(scripts, '|', s->file->name)
	    || !words_glob_any(roots, '|', s->file->path))
		return TRIAGE_OK;
	struct script_folder **head = &st->folders[((uintptr_t)s->folder >> 4) % BUCKETS], *g = *head;
	while (g != NULL && g->folder != s->folder)
		g = g->next;
	if (g == NULL) {
		g = st->folder_count < GROUPS_KEPT ? pool_alloc(&j->pool, sizeof(*g)) : NULL;
		if (g == NULL) {
			judge_remark(j, "More folders of web sites hold scripts than the judge compares; those beyond were not compared.");
			return TRIAGE_OK;
		}
		*g = (struct script_folder){ .next = *head, .folder = s->folder, .newest = TRIAGE_TIME_NONE, .second = TRIAGE_TIME_NONE, .path = "" };
		*head = g;
		if (st->last_folder != NULL)
			st->last_folder->later = g;
		else
			st->first_folder = g;
		st->last_folder = g;
		st->folder_count++;
	}
	g->count++;
	if (g->newest == TRIAGE_TIME_NONE || s->appeared > g->newest) {
		g->second = g->newest;
		g->newest = s->appeared;
		g->file_id = s->file->file_id;
		const char *path = pool_text(&j->pool, s->file->path, strlen(s->file->path));
		g->path = path != NULL ? path : "";
	} else if (g->second == TRIAGE_TIME_NONE || s->appeared > g->second) {
		g->second = s->appeared;
	}
	return TRIAGE_OK;
}

static struct page *
page_of(struct detect_judge *j, struct webshells_state *st, const char *url, const struct happening *h)
{
	uint32_t hash = 2166136261u;
	for (const char *p = url; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)*p)) * 16777619u;
	struct page **head = &st->pages[(hash ^ hash >> 13) % BUCKETS];
	for (struct page *p = *head; p != NULL; p = p->next)
		if (strcasecmp(p->url, url) == 0)
			return p;
	struct page *p = st->page_count < PAGES_MAX ? pool_alloc(&j->pool, sizeof(*p)) : NULL;
	if (p == NULL || (p->url = pool_text(&j->pool, url, strlen(url))) == NULL || (p->host = pool_text(&j->pool, h->event->host, strlen(h->event->host))) == NULL) {
		judge_remark(j, "Web servers were asked for more pages than the judge counts; those beyond were not counted.");
		return NULL;
	}
	p->example = judge_keep_example(j, h, 1);
	p->first = h->event->time;
	p->next = *head;
	*head = p;
	if (st->last_page != NULL)
		st->last_page->later = p;
	else
		st->first_page = p;
	st->last_page = p;
	st->page_count++;
	return p;
}

static enum triage_status
webshells_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct webshells_state *st = state;
	char url[512];
	(void)err;
	if (strcmp(h->event->meaning, "request") != 0)
		return TRIAGE_OK;
	const char *asked = happening_text(h, "url"), *client = happening_text(h, "client");
	size_t n = strcspn(asked, "?#;");
	st->requests++;
	if (n == 0 || happening_text(h, "status")[0] != '2')
		return TRIAGE_OK;
	if (n >= sizeof(url)) {
		judge_remark(j, "Some requests ask for pages of very long names; these were not counted.");
		return TRIAGE_OK;
	}
	memcpy(url, asked, n);
	url[n] = '\0';
	struct page *p = words_glob_any(scripts, '|', url) ? page_of(j, st, url, h) : NULL;
	if (p == NULL)
		return TRIAGE_OK;
	bool post = strcasecmp(happening_text(h, "method"), "POST") == 0;
	p->posts += post;
	p->others += !post;
	p->last = h->event->time;
	if (p->client == NULL)
		p->client = pool_text(&j->pool, client, strlen(client));
	else if (strcmp(p->client, client) != 0)
		p->several = true;
	return TRIAGE_OK;
}

static enum triage_status
webshells_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct webshells_state *st = state;
	(void)err;
	for (struct script_folder *g = st->first_folder; g != NULL; g = g->later) {
		if (g->count <= SIBLINGS || when_since(g->second, g->newest) < 30 * DAY)
			continue;
		struct fold *f = judge_claim(j, judge_detection(j, "webshell-odd"), "", "");
		if (f == NULL)
			continue;
		const struct fold_example e = { .path = g->path, .file_id = g->file_id, .offset = TRIAGE_NO_ID, .string_id = "", .sample = "", .weight = 1 };
		f->plan.check = CHECK_TEXT;
		fold_add(&j->folds, f, &e, g->newest);
		f->classes |= CLASS_FILE;
		fold_reason(&j->folds, f, "%.300s came %" PRId64 " days after the other %" PRIu64 " scripts of its folder", g->path, when_since(g->second, g->newest) / DAY, g->count - 1);
	}
	for (struct page *p = st->first_page; p != NULL && st->requests >= SITE; p = p->later) {
		if (p->several || p->posts < POSTS || p->others > p->posts / 4)
			continue;
		struct fold *f = judge_claim(j, judge_detection(j, "webshell-requests"), p->host, "");
		if (f == NULL)
			continue;
		fold_add(&j->folds, f, &p->example, p->first);
		fold_time(f, p->last);
		f->classes |= CLASS_NETWORK;
		fold_reason(&j->folds, f, "%.200s: %" PRIu64 " times sent to, %" PRIu64 " times read, by %.60s alone", p->url, p->posts, p->others, p->client != NULL ? p->client : "one address");
	}
	return TRIAGE_OK;
}

static const char *const sources[] = { "web", NULL };
const struct detector webshells_detector = { .name = "webshells", .state_size = sizeof(struct webshells_state), .sources = sources, .file = webshells_file, .event = webshells_event,
	.finish = webshells_finish };
