/* jumplist.h - what both kinds of jump lists share: the program that keeps one, by the name of the file. */
#ifndef TRIAGE_ARTEFACT_JUMPLIST_H
#define TRIAGE_ARTEFACT_JUMPLIST_H

#include "triage/artefact/lnk.h"

struct jumplist_app {
	char id[20];		/* "" when the name has none */
	const char *name;	/* "an unknown program" when the id is not a known one */
	bool known;
};

/* The application id is the hexadecimal number before the ending of the file's name. */
void jumplist_app(const char *file_name, struct jumplist_app *ret_app);
/* app_id and app_name as fields. */
void jumplist_put(struct artefact *a, const struct jumplist_app *app);

#endif
