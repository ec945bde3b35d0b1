/*
 * registry_network.c - networks: interfaces with their addresses, networks that were joined and when, shares, rules of the firewall.
 *
 * Sources: winreg-kb of libyal; Microsoft's documentation. The first and last connection of a network are local times.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- interfaces --- */

static const char *const interface_keys[] = { "ControlSet*\\Services\\Tcpip\\Parameters\\Interfaces\\*", "ControlSet*\\Services\\*\\Parameters\\Tcpip", NULL };

static const char *const interface_fields[][2] = {
	{ "dhcp_enabled", "EnableDHCP" }, { "ip_address", "IPAddress" }, { "subnet_mask", "SubnetMask" }, { "default_gateway", "DefaultGateway" }, { "name_server", "NameServer" },
	{ "domain", "Domain" }, { "dhcp_ip_address", "DhcpIPAddress" }, { "dhcp_subnet_mask", "DhcpSubnetMask" }, { "dhcp_server", "DhcpServer" },
	{ "dhcp_default_gateway", "DhcpDefaultGateway" }, { "dhcp_name_server", "DhcpNameServer" }, { "dhcp_domain", "DhcpDomain" },
	{ "network_hint", "DhcpNetworkHint" },
};

static enum triage_status
interface(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	uint64_t obtained = 0, dhcp = 0;
	bool leased = registry_number(r, k, "LeaseObtainedTime", &obtained) && obtained > 86400 && obtained < UINT32_MAX;
	const char *address = registry_text(r, k, "IPAddress"), *by_dhcp = registry_text(r, k, "DhcpIPAddress");
	registry_number(r, k, "EnableDHCP", &dhcp);
	if (k->cell.value_count == 0)
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "interface", k->name);
	for (size_t i = 0; i < sizeof(interface_fields) / sizeof(interface_fields[0]); i++)
		registry_put(r, k, interface_fields[i][0], interface_fields[i][1]);
	if (leased)
		artefact_when(a, "lease_obtained", when_from_unix((int64_t)obtained, 0));
	if (dhcp != 0 && by_dhcp[0] != '\0')
		address = by_dhcp;
	artefact_message(a, "Network interface %s: address %s%s", k->name, address[0] != '\0' ? address : "none", dhcp != 0 ? " by DHCP" : "");
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK && address[0] != '\0' && strncmp(address, "0.0.0.0", 7) != 0)
		st = registry_fact(r, k, "host", "", "address", address, 60, err);
	if (st != TRIAGE_OK || !leased)
		return st;
	artefact_again(a, when_from_unix((int64_t)obtained, 0), "lease obtained");
	artefact_precision(a, "s");
	artefact_message(a, "DHCP lease obtained: %s from %s, interface %s", by_dhcp, registry_text(r, k, "DhcpServer"), k->name);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_interfaces = {
	.name = "interfaces", .title = "network interfaces and their addresses", .hives = REGISTRY_SYSTEM, .keys = interface_keys, .key = interface,
};

/* --- networks --- */

static const char *const network_keys[] = { "Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Profiles\\*",
	"Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Signatures\\*\\*", NULL };

static const char *
category_word(uint64_t category)
{
	return category == 0 ? "public" : category == 1 ? "private" : category == 2 ? "domain" : "unknown";
}

static const char *
kind_word(uint64_t type)
{
	return type == 6 ? "wired" : type == 0x17 ? "VPN" : type == 0x47 ? "wireless" : type == 0xf3 ? "mobile broadband" : "other";
}

static int64_t
local_in(struct registry *r, const struct registry_key *k, const char *name)
{
	struct view data = registry_bytes(r, k, name);
	return data.size >= 16 ? registry_systemtime(data.data) : TRIAGE_TIME_NONE;
}

static enum triage_status
profile(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	uint64_t category = 9, type = 0;
	const char *name = registry_text(r, k, "ProfileName");
	int64_t created = local_in(r, k, "DateCreated"), last = local_in(r, k, "DateLastConnected");
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(a, "network", name);
	registry_put(r, k, "description", "Description");
	if (registry_number(r, k, "Category", &category))
		artefact_text(a, "category", category_word(category));
	if (registry_number(r, k, "NameType", &type))
		artefact_text(a, "kind", kind_word(type));
	artefact_text(a, "profile", k->name);
	artefact_message(a, "Network %s (%s)", name, category_word(category));
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	artefact_local(a);
	artefact_precision(a, "ms");
	if (st == TRIAGE_OK && created != TRIAGE_TIME_NONE) {
		artefact_again(a, created, "network first connected");
		artefact_message(a, "Network first connected: %s (%s)", name, category_word(category));
		st = registry_send(r, err);
	}
	if (st == TRIAGE_OK && last != TRIAGE_TIME_NONE) {
		artefact_again(a, last, "network last connected");
		artefact_message(a, "Network last connected: %s (%s)", name, category_word(category));
		st = registry_send(r, err);
	}
	return st;
}

