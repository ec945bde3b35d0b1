/* unix_words.c - texts of the well-known programs, as shapes with names for their parts. */
#include "triage/artefact/unix_words.h"

#include "triage/artefact/app_logon.h"

#include "triage/base/glob.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct words {
	const char *program;		/* the name's front; "" is any */
	const char *shape;
	const char *meaning, *technique;
	const char *message;		/* {name} is put in from the shape */
};

#define VALID "T1078"
#define SSH "T1021.004"
#define GUESS "T1110"
#define SUDO "T1548.003"
#define CREATE "T1136.001"
#define CHANGE "T1098"
#define CRON "T1053.003"

static const struct words known[] = {
	{ "sshd", "Accepted {method_} for {user>} from {address_} port {port#} ssh2: {fingerprint}", "logon", SSH, "SSH logon of {user} from {address} by {method}, key {fingerprint}" },
	{ "sshd", "Accepted {method_} for {user>} from {address_} port {port#}", "logon", SSH, "SSH logon of {user} from {address} by {method}" },
	{ "sshd", "Failed {method_} for invalid user {user>} from {address_} port {port#}", "failed logon", GUESS, "Failed SSH logon of {user}, a user that does not exist, from {address} by {method}" },
	{ "sshd", "Failed {method_} for {user>} from {address_} port {port#}", "failed logon", GUESS, "Failed SSH logon of {user} from {address} by {method}" },
	{ "sshd", "Invalid user {user>} from {address_} port {port#}", "failed logon", GUESS, "SSH: user {user} from {address} does not exist" },
	{ "sshd", "Invalid user {user>} from {address_}", "failed logon", GUESS, "SSH: user {user} from {address} does not exist" },
	{ "sshd", "error: maximum authentication attempts exceeded for invalid user {user>} from {address_} port {port#}", "failed logon", GUESS, "SSH: too many attempts to log on as {user} from {address}" },
	{ "sshd", "error: maximum authentication attempts exceeded for {user>} from {address_} port {port#}", "failed logon", GUESS, "SSH: too many attempts to log on as {user} from {address}" },
	{ "sshd", "Connection closed by authenticating user {user_} {address_} port {port#}", "logged", "", "SSH: {address} left before it was logged on as {user}" },
	{ "sshd", "Disconnected from user {user_} {address_} port {port#}", "logoff", "", "End of the SSH session of {user} from {address}" },
	{ "sshd", "Connection from {address_} port {port#}", "connected", "", "SSH connection from {address} port {port}" },
	{ "sshd", "Received disconnect from {address_} port {port#}", "logged", "", "SSH connection from {address} ended by the other side" },
	{ "sshd", "subsystem request for sftp by user {user}", "connected", "", "SFTP session of {user}" },
	{ "sshd", "Server listening on {address_} port {port#}", "service started", "", "SSH server listens on {address} port {port}" },
	{ "sudo", "{user_} : {count#} incorrect password {}; TTY={tty} ; PWD={directory} ; USER={as_user} ; COMMAND={command}", "failed logon", SUDO, "{user} gave {count} wrong passwords to sudo for: {command}" },
	{ "sudo", "{user_} : user NOT in sudoers ; TTY={tty} ; PWD={directory} ; USER={as_user} ; COMMAND={command}", "refused", SUDO, "{user}, who may not use sudo, tried as {as_user}: {command}" },
	{ "sudo", "{user_} : command not allowed ; TTY={tty} ; PWD={directory} ; USER={as_user} ; COMMAND={command}", "refused", SUDO, "{user} was not allowed to run as {as_user}: {command}" },
	{ "sudo", "{user_} : TTY={tty} ; PWD={directory} ; USER={as_user} ; COMMAND={command}", "command run", SUDO, "{user} ran as {as_user}: {command}" },
	{ "sudo", "{user_} : PWD={directory} ; USER={as_user} ; COMMAND={command}", "command run", SUDO, "{user} ran as {as_user}: {command}" },
	{ "sudo", "{user_} : TTY={tty} ; PWD={directory} ; USER={as_user} ; GROUP={group} ; COMMAND={command}", "command run", SUDO, "{user} ran as {as_user}: {command}" },
	{ "su", "(to {as_user_}) {user_} on {tty_}", "logon", VALID, "{user} became {as_user} by su" },
	{ "su", "Successful su for {as_user_} by {user_}", "logon", VALID, "{user} became {as_user} by su" },
	{ "su", "FAILED SU (to {as_user_}) {user_} on {tty_}", "failed logon", GUESS, "{user} failed to become {as_user} by su" },
	{ "su", "FAILED su for {as_user_} by {user_}", "failed logon", GUESS, "{user} failed to become {as_user} by su" },
	{ "su", "BAD SU {user_} to {as_user_} on {tty_}", "failed logon", GUESS, "{user} failed to become {as_user} by su" },
	{ "useradd", "new user: name={user}, UID={uid#}, GID={gid#}, home={home}, shell={shell}", "account created", CREATE, "Account {user} created, uid {uid}, home {home}, shell {shell}" },
	{ "adduser", "new user: name={user}, UID={uid#}, GID={gid#}, home={home}, shell={shell}", "account created", CREATE, "Account {user} created, uid {uid}, home {home}, shell {shell}" },
	{ "", "new group: name={group}, GID={gid#}", "group created", "", "Group {group} created, gid {gid}" },
	{ "", "add '{user}' to group '{group}'", "group changed", CHANGE, "{user} added to group {group}" },
	{ "", "add '{user}' to shadow group '{group}'", "group changed", CHANGE, "{user} added to group {group} (shadow)" },
	{ "", "user {user_} added by {by_} to group {group_}", "group changed", CHANGE, "{by} added {user} to group {group}" },
	{ "usermod", "change user '{user}' {field} from '{old}' to '{new}'", "account changed", CHANGE, "Account {user}: {field} changed from {old} to {new}" },
	{ "usermod", "change user '{user}' {field}", "account changed", CHANGE, "Account {user}: {field} changed" },
	{ "usermod", "lock user '{user}' password", "account locked", "T1531", "Account {user} locked" },
	{ "usermod", "unlock user '{user}' password", "account unlocked", CHANGE, "Account {user} unlocked" },
	{ "userdel", "delete user '{user}'", "account deleted", "T1531", "Account {user} deleted" },
	{ "", "{}pam_unix({service}:chauthtok): password changed for {user_}", "password changed", CHANGE, "Password of {user} changed" },
	{ "passwd", "password for '{user}' changed by '{by}'", "password changed", CHANGE, "{by} changed the password of {user}" },
	{ "", "pam_unix({service}:session): session opened for user {user}(uid={uid#}) by {by}", "session opened", "", "Session of {user} opened ({service})" },
	{ "", "pam_unix({service}:session): session opened for user {user_} by {by}", "session opened", "", "Session of {user} opened ({service})" },
	{ "", "pam_unix({service}:session): session closed for user {user_}", "session closed", "", "Session of {user} closed ({service})" },
	{ "", "pam_unix({service}:auth): authentication failure; logname={logname} uid={uid#} euid={euid#} tty={tty} ruser={by} rhost={address} user={user_}", "failed logon", GUESS, "Authentication of {user} failed ({service}) from {address}" },
	{ "", "pam_unix({service}:auth): authentication failure; logname={logname} uid={uid#} euid={euid#} tty={tty} ruser={by} rhost={address_}", "failed logon", GUESS, "Authentication failed ({service}) from {address}" },
	{ "cron", "({user}) CMD ({command>})", "command run", CRON, "cron ran as {user}: {command}" },
	{ "cron", "pam_unix({service}:session): session opened for user {user_}", "session opened", "", "Session of {user} opened ({service})" },
	{ "crontab", "({user}) REPLACE ({target})", "crontab changed", CRON, "{user} changed the crontab of {target}" },
	{ "crontab", "({user}) BEGIN EDIT ({target})", "crontab opened", "", "{user} began to edit the crontab of {target}" },
	{ "crontab", "({user}) END EDIT ({target})", "crontab closed", "", "{user} ended to edit the crontab of {target}" },
	{ "crontab", "({user}) DELETE ({target})", "crontab deleted", CRON, "{user} deleted the crontab of {target}" },
	{ "crontab", "({user}) LIST ({target})", "crontab read", "", "{user} listed the crontab of {target}" },
	{ "at", "Starting job {job} for user '{user}' ({uid#})", "command run", "T1053.002", "at ran job {job} of {user}" },
	{ "systemd-logind", "New session {session_} of user {user>}.", "session opened", "", "Session {session} of {user} opened" },
	{ "systemd-logind", "System is rebooting", "system stopped", "", "The system is restarted" },
	{ "systemd-logind", "System is powering down", "system stopped", "", "The system is switched off" },
	{ "kernel", "Linux version {version}", "system started", "", "System start: Linux {version}" },
	{ "kernel", "usb {port}: New USB device found, idVendor={vendor}, idProduct={product}, bcdDevice", "device connected", "", "USB device {vendor}:{product} connected at {port}" },
	{ "kernel", "usb {port}: New USB device found, idVendor={vendor}, idProduct={product_}", "device connected", "", "USB device {vendor}:{product} connected at {port}" },
	{ "kernel", "usb {port}: Product: {product}", "device connected", "", "USB device at {port}: {product}" },
	{ "kernel", "usb {port}: SerialNumber: {serial}", "device connected", "", "USB device at {port} has serial number {serial}" },
	{ "kernel", "usb {port}: USB disconnect, device number {number#}", "device removed", "", "USB device at {port} removed" },
	{ "kernel", "{rule}IN={in} OUT={out} {}SRC={address_} DST={target_} {}PROTO={protocol_} SPT={port#} DPT={target_port#}", "filtered", "", "Firewall {rule}: {protocol} from {address} to {target} port {target_port}" },
	{ "chronyd", "System clock was stepped by {step_seconds_} seconds", "clock changed", "", "The clock was set by {step_seconds} seconds (chrony)" },
	{ "chronyd", "System clock wrong by {step_seconds_} seconds", "clock wrong", "", "The clock was wrong by {step_seconds} seconds and is corrected (chrony)" },
	{ "ntpd", "time reset {step_seconds_} s", "clock changed", "", "The clock was set by {step_seconds} seconds (ntpd)" },
	{ "ntpd", "{}clock_step {step_seconds_} s", "clock changed", "", "The clock was set by {step_seconds} seconds (ntpd)" },
	{ "ntpdate", "step time server {server_} offset {step_seconds_} s", "clock changed", "", "The clock was set by {step_seconds} seconds, by {server} (ntpdate)" },
	{ "systemd-timesyncd", "System clock time unset or jumped backwards, restored from recorded timestamp: {new_time}", "clock changed", "", "The clock had no time or an earlier one: set to {new_time}" },
	{ "systemd-timedated", "Changed local time to {new_time}", "clock changed", "", "The clock was set to {new_time} by hand" },
	{ "systemd-timedated", "Changed time zone to '{time_zone}'", "time zone changed", "", "The time zone was set to {time_zone}" },
	{ "systemd", "Time has been changed", "clock changed", "", "The clock was set" },
	{ "systemd", "System time before build time, advancing clock", "clock changed", "", "The clock had a time before the system was built: it was set forward" },
	{ "systemd-journal", "Time jumped backwards, rotating", "clock changed", "", "The clock was set back: a new journal is begun" },
	{ "NetworkManager", "<info> [{}] dhcp4 ({interface}): {}address={address_}", "address given", "", "Address {address} given to {interface}" },
	{ "dhclient", "bound to {address_}", "address given", "", "Address {address} given by DHCP" },
	{ "rsyslogd", "{}exiting on signal {signal#}", "log stopped", "", "The system log was stopped by signal {signal}" },
	{ "rsyslogd", "{}was HUPed", "log rotated", "", "The system log was told to open its files again" },
	{ "postfix/smtpd", "connect from {name}[{address}]", "connected", "", "Mail connection from {name} ({address})" },
	{ "postfix/", "warning: {name}[{address}]: SASL {method_} authentication failed", "failed logon", GUESS, "Failed mail logon from {address} by {method}" },
	{ "postfix/", "{queue}: client={name}[{address}], sasl_method={method}, sasl_username={user}", "logon", VALID, "Mail logon of {user} from {address}, message {queue}" },
	{ "postfix/", "{queue}: from=<{sender}>, size={size#}, nrcpt={recipients#}", "mail received", "", "Mail {queue} from {sender}, {size} bytes, {recipients} recipients" },
	{ "postfix/", "{queue}: to=<{recipient}>, {}relay={relay}, {}status={status_}", "mail sent", "", "Mail {queue} to {recipient} by {relay}: {status}" },
	{ "dovecot", "{service}: Login: user=<{user}>, method={method}, rip={address}, lip={local_address}", "logon", VALID, "Mailbox logon of {user} from {address} ({service})" },
	{ "dovecot", "{service}: {}(auth failed{}user=<{user}>, method={method}, rip={address}, lip={local_address}", "failed logon", GUESS, "Failed mailbox logon of {user} from {address} ({service})" },
	{ "sshd", "User {user>} from {address_} not allowed because {reason}", "refused", GUESS, "SSH: {user} from {address} refused: {reason}" },
	{ "dropbear", "Password auth succeeded for '{user}' from {address>}:{port#}", "logon", SSH, "SSH logon of {user} from {address} by password" },
	{ "dropbear", "Pubkey auth succeeded for '{user}' with {} from {address>}:{port#}", "logon", SSH, "SSH logon of {user} from {address} by publickey" },
	{ "dropbear", "Bad password attempt for '{user}' from {address>}:{port#}", "failed logon", GUESS, "Failed SSH logon of {user} from {address} by password" },
	{ "dropbear", "Login attempt for nonexistent user from {address>}:{port#}", "failed logon", GUESS, "Failed SSH logon of a user that does not exist from {address}" },
	{ "login", "ROOT LOGIN on '{tty}'", "logon", VALID, "Logon of root on {tty}" },
	{ "login", "LOGIN ON {tty_} BY {user_}", "logon", VALID, "Logon of {user} on {tty}" },
	{ "login", "FAILED LOGIN ({count#}) on '{tty}' FOR '{user}'", "failed logon", GUESS, "Failed logon of {user} on {tty}" },
	{ "pkexec", "{user}: Executing command [USER={as_user}] [TTY={tty}] [CWD={directory}] [COMMAND={command>}]", "command run", "T1548", "{user} ran as {as_user} by pkexec: {command}" },
	{ "doas", "{user_} ran command {command} as {as_user_} from {directory}", "command run", "T1548", "{user} ran as {as_user} by doas: {command}" },
	{ "groupdel", "group '{group}' removed", "group deleted", "", "Group {group} deleted" },
	{ "usermod", "delete '{user}' from group '{group}'", "group changed", CHANGE, "{user} removed from group {group}" },
	{ "userdel", "remove user '{user}'", "account deleted", "T1531", "Account {user} deleted" },
	{ "kernel", "Out of memory: Killed process {pid#} ({program})", "program killed", "", "The kernel killed {program} for want of memory" },
	{ "kernel", "{program}[{pid#}]: segfault at {address_} {}", "program crashed", "", "{program} crashed" },
	{ "kernel", "{module}: module verification failed: {}", "module loaded", "T1547.006", "Kernel module {module} loaded without a valid signature" },
	{ "kernel", "{module}: loading out-of-tree module taints kernel{}", "module loaded", "T1547.006", "Kernel module {module}, which is not part of the kernel, loaded" },
	{ "%ASA-", "Group <{group}> User <{user}> IP <{address}> AnyConnect parent session started{}", "logon", "T1133", "VPN session of {user} from {address} begun, group {group}" },
	{ "%ASA-", "Group = {group}, Username = {user}, IP = {address}, Session disconnected. {}", "logoff", "", "VPN session of {user} from {address} ended" },
	{ "%ASA-", "AAA user authentication Rejected : {}user = {user} : user IP = {address_}", "failed logon", GUESS, "VPN logon of {user} from {address} refused" },
	{ "%ASA-", "User '{user}' executed the '{command>}' command", "command run", "T1059.008", "{user} ran on the firewall: {command}" },
	{ "fail2ban", "{}Ban {address_}", "address blocked", GUESS, "{address} blocked after failed logons" },
	{ "proftpd", "{} ({}[{address}]){}USER {user>}: no such user found", "failed logon", GUESS, "Failed FTP logon of {user}, a user that does not exist, from {address}" },
	{ "proftpd", "{} ({}[{address}]){}USER {user>} (Login failed): {reason}", "failed logon", GUESS, "Failed FTP logon of {user} from {address}: {reason}" },
	{ "proftpd", "{} ({}[{address}]){}USER {user>}: Login successful", "logon", VALID, "FTP logon of {user} from {address}" },
	{ "proftpd", "{} ({}[{address}]){}FTP session opened", "connected", "", "FTP connection from {address}" },
	{ "proftpd", "{} ({}[{address}]){}FTP session closed", "logged", "", "End of the FTP connection from {address}" },
	{ "vsftpd", "{}OK LOGIN; Client \"{address}\"", "logon", VALID, "FTP logon from {address}" },
};

