/*
 * ese_srum.c - the System Resource Usage Monitor (SRUDB.dat): what each program used, by user and about by hour, for some weeks.
 *
 * Rows name program and user by numbers of SruDbIdMapTable. A table of a provider that is not known by name is told with all its columns.
 */
#include "triage/artefact/ese_kinds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum use { USE_OTHER, USE_APPLICATION, USE_NETWORK, USE_CONNECTION, USE_ENERGY, USE_NOTIFICATION, USE_TIMELINE };

static const struct provider {
	const char *guid, *name, *part;
	enum use use;
} providers[] = {
	{ "{D10CA2FE-6FCF-4F6D-848E-B2E99266FA89}", "Application Resource Usage", "application", USE_APPLICATION },
	{ "{973F5D5C-1D90-4944-BE8E-24B94231A174}", "Network Data Usage", "network", USE_NETWORK },
	{ "{DD6636C4-8929-4683-974E-22C046A43763}", "Network Connectivity Usage", "connectivity", USE_CONNECTION },
	{ "{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}", "Energy Usage", "energy", USE_ENERGY },
	{ "{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}LT", "Energy Usage (long term)", "energy", USE_ENERGY },
	{ "{DA73FB89-2BEA-4DDC-86B8-6E048C6DA477}", "Energy Estimation", "energy", USE_ENERGY },
	{ "{97C2CE28-A37B-4920-B1E9-8B76CD341EC5}", "Energy Estimation", "energy", USE_ENERGY },
	{ "{B6D82AF1-F780-4E17-8077-6CB9AD8A6FC4}", "Tagged Energy", "energy", USE_ENERGY },
	{ "{D10CA2FE-6FCF-4F6D-848E-B2E99266FA86}", "Push Notifications", "notification", USE_NOTIFICATION },
	{ "{5C8CF1C7-7257-4F13-B223-970EF5939312}", "Application Timeline", "timeline", USE_TIMELINE },
	{ "{7ACBBAA3-D029-4BE4-9A7A-0885927F1D8F}", "vfuprov", "vfuprov", USE_OTHER },
	{ "{17F4D97B-F26A-5E79-3A82-90040A47D13D}", "SDP Volume", "volume", USE_OTHER },
	{ "{841A7317-3805-518B-C2EA-AD224CB4AF84}", "SDP Physical Disk", "disk", USE_OTHER },
	{ "{DC3D3B50-BB90-5066-FA4E-A5F90DD8B677}", "SDP Processor", "processor", USE_OTHER },
	{ "{EEE2F477-0659-5C47-EF03-6D6BEFD441B3}", "SDP Network", "network", USE_OTHER },
};

enum { ID_SID = 3 };
static const int64_t NEAR = INT64_C(60000000000);

static enum triage_status
read_ids(struct ese *e, struct ese_map *ids, struct triage_error *err)
{
	struct ese_cursor c;
	SCOPED_BUF text;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	ese_rows(&c, e, ese_table(e, "SruDbIdMapTable"));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		struct ese_value blob;
		uint64_t type = 0, index;
		if (!ese_get_unsigned(&c, "IdIndex", &index) || !ese_get_named(&c, "IdBlob", &blob) || blob.bytes.size == 0)
			continue;
		(void)!ese_get_unsigned(&c, "IdType", &type);
		if (type != ID_SID || !ese_sid_text(blob.bytes, false, &text)) {
			blob.type = ESE_LONG_TEXT;
			blob.codepage = 1200;
			ese_value_text(&blob, &text);
		}
		if (text.size > 0)
			ese_map_put(ids, index, buf_cstr(&text));
	}
	if (st == TRIAGE_OK && ids->failed)
		st = artefact_remark(e->a, TRIAGE_LOW, "names-left-out", TRIAGE_NO_ID, 0, err, "not all names of programs and users could be kept");
	return st;
}

/*
 * A program for people; the whole is in data. "\Device\HarddiskVolume2\a\b.exe" is b.exe, "!!svchost.exe!2019/03/20:06:12:45!15eca![netsvcs]" is
 * svchost.exe [netsvcs].
 */
static const char *
short_name(const char *app, char *room, size_t size)
{
	const char *last = strrchr(app, '\\');
	if (strncmp(app, "!!", 2) == 0) {
		const char *end = strchr(app + 2, '!'), *service = strchr(app, '[');
		int length = end != NULL ? (int)(end - app - 2 < 100 ? end - app - 2 : 100) : 100;
		snprintf(room, size, "%.*s%s%.100s", length, app + 2, service != NULL ? " " : "", service != NULL ? service : "");
		return room;
	}
	return last != NULL && last[1] != '\0' ? last + 1 : app;
}

