/*
 * answers_origin.c - were the files encrypted by a program on this machine, or over the network by another one?
 *
 * Each ground votes for one side. Two classes of sources at most speak here, so that nothing is told as surer than 70.
 */
#include "triage/detect/answers_inside.h"

#include "triage/detect/damage.h"
#include "triage/detect/origin.h"

#include "triage/base/when.h"

#include <string.h>
#include <strings.h>

enum { CLIENTS_TOLD = 10, PROGRAMS_TOLD = 10, BUSY = 20 };
#define MINUTE INT64_C(60000000000)

struct shared {
	uint64_t files, damaged;
};

struct grounds {
	unsigned here, network;		/* votes */
	unsigned here_classes, network_classes;
	uint64_t inside, outside;	/* damaged files within shares, and elsewhere */
	struct shared *shares;		/* by index */
};

static bool
below(const char *path, const char *share)
{
	size_t n = strlen(share);
	return strncasecmp(path, share, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static bool
sum_shares(struct answering *a, const struct origin *o, struct grounds *g)
{
	g->shares = pool_alloc(&a->j->pool, (o->share_count + 1) * sizeof(*g->shares));
	for (const struct folder *f = g->shares != NULL ? a->j->folders.first : NULL; f != NULL; f = f->later) {
		uint64_t damaged = f->damage != NULL ? f->damage->damaged_files : 0;
		bool inside = false;
		for (size_t i = 0; i < o->share_count; i++) {
			if (!below(f->path, o->shares[i].path))
				continue;
			g->shares[i].files += f->mapped;
			g->shares[i].damaged += damaged;
			inside = true;
		}
		*(inside ? &g->inside : &g->outside) += damaged;
	}
	return g->shares != NULL;
}

/* Records of a client within the window, a minute more at each side. */
static uint64_t
during(const struct answering *a, const struct client *c)
{
	uint64_t count = 0;
	for (const struct client_minute *m = c->first; m != NULL && a->encrypted != TRIAGE_TIME_NONE; m = m->next)
		if (m->number >= a->encrypted / MINUTE - 1 && m->number <= a->j->last_encrypted / MINUTE + 1)
			count += m->count;
	return count;
}

/* The busiest client that comes after another in order; NULL at the end. */
static const struct client *
next_client(const struct answering *a, const struct origin *o, const struct client *after)
{
	const struct client *best = NULL;
	uint64_t most = 0, limit = after != NULL ? during(a, after) : UINT64_MAX;
	for (const struct client *c = o->clients; c != NULL; c = c->next) {
		uint64_t n = during(a, c);
		bool follows = n < limit || (after != NULL && n == limit && strcmp(c->address, after->address) > 0);
		if (n > 0 && follows && (best == NULL || n > most || (n == most && strcmp(c->address, best->address) < 0))) {
			best = c;
			most = n;
		}
	}
	return best;
}

static void
put_clients(struct answering *a, const struct origin *o, struct grounds *g, struct buf *out)
{
	const struct client *c = NULL;
	size_t came = 0;
	answer_begin(out, "clients", '[');
	for (size_t told = 0; told < CLIENTS_TOLD && (c = next_client(a, o, c)) != NULL; told++) {
		uint64_t n = during(a, c);
		if (told == 0) {
			g->network += n >= BUSY ? 2 : 1;
			g->network_classes++;
		}
		answer_begin(out, NULL, '{');
		answer_text(out, "address", c->address);
		answer_text(out, "account", c->account);
		answer_number(out, "records", n);
		answer_end(out, '}');
	}
	answer_end(out, ']');
	for (c = o->clients; c != NULL; c = c->next)
		came += during(a, c) > 0;
	answer_left_out(out, "clients_left_out", came, CLIENTS_TOLD);
}

/* Parts of Windows that start often are no lead. */
static bool
is_everyday(const char *name)
{
	static const char *const names[] = { "svchost.exe", "conhost.exe", "dllhost.exe", "wmiprvse.exe", "taskhostw.exe", "taskhost.exe", "backgroundtaskhost.exe", "runtimebroker.exe",
		"searchprotocolhost.exe", "searchfilterhost.exe", "consent.exe", "logonui.exe", "tiworker.exe", "trustedinstaller.exe", "mpcmdrun.exe", "sppsvc.exe", "audiodg.exe", "wermgr.exe",
		"werfault.exe", "smartscreen.exe", "notepad.exe", NULL };
	const char *const *n = names;
	while (*n != NULL && strcmp(*n, name) != 0)
		n++;
	return *n != NULL;
}

/* A program that ran for the first time in the ten minutes before the start, or in the window. */
static bool
is_new(const struct answering *a, const struct program *p)
{
	return a->encrypted != TRIAGE_TIME_NONE && when_since(p->first, a->encrypted) <= 10 * MINUTE && p->first <= a->j->last_encrypted && !is_everyday(p->name);
}

/* The earliest first. */
static const struct program *
next_program(const struct answering *a, const struct origin *o, const struct program *after)
{
	const struct program *best = NULL;
	for (const struct program *p = o->programs; p != NULL; p = p->next) {
		if (!is_new(a, p))
			continue;
		bool follows = after == NULL || p->first > after->first || (p->first == after->first && strcmp(p->name, after->name) > 0);
		if (follows && (best == NULL || p->first < best->first || (p->first == best->first && strcmp(p->name, best->name) < 0)))
			best = p;
	}
	return best;
}

static bool
is_encryptor(const struct detect_finding *f)
{
	return strcmp(f->kind, "known-bad") == 0 || (strncmp(f->rule, "yara:ransomware_programs.", 25) == 0 && f->severity >= TRIAGE_HIGH);
}

static void
put_programs(struct answering *a, const struct origin *o, struct grounds *g, struct buf *out)
{
	const struct program *p = NULL;
	unsigned traits = 0;
	size_t found = 0, first_runs = 0;
	for (size_t i = 0; i < a->j->family_count; i++)
		traits |= a->j->families[i].traits;
	answer_begin(out, "programs_found", '[');
	for (size_t i = 0; i < a->j->finding_count; i++)
		if (is_encryptor(a->findings[i]) && found++ < PROGRAMS_TOLD)
			answer_finding(out, a->findings[i]);
	answer_end(out, ']');
	answer_left_out(out, "programs_found_left_out", found, PROGRAMS_TOLD);
	if (found > 0 || (traits & TRAIT_PROGRAM) != 0) {
		g->here += 2;
		g->here_classes++;
	}
	answer_begin(out, "programs_first_run", '[');
	for (size_t told = 0; told < PROGRAMS_TOLD && (p = next_program(a, o, p)) != NULL; told++) {
		answer_begin(out, NULL, '{');
		answer_text(out, "name", p->name);
		answer_time(out, "first", p->first);
		answer_number(out, "event_id", p->example.event_id);
		answer_end(out, '}');
		g->here += told == 0;
		g->here_classes += told == 0;
	}
	answer_end(out, ']');
	for (p = o->programs; p != NULL; p = p->next)
		first_runs += is_new(a, p);
	answer_left_out(out, "programs_first_run_left_out", first_runs, PROGRAMS_TOLD);
}

static void
put_shares(const struct origin *o, struct grounds *g, struct buf *out)
{
	answer_begin(out, "shares", '[');
	for (size_t i = 0; i < o->share_count && g->shares != NULL; i++) {
		answer_begin(out, NULL, '{');
		answer_text(out, "share", o->shares[i].name);
		answer_text(out, "path", o->shares[i].path[0] != '\0' ? o->shares[i].path : "/");
		answer_text(out, "source", o->shares[i].source);
		answer_number(out, "files", g->shares[i].files);
		answer_number(out, "damaged_files", g->shares[i].damaged);
		answer_end(out, '}');
	}
	answer_end(out, ']');
	answer_begin(out, "untouched_shares", '[');
	for (size_t i = 0; i < o->share_count && g->shares != NULL && g->inside + g->outside > 0; i++)
		if (g->shares[i].files > 0 && g->shares[i].damaged == 0)
			answer_say(out, "%s", o->shares[i].name);
	answer_end(out, ']');
	answer_number(out, "damaged_in_shares", g->inside);
	answer_number(out, "damaged_elsewhere", g->outside);
	if (o->share_count == 0 || g->inside + g->outside == 0)
		return;
	if (g->outside == 0) {
		g->network += 2;
		g->network_classes++;
	} else if (g->outside > g->inside / 10) {
		g->here += 2;
		g->here_classes++;
	}
}

static void
say_grounds(const struct answering *a, const struct origin *o, const struct grounds *g, struct buf *out)
{
	const struct client *c = next_client(a, o, NULL);
	const struct program *p = next_program(a, o, NULL);
	if (c != NULL)
		answer_say(out, "While files were encrypted, %s came to the shares of this machine%s%s: %ju record(s).", c->address, c->account[0] != '\0' ? " as " : "", c->account, (uintmax_t)during(a, c));
	if (o->share_count > 0 && g->inside + g->outside > 0)
		answer_say(out, "Of the damaged files %ju lie in shared folders and %ju elsewhere.", (uintmax_t)g->inside, (uintmax_t)g->outside);
	if (p != NULL)
		answer_say(out, "%s ran for the first time just before or while files were encrypted.", p->name);
	for (size_t i = 0; i < a->j->finding_count; i++)
		if (is_encryptor(a->findings[i])) {
			answer_say(out, "A program of the kind lies here: %s.", a->findings[i]->path);
			break;
		}
	if (g->here == 0)
		answer_say(out, "No encrypting program was found on this machine; programs that delete themselves leave none.");
}

void
answer_origin(struct answering *a, struct buf *out)
{
	static const struct origin none;
	const struct origin *o = a->j->origin != NULL ? a->j->origin : &none;
	bool hurt = a->j->encrypted_files > 0 || (a->j->damage != NULL && a->j->damage->all.damaged_files > 0);
	struct grounds g = { 0 };
	SCOPED_BUF members;
	buf_init(&members, out->max);
	if (!sum_shares(a, o, &g))
		judge_remark(a->j, "There was no memory to sum the damage by share.");
	put_clients(a, o, &g, &members);
	put_programs(a, o, &g, &members);
	put_shares(o, &g, &members);
	bool here = hurt && g.here >= 2 && g.here > g.network, network = hurt && g.network >= 2 && g.network > g.here;
	unsigned classes = here ? g.here_classes : g.network_classes;
	answer_text(out, "answer", !hurt ? "nothing-encrypted-found" : here ? "on-this-machine" : network ? "over-the-network" : g.here >= 2 && g.network >= 2 ? "both-possible" : "not-known");
	answer_text(out, "certainty", here || network ? answer_certainty(classes >= 2 && (here ? g.network : g.here) == 0 ? 70 : 40) : "");
	answer_members(out, &members);
	answer_begin(out, "reasons", '[');
	if (hurt)
		say_grounds(a, o, &g, out);
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	if (hurt && a->encrypted == TRIAGE_TIME_NONE)
		answer_say(out, "When files were encrypted is not known, so that logons cannot be set against it.");
	if (hurt && o->client_count == 0)
		answer_say(out, "No record of an access to shares was read; Windows writes none unless it is told to.");
	if (hurt && o->share_count == 0)
		answer_say(out, "Which folders are shared is not known.");
	answer_end(out, ']');
}