/* The number of bytes of text that the literal part of a shape (up to '{' or its end) takes; false when it does not fit here. */
static bool
literal(const char *shape, size_t size, const char *text, size_t *ret_used)
{
	const char *s = text;
	for (size_t i = 0; i < size; i++) {
		if (shape[i] == ' ') {
			if (*s != ' ' && *s != '\t')
				return false;
			while (*s == ' ' || *s == '\t')
				s++;
		} else if (*s++ != shape[i]) {
			return false;
		}
	}
	*ret_used = (size_t)(s - text);
	return true;
}

/* How much of text belongs to a capture of this kind, before the literal that follows. False when it cannot be. */
static bool
extent(char kind, const char *next, size_t next_size, const char *text, size_t *ret_size)
{
	size_t n = 0, used;
	bool found = false;
	if (kind == '#' || kind == '_') {
		while (text[n] != '\0' && (kind == '#' ? text[n] >= '0' && text[n] <= '9' : text[n] != ' ' && text[n] != '\t'))
			n++;
		/* the text that follows may be part of the word: ")" or "," */
		while (kind == '_' && next_size > 0 && next[0] != ' ' && n > 0 && !literal(next, next_size, text + n, &used))
			n--;
		*ret_size = n;
		return n > 0;
	}
	if (next_size == 0) {
		*ret_size = strlen(text);
		return true;
	}
	for (; text[n] != '\0'; n++)
		if (literal(next, next_size, text + n, &used)) {
			found = true;
			*ret_size = n;
			if (kind != '>')
				break;
		}
	return found;
}

