/*
 * zone_identifier.c - where a file came from: the mark of the web, stream Zone.Identifier of a file, or a copy of it as a file of its own.
 *
 * INI text: [ZoneTransfer], ZoneId=3, ReferrerUrl=, HostUrl=, HostIpAddress=, LastWriterPackageFamilyName=. It has no time: the event stands where the file was
 * made on its volume, or where that is not known last written. Source: Microsoft, URLZONE; MS-FSCC 5.6.1; streams that browsers write.
 */
#include "triage/artefact/text_fields.h"
#include "triage/artefact/xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FRONT = 64, WHOLE = 64 << 10, URL = 8 << 10 };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char mark[] = "[ZoneTransfer]";
	(void)who;
	if (head.size < 4)
		return false;
	SCOPED_BUF text;
	buf_init(&text, 4 * FRONT);
	xml_decode(&text, (struct view){ head.data, head.size < FRONT ? head.size : FRONT });
	const char *p = buf_cstr(&text);
	p += strspn(p, " \t\r\n");
	return strncasecmp(p, mark, sizeof(mark) - 1) == 0;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	static const char *const zones[] = { "this computer", "local network", "trusted sites", "internet", "restricted sites" };
	static const char *const more[][2] = { { "HostIpAddress", "host_address" }, { "LastWriterPackageFamilyName", "package" }, { "AppZoneId", "app_zone_id" } };
	char zone[32], host[URL], referrer[URL], value[1024], user[128];
	const struct artefact_subject *who = artefact_who(a);
	bool cut = all.size > WHOLE;
	SCOPED_BUF text;
	buf_init(&text, 4 * WHOLE);
	xml_decode(&text, (struct view){ all.data, all.size < WHOLE ? all.size : WHOLE });
	const char *p = buf_cstr(&text);
	(void)text_value_of(p, "ZoneId", zone, sizeof(zone), &cut);
	(void)text_value_of(p, "HostUrl", host, sizeof(host), &cut);
	(void)text_value_of(p, "ReferrerUrl", referrer, sizeof(referrer), &cut);
	bool known = zone[0] >= '0' && zone[0] <= '4' && zone[1] == '\0';
	if (!known) {
		enum triage_status st = artefact_remark(a, TRIAGE_LOW, "zone-unknown", 0, all.size, err, "the mark of the web names no zone that is known: \"%.30s\"", zone);
		if (st != TRIAGE_OK)
			return st;
	}
	artefact_event(a, who->btime != TRIAGE_TIME_NONE ? who->btime : who->mtime, "came from elsewhere");
	artefact_offset(a, 0);
	artefact_text(a, "zone_id", zone);
	artefact_text(a, "zone", known ? zones[zone[0] - '0'] : "");
	artefact_text(a, "host_url", host);
	artefact_text(a, "referrer_url", referrer);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		artefact_text(a, more[i][1], text_value_of(p, more[i][0], value, sizeof(value), &cut));
	if (cut)
		artefact_cut(a);
	artefact_flag(a, "file_time", true);
	text_user_of_path(who->path, user, sizeof(user));
	artefact_user(a, user);
	artefact_message(a, "%s came from %s%s%s%s", who->name, host[0] != '\0' ? host : known ? zones[zone[0] - '0'] : "elsewhere", referrer[0] != '\0' ? ", by way of " : "",
	    referrer, who->btime == TRIAGE_TIME_NONE ? " (time: last change of the file)" : "");
	if (who->btime == TRIAGE_TIME_NONE && who->mtime == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_INFO, "no-time", 0, all.size, err, "the file came from %.1000s, but no time of it is known: this is no event",
		    host[0] != '\0' ? host : known ? zones[zone[0] - '0'] : "elsewhere");
	return artefact_send(a, err);
}

const struct artefact_kind artefact_zone_identifier = {
	.name = "zone_identifier",
	.source = "browser",
	.title = "mark of the web (Zone.Identifier)",
	.yields = "from which address and page a file was taken, or that it came by mail or from an archive",
	.reference = "Microsoft, URLZONE and MS-FSCC; streams that browsers write",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
