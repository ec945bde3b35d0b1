/*
 * defender_detection.c - what Windows Defender found: files of Scans\History\Service\DetectionHistory.
 *
 * A list of values, each with its size and type, padded to 8 bytes; little endian. Microsoft does not describe it; the order of values is that seen
 * in files of Windows 10 and 11 (also told in the documentation of plaso's parser): threat, then one group for each resource, begun by
 * "Magic.Version", then times, account and process.
 */
#include "triage/artefact/ntfs_parts.h"

#include "triage/artefact/text_fields.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	HEAD = 8, IS_NUMBER64 = 0x08, IS_TIME = 0x0a, IS_TEXT = 0x15, IS_GUID = 0x1e, IS_BLOB = 0x28,
	BLOB_HEAD = 24, BLOB_NUMBER32 = 3, BLOB_NUMBER64 = 4, BLOB_FLAG = 5, BLOB_TEXT = 6,
	VALUES_MAX = 4096, RESOURCES_KEPT = 32, TIMES_KEPT = 8, STARTS_KEPT = 8,
};

struct value {
	uint32_t type;
	struct view bytes;
	size_t at;
};

/* Keys that a resource's blob tells; those of the first resource that has them are kept. */
static const struct {
	const char *name, *key;
} tracked[] = {
	{ "ThreatTrackingSha256", "sha256" }, { "ThreatTrackingSha1", "sha1" }, { "ThreatTrackingMD5", "md5" }, { "ThreatTrackingSize", "size" },
	{ "ThreatTrackingId", "tracking_id" }, { "ThreatTrackingStartTime", "tracking_start" }, { "ThreatTrackingScanSource", "scan_source" },
	{ "ThreatTrackingScanType", "scan_type" }, { "ThreatTrackingSigSeq", "signature_sequence" },
};
enum { TRACKED_COUNT = sizeof(tracked) / sizeof(tracked[0]) };

struct detection {
	struct buf threat, user, process, remediation_user, text;
	struct {
		struct view kind, path;		/* UTF-16LE */
	} resources[RESOURCES_KEPT];
	size_t resource_count, resources_left_out;
	uint64_t threat_id, times[TIMES_KEPT], starts[STARTS_KEPT];
	size_t time_count, start_count, text_count;		/* text_count: texts behind the last resource */
	uint8_t id[16];
	bool has_id, seen_magic;
	uint64_t numbers[TRACKED_COUNT];
	struct view texts[TRACKED_COUNT];
	bool have[TRACKED_COUNT];
};

static bool
next_value(struct view all, size_t *at, struct value *v)
{
	if (all.size - *at < HEAD)
		return false;
	uint32_t size = load_le32(all.data + *at);
	if (size > all.size - *at - HEAD)
		return false;
	*v = (struct value){ .type = load_le32(all.data + *at + 4), .bytes = { all.data + *at + HEAD, size }, .at = *at };
	size_t next = *at + HEAD + (size + 7u) / 8 * 8;
	*at = next > all.size ? all.size : next;
	return true;
}

static size_t
units_of(struct view v)
{
	size_t n = 0;
	while (2 * n + 1 < v.size && load_le16(v.data + 2 * n) != 0)
		n++;
	return n;
}

static const char *
utf8(struct buf *b, struct view v)
{
	return ntfs_text(b, v.data, units_of(v));
}

