/* fleet_take.c - the rows of one bundle into fleet.db: its machines, findings, contacts, and what may be found on others too. */
#include "triage/run/fleet_inside.h"

#include "triage/base/json.h"
#include "triage/base/when.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Columns of the view hosts. */
enum { HOST_ID, HOST_FILESYSTEM, HOST_NAME, HOST_OS, HOST_VERSION, HOST_INSTALLED, HOST_ZONE, HOST_DOMAIN, HOST_SHUTDOWN, HOST_BOOT, HOST_BUILD, HOST_ADDRESSES };
enum { MACHINES_MAX = 1000, KEY_MAX = 256, FACT_MAX = 1 << 20, OTHERS_MAX = 20 };

struct machine {
	uint64_t id;
	char key[KEY_MAX];
};

struct taking {
	struct fleet_work *w;
	struct fleet_bundle *b;
	struct case_reader *c;
	struct machine machines[MACHINES_MAX];
	size_t count;
	struct buf family, account, text, others;	/* others: hosts that records name and that are none of these, ", " between */
	size_t other_count;
	uint64_t encrypted, problems;
	int64_t first_encrypted, last_encrypted;
	double share;
	char verdict[32], vector[64];
};

/* --- facts of the case --- */

/* NULL while absent: the sign is out of the range that a count has. */
static int64_t
number(struct taking *t, const char *key, int64_t fallback)
{
	const char *text = case_meta(t->c, key);
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	return text[0] != '\0' && *end == '\0' && errno == 0 ? value : fallback;
}

static const char *
fact(struct taking *t, const char *key)
{
	buf_clear(&t->text);
	buf_text(&t->text, case_meta(t->c, key));
	return buf_cstr(&t->text);
}

/* The member of an object that is text, into room. */
static void
member(const char *json, const char *key, char *room, size_t size)
{
	struct json j;
	SCOPED_BUF text;
	buf_init(&text, FACT_MAX);
	room[0] = '\0';
	json_start(&j, json, strlen(json));
	if (json_next(&j) != JSON_OBJECT)
		return;
	while (json_next(&j) == JSON_KEY) {
		bool is = json_is(&j, key);
		if (!is && !json_skip(&j))
			return;
		if (is && json_next(&j) == JSON_STRING) {
			json_string(&j, &text);
			snprintf(room, size, "%s", buf_cstr(&text));
			return;
		}
		if (is && !json_skip(&j))
			return;
	}
}

static enum triage_status
take_facts(struct taking *t, struct triage_error *err)
{
	char shard[64];
	snprintf(t->verdict, sizeof(t->verdict), "%s", case_meta(t->c, "verdict"));
	t->share = strtod(case_meta(t->c, "examined_share"), NULL);
	t->share = t->share >= 0 && t->share <= 1 ? t->share : 0;
	t->encrypted = (uint64_t)number(t, "ransomware.encrypted_files", 0);
	t->first_encrypted = number(t, "ransomware.first", TRIAGE_TIME_NONE);
	t->last_encrypted = number(t, "ransomware.last", TRIAGE_TIME_NONE);
	t->problems = case_count(t->c, CASE_PROBLEMS);
	member(fact(t, "answer.entry"), "vector", t->vector, sizeof(t->vector));
	member(fact(t, "options"), "shard", shard, sizeof(shard));
	char version[64], case_id[300], evidence_id[300], started[64], from[80];
	snprintf(version, sizeof(version), "triage %.50s", case_meta(t->c, "version"));
	snprintf(case_id, sizeof(case_id), "%s", case_meta(t->c, "case_id"));
	snprintf(evidence_id, sizeof(evidence_id), "%s", case_meta(t->c, "evidence_id"));
	snprintf(started, sizeof(started), "%s", case_meta(t->c, "started"));
	snprintf(from, sizeof(from), "%s", case_meta(t->c, "judged.from"));
	const struct fleet_value values[] = { FLEET_T(t->b->label), FLEET_T(t->b->seal), FLEET_T("taken"), { .kind = FLEET_NULL }, FLEET_W(case_id), FLEET_W(evidence_id),
	    FLEET_T(version), FLEET_W(started), FLEET_T(t->verdict), FLEET_R(t->share), FLEET_N(t->problems), FLEET_W(from) };
	enum triage_status st = fleet_put(t->w->fleet, FLEET_BUNDLES, values, &t->b->id, err);
	return st == TRIAGE_OK && shard[0] != '\0' ? fleet_remark(t->w, "shard", t->b->id, 0, shard, err) : st;
}

