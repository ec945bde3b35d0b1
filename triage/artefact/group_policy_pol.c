/*
 * group_policy_pol.c - Registry.pol: "PReg", version 1, then [key;value;type;size;data], all in UTF-16LE, type and size as 32 bits. Source: [MS-GPREG] 2.2.
 */
#include "triage/artefact/group_policy.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FRONT = 8, NAME_UNITS = 2048, SPENT_TIMES = 4, SPENT_LEAST = 1 << 20, HEX_MAX = 256, REG_SZ = 1, REG_EXPAND_SZ = 2, REG_DWORD = 4, REG_MULTI_SZ = 7, REG_QWORD = 11 };

struct entry {
	struct buf key, value, text;
	uint32_t type;
	struct view data;
	uint64_t spent;			/* units of names that were looked at: those of places that are no setting may be the same again and again */
};

bool
policy_pol_is(struct view head)
{
	return head.size >= FRONT && memcmp(head.data, "PReg", 4) == 0 && load_le32(head.data + 4) == 1;
}

static bool
unit_is(struct view all, size_t at, char c)
{
	return view_has(all, at, 2) && load_le16(all.data + at) == (uint16_t)c;
}

/* A text up to its NUL and the ';' behind it. */
static bool
take_text(struct view all, size_t *at, uint64_t *spent, struct buf *out)
{
	size_t units = 0;
	while (units < NAME_UNITS && view_has(all, *at + 2 * units, 2) && load_le16(all.data + *at + 2 * units) != 0)
		units++;
	*spent += units;
	if (!unit_is(all, *at + 2 * units, '\0') || !unit_is(all, *at + 2 * units + 2, ';'))
		return false;
	buf_clear(out);
	text_from_utf16le(out, all.data + *at, units);
	*at += 2 * units + 4;
	return true;
}

static bool
take_entry(struct view all, size_t *at, struct entry *e)
{
	size_t p = *at + 2;
	if (!unit_is(all, *at, '[') || !take_text(all, &p, &e->spent, &e->key) || !take_text(all, &p, &e->spent, &e->value) || !view_has(all, p, 12) ||
	    !unit_is(all, p + 4, ';') || !unit_is(all, p + 10, ';'))
		return false;
	uint32_t size = load_le32(all.data + p + 6);
	e->type = load_le32(all.data + p);
	p += 12;
	if (!view_has(all, p, size) || !unit_is(all, p + size, ']'))
		return false;
	e->data = (struct view){ all.data + p, size };
	*at = p + size + 2;
	return true;
}

static void
put_data(struct artefact *a, struct entry *e)
{
	buf_clear(&e->text);
	if (e->type == REG_DWORD && e->data.size == 4)
		buf_format(&e->text, "%u", load_le32(e->data.data));
	else if (e->type == REG_QWORD && e->data.size == 8)
		buf_format(&e->text, "%ju", (uintmax_t)load_le64(e->data.data));
	else if (e->type == REG_SZ || e->type == REG_EXPAND_SZ || e->type == REG_MULTI_SZ) {
		size_t units = e->data.size / 2;
		while (units > 0 && load_le16(e->data.data + 2 * (units - 1)) == 0)
			units--;
		for (size_t from = 0, n; from < units; from += n + 1) {
			for (n = 0; from + n < units && load_le16(e->data.data + 2 * (from + n)) != 0;)
				n++;
			if (from > 0)
				buf_text(&e->text, ", ");
			text_from_utf16le(&e->text, e->data.data + 2 * from, n);
		}
	} else if (e->data.size > 0) {
		if (e->data.size > HEX_MAX)
			artefact_cut(a);
		artefact_hex(a, "data_hex", e->data.data, e->data.size < HEX_MAX ? e->data.size : HEX_MAX);
	}
	artefact_text(a, "data_text", buf_cstr(&e->text));
}

static enum triage_status
send_entry(struct artefact *a, struct entry *e, size_t at, struct triage_error *err)
{
	static const char *const types[] = { "REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ", "REG_RESOURCE_LIST",
		"REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD" };
	const char *key = buf_cstr(&e->key), *value = buf_cstr(&e->value), *technique = "";
	bool removes = strncasecmp(value, "**del", 5) == 0;
	policy_event(a, TRIAGE_TIME_NONE, at, "registry");
	artefact_text(a, "key", key);
	artefact_text(a, "value", value);
	artefact_text(a, "type", e->type < sizeof(types) / sizeof(types[0]) ? types[e->type] : "unknown");
	put_data(a, e);
	const char *effect = removes ? NULL : policy_effect(key, value, buf_cstr(&e->text), &technique);
	artefact_text(a, "effect", effect);
	artefact_technique(a, technique);
	artefact_message(a, "Group policy %s %.600s\\%.200s%s%.400s%s%s", removes ? "removes" : "sets", key, value, removes || e->text.size == 0 ? "" : " = ",
	    removes ? "" : buf_cstr(&e->text), effect != NULL ? ": " : "", effect != NULL ? effect : "");
	return artefact_send(a, err);
}

enum triage_status
policy_pol(struct artefact *a, struct view all, struct triage_error *err)
{
	struct entry e = { 0 };
	enum triage_status st = TRIAGE_OK;
	buf_init(&e.key, 4 * NAME_UNITS);
	buf_init(&e.value, 4 * NAME_UNITS);
	/* three bytes for each unit, and what stands between */
	buf_init(&e.text, 4 * all.size + 64);
	for (size_t at = FRONT; at < all.size && st == TRIAGE_OK;) {
		size_t from = at;
		if (take_entry(all, &at, &e)) {
			st = send_entry(a, &e, from, err);
			continue;
		}
		/* on behind the next "][", or at the next "[" */
		for (at += 2; at < all.size && !(unit_is(all, at, '[') && unit_is(all, at - 2, ']')); )
			at += 2;
		st = artefact_remark(a, TRIAGE_LOW, "record-damaged", from, at - from, err, "a setting of the policy is not sound");
		if (st == TRIAGE_OK && at < all.size && e.spent > SPENT_LEAST + SPENT_TIMES * (uint64_t)all.size) {
			st = artefact_remark(a, TRIAGE_MEDIUM, "time-limit", at, all.size - at, err, "the policy has too many settings that are not sound: reading stopped");
			break;
		}
	}
	buf_release(&e.key);
	buf_release(&e.value);
	buf_release(&e.text);
	return st;
}
