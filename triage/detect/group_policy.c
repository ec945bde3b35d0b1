/* group_policy.c - what group policy does to the machines of a domain that attackers use it for: programs run everywhere, protection off, passwords for all to read. */
#include "triage/detect/detections.h"
#include "triage/detect/judge.h"

#include <string.h>
#include <strings.h>

static const char *const sources[] = { "other", NULL };

static enum triage_status
add(struct detect_judge *j, struct happening *h, const struct detection *d)
{
	struct fold *f = judge_claim_event(j, d, h, "", 1);
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
		return add(j, h, judge_detection(j, "policy-password"));
	if (strcmp(h->event->parser, "group_policy.task") == 0 && is_spread(h))
		return add(j, h, judge_detection(j, "policy-task"));
	return is_weakening(h) ? add(j, h, judge_detection(j, "policy-protection-off")) : TRIAGE_OK;
}

const struct detector group_policy_detector = { .name = "group_policy", .sources = sources, .event = group_policy_event };
