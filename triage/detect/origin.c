#include "triage/detect/origin.h"

#include "triage/detect/logon.h"
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BUCKETS = 1024, NAME_SIZE = 256, PATH_SIZE = 1024 };
#define MINUTE INT64_C(60000000000)

struct origin_state {
	struct origin all;
	struct client *clients[BUCKETS];
	struct program *programs[BUCKETS];
	size_t minutes, program_count;
	bool full;
};

/* --- who came to the shares --- */

static struct client *
client_of(struct detect_judge *j, struct origin_state *s, const char *address)
{
	struct client **head = &s->clients[happening_hash(address) % BUCKETS];
	for (struct client *c = *head; c != NULL; c = c->next)
		if (strcmp(c->address, address) == 0)
			return c;
	struct client *c = s->all.client_count < CLIENTS_MAX ? pool_alloc(&j->pool, sizeof(*c)) : NULL;
	if (c == NULL || (c->address = pool_text(&j->pool, address, strlen(address))) == NULL) {
		s->full = true;
		return NULL;
	}
	c->account = "";
	c->next = *head;
	*head = c;
	s->all.client_count++;
	return c;
}

static void
came(struct detect_judge *j, struct origin_state *s, const char *address, const char *account, int64_t time)
{
	struct client *c = client_of(j, s, address);
	if (c == NULL || time == TRIAGE_TIME_NONE)
		return;
	if (c->account[0] == '\0' && account[0] != '\0') {
		const char *kept = pool_text(&j->pool, account, strlen(account));
		c->account = kept != NULL ? kept : "";
	}
	/* events come in the order of time */
	if (c->last == NULL || c->last->number != time / MINUTE) {
		struct client_minute *m = s->minutes < CLIENT_MINUTES_MAX ? pool_alloc(&j->pool, sizeof(*m)) : NULL;
		if (m == NULL) {
			s->full = true;
			return;
		}
		m->number = time / MINUTE;
		if (c->last != NULL)
			c->last->next = m;
		else
			c->first = m;
		c->last = m;
		s->minutes++;
	}
	c->last->count++;
}

static void
look_for_client(struct detect_judge *j, struct origin_state *s, struct happening *h, int64_t id)
{
	struct logon l;
	bool evtx = strcmp(h->event->parser, "evtx") == 0;
	if (evtx && id == 5145) {
		/* the access to a file on a share; the pipes of IPC$ are none */
		const char *address = happening_text(h, "ip_address");
		if (address[0] != '\0' && strcmp(address, "-") != 0 && strcmp(address, "::1") != 0 && strncmp(address, "127.", 4) != 0 && strncasecmp(address, "fe80:", 5) != 0 &&
		    !words_ends(happening_text(h, "share_name"), "IPC$"))
			came(j, s, address, happening_text(h, "subject_user_name"), h->event->time);
		return;
	}
	if (!(evtx && (id == 5140 || id == 4624)) && strcmp(h->event->parser, "samba") != 0)
		return;
	if (logon_read(h, &l) && !l.own && l.kind != LOGON_FAILED && l.kind != LOGON_WENT && (strcmp(l.protocol, "smb") == 0 || strcmp(l.protocol, "network") == 0))
		came(j, s, l.address, l.account, h->event->time);
}

/* --- which programs ran --- */

static void
look_for_program(struct detect_judge *j, struct origin_state *s, struct happening *h, int64_t id)
{
	bool prefetch = strcmp(h->event->parser, "prefetch") == 0;
	const char *path = prefetch ? happening_text(h, "executable") : id == 4688 ? happening_text(h, "new_process_name") :
	    id == 1 && happening_is(h, NULL, "Microsoft-Windows-Sysmon", 1) ? happening_text(h, "image") : "";
	char name[NAME_SIZE];
	size_t n = 0;
	for (const char *base = words_base(path); base[n] != '\0' && n + 1 < sizeof(name); n++)
		name[n] = (char)tolower((unsigned char)base[n]);
	name[n] = '\0';
	if (n == 0 || h->event->time == TRIAGE_TIME_NONE)
		return;
	struct program **head = &s->programs[happening_hash(name) % BUCKETS], *p = *head;
	while (p != NULL && strcmp(p->name, name) != 0)
		p = p->next;
	if (p != NULL)
		return;
	p = s->program_count < PROGRAMS_MAX ? pool_alloc(&j->pool, sizeof(*p)) : NULL;
	if (p == NULL || (p->name = pool_text(&j->pool, name, n)) == NULL) {
		s->full = true;
		return;
	}
	p->first = h->event->time;
	p->example = judge_keep_example(j, h, 1);
	p->next = *head;
	*head = p;
	s->program_count++;
}