bool
unix_match(const char *shape, const char *text, struct unix_capture got[UNIX_CAPTURES], size_t *ret_count)
{
	size_t count = 0, used;
	while (*shape != '\0') {
		size_t size = strcspn(shape, "{");
		if (!literal(shape, size, text, &used))
			return false;
		shape += size;
		text += used;
		if (*shape == '\0')
			break;
		size_t name = strcspn(++shape, "}");
		const char *key = shape;
		char kind = name > 0 ? shape[name - 1] : '\0';
		bool typed = kind == '#' || kind == '_' || kind == '>';
		shape += name + 1;
		if (!extent(typed ? kind : '\0', shape, strcspn(shape, "{"), text, &size))
			return false;
		name -= typed;
		if (name > 0 && count < UNIX_CAPTURES)
			got[count++] = (struct unix_capture){ .key = key, .key_size = name, .text = text, .size = size };
		text += size;
	}
	*ret_count = count;
	return true;
}

static const struct unix_capture *
capture(const struct unix_capture *got, size_t count, const char *key, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (got[i].key_size == size && memcmp(got[i].key, key, size) == 0)
			return &got[i];
	return NULL;
}

static void
put_message(struct artefact *a, const char *form, const struct unix_capture *got, size_t count)
{
	SCOPED_BUF line;
	buf_init(&line, 2 * ARTEFACT_MESSAGE_MAX);
	while (*form != '\0') {
		size_t size = strcspn(form, "{");
		buf_put(&line, form, size);
		form += size;
		if (*form == '\0')
			break;
		size = strcspn(++form, "}");
		const struct unix_capture *c = capture(got, count, form, size);
		if (c != NULL)
			buf_put(&line, c->text, c->size < UNIX_VALUE / 2 ? c->size : UNIX_VALUE / 2);
		form += size + 1;
	}
	artefact_message(a, "%s", buf_cstr(&line));
}

