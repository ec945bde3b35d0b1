/*
 * aspnet_compiled.c - pages of a web application that ASP.NET compiled, which means that they were asked for: NAME.compiled in "Temporary ASP.NET Files".
 *
 * XML: <preserve resultType= virtualPath= hash= filehash= assembly= type=><filedeps><filedep name=/></filedeps></preserve>. It stays when the page is deleted, and has no
 * time: the event stands where the file was made. Source: System.Web.Compilation.PreservationFileReader; files of .NET 2 to 4.8.
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/xml.h"

#include <string.h>

enum { WHOLE = 1 << 20, FRONT = 512, DEPENDENCIES = 64 };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	if (head.size < 16 || (head.data[0] != '<' && head.data[0] < 0x80))
		return false;
	SCOPED_BUF text;
	buf_init(&text, 4 * FRONT);
	xml_decode(&text, (struct view){ head.data, head.size < FRONT ? head.size : FRONT });
	const char *p = strstr(buf_cstr(&text), "<preserve ");
	return p != NULL && strstr(p, "resultType=") != NULL && strstr(p, "virtualPath=") != NULL;
}

static void
put(struct artefact *a, const struct xml *x, const char *attribute, const char *key, struct buf *value)
{
	buf_clear(value);
	if (xml_attribute(x, attribute, value))
		artefact_text(a, key, buf_cstr(value));
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	const struct artefact_subject *who = artefact_who(a);
	enum xml_token token;
	struct xml x;
	unsigned dependencies = 0;
	bool page = false;
	SCOPED_BUF text;
	SCOPED_BUF value;
	SCOPED_BUF path;
	buf_init(&text, 4 * WHOLE);
	buf_init(&value, WHOLE);
	buf_init(&path, WHOLE);
	xml_decode(&text, (struct view){ all.data, all.size < WHOLE ? all.size : WHOLE });
	xml_begin(&x, buf_cstr(&text), text.size);
	while ((token = xml_next(&x)) != XML_END) {
		if (token == XML_OPEN && xml_is(&x, "preserve") && !page) {
			page = true;
			(void)xml_attribute(&x, "virtualPath", &path);
			artefact_event(a, who->btime != TRIAGE_TIME_NONE ? who->btime : who->mtime, "web page compiled");
			artefact_offset(a, 0);
			artefact_text(a, "virtual_path", buf_cstr(&path));
			put(a, &x, "resultType", "result_type", &value);
			put(a, &x, "assembly", "assembly", &value);
			put(a, &x, "type", "page_type", &value);
			put(a, &x, "filehash", "file_hash", &value);
			artefact_flag(a, "file_time", true);
			artefact_list(a, "files");
		} else if (token == XML_OPEN && xml_is(&x, "filedep") && page) {
			buf_clear(&value);
			if (dependencies++ < DEPENDENCIES && xml_attribute(&x, "name", &value))
				artefact_item(a, buf_cstr(&value));
		}
	}
	if (!page)
		return artefact_remark(a, TRIAGE_LOW, "document-damaged", 0, all.size, err, "the list of compiled pages names no page");
	artefact_list_end(a);
	if (dependencies > DEPENDENCIES)
		artefact_cut(a);
	artefact_message(a, "%s was compiled by ASP.NET, so it was asked for%s", buf_cstr(&path), who->btime == TRIAGE_TIME_NONE ? " (time: last change of the file)" : "");
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && who->btime == TRIAGE_TIME_NONE && who->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_INFO, "no-time", 0, all.size, err, "%.1000s was compiled, but no time of the file is known: this is no event", buf_cstr(&path));
	if (st == TRIAGE_OK && (x.cut || all.size > WHOLE))
		st = artefact_remark(a, TRIAGE_LOW, "document-cut", all.size < WHOLE ? all.size : WHOLE, 0, err, "the document ends inside an element, or is longer than is read");
	return st;
}

const struct artefact_kind artefact_aspnet_compiled = {
	.name = "aspnet_compiled",
	.source = "web",
	.title = "page compiled by ASP.NET (.compiled)",
	.yields = "pages of a web server that were asked for, also when they are deleted since",
	.reference = "System.Web.Compilation of .NET; files of .NET 2 to 4.8",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
