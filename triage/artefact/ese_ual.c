/*
 * ese_ual.c - User Access Logging of Windows Server (Current.mdb, {GUID}.mdb, SystemIdentity.mdb): which account used which role of the
 * server from which address, first and last and on which days. Some three years are kept.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/when.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Roles of Windows Server; as a SystemIdentity.mdb of Windows Server 2019 names them. */
static const struct { const char *guid, *name; } roles[] = {
	{ "{10a9226f-50ee-49d8-a393-9a501d47ce04}", "File Server" },
	{ "{4116a14d-3840-4f42-a67f-f2f9ff46eb4c}", "Windows Deployment Services" },
	{ "{48eed6b2-9cdc-4358-b5a5-8dea3b2f3f6a}", "DHCP Server" },
	{ "{7cc4b071-292c-4732-97a1-cf9a7301195d}", "FAX Server" },
	{ "{7fb09bd3-7fe6-435e-8348-7d8aefb6cea3}", "Print and Document Services" },
	{ "{910cbaf9-b612-4782-a21f-f7c75105434a}", "BranchCache" },
	{ "{952285d9-edb7-4b6b-9d85-0c09e3da0bbd}", "Remote Access" },
	{ "{ad495fc3-0eaa-413d-ba7d-8b13fa7ec598}", "Active Directory Domain Services" },
	{ "{b4cdd739-089c-417e-878d-855f90081be7}", "Active Directory Rights Management Service" },
	{ "{bbd85b29-9dcc-4fd9-865d-3846dcba75c7}", "Network Policy and Access Services" },
	{ "{c23f1c6a-30a8-41b6-bbf7-f266563dfcd6}", "FTP Server" },
	{ "{c50fcc83-bc8d-4df5-8a3d-89d7f80f074b}", "Active Directory Certificate Services" },
	{ "{d6256cf7-98fb-4eb4-aa18-303f1da1f770}", "Web Server" },
	{ "{d8dc1c8e-ea13-49ce-9a68-c9dca8db8b33}", "Windows Server Update Services" },
};

static const char *
role_name(const char *guid)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcasecmp(roles[i].guid, guid) == 0)
			return roles[i].name;
	return "";
}

static void
begin(struct ese_cursor *c, int64_t when, const char *meaning, const char *part)
{
	artefact_event(c->e->a, when, meaning);
	artefact_offset(c->e->a, c->offset);
	artefact_source(c->e->a, "ual");
	artefact_part(c->e->a, part);
	if (c->recovered)
		artefact_flag(c->e->a, "recovered", true);
}

/* GUIDs are stored as such or as 16 bytes. */
static void
get_guid(struct ese_cursor *c, const char *column, struct buf *out)
{
	struct ese_value v;
	buf_clear(out);
	if (!ese_get_named(c, column, &v))
		return;
	if (v.bytes.size == 16 && v.type != ESE_TEXT && v.type != ESE_LONG_TEXT)
		v.type = ESE_GUID;
	(void)ese_value_text(&v, out);
}

static void
get_address(struct ese_cursor *c, char text[INET6_ADDRSTRLEN])
{
	struct ese_value v;
	text[0] = '\0';
	if (!ese_get_named(c, "Address", &v))
		return;
	if (v.bytes.size == 4)
		(void)inet_ntop(AF_INET, v.bytes.data, text, INET6_ADDRSTRLEN);
	else if (v.bytes.size == 16)
		(void)inet_ntop(AF_INET6, v.bytes.data, text, INET6_ADDRSTRLEN);
}

enum { DAYS = 366 };

struct day {
	int64_t begin;			/* of the day, UTC */
	unsigned count;
};

