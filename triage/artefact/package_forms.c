/* package_forms.c - the forms that package managers log in. */
#include "triage/artefact/package_forms.h"

#include <stdio.h>
#include <string.h>

static bool
is_one_of(const char *word, size_t size, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == size && strncmp(word, *words, size) == 0)
			return true;
	return false;
}

/* A word up to one of the characters of `end`, cut to fit. */
static void
word(const char **p, const char *end, char *out, size_t size)
{
	size_t n = strcspn(*p, end);
	snprintf(out, size, "%.*s", (int)(n < 4096 ? n : 4096), *p);
	*p += n;
	if (**p != '\0')
		++*p;
	if (strcmp(out, "<none>") == 0)
		out[0] = '\0';
}

static bool
read_dpkg(const char *p, struct package_line *l)
{
	static const char *const actions[] = { "install", "upgrade", "remove", "purge", "configure", "trigproc", "disappear", "status", "conffile", "startup", NULL };
	char status[64] = "";
	size_t n = strcspn(p, " ");
	if (!is_one_of(p, n, actions))
		return false;
	word(&p, " ", l->action, sizeof(l->action));
	if (strcmp(l->action, "startup") == 0 || strcmp(l->action, "conffile") == 0)
		return true;
	if (strcmp(l->action, "status") == 0) {
		word(&p, " ", status, sizeof(status));
		snprintf(l->action, sizeof(l->action), "status %.50s", status);
		word(&p, " ", l->package, sizeof(l->package));
		word(&p, " ", l->version, sizeof(l->version));
		return true;
	}
	word(&p, " ", l->package, sizeof(l->package));
	word(&p, " ", l->old_version, sizeof(l->old_version));
	word(&p, " ", l->version, sizeof(l->version));
	/* without a version behind it the one there is the package's own */
	if (l->version[0] == '\0' && strcmp(l->action, "install") != 0) {
		snprintf(l->version, sizeof(l->version), "%s", l->old_version);
		l->old_version[0] = '\0';
	}
	return true;
}

/* "Installed: NAME-VERSION" */
static bool
read_rpm(const char *p, struct package_line *l)
{
	static const char *const actions[] = { "Installed", "Updated", "Upgraded", "Erased", "Removed", "Obsoleted", "Reinstalled", "Reinstall", "Downgraded", "Upgrade", "Downgrade",
		"Dep-Installed", "Cleanup", NULL };
	size_t n = strcspn(p, ":");
	if (!is_one_of(p, n, actions) || p[n + 1] != ' ' || p[n + 2] == '\0')
		return false;
	word(&p, ":", l->action, sizeof(l->action));
	p++;
	word(&p, " ", l->package, sizeof(l->package));
	return true;
}

static bool
read_zypper(const char *p, struct package_line *l)
{
	static const char *const actions[] = { "install", "remove", "command", "radd", "rremove", "ralias", "rurl", "patch", NULL };
	size_t n = strcspn(p, "|");
	while (n > 0 && p[n - 1] == ' ')
		n--;
	if (!is_one_of(p, n, actions))
		return false;
	word(&p, "|", l->action, sizeof(l->action));
	l->action[strcspn(l->action, " ")] = '\0';
	if (strcmp(l->action, "command") == 0) {
		word(&p, "|", l->by, sizeof(l->by));
		return true;
	}
	word(&p, "|", l->package, sizeof(l->package));
	word(&p, "|", l->version, sizeof(l->version));
	if (strcmp(l->action, "install") != 0 && strcmp(l->action, "remove") != 0)
		l->version[0] = '\0';
	word(&p, "|", (char[32]){ 0 }, 32);
	word(&p, "|", l->by, sizeof(l->by));
	l->by[strcspn(l->by, "@")] = '\0';
	return true;
}

/* "[ALPM] upgraded NAME (1.0-1 -> 1.1-1)" */
static bool
read_pacman(const char *p, struct package_line *l)
{
	static const char *const actions[] = { "installed", "upgraded", "removed", "reinstalled", "downgraded", NULL };
	static const char *const parts[] = { "[ALPM] ", "[PACMAN] ", "[ALPM-SCRIPTLET] " };
	size_t part = 0;
	while (part < 3 && strncmp(p, parts[part], strlen(parts[part])) != 0)
		part++;
	if (part == 3)
		return false;
	p += strlen(parts[part]);
	size_t n = strcspn(p, " ");
	if (part == 0 && is_one_of(p, n, actions)) {
		word(&p, " ", l->action, sizeof(l->action));
		word(&p, " ", l->package, sizeof(l->package));
		const char *arrow = strstr(p, " -> ");
		p += *p == '(';
		word(&p, " )", arrow != NULL ? l->old_version : l->version, arrow != NULL ? sizeof(l->old_version) : sizeof(l->version));
		if (arrow != NULL) {
			p = arrow + 4;
			word(&p, ")", l->version, sizeof(l->version));
		}
	}
	return true;
}

