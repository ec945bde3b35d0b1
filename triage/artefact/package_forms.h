/* package_forms.h - a line of a package manager's log taken apart. */
#ifndef TRIAGE_ARTEFACT_PACKAGE_FORMS_H
#define TRIAGE_ARTEFACT_PACKAGE_FORMS_H

#include "triage/artefact/log_line.h"

enum package_form { PACKAGE_NONE, PACKAGE_DPKG, PACKAGE_APT_HISTORY, PACKAGE_APT_TERM, PACKAGE_YUM, PACKAGE_DNF, PACKAGE_ZYPPER, PACKAGE_PACMAN };

struct package_line {
	struct log_time time;
	const char *program, *text;	/* text is borrowed from the line: all behind the date */
	char action[64], package[256], version[128], old_version[128], by[128];
	bool ends;			/* of a block: its end */
};

enum package_form package_line_read(const char *line, struct package_line *ret);
const char *package_meaning(const char *action);

#endif