/* Columns Day1..Day366 count accesses on each day of a year: that of the last access, as a database holds one year. Returns how many have some. */
static size_t
read_days(struct ese_cursor *c, int64_t last, struct day days[DAYS])
{
	char text[WHEN_TEXT_SIZE];
	int64_t year;
	size_t found = 0;
	if (last == TRIAGE_TIME_NONE)
		return 0;
	when_text(last, 0, "Z", text);
	snprintf(text + 4, sizeof(text) - 4, "-01-01");
	if (!when_parse(text, &year))
		return 0;
	for (size_t i = 0; i < c->table->column_count && i < 1024 && found < DAYS; i++) {
		const struct ese_column *col = &c->e->columns[c->table->first_column + i];
		struct ese_value v;
		unsigned day = 0;
		size_t k = 3;
		if (col->name.size < 4 || col->name.size > 6 || strncasecmp((const char *)col->name.data, "Day", 3) != 0)
			continue;
		for (; k < col->name.size && col->name.data[k] >= '0' && col->name.data[k] <= '9'; k++)
			day = 10 * day + (col->name.data[k] - '0');
		if (k != col->name.size || day < 1 || day > DAYS || !ese_get(c, col, &v) || v.bytes.size < 2 || load_le16(v.bytes.data) == 0)
			continue;
		days[found++] = (struct day){ year + (int64_t)(day - 1) * INT64_C(86400000000000), load_le16(v.bytes.data) };
	}
	return found;
}

static void
put_days(struct artefact *a, const struct day *days, size_t count)
{
	char text[WHEN_TEXT_SIZE], item[48];
	if (count == 0)
		return;
	artefact_list(a, "days");
	for (size_t i = 0; i < count; i++) {
		snprintf(item, sizeof(item), "%.10s %u", when_text(days[i].begin, 0, "Z", text), days[i].count);
		artefact_item(a, item);
	}
	artefact_list_end(a);
}

/* Each day with accesses is a moment of its own. */
static enum triage_status
send_days(struct ese_cursor *c, const struct day *days, size_t count, const char *role, const char *user, const char *address, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		begin(c, days[i].begin, "accesses on this day", "client_day");
		artefact_precision(a, "day");
		artefact_text(a, "user", user);
		artefact_text(a, "address", address);
		artefact_text(a, "role", role);
		artefact_unsigned(a, "accesses", days[i].count);
		artefact_user(a, user);
		artefact_message(a, "%u accesses to %s by %s from %s", days[i].count, role, user[0] != '\0' ? user : "an unnamed user",
		    address[0] != '\0' ? address : "an unknown address");
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
send_client(struct ese_cursor *c, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF role, tenant, user, client;
	char address[INET6_ADDRSTRLEN];
	const char *precision = "100ns";
	uint64_t total = 0;
	struct day days[DAYS];
	buf_init(&role, 64);
	buf_init(&tenant, 64);
	buf_init(&user, ARTEFACT_VALUE_MAX);
	buf_init(&client, ARTEFACT_VALUE_MAX);
	int64_t first = ese_get_time(c, "InsertDate", &precision), last = ese_get_time(c, "LastAccess", &precision);
	get_guid(c, "RoleGuid", &role);
	get_guid(c, "TenantId", &tenant);
	(void)ese_get_text(c, "AuthenticatedUserName", &user);
	(void)ese_get_text(c, "ClientName", &client);
	(void)!ese_get_unsigned(c, "TotalAccesses", &total);
	get_address(c, address);
	const char *name = role_name(buf_cstr(&role));
	size_t count = read_days(c, last, days);
	begin(c, last, "last access", "client");
	artefact_precision(a, precision);
	artefact_text(a, "user", buf_cstr(&user));
	artefact_text(a, "address", address);
	artefact_text(a, "client_name", buf_cstr(&client));
	artefact_text(a, "role", name);
	artefact_text(a, "role_guid", buf_cstr(&role));
	artefact_text(a, "tenant_id", buf_cstr(&tenant));
	artefact_unsigned(a, "total_accesses", total);
	artefact_when(a, "insert_date", first);
	artefact_when(a, "last_access", last);
	put_days(a, days, count);
	artefact_user(a, buf_cstr(&user));
	artefact_message(a, "Access to %s by %s from %s, %" PRIu64 " in all", name[0] != '\0' ? name : buf_cstr(&role),
	    user.size > 0 ? buf_cstr(&user) : "an unnamed user", address[0] != '\0' ? address : "an unknown address", total);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && first != last) {
		artefact_again(a, first, "first access");
		st = artefact_send(a, err);
	}
	return st == TRIAGE_OK ? send_days(c, days, count, name[0] != '\0' ? name : buf_cstr(&role), buf_cstr(&user), address, err) : st;
}