/* "SUBDEBUG Installed: NAME", and all else that dnf logs. */
static bool
read_dnf(const char *p, struct package_line *l)
{
	static const char *const levels[] = { "DEBUG", "DDEBUG", "SUBDEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "TRACE", NULL };
	size_t n = strcspn(p, " ");
	if (!is_one_of(p, n, levels) || p[n] != ' ')
		return false;
	l->text = p + n + 1;
	return read_rpm(p + n + 1, l) || strncmp(l->text, "--- logging initialized ---", 27) == 0 || strncmp(l->text, "DNF version: ", 13) == 0 ||
	    strncmp(l->text, "Command: ", 9) == 0 || strncmp(l->text, "timer: ", 7) == 0 || strncmp(l->text, "Loaded plugins: ", 16) == 0;
}

static enum package_form
read_apt(const char *line, struct package_line *l)
{
	static const struct { const char *front; enum package_form form; bool ends; } fronts[] = { { "Start-Date: ", PACKAGE_APT_HISTORY, false },
		{ "End-Date: ", PACKAGE_APT_HISTORY, true }, { "Log started: ", PACKAGE_APT_TERM, false }, { "Log ended: ", PACKAGE_APT_TERM, true } };
	for (size_t i = 0; i < 4; i++) {
		const char *p = line + strlen(fronts[i].front);
		if (strncmp(line, fronts[i].front, strlen(fronts[i].front)) == 0 && log_time_iso(&p, &l->time)) {
			l->ends = fronts[i].ends;
			return fronts[i].form;
		}
	}
	return PACKAGE_NONE;
}

enum package_form
package_line_read(const char *line, struct package_line *ret)
{
	const char *p = line;
	*ret = (struct package_line){ .program = "apt", .text = line };
	enum package_form apt = read_apt(line, ret);
	if (apt != PACKAGE_NONE)
		return apt;
	bool bracket = *p == '[';
	p += bracket;
	if (!log_time_iso(&p, &ret->time) && (bracket || !log_time_named(&p, &ret->time)))
		return PACKAGE_NONE;
	ret->text = p + (*p == ' ');
	if (bracket) {
		ret->program = "pacman";
		ret->text = p + 2;
		return p[0] == ']' && p[1] == ' ' && read_pacman(p + 2, ret) ? PACKAGE_PACMAN : PACKAGE_NONE;
	}
	if (*p == '|') {
		ret->program = "zypper";
		ret->text = p + 1;
		return read_zypper(p + 1, ret) ? PACKAGE_ZYPPER : PACKAGE_NONE;
	}
	if (*p != ' ')
		return PACKAGE_NONE;
	p++;
	if (ret->time.no_year) {
		ret->program = "yum";
		return read_rpm(p, ret) ? PACKAGE_YUM : PACKAGE_NONE;
	}
	ret->program = "dnf";
	if (line[10] == 'T')
		return read_dnf(p, ret) ? PACKAGE_DNF : PACKAGE_NONE;
	ret->program = "dpkg";
	return read_dpkg(p, ret) ? PACKAGE_DPKG : PACKAGE_NONE;
}

const char *
package_meaning(const char *action)
{
	static const struct { const char *action, *meaning; } known[] = { { "install", "package installed" }, { "upgrade", "package upgraded" }, { "remove", "package removed" },
		{ "purge", "package purged" }, { "Installed", "package installed" }, { "Dep-Installed", "package installed" }, { "Updated", "package upgraded" },
		{ "Upgraded", "package upgraded" }, { "Upgrade", "package upgraded" }, { "Erased", "package removed" }, { "Removed", "package removed" },
		{ "installed", "package installed" }, { "upgraded", "package upgraded" }, { "removed", "package removed" }, { "command", "command run" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].action, action) == 0)
			return known[i].meaning;
	return "logged";
}
