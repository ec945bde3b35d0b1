/* group_policy.c - what group policy does to the machines of a domain that attackers use it for: programs run everywhere, protection off, passwords for all to read. */
#include "triage/detect/detections.h"
#include "triage/detect/judge.h"

#include <string.h>
#include <strings.h>

static const char *const sources[] = { "other", NULL };

static const struct fold_plan password = { .rule = "detect:policy-password", .kind = "credential-access", .family = "", .split = "",
	.title = "Passwords kept in group policy", .technique = "T1552.006",
	.why = "A policy of the domain keeps a password in a form that everybody with an account can read. Attackers look there first.",
	.innocent = "A left-over of before 2014, when administrators could set passwords so; the account may be gone.", .version = "1", .check = CHECK_RECORD,
	.severity = TRIAGE_MEDIUM, .confidence = 60 };

static const struct fold_plan protection = { .rule = "detect:policy-protection-off", .kind = "protection-off", .family = "", .split = "",
	.title = "Group policy weakens the protection of machines", .technique = "T1484.001",
	.why = "A policy turns protection off on all machines that it is for. Attackers do so shortly before they encrypt.",
	.innocent = "Another product protects these machines, or an administrator made an exception on purpose.", .version = "1", .check = CHECK_RECORD,
	.severity = TRIAGE_MEDIUM, .confidence = 40 };

static const struct fold_plan spread = { .rule = "detect:policy-task", .kind = "lateral-movement", .family = "", .split = "",
	.title = "Group policy runs programs on machines at once", .technique = "T1484.001",
	.why = "A task in a policy runs a program on all machines that the policy is for. Ransomware is spread in this way.",
	.innocent = "Administrators install and repair software in this way.", .version = "1", .check = CHECK_RECORD, .severity = TRIAGE_MEDIUM, .confidence = 40 };

static enum triage_status
add(struct detect_judge *j, struct happening *h, const struct fold_plan *plan)
{
	struct fold *f = judge_add_event(j, plan, h, 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "%s", h->event->message);
	return TRIAGE_OK;
}

/* A task that runs as soon as the policy is read, or one whose program lies on a share: what the administrator's own tasks seldom are. */
static bool
is_spread(struct happening *h)
{
	const char *command = happening_text(h, "command");
	command = command[0] != '\0' ? command : happening_text(h, "program");
	return command[0] != '\0' && (strncasecmp(happening_text(h, "item"), "ImmediateTask", 13) == 0 || strncmp(command, "\\\\", 2) == 0);
}

static bool
is_weakening(struct happening *h)
{
	static const char *const services[] = { "WinDefend", "Sense", "VSS", "wscsvc", "MpsSvc", "EventLog", "SDRSVC", "wbengine", "Veeam", "Sophos", "ekrn" };
	const char *technique = h->event->technique, *service = happening_text(h, "service");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcmp(technique, "T1489") == 0 && strncasecmp(service, services[i], strlen(services[i])) == 0)
			return true;
	/* exclusions are made by every administrator: a few are no news */
	return (strncmp(technique, "T1562.", 6) == 0 && strcasestr(happening_text(h, "key"), "\\Exclusions") == NULL) || strcmp(happening_text(h, "value"), "UseLogonCredential") == 0;
}

static enum triage_status
group_policy_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	(void)state, (void)err;
	if (strncmp(h->event->parser, "group_policy.", 13) != 0)
		return TRIAGE_OK;
	if (strcmp(happening_text(h, "cpassword"), "true") == 0)
		return add(j, h, &password);
	if (strcmp(h->event->parser, "group_policy.task") == 0 && is_spread(h))
		return add(j, h, &spread);
	return is_weakening(h) ? add(j, h, &protection) : TRIAGE_OK;
}

const struct detector group_policy_detector = { .name = "group_policy", .sources = sources, .event = group_policy_event };