/* --- what is shared --- */

/* "C:\Shares\Finance" is "/Shares/Finance" on its filesystem. */
static void
add_share(struct detect_judge *j, struct origin *o, const char *name, const char *place, const char *source)
{
	char path[PATH_SIZE];
	size_t n = 0, size = strlen(name);
	if (isalpha((unsigned char)place[0]) && place[1] == ':')
		place += 2;
	for (; place[n] != '\0' && n + 1 < sizeof(path); n++)
		path[n] = place[n] == '\\' ? '/' : place[n];
	while (n > 0 && path[n - 1] == '/')
		n--;
	path[n] = '\0';
	/* shares of whole drives and of the system end in '$' */
	if (size == 0 || name[size - 1] == '$' || (n > 0 && path[0] != '/'))
		return;
	for (size_t i = 0; i < o->share_count; i++)
		if (strcasecmp(o->shares[i].path, path) == 0 && strcasecmp(o->shares[i].name, name) == 0)
			return;
	if (o->share_count == SHARES_MAX) {
		judge_remark(j, "There are more shares than are told apart.");
		return;
	}
	struct share_place s = { pool_text(&j->pool, name, size), pool_text(&j->pool, path, n), source };
	if (s.name != NULL && s.path != NULL)
		o->shares[o->share_count++] = s;
}

/* "path = /srv/finance" below "[finance]". */
static void
read_samba(struct detect_judge *j, struct origin *o, struct happening *h)
{
	char share[NAME_SIZE] = "";
	const char *line;
	for (size_t at = 0; (line = happening_next(h, "lines", &at)) != NULL;) {
		if (*line == '[') {
			snprintf(share, sizeof(share), "%.*s", (int)strcspn(line + 1, "]"), line + 1);
			continue;
		}
		size_t n = strspn(line, "pathPATH");
		const char *value = line + n + strspn(line + n, " \t");
		if (n == 4 && strncasecmp(line, "path", 4) == 0 && *value == '=' && strcasecmp(share, "global") != 0) {
			value++;
			add_share(j, o, share, value + strspn(value, " \t"), "smb.conf");
		}
	}
}

static void
look_for_share(struct detect_judge *j, struct origin_state *s, struct happening *h)
{
	const struct detect_event *e = h->event;
	if (strcmp(e->parser, "registry.shares") == 0)
		add_share(j, &s->all, happening_text(h, "share"), happening_text(h, "path"), "registry");
	else if (strcmp(e->parser, "unix_config") == 0 && words_ends(e->path, "/smb.conf"))
		read_samba(j, &s->all, h);
	else if (strcmp(e->parser, "unix_config") == 0 && words_ends(e->path, "/etc/exports")) {
		const char *line;
		char path[PATH_SIZE];
		for (size_t at = 0; (line = happening_next(h, "lines", &at)) != NULL;) {
			snprintf(path, sizeof(path), "%.*s", (int)strcspn(line, " \t"), line);
			add_share(j, &s->all, path, path, "exports");
		}
	}
}

static enum triage_status
origin_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct origin_state *s = state;
	const char *source = h->event->source;
	int64_t id = source[0] == 'e' ? words_event_id(h->event) : -1;
	(void)err;
	if (id == 5145 || id == 5140 || id == 4624 || strcmp(h->event->parser, "samba") == 0)
		look_for_client(j, s, h, id);
	else if (id == 4688 || id == 1 || strcmp(source, "prefetch") == 0)
		look_for_program(j, s, h, id);
	else if (id < 0)
		look_for_share(j, s, h);
	return TRIAGE_OK;
}

static enum triage_status
origin_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct origin_state *s = state;
	(void)err;
	if (s->full)
		judge_remark(j, "There are more clients of shares or programs than the judge keeps: where files were encrypted from rests on those that were kept.");
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct client *c = s->clients[i], *next; c != NULL; c = next) {
			next = c->next;
			c->next = s->all.clients;
			s->all.clients = c;
		}
		for (struct program *p = s->programs[i], *next; p != NULL; p = next) {
			next = p->next;
			p->next = s->all.programs;
			s->all.programs = p;
		}
	}
	j->origin = &s->all;
	return TRIAGE_OK;
}

static const char *const sources[] = { "evtx", "prefetch", "registry", "other", NULL };
const struct detector origin_detector = {
	.name = "origin", .state_size = sizeof(struct origin_state), .sources = sources, .event = origin_event, .finish = origin_finish,
};
