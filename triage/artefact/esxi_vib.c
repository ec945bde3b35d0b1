/*
 * esxi_vib.c - packages (VIB) of a VMware ESXi host, from its list of what is installed: var/db/esximg/vibs/NAME.xml in imgdb.tgz.
 *
 * XML with the root <vib>: name, version, vendor, acceptance-level (certified and accepted are VMware's, partner of those that it checked, community of nobody),
 * release-date, install-date where it stands. Without one the event stands where the file was last written. Source: VMware's documentation of VIBs; files of ESXi 6 to 8.
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/xml.h"

#include "triage/base/when.h"

#include <string.h>

enum { WHOLE = 2 << 20, FRONT = 4096, TEXT_MAX = 2048 };

static const char *const fields[][2] = {
	{ "vib/name", "name" }, { "vib/version", "version" }, { "vib/vendor", "vendor" }, { "vib/acceptance-level", "acceptance" }, { "vib/summary", "summary" },
	{ "vib/type", "type" }, { "vib/release-date", "released" }, { "vib/install-date", "installed" },
};

enum { NAME, VERSION, VENDOR, ACCEPTANCE, SUMMARY, TYPE, RELEASED, INSTALLED, FIELDS };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	if (head.size < 32 || head.data[0] != '<')
		return false;
	SCOPED_BUF text;
	buf_init(&text, 4 * FRONT);
	xml_decode(&text, (struct view){ head.data, head.size < FRONT ? head.size : FRONT });
	const char *root = strstr(buf_cstr(&text), "<vib ");
	return root != NULL && (strstr(root, "<vendor>") != NULL || strstr(root, "<acceptance-level>") != NULL);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct xml x;
	struct buf texts[FIELDS];
	enum triage_status st = TRIAGE_OK;
	int64_t installed = TRIAGE_TIME_NONE;
	SCOPED_BUF text;
	buf_init(&text, 2 * WHOLE);
	for (size_t i = 0; i < FIELDS; i++)
		buf_init(&texts[i], TEXT_MAX);
	xml_decode(&text, (struct view){ all.data, all.size < WHOLE ? all.size : WHOLE });
	xml_begin(&x, buf_cstr(&text), text.size);
	for (enum xml_token token; (token = xml_next(&x)) != XML_END;)
		for (size_t i = 0; token == XML_TEXT && i < FIELDS; i++)
			if (strcmp(x.path, fields[i][0]) == 0)
				xml_unescape(&texts[i], x.text, x.is_raw);
	if (texts[NAME].size == 0 && texts[ACCEPTANCE].size == 0)
		st = artefact_remark(a, TRIAGE_LOW, "no-package", 0, all.size, err, "neither a name nor an acceptance level stands in it");
	else {
		bool known = when_parse(buf_cstr(&texts[INSTALLED]), &installed);
		int64_t when = known ? installed : artefact_who(a)->mtime;
		artefact_event(a, when, "package installed");
		artefact_flag(a, "file_time", !known);
		for (size_t i = 0; i < FIELDS; i++) {
			artefact_text(a, fields[i][1], buf_cstr(&texts[i]));
			if (texts[i].failed)
				artefact_cut(a);
		}
		artefact_message(a, "Package of ESXi: %s %s of %s, acceptance level %s", buf_cstr(&texts[NAME]), buf_cstr(&texts[VERSION]),
		    texts[VENDOR].size > 0 ? buf_cstr(&texts[VENDOR]) : "an unknown vendor", texts[ACCEPTANCE].size > 0 ? buf_cstr(&texts[ACCEPTANCE]) : "not told");
		st = artefact_send(a, err);
		if (st == TRIAGE_OK && when == TRIAGE_TIME_NONE)
			st = artefact_remark(a, TRIAGE_INFO, "time-missing", 0, all.size, err, "package %.200s has no time: it is no event", buf_cstr(&texts[NAME]));
	}
	if (st == TRIAGE_OK && (x.cut || all.size > WHOLE))
		st = artefact_remark(a, TRIAGE_LOW, "document-cut", all.size < WHOLE ? all.size : WHOLE, 0, err, "the document ends inside an element, or is longer than is read");
	for (size_t i = 0; i < FIELDS; i++)
		buf_release(&texts[i]);
	return st;
}

const struct artefact_kind artefact_esxi_vib = {
	.name = "esxi_vib",
	.source = "other",
	.title = "packages of VMware ESXi",
	.yields = "name, version, vendor and acceptance level of a package, when it was made and installed",
	.reference = "VMware, acceptance levels of hosts and VIBs",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
