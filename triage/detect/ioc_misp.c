/*
 * ioc_misp.c - attributes of MISP events (the MISP core format, draft-dulaunoy-misp-core-format): "Event" alone, in a list or in a "response",
 * attributes alone, and attributes of objects. Taken are those with to_ids. The threat level of an event speaks of the attacker's skill, not
 * of how sure a match is, and sets no severity. Also the choice between this format and STIX.
 */
#include "triage/detect/ioc.h"

#include "triage/base/json.h"

#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 1 << 20 };

static const struct {
	const char *type;
	enum ioc_hint first, second;	/* of "first|second"; IOC_ANY: not looked for */
} types[] = {
	{ "md5", IOC_A_HASH, IOC_ANY }, { "sha1", IOC_A_HASH, IOC_ANY }, { "sha256", IOC_A_HASH, IOC_ANY }, { "filename", IOC_A_NAME, IOC_ANY },
	{ "filename|md5", IOC_ANY, IOC_A_HASH }, { "filename|sha1", IOC_ANY, IOC_A_HASH }, { "filename|sha256", IOC_ANY, IOC_A_HASH },
	{ "malware-sample", IOC_ANY, IOC_A_HASH }, { "domain", IOC_A_DOMAIN, IOC_ANY }, { "hostname", IOC_A_DOMAIN, IOC_ANY },
	{ "hostname|port", IOC_A_DOMAIN, IOC_ANY }, { "domain|ip", IOC_A_DOMAIN, IOC_AN_ADDRESS }, { "ip-src", IOC_AN_ADDRESS, IOC_ANY },
	{ "ip-dst", IOC_AN_ADDRESS, IOC_ANY }, { "ip-src|port", IOC_AN_ADDRESS, IOC_ANY }, { "ip-dst|port", IOC_AN_ADDRESS, IOC_ANY },
	{ "ip", IOC_AN_ADDRESS, IOC_ANY }, { "url", IOC_A_URL, IOC_ANY }, { "uri", IOC_A_URL, IOC_ANY }, { "email", IOC_A_MAIL, IOC_ANY },
	{ "email-src", IOC_A_MAIL, IOC_ANY }, { "email-dst", IOC_A_MAIL, IOC_ANY }, { "email-reply-to", IOC_A_MAIL, IOC_ANY },
	{ "regkey", IOC_A_KEY, IOC_ANY }, { "regkey|value", IOC_A_KEY, IOC_ANY }, { "filename-pattern", IOC_A_PATTERN, IOC_ANY },
};

struct attribute {
	struct buf type, value, comment, tag;
	char tlp[24];
	bool to_ids, told;		/* told: to_ids was there */
	bool deleted;
};

struct reading {
	struct ioc_store *s;
	struct attribute a;
	struct buf info;		/* of the event at hand */
	char tlp[24];
	const char *text;
	size_t counted, line;
	struct triage_error *err;
};

static void
read_text(struct json *j, struct buf *out)
{
	buf_clear(out);
	if (json_next(j) == JSON_STRING)
		json_string(j, out);
	else
		json_skip(j);
}

/* "Tag": [{"name": "tlp:amber"}, ...]; the last word about TLP stands. */
static void
read_tags(struct json *j, struct buf *scratch, char tlp[24])
{
	if (json_next(j) != JSON_ARRAY) {
		json_skip(j);
		return;
	}
	while (json_next(j) == JSON_OBJECT)
		while (json_next(j) == JSON_KEY) {
			if (!json_is(j, "name")) {
				json_skip(j);
				continue;
			}
			read_text(j, scratch);
			const char *name = buf_cstr(scratch);
			if (strncasecmp(name, "tlp:", 4) == 0 && strlen(name + 4) < 24) {
				size_t i = 0;
				for (name += 4; name[i] != '\0'; i++)
					tlp[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 32) : name[i];
				tlp[i] = '\0';
			}
		}
}

static bool
read_flag(struct json *j)
{
	enum json_event e = json_next(j);
	int64_t n;
	bool yes = e == JSON_TRUE || (e == JSON_STRING && (json_is(j, "1") || json_is(j, "true"))) || (e == JSON_NUMBER && json_int(j, &n) && n != 0);
	json_skip(j);
	return yes;
}

static void
read_attribute(struct json *j, struct attribute *a)
{
	buf_clear(&a->type);
	buf_clear(&a->value);
	buf_clear(&a->comment);
	a->tlp[0] = '\0';
	a->to_ids = a->told = a->deleted = false;
	while (json_next(j) == JSON_KEY) {
		if (json_is(j, "type"))
			read_text(j, &a->type);
		else if (json_is(j, "value"))
			read_text(j, &a->value);
		else if (json_is(j, "comment"))
			read_text(j, &a->comment);
		else if (json_is(j, "to_ids"))
			a->to_ids = read_flag(j), a->told = true;
		else if (json_is(j, "deleted"))
			a->deleted = read_flag(j);
		else if (json_is(j, "Tag"))
			read_tags(j, &a->tag, a->tlp);
		else
			json_skip(j);
	}
}

