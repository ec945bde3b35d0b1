/*
 * answers_machines.c - the state of each machine for the restart: encrypted, intruded, contacted, no trace found in what was read, not examined.
 *
 * Machines are the operating systems in the evidence, those that only logs name and of which there are findings, and those that were reached from an
 * encrypted or intruded one.
 */
#include "triage/detect/answers_inside.h"
#include "triage/detect/words.h"

#include "triage/detect/damage.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MACHINES_MAX = 300, LEFT_OUT_MAX = 10000, SPANS_TOLD = 200 };

const char *const machine_words[MACHINE_STATES] = { [MACHINE_ENCRYPTED] = "encrypted", [MACHINE_INTRUDED] = "intruded", [MACHINE_CONTACTED] = "contacted",
	[MACHINE_NO_TRACE] = "no-trace-found", [MACHINE_NOT_EXAMINED] = "not-examined" };

struct machine {
	const char *host, *os;
	uint64_t nameless;		/* the filesystem of a system whose name is not known */
	uint64_t files, examined, damaged, findings;
	enum machine_state state;
	unsigned confidence;
	bool here, in_logs;		/* it lies in the evidence; only logs of it do */
	const struct detect_finding *worst;
	const struct detect_contact *contact;
	uint64_t contacts;
};

struct machines {
	struct answering *a;
	struct machine list[MACHINES_MAX];
	size_t count, here;
	uint32_t left_out[LEFT_OUT_MAX];	/* hashes of the names of those beyond, to count each once */
	size_t left_out_count;
};

static void
leave_out(struct machines *m, const char *host)
{
	char name[256];
	bool address = host[0] >= '0' && host[0] <= '9';
	snprintf(name, sizeof(name), "%.*s", address ? (int)sizeof(name) : (int)strcspn(host, "."), host);
	uint32_t hash = happening_hash(name);
	size_t i = 0;
	while (i < m->left_out_count && m->left_out[i] != hash)
		i++;
	if (i == LEFT_OUT_MAX)
		judge_remark(m->a->j, "More machines are named than are counted.");
	else if (i == m->left_out_count)
		m->left_out[m->left_out_count++] = hash;
}

static struct machine *
one_more(struct machines *m, const char *host)
{
	if (m->count == MACHINES_MAX) {
		leave_out(m, host);
		return NULL;
	}
	m->list[m->count] = (struct machine){ .host = host, .os = "", .state = MACHINE_NOT_EXAMINED };
	return &m->list[m->count++];
}

static struct machine *
machine_of(struct machines *m, const char *host, bool make)
{
	for (size_t i = 0; i < m->count; i++)
		if (words_same_host(m->list[i].host, host))
			return &m->list[i];
	return make && host[0] != '\0' ? one_more(m, host) : NULL;
}

/* An operating system of the evidence; those without a name are told apart by their filesystems. */
static struct machine *
machine_here(struct machines *m, const struct detect_machine *d, bool make)
{
	if (d->host[0] != '\0')
		return machine_of(m, d->host, make);
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].nameless != 0 && m->list[i].nameless == d->filesystem_id)
			return &m->list[i];
	struct machine *k = make ? one_more(m, "(no name)") : NULL;
	if (k != NULL)
		k->nameless = d->filesystem_id;
	return k;
}

/* The machine of a filesystem: its own, or the only one there is. */
static struct machine *
machine_on(struct machines *m, uint64_t filesystem_id)
{
	const struct detect_case *facts = &m->a->j->facts;
	for (size_t i = 0; i < facts->machine_count; i++)
		if (facts->machines[i].filesystem_id == filesystem_id)
			return machine_here(m, &facts->machines[i], false);
	return m->here == 1 ? &m->list[0] : NULL;
}

