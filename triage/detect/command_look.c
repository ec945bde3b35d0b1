#include "triage/detect/command_look.h"

#include "triage/detect/words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasestr(text, *words) != NULL)
			return true;
	return false;
}

void
command_program(const char *command, char *out, size_t size)
{
	while (*command == ' ' || *command == '\t')
		command++;
	char quote = *command == '"' ? '"' : '\0';
	command += quote != '\0';
	size_t n = 0;
	for (; command[n] != '\0' && n + 1 < size; n++) {
		if (quote != '\0' ? command[n] == quote : command[n] == ' ' && (n >= 4 && (strncasecmp(command + n - 4, ".exe", 4) == 0
		    || strncasecmp(command + n - 4, ".com", 4) == 0 || strncasecmp(command + n - 4, ".bat", 4) == 0 || strncasecmp(command + n - 4, ".cmd", 4) == 0)))
			break;
		out[n] = command[n];
	}
	out[n] = '\0';
	/* without a known ending the first word is the program, unless the whole is one path with blanks */
	if (quote == '\0' && strchr(out, ' ') != NULL && !words_ends(out, ".exe") && !words_ends(out, ".sys") && !words_ends(out, ".dll"))
		*strchr(out, ' ') = '\0';
}

bool
command_place_is_open(const char *path)
{
	static const char *const open_places[] = { "\\Users\\Public\\", "\\PerfLogs\\", "\\$Recycle.Bin\\", "\\Windows\\Temp\\", "\\AppData\\Local\\Temp\\", "%TEMP%", "%TMP%",
		"\\Local Settings\\Temp\\", "\\Windows\\Tasks\\", "\\Windows\\Fonts\\", "\\Windows\\Debug\\", "\\Windows\\Tracing\\", "\\Intel\\Logs\\", "\\RECYCLER\\", "/tmp/", "/dev/shm/", "/var/tmp/", "%PUBLIC%",
		"\\Windows\\Help\\", "\\Windows\\addins\\", "\\Windows\\IME\\", "\\Music\\", "\\Videos\\", "\\Pictures\\", NULL };
	if (has_any(path, open_places))
		return true;
	const char *base = words_base(path);
	/* in the root of a drive, or of the folder of all programs' data */
	if (base > path && path[0] != '\0' && path[1] == ':' && base == path + 3 && base[0] != '\0')
		return true;
	const char *data = strcasestr(path, "\\ProgramData\\");
	return data != NULL && base == data + 13 && (words_ends(base, ".exe") || words_ends(base, ".dll") || words_ends(base, ".ps1") || words_ends(base, ".bat") || words_ends(base, ".vbs"));
}

/* The name of a part of Windows in a folder where that part does not live, or a name a letter away from it. */
static bool
imitates(const char *path)
{
	static const char *const own[] = { "svchost.exe", "lsass.exe", "csrss.exe", "services.exe", "winlogon.exe", "smss.exe", "wininit.exe", "spoolsv.exe", "taskhostw.exe", "taskhost.exe",
		"dllhost.exe", "lsm.exe", "conhost.exe", "userinit.exe", "dwm.exe", "rundll32.exe", NULL };
	static const char *const fakes[] = { "scvhost.exe", "svch0st.exe", "svchosts.exe", "svhost.exe", "svchst.exe", "svcchost.exe", "lsas.exe", "lsasss.exe", "lssas.exe", "isass.exe", "1sass.exe", "crss.exe",
		"cssrs.exe", "csrsss.exe", "expl0rer.exe", "iexplorer.exe", "explorerr.exe", "winlog0n.exe", "winlogin.exe", "taskhosts.exe", "spo0lsv.exe", "rundII32.exe", "rund1132.exe", "chr0me.exe", NULL };
	const char *base = words_base(path);
	for (const char *const *f = fakes; *f != NULL; f++)
		if (strcasecmp(base, *f) == 0)
			return true;
	if (base == path)
		return false;
	for (const char *const *o = own; *o != NULL; o++)
		if (strcasecmp(base, *o) == 0)
			return strcasestr(path, "system32\\") == NULL && strcasestr(path, "syswow64\\") == NULL && strcasestr(path, "\\winsxs\\") == NULL && strcasestr(path, "\\sysnative\\") == NULL;
	return false;
}

/* A word of the command is a script or program in a place where everybody may write, and is not merely deleted. */
static bool
names_open_place(const char *command)
{
	static const char *const deletes[] = { "del ", "erase ", "rmdir ", "rd ", NULL }, *const ends[] = { ".bat", ".cmd", ".vbs", ".js", ".ps1", ".exe", NULL };
	char word[512];
	if (has_any(command, deletes))
		return false;
	while (*command != '\0') {
		size_t size = strcspn(command, " \"\t");
		snprintf(word, sizeof(word), "%.*s", (int)(size < sizeof(word) ? size : sizeof(word) - 1), command);
		for (const char *const *e = ends; *e != NULL && size > 0; e++)
			if (words_ends(word, *e) && command_place_is_open(word))
				return true;
		command += size + (command[size] != '\0');
	}
	return false;
}