static void
say(struct ese_cursor *c, const struct provider *p, const char *name, const char *app)
{
	struct artefact *a = c->e->a;
	uint64_t n[4] = { 0 };
	char room[256];
	switch (p->use) {
	case USE_NETWORK:
		(void)!ese_get_unsigned(c, "BytesSent", &n[0]);
		(void)!ese_get_unsigned(c, "BytesRecvd", &n[1]);
		artefact_message(a, "Network use by %s: %" PRIu64 " bytes sent, %" PRIu64 " received", short_name(app, room, sizeof(room)), n[0], n[1]);
		return;
	case USE_APPLICATION:
		(void)!ese_get_unsigned(c, "ForegroundBytesRead", &n[0]);
		(void)!ese_get_unsigned(c, "BackgroundBytesRead", &n[1]);
		(void)!ese_get_unsigned(c, "ForegroundBytesWritten", &n[2]);
		(void)!ese_get_unsigned(c, "BackgroundBytesWritten", &n[3]);
		artefact_message(a, "Resources used by %s: %" PRIu64 " bytes read, %" PRIu64 " written", short_name(app, room, sizeof(room)), n[0] + n[1], n[2] + n[3]);
		return;
	case USE_CONNECTION:
		(void)!ese_get_unsigned(c, "ConnectedTime", &n[0]);
		artefact_message(a, "Network connected for %" PRIu64 " s", n[0]);
		return;
	case USE_NOTIFICATION:
		artefact_message(a, "Push notification of %s", short_name(app, room, sizeof(room)));
		return;
	case USE_TIMELINE:
		artefact_message(a, "Activity of %s", short_name(app, room, sizeof(room)));
		return;
	case USE_OTHER: case USE_ENERGY:
		break;
	}
	artefact_message(a, "%s of %s", name, app[0] != '\0' ? short_name(app, room, sizeof(room)) : "the machine");
}

/* The upper 16 bits of an interface's number are its type, as IANA counts them. */
static void
put_interface(struct ese_cursor *c)
{
	static const struct { unsigned type; const char *name; } types[] = { { 6, "Ethernet" }, { 23, "PPP" }, { 24, "loopback" }, { 71, "Wi-Fi" },
		{ 131, "tunnel" }, { 243, "mobile" }, { 244, "mobile" } };
	uint64_t luid;
	if (!ese_get_unsigned(c, "InterfaceLuid", &luid))
		return;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == luid >> 48)
			artefact_text(c->e->a, "interface_type", types[i].name);
}

static enum triage_status
send_use(struct ese_cursor *c, const struct provider *p, struct ese_map *ids, struct triage_error *err)
{
	static const char *const skip[] = { "TimeStamp", "AppId", "UserId", NULL };
	struct artefact *a = c->e->a;
	char name[48];
	uint64_t app_id = 0, user_id = 0;
	const char *precision = "s", *app = NULL, *user = NULL;
	int64_t when = ese_get_time(c, "TimeStamp", &precision);
	if (ese_get_unsigned(c, "AppId", &app_id))
		app = ese_map_get(ids, app_id);
	if (ese_get_unsigned(c, "UserId", &user_id))
		user = ese_map_get(ids, user_id);
	snprintf(name, sizeof(name), "%.*s", (int)(c->table->name.size < 40 ? c->table->name.size : 40), (const char *)c->table->name.data);
	artefact_event(a, when, "usage recorded");
	artefact_offset(a, c->offset);
	artefact_source(a, "srum");
	artefact_precision(a, "s");
	artefact_part(a, p->part);
	artefact_text(a, "provider", p->name[0] != '\0' ? p->name : name);
	artefact_text(a, "table", name);
	artefact_text(a, "app", app);
	artefact_text(a, "user", user);
	artefact_unsigned(a, "app_id", app_id);
	artefact_unsigned(a, "user_id", user_id);
	if (c->recovered)
		artefact_flag(a, "recovered", true);
	ese_put_all(c, skip);
	put_interface(c);
	artefact_user(a, user != NULL ? user : "");
	say(c, p, p->name[0] != '\0' ? p->name : name, app != NULL ? app : "");
	enum triage_status st = artefact_send(a, err);
	static const struct { const char *column, *meaning; } more[] = {
		{ "ConnectStartTime", "connected" }, { "StartTime", "use began" }, { "EndTime", "use ended" },
		{ "EventTimestamp", "energy state changed" },
	};
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]) && st == TRIAGE_OK; i++) {
		int64_t then = ese_get_time(c, more[i].column, &precision);
		/* the end of a use is mostly the moment of the record */
		if (then == TRIAGE_TIME_NONE || (then / NEAR == when / NEAR))
			continue;
		artefact_precision(a, "100ns");
		artefact_again(a, then, more[i].meaning);
		st = artefact_send(a, err);
	}
	return st;
}

enum triage_status
ese_read_srum(struct ese *e, struct triage_error *err)
{
	static const struct provider unknown = { "", "", "other", USE_OTHER };
	struct ese_map ids = { 0 };
	enum triage_status st = read_ids(e, &ids, err);
	for (size_t i = 0; i < e->table_count && st == TRIAGE_OK; i++) {
		const struct ese_table *t = &e->tables[i];
		const struct provider *p = &unknown;
		struct ese_cursor c;
		bool row = true;
		if (t->name.size == 0 || t->name.data[0] != '{')
			continue;
		for (size_t k = 0; k < sizeof(providers) / sizeof(providers[0]); k++)
			if (ese_named(t->name, providers[k].guid))
				p = &providers[k];
		ese_rows(&c, e, t);
		while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
			st = send_use(&c, p, &ids, err);
	}
	ese_map_release(&ids);
	return st;
}