static void
enter(struct machines *m)
{
	const struct detect_judge *j = m->a->j;
	for (size_t i = 0; i < j->facts.machine_count; i++) {
		const struct detect_machine *d = &j->facts.machines[i];
		struct machine *k = machine_here(m, d, true);
		if (k == NULL)
			continue;
		k->here = true;
		k->os = d->os;
	}
	/* evidence without an operating system, such as a folder of logs or a data disk, is a machine without a name when its files are damaged */
	m->here = m->count;
	for (size_t i = 0; i < j->run_count; i++) {
		struct machine *k = machine_on(m, j->runs[i].filesystem_id);
		if (k != NULL) {
			k->files += j->runs[i].files;
			k->examined += j->runs[i].examined;
		}
	}
	for (size_t i = 0; j->damage != NULL && i < j->damage->filesystem_count; i++) {
		const struct damage_filesystem *d = &j->damage->filesystems[i];
		struct machine *k = machine_on(m, d->id);
		if (k == NULL && d->count.damaged_files > 0 && j->encrypted_high && (k = machine_of(m, "(no operating system)", true)) != NULL)
			k->here = true;
		if (k != NULL)
			k->damaged += d->count.damaged_files;
	}
	/* files in archives, and those of a filesystem beyond the damage map */
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].damaged > 0)
			return;
	for (size_t i = 0; i < j->finding_count && j->encrypted_high; i++) {
		const struct detect_finding *f = &j->findings[i];
		if (strcmp(f->kind, "encrypted") != 0 || f->severity < TRIAGE_HIGH)
			continue;
		struct machine *k = machine_on(m, judge_filesystem_of(j, f->file_id));
		if (k == NULL && (k = machine_of(m, "(no operating system)", true)) != NULL)
			k->here = true;
		if (k != NULL)
			k->damaged += f->count;
	}
}

/* Kinds that speak of the encryption alone; all others of somebody who was there. */
static void
weigh_findings(struct machines *m)
{
	const struct detect_judge *j = m->a->j;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct detect_finding *f = &j->findings[i];
		struct machine *k;
		if (f->severity < TRIAGE_HIGH)
			break;
		k = f->host[0] != '\0' ? machine_of(m, f->host, true) : machine_on(m, judge_filesystem_of(j, f->file_id));
		if (k == NULL)
			continue;
		k->in_logs = k->in_logs || !k->here;
		k->findings++;
		if (k->worst == NULL)
			k->worst = f;
		if (f->confidence > k->confidence)
			k->confidence = f->confidence;
	}
}

static unsigned
encrypted_confidence(const struct detect_judge *j)
{
	unsigned most = 0;
	for (size_t i = 0; i < j->finding_count; i++)
		if (strcmp(j->findings[i].kind, "encrypted") == 0 && j->findings[i].confidence > most)
			most = j->findings[i].confidence;
	return most;
}

static void
settle(struct machines *m)
{
	const struct detect_judge *j = m->a->j;
	for (size_t i = 0; i < m->count; i++) {
		struct machine *k = &m->list[i];
		if (k->damaged > 0 && j->encrypted_high) {
			k->state = MACHINE_ENCRYPTED;
			k->confidence = encrypted_confidence(j);
		} else if (k->findings > 0) {
			k->state = MACHINE_INTRUDED;
		} else if (k->examined > 0) {
			k->state = MACHINE_NO_TRACE;
		}
	}
}

/* What was reached from a machine that is encrypted or intruded, since the first act. */
static void
reach(struct machines *m)
{
	const struct answering *a = m->a;
	for (size_t i = 0; i < detect_contact_count(a->j) && a->first != NULL; i++) {
		const struct detect_contact *c = detect_contact(a->j, i);
		bool to = strcmp(c->direction, "to") == 0;
		if (c->failed == c->count || (c->last_time != TRIAGE_TIME_NONE && c->last_time < a->first->first_time))
			continue;
		const struct machine *from = machine_of(m, to ? c->host : c->peer, false);
		if (from == NULL && to && m->here == 1 && c->host[0] == '\0')
			from = &m->list[0];
		if (from == NULL || (from->state != MACHINE_ENCRYPTED && from->state != MACHINE_INTRUDED))
			continue;
		struct machine *k = machine_of(m, to ? c->peer : c->host, true);
		if (k == NULL || k == from)
			continue;
		if (k->state == MACHINE_NO_TRACE || k->state == MACHINE_NOT_EXAMINED) {
			k->state = MACHINE_CONTACTED;
			k->contact = c;
		}
		k->contacts++;
	}
}