static struct command_look
look_at_script(const char *command, const char *program)
{
	static const char *const shells[] = { "powershell", "pwsh", NULL }, *const hosts[] = { "wscript", "cscript", "mshta", NULL };
	static const char *const hides[] = { " -enc", " -ec ", " -e ", "-encodedcommand", "-w hid", "-windowstyle hid", "frombase64", "downloadstring", "downloadfile", "iex ", "iex(", "invoke-expression", " -nop", NULL };
	static const char *const net[] = { "http://", "https://", "ftp://", "javascript:", "vbscript:", NULL };
	static const char *const open[] = { "\\AppData\\", "\\Temp\\", "\\Users\\Public", "\\PerfLogs", "%temp%", "%appdata%", "\\ProgramData\\", NULL };
	const char *base = words_base(program);
	if (has_any(base, shells)) {
		if (has_any(command, hides) || has_any(command, net))
			return (struct command_look){ 3, "a hidden, encoded or downloading script" };
		return has_any(command, open) ? (struct command_look){ 3, "a script in a folder where everybody may write" } : (struct command_look){ 1, "a script" };
	}
	if (has_any(base, hosts))
		return has_any(command, net) || has_any(command, open) ? (struct command_look){ 3, "a script from the net or from a folder where everybody may write" } :
		    (struct command_look){ 1, "a script" };
	if (words_starts(base, "regsvr32") || words_starts(base, "rundll32"))
		return has_any(command, net) || has_any(command, open) ? (struct command_look){ 3, "a library from an unusual place" } : (struct command_look){ 0, "" };
	if (words_starts(base, "cmd") && has_any(command, net))
		return (struct command_look){ 3, "a command that reaches into the net" };
	if (words_starts(base, "cmd") && names_open_place(command))
		return (struct command_look){ 3, "a script in a folder where everybody may write" };
	if (words_starts(base, "cmd") && has_any(command, (const char *const[]){ "powershell", "echo ", "\\\\.\\pipe\\", "&&", "certutil", "bitsadmin", NULL }))
		return (struct command_look){ 2, "a chain of commands" };
	return (struct command_look){ 0, "" };
}

/* It is run from there, not merely named as an argument: at the start of a command, or behind a shell or interpreter. */
static bool
is_run_at(const char *command, const char *at)
{
	static const char *const before[] = { "sh ", "bash ", "dash ", "python ", "python3 ", "perl ", "php ", "exec ", "nohup ", "sudo ", "; ", "& ", "| ", ";", "&", "|", "setsid ", "(", NULL };
	if (at == command)
		return true;
	for (const char *const *b = before; *b != NULL; b++) {
		size_t n = strlen(*b);
		if ((size_t)(at - command) >= n && strncmp(at - n, *b, n) == 0)
			return true;
	}
	return false;
}

static struct command_look
look_at_unix(const char *command)
{
	static const char *const net[] = { "curl ", "wget ", "/dev/tcp/", "/dev/udp/", " nc ", "ncat ", "socat ", NULL }, *const run[] = { "| sh", "|sh", "| bash", "|bash", "bash -i", "base64 -d", "base64 --decode",
		"| python", "|python", "chmod +x", " -e /bin", NULL };
	static const char *const open[] = { "/tmp/", "/dev/shm/", "/var/tmp/", NULL };
	if (has_any(command, run) && (has_any(command, net) || strcasestr(command, "base64") != NULL))
		return (struct command_look){ 4, "fetches or unpacks something and runs it" };
	if (strstr(command, "/dev/tcp/") != NULL)
		return (struct command_look){ 4, "opens a connection for a shell" };
	for (const char *const *o = open; *o != NULL; o++) {
		const char *at = strstr(command, *o);
		if (at != NULL && is_run_at(command, at))
			return (struct command_look){ 3, "runs from a folder for temporary files" };
	}
	const char *hidden = strstr(command, "/.");
	if (hidden != NULL && hidden[2] != '/' && hidden[2] != '.' && hidden[2] != '\0' && (command[0] == '/' || command[0] == '~') && hidden < command + strcspn(command, " "))
		return (struct command_look){ 3, "runs from a hidden folder or file" };
	return (struct command_look){ 0, "" };
}

struct command_look
command_look(const char *command)
{
	char program[1024];
	if (command[0] == '/' || strchr(command, '\\') == NULL) {
		struct command_look u = look_at_unix(command);
		if (u.points > 0 || command[0] == '/')
			return u;
	}
	command_program(command, program, sizeof(program));
	if (imitates(program))
		return (struct command_look){ 4, "the name imitates a part of Windows" };
	struct command_look s = look_at_script(command, program);
	if (s.points >= 3)
		return s;
	if (command_place_is_open(program))
		return (struct command_look){ 3, "runs from a place where everybody may write" };
	if (program[0] == '\\' && program[1] == '\\' && program[2] != '?' && program[2] != '.')
		return (struct command_look){ 2, "runs from another machine" };
	return s;
}

bool
command_library_is_usual(const char *path)
{
	static const char *const usual[] = { "%SystemRoot%", "\\SystemRoot", "%windir%", "\\Windows\\System32\\", "\\Windows\\SysWOW64\\", "\\Program Files", "%ProgramFiles", "\\WinSxS\\",
		"\\Windows\\Microsoft.NET\\", "%CommonProgramFiles", "\\WINNT\\system32\\", "system32\\", "\\ProgramData\\Microsoft\\", "\\Windows\\", NULL };
	if (strchr(path, '\\') == NULL && strchr(path, '/') == NULL)
		return true;
	return has_any(path, usual) && !command_place_is_open(path);
}
