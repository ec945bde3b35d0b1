/*
 * iis_config.c - settings of IIS that say what answers and what runs in it: applicationHost.config, redirection.config, web.config, and copies in inetpub\history.
 *
 * XML with the root <configuration>. Told: native modules (<globalModules>), managed modules and handlers, sites with their bindings and folders, the form and folder of
 * logs (<logFile logFormat= directory= localTimeRollover=>), and that a machine key is set (not which). There are no times: the events stand where the file was last
 * written. A native module whose image lies outside of inetsrv and .NET's folders is marked T1505.004. Source: Microsoft, IIS configuration reference, IIS_schema.xml.
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/xml.h"

#include <string.h>
#include <strings.h>

enum { WHOLE = 8 << 20, FRONT = 4096, MOST = 2000 };

struct told {
	struct artefact *a;
	const struct xml *x;
	struct buf site, value, shown;
	unsigned sent;
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const parts[] = { "<system.applicationHost", "<system.webServer", "<globalModules", "name=\"system.applicationHost\"", "<system.web>", "<configurationRedirection" };
	(void)who;
	if (head.size < 32 || (head.data[0] != '<' && head.data[0] < 0x80))
		return false;
	SCOPED_BUF text;
	buf_init(&text, 4 * FRONT);
	xml_decode(&text, (struct view){ head.data, head.size < FRONT ? head.size : FRONT });
	const char *root = strstr(buf_cstr(&text), "<configuration");
	for (size_t i = 0; root != NULL && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(root, parts[i]) != NULL)
			return true;
	return false;
}

static const char *
attribute(struct told *t, const char *name)
{
	buf_clear(&t->value);
	return xml_attribute(t->x, name, &t->value) ? buf_cstr(&t->value) : "";
}

static void
put(struct told *t, const char *name, const char *key)
{
	artefact_text(t->a, key, attribute(t, name));
}

static void
begin(struct told *t, const char *meaning)
{
	artefact_event(t->a, artefact_who(t->a)->mtime, meaning);
	artefact_offset(t->a, xml_offset(t->x));
	artefact_flag(t->a, "file_time", true);
	artefact_text(t->a, "element", t->x->path);
}

/* A folder in which Microsoft's own modules lie; %IIS_BIN% is that of IIS Express, whose settings each developer has a copy of. */
static bool
is_usual_image(const char *image)
{
	static const char *const folders[] = { "%windir%\\System32\\inetsrv\\", "C:\\Windows\\System32\\inetsrv\\", "%windir%\\Microsoft.NET\\", "C:\\Windows\\Microsoft.NET\\",
		"%ProgramFiles%\\IIS\\", "%ProgramFiles(x86)%\\IIS\\", "%SystemRoot%\\system32\\inetsrv\\", "%SystemRoot%\\system32\\RpcProxy\\", "C:\\Windows\\System32\\RpcProxy\\", "%IIS_BIN%\\", "%ProgramFiles%\\IIS Express\\", "C:\\Program Files\\IIS\\",
		"%ProgramFiles%\\Microsoft\\Exchange Server\\", "C:\\Program Files\\Microsoft\\Exchange Server\\" };
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncasecmp(image, folders[i], strlen(folders[i])) == 0 && strstr(image, "..") == NULL)
			return true;
	return false;
}

static bool
tell_module(struct told *t)
{
	bool native = strstr(t->x->path, "/globalModules/add") != NULL, handler = strstr(t->x->path, "/handlers/add") != NULL;
	if (!native && !handler && strstr(t->x->path, "/modules/add") == NULL && strstr(t->x->path, "/httpModules/add") == NULL && strstr(t->x->path, "/httpHandlers/add") == NULL)
		return false;
	begin(t, native ? "native module set" : handler ? "handler set" : "module set");
	put(t, "name", "module_name");
	put(t, "image", "image");
	bool odd = native && t->value.size > 0 && !is_usual_image(buf_cstr(&t->value));
	put(t, "type", "module_type");
	put(t, "path", "handled_path");
	put(t, "verb", "verb");
	put(t, "scriptProcessor", "script_processor");
	if (odd)
		artefact_technique(t->a, "T1505.004");
	buf_clear(&t->shown);
	buf_text(&t->shown, attribute(t, "name"));
	const char *image = attribute(t, native ? "image" : "type");
	artefact_message(t->a, "IIS: %s %s%s%s%s", native ? "native module" : handler ? "handler" : "module", buf_cstr(&t->shown), image[0] != '\0' ? ", " : "", image,
	    odd ? " (not in a folder of IIS)" : "");
	return true;
}