/* --- machines --- */

static enum triage_status
put_name(struct taking *t, uint64_t machine, const char *name, size_t length, struct triage_error *err)
{
	char one[KEY_MAX], key[KEY_MAX];
	snprintf(one, sizeof(one), "%.*s", (int)(length < sizeof(one) ? length : sizeof(one) - 1), name);
	if (fleet_key(one, key, sizeof(key))[0] == '\0')
		return TRIAGE_OK;
	return fleet_put(t->w->fleet, FLEET_NAMES, (const struct fleet_value[]){ FLEET_N(machine), FLEET_T(key) }, NULL, err);
}

/* A machine, as the row of hosts at hand tells; rows NULL: of a case without hosts. */
static enum triage_status
put_machine(struct taking *t, const char *name, struct case_cursor *rows, struct triage_error *err)
{
	char key[KEY_MAX];
	fleet_key(name, key, sizeof(key));
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->machines[i].key, key) == 0)
			return TRIAGE_OK;
	if (t->count == MACHINES_MAX)
		return TRIAGE_OK;	/* told by the caller */
	bool first = t->count == 0;
	struct machine *m = &t->machines[t->count++];
	char family[300];
	snprintf(m->key, sizeof(m->key), "%s", key);
	snprintf(family, sizeof(family), "%s", first ? case_meta(t->c, "ransomware.family") : "");
	const struct fleet_value none = { .kind = FLEET_NULL };
	int64_t installed = rows != NULL && !case_null(rows, HOST_INSTALLED) ? case_int(rows, HOST_INSTALLED) : TRIAGE_TIME_NONE;
	const char *addresses = rows != NULL && case_columns(rows) > HOST_ADDRESSES ? case_text(rows, HOST_ADDRESSES) : "";
	const struct fleet_value values[] = { FLEET_N(t->b->id), FLEET_T(name), FLEET_T(key), rows != NULL ? (struct fleet_value)FLEET_W(case_text(rows, HOST_DOMAIN)) : none,
	    rows != NULL ? (struct fleet_value)FLEET_W(case_text(rows, HOST_OS)) : none, rows != NULL ? (struct fleet_value)FLEET_W(case_text(rows, HOST_VERSION)) : none,
	    FLEET_WHEN(installed), FLEET_W(addresses), FLEET_T(t->verdict), FLEET_R(t->share), FLEET_N(first ? t->encrypted : 0), FLEET_W(family),
	    FLEET_WHEN(first ? t->first_encrypted : TRIAGE_TIME_NONE), FLEET_WHEN(first ? t->last_encrypted : TRIAGE_TIME_NONE), FLEET_W(first ? t->vector : "") };
	enum triage_status st = fleet_put(t->w->fleet, FLEET_MACHINES, values, &m->id, err);
	if (st == TRIAGE_OK)
		st = put_name(t, m->id, name, strlen(name), err);
	for (const char *p = addresses; st == TRIAGE_OK && *p != '\0'; p += strcspn(p, ", ") + (p[strcspn(p, ", ")] != '\0'))
		st = put_name(t, m->id, p, strcspn(p, ", "), err);
	return st;
}