static enum triage_status
take_part(struct reading *r, enum ioc_hint hint, const char *value, size_t size, const char *beside, size_t beside_size)
{
	SCOPED_BUF comment;
	const struct attribute *a = &r->a;
	buf_init(&comment, 1 << 20);
	buf_text(&comment, buf_cstr(&r->info));
	if (a->comment.size > 0)
		buf_format(&comment, "%s%s", comment.size > 0 ? ": " : "", buf_cstr(&a->comment));
	if (beside_size > 0) {
		buf_text(&comment, comment.size > 0 ? ", " : "");
		buf_put(&comment, beside, beside_size);
	}
	const char *tlp = a->tlp[0] != '\0' ? a->tlp : r->tlp;
	const struct ioc_entry e = { .value = value, .size = size, .comment = buf_cstr(&comment), .comment_size = comment.size, .tlp = tlp, .tlp_size = strlen(tlp),
		.severity = -1, .line = r->line };
	return ioc_take(r->s, &e, hint, r->err);
}

static enum triage_status
take_attribute(struct reading *r)
{
	const struct attribute *a = &r->a;
	size_t t = 0;
	if (a->deleted || (a->told && !a->to_ids)) {
		ioc_list_at_hand(r->s)->passed++;
		return TRIAGE_OK;
	}
	while (t < sizeof(types) / sizeof(types[0]) && strcasecmp(types[t].type, buf_cstr(&a->type)) != 0)
		t++;
	if (t == sizeof(types) / sizeof(types[0]) || a->value.failed) {
		ioc_refuse(r->s, r->line, "an attribute of a type that is not looked for", buf_cstr(&a->type), a->type.size);
		return TRIAGE_OK;
	}
	const char *value = buf_cstr(&a->value), *bar = strchr(types[t].type, '|') != NULL || types[t].first == IOC_ANY ? strchr(value, '|') : NULL;
	size_t first = bar != NULL ? (size_t)(bar - value) : a->value.size, second = bar != NULL ? a->value.size - first - 1 : 0;
	enum triage_status st = TRIAGE_OK;
	if (types[t].first != IOC_ANY)
		st = take_part(r, types[t].first, value, first, "", 0);
	if (st == TRIAGE_OK && types[t].second != IOC_ANY && bar != NULL)
		st = take_part(r, types[t].second, bar + 1, second, value, types[t].first == IOC_ANY ? first : 0);
	if (st == TRIAGE_OK && types[t].first == IOC_ANY && bar == NULL)
		ioc_refuse(r->s, r->line, "an attribute without the bar that its type has", value, a->value.size);
	return st;
}

/* Name and tags of an event, which may stand behind its attributes. j: a copy of the parser at its beginning. */
static void
look_at_event(struct reading *r, struct json j)
{
	buf_clear(&r->info);
	r->tlp[0] = '\0';
	while (json_next(&j) == JSON_KEY) {
		if (json_is(&j, "info"))
			read_text(&j, &r->info);
		else if (json_is(&j, "Tag"))
			read_tags(&j, &r->a.tag, r->tlp);
		else
			json_skip(&j);
	}
}

static void
count_lines(struct reading *r, size_t to)
{
	for (const char *p; r->counted < to && (p = memchr(r->text + r->counted, '\n', to - r->counted)) != NULL; r->line++)
		r->counted = (size_t)(p - r->text) + 1;
	r->counted = to;
}

/* Every list of name "Attribute", however deep it lies. */
enum triage_status
ioc_read_misp(struct ioc_store *s, const char *text, size_t size, struct triage_error *err)
{
	struct json j;
	struct reading r = { .s = s, .text = text, .line = 1, .err = err };
	struct buf *const buffers[] = { &r.a.type, &r.a.value, &r.a.comment, &r.a.tag, &r.info };
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		buf_init(buffers[i], VALUE_MAX);
	enum triage_status st = TRIAGE_OK;
	ioc_list_at_hand(s)->form = "misp";
	json_start(&j, text, size);
	for (enum json_event e; st == TRIAGE_OK && (e = json_next(&j)) != JSON_END && e != JSON_ERROR;) {
		if (e != JSON_KEY)
			continue;
		if (json_is(&j, "Event")) {
			if (json_next(&j) == JSON_OBJECT)
				look_at_event(&r, j);
		} else if (json_is(&j, "Attribute")) {
			if (json_next(&j) != JSON_ARRAY)
				continue;
			while (st == TRIAGE_OK && json_next(&j) == JSON_OBJECT) {
				count_lines(&r, j.at);
				read_attribute(&j, &r.a);
				if (j.event != JSON_ERROR)
					st = take_attribute(&r);
			}
		}
	}
	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		buf_release(buffers[i]);
	if (st == TRIAGE_OK && j.event == JSON_ERROR) {
		triage_error_set(err, TRIAGE_E_FORMAT, j.at, "it is no sound JSON at byte %zu", j.at);
		return TRIAGE_E_FORMAT;
	}
	return st;
}

enum triage_status
ioc_read_json(struct ioc_store *s, const char *text, size_t size, struct triage_error *err)
{
	struct json j;
	bool stix = false;
	json_start(&j, text, size);
	if (json_next(&j) == JSON_OBJECT)
		while (!stix && json_next(&j) == JSON_KEY) {
			bool type = json_is(&j, "type");
			if (json_is(&j, "objects") || json_is(&j, "spec_version"))
				stix = true;
			else if (type && json_next(&j) == JSON_STRING)
				stix = json_is(&j, "bundle");
			else
				json_skip(&j);
		}
	return stix ? ioc_read_stix(s, text, size, err) : ioc_read_misp(s, text, size, err);
}
