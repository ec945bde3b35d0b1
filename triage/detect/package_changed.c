/* package_changed.c - files of the system that differ from the digest that their package gives, and programs in folders of the system that no package brought. */
#include "triage/detect/judge.h"

#include <string.h>

static void
tell_changed(struct detect_judge *j, const struct subject *s)
{
	static const struct fold_plan plan = { .rule = "detect:package-changed", .kind = "package-changed", .family = "", .split = "",
		.title = "System files differ from their package", .technique = "T1554",
		.why = "A file of the operating system is not the one that its package brought. Attackers replace such files to stay hidden or to steal passwords.",
		.innocent = "An administrator or a vendor changed the file on purpose, or a package rebuilds it on the machine.", .version = "1", .check = CHECK_HASH,
		.severity = TRIAGE_MEDIUM, .confidence = 40 };
	struct fold_plan placed = plan;
	/* programs and libraries weigh more than texts, pictures and translations */
	bool program = s->file->content->mime != NULL && (strstr(s->file->content->mime, "executable") != NULL || strstr(s->file->content->mime, "sharedlib") != NULL ||
	    strstr(s->file->content->mime, "x-object") != NULL);
	if (s->file->package_config) {
		placed.rule = "detect:package-config-changed";
		placed.title = "Configuration files differ from what their package brought";
		placed.why = "Settings of the system were changed after they were installed. Every system has such changes; attackers make them too, for logins, for example.";
		placed.technique = "";
		placed.severity = TRIAGE_INFO;
		placed.confidence = 10;
	} else if (!program) {
		placed.rule = "detect:package-data-changed";
		placed.title = "Data files of the system differ from their package";
		placed.severity = TRIAGE_LOW;
	}
	struct fold *f = fold_for(&j->folds, &placed);
	if (f == NULL)
		return;
	const struct fold_example e = judge_example(s, program);
	fold_add(&j->folds, f, &e, s->changed);
	fold_reason(&j->folds, f, "%s of package %s", s->file->path, s->file->package);
}

static bool
is_system_program(const struct subject *s)
{
	static const char *const folders[] = { "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/" };
	const char *mime = s->file->content->mime;
	bool program = mime != NULL && (strcmp(mime, "application/x-executable") == 0 || strcmp(mime, "application/x-pie-executable") == 0 ||
	    strcmp(mime, "application/x-sharedlib") == 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && program; i++)
		if (strncmp(s->file->path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static enum triage_status
package_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	const struct detect_file *f = s->file;
	(void)state, (void)err;
	if (!s->ordinary || f->state != TRIAGE_STATE_ALLOCATED || f->content == NULL || f->content->state != TRIAGE_CONTENT_COMPLETE)
		return TRIAGE_OK;
	if (f->package[0] != '\0' && f->package_differs) {
		tell_changed(j, s);
	} else if (f->package[0] == '\0' && f->packaged >= JUDGE_PACKAGED_ENOUGH && is_system_program(s)) {
		static const struct fold_plan plan = { .rule = "detect:package-unowned", .kind = "package-changed", .family = "", .split = "",
			.title = "Programs among those of the system that no package brought", .technique = "T1036.005",
			.why = "A program lies where only packages put programs, and no package knows it.",
			.innocent = "A program that an administrator copied there, or a package without a list of checksums.", .version = "1", .check = CHECK_HASH,
			.severity = TRIAGE_LOW, .confidence = 30 };
		struct fold *fold = fold_for(&j->folds, &plan);
		const struct fold_example e = judge_example(s, 0);
		if (fold != NULL)
			fold_add(&j->folds, fold, &e, s->appeared);
	}
	return TRIAGE_OK;
}

const struct detector package_changed_detector = { .name = "package_changed", .file = package_file };