static void
put_fields(struct artefact *a, const struct unix_capture *got, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char key[32], user[256];
		snprintf(key, sizeof(key), "%.*s", (int)(got[i].key_size < 31 ? got[i].key_size : 31), got[i].key);
		if (got[i].size > 0)
			artefact_bytes(a, key, got[i].text, got[i].size);
		if (strcmp(key, "user") == 0) {
			snprintf(user, sizeof(user), "%.*s", (int)(got[i].size < 255 ? got[i].size : 255), got[i].text);
			artefact_user(a, user);
		}
	}
}

/* sshd is sshd-session too, CRON is cron and crond, /usr/sbin/CRON also; but su is not sudo. */
static bool
is_program(const char *known_name, const char *program)
{
	size_t n = strlen(known_name);
	if (n == 0)
		return true;
	if (strchr(known_name, '/') == NULL && strrchr(program, '/') != NULL)
		program = strrchr(program, '/') + 1;
	if (strncasecmp(program, known_name, n) != 0)
		return false;
	char next = program[n];
	return next == '\0' || next == '-' || next == '[' || next == ':' || next == '(' || known_name[n - 1] == '/' || known_name[n - 1] == '-' || ((next == 'd' || next == 'D') && program[n + 1] == '\0');
}

const char *
unix_words(struct artefact *a, const char *program, const char *text)
{
	struct unix_capture got[UNIX_CAPTURES];
	size_t count, used = 0;
	const char *p = text;
	while (*p == ' ')
		p++;
	/* the kernel's own clock, in seconds since its start */
	if (*p == '[' && strcmp(program, "kernel") == 0 && (used = strspn(p + 1, " .0123456789")) > 0 && p[1 + used] == ']')
		for (p += used + 2; *p == ' '; p++)
			;
	if (strncmp(program, "postfix/", 8) == 0 || strncmp(program, "dovecot", 7) == 0 || strncmp(program, "sendmail", 8) == 0 || strncmp(program, "exim", 4) == 0)
		artefact_source(a, "mail");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!is_program(known[i].program, program) || !unix_match(known[i].shape, p, got, &count))
			continue;
		put_fields(a, got, count);
		put_message(a, known[i].message, got, count);
		if (known[i].technique[0] != '\0')
			artefact_technique(a, known[i].technique);
		return known[i].meaning;
	}
	artefact_message(a, "%s%s%s", program, program[0] != '\0' ? ": " : "", p);
	struct app_logon logon;
	return program[0] != '\0' && app_logon_read(p, &logon) ? app_logon_put(a, &logon, program) : NULL;
}

const char *
unix_home_user(const struct artefact_subject *who, char *out, size_t size)
{
	static const char *const homes[] = { "/home/", "/Users/", "/export/home/", "/var/home/" };
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]) && out[0] == '\0'; i++) {
		const char *at = strstr(who->path, homes[i]);
		const char *name = at != NULL ? at + strlen(homes[i]) : "";
		if (strchr(name, '/') != NULL)
			snprintf(out, size, "%.*s", (int)strcspn(name, "/"), name);
	}
	if (out[0] == '\0' && strstr(who->path, "/root/") != NULL)
		snprintf(out, size, "root");
	return out;
}

bool
unix_named(const struct artefact_subject *who, const char *patterns)
{
	char one[100];
	while (*patterns != '\0') {
		size_t n = strcspn(patterns, "|");
		snprintf(one, sizeof(one), "%.*s", (int)n, patterns);
		if (glob_match(one, who->name))
			return true;
		patterns += n + (patterns[n] == '|');
	}
	return false;
}

bool
unix_path_has(const struct artefact_subject *who, const char *part)
{
	return strcasestr(who->path, part) != NULL;
}