static enum triage_status
send_dns(struct ese_cursor *c, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF host, address;
	const char *precision = "100ns";
	buf_init(&host, ARTEFACT_VALUE_MAX);
	buf_init(&address, ARTEFACT_VALUE_MAX);
	(void)ese_get_text(c, "HostName", &host);
	(void)ese_get_text(c, "Address", &address);
	int64_t when = ese_get_time(c, "LastSeen", &precision);
	begin(c, when, "last seen", "dns");
	artefact_precision(a, precision);
	artefact_text(a, "host_name", buf_cstr(&host));
	artefact_text(a, "address", buf_cstr(&address));
	artefact_message(a, "Client %s has the name %s", buf_cstr(&address), buf_cstr(&host));
	return artefact_send(a, err);
}

static enum triage_status
send_role(struct ese_cursor *c, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF role;
	const char *precision = "100ns";
	buf_init(&role, 64);
	get_guid(c, "RoleGuid", &role);
	int64_t first = ese_get_time(c, "FirstSeen", &precision), last = ese_get_time(c, "LastSeen", &precision);
	const char *name = role_name(buf_cstr(&role));
	begin(c, last, "role last used", "role");
	artefact_precision(a, precision);
	artefact_text(a, "role", name);
	artefact_text(a, "role_guid", buf_cstr(&role));
	artefact_when(a, "first_seen", first);
	artefact_when(a, "last_seen", last);
	artefact_message(a, "Server role %s used", name[0] != '\0' ? name : buf_cstr(&role));
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && first != last) {
		artefact_again(a, first, "role first used");
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
send_machine(struct ese_cursor *c, struct triage_error *err)
{
	static const char *const skip[] = { "VmGuid", "BIOSGuid", NULL };
	struct artefact *a = c->e->a;
	SCOPED_BUF vm, bios;
	const char *precision = "100ns";
	buf_init(&vm, 64);
	buf_init(&bios, 64);
	get_guid(c, "VmGuid", &vm);
	get_guid(c, "BIOSGuid", &bios);
	int64_t made = ese_get_time(c, "CreationTime", &precision), last = ese_get_time(c, "LastSeenActive", &precision);
	begin(c, last, "virtual machine last active", "machine");
	artefact_precision(a, precision);
	artefact_text(a, "vm_guid", buf_cstr(&vm));
	artefact_text(a, "bios_guid", buf_cstr(&bios));
	ese_put_all(c, skip);
	artefact_message(a, "Virtual machine %s on this host", buf_cstr(&vm));
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && made != last) {
		artefact_again(a, made, "virtual machine created");
		st = artefact_send(a, err);
	}
	return st;
}

static enum triage_status
send_identity(struct ese_cursor *c, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF host, domain, build;
	const char *precision = "100ns";
	buf_init(&host, ARTEFACT_VALUE_MAX);
	buf_init(&domain, ARTEFACT_VALUE_MAX);
	buf_init(&build, 64);
	(void)ese_get_text(c, "SystemDNSHostName", &host);
	(void)ese_get_text(c, "SystemDomainName", &domain);
	(void)ese_get_text(c, "OSBuildNumber", &build);
	begin(c, ese_get_time(c, "CreationTime", &precision), "system recorded", "identity");
	artefact_precision(a, precision);
	ese_put_all(c, NULL);
	artefact_host(a, buf_cstr(&host));
	artefact_message(a, "Server %s in %s, Windows build %s", buf_cstr(&host), domain.size > 0 ? buf_cstr(&domain) : "no domain", buf_cstr(&build));
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "hostname", buf_cstr(&host), 30, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "host", "", "domain", buf_cstr(&domain), 30, err);
	return st == TRIAGE_OK ? artefact_fact(a, "host", "", "build", buf_cstr(&build), 30, err) : st;
}

enum triage_status
ese_read_ual(struct ese *e, struct triage_error *err)
{
	static const struct {
		const char *table;
		enum triage_status (*send)(struct ese_cursor *c, struct triage_error *err);
	} parts[] = {
		{ "SYSTEM_IDENTITY", send_identity }, { "ROLE_ACCESS", send_role }, { "CLIENTS", send_client }, { "DNS", send_dns },
		{ "VIRTUALMACHINES", send_machine },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && st == TRIAGE_OK; i++) {
		const struct ese_table *t = ese_table(e, parts[i].table);
		struct ese_cursor c;
		bool row = true;
		if (t == NULL)
			continue;
		ese_rows(&c, e, t);
		while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
			st = parts[i].send(&c, err);
	}
	return st;
}