static bool
is_ascii(struct view v, const char *text)
{
	size_t n = strlen(text);
	if (v.size < 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (v.data[2 * i] != (uint8_t)text[i] || v.data[2 * i + 1] != 0)
			return false;
	return true;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	struct value v[3];
	size_t at = 0;
	(void)who;
	for (size_t i = 0; i < 3; i++)
		if (!next_value(head, &at, &v[i]))
			return false;
	return v[0].type == IS_NUMBER64 && v[0].bytes.size == 8 && v[1].type == IS_GUID && v[1].bytes.size == 16 && v[2].type == IS_TEXT &&
	    is_ascii(v[2].bytes, "Magic.Version:");
}

/* Names and values of one resource. False when they do not end where the blob ends. */
static bool
take_blob(struct detection *d, struct view b)
{
	size_t at = BLOB_HEAD;
	while (b.size >= BLOB_HEAD && b.size - at >= 4) {
		uint32_t name = load_le32(b.data + at), size;
		if (name > b.size - at - 4 || b.size - at - 4 - name < 4)
			return false;
		struct view key = { b.data + at + 4, name };
		at += 4 + (size_t)name;
		uint32_t type = load_le32(b.data + at);
		at += 4;
		size = type == BLOB_NUMBER32 ? 4 : type == BLOB_NUMBER64 ? 8 : type == BLOB_FLAG ? 1 : 0;
		if (type == BLOB_TEXT) {
			if (b.size - at < 4)
				return false;
			size = load_le32(b.data + at);
			at += 4;
		}
		if ((size == 0 && type != BLOB_TEXT) || size > b.size - at)
			return false;
		if (size == 8 && is_ascii(key, "ThreatTrackingStartTime") && d->start_count < STARTS_KEPT)
			d->starts[d->start_count++] = load_le64(b.data + at);
		for (size_t i = 0; i < TRACKED_COUNT; i++) {
			if (d->have[i] || units_of(key) != strlen(tracked[i].name) || !is_ascii(key, tracked[i].name))
				continue;
			d->have[i] = true;
			if (type == BLOB_TEXT)
				d->texts[i] = (struct view){ b.data + at, size };
			else
				d->numbers[i] = size == 8 ? load_le64(b.data + at) : size == 4 ? load_le32(b.data + at) : b.data[at];
		}
		at += size;
	}
	return true;
}

/* The texts behind the last resource: account, process, account that acted. */
static void
take_late_text(struct detection *d, struct view text)
{
	struct buf *into[] = { &d->user, &d->process, &d->remediation_user };
	if (d->text_count < 3)
		utf8(into[d->text_count], text);
	d->text_count++;
}

/* state of the walk: how many texts of the group at hand were seen */
static enum triage_status
take_value(struct artefact *a, struct detection *d, const struct value *v, unsigned *group, struct triage_error *err)
{
	if (v->type == IS_NUMBER64 && v->bytes.size == 8 && d->threat_id == 0)
		d->threat_id = load_le64(v->bytes.data);
	if (v->type == IS_GUID && v->bytes.size == 16 && !d->has_id) {
		memcpy(d->id, v->bytes.data, 16);
		d->has_id = true;
	}
	if (v->type == IS_TIME && v->bytes.size == 8) {
		*group = 0;
		if (d->time_count < TIMES_KEPT)
			d->times[d->time_count++] = load_le64(v->bytes.data);
	}
	if (v->type == IS_BLOB && !take_blob(d, v->bytes))
		return artefact_remark(a, TRIAGE_LOW, "value-damaged", v->at, v->bytes.size, err, "what is told about a resource is not sound to its end");
	if (v->type != IS_TEXT)
		return TRIAGE_OK;
	if (is_ascii(v->bytes, "Magic.Version:")) {
		*group = d->seen_magic ? 2 : 1;
		d->seen_magic = true;
	} else if (*group == 1) {
		utf8(&d->threat, v->bytes);
		*group = 0;
	} else if (*group == 2 || *group == 3) {
		if (d->resource_count == RESOURCES_KEPT)
			d->resources_left_out += *group == 2;
		else if (*group == 2)
			d->resources[d->resource_count].kind = v->bytes;
		else
			d->resources[d->resource_count++].path = v->bytes;
		*group = *group == 2 ? 3 : 0;
	} else if (d->time_count > 0) {
		take_late_text(d, v->bytes);
	}
	return TRIAGE_OK;
}

static void
put_fields(struct artefact *a, struct detection *d)
{
	char id[40], key[60];
	struct text_keys seen = { .count = 0 };
	artefact_text(a, "threat_name", buf_cstr(&d->threat));
	artefact_unsigned(a, "threat_id", d->threat_id & UINT32_MAX);
	snprintf(id, sizeof(id), "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X", load_le32(d->id), load_le16(d->id + 4), load_le16(d->id + 6), d->id[8],
	    d->id[9], d->id[10], d->id[11], d->id[12], d->id[13], d->id[14], d->id[15]);
	artefact_text(a, "detection_id", id);
	for (size_t i = 0; i < d->resource_count; i++) {
		bool first = true;
		for (size_t k = 0; k < i; k++)
			first &= d->resources[k].kind.size != d->resources[i].kind.size ||
			    memcmp(d->resources[k].kind.data, d->resources[i].kind.data, d->resources[i].kind.size) != 0;
		if (!first)
			continue;
		char kind[36];
		text_snake(utf8(&d->text, d->resources[i].kind), kind, sizeof(kind));
		snprintf(key, sizeof(key), "resource_%s", kind);
		if (!text_key_is_new(&seen, key))
			snprintf(key, sizeof(key), "resource_%zu", i + 1);
		artefact_list(a, key);
		for (size_t k = i; k < d->resource_count; k++)
			if (d->resources[k].kind.size == d->resources[i].kind.size &&
			    memcmp(d->resources[k].kind.data, d->resources[i].kind.data, d->resources[i].kind.size) == 0)
				artefact_item(a, utf8(&d->text, d->resources[k].path));
		artefact_list_end(a);
	}
	if (d->resources_left_out > 0)
		artefact_unsigned(a, "resources_left_out", d->resources_left_out);
	artefact_text(a, "account", buf_cstr(&d->user));
	artefact_text(a, "process", buf_cstr(&d->process));
	artefact_text(a, "remediation_account", buf_cstr(&d->remediation_user));
	for (size_t i = 0; i < TRACKED_COUNT; i++) {
		if (d->texts[i].data != NULL)
			artefact_text(a, tracked[i].key, utf8(&d->text, d->texts[i]));
		else if (d->have[i] && strcmp(tracked[i].key, "tracking_start") == 0)
			artefact_when(a, tracked[i].key, when_from_filetime(d->numbers[i]));
		else if (d->have[i])
			artefact_unsigned(a, tracked[i].key, d->numbers[i]);
	}
	artefact_user(a, buf_cstr(&d->user));
}

/* The path to show: a file first, else what there is. */
static const char *
main_path(struct detection *d)
{
	for (size_t i = 0; i < d->resource_count; i++)
		if (is_ascii(d->resources[i].kind, "file"))
			return utf8(&d->text, d->resources[i].path);
	return d->resource_count > 0 ? utf8(&d->text, d->resources[0].path) : "a place that is not told";
}

static enum triage_status
send_detection(struct artefact *a, struct detection *d, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint64_t times[TIMES_KEPT + STARTS_KEPT];
	memcpy(times, d->times, d->time_count * sizeof(times[0]));
	memcpy(times + d->time_count, d->starts, d->start_count * sizeof(times[0]));
	artefact_event(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, 0);
	put_fields(a, d);
	size_t sent = 0;
	for (size_t i = 0; i < d->time_count + d->start_count && st == TRIAGE_OK; i++) {
		bool seen = !ntfs_time_is_likely(times[i]);
		for (size_t k = 0; k < i; k++)
			seen |= times[k] == times[i];
		if (seen)
			continue;
		artefact_again(a, when_from_filetime(times[i]), i >= d->time_count ? "threat seen" : i == 0 ? "detection recorded" : i == 1 ? "threat detected" :
		    "threat status changed");
		artefact_message(a, "Defender found %s in %s", buf_cstr(&d->threat), main_path(d));
		st = artefact_send(a, err);
		sent++;
	}
	if (st == TRIAGE_OK && sent == 0)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, 0, err, "the detection of %s has no time", buf_cstr(&d->threat));
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct detection d = { 0 };
	struct buf *const bufs[] = { &d.threat, &d.user, &d.process, &d.remediation_user, &d.text };
	enum triage_status st = TRIAGE_OK;
	struct value v;
	unsigned group = 0;
	size_t at = 0, values = 0;
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_init(bufs[i], 3 * (size_t)ARTEFACT_VALUE_MAX);
	while (st == TRIAGE_OK && at < all.size && values++ < VALUES_MAX && next_value(all, &at, &v))
		st = take_value(a, &d, &v, &group, err);
	if (st == TRIAGE_OK && at < all.size)
		st = artefact_remark(a, TRIAGE_LOW, "value-damaged", at, all.size - at, err, "the values are not sound from byte %zu on", at);
	if (st == TRIAGE_OK)
		st = send_detection(a, &d, err);
	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_release(bufs[i]);
	return st;
}

const struct artefact_kind artefact_defender_detection = {
	.name = "defender_detection",
	.source = "defender",
	.title = "detection of Windows Defender (DetectionHistory)",
	.yields = "threat, file, its digests, account and process of a detection",
	.reference = "files of Windows 10 and 11; documentation of plaso's windefender_history",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
