/*
 * audit_json.c - audit events as Laurel writes them: one JSON object a line, {"ID":"SECONDS.MS:SERIAL","NODE":"host","SYSCALL":{...},"EXECVE":{"ARGV":[...]},"PATH":[{...},{...}]}. They become
 * the records that the audit daemon writes, so that all else is done as for those. Source: Laurel, its README and man page (records, lists, names in capitals).
 */
#include "triage/artefact/audit_event.h"

#include "triage/base/json.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MOST = 40, BODY_MOST = 64 << 10, VALUE_MOST = 32 << 10 };

struct reading {
	struct json j;
	struct audit_front f;
	struct audit_event *e;
	uint64_t offset;
	struct buf body, value;
	char key[KEY_MOST];
	unsigned item;			/* of a list of arguments */
	bool whole;
};

bool
audit_json_is(const char *line)
{
	return strncmp(line, "{\"ID\":\"", 7) == 0 && line[7] >= '0' && line[7] <= '9';
}

static bool
read_id(struct reading *r, const char *text)
{
	char *end;
	unsigned long long seconds = strtoull(text, &end, 10), ms = *end == '.' ? strtoull(end + 1, &end, 10) : 1000;
	if (*end != ':' || ms > 999 || seconds > UINT64_C(9000000000))
		return false;
	r->f.serial = strtoull(end + 1, &end, 10);
	r->f.time = seconds < 86400 ? TRIAGE_TIME_NONE : when_from_unix((int64_t)seconds, (uint32_t)ms * 1000000);
	return *end == '\0';
}

/* " key=value": in quotes, or as hex where the daemon would write it so. */
static void
put_value(struct reading *r, bool hex)
{
	r->whole = r->whole && !r->value.failed;
	if (r->body.size > 0)
		buf_char(&r->body, ' ');
	buf_format(&r->body, "%s=", r->key);
	if (hex) {
		static const char digits[] = "0123456789ABCDEF";
		for (size_t i = 0; i < r->value.size; i++) {
			buf_char(&r->body, digits[(unsigned char)r->value.data[i] >> 4]);
			buf_char(&r->body, digits[(unsigned char)r->value.data[i] & 15]);
		}
		return;
	}
	buf_char(&r->body, '"');
	for (size_t i = 0; i < r->value.size; i++)
		buf_char(&r->body, r->value.data[i] == '"' || r->value.data[i] == 0x1d ? '\'' : r->value.data[i]);
	buf_char(&r->body, '"');
}

static bool
is_arguments(const struct reading *r)
{
	return strcmp(r->f.type, "EXECVE") == 0 && strncmp(r->key, "ARGV", 4) == 0;
}

/* Arguments are a0, a1 ... of EXECVE; the title of a process has NUL between them; other lists are one text. */
static void
take_item(struct reading *r, bool list)
{
	if (list && is_arguments(r)) {
		char kept[KEY_MOST];
		snprintf(kept, sizeof(kept), "%s", r->key);
		snprintf(r->key, sizeof(r->key), "a%u", r->item++);
		put_value(r, r->value.size > 0);
		snprintf(r->key, sizeof(r->key), "%s", kept);
		buf_clear(&r->value);
	} else if (list) {
		buf_char(&r->value, ' ');
	} else {
		put_value(r, false);
		buf_clear(&r->value);
	}
}

static void
end_list(struct reading *r)
{
	bool title = strcmp(r->f.type, "PROCTITLE") == 0 && strncmp(r->key, "ARGV", 4) == 0;
	if (is_arguments(r) || r->value.size == 0)
		return;
	r->value.size--;
	if (title)
		snprintf(r->key, sizeof(r->key), "proctitle");
	put_value(r, title);
	buf_clear(&r->value);
}

static void
end_record(struct reading *r)
{
	r->f.body = buf_cstr(&r->body);
	r->whole = !r->body.failed && audit_event_add(r->e, &r->f, r->offset) && r->whole;
	buf_clear(&r->body);
	r->item = 0;
}

static void
keep_key(struct reading *r, char *out, size_t room)
{
	SCOPED_BUF text;
	buf_init(&text, 4096);
	json_string(&r->j, &text);
	snprintf(out, room, "%.*s", (int)(room - 1), buf_cstr(&text));
	/* what parts the fields of a record */
	for (char *c = out; *c != '\0'; c++)
		*c = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-' ? *c : '_';
}

static bool
read_record(struct reading *r)
{
	const unsigned outside = r->j.depth;
	bool list = false;
	snprintf(r->key, sizeof(r->key), "value");	/* of what is no object */
	for (enum json_event event = json_next(&r->j); event != JSON_ERROR && event != JSON_END; event = json_next(&r->j)) {
		bool inner = r->j.depth > outside && ((r->j.in_object >> outside & 1) != 0 || r->j.depth > outside + 1);
		if (event == JSON_KEY) {
			keep_key(r, r->key, sizeof(r->key));
		} else if (event == JSON_ARRAY) {
			list = inner;
		} else if (event == JSON_ARRAY_END) {
			if (list)
				end_list(r);
			list = false;
		} else if (event == JSON_STRING || event == JSON_NUMBER) {
			if (event == JSON_STRING)
				json_string(&r->j, &r->value);
			else
				buf_put(&r->value, r->j.value, r->j.value_size);
			take_item(r, list);
		} else if (event == JSON_OBJECT_END && r->body.size > 0) {
			end_record(r);
		}
		if (r->j.depth == outside) {
			if (r->body.size > 0)
				end_record(r);
			return true;
		}
	}
	return false;
}

static bool
read_line(struct reading *r, const char *text, size_t size)
{
	bool known = false;
	json_start(&r->j, text, size);
	if (json_next(&r->j) != JSON_OBJECT)
		return false;
	enum json_event event;
	while ((event = json_next(&r->j)) == JSON_KEY) {
		keep_key(r, r->f.type, sizeof(r->f.type));
		bool id = strcmp(r->f.type, "ID") == 0, node = strcmp(r->f.type, "NODE") == 0;
		if (!id && !node) {
			if (!known || !read_record(r))
				return false;
			continue;
		}
		buf_clear(&r->value);
		if (json_next(&r->j) != JSON_STRING)
			return false;
		json_string(&r->j, &r->value);
		if (id && !(known = read_id(r, buf_cstr(&r->value))))
			return false;
		if (node)
			snprintf(r->f.node, sizeof(r->f.node), "%.200s", buf_cstr(&r->value));
		buf_clear(&r->value);
	}
	return known && event == JSON_OBJECT_END && json_next(&r->j) == JSON_END;
}

bool
audit_json_read(struct audit_event *e, const char *text, size_t size, uint64_t offset)
{
	struct reading *r = calloc(1, sizeof(*r));
	if (r == NULL)
		return false;
	r->e = e;
	r->offset = offset;
	r->whole = true;
	buf_init(&r->body, BODY_MOST);
	buf_init(&r->value, VALUE_MOST);
	bool good = read_line(r, text, size) && r->whole;
	buf_release(&r->body);
	buf_release(&r->value);
	free(r);
	return good;
}
