/*
 * task.c - scheduled tasks: what runs when, as whom, made by whom. XML of Windows Vista to 11, .job of Windows 2000 to 7.
 *
 * XML is known by its namespace in the first bytes; a .job by its version words and offsets.
 */
#include "triage/artefact/task.h"

static bool
claims(const struct artefact_subject *who, struct view head)
{
	return task_xml_is(head) || task_job_is(head, who->size > head.size ? who->size : head.size);
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	return task_xml_is(all) ? task_xml_parse(a, all, err) : task_job_parse(a, all, err);
}

const struct artefact_kind artefact_task = {
	.name = "task",
	.source = "task",
	.title = "scheduled task (XML, .job)",
	.yields = "programs that are started by time or event: command, account, author, when registered, triggers, last run of a .job",
	.reference = "MS-TSCH 2.4 and 2.5",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};