static void
put_reasons(const struct machines *m, const struct machine *k, struct buf *out)
{
	char when[WHEN_TEXT_SIZE];
	const struct answering *a = m->a;
	answer_begin(out, "reasons", '[');
	if (k->damaged > 0)
		answer_say(out, "%ju file(s) are encrypted, renamed or zeroed.", (uintmax_t)k->damaged);
	if (k->worst != NULL)
		answer_say(out, "%ju finding(s) of high severity or more, first of all: %s.", (uintmax_t)k->findings, k->worst->title);
	if (k->contact != NULL)
		answer_say(out, "Reached from %s%s%s by %s, %ju contact(s), last %s.", k->contact->direction[0] == 't' ? k->contact->host : k->contact->peer, k->contact->account[0] != '\0' ? " as " : "",
		    k->contact->account, k->contact->protocol[0] != '\0' ? k->contact->protocol : "network", (uintmax_t)k->contacts, when_text(k->contact->last_time, 0, "Z", when));
	if (k->state == MACHINE_NO_TRACE)
		answer_say(out, "No trace in what could be read: %ju of %ju files were read.", (uintmax_t)k->examined, (uintmax_t)k->files);
	if (k->state == MACHINE_NOT_EXAMINED)
		answer_say(out, "No file of it was read.");
	if (!k->here)
		answer_say(out, "Its disk is not in this evidence.");
	if (k->here && k->state != MACHINE_ENCRYPTED && k->state != MACHINE_INTRUDED && a->share < 1)
		answer_say(out, "%.1f %% of the content bytes of the case were examined.", a->share * 100);
	answer_end(out, ']');
}

static void
put_logs(const struct machines *m, const struct machine *k, struct buf *out)
{
	size_t told = 0;
	answer_begin(out, "logs", '[');
	for (size_t i = 0; i < m->a->j->span_count; i++) {
		const struct span *s = &m->a->j->spans[i];
		bool own = s->host[0] != '\0' ? words_same_host(s->host, k->host) : m->here == 1 && k == &m->list[0];
		/* lists of programs and links have the times of their files, not a span of writing */
		static const char *const logs[] = { "evtx", "evt", "syslog", "journal", "audit", "utmp", "srum", "usn", "web", "ual", NULL };
		const char *const *l = logs;
		while (*l != NULL && strcmp(*l, s->source) != 0)
			l++;
		if (!own || *l == NULL || ++told > SPANS_TOLD)
			continue;
		answer_begin(out, NULL, '{');
		answer_text(out, "source", s->source);
		answer_text(out, "log", s->log);
		answer_time(out, "first", s->first);
		answer_time(out, "last", s->last);
		answer_number(out, "events", s->count);
		answer_end(out, '}');
	}
	answer_end(out, ']');
	answer_left_out(out, "logs_left_out", told, SPANS_TOLD);
}

static void
put_machine(const struct machines *m, const struct machine *k, struct buf *out)
{
	answer_begin(out, NULL, '{');
	answer_text(out, "host", k->host);
	answer_text(out, "os", k->os);
	answer_text(out, "state", machine_words[k->state]);
	unsigned confidence = k->state == MACHINE_CONTACTED ? 90 : k->state == MACHINE_NO_TRACE || k->state == MACHINE_NOT_EXAMINED ? 0 : k->confidence;
	answer_text(out, "certainty", answer_certainty(confidence));
	answer_bool(out, "in_evidence", k->here);
	answer_number(out, "files", k->files);
	answer_number(out, "files_read", k->examined);
	answer_share(out, "coverage", k->files > 0 ? (double)k->examined / (double)k->files : -1);
	answer_number(out, "damaged_files", k->damaged);
	answer_number(out, "findings", k->findings);
	put_reasons(m, k, out);
	put_logs(m, k, out);
	answer_end(out, '}');
}

void
answer_machines(struct answering *a, struct buf *out)
{
	struct machines *m = pool_alloc(&a->j->pool, sizeof(*m));
	if (m == NULL) {
		answer_text(out, "answer", "not-judged");
		answer_text(out, "certainty", "");
		answer_begin(out, "reasons", '[');
		answer_say(out, "There was no memory to judge the state of each machine.");
		answer_end(out, ']');
		judge_remark(a->j, "There was no memory to judge the state of each machine.");
		return;
	}
	m->a = a;
	enter(m);
	weigh_findings(m);
	settle(m);
	reach(m);
	for (size_t i = 0; i < m->count; i++)
		a->states[m->list[i].state]++;
	answer_text(out, "answer", m->count == 0 ? "no-machine-known" : "judged");
	answer_text(out, "certainty", "");
	for (size_t s = 0; s < MACHINE_STATES; s++)
		answer_number(out, machine_words[s], a->states[s]);
	answer_begin(out, "machines", '[');
	for (size_t s = 0; s < MACHINE_STATES; s++)
		for (size_t i = 0; i < m->count; i++)
			if (m->list[i].state == s)
				put_machine(m, &m->list[i], out);
	answer_end(out, ']');
	answer_number(out, "machines_left_out", m->left_out_count);
	answer_begin(out, "reasons", '[');
	answer_end(out, ']');
	answer_blind(a, out, true);
}
