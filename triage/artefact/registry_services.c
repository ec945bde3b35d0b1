/* registry_services.c - services and drivers: what is started, how, as whom, and with which DLL. Source: Microsoft's documentation of the services database. */
#include "triage/artefact/registry_plugin.h"

#include <string.h>

static const char *const keys[] = { "ControlSet*\\Services\\*", NULL };

static const char *
start_word(uint64_t start)
{
	static const char *const words[] = { "boot", "system", "automatic", "manual", "disabled" };
	return start < sizeof(words) / sizeof(words[0]) ? words[start] : "unknown";
}

static const char *
type_word(uint64_t type)
{
	return type & 0x01 ? "kernel driver" : type & 0x02 ? "file system driver" : type & 0x04 ? "adapter" : type & 0x08 ? "recognizer driver" :
	    type & 0x10 ? (type & 0x40 ? "user service" : "service") : type & 0x20 ? (type & 0x40 ? "shared user service" : "shared service") : "unknown";
}

/* The DLL of a service of svchost: below its key, on old systems in it. */
static const char *
service_dll(struct registry *r, const struct registry_key *k)
{
	struct registry_key parameters;
	const char *dll = "";
	if (registry_sub(r, k, "Parameters", &parameters))
		dll = registry_text(r, &parameters, "ServiceDll");
	return dll[0] != '\0' ? dll : registry_text(r, k, "ServiceDll");
}

/* Does a SID stand for people that look at the list of services: everyone, who is logged on, users, administrators, services, the system? Guests, anonymous and others do not. */
static bool
looks_at_services(struct view sid)
{
	enum { SID_HEAD = 8, WORLD = 1, NT = 5, BUILTIN = 32, BATCH = 3, INTERACTIVE = 4, SERVICE = 6, AUTHENTICATED = 11, SYSTEM = 18, ADMINISTRATORS = 544, USERS = 545 };
	if (!view_has(sid, 0, SID_HEAD + 4) || sid.data[1] == 0)
		return false;
	uint32_t first = load_le32(sid.data + SID_HEAD), second = sid.data[1] >= 2 && view_has(sid, SID_HEAD + 4, 4) ? load_le32(sid.data + SID_HEAD + 4) : 0;
	if (sid.data[7] == WORLD)
		return true;
	return sid.data[7] == NT && (first == BATCH || first == INTERACTIVE || first == SERVICE || first == AUTHENTICATED || first == SYSTEM
	    || (first == BUILTIN && (second == ADMINISTRATORS || second == USERS)));
}

/*
 * Whether the rights of a service refuse to those who look to ask for its state (an ACE that denies SERVICE_QUERY_STATUS): the list of services leaves it
 * out then. Windows itself refuses guests in some. Source: [MS-DTYP] 2.4.6 (the offset of the DACL), 2.4.5, 2.4.4.4, 2.4.2.4; [MS-SCMR] 3.1.4.
 */
static bool
hides(struct view sd)
{
	enum { DACL_AT = 16, ACL_HEAD = 8, ACE_HEAD = 8, ACE_DENIED = 1, QUERY_STATUS = 4, ACES_MAX = 1024 };
	uint64_t at = view_has(sd, DACL_AT, 4) ? load_le32(sd.data + DACL_AT) : 0;
	if (at < DACL_AT + 4 || !view_has(sd, at, ACL_HEAD))
		return false;
	unsigned count = load_le16(sd.data + at + 4);
	at += ACL_HEAD;
	for (unsigned i = 0; i < count && i < ACES_MAX && view_has(sd, at, ACE_HEAD); i++) {
		unsigned size = load_le16(sd.data + at + 2);
		if (size < ACE_HEAD || !view_has(sd, at, size))
			return false;
		if (sd.data[at] == ACE_DENIED && (load_le32(sd.data + at + 4) & QUERY_STATUS) != 0 && looks_at_services((struct view){ sd.data + at + ACE_HEAD, size - ACE_HEAD }))
			return true;
		at += size;
	}
	return false;
}

static enum triage_status
service(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	uint64_t start = 0, type = 0, number;
	bool has_start = registry_number(r, k, "Start", &start), has_type = registry_number(r, k, "Type", &type);
	const char *image = registry_text(r, k, "ImagePath");
	if (image[0] == '\0' && !has_start && !has_type)
		return TRIAGE_OK;
	const char *dll = service_dll(r, k);
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "service", k->name);
	registry_put(r, k, "display_name", "DisplayName");
	artefact_text(a, "image_path", image);
	if (has_start)
		artefact_text(a, "start", start_word(start));
	if (registry_number(r, k, "DelayedAutostart", &number))
		artefact_flag(a, "delayed", number != 0);
	if (has_type)
		artefact_text(a, "type", type_word(type));
	registry_put(r, k, "account", "ObjectName");
	artefact_text(a, "service_dll", dll);
	registry_put(r, k, "failure_command", "FailureCommand");
	registry_put(r, k, "group", "Group");
	registry_put(r, k, "description", "Description");
	struct registry_key security;
	bool hidden = registry_sub(r, k, "Security", &security) && hides(registry_bytes(r, &security, "Security"));
	if (hidden)
		artefact_flag(a, "hidden", true);
	artefact_message(a, "%s %s (%s): %s%s%s", type & 0x0f ? "Driver" : "Service", k->name, has_start ? start_word(start) : "start not set", image[0] != '\0' ? image : "no image path",
	    dll[0] != '\0' ? ", DLL " : "", dll);
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_services = {
	.name = "services", .title = "services and drivers", .hives = REGISTRY_SYSTEM, .keys = keys, .key = service,
};