/* A site's name holds for what lies in it. */
static bool
tell_site(struct told *t)
{
	const char *path = t->x->path;
	if (xml_is(t->x, "site") && strstr(path, "/sites/site") != NULL) {
		buf_clear(&t->site);
		buf_text(&t->site, attribute(t, "name"));
		return false;
	}
	if (strstr(path, "/bindings/binding") != NULL) {
		begin(t, "site bound");
		artefact_text(t->a, "site", buf_cstr(&t->site));
		put(t, "protocol", "protocol");
		put(t, "bindingInformation", "binding");
		artefact_message(t->a, "IIS: site %s answers %s", buf_cstr(&t->site), buf_cstr(&t->value));
	} else if (xml_is(t->x, "virtualDirectory") && strstr(path, "/site/") != NULL) {
		begin(t, "folder served");
		artefact_text(t->a, "site", buf_cstr(&t->site));
		put(t, "path", "virtual_path");
		put(t, "physicalPath", "physical_path");
		artefact_message(t->a, "IIS: site %s serves %s", buf_cstr(&t->site), buf_cstr(&t->value));
	} else if (xml_is(t->x, "logFile") || xml_is(t->x, "centralW3CLogFile")) {
		begin(t, "log set");
		artefact_text(t->a, "site", buf_cstr(&t->site));
		put(t, "logFormat", "log_format");
		put(t, "localTimeRollover", "local_time_rollover");
		put(t, "enabled", "enabled");
		put(t, "directory", "directory");
		artefact_message(t->a, "IIS: logs%s%s go to %s", t->site.size > 0 ? " of site " : "", buf_cstr(&t->site), t->value.size > 0 ? buf_cstr(&t->value) : "the usual folder");
	} else {
		return false;
	}
	return true;
}

static bool
tell(struct told *t)
{
	if (tell_module(t) || tell_site(t))
		return true;
	if (!xml_is(t->x, "machineKey"))
		return false;
	/* whoever knows it can have the server run code; so it does not go out */
	bool set = attribute(t, "validationKey")[0] != '\0' && strncasecmp(buf_cstr(&t->value), "AutoGenerate", 12) != 0;
	if (!set)
		return false;
	begin(t, "machine key set");
	put(t, "validation", "validation");
	put(t, "decryption", "decryption");
	artefact_message(t->a, "IIS: a machine key is fixed in %s: whoever has read it can sign view states until it is changed", artefact_who(t->a)->name);
	return true;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct xml x;
	struct told t = { .a = a, .x = &x };
	enum triage_status st = TRIAGE_OK;
	enum xml_token token;
	SCOPED_BUF text;
	buf_init(&text, 2 * WHOLE);
	buf_init(&t.site, 64 << 10);
	buf_init(&t.value, 1 << 20);
	buf_init(&t.shown, 1 << 20);
	xml_decode(&text, (struct view){ all.data, all.size < WHOLE ? all.size : WHOLE });
	xml_begin(&x, buf_cstr(&text), text.size);
	while (st == TRIAGE_OK && t.sent < MOST && (token = xml_next(&x)) != XML_END) {
		if (token == XML_OPEN && tell(&t)) {
			t.sent++;
			st = artefact_send(a, err);
		} else if (token == XML_CLOSE && xml_is(&x, "site")) {
			buf_clear(&t.site);
		}
	}
	if (st == TRIAGE_OK && t.sent == MOST)
		st = artefact_remark(a, TRIAGE_LOW, "too-many-settings", xml_offset(&x), 0, err, "more than %d settings: the rest is not told", MOST);
	else if (st == TRIAGE_OK && (x.cut || all.size > WHOLE))
		st = artefact_remark(a, TRIAGE_LOW, "document-cut", all.size < WHOLE ? all.size : WHOLE, 0, err, "the document ends inside an element, or is longer than is read");
	if (st == TRIAGE_OK && t.sent > 0 && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_INFO, "no-time", 0, all.size, err, "when the file was last written is not known: its %u settings are no events", t.sent);
	buf_release(&t.site);
	buf_release(&t.value);
	buf_release(&t.shown);
	return st;
}

const struct artefact_kind artefact_iis_config = {
	.name = "iis_config",
	.source = "web",
	.title = "settings of IIS (applicationHost.config, web.config)",
	.yields = "native and managed modules, handlers, sites with bindings and folders, where logs go, that a machine key is fixed (not which)",
	.reference = "Microsoft, IIS configuration reference",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};