static enum triage_status
take_machines(struct taking *t, struct triage_error *err)
{
	struct case_cursor *rows;
	char name[400];
	size_t all = 0;
	enum triage_status st = case_rows(t->c, CASE_HOSTS, CASE_BY_ID, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(rows, err)) == TRIAGE_OK && all++ <= MACHINES_MAX) {
		snprintf(name, sizeof(name), "%s", case_text(rows, HOST_NAME));
		st = name[0] != '\0' ? put_machine(t, name, rows, err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(rows);
	if (st != TRIAGE_OK && st != TRIAGE_END)
		return st;
	if (t->count == 0) {
		snprintf(name, sizeof(name), "%s", case_meta(t->c, "hostname"));
		if (name[0] == '\0')
			snprintf(name, sizeof(name), "%s", t->b->label);
		st = put_machine(t, name, NULL, err);
		if (st != TRIAGE_OK)
			return st;
	}
	t->b->machine = t->machines[0].id;
	snprintf(name, sizeof(name), "%zu", t->count);
	st = t->count > 1 ? fleet_remark(t->w, "several-machines", t->b->id, 0, name, err) : TRIAGE_OK;
	return st == TRIAGE_OK && all > MACHINES_MAX ? fleet_remark(t->w, "too-much", t->b->id, 0, "hosts", err) : st;
}

/* A machine that had another name once, or whose logs were collected: it is told, what it did stays with the first machine. */
static void
note_other(struct taking *t, const char *key)
{
	char wanted[KEY_MAX + 4];
	SCOPED_BUF have;
	buf_init(&have, OTHERS_MAX * KEY_MAX);
	buf_format(&have, ", %s, ", buf_cstr(&t->others));
	snprintf(wanted, sizeof(wanted), ", %s, ", key);
	if (t->other_count > OTHERS_MAX || strstr(buf_cstr(&have), wanted) != NULL)
		return;
	buf_text(&t->others, t->other_count > 0 ? ", " : "");
	buf_text(&t->others, t->other_count++ < OTHERS_MAX ? key : "…");
}

static uint64_t
machine_of(struct taking *t, const char *host)
{
	char key[KEY_MAX];
	fleet_key(host, key, sizeof(key));
	for (size_t i = 0; i < t->count && key[0] != '\0'; i++)
		if (strcmp(t->machines[i].key, key) == 0)
			return t->machines[i].id;
	if (key[0] != '\0')
		note_other(t, key);
	return t->b->machine;
}

static enum triage_status
take_evidence(struct taking *t, struct case_cursor *rows, struct triage_error *err)
{
	const struct fleet_value values[] = { FLEET_N(t->b->id), FLEET_T(case_text(rows, CASE_EVIDENCE_NAME)), FLEET_T(case_text(rows, CASE_EVIDENCE_KIND)),
	    FLEET_N(case_int(rows, CASE_EVIDENCE_SIZE)), FLEET_W(case_text(rows, CASE_EVIDENCE_SHA256)) };
	return fleet_put(t->w->fleet, FLEET_EVIDENCE, values, NULL, err);
}

/* --- findings --- */

struct finding {
	uint64_t machine;
	int severity;
	int64_t first, last, count;
	const char *title;
};

static int64_t
time_of(struct case_cursor *rows, size_t column)
{
	return case_null(rows, column) ? TRIAGE_TIME_NONE : case_int(rows, column);
}

static enum triage_status
put_seen(struct taking *t, const char *kind, const char *value, const char *what, const struct finding *f, struct triage_error *err)
{
	const struct fleet_value values[] = { FLEET_T(kind), FLEET_T(value), FLEET_N(f->machine), FLEET_T(what), FLEET_WHEN(f->first), FLEET_WHEN(f->last), FLEET_N(f->count),
	    FLEET_N(f->severity) };
	return value[0] == '\0' ? TRIAGE_OK : fleet_put(t->w->fleet, FLEET_SEEN, values, NULL, err);
}

/* Family and accounts out of the detail of a finding. */
static enum triage_status
take_detail(struct taking *t, const char *detail, const struct finding *f, struct triage_error *err)
{
	struct json j;
	char key[KEY_MAX];
	enum triage_status st = TRIAGE_OK;
	buf_clear(&t->family);
	json_start(&j, detail, strlen(detail));
	if (json_next(&j) != JSON_OBJECT)
		return TRIAGE_OK;
	while (st == TRIAGE_OK && json_next(&j) == JSON_KEY) {
		bool family = json_is(&j, "family"), accounts = json_is(&j, "accounts") && f->severity >= TRIAGE_MEDIUM;
		enum json_event e = family || accounts ? json_next(&j) : j.event;
		if (family && e == JSON_STRING)
			json_string(&j, &t->family);
		while (accounts && e == JSON_ARRAY && st == TRIAGE_OK && json_next(&j) == JSON_STRING) {
			buf_clear(&t->account);
			json_string(&j, &t->account);
			st = put_seen(t, "account", fleet_account_key(buf_cstr(&t->account), key, sizeof(key)), f->title, f, err);
		}
		if (!(accounts && j.event == JSON_ARRAY_END) && !json_skip(&j))
			break;
	}
	return st;
}

static int
severity_of(const char *word)
{
	for (int i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
		if (strcmp(word, triage_severity_name((unsigned)i)) == 0)
			return i;
	return TRIAGE_INFO;
}

static enum triage_status
take_finding(struct taking *t, struct case_cursor *rows, struct triage_error *err)
{
	char title[400], kind[64], rule[300];
	snprintf(title, sizeof(title), "%s", case_text(rows, CASE_FINDINGS_TITLE));
	snprintf(kind, sizeof(kind), "%s", case_text(rows, CASE_FINDINGS_KIND));
	snprintf(rule, sizeof(rule), "%s", case_text(rows, CASE_FINDINGS_RULE));
	const struct finding f = { .machine = machine_of(t, case_text(rows, CASE_FINDINGS_HOST)), .severity = severity_of(case_text(rows, CASE_FINDINGS_SEVERITY)),
	    .first = time_of(rows, CASE_FINDINGS_FIRST_TIME), .last = time_of(rows, CASE_FINDINGS_LAST_TIME), .count = case_int(rows, CASE_FINDINGS_COUNT), .title = title };
	enum triage_status st = take_detail(t, case_text(rows, CASE_FINDINGS_DETAIL), &f, err);
	const char *family = buf_cstr(&t->family);
	const struct fleet_value values[] = { FLEET_N(f.machine), FLEET_N(case_int(rows, CASE_FINDINGS_FINDING_ID)), FLEET_T(triage_severity_name((unsigned)f.severity)),
	    FLEET_N(case_int(rows, CASE_FINDINGS_CONFIDENCE)), FLEET_T(rule), FLEET_T(kind), FLEET_T(title), FLEET_W(case_text(rows, CASE_FINDINGS_TECHNIQUE)), FLEET_W(family),
	    FLEET_W(case_text(rows, CASE_FINDINGS_PATH)), FLEET_WHEN(f.first), FLEET_WHEN(f.last), FLEET_N(f.count) };
	if (st == TRIAGE_OK)
		st = fleet_put(t->w->fleet, FLEET_FINDINGS, values, NULL, err);
	if (st == TRIAGE_OK && f.severity >= TRIAGE_LOW)
		st = put_seen(t, "rule", rule, title, &f, err);
	if (st == TRIAGE_OK && f.severity >= TRIAGE_LOW)
		st = put_seen(t, "tool", family, title, &f, err);
	return st;
}

/* --- contacts --- */

static enum triage_status
take_contact(struct taking *t, struct case_cursor *rows, struct triage_error *err)
{
	char peer[KEY_MAX], account[KEY_MAX], protocol[64];
	bool to = strcmp(case_text(rows, CASE_CONTACTS_DIRECTION), "to") == 0;
	snprintf(protocol, sizeof(protocol), "%s", case_text(rows, CASE_CONTACTS_PROTOCOL));
	fleet_key(case_text(rows, CASE_CONTACTS_PEER), peer, sizeof(peer));
	fleet_account_key(case_text(rows, CASE_CONTACTS_ACCOUNT), account, sizeof(account));
	const struct finding f = { .machine = machine_of(t, case_text(rows, CASE_CONTACTS_HOST)), .severity = TRIAGE_INFO, .first = time_of(rows, CASE_CONTACTS_FIRST_TIME),
	    .last = time_of(rows, CASE_CONTACTS_LAST_TIME), .count = case_int(rows, CASE_CONTACTS_COUNT) };
	const struct fleet_value values[] = { FLEET_N(f.machine), FLEET_T(to ? "to" : "from"), FLEET_T(case_text(rows, CASE_CONTACTS_PEER)), FLEET_T(peer),
	    FLEET_T(case_text(rows, CASE_CONTACTS_ACCOUNT)), FLEET_T(account), FLEET_T(protocol), FLEET_WHEN(f.first), FLEET_WHEN(f.last), FLEET_N(f.count),
	    FLEET_N(case_int(rows, CASE_CONTACTS_FAILED)), FLEET_T(case_text(rows, CASE_CONTACTS_SOURCE)), FLEET_N(case_int(rows, CASE_CONTACTS_EVENT_ID)) };
	enum triage_status st = fleet_put(t->w->fleet, FLEET_CONTACTS, values, NULL, err);
	if (st == TRIAGE_OK)
		st = put_seen(t, "address", peer, protocol, &f, err);
	return st == TRIAGE_OK ? put_seen(t, "account", account, protocol, &f, err) : st;
}

static enum triage_status
each(struct taking *t, enum case_view view, enum triage_status (*take)(struct taking *t, struct case_cursor *rows, struct triage_error *err), const char *what,
    struct triage_error *err)
{
	struct case_cursor *rows;
	size_t n = 0;
	enum triage_status st = case_rows(t->c, view, CASE_BY_ID, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(rows, err)) == TRIAGE_OK && n++ < FLEET_ROWS_MAX) {
		st = take(t, rows, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(rows);
	if (st == TRIAGE_OK && n > FLEET_ROWS_MAX)
		st = fleet_remark(t->w, "too-much", t->b->id, 0, what, err);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

void
fleet_bound(struct case_reader *c, const char *path)
{
	struct stat info;
	uint64_t mib = stat(path, &info) == 0 ? (uint64_t)info.st_size >> 20 : 0;
	case_reader_bound(c, 100 + mib * 10);
}

enum triage_status
fleet_take(struct fleet_work *w, struct fleet_bundle *b, struct triage_error *err)
{
	char path[PATH_MAX + 32];
	struct taking *t = calloc(1, sizeof(*t));
	if (t == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a bundle");
		return TRIAGE_E_MEMORY;
	}
	t->w = w;
	t->b = b;
	buf_init(&t->family, FACT_MAX);
	buf_init(&t->account, FACT_MAX);
	buf_init(&t->text, FACT_MAX);
	buf_init(&t->others, FACT_MAX);
	snprintf(path, sizeof(path), "%s/data/case.db", b->path);
	enum triage_status st = case_open(path, &t->c, err);
	if (st == TRIAGE_OK) {
		fleet_bound(t->c, path);
		st = take_facts(t, err);
	}
	if (st == TRIAGE_OK)
		st = take_machines(t, err);
	if (st == TRIAGE_OK)
		st = each(t, CASE_EVIDENCE, take_evidence, "evidence", err);
	if (st == TRIAGE_OK)
		st = each(t, CASE_FINDINGS, take_finding, "findings", err);
	if (st == TRIAGE_OK)
		st = each(t, CASE_CONTACTS, take_contact, "contacts", err);
	if (st == TRIAGE_OK)
		st = fleet_contents_add(w, t->c, err);
	if (st == TRIAGE_OK && t->other_count > 0)
		st = fleet_remark(w, "other-hosts", b->id, b->machine, buf_cstr(&t->others), err);
	if (st == TRIAGE_OK)
		st = case_reader_status(t->c, err);
	case_reader_close(t->c);
	buf_release(&t->family);
	buf_release(&t->account);
	buf_release(&t->text);
	buf_release(&t->others);
	free(t);
	return st;
}
