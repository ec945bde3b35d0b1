/* jumplist_app.c - the program that keeps a jump list. */
#include "triage/artefact/jumplist.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *id, *name;
} apps[] = {
#define APP(id, name) { id, name },
#include "triage/artefact/app_ids.def"
#undef APP
};

void
jumplist_app(const char *file_name, struct jumplist_app *ret_app)
{
	const char *end = strchr(file_name, '.');
	const char *from = end != NULL ? end : file_name;
	*ret_app = (struct jumplist_app){ .name = "an unknown program" };
	while (from > file_name && isxdigit((unsigned char)from[-1]) && (end - from) < 16)
		from--;
	if (end == NULL || end - from < 14)
		return;
	for (size_t i = 0; from + i < end; i++)
		ret_app->id[i] = (char)tolower((unsigned char)from[i]);
	for (size_t i = 0; i < sizeof(apps) / sizeof(apps[0]); i++)
		if (strcmp(apps[i].id, ret_app->id) == 0) {
			ret_app->name = apps[i].name;
			ret_app->known = true;
		}
}

void
jumplist_put(struct artefact *a, const struct jumplist_app *app)
{
	artefact_text(a, "app_id", app->id);
	if (app->known)
		artefact_text(a, "app_name", app->name);
}