static enum triage_status
network(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	if (registry_fits(network_keys[0], k->below))
		return profile(r, k, err);
	registry_event(r, k, NULL, k->time, "key last written");
	registry_put(r, k, "network", "FirstNetwork");
	registry_put(r, k, "description", "Description");
	registry_put(r, k, "dns_suffix", "DnsSuffix");
	registry_put(r, k, "gateway_mac", "DefaultGatewayMac");
	registry_put(r, k, "profile", "ProfileGuid");
	artefact_message(registry_artefact(r), "Network %s behind the gateway %s, DNS suffix %s", registry_text(r, k, "FirstNetwork"), registry_text(r, k, "DefaultGatewayMac"),
	    registry_text(r, k, "DnsSuffix"));
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_networks = {
	.name = "networks", .title = "networks that were joined", .hives = REGISTRY_SOFTWARE, .keys = network_keys, .key = network,
};

/* --- shares --- */

static const char *const share_keys[] = { "ControlSet*\\Services\\LanmanServer\\Shares", NULL };

/* What stands behind "Path=" in a list that was joined with "; ". */
static void
part_of(const char *joined, const char *mark, char *out, size_t size)
{
	const char *p = strcasestr(joined, mark), *end = p != NULL ? strstr(p, "; ") : NULL;
	size_t n = p == NULL ? 0 : (end != NULL ? (size_t)(end - p) : strlen(p)) - strlen(mark);
	snprintf(out, size, "%.*s", (int)(n < size - 1 ? n : size - 1), p != NULL ? p + strlen(mark) : "");
}

static enum triage_status
shares(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	char path[600];
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		part_of(registry_value_text(r, &v), "Path=", path, sizeof(path));
		registry_event(r, k, &v, k->time, "key last written");
		artefact_text(registry_artefact(r), "share", name);
		artefact_text(registry_artefact(r), "path", path);
		registry_put_value(r, "data", &v);
		artefact_message(registry_artefact(r), "Share %s of %s", name, path);
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_shares = {
	.name = "shares", .title = "shares of the file server", .hives = REGISTRY_SYSTEM, .keys = share_keys, .key = shares,
};

/* --- rules of the firewall: "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|App=...|Name=...|" --- */

static const char *const rule_keys[] = { "ControlSet*\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules",
	"ControlSet*\\Services\\SharedAccess\\Defaults\\FirewallPolicy\\FirewallRules", "Policies\\Microsoft\\WindowsFirewall\\FirewallRules", NULL };

static const char *const rule_fields[][2] = {
	{ "action", "Action" }, { "active", "Active" }, { "direction", "Dir" }, { "protocol", "Protocol" }, { "local_port", "LPort" }, { "remote_port", "RPort" },
	{ "local_address", "LA4" }, { "remote_address", "RA4" }, { "program", "App" }, { "service", "Svc" }, { "name", "Name" }, { "profile", "Profile" },
	{ "description", "Desc" }, { "package", "AppPkgId" }, { "user", "LUOwn" },
};

enum { RULE_FIELDS = sizeof(rule_fields) / sizeof(rule_fields[0]), RULE_TEXT = 400 };

static void
read_rule(const char *rule, char texts[RULE_FIELDS][RULE_TEXT])
{
	for (unsigned i = 0; i < RULE_FIELDS; i++)
		texts[i][0] = '\0';
	for (const char *p = rule; *p != '\0'; p += strcspn(p, "|"), p += *p == '|') {
		size_t name = strcspn(p, "=|"), size = strcspn(p, "|");
		if (p[name] != '=')
			continue;
		for (unsigned i = 0; i < RULE_FIELDS; i++) {
			size_t n = strlen(texts[i]);
			if (strlen(rule_fields[i][1]) == name && strncasecmp(rule_fields[i][1], p, name) == 0 && n + 2 < RULE_TEXT)
				snprintf(texts[i] + n, RULE_TEXT - n, "%s%.*s", n > 0 ? ", " : "", (int)(size - name - 1 < RULE_TEXT ? size - name - 1 : RULE_TEXT), p + name + 1);
		}
	}
}

static enum triage_status
rules(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct regf_values list;
	struct regf_value v;
	char t[RULE_FIELDS][RULE_TEXT];
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		read_rule(registry_value_text(r, &v), t);
		registry_event(r, k, &v, k->time, "key last written");
		for (unsigned i = 0; i < RULE_FIELDS; i++)
			artefact_text(a, rule_fields[i][0], t[i]);
		artefact_message(a, "Firewall rule %s: %s%s %s, protocol %s%s%s, %s", t[10], strcasecmp(t[1], "FALSE") == 0 ? "(off) " : "", t[0], t[2], t[3][0] != '\0' ? t[3] : "any",
		    t[4][0] != '\0' ? ", port " : "", t[4], t[8][0] != '\0' ? t[8] : "any program");
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_firewallrules = {
	.name = "firewall", .title = "rules of the firewall", .hives = REGISTRY_SYSTEM | REGISTRY_SOFTWARE, .keys = rule_keys, .key = rules,
};
